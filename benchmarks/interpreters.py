"""Scripts of interpreters: executed, and as forks of warm interpreters."""

import re
import subprocess
import time
from pathlib import Path

import servers

HEAD = "print('Content-Type: text/plain\\n\\nhello')\n"
SCRIPTS = {
    "Python hello": ("hello.py", 8, "#!/usr/bin/python3\n" + HEAD),
    "Python, six imports": ("six.py", 15, "#!/usr/bin/python3\nimport json, urllib.request, html, datetime, re, sqlite3\n" + HEAD),
    "Flask hello": ("flask.cgi", None, """#!/usr/bin/python3 -Wignore
import os
os.environ.setdefault('SERVER_NAME', 'localhost'), os.environ.setdefault('SERVER_PORT', '80')
from flask import Flask
from wsgiref.handlers import CGIHandler
app = Flask('hello')
app.add_url_rule('/', view_func=lambda: 'hello')
CGIHandler().run(app)
"""),
    "Perl hello": ("hello.pl", 1.5, "#!/usr/bin/perl\nprint \"Content-Type: text/plain\\n\\nhello\\n\";\n"),
    "CGI.pm": ("cgi.pl", None, "#!/usr/bin/perl\nuse CGI; my $q = CGI->new; print $q->header('text/plain'), 'hello';\n"),
    "gitweb, a summary": ("gitweb.cgi", None, None),
    "Ruby hello": ("hello.rb", None, "#!/usr/bin/ruby\nprint \"Content-Type: text/plain\\n\\nhello\\n\"\n"),
}

GITWEB = Path("/usr/share/gitweb/gitweb.cgi")


def gitweb(work, script):
    """Debian's gitweb, which shows the summary of a repository with one commit to whoever asks for whatever."""
    for command in (["init", "-q", "--bare", "p.git"], ["-C", "p.git", "commit-tree", "-m", "One", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"]):
        made = subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@localhost", *command], cwd=work, check=True, capture_output=True, text=True)
        if "init" in command:
            subprocess.run(["git", "-C", "p.git", "mktree"], cwd=work, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    subprocess.run(["git", "-C", "p.git", "update-ref", "refs/heads/master", made.stdout.strip()], cwd=work, check=True)
    (work / "gitweb.conf").write_text("$projectroot = '%s'; $projects_list = $projectroot;\n" % work)
    first, rest = GITWEB.read_text(errors="surrogateescape").split("\n", 1)
    settings = {"QUERY_STRING": "p=p.git;a=summary", "GITWEB_CONFIG": work / "gitweb.conf", "SERVER_NAME": "localhost",
                "GIT_CONFIG_COUNT": 1, "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    chosen = " ".join("$ENV{'%s'} = '%s';" % setting for setting in settings.items())
    script.write_text("%s\nBEGIN { %s }\n%s" % (first, chosen, rest), errors="surrogateescape")


def works(script):
    environment = {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", "PATH": "/usr/bin:/bin"}
    try:
        return subprocess.run([script], env=environment, capture_output=True, stdin=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def wrk(server, path, seconds):
    """Returns the number of responses, their rate, and the median and the 99th percentile of their time."""
    out = subprocess.run(
        ["wrk", "-t1", "-c8", "-d%gs" % seconds, "--timeout", "20s", "--latency", server.url(path)],
        check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in out:
        raise SystemExit("not every answer was 2xx:\n" + out)
    count = int(re.search(r"(\d+) requests in", out).group(1))
    return count, float(re.search(r"Requests/sec:\s*([\d.]+)", out).group(1)), *(re.search(r"\s%s%%\s+(\S+)" % p, out).group(1) for p in (50, 99))


def memory_kib(server, name):
    """The memory that a script's interpreter has to itself: it is the oldest child of the server that has the script's name."""
    for pid in sorted(servers_children(server)):
        try:
            line = Path("/proc/%d/cmdline" % pid).read_bytes()
            status = Path("/proc/%d/status" % pid).read_text()
        except OSError:
            continue  # It has ended meanwhile.
        if line.rstrip(b"\0 ").endswith(("cgi-bin/" + name).encode()):
            return int(re.search(r"RssAnon:\s+(\d+)", status).group(1))
    return 0


def servers_children(server):
    return [pid for pid in server.tree() if pid != server.process.pid]


def await_warm(server, name, seconds=20):
    """Requests a script until its interpreter has the modules that it has learned: until the log has been silent about it for a while."""
    end, said, since = time.monotonic() + seconds, 0, time.monotonic()
    while time.monotonic() < end and not (said and time.monotonic() - since > 2):
        wrk(server, "/cgi-bin/" + name, 1)
        now = server.log.read_text(errors="replace").count("%s: warm, process" % name)
        if now != said:
            said, since = now, time.monotonic()
    if not said:
        raise SystemExit("%s did not become warm:\n%s" % (name, server.log.read_text(errors="replace")[-2000:]))


def await_steady(server, name, most=10):
    """Loads the server until its rate has risen by less than 5 % twice: a JVM compiles what it does often, and takes its time."""
    best, steady = 0, 0
    for _ in range(most):
        rate = wrk(server, "/cgi-bin/" + name, 3)[1]
        steady = steady + 1 if rate < best * 1.05 else 0
        best = max(best, rate)
        if steady == 2:
            return


def compare(work, root, verdict, seconds=2):
    for name, least, text in SCRIPTS.values():
        script = root / "cgi-bin" / name
        if text is None:
            if GITWEB.exists():
                gitweb(work, script)
        else:
            script.write_text(text)
        if script.exists():
            script.chmod(0o755)
    with servers.running(work, root, ["htbin", "htbin-warm"], cgi=True) as (cold, warm):
        for server in (cold, warm):
            wrk(server, "/cgi-bin/hello", 8)  # what Java has yet to compile is no cost of a script's
        print("\nScripts of interpreters, 8 connections: executed by C, by htbin, and forked by htbin")
        print("  %-20s %-18s %10s %7s %9s %9s %12s %10s" % ("", "", "requests/s", "ratio", "p50", "p99", "CPU us/req", "memory KiB"))
        for title, (name, least, _) in SCRIPTS.items():
            script = root / "cgi-bin" / name
            if not works(script):
                print("  (%s does not run here: left out)" % title)
                continue
            out = subprocess.run([work / "spawn-loop", "2", str(seconds), script], check=True, capture_output=True, text=True).stdout
            count, wall, cpu = map(float, out.split())
            loop = count / wall
            print("  %-20s %-18s %10.1f %7.2f %9s %9s %12.0f" % (title, "C posix_spawn loop", loop, 1, "-", "-", cpu * 1e6 / count))
            await_warm(warm, name)
            for server in (cold, warm):
                await_steady(server, name)
                before = server.cpu_seconds()
                count, rate, median, worst = wrk(server, "/cgi-bin/" + name, seconds)
                spent = (server.cpu_seconds() - before) * 1e6 / count
                memory = memory_kib(server, name) if server is warm else ""
                print("  %-20s %-18s %10.1f %7.2f %9s %9s %12.0f %10s" % ("", server.name, rate, rate / loop, median, worst, spent, memory))
            if least is not None:
                verdict("%s: %.2f of the loop (>= %.2f)" % (title, rate / loop, least), rate / loop >= least)
