"""Every ready-made experiment as a short script of its own: NumPy, PyTorch and Keras.

A script is put together of a framework's template (`templates`), the data, and the experiment itself, which reads
alike in every framework. Sizes, epochs, batches and the optimizer are those of the experiment. Each script trains
with one seed; the digits and the moons come from scikit-learn.
"""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

from dropviz.frameworks.templates import KERAS, NUMPY, PYTORCH
from dropviz.numbers.checks import check_choice
from dropviz.training.experiments import experiments
from dropviz.training.optimizers import Adam

Target = Literal["numpy", "pytorch", "keras"]
TARGETS: tuple[Target, ...] = get_args(Target)
_TEMPLATES: Mapping[Target, str] = {"numpy": NUMPY, "pytorch": PYTORCH, "keras": KERAS}


class _Data(NamedTuple):
    """Lines that make ``train_x``, ``train_y``, ``test_x`` and ``test_y``, and the sizes of input and output."""

    imports: str
    lines: str
    inputs: int
    outputs: int


class _Script(NamedTuple):
    """An experiment: its data, which parts of a template it needs, and what it does with them."""

    data: _Data
    parts: str
    body: str


_DIGITS_LINES = """x, y = load_digits(return_X_y=True)
train, test = map(np.sort, train_test_split(np.arange(1797), test_size=360, stratify=y, random_state=0))"""
_FEW_LINES = """
turn = [np.sum(y[train][:at] == digit) for at, digit in enumerate(y[train])]
train = np.sort(train[np.lexsort((y[train], turn))[:{few}]])  # as many of each digit"""
_TAKEN = """
train_x, train_y, test_x, test_y = x[train] / 16, y[train], x[test] / 16, y[test]"""
_DIGITS = _Data(
    "from sklearn.datasets import load_digits\nfrom sklearn.model_selection import train_test_split",
    _DIGITS_LINES + _TAKEN,
    64,
    10,
)
_FEW_DIGITS = _Data(_DIGITS.imports, _DIGITS_LINES + _FEW_LINES.format(few=300) + _TAKEN, 64, 10)
_REDRAWN = _Data(
    _DIGITS.imports,
    f"{_DIGITS_LINES}{_FEW_LINES.format(few=700)}{_TAKEN}\ntrain_y, test_y = train_x, test_x  # redraw",
    64,
    64,
)
_MOONS = _Data(
    "",
    """rng, y = np.random.default_rng(0), np.arange(560) % 2
angle = rng.uniform(0, np.pi, 560)
x = np.stack([np.cos(angle), np.sin(angle)], axis=1)  # two moons
x[y == 1] = [1, 0.5] - x[y == 1]
x += 0.35 * rng.standard_normal(x.shape) - [0.5, 0.25]
train_x, train_y, test_x, test_y = x[:60], y[:60], x[60:], y[60:]  # few to train on""",
    2,
    2,
)
_WAVE = _Data(
    "",
    """rng = np.random.default_rng(0)
train_x = rng.uniform(0.5, 1, (60, 1)) * np.where(np.arange(60) % 2, 1, -1)[:, None]  # none from -0.5 to 0.5
train_y = np.sin(4 * train_x) + 0.1 * rng.standard_normal((60, 1))
test_x = np.linspace(-2, 2, 201)[:, None]""",
    1,
    1,
)

# What several experiments need; tagged as the templates are.
_COMMON = """#? schedule
STEPS = EPOCHS * -(-len(train_x) // BATCH)
RATES = {
    "constant": lambda step: RATE,  #? constant
    "annealed": lambda step: RATE * (1 - step / STEPS),
    "curriculum": lambda step: RATE * (1 - np.e ** (-10 * step / STEPS)),
}


#? chances
PASSES = 50


#? chances
def calibration_error(chances, labels, bins=15):  # |how often right - how sure|, over intervals of the latter
    sure, right = chances.max(axis=1), chances.argmax(axis=1) == labels
    place = np.clip(np.ceil(sure * bins).astype(int) - 1, 0, bins - 1)
    return np.abs(np.bincount(place, weights=right - sure)).sum() / len(labels)


#? silent+classes chances
def score(chances, labels):  # accuracy and mean loss
    right = chances.argmax(axis=1) == labels
    return right.mean(), -np.log(chances[np.arange(len(labels)), labels] + 1e-30).mean()


#? report
results = {}


#? report
def report(name, network):
    right, loss = results[name] = score(predict(network, test_x), test_y)
    print(f"{name}: {100 * right:.1f} % right, loss {loss:.3f}")"""
_FORGOTTEN = """results = {}


def report(name, network):
    results[name] = loss = ((predict(network, test_x) - test_y) ** 2).sum(axis=1).mean() / 2
    print(f"{name}: test loss {loss:.3f}")


report("inverted", train("inverted", 1, 1))
network = train("standard", 1 / KEEP, 1 / KEEP)  # starts as the same function, and stays one
report("standard, factor forgotten", network)
scale(network, KEEP)
report("standard, weights scaled", network)
"""
_SAME_TEST_CODE = """for noise in ("none", "inverted", "standard"):
    network = train(noise)
    report(noise, network)
scale(network, KEEP)  # the last one trained: standard
report("standard, weights scaled", network)
"""
_EQUAL_RATE = """RUNS = {{  # standard starts as the same function; the same seed gives it the same masks
    "inverted": ("inverted", 1, 1),
    "standard at the same learning rate": ("standard", 1 / KEEP, 1),
    "standard at {eta}": ("standard", 1 / KEEP, 1 / KEEP{power}),
}}
results = {{}}
for name, (noise, start, speed) in RUNS.items():
    _, losses = train(noise, start, speed)
    results[name] = np.array(losses)
    distance = np.abs(results[name] / results["inverted"] - 1).max()
    print(f"{{name}}: last loss {{losses[-1]:.4f}}, at most {{distance:.0e}} of it from inverted")
"""
_ANNEALING = """for name, rate in RATES.items():
    report(name, train("inverted", rate))
report("no dropout", train("none", RATES["constant"]))
"""
_ANNEALING_AT_TEST = """for name, rate in RATES.items():
    report(f"inverted, {name}", train("inverted", rate))
    network = train("standard", rate)
    rates = [rate(step) for step in range(STEPS)]
    for which, chosen in {"last": rates[-1], "mean": np.mean(rates), "first": rates[0]}.items():
        scale(network, 1 - chosen)  # the one factor at test
        report(f"standard, {name}, times 1 - {which} rate", network)
        scale(network, 1 / (1 - chosen))  # as it was
"""
_REGULARIZE = """results = {}
for noise in ("none", "inverted", "gaussian"):
    network = train(noise)
    trained, _ = score(predict(network, train_x), train_y)
    right, loss = score(predict(network, test_x), test_y)
    results[noise] = trained, right
    print(f"{noise}: {100 * trained:.1f} % right in training, {100 * right:.1f} % at test: ", end="")
    print(f"a gap of {100 * (trained - right):.1f} points; test loss {loss:.3f}")
"""
_MONTE_CARLO = """results = {}
for noise in ("inverted", "gaussian"):
    network = train(noise)
    several = np.mean([predict(network, test_x, noisy=True) for _ in range(PASSES)], axis=0)
    for name, chances in (("one pass without noise", predict(network, test_x)), (f"{PASSES} passes", several)):
        right, loss = score(chances, test_y)
        error = calibration_error(chances, test_y)
        results[noise, name] = right, loss, error
        print(f"{noise}, {name}: {100 * right:.1f} % right, loss {loss:.3f}, calibration error {100 * error:.1f} %")
"""
_BAND = """distance, (low, high) = np.abs(test_x[:, 0]), (np.abs(train_x).min(), np.abs(train_x).max())
results = {}
for rate in (RATE / 5, RATE):
    network = train("inverted", rate)
    passes = np.stack([predict(network, test_x, noisy=True)[:, 0] for _ in range(50)])
    spread = passes.std(axis=0, ddof=1)  # of the band: passes.mean(axis=0) - 2 * spread to + 2 * spread
    at, between, beyond = results[rate] = [
        spread[place].mean() for place in ((distance >= low) & (distance <= high), distance < low, distance > high)
    ]
    print(f"rate {rate:g}: spread {at:.3f} at the examples, {between:.3f} between them, {beyond:.3f} beyond")
"""

_SCRIPTS: Mapping[str, _Script] = {
    "forgotten": _Script(_REDRAWN, "speed values silent scale three", _FORGOTTEN),
    "same_test_code": _Script(_DIGITS, "simple classes silent report scale", _SAME_TEST_CODE),
    "equal_rate_sgd": _Script(
        _DIGITS, "speed losses classes scale", _EQUAL_RATE.format(eta="η/k²", power="**2")
    ),
    "equal_rate_adam": _Script(
        _DIGITS, "speed losses classes scale", _EQUAL_RATE.format(eta="η/k", power="")
    ),
    "annealing": _Script(_DIGITS, "schedule classes silent report constant", _ANNEALING),
    "annealing_at_test": _Script(_DIGITS, "schedule classes silent report scale", _ANNEALING_AT_TEST),
    "regularize": _Script(_MOONS, "simple classes silent", _REGULARIZE),
    "regularize_digits": _Script(_FEW_DIGITS, "simple classes silent", _REGULARIZE),
    "monte_carlo": _Script(_FEW_DIGITS, "simple classes noisy chances", _MONTE_CARLO),
    "uncertainty_band": _Script(_WAVE, "simple values noisy", _BAND),
}


def training_script(target: Target, name: str, rate: float) -> str:
    """Return the script of the experiment ``name`` for ``target`` at a dropout rate.

    ValueError if ``target`` or ``name`` is unknown, or ``rate`` not in [0, 0.95].
    """
    check_choice("target", target, TARGETS)
    check_choice("name", name, _SCRIPTS)
    script = _SCRIPTS[name]
    configs = [config for _, config in experiments(rate)[name].runs]
    config, optimizer = configs[0], configs[0].optimizer
    words = {
        "settings": f"RATE, EPOCHS, BATCH, LEARNING_RATE = {float(rate):g}, {config.epochs}, {config.batch}, "
        f"{optimizer.learning_rate:g}  # RATE = P(drop)" + "\nKEEP = 1 - RATE" * ("KEEP" in script.body),
        "imports": f"{script.data.imports}\n" if script.data.imports else "",
        "data": script.data.lines,
        "inputs": str(script.data.inputs),
        "sizes": ", ".join(map(str, (script.data.inputs, *config.hidden, script.data.outputs))),
        "depth": str(len(config.hidden)),
        "hidden": str(config.hidden[0]),
        "outputs": str(script.data.outputs),
        "optimizer": type(optimizer).__name__,
        "epsilon": f"{optimizer.epsilon:g}" if isinstance(optimizer, Adam) else "",
    }
    noises = {site.method if site else "none" for each in configs for site in each.sites[1:]}
    parts = {*script.parts.split(), *noises, type(optimizer).__name__.lower(), config.init}
    text = _with_parts(f"{_TEMPLATES[target]}\n\n{_COMMON}\n\n\n{script.body}", parts)
    return re.sub(r"{(\w+)}", lambda found: words.get(found[1], found[0]), text)


def _with_parts(text: str, parts: set[str]) -> str:
    """The blocks and lines of ``text`` that belong to ``parts``, or to every script."""

    def wanted(tags: str) -> bool:
        return not tags or any(parts.issuperset(tag.split("+")) for tag in tags.split())

    blocks = []
    for block in re.split(r"\n{3,}", text.strip("\n")):
        head, _, rest = block.partition("\n")
        if not head.startswith("#? "):
            head, rest = "", block
        if wanted(head.removeprefix("#? ")):
            lines = [line.partition("  #? ") for line in rest.split("\n")]
            kept = "\n".join(line for line, _, tags in lines if wanted(tags))
            blocks.append(re.sub(r"\n{3,}", "\n\n", kept).strip("\n"))
    return "\n\n\n".join(block for block in blocks if block) + "\n"
