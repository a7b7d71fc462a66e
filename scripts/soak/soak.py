#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes every whole clip of a folder through `tapmask run` and judges what comes out. By hand:

    scripts/soak/soak.py [--tapmask build/release/tapmask] [--clips ../shared/clips/video] [--keep DIR]
                         [--mode privacy_blur] [CLIP ...] [-- options of tapmask ...]

Prints a line a clip: frames, seconds, frames a second, peak memory, and what is wrong.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))

import media_check  # noqa: E402
from media_facts import MediaFile, shown_point  # noqa: E402


def measured(args, log):
    """Runs a program; -> (exit code, seconds, peak memory in MB)."""
    begun = time.monotonic()
    process = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, time.monotonic() - begun, usage.ru_maxrss / 1024


def soak(tapmask, clip, folder, mode, more):
    stream = MediaFile(clip).best_video()
    x, y = shown_point(stream, stream["width"] / 2, stream["height"] / 2)
    out, masks = folder / f"{clip.stem}.mp4", folder / f"{clip.stem}_masks"
    shutil.rmtree(masks, ignore_errors=True)  # Of a run before; the program would refuse them.
    with open(folder / f"{clip.stem}.log", "w+b") as log:
        code, seconds, peak = measured(
            [str(tapmask), "run", str(clip), "--point", f"{x:.1f},{y:.1f}", "--mode", mode, "--masks-out", str(masks),
             "--report", str(folder / f"{clip.stem}.json"), *more, "-o", str(out)], log)
        log.seek(0)
        said = log.read().decode(errors="replace").strip().splitlines()
    if code != 0:
        return f"{'-':>6} {seconds:7.1f} {'-':>7} {peak:8.0f}  exit {code}: {said[-1] if said else ''}", code == 3
    frames = len(MediaFile(clip).frames(stream["index"]))
    wanted = media_check.Expectations(masks=str(masks) if mode == "privacy_blur" else None, min_checked=0.0)
    failures = media_check.check(clip, out, wanted)
    return f"{frames:6} {seconds:7.1f} {frames / seconds:7.1f} {peak:8.0f}  {'; '.join(failures) or 'ok'}", not failures


def main():
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    own, more = sys.argv[1:split], sys.argv[split + 1:]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tapmask", type=Path, default=ROOT / "build/release/tapmask")
    parser.add_argument("--clips", type=Path, default=ROOT.parent / "shared/clips/video")
    parser.add_argument("--keep", type=Path, help="folder for the outputs; default: thrown away")
    parser.add_argument("--mode", default="privacy_blur")
    parser.add_argument("names", nargs="*", help="parts of the clips' names; default: all")
    args = parser.parse_args(own)

    clips = [c for c in sorted(args.clips.iterdir()) if not args.names or any(n in c.name for n in args.names)]
    if not clips:
        sys.exit(f"{args.clips} holds no such clips.")
    good = True
    print(f"{'clip':<28} {'frames':>6} {'s':>7} {'fps':>7} {'MB':>8}")
    with tempfile.TemporaryDirectory(prefix="tapmask-soak-") as temp:
        folder = args.keep or Path(temp)
        folder.mkdir(parents=True, exist_ok=True)
        for clip in clips:
            line, fine = soak(args.tapmask, clip, folder, args.mode, more)
            good = good and fine
            print(f"{clip.name:<28} {line}", flush=True)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
