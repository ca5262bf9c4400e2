"""What a person sees without scrolling."""

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
        words.push(...data.trim().split(/\\s+/).filter((word) => /[\\p{L}\\p{N}]/u.test(word)));
        smallest = Math.min(smallest, parseFloat(fontSize));
    }
    return [words, smallest];
}"""


def words_in_view(page):
    """Every word in the window, and the size of the smallest type, in pixels."""
    words, smallest = page.evaluate(_WORDS)
    return words, smallest
