# SPDX-License-Identifier: Apache-2.0
"""A short film with known truth: a textured square slides over a textured ground."""

import subprocess

import numpy as np

WIDTH, HEIGHT, FRAMES, RATE = 320, 180, 30, 25
BOX = 64                # Side of the square in the film of 320x180.


def box_at(n, width=WIDTH, height=HEIGHT):
    """(x, y, w, h) of the square in frame n, in pixels of the coded frame."""
    x, y = 100 + 2 * n, 50 + n // 2
    sx, sy = width / WIDTH, height / HEIGHT
    return round(x * sx), round(y * sy), round(BOX * sx), round(BOX * sy)


def middle_of_box(n=0, width=WIDTH, height=HEIGHT):
    x, y, w, h = box_at(n, width, height)
    return x + w / 2, y + h / 2


def _texture(rng, height, width, scales):
    """Noise of several sizes, mean 0, about -1 to 1; it repeats nowhere."""
    sheet = np.zeros((height, width))
    for size, weight in scales:
        coarse = rng.standard_normal((height // size + 3, width // size + 3))
        y, x = np.arange(height) / size, np.arange(width) / size
        y0, x0 = y.astype(int), x.astype(int)
        fy, fx = (y - y0)[:, None], (x - x0)[None, :]
        at = lambda dy, dx: coarse[np.ix_(y0 + dy, x0 + dx)]
        sheet += weight * ((1 - fy) * ((1 - fx) * at(0, 0) + fx * at(0, 1)) +
                           fy * ((1 - fx) * at(1, 0) + fx * at(1, 1)))
    return np.clip(sheet / 2, -1, 1)


def frames(width=WIDTH, height=HEIGHT, count=FRAMES, box=True, seed=1):
    """Yields (Y, U, V) as 8-bit arrays of the full size (4:4:4), limited range."""
    rng = np.random.default_rng(seed)
    ground = _texture(rng, height, width, ((24, 1.0), (9, 0.7), (4, 0.4)))
    tint = _texture(rng, height, width, ((40, 1.0),))
    _, _, bw, bh = box_at(0, width, height)
    square = _texture(rng, bh, bw, ((10, 0.8), (3, 1.0)))
    grain = np.random.default_rng(seed + 1)
    for n in range(count):
        y = 110 + 55 * ground + grain.normal(0, 1.2, (height, width))
        u, v = 128 + 14 * tint, 120 - 18 * tint
        if box:
            bx, by, _, _ = box_at(n, width, height)
            if bx >= width or by >= height:
                bx, by = bx % (width - bw), by % (height - bh)
            y[by:by + bh, bx:bx + bw] = 150 + 70 * square[:height - by, :width - bx]
            u[by:by + bh, bx:bx + bw] = 90
            v[by:by + bh, bx:bx + bw] = 200
        yield tuple(np.clip(p, 16, 235).round().astype(np.uint8) for p in (y, u, v))


def write(path, planes, width, height, pix_fmt="yuv444p", encoder=("-c:v", "ffv1"), rate=RATE):
    """Pipes planes (an iterable of tuples of arrays) through ffmpeg into a file."""
    process = subprocess.Popen(
        ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", pix_fmt, "-s",
         f"{width}x{height}", "-r", str(rate), "-i", "-", *encoder, str(path)],
        stdin=subprocess.PIPE)
    for frame in planes:
        for plane in frame:
            process.stdin.write(np.ascontiguousarray(plane).tobytes())
    process.stdin.close()
    if process.wait() != 0:
        raise RuntimeError(f"ffmpeg could not write {path}")
    return path


def half(plane):
    """A plane of half the size, by picking: what 4:2:0 needs."""
    return plane[::2, ::2]
