import json

from asr import errors
from asr.formats import registry
from batch.object_keys import EXTRA_FORMATS
from handlers import api
from handlers.http import openai_requests, requests
from handlers.http.openapi.operations import MODELS
from scripts.generate import make_openapi
from tests.support.api_events import Context, request


def document():
    return json.loads(api.handler(request("GET", "/openapi.json"), Context())["body"])


def schema(name):
    return document()["components"]["schemas"][name]


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


def test_every_error_of_a_request_is_documented():
    responses = [
        response
        for methods in document()["paths"].values()
        for operation in methods.values()
        for response in operation["responses"].items()
    ]
    only_of_batch = {errors.AudioGoneError}
    for error in set(errors.AsrError.__subclasses__()) - only_of_batch:
        assert any(
            error.code in response["description"]
            and "application/problem+json" in response["content"]
            for status, response in responses
            if status == str(error.status)
        )


def test_jobs_document_only_responses_that_they_give():
    paths = document()["paths"]
    assert set(paths["/v1/jobs"]["post"]["responses"]) == {"201", "400", "503"}
    assert set(paths["/v1/jobs/{id}"]["get"]["responses"]) == {"200", "404", "503"}


def test_a_job_request_lists_the_formats_of_result_files():
    assert schema("JobRequest")["required"] == ["file_name"]
    formats = schema("JobRequest")["properties"]["formats"]["items"]["enum"]
    assert formats == ["json", *EXTRA_FORMATS]


def test_the_body_may_be_json_a_form_or_audio():
    body = document()["paths"]["/v1/transcribe"]["post"]["requestBody"]
    assert set(body["content"]) == {
        "application/json",
        "multipart/form-data",
        "audio/*",
        "video/*",
        "application/octet-stream",
    }


def test_the_documented_formats_are_those_of_the_registry():
    names = set(registry.FORMATS)
    assert set(schema("TranscriptionBody")["properties"]["format"]["enum"]) == names
    parameters = document()["paths"]["/v1/transcribe"]["post"]["parameters"]
    (parameter,) = [p["schema"] for p in parameters if p["name"] == "format"]
    assert set(parameter["enum"]) == names


def test_the_documented_options_are_those_that_the_parser_knows():
    options = set(requests.OPTIONS)
    operation = document()["paths"]["/v1/transcribe"]["post"]
    assert {parameter["name"] for parameter in operation["parameters"]} == options
    assert schema("TranscriptionBody")["properties"].keys() == options | {"audio"}
    assert schema("TranscriptionForm")["properties"].keys() == options | {"file"}
    for name in ("TranscriptionBody", "TranscriptionForm"):
        assert schema(name)["additionalProperties"] is False
    form = schema("OpenAITranscriptionForm")["properties"]
    known = {*openai_requests.FIELDS, *openai_requests.IGNORED_FIELDS}
    assert {name.removesuffix("[]") for name in form} <= known


def test_every_reference_has_a_schema():
    schemas = document()["components"]["schemas"]
    assert {model.__name__ for model in MODELS} <= schemas.keys()
    for reference in json.dumps(document()).split('"$ref": "#/components/schemas/')[1:]:
        assert reference.partition('"')[0] in schemas


def test_the_docs_page_shows_the_whole_document():
    response = api.handler(request("GET", "/docs"), Context())
    assert response["statusCode"] == 200
    assert response["multiValueHeaders"]["Content-Type"] == ["text/html"]
    assert response["body"].lstrip().startswith("<!DOCTYPE html>")
    assert json.dumps(document()) in response["body"]


def test_the_document_in_the_repository_is_up_to_date():
    assert make_openapi.DOCUMENT.read_text() == make_openapi.document(), "run make openapi"


def test_both_servers_describe_the_same_routes():
    assert document() == json.loads(make_openapi.document())


def test_every_route_has_one_envelope_for_errors():
    for path, methods in document()["paths"].items():
        is_openai = path.startswith(("/v1/audio", "/v1/models"))
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    expected = "application/json" if is_openai else "application/problem+json"
                    assert list(response["content"]) == [expected]


def test_responses_of_powertools_are_not_documented():
    assert "ValidationError" not in json.dumps(document())
