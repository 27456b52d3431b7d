import pytest

from training import phones


def said(text: str) -> list[str]:
    return [phones.PHONES[index] for index in phones.encode(text)]


def test_words_are_pronounced_as_the_dictionary_has_them_first():
    assert said("read the tomato") == "R EH D DH AH T AH M EY T OW".split()


def test_words_that_are_not_known_leave_a_text_without_pronunciation():
    assert said("the qzx") == []
    assert said("") == []


def test_every_phone_of_the_dictionary_has_a_class_and_the_blank_is_the_last():
    used = {index for pronunciation in phones.dictionary().values() for index in pronunciation}
    assert used == set(range(phones.BLANK))
    assert phones.CLASSES == 40


@pytest.mark.parametrize("texts", [["cat", "", "zzgh", "seven"], [""]])
def test_targets_are_padded(texts):
    padded, count = phones.targets(texts)
    assert count.tolist() == [len(phones.encode(text)) for text in texts]
    for row, n, text in zip(padded.tolist(), count.tolist(), texts, strict=True):
        assert row[:n] == phones.encode(text)
