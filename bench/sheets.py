#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Contact sheets to look at: how well an object was followed, or a clip before and after. By hand,
with python3-numpy and python3-opencv:

    bench/sheets.py CLIP [--masks FILE.jsonl] [--after VIDEO_OR_FOLDER] [-o build/sheets/NAME.png]
                    [--count 12] [--first 0] [--step N] [--crop X,Y,W,H] [--columns 4] [--cell 480]
                    [--tapmask build/release/tapmask]

CLIP is a video, a folder of pictures, or one with frames/00000.jpg … and, where the truth is known,
masks/00000.png … (anything but 0 is the object). --masks is what tapmask wrote with --masks-out;
without it the tap protocol of track_davis.py is run, which needs the truth.

The sheet has COUNT frames spread evenly from FIRST on and the worst one of all (without truth: the
least sure one), or with --step every STEP-th. Yellow is the outline of the mask, cyan that of the
truth; what the mask misses is red, what it takes along blue. Above: the frame, J, leak8 (see
track_davis.py), confidence and state.

With --after, each frame stands above the same one of that video or folder, with nothing drawn on it
but the outline of --masks, if given: `--step 1 --first 40 --count 8 --crop 300,80,240,200` shows
eight in a row from near. Prints the path of the sheet. Exits with 2 when it cannot be made.
"""

import argparse
import itertools
import tempfile
from pathlib import Path

import cv2
import numpy as np

import davis

MASK, TRUTH, MISSED, SURPLUS = (0, 255, 255), (255, 255, 0), (0, 0, 255), (255, 60, 0)  # BGR
LEGEND = [("mask", MASK), ("truth", TRUTH), ("missed", MISSED), ("surplus", (255, 120, 80))]
WHITE, GREY, PINK = (255, 255, 255), (190, 190, 190), (120, 120, 255)

PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")


class Film:
    """The frames of a video, or of a folder of pictures."""

    def __init__(self, path):
        folder = path / "frames" if (path / "frames").is_dir() else path
        self.path = path
        self.files = sorted(p for p in folder.glob("*.*") if p.suffix.lower() in PICTURES)
        self.count = len(self.files) or sum(1 for _ in self._shown())  # Containers do not always know.
        if self.count == 0:
            raise RuntimeError(f"{path} is not a video, nor a folder of pictures.")

    def _shown(self):
        video = cv2.VideoCapture(str(self.path), cv2.CAP_FFMPEG)
        while video.grab():
            yield video

    def read(self, numbers):
        """-> {number: picture}"""
        if self.files:
            found = {n: cv2.imread(str(self.files[n])) for n in numbers if n < self.count}
        else:
            shown = itertools.islice(self._shown(), max(numbers) + 1)
            found = {n: video.retrieve()[1] for n, video in enumerate(shown) if n in numbers}
        if missing := [n for n in numbers if found.get(n) is None]:
            raise RuntimeError(f"{self.path} has no frame {missing[0]} that can be read.")
        return found


def read_track(path):
    try:
        return davis.read_track(path)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise RuntimeError(f"{path} is not a mask track.") from error


def track_tap(args):
    if not Path(args.tapmask).is_file():
        raise RuntimeError(f"There is no program {args.tapmask}; build it, or say --tapmask.")
    with tempfile.TemporaryDirectory(prefix="tapmask-sheets-") as temp:
        clip = davis.Clip(args.clip, None, args.tapmask, Path(temp))
        clip.masks("track", clip.prompts("tap"), Path(temp, "tap"))
        return read_track(Path(temp, "tap/masks.jsonl"))


def choose(count, args):
    if min(args.count, args.columns, args.cell, 1 if args.step is None else args.step) < 1:
        raise RuntimeError("--count, --step, --columns and --cell are 1 or more.")
    if not 0 <= args.first < count:
        raise RuntimeError(f"There is no frame {args.first}; {args.clip} has {count}.")
    if args.step:
        return list(range(args.first, count, args.step))[:args.count]
    return sorted({int(n) for n in np.linspace(args.first, count - 1, args.count).round()})


def view(picture, args, mask=None, truth=None):
    """The part of it to be seen, with what is known of it drawn on."""
    x, y, w, h = args.crop or (0, 0, picture.shape[1], picture.shape[0])
    size = (args.cell, max(1, round(h * args.cell / w)))
    how = cv2.INTER_AREA if args.cell < w else cv2.INTER_LINEAR
    seen = cv2.resize(picture[y:y + h, x:x + w], size, interpolation=how)
    areas = {}
    for colour, area in ((TRUTH, truth), (MASK, mask)):
        if area is not None:
            part = area[y:y + h, x:x + w].astype(np.uint8)
            areas[colour] = cv2.resize(part, size, interpolation=cv2.INTER_NEAREST)
    if len(areas) == 2:
        for where, colour in ((areas[TRUTH] > areas[MASK], MISSED), (areas[MASK] > areas[TRUTH], SURPLUS)):
            seen[where] = (seen[where] + np.array(colour)) // 2
    for colour, area in areas.items():
        cv2.drawContours(seen, cv2.findContours(area, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)[0], -1, colour, 1)
    return seen


def caption(width, cell, words):
    """A line of (text, colour), one after the other; as large as suits pictures `cell` wide."""
    scale, x = 0.5 * max(0.5, cell / 480), 4
    line = np.zeros((round(42 * scale), width, 3), np.uint8)
    for text, colour in words:
        cv2.putText(line, text, (x, round(29 * scale)), cv2.FONT_HERSHEY_SIMPLEX, scale, colour, 1, cv2.LINE_AA)
        x += cv2.getTextSize(text + "  ", cv2.FONT_HERSHEY_SIMPLEX, scale, 1)[0][0]
    return line


def arrange(cells, args, title):
    columns = min(args.columns, len(cells))
    cells = np.pad(cells + [np.zeros_like(cells[0])] * (-len(cells) % columns), ((0, 0), (2, 2), (2, 2), (0, 0)))
    rows = [np.hstack(cells[n:n + columns]) for n in range(0, len(cells), columns)]
    return np.vstack([caption(rows[0].shape[1], args.cell, [(args.clip.name, WHITE), *title]), *rows])


def track_sheet(args, film, chosen, truths, track):
    masks, confidence, state = track
    rows = davis.figures(truths, track) if truths else None
    worst = min(range(film.count), key=lambda n: rows[n]["J"] if rows else confidence.get(n, 0.0))
    cells = []
    for n, picture in film.read(sorted({*chosen, *([] if args.step else [worst])})).items():
        figures = f"J {rows[n]['J']:.2f} leak8 {rows[n]['leak8']:.2f} " if rows else ""
        words = [(f"{n}", WHITE), (f"{figures}conf {confidence.get(n, 0):.2f} {state.get(n, 'no record')}", GREY)]
        words += [("worst" if rows else "least sure", PINK)] if n == worst else []
        mask = masks.get(n, np.zeros(picture.shape[:2], bool))
        seen = view(picture, args, mask, truths[n] if rows else None)
        cells.append(np.vstack([caption(args.cell, args.cell, words), seen]))
    return arrange(cells, args, LEGEND if rows else LEGEND[:1])


def after_sheet(args, film, chosen, masks):
    befores, afters = film.read(chosen), Film(args.after).read(chosen)
    cells = []
    for n in chosen:
        before, after = befores[n], afters[n]
        if any(a - b not in (0, b % 2) for a, b in zip(after.shape, before.shape)):  # Odd sides are made even.
            raise RuntimeError(f"Frames of {args.after} and {args.clip} are not of one size.")
        after = after[:before.shape[0], :before.shape[1]]
        cells.append(np.vstack([caption(args.cell, args.cell, [(f"{n}", WHITE)]), view(before, args, masks.get(n)),
                                view(after, args)]))
    return arrange(cells, args, [("before, and below it after", GREY)])


def check(args, film, areas):
    height, width = film.read([0])[0].shape[:2]
    if args.crop:
        x, y, w, h = args.crop
        if min(x, y, w - 1, h - 1) < 0 or x + w > width or y + h > height:
            raise RuntimeError(f"The crop is not within the picture, which is {width}x{height}.")
    for area in areas:
        if area.shape != (height, width):
            raise RuntimeError(f"A mask is {area.shape[1]}x{area.shape[0]}, the picture {width}x{height}.")


def draw(args):
    film = Film(args.clip)
    chosen = choose(film.count, args)
    track = read_track(args.masks) if args.masks else None
    truths = [davis.read_mask(path) for path in sorted((args.clip / "masks").glob("*.png"))] if not args.after else []
    check(args, film, [*truths, *(track[0].values() if track else [])])
    if args.after:
        sheet, what = after_sheet(args, film, chosen, track[0] if track else {}), "after"
    else:
        if truths and len(truths) != film.count:
            raise RuntimeError(f"{args.clip} has {film.count} frames and {len(truths)} true masks.")
        if not track and not truths:
            raise RuntimeError(f"{args.clip} has no true masks to tap on; say --masks.")
        what = "tap" if not track else args.masks.parent.name if args.masks.name == "masks.jsonl" else args.masks.stem
        sheet = track_sheet(args, film, chosen, truths, track or track_tap(args))
    path = args.output or davis.ROOT / "build/sheets" / f"{args.clip.resolve().stem}-{what}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix != ".png" or not cv2.imwrite(str(path), sheet):
        raise RuntimeError(f"{path} cannot be written; a sheet is a .png file.")
    print(path)


def rectangle(text):
    x, y, w, h = map(int, text.split(","))
    return x, y, w, h


def main():
    # What may be said stands in the description; an error is to be one line.
    parser = argparse.ArgumentParser(usage=argparse.SUPPRESS, description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--masks", type=Path)
    parser.add_argument("--after", type=Path)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--step", type=int)
    parser.add_argument("--crop", type=rectangle)
    parser.add_argument("--columns", type=int, default=4)
    parser.add_argument("--cell", type=int, default=480, help="width of a picture in pixels")
    parser.add_argument("--tapmask", default=str(davis.ROOT / "build/release/tapmask"))
    args = parser.parse_args()
    try:
        draw(args)
    except (RuntimeError, OSError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
