#!/usr/bin/python3 -u
import sys, os
print("a"); os.write(1, b"b\n"); print(sys.flags)
