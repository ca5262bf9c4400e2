"""What a person sees without scrolling, and where the keys go."""

from playwright.sync_api import expect

_WORDS = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const words = [];
    let smallest = Infinity;
    while (walker.nextNode()) {
        const { data, parentElement: parent } = walker.currentNode;
        const range = document.createRange();
        range.selectNodeContents(walker.currentNode);
        const { width, right, top, bottom } = range.getBoundingClientRect();
        const { fontSize, clipPath } = getComputedStyle(parent);
        const shown = parent.checkVisibility({ opacityProperty: true, visibilityProperty: true });
        if (!data.trim() || !shown || parent.closest("style, script, .dv-status") || clipPath !== "none") continue;
        const hidden = parent.closest("[data-testid=stSkipToContent]"); // until a key leads there
        if (hidden || width < 2 || right < 0 || bottom < 0 || top >= innerHeight) continue;
        words.push(...data.trim().split(/\\s+/).filter((word) => /^[^'’]*[\\p{L}\\p{N}]/u.test(word)));
        smallest = Math.min(smallest, parseFloat(fontSize));
    }
    return [words, smallest];
}"""


def words_in_view(page):
    """Every word in the window, and the size of the smallest type, in pixels."""
    words, smallest = page.evaluate(_WORDS)
    return words, smallest


_UNFOLD = "() => { for (const one of document.querySelectorAll('.dv-fold, .dv-data')) one.open = true; }"
_EMPTY = ".dv-fold[open]:not(:has(> summary ~ *))"


def expect_focus(locator):
    """The element is the one that keys go to: whether its window is in front, no test of ours decides."""
    locator.page.wait_for_function("one => one === document.activeElement", arg=locator.element_handle())


def unfold(page):
    """Unfold what is folded in the figures, and wait for what comes only then."""
    page.evaluate(_UNFOLD)
    expect(page.locator(_EMPTY)).to_have_count(0)


# What a line must not end in, in every block that is seen: signs and what they join, up to the second equality, and
# numbers with their signs. A formula that is wider than its block may break.
_BROKEN = r"""() => {
    const joined = /[^\s,;]+(?:\s[×÷+−·/±<>≤≥→]\s[^\s,;]+)*/.source;
    const formula = new RegExp(`${joined}(?:\\s[=≈]\\s${joined})?|[×÷]\\s[\\d.]+|\\d\\s%`, "gu");
    const blocks = new Map();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode;
        let block = node.parentElement;
        if (!node.data.trim() || block.closest("style, script, svg, pre, code, .dv-status")) continue;
        if (!block.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
        while (getComputedStyle(block).display === "inline") block = block.parentElement;
        blocks.set(block, [...(blocks.get(block) ?? []), node]);
    }
    const broken = [];
    for (const [block, nodes] of blocks) {
        const starts = [];
        let text = "";
        for (const node of nodes) { starts.push(text.length); text += node.data; }
        const place = (at) => {
            const index = starts.findLastIndex((start) => start <= at);
            return [nodes[index], at - starts[index]];
        };
        for (const { 0: found, index } of text.matchAll(formula)) {
            if (!/\s/.test(found)) continue;
            const range = document.createRange();
            range.setStart(...place(index));
            const [last, offset] = place(index + found.length - 1);
            range.setEnd(last, offset + 1);
            const rects = [...range.getClientRects()].filter(({ width }) => width > 0);
            const width = rects.reduce((sum, rect) => sum + rect.width, 0);
            const lines = new Set(rects.map(({ top, bottom }) => Math.round((top + bottom) / 12)));
            if (lines.size > 1 && width <= block.clientWidth) broken.push(found);
        }
    }
    return broken;
}"""

_TERMS = """() => {
    const unread = "a, b, h1, h2, h3, pre, code, svg, figcaption, label, summary, button, .dv-bar, .dv-bars, .dv-data";
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const terms = [];
    let before = "";
    while (walker.nextNode()) {
        const { data, parentElement: parent } = walker.currentNode;
        if (!parent.closest(".dv, .story-words") || !parent.checkVisibility({ visibilityProperty: true })) continue;
        if (parent.matches(".dv-term")) terms.push([data, before]);
        else if (parent.closest(unread)) continue;
        before += parent.matches("span, small, i") ? data : ` ${data}`;
    }
    return terms;
}"""


def broken_formulas(page):
    """The formulas that are seen in more than one line."""
    return page.evaluate(_BROKEN)


def terms_in_view(page):
    """Each word that is explained, with all that stands before it in texts that explain words."""
    return page.evaluate(_TERMS)
