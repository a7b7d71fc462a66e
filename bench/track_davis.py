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
pixels, `leak auto` the same with what `tapmask render --grow auto` covers, in lost frames, too; `over`
is what that covers besides the object, in sizes of the object. `first` is the J of the first frame.
Prints tables as Markdown, of the confidences too.
"""

import argparse
import concurrent.futures
import json
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np

import davis
from davis import ROOT, overlap


def worst_point(clip, track):
    """A correction of the frame where J is lowest -> ["--point", ...], or nothing when all is right."""
    masks, _, state = davis.read_track(track / "masks.jsonl")
    nothing = np.zeros_like(clip.truths[0])
    seen = [n for n in range(len(clip.truths)) if state.get(n) == "tracked"]
    frame = min(seen, key=lambda n: overlap(clip.truths[n], masks.get(n, nothing)))
    x, y, depth, sign = clip.correction(clip.truths[frame], masks.get(frame, nothing))
    return ["--point", f"{x},{y}{sign}@{frame}"] if depth > 0 else []


def correct_later(clip, out):
    for _ in range(2):
        point = worst_point(clip, out)
        if not point:
            return
        before = out.with_name("before")
        shutil.rmtree(before, ignore_errors=True)
        out.rename(before)
        clip.masks("track", ["--masks", str(before / "masks.jsonl"), *point], out)


def run(clip, protocol):
    begun = time.monotonic()
    what = clip.prompts(protocol)
    out = clip.folder / protocol
    prompted = time.monotonic()
    report = clip.folder / f"{protocol}.json"
    clip.masks("track", [*what, "--report", str(report)], out)
    to_review = json.loads(report.read_text())["to_review"]
    if protocol == "later":
        correct_later(clip, out)
    took = time.monotonic() - prompted
    rows = davis.figures(clip.truths, davis.read_track(out / "masks.jsonl"))
    for row, truth, cover in zip(rows, clip.truths, clip.covers(out)):
        row["leak auto"] = davis.leak(truth, cover)
        row["object"], row["surplus"] = int(truth.sum()), int((cover & ~truth).sum())
    return {"clip": clip.name, "protocol": protocol, "prompts": what, "frames": rows, "seconds": took,
            "before": prompted - begun, "to_review": to_review}


def mean(rows, key):
    return float(np.mean([row[key] for row in rows]))


def figures_of(result):
    """The figures of a sequence. A frame without the object has no share of it: `over` is one of sums."""
    rows = result["frames"]
    return {"first": rows[0]["J"], **{key: mean(rows[1:], key) for key in ("J", "leak", "leak8", "leak auto")},
            "over": sum(row["surplus"] for row in rows[1:]) / max(1, sum(row["object"] for row in rows[1:]))}


def print_table(results, protocols, columns):
    print("| sequence | " + " | ".join(f"{p}: " + " | ".join(columns) for p in protocols) + " |")
    print("|---" * (1 + len(columns) * len(protocols)) + "|")
    totals = {p: [] for p in protocols}
    for name in sorted({name for name, _ in results}):
        cells = []
        for p in protocols:
            said = figures_of(results[name, p])
            totals[p].append([said[column] for column in columns])
            cells += [f"{f:.3f}" for f in totals[p][-1]]
        print(f"| {name} | " + " | ".join(cells) + " |")
    print("| **mean** | " + " | ".join(f"**{f:.3f}**" for p in protocols for f in np.mean(totals[p], axis=0)) + " |")


def print_speed(results, protocols):
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
        clips = [davis.Clip(folder, args.frames, args.tapmask, root) for folder in folders]
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            jobs = {(c.name, p): pool.submit(run, c, p) for p in protocols for c in clips}
            results = {key: job.result() for key, job in jobs.items()}
        if args.keep:
            (root / "results.json").write_text(json.dumps(list(results.values())))
    print_table(results, protocols, ["first", "J", "leak", "leak8"])
    print()
    print_table(results, protocols, ["leak auto", "over"])
    print_speed(results, protocols)
    print_confidence(results, protocols)
    print_review(results, protocols)


if __name__ == "__main__":
    main()
