# SPDX-License-Identifier: Apache-2.0
"""Uploads as other programs make them: the official tus client through lines that are cut, a foreign tus server beside
ours, and memory that does not grow with what passes."""

import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from service import Service
from tapmask_case import TapmaskCase

HTTP = Path(__file__).resolve().parents[1] / "http"
# scripts/soak sends a gigabyte through cut lines, and two in one piece.
TUS_MEGABYTES = int(os.environ.get("TAPMASK_TUS_MEGABYTES", "64"))
FORM_MEGABYTES = int(os.environ.get("TAPMASK_FORM_MEGABYTES", "256"))
GROWTH_MB = 32


def memory_mb(pid, key="VmRSS"):
    found = re.search(rf"{key}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024


def bring_node_modules():
    """Why the tests with node cannot run; None: they can."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "node and npm are not here"
    if (HTTP / "node_modules").is_dir():
        return None
    done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HTTP, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return None if done.returncode == 0 else f"npm ci failed: {done.stdout[-300:]}"


class Uploads(TapmaskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = Service(cls.folder / "service")
        cls.owner = cls.service.owner()
        cls.key = cls.owner.post("/api/v1/keys", {"name": "uploads"}, 201).json["key"]
        cls.url = f"http://127.0.0.1:{cls.service.port}"
        cls.no_node = bring_node_modules()

    @classmethod
    def tearDownClass(cls):
        cls.service.stop()
        super().tearDownClass()

    def node(self, script, *args):
        if self.no_node:
            self.skipTest(self.no_node)
        done = subprocess.run(["node", script, self.url, self.key, *map(str, args)], cwd=HTTP, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:])
        return done.stdout

    def test_the_official_client_through_cut_lines(self):
        said = self.node("tus_client.mjs", TUS_MEGABYTES, 1, self.service.folder / "data/files")
        self.assertIn("ok: lines were cut", said)
        self.assertIn("ok: what was stored is what was sent", said)

    def test_answers_are_those_of_another_server(self):
        self.assertIn("0 things that are not as they should be", self.node("tus_differential.mjs"))

    def test_memory_does_not_grow_with_a_form(self):
        """A form that is larger than the memory it may take; its end is no video, so nothing is kept of it."""
        before = memory_mb(self.service.process.pid)
        boundary = "a-boundary"
        head = (f"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.avi\"\r\n\r\n").encode()
        tail = f"\r\n--{boundary}--\r\n".encode()
        start = b"RIFF\xff\xff\xff\x7fAVI LIST"  # Enough to look like a video.
        size = FORM_MEGABYTES * 1_000_000
        block = bytes(1_000_000)

        def body():
            yield head + start
            left = size - len(start)
            while left:
                piece = block[:min(left, len(block))]
                left -= len(piece)
                yield piece
            yield tail

        client = self.service.client(key=self.key)
        answer = client.ask("POST", "/api/v1/upload", body(),
                            {"Content-Type": f"multipart/form-data; boundary={boundary}",
                             "Content-Length": str(len(head) + size + len(tail))}, timeout=900)
        self.assertEqual(answer.status, 201, str(answer))
        self.assertLess(memory_mb(self.service.process.pid, "VmHWM") - before, GROWTH_MB)
        self.assertEqual(self.owner.wait(answer.json["jobId"])["status"], "failed")
        self.owner.ask("DELETE", f"/api/v1/video/{answer.json['videoId']}")


if __name__ == "__main__":
    unittest.main()
