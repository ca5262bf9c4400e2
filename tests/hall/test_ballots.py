import math

import pytest

from dropviz.hall.ballots import BINS, Choices, Scale
from dropviz.hall.refusals import Refusal

LINEAR = Scale(-1.0, 3.0, log=False, value=0.5, within=0.25)
LOG = Scale(0.01, 100.0, log=True, value=1.0, within=0.5)


@pytest.mark.parametrize("scale", [LINEAR, LOG])
def test_every_value_of_the_axis_is_in_the_bin_where_it_lies(scale):
    def place(share):
        if scale.log:
            return scale.low * (scale.high / scale.low) ** share
        return scale.low + share * (scale.high - scale.low)

    middles = [place((number + 0.5) / BINS) for number in range(BINS)]
    assert [scale.slot(None, value) % BINS for value in middles] == list(range(BINS))
    assert (scale.slot(None, scale.low) % BINS, scale.slot(None, scale.high) % BINS) == (0, BINS - 1)
    counts = scale.counts({scale.slot(None, value): 1 for value in middles})
    assert counts["bins"] == [1] * BINS
    assert counts["right"] == sum(abs(value - scale.value) <= scale.within for value in middles)


def test_right_and_wrong_are_told_apart_within_one_bin():
    edge = LINEAR.value + LINEAR.within
    inside, outside = LINEAR.slot(None, edge), LINEAR.slot(None, math.nextafter(edge, 9.0))
    assert (inside - outside) == BINS
    assert LINEAR.counts({inside: 3, outside: 2})["right"] == 3


def test_a_point_at_the_end_of_the_axis_may_lie_beyond_it_by_rounding_and_no_more():
    assert LINEAR.slot(None, 3.0 + 1e-9) % BINS == BINS - 1
    for value in (3.01, -1.01, 1e300):
        with pytest.raises(Refusal, match="value must be from -1 to 3 in this scene; got"):
            LINEAR.slot(None, value)
    for value in (0.0, -1.0, 5e-324):
        with pytest.raises(Refusal, match=r"value must be from 0\.01 to 100"):
            LOG.slot(None, value)


def test_options_are_counted_in_their_order():
    ballot = Choices(3)
    assert [ballot.slot(option, None) for option in range(3)] == [0, 1, 2]
    assert ballot.counts({2: 5, 0: 1}) == [1, 0, 5]
    with pytest.raises(Refusal, match="option must be from 0 to 2 in this scene; got 3"):
        ballot.slot(3, None)


def test_a_question_takes_only_its_own_kind_of_vote():
    with pytest.raises(Refusal, match="asks for an option"):
        Choices(3).slot(None, 1.0)
    with pytest.raises(Refusal, match="asks for a value"):
        LINEAR.slot(0, None)
