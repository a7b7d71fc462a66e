# SPDX-License-Identifier: Apache-2.0
"""How the program behaves: cancelling, verifying, options, threads, what it prints."""

import json
import os
import signal
import subprocess
import time
import unittest

import numpy as np

import film
import hand_masks
import media_check
import media_facts
import pixel_check
from kitchen import Kitchen
from media_facts import MediaFile
from tapmask_case import TAPMASK, TapmaskCase, tapmask, truth

POINT = "%.0f,%.0f" % film.middle_of_box()


class Cancelled(TapmaskCase):
    """SIGINT in the middle: exit 4, and nothing is left."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.long_clip = cls.folder / "long.mp4"
        Kitchen(cls.folder).ffmpeg("-f", "lavfi", "-i", "testsrc2=s=640x360:r=30:d=40", "-c:v", "libx264", "-preset",
                                   "ultrafast", cls.long_clip)

    def interrupt(self, ready, *args, signals=(signal.SIGINT,), command="run"):
        """Starts it, interrupts it once `ready(target)` holds, and waits for its end."""
        target, temp = self.out / "target", self.out / "temp"
        for folder in (target, temp):
            folder.mkdir(exist_ok=True)
        with open(self.out / "stderr", "wb") as err, open(self.out / "stdout", "wb") as out:
            process = subprocess.Popen([str(TAPMASK), command, str(self.long_clip), "--mode", "privacy_blur",
                                        *map(str, args or ("--point", "320,180")), "-o", str(target / "o.mp4")],
                                       stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                       env={**os.environ, "TMPDIR": str(temp)})
            deadline = time.monotonic() + 120
            while not ready(target) and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
            self.assertIsNone(process.poll(), "it ended before it could be interrupted: " + self.text("stderr"))
            self.assertLess(time.monotonic(), deadline, "never got there: " + self.text("stderr"))
            for s in signals:
                process.send_signal(s)
            try:
                code = process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                self.fail("did not stop within 30 s of the signal")
        return code, target, temp

    def text(self, name):
        return (self.out / name).read_text(errors="replace")

    def test_while_it_tracks(self):
        code, target, temp = self.interrupt(lambda _: self.text("stderr") or self.text("stdout"))
        self.assertEqual(code, 4, self.text("stderr"))
        self.assertNothingIn(target)
        self.assertNothingIn(temp)

    def test_while_it_writes(self):
        mask = np.zeros((360, 640), bool)
        mask[100:200, 200:300] = True
        masks = hand_masks.write_track(self.out / "masks.jsonl", [mask] * 1200)
        code, target, temp = self.interrupt(lambda target: any(p.stat().st_size > 0 for p in target.iterdir()) or
                                            "processing: 1" in self.text("stderr"),
                                            "--masks", masks, command="render")
        self.assertEqual(code, 4, self.text("stderr"))
        self.assertNothingIn(target)
        self.assertNothingIn(temp)

    def test_terminated(self):
        code, target, temp = self.interrupt(lambda _: self.text("stderr") or self.text("stdout"), signals=(signal.SIGTERM,))
        self.assertEqual(code, 4, self.text("stderr"))
        self.assertNothingIn(target)
        self.assertNothingIn(temp)

    def test_keeps_what_was_at_the_output_before(self):
        target = self.out / "target"
        target.mkdir()
        (target / "o.mp4").write_bytes(b"older")
        self.interrupt(lambda _: self.text("stderr") or self.text("stdout"))
        self.assertEqual([p.name for p in target.iterdir()], ["o.mp4"])
        self.assertEqual((target / "o.mp4").read_bytes(), b"older")


class Behaviour(TapmaskCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clip = cls.folder / "clip.mp4"
        Kitchen(cls.folder).encode(cls.clip)

    def run_clip(self, *args, **kwargs):
        return self.blur(self.clip, self.out / "o.mp4", *args, point=POINT, **kwargs)

    def decoded(self, path):
        media = MediaFile(path)
        return [planes for planes in pixel_check.Decoder(path, media.best_video())]

    # The report.

    def test_verify_accepts_the_output_and_refuses_a_changed_byte(self):
        self.run_clip()
        self.succeed("verify", self.out / "o.mp4", self.out / "report.json")
        data = bytearray((self.out / "o.mp4").read_bytes())
        data[data.index(b"mdat") + 500] ^= 1
        (self.out / "changed.mp4").write_bytes(data)
        called = tapmask("verify", self.out / "changed.mp4", self.out / "report.json")
        self.assertEqual(called.code, 1, str(called))
        called = tapmask("verify", self.clip, self.out / "report.json")
        self.assertEqual(called.code, 1, str(called))

    def test_report_says_nothing_false(self):
        self.run_clip()
        report = self.report()
        self.assertFalse(report.get("truncated"))
        text = json.dumps(report)
        self.assertNotIn(str(self.folder), text, "the report holds paths of this machine")

    # Masks.

    def test_mask_track_says_what_the_pictures_say(self):
        self.run_clip()
        header, records, end = pixel_check.read_mask_track(self.out / "masks/masks.jsonl")
        pictures = pixel_check.read_masks(self.out / "masks", film.WIDTH, film.HEIGHT)
        a = MediaFile(self.clip)
        ticks = a.frame_ticks(a.best_video()["index"])

        self.assertEqual((header["format"], header["version"]), ("tapmask-masks", 1))
        self.assertEqual((header["width"], header["height"]), (film.WIDTH, film.HEIGHT))
        self.assertEqual(media_facts.rational("/".join(map(str, header["time_base"]))),
                         media_facts.rational(a.best_video()["time_base"]))
        self.assertEqual(end["frames"], film.FRAMES)
        self.assertEqual([r["frame"] for r in records], list(range(film.FRAMES)))
        self.assertEqual([r["pts"] for r in records], ticks)
        for r, picture in zip(records, pictures):
            self.assertEqual(r["rle"]["size"], [film.HEIGHT, film.WIDTH])
            mask = pixel_check.decode_rle(r["rle"]["counts"], film.HEIGHT, film.WIDTH)
            self.assertTrue((mask == picture).all(), f"frame {r['frame']}")
            self.assertTrue(0 <= r["confidence"] <= 1)
            self.assertIn(r["state"], ("tracked", "held", "lost", "absent", "given"))

    def test_track_makes_masks_only(self):
        self.succeed("track", self.clip, "--point", POINT, "--masks-out", self.out / "masks")
        masks = pixel_check.read_masks(self.out / "masks", film.WIDTH, film.HEIGHT)
        self.assertEqual(len(masks), film.FRAMES)
        stream = MediaFile(self.clip).best_video()
        self.assertNoFailures(pixel_check.check_masks_cover(masks, truth(), stream))

    def test_track_from_a_later_frame_goes_both_ways(self):
        x, y = film.middle_of_box(20)
        self.succeed("track", self.clip, "--point", f"{x},{y}@20", "--masks-out", self.out / "masks")
        masks = pixel_check.read_masks(self.out / "masks", film.WIDTH, film.HEIGHT)
        self.assertNoFailures(pixel_check.check_masks_cover(masks, truth(), MediaFile(self.clip).best_video()))

    def test_track_corrects_only_what_a_later_point_changes(self):
        self.succeed("track", self.clip, "--point", POINT, "--masks-out", self.out / "first")
        x, y = film.middle_of_box(20)
        self.succeed("track", self.clip, "--masks", self.out / "first", "--point", f"{x},{y}@20", "--point",
                     f"{film.WIDTH - 5},{film.HEIGHT - 5},-@20", "--masks-out", self.out / "same")
        for n in range(film.FRAMES):
            name = f"{n:05d}.png"
            self.assertEqual((self.out / "first" / name).read_bytes(), (self.out / "same" / name).read_bytes(), name)

        shown = list(truth())[20]
        drawn = hand_masks.write_folder(self.out / "given", [shown]) / "00000.png"
        self.succeed("track", self.clip, "--masks", self.out / "first/masks.jsonl", "--mask", f"{drawn}@20",
                     "--masks-out", self.out / "drawn")
        masks = pixel_check.read_masks(self.out / "drawn", film.WIDTH, film.HEIGHT)
        self.assertNoFailures(pixel_check.check_masks_cover(masks, truth(), MediaFile(self.clip).best_video()))
        self.assertTrue((masks[20] == shown).all())

    def test_track_from_a_mask(self):
        first = hand_masks.write_folder(self.out / "given", [next(truth())]) / "00000.png"
        self.succeed("track", self.clip, "--mask", first, "--masks-out", self.out / "masks")
        masks = pixel_check.read_masks(self.out / "masks", film.WIDTH, film.HEIGHT)
        self.assertNoFailures(pixel_check.check_masks_cover(masks, truth(), MediaFile(self.clip).best_video(), 0.8))

    def test_boxes_by_hand_are_between_their_frames(self):
        boxes = ["%d,%d,%d,%d@%d" % (*film.box_at(n), n) for n in (0, film.FRAMES - 1)]
        self.succeed("run", self.clip, "--box", boxes[0], "--box", boxes[1], "--mode", "privacy_blur", "--preset",
                     "ultrafast", "--masks-out", self.out / "masks", "-o", self.out / "o.mp4")
        masks = pixel_check.read_masks(self.out / "masks", film.WIDTH, film.HEIGHT)
        self.assertNoFailures(pixel_check.check_masks_cover(masks, truth(), MediaFile(self.clip).best_video(), 0.9))

    def test_preview_answers_with_masks_of_one_frame(self):
        called = self.succeed("preview", self.clip, "--point", POINT, "--masks-out", self.out / "masks", "--json")
        masks = pixel_check.read_masks(self.out / "masks", film.WIDTH, film.HEIGHT)
        self.assertGreaterEqual(len(masks), 1)
        self.assertNoFailures(pixel_check.check_masks_cover(masks[:1], truth(), MediaFile(self.clip).best_video()))
        for line in called.out.splitlines():
            json.loads(line)

    def test_render_repeats_run(self):
        self.run_clip("--codec", "lossless")
        for masks in (self.out / "masks", self.out / "masks/masks.jsonl"):
            again = self.out / "again.mp4"
            self.succeed("render", self.clip, "--masks", masks, "--mode", "privacy_blur", "--codec", "lossless", "--preset",
                         "ultrafast", "-o", again)
            for n, (p, q) in enumerate(zip(self.decoded(self.out / "o.mp4"), self.decoded(again))):
                self.assertTrue(all((a == b).all() for a, b in zip(p, q)), f"frame {n} with {masks.name}")

    def test_threads_change_nothing(self):
        for codec in ((), ("--codec", "lossless")):
            made = []
            for threads in ("1", "2", "5"):
                self.out = self.folder / f"threads{threads}{len(codec)}"
                self.out.mkdir(exist_ok=True)
                self.run_clip("--threads", threads, *codec)
                made.append(((self.out / "o.mp4").read_bytes(), (self.out / "masks/masks.jsonl").read_bytes()))
            self.assertTrue(all(m[1] == made[0][1] for m in made), "the masks depend on --threads")
            self.assertTrue(all(m[0] == made[0][0] for m in made), "the output depends on --threads")

    # Options.

    def test_inverted(self):
        self.run_clip("--invert", "--codec", "lossless")
        expect = media_check.Expectations(masks=str(self.out / "masks"), lossless=True, invert=True)
        self.assertNoFailures(media_check.check(self.clip, self.out / "o.mp4", expect))

    def test_span_leaves_the_rest_untouched(self):
        self.run_clip("--from", "0.4", "--to", "0.8", "--codec", "lossless")
        pairs = list(zip(self.decoded(self.clip), self.decoded(self.out / "o.mp4")))
        self.assertEqual(len(pairs), film.FRAMES)
        changed = [bool((p[0] != q[0]).any()) for p, q in pairs]
        self.assertEqual(changed[:10] + changed[21:], [False] * (film.FRAMES - 11))
        self.assertEqual(changed[10:20], [True] * 10)

    def test_lossless_12_bits(self):
        """Works for small pictures; those that x265 does not take are refused before any work."""
        for size, code in (("96x64", 0), ("8x8", 1)):
            source, target = self.out / f"{size}.mkv", self.out / f"target{size}"
            target.mkdir()
            Kitchen(self.folder).ffmpeg("-f", "lavfi", "-i", f"testsrc2=s={size}:r=25:d=0.4", "-pix_fmt", "yuv420p12le",
                                        "-c:v", "ffv1", source)
            called = tapmask("run", source, "--box", "1,1,4,4@0", "--mode", "privacy_blur", "--codec", "lossless", "--quiet",
                             "-o", target / "o.mp4")
            self.assertEqual(called.code, code, str(called))
            if code:
                self.assertIn("cannot code 8x8 pixels", called.err)
                self.assertOneSentence(called)
                self.assertNothingIn(target)

    def test_deinterlace_says_that_there_is_nothing_to_do(self):
        self.run_clip("--deinterlace")
        self.assertTrue(any("interlaced" in text for text in self.report()["warnings"]), self.report()["warnings"])

    def test_deinterlace_reaches_frames_that_are_marked_later(self):
        """A progressive part and an interlaced one, in one stream."""
        kitchen, parts = Kitchen(self.folder), []
        for name, options in (("whole", ()), ("fields", ("-flags", "+ildct", "-top", "1"))):
            parts.append(self.out / f"{name}.mov")
            filters = "setfield=tff" if options else None
            kitchen.encode(parts[-1], audio=False, filters=filters, video=("-c:v", "prores_ks", *options, "-pix_fmt",
                                                                            "yuv422p10le"))
        listed = self.out / "list.txt"
        listed.write_text("".join(f"file '{part}'\n" for part in parts))
        source, output = self.out / "mixed.mov", self.out / "o.mkv"
        kitchen.ffmpeg("-f", "concat", "-safe", 0, "-i", listed, "-c", "copy", source)
        mask = np.zeros((film.HEIGHT, film.WIDTH), bool)
        mask[20:60, 20:60] = True
        masks = hand_masks.write_track(self.out / "masks.jsonl", [mask] * 2 * film.FRAMES)
        called = self.succeed("render", source, "--masks", masks, "--mode", "privacy_blur", "--codec", "lossless",
                              "--deinterlace", "-o", output)
        self.assertIn("only later frames", called.err)
        shown = ~pixel_check.grow_box(mask, 12)
        pairs = list(zip(self.decoded(source), self.decoded(output)))
        self.assertEqual(len(pairs), 2 * film.FRAMES)
        changed = [bool((p[0] != q[0])[shown].any()) for p, q in pairs]
        self.assertEqual(changed, [False] * film.FRAMES + [True] * film.FRAMES)

    def test_audio_dropped(self):
        self.run_clip("--audio", "drop")
        expect = media_check.Expectations(audio="drop")
        self.assertNoFailures(media_check.check(self.clip, self.out / "o.mp4", expect))

    def test_audio_muted(self):
        self.run_clip("--audio", "mute")
        self.assertNoFailures(media_check.check(self.clip, self.out / "o.mp4", media_check.Expectations(audio="mute")))
        samples = media_facts.run(["ffmpeg", "-v", "error", "-i", str(self.out / "o.mp4"), "-map", "0:a", "-f", "s16le", "-"])
        self.assertGreater(len(samples), 2 * 48000)
        self.assertEqual(np.abs(np.frombuffer(samples, "<i2")).max(), 0)

    def test_codecs_on_demand(self):
        for codec in ("h264", "hevc"):
            with self.subTest(codec):
                self.run_clip("--codec", codec, "--crf", "16")
                expect = media_check.Expectations(codec=codec, masks=str(self.out / "masks"))
                self.assertNoFailures(media_check.check(self.clip, self.out / "o.mp4", expect))

    def test_video_stream_chosen(self):
        source = self.out / "two.mp4"
        Kitchen(self.folder).encode(source, "-map", "2:v", "-map", "0:v", "-map", "1:a", "-s:v:0", "160x90", inputs=(
            "-f", "lavfi", "-i", "testsrc2=s=160x90:r=30:d=1"))
        self.blur(source, self.out / "o.mp4", "--video-stream", "1", point=POINT)
        expect = media_check.Expectations(video_stream=1, masks=str(self.out / "masks"))
        self.assertNoFailures(media_check.check(source, self.out / "o.mp4", expect))

    def test_metadata_kept_on_demand(self):
        source = self.out / "tagged.mp4"
        Kitchen(self.folder).encode(source, "-metadata", "comment=kept words")
        self.blur(source, self.out / "o.mp4", "--keep-metadata", point=POINT)
        self.assertEqual(MediaFile(self.out / "o.mp4").format["tags"].get("comment"), "kept words")

    def test_pictures_out(self):
        pattern = self.out / "pictures/%05d.png"
        pattern.parent.mkdir()
        self.blur(self.clip, pattern, point=POINT)
        self.assertEqual(len(list(pattern.parent.iterdir())), film.FRAMES)
        self.assertEqual(sorted(p.name for p in pattern.parent.iterdir())[0], "00000.png")

    def test_pictures_in_and_out_are_exact_outside(self):
        source = self.out / "in/%03d.png"
        source.parent.mkdir()
        Kitchen(self.folder).ffmpeg("-i", self.clip, "-start_number", 0, "-pix_fmt", "rgb24", source)
        target = self.out / "out/%03d.png"
        target.parent.mkdir()
        self.blur(source, target, point=POINT)
        masks = pixel_check.read_masks(self.out / "masks", film.WIDTH, film.HEIGHT)
        a, b = ([p for p in pixel_check.Decoder(x, MediaFile(x).best_video())] for x in (source, target))
        self.assertEqual(len(a), len(b))
        for n, (p, q) in enumerate(zip(a, b)):
            out = ~pixel_check.grow_box(masks[n], 6)
            self.assertTrue(all((c[out] == d[out]).all() for c, d in zip(p, q)), f"picture {n}")

    # What it prints.

    def test_json_is_one_event_a_line(self):
        called = self.run_clip("--json")
        lines = [line for line in called.out.splitlines() if line.strip()]
        self.assertTrue(lines)
        for line in lines:
            self.assertIsInstance(json.loads(line), dict)

    def test_quiet_prints_nothing(self):
        called = self.run_clip("--quiet")
        self.assertEqual(called.out.strip(), "")

    def test_no_terminal_no_control_characters(self):
        called = self.run_clip()
        self.assertNotRegex(called.out + called.err, "[\x1b\r\b]")

    def test_probe_says_what_ffprobe_says(self):
        found = json.loads(self.succeed("probe", self.clip, "--json").out)
        stream = MediaFile(self.clip).best_video()
        self.assertEqual((found["width"], found["height"], found["frames"]), (film.WIDTH, film.HEIGHT, film.FRAMES))
        self.assertAlmostEqual(found["duration"], float(stream["duration"]), delta=0.05)
        self.assertAlmostEqual(found["fps"], film.RATE, delta=0.01)
        self.assertEqual((found["rotation"], found["codec"], found["pixel_format"]), (0, "h264", "yuv420p"))
        self.assertEqual(len(found["audio"]), 1)
        self.assertTrue(found["limits_ok"])

    # Where it cannot write.

    def test_no_folder_for_the_output(self):
        called = tapmask("run", self.clip, "--point", POINT, "--mode", "privacy_blur", "-o", self.out / "none/o.mp4")
        self.assertIn(called.code, (1, 2), str(called))
        self.assertOneSentence(called)
        self.assertNothingIn(self.out)

    def test_full_disk(self):
        """A limit on the size of files stands in for it."""
        import resource
        target = self.out / "target"
        target.mkdir()

        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

        done = subprocess.run([str(TAPMASK), "run", str(self.clip), "--point", POINT, "--mode", "privacy_blur", "--codec",
                               "lossless", "-o", str(target / "o.mp4")], capture_output=True, timeout=120,
                              preexec_fn=small_files)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertNothingIn(target)


if __name__ == "__main__":
    unittest.main()
