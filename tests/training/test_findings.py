from dataclasses import replace

import numpy as np
import pytest

from dropviz.datasets.splits import Split
from dropviz.training import findings
from dropviz.training.config import TrainingConfig
from dropviz.training.dropout import Dropout
from dropviz.training.loop import Run, train


@pytest.mark.parametrize(
    ("difference", "word"), [(0.1, "more"), (-0.1, "less"), (1e-5, "same"), (-1e-5, "same")]
)
def test_words_follow_the_sign(difference: float, word: str) -> None:
    assert findings._compared(difference, "more", "less", "same") == word


def test_what_the_output_layer_receives_is_measured_where_the_sentence_says() -> None:
    """Other test examples change the accuracy, not the means, which are of the training examples."""
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(40, 3)).astype(np.float32), np.arange(40) % 2
    data = Split("points", x, labels, 10.0 * x, labels, ("a", "b"))
    config = TrainingConfig((8,), (None, Dropout("standard", 0.5)), epochs=1)
    sentences = []
    for split in (data, replace(data, test_features=-x)):
        run = Run("standard", config, (tuple(train(config, split)),))
        sentences.append(findings.read_same_test_code(split, [run])[1])
    means = [
        sentence.partition("On the training examples its output layer receives")[2] for sentence in sentences
    ]
    assert means[0] == means[1] != ""
    assert (
        f"{run.last[0].plain_mean[-2]:.3f} from that code, and {run.last[0].train_mean[-2]:.3f} in"
        in means[0]
    )
