from functools import partial

import pytest

from tests.ui.opening import open_page

run = partial(open_page, "noise", ("noise_settings", "noise_words"))


@pytest.mark.parametrize(
    "address",
    [
        {"source": "constant", "constant_value": "0.0", "noise": "alpha"},
        {"source": "constant", "noise": "standard", "rate": "0.95"},
        {"noise_units": "2", "source": "sparse", "sparse_zeros": "0.99", "noise": "additive"},
        {"source": "lognormal", "lognormal_std": "1.5", "noise": "uniform"},
        {"source": "digits", "noise": "alpha", "noise_seed": "2147483647"},
    ],
)
def test_extreme_settings_are_shown(address: dict[str, str]) -> None:
    assert not run(**address).warning
