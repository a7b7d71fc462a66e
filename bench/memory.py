#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Peak memory of `tapmask` by length of the clip: it must not grow. By hand:

    bench/memory.py [--tapmask build/release/tapmask] [--size 1920x1080] [--run 10,60,180]
                    [--back 120] [--render 10,600]

The clips are a synthetic film, made by ffmpeg; `run` taps its middle in the first frame, `back` in
the last one of a film without key frames but the first, `render` gets one mask for every frame, as
a mask track. Prints a table.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/e2e"))

import numpy as np  # noqa: E402

import hand_masks  # noqa: E402
from peak_memory import measured  # noqa: E402

RATE = 25


def make_clip(path, size, seconds, gop=250):
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"testsrc2=s={size}:r={RATE}:d={seconds}", "-f",
                    "lavfi", "-i", f"sine=duration={seconds}", "-c:v", "libx264", "-preset", "ultrafast", "-g", str(gop),
                    "-keyint_min", str(gop), "-sc_threshold", "0", "-c:a", "aac", str(path)], check=True,
                   stdin=subprocess.DEVNULL)


def make_masks(path, size, frames):
    width, height = map(int, size.split("x"))
    mask = np.zeros((height, width), bool)
    mask[height // 3:height * 2 // 3, width // 3:width // 2] = True
    hand_masks.write_track(path, [mask] * frames)


def seconds_list(text):
    return [int(s) for s in text.split(",") if s]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tapmask", default=ROOT / "build/release/tapmask")
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--run", type=seconds_list, default=[10, 60, 180], help="seconds of film, with commas")
    parser.add_argument("--back", type=seconds_list, default=[120], help="seconds of film, with commas")
    parser.add_argument("--render", type=seconds_list, default=[10, 600], help="seconds of film, with commas")
    args = parser.parse_args()

    width, height = map(int, args.size.split("x"))
    print(f"{'command':<8} {'film s':>7} {'took s':>8} {'frames/s':>9} {'peak MB':>8}")
    ok = True
    with tempfile.TemporaryDirectory(prefix="tapmask-memory-") as temp:
        for command, lengths in (("run", args.run), ("back", args.back), ("render", args.render)):
            for length in lengths:
                clip, out, masks = (Path(temp) / name for name in ("in.mp4", "out.mp4", "masks.jsonl"))
                make_clip(clip, args.size, length, length * RATE if command == "back" else 250)
                what = ["--point", f"{width // 2},{height // 2}"]
                if command == "render":
                    make_masks(masks, args.size, length * RATE)
                    what = ["--masks", str(masks)]
                if command == "back":
                    what[1] += f"@{length * RATE - 1}"
                verb = "render" if command == "render" else "run"
                code, took, peak = measured([str(args.tapmask), verb, str(clip), *what, "--mode", "privacy_blur",
                                             "--preset", "ultrafast", "-o", str(out)])
                ok = ok and code == 0
                print(f"{command:<8} {length:>7} {took:>8.1f} {length * RATE / took:>9.1f} {peak:>8.0f}"
                      f"{'' if code == 0 else f'  exit {code}'}", flush=True)
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
