#!/usr/bin/python3 -I
import sys
print(sys.path, sys.flags)
