from functools import partial

import pytest

from dropviz.frameworks.conventions import frameworks
from tests.ui.opening import open_page

run = partial(open_page, "which-p")


def test_the_page_opens_with_every_framework_in_its_table() -> None:
    at = run()
    assert not at.warning
    assert list(at.dataframe[0].value["framework"]) == list(frameworks())


@pytest.mark.parametrize("rate", ["0", "0.95"])
def test_the_table_is_at_the_rate_of_the_address(rate: str) -> None:
    at = run(rate=rate)
    assert not at.warning
    assert f"line at rate {float(rate):g}" in at.dataframe[0].value.columns


def test_the_address_chooses_both_frameworks() -> None:
    at = run(code_from="TensorFlow 1", code_to="TensorFlow 2")
    assert [box.value for box in at.selectbox] == ["TensorFlow 1", "TensorFlow 2"]


@pytest.mark.parametrize("name", ["ConvNetJS", "CNTK", "Lasagne, rescale=False"])
def test_a_person_may_choose_any_framework_and_the_same_twice(name: str) -> None:
    at = run()
    at.selectbox[0].select(name).run()
    at.selectbox[1].select(name).run()
    assert not at.exception
