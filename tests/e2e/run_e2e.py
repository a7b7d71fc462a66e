# SPDX-License-Identifier: Apache-2.0
"""Runs the end-to-end tests of the command line and prints each case by name.

    run_e2e.py [GROUP[.Class[.test]] ...]     groups: see GROUPS

TAPMASK           the program; default build/release/tapmask
TAPMASK_CLIPS     the folder of real clips; default ../shared/clips, skipped where it is missing
TAPMASK_SAVE_OUTPUT=DIR   keeps all inputs and outputs
"""

import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
GROUPS = ("judge", "refusals", "behaviour", "redaction", "erasing", "service", "authorization", "uploads", "mail", "crashes",
          "made_clips", "real_clips")


class NamedResult(unittest.TextTestResult):
    """One line a test: how it went, how long it took, its name."""

    def startTest(self, test):
        super().startTest(test)
        self._begun = time.monotonic()

    def _line(self, word, test, more=""):
        name = test.id().split(".", 1)[-1]
        print(f"{word:<7}{time.monotonic() - self._begun:6.1f} s  {name}{more}", flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self._line("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._line("FAILED", test)

    def addError(self, test, err):
        super().addError(test, err)
        if hasattr(self, "_begun"):
            self._line("ERROR", test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._begun = getattr(self, "_begun", time.monotonic())
        self._line("skipped", test, f": {reason}")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._line("FAILED", subtest)


def main():
    sys.path.insert(0, str(HERE))
    wanted = [name if name.startswith("test_") else f"test_{name}" for name in sys.argv[1:] or GROUPS]
    suite = unittest.defaultTestLoader.loadTestsFromNames(wanted)
    runner = unittest.TextTestRunner(resultclass=NamedResult, verbosity=0)
    sys.exit(0 if runner.run(suite).wasSuccessful() else 1)


if __name__ == "__main__":
    main()
