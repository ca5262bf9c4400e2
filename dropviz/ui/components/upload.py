"""A person's files: each read once, with a sentence where it cannot be read, and never written down."""

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


def uploads(
    label: str,
    types: Sequence[str],
    read: Callable[[str, bytes], T],
    *,
    key: str,
    help: str,
    limit: int,
) -> list[Upload[T]]:
    """Show an uploader of several files and return what ``read`` makes of each, as `upload` does.

    ``limit`` is in bytes, of a file. What was read outlives its file, as when the page was away for a while, until a
    person takes the file away or `forget_uploads` is called.
    """
    slot, shown = f"{key}_read", f"{key}_shown"
    number = st.session_state.get(f"{key}_removed", 0)
    held: dict[str, Upload[T]] = st.session_state.setdefault(slot, {})

    def changed() -> None:
        there = {file.file_id for file in st.session_state[f"{key}_{number}"]}
        for mark in set(st.session_state.get(shown, ())) - there:
            held.pop(mark, None)

    files = st.file_uploader(
        label,
        type=list(types),
        key=f"{key}_{number}",
        help=help,
        accept_multiple_files=True,
        max_upload_size=limit // 2**20,
        on_change=changed,
    )
    for file in files:
        if file.file_id not in held:
            try:
                held[file.file_id] = Upload((file.file_id,), file.name, read(file.name, file.getvalue()))
            except ValueError as problem:
                held[file.file_id] = Upload((file.file_id,), file.name, None, str(problem))
    st.session_state[shown] = [file.file_id for file in files]
    return list(held.values())


def held_uploads(key: str) -> list[Upload[Any]]:
    """What `uploads` of that key has read."""
    held: dict[str, Upload[Any]] = st.session_state.get(f"{key}_read", {})
    return list(held.values())


def forget_uploads(key: str) -> None:
    """Take all files away, and empty the uploader: under its key Streamlit cannot, so it gets another one."""
    st.session_state[f"{key}_read"], st.session_state[f"{key}_shown"] = {}, []
    st.session_state[f"{key}_removed"] = st.session_state.get(f"{key}_removed", 0) + 1
