#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a source file that holds all files of some folders, with their types and their gzip form.

    cmake/embed_files.py --function tapmask::api::PageFiles --output FILE.cc [--served PATTERN]... FOLDER...
    cmake/embed_files.py --self-test    shows that it refuses what it should, and writes the same twice

FILE.cc defines `std::span<const PageFile> FUNCTION()` of tapmask/api/page_files.h; the bytes lie
beside it in FILE.bin, which the assembler takes in: some MB then take no time to compile. A file
that fits none of the PATTERNs ("/assets/*") could not be asked for, so it is refused.
"""
import argparse
import contextlib
import gzip
import hashlib
import io
import re
import sys
import tempfile
from pathlib import Path, PurePosixPath

# By suffix; whether it is text, or else worth packing.
TYPES = {
    ".css": ("text/css; charset=utf-8", True),
    ".html": ("text/html; charset=utf-8", True),
    ".ico": ("image/vnd.microsoft.icon", False),
    ".jpg": ("image/jpeg", False),
    ".js": ("text/javascript; charset=utf-8", True),
    ".json": ("application/json", True),
    ".mp4": ("video/mp4", False),
    ".png": ("image/png", False),
    ".svg": ("image/svg+xml", True),
    ".txt": ("text/plain; charset=utf-8", True),
    ".wasm": ("application/wasm", True),
    ".webmanifest": ("application/manifest+json", True),
    ".webp": ("image/webp", False),
    ".woff2": ("font/woff2", False),
}
# Nothing that an address, a pattern of a route or C++ would have to write differently.
NAME = re.compile(r"(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$")


class Refused(Exception):
    pass


def packed(data):
    """Equal bytes from equal input, whichever Python: no time and no name in the head."""
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=out, mtime=0) as file:
        file.write(data)
    return out.getvalue()


def collected(folders, served):
    """-> [(path, content type, bytes, gzip form or b"")], sorted by path."""
    found = {}
    for folder in folders:
        if not folder.is_dir():
            raise Refused(f"{folder} is no folder")
        for file in sorted(folder.rglob("*")):
            if file.is_dir() and not file.is_symlink():
                continue
            path = "/" + file.relative_to(folder).as_posix()
            if file.is_symlink() or not file.is_file():
                raise Refused(f"{file} is no plain file")
            if not NAME.match(path):
                raise Refused(f"{file}: its name has other characters than A-Z a-z 0-9 . _ -")
            if path in found:
                raise Refused(f"{path} is in two folders")
            if file.suffix not in TYPES:
                raise Refused(f"{file}: which content type has {file.suffix or 'a name without a suffix'}? "
                              "Add it to cmake/embed_files.py")
            if served and not any(PurePosixPath(path).match(pattern) for pattern in served):
                raise Refused(f"{path} is at no route: only {', '.join(served)}")
            found[path] = file
    if not found:
        raise Refused(f"no files in {', '.join(map(str, folders))}")
    files = []
    for path, file in sorted(found.items()):
        kind, is_text = TYPES[file.suffix]
        data = file.read_bytes()
        small = packed(data) if is_text else b""
        files.append((path, kind, data, small if len(small) < len(data) else b""))
    return files


def written(files, function, blob_file):
    """-> the C++ source, and the bytes of `blob_file`."""
    *namespaces, name = function.split("::")
    symbol = function.replace("::", "_") + "_bytes"
    blob, rows = bytearray(), []

    def placed(data):
        if not data:
            return "{}"
        text = f"{{{symbol} + {len(blob)}, {len(data)}}}"
        blob.extend(data)
        return text

    for path, kind, data, small in files:
        digest = hashlib.sha256(data).hexdigest()[:16]
        rows.append(f'    {{"{path}", "{kind}", {placed(data)}, {placed(small)}, "{digest}"}},')
    # Twice: once for C++, once for the assembler.
    place = str(blob_file).replace("\\", "\\\\").replace('"', '\\"').replace("\\", "\\\\").replace('"', '\\"')
    source = "\n".join([
        "// Made by cmake/embed_files.py.",
        '#include "tapmask/api/page_files.h"',
        "",
        'asm(".pushsection .rodata\\n"',
        f'    ".global {symbol}\\n"',
        f'    ".hidden {symbol}\\n"',
        f'    "{symbol}:\\n"',
        f'    ".incbin \\"{place}\\"\\n"',
        '    ".byte 0\\n"',  # So that the symbol is inside its section also when there are no bytes.
        '    ".popsection\\n");',
        f'extern "C" const char {symbol}[];',
        "",
        f"namespace {'::'.join(namespaces)} {{",
        "namespace {",
        "constexpr PageFile kFiles[] = {",
        *rows,
        "};",
        "}  // namespace",
        "",
        f"std::span<const PageFile> {name}() {{",
        "  return kFiles;",
        "}",
        "",
        f"}}  // namespace {'::'.join(namespaces)}",
        ""])
    return source, bytes(blob)


def embed(folders, function, output, served):
    files = collected(folders, served)
    blob_file = output.with_suffix(".bin")
    source, blob = written(files, function, blob_file)
    blob_file.write_bytes(blob)
    # Last: it is what the build looks at.
    output.write_text(source, encoding="ascii")
    return files


def self_test():
    failures = []
    page = {"index.html": b"<p>" * 200, "assets/a-1.js": b"", "assets/b-2.woff2": bytes(range(256)) * 4}

    def made(folder, files):
        for name, data in files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        return folder

    def refusal(expected, folders, served=()):
        try:
            collected(folders, served)
        except Refused as error:
            if expected not in str(error):
                failures.append(f'"{expected}" expected, found: {error}')
        else:
            failures.append(f'"{expected}" expected, nothing was refused')

    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        good = made(root / "good", page)
        files = collected([good], ["/index.html", "/assets/*"])
        if [(path, data) for path, _, data, _ in files] != sorted(("/" + p, d) for p, d in page.items()):
            failures.append(f"other files: {files}")
        for path, _, data, small in files:
            if bool(small) != (path == "/index.html") or (small and gzip.decompress(small) != data):
                failures.append(f"{path}: wrongly packed")
        if packed(b"x" * 100)[:10] != bytes.fromhex("1f8b08000000000002ff"):
            failures.append("the head of the gzip form is another")
        outputs = []
        for _ in range(2):
            embed([good], "a::b::C", root / "out.cc", [])
            outputs.append(((root / "out.cc").read_bytes(), (root / "out.bin").read_bytes()))
        if outputs[0] != outputs[1]:
            failures.append("a second run wrote something else")
        refusal("is no folder", [root / "none"])
        (root / "empty").mkdir()
        refusal("no files", [root / "empty"])
        refusal("in two folders", [good, good])
        refusal("/assets/a-1.js is at no route", [good], ["/index.html"])
        refusal("/assets/more/c.js is at no route", [made(root / "deep", {"assets/more/c.js": b"1"})], ["/assets/*"])
        refusal("which content type", [made(root / "odd", {"a.exe": b"1"})])
        refusal("which content type", [made(root / "bare", {"LICENSE": b"1"})])
        refusal("other characters", [made(root / "blank", {"a b.js": b"1"})])
        refusal("other characters", [made(root / "quote", {'a".js': b"1"})])
        refusal("other characters", [made(root / "hidden", {".a.js": b"1"})])
        (root / "link").mkdir()
        (root / "link/a.js").symlink_to(good / "index.html")
        refusal("no plain file", [root / "link"])
    print("\n".join(failures + [f"embed_files: self-test, {len(failures)} wrong"]))
    return not failures


def main():
    if sys.argv[1:] == ["--self-test"]:
        return 0 if self_test() else 1
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--function", required=True)
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--served", action="append", default=[])
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    with contextlib.suppress(FileNotFoundError):
        arguments.output.unlink()
    try:
        embed(arguments.folders, arguments.function, arguments.output.absolute(), arguments.served)
    except (Refused, OSError) as error:
        print(f"embed_files: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
