"""``--scheduler``: the workers of a Dask cluster do the work."""

import argparse
import re
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from dropviz.cli.words import need

SECONDS = 10  # for the scheduler to answer, and for a worker to be there


def address(text: str) -> str:
    """Return the address of a scheduler, or raise what argparse reports."""
    if not re.fullmatch(r"((tcp|tls|wss?)://)?([^\s/:\[\]]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}", text):
        raise argparse.ArgumentTypeError(
            f"must be the address of a Dask scheduler, such as tcp://127.0.0.1:8786; got {text!r}"
        )
    return text


@contextmanager
def workers_of(scheduler: str | None) -> Iterator[Executor | None]:
    """An executor of the cluster of that scheduler, or None where there is none.

    ValueError if no scheduler answers there, or none of its workers is there, within 10 s each.
    """
    if scheduler is None:
        yield None
        return
    need("distributed")
    from distributed import Client  # type: ignore[import-not-found]

    try:
        client = Client(scheduler, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError, TimeoutError) as failure:
        raise ValueError(
            f"no Dask scheduler answers at {scheduler} ({failure}); start one: dask scheduler"
        ) from failure
    with client:
        try:
            client.wait_for_workers(1, timeout=SECONDS)
        except TimeoutError as failure:
            raise ValueError(
                f"the scheduler at {scheduler} has no workers; start some: dask worker {scheduler}"
            ) from failure
        yield client.get_executor()
