"""Networks trained while one watches, and whether one test network serves every way of training."""

from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dropviz.figures.training.after import band_figure, decision_figure, passes_figure
from dropviz.figures.training.epochs import HEIGHT, LOW_HEIGHT, training_panel
from dropviz.frameworks.scripts import Target, training_script
from dropviz.settings.training import CURVES, EXPERIMENT, FRAMEWORK, GROUPS, OWN, SETTINGS
from dropviz.training.curves import training_view
from dropviz.training.experiments import Experiment
from dropviz.training.mc import Band
from dropviz.training.session import LiveTraining, Snapshot, Stage
from dropviz.ui.components.code import show_code
from dropviz.ui.components.live import growing_figures
from dropviz.ui.page import Page
from dropviz.ui.pages.training.chosen import Chosen, choose_own, choose_ready_made
from dropviz.ui.settings.session import saved
from dropviz.ui.settings.sources import disarmed
from dropviz.ui.settings.widgets import show

LOOK = 0.5  # seconds between two looks at a training


@dataclass(slots=True, eq=False)
class TrainingSession:
    """The training of one visitor, what it was started with, its rates now, and whether a click has asked for one."""

    live: LiveTraining | None = None
    key: tuple[Any, ...] = ()
    rates: tuple[float, ...] = ()
    wanted: bool = False

    def leave(self) -> None:
        """Forget the training, if there is one."""
        if self.live is not None:
            self.live.leave()
            self.live = None


def _session() -> TrainingSession:
    kept: TrainingSession = st.session_state.setdefault("training_session", TrainingSession())
    return kept


def _want_training() -> None:
    _session().wanted = True


def _show_page(place: DeltaGenerator) -> tuple[()]:
    name = show(EXPERIMENT)
    _buttons(name)
    kept = _session()
    wanted, kept.wanted = kept.wanted, False
    refused = ""
    try:
        chosen, view = _chosen(name, place)
        if chosen is not None and wanted:
            refused = _start(chosen)
    except ValueError as problem:
        _say(problem)
        chosen = None
    if chosen is not None:
        live = _of_these_settings(chosen)
        stage = live.look().stage if live is not None else None
        _controls(chosen, live if stage == "running" else None)
        if refused:
            _say(refused)
        st.fragment(_watch, run_every=LOOK if stage in ("running", "ending") else None)(chosen, view, stage)
        _caption(chosen)
        _code(chosen)
    return ()


def _buttons(chosen: str) -> None:
    """One click chooses an experiment and starts it."""
    with st.container(horizontal=True, key="training_experiments", gap="small"):
        for group in GROUPS:
            st.button(
                f"**{group.label}** :small[{group.asked}]",
                key=f"training_pick_{group.name}",
                type="primary" if group.name == chosen else "secondary",
                on_click=_pick,
                args=(group.name,),
                width="stretch",
            )


def _pick(name: str) -> None:
    """Choose an experiment; a ready-made one starts at once, whatever is running."""
    saved()[EXPERIMENT.key] = name
    if name != OWN:
        _want_training()


def _chosen(name: str, place: DeltaGenerator) -> tuple[Chosen | None, str]:
    """Show the settings and return what they choose, and which curves are wanted."""
    with place.expander("Settings", expanded=name == OWN):
        chosen = choose_own() if name == OWN else choose_ready_made(name, _want_training)
        view = show(CURVES)
    if chosen is None:
        st.info("Give a CSV file in the settings below: columns of numbers, and one of labels.")
    return chosen, view


def _of_these_settings(chosen: Chosen) -> LiveTraining | None:
    """The training of these settings: a changed rate goes into it while it runs, anything else ends it."""
    kept = _session()
    if kept.live is None or (kept.key, kept.rates) == (chosen.key, chosen.rates):
        return kept.live
    running = kept.live.look().stage == "running"
    if kept.key == chosen.key and running and kept.live.change_rates(chosen.experiment):
        kept.rates = chosen.rates
    else:
        kept.leave()
    return kept.live


def _controls(chosen: Chosen, running: LiveTraining | None) -> None:
    """The button, and the question."""
    left, right = st.columns([1, 5], vertical_alignment="center")
    # two keys: a click on Stop that comes too late must not start anything
    if running is not None:
        left.button("Stop", key="training_stop", on_click=running.stop, width="stretch")
    else:
        left.button(
            "Train", key="training_start", on_click=_want_training, width="stretch", help=EXPERIMENT.help
        )
    right.markdown(f"**{chosen.experiment.title}.** {chosen.experiment.question}")


def _start(chosen: Chosen) -> str:
    """Train what is chosen, from the beginning, instead of whatever is running; why not, if it is too much."""
    kept = _session()
    kept.leave()
    try:
        kept.live = LiveTraining(chosen.experiment, chosen.data, chosen.seeds)
    except ValueError as problem:
        return str(problem)
    kept.key, kept.rates = chosen.key, chosen.rates
    return ""


def _watch(chosen: Chosen, view: str, stage: Stage | None) -> None:
    """Look and draw; when the training is no longer at the ``stage`` that the page was made for, make it anew."""
    live = _session().live
    seen = None if live is None else live.look()
    if seen is not None and seen.stage != stage:
        st.rerun()
    _progress(chosen.experiment, seen)
    _charts(chosen, seen, view)
    _findings(seen)
    _after(seen)


def _progress(experiment: Experiment, seen: Snapshot | None) -> None:
    if seen is None:
        epochs = max(config.epochs for _, config in experiment.runs)
        st.progress(0.0, f"{len(experiment.runs)} networks, {epochs} epochs: not trained yet")
    elif seen.stage != "ended":
        st.progress(seen.done / seen.epochs, f"epoch {seen.done} of {seen.epochs}")
    else:
        words = "finished" if seen.done == seen.epochs else f"ended after epoch {seen.done} of {seen.epochs}"
        st.progress(seen.done / seen.epochs, words)


def _charts(chosen: Chosen, seen: Snapshot | None, view: str) -> None:
    """The curves; for points in the plane also what each network makes of the plane."""
    drawn = training_view(chosen.experiment, chosen.data, seen, view)
    charts = [training_panel(panel, HEIGHT if drawn.plane is None else LOW_HEIGHT) for panel in drawn.panels]
    if drawn.plane is not None:
        charts += [decision_figure(label, decided, drawn.plane) for label, decided in drawn.decisions]
    growing_figures(charts, "training_curves")


def _findings(seen: Snapshot | None) -> None:
    """What the runs show, computed from them; while they train only what cannot wait."""
    with st.container(key="training_findings"):
        if seen is not None and seen.problem:
            st.error(disarmed(seen.problem))
        if seen is not None and seen.sentences:
            st.subheader("What these runs show", anchor=False)
            st.markdown("\n".join(f"- {sentence}" for sentence in seen.sentences))
        else:
            st.caption("When the runs have ended, what they show is computed from them and said here.")


def _after(seen: Snapshot | None) -> None:
    """What can be seen of noisy passes when the networks are finished."""
    figures = [
        band_figure(label, after) if isinstance(after, Band) else passes_figure(label, after)
        for label, after in (() if seen is None else seen.after)
    ]
    if figures:
        growing_figures(figures, "training_after")


def _caption(chosen: Chosen) -> None:
    """What was trained, on what, how; and who found it."""
    data, config = chosen.data, chosen.experiment.runs[0][1]
    how = f"{type(config.optimizer).__name__}, learning rate {config.optimizer.learning_rate:g}"
    if len({run.optimizer for _, run in chosen.experiment.runs}) > 1:
        how = "every run with its own optimizer"
    st.caption(
        f"Data: {data.name}, {len(data.train_targets):,} examples to train on, {len(data.test_targets):,} to test. "
        f"Network: {'–'.join(map(str, config.sizes(data)))}, ReLU; dropout, where there is any, behind every "
        f"hidden layer. Trained by {how}, in batches of {config.batch}, with {len(chosen.seeds)} "
        f"seed{'s' if len(chosen.seeds) > 1 else ''}. {chosen.group.sources}"
    )


def _code(chosen: Chosen) -> None:
    """The chosen experiment as a script to copy."""
    if chosen.experiment.name == OWN:
        st.caption("Each ready-made experiment has a short script to copy here; your own runs have none.")
        return
    st.subheader("The same experiment, as a short script", anchor=False)
    target: Target = show(FRAMEWORK)
    script = training_script(target, chosen.experiment.name, chosen.rates[0])
    show_code("training_script", {f"for {target}": script})


def _say(problem: ValueError | str) -> None:
    st.error(disarmed(f"This cannot be trained: {problem}."))


PAGE = Page(
    address="training",
    title="Training",
    question="does one test network serve every way of training?",
    heading="Training: does one test network serve every way of training?",
    settings=SETTINGS,
    controls=_show_page,
)
