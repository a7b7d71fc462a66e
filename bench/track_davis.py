#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How well objects are followed, on sequences with true masks. By hand, with python3-numpy and
python3-opencv:

    bench/track_davis.py [--tapmask build/release/tapmask] [--clips ../shared/clips/davis] [--jobs 2]
                         [--frames N] [--protocols tap,mask,corrected] [--keep DIR] [NAME ...]

CLIPS/NAME holds frames/00000.jpg … and masks/00000.png … (anything but 0 is the object). Protocols:
  tap        one point on the first frame, the most interior one of the true mask
  mask       the true mask of the first frame
  corrected  the tap and two corrections on the first frame, each at the most interior point of the
             largest wrong area
  later      the tap, tracked; then twice such a correction on the frame where the mask is worst, of
             which only the frames around are tracked again

Figures are means over the frames after the first, then over sequences. J is intersection over
union, leak the share of the object that is not covered, leak8 the same with the mask grown by 8
pixels. `first` is the J of the first frame. Prints tables as Markdown, of the confidences too.
"""

import argparse
import concurrent.futures
import json
import shutil
import subprocess
import sys
import tempfile
import time
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


class Clip:
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

    def _tapmask(self, command, what, out):
        shutil.rmtree(out, ignore_errors=True)  # Of a run before; the program would refuse it.
        done = subprocess.run([self.tapmask, command, self.pattern, *what, "--masks-out", str(out), "--threads", "1",
                               "--quiet"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{self.name}: {' '.join(what)}: {done.stderr.strip()}")

    def _worst_point(self, track):
        """A correction of the frame where J is lowest -> ["--point", ...], or nothing when all is right."""
        masks, _, state = read_track(track / "masks.jsonl")
        nothing = np.zeros_like(self.truths[0])
        seen = [n for n in range(len(self.truths)) if state.get(n) == "tracked"]
        frame = min(seen, key=lambda n: overlap(self.truths[n], masks.get(n, nothing)))
        x, y, depth, sign = self._correction(self.truths[frame], masks.get(frame, nothing))
        return ["--point", f"{x},{y}{sign}@{frame}"] if depth > 0 else []

    @staticmethod
    def _correction(truth, found):
        wrong = [(*most_interior(truth & ~found), ""), (*most_interior(found & ~truth), ",-")]
        return max(wrong, key=lambda w: w[2])

    def _correct_later(self, out):
        for _ in range(2):
            point = self._worst_point(out)
            if not point:
                return
            before = out.with_name("before")
            shutil.rmtree(before, ignore_errors=True)
            out.rename(before)
            self._tapmask("track", ["--masks", str(before / "masks.jsonl"), *point], out)

    def prompts(self, protocol):
        if protocol == "mask":
            path = self.folder / "first.png"
            cv2.imwrite(str(path), self.truths[0].astype(np.uint8) * 255)
            return ["--mask", str(path)]
        x, y, _ = most_interior(self.truths[0])
        points = ["--point", f"{x},{y}"]
        for n in range(2 if protocol == "corrected" else 0):
            out = self.folder / f"preview{n}"
            self._tapmask("preview", points, out)
            found = read_mask(out / "0.png")
            x, y, depth, sign = self._correction(self.truths[0], found)
            if depth > 0:
                points += ["--point", f"{x},{y}{sign}"]
        return points

    def run(self, protocol):
        begun = time.monotonic()
        what = self.prompts(protocol)
        out = self.folder / protocol
        prompted = time.monotonic()
        report = self.folder / "report.json"
        self._tapmask("track", [*what, "--report", str(report)], out)
        to_review = json.loads(report.read_text())["to_review"]
        if protocol == "later":
            self._correct_later(out)
        took = time.monotonic() - prompted
        masks, confidence, state = read_track(out / "masks.jsonl")
        nothing = np.zeros_like(self.truths[0])
        rows = []
        for n, truth in enumerate(self.truths):
            mask = masks.get(n, nothing)
            grown = cv2.dilate(mask.astype(np.uint8), GROWTH) > 0
            rows.append({"frame": n, "J": overlap(truth, mask), "leak": leak(truth, mask),
                         "leak8": leak(truth, grown), "confidence": confidence.get(n, 0.0), "state": state.get(n)})
        return {"clip": self.name, "protocol": protocol, "prompts": what, "frames": rows, "seconds": took,
                "before": prompted - begun, "to_review": to_review}


def mean(rows, key):
    return float(np.mean([row[key] for row in rows]))


def print_table(results, protocols):
    print("| sequence | " + " | ".join(f"{p}: first | J | leak | leak8" for p in protocols) + " |")
    print("|---" * (1 + 4 * len(protocols)) + "|")
    totals = {p: [] for p in protocols}
    for name in sorted({name for name, _ in results}):
        cells = []
        for p in protocols:
            frames = results[name, p]["frames"]
            figures = [frames[0]["J"]] + [mean(frames[1:], key) for key in ("J", "leak", "leak8")]
            totals[p].append(figures)
            cells += [f"{f:.3f}" for f in figures]
        print(f"| {name} | " + " | ".join(cells) + " |")
    print("| **mean** | " + " | ".join(f"**{f:.3f}**" for p in protocols for f in np.mean(totals[p], axis=0)) + " |")
    for p in protocols:
        some = [r for (_, protocol), r in results.items() if protocol == p]
        each = sum(r["seconds"] for r in some) / sum(len(r["frames"]) for r in some)
        print(f"\n{p}: {1000 * each:.0f} ms a frame, one thread")


def print_confidence(results, protocols):
    """Reliability of the confidences (the probability that J >= 0.5), and how well they sort the frames: the area
    under the risk-coverage curve (the mean of 1 - J over the surest frames, over all shares of them)."""
    print("\n| protocol | calibration error | area under risk-coverage | random order | best order |\n|---|---|---|---|---|")
    tables = {}
    for p in protocols:
        rows = [row for (_, q), result in results.items() if q == p for row in result["frames"][1:]]
        said = np.array([row["confidence"] for row in rows])
        j = np.array([row["J"] for row in rows])
        error, tables[p] = 0.0, []
        for low in range(10):
            here = np.minimum((said * 10).astype(int), 9) == low
            if here.any():
                right = (j[here] >= 0.5).mean()
                error += here.mean() * abs(said[here].mean() - right)
                tables[p].append(f"| {p} | {low / 10} to {(low + 1) / 10} | {here.sum()} | {said[here].mean():.2f} | {right:.2f} |")
        area = [float((np.cumsum(1 - j[order]) / np.arange(1, len(j) + 1)).mean())
                for order in (np.argsort(-said, kind="stable"), np.argsort(-j))]
        print(f"| {p} | {error:.3f} | {area[0]:.3f} | {1 - j.mean():.3f} | {area[1]:.3f} |")
    print("\n| protocol | said | frames | mean said | right |\n|---|---|---|---|---|")
    print("\n".join(line for p in protocols for line in tables[p]))


def print_review(results, protocols):
    """Whether the list of frames to review holds those in which the mask is wrong (J < 0.5)."""
    print("\n| protocol | spans to review | of them with a wrong frame | frames in them | wrong frames | of them in a span |")
    print("|---|---|---|---|---|---|")
    for p in protocols:
        if p == "later":
            continue  # Its list is that of the tap.
        spans = right = frames = listed = wrong = caught = 0
        for (_, q), result in results.items():
            if q != p:
                continue
            bad = np.array([row["J"] < 0.5 for row in result["frames"]])
            inside = np.zeros(len(bad), bool)
            for span in result["to_review"]:
                here = slice(span["first_frame"], span["last_frame"] + 1)
                inside[here] = True
                right += bad[here].any()
            spans += len(result["to_review"])
            frames, listed, wrong, caught = (frames + len(bad), listed + inside.sum(), wrong + bad.sum(),
                                             caught + (bad & inside).sum())
        print(f"| {p} | {spans} | {right} | {listed / frames:.0%} | {wrong} | {caught} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tapmask", default=str(ROOT / "build/release/tapmask"))
    parser.add_argument("--clips", type=Path, default=ROOT.parent / "shared/clips/davis")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--frames", type=int, default=None, help="only the first so many; default: all")
    parser.add_argument("--protocols", default="tap,mask,corrected")
    parser.add_argument("--keep", type=Path, help="folder for masks and figures; default: thrown away")
    parser.add_argument("names", nargs="*", help="sequences; default: all")
    args = parser.parse_args()
    folders = [f for f in sorted(args.clips.iterdir()) if f.is_dir() and (not args.names or f.name in args.names)]
    protocols = args.protocols.split(",")
    with tempfile.TemporaryDirectory(prefix="tapmask-davis-") as temp:
        root = args.keep or Path(temp)
        clips = [Clip(folder, args.frames, args.tapmask, root) for folder in folders]
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            jobs = {(c.name, p): pool.submit(c.run, p) for p in protocols for c in clips}
            results = {key: job.result() for key, job in jobs.items()}
        if args.keep:
            (root / "results.json").write_text(json.dumps(list(results.values())))
    print_table(results, protocols)
    print_confidence(results, protocols)
    print_review(results, protocols)


if __name__ == "__main__":
    main()
