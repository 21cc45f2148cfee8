#!/usr/bin/python3 -Es
import sys
print(sys.flags, sys.path)
