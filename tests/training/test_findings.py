import pytest

from dropviz.training import findings


@pytest.mark.parametrize(
    ("difference", "word"), [(0.1, "more"), (-0.1, "less"), (1e-5, "same"), (-1e-5, "same")]
)
def test_words_follow_the_sign(difference: float, word: str) -> None:
    assert findings._compared(difference, "more", "less", "same") == word
