#!/usr/bin/python3
"""What scripts do with themselves, their children and their files: all of it must work."""
import ctypes
import fcntl
import multiprocessing
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time


def square(x):
    return x * x


def own_child_is_signalled():
    child = os.fork()
    if child == 0:
        signal.pause()
        os._exit(0)
    os.kill(child, signal.SIGTERM)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGTERM


def own_group_is_signalled():
    child = subprocess.Popen(["sleep", "60"], start_new_session=True)
    os.killpg(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL


def own_thread_is_signalled():
    seen = []
    signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))
    signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
    os.kill(os.getpid(), signal.SIGUSR1)
    assert len(seen) == 2


def alarm_rings():
    rung = []
    signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    while not rung:
        signal.pause()


def threads_run():
    done = []
    threads = [threading.Thread(target=done.append, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4


def child_has_a_descriptor():
    child = subprocess.Popen(["true"])
    try:
        fd = os.pidfd_open(child.pid)
    except ProcessLookupError:
        return
    finally:
        child.wait()
    os.close(fd)


def shell_kills_its_job():
    subprocess.run(["sh", "-c", "sleep 60 & kill $!; wait $!; test $? -eq 143"],
                   check=True, stderr=subprocess.DEVNULL)


def files_move_between_directories():
    with tempfile.TemporaryDirectory() as top:
        os.mkdir(top + "/a")
        os.mkdir(top + "/b")
        with open(top + "/a/x", "w") as file:
            file.write("x")
        os.rename(top + "/a/x", top + "/b/x")
        os.link(top + "/b/x", top + "/a/y")
        os.truncate(top + "/a/y", 0)


def sockets_of_its_own():
    one, other = socket.socketpair()
    one.send(b"x")
    assert other.recv(1) == b"x"


def locks_and_priorities():
    with tempfile.TemporaryFile() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
    os.nice(1)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 64), hard))
    os.sched_getaffinity(0)


def devices():
    with open("/dev/null", "w") as sink:
        sink.write("x")
    with open("/dev/urandom", "rb") as source:
        assert len(source.read(8)) == 8


def own_descriptors_by_name():
    subprocess.run(["sh", "-c", "echo x > /dev/stdout; cat < /dev/stdin"], check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)


def main():
    for deed in (own_child_is_signalled, own_group_is_signalled, own_thread_is_signalled, alarm_rings, threads_run,
                 child_has_a_descriptor, shell_kills_its_job, files_move_between_directories, sockets_of_its_own,
                 locks_and_priorities, devices, own_descriptors_by_name):
        try:
            deed()
        except Exception as e:
            print(deed.__name__, repr(e), file=sys.stderr)
    with multiprocessing.Pool(2) as pool:
        assert pool.map(square, [1, 2, 3]) == [1, 4, 9]
    print("all is well")


main()
