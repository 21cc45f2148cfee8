#!/usr/bin/python3
# -*- coding: latin-1 -*-
import sys
print(ascii("grüße"))
