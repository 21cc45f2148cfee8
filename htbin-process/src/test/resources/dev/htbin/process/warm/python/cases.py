#!/usr/bin/python3
"""One case for each argument: what it prints, and how it ends, must be the same cold and warm."""
import sys


def case_arguments():
    print(sys.argv, sys.orig_argv[1:] if hasattr(sys, "orig_argv") else None)


def case_path():
    print(sys.path, sys.executable, sys.prefix, sys.base_prefix, sys.flags, sys.dont_write_bytecode)


def case_main():
    import __main__

    print(__name__, __file__, __doc__, __package__, __spec__, type(__loader__), __loader__.path, __builtins__)
    print([name for name in globals() if not name.startswith("case_")], __main__.case_main is case_main)


def case_environment():
    import os
    import posix

    print(list(os.environ.items()))
    print(sorted(posix.environ.items()))
    sys.stdout.flush()
    os.system("env")


def case_exit_number():
    sys.exit(3)


def case_exit_large_number():
    sys.exit(-(1 << 70))


def case_exit_none():
    sys.exit()


def case_exit_true():
    sys.exit(True)


def case_exit_text():
    print("out")
    sys.exit("Ende: grüße \udc80")


def case_exit_object():
    sys.exit(["a", 1])


def case_exit_in_function():
    def inner():
        raise SystemExit(7)

    inner()


def case_end_of_what_the_collector_does_not_know():
    class Last:
        __slots__ = ()

        def __del__(self):
            print("gone", last is None, sys is None)

    global last
    last = Last()


def case_end_of_a_cycle():
    class Cycle:
        def __del__(self):
            print("gone", sorted(vars(self)))

    one, two = Cycle(), Cycle()
    one.two, two.one = two, one


def case_end_of_a_file():
    global file
    file = open("/dev/stdout", "w")
    file.write("not flushed by the script\n")


def case_end_of_c_output():
    import ctypes

    ctypes.CDLL(None).printf(b"from C\n")


def case_environment_in_c():
    import ctypes

    getenv = ctypes.CDLL(None).getenv
    getenv.restype = ctypes.c_char_p
    import os

    os.environ["ADDED"] = "1"
    del os.environ["GATEWAY_INTERFACE"]
    print([getenv(name) for name in (b"QUERY_STRING", b"EMPTY", b"ADDED", b"GATEWAY_INTERFACE", b"LD_BIND_NOW")])


def case_exit_while_handling():
    try:
        1 / 0
    except ZeroDivisionError:
        sys.exit(5)


def case_exit_at_once():
    import os

    sys.stdout.write("lost")
    os._exit(4)


def case_uncaught():
    def inner(value):
        return {}[value]

    inner("grüße")


def case_uncaught_chain():
    try:
        try:
            1 / 0
        except ZeroDivisionError as e:
            raise ValueError("second") from e
    except ValueError:
        raise TypeError("third")


def case_uncaught_note():
    error = ValueError("a")
    if hasattr(error, "add_note"):
        error.add_note("a note")
    raise error


def case_interrupt():
    raise KeyboardInterrupt


def case_own_signal():
    import os
    import signal

    os.kill(os.getpid(), signal.SIGTERM)


def case_abort():
    import os

    os.abort()


def case_recursion():
    def deeper(n):
        return deeper(n + 1)

    try:
        deeper(0)
    except RecursionError as e:
        print(e)


def case_syntax_error():
    compile("a b", "inner.py", "exec")


def case_excepthook():
    def hook(kind, value, trace):
        frames = []
        while trace:
            frames.append(trace.tb_frame.f_code.co_name)
            trace = trace.tb_next
        print(kind, value, frames, value.__traceback__.tb_frame.f_code.co_name)

    sys.excepthook = hook
    raise ValueError("for the hook")


def case_excepthook_fails():
    sys.excepthook = lambda *_: 1 / 0
    try:
        raise ValueError("first")
    except ValueError:
        pass


def case_cgitb():
    import warnings

    warnings.simplefilter("ignore")
    import cgitb

    cgitb.enable(format="text")
    print("before")
    raise ValueError("shown")


def case_atexit():
    import atexit

    atexit.register(print, "first registered")
    atexit.register(print, "last registered")
    atexit.register(lambda: 1 / 0)
    print("body")


def case_atexit_after_error():
    import atexit

    atexit.register(print, "at exit")
    raise ValueError("x")


def case_atexit_exits():
    import atexit

    def leave():
        sys.exit(9)

    atexit.register(leave)
    print("body")


class Ends:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("end of", self.name, sys.meta_path is None)


def case_finalizer_of_global():
    globals()["kept"] = Ends("a global")
    globals()["_private"] = Ends("a private global")


def case_finalizer_of_cycle():
    one, other = Ends("one"), Ends("other")
    one.other, other.one = other, one


def case_finalizer_in_library():
    import json

    json.kept = Ends("what json holds")


def case_finalizer_in_sys():
    sys.kept = Ends("what sys holds")


def case_finalizer_in_builtins():
    import builtins

    builtins.kept = Ends("what builtins holds")


def case_generator_finally():
    def generate():
        try:
            yield 1
        finally:
            print("finally")

    globals()["generator"] = generate()
    next(generator)  # noqa: F821


def case_generator_finally_in_library():
    import re

    def generate():
        try:
            yield 1
        finally:
            sys.stdout.write("finally in re\n")

    re.kept = generate()
    next(re.kept)


def case_weakref_finalize():
    import weakref

    class Thing:
        pass

    globals()["thing"] = Thing()
    weakref.finalize(thing, print, "finalized")  # noqa: F821


def case_output_replaced():
    import io

    sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="latin-1", newline="\r\n")
    print("grüße")


def case_output_detached():
    stream = open(1, "wb", closefd=False)
    stream.write(b"\x00\xff binary \n")
    globals()["stream"] = stream


def case_output_binary():
    sys.stdout.write("text first\n")
    sys.stdout.flush()
    sys.stdout.buffer.write(bytes(range(256)))


def case_output_closed():
    sys.stdout.close()


def case_output_by_descriptor():
    import os

    os.close(1)
    print("x")


def case_output_none():
    print("before")
    sys.stdout = None
    print("nowhere")


def case_output_large():
    sys.stdout.write("0123456789abcdef" * 20000)


def case_output_order():
    import os

    print("buffered")
    os.write(1, b"at once\n")
    print("to stderr", file=sys.stderr)


def case_output_of_c():
    import ctypes

    libc = ctypes.CDLL(None)
    libc.printf(b"printed by C\n")


def case_input():
    print(repr(sys.stdin.read()))


def case_input_binary():
    print(sys.stdin.buffer.read(), sys.stdin.encoding, sys.stdin.errors, sys.stdin.isatty())


def case_input_lines():
    print(input())
    print(sys.stdin.readline())
    import os

    print(os.read(0, 10), os.lseek(0, 0, os.SEEK_CUR))


def case_input_of_child():
    import subprocess

    print(subprocess.run(["cat"], stdout=subprocess.PIPE).stdout)


def case_streams():
    for stream in sys.stdin, sys.stdout, sys.stderr:
        print(stream.name, stream.mode, stream.encoding, stream.errors, stream.line_buffering, stream.write_through)
        print(stream.fileno(), stream.isatty(), stream.seekable(), type(stream.buffer), stream is getattr(sys, "__%s__" % stream.name[1:-1]))


def case_locale():
    import locale
    import time

    print(locale.setlocale(locale.LC_ALL), locale.getpreferredencoding(), sys.getfilesystemencoding(), time.tzname)


def case_threads():
    import threading

    printed = threading.Event()

    def work():
        printed.wait()
        print("thread", threading.current_thread().name, threading.main_thread().name)

    thread = threading.Thread(target=work)
    thread.start()
    print(threading.active_count(), threading.current_thread() is threading.main_thread())
    printed.set()


def case_daemon_thread():
    import threading

    threading.Thread(target=threading.Event().wait, daemon=True).start()
    print("done")


def case_executor():
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        print(sum(pool.map(len, ["a", "bb", "ccc"])))


def case_asyncio():
    import asyncio

    async def wait():
        await asyncio.sleep(0)
        return "waited"

    print(asyncio.run(wait()))


def case_subprocess():
    import subprocess

    print(subprocess.run(["sh", "-c", "echo $0 $#; exit 3", "a", "b"], stdout=subprocess.PIPE))
    print(subprocess.run(["sh", "-c", "ls /proc/self/fd | wc -l"], stdout=subprocess.PIPE, close_fds=False))


def case_children():
    import os

    pid = os.fork()
    if pid == 0:
        os._exit(6)
    print(os.waitpid(pid, 0)[1])
    try:
        os.wait()
    except ChildProcessError as e:
        print(e)


def case_multiprocessing():
    import multiprocessing

    context = multiprocessing.get_context("fork")
    with context.Pool(2) as pool:
        print(pool.map(abs, [-1, -2, 3]))
    queue = context.Queue()
    process = context.Process(target=queue.put, args=("from a process",))
    process.start()
    print(queue.get())
    process.join()
    print(process.exitcode)


def case_multiprocessing_spawn():
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    process = context.Process(target=print, args=("spawned",))
    process.start()
    process.join()
    print(process.exitcode)


def case_beside():
    import beside
    from package import inner

    print(beside.__file__, beside.name, inner.value, inner.__name__)


def case_signals():
    import signal

    print([(n.name, signal.getsignal(n)) for n in sorted(signal.valid_signals()) if isinstance(n, signal.Signals)])
    print(signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.getitimer(signal.ITIMER_REAL), signal.alarm(0))


def case_own_handler():
    import os
    import signal

    signal.signal(signal.SIGUSR1, lambda *_: print("handled"))
    os.kill(os.getpid(), signal.SIGUSR1)
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    signal.signal(signal.SIGALRM, lambda *_: print("alarm"))
    signal.pause()


def case_process():
    import os
    import resource

    print(os.getcwd(), oct(os.umask(0o22)), os.getpid() == os.getpgrp() == os.getsid(0), os.getuid(), os.getgid(), os.getgroups())
    print([resource.getrlimit(n) for n in range(10)], os.nice(0), os.cpu_count(), sorted(os.sched_getaffinity(0)))
    with open("/proc/self/status") as status:
        kept = "NoNewPrivs", "Seccomp", "Cap", "SigP", "SigB", "SigI", "SigC", "ShdPnd", "Umask", "Threads", "Groups"
        print([line for line in status if line.startswith(kept)])


def case_parent():
    import os

    with open("/proc/%d/cmdline" % os.getppid()) as command:
        print(command.read().split("\0")[0].endswith("java"))


def case_descriptors():
    import os

    print(sorted(os.listdir("/proc/self/fd"), key=int)[:3], os.open("/dev/null", os.O_RDONLY))
    with open("/dev/stdout", "w") as again:
        again.write("opened anew\n")
    with open("/proc/self/environ", "rb") as environment, open("/proc/self/maps") as maps:
        print(len(environment.read()) > 0, len(maps.read()) > 0)


def case_random():
    import random
    import secrets
    import uuid

    random.seed(5)
    print(random.random(), len(secrets.token_hex(8)), uuid.uuid5(uuid.NAMESPACE_DNS, "a"))


def case_tempfile():
    import os
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        print(os.path.dirname(file.name), os.path.exists(file.name))
    globals()["directory"] = tempfile.TemporaryDirectory()
    print(tempfile.gettempdir())


def case_unwritten_file():
    import tempfile

    path = tempfile.mkstemp()[1]
    globals()["file"] = open(path, "w")
    file.write("flushed at the end")  # noqa: F821
    import atexit
    import os

    atexit.register(lambda: (print(os.path.getsize(path)), os.remove(path)))


def case_warning():
    import warnings

    warnings.warn("a warning")
    warnings.warn("an old thing", DeprecationWarning)


def case_logging():
    import logging

    logging.basicConfig(format="%(levelname)s %(module)s %(message)s %(processName)s %(threadName)s")
    logging.warning("logged")
    logging.info("not logged")


def case_traceback():
    import traceback

    try:
        1 / 0
    except ZeroDivisionError:
        traceback.print_exc()


def case_pickle():
    import pickle

    print(type(pickle.loads(pickle.dumps(Ends("pickled")))).__module__)


def case_inspect():
    import inspect

    print(inspect.getsource(case_exit_none), inspect.getfile(case_inspect), inspect.getmodule(case_inspect).__name__)


def case_sqlite3():
    import sqlite3

    with sqlite3.connect(":memory:") as database:
        print(database.execute("select 1 + 1").fetchone())


def case_ssl():
    import ssl

    print(ssl.OPENSSL_VERSION, len(ssl.RAND_bytes(8)), ssl.create_default_context().verify_mode)


def case_hashes():
    import hashlib

    print(hashlib.sha256(b"a").hexdigest(), hash(1.5), hash((1, 2)))


def case_lxml():
    from lxml import etree

    print(etree.tostring(etree.fromstring("<a><b>grüße</b></a>")))


def case_numpy():
    import numpy

    print(numpy.arange(6).reshape(2, 3) @ numpy.ones(3))


def case_decimal():
    import decimal

    print(decimal.getcontext(), decimal.Decimal(1) / 3)


def case_ctypes():
    import ctypes
    import ctypes.util

    print(ctypes.CDLL(None).abs(-3), ctypes.sizeof(ctypes.c_long))


def case_garbage():
    import gc

    print(gc.isenabled(), gc.get_threshold(), gc.callbacks, gc.garbage)


def case_imports_fail():
    try:
        import absent.module
    except ImportError as e:
        print(e, e.name)
    import absent  # noqa: F401


def case_executed():
    import os

    sys.stdout.flush()
    os.execv("/bin/sh", ["sh", "-c", "echo $$ > /dev/null; echo executed; ls /proc/self/fd | wc -l"])


def case_debugger():
    print(sys.gettrace(), sys.getprofile(), sys.getrecursionlimit(), sys.getswitchinterval())


def case_module_types():
    print(sys.modules["__main__"].__name__, sys.modules[__name__].__dict__ is globals(), len(vars(sys.modules["__main__"])) > 10)


if __name__ == "__main__":
    globals()["case_" + sys.argv[1]]()
