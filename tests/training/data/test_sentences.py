import pytest

from training.data import sentences


@pytest.mark.parametrize(
    ("written", "speakable"),
    [
        ("The cat sat.", "The cat sat."),
        (
            "\u201cIt isn\u2019t,\u201d said she \u2014 and left\u2026",
            "It isn't, said she , and left,",
        ),
        ("'Tis the dogs' bone!", "Tis the dogs bone!"),
        ("He has 12 dogs.", None),
        ("He works at NASA.", None),
        ("J. R. Smith sings.", None),
        ("Mr. Smith sings.", None),
        ("Plan B it is then.", None),
        ("I have a dog.", "I have a dog."),
        ("It costs $ a lot.", None),
        ("Caf\u00e9 noir.", None),
        ("One.", None),
        (" ".join(["word"] * 20), " ".join(["word"] * 20)),
        (" ".join(["word"] * 21), None),
        ("", None),
    ],
)
def test_only_sentences_that_are_read_as_they_are_spelled_are_speakable(written, speakable):
    assert sentences.to_speakable(written) == speakable


def test_sentences_are_read_in_order_without_repetitions(tmp_path):
    (tmp_path / "a").write_text("Two words.\nNo 1.\nThree more words.\n", encoding="utf-8")
    (tmp_path / "b").write_text("two words\nAnd so on.\n", encoding="utf-8")
    read = sentences.read_sentences([tmp_path / "a", tmp_path / "b"])
    assert read == ["Two words.", "Three more words.", "And so on."]


def test_a_restricted_vocabulary_excludes_sentences_with_other_words():
    read = ["The dog ran.", "The dog sat.", "Dog, the cat!", "The dog, the DOG."]
    assert sentences.restrict_vocabulary(read, 2) == ["The dog, the DOG."]
    assert sentences.restrict_vocabulary(read, 5) == read


def test_one_sentence_in_25_is_held_out_for_any_case_and_punctuation():
    read = [f"{a} {b} {c}" for a in "abcdefghij" for b in "klmnopqrst" for c in "uvwxyzabcd"]
    held_out = [sentence for sentence in read if sentences.is_held_out(sentence)]
    assert len(held_out) == pytest.approx(40, abs=20)
    assert all(sentences.is_held_out(f"{sentence.upper()}!") for sentence in held_out)
