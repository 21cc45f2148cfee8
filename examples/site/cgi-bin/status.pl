#!/usr/bin/perl
# Answers with the status of ?code=, reason phrase and all.
use strict;
use warnings;

my ($code) = $ENV{QUERY_STRING} =~ /(?:^|&)code=([2-5][0-9]{2})(?:&|$)/;
my %phrase = (200 => 'OK', 404 => 'Not Found', 418 => "I'm a teapot", 503 => 'Come Back Later');
$code //= 200;
my $phrase = $phrase{$code} // 'As You Wish';
print "Status: $code $phrase\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n$code $phrase\n";
