#!/usr/bin/env python3
"""Has Apache, lighttpd, Python's http.server and htbin run the same failing scripts, and writes what each says to docs/failing-scripts.md. As root; see benchmarks/README.md."""

import http.client
import os
import re
import tempfile
import time
from pathlib import Path

import servers

DOCUMENT = servers.PROJECT / "docs/failing-scripts.md"
MARK = "<!-- Below: written by benchmarks/failing_scripts.py -->\n"
NAMES = {"apache": "Apache", "lighttpd": "lighttpd", "python": "http.server", "htbin": "htbin"}
LOGS = {"apache": "apache.error.log", "lighttpd": "lighttpd.log", "python": "python.log", "htbin": "htbin.log"}
MOST_LINES = 4
MOST_CHARACTERS = 500
SHELL = "#!/bin/sh\n"


def script(text, mode=0o755):
    def make(folder):
        file = folder / "x"
        file.write_bytes(text.encode("latin-1"))
        file.chmod(mode)

    return make


def link(target):
    return lambda folder: (folder / "x").symlink_to(target)


def closed(folder):
    directory = folder / "x"
    directory.mkdir()
    (directory / "y").write_text(SHELL)
    (directory / "y").chmod(0o755)
    directory.chmod(0o700)


CASES = [
    ("HTB-001", "it is not there", lambda folder: None, "x"),
    ("HTB-005", "a link to nothing", link("/nowhere"), "x"),
    ("HTB-007", "a link out of the site, to `/bin/true`", link("/bin/true"), "x"),
    ("HTB-009", "in a directory of mode 700, another user's", closed, "x/y"),
    ("HTB-010", "of mode 644", script(SHELL, 0o644), "x"),
    ("HTB-020", "an empty file", script(""), "x"),
    ("HTB-021", "a byte order mark before `#!/bin/sh`", script("\xef\xbb\xbf#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nhi\\n'\n"), "x"),
    ("HTB-022", "line ends of Windows: `#!/bin/sh\\r\\n`", script("#!/bin/sh\r\necho\r\n"), "x"),
    ("HTB-023", "no `#!` line: `print('Content-Type: text/plain')`", script("print('Content-Type: text/plain')\n"), "x"),
    ("HTB-025", "`#!python3`", script("#!python3\nprint()\n"), "x"),
    ("HTB-026", "`#!/usr/local/bin/perl99`", script("#!/usr/local/bin/perl99\nprint 1;\n"), "x"),
    ("HTB-040", "writes nothing", script(SHELL + ":\n"), "x"),
    ("HTB-041", "`echo Content-Type: text/plain`, no blank line", script(SHELL + "echo Content-Type: text/plain\n"), "x"),
    ("HTB-042", "`echo 'hello, world'` before the header fields", script(SHELL + "echo 'hello, world'\necho Content-Type: text/plain\necho\n"), "x"),
    ("HTB-045", "two Content-Type", script(SHELL + "printf 'Content-Type: text/html\\nContent-Type: text/plain\\n\\nhi'\n"), "x"),
    ("HTB-046", "`Status: OK`", script(SHELL + "printf 'Status: OK\\nContent-Type: text/plain\\n\\nhi'\n"), "x"),
    ("HTB-054", "`HTTP/1.1 200 OK` first", script(SHELL + "printf 'HTTP/1.1 200 OK\\nContent-Type: text/plain\\n\\nhi'\n"), "x"),
    ("HTB-060", "dies of SIGSEGV", script(SHELL + "kill -SEGV $$\n"), "x"),
    ("HTB-061", "`exit 3`", script(SHELL + "exit 3\n"), "x"),
    ("HTB-070", "`set -e; echo x > /etc/x`", script(SHELL + "set -e\necho x > /etc/x\n"), "x"),
    ("HTB-080", "`import cgi`, where Python has it no longer", script("#!/usr/bin/python3\nimport sys\nsys.path.clear()\nimport cgi\n"), "x"),
    ("HTB-081", "`import nothing.here`", script("#!/usr/bin/python3\nimport nothing.here\n"), "x"),
    ("HTB-082", "`print(undefined)` in Python", script("#!/usr/bin/python3\nprint(undefined)\n"), "x"),
    ("HTB-083", "`use Not::There;`", script("#!/usr/bin/perl\nuse Not::There;\n"), "x"),
    ("HTB-085", "`no-such-command`", script(SHELL + "no-such-command\n"), "x"),
]


def ask(server, path):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return str(response.status), response.read(200).decode("latin-1")
    except (OSError, http.client.HTTPException) as e:
        return "none: " + type(e).__name__, ""
    finally:
        connection.close()


def settled(log, start):
    """What a log got since, once nothing more comes."""
    text = b""
    for _ in range(20):
        time.sleep(0.15)
        now = log.read_bytes()[start:] if log.exists() else b""
        if now == text and _ > 1:
            break
        text = now
    return text.decode("utf-8", "replace")


def plain(line, work):
    line = line.replace(str(work), "/srv")
    line = re.sub(r"^\[[^]]*\] \[(\w+:\w+)\] \[pid [^]]*\] (\[client [^]]*\] )?", r"[\1] ", line)
    line = re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d: ", "", line)
    line = re.sub(r"^127\.0\.0\.1 - - \[[^]]*\] ", "", line)
    line = re.sub(r"^\d\d:\d\d:\d\d ", "", line)
    line = re.sub(r"\b[0-9a-f]{16,32}\b", "ID", line)
    line = re.sub(r"\b(pid:?|process) \d+", r"\1 N", line)
    line = re.sub(r"\[\d+, request", "[N, request", line)
    line = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1", line)
    line = re.sub(r"^-+$", "", line.rstrip())
    return line if len(line) <= MOST_CHARACTERS else line[: MOST_CHARACTERS - 200] + " ... " + line[-200:]


def cell(lines):
    shown = lines if len(lines) <= MOST_LINES else [*lines[:1], "...", *lines[-(MOST_LINES - 2):]]
    return "<br>".join("`%s`" % line.replace("|", "\\|").replace("`", "'") for line in shown) or "(nothing)"


def main():
    sections, silent, fine = [], dict.fromkeys(NAMES, 0), dict.fromkeys(NAMES, 0)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        work.chmod(0o755)
        root = work / "www"
        (root / "cgi-bin").mkdir(parents=True)
        (root / "1k.txt").write_text("x" * 1024)
        with servers.running(work, root, list(NAMES), True) as started:
            for number, (cause, what, make, target) in enumerate(CASES):
                folder = root / "cgi-bin" / ("c%02d" % number)
                folder.mkdir()
                make(folder)
                rows = []
                for key, server in zip(NAMES, started, strict=True):
                    log = work / LOGS[key]
                    start = log.stat().st_size if log.exists() else 0
                    status, body = ask(server, "/cgi-bin/%s/%s" % (folder.name, target))
                    # An access line tells no reason.
                    lines = [plain(line, work) for line in settled(log, start).splitlines() if line.strip()]
                    lines = [line for line in lines if line and not re.match(r'"GET .*" \d+ -$', line)]
                    silent[key] += not lines
                    fine[key] += status == "200"
                    shown = status + (", page: `%s`" % body.split("\n")[0][:60] if status == "200" and body.strip() else "")
                    rows.append("| %s | %s | %s |" % (NAMES[key], shown, cell(lines)))
                sections.append("### %s: %s\n\n| | status | log |\n|---|---|---|\n%s\n" % (cause, what, "\n".join(rows)))
    totals = "| | failures with nothing in the log | failures answered with 200 |\n|---|---|---|\n" + "".join(
        "| %s | %d of %d | %d |\n" % (NAMES[key], silent[key], len(CASES), fine[key]) for key in NAMES)
    before = DOCUMENT.read_text().split(MARK)[0] if DOCUMENT.exists() else ""
    DOCUMENT.write_text(before + MARK + "\n" + totals + "\n" + "\n".join(sections))


if __name__ == "__main__":
    os.umask(0o022)
    main()
