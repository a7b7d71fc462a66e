#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long a tap takes over HTTP, from the request to the masks: cold, on a new frame of a video that is warm, and on the
same frame again. By hand, on a machine with nothing else to do:

    bench/preview_speed.py [CLIP] [--rounds 5]

CLIP is of 1080p, ../shared/clips/video/pexels_88909.mp4 unless said. Prints one JSON object, medians and worst in s.
"""
import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/e2e"))
os.environ.setdefault("TAPMASK", str(ROOT / "build/release/tapmask"))

from service import Service  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip", nargs="?", type=Path, default=ROOT.parent / "shared/clips/video/pexels_88909.mp4")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        service = Service(Path(folder))
        try:
            owner = service.owner()
            figures = {"cold": [], "new_frame": [], "next_frame": [], "further": []}

            def tap(video, frame, points):
                begun = time.monotonic()
                answer = owner.ask("POST", "/api/v1/preview", {"videoId": video["videoId"], "frameNumber": frame,
                                                               "points": points})
                if answer.status == 202:
                    owner.wait(answer.json["jobId"])
                return time.monotonic() - begun

            for n in range(options.rounds):
                video = owner.ready_video(options.clip)
                x, y = video["resolution"]["width"] / 2, video["resolution"]["height"] / 2
                last = video["frames"] - 1
                points = [{"x": x, "y": y}]
                figures["cold"].append(tap(video, (13 + 29 * n) % last, points))
                for k in range(2):
                    frame = (101 + 53 * k + 17 * n) % last
                    figures["new_frame"].append(tap(video, frame, points))
                    for m in range(2):
                        points = [{"x": x, "y": y}, {"x": x + 40 + 9 * m, "y": y + 30, "label": m}]
                        figures["further"].append(tap(video, frame, points))
                    points = [{"x": x, "y": y}]
                    figures["next_frame"].append(tap(video, frame + 1, points))
            print(json.dumps({name: {"median": round(statistics.median(values), 2), "worst": round(max(values), 2)}
                              for name, values in figures.items()}))
        finally:
            service.stop()


if __name__ == "__main__":
    main()
