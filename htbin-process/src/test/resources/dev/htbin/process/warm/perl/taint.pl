#!/usr/bin/perl -T
use strict;
print "${^TAINT}\n"; system "echo tainted $ENV{PATH}";
