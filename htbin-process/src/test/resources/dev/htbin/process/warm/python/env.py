#!/usr/bin/env python3
import sys
print(sys.executable, sys.argv, sys.orig_argv)
