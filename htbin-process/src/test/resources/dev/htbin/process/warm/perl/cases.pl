#!/usr/bin/perl
# One case for each argument: what it prints, and how it ends, must be the same cold and warm.
my %case;

BEGIN { our $phases = "begin " . (defined $^S ? "defined" : "undefined") . " $0" }
CHECK { our $phases .= ", check" }
INIT { our $phases .= ", init" }
END { print "end $?\n" if our $ends }

$case{arguments} = sub { print join("|", $0, @ARGV, scalar @ARGV), "\n" };
$case{phases} = sub { our $phases; print "$phases ${^GLOBAL_PHASE}\n" };
$case{caller} = sub { print defined caller(1) ? "called" : "main", " ", __FILE__, " ", __LINE__, " ", __PACKAGE__, "\n" };
$case{environment} = sub { print map { "$_=$ENV{$_}\n" } sort keys %ENV; $| = 1; system "env | sort" };
$case{exit} = sub { exit 3 };
$case{exit_with_end} = sub { our $ends = 1; exit 4 };
$case{die} = sub { die "dead" };
$case{die_line} = sub { die "dead\n" };
$case{die_object} = sub { die bless {}, "Thing" };
$case{die_errno} = sub { open my $f, "<", "/absent" or die "absent: $!" };
$case{die_in_child} = sub { system "exit 5"; $! = 0; die "after" };
$case{die_handler} = sub { local $SIG{__DIE__} = sub { print "handler ", defined $^S ? $^S : "undef", " $_[0]" }; die "handled" };
$case{warn} = sub { warn "warned"; my $x; my $y = "a" . $x; print $^W, "\n" };
$case{eval} = sub { eval { die "inner\n" }; print "caught $@"; print eval("1 +") // "undefined", $@ =~ s/eval \d+/eval N/r, "\n" };
$case{no_return} = sub { my $f = "absent"; $f->() };
$case{kill} = sub { kill 9, $$ };
$case{input} = sub { local $/; print "[", <STDIN>, "]" };
$case{input_lines} = sub { print scalar <STDIN>; print "rest: ", <STDIN>; print eof(STDIN) ? "eof" : "more", tell(STDIN), "\n" };
$case{input_read} = sub { read STDIN, my $x, 5; print $x; sysseek STDIN, 0, 0; sysread STDIN, $x, 3; print "$x\n" };
$case{input_of_child} = sub { print `cat` };
$case{diamond} = sub { @ARGV = (); print while <> };
$case{data} = sub { print tell(DATA) > 0 ? "data: " : "none", <DATA>, fileno(DATA) > 2 ? "open" : "closed", "\n" };
$case{own_source} = sub { seek DATA, 0, 0; my $first = <DATA>; print "$first $.\n" };
$case{output_order} = sub { print "buffered\n"; syswrite STDOUT, "at once\n"; print STDERR "error\n" };
$case{output_binary} = sub { binmode STDOUT; print map chr, 0 .. 255 };
$case{output_utf8} = sub { binmode STDOUT, ":utf8"; print "\x{263a}\n" };
$case{output_wide} = sub { print "\x{263a}\n" };
$case{output_large} = sub { print "0123456789abcdef" x 20000 };
$case{output_closed} = sub { close STDOUT; print "lost" };
$case{files} = sub { open my $f, "<", "/dev/null"; print fileno($f) < 6 ? "low" : fileno $f, "\n"; print join(" ", map { -t $_ ? 1 : 0 } *STDIN, *STDOUT, *STDERR), "\n" };
$case{child} = sub { my $pid = fork; exit 6 unless $pid; waitpid $pid, 0; print $? >> 8, " ", wait, "\n" };
$case{pipe} = sub { open my $p, "-|", "echo", "from a pipe" or die; print <$p>; close $p; print "$?\n" };
$case{exec} = sub { exec "echo", "executed" };
$case{process} = sub { require POSIX; print join(" ", POSIX::getcwd(), umask, getpgrp == $$ ? 1 : 0, $<, $>, $(, $)), "\n" };
$case{time} = sub { print time - $^T < 30 ? "recent" : "old: " . (time - $^T), "\n" };
$case{names} = sub { print "$^X $^V $] $^O ", defined $^P ? 1 : 0, " ${^TAINT} ${^UNICODE} $; $, $\\ $/", "\n" };
$case{inc} = sub { print join("\n", @INC), "\n" };
$case{signals} = sub { print map { "$_=" . ($SIG{$_} // "undefined") . " " } sort keys %SIG; local $SIG{ALRM} = sub { print "alarm\n" }; alarm 1; sleep 5 };
$case{use} = sub { eval "use Data::Dumper; use List::Util 'sum'; print Dumper([sum 1, 2]), qq(\n)"; print $@ };
$case{posix} = sub { require POSIX; print POSIX::floor(1.5), POSIX::strftime("%Y", gmtime 0), POSIX::setlocale(POSIX::LC_ALL(), ""), "\n" };
$case{findbin} = sub { require FindBin; print "$FindBin::Bin $FindBin::Script\n" };
$case{local} = sub { require FindBin; unshift @INC, "$FindBin::Bin/lib"; require Local::Thing; print Local::Thing::name(), " $INC{'Local/Thing.pm'}\n" };
$case{cgi} = sub { require CGI; my $q = CGI->new; print $q->header(-charset => "utf-8"), $q->start_html("t"), join("|", map { "$_=" . $q->escapeHTML($q->param($_)) } sort $q->param), $q->end_html, "\n" };
$case{carp} = sub { require Carp; eval { Carp::confess("long") }; print $@ };
$case{fatals} = sub { require CGI::Carp; CGI::Carp->import("fatalsToBrowser"); die "to the browser" };
$case{tempfile} = sub { require File::Temp; my $t = File::Temp->new; print -e $t->filename ? "there" : "absent", "\n" };
$case{digest} = sub { require Digest::SHA; print Digest::SHA::sha256_hex("a"), "\n" };
$case{json} = sub { require JSON::PP; print JSON::PP->new->canonical->encode({ b => [1, "x"], a => undef }), "\n" };
$case{encode} = sub { require Encode; print length Encode::decode("UTF-8", "\xc3\xa4"), "\n" };
$case{sprintf} = sub { printf "%.3f %s %05d %x\n", 1 / 3, 1e20, 42, 255; local $, = "-"; print 1, 2, "\n" };
$case{format} = sub { our $value = "formatted"; eval "format STDOUT =\n@<<<<<<<<<\n\$value\n.\n1" or die; write };
$case{destroy} = sub { our $kept = bless { name => "global" }, "Ends"; my $my = bless { name => "lexical" }, "Ends"; print "body\n" };
$case{goto} = sub { goto &{ $case{arguments} } };
$case{strict} = sub { print eval('$undeclared = 1; "lax"') // "strict: $@", "\n" };
$case{absent} = sub { require Absent::Module };
$case{syntax} = sub { eval "if (" . "\n"; print $@ =~ s/eval \d+/eval N/r };
$case{threads} = sub { print eval { require threads; threads->create(sub { "thread" })->join } // $@, "\n" };

sub Ends::DESTROY { print "end of $_[0]{name} ${^GLOBAL_PHASE}\n" }

my $name = shift;
$case{$name}->();
__END__
first line of data
second line of data
