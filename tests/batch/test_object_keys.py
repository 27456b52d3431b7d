from hypothesis import given
from hypothesis import strategies as st

from asr.formats.registry import FORMATS
from batch import object_keys


def test_output_keys_extend_the_key_of_the_audio():
    assert object_keys.result_key("in/a b.wav") == "in/a b.wav.json"
    assert object_keys.error_key("in/a b.wav") == "in/a b.wav.error.json"
    assert [
        object_keys.extra_format_key("a", format_name) for format_name in object_keys.EXTRA_FORMATS
    ] == [
        "a.txt",
        "a.srt",
        "a.vtt",
        "a.transcribe",
    ]


def test_every_extra_format_is_registered():
    assert set(object_keys.EXTRA_FORMATS) < set(FORMATS)


@given(st.text(), st.text(), st.sampled_from(sorted(object_keys.EXTRA_FORMATS)))
def test_no_extra_format_has_the_key_of_a_document_of_another_object(key, other, format_name):
    documents = {object_keys.result_key(other), object_keys.error_key(other)}
    assert object_keys.extra_format_key(key, format_name) not in documents


@given(st.text(), st.text())
def test_no_lease_has_the_key_of_an_output_document(key, other):
    outputs = {object_keys.result_key(other), object_keys.error_key(other)}
    outputs |= {
        object_keys.extra_format_key(other, format_name)
        for format_name in object_keys.EXTRA_FORMATS
    }
    assert object_keys.lease_key(key) not in outputs
