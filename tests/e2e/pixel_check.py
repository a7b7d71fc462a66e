# SPDX-License-Identifier: Apache-2.0
"""Compares the decoded frames of an input and an output of tapmask, given the masks.

Outside the masks the picture must be the same: to the sample when the output is lossless, else to
a PSNR that only the encoder may cost. Inside, what was there must be gone: the detail of the output
must not follow the detail of the input.
"""

import json
import math
import subprocess
from pathlib import Path

import numpy as np

import media_facts

MIN_PSNR_DB = 38.0           # CRF 18, any preset.
MAX_DETAIL_CORRELATION = 0.35
_PLANAR = {"yuv420p": (2, 2, 1), "yuvj420p": (2, 2, 1), "yuv422p": (2, 1, 1), "yuvj422p": (2, 1, 1),
           "yuv444p": (1, 1, 1), "yuvj444p": (1, 1, 1), "yuv420p10le": (2, 2, 2),
           "yuv422p10le": (2, 1, 2), "yuv444p10le": (1, 1, 2), "gray": (0, 0, 1), "gbrp": (1, 1, 1)}


class Decoder:
    """Frames of one video stream as lists of planes, in coded orientation, one at a time."""

    def __init__(self, path, stream, pix_fmt=None):
        self.pix_fmt = pix_fmt or stream["pix_fmt"]
        if self.pix_fmt not in _PLANAR:
            self.pix_fmt = "gbrp"  # Pictures in RGB; what is called luma below is then green.
        self.width, self.height = stream["width"], stream["height"]
        sub_x, sub_y, self._bytes = _PLANAR[self.pix_fmt]
        self.shapes = [(self.height, self.width)]
        if sub_x:
            self.shapes += [(-(-self.height // sub_y), -(-self.width // sub_x))] * 2
        self._process = subprocess.Popen(
            ["ffmpeg", "-v", "error", "-noautorotate", "-i", str(path), "-map",
             f"0:{stream['index']}", "-sws_flags", "accurate_rnd+full_chroma_int", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt",
             self.pix_fmt, "-"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def __iter__(self):
        dtype = np.uint8 if self._bytes == 1 else np.dtype("<u2")
        sizes = [h * w * self._bytes for h, w in self.shapes]
        try:
            while True:
                raw = self._process.stdout.read(sum(sizes))
                if len(raw) < sum(sizes):
                    return
                planes, at = [], 0
                for shape, size in zip(self.shapes, sizes):
                    planes.append(np.frombuffer(raw, dtype, size // self._bytes, at).reshape(shape))
                    at += size
                yield planes
        finally:
            self.close()

    def close(self):
        self._process.stdout.close()
        self._process.kill()
        self._process.wait()


def read_masks(folder, width, height):
    """All DIR/00000.png … as a list of bool arrays."""
    names = sorted(Path(folder).glob("[0-9]*.png"))
    if not names:
        return []
    size = media_facts.run(["ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of",
                            "csv=p=0", str(names[0])]).decode().strip()
    if size != f"{width},{height}":
        raise media_facts.MediaError(f"{names[0]} is {size}, the upright frame is {width},{height}")
    raw = media_facts.run(["ffmpeg", "-v", "error", "-start_number", str(int(names[0].stem)), "-i",
                           f"{folder}/%0{len(names[0].stem)}d.png", "-f", "rawvideo", "-pix_fmt",
                           "gray", "-"])
    all_masks = np.frombuffer(raw, np.uint8).reshape(-1, height, width)
    if not np.isin(np.unique(all_masks), (0, 255)).all():
        raise media_facts.MediaError(f"{folder}: masks hold values other than 0 and 255")
    return [m > 0 for m in all_masks]


def decode_rle(counts, height, width):
    """COCO's compressed run lengths, read as pycocotools documents them."""
    runs, at = [], 0
    while at < len(counts):
        value, shift, more = 0, 0, True
        while more:
            c = ord(counts[at]) - 48
            value |= (c & 31) << shift
            more = bool(c & 32)
            at += 1
            shift += 5
            if not more and c & 16:
                value |= -1 << shift
        if len(runs) > 2:
            value += runs[-2]
        runs.append(value)
    flat = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return flat.reshape(width, height).T


def encode_rle(mask):
    """The inverse of decode_rle."""
    flat = np.concatenate([[False], mask.T.reshape(-1)])
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    runs = np.diff(np.concatenate([[0], edges, [mask.size]])).tolist()
    text = ""
    for i, run in enumerate(runs):
        x = run - runs[i - 2] if i > 2 else run
        while True:
            c = x & 31
            x >>= 5
            more = x != -1 if c & 16 else x != 0
            text += chr((c | 32 if more else c) + 48)
            if not more:
                break
    return text


def read_mask_track(path):
    """(header, records, end line) of a masks.jsonl; `end` is None where the file is incomplete."""
    lines = [json.loads(line) for line in Path(path).read_text().splitlines() if line.strip()]
    end = lines.pop() if lines and lines[-1].get("end") else None
    return lines[0], lines[1:], end


def _dilate_x(mask, radius):
    if radius <= 0:
        return mask
    width = mask.shape[1]
    sums = np.zeros((mask.shape[0], width + 1), np.int32)
    np.cumsum(mask, axis=1, out=sums[:, 1:])
    hi = np.minimum(np.arange(width) + radius + 1, width)
    lo = np.maximum(np.arange(width) - radius, 0)
    return sums[:, hi] > sums[:, lo]


def grow_box(mask, radius):
    """All pixels within `radius` in x and in y: generous, and quick."""
    return _dilate_x(_dilate_x(mask, radius).T, radius).T


def grow_round(mask, radius):
    """All pixels whose centre is within `radius` of a pixel of the mask (Euclidean)."""
    grown = np.zeros_like(mask)
    for dy in range(-int(radius), int(radius) + 1):
        wide = _dilate_x(mask, math.isqrt(int(radius * radius - dy * dy)))
        if dy >= 0:
            grown[dy:] |= wide[:mask.shape[0] - dy]
        else:
            grown[:dy] |= wide[-dy:]
    return grown


def auto_grow_px(height):
    return max(4, math.floor(0.007 * height + 0.5))


def touched_chroma(mask, shape):
    """The chroma samples that touch a luma mask, for a plane of this shape."""
    fy, fx = -(-mask.shape[0] // shape[0]), -(-mask.shape[1] // shape[1])
    padded = np.zeros((shape[0] * fy, shape[1] * fx), bool)
    padded[:mask.shape[0], :mask.shape[1]] = mask
    return padded.reshape(shape[0], fy, shape[1], fx).any(axis=(1, 3))


def coded_from_upright(mask, stream):
    """Turns an upright mask back into the coded orientation."""
    turns = (media_facts.clockwise_turn(stream) or 0) // 90
    return np.rot90(mask, turns)


def psnr(a, b, where, peak):
    if not where.any():
        return math.inf
    error = np.mean((a[where].astype(np.float64) - b[where].astype(np.float64)) ** 2)
    return math.inf if error == 0 else 10 * math.log10(peak * peak / error)


def _detail(plane):
    p = plane.astype(np.float32)
    d = np.zeros_like(p)
    d[1:-1, 1:-1] = 4 * p[1:-1, 1:-1] - p[:-2, 1:-1] - p[2:, 1:-1] - p[1:-1, :-2] - p[1:-1, 2:]
    return d


def detail_correlation(a, b, where):
    """How far the fine detail of `b` follows that of `a`, 0 to 1; None where `a` has none."""
    da, db = _detail(a)[where], _detail(b)[where]
    if da.size < 64 or da.std() < 2.0:
        return None
    if db.std() < 1e-3:
        return 0.0
    return float(np.corrcoef(da, db)[0, 1])


def states_of(masks_folder):
    """{frame: set of states}; empty where there is no masks.jsonl."""
    path = Path(masks_folder) / "masks.jsonl"
    states = {}
    if path.exists():
        for r in read_mask_track(path)[1]:
            states.setdefault(r["frame"], set()).add(r["state"])
    return states


def orient(stream, baked):
    """(how a coded plane of the input is seen in the output, how an upright mask is)."""
    if baked:
        return lambda plane: media_facts.upright(plane, stream), lambda mask: mask
    return lambda plane: plane, lambda mask: coded_from_upright(mask, stream)


def check_object_hidden(source, source_stream, output, output_stream, truth, baked=False, first=0,
                        limit=MAX_DETAIL_CORRELATION):
    """-> failures: frames in which the object can be made out. `truth` yields its true pixels in
    the coded frame. Asks nobody which frames were tracked: none may be in the clear."""
    view, _ = orient(source_stream, baked)
    a_frames = Decoder(source, source_stream)
    b_frames = Decoder(output, output_stream, a_frames.pix_fmt)
    clear, count = [], 0
    for n, (a, b, mask) in enumerate(zip(a_frames, b_frames, truth)):
        count += 1
        if n < first or not mask.any():
            continue
        luma, mask = view(a[0]), view(mask)
        c = detail_correlation(luma, b[0][:luma.shape[0], :luma.shape[1]], ~grow_box(~mask, 2))
        if c is not None and c > limit:
            clear.append(f"{n} ({c:.2f})")
    a_frames.close()
    b_frames.close()
    return [f"hidden: the object shows in {len(clear)} of {count} frames: {', '.join(clear[:8])}"] if clear else []


def check_masks_cover(masks, truth, stream, min_iou=0.6):
    """-> failures: the upright masks do not lie on the object, e.g. because they are turned."""
    ious = []
    for mask, true_in_coded in zip(masks, truth):
        true = media_facts.upright(true_in_coded, stream)
        both, either = np.count_nonzero(mask & true), np.count_nonzero(mask | true)
        ious.append(both / either if either else 1.0)
    mean = float(np.mean(ious)) if ious else 0.0
    return [f"masks: mean IoU with the object is {mean:.2f}"] if mean < min_iou else []


def check_pixels(source, source_stream, output, output_stream, masks_folder, lossless=False,
                 grow_px=None, invert=False, min_psnr_db=MIN_PSNR_DB, min_checked=0.5,
                 style="secure", baked=False):
    """-> list of failures. Frames that are held or lost are covered by more than the mask, so only
    the others are judged; at least the share `min_checked` of all frames must be such."""
    failures = []
    turn = media_facts.clockwise_turn(source_stream)
    if turn is None and not media_facts.is_turn_or_mirror(source_stream):
        return []  # Tilted: there is no exact truth to compare with.
    view, mask_view = orient(source_stream, baked)
    shape = (source_stream["height"], source_stream["width"])
    up_height, up_width = media_facts.upright(np.zeros(shape, bool), source_stream).shape
    masks = read_masks(masks_folder, up_width, up_height)
    states = states_of(masks_folder)
    grow = grow_px if grow_px is not None else auto_grow_px(up_height)

    same_format = source_stream["pix_fmt"].replace("yuvj", "yuv") == \
        output_stream["pix_fmt"].replace("yuvj", "yuv")
    if lossless and not same_format:
        failures.append(f"pixels: lossless, but {source_stream['pix_fmt']} became {output_stream['pix_fmt']}")
    a_frames = Decoder(source, source_stream)
    b_frames = Decoder(output, output_stream, a_frames.pix_fmt if not same_format else None)
    depth = 8 if a_frames._bytes == 1 else 10
    count, checked, worst, correlations, changed = 0, 0, math.inf, [], []
    for a, b in zip(a_frames, b_frames):
        n = count
        count += 1
        if n >= len(masks):
            continue
        if states.get(n, set()) & {"held", "lost"}:
            continue
        checked += 1
        mask = mask_view(masks[n])
        planes_a = [view(p) for p in a]
        hidden = ~mask if invert else mask
        if lossless and same_format:
            covered = ~shrink_round(mask, grow) if invert else grow_round(mask, grow)
            for k, (pa, pb) in enumerate(zip(planes_a, b)):
                out = ~(covered if pa.shape == covered.shape else touched_chroma(covered, pa.shape))
                pb = pb[:pa.shape[0], :pa.shape[1]]
                wrong = int(np.count_nonzero((pa != pb) & out))
                if wrong and len(failures) < 10:
                    failures.append(f"pixels: frame {n}, plane {k}: {wrong} samples outside the "
                                    f"grown mask are not the input's")
        luma_a, luma_b = planes_a[0], b[0][:planes_a[0].shape[0], :planes_a[0].shape[1]]
        if luma_a.shape != luma_b.shape:
            return failures + [f"pixels: frames of {luma_a.shape[::-1]} became {luma_b.shape[::-1]}"]
        far = ~grow_box(hidden, grow + 8)
        value = psnr(luma_a, luma_b, far, (1 << depth) - 1)
        worst = min(worst, value)
        if value < min_psnr_db and len(failures) < 10:
            failures.append(f"pixels: frame {n}: luma PSNR outside the mask is {value:.1f} dB")
        if hidden.any():
            inside = ~grow_box(~hidden, 1)
            c = detail_correlation(luma_a, luma_b, inside)
            if c is not None:
                correlations.append((c, n))
            changed.append(float(np.mean(luma_a[hidden] != luma_b[hidden])))
    a_frames.close()
    b_frames.close()
    if len(masks) != count:
        failures.append(f"pixels: {len(masks)} masks for {count} frames")
    if count and checked < min_checked * count:
        failures.append(f"pixels: only {checked} of {count} frames have a trusted mask")
    if not changed and checked:
        failures.append("pixels: no frame has anything hidden")
    if style in ("secure", "solid"):  # The others are known to show some.
        limit = MAX_DETAIL_CORRELATION
        bad = [(c, n) for c, n in correlations if c > limit]
        if bad:
            c, n = max(bad)
            failures.append(f"pixels: {len(bad)} of {len(correlations)} frames show detail of the "
                            f"input inside the mask (frame {n}: correlation {c:.2f})")
    still = [c for c in changed if c < 0.3]
    if len(still) > 0.1 * len(changed):
        failures.append(f"pixels: {len(still)} of {len(changed)} frames are unchanged inside the mask")
    return failures


def shrink_round(mask, radius):
    """All pixels further than `radius` from every pixel outside the mask; beyond the edge of the
    frame nothing is outside."""
    return ~grow_round(~mask, radius)
