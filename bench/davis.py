# SPDX-License-Identifier: Apache-2.0
"""Sequences with true masks: CLIP/frames/00000.jpg … and CLIP/masks/00000.png … (anything but 0 is the object),
what tapmask makes of them, and the figures of that. What track_davis.py and sheets.py share."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/e2e"))

import pixel_check  # noqa: E402

GROWTH = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (17, 17))  # 8 pixels to each side.


def read_mask(path):
    mask = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    return (mask if mask.ndim == 2 else mask.max(axis=2)) > 0


def most_interior(mask):
    depth = cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    y, x = np.unravel_index(np.argmax(depth), depth.shape)
    return int(x), int(y), float(depth[y, x])


def overlap(truth, mask):
    union = (truth | mask).sum()
    return 1.0 if union == 0 else (truth & mask).sum() / union


def leak(truth, mask):
    return 1 - (truth & mask).sum() / truth.sum() if truth.any() else 0.0


def read_track(path):
    """-> (masks of all objects together, confidences, states), by frame."""
    header, records, _ = pixel_check.read_mask_track(path)
    masks, confidence, state = {}, {}, {}
    for record in records:
        frame = record["frame"]
        mask = pixel_check.decode_rle(record["rle"]["counts"], header["height"], header["width"])
        masks[frame] = masks[frame] | mask if frame in masks else mask
        confidence[frame], state[frame] = record["confidence"], record["state"]
    return masks, confidence, state


def figures(truths, track):
    """A row for each frame; `track` is what read_track gives."""
    masks, confidence, state = track
    nothing = np.zeros_like(truths[0])
    rows = []
    for n, truth in enumerate(truths):
        mask = masks.get(n, nothing)
        grown = cv2.dilate(mask.astype(np.uint8), GROWTH) > 0
        rows.append({"frame": n, "J": overlap(truth, mask), "leak": leak(truth, mask), "leak8": leak(truth, grown),
                     "confidence": confidence.get(n, 0.0), "state": state.get(n)})
    return rows


class Clip:
    """A sequence, or the first `frames` of it. What is made of it goes to temp/NAME."""

    def __init__(self, folder, frames, tapmask, temp):
        self.name, self.tapmask = folder.name, tapmask
        self.truths = [read_mask(p) for p in sorted((folder / "masks").iterdir())][:frames]
        self.folder = temp / self.name
        pictures = self.folder / "frames"
        pictures.mkdir(parents=True, exist_ok=True)
        for n, picture in enumerate(sorted((folder / "frames").iterdir())[:frames]):
            link = pictures / f"{n:05d}.jpg"
            if not link.exists():
                link.symlink_to(picture.resolve())
        self.pattern = str(pictures / "%05d.jpg")

    def _tapmask(self, command, pattern, *what):
        done = subprocess.run([self.tapmask, command, pattern, *what, "--threads", "1", "--quiet"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{self.name}: {' '.join(what)}: {done.stderr.strip()}")

    def masks(self, command, what, out):
        """Runs `tapmask track` or `preview` on the frames; the masks go to the folder `out`."""
        shutil.rmtree(out, ignore_errors=True)  # Of a run before; the program would refuse it.
        self._tapmask(command, self.pattern, *what, "--masks-out", str(out))

    def covers(self, track):
        """What `--grow auto` hides of each frame, with the masks in the folder `track`, as bool arrays. The program
        itself says: it hides, in black, a film of the same size that is all green; what is not green then is hidden,
        which on the frames themselves black things would not show."""
        with tempfile.TemporaryDirectory(dir=self.folder) as temp:
            green, hidden = Path(temp, "green"), Path(temp, "hidden")
            green.mkdir()
            hidden.mkdir()
            cv2.imwrite(str(green / "00000.png"), np.full((*self.truths[0].shape, 3), (0, 255, 0), np.uint8))
            for n in range(1, len(self.truths)):
                (green / f"{n:05d}.png").symlink_to("00000.png")
            self._tapmask("render", str(green / "%05d.png"), "--masks", str(track / "masks.jsonl"), "--style", "solid",
                          "--grow", "auto", "-o", str(hidden / "%05d.png"))
            return [cv2.imread(str(hidden / f"{n:05d}.png"))[:, :, 1] != 255 for n in range(len(self.truths))]

    @staticmethod
    def correction(truth, found):
        """-> (x, y, depth, ",-" or ""): the most interior point of the largest wrong area."""
        wrong = [(*most_interior(truth & ~found), ""), (*most_interior(found & ~truth), ",-")]
        return max(wrong, key=lambda w: w[2])

    def prompts(self, protocol):
        """The options with which a protocol (see track_davis.py) begins."""
        if protocol == "mask":
            path = self.folder / "first.png"
            cv2.imwrite(str(path), self.truths[0].astype(np.uint8) * 255)
            return ["--mask", str(path)]
        x, y, _ = most_interior(self.truths[0])
        points = ["--point", f"{x},{y}"]
        for n in range(2 if protocol == "corrected" else 0):
            out = self.folder / f"preview{n}"
            self.masks("preview", points, out)
            found = read_mask(out / "0.png")
            x, y, depth, sign = self.correction(self.truths[0], found)
            if depth > 0:
                points += ["--point", f"{x},{y}{sign}"]
        return points
