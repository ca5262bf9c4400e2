"""A session holds a few files, whatever it sends; the newest stay."""

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from dropviz.serving.uploads import MOST_HELD, UPLOAD, let_go


def test_sixty_uploads_of_one_session_leave_the_newest():
    held = MemoryUploadedFileManager("upload")
    for number in range(60):
        held.add_file("mine", UploadedFileRec(str(number), f"{number}.npy", "", b"x"))
        let_go(held, "mine")
        assert len(held.file_storage["mine"]) <= MOST_HELD
    held.add_file("other", UploadedFileRec("0", "0.npy", "", b"x"))
    let_go(held, "other")
    assert [*held.file_storage["mine"]] == [str(number) for number in range(60 - MOST_HELD, 60)]
    assert [*held.file_storage["other"]] == ["0"]
    let_go(held, "nobody")
    assert "nobody" not in held.file_storage


def test_the_address_of_an_upload_is_known_below_a_base_path_too():
    found = UPLOAD.search("/course/_stcore/upload_file/session/file")
    assert found is not None
    assert found[1] == "session"
    assert UPLOAD.search("/_stcore/upload_file/session") is None
