#!/usr/bin/python3
print("before")
if x
  print(1)
