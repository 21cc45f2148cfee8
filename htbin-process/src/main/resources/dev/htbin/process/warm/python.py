# Serves a CGI script from a Python that has started already: each request is a fork of it.
#
# Read from standard input by the interpreter that the script's #! line names, with its options. Descriptor 3 is a Unix
# socket to the server. First comes one block: the script, how many modules to import, they, and the modules that are
# never imported. When they are imported the server reads "ready" on descriptor 1. Then comes one octet for each request,
# with descriptors: standard input, output and error, the working directory, the channel of the request, and, for a
# request to learn from, a pipe. The channel brings a block, the script's path, its arguments and its environment, takes
# the process id, and gives leave to run.
#
# A block is its length, four octets with the highest first, and words that each end with NUL.
#
# What this program imports, every script finds imported: modules that an interpreter has anyway, and few in C.
import sys

BASE = frozenset(sys.modules)
INSERTS_DIRECTORY = sys.path[:1] == [""]
if INSERTS_DIRECTORY:
    del sys.path[0]
WRITES_BYTECODE = not sys.dont_write_bytecode
sys.dont_write_bytecode = True

import atexit
import gc
import os
import posix
import time
import warnings
import zipimport
import _ctypes
import _frozen_importlib_external as importing
import _imp
import _signal
import _socket
import _weakref

CONTROL = 3
DESCRIPTORS = 6
REPORT_LIMIT = 60 << 10
LOOK_AGAIN = 1.0
PR_SET_DUMPABLE = 4
LANDLOCK_CREATE_RULESET = 444
LANDLOCK_RESTRICT_SELF = 446
# Handles no access to files or network, and scopes signals.
LANDLOCK_SCOPE_SIGNAL = bytes(16) + (2).to_bytes(8, sys.byteorder)
ADOPTION_SECONDS = 2.0
REPORT_DESCRIPTOR = 100
ORIGINAL_ARGUMENTS = -2
SUFFIXES = {".py", ".pyc", *_imp.extension_suffixes()}
OWN_NAME = sys._getframe().f_code.co_filename
LAST_IN_SYS = (
    "path argv ps1 ps2 last_exc last_type last_value last_traceback path_hooks path_importer_cache meta_path".split()
)


def word(value):
    return os.fsdecode(value)


def c_function(name):
    """Returns a function of the C library that takes and returns ints. No other thread runs meanwhile."""

    class Int(_ctypes._SimpleCData):
        _type_ = "i"

    class Function(_ctypes.CFuncPtr):
        _flags_ = _ctypes.FUNCFLAG_CDECL | _ctypes.FUNCFLAG_PYTHONAPI
        _restype_ = Int

    return Function(_ctypes.dlsym(_ctypes.dlopen(None, 0), name))


prctl = c_function("prctl")
c_exit = c_function("exit")
system_call = c_function("syscall")


def read_block(socket):
    def exactly(count):
        octets = bytearray()
        while len(octets) < count:
            more = socket.recv(count - len(octets))
            if not more:
                os._exit(0)
            octets += more
        return bytes(octets)

    return exactly(int.from_bytes(exactly(4), "big")).split(b"\0")[:-1]


def say(text):
    os.write(1, text.encode("utf-8", "backslashreplace") + b"\n")


def open_descriptors():
    return {name for name in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + name)}


def threads():
    return len(os.listdir("/proc/self/task"))


def handlers():
    return [_signal.getsignal(number) for number in range(1, 32)]


def hooks():
    return sys.path[:], sys.argv[:], sys.excepthook, id(sys.stdin), id(sys.stdout), id(sys.stderr)


class Library:
    """The modules that are imported before any request, and what would make them the wrong ones."""

    def __init__(self, script, wanted, excluded):
        self.script = script
        self.directory = os.path.dirname(script)
        self.wanted = [name for name in wanted if not self.covered(name, excluded)]
        self.places = [os.path.join(place, "") for place in sys.path if place and place != self.directory]
        self.files = {}
        self.beside = None
        self.looked = 0.0

    @staticmethod
    def covered(name, names):
        return any(name == other or name.startswith(other + ".") for other in names)

    def holds(self, module):
        """Tells whether a module is of the library: built in, or in a place of sys.path that is not the script's."""
        spec = getattr(module, "__spec__", None)
        origin = getattr(spec, "origin", None)
        if origin in ("built-in", "frozen"):
            return True
        if not isinstance(origin, str) or origin.startswith(os.path.join(self.directory, "")):
            return False
        return any(origin.startswith(place) for place in self.places)

    def load(self):
        """Imports what is wanted. A process of its own does so first, to find what is left out: it may do what it wants, and crash."""
        left_out = self.tried() if self.wanted else []
        for name in self.wanted:
            if not self.covered(name, left_out):
                self.load_one(name)
        for module in list(sys.modules.values()):
            origin = getattr(getattr(module, "__spec__", None), "origin", None)
            if isinstance(origin, str) and origin.startswith("/"):
                self.files[origin] = stamp(origin)
        for place in sys.path:
            self.files[place] = stamp(place)

    def load_one(self, name):
        if name in sys.modules or self.shadowed(name):
            return
        try:
            __import__(name)
        except BaseException:
            # The script will see for itself.
            pass

    def shadowed(self, name):
        """Tells whether a file beside the script would be imported instead."""
        return self.has_beside({name.partition(".")[0]})

    def has_beside(self, tops):
        """Tells whether one of these could be imported from beside the script: a directory, or a file with a suffix of modules."""
        try:
            entries = os.listdir(self.directory)
        except OSError:
            return False
        for entry in entries:
            top, dot, rest = entry.partition(".")
            if top in tops and (dot + rest in SUFFIXES if dot else os.path.isdir(os.path.join(self.directory, entry))):
                return True
        return False

    def tried(self):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(reader)
                self.try_each(writer)
            finally:
                os._exit(0)
        os.close(writer)
        said = b""
        while True:
            more = os.read(reader, 4096)
            if not more:
                break
            said += more
        os.close(reader)
        os.waitpid(child, 0)
        left_out, trying = [], None
        for line in said.decode().splitlines():
            kind, name, why = line.split(" ", 2)
            if kind == "try":
                trying = name
            else:
                trying = None
                if kind == "not":
                    left_out.append(name)
                    say("left-out %s %s" % (name, why))
        if trying is not None:
            left_out.append(trying)
            say("left-out %s it ends the interpreter" % trying)
            self.wanted = self.wanted[: self.wanted.index(trying)]
        return left_out

    def try_each(self, writer):
        quiet = os.memfd_create("output")
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        for name in self.wanted:
            if name in sys.modules:
                continue
            os.write(writer, b"try %s -\n" % name.encode())
            why = self.fault(name, quiet)
            os.write(writer, b"%s %s %s\n" % (b"not" if why else b"yes", name.encode(), (why or "-").encode()))

    def fault(self, name, quiet):
        """Imports a module. Returns what it does that an import before the request must not."""
        before = open_descriptors(), handlers(), dict(os.environ), os.getcwd()
        state = hooks()
        self.load_one(name)
        sys.stdout.flush()
        sys.stderr.flush()
        if threads() > 1:
            return "it starts threads"
        if open_descriptors() - before[0]:
            return "it opens descriptors"
        if os.fstat(quiet).st_size:
            os.ftruncate(quiet, 0)
            os.lseek(quiet, 0, 0)
            return "it writes output"
        if handlers() != before[1]:
            return "it handles signals"
        if dict(os.environ) != before[2]:
            return "it changes the environment"
        if os.getcwd() != before[3]:
            return "it changes the directory"
        if hooks() != state:
            return "it changes sys"
        try:
            os.waitpid(-1, os.WNOHANG)
            return "it starts processes"
        except ChildProcessError:
            return None

    def outdated(self):
        """Tells whether an import would now find something else: something beside the script at once, new files of the library within a second."""
        beside = stamp(self.directory)
        if beside != self.beside:
            tops = {name.partition(".")[0] for name in sys.modules} - BASE
            if self.has_beside(tops):
                say("outdated a file beside the script has the name of a module")
                return True
            self.beside = beside
        now = time.monotonic()
        if now - self.looked >= LOOK_AGAIN:
            self.looked = now
            for path, known in self.files.items():
                if stamp(path) != known:
                    say("outdated " + path)
                    return True
        return False


def stamp(path):
    try:
        status = os.stat(path)
        return status.st_mtime_ns, status.st_size, status.st_ino, status.st_dev
    except OSError:
        return None


class Script:
    """The script, compiled once for each of its versions."""

    def __init__(self, path):
        self.path = path
        self.version = None
        self.code = None
        self.fit = False

    def ready(self):
        """Compiles it if it is new. Returns false if it can't be run here, for whatever reason: the other way says which."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            if not os.access(self.path, SCRIPT_MODE):
                return False
            status = os.fstat(descriptor)
            version = status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev
            if version != self.version:
                self.version = None
                self.prepare(read_all(descriptor, status.st_size))
                self.version = version
            return self.fit
        finally:
            os.close(descriptor)

    def prepare(self, source):
        self.code = None
        self.fit = not self.is_archive()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                self.code = compile(source, self.path, "exec", dont_inherit=True)
        except Exception:
            # A warning is each process's own to give, at its own time; what is no program is for Python itself to say.
            self.fit = self.fit and self.compiles(source)
        gc.freeze()

    def is_archive(self):
        """Python executes a zip file otherwise."""
        try:
            zipimport.zipimporter(self.path)
            return True
        except ImportError:
            return False

    def compiles(self, source):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(source, self.path, "exec", dont_inherit=True)
            return True
        except Exception:
            return False

    def compiled_by_process(self):
        descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            source = read_all(descriptor, os.fstat(descriptor).st_size)
        finally:
            os.close(descriptor)
        return compile(source, self.path, "exec", dont_inherit=True)


def read_all(descriptor, size):
    octets = bytearray()
    while True:
        more = os.read(descriptor, max(1, size + 1 - len(octets)))
        if not more:
            return bytes(octets)
        octets += more


def serve(control, library, script):
    """Forks a process for each order. Returns in the process: its descriptors, and the id of the one between, which ends at once so that the server gets it."""
    while True:
        octet, extra, flags, _ = control.recvmsg(1, _socket.CMSG_SPACE(4 * DESCRIPTORS), _socket.MSG_CMSG_CLOEXEC)
        if not octet:
            os._exit(0)
        descriptors = [
            int.from_bytes(data[i : i + 4], sys.byteorder)
            for level, kind, data in extra
            if level == _socket.SOL_SOCKET and kind == _socket.SCM_RIGHTS
            for i in range(0, len(data) - 3, 4)
        ]
        if not flags & _socket.MSG_CTRUNC and len(descriptors) >= 5 and script.ready():
            if library.outdated():
                os._exit(0)
            try:
                between = os.fork()
            except OSError:
                between = None
            if between == 0:
                between = os.getpid()
                try:
                    if os.fork():
                        os._exit(0)
                except OSError:
                    os._exit(1)
                return descriptors, between
            if between:
                os.waitpid(between, 0)
        for descriptor in descriptors:
            os.close(descriptor)


def become(descriptors, between):
    """Makes this process the request's. Returns the script's path, and where to report to."""
    stdin, stdout, stderr, directory, channel = descriptors[:5]
    os.setsid()
    os.dup2(stdin, 0)
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    os.fchdir(directory)
    channel = _socket.socket(fileno=channel)
    words = read_block(channel)
    path, count = word(words[0]), int(words[1])
    sys.argv[:] = [path] + [word(argument) for argument in words[2 : 2 + count]]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv[ORIGINAL_ARGUMENTS:] = sys.argv
    set_environment(words[2 + count :])
    if INSERTS_DIRECTORY:
        sys.path.insert(0, os.path.dirname(os.path.realpath(path)))
    sys.dont_write_bytecode = not WRITES_BYTECODE
    forget()
    enter_own_domain()
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    wait_for_adoption(between)
    channel.sendall(os.getpid().to_bytes(4, "big"))
    if channel.recv(1) != b"!":
        os._exit(0)
    channel.close()
    report = None
    if len(descriptors) > 5:
        report = aside(descriptors[5])
    os.closerange(CONTROL, max(descriptors) + 1)
    return path, report


def set_environment(words):
    """Sets exactly these variables, in this order; and what the interpreter itself sets when it starts in the C locale."""
    coerced = os.environ.get("LC_CTYPE")
    os.environ.clear()
    posix.environ.clear()
    for variable in words:
        name, _, value = variable.partition(b"=")
        os.environb[name] = value
        posix.environ[name] = value
    if coerced is not None and "LC_CTYPE" not in os.environ:
        os.environ["LC_CTYPE"] = coerced


def forget():
    """Draws anew what modules drew when they were imported, and must not be the same in two processes; random does so itself."""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
    processes = sys.modules.get("multiprocessing.process")
    if processes is not None:
        processes.current_process().authkey = os.urandom(32)


def enter_own_domain():
    """
    Enters a Landlock domain of its own below the interpreter's: from there the interpreter, and other requests, can't be signalled, traced or read. A kernel that
    can't do it is named by the server, and a script that nothing confines is not confined here either.
    """
    ruleset = system_call(LANDLOCK_CREATE_RULESET, LANDLOCK_SCOPE_SIGNAL, len(LANDLOCK_SCOPE_SIGNAL), 0)
    if ruleset >= 0:
        system_call(LANDLOCK_RESTRICT_SELF, ruleset, 0)
        os.close(ruleset)


def wait_for_adoption(between):
    """Until the process between has ended: the server then has this one as its own child."""
    deadline = time.monotonic() + ADOPTION_SECONDS
    while os.getppid() == between:
        if time.monotonic() > deadline:
            os._exit(1)
        os.sched_yield()


def aside(descriptor):
    """Returns a duplicate that is not in the way of what a script opens, and that no program inherits."""
    try:
        return os.dup2(descriptor, REPORT_DESCRIPTOR, inheritable=False)
    except OSError:
        return None


def new_main(path):
    """Returns the module __main__ as the interpreter makes it for a script."""
    main = type(sys)("__main__")
    main.__loader__ = importing.SourceFileLoader("__main__", path)
    if sys.version_info < (3, 14):
        main.__annotations__ = {}
    main.__builtins__ = sys.modules["builtins"]
    main.__file__ = path
    main.__cached__ = None
    return main


def tell(report, library, known):
    """Reports the modules of the library that the script has imported."""
    names = [name for name, module in list(sys.modules.items()) if name not in known and library.holds(module)]
    try:
        os.write(report, "\n".join(name for name in names if name.isascii()).encode()[:REPORT_LIMIT])
    except OSError:
        pass
    try:
        os.close(report)
    except OSError:
        pass


def hide_frames():
    """Has what is printed of an exception begin with the script."""
    printed = sys.excepthook

    def excepthook(kind, value, trace):
        while trace is not None and trace.tb_frame.f_code.co_filename == OWN_NAME:
            trace = trace.tb_next
        sys.excepthook = printed
        printed(kind, value.with_traceback(trace), trace)

    sys.excepthook = excepthook


def status_of(code):
    """Returns the exit status that a SystemExit asks for."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF if -(1 << 63) <= code < 1 << 63 else 0xFF
    sys.stderr.write(str(code) + "\n")
    return 1


def finish(status, known):
    """
    Ends as an interpreter does when its program is done, step by step, but for the modules that were there before the fork: to
    take those apart costs more than everything else in a request, and nobody can tell. If something of the script lives on in
    them that wants to know of its end, returns: the interpreter then does all of it.
    """
    threading = sys.modules.get("threading")
    if threading is not None:
        threading._shutdown()
    atexit._run_exitfuncs()
    try:
        sys.stdout is None or sys.stdout.flush()
        sys.stderr is None or sys.stderr.flush()
    except Exception:
        return
    gc.isenabled() and gc.collect()
    take_apart(known)
    for kind in {type(thing) for thing in gc.get_objects()}:
        if any("__del__" in base.__dict__ for base in kind.__mro__):
            return
    try:
        sys.stdout is None or sys.stdout.flush()
    except Exception:
        return
    c_exit(status)


def take_apart(known):
    for name in LAST_IN_SYS:
        setattr(sys, name, None)
    sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__
    modules = sys.modules
    doomed = []
    for name in list(modules):
        if name not in known or name == "__main__":
            if isinstance(modules[name], type(sys)):
                doomed.append(_weakref.ref(modules[name]))
            modules[name] = None
    gc.collect()
    for reference in reversed(doomed):
        module = reference()
        if module is not None:
            clear(module.__dict__)
        del module
    gc.collect()


def clear(names):
    for name in list(names):
        if isinstance(name, str) and name[:1] == "_" and name[1:2] != "_":
            names[name] = None
    for name in list(names):
        if name != "__builtins__":
            names[name] = None


def begin():
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    control = _socket.socket(fileno=CONTROL)
    words = [word(octets) for octets in read_block(control)]
    count = int(words[1])
    library = Library(words[0], words[2 : 2 + count], words[2 + count :])
    library.load()
    gc.collect()
    gc.freeze()
    if threads() > 1 or open_descriptors() != {"0", "1", "2", "3"}:
        say("unfit threads or descriptors are open after the imports")
        os._exit(1)
    say("ready %d.%d.%d" % sys.version_info[:3])
    return control, library, Script(words[0])


CONTROL_SOCKET, LIBRARY, SCRIPT = begin()
DESCRIPTORS_OF_REQUEST, BETWEEN = serve(CONTROL_SOCKET, LIBRARY, SCRIPT)
KNOWN = frozenset(sys.modules)
CONTROL_SOCKET.detach()
PATH, REPORT = become(DESCRIPTORS_OF_REQUEST, BETWEEN)
STATUS = 0
OWN_MAIN = sys.modules["__main__"]
sys.modules["__main__"] = MAIN = new_main(PATH)
NAMESPACE = MAIN.__dict__
del MAIN
try:
    exec(SCRIPT.code or SCRIPT.compiled_by_process(), NAMESPACE)
except SystemExit as end:
    STATUS = status_of(end.code)
except BaseException:
    gc.unfreeze()
    hide_frames()
    raise
finally:
    if REPORT is not None:
        tell(REPORT, LIBRARY, KNOWN)
    del NAMESPACE
finish(STATUS, KNOWN)
gc.unfreeze()
sys.exit(STATUS)
