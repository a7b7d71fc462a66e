#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A real SMTP server for the tests: takes mails and prints each as one JSON line.

    smtp_sink.py starttls|tls|plain|no-starttls [USER PASSWORD]

It listens on a free port of 127.0.0.1 and prints {"port": …, "ca": …} first. What comes before the
'@' of a recipient chooses the answer: "later" 451, "refused" 550, "spam" 554 after the data, "drop"
cuts the line during it; the sender "badsender" gets 550. It ends with its standard input.
"""
import asyncio
import base64
import concurrent.futures
import json
import logging
import ssl
import subprocess
import sys
import tempfile
import warnings

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


# Lines that are cut and certificates that are refused belong to the tests.
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

# Printing waits for the reader, who waits for the answer to its mail.
printer = concurrent.futures.ThreadPoolExecutor(1)


def say(**facts):
    printer.submit(print, json.dumps(facts), flush=True)


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith("badsender@"):
            return "550 5.7.1 not from you"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        kind = address.split("@")[0]
        if kind == "later":
            return "451 4.3.0 not now"
        if kind == "refused":
            return "550 5.1.1 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        kind = envelope.rcpt_tos[0].split("@")[0]
        if kind == "drop":
            server.transport.abort()
            return "250 OK"
        if kind == "spam":
            return "554 5.7.1 looks like spam"
        say(
            mail_from=envelope.mail_from,
            to=envelope.rcpt_tos,
            tls=bool(session.ssl) or sys.argv[1] == "tls",
            greeting=session.host_name,
            login=session.authenticated,
            data=base64.b64encode(envelope.original_content).decode(),
        )
        return "250 OK"


def tls_context(folder):
    key, certificate = folder + "/key.pem", folder + "/cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=sink",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


def login(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and [data.login.decode(), data.password.decode()] == sys.argv[2:4]
    return AuthResult(success=right, handled=right)  # Not handled: the library says 535.


async def main(folder):
    mode = sys.argv[1]
    context, certificate = tls_context(folder)
    options = {"hostname": "sink"}
    if mode == "starttls":
        options.update(tls_context=context, require_starttls=True)
    if len(sys.argv) > 2:
        options.update(authenticator=login, auth_required=True, auth_require_tls=mode == "starttls")
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Handler(), **options), "127.0.0.1", 0, ssl=context if mode == "tls" else None)
    say(port=server.sockets[0].getsockname()[1], ca=certificate)
    await loop.run_in_executor(None, sys.stdin.read)


with tempfile.TemporaryDirectory() as temporary:
    asyncio.run(main(temporary))
