"""PyTorch's dropout in 16 bits, on a CPU: the survivors of ones are 1/keep as we round it."""

import numpy as np
import pytest
import torch

from dropviz.numbers.rates import GRID
from dropviz.theory.precision import rounded

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize(("format", "dtype"), [("bfloat16", torch.bfloat16), ("float16", torch.float16)])
def test_the_factor_is_rounded_before_it_multiplies(format: str, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    ones = torch.ones(2000, dtype=dtype)
    found = [float(torch.nn.functional.dropout(ones, rate).max()) for rate in GRID]
    assert found == rounded(1.0 / (1.0 - np.array(GRID)), format).tolist()
