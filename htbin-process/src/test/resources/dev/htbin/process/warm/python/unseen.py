#!/usr/bin/python3
# Has a method that runs at the end of what only the collector ends, and not each collector knows.
class Ends:
    __slots__ = ()

    def __del__(self, say=print):
        say("ended")


cycle = []
cycle += cycle, Ends()
print("running")
