"""Links hold wherever the app is mounted."""

from urllib.parse import urljoin

import pytest

from dropviz.settings.addresses import FIRST_PAGE, page_link, spelled, values_of
from dropviz.settings.kinds import Choice, seed


@pytest.mark.parametrize("root", ["http://localhost:8501/", "https://uni.example/courses/dropout/"])
@pytest.mark.parametrize("here", ["", "story", "which-p?rate=0.3"])
def test_a_link_leads_from_any_page_to_any_other_below_any_base_path(root, here):
    assert urljoin(root + here, page_link(FIRST_PAGE)) == root
    assert urljoin(root + here, page_link(FIRST_PAGE, "rate=0.2")) == f"{root}?rate=0.2"
    assert urljoin(root + here, page_link("noise", "rate=0.2")) == f"{root}noise?rate=0.2"


VIEW = Choice("view", "view", {"simple": "", "full": ""}, "simple", otherwise="full")
SEED = seed("seed", 7)


@pytest.mark.parametrize(
    ("address", "view", "written"),
    [
        ({}, "simple", {}),
        ({"view": ["full"]}, "full", {"view": "full"}),
        ({"view": ["simple"]}, "simple", {}),
        ({"seed": ["8"]}, "full", {"seed": "8"}),
        ({"seed": ["8"], "view": ["full"]}, "full", {"seed": "8"}),
        ({"seed": ["8"], "view": ["simple"]}, "simple", {"seed": "8", "view": "simple"}),
        ({"other": ["1"]}, "simple", {}),
        ({"view": ["<b>"]}, "simple", {}),
    ],
)
def test_an_address_from_before_a_setting_means_what_it_meant_then(address, view, written):
    values, _ = values_of(address, (VIEW, SEED))
    assert values["view"] == view
    assert spelled((VIEW, SEED), values) == written
    again, complaints = values_of({name: [text] for name, text in written.items()}, (VIEW, SEED))
    assert (again, complaints) == (values, [])
