# The demonstration: it comes up, what it prints and shows is true, and it leaves nothing behind.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use File::Find qw(find);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use Test::More;
use SecureToken::Port;
use SecureToken::Wait ();
use Time::HiRes qw(time);

$ENV{NGINX_BINARY}        = $ENV{TEST_NGINX_BINARY} // die "TEST_NGINX_BINARY is not set\n";
$ENV{SECURE_TOKEN_MODULE} = $ENV{TEST_NGINX_SECURE_TOKEN_MODULE}
    // die "TEST_NGINX_SECURE_TOKEN_MODULE is not set\n";
$ENV{SECURE_TOKEN_CLI} // die "SECURE_TOKEN_CLI is not set\n";

# Where this is run in the background, SIGINT may be ignored, and a shell cannot change that.
$SIG{INT} = 'DEFAULT';
$ENV{no_proxy}          = '*';
delete @ENV{qw(LISTEN NO_COLOR)};

# Others cannot pass this directory: the demonstration's workers, if root starts it, must do without.
my $dir = tempdir('secure-token-demo-XXXXXX', TMPDIR => 1, CLEANUP => 1);
$ENV{TMPDIR} = "$dir/temp";
mkdir $ENV{TMPDIR} or die $!;

my $port = free_port();
$ENV{PORT} = $port;
my $home = "http://127.0.0.1:$port";

# The process group of the demonstration that runs.
my $group;
END { local $?; kill KILL => -$group if $group }

sub read_file {
    my ($name) = @_;
    open my $file, '<', $name or return '';
    local $/;
    return <$file>;
}

# Starts it in a process group of its own, as a terminal's shell would.
sub start {
    my (%env) = @_;
    unlink "$dir/out";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        setpgrp;
        @ENV{keys %env} = values %env;
        open STDOUT, '>',  "$dir/out" or die $!;
        open STDERR, '>&', \*STDOUT   or die $!;
        exec "$FindBin::Bin/../demo/run" or die "demo/run: $!\n";
    }
    $group = $pid;
}

# Waits until it has printed what is asked for, or has ended.
sub wait_for {
    my ($text) = @_;
    my $found;
    SecureToken::Wait::wait_for(sub { ($found = read_file("$dir/out") =~ $text) || !kill 0 => $group });
    return $found;
}

# The processes of a group, but for those that only wait to be counted out.
sub members {
    my ($group) = @_;
    my @stats = map { read_file($_) } glob '/proc/[0-9]*/stat';
    return join ', ', grep { /\) [^Z] \d+ $group / } @stats;
}

# Its exit status, and whether anything of it is left.
sub ends {
    my ($status, $what) = @_;
    local $SIG{ALRM} = sub { kill KILL => -$group };
    alarm 120;
    waitpid $group, 0;
    alarm 0;
    is $?, $status << 8, "$what: exit status $status" or diag read_file("$dir/out");
    SecureToken::Wait::wait_for(sub { !members($group) });
    is members($group), '', "$what: no process is left";
    undef $group;
    is_deeply [glob "$ENV{TMPDIR}/*"], [], "$what: no file is left";
}

sub curl {
    my ($url, @options) = @_;
    open my $curl, '-|', 'curl', '-sSi', @options, $url or die "curl: $!\n";
    local $/;
    return scalar <$curl>;
}

# "403 signature", out of an answer.
sub outcome {
    my ($answer) = @_;
    my ($status) = $answer =~ m{\AHTTP/1\.1 (\d+)};
    my ($reason) = $answer =~ /^X-Secure-Token-Reason: (\S+)\r$/m;
    return join ' ', grep { defined } $status, $reason;
}

# So many seconds it takes here.
my $to_come_up = 0;

subtest 'what it prints and shows' => sub {
    my $since = time;
    start();
    ok wait_for(qr/Ctrl-C/), 'it comes up' or return;
    $to_come_up = time - $since;
    my $out = read_file("$dir/out");
    unlike $out, qr/\e/, 'no colours where there is no terminal';

    # What it prints. `curl -i` is what was run, so running it again gives the same.
    my (%group, %outcome, $name);
    for (split /\n/, $out) {
        if (/^(\w[\w, ]*): /) { $name = $1 }
        next unless /^  (\S.*?)  +(200|4\d\d \w+)  +curl -i '\Q$home\E(\S+)'$/;
        push @{ $group{$name} }, "$1: $2";
        is outcome(curl("$home$3")), $2, "$name, $1";
        $outcome{$3} = $2;
    }
    my @usual = (
        'signed: 200', 'expired: 410 expired', 'later expiry: 403 signature',
        'altered token: 403 signature', 'no token: 403 missing',
    );
    is_deeply \%group, {
        'azion' => [@usual, 'other file: 403 signature'],
        'gcore' => [@usual, 'other file: 403 signature'],
        'gcore, bound to the client' =>
            [@usual, 'other file: 403 signature', 'other client: 403 signature'],
        'gcore, directory' => [
            @usual, 'other file: 200', 'other directory: 403 signature', 'sub-directory: 403 signature',
        ],
        'ectoken' => [
            'signed: 200', 'expired: 403 expired', 'altered token: 403 signature', 'no token: 403 missing',
            'other file: 403 url', 'other client: 403 client_ip',
        ],
        'azion, once' => ['opened before: 403 used'],
        'azion, stream' => [@usual, 'part, no token: 403 missing'],
    }, 'the links';
    my ($once) = $out =~ /^  not opened yet   200, once      curl -i '\Q$home\E(\S+)'$/m;
    is scalar(() = $out =~ /\bcurl\b/g), 1 + map({ @$_ } values %group), 'and one that nobody has opened, and nothing else';

    # The page shows the same.
    my $page = curl("$home/", '-H', 'Accept: text/html');
    like $page, qr{\AHTTP/1\.1 200 }, 'the page';
    like $page, qr{^Content-Type: text/html; charset=utf-8\r$}m, 'is HTML';
    my %shown;
    while ($page =~ m{<a href="([^"]+)">[^<]*</a>.*?<td>([^<]*)<td[^>]*>([^<]*?)\n}g) {
        my ($url, $should, $gave) = ($1, $2, $3);
        is $gave, $should, "as it should: $url";
        $shown{ $url =~ s/&amp;/&/gr } = $gave;
    }
    is delete $shown{$once}, '200, once', 'a link that nobody has opened';
    is outcome(curl("$home$once")), $_, "which opens once: $_" for '200', '403 used';
    is_deeply \%shown, \%outcome, 'the page has the same links with the same outcomes';
    unlike $page, qr{(?:src|href)="?(?:https?:)?//|\@import|url\(|<link[^>]+stylesheet}, 'nothing from elsewhere';
    unlike $page, qr/<!--/, 'nothing is left of the template';
    unlike $page, qr/You come from/, 'the bound links are for this client';

    # What a player finds in the playlist that its link opens.
    my ($stream) = grep { m{^/stream/} && $outcome{$_} eq '200' } keys %outcome;
    like curl("$home$stream"), qr{^Content-Type: application/vnd\.apple\.mpegurl\r$}m, 'the stream is one of HLS';
    for my $at ($stream, '/stream/270p.m3u8') {
        my ($playlist) = grep { /^\Q$at\E/ } $stream, curl("$home$stream") =~ /^(270p.*)$/m ? "/stream/$1" : ();
        my @names = map { /URI="(.*)"/ ? $1 : /^(?!#)(\S+)$/ ? $1 : () } split /\r?\n/, curl("$home$playlist") =~ s/.*?\r\n\r\n//sr;
        cmp_ok scalar @names, '>', $at eq $stream ? 0 : 4, "$at names others";
        is outcome(curl("$home/stream/$_")), '200', "$_ opens as it stands there" for @names;
        is outcome(curl("$home/stream/" . s/\?.*//r)), '403 missing', "$_ needs its token" for @names;
    }

    # Visitors can sign links of their own.
    my $lab = curl("$home/lab/");
    like $lab, qr{\AHTTP/1\.1 200 .*^Content-Type: text/html; charset=utf-8\r$}ms, 'the lab is there';
    like $lab, qr{^Content-Security-Policy: frame-ancestors 'none'\r$}m, 'and in no frame';
    my ($body) = $lab =~ /\r\n\r\n(.*)/s;
    is $body, read_file("$FindBin::Bin/../signers/web/index.html"), 'as it was made';
    my %secret = $page =~ m{<a href="/lab/#sign&amp;scheme=(\w+)&amp;url=/\1/film\.html">\1</a> <dd><code>([\w-]{32})</code>}g;
    is_deeply [sort keys %secret], [qw(azion ectoken gcore)], 'the page shows the secrets to sign with';
    for my $scheme (sort keys %secret) {
        local $ENV{SECRET} = $secret{$scheme};
        chomp(my $link = `'$ENV{SECURE_TOKEN_CLI}' sign --scheme $scheme --secret-env SECRET --expires-in 60s /$scheme/film.html`);
        is outcome(curl("$home$link")), '200', "$scheme: a link that a visitor signs opens";
    }

    # A visitor from elsewhere is told about the links that are bound to another client.
    my ($bound) = sort grep { m{^/gcore-ip/} && $outcome{$_} eq '200' } keys %outcome;
    like curl("$home/", '--interface', '127.0.0.2'), qr/You come from 127\.0\.0\.2/,
        'a visitor from elsewhere is told so';
    is outcome(curl("$home$bound", '--interface', '127.0.0.2')), '403 signature', 'and it is true';

    # What a visitor sees who follows a link.
    my %of = reverse %outcome;
    ($of{200}) = grep { $outcome{$_} eq '200' && !m{^/stream/} } sort keys %outcome;
    my $film = curl("$home$of{200}", '-H', 'Accept: text/html');
    my ($path) = $of{200} =~ m{^([^?]*)};
    like $film, qr/It opens\./,                     'the file opens';
    like $film, qr{\Q$path\E, with this link until\s<time>\d+</time>}, 'and says what it is';
    for my $outcome ('403 missing', '403 signature', '410 expired', '403 url', '403 client_ip', '403 used') {
        my ($status, $reason) = split / /, $outcome;
        my $answer = curl("$home$of{$outcome}", '-H', 'Accept: text/html');
        like $answer, qr{<h1[^>]*>$status <span>$reason</span>}, "$outcome: the refusal has its reason";
        like $answer, qr/^<p>Closed: [^.]{10}/m,                 "$outcome: and explains it";
        unlike $answer, qr/It opens/,                                  "$outcome: and not the file";
        like curl("$home$of{$outcome}"), qr/\n$outcome: .{10}/, "$outcome: one line for curl";
    }

    is outcome(curl("$home/refused.html")), '404', 'no page of its own';
    is outcome(curl("$home/secrets/azion")), '404', 'secrets are not served';
    my %mode;
    find(sub { $mode{$_} = sprintf '%04o', (stat)[2] & 07777 if -f && m{^(azion|gcore|ectoken)$} },
        "$ENV{TMPDIR}");
    is_deeply \%mode, { azion => '0600', gcore => '0600', ectoken => '0600' }, 'nor open to others';

    kill INT => -$group;
    ends(0, 'Ctrl-C');
};

subtest 'SIGTERM to it alone' => sub {
    start();
    ok wait_for(qr/Ctrl-C/), 'it comes up';
    my ($secret) = read_file("$dir/out") =~ /st=(\S+)&/;
    kill TERM => $group;
    ends(0, 'SIGTERM');

    start();
    ok wait_for(qr/Ctrl-C/), 'it comes up again';
    unlike read_file("$dir/out"), qr/st=\Q$secret\E/, 'with other secrets';
    kill TERM => $group;
    ends(0, 'SIGTERM');
};

subtest 'SIGINT while it tries the links' => sub {
    start();
    ok wait_for(qr/^gcore/m), 'it has begun';
    kill INT => -$group;
    ends(0, 'early Ctrl-C');
};

subtest 'a port that is taken' => sub {
    my $taken = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1) or die $@;
    my $port = $taken->sockport;
    # NGINX itself would try again for two and a half seconds each time, beside what the machine needs anyway.
    my $took;
    for (1 .. 5) {
        my $since = time;
        start(PORT => $port);
        ends(1, 'a taken port');
        like read_file("$dir/out"), qr/\Ademo: port $port is taken; .*make run PORT=\d+\n\z/, 'one clear line';
        $took = time - $since;
        last if $took <= 2 + $to_come_up;
    }
    cmp_ok $took, '<=', 2 + $to_come_up, 'at once';
};

subtest 'what is wrong is said' => sub {
    my %wrong = (
        'no port'    => [{ PORT => 'x' },                         qr/PORT=x is not a port/],
        'no address' => [{ LISTEN => 'localhost; #' },            qr/LISTEN=localhost; # is not an IPv4 address/],
        'no module'  => [{ SECURE_TOKEN_MODULE => "$dir/none" },  qr/SECURE_TOKEN_MODULE: there is no file/],
        'not set'    => [{ NGINX_BINARY => '' },                  qr/NGINX_BINARY is not set; .*make run/],
        'not a module' => [{ SECURE_TOKEN_MODULE => $0 },         qr/NGINX refuses the configuration/],
    );
    for my $what (sort keys %wrong) {
        my ($env, $message) = @{ $wrong{$what} };
        start(%$env);
        ends(1, $what);
        like read_file("$dir/out"), $message, "$what: it says so";
    }
};

# With a signer that errs, no link opens that should.
subtest 'links that do not give what they should' => sub {
    open my $file, '>', "$dir/sign" or die $!;
    print {$file} qq{#!/bin/sh\nscheme=\$3; shift 5\nSECRET=wrong exec "$ENV{SECURE_TOKEN_CLI}" sign --scheme "\$scheme" --secret-env SECRET "\$@"\n};
    close $file;
    chmod 0755, "$dir/sign";
    start(SECURE_TOKEN_CLI => "$dir/sign");
    ends(1, 'wrong links');
    like read_file("$dir/out"), qr/^ +200: this is what it should have been$/m, 'each is named';
    like read_file("$dir/out"), qr/^demo: \d+ of these links gave something else than they should$/m,
        'and they are counted';
};

subtest 'an NGINX that ends by itself' => sub {
    start();
    ok wait_for(qr/Ctrl-C/), 'it comes up';
    my ($pid_file) = glob "$ENV{TMPDIR}/*/nginx.pid";
    kill QUIT => read_file($pid_file);
    ends(1, 'NGINX gone');
    like read_file("$dir/out"), qr/demo: NGINX has ended by itself/, 'it says so';
};

done_testing;
