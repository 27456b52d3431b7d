import re

import pytest

from handlers import jobs
from handlers.http import page
from handlers.http.page import (
    WEB,
    read_page,
    security_headers,
    upload_sources,
)
from jobs.settings import JobSettings
from tests.support.api_events import Context, request


def get(path, **headers):
    """One GET, as API Gateway hands it on."""
    event = request("GET", path)
    event["headers"] = headers
    return jobs.handler(event, Context())


def header(answer, name):
    (value,) = answer["multiValueHeaders"][name]
    return value


def parts():
    """The addresses of what the document asks for."""
    return re.findall(r'(?:src|href)="(web/[^"]+)"', get("/")["body"])


def imports(name):
    """The modules that a module asks for, by name."""
    return re.findall(r'^import .* from "\./(.+)";$', read_page().files[name], re.MULTILINE)


def test_the_document_is_html_that_is_asked_for_each_time():
    answer = get("/")
    assert answer["statusCode"] == 200
    assert answer["body"].startswith("<!doctype html>")
    assert header(answer, "Content-Type") == "text/html; charset=utf-8"
    assert header(answer, "Cache-Control") == "no-cache"


def test_what_the_document_asks_for_is_there_and_kept():
    assert parts()
    for part in parts():
        answer = get(f"/{part}")
        assert (answer["statusCode"], header(answer, "Cache-Control")) == (200, page.KEEP)
        assert header(answer, "X-Content-Type-Options") == "nosniff"


def test_all_that_the_document_names_is_relative_so_that_a_stage_may_come_before_it():
    addresses = re.findall(r'(?:src|href)="([^"#]+)"', get("/")["body"])
    assert addresses
    assert not [address for address in addresses if re.match(r"/|\w+:", address)]


def test_every_module_is_reached_from_the_first_and_every_import_is_there():
    reached, waiting = set(), ["main.js"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += imports(name)
    assert reached == {name for name in read_page().files if name.endswith(".js")}


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("main.js", "text/javascript; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ],
)
def test_a_part_is_the_file_with_its_type(name, media_type):
    answer = get(f"/web/{read_page().digest}/{name}")
    assert answer["body"] == (WEB / name).read_text(encoding="utf-8")
    assert header(answer, "Content-Type") == media_type


def test_a_part_of_another_release_is_given_but_not_kept():
    answer = get("/web/0123456789abcdef/main.js")
    assert (answer["statusCode"], header(answer, "Cache-Control")) == (200, "no-cache")


@pytest.mark.parametrize("part", [None, "main.js"])
def test_who_has_it_already_is_told_so(part):
    path = "/" if part is None else f"/web/x/{part}"
    tag = header(get(path), "ETag")
    again = get(path, **{"If-None-Match": f'W/"other", {tag}'})
    assert (again["statusCode"], again.get("body") or "") == (304, "")
    assert get(path, **{"If-None-Match": '"other"'})["statusCode"] == 200


def test_another_file_gives_another_digest(tmp_path, monkeypatch):
    before = read_page().digest
    for path in WEB.iterdir():
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8") + " ")
    monkeypatch.setattr(page, "WEB", tmp_path)
    read_page.cache_clear()
    try:
        assert read_page().digest != before
    finally:
        read_page.cache_clear()


@pytest.mark.parametrize(
    "name",
    ["../handlers/api.py", "..%2Fhandlers%2Fapi.py", "%2e%2e", "..", "api.py", ".", "/"],
)
def test_nothing_else_than_the_page_is_given(name):
    assert get(f"/web/x/{name}")["statusCode"] == 404


def policy(*uploads):
    """The document's Content-Security-Policy, as sources by directive."""
    headers = security_headers(read_page().files["index.html"], uploads)
    directives = (part.split() for part in headers["Content-Security-Policy"].split("; "))
    return {name: sources for name, *sources in directives}


def test_the_policy_forbids_what_it_does_not_name():
    found = policy()
    assert found["default-src"] == found["base-uri"] == found["frame-ancestors"] == ["'none'"]
    assert found["style-src"] == found["connect-src"] == ["'self'"]
    assert found["script-src"][0] == "'self'"
    assert all(source.startswith("'sha256-") for source in found["script-src"][1:])
    assert "unsafe" not in str(found)


def test_the_document_has_one_inline_script_and_no_inline_style_or_handler():
    document = read_page().files["index.html"]
    assert len(re.findall(r"<script(?! type=\"module\" src=)", document)) == 1
    assert len(policy()["script-src"]) == 2
    assert not re.search(r"<style|\sstyle=|\son\w+=", document)


def test_the_microphone_is_for_this_page_alone():
    assert "microphone=(self)" in header(get("/"), "Permissions-Policy")
    assert header(get("/"), "Referrer-Policy") == "no-referrer"


def test_uploads_may_go_to_the_buckets_of_jobs_and_nowhere_else():
    buckets = JobSettings("in", "out")
    assert upload_sources(buckets, {"AWS_REGION": "eu-central-1"}) == [
        "https://in.s3.eu-central-1.amazonaws.com",
        "https://in.s3.amazonaws.com",
        "https://out.s3.eu-central-1.amazonaws.com",
        "https://out.s3.amazonaws.com",
    ]
    assert upload_sources(None, {"AWS_REGION": "eu-central-1"}) == []
    elsewhere = upload_sources(buckets, {"AWS_ENDPOINT_URL_S3": "http://storage.test:4566/"})
    assert elsewhere == [
        "http://storage.test:4566",
        "http://in.storage.test:4566",
        "http://out.storage.test:4566",
    ]
    assert policy(*elsewhere)["connect-src"] == ["'self'", *elsewhere]
