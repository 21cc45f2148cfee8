#!/usr/bin/env python3
"""A form, its fields and an upload, without the cgi module: urllib reads queries, email reads multipart bodies."""

import email.parser
import email.policy
import hashlib
import html
import os
import sys
import urllib.parse

LARGEST = 20 * 1024 * 1024


def fields():
    """Returns (name, value, file name or None) for each field; values are bytes."""
    if os.environ["REQUEST_METHOD"] != "POST":
        pairs = urllib.parse.parse_qsl(os.environ["QUERY_STRING"], keep_blank_values=True)
        return [(name, value.encode(), None) for name, value in pairs]
    length = int(os.environ.get("CONTENT_LENGTH") or 0)
    if length > LARGEST:
        return [("error", b"more than 20 MB is more than this example reads", None)]
    body = sys.stdin.buffer.read(length)
    kind = os.environ.get("CONTENT_TYPE", "")
    if not kind.lower().startswith("multipart/form-data"):
        pairs = urllib.parse.parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        return [(name, value.encode(), None) for name, value in pairs]
    head = b"Content-Type: " + kind.encode("latin-1", "replace") + b"\r\n\r\n"
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    return [
        (
            str(part.get_param("name", "", header="content-disposition")),
            part.get_payload(decode=True) or b"",
            part.get_filename(),
        )
        for part in message.iter_parts()
    ]


def row(name, value, file):
    if file is None:
        shown = value.decode("utf-8", "replace")
    else:
        shown = f"file {file!r}, {len(value)} bytes, sha256 {hashlib.sha256(value).hexdigest()}"
    return f"<tr><th>{html.escape(name)}</th><td>{html.escape(shown)}</td></tr>"


here = html.escape(os.environ["SCRIPT_NAME"])
style = html.escape(os.environ["SCRIPT_NAME"].rsplit("/", 2)[0] + "/style.css")
rows = "".join(row(*field) for field in fields())
received = f"<h2>Received by {html.escape(os.environ['REQUEST_METHOD'])}</h2><table>{rows}</table>" if rows else ""
page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Form and upload</title><link rel="stylesheet" href="{style}"></head><body>
<h1>Form and upload</h1>
{received}
<h2>By GET</h2>
<form action="{here}" method="get"><label>Name <input name="name" value="Zo&euml;"></label><button>Send</button></form>
<h2>By POST, with a file</h2>
<form action="{here}" method="post" enctype="multipart/form-data">
<label>Remark <textarea name="remark" rows="3">5 &lt; 6</textarea></label>
<label>File <input type="file" name="file"></label><button>Send</button></form>
</body></html>
"""
body = page.encode("utf-8", "backslashreplace")
sys.stdout.buffer.write(b"Content-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(body))
sys.stdout.buffer.write(body)
