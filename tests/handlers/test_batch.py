"""The batch function, from what announces objects to what lies in the output bucket."""

import json

import pytest

from asr.errors import ModelUnavailableError
from asr.settings import Settings
from batch import events
from handlers import batch
from handlers.sqs_retry import PatientProcessor
from tests.support import s3_events, toy_model
from tests.support.api_events import Context
from tests.support.batch_stores import S3Place, document

HELLO = toy_model.wav("hello")


@pytest.fixture
def place(aws, toy_bundle, monkeypatch) -> S3Place:
    """Buckets that the function works on, with the toy."""
    place = S3Place.make()
    settings = Settings(model_uri=str(toy_bundle), output_bucket=place.output)
    monkeypatch.setattr(batch, "settings", settings)
    monkeypatch.setattr(batch, "processor", PatientProcessor(""))
    batch.warm_worker.cache_clear()
    return place


def announce(place: S3Place, key: str, content: bytes = HELLO) -> s3_events.Event:
    """Put an object; gives S3's notification of it."""
    written = place.put(key, content)
    event = s3_events.notification(key, eTag=written.etag, sequencer=written.sequencer)
    event["Records"][0]["s3"]["bucket"]["name"] = place.bucket
    return event


def failed(answer) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_a_message_is_answered(place):
    answer = batch.handler(s3_events.messages(announce(place, "a.wav")), Context())
    assert failed(answer) == []
    assert document(place, "a.wav.json")["transcript"] == "hello"


def test_a_notification_itself_is_answered(place):
    answer = batch.handler(announce(place, "a.wav"), Context())
    assert answer == {"outcomes": [{"key": "a.wav", "status": "transcribed"}]}


def test_an_event_of_event_bridge_is_answered(place):
    written = place.put("a b.wav", HELLO)
    event = s3_events.event_bridge("a b.wav", etag=written.etag)
    event["detail"]["bucket"]["name"] = place.bucket
    assert batch.handler(event, Context())["outcomes"][0]["status"] == "transcribed"
    assert failed(batch.handler(s3_events.messages(event), Context())) == []


def test_the_items_of_a_map_are_answered_each(place):
    place.put("a", HELLO)
    place.put("b", b"not audio")
    event = s3_events.items("a", "b") | {"BatchInput": {"bucket": place.bucket}}
    assert batch.handler(event, Context())["outcomes"] == [
        {"key": "a", "status": "transcribed"},
        {"key": "b", "status": "rejected"},
    ]
    again = batch.handler(event, Context())["outcomes"]
    assert [outcome["status"] for outcome in again] == ["up_to_date", "up_to_date"]


def test_only_the_messages_that_failed_come_back(place):
    good, bad = announce(place, "a"), announce(place, "b", b"")
    messages = s3_events.messages(good, "not JSON", s3_events.TEST_EVENT, bad)
    assert failed(batch.handler(messages, Context())) == ["1"]
    assert place.names() == {"a.json", "b.error.json"}


def test_all_messages_may_fail(place):
    answer = batch.handler(s3_events.messages("{}", "[]"), Context())
    assert failed(answer) == ["0", "1"]


def test_of_several_records_all_have_their_turn_before_the_message_fails(place):
    taken, free = announce(place, "a"), announce(place, "b")
    place.outputs().put("a.json", b"{}", "", None)
    both = {"Records": taken["Records"] + free["Records"]}
    assert failed(batch.handler(s3_events.messages(both), Context())) == ["0"]
    assert document(place, "b.json")["transcript"] == "hello"


def test_what_has_to_be_tried_again_is_raised_to_who_has_no_messages(place):
    event = announce(place, "a")
    place.outputs().put("a.json", b"{}", "", None)
    with pytest.raises(Exception, match="no answer to a"):
        batch.handler(event, Context())
    with pytest.raises(events.UnknownEventError):
        batch.handler({"hello": 1}, Context())


def test_out_of_time_the_message_comes_back_and_the_object_is_untouched(place):
    answer = batch.handler(s3_events.messages(announce(place, "a")), Context(seconds=5.0))
    assert failed(answer) == ["0"]
    assert place.names() == set()


def test_without_a_model_the_message_comes_back(place, monkeypatch):
    def unavailable(_):
        raise ModelUnavailableError("cannot read manifest.json")

    monkeypatch.setattr(batch, "warm_transcriber", unavailable)
    answer = batch.handler(s3_events.messages(announce(place, "a")), Context())
    assert failed(answer) == ["0"]
    assert place.names() == set()


def test_transcriptions_and_refusals_are_measured_without_their_words(place, capsys):
    messages = s3_events.messages(announce(place, "a"), announce(place, "b", b""))
    batch.handler(messages, Context())
    logged = capsys.readouterr().out
    assert '"AudioSeconds":[' in logged
    assert '"code":"empty_audio"' in logged.replace(" ", "")
    assert "hello" not in logged


def test_the_deadline_is_that_of_the_invocation():
    context = Context(seconds=900.0)
    deadline = batch.deadline_of(context)  # type: ignore[arg-type]
    context.seconds = 300.0
    assert (deadline.total, deadline.remaining()) == (900.0, 300.0)


def test_answers_are_json_that_lambda_can_give_back(place):
    answer = batch.handler(s3_events.messages(announce(place, "a"), "{}"), Context())
    assert json.loads(json.dumps(answer)) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
