# Serves a CGI script from a Python that has started already: each request is a fork of it.
#
# Read from standard input by the interpreter that the script's #! line names, with its options. Descriptor 3 is a Unix
# socket to the server. First comes one block: the script, how many modules to import, they, and the modules that are
# never imported. When they are imported the server reads "ready" on descriptor 1. Then comes one order for each request,
# with descriptors: standard input, output and error, the working directory, the channel of the request, and, for a
# request to learn from, a pipe. The channel brings a block, the script's path, its arguments and its environment, takes
# the process id, and gives leave to run. The order is the length of what the channel brings, and "?" if leave is to be waited
# for, "!" if not.
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

import gc
import marshal
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
# The few that a process of a request needs: a look into a module's many names touches memory that each fork has to copy.
from atexit import _run_exitfuncs as run_exit_functions
from gc import get_objects
from os import closerange
from posix import _exit, access, dup2, environ, fchdir, getpid, putenv, read, setsid, stat, write

CALLS = {name: int(number) for name, number in zip(*[iter("SYSTEM_CALLS".split())] * 2)}
KEY = SIBLING_KEY
CONTROL = 3
RULESET = 4
LENGTH_BYTES = 4
ORDER_BYTES = LENGTH_BYTES + 1
DESCRIPTORS = 6
REPORT_LIMIT = 60 << 10
LOOK_AGAIN = 1.0
PR_SET_DUMPABLE = 4
# Handles no access to files or network, and scopes signals.
LANDLOCK_SCOPE_SIGNAL = bytes(16) + (2).to_bytes(8, sys.byteorder)
ADOPTION_SECONDS = 2.0
SPACE = _socket.CMSG_SPACE(4 * DESCRIPTORS)
REPORT_DESCRIPTOR = 100
READABLE = os.R_OK | SCRIPT_MODE
ORIGINAL_ARGUMENTS = -2
SUFFIXES = {".py", ".pyc", *_imp.extension_suffixes()}
OWN_NAME = sys._getframe().f_code.co_filename
PR_GET_TID_ADDRESS = 40
CLONE_PARENT = 0x8000
CLONE_CHILD_SETTID = 0x01000000
CLONE_CHILD_CLEARTID = 0x00200000
ROBUST_LIST_BYTES = 24
# Libraries that do nothing at exit(3) that anybody could see; by the beginning of their names, up to ".so".
QUIET_LIBRARIES = tuple(b"libpython3 ld-linux libc. libc-2 libm. libm-2 libdl libpthread librt libutil libffi. libexpat. libz. liblzma. libbz2.".split())
QUIET_LIBRARIES += tuple(b"libcrypto. libssl. libsqlite3. libuuid. libmpdec.".split())
LAST_IN_SYS = (
    "path argv ps1 ps2 last_exc last_type last_value last_traceback path_hooks path_importer_cache meta_path".split()
)


class Int(_ctypes._SimpleCData):
    _type_ = "i"


class Long(_ctypes._SimpleCData):
    _type_ = "l"


def word(value):
    return os.fsdecode(value)


def symbol(name):
    return _ctypes.dlsym(_ctypes.dlopen(None, 0), name)


def c_function(name, result=Int):
    """Returns a function of the C library that takes numbers and octets, and returns a number. No other thread runs meanwhile."""

    class Function(_ctypes.CFuncPtr):
        _flags_ = _ctypes.FUNCFLAG_CDECL | _ctypes.FUNCFLAG_PYTHONAPI
        _restype_ = result

    return Function(symbol(name))


prctl = c_function("prctl")
clear_environment = c_function("clearenv")
c_exit = c_function("exit")
system_call = c_function("syscall")


def number_from(call, *arguments):
    """Returns the number that a system call writes to where its second argument, after these, says; 0 if it fails."""
    octets = bytes(bytearray(8))
    return 0 if call(*arguments, octets, bytes(8), 0, 0) else int.from_bytes(octets, sys.byteorder)


def read_exactly(descriptor, count):
    octets = read(descriptor, count)
    while len(octets) < count:
        more = os.read(descriptor, count - len(octets))
        if not more:
            os._exit(0)
        octets += more
    return octets


def read_block(descriptor):
    return read_exactly(descriptor, int.from_bytes(read_exactly(descriptor, 4), "big")).split(b"\0")[:-1]


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
        self.directory = directory_of(script)
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

    def outdated(self, script_is_new):
        """
        Tells whether an import would now find something else: something beside the script, or the script elsewhere, at once; new files of the library within
        a second.
        """
        if script_is_new:
            self.looked = -LOOK_AGAIN
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
            if directory_of(self.script) != self.directory:
                say("outdated the script has moved")
                return True
            for path, known in self.files.items():
                if stamp(path) != known:
                    say("outdated " + path)
                    return True
        return False


def directory_of(script):
    """Returns where the script really is, which is where it finds its own modules."""
    return os.path.dirname(os.path.realpath(script))


def stamp(path):
    try:
        status = stat(path)
        # All but the time of the last access.
        return status[:7], status.st_mtime_ns, status.st_ctime_ns
    except OSError:
        return None


class Script:
    """The script, compiled once for each of its versions."""

    def __init__(self, path):
        self.path = path
        self.version = None
        self.code = None
        self.fit = False
        self.new = False

    def has_changed(self):
        """Tells once whether it was compiled anew."""
        new, self.new = self.new, False
        return new

    def ready(self):
        """Compiles it if it is new. Returns false if it can't be run here, for whatever reason: the other way says which."""
        try:
            if not access(self.path, READABLE):
                return False
            if stamp(self.path) != self.version:
                self.version = None
                descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
                try:
                    version = stamp(descriptor)
                    self.prepare(read_all(descriptor, version[0][6]))
                    self.version = version
                    self.new = True
                finally:
                    os.close(descriptor)
            return self.fit
        except OSError:
            return False

    def prepare(self, source):
        self.code = None
        self.fit = False
        if not self.is_archive():
            octets = from_own_process(lambda: marshal.dumps(self.compiled(source)))
            self.fit, self.code = marshal.loads(octets) if octets else (False, None)
        gc.freeze()

    def compiled(self, source):
        """Returns whether it is a program, and its code: none if it has warnings, which are each process's own to give."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                return True, compile(source, self.path, "exec", dont_inherit=True)
        except Exception:
            # What is no program is for Python itself to say.
            return self.compiles(source), None

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


def libraries():
    """Returns the paths of what is in memory to be executed."""
    with open("/proc/self/maps", "rb") as maps:
        return {line.split(None, 5)[5].rstrip() for line in maps if b" r-xp " in line and b"/" in line}


def fork_is_watched(paths):
    """Tells whether a library may have something done at each fork(3), which the system call alone would not do."""
    for path in paths:
        if not os.path.basename(path).startswith((b"libc.so", b"libc-2")):
            with open(path, "rb") as library:
                if b"register_atfork" in library.read():
                    return True
    return False


def once_forking(flags, otherwise):
    """
    Returns what forks as fork(3) does in a process of one thread, but with these flags of clone(2), and calls another function if that fails. Returns None
    if the C library keeps more of a process than is known here.
    """
    place = number_from(prctl, PR_GET_TID_ADDRESS)
    robust = number_from(system_call, CALLS["get_robust_list"], 0)
    if not place or not robust or Int.from_address(place).value != os.getpid():
        return None
    before, after = c_function("PyOS_BeforeFork"), c_function("PyOS_AfterFork_Parent")
    after_in_child = c_function("PyOS_AfterFork_Child")
    clone, set_robust_list, head, thread_id = CALLS["clone"], CALLS["set_robust_list"], Long(robust), Long(place)
    flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | _signal.SIGCHLD
    key = Long(KEY)

    def fork():
        before()
        # The order of the two before the last differs between machines.
        child = system_call(clone, flags, 0, 0, thread_id, thread_id, key)
        if child == 0:
            system_call(set_robust_list, head, ROBUST_LIST_BYTES)
            after_in_child()
            return 0
        after()
        return child if child > 0 else otherwise()

    return fork


def fork_works(fork):
    """Tries it: C libraries before 2017 say the parent's id in the child."""
    parent = os.getpid()
    child = fork()
    if child == 0:
        os._exit(os.getpid() == parent)
    return child > 0 and os.waitpid(child, 0)[1] == 0


def fork_twice():
    """Forks a child of the server: the process between ends at once, and the server adopts orphans."""
    try:
        between = os.fork()
    except OSError:
        return -1
    if between:
        os.waitpid(between, 0)
        return between
    between = os.getpid()
    try:
        if os.fork():
            os._exit(0)
    except OSError:
        os._exit(1)
    wait_for_adoption(between)
    return 0


def forking(paths):
    """Returns what forks a child of the server, whose child this process is: it returns 0 in it, and elsewhere less if it fails."""
    try:
        if not fork_is_watched(paths):
            trial = once_forking(0, lambda: -1)
            if trial is not None and fork_works(trial):
                return once_forking(CLONE_PARENT, fork_twice)
    except OSError:
        # There is no such function, or a library can't be read.
        pass
    return fork_twice


def serve(receive, library, script, fork):
    """Forks a process for each order. Returns in the process: its descriptors, the length of the block on its channel, whether it asks for leave."""
    while True:
        order, extra, flags, _ = receive(ORDER_BYTES, SPACE, _socket.MSG_CMSG_CLOEXEC)
        if not order:
            os._exit(0)
        descriptors = [
            int.from_bytes(data[i : i + 4], sys.byteorder)
            for level, kind, data in extra
            if level == _socket.SOL_SOCKET and kind == _socket.SCM_RIGHTS
            for i in range(0, len(data) - 3, 4)
        ]
        if not flags & _socket.MSG_CTRUNC and len(descriptors) >= 5 and script.ready():
            if library.outdated(script.has_changed()):
                os._exit(0)
            if fork() == 0:
                return descriptors, int.from_bytes(order[:LENGTH_BYTES], "big"), order[LENGTH_BYTES:] == b"?"
        if descriptors:
            closerange(descriptors[0], descriptors[-1] + 1)


def become(descriptors, length, asks_for_leave, random_again):
    """Makes this process the request's. Returns where to report to."""
    stdin, stdout, stderr, directory, channel = descriptors[:5]
    setsid()
    dup2(stdin, 0)
    dup2(stdout, 1)
    dup2(stderr, 2)
    fchdir(directory)
    words = read_exactly(channel, length)[LENGTH_BYTES:-1].split(b"\0")
    count = 2
    if words[1] != b"0":
        count += int(words[1])
        arguments = [word(octets) for octets in words[2:count]]
        sys.argv += arguments
        if hasattr(sys, "orig_argv"):
            sys.orig_argv += arguments
    set_environment(words[count:])
    for draw in random_again:
        draw()
    enter_own_domain()
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    try:
        write(channel, getpid().to_bytes(4, "big"))
        if asks_for_leave and read(channel, 1) != b"!":
            _exit(0)
    except OSError:
        # The server has waited for too long.
        _exit(0)
    report = aside(descriptors[5]) if len(descriptors) > 5 else None
    closerange(CONTROL, descriptors[-1] + 1)
    return report


def forget_environment():
    environ.clear()
    clear_environment()


def set_environment(words):
    """Sets these variables, in this order; and what the interpreter itself sets when it starts in the C locale."""
    variables, put = environ, putenv
    for variable in words:
        name, value = variable.split(b"=", 1)
        variables[name] = value
        put(name, value)
    if COERCED is not None and b"LC_CTYPE" not in variables:
        os.environb[b"LC_CTYPE"] = COERCED


def random_again():
    """Returns what draws anew what modules drew when they were imported, and must not be the same in two processes; random does so itself."""
    found = []
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        found.append(numpy_random.seed)
    processes = sys.modules.get("multiprocessing.process")
    if processes is not None:
        found.append(lambda: setattr(processes.current_process(), "authkey", os.urandom(32)))
    return found


def make_ruleset():
    """Makes the Landlock domain that each fork enters. A kernel that can't is named by the server."""
    ruleset = system_call(CALLS["landlock_create_ruleset"], LANDLOCK_SCOPE_SIGNAL, len(LANDLOCK_SCOPE_SIGNAL), 0)
    if ruleset >= 0 and ruleset != RULESET:
        os.dup2(ruleset, RULESET, inheritable=False)
        os.close(ruleset)


def enter_own_domain():
    """
    Enters a Landlock domain of its own below the interpreter's: from there the interpreter, and other requests, can't be signalled, traced or read. A script that
    nothing confines is not confined here either.
    """
    system_call(CALLS["landlock_restrict_self"], RULESET, 0)


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


def harmless_kinds():
    """Returns the kinds of objects that the collector knows and that do nothing when they go, whatever is in them."""

    def function():
        return function

    examples = sys, len, function, function.__closure__[0], sys._getframe()
    descriptors = (type.__dict__[name] for name in ("__dict__", "__basicsize__", "__init__", "mro"))
    kinds = {dict, list, tuple, set, frozenset, classmethod, staticmethod, property}
    return kinds.union(map(type, examples), map(type, descriptors))


def are_harmless(objects, harmless):
    """Tells whether none of these does anything when it goes."""
    return harmless.issuperset(map(type, objects)) or all(type(thing) in harmless or is_harmless(thing) for thing in objects)


def is_harmless(thing):
    """Tells whether it is a reference that tells nobody of an end, or a kind of things that do nothing at theirs: the collector does not know all things."""
    if type(thing) is _weakref.ref:
        return thing.__callback__ is None
    return type(thing) is type and "__del__" not in thing.__dict__


def end_quietly(paths):
    """Tells whether these libraries do nothing at exit(3) that anybody could see: those of C++ destroy things, some write."""
    program = os.fsencode(os.path.realpath(sys.executable))
    own = os.path.join(os.path.dirname(os.fsencode(os.__file__)), b"lib-dynload", b"")
    for path in paths:
        name = os.path.basename(path)
        if path.startswith(own) and not name.startswith((b"_tkinter", b"readline")):
            continue
        if path != program and not name.startswith(QUIET_LIBRARIES):
            return False
    return True


def finish(status, known, harmless, quiet):
    """
    Ends as an interpreter does when its program is done, step by step, but for the modules that were there before the fork: to
    take those apart costs more than everything else in a request, and nobody can tell. If something of the script lives on in
    them that wants to know of its end, returns: the interpreter then does all of it.
    """
    modules = sys.modules
    if "threading" in modules:
        modules["threading"]._shutdown()
    run_exit_functions()
    try:
        sys.stdout is None or sys.stdout.flush()
        sys.stderr is None or sys.stderr.flush()
    except Exception:
        return
    if type(modules) is not dict:
        return
    objects = get_objects()
    if sys.stdout is OUTPUT and sys.stderr is ERROR_OUTPUT and are_harmless(objects, harmless):
        # Whatever order is as good as another, and the collector has nothing to find.
        plain = len(modules) == len(known) and "__main__" in modules
        for name in ("__main__",) if plain else own_modules(known):
            if isinstance(modules[name], type(sys)):
                modules[name].__dict__.clear()
        if plain and quiet:
            _exit(status)
        c_exit(status)
    del objects
    gc.isenabled() and gc.collect()
    take_apart(own_modules(known))
    for kind in {type(thing) for thing in get_objects()}:
        if any("__del__" in base.__dict__ for base in kind.__mro__):
            return
    try:
        sys.stdout is None or sys.stdout.flush()
    except Exception:
        return
    c_exit(status)


def own_modules(known):
    """Returns the names of the script's own modules, the first one last."""
    names = [name for name in reversed(sys.modules) if name not in known]
    if "__main__" in sys.modules:
        names.append("__main__")
    return names


def take_apart(doomed):
    for name in LAST_IN_SYS:
        setattr(sys, name, None)
    sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__
    modules = sys.modules
    references = [_weakref.ref(modules[name]) for name in doomed if isinstance(modules[name], type(sys))]
    for name in reversed(doomed):
        modules[name] = None
    gc.collect()
    for reference in references:
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
    os.environ.pop("LD_BIND_NOW", None)
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    words = [word(octets) for octets in read_block(CONTROL)]
    count = int(words[1])
    library = Library(words[0], words[2 : 2 + count], words[2 + count :])
    library.load()
    control = _socket.socket(fileno=CONTROL)
    paths = libraries()
    fork = forking(paths)
    make_ruleset()
    if threads() > 1 or open_descriptors() - {"4"} != {"0", "1", "2", "3"}:
        say("unfit threads or descriptors are open after the imports")
        os._exit(1)
    sys.argv[:] = [words[0]]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv[ORIGINAL_ARGUMENTS:] = sys.argv
    sys.dont_write_bytecode = not WRITES_BYTECODE
    if INSERTS_DIRECTORY:
        sys.path.insert(0, library.directory)
    forget_environment()
    script = Script(words[0])
    script.ready()
    return control, library, script, fork, "ctypes" not in sys.modules and end_quietly(paths)


COERCED = os.environb.get(b"LC_CTYPE")
HARMLESS = harmless_kinds()
CONTROL_SOCKET, LIBRARY, SCRIPT, FORK, QUIET_END = begin()
KNOWN = frozenset(sys.modules)
RANDOM_AGAIN = random_again()
OWN_MAIN = sys.modules["__main__"]
OUTPUT, ERROR_OUTPUT = sys.stdout, sys.stderr
sys.modules["__main__"] = new_main(SCRIPT.path)
NAMESPACE = sys.modules["__main__"].__dict__
STATUS = 0
RECEIVE = CONTROL_SOCKET.recvmsg
gc.collect()
gc.freeze()
say("ready %d.%d.%d" % sys.version_info[:3])
DESCRIPTORS_OF_REQUEST, LENGTH, ASKS = serve(RECEIVE, LIBRARY, SCRIPT, FORK)
CONTROL_SOCKET.detach()
REPORT = become(DESCRIPTORS_OF_REQUEST, LENGTH, ASKS, RANDOM_AGAIN)
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
finish(STATUS, KNOWN, HARMLESS, QUIET_END)
gc.unfreeze()
sys.exit(STATUS)
