"""Phrases of a vocabulary in decoded words, written as they were given."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from asr.decoding.words import WordSpan
from asr.vocabulary import Phrase, spoken
from asr.written_text import split_marks

# Written forms by the spoken words.
WrittenForms = Mapping[tuple[str, ...], str]


def written_forms(phrases: Iterable[Phrase]) -> WrittenForms:
    """The written form of each phrase; of phrases that sound alike, the first."""
    forms: dict[tuple[str, ...], str] = {}
    for phrase in phrases:
        forms.setdefault(tuple(phrase.spoken.split()), phrase.written)
    return forms


def write_phrases(spans: Sequence[WordSpan], forms: WrittenForms) -> list[WordSpan]:
    """Replace the words of each phrase, the longest first, by its written words.

    Marks before and after a phrase are kept. Where the written words are others than the spoken
    ones, the time of the phrase is divided among them by their lengths.
    """
    longest = max(map(len, forms), default=0)
    plain = [spoken(span.text) for span in spans]
    result: list[WordSpan] = []
    index = 0
    while index < len(spans):
        for count in range(min(longest, len(spans) - index), 0, -1):
            words = tuple(plain[index : index + count])
            if words in forms:
                result += _rewritten(spans[index : index + count], forms[words])
                break
        else:
            count = 1
            result.append(spans[index])
        index += count
    return result


def _rewritten(spans: Sequence[WordSpan], written: str) -> list[WordSpan]:
    before, _, _ = split_marks(spans[0].text)
    _, _, after = split_marks(spans[-1].text)
    groups = list(_grouped(spans, written.split()))
    groups[0] = replace(groups[0], text=before + groups[0].text)
    groups[-1] = replace(groups[-1], text=groups[-1].text + after)
    return groups


def _grouped(spans: Sequence[WordSpan], words: Sequence[str]) -> Iterator[WordSpan]:
    """One span per written word, from the spans of its spoken words where they correspond."""
    counts = [len(spoken(word).split()) for word in words]
    if sum(counts) == len(spans) and 0 not in counts:
        position = 0
        for word, count in zip(words, counts, strict=True):
            yield _joined(spans[position : position + count], word)
            position += count
        return
    whole = _joined(spans, "")
    share = (whole.end - whole.start) / sum(map(len, words))
    position = 0
    for word in words:
        start = whole.start + round(position * share)
        position += len(word)
        end = max(whole.start + round(position * share), start + 1)
        yield replace(whole, text=word, start=start, end=end)


def _joined(spans: Sequence[WordSpan], text: str) -> WordSpan:
    log_prob = sum(span.log_prob for span in spans) / len(spans)
    return WordSpan(text, spans[0].start, spans[-1].end, log_prob)
