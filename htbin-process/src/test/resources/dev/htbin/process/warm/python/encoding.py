#!/usr/bin/python3
print("grüße")
