"""Many connections, and many requests in one: 5,000 that are idle, and HTTP/2."""

import re
import resource
import shutil
import socket
import subprocess

IDLE = 5000


def certificate(work):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", work / "key.pem", "-out", work / "cert.pem"],
        check=True, capture_output=True)


def h2load(server, path, seconds):
    """Returns the number of responses and their rate: 8 connections, 16 streams in each."""
    out = subprocess.run(
        ["h2load", "-t1", "-c8", "-m16", "-D%d" % seconds, "--warm-up-time=1", server.url(path)], check=True, capture_output=True, text=True).stdout
    done = re.search(r"finished in [\d.]+s, ([\d.]+) req/s", out)
    counts = re.search(r"requests: (\d+) total, \d+ started, (\d+) done, (\d+) succeeded, (\d+) failed", out)
    if not done or "Application protocol: h2" not in out or counts.group(4) != "0":
        raise SystemExit("h2load did not get what it asked for:\n" + out)
    return int(counts.group(3)), float(done.group(1))


def h2(work, root, running, table, rounds=5, seconds=3):
    """1 KiB over TLS and HTTP/2."""
    if shutil.which("h2load") is None:
        print("(h2load is not installed: HTTP/2 left out)")
        return
    certificate(work)
    with running(work, root, ["nginx-tls", "htbin-tls"], cgi=False) as contestants:
        best = 0
        for _ in range(6):
            best, last = max(best, h2load(contestants[-1], "/1k.txt", seconds)[1]), best
            if best < last * 1.05:
                break
        for _ in range(rounds):
            for server in contestants:
                before = server.cpu_seconds()
                count, rate = h2load(server, "/1k.txt", seconds)
                table.add(server.name, rate, (server.cpu_seconds() - before) * 1e6 / count)
    table.show()
    table.bar("rate against nginx", table.ratio(table.rates, "htbin, TLS"), least=0.8)


def hold(server, count):
    """Opens connections, has one request answered in each, and keeps them."""
    request = ("GET /1k.txt HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % server.port).encode()
    held = []
    for _ in range(count):
        s = socket.create_connection(("127.0.0.1", server.port), 20)
        s.sendall(request)
        answer = b""
        while answer.partition(b"\r\n\r\n")[2][1023:1024] == b"":
            block = s.recv(65536)
            if not block:
                raise SystemExit("%s closed a connection of %d" % (server.name, len(held)))
            answer += block
        held.append(s)
    return held


def still_open(held):
    for s in held:
        s.setblocking(False)
    def is_open(s):
        try:
            return s.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:
            return True
    return sum(map(is_open, held))


def idle(work, root, running, wrk, count=IDLE):
    """What idle connections cost: memory, and the rate of those that are not idle."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < count + 200:
        print("(no more than %d descriptors: idle connections left out)" % hard)
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print("\n%d idle connections beside the 1 KiB file, 64 connections" % count)
    print("  %-22s %14s %14s %12s %14s" % ("", "resident KiB", "with the idle", "KiB each", "rate, with/out"))
    with running(work, root, ["nginx", "lighttpd", "htbin"], cgi=False) as contestants:
        for server in contestants:
            for _ in range(4):
                _, alone = wrk(server.port, "/1k.txt", 64, 3)
            before = server.resident_kib()
            held = hold(server, count)
            after = server.resident_kib()
            _, beside = wrk(server.port, "/1k.txt", 64, 3)
            alive = still_open(held)
            for s in held:
                s.close()
            print("  %-22s %14d %14d %12.2f %14.2f%s" % (
                server.name, before, after, (after - before) / count, beside / alone, "" if alive == count else "  (%d were closed)" % (count - alive)))
