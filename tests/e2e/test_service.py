# SPDX-License-Identifier: Apache-2.0
"""The service over HTTP, as its users have it: from the first account to the last byte erased."""

import asyncio
import json
import re
import tempfile
import time
import unittest
from fractions import Fraction
from pathlib import Path

import film
import media_check
import media_facts
from kitchen import Kitchen
from media_check import Expectations
from media_facts import MediaFile
from service import PASSWORD, Client, Service
from tapmask_case import CLIPS, TapmaskCase


def files_below(folder):
    return sorted(str(p.relative_to(folder)) for p in Path(folder).rglob("*") if p.is_file())


def shown_at(path):
    """When each frame is shown, in seconds."""
    file = MediaFile(path)
    stream = file.best_video()
    tick = media_facts.rational(stream["time_base"])
    return [t * tick for t in file.frame_ticks(stream["index"])]


class ServiceCase(TapmaskCase):
    """One server for all tests of a class."""
    arguments = ()
    settings = ""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kitchen = Kitchen(cls.folder / "kitchen")
        cls.film = cls.folder / "film.mp4"
        cls.kitchen.encode(cls.film)
        cls.service = Service(cls.folder / "service", *cls.arguments, settings=cls.settings)

    @classmethod
    def tearDownClass(cls):
        status = cls.service.stop()
        super().tearDownClass()
        assert status == 0, f"serve ended with {status}"

    def point(self, frame=0):
        x, y, w, h = film.box_at(frame)
        return {"x": x + w / 2, "y": y + h / 2, "frameNumber": frame}

    def stored(self):
        return files_below(self.service.folder / "data/files/blobs")


class WholeWay(ServiceCase):
    def test_blur_from_registration_to_erasure(self):
        user = self.service.user()
        video = user.ready_video(self.film)
        self.assertEqual(video["frames"], film.FRAMES)
        self.assertEqual(video["resolution"], {"width": film.WIDTH, "height": film.HEIGHT})

        preview = user.post("/api/v1/preview", {"videoId": video["videoId"], "frameNumber": 5,
                                                "points": [self.point(5) | {"label": 1}]})
        self.assertEqual(preview.json["frameNumber"], 5)
        self.assertTrue(preview.json["candidates"])
        picture = user.get(preview.json["candidates"][0]["pngUrl"])
        self.assertTrue(picture.body.startswith(b"\x89PNG"))

        job = user.post("/api/v1/segment", {"videoId": video["videoId"], "mode": "privacy_blur",
                                            "segmentationPoint": self.point(0)}, 202).json
        status = user.wait(job["jobId"])
        self.assertEqual(status["status"], "complete", status)
        self.assertEqual(status["progress"], 100)
        out = self.out / "out.mp4"
        link = user.download(job["jobId"], out)
        self.check_output(user, job["jobId"], out)
        self.assertEqual(user.get("/api/v1/me").json["monthlyQuota"], 1)

        # Erased at once for everybody, soon also from the disk.
        before = self.stored()
        self.assertTrue(any("processed.mp4" in name for name in before), before)
        self.assertEqual(user.ask("DELETE", f"/api/v1/video/{video['videoId']}").json, {"success": True})
        self.assertEqual(user.ask("GET", f"/api/v1/videos/{video['videoId']}").status, 404)
        self.assertEqual(user.ask("GET", f"/api/v1/download/{job['jobId']}").status, 410)
        self.assertIn(self.service.client().ask("GET", link).status, (403, 404, 410))
        self.await_gone(video["videoId"], job["jobId"])
        receipts = user.get("/api/v1/me/export").json["deletionReceipts"]
        self.assertEqual([r["reason"] for r in receipts if r["videoId"] == video["videoId"]], ["deleted"])

        # The account itself.
        me = user.get("/api/v1/me").json
        self.assertEqual(user.ask("DELETE", "/api/v1/me").status, 200)
        self.assertEqual(user.ask("GET", "/api/v1/me").status, 401)
        self.await_gone(me["userId"])
        self.await_account_gone(user.email)

    def test_eraser(self):
        user = self.service.user()
        video = user.ready_video(self.film)
        job = user.post("/api/v1/segment", {"videoId": video["videoId"], "mode": "magic_eraser",
                                            "segmentationPoint": self.point(0)}, 202).json
        status = user.wait(job["jobId"])
        self.assertEqual(status["status"], "complete", status)
        out = self.out / "out.mp4"
        user.download(job["jobId"], out)
        self.check_output(user, job["jobId"], out, pixels=False)

    def test_times_of_frames_are_those_of_the_proxy(self):
        """With them the page tells from a player's time which frame is shown, also where the rate varies."""
        user = self.service.user()
        varying = self.folder / "varying.mp4"
        self.kitchen.encode(varying, "-fps_mode", "passthrough", "-enc_time_base", "1:1000", "-video_track_timescale",
                            "1000", filters="setpts='(N*40+mod(N*7,5)*9+floor(N/10)*200)/1000/TB'")
        for path in (self.film, varying):
            with self.subTest(path.name):
                video = user.ready_video(path)
                times = user.get(f"/api/v1/videos/{video['videoId']}/frames").json
                self.assertEqual((times["videoId"], times["frames"]), (video["videoId"], film.FRAMES))
                at, expected = 0, []
                for count, ticks in times["runs"]:
                    expected += [Fraction(at + n * ticks, times["timescale"]) for n in range(count)]
                    at += count * ticks
                self.assertEqual(len(expected), film.FRAMES)
                self.assertAlmostEqual(at / times["timescale"], video["duration"], places=6)
                proxy = self.out / "proxy.mp4"
                proxy.write_bytes(user.get(video["proxyUrl"]).body)
                self.assertEqual(shown_at(proxy), expected)
                source = shown_at(path)
                self.assertEqual([time - source[0] for time in source], expected)

    def check_output(self, user, job_id, out, pixels=True):
        """The invariants of media, and that masks, report and review go with it."""
        masks = None
        if pixels:
            masks = self.out / "masks"
            masks.mkdir()
            for n in range(film.FRAMES):
                picture = user.get(f"/api/v1/jobs/{job_id}/masks/{n}.png")
                (masks / f"{n:05d}.png").write_bytes(picture.body)
        self.assertNoFailures(media_check.check(self.film, out, Expectations(masks=masks and str(masks))))
        page = user.get(f"/api/v1/jobs/{job_id}/masks?from=3&limit=4").json
        self.assertEqual(page["frames"], film.FRAMES)
        self.assertEqual({m["frameNumber"] for m in page["masks"]}, {3, 4, 5, 6})
        report = user.get(f"/api/v1/jobs/{job_id}/report").json
        self.assertEqual(report["output"]["frames"], film.FRAMES)
        self.assertNotIn(str(self.folder), json.dumps(report))
        user.get(f"/api/v1/jobs/{job_id}/review")
        user.get(f"/api/v1/jobs/{job_id}")

    def await_gone(self, *ids, seconds=60):
        """No file and no file's name holds one of the ids any more."""
        deadline = time.monotonic() + seconds
        while True:
            left = [name for name in files_below(self.service.folder / "data/files")
                    if any(an_id in name for an_id in ids)]
            if not left:
                return
            self.assertLess(time.monotonic(), deadline, f"still there: {left}")
            time.sleep(0.2)

    def await_account_gone(self, email, seconds=60):
        """An erased account's address is free again."""
        deadline = time.monotonic() + seconds
        while True:
            answer = self.service.client().ask("POST", "/api/v1/auth/register",
                                               {"email": email, "password": PASSWORD})
            if answer.status == 201:
                return
            self.assertEqual(answer.code, "email_taken")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.5)


class Corrections(ServiceCase):
    def test_a_job_corrects_the_masks_of_another(self):
        user = self.service.user()
        video = user.ready_video(self.film)
        first = user.post("/api/v1/segment", {"videoId": video["videoId"], "mode": "privacy_blur",
                                              "segmentationPoint": self.point(0)}, 202).json
        self.assertEqual(user.wait(first["jobId"])["status"], "complete")
        second = user.post(f"/api/v1/jobs/{first['jobId']}/corrections",
                           {"points": [self.point(20) | {"label": 1}]}, 202).json
        status = user.wait(second["jobId"])
        self.assertEqual(status["status"], "complete", status)
        # It counts once, however often a video is worked on.
        self.assertEqual(user.get("/api/v1/me").json["monthlyQuota"], 1)


class Encrypted(ServiceCase):
    """With a key file nothing of a video is on the disk in clear, and all is as ever for its owner."""

    @classmethod
    def setUpClass(cls):
        key = Path(tempfile.mkdtemp(prefix="tapmask-key-")) / "key"
        key.write_text("0123456789abcdef" * 4 + "\n")
        key.chmod(0o600)
        cls.settings = f'key_file = "{key}"\nadmin_listen = "127.0.0.1:0"\n'
        super().setUpClass()

    def test_videos_are_encrypted_at_rest(self):
        user = self.service.user()
        video = user.ready_video(self.film)
        job = user.post("/api/v1/segment", {"videoId": video["videoId"], "mode": "privacy_blur",
                                            "segmentationPoint": self.point(0)}, 202).json
        self.assertEqual(user.wait(job["jobId"])["status"], "complete")
        out = self.out / "out.mp4"
        link = user.download(job["jobId"], out)
        self.assertNoFailures(media_check.check(self.film, out))
        part = self.service.client().ask("GET", link, headers={"Range": "bytes=1000-1999"})
        self.assertEqual((part.status, part.body), (206, out.read_bytes()[1000:2000]))
        blobs = self.service.folder / "data/files/blobs"
        stored = [p for p in blobs.rglob("*") if p.is_file()]
        self.assertGreaterEqual(len(stored), 6)
        for path in stored:
            self.assertTrue(path.read_bytes().startswith(b"TMFILE1\n"), path)
            self.assertNotIn(b"ftyp", path.read_bytes(), path)

    def test_metrics_tell_of_both_processes_on_a_port_of_their_own(self):
        user = self.service.user()
        user.ready_video(self.film)
        port = int(re.search(r"Metrics: port (\d+)", (self.service.folder / "serve.log").read_text())[1])
        deadline = time.monotonic() + 30
        wanted = ('tapmask_job_ends_total{kind="ingest",outcome="complete"}',  # The worker's.
                  'tapmask_http_requests_total{method="POST",route="/api/v1/upload",status="201"}',
                  'tapmask_queue_waiting_jobs{', 'tapmask_sandbox_layer_active{layer="seccomp"} 1',
                  'tapmask_job_stage_seconds_count{kind="ingest",stage="extracting"}')
        while True:
            text = Client(port, checks=False).get("/metrics").body.decode()
            missing = [name for name in wanted if name not in text]
            if not missing:
                break
            self.assertLess(time.monotonic(), deadline, f"{missing} not in {text}")
            time.sleep(0.5)
        names = [line for line in text.splitlines() if line.startswith("# TYPE ")]
        self.assertEqual(len(names), len(set(names)))
        self.assertNotIn(user.email, text)
        self.assertEqual(user.ask("GET", "/metrics").status, 404)


class Owner(ServiceCase):
    def test_the_link_signs_in_once(self):
        owner = self.service.owner()
        me = owner.get("/api/v1/me").json
        self.assertEqual(me["tierType"], "local")
        again = self.service.client().ask("GET", f"/?token={self.service.token}")
        self.assertEqual(again.code, "login_link_invalid")


class Refused(ServiceCase):
    def test_what_is_no_video_is_refused_with_a_sentence(self):
        user = self.service.user()
        text = self.out / "list.mp4"
        text.write_text("ffconcat version 1.0\nfile /etc/passwd\n")
        self.assertEqual(user.upload(text, status=415).code, "unsupported_media")
        cut = self.out / "cut.mp4"
        cut.write_bytes(self.film.read_bytes()[:2000])
        answer = user.upload(cut)
        status = user.wait(answer["jobId"])
        self.assertEqual(status["status"], "failed", status)
        self.assertEqual(status["errorCode"], "unsupported_media", status)
        self.assertRegex(status["errorMessage"], r"[.!?]$")
        video = user.get(f"/api/v1/videos/{answer['videoId']}").json
        self.assertEqual(video["state"], "refused")


class Cancelled(ServiceCase):
    def test_a_running_job_hears_of_it(self):
        user = self.service.user()
        long_film = self.out / "long.mp4"
        self.kitchen.encode(long_film, count=240)
        video = user.ready_video(long_film)
        job = user.post("/api/v1/segment", {"videoId": video["videoId"], "mode": "magic_eraser",
                                            "segmentationPoint": self.point(0)}, 202).json
        status = user.get(f"/api/v1/status/{job['jobId']}").json
        while status["status"] in ("queued", "validating"):
            status = user.get(f"/api/v1/status/{job['jobId']}?wait=10&since={status['rev']}").json
        user.post(f"/api/v1/jobs/{job['jobId']}/cancel", status=202)
        self.assertEqual(user.wait(job["jobId"], 60)["status"], "cancelled")
        self.assertEqual(user.get("/api/v1/me").json["monthlyQuota"], 0)
        self.assertFalse([name for name in self.stored() if job["jobId"] in name])


class Polling(ServiceCase):
    CONNECTIONS, ROUNDS, PAUSE_SECONDS = 200, 6, 0.5

    def test_two_hundred_poll_at_once_over_connections_that_stay_open(self):
        user = self.service.user()
        job = user.upload(self.film)["jobId"]
        user.wait(job)
        request = (f"GET /api/v1/status/{job} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {user.cookie}\r\n\r\n").encode()
        seconds = []

        async def poll(number):
            await asyncio.sleep(self.PAUSE_SECONDS * number / self.CONNECTIONS)
            reader, writer = await asyncio.open_connection("127.0.0.1", self.service.port)
            for _ in range(self.ROUNDS):
                begun = time.monotonic()
                writer.write(request)
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = int(re.search(r"(?i)content-length: (\d+)", head)[1])
                body = json.loads(await reader.readexactly(length))
                seconds.append(time.monotonic() - begun)
                assert head.startswith("HTTP/1.1 200"), head
                assert body["status"] == "complete", body
                await asyncio.sleep(self.PAUSE_SECONDS)
            writer.close()

        async def all_of_them():
            await asyncio.gather(*(poll(n) for n in range(self.CONNECTIONS)))

        asyncio.run(all_of_them())
        self.assertEqual(len(seconds), self.CONNECTIONS * self.ROUNDS)
        # Generous: other tests run beside this one. bench/service_load.py measures.
        self.assertLess(sorted(seconds)[int(len(seconds) * 0.99)], 2)


class RealClips(ServiceCase):
    @unittest.skipUnless((CLIPS / "video").is_dir(), "no real clips here")
    def test_blur_of_real_clips(self):
        owner = self.service.owner()
        for name in ("mdx_with-gps.mov", "mmaction_demo.mp4"):
            with self.subTest(name):
                path = CLIPS / "video" / name
                video = owner.ready_video(path)
                stream = MediaFile(path).best_video()
                x, y = media_facts.shown_point(stream, stream["width"] / 2, stream["height"] / 2)
                job = owner.post("/api/v1/segment", {
                    "videoId": video["videoId"], "mode": "privacy_blur",
                    "segmentationPoint": {"x": x, "y": y, "frameNumber": 0}}, 202).json
                status = owner.wait(job["jobId"])
                self.assertEqual(status["status"], "complete", status)
                out = self.out / "out.mp4"
                owner.download(job["jobId"], out)
                self.assertNoFailures(media_check.check(path, out))
