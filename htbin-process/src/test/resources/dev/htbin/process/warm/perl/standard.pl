#!/usr/bin/perl
use strict;
use warnings;
use CGI qw(:standard);
use CGI::Carp qw(fatalsToBrowser);
print header, start_html("x"), h1(param("a")), end_html;
warn "to the log";
