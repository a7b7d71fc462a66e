# SPDX-License-Identifier: Apache-2.0
"""What must not be in an output: places, devices, times of making, notes of the source's encoder."""

import re

ALLOWED_FORMAT_TAGS = {"major_brand", "minor_version", "compatible_brands", "encoder"}
ALLOWED_STREAM_TAGS = {"language", "handler_name", "vendor_id", "encoder", "duration", "title"}
GENERIC_HANDLERS = {"VideoHandler", "SoundHandler", "SubtitleHandler", "DataHandler", "ChapterHandler",
                    "TextHandler", ""}
OUR_ENCODERS = re.compile(r"^(Lav[fc][0-9.]*( libx26[45]| \w+)?|Lavc [\w]+|tapmask.*)$")
CODEC_NAMES = ("H.264", "H.265", "HEVC", "AVC Coding", "JVT/AVC Coding")
# Names of tags that carry a place, a device, a person or a moment.
PRIVATE_NAMES = re.compile(r"location|gps|©|com\.|make|model|date|time|creat|artist|author|device|"
                           r"software|copyright|comment|descr|xmp|exif|serial|owner|title|firmware", re.I)
PRIVATE_BYTES = [b"\xa9xyz", b"com.apple.quicktime", b"com.android", b"<x:xmpmeta", b"adobe:ns:meta",
                 b"GPMF", b"\xa9mak", b"\xa9mod", b"\xa9day", b"loci", b"Exif\0\0"]
X264_UUID = bytes.fromhex("dc45e9bde6d948b7962cd820d923eeef")
X265_UUID = bytes.fromhex("2ca2de09b51747dbbb55a4fe7fc2fc4e")


def check_privacy(a, sa, b, sb, keep_metadata=False):
    failures = [] if keep_metadata else check_tags(b) + check_bytes(a, b)
    return failures + check_sei(a, sa, b, sb)


def check_tags(b):
    failures = []
    for where, name, value in b.all_tags():
        key = name.lower()
        allowed = ALLOWED_FORMAT_TAGS if where == "format" else ALLOWED_STREAM_TAGS
        if key not in allowed:
            failures.append(f"privacy: {where} has the tag {name}={value[:60]!r}")
        elif key == "handler_name" and value not in GENERIC_HANDLERS:
            failures.append(f"privacy: {where} has the handler name {value!r}")
        elif key == "encoder" and not OUR_ENCODERS.match(value):
            failures.append(f"privacy: {where} names the encoder {value!r}")
    return failures


def private_values(a):
    """The input's tag values that would give something away, long enough to be searched for."""
    values = set()
    for _, name, value in a.all_tags():
        if name.lower() == "handler_name":
            if value not in GENERIC_HANDLERS and not re.search(r"(Video|Sound|Media|Alias).?Handle", value):
                values.add(value)
        elif name.lower() == "encoder":
            if not OUR_ENCODERS.match(value):
                values.add(value)
        elif PRIVATE_NAMES.search(name):
            values.add(value)
    return {v for v in values if len(v) >= 5 and not OUR_ENCODERS.match(v) and v not in CODEC_NAMES}


def check_bytes(a, b):
    with open(b.path, "rb") as f:
        data = f.read()
    failures = [f"privacy: the output holds the input's {v[:60]!r}"
                for v in sorted(private_values(a))
                if v.encode() in data or v.encode("utf-16-le") in data]
    head = metadata_bytes(data)
    failures += [f"privacy: the output holds {m!r}" for m in PRIVATE_BYTES if m in head]
    return failures


def metadata_bytes(data):
    """An MP4 without its mdat, where short names would turn up by chance; other files whole."""
    if data[4:8] != b"ftyp":
        return data
    parts, at = [], 0
    while at + 8 <= len(data):
        size, kind = int.from_bytes(data[at:at + 4], "big"), data[at + 4:at + 8]
        if size == 1:
            size = int.from_bytes(data[at + 8:at + 16], "big")
        if size < 8:
            size = len(data) - at
        if kind != b"mdat":
            parts.append(data[at:at + size])
        at += size
    return b"".join(parts)


def sei_messages(stream_bytes, codec):
    """[(payload type, payload)] of an H.264 or HEVC stream with start codes."""
    found = []
    for nal in re.split(b"\0\0\0?\1", stream_bytes):
        if len(nal) < 3:
            continue
        if codec == "h264" and nal[0] & 31 == 6:
            body = nal[1:]
        elif codec == "hevc" and (nal[0] >> 1) & 63 in (39, 40):
            body = nal[2:]
        else:
            continue
        body = body.replace(b"\0\0\3", b"\0\0")
        at = 0
        while at + 2 < len(body) and body[at:] != b"\x80":
            kind = size = 0
            while at < len(body) and body[at] == 255:
                kind, at = kind + 255, at + 1
            kind, at = kind + body[at], at + 1
            while at < len(body) and body[at] == 255:
                size, at = size + 255, at + 1
            if at >= len(body):
                break
            size, at = size + body[at], at + 1
            found.append((kind, body[at:at + size]))
            at += size
    return found


def check_sei(a, sa, b, sb):
    """User data in the output may be the encoder's own line, but nothing of the source's."""
    codec = sb["codec_name"]
    if codec not in ("h264", "hevc"):
        return []
    out = sei_messages(b.annex_b(sb["index"], codec), codec)
    failures = set()
    for kind, payload in out:
        if kind == 4:
            failures.add("privacy: the output carries registered user data (captions, HDR10+)")
        if kind == 5 and payload[:16] not in (X264_UUID, X265_UUID):
            failures.add(f"privacy: the output carries user data {payload[:40]!r}")
    if sa["codec_name"] in ("h264", "hevc"):
        source = sei_messages(a.annex_b(sa["index"], sa["codec_name"]), sa["codec_name"])
        theirs = {p for k, p in source if k == 5}
        if theirs & {p for k, p in out if k == 5}:
            failures.add("privacy: the output carries the user data of the source's encoder")
    return sorted(failures)
