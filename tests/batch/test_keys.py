from hypothesis import given
from hypothesis import strategies as st

from asr.transcript import FORMATS
from batch import keys


def test_the_answers_lie_beside_the_key():
    assert keys.result_key("in/a b.wav") == "in/a b.wav.json"
    assert keys.error_key("in/a b.wav") == "in/a b.wav.error.json"
    assert [keys.companion_key("a", form) for form in keys.COMPANIONS] == [
        "a.txt",
        "a.srt",
        "a.vtt",
        "a.transcribe",
    ]


def test_every_companion_is_a_form_of_the_transcript():
    assert set(keys.COMPANIONS) < set(FORMATS)


@given(st.text(), st.text(), st.sampled_from(sorted(keys.COMPANIONS)))
def test_a_companion_is_never_taken_for_the_document_of_another_object(key, other, form):
    documents = {keys.result_key(other), keys.error_key(other)}
    assert keys.companion_key(key, form) not in documents


@given(st.text(), st.text())
def test_a_lease_is_never_taken_for_an_answer(key, other):
    answers = {keys.result_key(other), keys.error_key(other)}
    answers |= {keys.companion_key(other, form) for form in keys.COMPANIONS}
    assert keys.lease_key(key) not in answers
