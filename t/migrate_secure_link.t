# docs/migrate-from-secure-link.md: what stands on the left and what stands on the right of its tables open the same links,
# and refuse the same ones. The left is asked where this NGINX has it; else its formula is computed here.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::MD5 qw(md5 md5_hex);
use Digest::SHA qw(hmac_sha1 hmac_sha256 hmac_sha512);
use MIME::Base64 qw(encode_base64url);
use Test::More;
use Documents;
use SecureToken;

my $guide = "$ROOT/docs/migrate-from-secure-link.md";
my $secret = 'the-secret-you-have';
my $has_stock = `'$ENV{TEST_NGINX_BINARY}' -V 2>&1` =~ /--with-http_secure_link_module/;

# The rows of the tables under a heading: what it is called, what one has, what one writes.
sub rows_of {
    my ($heading) = @_;
    my ($section) = slurp($guide) =~ /^## \Q$heading\E\n(.*?)(?=^## |\z)/ms or die "no section $heading\n";
    my @rows;
    while ($section =~ /^\| (.+?) \| ((?:`.*?`(?:<br>)?)+) \| ((?:`.*?`(?:<br>)?)+) \|$/mg) {
        push @rows, { name => $1, map { $_->[0] => [map { s/\\\|/|/gr } $_->[1] =~ /`(.*?)`/g] } [left => $2], [right => $3] };
    }
    my $lines = () = $section =~ /^\| .*<br>/mg;
    @rows && @rows == $lines or die "$heading: of $lines rows with a configuration @{[ scalar @rows ]} can be read\n";
    return @rows;
}

# An NGINX of a cell. Formats stand beside the server, and what has no location of its own gets one.
sub nginx_of {
    my ($lines, $behind) = @_;
    my $formats = join "\n", grep { /^secure_token_format/ } @$lines;
    my $text = join "\n", grep { !/^secure_token_format/ } @$lines;
    $text = "location / {\n$text\n}" unless $text =~ /^location/m;
    $text =~ s/\n\}/\n$behind}/;
    my $nginx = Documents::Nginx->new("$formats\nserver {\nlisten 80;\n$text\n}");
    $nginx->file("html/$_", "a film\n") for 'videos/a b.txt', 'videos/b.txt';
    $nginx->file("srv/files/$_", "a film\n") for 'b.txt', 'a b.txt', 'videos/b.txt';
    return $nginx->start;
}

# The two answers that people give to what secure_link finds.
my $ifs = qq(if (\$secure_link = "") { return 403; }\nif (\$secure_link = "0") { return 410; }\n);

# How curl asks for a link with these in it.
sub request_of_values {
    my ($row, %at) = @_;
    my ($parts) = map { /^secure_link (.*);$/ } @{ $row->{left} };
    my $path = $at{path} =~ s/ /%20/gr;
    my @options = ('-A', $at{agent}, '-H', "Host: $at{host}", '-X', $at{method}, '--interface', $at{client});
    my ($location) = map { /^location ~ \^(.*)\$ \{$/ } @{ $row->{left} };
    if ($location) {
        my %part = (st => $at{token}, e => $at{expires}, file => $path);
        return ($location =~ s/\(\?<(\w+)>(?:\[.*?\]|[^()\[\]])*\)/$part{$1}/gr, @options);
    }
    if ($parts =~ /^\$cookie_(\w+),\$cookie_(\w+)$/) {
        return ($path, @options, '-H', "Cookie: $1=$at{token}; $2=$at{expires}");
    }
    my @names = $parts =~ /\$arg_(\w+)/g;
    my @values = @names == 1 && $row->{name} !~ /no expiry/ ? "$at{token},$at{expires}" : ($at{token}, $at{expires});
    my $query = join '&', (map { "$names[$_]=$values[$_]" } 0 .. $#names), grep { defined } $at{user} && "user=$at{user}";
    return ("$path?$query", @options);
}

# What the formula on the left makes of these.
sub token_of {
    my ($row, %of) = @_;
    my ($formula) = map { /^secure_link_md5 "(.*)";$/ } @{ $row->{left} };
    my %is = (
        uri => $of{path}, file => $of{path}, request_uri => $of{path} =~ s/ /%20/gr, dir => $of{path} =~ s{^(/[^/]+/).*}{$1}r,
        secure_link_expires => $of{expires}, remote_addr => $of{client}, host => $of{host}, request_method => $of{method},
        http_user_agent => $of{agent}, arg_user => $of{user},
    );
    my $text = $formula =~ s/\$\{?(\w+)\}?/$is{$1} \/\/ die "no $1 is known\n"/ger;
    $text =~ s/\Q$secret\E/$of{secret}/;
    return encode_base64url(md5($text));
}

for my $row (rows_of('One line for another')) {
    my $name = $row->{name};
    my ($formula) = map { /^secure_link_md5 "(.*)";$/ } @{ $row->{left} };
    my $ours = nginx_of($row->{right}, '');
    my $stock = $has_stock ? nginx_of($row->{left}, $ifs) : undef;
    my %usual = (path => '/videos/a b.txt', expires => later(), client => '127.0.0.1', host => 'a.example', method => 'GET',
        agent => 'a player', user => $formula =~ /arg_user/ ? 'anna' : '', secret => $secret);
    my $expires = $formula =~ /expires/;
    my $past = earlier();
    # What is signed, what is sent, and what becomes of it.
    my @cases = (
        ['as it was signed', {}, {}, 200],
        ['with another secret', { secret => 'some-secret-or-other' }, {}, 403],
        ['expired', { expires => $past }, { expires => $past }, $expires ? 410 : 200],
        ['with another expiry', {}, { expires => later() + 60 }, $expires ? 403 : 200],
        ['of another file', {}, { path => '/videos/b.txt' }, $formula =~ /\$dir/ ? 200 : 403],
        ['of another client', {}, { client => '127.0.0.2' }, $formula =~ /remote_addr/ ? 403 : 200],
        ['for another host', {}, { host => 'b.example' }, $formula =~ /\$host/ ? 403 : 200],
        ['with another method', {}, { method => 'POST' }, $formula =~ /request_method/ ? 403 : 405],
        ['of another browser', {}, { agent => 'a browser' }, $formula =~ /user_agent/ ? 403 : 200],
        ['with another user', {}, { user => 'bert' }, $formula =~ /arg_user/ ? 403 : 200],
        ['signed without a user', { user => '' }, { user => '' }, 200],
        ['without a token', {}, { token => '' }, 403],
        ['with a token that is none', {}, { token => 'x' x 22 }, 403],
    );
    for my $case (@cases) {
        my ($what, $signs, $sends, $expected) = @$case;
        next if $what eq 'without a token' && $row->{left}[0] =~ /^location/ && $name =~ /path/;
        my %signed = (%usual, %$signs);
        my @request = request_of_values($row, %signed, token => token_of($row, %signed), %$sends);
        is $ours->status(@request), $expected, "$name: a link $what: ours";
        is $stock->status(@request), $expected, "$name: a link $what: secure_link's" if $stock;
    }
    $_->stop for grep { $_ } $ours, $stock;
}

subtest 'the table of what differs' => sub {
    my ($row) = grep { $_->{name} eq 'without the address' } rows_of('One line for another');
    my $reason = 'add_header X-Reason $secure_token_reason always;';
    my $ours = nginx_of([@{ $row->{right} }, $reason], '');
    my $stock = $has_stock ? nginx_of($row->{left}, $ifs) : undef;
    my $at = later();
    my $token = sub { encode_base64url(md5("$_[0]$_[1] $secret")) };
    my $right = $token->($at, '/videos/b.txt');
    # The same sixteen bytes: of the last character two bits count.
    my $other = $right =~ s{(.)$}{ my $all = join '', 'A' .. 'Z', 'a' .. 'z', 0 .. 9, '-', '_'; substr $all, index($all, $1) | 1, 1 }er;
    $_->file("html/videos/a\nb.txt", "a film\n") for grep { $_ } $ours, $stock;
    for my $case (
        ['eleven digits', '/videos/b.txt?md5=' . $token->("1$at", '/videos/b.txt') . "&expires=1$at", 'malformed'],
        ['a leading zero', '/videos/b.txt?md5=' . $token->("0$at", '/videos/b.txt') . "&expires=0$at", 'malformed'],
        ['a token twice', "/videos/b.txt?md5=$right&expires=$at&md5=$right", 'duplicate'],
        ['another case', "/videos/b.txt?MD5=$right&expires=$at", 'missing'],
        ['spare bits', "/videos/b.txt?md5=$other&expires=$at", 'malformed'],
        ['a control character', '/videos/a%0ab.txt?md5=' . $token->($at, "/videos/a\nb.txt") . "&expires=$at", 'malformed'],
    ) {
        my ($what, $link, $why) = @$case;
        like scalar `curl -sI 'http://127.0.0.1:$ours->{port}$link'`, qr/ 403 .*^X-Reason: $why\r$/ms, "$what: is refused";
        is $stock->status($link), 200, "$what: opens with secure_link" if $stock;
    }
    $_->stop for grep { $_ } $ours, $stock;
};

subtest 'secure_link_secret' => sub {
    my ($row) = rows_of('secure_link_secret');
    my $ours = nginx_of($row->{right}, '');
    my $stock = $has_stock ? nginx_of($row->{left}, qq(if (\$secure_link = "") { return 403; }\n)) : undef;
    my $link = sub { my ($sent, $signed) = @_; return '/p/' . md5_hex("$signed$secret") . "/$sent" };
    for my $case (['b.txt', 'b.txt', 200], ['b.txt?x=1', 'b.txt?x=1', 200], ['b.txt', 'c.txt', 403], ['b.txt?x=1', 'b.txt', 403]) {
        my ($sent, $signed, $expected) = @$case;
        is $ours->status($link->($sent, $signed)), $expected, "$sent, signed as $signed: ours";
        # A rewrite takes the query for a part of the name, unless it is told not to.
        next if !$stock || $signed =~ /\?/;
        is $stock->status($link->($sent, $signed)), $expected, "$sent, signed as $signed: secure_link's";
    }
    is $ours->status($link->('a%20b.txt', 'a%20b.txt')), 200, 'a name with an escape: ours';
    is $stock->status($link->('a%20b.txt', 'a%20b.txt')), 404, "a name with an escape: secure_link's" if $stock;
    is $ours->status('/p/b.txt'), 403, 'without a token: ours';

    my ($both) = slurp($guide) =~ /`(secure_token secure-link-secret secure-link)`/;
    my $moving = nginx_of([map { s/^secure_token .*;/$both; secure_token_client_ip off;/r } @{ $row->{right} }], '');
    my $new = gcore('/p/b.txt', secret => $secret);
    is $moving->status($_->[0]), $_->[1], "with both schemes: $_->[0]"
        for [$link->('b.txt', 'b.txt'), 200], [$new, 200], [$link->('b.txt', 'c.txt'), 403], ['/p/b.txt', 403];
    $moving->stop;
    $_->stop for grep { $_ } $ours, $stock;
};

subtest 'the HMAC module' => sub {
    my %hmac = (sha256 => \&hmac_sha256, sha512 => \&hmac_sha512);
    for my $row (rows_of('The HMAC module')) {
        my $left = join "\n", @{ $row->{left} };
        my ($message) = $left =~ /_message "(.*)";/;
        my ($algorithm) = $left =~ /_algorithm (\w+);/;
        my $ours = nginx_of($row->{right}, '');
        my $link = sub {
            my (%with) = @_;
            my ($ts, $ttl, $sent) = ($with{ts} // time, $with{ttl} // 3600, $with{sent} // '/videos/b.txt');
            my %is = (uri => '/videos/b.txt', host => '127.0.0.1', arg_ts => $ts, arg_e => $ttl);
            my $text = $message =~ s/\$(\w+)/$is{$1}/ger;
            return "$sent?st=" . encode_base64url($hmac{$algorithm}->($text, $with{secret} // $secret)) . "&ts=$ts&e=$ttl";
        };
        my ($second, $minute, $hour, $day, $month, $year) = gmtime;
        my $iso = sprintf '%04d-%02d-%02dT%02d:%02d:%02dZ', $year + 1900, $month + 1, $day, $hour, $minute, $second;
        for my $case (
            ['issued now', {}, 200],
            ['issued now, as a date', { ts => $iso }, 200],
            ['whose time is over', { ts => earlier(7200) }, 410],
            ['for ever', { ts => earlier(7200), ttl => 0 }, 200],
            ['of another secret', { secret => 'some-secret-or-other' }, 403],
            ['of another file', { sent => '/videos/a%20b.txt' }, 403],
        ) {
            is $ours->status($link->(%{ $case->[1] })), $case->[2], "$row->{name}: a link $case->[0]";
        }
        $ours->stop;
    }
};

subtest 'lighttpd' => sub {
    my %digest = (
        md5           => sub { my ($time, $path, $key) = @_; md5_hex("$key$path$time") },
        'hmac-sha1'   => sub { my ($time, $path, $key) = @_; encode_base64url(hmac_sha1("/$time$path", $key)) },
        'hmac-sha256' => sub { my ($time, $path, $key) = @_; encode_base64url(hmac_sha256("/$time$path", $key)) },
    );
    for my $row (rows_of('lighttpd')) {
        my %is = map { /^secdownload\.(\S+) = "?(.*?)"?$/ } @{ $row->{left} };
        my $timeout = $is{timeout};
        my $ours = nginx_of($row->{right}, '');
        my $link = sub {
            my ($time, $path, $key) = @_;
            my $hex = sprintf '%08x', $time;
            return $is{'uri-prefix'} . $digest{ $is{algorithm} }->($hex, $path, $key // $is{secret}) . "/$hex/videos/b.txt";
        };
        is $ours->status($link->(time, '/videos/b.txt')), 200, "$row->{name}: a link";
        is $ours->status($link->(time - $timeout + 10, '/videos/b.txt')), 200, "$row->{name}: shortly before its end";
        is $ours->status($link->(time - $timeout - 10, '/videos/b.txt')), 410, "$row->{name}: behind it";
        is $ours->status($link->(time + $timeout + 30, '/videos/b.txt')), 403, "$row->{name}: issued too far ahead";
        is $ours->status($link->(time, '/videos/a.txt')), 403, "$row->{name}: of another file";
        is $ours->status($link->(time, '/videos/b.txt', 'some-secret-or-other')), 403, "$row->{name}: of another secret";
        $ours->stop;
    }
};

subtest 'the move' => sub {
    plan skip_all => 'this NGINX has no secure_link (--with-http_secure_link_module)' unless $has_stock;
    my @links = map { my ($secret, $expires, $ip) = @$_; "/videos/b.txt?md5=" . gcore_token($secret, '/videos/b.txt', $expires, $ip) . "&expires=$expires" }
        [$secret, later(), '127.0.0.1'], [$secret, earlier(), '127.0.0.1'], [$secret, later(), '192.0.2.7'], ['some-secret-or-other', later(), '127.0.0.1'];
    my @expected = (200, 410, 403, 403);
    my ($beside, $answers, $alone) = map { Documents::Nginx->new((blocks($guide, heading => $_, lang => 'nginx'))[0]{text}) }
        'Both side by side', 'The answers of both', 'The new lines alone';
    for my $nginx ($beside, $answers, $alone) {
        $nginx->file('html/videos/b.txt', "a film\n");
        $nginx->start;
    }
    for my $nginx ($beside, $alone) {
        is_deeply [map { $nginx->status($_) } @links], \@expected, $nginx == $beside ? 'the old lines decide' : 'and the new ones decide alike';
    }
    unlike $beside->log, qr/dry run/, 'what the old lines let through, the new ones do';
    my $long = later() . '0';
    my $eleven = "/videos/b.txt?md5=" . gcore_token($secret, '/videos/b.txt', $long, '127.0.0.1') . "&expires=$long";
    is $beside->status($eleven), 200, 'an odd link goes on to open';
    like $beside->log, qr/secure_token: malformed, scheme: secure-link, dry run/, 'and is told of';
    for my $block (grep { $_->{lang} eq 'sh' } blocks($guide)) {
        chomp(my $command = $block->{text});
        $command =~ s{/var/log/nginx}{$beside->{dir}/logs};
        my $said = qx{$command};
        like $said, qr/^.*secure_token: malformed.*dry run.*\n\z/, "$block->{where}: finds it";
    }
    $answers->status($_) for @links;
    my $log = $answers->written('both.log', 4);
    is_deeply [$log =~ /^\S+ (".*" \w+)/mg], ['"1" PASSED', '"0" EXPIRED', '"-" REJECTED', '"-" REJECTED'], 'both answer alike';
    $_->stop for $beside, $answers, $alone;
};

done_testing;
