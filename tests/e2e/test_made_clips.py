# SPDX-License-Identifier: Apache-2.0
"""`tapmask run` on every clip of made_clips, judged by media_check and by the film's known truth.

Which share of the clips: TAPMASK_E2E_SHARD=1/3 takes every third, beginning with the first.
"""

import dataclasses
import os
import unittest

import film
import made_clips
import make_clips
import media_check
import pixel_check
from media_facts import MediaFile
from tapmask_case import TapmaskCase, tap, truth


class MadeClips(TapmaskCase):
    def work(self, clip):
        source = make_clips.make(clip, self.folder / "clips")
        a = MediaFile(source)
        stream = a.best_video()
        point = tap(source, stream, *(clip.point or film.middle_of_box(0, *clip.size)))
        output = self.out / f"out.{clip.output}"
        called = self.blur(source, output, *clip.args, point=point)

        expect = dataclasses.replace(clip.expect, masks=str(self.out / "masks"), truncated=clip.truncated)
        failures = media_check.check(source, output, expect)
        b = MediaFile(output)
        baked = media_check.must_bake(stream, b)
        if clip.object_known:
            failures += pixel_check.check_object_hidden(source, stream, output, b.best_video(),
                                                        truth(film.FRAMES, *clip.size), baked)
            masks = pixel_check.read_masks(self.out / "masks", *self.mask_size(stream))
            failures += pixel_check.check_masks_cover(masks, truth(film.FRAMES, *clip.size), stream)
        data = output.read_bytes()
        failures += [f"privacy: {word!r} of the input is in the output" for word in clip.forbidden if word in data]
        report_text = (self.out / "report.json").read_text()
        for word in clip.says:
            if word.lower() not in called.err.lower():
                failures.append(f"said: nothing about '{word}' on stderr")
            if word.lower() not in report_text.lower():
                failures.append(f"said: nothing about '{word}' in the report")
        if bool(self.report().get("truncated")) != clip.truncated:
            failures.append(f"report: truncated is {self.report().get('truncated')}")
        if clip.truncated and not called.err.strip():
            failures.append("said: no warning that the input is cut off")
        self.assertNoFailures(failures, called)

    @staticmethod
    def mask_size(stream):
        width, height = stream["width"], stream["height"]
        matrix = media_check.display_matrix(stream)
        return (height, width) if matrix[0] == 0 and matrix[3] == 0 else (width, height)


def _add_tests():
    part, parts = map(int, os.environ.get("TAPMASK_E2E_SHARD", "1/1").split("/"))
    for clip in made_clips.CLIPS[part - 1::parts]:
        name = "test_" + clip.name.replace("/%03d", "")
        setattr(MadeClips, name, lambda self, clip=clip: self.work(clip))


_add_tests()

if __name__ == "__main__":
    unittest.main()
