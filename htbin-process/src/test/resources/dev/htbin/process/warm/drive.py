"""
Drives the program of a warm interpreter without a server: as a server does, and as a broken one would.

    drive.py PROGRAM WORD...    the program's file; what starts the interpreter that reads it

Prints a line for each thing that it has seen work. Knows the orders from the description in python.py alone.
"""

import ctypes
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile

PROGRAM, COMMAND = sys.argv[1], sys.argv[2:]
KIND = re.sub("[0-9.]", "", os.path.basename(COMMAND[0]))
SECONDS = 30
#: The body is what is on standard input; a script says what it was given, and ends with 3.
SCRIPTS = {
    "python": """import os, sys, %s
print(sys.argv[1:], sorted(os.environ), os.environ["NAME"], os.getcwd(), sys.stdin.read())
sys.exit(3)
""",
    "perl": """use %s;
print join(",", @ARGV), ";", join(",", sort keys %%ENV), ";$ENV{NAME};", readlink("/proc/self/cwd"), ";", <STDIN>, "\\n";
exit 3;
""",
    "ruby": """require "%s"
puts [ARGV, ENV.keys.sort, ENV["NAME"], Dir.pwd, $stdin.read].inspect
exit 3
""",
}
EXPECTED = {
    "python": "['a', 'b c'] ['NAME', 'PATH'] v=w %s body",
    "perl": "a,b c;NAME,PATH;v=w;%s;body",
    "ruby": '[["a", "b c"], ["NAME", "PATH"], "v=w", "%s", "body"]',
}
# What the script imports, as it is learned; the second is imported before the requests.
LIBRARY = {"python": ("colorsys", "string"), "perl": ("Text/Abbrev.pm", "Text/Wrap.pm"), "ruby": ("abbrev", "English")}
NAMES = {"perl": "Text::Abbrev"}


def block(*words):
    octets = b"".join(os.fsencode(word) + b"\0" for word in words)
    return struct.pack(">I", len(octets)) + octets


class Stub:
    def __init__(self, script, *modules):
        self.control, theirs = socket.socketpair()
        self.control.settimeout(SECONDS)
        self.script = script
        with open(PROGRAM, "rb") as program:
            self.process = subprocess.Popen(
                COMMAND, stdin=program, stdout=subprocess.PIPE, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, cwd="/",
                preexec_fn=lambda: os.dup2(theirs.fileno(), 3), pass_fds=(3,))
        theirs.close()
        self.control.sendall(block(script, str(len(modules)), *modules))

    def said(self):
        return self.process.stdout.readline().decode().rstrip("\n")


class Request:
    """An order on its way."""

    def __init__(self, stub, folder, leave=b"?", missing=0, learns=False):
        body = tempfile.TemporaryFile()
        body.write(b"body")
        body.seek(0)
        self.out, out = os.pipe()
        self.report, report = os.pipe()
        self.channel, theirs = socket.socketpair()
        self.channel.settimeout(SECONDS)
        self.block = block(stub.script, "2", "a", "b c", "PATH=/usr/bin:/bin", "NAME=v=w")
        self.leave = leave
        directory = os.open(folder, os.O_RDONLY)
        given = [body.fileno(), out, out, directory, theirs.fileno(), report][: 6 if learns else 5 - missing]
        socket.send_fds(stub.control, [struct.pack(">I", len(self.block)) + leave], given)
        for descriptor in (out, report, directory):
            os.close(descriptor)
        theirs.close()
        body.close()

    def tell(self):
        self.channel.sendall(self.block)
        return self

    def process_id(self):
        """Returns it; None if there is none."""
        said = self.channel.recv(4)
        return struct.unpack(">I", said)[0] if said else None

    def output(self):
        with open(self.out, "rb") as stream:
            return stream.read().decode().rstrip("\n")

    def to_end(self):
        """Gives leave. Returns the output and the exit status."""
        child = self.process_id()
        if self.leave == b"?":
            self.channel.sendall(b"!")
        text = self.output()
        return text, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def see(what, actual, expected):
    if actual != expected:
        sys.exit("%s: %r (expected: %r)" % (what, actual, expected))
    print("ok", what)


def main(folder):
    # Where an interpreter forks twice, the second is ours by this.
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
    script = os.path.join(folder, "script")
    first_line = "#!" + COMMAND[0] + "\n"

    def write(text):
        with open(script, "w") as out:
            out.write(first_line + text)
        os.chmod(script, 0o755)

    learned, imported = LIBRARY[KIND]
    write(SCRIPTS[KIND] % NAMES.get(KIND, learned))
    expected = EXPECTED[KIND] % folder, 3
    stub = Stub(script, imported)
    see("says when it is ready", bool(re.fullmatch(r"ready [0-9.]+", stub.said())), True)

    see("runs the script with leave", Request(stub, folder).tell().to_end(), expected)
    see("runs the script without", Request(stub, folder, leave=b"!").tell().to_end(), expected)

    halves = Request(stub, folder)
    halves.channel.sendall(halves.block[:9])
    halves.channel.sendall(halves.block[9:])
    see("takes the environment in pieces", halves.to_end(), expected)

    orders = [Request(stub, folder) for _ in range(4)]
    see("takes orders that wait", [order.tell().to_end() for order in orders], [expected] * 4)

    learning = Request(stub, folder, learns=True).tell()
    see("runs a script that is learned from", learning.to_end(), expected)
    with open(learning.report, "rb") as report:
        names = report.read().decode()
    see("reports what the script imported", (learned in names, imported in names), (True, False))

    short = Request(stub, folder, missing=1)
    see("leaves an order without all descriptors", (short.process_id(), short.output()), (None, ""))

    refused = Request(stub, folder).tell()
    child = refused.process_id()
    refused.channel.sendall(b"x")
    see("runs nothing when leave is refused", (refused.output(), os.waitpid(child, 0)[1]), ("", 0))

    given_up = Request(stub, folder).tell()
    child = given_up.process_id()
    given_up.channel.close()
    see("runs nothing when the server has gone on", (given_up.output(), os.waitpid(child, 0)[1]), ("", 0))

    untold = Request(stub, folder)
    untold.channel.shutdown(socket.SHUT_WR)
    see("runs nothing when it is told nothing", (untold.process_id(), untold.output()), (None, ""))

    os.chmod(script, 0o644)
    closed = Request(stub, folder)
    see("leaves a script that can't be executed", (closed.process_id(), closed.output()), (None, ""))

    write('print("edited");' if KIND == "python" else 'print "edited\\n";')
    see("runs an edited script", Request(stub, folder).tell().to_end(), ("edited", 0))

    stub.control.close()
    see("ends when the server does", stub.process.wait(SECONDS), 0)
    see("has said nothing else", stub.said(), "")


with tempfile.TemporaryDirectory() as place:
    main(os.path.realpath(place))
