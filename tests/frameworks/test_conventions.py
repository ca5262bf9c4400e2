import dataclasses
import re

import numpy as np
import pytest
from numpy.typing import NDArray

from dropviz.frameworks.conventions import (
    Framework,
    answer,
    frameworks,
    line_of_code,
    migration,
)
from dropviz.theory.strategies import strategies

FloatArray = NDArray[np.float64]
ALL = tuple(frameworks().values())
NAMED = frameworks()
RATES = (0.0, 0.1, 0.3, 0.5, 0.8, 0.99)
STRATEGIES_OF = {
    "train": {"inverted"},
    "always": {"inverted"},
    "none-needed": {"inverted"},
    "test": {"standard", "wrong_test"},
    "neither": {"none"},
}

every_framework = pytest.mark.parametrize("framework", ALL, ids=lambda framework: framework.name)


def outputs_while_training(
    framework: Framework, rate: float, start: FloatArray, learning_rate: float
) -> list[float]:
    """Train one linear unit by plain SGD, always on the same masks; return its test output at each step."""
    chosen = strategies()[framework.strategy]
    draws = np.random.default_rng(4)
    weights, outputs = start.copy(), []
    for _ in range(20):
        a, wanted = draws.standard_normal(5), draws.standard_normal()
        mask = draws.random(5) >= rate
        outputs.append(float(weights @ a * chosen.test_scale(rate)))
        hidden = a * mask * chosen.train_scale(rate)
        weights -= learning_rate * (weights @ hidden - wanted) * hidden
    return outputs


def last_number(text: str) -> float:
    return float(re.findall(r"\d+(?:\.\d+)?(?:e-?\d+)?", text)[-1])


def test_every_framework_of_the_table_is_there() -> None:
    assert set(NAMED) == {
        "PyTorch", "PyTorch, scaled_dot_product_attention", "PyTorch, MultiheadAttention",
        "Hugging Face BERT, hidden", "Hugging Face BERT, attention", "Hugging Face Llama, attention",
        "Keras 3 Dropout", "Keras 3 GaussianDropout", "TensorFlow 1", "TensorFlow 2", "Flax linen",
        "Flax NNX", "Haiku", "Equinox", "JAX stax", "MLX", "tinygrad", "Flux.jl", "Candle", "Burn", "Objax",
        "Paddle 1", "Paddle 2",
        "Paddle 2, downscale_in_infer", "Caffe", "Torch7", "Torch7, v1", "MXNet", "ONNX", "Lasagne",
        "Lasagne, rescale=False", "DL4J Dropout", "DL4J GaussianDropout", "CNTK", "MindSpore", "TFLearn",
        "CS231n, inverted", "CS231n, vanilla", "Andrew Ng's course", "d2l.ai", "timm DropPath", "ConvNetJS",
    }  # fmt: skip


@every_framework
def test_a_record_uses_the_words_of_the_file(framework: Framework) -> None:
    assert framework.meaning in {"drop", "keep", "both"}
    assert framework.unnamed in {"drop", "keep", ""}
    assert framework.noise in {"Bernoulli", "Gaussian"}
    assert framework.unit in {"element", "sample", "attention weight"}
    assert framework.evidence in {"run", "read", "documented"}
    assert framework.strategy in STRATEGIES_OF[framework.scales]
    assert (framework.scales == "none-needed") == (framework.noise == "Gaussian")
    assert set(framework.inferred) <= {"at_drop_0", "at_drop_1"}
    assert not (framework.evidence == "run" and framework.inferred)
    for text in (framework.source, framework.switch, framework.at_drop_0, framework.at_drop_1):
        assert text == text.strip() != ""
    assert framework.version or framework.evidence == "read"
    for note in framework.notes:
        assert note.endswith((".", "!"))


@every_framework
def test_the_link_leads_to_a_file_at_a_commit(framework: Framework) -> None:
    assert re.fullmatch(r"[0-9a-f]{40}", framework.commit)
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", framework.repository)
    assert re.search(r"\.(py|md|cpp|h|lua|java|js|jl|rs)$", framework.source)
    assert framework.link.startswith(f"https://github.com/{framework.repository}/blob/{framework.commit}/")
    assert " " not in framework.link
    assert framework.version not in framework.commit or not framework.version


@every_framework
def test_the_line_says_what_the_parameter_means(framework: Framework) -> None:
    assert framework.line.count("{drop}") + framework.line.count("{keep}") == 1
    if framework.meaning == "both":
        other = "{drop}" if framework.written == "keep" else "{keep}"
        assert framework.other_line.count(other) == 1
    else:
        assert framework.written == framework.meaning
        assert framework.unnamed in {framework.meaning, ""}
        assert framework.other_line == ""
    assert (framework.slot > 0) == (framework.unnamed != "")


@every_framework
def test_the_number_in_the_line_is_the_rate_or_its_complement(framework: Framework) -> None:
    for rate in (*RATES, 1.0):
        template = framework.line.replace("{drop}", "@").replace("{keep}", "@")
        before, after = template.split("@")
        line = line_of_code(framework, rate)
        assert line.startswith(before)
        assert line.endswith(after)
        number = float(line[len(before) : len(line) - len(after)])
        assert number == pytest.approx(rate if framework.written == "drop" else 1 - rate, abs=1e-12)


def test_lines_are_clean_numbers() -> None:
    assert line_of_code(NAMED["PyTorch"], 1 - 0.7) == "torch.nn.Dropout(p=0.3)"
    assert line_of_code(NAMED["PyTorch"], np.float64(0.25)) == "torch.nn.Dropout(p=0.25)"
    assert line_of_code(NAMED["Objax"], 0) == "objax.nn.Dropout(keep=1.0)"
    assert line_of_code(NAMED["CNTK"], 0.3, other=True) == "cntk.layers.Dropout(keep_prob=0.7)"
    assert line_of_code(NAMED["PyTorch"], 0.3, other=True) == ""
    assert line_of_code(NAMED["Caffe"], 0.3) == "dropout_param { dropout_ratio: 0.3 }"


@pytest.mark.parametrize("rate", [-0.01, 1.01, float("nan"), float("inf")])
def test_a_bad_rate_is_refused_by_name(rate: float) -> None:
    torch = NAMED["PyTorch"]
    for call in (
        lambda: line_of_code(torch, rate),
        lambda: migration(torch, torch, rate),
        lambda: answer(torch, torch, rate),
    ):
        with pytest.raises(ValueError, match=r"rate must be .*; got"):
            call()


def test_nothing_is_left_to_migrate_at_rate_one() -> None:
    with pytest.raises(ValueError, match=r"rate must be .* below 1; got 1\.0"):
        migration(NAMED["PyTorch"], NAMED["JAX stax"], 1.0)


def test_records_are_frozen_and_the_table_is_read_only() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        NAMED["PyTorch"].meaning = "keep"  # type: ignore[misc]
    with pytest.raises(TypeError):
        NAMED["new"] = NAMED["PyTorch"]  # type: ignore[index]


# The answer: true of every pair at every rate.


def numbers(framework: Framework, rate: float) -> set[float]:
    """Every number that may be written for a rate."""
    both = {"drop": rate, "keep": 1 - rate}
    return {round(both[each], 12) for each in both if framework.meaning in (each, "both")}


@every_framework
def test_the_answer_names_the_numbers_of_both(framework: Framework) -> None:
    for rate in RATES:
        for target in ALL:
            have, colon, rest = answer(framework, target, rate).partition(": ")
            assert colon
            assert have.startswith(f"You have {framework.said} {framework.number_name} = ")
            write = rest.partition(f"In {target.said} write ")[2]
            for text, row in ((have, framework), *([(write, target)] if target != framework else [])):
                written = {float(one) for one in re.findall(r"= ([\d.]*\d)", text)}
                assert sorted(written) == pytest.approx(sorted(numbers(row, rate)))
            assert ("Nothing changes." in rest) == (target == framework)
            assert not re.search(r"\bnan\b|\binf\b|[{}]", have + rest)


@every_framework
def test_the_answer_says_what_is_dropped_and_scaled(framework: Framework) -> None:
    for rate in RATES:
        said = answer(framework, framework, rate).partition(": ")[2]
        train, test = framework.factors(rate)
        if framework.noise == "Gaussian":
            assert said.startswith("nothing is dropped")
            assert last_number(said) == pytest.approx(rate / (1 - rate), abs=5e-4, rel=5e-3)
            continue
        assert ("nothing is dropped" in said) == (rate == 0.0)
        assert (f"{100 * rate:g} % of the " in said) == (rate > 0.0)
        assert ("survivors ÷" in said) == (framework.scales in {"train", "always"})
        assert ("at test" in said) == (framework.scales == "test")
        factors = [float(one) for one in re.findall(r"[÷×] ([\d.]*\d)", said)]
        meant = [1 - rate] if test not in {1.0, 1 - rate} and abs(test - 1 + rate) > 1e-9 else []
        expected = {"test": [test, *meant], "neither": []}.get(framework.scales, [1 / train])
        assert factors == pytest.approx(expected)


@pytest.mark.parametrize(
    ("source", "target", "rate", "more"),
    [
        ("PyTorch", "CS231n, inverted", 0.3, False),
        ("PyTorch", "CS231n, vanilla", 0.3, True),
        ("PyTorch", "CS231n, vanilla", 0.0, False),
        ("ConvNetJS", "CS231n, vanilla", 0.3, True),
        ("ConvNetJS", "CS231n, vanilla", 0.5, False),
        ("PyTorch", "timm DropPath", 0.3, True),
        ("PyTorch", "PyTorch, MultiheadAttention", 0.3, True),
        ("PyTorch", "Keras 3 GaussianDropout", 0.3, True),
    ],
)
def test_the_answer_says_where_more_changes_than_the_number(
    source: str, target: str, rate: float, more: bool
) -> None:
    assert ("More changes" in answer(NAMED[source], NAMED[target], rate)) == more


def test_what_a_framework_refuses_is_said() -> None:
    assert answer(NAMED["PyTorch"], NAMED["Caffe"], 0.0).endswith(
        ", an error (DCHECK, in debug builds only)."
    )
    assert "error" not in answer(NAMED["PyTorch"], NAMED["Caffe"], 0.3)


# Migration: the laws that hold for every pair.


@every_framework
def test_every_migration_is_made_of_plain_sentences(framework: Framework) -> None:
    for rate in RATES:
        for target in ALL:
            moved = migration(framework, target, rate)
            assert moved
            for sentence in moved:
                assert sentence.endswith(".")
                assert not re.search(r"\bnan\b|\binf\b|[{}]", sentence)


@every_framework
def test_the_number_turns_round_exactly_when_the_meaning_does(framework: Framework) -> None:
    for rate in RATES:
        for target in ALL:
            if target == framework:
                continue
            first = migration(framework, target, rate)[0]
            if target.written == framework.written:
                assert first.startswith("The number stays ")
            elif rate == 0.5:
                assert first.startswith("The number happens to stay 0.5, but its meaning turns round")
            else:
                new = rate if target.written == "drop" else round(1 - rate, 12)
                old = round(1 - rate, 12) if target.written == "drop" else rate
                assert first.startswith(f"Write {new} where {old} stood")


@every_framework
def test_weights_change_exactly_when_the_training_mean_does(framework: Framework) -> None:
    for target in ALL:
        sentences = [s for s in migration(framework, target, 0.3) if "trained weights" in s]
        expected = framework.train_mean(0.3) / target.train_mean(0.3)
        assert len(sentences) == (abs(expected - 1) > 1e-9)
        if sentences:
            assert last_number(sentences[0]) == pytest.approx(expected, rel=1e-3)


@every_framework
def test_moving_to_the_same_framework_changes_nothing(framework: Framework) -> None:
    assert migration(framework, framework, 0.3) == ("Nothing changes.",)


@pytest.mark.parametrize(
    ("source", "target"),
    [("Paddle 1", "Paddle 2"), ("Torch7, v1", "PyTorch"), ("PyTorch", "CS231n, vanilla")],
)
def test_rescaled_weights_follow_the_same_path(source: str, target: str) -> None:
    # The two sentences about weights and learning rate, tried out: one linear unit, the same masks, SGD.
    rate, learning_rate = 0.3, 0.05
    moved = migration(NAMED[source], NAMED[target], rate)
    weight_factor = (1 - rate) if NAMED[target].strategy == "inverted" else 1 / (1 - rate)
    sentence = next(s for s in moved if "trained weights" in s)
    assert last_number(sentence) == pytest.approx(weight_factor, rel=1e-3)
    sentence = next(s for s in moved if "learning rate" in s)
    assert last_number(sentence) == pytest.approx(weight_factor**2, rel=1e-3)

    start = np.random.default_rng(3).standard_normal(5)
    np.testing.assert_allclose(
        outputs_while_training(NAMED[source], rate, start, learning_rate),
        outputs_while_training(NAMED[target], rate, weight_factor * start, learning_rate * weight_factor**2),
        rtol=1e-12,
    )


# The traps, one by one.


def test_tensorflow_1_to_2_reads_the_same_place_the_other_way() -> None:
    changes = " ".join(migration(NAMED["TensorFlow 1"], NAMED["TensorFlow 2"], 0.3))
    assert "place 2 of tf.nn.dropout" in changes
    assert "drops 0.7 of the units instead of 0.3" in changes
    half = " ".join(migration(NAMED["TensorFlow 1"], NAMED["TensorFlow 2"], 0.5))
    assert "at this one rate does the same" in half
    none = " ".join(migration(NAMED["TensorFlow 1"], NAMED["TensorFlow 2"], 0.0))
    assert "asks to drop every unit, which gives an error (ValueError)" in none


def test_paddle_1_to_2_moves_the_scaling() -> None:
    changes = migration(NAMED["Paddle 1"], NAMED["Paddle 2"], 0.2)
    assert "Paddle 1 scales at test; Paddle 2 scales in training." in changes
    assert any("the default was to scale at test" in sentence for sentence in changes)
    kept = migration(NAMED["Paddle 1"], NAMED["Paddle 2, downscale_in_infer"], 0.2)
    assert not any("trained weights" in sentence for sentence in kept)


@pytest.mark.parametrize("name", ["JAX stax", "DL4J Dropout", "Objax", "TFLearn"])
def test_keep_frameworks_take_the_complement(name: str) -> None:
    changes = migration(NAMED[name], NAMED["PyTorch"], 0.2)
    assert changes[0].startswith("Write 0.2 where 0.8 stood")
    assert any(sentence.startswith("Name the argument") and "bare 0.8" in sentence for sentence in changes)


def test_convnetjs_is_named_as_the_mistake_it_is() -> None:
    def mismatch(rate: float) -> str:
        changes = migration(NAMED["ConvNetJS"], NAMED["PyTorch"], rate)
        return next(s for s in changes if "does not match the means" in s)

    assert "0.4286 times the training mean" in mismatch(0.3)
    assert "does not show" in mismatch(0.5)
    assert " 0 times the training mean" in mismatch(0.0)
