# SPDX-License-Identifier: Apache-2.0
"""Mails of the service, taken by a real SMTP server: they verify addresses, reset passwords, and tell of jobs, once."""

import base64
import email
import email.policy
import json
import re
import select
import subprocess
import sys
import time
import unittest
from pathlib import Path

import film
from kitchen import Kitchen
from service import PASSWORD, Service
from tapmask_case import TapmaskCase

SINK = Path(__file__).resolve().parents[2] / "src/tapmask/notify/smtp_sink.py"


class Sink:
    """Takes mails over STARTTLS; they come one at a time by `next`."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, str(SINK), "starttls", "mailer", "secret"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.buffer = b""
        started = self.line(30)
        self.port, self.ca = started["port"], started["ca"]

    def line(self, seconds):
        deadline = time.monotonic() + seconds
        while b"\n" not in self.buffer:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                return None
            more = self.process.stdout.read1(65536)
            if not more:
                return None
            self.buffer += more
        line, _, self.buffer = self.buffer.partition(b"\n")
        return json.loads(line)

    def next(self, seconds=30):
        """The next mail, parsed; None: none has come."""
        said = self.line(seconds)
        if said is None:
            return None
        return email.message_from_bytes(base64.b64decode(said["data"]), policy=email.policy.default)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


def words(mail, kind="plain"):
    return mail.get_body((kind,)).get_content()


class Mail(TapmaskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.film = cls.folder / "film.mp4"
        Kitchen(cls.folder / "kitchen").encode(cls.film, count=10)
        cls.sink = Sink()
        cls.service = Service(cls.folder / "service", settings=f"""
public_url = "http://127.0.0.1"
trusted_proxies = ["127.0.0.1"]
[smtp]
host = "127.0.0.1"
port = {cls.sink.port}
security = "starttls"
ca_file = "{cls.sink.ca}"
user = "mailer"
password = "secret"
from = "tapmask@example.org"
""")

    @classmethod
    def tearDownClass(cls):
        cls.service.stop()
        cls.sink.stop()
        super().tearDownClass()

    def test_from_registering_to_the_finished_job(self):
        client = self.service.client()
        address = "ada@example.org"
        account = client.post("/api/v1/auth/register", {"email": address, "password": PASSWORD}, 201).json
        self.assertFalse(account["isVerified"])
        login = {"email": address, "password": PASSWORD}
        self.assertEqual(client.ask("POST", "/api/v1/auth/login", login).code, "email_not_verified")

        mail = self.sink.next()
        self.assertEqual(mail["To"], address)
        token = self.token(mail, "/verify")
        client.post("/api/v1/auth/verify", {"token": token}, 204)
        self.assertEqual(client.ask("POST", "/api/v1/auth/verify", {"token": token}).code, "token_invalid")
        client.login(address)

        client.post("/api/v1/auth/reset", {"email": address}, 202)
        token = self.token(self.sink.next(), "/reset")
        client.post("/api/v1/auth/reset", {"token": token, "password": "another good one"}, 204)
        self.assertEqual(client.ask("GET", "/api/v1/me").status, 401)  # All sessions have ended.
        self.assertEqual(client.ask("POST", "/api/v1/auth/login", login).code, "wrong_password")
        client.login(address, "another good one")

        video = client.ready_video(self.film)
        x, y = film.middle_of_box(0)
        job = client.post("/api/v1/segment", {"videoId": video["videoId"], "mode": "privacy_blur", "segmentationPoint":
                                              {"x": x, "y": y, "frameNumber": 0}}, 202).json
        self.assertEqual(client.wait(job["jobId"])["status"], "complete")
        mail = self.sink.next()
        for kind in ("plain", "html"):
            self.assertIn(job["jobId"], words(mail, kind))
            for word in ("/files/", "signature", "processed", "film.mp4", "/download/"):
                self.assertNotIn(word, words(mail, kind))
        self.assertIsNone(self.sink.next(6), "a second mail")

        # Nobody is told whether there is an account, and nothing goes out where there is none.
        client.post("/api/v1/auth/reset", {"email": "nobody@example.org"}, 202)
        self.assertIsNone(self.sink.next(5))

    def token(self, mail, page):
        found = re.search(re.escape(page) + r"\?token=([A-Za-z0-9_-]{43})", words(mail))
        self.assertTrue(found, words(mail))
        return found[1]


if __name__ == "__main__":
    unittest.main()
