#!/usr/bin/env -S python3 -W error -u
import sys, warnings
print(sys.flags)
warnings.warn("now an error")
