"""The page of real networks: one walks through the questions, each fits a laptop and follows the rate."""

import re

from playwright.sync_api import expect

from dropviz.settings.where import QUESTION, QUESTIONS

BEYOND = """() => [...document.querySelectorAll(".dv-panel:not(.dv-fold *) .dv-name")].filter((name) => {
    const [words, figure] = [name, name.closest(".dv")].map((node) => node.getBoundingClientRect().right);
    return words > figure;
}).map((name) => name.textContent)"""


def test_one_walks_through_the_questions_and_each_has_its_picture_and_follows_the_rate(page, opened):
    opened(page, "/where?rate=0.6")
    finding = page.locator(".dv-finding")
    for name, question in QUESTIONS.items():
        if name != QUESTION.default:
            before = finding.inner_text()
            page.get_by_role("radio", name=question.label, exact=True).click()
            page.wait_for_url(re.compile(rf"[?&]where={name}(&|$)"))
            expect(finding).not_to_have_text(before)
        expect(page.get_by_text(question.asked, exact=True)).to_be_visible()
        expect(page.locator(".dv-value")).to_have_text("0.60")
        at_60 = page.locator(".dv-range").input_value()  # a question may have fewer rates than the others
        panels = page.locator(".dv-panel:visible")
        expect(panels).to_have_count(2 if name == "exact" else 1)  # that asks for both means
        last = panels.last.bounding_box()
        assert last["y"] + last["height"] <= 700, name
        assert page.evaluate(BEYOND) == []
        said = finding.inner_text()
        page.locator(".dv-range").press("End")
        expect(finding).not_to_have_text(said)
        page.locator(".dv-range").fill(at_60)
        expect(page.locator(".dv-value")).to_have_text("0.60")
