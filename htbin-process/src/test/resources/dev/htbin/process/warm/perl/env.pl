#!/usr/bin/env perl
print "$^X $0 @ARGV\n"; print <DATA>;
__DATA__
of data
