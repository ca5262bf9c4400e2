"""Few bits, drawn: the sentence has both errors, says exact only of what is, and one layer has no second number."""

import re

import numpy as np

from dropviz.figures.where.precision import precision_live
from dropviz.simulation.where.precision import PrecisionConfig, low_precision
from tests.figures.reading import exact

FOUND = low_precision(PrecisionConfig())
LIVE = precision_live(FOUND)
SAID, OF_MASK = LIVE.texts["finding"], LIVE.texts["mask"]


def test_the_numbers_at_a_rate_of_a_tenth_and_at_one_half():
    assert "1/0.9 is rounded to 1.109375: the mean is off by −0.16 % a layer, −1.9 % after 12" in SAID[10]
    assert "+0.078 % a layer" in SAID[30]
    assert SAID[50] == "bfloat16 has 1/0.5 = 2 exactly: the mean is kept."
    assert OF_MASK[50] == "A mask of 8 bits is exact at this rate: it drops 50.0 %."


def test_exact_is_said_where_it_is_and_signs_are_those_of_the_errors():
    of = (SAID, FOUND.exact_one_factor[0]), (OF_MASK, FOUND.exact_one_mask)
    for said, error in ((said[at], errors[at]) for said, errors in of for at in range(1, len(SAID))):
        assert ("exact" in said) == (error == 0.0)
        signs = re.findall(r"([+−])\S+ % a layer", said)
        assert signs == (["+" if error > 0.0 else "−"] if error else [])


def test_one_layer_is_said_once():
    texts = precision_live(low_precision(PrecisionConfig(layers=1))).texts
    assert not any("after" in text for text in (*texts["finding"], *texts["mask"]))


def test_the_lines_are_the_closed_forms():
    factors, masks = LIVE.panels[:2]
    np.testing.assert_array_equal(exact(factors, "bfloat16"), FOUND.exact_all_factor[0])
    np.testing.assert_array_equal(exact(masks, "8 bits"), FOUND.exact_all_mask)
