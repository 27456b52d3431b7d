"""One object from its event to its answer, with S3 and with a folder."""

import math
from dataclasses import replace

import numpy as np
import pytest

from asr import bundle
from asr.errors import AudioGoneError
from asr.settings import Settings
from asr.transcriber import Transcriber
from batch import object_keys
from batch.deadline import Deadline, OutOfTimeError
from batch.events import ObjectEvent
from batch.lease import BusyError, held
from batch.publication import TakenError
from batch.worker import ChangingError, Worker
from tests.support import audio_clips, ngram_toy, toy_model
from tests.support.batch_stores import document

FOREVER = Deadline()
SOME_FORMS = Settings(batch_formats=("text", "vtt"))


class Spy:
    """A transcriber that counts how often it is asked, and calls `during` when it is."""

    def __init__(self, transcriber: Transcriber) -> None:
        self.identity = transcriber.identity
        self.calls = 0
        self.during = lambda: None
        self._transcriber = transcriber

    def transcribe_stream(self, *arguments):
        self.calls += 1
        self.during()
        return self._transcriber.transcribe_stream(*arguments)


@pytest.fixture
def spy(toy_transcriber):
    return Spy(toy_transcriber)


@pytest.fixture
def worker(place, spy):
    return Worker(place.sources(), place.store(), spy, Settings())


def refused_for(outcome):
    return outcome.error.code


def test_a_result_tells_what_was_said_and_of_what(place, worker):
    event = place.put("a b+c é 🎤.wav", toy_model.wav("hello there"))
    outcome = worker.answer(event, FOREVER)
    assert outcome.status == "transcribed"
    assert place.names() == {"a b+c é 🎤.wav.json"}
    members = document(place, "a b+c é 🎤.wav.json")
    assert members["transcript"] == outcome.transcript.text == "hello there"
    assert members["model"]["sha256"] == worker._transcriber.identity.sha256
    assert members["formats"] == []
    source = members["source"]
    assert (source["bucket"], source["key"]) == (place.bucket, "a b+c é 🎤.wav")
    assert (source["etag"], source["sequencer"]) == (event.etag, event.sequencer)
    assert source["size"] == len(toy_model.wav("hello there"))
    assert source["last_modified"].endswith("+00:00")


def test_forms_are_written_with_it_as_configured(place, spy):
    worker = Worker(place.sources(), place.store(), spy, SOME_FORMS)
    worker.answer(place.put("a.wav", toy_model.wav("hello")), FOREVER)
    assert place.names() == {"a.wav.json", "a.wav.txt", "a.wav.vtt"}
    assert document(place, "a.wav.json")["formats"] == ["text", "vtt"]
    assert place.store().read("a.wav.txt").body == b"hello\n"
    assert place.store().read("a.wav.vtt").body.startswith(b"WEBVTT\n")


def test_the_uploader_may_ask_for_other_forms(s3_place, spy):
    worker = Worker(s3_place.sources(), s3_place.store(), spy, SOME_FORMS)
    worker.answer(s3_place.put("a", toy_model.wav("hello"), formats="json, srt"), FOREVER)
    assert s3_place.names() == {"a.json", "a.srt"}
    worker.answer(s3_place.put("b", toy_model.wav("hello"), formats=""), FOREVER)
    assert "b.json" in s3_place.names()
    assert "b.txt" not in s3_place.names()


def test_a_form_that_there_is_not_is_refused(s3_place, spy):
    worker = Worker(s3_place.sources(), s3_place.store(), spy, SOME_FORMS)
    event = s3_place.put("a", toy_model.wav("hello"), formats="docx")
    assert worker.answer(event, FOREVER).status == "refused"
    refusal = document(s3_place, "a.error.json")
    assert (refusal["code"], "docx" in refusal["detail"]) == ("malformed_request", True)
    again = ObjectEvent(event.bucket, event.key)
    assert worker.answer(again, FOREVER).status == "up_to_date"
    assert spy.calls == 0


def test_a_form_that_there_is_not_cannot_be_configured(place, spy):
    with pytest.raises(ValueError, match="docx"):
        Worker(place.sources(), place.store(), spy, Settings(batch_formats=("docx",)))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"not audio at all", "unsupported_audio"),
        (b"", "empty_audio"),
        (toy_model.encode(toy_model.speak("a")[:800]), "too_short"),
        (toy_model.encode(toy_model.speak("a" * 2000)), "too_long"),
    ],
)
def test_what_can_never_succeed_is_answered_with_a_problem(place, toy_transcriber, content, code):
    settings = Settings(batch_max_seconds=60.0)
    worker = Worker(place.sources(), place.store(), toy_transcriber, settings)
    event = place.put("a", content)
    outcome = worker.answer(event, FOREVER)
    assert (outcome.status, refused_for(outcome)) == ("refused", code)
    assert place.names() == {"a.error.json"}
    refusal = document(place, "a.error.json")
    assert refusal["code"] == code
    assert refusal["source"]["etag"] == event.etag
    assert refusal["model"]["name"] == "toy"


def test_a_header_of_too_long_audio_is_enough_to_refuse_it(place, spy):
    worker = Worker(place.sources(), place.store(), spy, Settings(batch_max_seconds=1.0))
    outcome = worker.answer(place.put("a", toy_model.wav("hello there")), FOREVER)
    assert refused_for(outcome) == "too_long"
    assert spy.calls == 0


def test_an_object_that_is_gone_is_refused(place, worker):
    event = place.put("a", toy_model.wav("hello"))
    place.remove("a")
    assert isinstance(worker.answer(event, FOREVER).error, AudioGoneError)
    refusal = document(place, "a.error.json")
    assert refusal["code"] == "audio_gone"
    assert refusal["source"]["sequencer"] == event.sequencer
    assert refusal["source"]["size"] is None
    assert worker.answer(event, FOREVER).status == "up_to_date"


def test_the_answer_to_an_object_that_was_cleared_away_stays(place, worker):
    event = place.put("a", toy_model.wav("hello"))
    worker.answer(event, FOREVER)
    place.remove("a")
    for late in (event, ObjectEvent(event.bucket, "a")):
        assert worker.answer(late, FOREVER).status == "up_to_date"
    assert place.names() == {"a.json"}


def test_an_object_that_was_written_anew_and_is_gone_is_refused(place, worker):
    worker.answer(place.put("a", toy_model.wav("hello")), FOREVER)
    event = place.put("a", toy_model.wav("there"))
    place.remove("a")
    assert worker.answer(event, FOREVER).status == "refused"
    assert place.names() == {"a.error.json"}


def test_a_duplicate_does_no_work(place, worker, spy):
    event = place.put("a", toy_model.wav("hello"))
    worker.answer(event, FOREVER)
    before = place.store().read("a.json")
    assert worker.answer(event, FOREVER).status == "up_to_date"
    assert place.store().read("a.json") == before
    assert spy.calls == 1


def test_events_out_of_order_end_in_the_newest(place, worker, spy):
    older, newer = place.put("a", toy_model.wav("hello")), place.put("a", toy_model.wav("there"))
    assert worker.answer(newer, FOREVER).status == "transcribed"
    assert worker.answer(older, FOREVER).status == "up_to_date"
    members = document(place, "a.json")
    assert (members["transcript"], members["source"]["sequencer"]) == ("there", newer.sequencer)
    assert spy.calls == 1


def test_where_all_events_have_one_number_the_newest_state_is_answered(place, worker):
    """As LocalStack and moto number them."""
    event = place.put("a", toy_model.wav("hello"))
    worker.answer(event, FOREVER)
    later = replace(place.put("a", toy_model.wav("there")), sequencer=event.sequencer)
    assert worker.answer(later, FOREVER).status == "transcribed"
    assert document(place, "a.json")["transcript"] == "there"


def test_an_event_means_the_object_as_it_is_now(place, worker, spy):
    older, newer = place.put("a", toy_model.wav("hello")), place.put("a", toy_model.wav("there"))
    assert worker.answer(older, FOREVER).status == "transcribed"
    members = document(place, "a.json")
    assert members["transcript"] == "there"
    assert members["source"]["sequencer"] is None  # which event told of this state is not known
    assert worker.answer(newer, FOREVER).status == "up_to_date"
    assert spy.calls == 1


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        (toy_model.wav("hello"), b"not audio", {"a.error.json"}),
        (b"not audio", toy_model.wav("hello"), {"a.json", "a.txt", "a.vtt"}),
        (toy_model.wav("hello"), toy_model.wav("there"), {"a.json", "a.txt", "a.vtt"}),
        (b"not audio", b"", {"a.error.json"}),
    ],
)
def test_an_answer_leaves_nothing_of_the_one_before(place, spy, first, second, names):
    worker = Worker(place.sources(), place.store(), spy, SOME_FORMS)
    worker.answer(place.put("a", first), FOREVER)
    event = place.put("a", second)
    worker.answer(event, FOREVER)
    assert place.names() == names
    document_name = "a.json" if "a.json" in names else "a.error.json"
    assert document(place, document_name)["source"]["etag"] == event.etag


def test_forms_that_are_wanted_no_more_go(place, spy):
    event = place.put("a", toy_model.wav("hello"))
    Worker(place.sources(), place.store(), spy, SOME_FORMS).answer(event, FOREVER)
    event = place.put("a", toy_model.wav("there"))
    only_text = Settings(batch_formats=("text",))
    Worker(place.sources(), place.store(), spy, only_text).answer(event, FOREVER)
    assert place.names() == {"a.json", "a.txt"}


class TestWithoutSequencer:
    """Items of a map, and files of a folder: what is up to date shows in the object itself."""

    def test_an_answered_object_is_passed_over(self, place, worker, spy):
        item = ObjectEvent(place.put("a", toy_model.wav("hello")).bucket, "a")
        assert worker.answer(item, FOREVER).status == "transcribed"
        assert worker.answer(item, FOREVER).status == "up_to_date"
        assert spy.calls == 1

    def test_an_object_written_anew_is_answered_anew(self, place, worker):
        item = ObjectEvent(place.put("a", toy_model.wav("hello")).bucket, "a")
        worker.answer(item, FOREVER)
        place.put("a", toy_model.wav("there"))
        assert worker.answer(item, FOREVER).status == "transcribed"
        assert document(place, "a.json")["transcript"] == "there"

    def test_another_model_answers_anew(self, place, worker, tmp_path):
        event = place.put("a", toy_model.wav("hello"))
        item = ObjectEvent(event.bucket, "a")
        worker.answer(event, FOREVER)
        other = Transcriber(
            bundle.load(str(toy_model.write_bundle(tmp_path / "other", version="2")))
        )
        successor = Worker(place.sources(), place.store(), other, Settings())
        assert successor.answer(event, FOREVER).status == "up_to_date"  # an event is answered once
        assert successor.answer(item, FOREVER).status == "transcribed"
        assert document(place, "a.json")["model"]["version"] == "2"

    def test_a_form_that_was_not_wanted_before_is_made(self, place, spy):
        item = ObjectEvent(place.put("a", toy_model.wav("hello")).bucket, "a")
        for settings, status in [
            (Settings(), "transcribed"),
            (SOME_FORMS, "transcribed"),
            (Settings(), "up_to_date"),
        ]:
            worker = Worker(place.sources(), place.store(), spy, settings)
            assert worker.answer(item, FOREVER).status == status

    def test_a_refused_object_is_passed_over(self, place, worker, spy):
        item = ObjectEvent(place.put("a", b"not audio").bucket, "a")
        assert worker.answer(item, FOREVER).status == "refused"
        assert worker.answer(item, FOREVER).status == "up_to_date"
        assert spy.calls == 1


def test_an_object_at_which_another_is_comes_back_later(place, worker, spy):
    event = place.put("a", toy_model.wav("hello"))
    with held(place.store(), "a", Deadline(lambda: 100.0)), pytest.raises(BusyError) as busy:
        worker.answer(event, FOREVER)
    assert 100 <= busy.value.seconds <= 110
    assert spy.calls == 0
    assert worker.answer(event, FOREVER).status == "transcribed"


def test_the_lease_is_there_during_the_work_and_gone_after_it(place, worker, spy):
    seen = []
    spy.during = lambda: seen.append(place.names())
    worker.answer(place.put("a", toy_model.wav("hello")), FOREVER)
    assert seen == [{object_keys.lease_key("a")}]
    assert place.names() == {"a.json"}


def test_what_fails_leaves_nothing_and_can_be_tried_again(place, worker, spy):
    def fail():
        raise MemoryError

    event = place.put("a", toy_model.wav("hello"))
    spy.during = fail
    with pytest.raises(MemoryError):
        worker.answer(event, FOREVER)
    assert place.names() == set()
    spy.during = lambda: None
    assert worker.answer(event, FOREVER).status == "transcribed"


def test_an_object_overwritten_while_it_is_read_is_read_anew(place, worker, spy):
    older = place.put("a", toy_model.wav("hello"))

    def overwrite():
        spy.during = lambda: None
        place.put("a", toy_model.wav("there"))

    spy.during = overwrite
    worker.answer(ObjectEvent(older.bucket, "a"), FOREVER)
    assert document(place, "a.json")["transcript"] == "there"


def test_an_object_that_never_rests_comes_back_later(place, worker, spy):
    spy.during = lambda: place.put("a", toy_model.wav("a" * (spy.calls + 1)))
    item = ObjectEvent(place.put("a", toy_model.wav("hello")).bucket, "a")
    with pytest.raises(ChangingError):
        worker.answer(item, FOREVER)


def test_nothing_is_begun_without_time(place, worker, spy):
    event = place.put("a", toy_model.wav("hello"))
    with pytest.raises(OutOfTimeError):
        worker.answer(event, Deadline(lambda: 1.0, 900.0))
    assert place.names() == set()
    assert spy.calls == 0


def test_what_is_none_of_ours_is_not_overwritten(place, worker):
    place.store().write("a.json", b'{"transcript": "by hand"}', "application/json", None)
    with pytest.raises(TakenError, match="no answer to a"):
        worker.answer(place.put("a", toy_model.wav("hello")), FOREVER)


def test_an_answer_to_another_object_is_not_overwritten(place, worker):
    worker.answer(place.put("a.error", toy_model.wav("hello")), FOREVER)  # at a.error.json
    with pytest.raises(TakenError, match=r"answers a\.error, not a"):
        worker.answer(place.put("a", b"not audio"), FOREVER)
    assert document(place, "a.error.json")["transcript"] == "hello"


def test_the_pace_of_one_file_tells_what_the_next_one_takes(place, spy):
    """Three batches of windows, of 6.4 s each, are enough to measure it."""
    worker = Worker(place.sources(), place.store(), spy, Settings(batch_max_seconds=1e9))
    worker.answer(place.put("a", toy_model.encode(np.zeros(16 * 16_000, np.float32))), FOREVER)
    worker.answer(place.put("b", toy_model.wav("hello")), FOREVER)  # too short to change it
    second = toy_model.encode(np.zeros(16_000, np.float32), "FLAC")
    event = place.put("c", audio_clips.flac_that_claims(second, frames=16_000 * 1_000_000))
    outcome = worker.answer(event, Deadline(lambda: 16.0, whole=16.0))
    assert refused_for(outcome) == "too_long"


def test_time_that_runs_out_ends_the_work_and_leaves_nothing(place, worker, spy):
    left = [900.0]
    deadline = Deadline(lambda: left[-1], math.inf)
    spy.during = lambda: left.append(20.0)
    worker._speeds["greedy"] = 100.0  # seconds of work to one of audio
    with pytest.raises(OutOfTimeError):
        worker.answer(place.put("a", toy_model.wav("hello")), deadline)
    assert place.names() == set()


class Asking:
    """A place whose objects ask for a decoder, as their metadata can on S3."""

    def __init__(self, sources, decoder):
        self._sources, self._decoder = sources, decoder

    def current(self, bucket, key):
        return replace(self._sources.current(bucket, key), decoder=self._decoder)

    def open(self, source):
        return self._sources.open(source)


def test_an_object_can_ask_for_its_decoder(place, talking_transcriber):
    event = place.put("a", ngram_toy.mumble("a dab"))
    for decoder, heard in ((None, "a dab"), ("beam", "a cab"), ("greedy", "a dab")):
        asking = Asking(place.sources(), decoder)
        worker = Worker(asking, place.store(), talking_transcriber, Settings())
        unnumbered = ObjectEvent(event.bucket, "a")
        assert worker.answer(unnumbered, FOREVER).status == "transcribed"
        assert document(place, "a.json")["transcript"] == heard
        assert worker.answer(unnumbered, FOREVER).status == "up_to_date"


@pytest.mark.parametrize("decoder", ["beam", "viterbi"])
def test_a_decoder_that_there_is_not_is_refused_once(place, spy, decoder):
    worker = Worker(Asking(place.sources(), decoder), place.store(), spy, Settings())
    event = place.put("a", toy_model.wav("hello"))
    assert refused_for(worker.answer(event, FOREVER)) == "malformed_request"
    assert worker.answer(ObjectEvent(event.bucket, "a"), FOREVER).status == "up_to_date"


def test_another_decoder_that_is_set_gives_another_answer(place, talking_bundle):
    event = place.put("a", ngram_toy.mumble("a dab"))
    unnumbered = ObjectEvent(event.bucket, "a")
    for decoder, heard in (("greedy", "a dab"), ("beam", "a cab")):
        opened = Transcriber(bundle.load(str(talking_bundle)), decoder)
        worker = Worker(place.sources(), place.store(), opened, Settings())
        assert worker.answer(unnumbered, FOREVER).status == "transcribed"
        assert document(place, "a.json")["transcript"] == heard
