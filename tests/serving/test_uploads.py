"""A session holds a few files, whatever it sends; the newest stay."""

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from dropviz.serving.uploads import MOST_FILES, UPLOAD, let_go


class Sized(bytes):
    """Bytes that are said to be many."""

    def __len__(self):
        return 20_000_000


@pytest.mark.parametrize(("content", "most"), [(Sized(), 8), (b"x", MOST_FILES)])
def test_many_uploads_of_one_session_leave_the_newest(content, most):
    held = MemoryUploadedFileManager("upload")
    for number in range(300):
        held.add_file("mine", UploadedFileRec(str(number), f"{number}.npy", "", content))
        let_go(held, "mine")
        assert len(held.file_storage["mine"]) <= most
    held.add_file("other", UploadedFileRec("0", "0.npy", "", b"x"))
    let_go(held, "other")
    assert [*held.file_storage["mine"]] == [str(number) for number in range(300 - most, 300)]
    assert [*held.file_storage["other"]] == ["0"]
    let_go(held, "nobody")
    assert "nobody" not in held.file_storage


def test_the_address_of_an_upload_is_known_below_a_base_path_too():
    found = UPLOAD.search("/course/_stcore/upload_file/session/file")
    assert found is not None
    assert found[1] == "session"
    assert UPLOAD.search("/_stcore/upload_file/session") is None
