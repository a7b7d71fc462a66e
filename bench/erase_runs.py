# SPDX-License-Identifier: Apache-2.0
"""Sequences with holes where nothing is to be removed, and the figures of what fills them: for erase_davis.py."""

import itertools
import json
import shutil
import subprocess

import cv2
import numpy as np

import davis
from erase_baselines import BASELINES

GREY = np.uint8((128, 128, 128))
SAID = ("ms_per_frame", "peak_mb", "seen", "invented", "steps")


def read(paths, flags=cv2.IMREAD_COLOR):
    for path in paths:
        picture = cv2.imread(str(path), flags)
        if picture is None:
            raise RuntimeError(f"{path} is no picture")
        yield picture


def files(folder):
    return sorted(folder.iterdir())


def write(folder, pictures):
    folder.mkdir()
    for n, picture in enumerate(pictures):
        if not cv2.imwrite(f"{folder}/{n:05d}.png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 1]):
            raise RuntimeError(f"cannot write to {folder}")


def make(folder, fill):
    """Fills a folder, unless a run before did so to its end."""
    if not folder.exists():
        part = folder.with_name(folder.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        fill(part)
        part.rename(folder)


class Run:
    """A sequence with holes of one kind: folders with the true frames, the masks of the holes, the grey frames."""

    def __init__(self, clip, donor, kind, seed, args):
        self.clip, self.kind, self.score = clip.name, kind, args.score
        self.key = f"{args.size}/{args.frames}/{kind}/{seed}/{clip.name}"
        self.folder = args.keep / f"{args.size}-{args.frames}" / clip.name / f"{kind}{seed}"
        self.truth, self.masks, self.frames = (self.folder / f for f in ("../truth", "masks", "frames"))
        self.folder.mkdir(parents=True, exist_ok=True)
        size = tuple(map(int, args.size.split("x")))
        sources = files(clip / "frames")[:args.frames]

        def truth(folder):
            write(folder, (cv2.resize(f, size, interpolation=cv2.INTER_AREA) for f in read(sources)))

        def moving(folder):
            there_and_back = itertools.cycle(files(donor / "masks") + files(donor / "masks")[::-1])
            objects = (davis.read_mask(f).astype(np.uint8) * 255 for _, f in zip(sources, there_and_back))
            write(folder, (cv2.dilate(cv2.resize(o, size, interpolation=cv2.INTER_NEAREST), np.ones((5, 5), np.uint8))
                           for o in objects))

        def stationary(folder):
            self.score.make_holes(args.size, len(sources), str(folder), int(seed))

        def grey(folder):
            frames_and_holes = zip(read(files(self.truth)), self.holes())
            write(folder, (np.where(hole[..., None] > 0, GREY, frame) for frame, hole in frames_and_holes))

        make(self.truth, truth)
        make(self.masks, moving if kind == "moving" else stationary)
        make(self.frames, grey)

    def holes(self):
        return read(files(self.masks), cv2.IMREAD_GRAYSCALE)

    def scored(self, out):
        figures = self.score.score_erase(str(self.truth), str(out), str(self.masks))
        if None in figures.values():
            raise RuntimeError(f"{self.key} has too few frames with holes to be scored")
        return figures

    def figures(self, method, eraser):
        if method == "truth":
            return self.scored(self.truth)
        out, said = self.folder / method, {}
        shutil.rmtree(out, ignore_errors=True)  # Of a run before.
        if method == "ours":
            said = self.erase(eraser, out)
            return {**self.scored(out), **said}
        write(out, BASELINES[method](list(read(files(self.frames))), list(self.holes())))
        figures = self.scored(out)
        shutil.rmtree(out)
        return figures

    def erase(self, eraser, out):
        out.mkdir()
        done = subprocess.run([eraser, f"{self.frames}/%05d.png", f"{self.masks}/%05d.png", str(out), "--threads", "1"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            last = "".join(done.stderr.strip().splitlines()[-1:])
            raise RuntimeError(f"{self.key}: the eraser ended with {done.returncode}: {last}")
        if [f.name for f in files(out)] != [f.name for f in files(self.frames)]:
            raise RuntimeError(f"{self.key}: {out} does not hold the frames and nothing else")
        try:
            said = json.loads(done.stdout)
            return {key: said[key] for key in SAID}
        except (ValueError, KeyError, TypeError):
            raise RuntimeError(f"{self.key}: the eraser did not print a JSON object with {', '.join(SAID)}") from None
