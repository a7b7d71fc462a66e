# SPDX-License-Identifier: Apache-2.0
"""The judge judged: stand-ins made by ffmpeg, good ones that it must pass and broken ones that it
must catch. Needs no tapmask."""

import shutil
import tempfile
import unittest
from pathlib import Path

import numpy as np

import film
import made_clips
import make_clips
import media_facts
import mp4_boxes
import pixel_check
from kitchen import Kitchen
from media_check import Expectations, check
from media_facts import MediaFile

RECIPES = {c.name: c for c in made_clips.CLIPS}
CLEAN = ("-map_metadata", "-1", "-map_metadata:s", "-1", "-fflags", "+bitexact")
KEEP_TIMES = ("-fps_mode", "passthrough", "-enc_time_base", "-1", "-video_track_timescale", "12800")
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "18", "-x264-params", "info=0")


class Judge(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="tapmask-judge-"))
        cls.kitchen = Kitchen(cls.folder)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def clip(self, name):
        path = make_clips.path_of(RECIPES[name], self.folder)
        return path if path.exists() else make_clips.make(RECIPES[name], self.folder)

    def stand_in(self, source, *args, name="out.mp4", before=(), clean=True):
        """A re-encode of `source` that keeps what it should, but for what `args` break."""
        out = self.folder / name
        self.kitchen.ffmpeg("-noautorotate", *before, "-i", source, *X264, "-c:a", "copy", *KEEP_TIMES,
                            *(CLEAN if clean else ()), *args, out)
        return out

    def samples_of(self, name):
        """The frames of a clip, without what is said of them."""
        out = self.folder / f"{name}.y4m"
        self.kitchen.ffmpeg("-i", self.clip(name), "-map", "0:v:0", "-strict", "-1", out)
        return out

    def assertPasses(self, source, output, expectations=None):
        self.assertEqual(check(source, output, expectations), [])

    def assertCaught(self, kind, source, output, expectations=None):
        failures = check(source, output, expectations)
        self.assertTrue(any(f.startswith(kind) for f in failures), f"no '{kind}' in {failures}")

    # Good ones.

    def test_passes_faithful_encodes(self):
        for name in ("audio_late", "audio_early", "two_languages", "wide_pixels", "mono_44100"):
            with self.subTest(name):
                languages = sum((("-metadata:s:a:%d" % n, "language=" + s.get("tags", {}).get("language", "und"))
                                 for n, s in enumerate(MediaFile(self.clip(name)).of_kind("audio"))), ())
                self.assertPasses(self.clip(name), self.stand_in(self.clip(name), "-map", "0:v", "-map", "0:a", *languages))

    def test_passes_late_start(self):
        source = self.clip("starts_late")
        self.assertPasses(source, self.stand_in(source, "-avoid_negative_ts", "disabled", before=("-copyts",)))

    def test_passes_alac_for_pcm(self):
        self.assertPasses(self.clip("pcm_s24_mov"), self.stand_in(self.clip("pcm_s24_mov"), "-c:a", "alac"))

    def test_passes_text_for_subtitles(self):
        for name in ("srt_mkv", "ass_mkv"):
            with self.subTest(name):
                out = self.stand_in(self.clip(name), "-c:s", "mov_text", "-metadata:s:s:0", "language=fra",
                                    "-video_track_timescale", "1000", "-avoid_negative_ts", "disabled",
                                    before=("-copyts",))
                self.assertPasses(self.clip(name), out)

    def test_passes_kept_chapters(self):
        out = self.stand_in(self.clip("chapters"), "-map", "0:v", "-map", "0:a", "-map_chapters", "0", "-map_metadata:g",
                            "-1", clean=False)
        self.assertPasses(self.clip("chapters"), out)

    def test_passes_kept_rotation(self):
        out = self.stand_in(self.clip("turn_90"))
        mp4_boxes.set_display_matrix(out, 0, 1, -1, 0)
        self.assertPasses(self.clip("turn_90"), out)

    # Broken ones.

    def test_catches_dropped_frame(self):
        self.assertCaught("times: 30 frames became 29", self.clip("no_audio"),
                          self.stand_in(self.clip("no_audio"), "-vf", "select='not(eq(n,12))'"))

    def test_catches_constant_frame_rate(self):
        out = self.stand_in(self.clip("variable_rate"), "-r", "25", "-fps_mode", "cfr")
        self.assertCaught("times:", self.clip("variable_rate"), out)

    def test_catches_one_moved_frame(self):
        out = self.stand_in(self.clip("no_audio"), "-bf", "0", "-vf", "setpts='PTS+if(eq(N,9),1,0)'")
        self.assertCaught("times: 1 of 30", self.clip("no_audio"), out)

    def test_catches_other_time_base(self):
        out = self.stand_in(self.clip("no_audio"), "-video_track_timescale", "25600")
        self.assertCaught("times: time base", self.clip("no_audio"), out)

    def test_catches_lost_rotation(self):
        out = self.stand_in(self.clip("turn_90"))
        mp4_boxes.set_display_matrix(out, 1, 0, 0, 1)
        self.assertCaught("picture: display matrix", self.clip("turn_90"), out)

    def test_catches_kept_mirror(self):
        self.assertCaught("picture: display matrix", self.clip("mirrored"), self.mirrored_copy())

    def mirrored_copy(self):
        out = self.stand_in(self.clip("mirrored"))
        mp4_boxes.set_display_matrix(out, -1, 0, 0, 1)
        return out

    def test_catches_lost_pixel_aspect(self):
        self.assertCaught("picture: pixel aspect", self.clip("wide_pixels"),
                          self.stand_in(self.clip("wide_pixels"), "-vf", "setsar=1"))

    def test_catches_changed_size(self):
        self.assertCaught("picture: size", self.clip("no_audio"), self.stand_in(self.clip("no_audio"), "-s", "318x180"))

    def test_catches_lost_colour_tags(self):
        out = self.stand_in(self.samples_of("bt601_ntsc"))
        for kind in ("colour: color_primaries", "colour: color_transfer", "colour: color_space"):
            self.assertCaught(kind, self.clip("bt601_ntsc"), out)

    def test_catches_lost_range(self):
        out = self.stand_in(self.clip("full_range"), "-pix_fmt", "yuv420p", "-color_range", "tv")
        self.assertCaught("colour: color_range", self.clip("full_range"), out)

    def test_catches_lost_hdr(self):
        out = self.stand_in(self.samples_of("hdr10"), "-c:v", "libx265", "-tag:v", "hvc1", "-x265-params",
                            "log-level=error:info=0")
        self.assertCaught("colour: Mastering display metadata is lost", self.clip("hdr10"), out)
        self.assertCaught("colour: Content light level metadata is lost", self.clip("hdr10"), out)

    def test_catches_lost_depth(self):
        out = self.stand_in(self.clip("deep_10"), "-pix_fmt", "yuv420p")
        self.assertCaught("picture: yuv420p10le became", self.clip("deep_10"), out)

    def test_catches_lost_fields(self):
        self.assertCaught("picture: 30 frames changed", self.clip("interlaced_top"), self.stand_in(self.clip("interlaced_top")))

    def test_catches_lost_audio_packet(self):
        out = self.stand_in(self.clip("mono_44100"), "-bsf:a", "noise=drop='eq(n,20)'")
        self.assertCaught("audio 0:", self.clip("mono_44100"), out)

    def test_catches_changed_audio_packet(self):
        out = self.stand_in(self.clip("mono_44100"), "-bsf:a", "noise=amount='if(eq(n,20),50,0)'")
        self.assertCaught("audio 0: 1 of", self.clip("mono_44100"), out)

    def test_catches_reencoded_audio(self):
        self.assertCaught("audio 0:", self.clip("mono_44100"), self.stand_in(self.clip("mono_44100"), "-c:a", "aac"))

    def test_catches_shifted_audio(self):
        source = self.clip("mono_44100")
        out = self.folder / "shifted.mp4"
        self.kitchen.ffmpeg("-noautorotate", "-i", source, "-itsoffset", "0.02", "-i", source, "-map", "0:v", "-map",
                            "1:a", *X264, "-c:a", "copy", *KEEP_TIMES, *CLEAN, out)
        self.assertCaught("audio 0:", source, out)

    def test_catches_changed_samples(self):
        out = self.stand_in(self.clip("pcm_s16_mov"), "-c:a", "alac", "-af", "volume=0.9")
        self.assertCaught("audio 0: the decoded samples differ", self.clip("pcm_s16_mov"), out)

    def test_catches_lost_track_and_language(self):
        out = self.stand_in(self.clip("two_languages"), "-map", "0:v", "-map", "0:a:0")
        self.assertCaught("audio: 2 tracks became 1", self.clip("two_languages"), out)
        out = self.stand_in(self.clip("two_languages"), "-map", "0")
        self.assertCaught("audio 1: language", self.clip("two_languages"), out)

    def test_catches_lost_and_moved_subtitles(self):
        base = ("-metadata:s:s:0", "language=fra", "-video_track_timescale", "1000")
        self.assertCaught("subtitles: 1 text", self.clip("srt_mkv"), self.stand_in(self.clip("srt_mkv"), "-sn"))
        moved = self.kitchen.text("moved.srt", made_clips.SRT.replace("00:00:00,500", "00:00:00,540"))
        out = self.folder / "moved.mp4"
        self.kitchen.ffmpeg("-i", self.clip("srt_mkv"), "-i", moved, "-map", "0:v", "-map", "0:a", "-map", "1", *X264,
                            "-c:a", "copy", "-c:s", "mov_text", *KEEP_TIMES, *CLEAN, *base, out)
        self.assertCaught("subtitles 0:", self.clip("srt_mkv"), out)

    def test_catches_lost_chapters(self):
        out = self.stand_in(self.clip("chapters"), "-map", "0:v", "-map", "0:a", "-map_chapters", "-1")
        self.assertCaught("chapters:", self.clip("chapters"), out)

    def test_catches_added_and_kept_streams(self):
        source = self.clip("two_videos")
        self.assertCaught("streams: 2 video", source, self.stand_in(source, "-map", "0"))
        out = self.stand_in(self.clip("cover_art"), "-map", "0", "-c:v:1", "copy", "-disposition:v:1", "attached_pic")
        self.assertCaught("streams:", self.clip("cover_art"), out)
        out = self.stand_in(self.clip("no_audio"), "-timecode", "01:02:03:04", "-write_tmcd", "1")
        self.assertCaught("streams: stream 1 of the output is data", self.clip("no_audio"), out)

    def test_catches_kept_private_tags(self):
        source = self.clip("gps_mov")
        for how in (("-map_metadata", "0"), ("-map_metadata", "0", "-movflags", "use_metadata_tags"),
                    ("-metadata", "make=Examplephone", "-movflags", "use_metadata_tags"), ("-metadata:s:v", "handler_name=Examplephone Handler"),
                    ("-metadata", "creation_time=2021-03-04T05:06:07Z")):
            with self.subTest(how):
                self.assertCaught("privacy:", source, self.stand_in(source, *how))
        out = self.stand_in(source)
        out.write_bytes(out.read_bytes() + b"\0\0\0\x28free" + b"+48.8577+002.2950/".ljust(32, b"\0"))
        self.assertCaught("privacy: the output holds", source, out)

    def test_catches_kept_user_data(self):
        source = self.clip("user_data")
        self.assertCaught("privacy: the output carries", source, self.stand_in(source, "-c:v", "copy"))


class JudgeOfPixels(unittest.TestCase):
    """Hides the square by hand, well and badly."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="tapmask-judge-"))
        cls.size = (film.WIDTH, film.HEIGHT)
        cls.masks = cls.folder / "masks"
        cls.masks.mkdir()
        film.write(cls.masks / "%05d.png", ((m * np.uint8(255),) for m in cls.truth()), *cls.size, "gray",
                   ("-start_number", "0"))
        cls.source = film.write(cls.folder / "source.mkv", cls.planes(), *cls.size, "yuv420p")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    @classmethod
    def truth(cls, count=10):
        for n in range(count):
            mask = np.zeros((film.HEIGHT, film.WIDTH), bool)
            x, y, w, h = film.box_at(n)
            mask[y:y + h, x:x + w] = True
            yield mask

    @classmethod
    def planes(cls):
        for y, u, v in film.frames(count=10):
            yield y, film.half(u), film.half(v)

    def output(self, change, encoder=("-c:v", "libx264", "-qp", "0")):
        """`change(n, mask, planes)` works on copies of the planes."""
        def changed():
            for n, (mask, planes) in enumerate(zip(self.truth(), self.planes())):
                planes = [p.copy() for p in planes]
                change(n, mask, planes)
                yield planes
        return film.write(self.folder / "out.mp4", changed(), *self.size, "yuv420p", encoder)

    def judge(self, output, **kwargs):
        a, b = MediaFile(self.source), MediaFile(output)
        return pixel_check.check_pixels(a.path, a.best_video(), b.path, b.best_video(), self.masks, **kwargs)

    def hide(self, n, mask, planes):
        grown = pixel_check.grow_round(mask, 4)
        planes[0][grown] = 120
        for p in planes[1:]:
            p[pixel_check.touched_chroma(grown, p.shape)] = 128

    def test_passes_square_hidden_lossless(self):
        self.assertEqual(self.judge(self.output(self.hide), lossless=True), [])

    def test_passes_square_hidden_lossy(self):
        self.assertEqual(self.judge(self.output(self.hide, ("-c:v", "libx264", "-crf", "18"))), [])

    def test_catches_one_wrong_sample_outside(self):
        def change(n, mask, planes):
            self.hide(n, mask, planes)
            if n == 7:
                planes[2][3, 5] ^= 1
        failures = self.judge(self.output(change), lossless=True)
        self.assertEqual(failures, ["pixels: frame 7, plane 2: 1 samples outside the grown mask are not the input's"])

    def test_catches_mask_that_grew_too_far(self):
        def change(n, mask, planes):
            planes[0][pixel_check.grow_round(mask, 6)] = 120
        self.assertTrue(self.judge(self.output(change), lossless=True))

    def test_catches_one_frame_in_the_clear(self):
        failures = self.judge(self.output(lambda n, mask, planes: n != 4 and self.hide(n, mask, planes)))
        self.assertIn("1 of 10 frames show detail", " ".join(failures))

    def test_catches_thin_blur(self):
        def change(n, mask, planes):
            blend = (planes[0].astype(int) + 3 * 120) // 4
            planes[0][mask] = blend[mask].astype(np.uint8)
        self.assertIn("10 of 10 frames show detail", " ".join(self.judge(self.output(change))))

    def test_catches_damage_elsewhere(self):
        def change(n, mask, planes):
            self.hide(n, mask, planes)
            planes[0][100:140, 10:60] = 90
        self.assertIn("PSNR outside", " ".join(self.judge(self.output(change))))

    def test_reads_and_writes_run_lengths(self):
        rng = np.random.default_rng(3)
        for density in (0, 0.02, 0.5, 1):
            mask = pixel_check.grow_box(rng.random((37, 53)) < density, 1)
            text = pixel_check.encode_rle(mask)
            self.assertTrue((pixel_check.decode_rle(text, 37, 53) == mask).all())
        self.assertEqual(pixel_check.encode_rle(np.zeros((2, 3), bool)), "6")

    def test_grows_by_the_euclidean_distance(self):
        mask = np.zeros((21, 21), bool)
        mask[10, 10] = True
        y, x = np.mgrid[:21, :21] - 10
        for radius in (1, 4, 7):
            self.assertTrue((pixel_check.grow_round(mask, radius) == (x * x + y * y <= radius * radius)).all())


if __name__ == "__main__":
    unittest.main()
