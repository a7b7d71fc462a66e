# SPDX-License-Identifier: Apache-2.0
"""Judges an output of `tapmask run` or `render` against its input, by ffprobe and ffmpeg alone.

    failures = check("in.mov", "out.mp4", Expectations(masks="masks/"))

An empty list means: every frame and its time, the picture's size, shape, orientation and colours,
every audio packet, subtitle and chapter are there, nothing else is, and nothing private came along.
"""

import argparse
import dataclasses
import re
import sys
from fractions import Fraction
from pathlib import Path
from typing import Optional

import pixel_check
import privacy_check
from media_facts import MediaFile, clockwise_turn, display_matrix, is_mirrored, \
    is_turn_or_mirror, rational, IDENTITY

LANGUAGES_UNKNOWN = (None, "und", "")
PCM_FOR_ALAC = re.compile(r"pcm_(u8|s8|s16|s24|s32)")


@dataclasses.dataclass
class Expectations:
    video_stream: Optional[int] = None   # Of the input; None: the one that FFmpeg calls best.
    codec: Optional[str] = None          # None: H.264 for 8 bit, HEVC for more.
    lossless: bool = False
    keep_chroma: bool = False
    deinterlace: bool = False
    audio: str = "keep"                  # keep, mute (tracks stay, silent) or drop.
    keep_metadata: bool = False
    masks: Optional[str] = None          # A folder of --masks-out; None: pixels are not looked at.
    grow_px: Optional[int] = None        # None: the default.
    invert: bool = False
    style: str = "secure"
    min_psnr_db: float = pixel_check.MIN_PSNR_DB
    min_checked: float = 0.5             # Share of frames that must have a trusted mask.
    truncated: bool = False              # The last frame and audio packets may be missing.
    time_slack: Fraction = Fraction(0)   # Seconds that a frame's time may be off.


def check(source, output, expectations=None):
    """-> list of failures, each one line."""
    e = expectations or Expectations()
    a, b = MediaFile(source), MediaFile(output)
    failures = []
    videos = b.of_kind("video")
    if len(videos) != 1:
        return [f"streams: {len(videos)} video streams in the output, not one"]
    sa = a.best_video() if e.video_stream is None else a.streams[e.video_stream]
    sb = videos[0]
    failures += check_streams(a, b)
    failures += check_times(a, sa, b, sb, e)
    failures += check_picture(a, sa, b, sb, e)
    failures += check_colours(a, sa, b, sb)
    failures += check_audio(a, b, e)
    failures += check_subtitles(a, b)
    failures += check_chapters(a, b)
    failures += privacy_check.check_privacy(a, sa, b, sb, e.keep_metadata)
    if e.masks and not failures_of("picture: size", failures):
        failures += pixel_check.check_pixels(
            a.path, sa, b.path, sb, e.masks, e.lossless, e.grow_px, e.invert, e.min_psnr_db,
            e.min_checked, e.style, baked=must_bake(sa, b))
    return failures


def failures_of(kind, failures):
    return [f for f in failures if f.startswith(kind)]


def is_mp4(media):
    return "mp4" in media.format.get("format_name", "")


def must_bake(stream, output):
    """Whether the orientation has to be in the pixels: no turn by quarters, or a container that
    cannot say it."""
    if display_matrix(stream) == IDENTITY:
        return False
    return is_mirrored(stream) or clockwise_turn(stream) is None or not is_mp4(output)


def check_streams(a, b):
    failures = []
    chapters = bool(a.chapters)
    for s in b.streams:
        kind, codec = s.get("codec_type"), s.get("codec_name")
        if s in b.of_kind("picture"):
            failures.append(f"streams: stream {s['index']} of the output is an attached picture")
        elif kind in ("video", "audio", "subtitle"):
            continue
        elif kind == "data" and s.get("codec_tag_string") == "text" and chapters:
            continue  # The chapter titles of an MP4.
        else:
            failures.append(f"streams: stream {s['index']} of the output is {kind} ({codec}, "
                            f"{s.get('codec_tag_string')})")
    return failures


def expected_seconds(ticks, base):
    """Equal and backward times move on by one tick."""
    fixed, last = [], None
    for t in ticks:
        if last is not None and t <= last:
            t = last + 1
        fixed.append(t)
        last = t
    return [t * base for t in fixed]


def with_missing_times(ticks, stream):
    """AVI gives the last frames of a reordering codec no time: each is one frame after the other."""
    step = 1 / (rational(stream.get("r_frame_rate"), Fraction(25)) * rational(stream["time_base"]))
    filled = []
    for t in ticks:
        if t is None:
            t = filled[-1] + round(step) if filled else 0
        filled.append(t)
    return filled


def check_times(a, sa, b, sb, e):
    base_a, base_b = rational(sa["time_base"]), rational(sb["time_base"])
    ticks_a = with_missing_times(a.frame_ticks(sa["index"]), sa)
    ticks_b = b.frame_ticks(sb["index"])
    if None in ticks_b:
        return [f"times: {ticks_b.count(None)} frames of the output have no time"]
    failures = []
    if len(ticks_a) != len(ticks_b) and not (e.truncated and len(ticks_b) in (len(ticks_a) - 1, len(ticks_a))):
        failures.append(f"times: {len(ticks_a)} frames became {len(ticks_b)}")
    if is_mp4(b) and base_a.numerator == 1 and base_a != base_b:
        failures.append(f"times: time base {base_a} became {base_b}")
    slack = e.time_slack if is_mp4(b) else max(e.time_slack, Fraction(1, 1000))
    want, have = expected_seconds(ticks_a, base_a), [t * base_b for t in ticks_b]
    wrong = [n for n, (t, u) in enumerate(zip(want, have)) if abs(t - u) > slack]
    if wrong:
        offsets = {u - t for t, u in zip(want, have)}
        n = wrong[0]
        if len(offsets) == 1:
            failures.append(f"times: all frames are shifted by {float(offsets.pop()):+.6f} s")
        else:
            failures.append(f"times: {len(wrong)} of {len(want)} frames moved; frame {n}: "
                            f"{float(want[n]):.6f} s became {float(have[n]):.6f} s")
    if any(u <= t for t, u in zip(have, have[1:])):
        failures.append("times: the output's do not rise")
    if not e.truncated:
        failures += check_last_duration(a, sa, sb, want)
    return failures


def check_last_duration(a, sa, sb, want):
    """The film must not end early or late: its length in seconds, where the input knows it. A cut
    between frames that reorder leaves an input whose length is less than its last frame's time."""
    da, db = rational_seconds(sa.get("duration")), rational_seconds(sb.get("duration"))
    if da is None or db is None or len(want) < 2 or not is_mp4(a):
        return []
    mean = (want[-1] - want[0]) / (len(want) - 1)
    least, most = sorted((da, want[-1] - min(want[0], 0) + mean))
    slack = max(Fraction(2, 1000), mean * Fraction(3, 2))
    if not least - slack <= db <= most + slack:
        return [f"times: the video lasts {float(db):.3f} s, not {float(da):.3f} s"]
    return []


def rational_seconds(text):
    return None if text in (None, "N/A") else Fraction(str(text))


def expected_pixel_format(pix_fmt, keep_chroma):
    deep = re.search(r"(9|10|12|14|16)(le|be)$|^p01|gbrp1|48|64", pix_fmt)
    chroma = "420"
    if keep_chroma:
        found = re.search(r"4[24][0-4]", pix_fmt)
        chroma = found.group(0) if found else "420"
    return f"yuv{chroma}p" + ("10le" if deep else "")


def check_picture(a, sa, b, sb, e):
    failures = []
    baked = must_bake(sa, b)
    width, height = sa["width"], sa["height"]
    aspect_a = rational(sa.get("sample_aspect_ratio"), Fraction(1)) or Fraction(1)
    matrix_a = display_matrix(sa)
    if baked and is_turn_or_mirror(sa) and matrix_a[0] == 0:
        width, height, aspect_a = height, width, 1 / aspect_a
    even = (width + width % 2, height + height % 2)
    if not baked or is_turn_or_mirror(sa):
        if (sb["width"], sb["height"]) != even:
            failures.append(f"picture: size {width}x{height} became {sb['width']}x{sb['height']}")
    elif sb["width"] % 2 or sb["height"] % 2:
        failures.append(f"picture: odd size {sb['width']}x{sb['height']}")
    aspect_b = rational(sb.get("sample_aspect_ratio"), Fraction(1)) or Fraction(1)
    if aspect_a != aspect_b:
        failures.append(f"picture: pixel aspect {aspect_a} became {aspect_b}")
    want = IDENTITY if baked else matrix_a
    if display_matrix(sb) != want:
        failures.append(f"picture: display matrix {matrix_a} became {display_matrix(sb)}, not {want}")

    pix_fmt = expected_pixel_format(sa["pix_fmt"], e.keep_chroma or e.lossless)
    have = sb["pix_fmt"].replace("yuvj", "yuv")
    if have != pix_fmt:
        failures.append(f"picture: {sa['pix_fmt']} became {have}, not {pix_fmt}")
    codec = e.codec or (None if e.lossless else "hevc" if "10" in pix_fmt else "h264")
    if codec == "hevc" and not e.codec and not e.deinterlace and a.frames(sa["index"])[0].get("interlaced_frame"):
        codec = "h264"  # x265 codes fields only as frames of their own, which players do not expect.
    if codec and sb["codec_name"] != codec:
        failures.append(f"picture: the codec is {sb['codec_name']}, not {codec}")
    if sb["codec_name"] == "hevc" and is_mp4(b) and sb["codec_tag_string"] != "hvc1":
        failures.append(f"picture: the tag of the HEVC stream is {sb['codec_tag_string']}, not hvc1")

    fields_a = [(f.get("interlaced_frame", 0), f.get("top_field_first", 0) if f.get("interlaced_frame")
                 else 0) for f in a.frames(sa["index"])]
    fields_b = [(f.get("interlaced_frame", 0), f.get("top_field_first", 0) if f.get("interlaced_frame")
                 else 0) for f in b.frames(sb["index"])]
    if e.deinterlace:
        fields_a = [(0, 0)] * len(fields_a)
    wrong = [n for n, (f, g) in enumerate(zip(fields_a, fields_b)) if f != g]
    if wrong:
        n = wrong[0]
        failures.append(f"picture: {len(wrong)} frames changed (interlaced, top field first); frame "
                        f"{n}: {fields_a[n]} became {fields_b[n]}")
    return failures


def light_side_data(media, stream):
    """Mastering display and content light level, from the stream or its first frame, as numbers."""
    found = {}
    frames = media.frames(stream["index"])
    for side in stream.get("side_data_list", []) + (frames[0].get("side_data_list", []) if frames else []):
        kind = side.get("side_data_type", "")
        if kind in ("Mastering display metadata", "Content light level metadata"):
            found[kind] = {k: rational(v) for k, v in side.items() if k != "side_data_type"}
    return found


def check_colours(a, sa, b, sb):
    failures = []

    def value(stream, name):
        v = stream.get(name, "unknown")
        if name == "color_range" and v == "unknown" and stream["pix_fmt"].startswith("yuvj"):
            return "pc"
        return {"unspecified": "unknown", "gbr": "unknown", "reserved": "unknown"}.get(v, v)

    def said(media, stream, name):
        """What the stream says, else its first frame: some decoders only tell then."""
        v = value(stream, name)
        frames = media.frames(stream["index"])
        return value({**frames[0], "pix_fmt": stream["pix_fmt"]}, name) if v == "unknown" and frames else v

    rgb = re.match(r"(rgb|bgr|gbr|pal|argb|abgr|gray|mono|ya)", sa["pix_fmt"])
    for name in ("color_range", "color_primaries", "color_transfer", "color_space"):
        va, vb = said(a, sa, name), said(b, sb, name)
        if rgb:
            continue  # Becomes YUV; which one is the encoder's to say.
        if va == vb or (name == "color_range" and {va, vb} == {"unknown", "tv"}):
            continue  # A stream that says nothing is of limited range; x264 leaves "limited" unsaid.
        failures.append(f"colour: {name} {va} became {vb}")
    fa, fb = a.frames(sa["index"]), b.frames(sb["index"])
    if fa and fb and re.match(r"yuvj?420", sa["pix_fmt"]):
        la, lb = (f[0].get("chroma_location", "unspecified") for f in (fa, fb))
        default = ("unspecified", "left")  # What H.264 means when it says nothing.
        if la != lb and not (la in default and lb in default):
            failures.append(f"colour: chroma location {la} became {lb}")
    light_a, light_b = light_side_data(a, sa), light_side_data(b, sb)
    for kind, numbers in light_a.items():
        have = light_b.get(kind)
        if have is None:
            failures.append(f"colour: {kind} is lost")
        elif any(abs((have.get(k) or 0) - (v or 0)) > Fraction(1, 10000) for k, v in numbers.items()):
            failures.append(f"colour: {kind} changed")
    for kind in light_b:
        if kind not in light_a:
            failures.append(f"colour: {kind} was added")
    for f in fb:
        for side in f.get("side_data_list", []):
            if re.search("A53|Dynamic Metadata|Dolby|DOVI|T.35", side.get("side_data_type", "")):
                return failures + [f"colour: the output carries {side['side_data_type']}"]
    return failures


def audio_rule(stream, output):
    """What has to become of an audio stream: "copy", "alac" or "aac"."""
    codec = stream["codec_name"]
    if not is_mp4(output):
        return "copy"
    if PCM_FOR_ALAC.match(codec):
        return "alac"
    return "copy" if codec in ("aac", "mp3", "alac", "ac3", "eac3", "opus", "mp2", "flac") else "aac"


def check_audio(a, b, e):
    tracks_a, tracks_b = a.of_kind("audio"), b.of_kind("audio")
    if e.audio == "drop":
        return [f"audio: {len(tracks_b)} tracks, though it was to be dropped"] if tracks_b else []
    tracks_a = [s for s in tracks_a if a.packets(s["index"])]  # Cut off before its first packet.
    if len(tracks_a) != len(tracks_b):
        return [f"audio: {len(tracks_a)} tracks became {len(tracks_b)}"]
    failures = []
    for n, (sa, sb) in enumerate(zip(tracks_a, tracks_b)):
        failures += [f"audio {n}: {f}" for f in check_audio_track(a, sa, b, sb, e)]
    return failures


def check_audio_track(a, sa, b, sb, e):
    failures = []
    la, lb = (s.get("tags", {}).get("language") for s in (sa, sb))
    if la != lb and not (la in LANGUAGES_UNKNOWN and lb in LANGUAGES_UNKNOWN):
        failures.append(f"language {la} became {lb}")
    base_a, base_b = rational(sa["time_base"]), rational(sb["time_base"])
    tick = max(base_a, base_b)
    pa, pb = a.packets(sa["index"]), b.packets(sb["index"])
    start_a, start_b = first_time(pa, base_a), first_time(pb, base_b)
    if e.audio == "mute":
        return failures
    rule = audio_rule(sa, b)
    pa = shown_packets(pa, len(pb))
    if e.truncated:
        pa = pa[:max(len(pb), len(pa) - 3)]
    if rule == "copy":
        failures += check_copied_packets(sa, pa, base_a, sb, pb, base_b, tick)
        if not e.truncated and is_mp4(b):
            failures += check_last_packet(pa, base_a, pb, base_b, tick)
    elif sb["codec_name"] != rule:
        failures.append(f"{sa['codec_name']} became {sb['codec_name']}, not {rule}")
    elif rule == "alac":
        if not e.truncated and a.decoded_audio_hash(sa["index"]) != b.decoded_audio_hash(sb["index"]):
            failures.append("the decoded samples differ")
    for key in ("sample_rate", "channels"):
        if rule != "aac" and sa.get(key) != sb.get(key):
            failures.append(f"{key} {sa.get(key)} became {sb.get(key)}")
    if rule != "copy" and start_a is not None and start_b is not None:
        slack = tick if rule == "alac" else Fraction(2048, int(sb["sample_rate"])) + tick
        if abs(start_a - start_b) > slack:
            failures.append(f"starts at {float(start_b):.6f} s, not {float(start_a):.6f} s")
    return failures


def shown_packets(packets, wanted):
    """The packets but for leading ones that the input's edit list cuts away, which may stay behind
    (a decoder wants a few of them, no listener hears them)."""
    hidden = 0
    while hidden < len(packets) - wanted and packets[hidden][3]:
        hidden += 1
    return packets[hidden:]


def first_time(packets, base):
    return packets[0][0] * base if packets and packets[0][0] is not None else None


def check_copied_packets(sa, pa, base_a, sb, pb, base_b, tick):
    if sa["codec_name"] != sb["codec_name"]:
        return [f"{sa['codec_name']} became {sb['codec_name']}, though the container can hold it"]
    hashes_a, hashes_b = [p[2] for p in pa], [p[2] for p in pb]
    if hashes_a != hashes_b:
        if len(pa) != len(pb):
            return [f"{len(pa)} packets became {len(pb)}"]
        return [f"{sum(x != y for x, y in zip(hashes_a, hashes_b))} of {len(pa)} packets changed"]
    moves = [(n, q[0] * base_b - p[0] * base_a) for n, (p, q) in enumerate(zip(pa, pb))
             if p[0] is not None and q[0] is not None]
    wrong = [(n, move) for n, move in moves if abs(move) > tick]
    if wrong:
        n, move = wrong[0]
        return [f"{len(wrong)} of {len(pa)} packets are out of step; packet {n} by {float(move):+.6f} s"]
    return []


def check_last_packet(pa, base_a, pb, base_b, tick):
    if len(pa) != len(pb):
        return []
    da, db = pa[-1][1], pb[-1][1]
    # Where an edit list cuts the last one short, FFmpeg's muxer rounds the cut, and takes what the
    # track begins late from its end. Half a packet is tolerated, since every byte of it is there.
    slack = max(tick, Fraction(1, 600), (pa[-2][1] or 0) * base_a / 2 if len(pa) > 1 else 0)
    if da is not None and db is not None and abs(da * base_a - db * base_b) > slack:
        return [f"the last packet lasts {float(db * base_b):.6f} s, not {float(da * base_a):.6f} s"]
    return []


TEXT_SUBTITLES = ("subrip", "srt", "ass", "ssa", "webvtt", "mov_text", "text")


def check_subtitles(a, b):
    tracks_a = [s for s in a.of_kind("subtitle") if s.get("codec_name") in TEXT_SUBTITLES]
    tracks_b = b.of_kind("subtitle")
    if len(tracks_a) != len(tracks_b):
        return [f"subtitles: {len(tracks_a)} text tracks became {len(tracks_b)}"]
    failures = []
    for n, (sa, sb) in enumerate(zip(tracks_a, tracks_b)):
        if is_mp4(b) and sb["codec_name"] != "mov_text":
            failures.append(f"subtitles {n}: {sb['codec_name']} instead of mov_text")
        ea, eb = a.subtitle_events(sa["index"]), b.subtitle_events(sb["index"])
        if not shows_the_same(ea, eb):
            failures.append(f"subtitles {n}: {brief(ea)} became {brief(eb)}")
        la, lb = (s.get("tags", {}).get("language") for s in (sa, sb))
        if la != lb and not (la in LANGUAGES_UNKNOWN and lb in LANGUAGES_UNKNOWN):
            failures.append(f"subtitles {n}: language {la} became {lb}")
    return failures


def shows_the_same(ea, eb):
    """Whether the same lines are shown at every time but within 3 ms of a change. mov_text has no
    events that overlap, so it may say the lines of two at once."""
    def lines(events, t):
        return sorted(line.strip() for s, e, text in events if s <= t < e for line in text.splitlines())

    edges = sorted({t for events in (ea, eb) for s, e, _ in events for t in (s, e)})
    return all(lines(ea, (s + t) / 2) == lines(eb, (s + t) / 2)
               for s, t in zip(edges, edges[1:]) if t - s > Fraction(3, 1000))


def brief(events):
    return "; ".join(f"{float(s):.3f}-{float(t):.3f} {text[:20]!r}" for s, t, text in events[:4])


def check_chapters(a, b):
    if len(a.chapters) != len(b.chapters):
        return [f"chapters: {len(a.chapters)} became {len(b.chapters)}"]
    for n, (x, y) in enumerate(zip(a.chapters, b.chapters)):
        last = n == len(a.chapters) - 1
        if x[2] != y[2] or abs(x[0] - y[0]) > Fraction(1, 1000) or \
                (not last and abs(x[1] - y[1]) > Fraction(1, 1000)):
            return [f"chapters: {tuple(map(str, x))} became {tuple(map(str, y))}"]
    return []


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("input", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--masks", help="folder of --masks-out; without it pixels are not compared")
    parser.add_argument("--lossless", action="store_true")
    parser.add_argument("--video-stream", type=int)
    args = parser.parse_args()
    failures = check(args.input, args.output, Expectations(
        masks=args.masks, lossless=args.lossless, video_stream=args.video_stream))
    print("\n".join(failures) or "all as it should be")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
