from functools import partial

import pytest

from dropviz.figures.answer import REASONS
from dropviz.ui.frame import PAGES
from tests.ui.opening import open_page

run = partial(open_page, "answer")


@pytest.mark.parametrize("rate", ["0", "0.95"])
def test_the_page_answers_the_question_in_its_first_sentence(rate: str) -> None:
    at = run(rate=rate)
    assert not at.warning
    assert at.title[0].value == "Which strategy is preferable, and why?"
    assert at.markdown[0].value.startswith("**Inverted dropout is preferable")


def test_every_reason_leads_to_a_page_of_the_app() -> None:
    addresses = {page.address for page in PAGES}
    assert {point.page[1] for point in REASONS} <= addresses
