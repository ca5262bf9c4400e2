"""What those who run the server see of the hall: whether its rooms can be reached, and how much is going on here."""

from collections.abc import Awaitable, Callable, Iterator

from dropviz.hall.refusals import Refusal
from dropviz.hall.routes import Hall
from dropviz.serving.exposition import Metric, one_value

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
    name = "dropviz_hall"

    def count() -> Iterator[Metric]:
        rooms, phones = len(hall.channels), hall.streams.total()
        yield one_value(f"{name}_rooms", "gauge", "Rooms that somebody follows by this process.", rooms)
        streams = "Streams of events that this process sends, to phones and lecturers."
        yield one_value(f"{name}_phones", "gauge", streams, phones)
        opened = "Rooms that this process has opened."
        yield one_value(f"{name}_rooms_opened_total", "counter", opened, hall.opened)
        votes = "Votes that this process has taken, changed ones too."
        yield one_value(f"{name}_votes_total", "counter", votes, hall.votes)

    return count
