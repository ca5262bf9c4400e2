"""A record holds the moments of all that was seen and a fair sample of it, and its file is read without trust."""

import io
import re
import zipfile

import numpy as np
import pytest

import dropviz as dv
from dropviz.datasets.files import read_activations
from dropviz.layers.reading import read_layers
from dropviz.layers.recording import FORMAT, KINDS, UNITS_SAMPLED, VALUES_SAMPLED, Recorder
from dropviz.layers.reports import report

VALUES = np.random.default_rng(8).exponential(size=(90, 3)).astype(np.float32)
LETTER = re.compile(r"traceback|exception|zlib|literal|allow_pickle|object at|\n", re.I)


def recorded(**options):
    recorder = Recorder(**options)
    for part in np.split(VALUES, [10, 50]):
        recorder.see("fc", part)
        recorder.see("fc", 2.0 * part, phase="train")
    return recorder


def test_a_record_reports_what_its_values_report(tmp_path):
    from_file = report(recorded().save(tmp_path / "a.npz"), 0.3).layers["fc"]
    whole = report(VALUES, 0.3).layers["activations"]
    for name in ("mean", "variance", "zeros", "ratio", "largest_rate"):
        np.testing.assert_allclose(getattr(from_file, name), getattr(whole, name), rtol=1e-12)
    assert from_file.values == len(VALUES)
    np.testing.assert_allclose(from_file.measured, 4.0)
    assert from_file.all_measured == pytest.approx(4.0)
    assert "the network itself has 4.00 times the variance" in from_file.sentence


def test_the_sample_is_of_the_rows_seen_and_every_row_is_as_likely(tmp_path):
    counts = np.zeros(len(VALUES))
    rows = {tuple(row): at for at, row in enumerate(VALUES.tolist())}
    for seed in range(200):
        seen = recorded(sample=9, seed=seed)._seen["fc", "test"].rows.tolist()
        places = [rows[tuple(row)] for row in seen]
        assert len(set(places)) == 9
        counts[places] += 1
    # each count is binomial(200, 1/10): the sum of squared z-scores has mean 90 and variance about 180
    scores = (counts - 20.0) ** 2 / (200 * 0.1 * 0.9)
    assert abs(scores.sum() - 90.0) < 5.0 * np.sqrt(180.0)


def test_the_same_seed_writes_the_same_bytes_of_every_array(tmp_path):
    files = [
        np.load(recorded(seed=3).save(tmp_path / name), allow_pickle=False) for name in ("a.npz", "b.npz")
    ]
    assert files[0].files == files[1].files
    for name in files[0].files:
        assert np.array_equal(files[0][name], files[1][name])
    assert {file.close() for file in files} == {None}


def test_samples_are_bounded_however_large_the_network():
    recorder = Recorder(sample=100_000)
    for layer in range(40):
        recorder.see(f"l{layer}", np.ones((3000, 70), np.float32))
    assert recorder._seen["l0", "test"].rows.shape[1] == UNITS_SAMPLED
    assert recorder._most() * UNITS_SAMPLED * 40 <= VALUES_SAMPLED


def test_the_page_of_own_values_reads_the_sample(tmp_path):
    file = recorded().save(tmp_path / "a.npz")
    assert read_activations("a.npz", file.read_bytes()).shape == (90, 3)


def test_a_layer_seen_in_training_only_is_named_and_left_out(tmp_path):
    recorder = recorded()
    recorder.see("aux", VALUES, phase="train")
    found = report(recorder.save(tmp_path / "a.npz"), 0.3)
    assert (found.left_out, list(found.layers)) == (("aux",), ["fc"])
    assert "aux" in str(found)
    assert "aux" in found._repr_html_()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda recorder: recorder.see("fc", np.ones((2, 4))), "'fc' must have 3 units, as before; it has 4"),
        (lambda recorder: recorder.see("fc", VALUES, "eval"), "phase must be one of train, test"),
        (lambda recorder: recorder.see("fc", [[np.nan] * 3]), "'fc' must hold finite numbers"),
        (lambda recorder: recorder.table("gc", "test"), "layer must be one that was seen"),
        (lambda recorder: recorder.save("a.npy"), "path must end in .npz"),
        (lambda recorder: Recorder().save("a.npz"), "at least one layer"),
        (lambda recorder: Recorder(sample=0), "sample must be an integer from 1"),
        (lambda recorder: Recorder(seed=-1), "seed must be an integer from 0"),
    ],
)
def test_what_cannot_be_recorded_is_said_in_a_sentence(call, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        call(recorded())


# ---- files that are not what they should be -------------------------------------------------------------------------


def _changed(**arrays):
    table = recorded().table("fc", "test")
    return {FORMAT: np.array(["fc"]), "0.test.moments": table} | arrays


BAD_TABLES = {
    "short": np.ones((5, 3)),
    "empty": np.ones((6, 0)),
    "flat": np.ones(6),
    "text": np.full((6, 3), "x"),
    "nan": np.full((6, 3), np.nan),
    "negative": -np.ones((6, 3)),
    "unequal": np.array([[1.0, 2.0]] * 4 + [[1.0, 1.0]] * 2),
    "too large": np.array([[1.0], [1e80], [1.0], [1.0], [1.0], [0.0]]),
    "no values": np.zeros((6, 3)),
}


@pytest.mark.parametrize("table", BAD_TABLES.values(), ids=BAD_TABLES)
def test_a_damaged_record_is_refused(tmp_path, table):
    np.savez(tmp_path / "a.npz", **_changed(**{"0.test.moments": table}))
    with pytest.raises(ValueError, match="damaged"):
        report(tmp_path / "a.npz", 0.3)


@pytest.mark.parametrize("names", [np.array([1.0]), np.array(["a\n"]), np.array([""])])
def test_a_record_without_names_is_refused(tmp_path, names):
    np.savez(tmp_path / "a.npz", **_changed(**{FORMAT: names}))
    with pytest.raises(ValueError, match="must hold the names of its layers"):
        report(tmp_path / "a.npz", 0.3)


@pytest.mark.parametrize("kinds", [np.array(["a\n"]), np.array(["a", "b"]), np.array([1.0])])
def test_a_record_of_damaged_classes_is_refused(tmp_path, kinds):
    np.savez(tmp_path / "a.npz", **_changed(**{KINDS: kinds}))
    with pytest.raises(ValueError, match="must hold the names of its layers"):
        report(tmp_path / "a.npz", 0.3)


def test_a_layer_with_a_number_for_a_name_is_shown_with_its_class(tmp_path):
    recorder = Recorder()
    for name, kind in (("0", "Linear"), ("block.1:2", "ReLU"), ("fc1", "Linear"), ("3", "")):
        recorder.see(name, [[1.0, 2.0], [3.0, 5.0]], kind=kind)
    found = report(recorder.save(tmp_path / "a.npz"), 0.3)
    assert list(found.layers) == ["0", "block.1:2", "fc1", "3"]
    titles = ["0 · Linear", "block.1:2 · ReLU", "fc1", "3"]
    assert [layer.title for layer in found.layers.values()] == titles
    assert all(title in text for title in titles for text in (str(found), found._repr_html_()))
    of_page = read_layers("a.npz", (tmp_path / "a.npz").read_bytes())
    assert [one.kind for one in of_page.arrays] == ["Linear", "ReLU", "Linear", ""]


def test_a_record_of_one_name_twice_is_refused(tmp_path):
    table = recorded().table("fc", "test")
    np.savez(tmp_path / "a.npz", **_changed(**{FORMAT: np.array(["a", "a"]), "1.test.moments": table}))
    with pytest.raises(ValueError, match="comes twice"):
        report(tmp_path / "a.npz", 0.3)


def test_arrays_of_any_file_are_layers(tmp_path):
    np.savez(tmp_path / "two.npz", fc=VALUES, maps=np.ones((4, 2, 3)))
    assert [layer.units for layer in report(tmp_path / "two.npz", 0.3).layers.values()] == [3, 2]
    np.save(tmp_path / "one.npy", np.asfortranarray(VALUES))
    found = dv.report(str(tmp_path / "one.npy"), 0.3).layers["one"]
    np.testing.assert_allclose(found.mean, VALUES.astype(float).mean(0), rtol=1e-12)


def _zipped(name, content):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def _npy(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


# the header of an array of objects; what follows would be a pickle
PICKLED = _npy(np.zeros(2)).replace(b"<f8", b"|O ")[:-16] + b"cos\nsystem\n(S'x'\ntR."
BAD_FILES = {
    "pickled.npy": PICKLED.replace(b"'|O '", b"'|O' "),
    "pickled.npz": _zipped("a.npy", PICKLED.replace(b"'|O '", b"'|O' ")),
    "cut.npy": _npy(VALUES)[:-5],
    "cut.npz": _zipped("a.npy", _npy(VALUES)[:-5]),
    "noise.npy": b"noise" * 50,
    "noise.npz": b"noise" * 50,
    "none.npz": _zipped("a.txt", b"x"),
    "empty.npz": b"",
    "huge.npy": _npy(np.zeros((1, 2))).replace(b"(1, 2), }    ", b"(99999, 2), }"),
    "text.npy": _npy(np.array(["a", "b"])),
    "complex.npz": _zipped("a.npy", _npy(np.ones((2, 2)) * 1j)),
    "other.pt": b"x",
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_not_what_it_should_be_is_refused_in_a_sentence(tmp_path, name):
    (tmp_path / name).write_bytes(BAD_FILES[name])
    with pytest.raises(ValueError, match=r"must") as refused:
        report(tmp_path / name, 0.3)
    assert not LETTER.search(str(refused.value))


def test_a_file_that_is_not_there_is_an_oserror(tmp_path):
    for name in ("a.npz", "a.npy", "a.safetensors"):
        with pytest.raises(OSError, match="No such file"):
            report(tmp_path / name, 0.3)
