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


def test_what_is_folded_away_is_not_made_and_keeps_its_value_and_its_address() -> None:
    app = open_page("noise", noise_units="50", source="lognormal", lognormal_std="1.5")
    assert not app.number_input
    assert not app.selectbox
    assert not app.markdown
    kept = app.session_state["settings"]
    assert (kept["noise_units"], kept["source"], kept["lognormal_std"]) == (50, "lognormal", 1.5)
    assert app.query_params["noise_units"] in ("50", ["50"])
    app.session_state["fold_noise_settings"] = True
    app.run()
    assert app.number_input(key="noise_units").value == 50
    assert app.number_input(key="lognormal_std").value == 1.5
