# SPDX-License-Identifier: Apache-2.0
"""Every route of web/openapi.yaml and what it answers to whom. test_authorization.py tries each cell.

The things that paths name ({video}, {job}, {upload}, {key}, ...) belong to an account of the tier free.

columns:
  none      no credential at all
  other     another account, signed in
  expired   a session whose time is over
  revoked   an API key that was revoked
  key       an API key of the owner, good: session-only routes take none
  tier      the owner's session, but the month of the tier free is used up, and its jobs wait
"""

OPEN = dict.fromkeys(("none", "other", "expired", "revoked", "key", "tier"))


def _open(status, **differs):
    """A route that looks at no credential."""
    return {**dict.fromkeys(OPEN, status), **differs}


def _owned(status, other=404, **differs):
    """One that needs a session or a key."""
    return {"none": 401, "other": other, "expired": 401, "revoked": 401, "key": status, "tier": status, **differs}


def _session(status, other, **differs):
    return _owned(status, other, key=403, **differs)


JSON_BODY = {"email": "nobody@example.org", "password": "not the password"}
POINT = {"x": 130, "y": 80, "frameNumber": 0}

# (method, path, body, {column: status}); rows with effects come last.
TABLE = [
    ("GET", "/", None, _open(200)),
    ("GET", "/verify", None, _open(200)),
    ("GET", "/reset", None, _open(200)),
    ("GET", "/jobs/{job}", None, _open(200)),
    ("GET", "/videos/{video}", None, _open(200)),
    ("GET", "/account", None, _open(200)),
    ("GET", "/history", None, _open(200)),
    ("GET", "/favicon.svg", None, _open(200)),
    ("GET", "/licenses.txt", None, _open(200)),
    ("GET", "/assets/none.js", None, _open(404)),
    ("GET", "/healthz", None, _open(200)),
    ("GET", "/readyz", None, _open(200)),
    ("GET", "/api/v1/config", None, _open(200)),
    ("GET", "/api/v1/openapi.yaml", None, _open(200)),
    ("POST", "/api/v1/auth/register", {"email": "no address", "password": "long enough"}, _open(400)),
    ("POST", "/api/v1/auth/login", JSON_BODY, _open(401)),
    ("POST", "/api/v1/auth/verify", {"token": "A" * 43}, _open(400)),
    ("POST", "/api/v1/auth/reset", {"token": "A" * 43, "password": "long enough"}, _open(400)),
    ("OPTIONS", "/api/v1/uploads", None, _open(204)),
    ("OPTIONS", "/api/v1/uploads/{upload}", None, _open(204)),
    ("GET", "/api/v1/files/{user}/{job}/1/processed.mp4", None, _open(403)),

    ("GET", "/api/v1/me", None, _owned(200, other=200)),
    ("GET", "/api/v1/me/export", None, _owned(200, other=200)),
    ("GET", "/api/v1/jobs", None, _owned(200, other=200)),
    ("GET", "/api/v1/videos", None, _owned(200, other=200)),
    ("GET", "/api/v1/keys", None, _session(200, other=200)),

    ("GET", "/api/v1/videos/{video}", None, _owned(200)),
    ("GET", "/api/v1/videos/{video}/proxy", None, _owned(200)),
    ("GET", "/api/v1/videos/{video}/poster", None, _owned(200)),
    ("GET", "/api/v1/videos/{video}/frames", None, _owned(200)),
    ("GET", "/api/v1/status/{job}", None, _owned(200)),
    ("GET", "/api/v1/jobs/{job}", None, _owned(200)),
    ("GET", "/api/v1/jobs/{job}/masks", None, _owned(200)),
    ("GET", "/api/v1/jobs/{job}/masks/0.png", None, _owned(200)),
    ("GET", "/api/v1/jobs/{job}/report", None, _owned(200)),
    ("GET", "/api/v1/jobs/{job}/review", None, _owned(200)),
    ("GET", "/api/v1/download/{job}", None, _owned(302)),
    ("HEAD", "/api/v1/uploads/{upload}", None, _owned(200)),
    ("PATCH", "/api/v1/uploads/{upload}", b"", _owned(204)),
    ("POST", "/api/v1/uploads", b"", _owned(201, other=201, tier=403)),
    ("POST", "/api/v1/preview", {"videoId": "{video}", "frameNumber": 0, "points": [{"x": 130, "y": 80}]},
     _owned(200)),
    # Another video of the owner: the one that was worked on counts no second time.
    ("POST", "/api/v1/segment", {"videoId": "{fresh}", "mode": "privacy_blur", "segmentationPoint": POINT},
     _owned(202, tier=403)),
    ("POST", "/api/v1/jobs/{job}/corrections", {"points": [POINT]}, _owned(202)),
    ("POST", "/api/v1/jobs/{job}/cancel", b"", _owned(409)),
    ("POST", "/api/v1/upload", "form", _owned(201, other=201, tier=403)),

    ("POST", "/api/v1/s3/multipart", {"filename": "a.mp4", "type": "video/mp4"}, _owned(501, other=501)),
    ("GET", "/api/v1/s3/multipart/x?key=k", None, _owned(501, other=501)),
    ("GET", "/api/v1/s3/multipart/x/1?key=k", None, _owned(501, other=501)),
    ("GET", "/api/v1/s3/multipart/x/batch?key=k&partNumbers=1", None, _owned(501, other=501)),
    ("POST", "/api/v1/s3/multipart/x/complete?key=k", {"parts": []}, _owned(501, other=501)),
    ("DELETE", "/api/v1/s3/multipart/x?key=k", None, _owned(501, other=501)),

    ("POST", "/api/v1/keys", {"name": "another"}, _session(201, other=201)),
    ("DELETE", "/api/v1/keys/{key}", None, _session(204, other=404)),
    ("DELETE", "/api/v1/uploads/{upload}", None, _owned(204)),
    ("DELETE", "/api/v1/video/{video}", None, _owned(200)),
    ("POST", "/api/v1/auth/logout", b"", _session(204, other=204)),
    ("DELETE", "/api/v1/me", None, _session(200, other=200)),
]
# Routes that are no single answer, with the reason.
ELSEWHERE = {("GET", "/api/v1/events"): "a stream; test_authorization.py has a test of its own"}
