"""Networks trained while one watches, and whether one test network serves every way of training."""

import time
from collections.abc import Sequence

import streamlit as st

from dropviz.figures.training.after import band_figure, decision_figure, passes_figure
from dropviz.figures.training.epochs import HEIGHT, LOW_HEIGHT, panels, training_panel
from dropviz.frameworks.scripts import Target, training_script
from dropviz.training.config import layer_sizes
from dropviz.training.decision import has_decision
from dropviz.training.experiments import Experiment, diverged
from dropviz.training.mc import Band
from dropviz.training.session import LiveTraining
from dropviz.ui.components.growing import growing_figures
from dropviz.ui.frame import complain, heading
from dropviz.ui.pages.training.settings import (
    ASKED,
    CURVES,
    EXPERIMENT,
    FRAMEWORK,
    OWN,
    SETTINGS,
    Chosen,
    choose_own,
    choose_ready_made,
    pick,
    want_training,
)
from dropviz.ui.settings.session import read_address, write_address
from dropviz.ui.settings.sources import disarmed
from dropviz.ui.settings.widgets import show

SLICE = 0.3  # seconds of training between two pictures
PAUSE = 0.15  # seconds between two slices: without the page asking again, nothing goes on
# When a fragment runs again, Streamlit throws away what of its last run is not sent yet. While the page asks again and
# again, the next run is always waiting: it waits these seconds more, in which everything goes out.
SENDING = 0.05
SOURCES = {
    "same_test_code": "Curves are means over the seeds, bands one standard deviation. Dashed, if any: the standard "
    "network after its weights behind the dropout were multiplied by the keep probability.",
    "annealing": "Annealed dropout: Rennie, Goel, Thomas, [SLT 2014]"
    "(https://research.ibm.com/publications/annealed-dropout-training-of-deep-networks). Curriculum dropout: Morerio "
    "et al., [ICCV 2017](https://arxiv.org/abs/1703.06229).",
    "regularize": "Gaussian noise N(1, rate/keep) in the place of the mask: Srivastava et al., [JMLR 15, 2014]"
    "(https://jmlr.org/papers/v15/srivastava14a.html).",
    "monte_carlo": "Pictures of noisy passes are those of the first seed. Gal, Ghahramani, *Dropout as a Bayesian "
    "approximation*, "
    "[ICML 2016](https://arxiv.org/abs/1506.02142). Calibration error: Guo et al., "
    "[ICML 2017](https://arxiv.org/abs/1706.04599).",
    "equal_rate": "Standard starts with its weights behind the dropout divided by keep, so that both are the same "
    "function; in the third run those weights alone get the other learning rate.",
}


def show_page() -> None:
    """Show the page."""
    heading("Training: does one test network serve every way of training?")
    complain(read_address("training", SETTINGS))
    name = show(EXPERIMENT)
    _buttons(name)
    wanted = st.session_state.pop("training_wanted", False)
    try:
        chosen, view = _chosen(name)
        if chosen is not None and wanted:
            _start(chosen)
    except ValueError as problem:
        _say(problem)
        chosen = None
    if chosen is not None:
        live = _of_these_settings(chosen)
        running = live is not None and live.running
        _controls(chosen, live if running else None)
        if (refused := st.session_state.pop("training_problem", None)) is not None:
            _say(refused)
        st.session_state["training_with_page"] = True
        st.fragment(_watch, run_every=PAUSE if running else None)(chosen, view)
        _caption(chosen, name)
        _code(chosen)
        if running:
            st.session_state["sending"] = SENDING
    write_address(SETTINGS)


def _buttons(chosen: str) -> None:
    """One click chooses an experiment and starts it."""
    with st.container(horizontal=True, key="training_experiments", gap="small"):
        for name, label in EXPERIMENT.options.items():
            st.button(
                f"**{label}** :small[{ASKED[name]}]",
                key=f"training_pick_{name}",
                type="primary" if name == chosen else "secondary",
                on_click=pick,
                args=(name,),
                width="stretch",
            )


def _chosen(name: str) -> tuple[Chosen | None, str]:
    """Show the settings and return what they choose, and which curves are wanted."""
    with st.sidebar:
        chosen = choose_own() if name == OWN else choose_ready_made(name)
        view = show(CURVES)
    if chosen is None:
        st.info("Give a CSV file in the sidebar: columns of numbers, and one of labels.")
    return chosen, view


def _of_these_settings(chosen: Chosen) -> LiveTraining | None:
    """The training of these settings: a changed rate goes into it while it runs, anything else ends it."""
    live: LiveTraining | None = st.session_state.get("training_live")
    if live is None:
        return None
    key, rates = st.session_state["training_choice"]
    if key == chosen.key and rates != chosen.rates and live.running and live.change_rates(chosen.experiment):
        st.session_state["training_choice"] = key, chosen.rates
    elif (key, rates) != (chosen.key, chosen.rates):
        live.stop()
        del st.session_state["training_live"]
        return None
    return live


def _controls(chosen: Chosen, running: LiveTraining | None) -> None:
    """The button, and the question."""
    left, right = st.columns([1, 5], vertical_alignment="center")
    # two keys: a click on Stop that comes too late must not start anything
    if running is not None:
        left.button("Stop", key="training_stop", on_click=running.stop, width="stretch")
    else:
        left.button(
            "Train", key="training_start", on_click=want_training, width="stretch", help=EXPERIMENT.help
        )
    right.markdown(f"**{chosen.experiment.title}.** {chosen.experiment.question}")


def _start(chosen: Chosen) -> None:
    """Train what is chosen, from the beginning, instead of whatever is running."""
    if (before := st.session_state.pop("training_live", None)) is not None:
        before.stop()
    try:
        live = LiveTraining(chosen.experiment, chosen.data, chosen.seeds)
    except ValueError as problem:
        st.session_state["training_problem"] = str(problem)
        return
    st.session_state["training_live"] = live
    st.session_state["training_choice"] = chosen.key, chosen.rates


def _watch(chosen: Chosen, view: str) -> None:
    """Train a slice, and draw; the reruns of this fragment are all the time that a training ever gets."""
    live: LiveTraining | None = st.session_state.get("training_live")
    with_page = st.session_state.pop("training_with_page", False)  # then the page is waiting: draw only
    if live is not None:
        was_running = live.running
        if not with_page:
            live.advance(SLICE)
        if not live.running:
            live.conclude()
            if was_running:
                st.rerun()
    _progress(chosen.experiment, live)
    _charts(chosen, live, view)
    _findings(live)
    _after(live)
    if live is not None and live.running and not with_page:
        time.sleep(SENDING)


def _progress(experiment: Experiment, live: LiveTraining | None) -> None:
    epochs = max(config.epochs for _, config in experiment.runs)
    if live is None:
        st.progress(0.0, f"{len(experiment.runs)} networks, {epochs} epochs: not trained yet")
    elif live.running:
        st.progress(live.done / live.epochs, f"epoch {live.done} of {live.epochs}")
    else:
        words = "finished" if live.done == live.epochs else f"ended after epoch {live.done} of {live.epochs}"
        st.progress(live.done / live.epochs, words)


def _charts(chosen: Chosen, live: LiveTraining | None, view: str) -> None:
    """The curves; for points in the plane also what each network makes of the plane."""
    experiment, data = chosen.experiment, chosen.data
    runs = () if live is None else live.runs
    plane = has_decision(data)
    height = LOW_HEIGHT if plane else HEIGHT
    charts = [training_panel(quantity, experiment, runs, height) for quantity in panels(experiment, view)]
    if plane:
        seen = {} if live is None else live.plane
        labels = [run.label for run in runs] or [label for label, _ in experiment.runs]
        charts += [decision_figure(label, seen.get(label), data) for label in labels]
    growing_figures(charts, "training_curves")


def _findings(live: LiveTraining | None) -> None:
    """What the runs show, computed from them; while they train only what cannot wait."""
    sentences: Sequence[str] = ()
    if live is not None:
        sentences = diverged(live.runs) if live.running else live.sentences
        for place, changes in enumerate(live.by_hand):
            if changes:
                told = ", ".join(f"{rate:g} from epoch {epoch + 1} on" for epoch, rate in changes)
                sentences = [*sentences, f"Rate changed by hand, {live.experiment.runs[place][0]}: {told}."]
    with st.container(key="training_findings"):
        if sentences:
            st.subheader("What these runs show", anchor=False)
            st.markdown("\n".join(f"- {sentence}" for sentence in sentences))
        else:
            st.caption("When the runs have ended, what they show is computed from them and said here.")


def _after(live: LiveTraining | None) -> None:
    """What can be seen of noisy passes when the networks are finished."""
    if live is None or live.running:
        return
    figures = [
        band_figure(label, seen, live.data) if isinstance(seen, Band) else passes_figure(label, seen)
        for label, seen in live.after
    ]
    if figures:
        growing_figures(figures, "training_after")


def _caption(chosen: Chosen, name: str) -> None:
    """What was trained, on what, how; and who found it."""
    data, config = chosen.data, chosen.experiment.runs[0][1]
    optimizers = {run.optimizer for _, run in chosen.experiment.runs}
    optimizer = config.optimizer
    how = (
        f"{type(optimizer).__name__}, learning rate {optimizer.learning_rate:g}"
        if len(optimizers) == 1
        else ("every run with its own optimizer")
    )
    st.caption(
        f"Data: {data.name}, {len(data.train_targets):,} examples to train on, {len(data.test_targets):,} to test. "
        f"Network: {'–'.join(map(str, layer_sizes(config, data)))}, ReLU; dropout, where there is any, behind every "
        f"hidden layer. Trained by {how}, in batches of {config.batch}, with {len(chosen.seeds)} "
        f"seed{'s' if len(chosen.seeds) > 1 else ''}. {SOURCES.get(name, '')}"
    )


def _code(chosen: Chosen) -> None:
    """The chosen experiment as a script to copy."""
    if chosen.experiment.name == OWN:
        st.caption("Each ready-made experiment has a short script to copy here; your own runs have none.")
        return
    st.subheader("The same experiment, as a short script", anchor=False)
    target: Target = show(FRAMEWORK)
    script = training_script(target, chosen.experiment.name, chosen.rates[0])
    st.code(script, language="python", height=360)


def _say(problem: ValueError | str) -> None:
    st.error(disarmed(f"This cannot be trained: {problem}."))
