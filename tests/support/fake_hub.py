"""A Hugging Face hub with the models of one folder, for the hub's own client.

It answers what the importer asks: what a revision contains (`/api/models/OWNER/NAME/revision/...`
and `/tree/...`), and its files (`/OWNER/NAME/resolve/REVISION/FILE`).
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"
BRANCHES = ("main", COMMIT)


class FakeHub(ThreadingHTTPServer):
    """A server of `models/OWNER/NAME`; `fetched` lists the files that were downloaded."""

    def __init__(self, models: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.models = models
        self.fetched: list[str] = []
        self.address = f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serve(models: Path) -> Iterator[FakeHub]:
    with FakeHub(models) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: FakeHub

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        api, _, path = self.path.partition("?")[0].rpartition("/api/models/")
        owner, name, *rest = path.strip("/").split("/")
        folder = self.server.models / owner / name
        action, revision = (*rest, "", "main")[:2] if len(rest) > 1 else ("", "main")
        if not folder.is_dir():
            self._refuse("RepoNotFound")
        elif revision not in BRANCHES:
            self._refuse("RevisionNotFound")
        elif action == "resolve":
            self._file(folder / "/".join(rest[2:]))
        else:
            files = [file for file in sorted(folder.iterdir()) if file.is_file()]
            self._json([_entry(file) for file in files] if action == "tree" else _info(files))
        assert not api

    def log_message(self, *_: object) -> None:
        pass

    def _file(self, file: Path) -> None:
        if not file.is_file():
            self._refuse("EntryNotFound")
            return
        if self.command == "GET":
            self.server.fetched.append(file.name)
        content = file.read_bytes()
        etag = hashlib.sha256(content).hexdigest()
        self._send(200, content, {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT})

    def _json(self, members: Any) -> None:
        self._send(200, json.dumps(members).encode(), {"Content-Type": "application/json"})

    def _refuse(self, code: str) -> None:
        self._send(404, b"", {"X-Error-Code": code})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


def _entry(file: Path) -> dict[str, Any]:
    size, oid = file.stat().st_size, hashlib.sha1(file.read_bytes()).hexdigest()
    return {"type": "file", "path": file.name, "size": size, "oid": oid}


def _info(files: list[Path]) -> dict[str, Any]:
    folder = files[0].parent
    siblings = [{"rfilename": file.name} for file in files]
    model_id = f"{folder.parent.name}/{folder.name}"
    return {"id": model_id, "sha": COMMIT, "siblings": siblings}
