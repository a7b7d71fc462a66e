# SPDX-License-Identifier: Apache-2.0
"""`tapmask run` on the first seconds of real clips, cut without re-encoding."""

import os
import unittest
from pathlib import Path

import media_check
import media_facts
from media_facts import MediaFile
from tapmask_case import CLIPS, TapmaskCase, tap, tapmask

VIDEOS = CLIPS / "video"
REFUSED = {"streamio_weird_aspect.mpg"}   # An MPEG program stream is none of the accepted containers.
PIXEL_SECONDS = 2 * 1280 * 720            # What a clip may cost; larger pictures get less time.


def first_seconds(source, folder):
    """The beginning of a clip with all streams that ffmpeg can copy."""
    stream = MediaFile(source).best_video()
    seconds = min(2.0, PIXEL_SECONDS / (stream["width"] * stream["height"]))
    out = Path(folder) / source.name
    for streams in (("-map", "0", "-copy_unknown"), ("-map", "0:v", "-map", "0:a?", "-map", "0:s?", "-map", "0:d?"),
                    ("-map", "0:v", "-map", "0:a?", "-map", "0:s?"), ()):
        try:
            media_facts.run(["ffmpeg", "-v", "error", "-y", "-i", str(source), "-t", str(seconds), *streams,
                             "-c", "copy", "-map_metadata", "0", "-movflags", "use_metadata_tags", str(out)]
                            if source.suffix in (".mp4", ".mov") else
                            ["ffmpeg", "-v", "error", "-y", "-i", str(source), "-t", str(seconds), *streams,
                             "-c", "copy", str(out)])
            return out
        except media_facts.MediaError:
            continue
    raise media_facts.MediaError(f"{source}: cannot be cut")


@unittest.skipUnless(VIDEOS.is_dir(), f"{VIDEOS} is not there")
class RealClips(TapmaskCase):
    def work(self, source):
        cut = source if source.stat().st_size < 750_000 and self.short(source) else first_seconds(source, self.out)
        output = self.out / "out.mp4"
        if source.name in REFUSED:
            called = tapmask("run", cut, "--point", "100,100", "--mode", "privacy_blur", "-o", output)
            self.assertEqual(called.code, 3, str(called))
            self.assertFalse(output.exists())
            return
        called = self.blur(cut, output, point=tap(cut, MediaFile(cut).best_video()))
        expect = media_check.Expectations(masks=str(self.out / "masks"), min_checked=0.0)
        self.assertNoFailures(media_check.check(cut, output, expect), called)

    @staticmethod
    def short(source):
        return float(MediaFile(source).format.get("duration", 99)) < 4.1


def _add_tests():
    part, parts = map(int, os.environ.get("TAPMASK_E2E_SHARD", "1/1").split("/"))
    for source in sorted(VIDEOS.glob("*"))[part - 1::parts] if VIDEOS.is_dir() else []:
        setattr(RealClips, "test_" + source.stem.replace("-", "_"), lambda self, source=source: self.work(source))


_add_tests()

if __name__ == "__main__":
    unittest.main()
