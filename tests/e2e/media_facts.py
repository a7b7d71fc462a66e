# SPDX-License-Identifier: Apache-2.0
"""What ffprobe and ffmpeg find in a media file, as plain values.

Nothing here judges anything, and nothing here asks tapmask: these are the eyes of media_check.
"""

import functools
import json
import re
import subprocess
from fractions import Fraction


class MediaError(Exception):
    """ffprobe or ffmpeg could not do what was asked."""


def run(args, **kwargs):
    """Runs a program; returns its standard output as bytes."""
    done = subprocess.run(args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, **kwargs)
    if done.returncode != 0:
        raise MediaError(f"{' '.join(map(str, args))}: {done.stderr.decode(errors='replace')[-800:]}")
    return done.stdout


def _probe(path, *what):
    text = run(["ffprobe", "-v", "error", "-of", "json", *what, str(path)])
    return json.loads(text.decode("utf-8", errors="replace"))


def rational(text, default=None):
    """"30000/1001" or "64:45" as a Fraction; `default` for "N/A", "0/0" and nothing."""
    if text in (None, "", "N/A", "unknown"):
        return default
    n, _, d = str(text).replace(":", "/").partition("/")
    if int(d or 1) == 0:
        return default
    return Fraction(int(n), int(d or 1))


class MediaFile:
    """A file that is probed once, lazily."""

    def __init__(self, path):
        self.path = str(path)

    @functools.cached_property
    def _everything(self):
        return _probe(self.path, "-show_format", "-show_streams", "-show_chapters")

    @property
    def format(self):
        return self._everything.get("format", {})

    @property
    def streams(self):
        return self._everything.get("streams", [])

    @property
    def chapters(self):
        """[(start, end, title)], seconds as Fractions."""
        found = []
        for c in self._everything.get("chapters", []):
            base = rational(c["time_base"])
            found.append((c["start"] * base, c["end"] * base, c.get("tags", {}).get("title", "")))
        return found

    def of_kind(self, kind):
        """The streams of one kind; attached pictures are of the kind "picture", not "video"."""
        def kind_of(s):
            picture = s.get("disposition", {}).get("attached_pic") or \
                s.get("disposition", {}).get("timed_thumbnails")
            return "picture" if picture else s.get("codec_type", "unknown")
        return [s for s in self.streams if kind_of(s) == kind]

    def best_video(self):
        """The stream that FFmpeg calls best (av_find_best_stream): marked as default, then enough
        frames to be a film, then bits a second."""
        def rank(s):
            d = s.get("disposition", {})
            whole = not (d.get("hearing_impaired") or d.get("visual_impaired"))
            frames = int(s.get("nb_frames", 5)) if str(s.get("nb_frames", "5")).isdigit() else 5
            return (int(whole) + bool(d.get("default")), min(5, frames), int(s.get("bit_rate", 0)))
        videos = self.of_kind("video")
        if not videos:
            raise MediaError(f"{self.path}: no video stream")
        best = videos[0]
        for s in videos[1:]:
            if rank(s) > rank(best):
                best = s
        return best

    @functools.lru_cache(maxsize=None)
    def frames(self, index):
        """Every decoded frame of a video stream, in the order of showing."""
        return _probe(self.path, "-select_streams", str(index), "-show_frames", "-show_entries",
                      "frame=pts,best_effort_timestamp,interlaced_frame,top_field_first,width,height,"
                      "pix_fmt,color_range,color_space,color_primaries,color_transfer,chroma_location,"
                      "sample_aspect_ratio,side_data_list").get("frames", [])

    def frame_ticks(self, index):
        """Time stamps of every frame in the stream's time base, as the decoder gives them."""
        ticks = []
        for f in self.frames(index):
            t = f.get("pts", f.get("best_effort_timestamp"))
            ticks.append(None if t is None else int(t))
        return ticks

    @functools.lru_cache(maxsize=None)
    def packets(self, index):
        """[(pts, duration, sha256 of the payload, whether it is outside the edit list)] in the order of
        the file."""
        found = _probe(self.path, "-select_streams", str(index), "-show_packets", "-show_data_hash",
                       "sha256").get("packets", [])
        return [(p.get("pts"), p.get("duration"), p.get("data_hash"), "D" in p.get("flags", "")) for p in found]

    def decoded_audio_hash(self, index):
        """sha256 of all decoded samples as 32-bit integers."""
        return run(["ffmpeg", "-v", "error", "-i", self.path, "-map", f"0:{index}", "-c:a",
                    "pcm_s32le", "-f", "hash", "-hash", "sha256", "-"]).decode().strip()

    def subtitle_events(self, index):
        """[(start, end, text without markup)], seconds as Fractions of whole milliseconds."""
        text = run(["ffmpeg", "-v", "error", "-copyts", "-i", self.path, "-map", f"0:{index}", "-c:s", "srt",
                    "-f", "srt", "-"]).decode("utf-8", errors="replace")
        return parse_srt(text)

    def annex_b(self, index, codec):
        """The elementary stream with start codes, of H.264 or HEVC."""
        return run(["ffmpeg", "-v", "error", "-i", self.path, "-map", f"0:{index}", "-c", "copy",
                    "-bsf:v", f"{codec}_mp4toannexb", "-f", codec, "-"])

    def all_tags(self):
        """[(where, name, value)] of the format and of every stream."""
        found = [("format", k, v) for k, v in self.format.get("tags", {}).items()]
        for s in self.streams:
            found += [(f"stream {s['index']}", k, v) for k, v in s.get("tags", {}).items()]
        return found


def parse_srt(text):
    def seconds(stamp):
        h, m, s, ms = map(int, re.split("[:,.]", stamp))
        return Fraction(((h * 60 + m) * 60 + s) * 1000 + ms, 1000)

    events = []
    stamp = re.compile(r"(\d+:\d+:\d+[,.]\d+) --> (\d+:\d+:\d+[,.]\d+)[^\n]*\n")
    parts = stamp.split(text.replace("\r\n", "\n"))
    for i in range(1, len(parts) - 2, 3):
        body = re.sub(r"\n\d+\n?$", "", parts[i + 2].rstrip("\n") + "\n")
        body = re.sub(r"<[^>]*>|\{[^}]*\}", "", body).strip()
        if body:
            events.append((seconds(parts[i]), seconds(parts[i + 1]), body))
    return events


# --- orientation -----------------------------------------------------------------------------

IDENTITY = (65536, 0, 0, 65536)


def display_matrix(stream):
    """(a, b, c, d) of the display matrix, 16.16 fixed point; the identity where there is none."""
    for side in stream.get("side_data_list", []):
        if "displaymatrix" in side:
            rows = [list(map(int, line.split(":")[1].split()))
                    for line in side["displaymatrix"].strip().splitlines()]
            return (rows[0][0], rows[0][1], rows[1][0], rows[1][1])
    return IDENTITY


def _turns():
    # (a, b, c, d) sends the coded point (x, y) to (a x + c y, b x + d y).
    one = 65536
    return {
        (one, 0, 0, one): 0,
        (0, one, -one, 0): 90,      # clockwise
        (-one, 0, 0, -one): 180,
        (0, -one, one, 0): 270,
    }


def clockwise_turn(stream):
    """0, 90, 180 or 270: how the coded frame is turned to be shown. None: not such a turn."""
    return _turns().get(display_matrix(stream))


def is_mirrored(stream):
    a, b, c, d = display_matrix(stream)
    return a * d - b * c < 0


def is_turn_or_mirror(stream):
    """Whether the matrix only permutes and flips the axes."""
    a, b, c, d = display_matrix(stream)
    return sorted(map(abs, (a, b, c, d))) == [0, 0, 65536, 65536]


def shown_point(stream, x, y):
    """A point of the coded frame in the shown frame: upright, its width stretched until the pixels
    are square."""
    w, h = stream["width"], stream["height"]
    a, b, c, d = display_matrix(stream)
    sar = rational(stream.get("sample_aspect_ratio"), Fraction(1)) or Fraction(1)
    corners = [(a * px + c * py, b * px + d * py) for px in (0, w) for py in (0, h)]
    left, top = min(p[0] for p in corners), min(p[1] for p in corners)
    ux, uy = (a * x + c * y - left) / 65536, (b * x + d * y - top) / 65536
    if a == 0 and d == 0:  # A quarter turn: the pixels lie on their side.
        return ux / float(sar), uy
    return ux * float(sar), uy


def upright(plane, stream):
    """A plane (numpy array) of the coded frame, turned and mirrored as it is shown."""
    a, b, c, d = display_matrix(stream)
    if a == 0 and d == 0:
        plane = plane.T
        flip_x, flip_y = c < 0, b < 0
    else:
        flip_x, flip_y = a < 0, d < 0
    return plane[::-1 if flip_y else 1, ::-1 if flip_x else 1]
