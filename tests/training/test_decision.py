import numpy as np
import pytest

from dropviz.datasets.splits import digits_split, moons, rings
from dropviz.training.config import TrainingConfig
from dropviz.training.decision import MARGIN, decision, has_decision, plane, rectangle
from dropviz.training.loop import Run, train


def test_a_picture_of_ten_classes_is_refused() -> None:
    assert not has_decision(digits_split())
    assert has_decision(rings())
    config = TrainingConfig(hidden=(4,), epochs=1)
    run = Run("", config, ((next(train(config, digits_split())),),))
    with pytest.raises(ValueError, match="two features and two classes"):
        decision(run, digits_split())


def test_the_plane_is_that_of_the_decision() -> None:
    data = moons()
    seen = plane(data)
    x, y = rectangle(data)
    assert (seen.x, seen.y) == ((x[0], x[-1]), (y[0], y[-1]))
    width = np.ptp(data.train_features[:, 0])
    assert seen.x[1] - seen.x[0] == pytest.approx((1 + 2 * MARGIN) * width)
    for index in (0, 1):
        np.testing.assert_array_equal(seen.examples[index], data.train_features[data.train_targets == index])
