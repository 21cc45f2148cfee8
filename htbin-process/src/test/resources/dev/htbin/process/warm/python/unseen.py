#!/usr/bin/python3
# Has a method that runs at the end, of a thing that the collector does not know.
class Ends:
    __slots__ = ()

    def __del__(self, say=print):
        say("ended")


cycle = []
cycle += cycle, Ends()
print("running")
