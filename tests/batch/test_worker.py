"""Batch worker: one object from its event to its output documents, in S3 and in a folder."""

import math
from dataclasses import replace

import numpy as np
import pytest

from asr import bundle
from asr.errors import AudioGoneError
from asr.settings import Settings
from asr.transcriber import Transcriber
from asr.vocabulary import parse
from batch import object_keys
from batch.deadline import Deadline, OutOfTimeError
from batch.events import ObjectEvent
from batch.lease import LeaseHeldError, acquire
from batch.publication import KeyConflictError
from batch.worker import UnstableSourceError, Worker
from tests.support import audio_clips, ngram_toy, toy_model
from tests.support.batch_stores import document

FOREVER = Deadline()
TEXT_AND_VTT = Settings(batch_formats=("text", "vtt"))


class Spy:
    """Transcriber that counts its calls and calls `during` at the start of each."""

    def __init__(self, transcriber: Transcriber) -> None:
        self.identity = transcriber.identity
        self.calls = 0
        self.during = lambda: None
        self._transcriber = transcriber

    def transcribe_stream(self, *arguments, **options):
        self.calls += 1
        self.during()
        return self._transcriber.transcribe_stream(*arguments, **options)


@pytest.fixture
def spy(toy_transcriber):
    return Spy(toy_transcriber)


@pytest.fixture
def worker(place, spy):
    return Worker(place.inputs(), place.outputs(), spy, Settings())


def error_code(outcome):
    return outcome.error.code


def test_a_result_has_the_transcript_and_its_source(place, worker):
    event = place.put("a b+c é 🎤.wav", toy_model.text_wav("hello there"))
    outcome = worker.process(event, FOREVER)
    assert outcome.status == "transcribed"
    assert place.names() == {"a b+c é 🎤.wav.json"}
    result = document(place, "a b+c é 🎤.wav.json")
    assert result["transcript"] == outcome.transcript.text == "hello there"
    assert result["model"]["sha256"] == worker._transcriber.identity.sha256
    assert result["formats"] == []
    source = result["source"]
    assert (source["bucket"], source["key"]) == (place.bucket, "a b+c é 🎤.wav")
    assert (source["etag"], source["sequencer"]) == (event.etag, event.sequencer)
    assert source["size"] == len(toy_model.text_wav("hello there"))
    assert source["last_modified"].endswith("+00:00")


def test_configured_extra_formats_are_written(place, spy):
    worker = Worker(place.inputs(), place.outputs(), spy, TEXT_AND_VTT)
    worker.process(place.put("a.wav", toy_model.text_wav("hello")), FOREVER)
    assert place.names() == {"a.wav.json", "a.wav.txt", "a.wav.vtt"}
    assert document(place, "a.wav.json")["formats"] == ["text", "vtt"]
    assert place.outputs().get("a.wav.txt").body == b"hello\n"
    assert place.outputs().get("a.wav.vtt").body.startswith(b"WEBVTT\n")


def test_the_uploader_can_choose_the_extra_formats(s3_place, spy):
    worker = Worker(s3_place.inputs(), s3_place.outputs(), spy, TEXT_AND_VTT)
    worker.process(s3_place.put("a", toy_model.text_wav("hello"), formats="json, srt"), FOREVER)
    assert s3_place.names() == {"a.json", "a.srt"}
    worker.process(s3_place.put("b", toy_model.text_wav("hello"), formats=""), FOREVER)
    assert "b.json" in s3_place.names()
    assert "b.txt" not in s3_place.names()


def test_an_unknown_format_in_the_metadata_is_rejected(s3_place, spy):
    worker = Worker(s3_place.inputs(), s3_place.outputs(), spy, TEXT_AND_VTT)
    event = s3_place.put("a", toy_model.text_wav("hello"), formats="docx")
    assert worker.process(event, FOREVER).status == "rejected"
    error = document(s3_place, "a.error.json")
    assert (error["code"], "docx" in error["detail"]) == ("malformed_request", True)
    again = ObjectEvent(event.bucket, event.key)
    assert worker.process(again, FOREVER).status == "up_to_date"
    assert spy.calls == 0


def test_an_unknown_format_in_the_settings_is_rejected(place, spy):
    with pytest.raises(ValueError, match="docx"):
        Worker(place.inputs(), place.outputs(), spy, Settings(batch_formats=("docx",)))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"not audio at all", "unsupported_audio"),
        (b"", "empty_audio"),
        (toy_model.encode(toy_model.text_waveform("a")[:800]), "too_short"),
        (toy_model.encode(toy_model.text_waveform("a" * 2000)), "too_long"),
    ],
)
def test_a_permanent_failure_gives_an_error_document(place, toy_transcriber, content, code):
    settings = Settings(batch_max_seconds=60.0)
    worker = Worker(place.inputs(), place.outputs(), toy_transcriber, settings)
    event = place.put("a", content)
    outcome = worker.process(event, FOREVER)
    assert (outcome.status, error_code(outcome)) == ("rejected", code)
    assert place.names() == {"a.error.json"}
    error = document(place, "a.error.json")
    assert error["code"] == code
    assert error["source"]["etag"] == event.etag
    assert error["model"]["name"] == "toy"


def test_audio_too_long_by_its_header_is_rejected_without_inference(place, spy):
    worker = Worker(place.inputs(), place.outputs(), spy, Settings(batch_max_seconds=1.0))
    outcome = worker.process(place.put("a", toy_model.text_wav("hello there")), FOREVER)
    assert error_code(outcome) == "too_long"
    assert spy.calls == 0


def test_a_deleted_object_gives_an_error_document(place, worker):
    event = place.put("a", toy_model.text_wav("hello"))
    place.delete("a")
    assert isinstance(worker.process(event, FOREVER).error, AudioGoneError)
    error = document(place, "a.error.json")
    assert error["code"] == "audio_gone"
    assert error["source"]["sequencer"] == event.sequencer
    assert error["source"]["size"] is None
    assert worker.process(event, FOREVER).status == "up_to_date"


def test_the_result_of_an_object_deleted_afterwards_is_kept(place, worker):
    event = place.put("a", toy_model.text_wav("hello"))
    worker.process(event, FOREVER)
    place.delete("a")
    for late in (event, ObjectEvent(event.bucket, "a")):
        assert worker.process(late, FOREVER).status == "up_to_date"
    assert place.names() == {"a.json"}


def test_an_object_overwritten_and_then_deleted_gives_an_error_document(place, worker):
    worker.process(place.put("a", toy_model.text_wav("hello")), FOREVER)
    event = place.put("a", toy_model.text_wav("there"))
    place.delete("a")
    assert worker.process(event, FOREVER).status == "rejected"
    assert place.names() == {"a.error.json"}


def test_a_duplicate_event_is_skipped(place, worker, spy):
    event = place.put("a", toy_model.text_wav("hello"))
    worker.process(event, FOREVER)
    before = place.outputs().get("a.json")
    assert worker.process(event, FOREVER).status == "up_to_date"
    assert place.outputs().get("a.json") == before
    assert spy.calls == 1


def test_events_out_of_order_converge_to_the_newest_version(place, worker, spy):
    older, newer = (
        place.put("a", toy_model.text_wav("hello")),
        place.put("a", toy_model.text_wav("there")),
    )
    assert worker.process(newer, FOREVER).status == "transcribed"
    assert worker.process(older, FOREVER).status == "up_to_date"
    result = document(place, "a.json")
    assert (result["transcript"], result["source"]["sequencer"]) == ("there", newer.sequencer)
    assert spy.calls == 1


def test_with_equal_sequencers_the_newest_version_is_processed(place, worker):
    """LocalStack and moto give all events the same sequencer."""
    event = place.put("a", toy_model.text_wav("hello"))
    worker.process(event, FOREVER)
    later = replace(place.put("a", toy_model.text_wav("there")), sequencer=event.sequencer)
    assert worker.process(later, FOREVER).status == "transcribed"
    assert document(place, "a.json")["transcript"] == "there"


def test_an_older_event_processes_the_current_version(place, worker, spy):
    older, newer = (
        place.put("a", toy_model.text_wav("hello")),
        place.put("a", toy_model.text_wav("there")),
    )
    assert worker.process(older, FOREVER).status == "transcribed"
    result = document(place, "a.json")
    assert result["transcript"] == "there"
    assert result["source"]["sequencer"] is None  # the event of this version is unknown
    assert worker.process(newer, FOREVER).status == "up_to_date"
    assert spy.calls == 1


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        (toy_model.text_wav("hello"), b"not audio", {"a.error.json"}),
        (b"not audio", toy_model.text_wav("hello"), {"a.json", "a.txt", "a.vtt"}),
        (toy_model.text_wav("hello"), toy_model.text_wav("there"), {"a.json", "a.txt", "a.vtt"}),
        (b"not audio", b"", {"a.error.json"}),
    ],
)
def test_new_output_replaces_all_documents_of_the_old_one(place, spy, first, second, names):
    worker = Worker(place.inputs(), place.outputs(), spy, TEXT_AND_VTT)
    worker.process(place.put("a", first), FOREVER)
    event = place.put("a", second)
    worker.process(event, FOREVER)
    assert place.names() == names
    document_name = "a.json" if "a.json" in names else "a.error.json"
    assert document(place, document_name)["source"]["etag"] == event.etag


def test_extra_formats_no_longer_configured_are_deleted(place, spy):
    event = place.put("a", toy_model.text_wav("hello"))
    Worker(place.inputs(), place.outputs(), spy, TEXT_AND_VTT).process(event, FOREVER)
    event = place.put("a", toy_model.text_wav("there"))
    only_text = Settings(batch_formats=("text",))
    Worker(place.inputs(), place.outputs(), spy, only_text).process(event, FOREVER)
    assert place.names() == {"a.json", "a.txt"}


class TestWithoutSequencer:
    """Map items and local files: the object's current version decides whether it is up to date."""

    def test_a_processed_object_is_skipped(self, place, worker, spy):
        item = ObjectEvent(place.put("a", toy_model.text_wav("hello")).bucket, "a")
        assert worker.process(item, FOREVER).status == "transcribed"
        assert worker.process(item, FOREVER).status == "up_to_date"
        assert spy.calls == 1

    def test_an_overwritten_object_is_processed_again(self, place, worker):
        item = ObjectEvent(place.put("a", toy_model.text_wav("hello")).bucket, "a")
        worker.process(item, FOREVER)
        place.put("a", toy_model.text_wav("there"))
        assert worker.process(item, FOREVER).status == "transcribed"
        assert document(place, "a.json")["transcript"] == "there"

    def test_another_model_processes_the_object_again(self, place, worker, tmp_path):
        event = place.put("a", toy_model.text_wav("hello"))
        item = ObjectEvent(event.bucket, "a")
        worker.process(event, FOREVER)
        other = Transcriber(
            bundle.load(str(toy_model.write_bundle(tmp_path / "other", version="2")))
        )
        successor = Worker(place.inputs(), place.outputs(), other, Settings())
        assert (
            successor.process(event, FOREVER).status == "up_to_date"
        )  # an event is processed once
        assert successor.process(item, FOREVER).status == "transcribed"
        assert document(place, "a.json")["model"]["version"] == "2"

    def test_a_newly_configured_format_is_written(self, place, spy):
        item = ObjectEvent(place.put("a", toy_model.text_wav("hello")).bucket, "a")
        for settings, status in [
            (Settings(), "transcribed"),
            (TEXT_AND_VTT, "transcribed"),
            (Settings(), "up_to_date"),
        ]:
            worker = Worker(place.inputs(), place.outputs(), spy, settings)
            assert worker.process(item, FOREVER).status == status

    def test_a_rejected_object_is_skipped(self, place, worker, spy):
        item = ObjectEvent(place.put("a", b"not audio").bucket, "a")
        assert worker.process(item, FOREVER).status == "rejected"
        assert worker.process(item, FOREVER).status == "up_to_date"
        assert spy.calls == 1


def test_an_object_leased_by_another_worker_is_retried_later(place, worker, spy):
    event = place.put("a", toy_model.text_wav("hello"))
    with (
        acquire(place.outputs(), "a", Deadline(lambda: 100.0)),
        pytest.raises(LeaseHeldError) as retry,
    ):
        worker.process(event, FOREVER)
    assert 100 <= retry.value.seconds <= 110
    assert spy.calls == 0
    assert worker.process(event, FOREVER).status == "transcribed"


def test_the_lease_exists_only_while_the_object_is_processed(place, worker, spy):
    seen = []
    spy.during = lambda: seen.append(place.names())
    worker.process(place.put("a", toy_model.text_wav("hello")), FOREVER)
    assert seen == [{object_keys.lease_key("a")}]
    assert place.names() == {"a.json"}


def test_a_failed_attempt_leaves_no_output_and_can_be_repeated(place, worker, spy):
    def fail():
        raise MemoryError

    event = place.put("a", toy_model.text_wav("hello"))
    spy.during = fail
    with pytest.raises(MemoryError):
        worker.process(event, FOREVER)
    assert place.names() == set()
    spy.during = lambda: None
    assert worker.process(event, FOREVER).status == "transcribed"


def test_an_object_overwritten_while_it_is_read_is_read_again(place, worker, spy):
    older = place.put("a", toy_model.text_wav("hello"))

    def overwrite():
        spy.during = lambda: None
        place.put("a", toy_model.text_wav("there"))

    spy.during = overwrite
    worker.process(ObjectEvent(older.bucket, "a"), FOREVER)
    assert document(place, "a.json")["transcript"] == "there"


def test_an_object_that_keeps_changing_is_retried_later(place, worker, spy):
    spy.during = lambda: place.put("a", toy_model.text_wav("a" * (spy.calls + 1)))
    item = ObjectEvent(place.put("a", toy_model.text_wav("hello")).bucket, "a")
    with pytest.raises(UnstableSourceError):
        worker.process(item, FOREVER)


def test_nothing_is_started_without_time(place, worker, spy):
    event = place.put("a", toy_model.text_wav("hello"))
    with pytest.raises(OutOfTimeError):
        worker.process(event, Deadline(lambda: 1.0, 900.0))
    assert place.names() == set()
    assert spy.calls == 0


def test_a_foreign_object_at_an_output_key_is_not_overwritten(place, worker):
    place.outputs().put("a.json", b'{"transcript": "by hand"}', "application/json", None)
    with pytest.raises(KeyConflictError, match="not an output of a;"):
        worker.process(place.put("a", toy_model.text_wav("hello")), FOREVER)


def test_the_output_of_another_object_is_not_overwritten(place, worker):
    worker.process(place.put("a.error", toy_model.text_wav("hello")), FOREVER)  # at a.error.json
    with pytest.raises(KeyConflictError, match=r"output of a\.error, not of a"):
        worker.process(place.put("a", b"not audio"), FOREVER)
    assert document(place, "a.error.json")["transcript"] == "hello"


def test_the_speed_of_one_file_predicts_the_run_time_of_the_next(place, spy):
    """Three batches of windows, of 6.4 s each, are enough to measure it."""
    worker = Worker(place.inputs(), place.outputs(), spy, Settings(batch_max_seconds=1e9))
    worker.process(place.put("a", toy_model.encode(np.zeros(16 * 16_000, np.float32))), FOREVER)
    worker.process(
        place.put("b", toy_model.text_wav("hello")), FOREVER
    )  # too short to change the measurement
    second = toy_model.encode(np.zeros(16_000, np.float32), "FLAC")
    event = place.put("c", audio_clips.flac_with_header(second, frames=16_000 * 1_000_000))
    outcome = worker.process(event, Deadline(lambda: 16.0, total=16.0))
    assert error_code(outcome) == "too_long"


def test_running_out_of_time_stops_the_transcription_without_output(place, worker, spy):
    left = [900.0]
    deadline = Deadline(lambda: left[-1], math.inf)
    spy.during = lambda: left.append(20.0)
    worker._real_time_factors["greedy"] = 100.0  # processing seconds per second of audio
    with pytest.raises(OutOfTimeError):
        worker.process(place.put("a", toy_model.text_wav("hello")), deadline)
    assert place.names() == set()


class WithMetadata:
    """Input store whose objects have options in their metadata, as is possible in S3."""

    def __init__(self, inputs, **options):
        self._inputs, self._options = inputs, options

    def head(self, bucket, key):
        return replace(self._inputs.head(bucket, key), **self._options)

    def open(self, source):
        return self._inputs.open(source)


def test_an_object_can_choose_its_decoder(place, ngram_transcriber):
    event = place.put("a", ngram_toy.ambiguous_wav("a dab"))
    for decoder, transcript in ((None, "a dab"), ("beam", "a cab"), ("greedy", "a dab")):
        inputs = WithMetadata(place.inputs(), decoder=decoder)
        worker = Worker(inputs, place.outputs(), ngram_transcriber, Settings())
        unnumbered = ObjectEvent(event.bucket, "a")
        assert worker.process(unnumbered, FOREVER).status == "transcribed"
        assert document(place, "a.json")["transcript"] == transcript
        assert worker.process(unnumbered, FOREVER).status == "up_to_date"


@pytest.mark.parametrize("decoder", ["beam", "viterbi"])
def test_an_unknown_decoder_in_the_metadata_is_rejected_once(place, spy, decoder):
    worker = Worker(WithMetadata(place.inputs(), decoder=decoder), place.outputs(), spy, Settings())
    event = place.put("a", toy_model.text_wav("hello"))
    assert error_code(worker.process(event, FOREVER)) == "malformed_request"
    assert worker.process(ObjectEvent(event.bucket, "a"), FOREVER).status == "up_to_date"


def test_another_configured_decoder_processes_the_object_again(place, ngram_bundle):
    event = place.put("a", ngram_toy.ambiguous_wav("a dab"))
    unnumbered = ObjectEvent(event.bucket, "a")
    for decoder, transcript in (("greedy", "a dab"), ("beam", "a cab")):
        opened = Transcriber(bundle.load(str(ngram_bundle)), decoder)
        worker = Worker(place.inputs(), place.outputs(), opened, Settings())
        assert worker.process(unnumbered, FOREVER).status == "transcribed"
        assert document(place, "a.json")["transcript"] == transcript


def test_an_object_can_choose_plain_text(place, written_transcriber):
    event = place.put("a", toy_model.written_wav("Hi, Bo."))
    for punctuate, transcript in ((None, "Hi, Bo."), ("False", "hi bo"), ("true", "Hi, Bo.")):
        inputs = WithMetadata(place.inputs(), punctuate=punctuate, formats="text")
        worker = Worker(inputs, place.outputs(), written_transcriber, Settings())
        unnumbered = ObjectEvent(event.bucket, "a")
        assert worker.process(unnumbered, FOREVER).status == "transcribed"
        assert document(place, "a.json")["transcript"] == transcript
        assert place.outputs().get("a.txt").body.decode() == f"{transcript}\n"
        assert worker.process(unnumbered, FOREVER).status == "up_to_date"


def test_plain_text_may_be_the_setting(place, written_transcriber):
    worker = Worker(place.inputs(), place.outputs(), written_transcriber, Settings(punctuate=False))
    worker.process(place.put("a", toy_model.written_wav("Hi, Bo.")), FOREVER)
    assert document(place, "a.json")["transcript"] == "hi bo"


def test_an_unknown_punctuation_in_the_metadata_is_rejected_once(place, spy):
    worker = Worker(
        WithMetadata(place.inputs(), punctuate="maybe"), place.outputs(), spy, Settings()
    )
    event = place.put("a", toy_model.text_wav("hello"))
    assert error_code(worker.process(event, FOREVER)) == "malformed_request"
    assert worker.process(ObjectEvent(event.bucket, "a"), FOREVER).status == "up_to_date"


def test_an_object_can_have_a_vocabulary(place, ngram_transcriber):
    event = place.put("a", ngram_toy.ambiguous_wav("a dab"))
    unnumbered = ObjectEvent(event.bucket, "a")
    for vocabulary, transcript in ((None, "a dab"), ("Dab,Cad%20bad", "a Dab"), (None, "a dab")):
        inputs = WithMetadata(place.inputs(), vocabulary=vocabulary)
        worker = Worker(inputs, place.outputs(), ngram_transcriber, Settings())
        assert worker.process(unnumbered, FOREVER).status == "transcribed"
        assert document(place, "a.json")["transcript"] == transcript
        assert ("vocabulary_sha256" in document(place, "a.json")) == (vocabulary is not None)
        assert worker.process(unnumbered, FOREVER).status == "up_to_date"


def test_a_vocabulary_of_the_settings_is_the_default(place, ngram_transcriber):
    event = place.put("a", ngram_toy.ambiguous_wav("a dab"))
    settings = Settings(vocabulary=parse(["Dab"]))
    for metadata, transcript in (
        ({}, "a Dab"),
        ({"decoder": "greedy"}, "a dab"),
        ({"vocabulary": "DAB"}, "a DAB"),
    ):
        inputs = WithMetadata(place.inputs(), **metadata)
        worker = Worker(inputs, place.outputs(), ngram_transcriber, settings)
        assert worker.process(ObjectEvent(event.bucket, "a"), FOREVER).status == "transcribed"
        assert document(place, "a.json")["transcript"] == transcript


def test_the_metadata_can_name_a_vocabulary_file_in_the_output_store(place, ngram_transcriber):
    event = place.put("a", ngram_toy.ambiguous_wav("a dab"))
    unnumbered = ObjectEvent(event.bucket, "a")
    inputs = WithMetadata(place.inputs(), vocabulary_key="names")
    worker = Worker(inputs, place.outputs(), ngram_transcriber, Settings())
    assert error_code(worker.process(unnumbered, FOREVER)) == "malformed_request"
    assert "names" in document(place, "a.error.json")["detail"]
    assert worker.process(unnumbered, FOREVER).status == "up_to_date"
    place.outputs().put("names", b"Dab\n", "text/plain", None)
    assert worker.process(unnumbered, FOREVER).status == "transcribed"
    assert document(place, "a.json")["transcript"] == "a Dab"


@pytest.mark.parametrize(
    "metadata", [{"vocabulary": "..."}, {"vocabulary": "a", "decoder": "greedy"}]
)
def test_an_invalid_vocabulary_in_the_metadata_is_rejected_once(place, ngram_transcriber, metadata):
    event = place.put("a", toy_model.text_wav("hello"))
    inputs = WithMetadata(place.inputs(), **metadata)
    worker = Worker(inputs, place.outputs(), ngram_transcriber, Settings())
    assert error_code(worker.process(event, FOREVER)) == "malformed_request"
    assert worker.process(ObjectEvent(event.bucket, "a"), FOREVER).status == "up_to_date"


def test_the_channels_of_an_object_may_be_separate(place, toy_transcriber):
    event = place.put("a", toy_model.channels_wav("hello", "there"))
    unnumbered = ObjectEvent(event.bucket, "a")
    for metadata, channels in (
        ({}, None),
        ({"channels": "separate"}, ["left", "right"]),
        ({"channels": "separate", "channel_names": "Zo%C3%AB,Bob"}, ["Zoë", "Bob"]),
        ({"channels": "separate"}, ["left", "right"]),
        ({"channels": "mix"}, None),
    ):
        inputs = WithMetadata(place.inputs(), **metadata)
        worker = Worker(inputs, place.outputs(), toy_transcriber, Settings())
        assert worker.process(unnumbered, FOREVER).status == "transcribed"
        assert document(place, "a.json").get("channels") == channels
        assert worker.process(unnumbered, FOREVER).status == "up_to_date"


def test_names_that_do_not_fit_the_channels_are_rejected_once(place, toy_transcriber):
    event = place.put("a", toy_model.text_wav("hello"))
    unnumbered = ObjectEvent(event.bucket, "a")
    for channels in ("all", "separate"):
        inputs = WithMetadata(place.inputs(), channels=channels, channel_names="a,b")
        worker = Worker(inputs, place.outputs(), toy_transcriber, Settings())
        assert error_code(worker.process(unnumbered, FOREVER)) == "malformed_request"
        assert worker.process(unnumbered, FOREVER).status == "up_to_date"
    worker = Worker(place.inputs(), place.outputs(), toy_transcriber, Settings())
    assert worker.process(unnumbered, FOREVER).status == "transcribed"
