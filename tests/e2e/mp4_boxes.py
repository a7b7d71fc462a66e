# SPDX-License-Identifier: Apache-2.0
"""Changes numbers inside the boxes of an MP4, for clips that ffmpeg's command line cannot write."""

import struct
from pathlib import Path

CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"udta"}


def boxes(data, at=0, end=None, path=()):
    """Yields (path, start of the content, end) of every box, parents first."""
    end = len(data) if end is None else end
    while at + 8 <= end:
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        head = 8
        if size == 1:
            size, head = struct.unpack(">Q", data[at + 8:at + 16])[0], 16
        if size == 0:
            size = end - at
        yield path + (kind,), at + head, at + size
        if kind in CONTAINERS:
            yield from boxes(data, at + head, at + size, path + (kind,))
        at += size


def find(data, *kinds):
    """All (start, end) of the contents of the boxes whose path ends in `kinds`."""
    return [(start, end) for path, start, end in boxes(data) if path[-len(kinds):] == kinds]


def set_display_matrix(path, a, b, c, d, track=0):
    """Writes the linear part of a track's display matrix, as floats; the shift stays 0."""
    data = bytearray(Path(path).read_bytes())
    start, _ = find(bytes(data), b"trak", b"tkhd")[track]
    version = data[start]
    at = start + (4 + 32 + 16 if version == 1 else 4 + 20 + 16)
    fixed = [round(v * 65536) for v in (a, b)] + [0] + [round(v * 65536) for v in (c, d)] + \
        [0, 0, 0, 1 << 30]
    data[at:at + 36] = struct.pack(">9i", *fixed)
    Path(path).write_bytes(data)


def add_composition_offsets(path, offsets, track=0):
    """Moves the presentation times of single samples: {sample, counted from 0: ticks}. The track's
    `ctts` is replaced, or made, at the end of its `stbl`; needs a file whose moov follows its mdat."""
    data = Path(path).read_bytes()
    if data.index(b"moov") < data.index(b"mdat"):
        raise ValueError("the moov has to follow the mdat, else chunk offsets would move")
    stbl_path, start, end = [b for b in boxes(data) if b[0][-1] == b"stbl"][track]
    content = data[start:end]
    old = find(content, b"ctts")
    size_box = find(content, b"stsz")[0][0]
    samples = struct.unpack(">I", content[size_box + 8:size_box + 12])[0]
    entries = [0] * samples
    if old:
        entries, at = [], old[0][0] + 8
        for _ in range(struct.unpack(">I", content[at - 4:at])[0]):
            n, offset = struct.unpack(">Ii", content[at:at + 8])
            entries += [offset] * n
            at += 8
        content = content[:old[0][0] - 8] + content[old[0][1]:]
    for sample, ticks in offsets.items():
        entries[sample] += ticks
    body = struct.pack(">4sII", b"ctts", 1 << 24, samples)
    body += b"".join(struct.pack(">Ii", 1, offset) for offset in entries)
    content += struct.pack(">I", len(body) + 4) + body
    grown = len(content) - (end - start)
    out = bytearray(data[:start] + content + data[end:])
    for path_of, at, stop in boxes(data):  # The parents that hold it grow as well.
        if at <= start and stop >= end and path_of == stbl_path[:len(path_of)]:
            head = at - 8
            out[head:head + 4] = struct.pack(">I", struct.unpack(">I", data[head:head + 4])[0] + grown)
    Path(path).write_bytes(out)
