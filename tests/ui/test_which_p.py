from functools import partial

import pytest

from tests.ui.opening import open_page

run = partial(open_page, "which-p")


@pytest.mark.parametrize("rate", ["0", "0.5", "0.95"])
def test_the_page_opens_with_pytorch_and_cs231n(rate: str) -> None:
    at = run(rate=rate)
    assert not at.warning
    assert at.title[0].value == "Which p do I write?"
    assert [box.value for box in at.selectbox] == ["PyTorch", "CS231n, inverted"]


def test_the_address_chooses_both_frameworks() -> None:
    at = run(code_from="TensorFlow 1", code_to="TensorFlow 2")
    assert [box.value for box in at.selectbox] == ["TensorFlow 1", "TensorFlow 2"]


@pytest.mark.parametrize("name", ["ConvNetJS", "CNTK", "Lasagne, rescale=False"])
def test_a_person_may_choose_any_framework_and_the_same_twice(name: str) -> None:
    at = run()
    at.selectbox[0].select(name).run()
    at.selectbox[1].select(name).run()
    assert not at.exception
