# SPDX-License-Identifier: Apache-2.0
"""A running `tapmask serve` for tests, and a client that holds every answer against web/openapi.yaml."""

import dataclasses
import http.client
import json
import os
import random
import re
import select
import signal
import subprocess
import time
import uuid
from pathlib import Path

from openapi_check import Description
from tapmask_case import TAPMASK

DESCRIPTION = Description()
START_SECONDS = 60
PASSWORD = "correct horse battery"


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """Of a problem document."""
        return self.json.get("code") if self.body else None

    def __str__(self):
        return f"{self.status} {self.headers.get('content-type')} {self.body[:500]!r}"


class Service:
    """`tapmask serve` on a free loopback port, with its data in `folder`. Ended by its process id."""

    def __init__(self, folder, *args, settings="", env=None, runner=()):
        self.folder, self.args = Path(folder), list(args)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("TAPMASK_")} | (env or {})
        self.runner = list(runner)
        if settings:
            file = self.folder / "tapmask.toml"
            self.folder.mkdir(parents=True, exist_ok=True)
            file.write_text(settings)
            self.args += ["--config", str(file)]
        self.process = None
        self.start()

    def start(self, port=0):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = open(self.folder / "serve.log", "ab")
        self.process = subprocess.Popen(
            [*self.runner, str(TAPMASK), "serve", "--data", str(self.folder / "data"), "--listen",
             f"127.0.0.1:{port}", *self.args],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, env=self.env)
        self.token = None
        deadline = time.monotonic() + START_SECONDS
        text = b""
        while True:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            more = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            text += more
            found = re.search(rb"http://127\.0\.0\.1:(\d+)/(?:\?token=([A-Za-z0-9_-]+))?\s", text)
            if found:
                break
            if not more:
                raise AssertionError(f"serve did not start: {text!r}\n{self.log_text()}")
        self.port = int(found[1])
        self.token = found[2].decode() if found[2] else None
        return self

    def log_text(self):
        return (self.folder / "serve.log").read_text(errors="replace")[-4000:]

    def pids(self):
        """Of the worker processes that belong to it."""
        children = Path(f"/proc/{self.process.pid}/task")
        found = []
        for task in children.glob("*/children"):
            found += [int(pid) for pid in task.read_text().split()]
        return found

    def stop(self, seconds=60):
        """Asks it to end, waits; -> its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        finally:
            self.kill()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def client(self, **kwargs):
        return Client(self.port, **kwargs)

    def owner(self):
        """The local owner, signed in by the link that was printed."""
        client = self.client()
        answer = client.ask("GET", f"/?token={self.token}")
        assert answer.status == 303, answer
        client.take_cookie(answer)
        return client

    def user(self, email=None):
        """A fresh account, signed in."""
        client = self.client()
        body = {"email": email or f"u{uuid.uuid4().hex[:12]}@example.org", "password": PASSWORD}
        answer = client.ask("POST", "/api/v1/auth/register", body)
        assert answer.status == 201, answer
        return client.login(body["email"])


class Client:
    """Keeps a connection and a credential. Every answer is checked; complaints fail the test that caused them."""

    def __init__(self, port, key=None, checks=True):
        self.port, self.key, self.cookie, self.checks = port, key, None, checks
        self.connection = None
        self.email = None
        # Where it seems to come from, for servers that trust us as their proxy: tries are counted by address.
        self.address = f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(1, 255)}"

    def take_cookie(self, answer):
        self.cookie = answer.headers["set-cookie"].partition(";")[0]

    def login(self, email, password=PASSWORD):
        answer = self.ask("POST", "/api/v1/auth/login", {"email": email, "password": password})
        assert answer.status == 200, answer
        self.take_cookie(answer)
        self.email = email
        return self

    def ask(self, method, target, body=None, headers=None, timeout=120):
        fields = {"X-Forwarded-For": self.address} | dict(headers or {})
        if self.key and "Authorization" not in fields:
            fields["Authorization"] = f"Bearer {self.key}"
        if self.cookie and "Cookie" not in fields and not self.key:
            fields["Cookie"] = self.cookie
            fields.setdefault("Origin", f"http://127.0.0.1:{self.port}")
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            fields.setdefault("Content-Type", "application/json")
        for again in (True, False):
            if not self.connection:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
            try:
                self.connection.request(method, target, body=body, headers=fields)
                raw = self.connection.getresponse()
                data = raw.read()
                break
            except (http.client.HTTPException, ConnectionError):
                self.connection.close()
                self.connection = None
                if not again or method not in ("GET", "HEAD"):  # Others may have been done.
                    raise
        answer = Answer(raw.status, {k.lower(): v for k, v in raw.getheaders()}, data)
        if raw.will_close:
            self.connection.close()
            self.connection = None
        if self.checks:
            complaints = DESCRIPTION.check(method, target, answer.status, answer.headers, answer.body)
            assert not complaints, "\n".join(complaints) + f"\n{answer}"
        return answer

    def get(self, target, status=200, **kwargs):
        return self.expect(self.ask("GET", target, **kwargs), status)

    def post(self, target, body=None, status=200, **kwargs):
        return self.expect(self.ask("POST", target, body if body is not None else b"", **kwargs), status)

    @staticmethod
    def expect(answer, status):
        assert answer.status == status, f"{answer.status}, not {status}: {answer}"
        return answer

    def upload(self, path, name=None, status=201):
        """In one form; -> {jobId, videoId, statusUrl}."""
        boundary = uuid.uuid4().hex
        head = (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name or Path(path).name}"\r\n'
                "Content-Type: application/octet-stream\r\n\r\n").encode()
        body = head + Path(path).read_bytes() + f"\r\n--{boundary}--\r\n".encode()
        answer = self.ask("POST", "/api/v1/upload", body,
                          {"Content-Type": f"multipart/form-data; boundary={boundary}"})
        return self.expect(answer, status).json if status < 400 else self.expect(answer, status)

    def wait(self, job_id, seconds=240):
        """Until the job has ended, by long polls; -> its last status."""
        deadline = time.monotonic() + seconds
        status = self.get(f"/api/v1/status/{job_id}").json
        while status["status"] not in ("complete", "failed", "cancelled"):
            assert time.monotonic() < deadline, f"no end within {seconds} s: {status}"
            status = self.get(f"/api/v1/status/{job_id}?wait=5&since={status['rev']}").json
        return status

    def ready_video(self, path):
        """Uploads, waits for the ingest; -> the video."""
        answer = self.upload(path)
        status = self.wait(answer["jobId"])
        assert status["status"] == "complete", status
        return self.get(f"/api/v1/videos/{answer['videoId']}").json

    def download(self, job_id, path):
        answer = self.ask("GET", f"/api/v1/download/{job_id}")
        assert answer.status in (302, 303, 307), answer
        link = answer.headers["location"]
        bare = Client(self.port)  # The link is enough.
        data = bare.get(link).body
        Path(path).write_bytes(data)
        return link
