# SPDX-License-Identifier: Apache-2.0
"""Holds answers of a running service against web/openapi.yaml, as whoever generates a client from it would.

    complaints = Description().check("GET", "/api/v1/me", 200, headers, body)

Needs python3-yaml and python3-jsonschema.
"""

import json
import re
from pathlib import Path

import jsonschema
import yaml

FILE = Path(__file__).resolve().parents[2] / "web/openapi.yaml"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")


class Description:
    def __init__(self):
        self.document = yaml.safe_load(FILE.read_text())
        self.paths = []
        for template, item in self.document["paths"].items():
            parts = re.split(r"\{([^}]+)\}", template)
            pattern = "".join(
                re.escape(part) if i % 2 == 0 else ("(?P<%s>.+)" if part == "blobKey" else "(?P<%s>[^/]+)") % part
                for i, part in enumerate(parts))
            # Fixed text goes before parameters.
            self.paths.append((template.count("{"), template, re.compile(pattern + r"/?$" if template == "/" else
                                                                         pattern + "$"), item))
        self.paths.sort(key=lambda entry: entry[0])
        self.seen = set()  # (method, template, status) that were checked.

    def resolved(self, thing):
        while isinstance(thing, dict) and "$ref" in thing:
            place = self.document
            for step in thing["$ref"].removeprefix("#/").split("/"):
                place = place[step.replace("~1", "/").replace("~0", "~")]
            thing = place
        return thing

    def find(self, method, path):
        """-> (template, operation); HEAD is described with GET where it has nothing of its own."""
        for _, template, pattern, item in self.paths:
            if pattern.match(path):
                name = method.lower()
                operation = item.get(name) or (item.get("get") if name == "head" else None)
                if operation:
                    return template, operation
        return None, None

    def validator(self, schema):
        whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema,
                 "components": self.document["components"]}
        return jsonschema.Draft202012Validator(whole)

    def check(self, method, target, status, headers, body):
        """-> sentences on what is not as described. `headers` is a dict with small names."""
        path = target.partition("?")[0]
        template, operation = self.find(method, path)
        before = self.document["x-tapmask-before-routing"]
        where = f"{method} {path} → {status}"
        response = self.resolved(operation["responses"].get(str(status))) if operation else None
        if response is None:
            code = _code_of(body, method)
            if str(status) in before and (method == "HEAD" or code in before[str(status)]):
                return []
            return [f"{where}: this status is not described (code {code})"]
        self.seen.add((method, template, status))
        lines = []
        for name, header in (response.get("headers") or {}).items():
            header = self.resolved(header)
            value = headers.get(name.lower())
            if value is None:
                if header.get("required"):
                    lines.append(f"{where}: the header {name} is missing")
                continue
            schema = self.resolved(header.get("schema", {}))
            if schema.get("type") in ("integer", "number"):
                value = int(value) if re.fullmatch(r"-?[0-9]+", value) else value
            lines += [f"{where}: {name}: {error.message}"
                      for error in self.validator(header.get("schema", {})).iter_errors(value)]
        if method == "HEAD":
            return lines + ([f"{where}: a body"] if body else [])
        content = response.get("content")
        if not content:
            return lines + ([f"{where}: a body, where none is described"] if body else [])
        kind = headers.get("content-type", "").partition(";")[0].strip()
        if kind not in content:
            return lines + [f"{where}: content type {kind!r}, described are {', '.join(content)}"]
        if kind in ("application/json", "application/problem+json"):
            try:
                value = json.loads(body)
            except ValueError as error:
                return lines + [f"{where}: no JSON: {error}"]
            lines += [f"{where}: {'/'.join(map(str, error.path))}: {error.message[:300]}"
                      for error in self.validator(content[kind].get("schema", {})).iter_errors(value)]
            codes = response.get("x-tapmask-codes")
            if codes and value.get("code") not in codes:
                lines.append(f"{where}: the code {value.get('code')!r} is not among {', '.join(codes)}")
        return lines


def _code_of(body, method):
    if method == "HEAD":
        return None
    try:
        return json.loads(body).get("code")
    except (ValueError, AttributeError):
        return None
