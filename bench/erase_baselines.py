# SPDX-License-Identifier: Apache-2.0
"""What the eraser is measured against by erase_davis.py. A method gets all frames, 8-bit BGR with the holes
painted over, and their holes, 8-bit with 255 = hole, and returns the frames with the holes filled."""

import subprocess

import cv2
import numpy as np

REACH, STEP = 12, 2  # Frames, of the median.


def inpaint(frames, holes, how=cv2.INPAINT_TELEA):
    return [cv2.inpaint(frame, hole, 5, how) for frame, hole in zip(frames, holes)]


def delogo(frames, holes):
    height, width = holes[0].shape
    x, y, w, h = cv2.boundingRect(holes[0])
    left, top, right, bottom = max(x, 1), max(y, 1), min(x + w, width - 1), min(y + h, height - 1)
    raw = ["-f", "rawvideo", "-pix_fmt", "bgr24"]
    box = f"format=gbrp,delogo=x={left}:y={top}:w={right - left}:h={bottom - top}"
    done = subprocess.run(["ffmpeg", "-v", "error", "-threads", "1", *raw, "-s", f"{width}x{height}", "-i", "-", "-vf",
                           box, *raw, "-"], input=np.stack(frames).tobytes(), capture_output=True)
    out = np.frombuffer(done.stdout, np.uint8)
    if done.returncode != 0 or out.size != len(frames) * frames[0].size:
        raise RuntimeError(f"ffmpeg failed: {done.stderr.decode().strip()}")
    return [np.where(hole[..., None] > 0, o, f) for hole, o, f in zip(holes, out.reshape(-1, height, width, 3), frames)]


def homography(flow, known):
    """From a frame to the next one, by the flow where both are known."""
    ys, xs = (8 * v for v in np.nonzero(known[::8, ::8]))
    if len(xs) < 40:
        return np.eye(3)
    points = np.stack([xs, ys], 1).astype(np.float32)
    found, _ = cv2.findHomography(points, points + flow[ys, xs], cv2.RANSAC, 1.0)
    return np.eye(3) if found is None else found


def median(frames, holes):
    out = inpaint(frames, holes)
    grays = [cv2.cvtColor(f, cv2.COLOR_BGR2GRAY) for f in out]
    dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    chain = [np.eye(3)]  # From the first frame to each.
    for n in range(len(frames) - 1):
        known = cv2.dilate(holes[n] | holes[n + 1], np.ones((9, 9), np.uint8)) == 0
        chain.append(homography(dis.calc(grays[n], grays[n + 1], None), known) @ chain[-1])
    for n, hole in enumerate(holes):
        x, y, w, h = cv2.boundingRect(hole)
        others = [s for s in range(n - REACH, n + REACH + 1, STEP) if 0 <= s < len(frames) and s != n]
        if w == 0 or not others:
            continue
        grid = np.stack(np.meshgrid(np.arange(x, x + w), np.arange(y, y + h)), -1).astype(np.float32)
        samples = []
        for s in others:
            at = cv2.perspectiveTransform(grid, chain[s] @ np.linalg.inv(chain[n]))
            sample = cv2.remap(frames[s], at, None, cv2.INTER_LINEAR).astype(np.float32)
            unknown = cv2.remap(holes[s].astype(np.float32), at, None, cv2.INTER_LINEAR, borderValue=255)
            samples.append(np.where(unknown[..., None] > 0, np.nan, sample))
        samples = np.sort(samples, axis=0)  # NaN last.
        count = (~np.isnan(samples[..., :1])).sum(axis=0)[None]
        middle = [np.take_along_axis(samples, i, 0)[0] for i in (np.maximum(count - 1, 0) // 2, count // 2)]
        use = (hole[y:y + h, x:x + w] > 0) & (count[0, ..., 0] > 0)
        out[n][y:y + h, x:x + w][use] = np.rint((middle[0] + middle[1])[use] / 2)
    return out


BASELINES = {"telea": inpaint, "ns": lambda frames, holes: inpaint(frames, holes, cv2.INPAINT_NS), "delogo": delogo,
             "median": median}
