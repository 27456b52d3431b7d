import json

from asr.errors import TooLongError, problem_from_error
from handlers.http import problems


def test_the_answer_has_its_status_and_media_type():
    answer = problems.response(problem_from_error(TooLongError("x")))
    assert (answer.status_code, answer.headers["Content-Type"]) == (413, "application/problem+json")
    assert json.loads(str(answer.body))["code"] == "too_long"
