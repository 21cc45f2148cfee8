#!/usr/bin/env python3
"""Shows what a script gets. All of it came from the client, so all of it is escaped."""

import html
import os
import sys


def row(name, value):
    return f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"


names = sorted(os.environ)
request = [name for name in names if not name.startswith("HTTP_")]
headers = [name for name in names if name.startswith("HTTP_")]
style = html.escape(os.environ["SCRIPT_NAME"].rsplit("/", 2)[0] + "/style.css")

page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Environment</title><link rel="stylesheet" href="{style}"></head><body>
<h1>Environment</h1>
<p class="lead">User {os.getuid() if hasattr(os, "getuid") else "unknown"}, in {html.escape(os.getcwd())}, arguments {html.escape(repr(sys.argv[1:]))}.</p>
<h2>The request</h2>
<table>{"".join(row(name, os.environ[name]) for name in request)}</table>
<h2>Its header fields</h2>
<table>{"".join(row(name, os.environ[name]) for name in headers)}</table>
</body></html>
"""

# Bytes that are no UTF-8 are in os.environ as surrogates; they are shown as \\xNN.
body = page.encode("utf-8", "backslashreplace")
sys.stdout.buffer.write(b"Content-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(body))
sys.stdout.buffer.write(body)
