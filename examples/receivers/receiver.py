"""Receives the events of a destination of the type `webhook`. Python 3.9 or later, no packages:

    WEBHOOK_KEYS='whsec_…' INBOX=./inbox python3 receiver.py 8080

It verifies a request, stores its events, and answers. Whatever takes longer is done afterwards, by another program
that takes the files out of the inbox. Put a proxy with a certificate in front: the relay calls https only.

Python itself knows no Ed25519, so this file verifies signatures `v1` only. For `v1a` take the package `cryptography`.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEYS = [key for key in os.environ.get("WEBHOOK_KEYS", "").split(" ") if key.startswith("whsec_")]
INBOX = os.environ.get("INBOX", "inbox")
TOLERANCE_SECONDS = 300
MAX_BODY_BYTES = 4 * 1024 * 1024


def is_genuine(headers, body):
    """Whether one of the keys has signed this request within the last five minutes."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not (timestamp.isascii() and timestamp.isdigit()):
        return False
    if abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    # The bytes as they came: JSON that was parsed and written again is another text.
    content = f"{message_id}.{timestamp}.".encode() + body
    wanted = [sign(key, content) for key in KEYS]
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(ours, theirs.encode()) for ours in wanted for theirs in given)


def sign(key, content):
    secret = base64.b64decode(key[len("whsec_") :])
    return b"v1," + base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest())


def store(event):
    """Stores an event once, however often it comes: the id makes the name, and a name is given once."""
    name = os.path.join(INBOX, hashlib.sha256(event["id"].encode()).hexdigest())
    draft = f"{name}.draft-{os.getpid()}-{time.monotonic_ns()}"
    with open(draft, "w", encoding="utf-8") as file:
        json.dump(event, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, f"{name}.json")
    except FileExistsError:
        pass
    finally:
        os.remove(draft)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        try:
            status = self.answer()
        except Exception as error:
            print(repr(error), file=sys.stderr)
            status = 500
        self.send_response(status)
        self.end_headers()

    def answer(self):
        length = int(self.headers.get("content-length", 0))
        if length > MAX_BODY_BYTES:
            return 413
        body = self.rfile.read(length)
        # 401 and 500 are tried again by the relay, so that a wrong key or a full disk loses nothing.
        if not is_genuine(self.headers, body):
            return 401
        message = json.loads(body)
        if message["type"] == "relay.test":
            return 204
        if message["type"] == "bitrix24.batch":
            events = message["data"]["events"]
        else:
            events = [{"id": self.headers["webhook-id"], **message}]
        for event in events:
            store(event)
        return 204


if __name__ == "__main__":
    if not KEYS:
        sys.exit("Set WEBHOOK_KEYS to the secret of the destination")
    os.makedirs(INBOX, exist_ok=True)
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1] if len(sys.argv) > 1 else 8080)), Handler).serve_forever()
