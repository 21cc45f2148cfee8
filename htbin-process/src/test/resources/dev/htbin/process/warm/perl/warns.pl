#!/usr/bin/perl -w
use strict;
my $x; print "a" . $x, $^W, "\n"; print __PACKAGE__->can("new") ? 1 : 0; main() unless caller; sub main { print "main @ARGV\n" }
