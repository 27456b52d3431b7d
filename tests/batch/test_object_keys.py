from hypothesis import given
from hypothesis import strategies as st

from asr.formats.registry import FORMATS
from batch import object_keys


def test_the_answers_lie_beside_the_key():
    assert object_keys.result_key("in/a b.wav") == "in/a b.wav.json"
    assert object_keys.error_key("in/a b.wav") == "in/a b.wav.error.json"
    assert [object_keys.companion_key("a", form) for form in object_keys.COMPANIONS] == [
        "a.txt",
        "a.srt",
        "a.vtt",
        "a.transcribe",
    ]


def test_every_companion_is_a_form_of_the_transcript():
    assert set(object_keys.COMPANIONS) < set(FORMATS)


@given(st.text(), st.text(), st.sampled_from(sorted(object_keys.COMPANIONS)))
def test_a_companion_is_never_taken_for_the_document_of_another_object(key, other, form):
    documents = {object_keys.result_key(other), object_keys.error_key(other)}
    assert object_keys.companion_key(key, form) not in documents


@given(st.text(), st.text())
def test_a_lease_is_never_taken_for_an_answer(key, other):
    answers = {object_keys.result_key(other), object_keys.error_key(other)}
    answers |= {object_keys.companion_key(other, form) for form in object_keys.COMPANIONS}
    assert object_keys.lease_key(key) not in answers
