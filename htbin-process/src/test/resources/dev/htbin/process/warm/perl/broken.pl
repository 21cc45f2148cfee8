#!/usr/bin/perl
print "before\n"; if (
