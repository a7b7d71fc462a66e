#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How well objects are erased, where the true background is known. By hand, with python3-numpy,
python3-opencv and ffmpeg:

    bench/erase_davis.py [--eraser build/release/bench/erase_frames] [--clips ../shared/clips/davis]
                         [--score ../shared/eval/score.py] [--size 432x240] [--frames 28] [--seeds 1,2,3]
                         [--holes stationary,moving] [--methods ours,telea,ns,delogo,median] [--jobs 1]
                         [--keep DIR] [NAME ...]

CLIPS/NAME holds frames/00000.jpg … and masks/00000.png … (anything but 0 is the object). Holes are cut
where nothing is to be removed, and their pixels painted grey before any method gets the frames:
  stationary  strokes over an eighth of the frame or so, the same in all frames; one run for each seed
  moving      the object of the next sequence in alphabetical order, grown by 2 pixels, as it moves there

Methods:
  ours        the eraser: FRAMES/%05d.png MASKS/%05d.png OUT_DIR --threads 1; prints a JSON object with
              ms_per_frame, peak_mb, seen, invented (shares of the holes) and steps (name: ms a frame)
  telea, ns   OpenCV's inpainting of each frame
  delogo      ffmpeg's filter over the box around the hole; for stationary holes only. Where a hole touches
              the edge of the frame, it smears the grey.
  median      of every second frame up to 12 away, aligned by homographies; what they never show by Telea

Figures are those of score.py: means over frames, then runs, then sequences. E_warp is the flicker within
the holes, which the truth has, too. Prints tables as Markdown. With --keep the figures of all methods but
ours are taken from DIR/results.json when it has them; only the output of ours is kept.
"""

import argparse
import concurrent.futures
import importlib.util
import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

from davis import ROOT
from erase_baselines import BASELINES
from erase_runs import Run, files

METHODS = {"stationary": ["ours", *BASELINES], "moving": ["ours", *(m for m in BASELINES if m != "delogo")]}
FIGURES = {"PSNR": 2, "SSIM": 4, "hole_PSNR": 2, "E_warp": 2}  # With the digits shown.


def row(cells, form="{}"):
    print("| " + " | ".join(form.format(c) for c in cells) + " |")


def header(*names):
    row(names)
    row(["---"] * len(names))


def means_by_clip(results, methods):
    """-> {clip: {method: {figure: mean over the runs}}}; the truth is a method, too."""
    return {clip: {m: {f: float(np.mean([said[m][f] for run, said in results if run.clip == clip])) for f in FIGURES}
                   for m in [*methods, "truth"]} for clip in dict.fromkeys(run.clip for run, _ in results)}


def print_clips(kind, methods, table):
    columns = {f"hole PSNR {m}": lambda said, m=m: said[m]["hole_PSNR"] for m in methods}
    if "ours" in methods and "telea" in methods:
        columns["ours - telea"] = lambda said: said["ours"]["hole_PSNR"] - said["telea"]["hole_PSNR"]
    for m in ["ours", "truth"] if "ours" in methods else ["truth"]:
        columns[f"E_warp {m}"] = lambda said, m=m: said[m]["E_warp"]
    header(f"{kind} holes", *columns)
    rows = [[figure(said) for figure in columns.values()] for said in table.values()]
    for name, cells in zip(table, rows):
        row([name, *(f"{c:.2f}" for c in cells)])
    row(["mean", *(f"{c:.2f}" for c in np.mean(rows, axis=0))], form="**{}**")
    print()


def print_summary(kind, methods, table):
    header(f"{kind} holes", "PSNR", "SSIM", "hole PSNR", "E_warp", "E_warp above the truth")
    for m in methods:
        means = {f: np.mean([said[m][f] for said in table.values()]) for f in FIGURES}
        above = means["E_warp"] - np.mean([said["truth"]["E_warp"] for said in table.values()])
        row([m, *(f"{means[f]:.{digits}f}" for f, digits in FIGURES.items()), f"{above:.2f}"])
    print()
    if "ours" in methods and "telea" in methods:
        below = [name for name, said in table.items() if said["ours"]["hole_PSNR"] < said["telea"]["hole_PSNR"]]
        print(f"ours is below telea in {len(below)} of {len(table)} sequences: {', '.join(below) or 'none'}\n")


def print_cost(results):
    """What the eraser said of itself: means over the runs, the peak of all."""
    ours = {kind: [said["ours"] for run, said in results if run.kind == kind] for kind in METHODS}
    ours = {kind: some for kind, some in ours.items() if some}
    header("ours, one thread", *(f"{kind} holes" for kind in ours))
    row(["ms a frame", *(f"{np.mean([said['ms_per_frame'] for said in some]):.1f}" for some in ours.values())])
    for name in dict.fromkeys(name for some in ours.values() for said in some for name in said["steps"]):
        steps = (np.mean([said["steps"].get(name, 0.0) for said in some]) for some in ours.values())
        row([f"of them {name}", *(f"{ms:.1f}" for ms in steps)])
    for share in ("seen", "invented"):
        row([share, *(f"{np.mean([said[share] for said in some]):.1%}" for some in ours.values())])
    row(["peak MB", *(f"{max(said['peak_mb'] for said in some):.0f}" for some in ours.values())])


def load_score(path):
    if not path.is_file():
        raise RuntimeError(f"{path} is not there; say with --score where score.py is")
    spec = importlib.util.spec_from_file_location("score", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check(args):
    for name in args.holes:
        if name not in METHODS:
            raise RuntimeError(f"holes are {', '.join(METHODS)}, not {name!r}")
    for name in args.methods:
        if name not in METHODS["stationary"]:
            raise RuntimeError(f"methods are {', '.join(METHODS['stationary'])}, not {name!r}")
    if not re.fullmatch("[1-9][0-9]*x[1-9][0-9]*", args.size) or not all(seed.isdigit() for seed in args.seeds):
        raise RuntimeError("--size is WIDTHxHEIGHT, and --seeds are numbers")
    if args.frames < 2:
        raise RuntimeError("--frames is at least 2, for the flicker between them")
    if "ours" in args.methods and shutil.which(args.eraser) is None:
        raise RuntimeError(f"{args.eraser} is no program; build it, or say with --eraser where it is")
    missing = [name for name in args.names if not (args.clips / name / "frames").is_dir()]
    if missing or not args.clips.is_dir():
        raise RuntimeError(f"no sequence {', '.join(missing) or 'at all'} in {args.clips}")


def bench(args):
    """-> (run, {method: figures}) of all runs. Figures that are known are not measured again, but for ours."""
    clips = [f for f in files(args.clips) if f.is_dir()]
    pairs = [p for p in zip(clips, clips[1:] + clips[:1]) if not args.names or p[0].name in args.names]
    runs = [Run(*pair, kind, seed, args) for kind in args.holes for pair in pairs
            for seed in (args.seeds if kind == "stationary" else ["0"])]
    store = args.keep / "results.json"
    known, results = json.loads(store.read_text()) if store.exists() else {}, []

    def measured(run):
        keys = {m: f"{run.key}/{m}" for m in ["truth", *args.methods] if m in ["truth", *METHODS[run.kind]]}
        return {m: known[key] if key in known and m != "ours" else run.figures(m, args.eraser)
                for m, key in keys.items()}

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for run, said in zip(runs, pool.map(measured, runs)):
            results.append((run, said))
            known.update({f"{run.key}/{m}": figures for m, figures in said.items()})
            store.with_suffix(".part").write_text(json.dumps(known, indent=0))
            store.with_suffix(".part").rename(store)
    return results


def names_list(text):
    return text.split(",")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--eraser", default=str(ROOT / "build/release/bench/erase_frames"))
    parser.add_argument("--clips", type=Path, default=ROOT.parent / "shared/clips/davis")
    parser.add_argument("--score", type=Path, default=ROOT.parent / "shared/eval/score.py")
    parser.add_argument("--size", default="432x240")
    parser.add_argument("--frames", type=int, default=28, help="only the first so many")
    parser.add_argument("--seeds", type=names_list, default=["1", "2", "3"], help="of the stationary holes")
    parser.add_argument("--holes", type=names_list, default=list(METHODS))
    parser.add_argument("--methods", type=names_list, default=METHODS["stationary"])
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for pictures and figures; default: thrown away")
    parser.add_argument("names", nargs="*", help="sequences; default: all")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(prefix="tapmask-erase-") as temp:
        args.keep = args.keep or Path(temp)
        try:
            check(args)
            args.score = load_score(args.score)
            results = bench(args)
        except (RuntimeError, OSError, ValueError, SystemExit) as error:  # score.py exits.
            print(f"erase_davis: {error}", file=sys.stderr)
            sys.exit(2)
    kinds = {kind: [r for r in results if r[0].kind == kind] for kind in args.holes}
    methods = {kind: [m for m in args.methods if m in METHODS[kind]] for kind in args.holes}
    for printed in (print_clips, print_summary):
        for kind, some in kinds.items():
            printed(kind, methods[kind], means_by_clip(some, methods[kind]))
    if "ours" in args.methods:
        print_cost(results)


if __name__ == "__main__":
    main()
