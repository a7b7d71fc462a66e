# SPDX-License-Identifier: Apache-2.0
"""Who may do what: every cell of authorization_table.py is tried on a running service."""

import copy
import hashlib
import json
import sqlite3
import unittest

import film
from authorization_table import ELSEWHERE, TABLE
from kitchen import Kitchen
from service import DESCRIPTION, Service
from tapmask_case import TapmaskCase

TUS = {"Tus-Resumable": "1.0.0"}
COLUMNS = ("none", "other", "expired", "revoked", "key", "tier")
# A month that is soon used up, and room for all that the table makes.
SETTINGS = """
trusted_proxies = ["127.0.0.1"]
[tiers.free]
videos_per_month = 3
max_waiting_jobs = 1000
"""


class Owner:
    """An account with one of each thing. What a row has used up is made again by the next one that needs it."""

    def __init__(self, service, film_file, uses_up_month):
        self.service, self.film = service, film_file
        self.client = service.user()
        self.video = self.client.ready_video(film_file)["videoId"]
        self.job = self.segment(self.video)
        self.fresh = self.client.ready_video(film_file)["videoId"]
        self.to_delete = self.client.ready_video(film_file)["videoId"]
        self.uploads = [self.new_upload() for _ in range(len(COLUMNS) * 4)]
        if uses_up_month:
            more = [self.client.ready_video(film_file)["videoId"] for _ in range(2)]
            for video in more:
                self.segment(video)
        self.good_key = self.client.post("/api/v1/keys", {"name": "good"}, 201).json["key"]

    def segment(self, video):
        x, y = film.middle_of_box(0)
        answer = self.client.post("/api/v1/segment", {"videoId": video, "mode": "privacy_blur", "segmentationPoint":
                                                      {"x": x, "y": y, "frameNumber": 0}}, 202).json
        status = self.client.wait(answer["jobId"])
        assert status["status"] == "complete", status
        return answer["jobId"]

    def new_upload(self):
        answer = self.client.ask("POST", "/api/v1/uploads", b"", TUS | {"Upload-Length": "100"})
        assert answer.status == 201, answer
        return answer.headers["location"].rpartition("/")[2]

    def new_key(self):
        return self.client.post("/api/v1/keys", {"name": "to revoke"}, 201).json["keyId"]

    def things(self, template):
        """The values of what `template` names; throw-away things are made anew."""
        values = {"user": self.client.get("/api/v1/me").json["userId"], "video": self.video, "job": self.job,
                  "fresh": self.fresh}
        if "{upload}" in template:
            values["upload"] = self.uploads.pop()
        if "{key}" in template:
            values["key"] = self.new_key()
        return values


class Authorization(TapmaskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.film = cls.folder / "film.mp4"
        Kitchen(cls.folder / "kitchen").encode(cls.film, count=10)
        cls.service = Service(cls.folder / "service", settings=SETTINGS)

    @classmethod
    def tearDownClass(cls):
        cls.service.stop()
        super().tearDownClass()

    def test_every_route_is_in_the_table(self):
        described = {(method.upper(), template) for template, item in DESCRIPTION.document["paths"].items()
                     for method in item if method in ("get", "put", "post", "delete", "options", "head", "patch")}
        tried = set(ELSEWHERE)
        for method, path, _, _ in TABLE:
            template, _ = DESCRIPTION.find(method, path.partition("?")[0])
            tried.add((method, template))
        self.assertEqual(sorted(described - tried), [], "routes that nobody tries")
        self.assertEqual(sorted(tried - described), [], "routes that are not described")

    def test_every_cell(self):
        owners = {"key": Owner(self.service, self.film, False), "tier": Owner(self.service, self.film, True)}
        other = self.service.user()
        expired = self.expired_session()
        revoked = self.revoked_key()
        for row in TABLE:
            method, path, body, cells = row
            for column in COLUMNS:
                with self.subTest(f"{method} {path} as {column}"):
                    owner = owners["tier" if column == "tier" else "key"]
                    if "auth/logout" in path or (method, path) == ("DELETE", "/api/v1/me"):
                        client = {"other": self.service.user, "tier": self.service.user}.get(
                            column, lambda: None)() or self.client(column, owner, other, expired, revoked)
                    else:
                        client = self.client(column, owner, other, expired, revoked)
                    if (method, path) == ("DELETE", "/api/v1/video/{video}") and column in ("key", "tier"):
                        values = {"video": owner.to_delete}
                    else:
                        values = owner.things(path + json.dumps(body if isinstance(body, dict) else ""))
                    answer = self.ask(client, method, path, body, values)
                    self.assertEqual(answer.status, cells[column], str(answer))
                    if answer.status == 404:
                        self.assertEqual(answer.code if answer.body else "not_found", "not_found")

    def test_events_need_a_credential(self):
        self.assertEqual(self.service.client().ask("GET", "/api/v1/events").status, 401)
        self.assertEqual(self.service.client(key=self.revoked_key()).ask("GET", "/api/v1/events").status, 401)

    def client(self, column, owner, other, expired, revoked):
        if column == "other":
            return other
        if column == "key":
            return self.service.client(key=owner.good_key)
        if column == "tier":
            return owner.client
        client = self.service.client(key=revoked if column == "revoked" else None)
        if column == "expired":
            client.cookie = expired
        return client

    def ask(self, client, method, path, body, values):
        filled = path
        for name, value in values.items():
            filled = filled.replace("{%s}" % name, value)
        headers = dict(TUS) if "/uploads" in path else {}
        if method == "PATCH":
            headers |= {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        if (method, path) == ("POST", "/api/v1/uploads"):
            headers["Upload-Length"] = "100"
        if body == "form":
            boundary = "a-boundary"
            head = (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n').encode()
            headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
            body = head + self.film.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
        elif isinstance(body, dict):
            body = json.loads(_filled(json.dumps(copy.deepcopy(body)), values))
        try:
            return client.ask(method, filled, body, headers)
        except (BrokenPipeError, ConnectionResetError):
            # Refused before the whole body was sent, as it should be.
            client.connection = None
            return client.ask(method, filled, b"", {**headers, "Content-Length": "0"})

    def expired_session(self):
        """A session's cookie whose time is over: put back in the store."""
        user = self.service.user()
        token = user.cookie.partition("=")[2]
        self.change("UPDATE sessions SET expires_at = 1 WHERE token_hash = ?",
                    hashlib.sha256(token.encode()).digest())
        return user.cookie

    def revoked_key(self):
        user = self.service.user()
        made = user.post("/api/v1/keys", {"name": "gone"}, 201).json
        self.assertEqual(user.ask("DELETE", f"/api/v1/keys/{made['keyId']}").status, 204)
        return made["key"]

    def change(self, sql, *values):
        database = sqlite3.connect(self.service.folder / "data/tapmask.db", timeout=10)
        with database:
            changed = database.execute(sql, values).rowcount
        database.close()
        self.assertEqual(changed, 1, sql)


def _filled(text, values):
    for name, value in values.items():
        text = text.replace("{%s}" % name, value)
    return text


if __name__ == "__main__":
    unittest.main()
