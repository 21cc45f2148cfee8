#!/usr/bin/python3
# Wants to know of the end of what only the collector ends.
import sys
import _weakref

told, cycle = {}, {}
exec("def told(reference): print('told')", told)
exec("def watched(): pass", cycle)
sys.reference = _weakref.ref(cycle["watched"], told["told"])
print("running")
