# SPDX-License-Identifier: Apache-2.0
"""Recipes of files that tapmask has to refuse: exit code 3, one sentence, nothing written."""

import dataclasses
from typing import Callable

import film
from kitchen import X264


@dataclasses.dataclass
class Hostile:
    name: str
    make: Callable          # (Kitchen, path) -> None
    suffix: str = "mp4"


def text(words):
    return lambda kitchen, path: path.write_text(words)


def naming_a_neighbour(form):
    """A list that names a good file beside it: whoever opens the list would read that one."""
    def make(kitchen, path):
        neighbour = kitchen.folder / "neighbour.mp4"
        if not neighbour.exists():
            kitchen.encode(neighbour)
        path.write_text(form.format(name=neighbour.name, path=neighbour.resolve()))
    return make


def huge_picture(kitchen, path):
    kitchen.ffmpeg("-f", "lavfi", "-i", "color=gray:s=12000x12000:r=25,format=yuvj420p", "-frames:v", 1,
                   "-c:v", "mjpeg", path)


def five_hours(kitchen, path):
    kitchen.encode(path, "-fps_mode", "passthrough", "-enc_time_base", "1:1000",
                   "-bf", "0", audio=False, filters="setpts='(N/25+if(gte(N,15),18000,0))/TB'")


def many_sounds(kitchen, path):
    kitchen.encode(path, "-map", "0:v", *("-map", "1:a") * 20)


def elementary(kitchen, path):
    kitchen.encode(path, "-f", "h264", audio=False)


def audio_only(kitchen, path):
    kitchen.ffmpeg("-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", path)


def encoded(*args, **kwargs):
    return lambda kitchen, path: kitchen.encode(path, *args, **kwargs)


def headless(kitchen, path):
    """An MP4 cut off before its index: nothing of it can be decoded."""
    kitchen.encode(path, "-g", "10")
    data = path.read_bytes()
    path.write_bytes(data[:int(len(data) * 0.6)])


HLS = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXTINF:1.2,\n{name}\n#EXT-X-ENDLIST\n"

CLIPS = [
    Hostile("words", text("This is not a video.\n" * 40)),
    Hostile("empty", text("")),
    Hostile("ffconcat", naming_a_neighbour("ffconcat version 1.0\nfile {name}\n")),
    Hostile("hls", naming_a_neighbour(HLS)),
    Hostile("hls_file_url", naming_a_neighbour(HLS.replace("{name}", "file://{path}"))),
    Hostile("hls_as_mov", naming_a_neighbour(HLS), "mov"),
    Hostile("hls_as_m3u8", naming_a_neighbour(HLS), "m3u8"),
    Hostile("concat_as_mkv", naming_a_neighbour("ffconcat version 1.0\nfile {name}\n"), "mkv"),
    Hostile("program_stream", encoded("-f", "mpeg", "-c:a", "mp2", video=("-c:v", "mpeg2video", "-q:v", "2"))),
    Hostile("program_stream_mpg", encoded("-f", "mpeg", "-c:a", "mp2", video=("-c:v", "mpeg2video", "-q:v", "2")), "mpg"),
    Hostile("transport_stream", encoded("-f", "mpegts"), "ts"),
    Hostile("flash", encoded("-f", "flv"), "flv"),
    Hostile("elementary_stream", elementary),
    Hostile("mpeg2_in_mkv", encoded(video=("-c:v", "mpeg2video", "-q:v", "2")), "mkv"),
    Hostile("audio_only", audio_only),
    Hostile("no_index", headless),
    Hostile("picture_12000x12000", huge_picture, "avi"),
    Hostile("five_hours", five_hours),
    Hostile("five_hours_mkv", five_hours, "mkv"),
    Hostile("twenty_sounds", many_sounds),
]
