from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import tone_corpus
from training.data import teacher, text
from training.data.corpus import load_corpus
from training.data.teacher import transfer
from training.errors import InputError


@pytest.mark.parametrize(
    ("plain", "label", "written"),
    [
        ("so kind god bless you", "So kind, God bless you.", "So kind, God bless you."),
        ("she saw her face", "She saw her vase.", "She saw her face."),
        ("mister carnegie came", "Mr. Carnegie came.", "Mister Carnegie came."),
        ("the twenty third of may", "The twenty-third of May", "The twenty-third of May"),
        ("a twenty fourth of may", "A twenty-third of May.", "A twenty fourth of May."),
        ("do i know that i do", "Do you know that you do?", None),
        ("well do i know that i'm it", "Well, do you know that I'm it?",
         "Well, do I know that I'm it?"),
        ("say where you can do that at", "Say where you can do that.",
         "Say where you can do that at."),
        ("in nineteen forty he left it to us", "In 1940, he left it to us.",
         "In nineteen forty, he left it to us."),
        ("not sorry for it", "I'm sorry for it.", "Not sorry for it."),
        ("hello my friend you", "Hello, my friend, you are.", "Hello, my friend, you."),
        ("he had it all", "he had it all.", "he had it all."),
        ("he had it all", "HE HAD IT ALL", None),
        ("he had it all", "", None),
        ("", "Thank you.", None),
    ],
)  # fmt: skip
def test_case_and_marks_are_laid_over_the_true_words(plain, label, written):
    assert transfer(plain, label) == written


def test_a_label_that_agrees_with_less_than_seventy_percent_is_not_used():
    words = "one two three four five six seven eight nine ten"
    wrong = words.replace("ten", "x").replace("two", "y").replace("six", "z")
    assert transfer(words, wrong.capitalize()) is not None
    assert transfer(words, wrong.replace("four", "w").capitalize()) is None


words = st.lists(st.sampled_from(["a", "i", "it's", "well", "known", "b"])).map(" ".join)


@given(words, st.text("aiBw '-.,?! ") | words.map(lambda each: each.title() + "?"))
def test_the_words_are_always_the_true_ones(plain, label):
    written = transfer(plain, label)
    assert written is None or text.normalise(written) == plain


@pytest.fixture
def corpus(tmp_path):
    manifest = tone_corpus.write_corpus(tmp_path / "tones", ["A BAD CAFE", "Fed, a cab."])
    return load_corpus(manifest, tmp_path / "cache")


def test_labels_are_laid_over_utterances_without_case(corpus, tmp_path):
    file = tmp_path / "labels.tsv"
    file.write_text('file\tscore\ttext\n0.flac\t-0.1\tA bad "Cafe".\n1.flac\t0\tFed? A cab?\n')
    (labelled,) = teacher.with_teacher_labels([corpus], teacher.read_teacher_labels(file))
    first, second = labelled.utterances
    assert first == replace(corpus.utterances[0], written="A bad Cafe.")
    assert second.written == "Fed, a cab."
    assert corpus.utterances[0].written is None


def test_labels_of_other_clips_are_rejected(corpus):
    with pytest.raises(InputError, match="they name no clip"):
        teacher.with_teacher_labels([corpus], {"other.flac": "A bad cafe."})


def test_a_table_without_the_columns_is_rejected(tmp_path):
    (tmp_path / "labels.tsv").write_text("clip\ttext\n")
    with pytest.raises(InputError, match="has no column file"):
        teacher.read_teacher_labels(tmp_path / "labels.tsv")
