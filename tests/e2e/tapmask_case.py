# SPDX-License-Identifier: Apache-2.0
"""What the tests of the command line have in common: where the program is, and how to call it."""

import dataclasses
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import film
import media_facts
from media_facts import MediaFile

ROOT = Path(__file__).resolve().parents[2]
TAPMASK = Path(os.environ.get("TAPMASK", ROOT / "build/release/tapmask"))
CLIPS = Path(os.environ.get("TAPMASK_CLIPS", ROOT.parent / "shared/clips"))
PROGRESS = re.compile(r"(validating|extracting|tracking|processing|encoding): ")  # Plain lines of long work.
LIMIT_SECONDS = 240  # Of one call; only a hang gets there.


@dataclasses.dataclass
class Called:
    code: int
    out: str
    err: str
    seconds: float
    args: list

    def __str__(self):
        return f"tapmask {' '.join(self.args)}\nexit {self.code} after {self.seconds:.1f} s\n" \
               f"stdout: {self.out[-600:]}\nstderr: {self.err[-1500:]}"


def tapmask(*args, limit=LIMIT_SECONDS, cwd=None, env=None):
    args = [str(a) for a in args]
    begun = time.monotonic()
    try:
        done = subprocess.run([str(TAPMASK), *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=limit, cwd=cwd,
                              env=None if env is None else {**os.environ, **env})
    except subprocess.TimeoutExpired as e:
        return Called(-1, (e.stdout or b"").decode(errors="replace"),
                      (e.stderr or b"").decode(errors="replace") + f"\n(no end within {limit} s)", limit, args)
    return Called(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"),
                  time.monotonic() - begun, args)


def truth(count=film.FRAMES, width=film.WIDTH, height=film.HEIGHT):
    """The square's true pixels in each frame of the film."""
    import numpy as np
    for n in range(count):
        mask = np.zeros((height, width), bool)
        x, y, w, h = film.box_at(n, width, height)
        mask[y:y + h, x:x + w] = True
        yield mask


def tap(path, stream, x=None, y=None):
    """The value of --point for a place in the coded frame; the middle of it unless said."""
    x = stream["width"] / 2 if x is None else x
    y = stream["height"] / 2 if y is None else y
    px, py = media_facts.shown_point(stream, x, y)
    return f"{px:.1f},{py:.1f}"


@unittest.skipUnless(TAPMASK.exists(), f"{TAPMASK} is not built")
class TapmaskCase(unittest.TestCase):
    """Each class has a folder of its own, each test a fresh one for outputs."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="tapmask-e2e-"))

    @classmethod
    def tearDownClass(cls):
        keep = os.environ.get("TAPMASK_SAVE_OUTPUT")
        if keep:
            shutil.copytree(cls.folder, Path(keep) / cls.__name__, dirs_exist_ok=True)
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):
        self.out = Path(tempfile.mkdtemp(prefix=self.id().rpartition(".")[2][:40] + "-", dir=self.folder))

    def succeed(self, *args, **kwargs):
        called = tapmask(*args, **kwargs)
        self.assertEqual(called.code, 0, str(called))
        return called

    def blur(self, source, output, *args, point=None, **kwargs):
        """`run --mode privacy_blur`, with masks and report beside the output; fast settings."""
        shutil.rmtree(self.out / "masks", ignore_errors=True)  # Of a call before; it would be refused.
        if point is None:
            point = tap(source, MediaFile(source).best_video())
        return self.succeed("run", source, "--point", point, "--mode", "privacy_blur", "--preset", "ultrafast",
                            "--masks-out", self.out / "masks", "--report", self.out / "report.json",
                            *args, "-o", output, **kwargs)

    def report(self):
        return json.loads((self.out / "report.json").read_text())

    def assertNoFailures(self, failures, called=None):
        if failures:
            self.fail("\n".join(failures) + (f"\n{called}" if called else ""))

    def assertOneSentence(self, called):
        lines = [line for line in called.err.splitlines() if line.strip() and not PROGRESS.match(line)]
        self.assertEqual(len(lines), 1, f"stderr is not one sentence\n{called}")
        self.assertRegex(lines[0].strip(), r"[.!?]$", f"not a sentence\n{called}")
        for word in ("terminate called", "what():", "std::", "AVERROR", "Traceback"):
            self.assertNotIn(word, lines[0], str(called))

    def assertNothingIn(self, folder):
        left = sorted(str(p.relative_to(folder)) for p in Path(folder).rglob("*"))
        self.assertEqual(left, [], "something is left where the output was to be")
