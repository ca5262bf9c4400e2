"""The same configuration gives the same numbers, to the bit, as when tests/data/golden.json was written.

Every case is a result's arrays: their digest (SHA-256 over the raw bytes, in order), and the mean magnitude
of each. What goes through BLAS, or through an exp that NumPy chooses by the processor, may differ in the last
bits between machines. So the file holds a digest of the machine's own arithmetic, NumPy alone (BLAS and its
threads included): where it is the same, the bits are compared; elsewhere the mean magnitudes within
``CLOSE``, of trainings in float32 within ``CLOSE_TRAINED``, for their rounding grows. Digests are written
only by hand, when numbers change on purpose: ``python -m tests.test_golden``.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import pytest

import dropviz as dv
from dropviz.datasets.splits import digits_split, from_csv, moons, rings, wave
from dropviz.numbers.checks import quotient
from dropviz.schedules import compare_test_factors
from dropviz.simulation.histogram import histogram, some_units
from dropviz.simulation.layer import LayerConfig, layer_densities, layer_sweep
from dropviz.simulation.noise_sweep import NoiseConfig, noise_densities, noise_sweep
from dropviz.simulation.nonlinearity import (
    NONLINEARITIES,
    DepthConfig,
    depth_gap,
    logistic_unit,
    unit_output,
)
from dropviz.simulation.variance_shift import VarianceShiftConfig, variance_shift
from dropviz.simulation.where.exact import ExactConfig, thinned
from dropviz.simulation.where.groups import GroupsConfig, grouped
from dropviz.simulation.where.normalisation import NormalisationConfig, normalised
from dropviz.simulation.where.penalty import PenaltyConfig, penalty
from dropviz.simulation.where.precision import PrecisionConfig, low_precision
from dropviz.simulation.where.residual import ResidualConfig, attended
from dropviz.simulation.where.survivors import SurvivorsConfig, survivors
from dropviz.theory.moments import Discrepancy
from dropviz.training.config import TrainingConfig, as_standard
from dropviz.training.decision import decision
from dropviz.training.dropout import Dropout, methods
from dropviz.training.experiments import experiments
from dropviz.training.loop import Run, train
from dropviz.training.mc import compare, regression_band
from dropviz.training.optimizers import SGD, Adam
from dropviz.training.step_pairs import StepPairsConfig, step_pairs

GOLDEN = Path(__file__).parent / "data" / "golden.json"
CLOSE, CLOSE_TRAINED = 1e-7, 5e-3  # the latter lets one example of 200 change its class

RATES = dv.rate_grid(0.0, 0.95, 0.05)
TABLE = np.random.default_rng(5).gamma(0.7, 2.0, (40, 30)) - 0.3
SOURCES = {
    "normal": dv.Normal(0.3, 1.7),
    "relu": dv.Normal(-0.2, 1.3, relu=True),
    "uniform": dv.Uniform(-0.4, 1.1),
    "exponential": dv.Exponential(0.8),
    "sigmoid": dv.SigmoidNormal(0.5, 2.0),
    "lognormal": dv.LogNormal(0.1, 0.6),
    "sparse": dv.Sparse(0.7, 1.4),
    "constant": dv.Constant(1.25),
    "row": dv.Empirical(TABLE[0]),
    "table": dv.Empirical(TABLE),
    "digits": dv.digits(),
}
OPTIMIZERS = {"plain": SGD(0.05, momentum=0.0), "momentum": SGD(0.03, 0.9, 1e-4), "adam": Adam(2e-3)}
DATA = {
    "digits": lambda: digits_split(200),
    "moons": moons,
    "rings": rings,
    "wave": wave,
    "csv": lambda: from_csv(
        b"a,b,kind\n" + b"".join(b"%d,%d,%d\n" % (i, i * i % 7, i % 3) for i in range(60))
    ),
}


# ---- what is compared: a function a case, which returns arrays -------------------------------------------------------


def swept(config):
    result = dv.sweep(config)
    moments = [getattr(result, name + end) for name in ("mean", "variance") for end in ("", "_se")]
    moments += [result.exact_mean, result.exact_variance, result.rms_gap, result.gap_se]
    return [*moments, *(result.gap(measure) for measure in Discrepancy._fields)]


def exact(source):
    return [each for name in dv.strategies() for each in dv.exact_discrepancy(name, (0.0, 0.2, 0.7), source)]


def shown(source):
    config = dv.SweepConfig(source, 5_000, RATES)
    seen, units = histogram(config), some_units(config, 24)
    bars = seen.shares(slice(6, 7), np.array([1.5]), np.linspace(0.0, 8.0, 30))[0]
    return [seen.edges, seen.below, seen.zero, bars, units.activation, units.dropped_at]


def noise_swept(source):
    config = NoiseConfig(source, 20_000, (0.0, 0.1, 0.5, 0.9), display_units=400)
    result, seen = noise_sweep(config), noise_densities(config)
    curves = [
        getattr(phase, name)
        for phase in (result.noise, result.train, result.test)
        for name in ("mean", "mean_se", "variance", "variance_se", "exact_mean", "exact_variance")
    ]
    mean_gap = result.test.mean - result.train.mean
    ratio = quotient(result.train.variance, result.test.variance)
    masses = [seen.dropped_value, seen.dropped_mass, seen.zero_value, seen.zero_mass, seen.outside_mass]
    return [*curves, seen.edges, seen.density, *masses, mean_gap, ratio]


def layer(config):
    result, on = layer_sweep(config), layer_sweep(replace(config, strategies=("inverted",)))
    seen = layer_densities(result)
    moments = [result.mean, result.mean_se, result.variance, result.variance_se]
    moments += [result.exact_mean, result.exact_variance, result.test_z]
    densities = [seen.edges, seen.density, seen.outside_mass]
    answers, off = on.training_z("inverted"), on.test_z[0, 0]
    scatter = [np.sqrt(on.variance[0]), np.sqrt(on.exact_variance[0])]
    kept_on = [answers, np.array(off), *scatter, (answers * np.sign(off) < 0.0).mean(axis=0)]
    return [result.weights, result.inputs, result.masked_sums, *moments, *densities, *kept_on]


def behind(name, fan_in):
    unit = unit_output(layer_sweep(LayerConfig(fan_in=fan_in, rates=RATES, masks=400)), name)
    return [unit.output.simulated, unit.output.error, unit.output.exact, unit.at_mean, unit.at_test]


def logistic():
    unit = logistic_unit((0.5, -1.0, 2.0, 0.3), (1.0, 0.4, 0.8, 2.0), 0.1, RATES, "inverted")
    return [unit.arithmetic_mean, unit.geometric_mean, unit.weight_scaled]


def deep(name):
    gap = depth_gap(DepthConfig(nonlinearity=name, width=24, depth=4, passes=60))
    return [gap.relative_gap, gap.residual_gap, gap.noise_floor]


def shifted():
    result = variance_shift(VarianceShiftConfig(samples=1000, rates=RATES))
    return [np.array(result.alignment), result.shift, result.shift_se, result.exact_shift]


def scheduled():
    kinds = dv.schedules
    steps = np.arange(0, 120, 7)
    rows = [
        kinds.constant(0.4),
        kinds.annealed(0.5, 80),
        kinds.curriculum(0.5, 0.05),
        kinds.cosine(0.6, 0.1, 90),
        kinds.steps((0.1, 0.5, 0.2), (30, 60)),
        kinds.table((0, 50, 100), (0.1, 0.7, 0.3)),
        kinds.table((0, 50, 100), (0.1, 0.7, 0.3), "step"),
        kinds.join((kinds.annealed(0.5, 40), kinds.constant(0.2)), (40,)),
    ]
    compared = compare_test_factors(rows[1], steps)
    return [*(row(steps) for row in rows), compared.factors, compared.mean_ratio]


def trained(config, data):
    epochs = list(train(config, data))
    names = [f"{kind}_{what}" for kind in ("train", "noisy", "test") for what in ("loss", "accuracy")]
    names += ["plain_test_loss", "train_mean", "train_variance", "test_mean", "test_variance", "plain_mean"]
    curves = [np.array([getattr(epoch, name) for epoch in epochs]) for name in names]
    state = epochs[-1].state
    return [*curves, np.array([epoch.rates for epoch in epochs]), state.parameters, *state.buffers]


def network(method="inverted", optimizer=OPTIMIZERS["momentum"], rate=0.3, **changes):
    dropout = (None, Dropout(method, rate), Dropout(method, rate))
    config = TrainingConfig(hidden=(24, 16), dropout=dropout, optimizer=optimizer, epochs=3, seed=3)
    return replace(config, **changes)


def answered(question, config):
    found = question(config)
    return arrays_in([getattr(found, each.name) for each in fields(found) if each.name != "config"])


def arrays_in(value):
    """The arrays and floats of a result's part, in their order."""
    if isinstance(value, np.ndarray | float):
        return [np.asarray(value)]
    if is_dataclass(value):
        value = [getattr(value, each.name) for each in fields(value)]
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, Sequence) or isinstance(value, str):
        return []
    return [array for part in value for array in arrays_in(part)]


def after(name, data):
    config, rng = network(hidden=(16,), dropout=(None, Dropout("inverted", 0.3))), np.random.default_rng(1)
    epochs = tuple(train(config, data))
    if name == "plane":
        return [decision(Run("", config, (epochs,)), data, 20).probability]
    if name == "band":
        band = regression_band(config, data, epochs[-1], 10, rng)
        return [band.mean, band.deviation, band.single]
    noisy = compare(config, data, epochs[-1], 10, rng).noisy
    return [np.array([(each.accuracy, each.loss, each.calibration_error) for each in noisy])]


def ready_made(name):
    experiment = experiments(0.4)[name]
    data = experiment.data()
    narrow = [replace(run, epochs=1, hidden=(20,) * len(run.hidden)) for _, run in experiment.runs]
    return [array for run in narrow for array in trained(run, data)]


def cases():
    """Name → what gives the arrays of a result; trainings in float32 have "trained" in their name."""
    every, inner = tuple(dv.strategies()), RATES[1:-1]
    relu, toy = SOURCES["relu"], digits_split(200)
    found = {f"sweep {name}": (swept, dv.SweepConfig(one, 3_000, RATES)) for name, one in SOURCES.items()}
    found |= {
        "sweep of all strategies": (swept, dv.SweepConfig(relu, 2_000, inner, every, 11)),
        "sweep over a chunk's border": (swept, dv.SweepConfig(relu, 150_000, (0.2, 0.5))),
        "sweep of chunks, repeated": (
            swept,
            dv.SweepConfig(SOURCES["digits"], 300_000, (0.1, 0.9), every, 2, 3),
        ),
        "sweep, repeated": (swept, dv.SweepConfig(SOURCES["normal"], 2_000, inner, every, 2**63 - 1, 3)),
        "sweep to rate 1": (swept, dv.SweepConfig(relu, 500, (0.0, 0.999, 1.0), ("standard",))),
        "sweep of one unit": (swept, dv.SweepConfig(relu, 1, (0.3,))),
        "layer": (layer, LayerConfig(rates=RATES, masks=500, bias=0.4)),
        "layer of all strategies": (
            layer,
            LayerConfig(SOURCES["table"], 12, 0.0, 2.0, -1.0, inner, every, 300, 9),
        ),
        "logistic unit": (logistic,),
        "variance shift": (shifted,),
        "schedules": (scheduled,),
    }
    some = {"rates": RATES[::3]}
    found |= {
        "where normalisation": (answered, normalised, NormalisationConfig(**some, samples=300)),
        "where residual": (answered, attended, ResidualConfig(**some, masks=300)),
        "where precision": (answered, low_precision, PrecisionConfig(**some)),
        "where groups": (answered, grouped, GroupsConfig(**some, masks=300)),
        "where step": (answered, step_pairs, StepPairsConfig(rates=(0.0, 0.5), epochs=2)),
        "where penalty": (answered, penalty, PenaltyConfig(**some, passes=30, chains=4, steps=40)),
        "where exact": (answered, thinned, ExactConfig(**some, masks=100)),
        "where survivors": (answered, survivors, SurvivorsConfig(**some, masks=300)),
    }
    of_own = {"activations": SOURCES["row"], **some}
    found |= {
        "where normalisation, own": (answered, normalised, NormalisationConfig(**of_own, samples=300)),
        "where groups, own": (answered, grouped, GroupsConfig(**of_own, masks=300)),
        "where exact, own": (answered, thinned, ExactConfig(**of_own, masks=100)),
        "where survivors, own": (answered, survivors, SurvivorsConfig(**of_own, masks=300)),
    }
    found |= {f"exact {name}": (exact, one) for name, one in SOURCES.items()}
    found |= {f"outputs {name}": (shown, SOURCES[name]) for name in ("normal", "sparse", "table")}
    found |= {f"noise {name}": (noise_swept, one) for name, one in SOURCES.items()}
    found |= {
        f"layer {name}": (layer, LayerConfig(one, 20, rates=RATES[::3], masks=60))
        for name, one in SOURCES.items()
    }
    found |= {
        f"behind {name}, {fan_in}": (behind, name, fan_in) for name in NONLINEARITIES for fan_in in (7, 30)
    }
    found |= {f"depth {name}": (deep, name) for name in NONLINEARITIES}
    found |= {f"trained {name}": (trained, network(name), toy) for name in methods()}
    found |= {
        f"trained by {name}": (trained, network(optimizer=one), toy) for name, one in OPTIMIZERS.items()
    }
    found |= {f"trained on {name}": (trained, network(), read()) for name, read in DATA.items()}
    found |= {
        "trained as standard": (trained, as_standard(network()), toy),
        "trained with a schedule": (trained, network("standard", rate=dv.schedules.annealed(0.5, 12)), toy),
        "trained in float64": (trained, network(dtype="float64", init="glorot", batch=33), toy),
    }
    found |= {f"trained: {name}": (ready_made, name) for name in experiments(0.4)}
    after_kinds = {"plane": moons(), "band": wave(), "passes": toy}
    return found | {f"after trained: {name}": (after, name, data) for name, data in after_kinds.items()}


# ---- how it is compared ----------------------------------------------------------------------------------------------


def bits(arrays):
    """Digest of the arrays' bytes, with dtype and shape."""
    digest = hashlib.sha256()
    for array in map(np.ascontiguousarray, arrays):
        digest.update(f"{array.dtype.str}{array.shape}".encode() + array.tobytes())
    return digest.hexdigest()[:16]


def sizes(arrays):
    """Mean magnitude of what is finite in each array, 0 where nothing is."""
    finite = [np.abs(array[np.isfinite(array)], dtype=np.float64) for array in map(np.asarray, arrays)]
    return [float(f"{each.mean():.9g}") if each.size else 0.0 for each in finite]


def machine():
    """Digest of what this processor and this NumPy make of products, sums and exponentials."""
    x = np.random.default_rng(0).standard_normal((1347, 64))
    single = x.astype(np.float32)
    tables = [each for y in (x, single) for each in (y @ y[:64].T, y.T @ y, y[:32] @ y[:24].T)]
    long = x.ravel() ** 2
    dots = np.array([long[begin:] @ long[begin:] for begin in range(0, 60_000, 5_000)])  # these go to threads
    sums = [np.einsum("mr,mr->r", x, x), x.sum(axis=0), x.var(axis=1), single.mean(axis=1)]
    return bits([*tables, dots, *sums, np.exp(x), np.exp(single), np.tanh(x), np.log1p(np.abs(x))])


def draws_as_before():
    """Whether counts are drawn as NumPy drew them up to 2.4; from 2.5 on a few in a thousand differ."""
    counts = np.random.default_rng(1).binomial(3000, 0.1, 200)
    return int(counts[128]) == 270


CASES = cases()
STORED = json.loads(GOLDEN.read_text(encoding="utf-8")) if GOLDEN.exists() else {"cases": {}}


@pytest.fixture(scope="module")
def same_machine():
    return machine() == STORED["machine"]


def test_every_case_is_stored():
    assert STORED["cases"].keys() == CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_the_numbers_are_what_they_were(name, same_machine):
    function, *given = CASES[name]
    arrays, stored = function(*given), STORED["cases"][name]
    if bits(arrays) != stored["bits"] and not draws_as_before():
        pytest.skip("this NumPy draws some counts otherwise")
    if same_machine:
        assert bits(arrays) == stored["bits"]
    rtol = CLOSE_TRAINED if "trained" in name else CLOSE
    np.testing.assert_allclose(sizes(arrays), stored["sizes"], rtol=rtol, atol=rtol)


def write():
    """Print the file anew, a case a line."""
    made = {name: function(*given) for name, (function, *given) in CASES.items()}
    lines = [
        f"    {json.dumps(name)}: " + json.dumps({"bits": bits(each), "sizes": sizes(each)})
        for name, each in made.items()
    ]
    print(f'{{\n  "machine": "{machine()}",\n  "cases": {{\n' + ",\n".join(lines) + "\n  }\n}")


if __name__ == "__main__":
    write()
