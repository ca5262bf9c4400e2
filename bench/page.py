"""How the page feels, in headless Chromium with software rendering: a control's change, and every step of a drag.

The first is a ratio against a bare Streamlit page with the same two controls and one chart of the same height, a plain
curve of 2,000 points; both are served and clicked in turn in one run. Ours is measured twice: as it opens, with its
settings unfolded, and with everything at once. "new draw" leaves the laws as they are, the standard deviation changes
every curve and axis. Two more pages tell where the time goes: a plain curve among as many controls, codes and buttons
as everything at once has, which Streamlit sends and draws anew at every click; and that figure on a bare page, through
`st.plotly_chart`.
The second is the time from the slider's input event to the frame that shows it, also with the processor slowed four
times, as a phone's. The third is the time of a first visit, with nothing cached, until the whole picture stands, as a
ratio to the bare page. Motion is off: a changed setting otherwise moves the picture for 180 ms more.
"""

import argparse
import contextlib
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from tools.browser import MISSING, find
from tools.running import app

CONTROLS = """
import streamlit as st
st.set_page_config(layout="wide")
st.session_state.setdefault("seed", 0)
def draw(): st.session_state.seed += 1
st.button("new draw", on_click=draw)
std = st.number_input("standard deviation of the normal", 0.1, 5.0, 1.0, 0.1)
"""
BARE_PAGE = (
    CONTROLS
    + """
import numpy as np, plotly.graph_objects as go
y = std * np.random.default_rng(st.session_state.seed).standard_normal(2000)
st.plotly_chart(go.Figure(go.Scatter(y=y), {"height": 356, "yaxis": {"range": [-20, 20]}}), key="chart")
"""
)
FURNISHED_PAGE = """
import numpy as np, plotly.graph_objects as go, streamlit as st
st.set_page_config(layout="wide")
st.session_state.setdefault("seed", 0)
def draw(): st.session_state.seed += 1
def show():
    st.title("Dropout: scale the activations at test time, or invert the dropout in training?", anchor=False)
    with st.sidebar:
        st.selectbox("activations", ["ReLU of a normal", "normal"], help="Where they come from.")
        st.number_input("mean of the normal", -3.0, 3.0, 0.0, 0.1, help="Before the ReLU.")
        std = st.number_input("standard deviation of the normal", 0.1, 5.0, 1.0, 0.1, help="Before the ReLU.")
        st.pills("strategies", ["standard", "inverted", "none", "both", "p", "q"], selection_mode="multi", help="Two.")
        st.selectbox("discrepancy shown", ["train/test variance", "mean gap"], help="The third curve.")
        st.number_input("units", 1, 1_000_000, 100_000, 1000, help="How many.")
        st.number_input("seed", 0, 2**31 - 1, 7, 1, help="Which draw.")
        st.button("new draw", on_click=draw, help="Another seed.")
    chart(std)
@st.fragment
def chart(std):
    y = std * np.random.default_rng(st.session_state.seed).standard_normal(2000)
    st.plotly_chart(go.Figure(go.Scatter(y=y), {"height": 356, "yaxis": {"range": [-20, 20]}}), key="chart")
    st.subheader("The same in a framework", anchor=False)
    st.segmented_control("framework", ["numpy", "pytorch", "keras", "jax"], default="numpy", help="Which.")
    for place, factor in zip(st.columns(2), ("* keep", "/ keep")):
        place.text(f"import numpy as np\\nmask = rng.random(a.shape) >= rate\\ntrain = a * mask\\ntest = a {factor}")
    with st.container(horizontal=True):
        st.download_button("table as CSV", "a", on_click="ignore", help="A table.")
        st.download_button("live figure as HTML", "b", on_click="ignore", help="A picture.")
    st.caption("The address of this page holds every setting: copy it, and it shows the same picture.")
    with st.expander("The words on these pages"):
        st.write("rate, keep")
def other(): pass
pages = [st.Page(show, title="Two strategies", default=True), st.Page(other, title="Which p?")]
st.navigation(pages, position="top").run()
"""
SAME_FIGURE = (
    CONTROLS
    + """
import plotly.graph_objects as go
import dropviz as dv
from dropviz.figures.everything import explorer_live
from dropviz.simulation.first_screen import first_look
live = explorer_live(first_look(dv.sweep(dv.SweepConfig(dv.Normal(std=std, relu=True), seed=st.session_state.seed))))
figure = live.to_figure()
figure.frames = ()
st.plotly_chart(figure, key="chart")
"""
)
CHANGED = {
    "app": """() => [...document.querySelectorAll('.dv-picture path, [data-text$="mean"]')]
        .map((node) => node.getAttribute('d') ?? node.textContent).join()""",
    "full": """() => [...document.querySelectorAll('.dv-picture path, [data-text$="mean"]')]
        .map((node) => node.getAttribute('d') ?? node.textContent).join()""",
    "furnished": "() => document.querySelector('.scatterlayer .js-line')?.getAttribute('d')",
    "bare": "() => document.querySelector('.scatterlayer .js-line')?.getAttribute('d')",
    "same": """() => [...document.querySelectorAll('.scatterlayer .js-line, .scatterlayer .point')]
        .map((node) => node.getAttribute('d') + node.getAttribute('transform')).join()""",
}
CLICKED = {
    "new draw": """() => [...document.querySelectorAll('button')].find((one) => one.innerText.trim() === 'new draw')""",
    "standard deviation": """() => document.querySelector(
        '[data-testid=stNumberInput]:has(input[aria-label="standard deviation of the normal"]) '
        + '[data-testid=stNumberInputStepUp]')""",
}
OURS = {"app": "first screen", "full": "everything at once"}
DRAWN = {
    **dict.fromkeys(OURS, ".dv[data-ready]"),
    **dict.fromkeys(("furnished", "bare", "same"), ".scatterlayer .js-line"),
}
DEMANDS = {"new draw": "≤ 1.1×", "standard deviation": "≤ 1.3×"}
SLOWED = 4  # times: a phone
COMPARED = {
    "bare": "a plain curve, bare",
    "furnished": "a plain curve among as many elements",
    "same": "this figure, bare",
}
DRAG = """async (steps) => {
    const root = document.querySelector('.dv'), range = root.querySelector('.dv-range'), times = [];
    for (let step = 0; step < steps; step += 1) {
        const began = performance.now();
        const drawn = new Promise((done) => root.addEventListener('dv-drawn', done, { once: true }));
        range.value = 1 + (step % 94);
        range.dispatchEvent(new Event('input'));
        await drawn;
        times.push(performance.now() - began);
    }
    return times;
}"""


def click_until_changed(page: Page, kind: str, control: str) -> float:
    """Seconds from a click on the control until the picture is another one and drawn, to the last of its parts.

    The picture counts as drawn in the frame after its last change within a quarter of a second.
    """
    seconds: float = page.evaluate(f"""async () => {{
        const look = {CHANGED[kind]};
        const before = look(), began = performance.now();
        ({CLICKED[control]})().click();
        const frame = () => new Promise(requestAnimationFrame);
        while ((look() === before || !look()) && performance.now() - began < 5000) await frame();
        let last = look(), changed = performance.now();
        while (performance.now() - changed < 250) {{
            await frame();
            const now = look();
            if (now !== last) {{ last = now; changed = performance.now(); }}
        }}
        return (changed - began) / 1000;
    }}""")
    return seconds


def first_picture(chromium: Browser, url: str, drawn: str) -> float:
    """Seconds from an address to the picture of a visitor who has nothing cached."""
    with contextlib.closing(chromium.new_context(viewport={"width": 1280, "height": 720})) as context:
        page = context.new_page()
        began = time.perf_counter()
        page.goto(url, wait_until="commit")
        page.locator(drawn).first.wait_for()
        return time.perf_counter() - began


class Measured(NamedTuple):
    """What was measured: seconds by control and kind of page, of first visits by kind, and milliseconds of a drag.

    A drag is that of each of our two views, at full speed and slowed.
    """

    times: dict[str, dict[str, list[float]]]
    first: list[dict[str, float]]
    steps: dict[str, list[float]]
    slow_steps: dict[str, list[float]]


def measured(chromium: Browser, urls: dict[str, str], rounds: int) -> Measured:
    """Click and drag on the pages, all kinds in turn."""
    pages = {kind: chromium.new_page(reduced_motion="reduce") for kind in urls}
    for kind, url in urls.items():
        pages[kind].set_viewport_size({"width": 1280, "height": 720})
        pages[kind].goto(url)
        pages[kind].locator(DRAWN[kind]).first.wait_for()
        if kind == "app":
            pages[kind].get_by_text("all settings").click()
        pages[kind].wait_for_timeout(2000)
    times: dict[str, dict[str, list[float]]] = {control: {kind: [] for kind in urls} for control in CLICKED}
    for _ in range(rounds):
        for control, of_pages in times.items():
            for kind, page in pages.items():
                page.bring_to_front()
                of_pages[kind].append(click_until_changed(page, kind, control))
    first = [
        {kind: first_picture(chromium, urls[kind], DRAWN[kind]) for kind in ("app", "bare")}
        for _ in range(rounds)
    ]
    steps, slow_steps = {}, {}
    for kind in OURS:
        page = pages[kind]
        page.bring_to_front()
        steps[kind] = sorted(page.evaluate(DRAG, 188))
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        slow_steps[kind] = sorted(page.evaluate(DRAG, 94))
        session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return Measured(times, first, steps, slow_steps)


def tell(found: Measured) -> None:
    """Print the table."""
    print("The page, headless Chromium, software rendering")
    print(f"{'what':82}{'measured':>12}{'demand':>14}")
    ratio = statistics.median(one["app"] / one["bare"] for one in found.first)
    print(f"{'first visit → whole picture, ratio to a plain curve, bare':82}{ratio:>11.2f}×{'≤ 1.0×':>14}")
    for control, of_pages in found.times.items():
        for ours, view in OURS.items():
            for kind, name in COMPARED.items():
                pairs = zip(of_pages[ours], of_pages[kind], strict=True)
                ratio = statistics.median(one / other for one, other in pairs)
                demand = DEMANDS[control] if kind == "furnished" else ""
                print(f"{f'{control} → redrawn, {view}, ratio to {name}':82}{ratio:>11.2f}×{demand:>14}")
        medians = {kind: statistics.median(values) for kind, values in of_pages.items()}
        told = ", ".join(f"{kind} {1000 * seconds:.0f} ms" for kind, seconds in medians.items())
        print(f"  medians: {told}")
    for ours, view in OURS.items():
        for what, steps, share, most in (
            ("a step of the drag, median", found.steps[ours], 0.5, 17),
            ("a step of the drag, 90 %", found.steps[ours], 0.9, 20),
            (f"a step of the drag, processor {SLOWED} times slower, median", found.slow_steps[ours], 0.5, 33),
        ):
            print(f"{f'{view}: {what}':82}{steps[int(share * len(steps))]:>9.1f} ms{f'≤ {most} ms':>14}")


def main() -> None:
    """Serve the pages, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    scripts = {"bare": BARE_PAGE, "furnished": FURNISHED_PAGE, "same": SAME_FIGURE}
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        contextlib.ExitStack() as servers,
    ):
        executable = find(playwright.chromium.executable_path)
        if executable is None:
            sys.exit(MISSING)
        own = servers.enter_context(app()).url
        urls = {"app": own, "full": f"{own}/?view=full"}
        for kind, script in scripts.items():
            file = Path(folder) / f"{kind}.py"
            file.write_text(script, encoding="utf-8")
            urls[kind] = servers.enter_context(app(file)).url
        options = ["--no-sandbox", "--disable-gpu"]
        with contextlib.closing(
            playwright.chromium.launch(executable_path=executable, args=options)
        ) as chromium:
            found = measured(chromium, urls, rounds)
    tell(found)


if __name__ == "__main__":
    main()
