"""The settings of the page of training: the experiments behind its buttons, and a person's own runs."""

from dataclasses import dataclass

from dropviz.settings.kinds import Choice, Number, Setting
from dropviz.theory.noise import noises
from dropviz.theory.strategies import strategies

# ---- the ready-made experiments -------------------------------------------------------------------------------------

OWN = "own"


@dataclass(frozen=True, slots=True)
class Group:
    """Experiments that are chosen together."""

    name: str  # in the address
    label: str  # on the screen
    sources: str = ""  # how to read the picture, and who found it
    variants: Choice | None = None  # the choice among several experiments


def _variants(key: str, label: str, options: dict[str, str], help: str) -> Choice:
    return Choice(f"training_{key}", label, options, next(iter(options)), help, "segments")


GROUPS = (
    Group(
        "same_test_code",
        "forgotten factor",
        "The factor at test is 1 − rate at every layer with dropout; here it multiplies the weights behind it, once.",
        _variants(
            "network",
            "what the network does",
            {"forgotten": "redraws digits", "same_test_code": "names digits"},
            "A picture shows the size of every output. A name is the largest of ten, whatever their size.",
        ),
    ),
    Group(
        "equal_rate",
        "equal learning rate",
        "Standard starts with its weights behind the dropout divided by keep, so that both are the same function; in "
        "the third run those weights alone get the other learning rate.",
        _variants(
            "optimizer",
            "optimizer",
            {"equal_rate_sgd": "SGD", "equal_rate_adam": "Adam"},
            "What turns a gradient into a step: it decides by which factor the learning rates differ.",
        ),
    ),
    Group(
        "annealing",
        "changing rate",
        "Annealed dropout: Rennie, Goel, Thomas, [SLT 2014]"
        "(https://research.ibm.com/publications/annealed-dropout-training-of-deep-networks). Curriculum dropout: "
        "Morerio et al., [ICCV 2017](https://arxiv.org/abs/1703.06229).",
        _variants(
            "changing",
            "what is asked",
            {"annealing": "schedules", "annealing_at_test": "factor at test"},
            "Compare schedules of the rate, or the factors that standard dropout could use at test.",
        ),
    ),
    Group(
        "regularize",
        "few examples",
        "Gaussian noise N(1, rate/keep) in the place of the mask: Srivastava et al., [JMLR 15, 2014]"
        "(https://jmlr.org/papers/v15/srivastava14a.html).",
        _variants(
            "examples",
            "training examples",
            {"regularize": "60 points", "regularize_digits": "300 digits"},
            "Few examples are learnt by heart: the gap between training and test accuracy shows it.",
        ),
    ),
    Group(
        "monte_carlo",
        "many noisy passes",
        "Pictures of noisy passes are those of the first seed. Gal, Ghahramani, *Dropout as a Bayesian approximation*, "
        "[ICML 2016](https://arxiv.org/abs/1506.02142). Calibration error: Guo et al., "
        "[ICML 2017](https://arxiv.org/abs/1706.04599).",
        _variants(
            "task",
            "task",
            {"monte_carlo": "digits", "uncertainty_band": "a curve"},
            "Many noisy passes instead of one: for ten digits, or for one curve with its uncertainty.",
        ),
    ),
    Group(OWN, "my own"),
)
EXPERIMENT = Choice(
    "training",
    "experiment",
    {group.name: group.label for group in GROUPS},
    "same_test_code",
    "Each asks one question of networks that differ in one thing alone; in the last you choose what differs.",
    "segments",
)
RATE = Number(
    "training_rate",
    "dropout rate",
    0.3,
    0.05,
    0.9,
    0.05,
    help="P(drop). Of “names digits”, “schedules”, “few examples” and “many noisy passes” it can be changed while they "
    "train; the others begin again.",
    control="slider",
)
SEEDS = Number("training_seeds", "seeds", 3, 1, 5, 1, help="Every run is trained so often: mean and spread.")
CURVES = Choice(
    "training_view",
    "curves",
    {
        "question": "those of the question",
        "scores": "loss and accuracy",
        "mean": "layer means",
        "variance": "layer variances",
        "mean_gap": "layer means, test − training",
        "variance_ratio": "layer variances, train / test",
    },
    "question",
    help="What is drawn over the epochs. A layer is measured on the training examples, behind its noise; at test means "
    "the same examples without noise, times the factor at test.",
)
FRAMEWORK = Choice(
    "training_code",
    "framework",
    {"numpy": "numpy", "pytorch": "pytorch", "keras": "keras"},
    "numpy",
    "What the script is written for.",
    "segments",
)


# Half a minute of one core would be too much for everybody who only opens the page; this takes three seconds.
STARTS_ITSELF = "forgotten"

# ---- a person's own runs --------------------------------------------------------------------------------------------

DATA = Choice(
    "training_data",
    "data",
    {"digits": "digits", "few": "300 digits", "moons": "moons", "rings": "rings", "csv": "own CSV"},
    "digits",
    help="Real digits of 8×8 pixels, two toy problems in the plane, or a table of yours.",
)
_LABEL_HELP = "Counted from 1; it holds the class of each row."
LABEL = Number("training_label", "column of the labels (0: the last)", 0, 0, 1001, 1, help=_LABEL_HELP)
_LAYERS_HELP = "Each followed by a ReLU and by dropout."
LAYERS = Number("training_layers", "hidden layers", 2, 1, 3, 1, help=_LAYERS_HELP)
WIDTH = Number("training_width", "units in each", 64, 1, 256, 16, help="Width of every hidden layer.")
EPOCHS = Number("training_epochs", "epochs", 20, 1, 200, 5, help="Passes over the training examples.")
RUNS = Number("training_runs", "runs to compare", 2, 1, 4, 1, help="Same data, same seeds.")
PLAIN = "plain"
METHODS = (
    {PLAIN: "no dropout"}
    | {name: row.short for name, row in strategies().items()}
    | {name: row.label for name, row in noises().items() if name not in strategies()}
    | {"gaussian": "Gaussian noise", "additive": "added Gaussian noise", "uniform": "uniform noise"}
)
_OPTIMIZERS = {"sgd": "SGD, momentum 0.9", "adam": "Adam"}  # by the names of `theory.steps`
_SCHEDULES = {"constant": "constant", "annealed": "annealed to 0", "curriculum": "curriculum from 0"}
_METHOD_HELP = "What is done to the hidden activations in training."
_RATE_HELP = (
    "P(drop). Noise has the variance rate/keep, times a² where it multiplies, as it is where it is added."
)
_SCHEDULE_HELP = "How the rate moves over the training."
_STEP_HELP = "What turns a gradient into a step."
_ETA_HELP = "Size of a step; too large, and it diverges."


def _run_settings(number: int, method: str) -> tuple[Choice, Number, Choice, Choice, Number]:
    run = f"training_{number}"
    return (
        Choice(f"{run}_method", "method", METHODS, method, _METHOD_HELP),
        Number(f"{run}_rate", "rate", 0.3, 0.0, 0.9, 0.05, _RATE_HELP),
        Choice(f"{run}_schedule", "schedule of the rate", _SCHEDULES, "constant", _SCHEDULE_HELP),
        Choice(f"{run}_optimizer", "optimizer", _OPTIMIZERS, "sgd", _STEP_HELP),
        Number(f"{run}_eta", "learning rate", 0.05, 0.0, 100.0, 0.01, _ETA_HELP),
    )


EACH = tuple(
    _run_settings(number, method)
    for number, method in enumerate((PLAIN, "inverted", "standard", "gaussian"), start=1)
)
SETTINGS: tuple[Setting, ...] = (
    EXPERIMENT,
    *(group.variants for group in GROUPS if group.variants),
    *(RATE, SEEDS, CURVES, FRAMEWORK),
    *(DATA, LABEL, LAYERS, WIDTH, EPOCHS, RUNS),
    *(setting for row in EACH for setting in row),
)
