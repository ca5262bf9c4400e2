"""A person's own activations go along from page to page, as long as nobody removes them."""

import io

import numpy as np
from playwright.sync_api import expect


def give_activations(page, visit):
    """Open *Which p?*, and give it a file of six activations, layer.npy."""
    visit(page, "/which-p")
    page.get_by_text("My own activations", exact=True).click()
    content = io.BytesIO()
    np.save(content, np.arange(6.0))
    file = {"name": "layer.npy", "mimeType": "application/octet-stream", "buffer": content.getvalue()}
    page.locator("input[type=file]").set_input_files(file)


def test_a_file_goes_along_until_it_is_removed(page, visit, walk):
    give_activations(page, visit)
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


def test_a_large_file_is_read_as_it_comes_and_one_rate_moves_all_its_layers(page, visit, tmp_path):
    layers = {f"fc{at}": np.random.default_rng(at).normal(at, 1.0, size=(8_000, 500)) for at in (1, 2)}
    file = tmp_path / "layers.npz"
    np.savez(file, **layers)
    assert file.stat().st_size > 60_000_000  # Streamlit itself refuses more than 20 MB
    visit(page, "/my-network?network=files")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("2 layers from layers.npz.").wait_for()
    rows = page.locator(".dv-beside")
    expect(rows.locator("h3")).to_have_text(list(layers))
    verdicts = rows.locator(".dv-words > p")
    before = verdicts.all_inner_texts()
    page.locator(".dv-range").press("End")
    expect(page.locator(".dv-value")).to_have_text("0.95")
    after = verdicts.all_inner_texts()
    assert [text[:1] for text in before] == ["✓", "✗"]
    assert [text[:10] for text in after] == ["✗ Too much"] * 2
    assert all(one != other for one, other in zip(before, after, strict=True))
