import pytest

from training.data import sentences


@pytest.mark.parametrize(
    ("written", "spoken"),
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
def test_only_what_is_read_as_it_is_spelled_is_spoken(written, spoken):
    assert sentences.speakable(written) == spoken


def test_sentences_are_read_once_and_in_order(tmp_path):
    (tmp_path / "a").write_text("Two words.\nNo 1.\nThree more words.\n", encoding="utf-8")
    (tmp_path / "b").write_text("two words\nAnd so on.\n", encoding="utf-8")
    read = sentences.read([tmp_path / "a", tmp_path / "b"])
    assert read == ["Two words.", "Three more words.", "And so on."]


def test_sentences_of_common_words_use_no_others():
    spoken = ["The dog ran.", "The dog sat.", "Dog, the cat!", "The dog, the DOG."]
    assert sentences.of_common_words(spoken, 2) == ["The dog, the DOG."]
    assert sentences.of_common_words(spoken, 5) == spoken


def test_one_sentence_in_25_is_held_out_however_it_is_written():
    spoken = [f"{a} {b} {c}" for a in "abcdefghij" for b in "klmnopqrst" for c in "uvwxyzabcd"]
    held = [sentence for sentence in spoken if sentences.held_out(sentence)]
    assert len(held) == pytest.approx(40, abs=20)
    assert all(sentences.held_out(f"{sentence.upper()}!") for sentence in held)
