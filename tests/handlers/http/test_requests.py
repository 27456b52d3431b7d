import base64

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from urllib3.filepost import encode_multipart_formdata

from asr.channels import SeparateChannels
from asr.choices import OptionError
from asr.errors import MalformedRequestError, TooLargeError
from handlers.http import bodies, requests
from handlers.http.requests import TranscriptionRequest
from tests.support.api_events import json_request, request


def parse(event) -> TranscriptionRequest:
    return requests.from_http(APIGatewayProxyEvent(event))


def test_the_body_takes_precedence_over_query_parameters():
    event = json_request(audio=b"a", format="srt")
    event["queryStringParameters"] = {"format": "vtt", "timestamps": "false"}
    assert parse(event) == TranscriptionRequest(b"a", "srt", timestamps=False)


def test_case_and_parameters_of_the_content_type_are_ignored():
    event = json_request(audio=b"a")
    event["headers"] = {"CONTENT-TYPE": "Application/JSON; charset=utf-8"}
    assert parse(event).audio == b"a"


def test_audio_is_not_a_query_parameter():
    event = request("POST", "/v1/transcribe", "{}", "application/json")
    event["queryStringParameters"] = {"audio": "aGVsbG8="}
    with pytest.raises(MalformedRequestError, match="unknown query parameter 'audio'"):
        parse(event)


def test_deeply_nested_json_is_rejected():
    body = '{"audio": "AAAA", "x": ' + "[" * 100_000 + "]" * 100_000 + "}"
    with pytest.raises(MalformedRequestError):
        parse(request("POST", "/v1/transcribe", body, "application/json"))


@pytest.mark.parametrize("option", ["format", "decoder", "timestamps"])
def test_an_error_does_not_repeat_a_long_value(option):
    with pytest.raises(MalformedRequestError, match=option) as rejection:
        requests.from_payload({"audio": "", option: "x" * 4_000_000})
    assert len(str(rejection.value)) < 200


def test_the_error_of_a_text_body_mentions_the_content_type():
    event = request("POST", "/v1/transcribe", "RIFF mangled", "audio/wav")
    with pytest.raises(MalformedRequestError, match="its content type is not an audio type"):
        parse(event)


def test_the_error_of_too_much_audio_has_the_limit():
    audio = b"\0" * (bodies.MAX_AUDIO_BYTES + 1)
    with pytest.raises(TooLargeError, match="limit of a request is 4,718,592"):
        requests.from_payload({"audio": base64.b64encode(audio).decode()})


@pytest.mark.parametrize(
    ("given", "expected"), [(True, True), ("False", False), ("1", True), ("0", False)]
)
def test_booleans_have_several_spellings(given, expected):
    assert requests.from_payload({"audio": "", "timestamps": given}).timestamps is expected


@pytest.mark.parametrize("decoder", ["viterbi", None, 1, ["beam"]])
def test_an_unknown_decoder_is_rejected(decoder):
    with pytest.raises(MalformedRequestError, match="expected one of greedy, beam"):
        requests.from_payload({"audio": "", "decoder": decoder})


def test_the_decoder_may_be_in_the_body_or_in_the_query():
    event = request("POST", "/v1/transcribe", b"a", "audio/wav")
    assert parse(event).decoder is None
    event["queryStringParameters"] = {"decoder": "beam"}
    assert parse(event).decoder == "beam"
    assert requests.from_payload({"audio": "", "decoder": "greedy"}).decoder == "greedy"


@pytest.mark.parametrize(("given", "expected"), [(True, True), ("False", False), ("0", False)])
def test_punctuation_is_the_setting_of_the_server_unless_it_is_given(given, expected):
    assert requests.from_payload({"audio": ""}).punctuate is None
    assert requests.from_payload({"audio": "", "punctuate": given}).punctuate is expected


def form(fields, query="") -> TranscriptionRequest:
    """Parse a form of POST /v1/transcribe."""
    body, content_type = encode_multipart_formdata(fields)
    return parse(request("POST", "/v1/transcribe", body, content_type, query))


@pytest.mark.parametrize("name", ["file", "audio"])
def test_a_form_has_the_audio_as_a_file_and_the_options_as_fields(name):
    fields = {name: ("a.wav", b"RIFF"), "format": "srt", "decoder": "beam", "timestamps": "0"}
    assert form(fields) == TranscriptionRequest(b"RIFF", "srt", timestamps=False, decoder="beam")
    assert form({name: b"RIFF"}) == TranscriptionRequest(b"RIFF")
    assert form({name: b"RIFF", "punctuate": "false"}).punctuate is False


def test_the_fields_of_a_form_take_precedence_over_the_query():
    parsed = form({"file": b"RIFF", "format": "srt"}, "format=vtt&decoder=greedy")
    assert (parsed.format, parsed.decoder) == ("srt", "greedy")


def test_json_needs_no_content_type():
    event = request(
        "POST", "/v1/transcribe", b' {"audio": "YQ=="}', "application/x-www-form-urlencoded"
    )
    assert parse(event).audio == b"a"


def query(options):
    return parse(request("POST", "/v1/transcribe", b"RIFF", "audio/wav", options))


@pytest.mark.parametrize(
    "send",
    [
        lambda name, value: query(f"{name}={value}"),
        lambda name, value: requests.from_payload({"audio": "YQ==", name: value}),
        lambda name, value: form({"file": b"RIFF", name: value}),
    ],
    ids=["query", "JSON", "form"],
)
def test_an_unknown_option_is_refused_with_the_nearest_name(send):
    with pytest.raises(OptionError, match=r"'formatt', did you mean 'format'\?; .*timestamps"):
        send("formatt", "srt")
    with pytest.raises(OptionError, match=r"'speakers'; expected one of .*decoder"):
        send("speakers", "2")
    with pytest.raises(OptionError, match="format is 'pdf', expected one of json, text, srt"):
        send("format", "pdf")
    with pytest.raises(OptionError, match="timestamps is 'maybe', expected one of true, "):
        send("timestamps", "maybe")
    with pytest.raises(OptionError, match="punctuate is 'maybe', expected one of true, "):
        send("punctuate", "maybe")
    with pytest.raises(OptionError, match="decoder is 'viterbi', expected one of greedy, beam"):
        send("decoder", "viterbi")


def test_an_empty_query_parameter_is_refused():
    event = request("POST", "/v1/transcribe", b"RIFF", "audio/wav")
    event["queryStringParameters"] = {"decoder": ""}
    with pytest.raises(OptionError, match="decoder is '', expected"):
        parse(event)


@pytest.mark.parametrize(
    "send",
    [
        lambda *values: query("&".join(f"vocabulary={value}" for value in values)),
        lambda *values: query("&".join(f"vocabulary[]={value}" for value in values)),
        lambda *values: form([("file", b"RIFF"), *(("vocabulary", v) for v in values)]),
        lambda *values: form([("file", b"RIFF"), *(("vocabulary[0]", v) for v in values)]),
        lambda *values: requests.from_payload({"audio": "YQ==", "vocabulary": list(values)}),
        lambda *values: requests.from_payload({"audio": "YQ==", "vocabulary": ",".join(values)}),
    ],
)
def test_a_vocabulary_is_a_repeated_option_or_a_list(send):
    expected = ["Ada Lovelace", "Babbage", "McMichael"]
    for values in (expected, ["Ada Lovelace,Babbage", "McMichael"]):
        assert [phrase.written for phrase in send(*values).vocabulary.phrases] == expected


def test_an_invalid_vocabulary_is_refused():
    with pytest.raises(OptionError, match="501 phrases, expected 1 to 500"):
        requests.from_payload({"audio": "", "vocabulary": [f"x{n}" for n in range(501)]})
    with pytest.raises(OptionError, match="vocabulary is 3, expected a list of texts"):
        requests.from_payload({"audio": "", "vocabulary": 3})


@pytest.mark.parametrize(
    "send",
    [
        lambda *names: query("channels=separate&" + "&".join(f"channel_names={n}" for n in names)),
        lambda *names: form(
            [("file", b"RIFF"), ("channels", "separate"), ("channel_names", ",".join(names))]
        ),
        lambda *names: requests.from_payload(
            {"audio": "YQ==", "channels": "separate", "channel_names": list(names)}
        ),
    ],
    ids=["query", "form", "JSON"],
)
def test_channels_may_be_separate_and_have_names(send):
    assert send("agent", "customer").channels == SeparateChannels(("agent", "customer"))


def test_channels_are_mixed_by_default():
    assert requests.from_payload({"audio": ""}).channels is None
    with pytest.raises(OptionError, match="channels is 'all', expected one of mix, separate"):
        requests.from_payload({"audio": "", "channels": "all"})
    with pytest.raises(OptionError, match="channel_names needs channels to be separate"):
        requests.from_payload({"audio": "", "channel_names": "a,b"})


def test_a_value_in_the_query_must_be_valid_although_the_body_has_another():
    event = json_request(audio=b"a", format="srt")
    event["queryStringParameters"] = {"format": "pdf"}
    with pytest.raises(OptionError, match="format is 'pdf'"):
        parse(event)
