from functools import partial

import pytest

from dropviz.figures.answer import LIMITS, REASONS
from dropviz.ui.frame import PAGES
from tests.ui.opening import open_page

run = partial(open_page, "answer")


@pytest.mark.parametrize("rate", ["0", "0.95"])
def test_the_page_asks_the_question_and_names_what_it_draws_from(rate: str) -> None:
    at = run(rate=rate)
    assert not at.warning
    assert at.title[0].value == "Which strategy is preferable, and why?"
    assert [caption.value for caption in at.caption] == ["Drawn from the ReLU of a normal, 100,000 units."]


def test_every_reason_leads_to_a_page_of_the_app() -> None:
    addresses = {page.address for page in PAGES}
    assert {point.page[1] for point in (*REASONS, *LIMITS)} <= addresses
