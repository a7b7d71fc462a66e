# SPDX-License-Identifier: Apache-2.0
"""Mask tracks made by hand, written as docs say: a folder of pictures, or masks.jsonl."""

import json
from pathlib import Path

import numpy as np

import film
import pixel_check


def write_folder(folder, masks):
    """DIR/00000.png … one a frame, 0 or 255."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    masks = list(masks)
    height, width = masks[0].shape
    film.write(folder / "%05d.png", ((m * np.uint8(255),) for m in masks), width, height, "gray",
               ("-start_number", "0"))
    return folder


def box_of(mask):
    if not mask.any():
        return [0, 0, 0, 0]
    ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return [int(xs[0]), int(ys[0]), int(xs[-1] - xs[0] + 1), int(ys[-1] - ys[0] + 1)]


def write_track(path, masks, states=None, ticks=None, time_base=(1, 1000), complete=True):
    """masks.jsonl of one object; a mask of None leaves the frame out."""
    masks = list(masks)
    height, width = next(m for m in masks if m is not None).shape
    lines = [{"format": "tapmask-masks", "version": 1, "width": width, "height": height, "sample_aspect": [1, 1],
              "time_base": list(time_base), "engine": "external", "objects": [{"id": 1, "points": []}]}]
    for n, mask in enumerate(masks):
        if mask is None:
            continue
        state = states[n] if states else "tracked"
        lines.append({"object": 1, "frame": n, "pts": ticks[n] if ticks else 40 * n, "state": state,
                      "confidence": 0.9, "bbox": box_of(mask),
                      "rle": {"size": [height, width], "counts": pixel_check.encode_rle(mask)}})
    if complete:
        lines.append({"end": True, "frames": len(masks)})
    Path(path).write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path
