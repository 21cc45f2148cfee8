"""Rolling restarts of two servers behind HAProxy, with deploy/haproxy/haproxy.cfg, while clients load them: how many requests are sent, and how many fail."""

import collections
import contextlib
import csv
import http.client
import itertools
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import servers

CLIENTS = 8
DRAIN = 3
CONFIGURATION = servers.PROJECT / "deploy/haproxy/haproxy.cfg"
# Writes down that it ran, so that a request that was made twice is found; the file is the scripts' user's to write.
SCRIPT = """#!/bin/sh
echo "$QUERY_STRING" >> "%s"
printf 'Content-Type: text/plain\\n\\n%%s\\n' "$QUERY_STRING"
"""


class Clients:
    """Each makes one request after another on a connection that it keeps as long as it may: a file, a script, a POST to a script."""

    def __init__(self, port):
        self.port = port
        self.sent = collections.Counter()
        self.failed = collections.Counter()
        self.posts = []
        self.numbers = itertools.count()
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(kind,)) for kind in ["GET file", "GET script", "POST script", "POST script"] * (CLIENTS // 4)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        for thread in self.threads:
            thread.join()

    def run(self, kind):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not self.ending.is_set():
            name = "n%d" % next(self.numbers)
            self.sent[kind] += 1
            if kind == "POST script":
                self.posts.append(name)
            try:
                if kind == "GET file":
                    connection.request("GET", "/1k.txt")
                else:
                    connection.request(kind.split()[0], "/cgi-bin/noted?" + name, body=b"x" * 100 if kind == "POST script" else None)
                answer = connection.getresponse()
                body = answer.read()
                good = answer.status == 200 and (len(body) == 1024 if kind == "GET file" else body == name.encode() + b"\n")
                reason = "%s: %d, %d octets" % (kind, answer.status, len(body))
            except (OSError, http.client.HTTPException) as e:
                good, reason = False, "%s: %r" % (kind, e)
                connection.close()
            if not good:
                self.failed[reason] += 1


class Balancer:
    """HAProxy with the project's configuration: its addresses are replaced, and nothing else."""

    def __init__(self, work, ports):
        self.port, self.admin = servers.free_port(), work / "haproxy.sock"
        text = CONFIGURATION.read_text()
        for was, now in {
            "10.0.0.10:80\n": "127.0.0.1:%d\n" % self.port,
            "/run/haproxy/admin.sock mode": "%s mode" % self.admin,
            "10.0.0.11:8000 port 9001": "127.0.0.1:%d port %d" % ports[0],
            "10.0.0.12:8000 port 9001": "127.0.0.1:%d port %d" % ports[1],
        }.items():
            if text.count(was) != 1:
                raise SystemExit("%r is not once in %s" % (was, CONFIGURATION))
            text = text.replace(was, now)
        conf = work / "haproxy.cfg"
        conf.write_text(text)
        with open(work / "haproxy.log", "wb") as log:
            self.process = subprocess.Popen([program(), "-db", "-f", conf], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def states(self):
        """What HAProxy thinks of each server."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as s:
            s.connect(str(self.admin))
            s.sendall(b"show stat\n")
            text = b"".join(iter(lambda: s.recv(65536), b"")).decode()
            return {row["svname"]: row["status"] for row in csv.DictReader(text[2:].splitlines()) if row["pxname"] == "htbin"}
        return {}

    def await_up(self, name, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.states().get(name, "").startswith("UP"):
                return
            time.sleep(0.05)
        raise SystemExit("HAProxy does not take %s for up: %s" % (name, self.states()))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


def program():
    return shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")


def start(work, root, name, ports):
    port, health = ports
    command = [
        servers.PROJECT / "htbin", "--quiet", "--cgi", "--directory", root,
        "--proxy-protocol", "--trust-proxy", "127.0.0.1", "--health", str(health), "--drain", str(DRAIN), "--grace", "10", str(port)]
    with open(work / ("htbin-%s.log" % name), "ab") as log:
        return servers.Server(name, port, subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log))


def stop(server):
    server.process.send_signal(signal.SIGTERM)
    code = server.process.wait(DRAIN + 30)
    if code != 0:
        raise SystemExit("%s ended with %d" % (server.name, code))


def restart(work, root, rounds, verdict):
    """Restarts each server as often as rounds says, one after the other, as an operator would: the next one only when the last one is up again."""
    if program() is None:
        print("(haproxy is not installed: left out)")
        return
    noted = work / "noted"
    noted.touch()
    noted.chmod(0o666)
    script = root / "cgi-bin/noted"
    script.write_text(SCRIPT % noted)
    script.chmod(0o755)
    ports = {name: (servers.free_port(), servers.free_port()) for name in "ab"}
    running = {name: start(work, root, name, ports[name]) for name in ports}
    balancer = Balancer(work, list(ports.values()))
    restarts = 0
    try:
        for name in running:
            balancer.await_up(name)
        begun = time.monotonic()
        with Clients(balancer.port) as clients:
            for name in list(running) * rounds:
                stop(running[name])
                running[name] = start(work, root, name, ports[name])
                balancer.await_up(name)
                restarts += 1
        seconds = time.monotonic() - begun
    finally:
        for server in running.values():
            server.stop()
        balancer.stop()
    times = collections.Counter(noted.read_text().split())
    lost = [name for name in clients.posts if times[name] != 1]
    print("\nRolling restart: two servers behind HAProxy, %d restarts in %.0f s, %d clients" % (restarts, seconds, CLIENTS))
    for kind, count in sorted(clients.sent.items()):
        print("  %-22s %8d requests sent" % (kind, count))
    print("  %-22s %8d requests sent, %d failed" % ("all", sum(clients.sent.values()), sum(clients.failed.values())))
    for reason, count in clients.failed.most_common(5):
        print("    %d of %s" % (count, reason))
    verdict("no request failed", not clients.failed)
    verdict("each POST ran once (%d did not)" % len(lost), not lost)
