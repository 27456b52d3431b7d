from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from training.data.manifest import Utterance
from training.finetune.holdout import split


def clips(pairs):
    """Utterances of (speaker, text)."""
    return [
        Utterance(Path(f"{index}.wav"), 2.0, speaker, "own", text)
        for index, (speaker, text) in enumerate(pairs)
    ]


def test_whole_speakers_are_held_out_where_all_are_known():
    parts = split(clips([(f"s{index % 12}", f"text {index}") for index in range(120)]))
    assert parts.disjoint_by == "speaker"
    assert 12 <= len(parts.held_out) <= 30
    train, held_out = ({each.speaker for each in part} for part in (parts.train, parts.held_out))
    assert not train & held_out


def test_sentences_are_held_out_where_speakers_are_unknown_or_few():
    unknown = split(clips([("?" if i % 2 else "anna", f"text {i // 2}") for i in range(60)]))
    two = split(clips([(f"s{index % 2}", f"text {index // 2}") for index in range(60)]))
    for parts in (unknown, two):
        assert parts.disjoint_by == "sentence"
        assert 6 <= len(parts.held_out) <= 15
        assert not {e.text for e in parts.train} & {e.text for e in parts.held_out}


def test_clips_are_held_out_where_all_say_the_same():
    parts = split(clips([("anna", "yes")] * 20))
    assert (parts.disjoint_by, len(parts.held_out)) == ("file", 5)


pairs = st.tuples(st.sampled_from(["anna", "ben", "?"]), st.sampled_from("abcdefghij"))


@given(st.lists(pairs, min_size=10, max_size=80), st.randoms(use_true_random=False))
def test_each_clip_is_in_one_part_and_the_order_does_not_matter(listed, random):
    utterances = clips(listed)
    parts = split(utterances)
    assert sorted(map(id, parts.train + parts.held_out)) == sorted(map(id, utterances))
    assert len(parts.held_out) >= max(5, len(utterances) / 10)
    assert len(parts.train) >= len(utterances) / 2
    random.shuffle(utterances)
    again = split(utterances)
    assert {each.path for each in again.held_out} == {each.path for each in parts.held_out}
