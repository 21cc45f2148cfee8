"""Good, bad and abandoned requests, mixed, by several clients at once, for as long as it takes; and what the server holds before and after."""

import collections
import concurrent.futures
import contextlib
import os
import re
import socket
import struct
import subprocess
import threading
import time
from pathlib import Path

import servers

CLIENTS = 8
WARM_UP = 2_000
MIB = 1 << 20
HEAD = "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\n"
BODY = b"x" * 400_000

# What a client does instead of expecting a status.
BREAKS, LEAVES = "breaks off", "client leaves"

SCRIPTS = {
    "count": HEAD + "wc -c\n",
    "leaves": HEAD + "sleep 300 &\necho left\n",
    "loud": HEAD + "head -c 100000 /dev/zero | tr '\\0' x >&2\n",
    "redirects": "#!/bin/sh\nprintf 'Location: /1k.txt\\n\\n'\n",
    "broken": "#!/nowhere/sh\n",
    "silent": "#!/bin/sh\n",
    "killed": "#!/bin/sh\nkill -9 $$\n",
    "breaks": HEAD + "head -c 100000 /dev/zero\nkill -9 $$\n",
    "no-head": "#!/bin/sh\necho hello\n",
    "sleeps": "#!/bin/sh\nsleep 300 &\nsleep 300\n",
    "endless": HEAD + "exec cat /dev/zero\n",
}

# The line, the body, what is announced beyond it, and what must come of it.
KINDS = (
    ("GET /cgi-bin/hello", b"", 0, 200),
    ("HEAD /cgi-bin/hello", b"", 0, 200),
    ("POST /cgi-bin/count", BODY, 0, 200),
    ("POST /cgi-bin/hello", BODY, 0, 200),
    ("GET /cgi-bin/leaves", b"", 0, 200),
    ("GET /cgi-bin/loud", b"", 0, 200),
    ("GET /cgi-bin/redirects", b"", 0, 200),
    ("GET /cgi-bin/absent", b"", 0, 404),
    ("POST /cgi-bin/absent", BODY, 0, 404),
    ("GET /cgi-bin/broken", b"", 0, 403),
    ("GET /cgi-bin/silent", b"", 0, 502),
    ("GET /cgi-bin/killed", b"", 0, 502),
    ("GET /cgi-bin/no-head", b"", 0, 502),
    ("GET /cgi-bin/breaks", b"", 0, BREAKS),
    ("GET /cgi-bin/sleeps", b"", 0, LEAVES),
    ("GET /cgi-bin/endless", b"", 0, LEAVES),
    ("POST /cgi-bin/count", BODY, 0, LEAVES),
    ("POST /cgi-bin/count", BODY, 1_000, LEAVES),
)


def add_scripts(root):
    for name, text in SCRIPTS.items():
        path = root / "cgi-bin" / name
        path.write_text(text)
        path.chmod(0o755)


def ask(port, kind):
    """Sends one request on a connection of its own; returns what came of it: a status, BREAKS or LEAVES."""
    line, body, missing, wanted = kind
    length = "Content-Length: %d\r\n" % (len(body) + missing) if body else ""
    request = ("%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n" % (line, length)).encode() + body
    answer = b""
    with socket.create_connection(("127.0.0.1", port), 60) as s:
        if wanted is LEAVES:
            # On close, the connection is reset.
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.sendall(request)
            return LEAVES
        try:
            s.sendall(request)
            while part := s.recv(65536):
                answer += part
        except ConnectionResetError:
            return BREAKS
    status = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    if not status:
        return "no answer"
    chunked = re.search(rb"\r\nTransfer-Encoding: chunked\r\n", answer, re.IGNORECASE)
    if chunked and not line.startswith("HEAD") and not answer.endswith(b"0\r\n\r\n"):
        return BREAKS
    return int(status[1])


class Holdings:
    """What a server holds."""

    def __init__(self, pid, temporary):
        proc = Path("/proc/%d" % pid)
        self.descriptors = len(os.listdir(proc / "fd"))
        self.threads = len(os.listdir(proc / "task"))
        self.resident = int(re.search(r"VmRSS:\s+(\d+)", (proc / "status").read_text())[1]) * 1024
        self.files = sorted(str(path.relative_to(temporary)) for path in temporary.rglob("*"))
        self.living, self.zombies = 0, 0
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                fields = servers.stat(int(path.name))
                if int(fields[1]) == pid:
                    self.zombies += fields[0] == "Z"
                    self.living += fields[0] != "Z"


def live_octets(server):
    """What lives in the heap after a collection."""
    jcmd = Path(os.readlink("/proc/%d/exe" % server.process.pid)).with_name("jcmd")
    text = subprocess.run([jcmd, str(server.process.pid), "GC.class_histogram"], check=True, capture_output=True, text=True).stdout
    return int(re.search(r"^Total\s+\d+\s+(\d+)", text, re.MULTILINE)[1])


def settled(server, temporary, seconds=30):
    """What is held when no child is left, or after a while."""
    end = time.monotonic() + seconds
    while True:
        held = Holdings(server.process.pid, temporary)
        if held.living + held.zombies == 0 or time.monotonic() > end:
            return held
        time.sleep(0.1)


def round_of(server, requests):
    """Sends the requests; returns what came of them, and those that did not come out as they must."""
    results, wrong = collections.Counter(), []
    lock = threading.Lock()

    def one(number):
        kind = KINDS[number % len(KINDS)]
        try:
            result = ask(server.port, kind)
        except OSError as failure:
            result = str(failure)
        with lock:
            results[result] += 1
            if result != kind[3]:
                wrong.append("%s: %s, not %s" % (kind[0], result, kind[3]))

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as clients:
        for _ in clients.map(one, range(requests)):
            pass
    return results, wrong


def soak(work, root, requests, verdict):
    add_scripts(root)
    temporary = work / "tmp"
    temporary.mkdir()
    temporary.chmod(0o1777)
    options = "-Djava.io.tmpdir=%s" % temporary
    with servers.running(work, root, ["htbin"], cgi=True, java_options=options) as (server,):
        _, wrong = round_of(server, WARM_UP)
        before, octets = settled(server, temporary), live_octets(server)
        start = time.monotonic()
        results, more_wrong = round_of(server, requests)
        seconds = time.monotonic() - start
        after, octets_after = settled(server, temporary), live_octets(server)
        wrong += more_wrong
        print("\n%d requests, %d kinds, %d clients, %.0f s" % (requests, len(KINDS), CLIENTS, seconds))
        for result, count in sorted(results.items(), key=str):
            print("  %-14s %8d" % (result, count))
        for line in wrong[:20]:
            print("  wrong: " + line)
        verdict("each came out as it must", not wrong)
        verdict("children alive: %d, zombies: %d" % (after.living, after.zombies), after.living + after.zombies == 0)
        verdict("descriptors: %d, then %d" % (before.descriptors, after.descriptors), after.descriptors <= before.descriptors + 4)
        verdict("threads: %d, then %d" % (before.threads, after.threads), after.threads <= before.threads + CLIENTS)
        verdict("temporary files: %d, then %d" % (len(before.files), len(after.files)), after.files == before.files)
        verdict("heap in use: %.1f MiB, then %.1f MiB" % (octets / MIB, octets_after / MIB), octets_after < octets + 8 * MIB)
        verdict("resident memory: %.0f MiB, then %.0f MiB" % (before.resident / MIB, after.resident / MIB),
                after.resident < before.resident * 1.25 + 16 * MIB)
