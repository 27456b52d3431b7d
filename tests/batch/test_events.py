import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch import events
from batch.events import ObjectEvent, UnknownEventError
from tests.support import s3_events

DECODED_KEY = "in/a b+c 100% é 🎤.wav"
SEQUENCER = "0055AED6DCD90281E5"
WRITTEN = ObjectEvent("b", DECODED_KEY, "d41d8cd98f00b204e9800998ecf8427e", "", SEQUENCER)


@pytest.mark.parametrize(
    "encoded",
    [
        "in/a+b%2Bc+100%25+%C3%A9+%F0%9F%8E%A4.wav",  # S3
        "in%2Fa+b%2Bc+100%25+%C3%A9+%F0%9F%8E%A4.wav",  # moto
        "in/a%20b%2Bc%20100%25%20%C3%A9%20%F0%9F%8E%A4.wav",  # LocalStack
    ],
)
def test_form_encoded_keys_of_s3_notifications_are_decoded(encoded):
    assert events.parse_event(s3_events.notification(encoded)) == [WRITTEN]


def test_event_bridge_keys_are_not_decoded():
    assert events.parse_event(s3_events.event_bridge(DECODED_KEY)) == [WRITTEN]
    assert events.parse_event(s3_events.event_bridge("a%20b+c"))[0].key == "a%20b+c"


def test_map_items_have_plain_keys_and_no_sequencer():
    event = s3_events.items(DECODED_KEY, "a+b", "folder/")
    assert events.parse_event(event) == [
        ObjectEvent("b", DECODED_KEY, "d41d8cd98f00b204e9800998ecf8427e"),
        ObjectEvent("b", "a+b", "d41d8cd98f00b204e9800998ecf8427e"),
    ]


def test_version_ids_are_parsed():
    by_s3 = s3_events.notification("a", versionId="v1")
    by_event_bridge = s3_events.event_bridge("a", **{"version-id": "v1"})
    assert [events.parse_event(event)[0].version_id for event in (by_s3, by_event_bridge)] == [
        "v1",
        "v1",
    ]


def test_each_record_is_one_object():
    event = s3_events.notification("a", "b", "a")
    assert [written.key for written in events.parse_event(event)] == ["a", "b", "a"]


@pytest.mark.parametrize(
    "event",
    [
        s3_events.TEST_EVENT,
        s3_events.notification("a", event_name="ObjectRemoved:Delete"),
        s3_events.notification("a", event_name="LifecycleExpiration:Delete"),
        s3_events.event_bridge("a", detail_type="Object Deleted"),
    ],
)
def test_events_without_a_written_object_are_skipped(event):
    assert events.parse_event(event) == []
    assert events.parse_message(json.dumps(event)) == []


@pytest.mark.parametrize("name", ["Put", "Post", "Copy", "CompleteMultipartUpload"])
def test_all_object_created_events_are_parsed(name):
    assert events.parse_event(s3_events.notification("a", event_name=f"ObjectCreated:{name}"))


@pytest.mark.parametrize(
    "event",
    [
        s3_events.notification("folder/"),
        s3_events.event_bridge("folder/"),
        s3_events.items("folder/"),
    ],
)
def test_folder_markers_of_the_console_are_skipped(event):
    assert events.parse_event(event) == []


@pytest.mark.parametrize(
    "event",
    [
        {},
        [],
        "a",
        {"Records": [{}]},
        {"Records": [{"eventName": "ObjectCreated:Put"}]},
        {"detail-type": "EC2 Instance State-change Notification", "source": "aws.ec2"},
        {"detail-type": "Object Created", "source": "aws.s3"},
        {"Items": []},
    ],
)
def test_an_unknown_event_is_rejected(event):
    with pytest.raises(UnknownEventError):
        events.parse_event(event)
    with pytest.raises(UnknownEventError):
        events.parse_message(json.dumps(event))


def test_a_message_that_is_not_json_is_rejected():
    with pytest.raises(UnknownEventError, match="not JSON"):
        events.parse_message("hello")


def test_an_sqs_batch_is_distinguished_from_notifications():
    assert events.is_sqs_batch(s3_events.messages(s3_events.notification("a")))
    for event in (s3_events.notification("a"), s3_events.items("a")):
        assert not events.is_sqs_batch(event)
    assert not events.is_sqs_batch({})
    assert not events.is_sqs_batch({"Records": []})


@given(st.integers(0, 2**80), st.integers(0, 2**80), st.integers(0, 4), st.booleans())
def test_sequencers_of_any_length_are_compared_as_numbers(one, other, zeros, upper):
    written = f"{one:0{zeros}x}"
    compared = events.is_older(written.upper() if upper else written, f"{other:x}")
    assert compared == (one < other)


def test_apple_double_files_are_left_out():
    assert events.parse_event(s3_events.notification("calls/._a.wav")) == []
    assert events.parse_event(s3_events.event_bridge("._a.wav")) == []
