import re

import pytest

from handlers import jobs
from handlers.http import page
from handlers.http.page import (
    WEB,
    load_page,
    security_headers,
    storage_origins,
)
from jobs.settings import JobSettings
from tests.support.api_events import Context, request


def get(path, **headers):
    """Send a GET request through API Gateway."""
    event = request("GET", path)
    event["headers"] = headers
    return jobs.handler(event, Context())


def header(response, name):
    (value,) = response["multiValueHeaders"][name]
    return value


def assets():
    """URLs of the assets in the HTML."""
    return re.findall(r'(?:src|href)="(web/[^"]+)"', get("/")["body"])


def imports(name):
    """Names of the modules that a module imports."""
    return re.findall(r'^import .* from "\./(.+)";$', load_page().files[name], re.MULTILINE)


def test_the_html_is_revalidated_each_time():
    response = get("/")
    assert response["statusCode"] == 200
    assert response["body"].startswith("<!doctype html>")
    assert header(response, "Content-Type") == "text/html; charset=utf-8"
    assert header(response, "Cache-Control") == "no-cache"


def test_assets_exist_and_are_immutable():
    assert assets()
    for asset in assets():
        response = get(f"/{asset}")
        assert (response["statusCode"], header(response, "Cache-Control")) == (200, page.IMMUTABLE)
        assert header(response, "X-Content-Type-Options") == "nosniff"


def test_all_urls_are_relative_so_that_they_work_below_a_stage():
    urls = re.findall(r'(?:src|href)="([^"#]+)"', get("/")["body"])
    assert urls
    assert not [url for url in urls if re.match(r"/|\w+:", url)]


def test_every_module_is_imported_and_every_import_exists():
    reached, waiting = set(), ["main.js"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += imports(name)
    assert reached == {name for name in load_page().files if name.endswith(".js")}


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("main.js", "text/javascript; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ],
)
def test_an_asset_is_its_file_with_its_type(name, media_type):
    response = get(f"/web/{load_page().digest}/{name}")
    assert response["body"] == (WEB / name).read_text(encoding="utf-8")
    assert header(response, "Content-Type") == media_type


def test_an_asset_of_another_release_is_served_but_not_cached():
    response = get("/web/0123456789abcdef/main.js")
    assert (response["statusCode"], header(response, "Cache-Control")) == (200, "no-cache")


@pytest.mark.parametrize("path", ["/", "/web/x/main.js"])
def test_a_cached_file_is_not_sent_again(path):
    tag = header(get(path), "ETag")
    again = get(path, **{"If-None-Match": f'W/"other", {tag}'})
    assert (again["statusCode"], again.get("body") or "") == (304, "")
    assert get(path, **{"If-None-Match": '"other"'})["statusCode"] == 200


def test_the_digest_depends_on_the_files(tmp_path, monkeypatch):
    before = load_page().digest
    for path in WEB.iterdir():
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8") + " ")
    monkeypatch.setattr(page, "WEB", tmp_path)
    load_page.cache_clear()
    try:
        assert load_page().digest != before
    finally:
        load_page.cache_clear()


@pytest.mark.parametrize(
    "name",
    ["../handlers/api.py", "..%2Fhandlers%2Fapi.py", "%2e%2e", "..", "api.py", ".", "/"],
)
def test_only_files_of_the_page_are_served(name):
    assert get(f"/web/x/{name}")["statusCode"] == 404


def policy(*storage):
    """Content-Security-Policy of the HTML, as sources by directive."""
    headers = security_headers(load_page().files["index.html"], storage)
    directives = (each.split() for each in headers["Content-Security-Policy"].split("; "))
    return {name: sources for name, *sources in directives}


def test_the_policy_forbids_everything_else():
    found = policy()
    assert found["default-src"] == found["base-uri"] == found["frame-ancestors"] == ["'none'"]
    assert found["style-src"] == found["connect-src"] == ["'self'"]
    assert found["script-src"][0] == "'self'"
    assert all(source.startswith("'sha256-") for source in found["script-src"][1:])
    assert "unsafe" not in str(found)


def test_the_html_has_one_inline_script_and_no_inline_styles_or_handlers():
    html = load_page().files["index.html"]
    assert len(re.findall(r"<script(?! type=\"module\" src=)", html)) == 1
    assert len(policy()["script-src"]) == 2
    assert not re.search(r"<style|\sstyle=|\son\w+=", html)


def test_only_this_page_may_use_the_microphone():
    assert "microphone=(self)" in header(get("/"), "Permissions-Policy")
    assert header(get("/"), "Referrer-Policy") == "no-referrer"


def test_the_page_may_connect_to_the_job_buckets_only():
    buckets = JobSettings("in", "out")
    assert storage_origins(buckets, {"AWS_REGION": "eu-central-1"}) == [
        "https://in.s3.eu-central-1.amazonaws.com",
        "https://in.s3.amazonaws.com",
        "https://out.s3.eu-central-1.amazonaws.com",
        "https://out.s3.amazonaws.com",
    ]
    assert storage_origins(None, {"AWS_REGION": "eu-central-1"}) == []
    elsewhere = storage_origins(buckets, {"AWS_ENDPOINT_URL_S3": "http://storage.test:4566/"})
    assert elsewhere == [
        "http://storage.test:4566",
        "http://in.storage.test:4566",
        "http://out.storage.test:4566",
    ]
    assert policy(*elsewhere)["connect-src"] == ["'self'", *elsewhere]
