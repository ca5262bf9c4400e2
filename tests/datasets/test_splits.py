import numpy as np
import pytest

from dropviz.datasets import splits as datasets
from dropviz.datasets.splits import Split, digits_redrawn, digits_split, from_csv, moons, rings, wave


def table(*lines: str) -> bytes:
    return "\n".join(lines).encode()


GOOD = ("a,b,kind", *(f"{i},{i * i},{'odd' if i % 2 else 'even'}" for i in range(20)))


def assert_same(one: Split, other: Split):
    for name in ("train_features", "train_targets", "test_features", "test_targets"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_the_digits_have_their_fixed_split():
    data = digits_split()
    assert data.train_features.shape == (1437, 64)
    assert data.test_features.shape == (360, 64)
    assert data.outputs == 10
    assert (data.train_features.min(), data.train_features.max()) == (0.0, 1.0)
    together = np.concatenate([data.train_targets, data.test_targets])
    np.testing.assert_array_equal(np.bincount(together), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    assert_same(data, digits_split())


def test_the_stored_plain_network_knows_the_digits():
    data = digits_split()
    with np.load(datasets.DIGITS, allow_pickle=False) as stored:
        hidden = np.maximum(data.test_features @ stored["w1"] + stored["b1"], 0)
        scores = hidden @ stored["w2"] + stored["b2"]
    assert np.mean(scores.argmax(axis=1) == data.test_targets) > 0.95


@pytest.mark.parametrize("count", [10, 105, 1437])
def test_few_digits_are_balanced_and_leave_the_test_examples(count):
    few, whole = digits_split(count), digits_split()
    per_class = np.bincount(few.train_targets, minlength=10)
    assert per_class.sum() == count
    assert per_class.max() - per_class.min() <= (1 if count < 1000 else 10)
    np.testing.assert_array_equal(few.test_features, whole.test_features)


def test_digits_to_redraw_are_their_own_targets():
    named, redrawn = digits_split(50), digits_redrawn(50)
    np.testing.assert_array_equal(redrawn.train_targets, named.train_features)
    np.testing.assert_array_equal(redrawn.test_targets, named.test_features)
    assert (redrawn.classes, redrawn.outputs) == ((), 64)
    assert redrawn.picture == named.picture == (8, 8)
    assert moons().picture is None
    assert redrawn.astype("float64").train_targets.dtype == np.float64


@pytest.mark.parametrize("make", [moons, rings])
def test_toy_problems_are_seeded_and_balanced(make):
    data = make(200, 0.1, seed=3)
    assert data.train_features.shape == (200, 2)
    assert data.test_features.shape == (500, 2)
    assert (data.train_targets.sum(), data.test_targets.sum()) == (100, 250)
    assert_same(data, make(200, 0.1, seed=3))
    assert np.abs(data.train_features - make(200, 0.1, seed=4).train_features).max() > 0.1


def test_rings_without_noise_lie_on_their_circles():
    data = rings(100, 0.0)
    radius = np.hypot(*data.train_features.T)
    np.testing.assert_allclose(radius, np.where(data.train_targets == 0, 0.5, 1.0), rtol=1e-12)


def test_moons_without_noise_lie_on_their_half_circles():
    data = moons(100, 0.0)
    upper = data.train_targets == 0
    centre = np.where(upper[:, None], [-0.5, -0.25], [0.5, 0.25])
    offset = data.train_features - centre
    np.testing.assert_allclose(np.hypot(*offset.T), 1.0, rtol=1e-12)
    assert (offset[upper, 1] >= 0).all()
    assert (offset[~upper, 1] <= 0).all()


def test_wave_is_its_formula_and_leaves_the_gap_empty():
    data = wave(100, 0.0)
    assert data.outputs == 1
    np.testing.assert_allclose(data.train_targets, np.sin(4 * data.train_features), rtol=1e-12)
    assert np.abs(data.train_features).min() >= 0.5
    assert np.abs(data.train_features).max() <= 1.0
    assert (data.test_features.min(), data.test_features.max()) == (-2.0, 2.0)


def test_astype_leaves_class_numbers_alone():
    assert moons().astype("float32").train_features.dtype == np.float32
    assert moons().astype("float32").train_targets.dtype.kind == "i"
    assert wave().astype("float32").train_targets.dtype == np.float32


# a person's own table


def test_a_table_becomes_a_standardised_split():
    data = from_csv(table(*GOOD))
    assert data.classes == ("even", "odd")
    assert len(data.train_targets) == 16
    assert sorted(data.test_targets) == [0, 0, 1, 1]
    np.testing.assert_allclose(data.train_features.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(data.train_features.std(axis=0), 1.0, rtol=1e-12)


def test_rows_keep_their_labels():
    data = from_csv(table(*(f"{i},{i % 3}" for i in range(40))))
    features = np.concatenate([data.train_features, data.test_features])[:, 0]
    labels = np.concatenate([data.train_targets, data.test_targets])
    np.testing.assert_array_equal(labels[np.argsort(features)], np.arange(40) % 3)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_separators_and_a_byte_order_mark(delimiter):
    content = b"\xef\xbb\xbf" + table(*(line.replace(",", delimiter) for line in GOOD))
    assert_same(from_csv(content), from_csv(table(*GOOD)))


def test_line_ends_blank_lines_and_quotes_do_not_matter():
    content = table(*(line.replace("odd", '"odd"') + "\r" for line in GOOD), "", " ")
    assert_same(from_csv(content), from_csv(table(*GOOD)))
    assert_same(from_csv("\r".join(GOOD).encode()), from_csv(table(*GOOD)))


def test_a_table_without_header_and_labels_in_another_column():
    rows = [f"{'x' if i < 6 else 'y'},{i}" for i in range(12)]
    data = from_csv(table("label,value", *rows), "label")
    assert_same(data, from_csv(table("label,value", *rows), "1"))
    assert data.classes == ("x", "y")
    numbers = from_csv(table(*(f"{i % 2},{i}" for i in range(12))), "1")
    assert len(numbers.train_targets) + len(numbers.test_targets) == 12
    assert numbers.classes == ("0", "1")


def test_labels_of_text_in_the_first_column_without_header():
    data = from_csv(table(*(f"{'x' if i < 6 else 'y'},{i}" for i in range(12))), "1")
    assert len(data.train_targets) + len(data.test_targets) == 12


def test_a_constant_feature_becomes_zero():
    data = from_csv(table(*(f"5,{i},{i % 2}" for i in range(12))))
    assert not data.train_features[:, 0].any()
    assert not data.test_features[:, 0].any()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"\n \n", "it is empty"),
        (b"\xff\xfe1", "text in UTF-8"),
        (b"a,b\n1,\0", "text in UTF-8; this one is UTF-16 or not text"),
        (b"PK\x03\x04\x00\x00", "not text"),
        (table("a", "1", "2"), "it has 1 columns"),
        (table(",".join("1" * 1002)), "at most 1,001 columns; it has more"),
        (table("a,b", "1,x", "2"), "row 3 must have 2 cells like the first; it has 1"),
        (table("a,kind"), "contain examples; it has only column names"),
        (
            table("a,kind", "1,x", "two,y"),
            "feature 'a' must be a number up to ±1e\\+100 in every row; example 2 has 'two'",
        ),
        (table("a,kind", "1,x", ",y"), "example 2 has ''"),
        (table("a,kind", "1,x", "nan,y"), "has 'nan'"),
        (table("a,kind", "1,x", "inf,y"), "has 'inf'"),
        (table("a,kind", "1,x", "2,x"), "2 to 50 different values; it has 1"),
        (table(*(f"{i},{i}" for i in range(60))), "2 to 50 different values; it has 60"),
        (table("a,kind", "1,x", "2,x", "3,y"), "at least 2 examples; 'y' has 1"),
        (table("a,kind", "1,x", "2,", "3,x"), "every row must have a label"),
        (table("a,kind", "1,x", "-9e307,y"), "has '-9e307'"),
        (b"1,2\n" * 20_002, "at most 20,000 rows; it has more"),
        (b"1," * 2_000_001, "row 1 must have at most 2,500,000 characters"),
        ((b"1," * 1000 + b"x\n") * 2000, "at most 2,000,000 cells; it has more"),
        (b"\n" * 2_000_001, "at most 2,000,000 lines; it has more"),
        (b"1" * 20_000_001, "at most 20,000,000 bytes"),
        (b'a,b\n"' + b"1" * 200_000 + b'",2', "row 2 must have cells of at most 1,000 characters"),
        (table("a,kind", "1_000,x", "2,y"), "example 1 has '1_000'"),
        (table("1_000,x", "2,y"), "example 1 has '1_000'"),
        (table("a,kind", "1,x", "٣,y"), "example 2 has '٣'"),
        (table("a,kind", "1," + "x" * 101, "2,y"), "a label must have 1 to 100 characters; one has 101"),
    ],
)
def test_a_bad_table_is_refused_in_words(content, words):
    with pytest.raises(ValueError, match=words):
        from_csv(content)


def test_one_long_label_among_many_rows_takes_neither_time_nor_memory(refusals):
    rows = "'\\n'.join([*(f'{i},{i %% 2}' for i in range(19_999)), '1,' + 'x' * %d]).encode(),"
    said = refusals(
        "dropviz.datasets.splits",
        "from_csv",
        [rows % length for length in (101, 999, 10_000, 25_000, 131_000)],
    )
    assert said == [
        "a label must have 1 to 100 characters; one has 101",
        "a label must have 1 to 100 characters; one has 999",
        *["row 20000 must have cells of at most 1,000 characters; one is longer"] * 3,
    ]


def test_one_long_line_takes_neither_time_nor_memory(refusals):
    lines = ("b'1' * %d", "b' ' * %d", "b'1,' + b' ' * %d", "b'1,' + b'1' * %d", "b',' * %d")
    said = refusals(
        "dropviz.datasets.splits", "from_csv", [f"b'1,a\\n' + {line % 19_000_000}," for line in lines]
    )
    assert len(said) == len(lines)
    assert all(one.startswith("row 2 must have at most 2,500,000 characters; it has more") for one in said)


@pytest.mark.parametrize("column", ["", "c", "0", "4", "-1", "²"])
def test_a_label_column_that_is_not_there_is_refused(column):
    with pytest.raises(ValueError, match="label_column must be one of the 3 columns"):
        from_csv(table(*GOOD), column)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: moons(19), "examples must be a whole number from 20 to 20,000; got 19"),
        (lambda: rings(10**9), "examples must be"),
        (lambda: moons(noise=float("nan")), "noise must be a number from 0 to 2; got nan"),
        (lambda: digits_split(9), "train_examples must be a whole number from 10 to 1,437; got 9"),
        (lambda: digits_split(20.5), "train_examples must be a whole number"),  # type: ignore[arg-type]
    ],
)
def test_bad_sizes_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
