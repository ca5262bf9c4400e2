"""How long one training epoch takes here, in PyTorch (eager, CPU) and in scikit-learn, side by side.

The network is 64–256–256–10 on the 1,437 training digits, batches of 32, float32. Here and in PyTorch both hidden
layers have dropout at rate 0.5; scikit-learn's ``MLPClassifier`` has no dropout. Only training is timed, no evaluation.
Every library gets the same number of threads, in a process of its own, and the processes take turns. The fastest epoch
counts: what else the machine does can only add time::

    python -m bench.training [--epochs 30] [--rounds 3]
"""

import argparse
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable

LIBRARIES = ("dropviz", "torch", "sklearn")
OPTIMIZERS = ("sgd", "adam")
THREADS = (1, 2)
LEARNING_RATE = {"sgd": 0.05, "adam": 1e-3}
Epoch = Callable[[], object]


def dropviz_epoch(optimizer: str, threads: int) -> Epoch:
    del threads  # OPENBLAS_NUM_THREADS says it
    from dropviz.datasets.splits import digits_split
    from dropviz.training import loop as training
    from dropviz.training.config import TrainingConfig
    from dropviz.training.dropout import Dropout
    from dropviz.training.optimizers import SGD, Adam

    site = Dropout("inverted", 0.5)
    chosen = SGD(LEARNING_RATE["sgd"]) if optimizer == "sgd" else Adam(LEARNING_RATE["adam"])
    config = TrainingConfig((256, 256), (None, site, site), chosen, batch=32, dtype="float32")
    data = digits_split().astype("float32")
    state = training.start(config, data)

    def epoch() -> None:
        nonlocal state
        state = training.train_epoch(config, data, state)

    return epoch


def torch_epoch(optimizer: str, threads: int) -> Epoch:
    import torch
    from torch import nn

    from dropviz.datasets.splits import digits_split

    torch.set_num_threads(threads)
    data = digits_split()
    features, labels = torch.from_numpy(data.train_features), torch.from_numpy(data.train_targets)
    hidden = [nn.Linear(64, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 256), nn.ReLU(), nn.Dropout(0.5)]
    net = nn.Sequential(*hidden, nn.Linear(256, 10))
    if optimizer == "sgd":
        steps = torch.optim.SGD(net.parameters(), LEARNING_RATE["sgd"], momentum=0.9)
    else:
        steps = torch.optim.Adam(net.parameters(), LEARNING_RATE["adam"])
    loss = nn.CrossEntropyLoss()

    def epoch() -> None:
        order = torch.randperm(len(features))
        shuffled, targets = features[order], labels[order]
        for start in range(0, len(features), 32):
            steps.zero_grad()
            loss(net(shuffled[start : start + 32]), targets[start : start + 32]).backward()
            steps.step()

    return epoch


def sklearn_epoch(optimizer: str, threads: int) -> Epoch:
    del threads  # OPENBLAS_NUM_THREADS says it
    import numpy as np
    from sklearn.neural_network import MLPClassifier

    from dropviz.datasets.splits import digits_split

    data = digits_split()
    net = MLPClassifier(
        (256, 256), solver=optimizer, alpha=0.0, batch_size=32, learning_rate_init=LEARNING_RATE[optimizer]
    )
    classes = np.arange(10)
    return lambda: net.partial_fit(data.train_features, data.train_targets, classes=classes)


def time_epochs(library: str, optimizer: str, threads: int, epochs: int) -> float:
    """Seconds of the fastest epoch, after three that are not counted."""
    warnings.simplefilter("ignore")
    makers = {"dropviz": dropviz_epoch, "torch": torch_epoch, "sklearn": sklearn_epoch}
    epoch = makers[library](optimizer, threads)
    seconds = []
    for _ in range(epochs + 3):
        begin = time.perf_counter()
        epoch()
        seconds.append(time.perf_counter() - begin)
    return min(seconds[3:])


def in_own_process(library: str, optimizer: str, threads: int, epochs: int) -> float:
    """`time_epochs` in a fresh interpreter with that many threads; NaN if the library is not installed."""
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    job = [sys.executable, "-m", "bench.training", "--job", library, optimizer, str(threads)]
    done = subprocess.run(
        [*job, "--epochs", str(epochs)],
        env=os.environ | dict.fromkeys(names, str(threads)),
        capture_output=True,
        text=True,
        check=False,
    )
    if "ModuleNotFoundError" in done.stderr:
        return float("nan")
    if done.returncode:
        raise RuntimeError(done.stderr)
    return float(done.stdout)


def four_runs() -> float:
    """Seconds of the experiment with a changing rate, one seed, with every loss, accuracy, mean and variance."""
    from dropviz.training.experiments import experiments
    from dropviz.training.in_turn import RunsInTurn

    experiment = experiments(0.5)["annealing"]
    begin = time.perf_counter()
    turns = RunsInTurn(experiment, experiment.data(), (0,))
    while turns.running:
        turns.train_one()
    assert turns.done == 20
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--epochs", type=int, default=30, help="epochs timed in each process")
    parser.add_argument("--rounds", type=int, default=3, help="processes for each number")
    parser.add_argument("--job", nargs=3, metavar=("LIBRARY", "OPTIMIZER", "THREADS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.job:
        library, optimizer, threads = options.job
        print(time_epochs(library, optimizer, int(threads), options.epochs))
        return
    print("One epoch in milliseconds (times as long as dropviz)")
    print(f"{'optimizer':10}{'threads':>8}" + "".join(f"{library:>18}" for library in LIBRARIES))
    for optimizer in OPTIMIZERS:
        for threads in THREADS:
            rounds = [
                [in_own_process(library, optimizer, threads, options.epochs) for library in LIBRARIES]
                for _ in range(options.rounds)
            ]
            best = [min(times) for times in zip(*rounds, strict=True)]
            cells = "".join(f"{1e3 * seconds:10.1f} ({seconds / best[0]:.2f}×)" for seconds in best)
            print(f"{optimizer:10}{threads:8}{cells}", flush=True)
    print(
        f"Four runs × 20 epochs, all that the page measures included: {four_runs():.1f} s (demanded: under 10)"
    )


if __name__ == "__main__":
    main()
