"""Links hold wherever the app is mounted."""

from urllib.parse import urljoin

import pytest

from dropviz.settings.addresses import FIRST_PAGE, page_link


@pytest.mark.parametrize("root", ["http://localhost:8501/", "https://uni.example/courses/dropout/"])
@pytest.mark.parametrize("here", ["", "story", "which-p?rate=0.3"])
def test_a_link_leads_from_any_page_to_any_other_below_any_base_path(root, here):
    assert urljoin(root + here, page_link(FIRST_PAGE)) == root
    assert urljoin(root + here, page_link(FIRST_PAGE, "rate=0.2")) == f"{root}?rate=0.2"
    assert urljoin(root + here, page_link("noise", "rate=0.2")) == f"{root}noise?rate=0.2"
