"""A person's own file of activations, read by a process of its own: ``python -m dropviz.layers.reading NAME < file``.

What the process writes is small: a mark, a line of JSON with names, shapes and axes, and the tables. `unpacked` reads
it, and believes as little of it as of any file: a person may send such a one.
"""

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from dropviz.datasets.processes import command, limit_this_process
from dropviz.layers.recording import ROW_NAMES, table_of
from dropviz.layers.reducing import MOST_UNITS, Reduced, reduced
from dropviz.layers.rows import check_name

REDUCED, REFUSED = (
    b"dropviz.reduced.1\n",
    b"dropviz.refused.1\n",
)  # before what is left of a file, or a sentence
MOST_ARRAYS = 20_000
MOST_HEAD = 10_000_000  # bytes of the line of JSON
SECONDS = 100  # of the processor, for a file
LONGEST = 1_000  # characters of a sentence
PIECE = 1 << 20
NO_END = (
    "the file must be readable within the memory and time that there are for it; save it as .npy, or in parts"
)
_DAMAGED = "what is left of the file must be what dropviz wrote; it is damaged"


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a file has: its arrays or layers, and the names of what is no array of real numbers."""

    arrays: tuple[Reduced, ...]
    left_out: tuple[str, ...] = ()


class Reading:
    """The process that reads a file as it comes; to be ended by `result` or `stop`."""

    def __init__(self, name: str) -> None:
        words, environment = command("dropviz.layers.reading", name.replace("\0", "")[-200:])
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )

    def write(self, data: bytes) -> None:
        """Hand on more of the file; waits until it is read."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has seen enough, and `result` says what
            self._process.stdin.write(data)

    def result(self) -> bytes:
        """What is left of the file, or the sentence that says why it was not taken; each behind its mark."""
        with suppress(BrokenPipeError):
            said = self._process.communicate()[0]
            if said.startswith((REDUCED, REFUSED)):
                return said
        self.stop()
        return REFUSED + NO_END.encode()

    def stop(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        with suppress(BrokenPipeError), self._process:  # which closes its pipes, and waits
            pass


def read_layers(name: str, content: bytes) -> Found:
    """Return what is in a file called ``name``, or what is left of one; ValueError with a sentence if it is refused."""
    if not content.startswith((REDUCED, REFUSED)):
        reading = Reading(name)
        try:
            for start in range(0, len(content), PIECE):
                reading.write(content[start : start + PIECE])
            content = reading.result()
        finally:
            reading.stop()
    return unpacked(content)


# ---- what goes from one process to the other ------------------------------------------------------------------------


def packed(found: list[Reduced], left_out: list[str]) -> bytes:
    """Write arrays as the process does."""
    head = [
        {
            "name": one.name,
            "kind": one.kind,
            "shape": one.shape,
            "units": {str(axis): len(table[0]) for axis, table in one.tables.items()},
            "train": 0 if one.train is None else len(one.train[0]),
        }
        for one in found
    ]
    tables = [
        table.tobytes()
        for one in found
        for table in (*one.tables.values(), *([] if one.train is None else [one.train]))
    ]
    line = json.dumps({"arrays": head, "left_out": [name[:200] for name in left_out[:MOST_ARRAYS]]})
    return b"".join((REDUCED, line.encode(), b"\n", *tables))


def unpacked(content: bytes) -> Found:
    """Read what `packed` writes; ValueError if it is damaged, or is the sentence of a refusal."""
    if content.startswith(REFUSED):
        raise ValueError(content.removeprefix(REFUSED)[:LONGEST].decode("utf-8", "replace"))
    end = content.find(b"\n", len(REDUCED), len(REDUCED) + MOST_HEAD)
    try:
        head = json.loads(content[len(REDUCED) : max(0, end)])
        numbers = np.frombuffer(content, "<f8", offset=end + 1)
        arrays, left_out = _arrays(head["arrays"], numbers), tuple(map(check_name, head["left_out"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(_DAMAGED) from error
    return Found(arrays, left_out)


def _arrays(head: list[dict[str, Any]], numbers: Any) -> tuple[Reduced, ...]:
    if len(head) > MOST_ARRAYS or len(numbers) > MOST_UNITS * len(ROW_NAMES) * 2:
        raise ValueError(_DAMAGED)
    found, at = [], 0

    def table(name: str, units: int) -> Any:
        nonlocal at
        start, at = at, at + len(ROW_NAMES) * int(units)
        return table_of(name, numbers[start:at].reshape(len(ROW_NAMES), -1))

    for row in head:
        name, shape = check_name(row["name"]), tuple(int(length) for length in row["shape"])
        tables = {int(axis): table(name, units) for axis, units in row["units"].items()}
        train = table(name, row["train"]) if row["train"] else None
        found.append(Reduced(name, shape, tables, train, row["kind"] and check_name(row["kind"])))
    return tuple(found)


def main() -> int:
    """Read standard input and write what is left of it, or a sentence, to standard output."""
    limit_this_process(SECONDS)
    try:
        said = packed(*reduced(sys.argv[1], sys.stdin.buffer))
    except ValueError as error:
        said = REFUSED + str(error).encode()
    except MemoryError:
        said = REFUSED + NO_END.encode()
    sys.stdout.buffer.write(said)
    return 0


if __name__ == "__main__":
    sys.exit(main())
