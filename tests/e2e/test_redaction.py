# SPDX-License-Identifier: Apache-2.0
"""`tapmask render` with masks made by hand, so that what has to be hidden is known to the pixel."""

import dataclasses
import unittest
from pathlib import Path

import numpy as np

import film
import hand_masks
import made_clips
import make_clips
import media_check
import pixel_check
from media_facts import MediaFile
from tapmask_case import TapmaskCase, tap, tapmask, truth

FFV1 = ("-c:v", "ffv1", "-threads", "1", "-fflags", "+bitexact")
X264_LOSSLESS = ("-c:v", "libx264", "-qp", "0", "-preset", "ultrafast", "-fflags", "+bitexact")
X265_LOSSLESS = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "lossless=1:log-level=error")


def blob(n):
    """A mask with odd borders, a hole and a part that the frame cuts off; moves 2 px a frame."""
    y, x = np.mgrid[:film.HEIGHT, :film.WIDTH]
    body = (x - 131 - 2 * n) ** 2 + ((y - 83) * 1.3) ** 2 < 41 ** 2
    hole = (x - 131 - 2 * n) ** 2 + (y - 83) ** 2 < 9 ** 2
    corner = (x > 299 - n) & (y < 21)
    return (body & ~hole) | corner


def planes_420(seed=None, count=12, depth=8):
    """The film in 4:2:0; with a seed, other samples under the blob, chroma that it touches included."""
    rng = np.random.default_rng(seed)
    shift = depth - 8
    for n, (y, u, v) in enumerate(film.frames(count=count)):
        planes = [p.astype(np.uint16) << shift for p in (y, film.half(u), film.half(v))]
        if seed is not None:
            for k, plane in enumerate(planes):
                where = blob(n) if k == 0 else pixel_check.touched_chroma(blob(n), plane.shape)
                plane[where] = rng.integers(16 << shift, 235 << shift, np.count_nonzero(where))
        yield [p.astype(np.uint8 if depth == 8 else "<u2") for p in planes]


class CarriesNothing(TapmaskCase):
    """Two inputs that differ under the mask only give the same bytes: nothing of it is carried."""

    MODE = "privacy_blur"

    def outputs(self, *args, encoder=FFV1, suffix="mkv", depth=8, masks=None, count=12):
        pix_fmt = "yuv420p" if depth == 8 else "yuv420p10le"
        masks = masks or hand_masks.write_folder(self.out / "masks", (blob(n) for n in range(count)))
        made = []
        for name, seed in (("first", None), ("second", 7), ("third", 8)):
            source = film.write(self.out / f"{name}.{suffix}", planes_420(seed, count, depth), film.WIDTH, film.HEIGHT,
                                pix_fmt, encoder)
            output = self.out / f"{name}_out.mp4"
            self.succeed("render", source, "--masks", masks, "--mode", self.MODE, "--preset", "ultrafast", *args,
                         "-o", output)
            made.append((source, output))
        self.assertNotEqual(made[0][0].read_bytes(), made[1][0].read_bytes(), "the inputs are the same")
        return [output.read_bytes() for _, output in made]

    def assertSame(self, *args, **kwargs):
        first, second, third = self.outputs(*args, **kwargs)
        self.assertTrue(first == second and second == third, "the bytes of the outputs differ")


class Secure(CarriesNothing):
    def test_secure_carries_nothing(self):
        self.assertSame()

    def test_secure_carries_nothing_lossless(self):
        self.assertSame("--codec", "lossless")

    def test_secure_carries_nothing_from_h264(self):
        self.assertSame(encoder=X264_LOSSLESS, suffix="mp4")

    def test_secure_carries_nothing_10_bit(self):
        self.assertSame(depth=10, encoder=X265_LOSSLESS, suffix="mkv")

    def test_secure_carries_nothing_with_mask_track(self):
        self.assertSame(masks=hand_masks.write_track(self.out / "m.jsonl", [blob(n) for n in range(12)]))

    def test_secure_carries_nothing_with_least_growth(self):
        self.assertSame("--grow", "1")

    def test_secure_carries_nothing_in_one_thread_or_two(self):
        one = self.outputs("--style", "secure", "--threads", "1")
        two = self.outputs("--style", "secure", "--threads", "2")
        self.assertEqual(one[0], two[0], "the bytes depend on --threads")

    def test_gaussian_and_pixelate_carry_something(self):
        """So that the tests above are known to be able to fail."""
        for style in ("gaussian", "pixelate"):
            with self.subTest(style):
                first, second, _ = self.outputs("--style", style, "--codec", "lossless")
                self.assertNotEqual(first, second)


class Rendered(TapmaskCase):
    COUNT = 24

    def setUp(self):
        super().setUp()
        self.source = film.write(self.out / "source.mkv", planes_420(count=self.COUNT), film.WIDTH, film.HEIGHT,
                                 "yuv420p", FFV1)

    def render(self, masks, *args, style="solid", source=None):
        output = self.out / "rendered.mp4"
        self.called = self.succeed("render", source or self.source, "--masks", masks, "--mode", "privacy_blur", "--style",
                                   style, "--codec", "lossless", "--report", self.out / "report.json", *args, "-o", output)
        return output

    def changed(self, output, source=None):
        """Per frame, which luma samples are not the input's."""
        a, b = MediaFile(source or self.source), MediaFile(output)
        pairs = zip(pixel_check.Decoder(a.path, a.best_video()), pixel_check.Decoder(b.path, b.best_video()))
        return [p[0] != q[0][:p[0].shape[0], :p[0].shape[1]] for p, q in pairs]

    def assertCovers(self, changed, must, may, what=""):
        """Black falls on nearly every sample of `must` and on none outside `may`."""
        share = np.count_nonzero(changed & must) / max(1, np.count_nonzero(must))
        self.assertGreater(share, 0.985, f"{what}: only {share:.1%} of what has to be covered is changed")
        outside = np.count_nonzero(changed & ~may)
        self.assertEqual(outside, 0, f"{what}: {outside} samples outside are changed, box "
                                     f"{hand_masks.box_of(changed & ~may)}")

    def still(self):
        mask = np.zeros((film.HEIGHT, film.WIDTH), bool)
        mask[60:100, 130:190] = True
        return mask

    def states(self, *spans):
        return sum(([state] * count for state, count in spans), [])

    def track(self, states, masks=None):
        return hand_masks.write_track(self.out / "masks.jsonl", masks or [self.still()] * len(states), states)

    def test_every_style_is_exact_outside(self):
        masks = hand_masks.write_folder(self.out / "masks", (blob(n) for n in range(self.COUNT)))
        for style in ("secure", "gaussian", "pixelate", "solid"):
            with self.subTest(style):
                output = self.render(masks, style=style)
                expect = media_check.Expectations(masks=str(masks), lossless=True, style=style)
                self.assertNoFailures(media_check.check(self.source, output, expect))

    def test_folder_and_track_give_the_same(self):
        blobs = [blob(n) for n in range(self.COUNT)]
        first = self.render(hand_masks.write_folder(self.out / "masks", blobs), style="secure").read_bytes()
        second = self.render(hand_masks.write_track(self.out / "m.jsonl", blobs), style="secure").read_bytes()
        self.assertEqual(first, second)

    def test_mask_is_grown_by_four_pixels_or_as_told(self):
        masks = hand_masks.write_folder(self.out / "masks", (blob(n) for n in range(self.COUNT)))
        for args, radius in (((), 4), (("--grow", "7"), 7), (("--grow", "auto"), 4)):
            with self.subTest(args):
                for n, c in enumerate(self.changed(self.render(masks, *args))):
                    grown = pixel_check.grow_round(blob(n), radius)
                    self.assertCovers(c, grown, grown, f"frame {n}")

    def test_held_frames_grow(self):
        track = self.track(self.states(("tracked", 6), ("held", 8), ("tracked", 10)))
        for n, c in enumerate(self.changed(self.render(track))[:14]):
            held = max(0, n - 5)
            until_found = 14 - n if held else 0  # The gap is covered from its other end as well.
            least = pixel_check.grow_round(self.still(), 4 + 2 * held)
            most = pixel_check.grow_round(self.still(), 4 + 2 * max(held, until_found) + 1)
            self.assertCovers(c, least, most, f"frame {n}")

    def grown_box(self):
        """Of the still mask: half its size more on every side."""
        mask = np.zeros((film.HEIGHT, film.WIDTH), bool)
        mask[40:120, 100:220] = True
        return mask

    def test_lost_frames_cover_the_box(self):
        track = self.track(self.states(("tracked", 6), ("lost", 18)))
        for n, c in enumerate(self.changed(self.render(track))):
            if n >= 6:
                self.assertCovers(c, self.grown_box(), np.ones_like(c), f"frame {n}")

    def test_lost_frames_hide_the_picture_if_told(self):
        track = self.track(self.states(("tracked", 6), ("lost", 18)))
        for n, c in enumerate(self.changed(self.render(track, "--on-lost", "frame"))):
            if n >= 6:
                self.assertCovers(c, np.ones_like(c), np.ones_like(c), f"frame {n}")

    def test_lost_frames_are_clear_if_told(self):
        track = self.track(self.states(("tracked", 6), ("lost", 18)))
        for n, c in enumerate(self.changed(self.render(track, "--on-lost", "clear"))):
            if n >= 6:
                self.assertFalse(c.any(), f"frame {n}")

    def test_absent_frames_are_clear(self):
        none = np.zeros_like(self.still())
        masks = [self.still()] * 6 + [none] * 12 + [self.still()] * 6
        track = self.track(self.states(("tracked", 6), ("absent", 12), ("tracked", 6)), masks)
        changed = self.changed(self.render(track))
        for n in range(8, 14):
            self.assertFalse(changed[n].any(), f"frame {n}")
        for n in (0, 5, 18, 23):
            grown = pixel_check.grow_round(self.still(), 4)
            self.assertCovers(changed[n], grown, grown, f"frame {n}")

    def test_gap_is_covered_from_both_sides(self):
        """Lost on the left, found on the right: before it is found, the right is covered too."""
        right = np.roll(self.still(), 100, axis=1)
        masks = [self.still()] * 18 + [right] * 6
        track = self.track(self.states(("tracked", 6), ("lost", 12), ("tracked", 6)), masks)
        changed = self.changed(self.render(track))
        self.assertCovers(changed[17], self.grown_box() | right, np.ones_like(right), "frame 17")

    def test_report_lists_what_to_review(self):
        track = self.track(self.states(("tracked", 6), ("held", 4), ("lost", 4), ("tracked", 10)))
        self.render(track)
        text = (self.out / "report.json").read_text()
        for state in ("held", "lost"):
            self.assertIn(state, text)

    def test_inverted_keeps_the_object_alone(self):
        masks = hand_masks.write_folder(self.out / "masks", [self.still()] * self.COUNT)
        for n, c in enumerate(self.changed(self.render(masks, "--invert"))):
            kept = pixel_check.shrink_round(self.still(), 4)
            self.assertCovers(c, ~kept, ~kept, f"frame {n}")

    def test_inverted_hides_all_where_the_object_is_not_known(self):
        none = np.zeros_like(self.still())
        for state in ("held", "lost", "absent"):
            with self.subTest(state):
                masks = [self.still()] * 6 + [none if state == "absent" else self.still()] * 18
                track = self.track(self.states(("tracked", 6), (state, 18)), masks)
                for n, c in enumerate(self.changed(self.render(track, "--invert"))):
                    if n >= 6:
                        self.assertCovers(c, np.ones_like(c), np.ones_like(c), f"frame {n}")

    def test_empty_and_full_masks(self):
        for mask in (np.zeros_like(self.still()), np.ones_like(self.still())):
            for style in ("secure", "gaussian", "pixelate", "solid"):
                with self.subTest(style=style, full=bool(mask.all())):
                    masks = hand_masks.write_folder(self.out / f"{style}{int(mask.all())}", [mask] * self.COUNT)
                    for c in self.changed(self.render(masks, style=style)):
                        self.assertGreater(np.mean(c == mask), 0.9)  # A blur leaves some samples as they were.

    def refuse(self, masks):
        output = self.out / "refused" / "o.mp4"
        output.parent.mkdir()
        called = tapmask("render", self.source, "--masks", masks, "--mode", "privacy_blur", "-o", output)
        self.assertNotEqual(called.code, 0, str(called))
        self.assertGreater(called.code, 0, str(called))
        self.assertOneSentence(called)
        self.assertNothingIn(output.parent)

    def test_track_without_its_end_is_refused(self):
        self.refuse(hand_masks.write_track(self.out / "m.jsonl", [self.still()] * self.COUNT, complete=False))

    def test_masks_of_another_size_are_refused(self):
        self.refuse(hand_masks.write_folder(self.out / "masks", [self.still()[:-2]] * self.COUNT))
        self.out = Path(self.out / "second")
        self.out.mkdir()
        self.refuse(hand_masks.write_track(self.out / "m.jsonl", [self.still()[:-2]] * self.COUNT))

    def test_broken_tracks_are_refused(self):
        good = hand_masks.write_track(self.out / "m.jsonl", [self.still()] * self.COUNT).read_text()
        broken = {"not_json": good.replace('{"object"', "{object", 1), "empty": "", "no_header": good.split("\n", 1)[1],
                  "bad_rle": good.replace('"counts": "', '"counts": "~~~', 1), "cut": good[:len(good) // 2],
                  "frame_twice": good.replace('"frame": 5,', '"frame": 4,', 1),
                  "negative_frame": good.replace('"frame": 5,', '"frame": -5,', 1)}
        base = self.out
        for name, text in broken.items():
            with self.subTest(name):
                self.out = base / name
                self.out.mkdir()
                path = self.out / "m.jsonl"
                path.write_text(text)
                self.refuse(path)

    def test_too_few_masks_do_not_pass_in_silence(self):
        masks = hand_masks.write_folder(self.out / "masks", [self.still()] * (self.COUNT - 6))
        called = tapmask("render", self.source, "--masks", masks, "--mode", "privacy_blur", "--style", "solid", "--codec",
                         "lossless", "-o", self.out / "o.mp4")
        if called.code == 0:
            changed = self.changed(self.out / "o.mp4")
            self.assertTrue(all(c.any() for c in changed[-6:]), "frames without a mask are in the clear\n" + str(called))


class Lossless(TapmaskCase):
    """`run --codec lossless`: outside the grown mask, every sample is the decoded input's."""

    NAMES = ("no_audio", "turn_90", "deep_10", "chroma_422_kept", "chroma_444_kept", "full_range", "interlaced_top",
             "variable_rate", "h264_10", "mpeg4_avi", "wide_pixels", "mirrored")

    def work(self, name):
        clip = next(c for c in made_clips.CLIPS if c.name == name)
        source = make_clips.make(clip, self.folder / "clips")
        stream = MediaFile(source).best_video()
        output = self.out / f"out.{clip.output}"
        called = self.blur(source, output, "--codec", "lossless", *clip.args,
                           point=tap(source, stream, *film.middle_of_box(0)))
        expect = dataclasses.replace(clip.expect, masks=str(self.out / "masks"), lossless=True)
        failures = media_check.check(source, output, expect)
        failures += pixel_check.check_object_hidden(source, stream, output, MediaFile(output).best_video(), truth(),
                                                    media_check.must_bake(stream, MediaFile(output)))
        self.assertNoFailures(failures, called)


for _name in Lossless.NAMES:
    setattr(Lossless, f"test_{_name}", lambda self, name=_name: self.work(name))

if __name__ == "__main__":
    unittest.main()
