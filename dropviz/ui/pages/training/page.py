"""Networks trained while one watches: what a forgotten factor does to them, and other experiments."""

from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dropviz.figures.training.after import band_figure, decision_figure, examples_figure, passes_figure
from dropviz.figures.training.drawn import network_panel, pictures_panel
from dropviz.figures.training.epochs import HEIGHT, LOW, training_panel
from dropviz.frameworks.scripts import Target, training_script
from dropviz.live.panels import Panel
from dropviz.live.words import Paragraph
from dropviz.numbers.formulas import unbroken
from dropviz.settings import pages
from dropviz.settings.training import CURVES, EXPERIMENT, FRAMEWORK, OWN, SETTINGS, STARTS_ITSELF
from dropviz.training.curves import TrainingView, training_view
from dropviz.training.decision import has_decision
from dropviz.training.experiments import Experiment
from dropviz.training.mc import Band, Comparison
from dropviz.training.session import THREADS, LiveTraining, Snapshot, Stage
from dropviz.ui.components.code import show_code
from dropviz.ui.components.live import growing_figures, show_words
from dropviz.ui.page import Page
from dropviz.ui.pages.training.chosen import Chosen, choose_own, choose_ready_made
from dropviz.ui.settings.sources import disarmed
from dropviz.ui.settings.widgets import fold, folded_settings, show

LOOK = 0.5  # seconds between two looks at a training
MANY = 4 * THREADS  # other trainings, with which a turn comes seldom enough to be seen
Chart = tuple[Panel, str]  # and its description


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
    above = st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="training_choice")
    kept = _session()
    refused = ""
    try:
        chosen, view = _chosen(name, above, place)
        if chosen is not None and (kept.wanted or _starts_itself(chosen)):
            refused = _start(chosen)
    except ValueError as problem:
        _say(problem)
        chosen = None
    kept.wanted = False  # only now: a run that is broken off before leaves it to the next
    if chosen is not None:
        live = _of_these_settings(chosen)
        stage = live.look().stage if live is not None else None
        with above:
            _button(live if stage == "running" else None)
        if refused:
            _say(refused)
        st.fragment(_watch, run_every=LOOK if stage in ("running", "ending") else None)(chosen, view, stage)
        with place:
            _about(chosen)
            _code(chosen)
    return ()


def _chosen(name: str, above: DeltaGenerator, place: DeltaGenerator) -> tuple[Chosen | None, str]:
    """Show the settings and return what they choose, and which curves are wanted."""
    if name != OWN:
        with folded_settings("training_settings", place) as ask:
            return choose_ready_made(name, above, ask), ask(CURVES)
    with place.expander("Settings", expanded=True):  # always filled, for it may hold a file
        chosen, view = choose_own(), show(CURVES)
    if chosen is None:
        st.info("Give a CSV file in the settings below: columns of numbers, and one of labels.")
    return chosen, view


def _starts_itself(chosen: Chosen) -> bool:
    """Whether this is trained unasked, for the page opens with its result."""
    return chosen.experiment.name == STARTS_ITSELF and _of_these_settings(chosen) is None


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


def _button(running: LiveTraining | None) -> None:
    # two keys: a click on Stop that comes too late must not start anything
    if running is not None:
        st.button("Stop", key="training_stop", on_click=running.stop, width=150)
    else:
        st.button("Train", key="training_start", type="primary", on_click=_want_training, width=150)


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
    _finding(chosen.experiment, seen)
    _progress(chosen, seen, live)
    main, more = _charts(chosen, seen, view)
    growing_figures(main, "training_curves")
    if more:
        curves = fold("More curves", "training_more")
        if curves.open:
            with curves:
                growing_figures(more, "training_more")
    if seen is not None and len(seen.sentences) > 1:
        numbers = fold("What these runs show, in numbers", "training_numbers")
        if numbers.open:
            numbers.markdown(
                "\n".join(f"- {disarmed(unbroken(sentence))}" for sentence in seen.sentences[1:])
            )


def _finding(experiment: Experiment, seen: Snapshot | None) -> None:
    """The verdict on the runs, computed from them; until they have ended the question, or what cannot wait."""
    with st.container(key="training_finding"):
        if seen is not None and seen.problem:
            st.error(disarmed(seen.problem))
        said = seen.sentences[0] if seen is not None and seen.sentences else experiment.question
        show_words([Paragraph(said)], "training_said")


def _progress(chosen: Chosen, seen: Snapshot | None, live: LiveTraining | None) -> None:
    """How far the training is, in one line of the same height at every stage."""
    runs, seeds = chosen.experiment.runs, len(chosen.seeds)
    epochs = max(config.epochs for _, config in runs)
    ways, starts = _counted(len(runs), "way"), _counted(seeds, "random start")
    whole = f"{_counted(len(runs) * seeds, 'network')}: {ways} to train × {starts}, {epochs} epochs each"
    with st.container(key="training_progress"):
        if seen is None or live is None:
            st.caption(f"{whole}: not trained yet. Train draws their curves.")
        elif seen.stage != "ended":
            st.progress(seen.done / seen.epochs, _turn(seen, live.before(), live.others()))
        elif seen.done < seen.epochs:
            st.caption(f"{whole}: ended after epoch {seen.done} of {seen.epochs}.")
        else:
            st.caption(f"{whole}: finished.")


def _turn(seen: Snapshot, before: int, others: int) -> str:
    """How far a training is; where many train on this server, also that it has to wait.

    >>> _turn(Snapshot("running", 20), 3, 3)
    'waits for its turn; 3 other trainings on this server have theirs first'
    >>> _turn(Snapshot("running", 20), 0, 0)
    'epoch 0 of 20'
    """
    if before and not seen.runs:
        theirs = "training on this server has its" if before == 1 else "trainings on this server have theirs"
        return f"waits for its turn; {before} other {theirs} first"
    epoch = f"epoch {seen.done} of {seen.epochs}"
    return f"{epoch}, in turn with {others} other trainings on this server" if others >= MANY else epoch


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}"


def _charts(chosen: Chosen, seen: Snapshot | None, view: str) -> tuple[list[Chart], list[Chart]]:
    """What answers the question at once, and what unfolds; before the training what is going to be trained."""
    drawn = training_view(chosen.experiment, chosen.data, seen, view)
    network = network_panel(drawn.network, drawn.redrawn)
    height = LOW if st.context.is_embedded else HEIGHT
    curves = [training_panel(panel, height) for panel in drawn.panels]
    if seen is None or not seen.runs:  # once it runs as many as will be; no empty axes before
        return [network, *_data(drawn), *(curves if seen is not None else [])][:3], []
    if view != CURVES.default:
        return curves, []
    if seen.after:
        return [network, *(_after(label, after) for label, after in seen.after)], curves
    if drawn.redrawn is not None:
        return [network, pictures_panel(drawn.network, drawn.redrawn), *curves], []
    if drawn.plane is not None:
        return [decision_figure(label, decided, drawn.plane) for label, decided in drawn.decisions], curves
    return [network, *curves[:2]], curves[2:]


def _data(drawn: TrainingView) -> list[Chart]:
    """What there is to learn from, where it can be drawn."""
    if len(drawn.network.pictures):
        return [pictures_panel(drawn.network, None)]
    if drawn.plane is not None:
        return [decision_figure("To learn from", None, drawn.plane)]
    return [examples_figure(*drawn.examples)] if drawn.examples is not None else []


def _after(label: str, after: Band | Comparison) -> Chart:
    """What can be seen of noisy passes when a network is finished."""
    return band_figure(label, after) if isinstance(after, Band) else passes_figure(label, after)


def _about(chosen: Chosen) -> None:
    """What was trained, on what, how; how to read the curves, and who found it."""
    data, config = chosen.data, chosen.experiment.runs[0][1]
    optimizer, momentum = config.optimizer, getattr(config.optimizer, "momentum", 0.0)
    how = f"{type(optimizer).__name__}, learning rate {optimizer.learning_rate:g}"
    how += f", momentum {momentum:g}" if momentum else ""
    if len({run.optimizer for _, run in chosen.experiment.runs}) > 1:
        how = "every run with its own optimizer"
    pictures = "pictures of a network are those of the first seed"
    if has_decision(data):
        pictures = "pictures show the mean of the networks’ probabilities, one network a seed"
    about = fold("What was trained, and how", "training_about")
    if about.open:
        about.markdown(
            f"Data: {data.name}, {len(data.train_targets):,} examples to train on, {len(data.test_targets):,} to test. "
            f"Network: {'–'.join(map(str, config.sizes(data)))}, ReLU; dropout, where there is any, behind every "
            f"hidden layer. Trained by {how}, in batches of {config.batch}, with "
            f"{_counted(len(chosen.seeds), 'seed')}. Curves are means over the seeds, bands one standard "
            f"deviation of them; {pictures}. Runs of one seed start alike and "
            f"see the same examples, so they are compared pair by pair. {chosen.group.sources}"
        )


def _code(chosen: Chosen) -> None:
    """The chosen experiment as a script to copy."""
    if chosen.experiment.name == OWN:
        return
    code = fold("The same experiment, as a short script", "training_code")
    if code.open:
        with code:
            target: Target = show(FRAMEWORK)
            script = training_script(target, chosen.experiment.name, chosen.rates[0])
            show_code("training_script", {f"for {target}": script})


def _say(problem: ValueError | str) -> None:
    st.error(disarmed(f"This cannot be trained: {problem}."))


PAGE = Page(
    *pages.TRAINING,
    settings=SETTINGS,
    controls=_show_page,
)
