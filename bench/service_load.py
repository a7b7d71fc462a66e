#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Polling under load: `tapmask serve` with real sessions and jobs, beside nginx that returns a fixed body, in one run.
By hand, on a machine with nothing else to do; needs nginx, python3-yaml and python3-jsonschema:

    cmake --build build/release --target tapmask poll_load
    bench/service_load.py [--connections 10000] [--interval-ms 2000] [--seconds 60] [--users 100]

Prints one JSON object a server: times in ms, memory in MB.
"""
import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/e2e"))
os.environ.setdefault("TAPMASK", str(ROOT / "build/release/tapmask"))
POLL_LOAD = ROOT / "build/release/bench/poll_load"

from kitchen import Kitchen  # noqa: E402
from service import Service  # noqa: E402


def peak_mb(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0


def load(port, requests, options):
    done = subprocess.run([POLL_LOAD, str(port), str(requests), str(options.connections), str(options.interval_ms),
                           str(options.seconds)], stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def measure_tapmask(folder, options):
    film = folder / "film.mp4"
    Kitchen(folder / "kitchen").encode(film, count=10)
    service = Service(folder / "service")
    try:
        lines = []
        for _ in range(options.users):
            user = service.user()
            answer = user.upload(film)
            user.wait(answer["jobId"])
            lines.append(f"{answer['statusUrl']}\t{user.cookie}")
        requests = folder / "requests.txt"
        requests.write_text("\n".join(lines) + "\n")
        figures = load(service.port, requests, options)
        return {"server": "tapmask", "peak_mb": round(peak_mb(service.process.pid)), **figures}
    finally:
        service.stop()


def measure_nginx(folder, options):
    if not shutil.which("nginx"):
        return {"server": "nginx", "missing": True}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = folder / "nginx"
    place.mkdir()
    body = json.dumps({"jobId": "0" * 36, "videoId": "0" * 36, "kind": "ingest", "status": "complete",
                       "progress": 100, "attempt": 1, "rev": 1, "createdAt": "2026-01-01T00:00:00.000Z"})
    (place / "nginx.conf").write_text(f"""
worker_processes auto; worker_rlimit_nofile 30000; daemon off; pid {place}/pid; error_log {place}/error.log;
events {{ worker_connections 15000; }}
http {{ access_log off; keepalive_requests 1000000; keepalive_timeout 75s;
  client_body_temp_path {place}/b; proxy_temp_path {place}/p; fastcgi_temp_path {place}/f;
  uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ default_type application/json; return 200 '{body}'; }} }} }}
""")
    process = subprocess.Popen(["nginx", "-c", str(place / "nginx.conf"), "-p", str(place)])
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        requests = folder / "nginx_requests.txt"
        requests.write_text("/api/v1/status/x\t\n")
        figures = load(port, requests, options)
        return {"server": "nginx", **figures}
    finally:
        process.terminate()
        process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--interval-ms", type=int, default=2_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--users", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for measure in (measure_tapmask, measure_nginx):
            print(json.dumps(measure(Path(folder), options)), flush=True)


if __name__ == "__main__":
    main()
