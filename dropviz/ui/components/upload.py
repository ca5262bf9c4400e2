"""A person's file: read once, with a sentence where it cannot be read, and never written down."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Upload(Generic[T]):
    """What a person's file gave.

    Attributes
    ----------
    mark : tells the present file from others; empty if there is none
    name, value : of the last file that could be read, None if there was none
    problem : why the present file was not taken; empty if it was
    """

    mark: tuple[Any, ...] = ()
    name: str = ""
    value: T | None = None
    problem: str = ""


def upload(
    label: str,
    types: Sequence[str],
    read: Callable[[str, bytes], T],
    *,
    key: str,
    help: str,
    limit: int,
    again: tuple[Any, ...] = (),
    keep: bool = False,
    on_change: Callable[[Upload[T]], None] | None = None,
) -> Upload[T]:
    """Show the uploader and return what ``read`` makes of the file's name and content, or its ValueError as a sentence.

    ``limit`` is in bytes. The file is read anew where ``again`` has changed. With ``keep`` the last good value outlives
    its file, as when the uploader is away for a while. ``on_change`` gets what a file gives that a person has just
    given, or taken away.
    """

    def given(file: Any) -> Upload[T]:
        last: Upload[T] = st.session_state.get(slot, Upload())
        mark = () if file is None else (file.file_id, *again)
        if file is None:
            last = replace(last, mark=mark, problem="") if keep else Upload()
        elif last.mark != mark:
            try:
                last = Upload(mark, file.name, read(file.name, file.getvalue()))
            except ValueError as problem:
                last = replace(last, mark=mark, problem=str(problem))
        st.session_state[slot] = last
        return last

    def changed() -> None:
        if on_change is not None:
            file = st.session_state.get(key)
            on_change(
                given(file if isinstance(file, UploadedFile) else None)
            )  # one that is held no longer is none

    slot = f"{key}_read"
    file = st.file_uploader(
        label, type=list(types), key=key, help=help, max_upload_size=-(-limit // 1_000_000), on_change=changed
    )
    return given(file)
