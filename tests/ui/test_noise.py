from functools import partial

import pytest

from dropviz.settings.noise import SHORT
from tests.ui.opening import open_page

run = partial(open_page, "noise")


@pytest.mark.parametrize("name", [name for name in SHORT if name != "inverted"])
def test_every_noise_opens_from_the_address(name: str) -> None:
    at = run(noise=name)
    assert not at.warning
    assert at.button_group[0].value in (name, [name])


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


@pytest.mark.parametrize(
    "address",
    [
        {"noise": "inverted"},
        {"noise": "<b>alpha</b>"},
        {"noise_units": "1"},
        {"noise_units": "1e6"},
        {"rate": "nan"},
        {"sigma": "1"},
    ],
)
def test_a_hostile_address_gets_a_sentence(address: dict[str, str]) -> None:
    assert len(run(**address).warning) == 1
