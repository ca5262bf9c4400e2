"""Addresses stay: each opens the same settings, complaints, configurations and address as when it was collected.

tests/data/addresses.json holds what each address led to then, and is the truth: the test computes none of it.
Settings that differ from the page's bare address are listed, the others are those of the bare one. Only when an
address is to mean something else: ``python -m tests.ui.test_addresses`` prints the file anew.

What depends on where things stand in the package is in ``settings_found`` and ``CONFIGS``, nowhere else.
"""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import streamlit as st

import dropviz as dv
from dropviz.simulation.layer import LayerConfig
from dropviz.simulation.noise_sweep import NoiseConfig
from dropviz.simulation.nonlinearity import DepthConfig
from dropviz.simulation.variance_shift import VarianceShiftConfig
from dropviz.training.config import TrainingConfig
from tests.truth.claims import misspelt, strayed_text, unequal
from tests.ui.opening import codes, open_page, paragraphs

STORED = Path(__file__).parents[1] / "data" / "addresses.json"
# Which configurations a page makes of its settings. The others have theirs from constants, or many at once.
CONFIGS = {
    "explore": (dv.SweepConfig,),
    "noise": (NoiseConfig,),
    "next-layer": (LayerConfig, DepthConfig, VarianceShiftConfig),
    "mistakes": (LayerConfig,),
    "training": (TrainingConfig,),
}
PICTURES = (
    "explore",
    "noise",
    "next-layer",
    "mistakes",
)  # a configuration may be built only where one is new
GRID = re.escape(repr(dv.rate_grid(0.0, 0.95, 0.01))) + "|" + re.escape("rate_grid(0.0, 0.95, 0.01)")


def settings_found(app):
    """Every setting of the page, as JSON has it."""
    return json.loads(json.dumps(app.session_state["settings"]))


def written(config):
    """A configuration in words, without what is long or differs from run to run."""
    text = re.sub(GRID, "GRID", repr(config))
    text = re.sub(r"Empirical\(.*\), units", "Empirical, units", text, flags=re.DOTALL)
    text = re.sub(r"(annealed|curriculum)\([^()]*\)", r"<\1>", text)
    return re.sub(r"<function (\w+)\S* at 0x\w+>", r"<\1>", text)


def opened(address):
    """What the page at ``address`` makes of it."""
    where, built = urlsplit(address), set()
    name = where.path.strip("/") or "explore"
    ready_made = name == "training" and "training=own" not in where.query  # every experiment is built
    with pytest.MonkeyPatch.context() as patch:
        for kind in () if ready_made else CONFIGS.get(name, ()):
            check = kind.__post_init__

            def noted(self, check=check):
                check(self)
                built.add(written(self))

            patch.setattr(kind, "__post_init__", noted)
        if name in PICTURES:
            st.cache_data.clear()
        # its code is compared, and its table written as its editor writes it; all other settings stay folded away
        folds = ("schedule_code", "schedule_settings") if name == "schedule" else ()
        app = open_page(name, folds, **parse_qs(where.query, keep_blank_values=True))
    said = [line for box in (*app.warning, *app.error, *app.info) for line in box.value.split("  \n")]
    return {
        "settings": settings_found(app),
        "said": said + [text.value for text in app.text],
        "address": urlencode(dict(app.query_params), doseq=True),
        "code": codes(app)[0] if name == "schedule" else "",
        "configs": sorted(built),
        "false": [fault for text in around(app) for fault in false(" ".join(text.split()))],
    }


def around(app):
    """What a page says outside its figure."""
    boxes = (*app.title, *app.caption, *app.markdown, *app.warning, *app.error, *app.info)
    return [*(box.value for box in boxes), *paragraphs(app)]


def false(text):
    """Why a text is false: by its equations, its errors or its spelling."""
    return [*unequal(text, None), *strayed_text(text, 5.0), *misspelt(text, True)]


def bare(address):
    """The same page, without settings."""
    return urlsplit(address).path


CASES = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}


@pytest.mark.parametrize("address", CASES)
def test_the_address_leads_to_what_it_led_to(address):
    stored, found = CASES[address], opened(address)
    wanted = CASES[bare(address)]["settings"] | stored["settings"]
    # as text: 1, 1.0 and True are equal, and not the same
    assert json.dumps(found["settings"], sort_keys=True) == json.dumps(wanted, sort_keys=True)
    for what in ("said", "address", "code"):
        assert found[what] == stored.get(what, [] if what == "said" else "")
    assert set(stored.get("configs", ())) <= set(found["configs"])
    assert found["false"] == []


def test_every_setting_of_every_page_has_an_address():
    for path in {bare(address) for address in CASES}:
        named = {
            key
            for address in CASES
            if bare(address) == path
            for key in parse_qs(urlsplit(address).query, keep_blank_values=True)
        }
        assert CASES[path]["settings"].keys() <= named, path


def write(addresses):
    """Print the file anew, an address a line."""
    found = {address: opened(address) for address in addresses}
    usual = {address: found[address]["settings"] for address in found if address == bare(address)}
    lines = []
    for address, one in found.items():
        if address != bare(address):
            one["settings"] = {
                key: value
                for key, value in one["settings"].items()
                if json.dumps(value) != json.dumps(usual[bare(address)][key])
            }
        kept = {key: value for key, value in one.items() if key == "settings" or (value and key != "false")}
        lines.append(f"  {json.dumps(address, ensure_ascii=False)}: {json.dumps(kept, ensure_ascii=False)}")
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    write(CASES)
