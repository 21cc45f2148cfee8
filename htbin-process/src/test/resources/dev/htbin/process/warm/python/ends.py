#!/usr/bin/python3
import sys


class Plain:
    pass


class Last:
    __slots__ = ()

    def __del__(self):
        print("gone", last is None, sys is None)


last = Last()
