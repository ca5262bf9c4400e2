"""Code to copy: by key and by finger, where the browser has a clipboard and where it has none."""

import pytest

from dropviz.frameworks.snippets import snippet


@pytest.fixture
def copied(page, visit):
    """Open the first screen, press Copy at the code of inverted dropout by key, and return what a paste then gives."""

    def copy(before=""):
        visit(page, "/?rate=0.4")
        if before:
            page.evaluate(before)
        button = page.get_by_role("button", name="Copy inverted", exact=True)
        page.bring_to_front()  # others may not copy
        button.focus()
        page.keyboard.press("Enter")
        button.locator("xpath=preceding-sibling::*[@role='status']").filter(has_text="copied").wait_for()
        page.evaluate("document.body.append(document.createElement('textarea'))")
        page.locator("body > textarea").focus()
        page.keyboard.press("Control+V")
        return page.locator("body > textarea").input_value()

    return copy


@pytest.mark.parametrize("before", ["", "Object.defineProperty(navigator, 'clipboard', {value: undefined})"])
def test_the_code_is_copied_by_key_with_and_without_a_clipboard(copied, before):
    assert copied(before) == snippet("inverted", 0.4, "numpy").rstrip()


def test_the_code_is_shown_as_text_and_follows_the_framework(page, opened):
    opened(page, "/?rate=0.4")
    code = page.get_by_role("region", name="standard", exact=True)
    assert code.text_content() == snippet("standard", 0.4, "numpy").rstrip()
    page.get_by_text("pytorch", exact=True).click()
    code.filter(has_text="import torch").wait_for()
    assert code.text_content() == snippet("standard", 0.4, "pytorch").rstrip()


def test_on_a_phone_code_scrolls_in_its_frame_and_the_page_does_not(phone, opened):
    opened(phone, "/?view=full")
    phone.locator(".dv-code pre").first.wait_for()
    wide, page_wide = phone.evaluate("""() => [document.querySelector('.dv-code pre').scrollWidth,
        document.querySelector('[data-testid=stMain]').scrollWidth]""")
    assert wide > 390
    assert page_wide <= 390
    assert phone.locator(".dv-code-copy").first.bounding_box()["height"] >= 44
