"""Every page for everyone: axe-core, contrast, keyboard, screen reader, less motion, and a page twice as large.

The walk over all pages is in test_every_page.py.
"""

import re
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import expect

from tests.browser.in_view import broken_formulas, unfold
from tests.browser.telling import begin

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LIVE = ("", "which-p", "mistakes", "next-layer", "where", "my-network", "answer", "noise", "schedule")
TALK, TRAINED = "story?mode=talk", "training?training_seeds=1"
# So tall that nothing lies below the fold: axe does not judge, or misjudges, what is scrolled away or cut.
TALL, LAPTOP, HALF = (
    {"width": width, "height": height} for width, height in ((1280, 5000), (1280, 720), (640, 360))
)

# Colours as Chromium paints them, over what lies behind.
COLORS = """
    const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 })
        .getContext("2d", { willReadFrequently: true });
    const remembered = (compute) => {
        const known = new Map();
        return (key, ...rest) => {
            const name = rest.length ? `${key}|${rest}` : key;
            if (!known.has(name)) known.set(name, compute(key, ...rest));
            return known.get(name);
        };
    };
    const over = remembered((below, color, opacity = 1) => {
        for (const [fill, alpha] of [[`rgb(${below})`, 1], [color, opacity]]) {
            Object.assign(context, { fillStyle: fill, globalAlpha: alpha }).fillRect(0, 0, 1, 1);
        }
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    });
    // What waits for the server is faint for a moment.
    const own = (node) => (node.matches("[data-stale=true]") ? 1 : getComputedStyle(node).opacity);
    const opacity = remembered((node) => (node ? opacity(node.parentElement) * own(node) : 1));
    const behind = remembered((node) => (node ? over(behind(node.parentElement), getComputedStyle(node).backgroundColor)
        : [255, 255, 255]));
    const luminance = (color) => color.map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
    const contrast = (ground, color) => {
        const [low, high] = [luminance(ground), luminance(color)].sort((one, other) => one - other);
        return (high + 0.05) / (low + 0.05);
    };
"""

# Every text (WCAG 1.4.3). Axe takes fifty times as long, and passes over words of one letter, and over the text of a
# drawing that another drawing overlies; it judges the first page, too. What is disabled may be faint; the value beside
# a slider's handle is no part of the handle.
LOW_CONTRAST = f"""() => {{{COLORS}
    for (const one of document.getAnimations()) if (one.effect.getComputedTiming().endTime < Infinity) one.finish();
    const texts = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) if (walker.currentNode.data.trim()) texts.add(walker.currentNode.parentElement);
    const seen = [...texts].filter((node) => !node.closest("script, style, :disabled")
        && node.checkVisibility({{ visibilityProperty: true, opacityProperty: true }}));
    const faint = new Set();
    for (const node of seen) {{
        const {{ fill, color, fontSize, fontWeight }} = getComputedStyle(node);
        const drawing = node.closest("svg");
        const handle = node.closest("[data-testid=stSliderThumbValue]")?.parentElement;
        const ground = behind((handle ?? drawing)?.parentElement ?? node);
        const painted = over(ground, drawing ? fill : color, opacity(node));
        const ratio = contrast(ground, painted);
        const large = parseFloat(fontSize) >= (fontWeight >= 700 ? 18.66 : 24);
        const said = `${{node.textContent.slice(0, 30)}}: ${{ratio.toFixed(2)}}, ${{painted}} on ${{ground}}`;
        if (ratio < (large ? 3 : 4.5)) faint.add(said);
    }}
    return [seen.length, [...faint]];
}}"""

# Lines, points, units, swatches and keys against the page: 3 : 1 (WCAG 1.4.11). A half transparent area is judged by
# its outline; the grid is no more than a help, and what
# cuts a bar or runs inside a line is a gap.
FAINT_MARKS = f"""() => {{{COLORS}
    const drawn = ".dv-unit, .dv-marks :is(path, circle):not(.dv-cut, .dv-inside)";
    const marks = [...document.querySelectorAll(drawn)].flatMap((node) => {{
        const {{ fill, stroke, fillOpacity, strokeOpacity, strokeWidth, opacity }} = getComputedStyle(node);
        const area = fill !== "none" && (fillOpacity < 1 || /rgba|\\/ 0?\\./.test(fill));
        const paints = [stroke !== "none" && parseFloat(strokeWidth) && strokeOpacity > 0 ? stroke : null,
            area || fill === "none" ? null : fill].filter(Boolean);
        return paints.length && opacity > 0 ? [[node, paints]] : [];
    }});
    for (const node of document.querySelectorAll(".dv-swatch, .dv-key")) {{
        const key = node.matches(".dv-key");
        const style = getComputedStyle(node, key ? "::before" : null);
        marks.push([node, [key ? style.borderTopColor : style.backgroundColor]]);
    }}
    const seen = marks.filter(([node]) => node.checkVisibility({{ visibilityProperty: true }}));
    const faint = seen.map(([node, paints]) => {{
        const ground = behind(node.closest("svg")?.parentElement ?? node.parentElement);
        const ratio = Math.max(...paints.map((paint) => contrast(ground, over(ground, paint))));
        return ratio < 3 ? `${{node.outerHTML.slice(0, 60)}}: ${{ratio.toFixed(2)}}, ${{paints}} on ${{ground}}` : null;
    }});
    return [seen.length, [...new Set(faint.filter(Boolean))]];
}}"""

# What stands in the article: not in what scrolls sideways by itself, nor what is for screen readers alone.
CUT_OFF = """() => {
    const main = document.querySelector("[data-testid='stMain']");
    const width = document.documentElement.clientWidth;
    const cut = [];
    if (main.scrollWidth > main.clientWidth) cut.push(`the page is ${main.scrollWidth} pixels wide`);
    const scrolls = (node) => node.closest("pre, .dv-scroll, .dv-tables, .dv-status, [data-testid='stDataFrame']");
    const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        const node = text.parentElement;
        if (!text.data.trim() || !node.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
        if (scrolls(node)) continue;
        const range = document.createRange();
        range.selectNodeContents(text);
        const box = range.getBoundingClientRect();
        if (box.width && (box.left < -1 || box.right > width + 1)) cut.push(text.data.trim().slice(0, 40));
    }
    return cut;
}"""


def serious(page, within="document"):
    """What axe calls serious or critical, one line each, and every faint text."""
    return judged(page, within) + page.evaluate(LOW_CONTRAST)[1]


def judged(page, within="document", contrast=False):
    """What axe calls serious or critical, one line each."""
    rules = f"{{ 'color-contrast': {{ enabled: {str(contrast).lower()} }} }}"
    settings = f"{{ runOnly: {LEVELS}, resultTypes: ['violations'], rules: {rules} }}"
    result = page.evaluate(f"axe.run({within}, {settings})")
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in result["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
        # Streamlit's code box puts the focus on its frame, not on what scrolls; browsers focus that themselves.
        if not (rule["id"] == "scrollable-region-focusable" and node["html"].startswith("<pre"))
    ]


def barriers(page, address):
    """What is wrong with a page that stands open, unfolded, in light, dark, and a window as of a page at 200 %."""
    page.add_style_tag(content="* { transition: none !important; }")  # no colour half way between two schemes
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(f"{AXE};0")
    found = []
    if address in LIVE:
        picture = page.locator(".dv-picture").first
        if picture.get_attribute("role") != "group" or len(picture.get_attribute("aria-label")) < 60:
            found.append("the figure has no text")
        unfold(page)
        page.locator(".dv-tables table").first.wait_for()
        tables = page.locator(".dv-tables").first.inner_text()
        found += [
            f"the table says {word}" for word in ("NaN", "undefined", "null", "Infinity") if word in tables
        ]
        page.locator(".dv-data summary").first.click()
    else:
        unfold(page)
    found += [f"in two lines: {formula}" for formula in broken_formulas(page)]  # on a phone: test_phone.py
    for scheme, background in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(21, 23, 26)")):
        page.emulate_media(color_scheme=scheme)
        expect(page.get_by_test_id("stApp")).to_have_css("background-color", background)
        texts, faint = page.evaluate(LOW_CONTRAST)
        marks, faint_marks = page.evaluate(FAINT_MARKS)
        assert texts >= (20 if address.startswith("story") else 50)
        assert marks > 5 or address not in (*LIVE, TRAINED, TALK)
        # In the dark colours change, and nothing else.
        barred = judged(page, contrast=not address) if scheme == "light" else []
        found += [f"{scheme}: {what}" for what in (*barred, *faint, *faint_marks)]
    page.set_viewport_size(HALF)
    page.wait_for_function(
        "[...document.querySelectorAll('.dv-svg, canvas')].every((one) => one.clientWidth <= 640"
        " && !(one.clientWidth && one.viewBox?.baseVal?.width > 640))"  # and drawn anew
    )
    return found + [f"cut off at 200 %: {what}" for what in _cut_off(page)]


def _cut_off(page):
    """What is cut off, once the picture has taken the width of the window."""
    for _ in range(20):
        cut = page.evaluate(CUT_OFF)
        if not cut:
            break
        page.wait_for_timeout(100)
    return cut


def test_the_talk_its_dialogs_and_its_notes_have_no_barrier(page, opened, visit):
    page.set_viewport_size(TALL)
    begin(opened, page, f"/{TALK}")
    found = {TALK: barriers(page, TALK)}
    page.set_viewport_size(LAPTOP)
    page.get_by_role("button", name="it stays").click()  # which is wrong
    found["talk, answered"] = serious(page)
    for key in ("q", "?", "s"):
        page.keyboard.press(key)
        page.get_by_role("dialog").wait_for()
        found[f"talk, {key}"] = serious(page)
        page.keyboard.press("Escape")
    page.keyboard.press("End")
    page.get_by_text("Look again at").wait_for()
    found["talk, result"] = serious(page)
    visit(page, "/story?mode=notes")
    page.locator(".story-note-body .story-title").wait_for()
    page.evaluate(f"{AXE};0")
    found["notes"] = [*serious(page), *_cut_off(page)]
    assert {address: what for address, what in found.items() if what} == {}


def test_the_data_stand_in_tables_that_follow_the_rate(page, opened):
    opened(page, "/?rate=0.3")
    assert page.locator(".dv-tables table").count() == 0  # nothing is built that nobody reads
    page.locator(".dv-data summary").focus()
    page.keyboard.press("Enter")
    means = page.locator(".dv-tables table").filter(has_text="The means match: training = test (mean)")
    unfold(page)
    now = means.locator("[aria-current]")
    expect(now.locator("th")).to_have_text("now: 0.3")
    exact = page.locator('[data-text="inverted-train-mean-exact"]').inner_text()
    column = means.locator("thead th").all_inner_texts().index("inverted train, exact")
    assert exact == f"exact {now.locator('th, td').nth(column).inner_text()}"
    assert means.locator("tbody tr").count() == 1 + 96
    simulated = means.locator("tbody tr").filter(has=page.locator("th", has_text=re.compile(r"^0\.4$")))
    assert re.search(r"0\.\d+ ± 0\.00\d+", simulated.inner_text())
    spikes = page.locator(".dv-tables table").first.locator("tr").filter(has_text="exactly 0 in training")
    assert spikes.inner_text().endswith("%")
    page.evaluate(f"{AXE};0")
    assert serious(page, "'.dv-data'") == []
    page.locator(".dv-range").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(now.locator("th")).to_have_text("now: 0.4")


FOCUS = """() => {
    const node = document.activeElement;
    if (node === document.body) return null;
    node.dataset.visited = "true";
    const { outlineStyle, outlineWidth } = getComputedStyle(node);
    const name = node.getAttribute("aria-label") || node.textContent.trim() || node.id;
    return { name, kind: node.tagName, class: node.className, ring: `${outlineStyle} ${outlineWidth}` };
}"""


def test_the_keyboard_reaches_everything_in_order_and_is_seen(page, visit):
    visit(page)
    page.locator(".dv[data-ready]").wait_for()
    page.locator(".st-key-page_footer").wait_for(state="attached")
    # Not by a hand: the keys would go on from there.
    for fold, within in (
        ("My own activations, and all settings", page.get_by_role("spinbutton", name="units")),
        ("To take away: table, figure", page.get_by_role("button", name="live figure as HTML")),
    ):
        page.get_by_text(fold).dispatch_event("click")
        within.wait_for()
    stops = []
    for _ in range(100):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None:
            break
        stops.append(stop)
    # Fields show it by their frame, which is Streamlit's; of pills and of radio buttons one is a stop, arrow keys
    # reach the others.
    unseen = [stop for stop in stops if stop["ring"] != "solid 3px" and stop["kind"] != "INPUT"]
    assert unseen == []
    missed = page.locator(
        "a[href]:not([tabindex='-1']), button:not([tabindex='-1'], :disabled), summary, "
        "input:not([tabindex='-1'], [type=radio]:not(:checked))"
    ).evaluate_all(
        """all => all.filter(node => !node.dataset.visited && node.checkVisibility({ visibilityProperty: true }))
            .filter(node => !node.dataset.variant)
            .map(node => node.outerHTML.slice(0, 200))"""
    )
    assert missed == []
    names = [stop["name"] for stop in stops]
    order = [
        names.index("Skip to main content"),
        names.index("Which p?"),
        next(at for at, stop in enumerate(stops) if stop["kind"] == "INPUT"),  # where do you scale?
        names.index("Play: sweep the slider"),
        next(at for at, stop in enumerate(stops) if stop["class"] == "dv-range"),
        names.index("The data as a table"),
        names.index("table as CSV"),
        names.index("activations"),
        next(at for at, name in enumerate(names) if name.startswith("Next:")),
    ]
    assert order == sorted(order)
    assert next(stop for stop in stops if stop["class"] == "dv-range")["ring"] == "solid 3px"


def test_numbers_are_read_out_once_and_only_when_the_drag_ends(page, opened):
    opened(page)
    page.evaluate("""() => {
        window.said = [];
        const status = document.querySelector(".dv-status");
        new MutationObserver(() => window.said.push(status.textContent)).observe(status, { childList: true });
    }""")
    assert page.locator(".dv-status").get_attribute("aria-live") == "polite"
    assert (
        page.locator(
            ".dv [aria-live='polite'], .dv [role='status'], .dv output:not([aria-live='off'])"
        ).count()
        == 1
    )
    box = page.locator(".dv-range").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.4 * box["width"], middle)
    page.mouse.down()
    for share in (0.5, 0.6, 0.7):
        page.mouse.move(box["x"] + share * box["width"], middle)
    page.wait_for_function("Number(document.querySelector('.dv-value').textContent) > 0.6")
    assert page.evaluate("window.said") == []
    page.mouse.up()
    page.wait_for_function("window.said.length > 0")
    rate = page.locator(".dv-value").inner_text()
    page.wait_for_url(re.compile("rate="))
    said = page.evaluate("window.said")
    assert len(said) == 1
    assert f"{float(rate):g}" in said[0]


def test_less_motion_makes_play_step_by_a_tenth(new_page, opened):
    page = new_page(reduced_motion="reduce")
    opened(page)
    page.evaluate("""() => {
        window.rates = [];
        document.querySelector(".dv").addEventListener("dv-drawn", ({ detail }) => window.rates.push(detail.rate));
    }""")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".dv-value")).to_have_text("0.50")
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate("window.rates")[:2] == [0.4, 0.5]
    page.wait_for_url(re.compile(r"rate=0\.[5-9]"))


def test_the_next_page_keeps_the_rate_and_the_session(page, opened):
    opened(page, "/?rate=0.62")
    page.evaluate("window.sameSession = true")
    page.get_by_role("link", name=re.compile("^Next:")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Which p do I write?")
    expect(page.locator(".dv-value")).to_have_text("0.62")
    assert page.evaluate("window.sameSession")
