#!/usr/bin/python3
"""connect.py PORT: tries to connect, to send a datagram, and to listen."""
import socket
import sys

port = int(sys.argv[1])


def attempt(what, deed):
    try:
        deed()
        print(what, "done")
    except PermissionError:
        print(what, "refused")


attempt("tcp", lambda: socket.create_connection(("127.0.0.1", port), 5).close())
attempt("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port)))
attempt("bind", lambda: socket.socket().bind(("127.0.0.1", 0)))
