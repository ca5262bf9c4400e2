"""A changed setting moves the picture from where it was, along axes that hold still; while it loads nothing jumps."""

import re
from collections import Counter
from itertools import pairwise

import pytest

import dropviz as dv
from dropviz.figures.everything import explorer_live
from dropviz.figures.where_to_scale import where_live
from dropviz.live.modules import HERE, stylesheet
from dropviz.settings.first_screen import ANSWER
from dropviz.simulation.first_screen import first_look
from dropviz.theory.activations import RELU

RATES = dv.rate_grid(0.0, 0.95, 0.01)

# ---- the picture moves ----------------------------------------------------------------------------------------------

BARE = """<!doctype html><meta charset="utf-8"><style>{style}</style><div class="dv" style="width: 1200px"></div>"""
# A page whose time passes when it is told to.
CLOCK = """async () => {
  let clock = 0, count = 0;
  const waiting = new Map();
  performance.now = () => clock;
  window.requestAnimationFrame = (act) => { count += 1; waiting.set(count, act); return count; };
  window.cancelAnimationFrame = (one) => waiting.delete(one);
  window.pass = (milliseconds) => {
    clock += milliseconds;
    const due = [...waiting.values()];
    waiting.clear();
    for (const act of due) act(clock);
  };
  window.rests = () => waiting.size === 0;
  const { mount } = await import("/modules/figure.js");
  window.show = (payload) => { window.live = mount(document.querySelector(".dv"), payload, 0.3); };
}"""
SHAPE = """() => [...document.querySelectorAll(".dv-picture :is(path, circle, text)")]
  .map((node) => ["d", "cx", "cy", "x", "y"].map((name) => node.getAttribute(name)).join(" ") + node.textContent)"""
ZERO = "Number(document.querySelector('.dv-stem').getAttribute('x'))"  # where the mass at 0 has its label

LINES = "() => [...document.querySelectorAll('.dv-mean')].map((one) => one.getBoundingClientRect().bottom)"
LINE = "document.querySelector('.dv-here:has(.dv-cursor)').style.transform"


@pytest.fixture(scope="module")
def payloads():
    """Two pictures of the same marks: of the first page, and of one with other activations."""
    configs = [dv.SweepConfig(law, 10_000, RATES) for law in (RELU, dv.Normal(1.0, 2.0))]
    return [explorer_live(first_look(dv.sweep(config))).payload() for config in configs]


@pytest.fixture
def still(app_url):
    """A function that opens a bare page in which a figure can be shown and time passes as told."""

    def open_bare(page):
        files = {f"/modules/{path.name}": path.read_text(encoding="utf-8") for path in HERE.glob("*.js")}
        files["/bare"] = BARE.format(style=stylesheet())

        def serve(route):
            path = route.request.url.removeprefix(app_url)
            kind = "text/html" if path == "/bare" else "text/javascript"
            route.fulfill(body=files[path], content_type=kind)

        for path in files:
            page.route(app_url + path, serve)
        page.goto(f"{app_url}/bare")
        page.evaluate(CLOCK)

    return open_bare


def act(page, name, value):
    page.evaluate(f"value => {{ {name}(value); }}", value)


def drag(page, place):
    page.locator(".dv-range").evaluate(
        "(node, place) => { node.value = place; node.dispatchEvent(new Event('input')); }", place
    )


def zeros(page, *passes):
    """Where 0 stands after each pass of time, in milliseconds."""
    places = []
    for milliseconds in passes:
        act(page, "pass", milliseconds)
        places.append(page.evaluate(ZERO))
    return places


def test_a_changed_setting_moves_the_picture_from_where_it_is(page, still, payloads):
    one, other = payloads
    still(page)
    act(page, "show", other)
    end, final = page.evaluate(ZERO), page.evaluate(SHAPE)
    act(page, "show", one)
    begin, first = page.evaluate(ZERO), page.evaluate(SHAPE)
    assert abs(end - begin) > 100
    act(page, "live.replace", other)
    way = [begin, *zeros(page, *[20] * 8), end]
    assert all(0 < (b - a) / (end - begin) < 0.6 for a, b in pairwise(way))
    assert zeros(page, 40) == [end]
    assert page.evaluate(SHAPE) == final  # as if it had never been another
    assert page.evaluate("rests()")
    # a second change on the way starts from what is seen, and so does the way back
    act(page, "live.replace", one)
    reached = zeros(page, 20, 20)[-1]
    act(page, "live.replace", other)
    back = [reached, *zeros(page, *[20] * 8), end]
    assert all(0 < (b - a) / (end - reached) < 0.6 for a, b in pairwise(back))
    # a drag on the way is shown at once, and breaks nothing
    act(page, "live.replace", one)
    zeros(page, 20, 20)
    drag(page, 80)
    zeros(page, 20)
    there = page.evaluate(LINE)
    zeros(page, 200)
    assert page.evaluate(LINE) == there
    assert page.evaluate("rests()")
    drag(page, 30)
    zeros(page, 20)
    assert page.evaluate(LINE) != there
    assert page.evaluate(SHAPE) == first


def test_who_wants_less_motion_has_the_new_picture_at_once(new_page, still, payloads):
    page = new_page(reduced_motion="reduce")
    still(page)
    act(page, "show", payloads[1])
    final = page.evaluate(SHAPE)
    act(page, "show", payloads[0])
    act(page, "live.replace", payloads[1])
    assert page.evaluate(SHAPE) == final
    assert page.evaluate("rests()")


# ---- the bars move --------------------------------------------------------------------------------------------------

# What moves in the bars, brought to a share of its time.
AT = """share => {
  for (const one of document.getAnimations()) {
    one.pause();
    one.currentTime = share * one.effect.getComputedTiming().duration;
  }
}"""
RUNNING = "() => document.getAnimations().length"
FINISH = "() => { for (const one of document.getAnimations()) one.finish(); }"
OVER = "!document.querySelector('.dv-crowd')"
PLACES = """(name) => [...document.querySelectorAll(name)]
  .map((node) => node.getBoundingClientRect()).map(({ left, right, top, bottom }) => ({ left, right, top, bottom }))"""
STANDS = "() => document.querySelector('.dv-bars').outerHTML"
# What is said meanwhile and can be read: its words, and the size of the type.
SAID = """(name) => [...document.querySelectorAll(name)].filter((one) => getComputedStyle(one).opacity === "1")
  .map((one) => [one.innerText, parseFloat(getComputedStyle(one).fontSize)])"""
# What stands where, and what is said, at each hundredth of the time.
HUNDRED = f"""() => {{
  const [at, places, said] = [{AT}, {PLACES}, {SAID}];
  const all = Array.from({{ length: 100 }}, (_, one) => {{
    at(one / 100);
    return [[places(".dv-block"), places(".dv-bin")], said(".dv-said")];
  }});
  return [all.map(([standing]) => standing), all.map(([, words]) => words)];
}}"""
STAY = """() => [...document.querySelectorAll(".dv-range, .dv-picture, .dv-ask")]
  .map((one) => one.getBoundingClientRect().top)"""


@pytest.fixture(scope="module")
def draws():
    """The one idea, drawn twice."""
    configs = [dv.SweepConfig(RELU, 10_000, RATES, tuple(ANSWER.options), seed) for seed in (1, 2)]
    return [where_live(first_look(dv.sweep(config))).payload() for config in configs]


def meet(one, other):
    """Whether two boxes overlap."""
    return (
        one["left"] < other["right"]
        and other["left"] < one["right"]
        and one["top"] < other["bottom"]
        and other["top"] < one["bottom"]
    )


def test_units_run_into_the_bins_of_their_outputs_and_all_into_the_mean(page, still, draws):
    still(page)
    act(page, "show", draws[0])
    before, stays = page.evaluate(STANDS), page.evaluate(STAY)
    bars = page.evaluate(PLACES, ".dv-column")
    page.locator(".dv-ask").click()
    page.evaluate(AT, 0.1)
    for bar, block in zip(bars, page.evaluate(PLACES, ".dv-block"), strict=True):
        assert block == pytest.approx(bar, abs=0.5)
    page.evaluate(AT, 0.6)
    bins = page.evaluate(PLACES, ".dv-bin")
    ((stacked, size),) = page.evaluate(SAID, ".dv-said")
    assert (stacked, size >= 14) == ("all units, stacked by output", True)
    for words, size in page.evaluate(SAID, ".dv-all, .dv-zero"):
        assert not words or "%" in words
        assert size >= 14
    top = page.evaluate(PLACES, ".dv-stand")[0]["top"]  # bins above it are cut
    for words in page.evaluate(PLACES, ".dv-all, .dv-zero, .dv-said, .dv-mean-value:has(small)"):
        assert not any(
            meet(words, {**one, "top": max(top, one["top"])}) for one in bins if one["bottom"] > top
        )
    for bar, block in zip(bars, page.evaluate(PLACES, ".dv-block"), strict=True):
        assert block["bottom"] == pytest.approx(bar["top"], abs=0.5)
        assert any(one["top"] - 0.5 <= block["bottom"] <= one["bottom"] + 0.5 for one in bins)
    page.evaluate(AT, 0.9)
    assert [words for words, _ in page.evaluate(SAID, ".dv-said")] == ["the line is their average"]
    for sheet, line in zip(page.evaluate(PLACES, ".dv-crowd"), page.evaluate(LINES), strict=True):
        assert sheet["bottom"] - sheet["top"] < 5
        assert sheet["top"] - 2 <= line <= sheet["bottom"] + 2
    assert page.evaluate(STAY) == stays
    page.evaluate(FINISH)
    page.wait_for_function(OVER)
    assert (page.evaluate(STANDS), page.evaluate(RUNNING)) == (before, 0)
    # a drag on the way ends it, and so does a second press
    page.locator(".dv-ask").click()
    drag(page, 60)
    act(page, "pass", 20)
    assert page.evaluate(RUNNING) == 0
    assert page.locator(".dv-crowd").count() == 0
    assert page.locator(".dv-value").inner_text() == "0.60"
    drag(page, 30)
    act(page, "pass", 20)
    page.locator(".dv-ask").click()
    page.locator(".dv-ask").click()
    assert page.evaluate(STANDS) == before


def test_another_draw_lets_units_fall_one_by_one(page, still, draws):
    still(page)
    act(page, "show", draws[0])
    assert page.evaluate(RUNNING) == 0
    act(page, "live.replace", draws[1])
    assert page.evaluate(RUNNING) == page.locator("[data-fallen]").count() > 2
    standing = []
    for share in (0.0, 0.4, 0.7, 1.0):
        page.evaluate(AT, share)
        places = page.evaluate(PLACES, "[data-fallen] .dv-column")
        standing.append(sum(one["bottom"] - one["top"] > 0.5 for one in places))
    assert standing == sorted(standing, reverse=True)
    assert len(set(standing)) >= 3


def test_who_wants_less_motion_sees_the_states_alone(new_page, still, draws):
    page = new_page(reduced_motion="reduce")
    still(page)
    act(page, "show", draws[0])
    act(page, "live.replace", draws[1])
    assert page.evaluate(RUNNING) == 0
    page.locator(".dv-ask").click()
    lasts = page.evaluate("() => document.getAnimations()[0].effect.getComputedTiming().duration")
    states, said = page.evaluate(HUNDRED)
    captions = Counter(words for each in said for words, _ in each)
    assert len({str(places) for places in states}) == 4  # bars, units in their bins, all, the mean
    assert len(captions) == 3
    assert min(captions.values()) / 100 * lasts >= 1500  # milliseconds to read each
    page.evaluate(FINISH)
    page.wait_for_function(OVER)


# Every frame's shape until it has been the same for half a second; and when it was first and last another one.
FRAMES = """() => {
  const shape = () => document.querySelectorAll(".dv-picture .dv-dots")[7].getAttribute("d");
  const seen = [[performance.now(), shape()]];
  window.motion = new Promise((done) => {
    const look = (now) => {
      if (shape() !== seen.at(-1)[1]) seen.push([now, shape()]);
      if (seen.length > 1 && now - seen.at(-1)[0] > 500) done(seen);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}"""
AXES = "() => [...document.querySelectorAll('.dv-tick, .dv-grid')].map((node) => node.outerHTML)"


def test_a_new_draw_moves_points_along_axes_that_hold_still(page, opened):
    opened(page, "/?view=full")
    axes = page.evaluate(AXES)
    page.evaluate(FRAMES)
    page.get_by_role("button", name="new draw").click()
    _, *changes = page.evaluate("() => window.motion")
    assert len(changes) > 2, "no picture on the way"
    assert changes[-1][0] - changes[0][0] < 600  # 180, and a frame of a busy machine
    assert page.evaluate(AXES) == axes


# ---- nothing jumps --------------------------------------------------------------------------------------------------

# Of the figure and of what stands below it, what has moved in the window although nobody asked.
SHIFTS = """async () => {
  const figure = document.querySelector("[class*=where_live]");
  const later = Node.DOCUMENT_POSITION_FOLLOWING;
  const concerns = ({ node }) => node && (figure.contains(node) || figure.compareDocumentPosition(node) & later);
  const moved = [];
  const observer = new PerformanceObserver((list) => moved.push(...list.getEntries()
    .flatMap(({ value, sources }) => sources.filter(concerns).map(({ node }) => `${value} ${node.nodeName}`))));
  observer.observe({ type: "layout-shift", buffered: true });
  await new Promise((done) => setTimeout(done, 300));
  observer.disconnect();
  return moved;
}"""
BELOW = """(node) => {
  const all = [...node.parentElement.children];
  return all.slice(all.indexOf(node) + 1).map((one) => one.checkVisibility({ visibilityProperty: true }));
}"""


@pytest.mark.parametrize("device", ["page", "phone"])
def test_the_figure_has_its_room_before_it_comes_and_nothing_moves(request, visit, device):
    page = request.getfixturevalue(device)
    script, held = re.compile(r"/explorer\."), []

    def hold(route):
        held.append(route)

    with page.expect_request(script):
        page.route(script, hold)
        visit(page)
    room = page.locator("[class*=where_live]")
    page.wait_for_timeout(300)
    assert page.locator(".dv[data-ready]").count() == 0
    assert room.bounding_box()["height"] >= 680
    assert not any(room.evaluate(BELOW))
    for route in held:
        route.continue_()
    page.locator(".dv[data-ready]").wait_for()
    page.wait_for_timeout(500)
    assert any(room.evaluate(BELOW))
    assert page.evaluate(SHIFTS) == []
    room.evaluate("node => { node.style.marginTop = '40px'; }")
    assert page.evaluate(SHIFTS) != []  # it would have been seen
