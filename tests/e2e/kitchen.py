# SPDX-License-Identifier: Apache-2.0
"""What the recipes of made_clips and hostile_clips have in common."""

import dataclasses
from pathlib import Path
from typing import Callable, Optional

import film
from media_check import Expectations
from media_facts import run

X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "16", "-pix_fmt", "yuv420p", "-bf", "2")
X265_10 = ("-c:v", "libx265", "-preset", "ultrafast", "-crf", "16", "-tag:v", "hvc1", "-pix_fmt",
           "yuv420p10le", "-x265-params", "log-level=error:pools=2")
AAC = ("-c:a", "aac", "-b:a", "64k")


@dataclasses.dataclass
class Clip:
    name: str
    make: Callable                      # (Kitchen, path) -> None
    suffix: str = "mp4"
    args: tuple = ()                    # More options of tapmask.
    output: str = "mp4"
    expect: Expectations = dataclasses.field(default_factory=Expectations)
    says: tuple = ()                    # Words that stderr and the report must hold, any case.
    forbidden: tuple = ()               # Bytes that must not be in the output.
    size: tuple = (film.WIDTH, film.HEIGHT)
    point: Optional[tuple] = None       # Coded pixels; None: the middle of the square in frame 0.
    truncated: bool = False
    object_known: bool = True           # The square is where film.box_at says.


class Kitchen:
    """Keeps the raw film of each size, and calls ffmpeg."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def raw(self, width=film.WIDTH, height=film.HEIGHT, count=film.FRAMES):
        path = self.folder / f".raw_{width}x{height}_{count}.mkv"
        if not path.exists():
            film.write(path, film.frames(width, height, count), width, height)
        return path

    def text(self, name, text):
        path = self.folder / f".{name}"
        path.write_text(text)
        return path

    def ffmpeg(self, *args):
        run(["ffmpeg", "-v", "error", "-y", *map(str, args)])

    def encode(self, path, *args, video=X264, audio=True, size=(film.WIDTH, film.HEIGHT),
               count=film.FRAMES, inputs=(), filters=None):
        """The film as input 0 and, if wanted, a tone as input 1, then `inputs`; `args` are options
        of the output."""
        tone = ("-f", "lavfi", "-i",
                f"sine=frequency=440:sample_rate=48000:duration={count / film.RATE}") if audio else ()
        codec = AAC if audio and "-c:a" not in args else ()
        more = ("-vf", filters) if filters else ()
        self.ffmpeg("-i", self.raw(*size, count), *tone, *inputs, *more, *video, *codec, *args, path)
