"""How many hostile inputs there are, and what they are made of.

EXAMPLES in all, dealt out among what reads them; `make fuzz` sets DROPVIZ_FUZZ to a million.
"""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("DROPVIZ_FUZZ", "10000"))
TARGETS = 9
STALL = 2.0  # seconds of processor time


def some(together=1):
    """The settings of a test that takes its share of the inputs, so many in one example."""
    return settings(
        max_examples=-(-EXAMPLES // TARGETS // together),
        deadline=None,
        derandomize="DROPVIZ_FUZZ" not in os.environ,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


texts = st.text(max_size=60)
numbers = st.one_of(
    st.floats().map(repr),
    st.integers().map(str),
    st.sampled_from(["0.3", "0", "-0", "1e400", "nan", "1_0", "١"]),
)
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts)


def _holding(inner):
    return st.one_of(leaves, st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4))


# Three deep at most: `st.recursive` takes twice as long, and gives one value in seven again.
anything = _holding(_holding(_holding(leaves)))
