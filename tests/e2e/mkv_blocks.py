# SPDX-License-Identifier: Apache-2.0
"""Changes the times of blocks in a Matroska file, for times that no muxer would write."""

import struct
from pathlib import Path

MASTERS = {0x18538067, 0x1F43B675, 0xA0}  # Segment, Cluster, BlockGroup
BLOCKS = {0xA3, 0xA1}                     # SimpleBlock, Block
CLUSTER_TIME = 0xE7


def _number(data, at, keep_marker):
    first, length = data[at], 1
    while not first & (0x80 >> (length - 1)):
        length += 1
    value = int.from_bytes(data[at:at + length], "big")
    if not keep_marker:
        value &= (1 << (7 * length)) - 1
        if value == (1 << (7 * length)) - 1:
            value = None  # Size unknown.
    return value, at + length


def change_times(path, track, times_ms):
    """Gives the blocks of one track, counted from 0, new times in ms: {index: time}."""
    data = bytearray(Path(path).read_bytes())
    state = {"cluster": 0, "index": 0}

    def walk(at, end):
        while at < end:
            kind, at = _number(data, at, True)
            size, at = _number(data, at, False)
            stop = end if size is None else min(end, at + size)
            if kind in MASTERS:
                walk(at, stop)
            elif kind == CLUSTER_TIME:
                state["cluster"] = int.from_bytes(data[at:stop], "big")
            elif kind in BLOCKS:
                number, after = _number(data, at, False)
                if number == track:
                    if state["index"] in times_ms:
                        relative = times_ms[state["index"]] - state["cluster"]
                        data[after:after + 2] = struct.pack(">h", relative)
                    state["index"] += 1
            at = stop

    walk(0, len(data))
    if state["index"] <= max(times_ms):
        raise ValueError(f"{path}: only {state['index']} blocks of track {track}")
    Path(path).write_bytes(data)
