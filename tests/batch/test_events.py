import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch import events
from batch.events import ObjectEvent, UnknownEventError
from tests.support import s3_events

SPOKEN = "in/a b+c 100% é 🎤.wav"
SEQUENCER = "0055AED6DCD90281E5"
PLAIN = ObjectEvent("b", SPOKEN, "d41d8cd98f00b204e9800998ecf8427e", "", SEQUENCER)


@pytest.mark.parametrize(
    "encoded",
    [
        "in/a+b%2Bc+100%25+%C3%A9+%F0%9F%8E%A4.wav",  # of S3
        "in%2Fa+b%2Bc+100%25+%C3%A9+%F0%9F%8E%A4.wav",  # of moto
        "in/a%20b%2Bc%20100%25%20%C3%A9%20%F0%9F%8E%A4.wav",  # of LocalStack
    ],
)
def test_s3_encodes_keys_as_in_a_form(encoded):
    assert events.read(s3_events.notification(encoded)) == [PLAIN]


def test_event_bridge_does_not_encode_keys():
    assert events.read(s3_events.event_bridge(SPOKEN)) == [PLAIN]
    assert events.read(s3_events.event_bridge("a%20b+c"))[0].key == "a%20b+c"


def test_the_items_of_a_map_are_not_encoded_and_have_no_sequencer():
    event = s3_events.items(SPOKEN, "a+b", "folder/")
    assert events.read(event) == [
        ObjectEvent("b", SPOKEN, "d41d8cd98f00b204e9800998ecf8427e"),
        ObjectEvent("b", "a+b", "d41d8cd98f00b204e9800998ecf8427e"),
    ]


def test_a_version_is_read_where_there_is_one():
    by_s3 = s3_events.notification("a", versionId="v1")
    by_event_bridge = s3_events.event_bridge("a", **{"version-id": "v1"})
    assert [events.read(event)[0].version_id for event in (by_s3, by_event_bridge)] == ["v1", "v1"]


def test_several_records_are_several_objects():
    event = s3_events.notification("a", "b", "a")
    assert [written.key for written in events.read(event)] == ["a", "b", "a"]


@pytest.mark.parametrize(
    "event",
    [
        s3_events.TEST_EVENT,
        s3_events.notification("a", event_name="ObjectRemoved:Delete"),
        s3_events.notification("a", event_name="LifecycleExpiration:Delete"),
        s3_events.event_bridge("a", detail_type="Object Deleted"),
    ],
)
def test_what_writes_nothing_is_passed_over(event):
    assert events.read(event) == []
    assert events.read_message(json.dumps(event)) == []


@pytest.mark.parametrize("name", ["Put", "Post", "Copy", "CompleteMultipartUpload"])
def test_every_way_of_writing_counts(name):
    assert events.read(s3_events.notification("a", event_name=f"ObjectCreated:{name}"))


@pytest.mark.parametrize(
    "event",
    [
        s3_events.notification("folder/"),
        s3_events.event_bridge("folder/"),
        s3_events.items("folder/"),
    ],
)
def test_a_folder_that_the_console_makes_is_no_object(event):
    assert events.read(event) == []


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
def test_what_is_not_known_is_no_object(event):
    with pytest.raises(UnknownEventError):
        events.read(event)
    with pytest.raises(UnknownEventError):
        events.read_message(json.dumps(event))


def test_a_message_that_is_no_json_is_no_object():
    with pytest.raises(UnknownEventError, match="not JSON"):
        events.read_message("hello")


def test_messages_are_told_from_notifications():
    assert events.is_queue(s3_events.messages(s3_events.notification("a")))
    for event in (s3_events.notification("a"), s3_events.items("a")):
        assert not events.is_queue(event)
    assert not events.is_queue({})
    assert not events.is_queue({"Records": []})


@given(st.integers(0, 2**80), st.integers(0, 2**80), st.integers(0, 4), st.booleans())
def test_sequencers_are_compared_as_numbers_whatever_their_length(one, other, zeros, upper):
    written = f"{one:0{zeros}x}"
    compared = events.is_older(written.upper() if upper else written, f"{other:x}")
    assert compared == (one < other)
