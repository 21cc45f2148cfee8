#!/usr/bin/perl
BEGIN { print "Content-Type: text/plain\n\n"; print scalar <STDIN>; }
print <STDIN>;
