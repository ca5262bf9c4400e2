"""The page My network: the example, a person's own files, several at once, and the report of a check."""

import io
import json

import numpy as np
import pytest

import dropviz as dv
from dropviz.layers.reading import MOST_ARRAYS
from dropviz.ui.pages.my_network import files
from dropviz.ui.pages.my_network.check import EXAMPLE
from dropviz.ui.pages.my_network.page import RECORD
from tests.datasets.test_streams import npy, npz
from tests.ui.opening import codes, open_page, paragraphs

RNG = np.random.default_rng(1)
KIND = "application/octet-stream"


@pytest.fixture
def in_this_process(monkeypatch):
    """Files are read here: a process for each takes its time, and is tested where it is at home."""
    from dropviz.layers.reading import Found
    from dropviz.layers.reducing import reduced

    def read(name, content):
        found, left_out = reduced(name, io.BytesIO(content))
        return Found(tuple(found), tuple(left_out))

    monkeypatch.setattr(files, "read_layers", read)


def give(app, *given):
    app.file_uploader[0].set_value([(name, content, KIND) for name, content in given]).run()
    assert not app.exception
    return [caption.value for caption in app.caption]


def figure(app):
    """What the live figure got: rows and texts."""
    sent = [
        one.proto
        for one in app.main
        if one.type == "bidi_component" and "explorer" in one.proto.component_name
    ]
    import gzip

    _, packed = sent[0].bytes.split(b"\n", 1)
    return json.loads(gzip.decompress(packed))


def names(app):
    return [row["words"][0]["spans"] for row in figure(app)["rows"]]


def units(app):
    """How many units the first layer has, and how many values of each."""
    fold = figure(app)["rows"][0]["words"][2]
    spans = fold["blocks"][0]["spans"]
    told = (
        spans
        if isinstance(spans, str)
        else "".join(one if isinstance(one, str) else one["shown"] for one in spans)
    )
    return f"{fold['title']}: {told.partition(': ')[0]}"


def test_before_a_file_is_given_an_example_is_shown_and_called_so():
    app = open_page("my-network")
    assert names(app) == ["pixels", "hidden 1", "hidden 2", "hidden 3"]
    assert app.caption[0].value.startswith("An example: ")
    assert not app.file_uploader
    own = open_page("my-network", network="files")
    assert names(own) == names(app)
    assert own.caption[0].value.startswith("Until a file is given, the example is shown.")


def test_several_files_are_one_network(in_this_process):
    app = open_page("my-network", network="files")
    maps = RNG.normal(size=(20, 3, 4, 4))
    lines = give(
        app,
        ("conv.npy", npy(maps)),
        ("dense.npz", npz(fc1=maps[:, :, 0, 0], fc2=np.abs(maps[:, 0, 0]), names=np.array(["a"]))),
        ("table.csv", b"a,b\n1,2\n3,5\n2,9\n"),
        ("record.npz", RECORD.read_bytes()),
    )  # fmt: skip
    assert names(app) == ["conv", "fc1", "fc2", "table", "pixels", "hidden 1", "hidden 2", "hidden 3"]
    assert lines[0] == (
        "8 layers from conv.npy, dense.npz, table.csv, record.npz. Not shown, as they have no such axis or no real "
        "numbers: names."
    )
    expected = dv.report({"conv": maps}, rate=0.3, bound=2.0).layers["conv"]
    shown = figure(app)
    at = shown["rates"].index(0.3)
    assert f"× {expected.all_ratio:.2f}, at most × 2 up to" in shown["texts"]["verdict-0"][at].replace(
        "\u00a0", " "
    )
    assert units(app) == "3 units: At test, 320 values of each"


def test_the_axis_of_units_is_chosen_and_stands_in_the_address(in_this_process):
    app = open_page("my-network", ["network_settings"], network="files", network_axis="-1")
    lines = give(app, ("conv.npy", npy(RNG.normal(size=(6, 3, 5, 7)))))
    assert units(app) == "7 units: At test, 90 values of each"
    app.selectbox(key="network_axis").set_value("0").run()
    assert units(app) == "6 units: At test, 105 values of each"
    assert app.query_params["network_axis"] == "0"
    app.selectbox(key="network_axis").set_value("3").run()
    give(app, ("flat.npy", npy(RNG.normal(size=(6, 3)))))
    assert names(app) == ["pixels", "hidden 1", "hidden 2", "hidden 3"]
    assert "0 layers from flat.npy. Not shown" in app.caption[0].value
    assert app.caption[0].value.endswith("So the example is shown.")
    assert lines[0] == "1 layer from conv.npy."


def test_a_file_that_is_none_is_refused_in_a_sentence_and_the_others_stay(in_this_process):
    app = open_page("my-network", network="files")
    give(app, ("good.npy", npy(RNG.normal(size=(9, 2)))), ("b[a](d).npz", b"PK\3\4"), ("bad.npy", b"no"))
    assert names(app) == ["good"]
    first, second = (error.value for error in app.error)
    assert first.startswith("b\\[a\\]\\(d\\).npz was not taken\\: an .npz file must be")
    assert second.startswith("bad.npy was not taken\\: an array must be in NumPy’s .npy format")


def test_files_outlive_a_visit_to_another_page_and_go_when_they_are_removed(in_this_process):
    app = open_page("my-network", network="files")
    give(app, ("good.npy", npy(RNG.normal(size=(9, 2)))))
    for option in ("example", "files"):
        app.session_state["network"] = option
        app.run()
        assert names(app) == (
            ["good"] if option == "files" else ["pixels", "hidden 1", "hidden 2", "hidden 3"]
        )
    next(one for one in app.button if one.label == "Remove all files").click().run()
    assert not app.exception
    assert names(app) == ["pixels", "hidden 1", "hidden 2", "hidden 3"]


def test_units_of_all_files_are_bounded(in_this_process, monkeypatch):
    monkeypatch.setattr(files, "MOST_HELD", 12)
    app = open_page("my-network", network="files")
    give(app, ("a.npy", npy(RNG.normal(size=(9, 2)))), ("b.npy", npy(RNG.normal(size=(9, 2)))))
    assert names(app) == ["a"]
    assert "at most 12 units" in app.error[0].value


def test_of_many_layers_some_are_drawn_and_all_stand_in_the_table(in_this_process):
    app = open_page("my-network", ["network_table"], network="files")
    layers = {f"layer {at}": RNG.normal(at % 7, 1.0, size=(8, 2)) for at in range(30)}
    give(app, ("net.npz", npz(np.savez, **layers)))
    assert len(names(app)) == 12
    assert "of 30 layers" in figure(app)["texts"]["finding"][30]
    app.selectbox(key="network_first").set_value(24).run()
    assert names(app) == [f"layer {at}" for at in range(24, 30)]
    (table,) = app.dataframe
    assert list(table.value["layer"]) == list(layers)
    assert MOST_ARRAYS > 30


def test_the_bound_is_that_of_the_verdicts():
    app = open_page("my-network", network_bound="1.2")
    shown = figure(app)
    assert "at most × 1.2 up to" in shown["texts"]["verdict-1"][0].replace("\u00a0", " ")
    assert shown["texts"]["judged-1"][30] == "✗ Too much"


# ---- the report of a check ------------------------------------------------------------------------------------------


def said(app):
    return [box.value for box in (*app.caption, *app.error)]


def test_a_report_of_a_check_is_shown_with_its_code_an_example_until_then():
    app = open_page("my-network", network="check")
    assert said(app)[0].startswith("An example: ")
    assert paragraphs(app)[0] == "3 errors in Network: 4 places where random numbers enter."
    report = json.loads(EXAMPLE.read_text("utf-8"))
    finding = report["findings"][0] | {"kind": "new", "where": "<b>here</b> $x$"}
    mine = json.dumps(report | {"findings": [finding], "model": "Mine"}).encode()
    app.file_uploader[0].set_value(("mine.json", mine, "application/json")).run()
    assert not app.exception
    assert paragraphs(app)[0] == "1 error in Mine: 4 places where random numbers enter."
    assert said(app)[0] == "From mine.json."
    app.file_uploader[0].set_value(("bad.json", b"{}", "application/json")).run()
    assert not app.exception
    assert said(app)[-1].startswith("This file was not taken\\: the file must be the JSON of a check")
    assert paragraphs(app)[0].startswith("1 error in Mine")


@pytest.mark.parametrize(("network", "fold"), [("check", "network_check_how"), ("files", "network_how")])
def test_how_to_get_such_a_file_unfolds(network, fold):
    (code,) = codes(open_page("my-network", [fold], network=network))
    assert "dropviz" in code


@pytest.mark.usefixtures("in_this_process")
def test_an_array_of_another_shape_may_have_its_units_elsewhere():
    app = open_page("my-network", network="files")
    maps, sequence = RNG.normal(size=(5, 4, 3, 3)), RNG.normal(size=(5, 6, 7))
    give(app, ("a.npz", npz(sequence=sequence, maps=maps)))
    said = [one for one in app.multiselect if one.label == "Units stand on the last axis of"]
    assert [one.options for one in said] == [["sequence", "maps"]]
    assert units(app).startswith("6 units")
    said[0].set_value(["sequence"]).run()
    assert not app.exception
    assert units(app).startswith("7 units")
    give(app, ("b.npz", npz(other=sequence, maps=maps)))  # what was chosen is not there any more
    assert units(app).startswith("6 units")
    give(app, ("c.npz", npz(maps=maps)))  # one shape: the choice of all is enough
    assert not app.multiselect
