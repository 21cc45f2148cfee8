#!/usr/bin/perl
use utf8; binmode STDOUT, ":utf8"; print length("ä"), "ä\n"; # no line end