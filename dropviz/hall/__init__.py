"""The hall: rooms that phones follow, and where they vote, without a session behind them."""

from starlette.routing import BaseRoute, Route

from dropviz.hall.limits import Limits
from dropviz.hall.memory import MemoryStore
from dropviz.hall.routes import Hall
from dropviz.story.held import shelf


def hall() -> Hall:
    """Return the hall of this server."""
    limits = Limits.from_environment()
    return Hall(MemoryStore(limits), shelf(), limits)


def routes(hall: Hall, base: str) -> list[BaseRoute]:
    """Return where the hall stands below the app's own path ``base``, which may be empty."""
    root = f"/{base.strip('/')}".rstrip("/") + "/hall"
    return [Route(root, hall), Route(f"{root}/{{rest:path}}", hall)]
