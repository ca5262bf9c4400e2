"""An estimate of a sweep is a row of its arrays, without the errors that are not fair."""

import numpy as np
import pytest

import dropviz as dv
from dropviz.theory.moments import PHASES, exact_gap
from dropviz.theory.standard_errors import GAPS

RATES = (0.1, 0.3, 0.5, 0.8, 0.95)


def test_an_estimate_is_a_row_of_the_arrays():
    found = dv.sweep(dv.SweepConfig(units=5000, rates=RATES))
    for moment in ("mean", "variance"):
        for column, phase in enumerate(PHASES):
            one = found.estimate(moment, "inverted", phase)
            np.testing.assert_array_equal(one.exact, getattr(found, f"exact_{moment}")[1, column])
            np.testing.assert_array_equal(one.simulated, getattr(found, moment)[1, column])
            np.testing.assert_array_equal(one.error, getattr(found, f"{moment}_se")[1, column])
    for measure in (*GAPS, "wasserstein"):
        one = found.gap_estimate(measure, "standard")
        ratio = measure == "mean_ratio"
        expected = (
            np.ones(len(RATES)) if ratio else exact_gap(measure, "standard", RATES, found.config.activations)
        )
        np.testing.assert_array_equal(one.exact, expected)
        if measure != "wasserstein":
            np.testing.assert_array_equal(one.simulated, found.gap(measure)[0])
            fair = found.gap_fair[GAPS.index(measure), 0]
            np.testing.assert_array_equal(one.error, np.where(fair, found.gap_error(measure)[0], np.nan))


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda found: found.estimate("median", "inverted", "test"), "^moment must be one of mean, variance"),
        (
            lambda found: found.estimate("mean", "none", "test"),
            "^strategy must be one of inverted; got 'none'",
        ),
        (lambda found: found.estimate("mean", "inverted", "night"), "^phase must be one of train, test"),
        (lambda found: found.gap("median"), "^measure must be one of mean_gap, relative_gap"),
        (lambda found: found.gap_error("median"), "^measure must be one of mean_gap, relative_gap"),
        (
            lambda found: found.gap_estimate("mean_gap", "none"),
            "^strategy must be one of inverted; got 'none'",
        ),
    ],
)
def test_an_estimate_of_what_is_not_there_is_refused_by_name(ask, message):
    with pytest.raises(ValueError, match=message):
        ask(dv.sweep(dv.SweepConfig(units=10, rates=RATES, strategies=("inverted",))))
