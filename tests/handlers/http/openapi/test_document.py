import json

from asr import errors
from asr.formats import registry
from batch.object_keys import EXTRA_FORMATS
from handlers import api
from scripts.generate import make_openapi
from tests.support.api_events import Context, request


def document():
    return json.loads(api.handler(request("GET", "/openapi.json"), Context())["body"])


def test_the_document_lists_the_routes_with_their_methods():
    paths = document()["paths"]
    assert {path: sorted(methods) for path, methods in paths.items()} == {
        "/v1/transcribe": ["post"],
        "/v1/health": ["get"],
        "/v1/jobs": ["post"],
        "/v1/jobs/{id}": ["get"],
        "/v1/audio/transcriptions": ["post"],
        "/v1/models": ["get"],
        "/v1/models/{model}": ["get"],
    }


def test_every_error_that_a_request_can_get_is_documented():
    answers = [
        answer
        for methods in document()["paths"].values()
        for route in methods.values()
        for answer in route["responses"].items()
    ]
    only_of_batch = {errors.AudioGoneError}
    for error in set(errors.AsrError.__subclasses__()) - only_of_batch:
        assert any(
            error.code in answer["description"] and "application/problem+json" in answer["content"]
            for status, answer in answers
            if status == str(error.status)
        )


def test_jobs_document_no_answer_that_they_do_not_give():
    paths = document()["paths"]
    assert set(paths["/v1/jobs"]["post"]["responses"]) == {"201", "400", "503"}
    assert set(paths["/v1/jobs/{id}"]["get"]["responses"]) == {"200", "404", "503"}


def test_a_job_is_asked_for_with_json():
    body = document()["paths"]["/v1/jobs"]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    assert schema["required"] == ["file_name"]
    items = schema["properties"]["formats"]["items"]["enum"]
    assert items == ["json", *EXTRA_FORMATS]


def test_the_body_may_be_json_or_audio():
    body = document()["paths"]["/v1/transcribe"]["post"]["requestBody"]
    assert set(body["content"]) == {
        "application/json",
        "audio/*",
        "video/*",
        "application/octet-stream",
    }


def test_documented_formats_are_those_there_are():
    body = document()["paths"]["/v1/transcribe"]["post"]["requestBody"]
    members = body["content"]["application/json"]["schema"]["properties"]
    assert members["format"]["enum"] == list(registry.FORMATS)
    parameters = document()["paths"]["/v1/transcribe"]["post"]["parameters"]
    (form,) = [p["schema"] for p in parameters if p["name"] == "format"]
    assert form["enum"] == list(registry.FORMATS)


def test_the_docs_page_is_html():
    answer = api.handler(request("GET", "/docs"), Context())
    assert answer["statusCode"] == 200
    assert answer["body"].lstrip().startswith("<!DOCTYPE html>")


def test_the_document_that_is_checked_in_has_not_fallen_behind():
    assert make_openapi.DOCUMENT.read_text() == make_openapi.document(), "run make openapi"


def test_both_servers_describe_the_same_routes():
    assert document() == json.loads(make_openapi.document())


def test_every_route_answers_errors_in_one_envelope():
    for path, methods in document()["paths"].items():
        theirs = path.startswith(("/v1/audio", "/v1/models"))
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    expected = "application/json" if theirs else "application/problem+json"
                    assert list(answer["content"]) == [expected]


def test_powertools_own_answers_are_left_out():
    assert "ValidationError" not in json.dumps(document())
