"""Make dropviz/data/example_network.npz: the record of a small network that learnt the digits, for *My network*.

Run at development time only: ``python -m tools.make_example_network``. The network is trained by our own code.
"""

from pathlib import Path

import numpy as np

import dropviz as dv
from dropviz.datasets.splits import digits_split
from dropviz.training.config import TrainingConfig
from dropviz.training.dropout import Dropout
from dropviz.training.loop import train
from dropviz.training.network import as_parameters, predict, site_activations
from dropviz.training.optimizers import Adam

OUT = Path(__file__).resolve().parents[1] / "dropviz" / "data" / "example_network.npz"
RATE, SEED = 0.3, 7
SITES = ("pixels", "hidden 1", "hidden 2", "hidden 3")
CONFIG = TrainingConfig(
    hidden=(128, 128, 64),
    dropout=(None, *(Dropout("inverted", RATE) for _ in SITES[1:])),
    optimizer=Adam(1e-3),
    epochs=30,
    seed=SEED,
)


def main() -> None:
    """Train 64–128–128–64–10 with ReLU and dropout on the training split; record what each layer hands on."""
    data = digits_split()
    *_, last = train(CONFIG, data)
    sizes = CONFIG.sizes(data)
    parameters = as_parameters(sizes, last.state.parameters)
    rng = np.random.default_rng(SEED)
    noises = CONFIG.noises(sizes, [0.0, *(RATE for _ in SITES[1:])], len(data.test_features), rng)
    recorder = dv.Recorder(sample=1)
    for phase, noise in (("test", ()), ("train", noises)):
        for name, values in zip(SITES, site_activations(parameters, data.test_features, noise), strict=False):
            recorder.see(name, values, phase)
    recorder.save(OUT)
    right = np.mean(predict(parameters, data.test_features).argmax(axis=1) == data.test_targets)
    print(f"{OUT.name}: {OUT.stat().st_size} bytes, test accuracy {right:.4f}")


if __name__ == "__main__":
    main()
