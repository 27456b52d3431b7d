from asr import problems
from asr.errors import TooLongError


def test_an_error_becomes_a_problem_document():
    assert problems.from_error(TooLongError("more than 300 s")) == {
        "type": "urn:serverless-asr:problem:too_long",
        "title": "Audio is too long",
        "status": 413,
        "detail": "more than 300 s",
        "code": "too_long",
    }
