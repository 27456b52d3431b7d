import json

from asr import errors
from asr.errors import TooLongError


def all_errors():
    return errors.AsrError.__subclasses__()


def test_error_codes_are_unique():
    codes = [error.code for error in all_errors()]
    assert len(set(codes)) == len(codes) == 10


def test_each_error_has_its_http_status():
    assert {error.code: error.status for error in all_errors()} == {
        "malformed_request": 400,
        "invalid_base64": 400,
        "too_large": 413,
        "too_long": 413,
        "unsupported_audio": 415,
        "empty_audio": 422,
        "too_short": 422,
        "audio_gone": 410,
        "model_unavailable": 503,
        "jobs_unavailable": 503,
    }


def test_detail_is_the_message():
    assert errors.TooLongError("25 hours").detail == "25 hours"
    assert json.dumps(errors.TooLongError.title)


def test_an_error_becomes_a_problem_document():
    assert errors.problem_from_error(TooLongError("more than 300 s")) == {
        "type": "urn:serverless-asr:problem:too_long",
        "title": "Audio is too long",
        "status": 413,
        "detail": "more than 300 s",
        "code": "too_long",
    }
