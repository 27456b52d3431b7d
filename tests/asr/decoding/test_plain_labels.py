import numpy as np
import pytest

from asr.decoding.plain_labels import PlainLabels, plain_labels
from asr.errors import ModelUnavailableError
from asr.manifest import Alphabet
from tests.support.toy_model import ALPHABET, WRITTEN_ALPHABET

LETTERS = "'abcdefghijklmnopqrstuvwxyz"


def groups(plain: PlainLabels) -> dict[str, set[str]]:
    written = plain.units.alphabet.labels
    return {
        label: {written[index] for index in classes}
        for label, classes in zip(plain.alphabet.labels, plain.members, strict=True)
    }


def test_cases_are_one_letter_hyphens_boundaries_and_marks_blanks():
    found = groups(plain_labels(WRITTEN_ALPHABET, LETTERS))
    assert (found["a"], found["'"]) == ({"A", "a"}, {"'"})
    assert found[" "] == {" ", "-"}
    assert found[""] == {"", ".", ",", "?", "!"}
    assert set(found) == {*LETTERS, " ", ""}


def test_a_hyphen_may_be_a_letter():
    found = groups(plain_labels(WRITTEN_ALPHABET, LETTERS + "-"))
    assert (found["-"], found[" "]) == ({"-"}, {" "})


def test_the_labels_of_a_model_of_capitals_are_lower_case_letters():
    found = groups(plain_labels(Alphabet(("<pad>", "<unk>", "|", *"AB\u2019"), 0, "|"), LETTERS))
    assert found == {" ": {"|"}, "a": {"A"}, "b": {"B"}, "'": {"\u2019"}, "": {"<pad>", "<unk>"}}


def test_the_probabilities_of_a_label_are_summed():
    plain = plain_labels(WRITTEN_ALPHABET, LETTERS)
    scores = np.random.default_rng(0).normal(size=(7, 60))
    written = (scores - np.logaddexp.reduce(scores, axis=1)[:, None]).astype(np.float32)
    found = np.exp(plain.log_probs(written))
    assert found.sum(axis=1) == pytest.approx(1.0, abs=1e-5)
    both = np.exp(written[:, [WRITTEN_ALPHABET.labels.index(c) for c in "Aa"]]).sum(axis=1)
    assert found[:, plain.alphabet.labels.index("a")] == pytest.approx(both, rel=1e-5)


def test_plain_labels_are_their_own_groups():
    plain = plain_labels(ALPHABET, LETTERS)
    assert [len(classes) for classes in plain.members] == [1] * 29
    assert plain.silence == [28, 1]


def test_impossible_classes_stay_impossible():
    silent = np.full((1, 60), -np.inf, np.float32)
    silent[0, 59] = 0.0
    plain = plain_labels(WRITTEN_ALPHABET, LETTERS)
    assert plain.log_probs(silent)[0].tolist() == [-np.inf] * 28 + [0.0]


@pytest.mark.parametrize(
    "alphabet", [Alphabet(("\u2581a", "b", ""), 2, "\u2581"), Alphabet(("a", "b", ""), 2, "")]
)
def test_subwords_and_labels_without_boundary_are_rejected(alphabet):
    with pytest.raises(ModelUnavailableError, match="needs a model whose labels are characters"):
        plain_labels(alphabet, LETTERS)
