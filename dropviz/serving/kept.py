"""What is made once for all who ask, and kept in memory as it is sent, within bounds."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

Name = TypeVar("Name", bound=Hashable)
Made = TypeVar("Made")


class Kept(Generic[Name, Made]):
    """Things by name: whoever asks while one is being made waits for that; what failed is tried again.

    Parameters
    ----------
    make
        Makes the thing of a name.
    size
        Bytes that a thing takes.
    most
        Bytes beyond which the things that were asked for longest ago leave.
    """

    def __init__(
        self, make: Callable[[Name], Coroutine[Any, Any, Made]], size: Callable[[Made], int], most: int
    ) -> None:
        self._make, self._size, self.most = make, size, most
        self._made: OrderedDict[Name, asyncio.Future[Made]] = OrderedDict()

    async def get(self, name: Name) -> Made:
        """Return the thing of a name, or raise what making it does."""
        if name not in self._made:
            self._made[name] = asyncio.ensure_future(self._make(name))
        making = self._made[name]
        self._made.move_to_end(name)
        try:
            made = await asyncio.shield(making)  # who asked may go while others wait
        except Exception:
            if self._made.get(name) is making:
                del self._made[name]
            raise
        self._leave_within_bounds()
        return made

    def __contains__(self, name: Name) -> bool:
        """Whether a thing is kept, or being made."""
        return name in self._made

    def _leave_within_bounds(self) -> None:
        sizes = {name: self._size(one.result()) for name, one in self._made.items() if _is_good(one)}
        total = sum(sizes.values())
        for name, size in sizes.items():
            if total <= self.most:
                break
            del self._made[name]
            total -= size


def _is_good(one: asyncio.Future[Any]) -> bool:
    return one.done() and not one.cancelled() and one.exception() is None
