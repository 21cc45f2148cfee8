# Begins the program of a warm Python, python.py, which is put in as octets. A compiler leaves much memory behind, and
# each fork would copy what tells where it is: so another process compiles.
import marshal
import posix


def from_own_process(work):
    """Returns the octets that a function returns in a process of its own; none if it fails there."""
    reader, writer = posix.pipe()
    child = posix.fork()
    if child == 0:
        try:
            posix.close(reader)
            with open(writer, "wb") as result:
                result.write(work())
        finally:
            posix._exit(0)
    posix.close(writer)
    with open(reader, "rb") as result:
        octets = result.read()
    posix.waitpid(child, 0)
    return octets


exec(marshal.loads(from_own_process(lambda: marshal.dumps(compile(PROGRAM, "<stdin>", "exec", dont_inherit=True)))))
