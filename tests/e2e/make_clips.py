# SPDX-License-Identifier: Apache-2.0
"""Makes the clips of made_clips and hostile_clips with ffmpeg.

    make_clips.py DIR [NAME ...]        all of them, or those named
"""

import sys
from pathlib import Path

import hostile_clips
import made_clips
from kitchen import Kitchen


def path_of(clip, folder):
    return Path(folder) / f"{clip.name}.{clip.suffix}"


def make(clip, folder):
    """Makes one clip; returns its path."""
    path = path_of(clip, folder)
    clip.make(Kitchen(folder), path)
    return path


def main():
    folder, names = sys.argv[1], sys.argv[2:]
    for clip in made_clips.CLIPS + hostile_clips.CLIPS:
        if not names or clip.name in names:
            print(make(clip, folder))


if __name__ == "__main__":
    main()
