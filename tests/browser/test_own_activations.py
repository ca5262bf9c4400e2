"""A person's own activations go along from page to page, as long as nobody removes them."""

import io

import numpy as np
from playwright.sync_api import expect


def test_a_file_goes_along_until_it_is_removed(page, visit, walk):
    visit(page, "/which-p")
    page.get_by_text("My own activations", exact=True).click()
    content = io.BytesIO()
    np.save(content, np.arange(6.0))
    file = {"name": "layer.npy", "mimeType": "application/octet-stream", "buffer": content.getvalue()}
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("The means of “Why divide by keep?” are drawn from layer.npy.")).to_be_visible()
    for link, said in (("Story", "Scenes 3, 4, 6, 7 are drawn"), ("Start", "Drawn"), ("Next layer", "Drawn")):
        walk(page, page.get_by_role("link", name=link, exact=True).first)
        expect(page.get_by_text(f"{said} from layer.npy.")).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    remove = page.get_by_role("button", name="Remove this file")
    if not remove.is_visible():
        page.get_by_text("My own activations", exact=True).click()
        remove.wait_for()
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    remove.click()
    expect(page.get_by_text("layer.npy")).to_have_count(0)
    walk(page, page.get_by_role("link", name="Story", exact=True).first)
    expect(
        page.get_by_text("Scenes 3, 4, 6, 7 are drawn from the ReLU of a standard normal.")
    ).to_be_visible()
