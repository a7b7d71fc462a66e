# SPDX-License-Identifier: Apache-2.0
"""Kills of the worker, of the server, of both, at every stage: what was acknowledged is never lost, nothing is done
twice, and the quota stays exact. `scripts/soak service` does the same with more seeds."""

import os
import random
import signal
import sqlite3
import time
import unittest

import film
from kitchen import Kitchen
from service import Service
from tapmask_case import TapmaskCase

SEEDS = int(os.environ.get("TAPMASK_CRASH_SEEDS", "2"))
STAGES = ("queued", "validating", "tracking", "processing", "encoding")
VICTIMS = ("worker", "server", "both")


class Crashes(TapmaskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.film = cls.folder / "film.mp4"
        Kitchen(cls.folder / "kitchen").encode(cls.film, count=60)
        cls.service = Service(cls.folder / "service", settings="trusted_proxies = [\"127.0.0.1\"]\n[workers]\njobs = 1\n")
        cls.user = cls.service.user()

    @classmethod
    def tearDownClass(cls):
        cls.service.stop()
        super().tearDownClass()

    def test_worker(self):
        self.kill_at_every_stage("worker")

    def test_server(self):
        self.kill_at_every_stage("server")

    def test_both(self):
        self.kill_at_every_stage("both")

    def test_both_passes_go_on_at_their_last_window(self):
        self.user = self.service.user()
        long_film = self.folder / "long.mp4"
        Kitchen(self.folder / "long_kitchen").encode(long_film, count=300)
        video = self.user.ready_video(long_film)
        self.set_tier_pro()
        x, y = film.middle_of_box(0)
        request = {"videoId": video["videoId"], "mode": "magic_eraser",
                   "segmentationPoint": {"x": x, "y": y, "frameNumber": 0}}
        undisturbed = self.user.post("/api/v1/segment", request, 202).json["jobId"]
        self.assertEqual(self.user.wait(undisturbed, 300)["status"], "complete")

        killed = self.user.post("/api/v1/segment", request, 202).json["jobId"]
        for word, event in (("window", "tracked_window_taken_up"), ("rendered", "rendered_window_taken_up")):
            status = self.user.get(f"/api/v1/status/{killed}").json
            while f'"{word}"' not in self.checkpoint_of(killed):
                self.assertNotIn(status["status"], ("complete", "failed"))
                status = self.user.get(f"/api/v1/status/{killed}?wait=10&since={status['rev']}").json
            self.kill("worker")
            status = self.user.get(f"/api/v1/status/{killed}").json
            while event not in self.service.log_text():
                self.assertNotIn(status["status"], ("complete", "failed"))
                status = self.user.get(f"/api/v1/status/{killed}?wait=10&since={status['rev']}").json
        self.assertEqual(self.user.wait(killed, 300)["status"], "complete")

        for name in ("masks.jsonl", "processed.mp4", "report.json"):
            self.assertEqual(self.output_of(killed, name), self.output_of(undisturbed, name), name)
        deadline = time.monotonic() + 30
        while self.files_of(killed, "/checkpoint/"):  # They go when the job is told to be complete.
            self.assertLess(time.monotonic(), deadline)
            self.user.get(f"/api/v1/status/{killed}")
        self.user.ask("DELETE", f"/api/v1/video/{video['videoId']}")

    def test_a_local_owner_that_is_being_erased(self):
        service = Service(self.folder / "owner")
        try:
            self.assertEqual(service.owner().ask("DELETE", "/api/v1/me").status, 200)
            service.kill()
            service.start()  # Nobody but the start itself can go on with the erasing.
            self.assertEqual(service.owner().get("/api/v1/me").json["tierType"], "local")
        finally:
            service.stop()

    def checkpoint_of(self, job_id):
        database = sqlite3.connect(self.service.folder / "data/tapmask.db", timeout=10)
        try:
            return database.execute("SELECT checkpoint FROM jobs WHERE id = ?", (job_id,)).fetchone()[0]
        finally:
            database.close()

    def output_of(self, job_id, name):
        (file,) = [p for p in self.files_of(job_id, "/" + name) if "/checkpoint/" not in str(p)]
        return file.read_bytes()

    def files_of(self, job_id, part_of_path):
        blobs = self.service.folder / "data/files/blobs"
        return [p for p in blobs.rglob("*") if p.is_file() and job_id in str(p) and part_of_path in str(p)]

    def kill_at_every_stage(self, victim):
        for seed in range(SEEDS):
            self.user = self.service.user()  # The month's quota of one would not do for all.
            for stage in STAGES:
                with self.subTest(f"{victim} at {stage}, seed {seed}"):
                    self.one(victim, stage, random.Random(f"{victim} {stage} {seed}"))

    def one(self, victim, stage, chance):
        video = self.user.ready_video(self.film)
        x, y = film.middle_of_box(0)
        used = self.user.get("/api/v1/me").json["monthlyQuota"]
        self.set_tier_pro()
        job = self.user.post("/api/v1/segment", {"videoId": video["videoId"], "mode": "privacy_blur",
                                                 "segmentationPoint": {"x": x, "y": y, "frameNumber": 0}},
                             202).json
        self.await_stage(job["jobId"], stage)
        time.sleep(chance.uniform(0, 0.15))  # Where in the stage is left to chance.
        self.kill(victim)
        status = self.user.wait(job["jobId"], 300)
        self.assertEqual(status["status"], "complete", status)
        self.user.download(job["jobId"], self.out / "out.mp4")
        self.assertEqual(self.user.get("/api/v1/me").json["monthlyQuota"], used + 1)
        self.assert_one_output(job["jobId"])
        self.user.ask("DELETE", f"/api/v1/video/{video['videoId']}")

    def await_stage(self, job_id, stage):
        order = ("queued", "validating", "extracting", "tracking", "processing", "encoding", "complete")
        status = self.user.get(f"/api/v1/status/{job_id}").json
        while order.index(status["status"]) < order.index(stage):
            status = self.user.get(f"/api/v1/status/{job_id}?wait=10&since={status['rev']}").json

    def kill(self, victim):
        workers = self.service.pids()
        port = self.service.port
        if victim in ("worker", "both"):
            for pid in workers:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        if victim in ("server", "both"):
            self.service.kill()
            self.user.connection = None
            self.service.start(port)

    def set_tier_pro(self):
        """So that the month's quota does not end the test."""
        path = self.service.folder / "data/tapmask.db"
        with sqlite3.connect(path, timeout=10) as database:
            database.execute("UPDATE users SET tier = 'pro' WHERE email = ?", (self.user.email,))
        database.close()

    def assert_one_output(self, job_id):
        blobs = self.service.folder / "data/files/blobs"
        outputs = [p for p in blobs.rglob("processed.mp4") if job_id in str(p)]
        self.assertEqual(len(outputs), 1, outputs)


if __name__ == "__main__":
    unittest.main()
