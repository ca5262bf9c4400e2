"""No line ends in a formula; everywhere else it may."""

import pytest

from dropviz.numbers.formulas import unbroken


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("the mean is 1/0.7 = 1.43 times as much", "the mean is 1/0.7_=_1.43 times as much"),
        ("z = W·a + b, then 1 − r of it", "z_=_W·a_+_b, then 1_−_r of it"),
        ("× 0.7 at test", "×_0.7 at test"),
        ("grows (× 1.43) and ÷ 0.7", "grows (×_1.43) and_÷_0.7"),
        (" = ", "_=_"),  # between two pieces of a line
        ("x × ", "x_×_"),
        ("30 % of 5 units, 2 ± 0.1", "30_% of 5 units, 2_±_0.1"),
        ("a ≤ b, c < d, e ≈ f", "a_≤_b, c_<_d, e_≈_f"),
        ("k = 1 − r = 0.7 = 70 %", "k_=_1_−_r =_0.7 =_70_%"),  # it may end before the second equality
        ("at step 400, p 0.3, rate 0.30", "at step_400, p_0.3, rate_0.30"),
        ("mean −0.3, a well-known text – of words", "mean −0.3, a well-known text – of words"),
        ("", ""),
    ],
)
def test_what_signs_join_is_held_together_and_nothing_else(text, held):
    assert unbroken(text) == held.replace("_", "\u00a0")
    assert unbroken(unbroken(text)) == unbroken(text)
