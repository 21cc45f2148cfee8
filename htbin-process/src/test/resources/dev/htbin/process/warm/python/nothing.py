#!/usr/bin/python3
import sys

print("before")
sys.stdout = None
