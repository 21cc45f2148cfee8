#!/usr/bin/python3
import _weakref


def watched():
    pass


def told(reference):
    print("told")


reference = _weakref.ref(watched, told)
print("running")
