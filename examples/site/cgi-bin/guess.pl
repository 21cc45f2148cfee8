#!/usr/bin/perl
# Guess a number: the state is a cookie, the form comes by POST, and the answer to a POST is a redirect. No CGI.pm.
use strict;
use warnings;

sub decoded {
    my ($text) = @_;
    $text =~ tr/+/ /;
    $text =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
    return $text;
}

sub escaped {
    my ($text) = @_;
    $text =~ s/&/&amp;/g;
    $text =~ s/</&lt;/g;
    $text =~ s/>/&gt;/g;
    $text =~ s/"/&quot;/g;
    return $text;
}

my %cookie = map { /^\s*([^=]+)=(.*)$/ ? ($1 => $2) : () } split /;/, $ENV{HTTP_COOKIE} // '';
my ($secret, $tries) = ($cookie{guess} // '') =~ /^(\d{1,3})-(\d{1,4})$/;
my $fresh = !defined $secret;
($secret, $tries) = (1 + int rand 100, 0) if $fresh;

my $name = $ENV{SCRIPT_NAME};
if ($ENV{REQUEST_METHOD} eq 'POST') {
    read STDIN, my $body, $ENV{CONTENT_LENGTH} || 0;
    my %form = map { my ($key, $value) = split /=/, $_, 2; (decoded($key) => decoded($value // '')) } split /&/, $body;
    my ($number) = ($form{number} // '') =~ /^(\d{1,3})$/;
    $tries++;
    my $answer = !defined $number ? 'what' : $number < $secret ? 'more' : $number > $secret ? 'less' : 'found';
    my $kept = $answer eq 'found' ? 'guess=; Max-Age=0' : "guess=$secret-$tries";
    my $host = $ENV{HTTP_HOST} // "$ENV{SERVER_NAME}:$ENV{SERVER_PORT}";
    my $scheme = ($ENV{HTTPS} // '') eq 'on' ? 'https' : 'http';
    print "Status: 303 See Other\r\nSet-Cookie: $kept; Path=$name; HttpOnly; SameSite=Lax\r\n",
        "Location: $scheme://$host$name?answer=$answer&tries=$tries\r\n\r\n";
    exit;
}

my ($answer) = ($ENV{QUERY_STRING} // '') =~ /(?:^|&)answer=([a-z]+)/;
my ($count) = ($ENV{QUERY_STRING} // '') =~ /(?:^|&)tries=(\d{1,4})/;
my %says = (more => 'It is more.', less => 'It is less.', what => 'A number, please.', found => 'That is it!');
my $remark = $says{ $answer // '' } // 'I think of a number from 1 to 100.';
$remark .= " Tries: $count." if defined $count;
(my $style = $name) =~ s{/[^/]+/[^/]+$}{/style.css};
print "Content-Type: text/html; charset=utf-8\r\n";
print "Set-Cookie: guess=$secret-$tries; Path=$name; HttpOnly; SameSite=Lax\r\n" if $fresh;
print "\r\n";
printf <<'PAGE', escaped($style), escaped($remark), escaped($name);
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Guess a number</title><link rel="stylesheet" href="%s"></head><body>
<h1>Guess a number</h1>
<p class="lead">%s</p>
<form action="%s" method="post"><label>Number <input name="number" inputmode="numeric" autofocus></label><button>Guess</button></form>
</body></html>
PAGE
