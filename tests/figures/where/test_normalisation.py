"""Before a normalisation, drawn: the sentence has the numbers of the closed forms, and little is called little."""

import numpy as np
import pytest

from dropviz.figures.where.normalisation import normalisation_live
from dropviz.numbers.written import plain
from dropviz.simulation.where.normalisation import NormalisationConfig, normalised
from tests.figures.reading import exact

FOUND = normalised(NormalisationConfig(samples=300))
LIVE = normalisation_live(FOUND)


@pytest.mark.parametrize("at", [1, 30, 95])
def test_the_sentence_says_the_change_and_the_variance_that_stays(at):
    said = LIVE.texts["finding"][at]
    assert f"BatchNorm’s output by {plain(FOUND.exact_change[at], 2)} standard" in said
    assert f"is {plain(FOUND.exact_variance[0, at], 2)} at test, not 1" in LIVE.texts["behind"][at]
    small = max(FOUND.layer_norm_change[at], FOUND.rms_norm_change[at]) < 1e-3
    assert ("less than 0.001" in said) == small


def test_sentence_and_axis_have_one_unit_and_the_label_the_colour_of_its_lines():
    change = LIVE.panels[0]
    assert change.y.title == "standard deviations in training"
    labels = {" ".join(label.lines).replace("\u00a0", " "): label.color for label in change.labels.wide}
    assert labels == {"BatchNorm": "none", "LayerNorm ≈ RMSNorm": "other"}


def test_rate_0_has_a_sentence_of_its_own():
    assert LIVE.texts["finding"][0].startswith("At rate 0 nothing is dropped")
    assert LIVE.texts["behind"][0] == "At rate 0 the variance is 1 in both modes."
    np.testing.assert_allclose(FOUND.exact_variance[:, 0], 1.0)


def test_variances_and_means_are_drawn_as_they_are():
    variance, off = LIVE.panels[1], LIVE.panels[2]
    for at, name in enumerate(("× keep at test", "× keep forgotten")):
        np.testing.assert_array_equal(exact(variance, name), FOUND.exact_variance[at])
        np.testing.assert_array_equal(exact(off, name), FOUND.exact_off[at])
