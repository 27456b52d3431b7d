import json

from asr.errors import TooLongError
from handlers import problems


def test_the_answer_has_its_status_and_media_type():
    answer = problems.response(problems.from_error(TooLongError("x")))
    assert (answer.status_code, answer.headers["Content-Type"]) == (413, "application/problem+json")
    assert json.loads(str(answer.body))["code"] == "too_long"
