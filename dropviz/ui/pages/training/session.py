"""What the page of training keeps of one visitor from run to run."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from dropviz.training.session import LiveTraining

SLOT = "training_session"


@dataclass(slots=True, eq=False)
class TrainingSession:
    """The training of one visitor.

    Attributes
    ----------
    live : the training, if there is one
    key, rates : what it was started with, and the rates that it has now
    wanted : whether a click has asked for a training
    """

    live: LiveTraining | None = None
    key: tuple[Any, ...] = ()
    rates: tuple[float, ...] = ()
    wanted: bool = False

    def leave(self) -> None:
        """Forget the training, if there is one."""
        if self.live is not None:
            self.live.leave()
            self.live = None


def session() -> TrainingSession:
    """Return this visitor's."""
    if SLOT not in st.session_state:
        st.session_state[SLOT] = TrainingSession()
    kept: TrainingSession = st.session_state[SLOT]
    return kept


def want_training() -> None:
    """Let the next run of the page start a training."""
    session().wanted = True
