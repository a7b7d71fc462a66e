# SPDX-License-Identifier: Apache-2.0
"""What tapmask does not work on, and calls that make no sense: said in one sentence, at once."""

import os
import subprocess
import unittest

import film
import hostile_clips
import make_clips
from kitchen import Kitchen
from tapmask_case import TAPMASK, TapmaskCase, tapmask

SOON_SECONDS = 20  # On a busy machine; a refusal takes a fraction of a second.


class Refusals(TapmaskCase):
    def refuse(self, clip):
        source = make_clips.make(clip, self.folder / "clips")
        target = self.out / "target"
        target.mkdir()

        called = tapmask("run", source, "--point", "100,80", "--mode", "privacy_blur", "-o", target / "out.mp4",
                         limit=60)

        self.assertEqual(called.code, 3, str(called))
        self.assertLess(called.seconds, SOON_SECONDS, str(called))
        self.assertOneSentence(called)
        self.assertNothingIn(target)

    def test_missing_file(self):
        called = tapmask("run", self.out / "none.mp4", "--point", "1,1", "--mode", "privacy_blur", "-o", self.out / "o.mp4")
        self.assertIn(called.code, (2, 3), str(called))
        self.assertOneSentence(called)

    def test_probe_refuses_words(self):
        words = self.out / "words.mp4"
        words.write_text("nothing to see\n" * 100)
        called = tapmask("probe", words)
        self.assertEqual(called.code, 3, str(called))
        self.assertOneSentence(called)


class NoFiles(TapmaskCase):
    """A pipe or a device in place of a file that is read would keep the program waiting for ever."""

    def refuse(self, *args):
        called = tapmask(*args, limit=60)
        self.assertEqual(called.code, 3, str(called))
        self.assertOneSentence(called)

    def test_pipes_and_devices(self):
        clip, report = self.folder / "clip.mp4", self.out / "report.json"
        Kitchen(self.folder).encode(clip)
        report.write_text('{"format": "tapmask-report", "version": 1, "command": "run", "output": {"sha256": ""}}')
        pipe, masks = self.out / "pipe.png", self.out / "masks"
        masks.mkdir()
        os.mkfifo(pipe)
        os.mkfifo(masks / "00000.png")
        run = ("run", clip, "--mode", "privacy_blur", "-o", self.out / "o.mp4")
        render = ("render", clip, "--mode", "privacy_blur", "-o", self.out / "o.mp4")
        point = ("--point", "132,82")
        for args in ((*run, "--mask", pipe), (*run, "--mask", "/dev/zero"), (*render, "--masks", pipe),
                     (*render, "--masks", "/dev/zero"), (*render, "--masks", masks), ("verify", clip, pipe),
                     ("verify", pipe, report), ("verify", clip, "/dev/zero"), ("probe", pipe),
                     ("probe", masks / "%05d.png"), ("track", masks / "%05d.png", *point, "--masks-out", self.out / "new")):
            with self.subTest(args):
                self.refuse(*args)


class NeighbourStaysShut(TapmaskCase):
    @unittest.skipUnless(subprocess.run(["which", "strace"], capture_output=True).returncode == 0, "no strace")
    def test_list_does_not_open_the_file_it_names(self):
        for clip in hostile_clips.CLIPS:
            if clip.name not in ("ffconcat", "hls", "hls_file_url", "hls_as_mov"):
                continue
            with self.subTest(clip.name):
                source = make_clips.make(clip, self.folder / "clips")
                log = self.out / f"{clip.name}.trace"
                subprocess.run(["strace", "-f", "-e", "trace=open,openat", "-o", log, str(TAPMASK), "run", str(source),
                                "--point", "9,9", "--mode", "privacy_blur", "-o", str(self.out / "o.mp4")],
                               capture_output=True, timeout=120)
                self.assertNotIn("neighbour.mp4", log.read_text())


class Usage(TapmaskCase):
    """Bad usage ends with 2 and one sentence, and writes nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clip = cls.folder / "clip.mp4"
        Kitchen(cls.folder).encode(cls.clip)

    def assertUsage(self, *args):
        called = tapmask(*args, limit=60)
        self.assertEqual(called.code, 2, str(called))
        self.assertTrue(called.err.strip(), str(called))
        for word in ("terminate called", "what():", "std::"):
            self.assertNotIn(word, called.err)
        self.assertNothingIn(self.out)

    def run_with(self, *args, point="132,82", mode="privacy_blur", output="o.mp4"):
        return ("run", self.clip, "--point", point, "--mode", mode, "-o", self.out / output, *args)

    def test_no_such_option(self):
        self.assertUsage(*self.run_with("--no-such-option"))

    def test_no_such_command(self):
        self.assertUsage("frobnicate")

    def test_no_point(self):
        self.assertUsage("run", self.clip, "--mode", "privacy_blur", "-o", self.out / "o.mp4")

    def test_no_output(self):
        self.assertUsage("run", self.clip, "--point", "132,82", "--mode", "privacy_blur")

    def test_no_such_mode(self):
        self.assertUsage(*self.run_with(mode="sharpen"))

    def test_no_such_style(self):
        self.assertUsage(*self.run_with("--style", "sparkle"))

    def test_point_is_no_number(self):
        self.assertUsage(*self.run_with(point="left,top"))

    def test_point_outside_the_frame(self):
        self.assertUsage(*self.run_with(point=f"{film.WIDTH + 50},20"))

    def test_negative_point(self):
        self.assertUsage(*self.run_with(point="-3,20"))

    def test_only_points_that_are_not_the_object(self):
        self.assertUsage(*self.run_with(point="132,82,-"))

    def test_frame_after_the_end(self):
        self.assertUsage(*self.run_with(point="132,82@100000"))

    def test_grow_of_nothing(self):
        self.assertUsage(*self.run_with("--grow", "0"))

    def test_codec_unknown(self):
        self.assertUsage(*self.run_with("--codec", "theora"))

    def test_suffix_of_output_unknown(self):
        self.assertUsage(*self.run_with(output="o.xyz"))

    def test_empty_span(self):
        self.assertUsage(*self.run_with("--from", "0.8", "--to", "0.2"))

    def test_span_beyond_the_end(self):
        self.assertUsage(*self.run_with("--from", "100"))
        self.assertUsage(*self.run_with("--from", "%g" % (film.FRAMES / film.RATE)))

    def test_output_is_the_input(self):
        before = self.clip.read_bytes()
        called = tapmask("run", self.clip, "--point", "132,82", "--mode", "privacy_blur", "-o", self.clip)
        self.assertEqual(called.code, 2, str(called))
        self.assertEqual(self.clip.read_bytes(), before)

    def test_help_and_version_are_no_errors(self):
        for args in (("--help",), ("run", "--help"), ("--version",)):
            with self.subTest(args):
                called = tapmask(*args)
                self.assertEqual(called.code, 0, str(called))
                self.assertTrue(called.out.strip(), str(called))


def _add_tests():
    for clip in hostile_clips.CLIPS:
        setattr(Refusals, f"test_{clip.name}", lambda self, clip=clip: self.refuse(clip))


_add_tests()

if __name__ == "__main__":
    unittest.main()
