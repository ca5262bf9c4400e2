"""Whatever kind of thing a public name is given, the error names the parameter."""

from typing import Any

import numpy as np
import pytest

import dropviz as dv
from dropviz.frameworks.conventions import frameworks

WRONG: list[Any] = [
    np.nan,
    10**30,
    True,
    None,
    "x",
    [],
    {},
    np.array([None]),
    np.array(["2020"], "M8[Y]"),
    (x for x in "ab"),
]
ROWS = list(frameworks().values())
KINDS: list[tuple[str, Any]] = [
    ("noises", lambda given: dv.NoiseConfig(noises=given)),
    ("strategies", lambda given: dv.SweepConfig(strategies=given)),
    ("rate", lambda given: dv.migration(ROWS[0], ROWS[1], given)),
    ("observation", dv.diagnose),
    ("train", dv.audit),
    *(
        (name, lambda given, name=name: dv.StudyConfig(**{name: given}))
        for name in ("sources", "widths", "depths")
    ),
]


@pytest.mark.parametrize(("name", "call"), KINDS, ids=[name for name, _ in KINDS])
def test_the_error_names_the_parameter(name, call):
    for given in WRONG:
        with pytest.raises(ValueError, match=name[:4]):
            call(given)
