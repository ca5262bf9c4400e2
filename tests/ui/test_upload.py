"""A person's file: read once, refused in a sentence, and the last good value as long as it is wanted."""

import pytest
from streamlit.testing.v1 import AppTest


def script(keep):
    import streamlit as st

    from dropviz.ui.components.upload import upload

    def read(name, content):
        st.session_state["reads"] = st.session_state.get("reads", 0) + 1
        if name.startswith("bad"):
            raise ValueError(f"{name} is bad")
        return content.decode() * st.session_state["times"]

    again = (st.session_state.setdefault("times", 1),)
    options = {"key": "mine", "help": "A file.", "limit": 2_000_000, "again": again, "keep": keep}
    st.session_state["given"] = upload("a file", ["txt"], read, **options)


def give(app, *file):
    app.file_uploader[0].set_value((*file, "text/plain") if file else None).run()
    assert not app.exception
    return app.session_state["given"]


@pytest.mark.parametrize("keep", [False, True])
def test_the_last_good_value_stays_with_its_name_and_a_refusal_is_said(keep):
    app = AppTest.from_function(script, args=(keep,)).run()
    given = app.session_state["given"]
    assert (given.mark, given.value, given.problem) == ((), None, "")
    good = give(app, "good.txt", b"a")
    assert (good.name, good.value, good.problem) == ("good.txt", "a", "")
    bad = give(app, "bad.txt", b"b")
    assert (bad.name, bad.value, bad.problem) == ("good.txt", "a", "bad.txt is bad")
    assert bad.mark != good.mark
    gone = give(app)
    assert (gone.mark, gone.problem) == ((), "")
    assert gone.value == ("a" if keep else None)


def test_a_file_is_read_once_and_anew_where_its_reading_has_changed():
    app = AppTest.from_function(script, args=(False,)).run()
    give(app, "good.txt", b"a")
    app.run()
    assert app.session_state["reads"] == 1
    app.session_state["times"] = 3
    assert app.run().session_state["given"].value == "aaa"
    assert app.session_state["reads"] == 2


def test_only_a_file_given_or_taken_away_is_a_change():
    def changing():
        import streamlit as st

        from dropviz.ui.components.upload import upload

        changes = st.session_state.setdefault("changes", [])
        upload(
            "a file",
            ["txt"],
            lambda _, content: content.decode(),
            key="mine",
            help="A file.",
            limit=1,
            on_change=lambda given: changes.append(given.value),
        )

    app = AppTest.from_function(changing).run()
    assert app.session_state["changes"] == []
    for file in (("good.txt", b"a", "text/plain"), None):
        app.file_uploader[0].set_value(file).run()
        app.run()
    assert app.session_state["changes"] == ["a", None]
