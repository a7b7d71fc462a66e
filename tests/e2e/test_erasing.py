# SPDX-License-Identifier: Apache-2.0
"""`--mode magic_eraser`, on films whose background is known."""

import subprocess
import unittest

import numpy as np

import film
import hand_masks
import pixel_check
import test_redaction
from tapmask_case import TapmaskCase, tapmask

SIZE = (480, 270)


class Eraser(test_redaction.CarriesNothing):
    MODE = "magic_eraser"

    def test_eraser_carries_nothing(self):
        self.assertSame()

    def test_eraser_carries_nothing_with_least_growth(self):
        self.assertSame("--grow", "1", "--codec", "lossless")

    def test_eraser_carries_nothing_10_bit(self):
        self.assertSame(depth=10, encoder=test_redaction.X265_LOSSLESS, suffix="mkv")

    def test_eraser_carries_nothing_in_one_thread_or_two(self):
        self.assertEqual(self.outputs("--threads", "1")[0], self.outputs("--threads", "2")[0])

    def test_eraser_takes_nothing_from_frames_outside_the_span(self):
        """Before 0.2 s the object is to be seen; what is erased later must not be copied from there."""
        outputs = []
        for name, seed in (("first", None), ("second", 7)):
            source = film.write(self.out / f"{name}.mkv", test_redaction.planes_420(seed),
                                               film.WIDTH, film.HEIGHT, "yuv420p",
                                               test_redaction.FFV1)
            masks = self.out / "masks"
            if not masks.exists():
                hand_masks.write_folder(masks, (test_redaction.blob(n) for n in range(12)))
            pictures = self.out / f"{name}_out"
            pictures.mkdir()
            self.succeed("render", source, "--masks", masks, "--mode", self.MODE, "--from", "0.2", "-o",
                         pictures / "%03d.png")
            outputs.append([p.read_bytes() for p in sorted(pictures.iterdir())])
        first, second = outputs
        self.assertEqual(len(first), 12)
        differ = [a != b for a, b in zip(first, second)]
        self.assertTrue(differ[0], "the frames before the span should be as they were")
        self.assertFalse(any(differ[differ.index(False):]), "something of the object was copied")


class MadeUpFilm(TapmaskCase):
    """`tapmask scene` gives the plate: what is to be seen when the figure is gone."""

    FRAMES = 40

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scene = cls.folder / "scene"
        made = tapmask("scene", cls.scene, "--frames", str(cls.FRAMES), "--size", "480x270", "--lossless", "--quiet")
        assert made.code == 0, made

    @staticmethod
    def luma(path):
        width, height = SIZE
        raw = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"],
                             capture_output=True, check=True).stdout
        frames = np.frombuffer(raw, np.uint8).reshape(-1, width * height * 3 // 2)
        return frames[:, :width * height].reshape(-1, height, width)

    def test_shows_the_place_without_the_figure(self):
        output = self.out / "erased.mkv"
        self.succeed("render", self.scene / "scene.mkv", "--masks", self.scene / "masks", "--mode", "magic_eraser",
                     "--codec", "lossless", "--report", self.out / "report.json", "-o", output)
        self.assertEqual(tapmask("verify", output, self.out / "report.json").code, 0)
        erased, plate, with_figure = (self.luma(p) for p in (output, self.scene / "plate.mkv", self.scene / "scene.mkv"))
        masks = pixel_check.read_masks(self.scene / "masks", *SIZE)
        near = [pixel_check.grow_round(m, 3) for m in masks]
        error = np.mean([np.mean((erased[n][w].astype(float) - plate[n][w]) ** 2) for n, w in enumerate(near)])
        shown = np.mean([np.mean((with_figure[n][w].astype(float) - plate[n][w]) ** 2) for n, w in enumerate(near)])
        self.assertGreater(10 * np.log10(255 ** 2 / error), 28)
        self.assertLess(10 * np.log10(255 ** 2 / shown), 16, "the figure is hardly to be seen; the test shows nothing")

        report = self.report()
        self.assertEqual(report["effect"]["mode"], "magic_eraser")
        self.assertEqual(report["effect"]["grow_px"], 8)
        self.assertNotIn("style", report["effect"])
        self.assertEqual(report["erased_to_review"], [])
        for frame in report["frames"]:
            erased = frame["erased"]
            self.assertAlmostEqual(erased["seen"] + erased["invented"], 1, places=6)
            self.assertGreater(erased["seen"], 0.9)
            self.assertGreater(erased["confidence"], 0.5)

    def test_takes_the_shadow_along(self):
        """The figure casts one on the ground, which is not in its mask."""
        errors = {}
        plate = self.luma(self.scene / "plate.mkv")
        for options in ([], ["--shadow"]):
            output = self.out / f"erased{len(options)}.mkv"
            self.succeed("render", self.scene / "scene.mkv", "--masks", self.scene / "masks", "--mode", "magic_eraser", *options,
                         "--codec", "lossless", "--report", self.out / "report.json", "-o", output)
            errors[len(options)] = np.mean((self.luma(output).astype(float) - plate) ** 2)
            self.assertEqual(self.report()["effect"]["shadow"], bool(options))
        self.assertLess(errors[1], 0.5 * errors[0])

    def test_says_when_it_had_to_make_things_up(self):
        """Nothing moves, so what the figure hides is never to be seen."""
        still = self.out / "still"
        self.succeed("scene", still, "--frames", "12", "--size", "480x270", "--still", "--quiet")
        called = self.succeed("render", still / "scene.mp4", "--masks", still / "masks", "--mode", "magic_eraser",
                              "--report", self.out / "report.json", "-o", self.out / "out.mp4")
        spans = self.report()["erased_to_review"]
        self.assertEqual([(s["first_frame"], s["last_frame"]) for s in spans], [(0, 11)])
        self.assertIn("made up", called.err)
        self.assertEqual({frame["erased"]["camera"] for frame in self.report()["frames"]}, {"still"})


if __name__ == "__main__":
    unittest.main()
