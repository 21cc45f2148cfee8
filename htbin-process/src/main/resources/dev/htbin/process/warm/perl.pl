# Serves a CGI script from a Perl that has started already: each request is a fork of it. See python.py for the orders.
#
# All of it is one BEGIN block. In the process of a request the block ends, and Perl reads the next line of its program:
# from the script, which has taken the place of this file's descriptor by then. So the script is the main program, as if
# it had been executed, and nothing of this one is in its way. The server puts its path in, for messages.
BEGIN {
    my ($control, $own, $report_descriptor) = (3, 4, 100);
    my ($prctl_dumpable, $prctl_get_tid_address, $cloexec, $cmsg_cloexec) = (4, 40, 0x80000, 0x40000000);
    # CLONE_PARENT; what fork(3) asks for: CLONE_CHILD_SETTID, CLONE_CHILD_CLEARTID, SIGCHLD.
    my ($clone_parent, $clone_as_fork, $key) = (0x8000, 0x01200011, SIBLING_KEY);
    # The numbers differ from machine to machine: the server puts them in.
    my %call = qw(SYSTEM_CALLS);
    my ($script, @wanted, @excluded, @places, %known, %files, $beside, $looked, $report);

    my $leave = sub { syscall($call{exit_group}, $_[0]) };
    my $say = sub { my $line = "$_[0]\n"; syscall($call{write}, 1, $line, length $line) };
    my $close = sub { syscall($call{close}, $_) for @_ };
    my $dup = sub { syscall($call{dup3}, $_[0], $_[1], $_[2]) };
    my $stamp = sub { my @s = stat $_[0]; @s ? join(':', @s[0, 1, 7, 9, 10]) : '' };
    my $stamp_of_place = sub { my @s = stat $_[0]; @s ? join(':', @s[0, 1, 9]) : '' };

    # Perl's own read would take more than it is asked for.
    my $exactly = sub {
        my ($descriptor, $count) = @_;
        my $octets = '';
        while (length $octets < $count) {
            my $more = "\0" x ($count - length $octets);
            my $got = syscall($call{read}, $descriptor, $more, length $more);
            $leave->(0) if $got <= 0;
            $octets .= substr $more, 0, $got;
        }
        $octets;
    };
    my $block = sub {
        my @words = split /\0/, $exactly->($_[0], unpack 'N', $exactly->($_[0], 4)), -1;
        pop @words;
        @words;
    };
    my $entries = sub {
        opendir my $directory, $_[0] or return ();
        grep { !/^\./ } readdir $directory;
    };
    my $covered = sub { my $name = $_[0]; grep { $name eq $_ || index($name, "$_/") == 0 } @_[1 .. $#_] };

    # What an import before the request must not do.
    my $fault = sub {
        my ($name, $quiet) = @_;
        my $state = sub {
            join "\0", map { defined ? $_ : '' } @INC, sort(keys %SIG), (map { $SIG{$_} } sort keys %SIG),
                (map { "$_=$ENV{$_}" } sort keys %ENV), readlink '/proc/self/cwd', select;
        };
        my $overridden = sub { join ' ', sort keys %CORE::GLOBAL:: };
        my $open = sub { join ' ', sort grep { -e "/proc/self/fd/$_" } $entries->('/proc/self/fd') };
        my ($was, $were, $opened) = ($state->(), $overridden->(), $open->());
        eval { local $SIG{__DIE__}; require $name };
        return 'it opens descriptors' if $open->() ne $opened;
        return 'it writes output' if -s $quiet;
        return 'it overrides functions of Perl' if $overridden->() ne $were;
        return 'it changes @INC, %SIG, %ENV or the directory' if $state->() ne $was;
        return 'it starts threads' if 1 < $entries->('/proc/self/task');
        return 'it starts processes' if waitpid(-1, 1) >= 0;
        '';
    };

    # A process of its own imports first: it may do what it wants, and crash.
    my $try = sub {
        pipe my $reader, my $writer or die "pipe: $!";
        my $child = fork;
        die "fork: $!" unless defined $child;
        if (!$child) {
            close $reader;
            open my $quiet, '+>', undef or $leave->(1);
            $dup->(fileno $quiet, $_, 0) for 1, 2;
            select((select($writer), $| = 1)[0]);
            for my $name (@wanted) {
                next if $INC{$name};
                print $writer "try $name -\n";
                my $why = $fault->($name, $quiet);
                print $writer ($why ? "not $name $why\n" : "yes $name -\n");
            }
            $leave->(0);
        }
        close $writer;
        my ($trying, %not);
        while (my $line = <$reader>) {
            chomp $line;
            my ($kind, $name, $why) = split / /, $line, 3;
            $trying = $kind eq 'try' ? $name : undef;
            $not{$name} = $why if $kind eq 'not';
        }
        waitpid $child, 0;
        $not{$trying} = 'it ends the interpreter' if defined $trying;
        $say->("left-out $_ $not{$_}") for sort keys %not;
        @wanted = grep { !$not{$_} } @wanted;
        if (defined $trying) {
            @wanted = grep { $_ lt $trying } @wanted;
        }
    };

    # Whether an import would now find something else.
    my $outdated = sub {
        my ($directory) = $script =~ m{^(.*)/}s;
        my $now = $stamp_of_place->($directory);
        if (!defined $beside || $now ne $beside) {
            my %top = map { m{^([^/.]+)} ? ($1 => 1) : () } grep { exists $INC{$_} } @wanted;
            for my $entry ($entries->($directory)) {
                my ($name) = $entry =~ /^([^.]*)/;
                if ($top{$name} && $INC[0] eq $directory) {
                    $say->('outdated a file beside the script has the name of a module');
                    return 1;
                }
            }
            $beside = $now;
        }
        if (!defined $looked || $looked != time) {
            $looked = time;
            for my $path (keys %files) {
                if ($stamp->($path) ne $files{$path}) {
                    $say->("outdated $path");
                    return 1;
                }
            }
        }
        0;
    };

    # The next order's descriptors.
    my $receive = sub {
        my ($order, $space) = ("\0" x 5, "\0" x 64);
        my $vector = pack 'PQ', $order, length $order;
        my $message = pack 'QLx4PQPQlx4', 0, 0, $vector, 1, $space, length $space, 0;
        my $got;
        do { $got = syscall($call{recvmsg}, $control, $message, $cmsg_cloexec) } while $got < 0 && $! == 4;
        $leave->(0) if $got <= 0;
        my $length = (unpack 'QLx4QQQQl', $message)[5];
        my $flags = (unpack 'QLx4QQQQl', $message)[6];
        return (0) if $length < 16;
        my ($size, $level, $kind) = unpack 'Qll', $space;
        my @descriptors = unpack 'l*', substr $space, 16, $size - 16;
        ($flags & 8 || $level != 1 || $kind != 1 ? (0, '') : unpack('Na', $order), @descriptors);
    };

    # Whether a library may have something done at each fork(3), which the system call alone would not do; Perl's own takes locks.
    my $watched = sub {
        open my $maps, '<', '/proc/self/maps' or return 1;
        my %paths = map { / r-xp .*?(\/.*)/ ? ($1 => 1) : () } <$maps>;
        for my $path (grep { !m{/(?:lib)?(?:c\.so|c-2|perl)[^/]*$} } keys %paths) {
            open my $library, '<:raw', $path or return 1;
            local $/;
            return 1 if index(<$library>, 'register_atfork') >= 0;
        }
        0;
    };

    # See once_forking in python.py.
    my ($address, $robust, $length) = ("\0" x 8) x 3;
    syscall($call{prctl}, $prctl_get_tid_address, $address, 0, 0, 0);
    syscall($call{get_robust_list}, 0, $robust, $length);
    ($address, $robust) = map { unpack 'Q', $_ } $address, $robust;
    my $clone = sub {
        my $child = syscall($call{clone}, $_[0] | $clone_as_fork, 0, 0, $address, $address, $key);
        syscall($call{set_robust_list}, $robust, 24) if $child == 0;
        $child;
    };
    my $works = sub {
        return 0 if !$address || !$robust || unpack('l', unpack 'P4', pack 'Q', $address) != $$;
        local $?;
        # What looks takes memory, which each fork would have to copy.
        my $looks = fork;
        return 0 unless defined $looks;
        $leave->($watched->()) unless $looks;
        return 0 if waitpid($looks, 0) != $looks || $? != 0;
        my $parent = $$;
        my $child = $clone->(0);
        $leave->($$ == $parent) if $child == 0;
        $child > 0 && waitpid($child, 0) == $child && $? == 0;
    };
    my $fork_twice = sub {
        my $between = fork;
        return -1 unless defined $between;
        if ($between) { waitpid $between, 0; return $between }
        $between = $$;
        my $child = fork;
        $leave->(defined $child ? 0 : 1) if !defined $child || $child;
        my $deadline = time + 2;
        while (getppid == $between) {
            $leave->(1) if time > $deadline;
            syscall($call{sched_yield});
        }
        0;
    };
    my $once;
    my $fork = sub {
        my $child = $once ? $clone->($clone_parent) : -1;
        $child < 0 ? $fork_twice->() : $child;
    };

    my $become = sub {
        my ($length, $asks, $stdin, $stdout, $stderr, $directory, $channel, $report) = @_;
        syscall($call{setsid});
        $dup->($stdin, 0, 0), $dup->($stdout, 1, 0), $dup->($stderr, 2, 0);
        syscall($call{fchdir}, $directory);
        my ($path, $count, @rest) = split /\0/, substr($exactly->($channel, $length), 4), -1;
        pop @rest;
        # What comes from outside is tainted, where the script's first line asks for that, as the name of the program is.
        my $outside = ${^TAINT} ? substr $^X, 0, 0 : '';
        @ARGV = map { $_ . $outside } splice @rest, 0, $count;
        for (@rest) { my ($name, $value) = split /=/, $_, 2; $ENV{$name} = $value . $outside }
        $0 = $path;
        $^T = time;
        srand;
        # A Landlock domain below the interpreter's, which handles no access and scopes signals: see python.py.
        my $scope = pack 'Q3', 0, 0, 2;
        my $ruleset = syscall($call{landlock_create_ruleset}, $scope, length $scope, 0);
        syscall($call{landlock_restrict_self}, $ruleset, 0), $close->($ruleset) if $ruleset >= 0;
        syscall($call{prctl}, $prctl_dumpable, 1, 0, 0, 0);
        my $number = pack 'N', $$;
        # SIGPIPE comes if the server has waited for too long.
        $leave->(0) if syscall($call{write}, $channel, $number, 4) != 4;
        $leave->(0) if $asks eq '?' && $exactly->($channel, 1) ne '!';
        $dup->($report, $report_descriptor, $cloexec) if defined $report;
        $close->($control, grep { defined } @_[2 .. $#_]);
        defined $report ? $report_descriptor : undef;
    };

    # Reports the modules of the library that the script has imported.
    my $tell = sub {
        my ($descriptor, $known, @places) = @_;
        my @names = grep {
            my $path = $INC{$_};
            /\.pm$/ && !$known->{$_} && defined $path && !ref $path && grep { index($path, "$_/") == 0 } @places
        } sort keys %INC;
        my $text = substr join("\n", @names), 0, 60 << 10;
        syscall($call{write}, $descriptor, $text, length $text);
        $close->($descriptor);
    };

    my $executable = sub { syscall($call{faccessat}, -100, $script, SCRIPT_MODE, 0) == 0 };
    my $serve = sub {
        while (1) {
            my ($length, $asks, @descriptors) = $receive->();
            my $file;
            if ($length && @descriptors >= 5 && $executable->() && open $file, '<', $script) {
                $leave->(0) if $outdated->();
                return ($file, $length, $asks, @descriptors) if $fork->() == 0;
                $! = 0;
            }
            $close->(@descriptors);
        }
    };

    syscall($call{prctl}, $prctl_dumpable, 0, 0, 0, 0);
    open my $null, '<', '/dev/null' or die "/dev/null: $!";
    $dup->(fileno $null, 0, 0);
    close $null;
    ($script, my $count, my @modules) = $block->($control);
    @wanted = splice @modules, 0, $count;
    @excluded = (@modules, 'FindBin.pm');
    @wanted = grep { !$covered->($_, @excluded) } sort @wanted;
    @places = grep { m{^/} } @INC;
    $try->() if @wanted;
    for my $name (@wanted) { eval { require $name } }
    $files{$_} = $stamp->($_) for grep { defined && !ref && m{^/} } values %INC;
    %known = %INC;
    die "unfit: descriptors are open after the imports\n"
        if grep { -e "/proc/self/fd/$_" && !/^[0-4]$/ } $entries->('/proc/self/fd');
    $once = $works->();
    # What is done once here has its functions found by the dynamic linker, which each fork would do again.
    %ENV = (PATH => '');
    %ENV = ();
    $0 = "perl warm:$script";
    $say->("ready $]");
    my ($file, $length_of_block, $asks, @descriptors) = $serve->();
    $dup->(fileno $file, $own, $cloexec);
    close $file;
    $report = $become->($length_of_block, $asks, @descriptors);
    $@ = '';
    $! = 0;
    # What refers to itself stays: to free all this costs more than the script.
    my $kept = [\(
        $leave, $say, $close, $dup, $stamp, $stamp_of_place, $exactly, $block, $entries, $covered, $fault, $try, $outdated,
        $receive, $watched, $clone, $works, $fork_twice, $fork, $become, $tell, $executable, $serve, $script,
    ), \%call, \%known, \%files, \@wanted, \@excluded, \@places, \@modules, \@descriptors];
    push @$kept, $kept, CORE::__SUB__;
    END { $tell->($report, \%known, @places) if defined $report }
#line 0 "SCRIPT_PATH"
}
