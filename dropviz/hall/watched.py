"""What those who run the server see of the hall: whether its rooms can be reached, and how much is going on here."""

from collections.abc import Awaitable, Callable, Iterator

from dropviz.hall.refusals import Refusal
from dropviz.hall.routes import Hall
from dropviz.serving.exposition import Metric

NO_ROOM = "HEALTH"  # a code has five letters


def reachable(hall: Hall) -> Callable[[], Awaitable[str]]:
    """Return a check of the rooms' store: it says why not, or ""."""

    async def check() -> str:
        try:
            await hall.store.find(NO_ROOM)
        except Refusal:
            return "The rooms cannot be reached: Redis does not answer."
        return ""

    return check


def metrics(hall: Hall) -> Callable[[], Iterator[Metric]]:
    """Return what counts rooms, phones and votes, of this process alone."""

    def count() -> Iterator[Metric]:
        for name, meaning, value in (
            ("rooms", "Rooms that somebody follows by this process.", len(hall.channels)),
            (
                "phones",
                "Streams of events that this process sends, to phones and lecturers.",
                hall.streams.total(),
            ),
        ):
            yield Metric(f"dropviz_hall_{name}", "gauge", meaning, (({}, value),))
        for name, meaning, value in (
            ("rooms_opened", "Rooms that this process has opened.", hall.opened),
            ("votes", "Votes that this process has taken, changed ones too.", hall.votes),
        ):
            yield Metric(f"dropviz_hall_{name}_total", "counter", meaning, (({}, value),))

    return count
