# SPDX-License-Identifier: Apache-2.0
"""What a program takes, for those who measure it: time and the most memory it had at once."""

import re
import subprocess
import time
from pathlib import Path


def measured(args, log=subprocess.DEVNULL):
    """Runs a program; -> (exit code, seconds, peak memory in MB)."""
    begun = time.monotonic()
    process = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    peak = 0  # What wait4 says would count the caller's own memory, before it became the program.
    while True:
        try:
            process.wait(0.05)
            return process.returncode, time.monotonic() - begun, peak
        except subprocess.TimeoutExpired:
            status = Path(f"/proc/{process.pid}/status").read_text()
            found = re.search(r"VmHWM:\s+(\d+) kB", status)
            peak = int(found[1]) / 1024 if found else peak
