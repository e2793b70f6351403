# The command secure-token against the module: what it signs opens, and what it says of a link is what the
# module decides.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP qw(decode_json);
use Test::More;
use SecureToken qw($SECRET azion gcore later earlier);
use SecureToken::Ectoken;
use SecureToken::Nginx;

my $command = $ENV{SECURE_TOKEN_CLI} // "$FindBin::Bin/../build/secure-token";
-x $command or die "$command: there is no such program; build it with: make build/secure-token\n";

my @SCHEMES = qw(azion gcore ectoken);

my $nginx = SecureToken::Nginx->new;
my $secret = $nginx->write(secret => "$SECRET\n");
my $other = $nginx->write(other => "the-secret-of-next-year\n");
chmod 0600, $secret, $other;

# Each server has another idea of a link.
my %RULES = (
    plain   => '',
    renamed => 'secure_token_param token=sig;',
    bound   => 'secure_token_client_ip $remote_addr;',
    loose   => 'secure_token_ignore_case on;',
    slashes => 'merge_slashes off;',
    strict  => 'secure_token_max_lifetime 1h;',
    old     => '',
    sources => 'secure_token_source args $cookie_link $http_x_link st=$cookie_st&e=$cookie_e $arg_l;',
);
my %OPTIONS = (
    plain   => [],
    renamed => ['--param', 'token=sig'],
    bound   => [],
    loose   => ['--ignore-case'],
    slashes => ['--keep-slashes'],
    strict  => ['--max-lifetime', '1h'],
    old     => ['--legacy'],
    sources => ['--source', 'args $cookie_link', '--source', '$http_x_link st=$cookie_st&e=$cookie_e ${arg_l}'],
);

sub server {
    my ($scheme, $name) = @_;
    my $extra = $name eq 'old' ? ' legacy' : '';
    return <<"CONF";
    server {
        listen unix:DIR/$scheme-$name.sock;
        set_real_ip_from unix:;
        real_ip_header X-Real-IP;
        $RULES{$name}
        secure_token $scheme$extra;
        secure_token_secret_file DIR/secret;
        secure_token_secret_file DIR/other;
        secure_token_country \$http_x_country;
        add_header X-Reason "\$secure_token_reason" always;
        add_header X-Key "\$secure_token_key" always;
        add_header X-Expires "\$secure_token_expires" always;
        location / { proxy_pass http://unix:DIR/origin.sock; }
    }
CONF
}

my @servers = map { my $scheme = $_; map { [$scheme, $_] } qw(plain renamed loose slashes strict) } @SCHEMES;
push @servers, ['gcore', 'bound'], ['ectoken', 'old'], ['azion', 'sources'], ['ectoken', 'sources'];
my $http = join '', map { server(@$_) } @servers;
# The origin gets paths as they were sent, and is to refuse none of them.
$nginx->configure(http => "$http server { listen unix:DIR/origin.sock; merge_slashes off; return 200; }");
$nginx->start;

# Runs the command; returns its status, what it printed and what it said besides.
sub run {
    my ($input, @args) = @_;
    $nginx->write(input => $input);
    my $dir = $nginx->dir;
    my $pid = fork // die $!;
    if (!$pid) {
        open STDIN, '<', "$dir/input" or die $!;
        open STDOUT, '>', "$dir/output" or die $!;
        open STDERR, '>', "$dir/errors" or die $!;
        exec $command, @args or exit 127;
    }
    waitpid $pid, 0;
    return ($? >> 8, $nginx->read('output'), $nginx->read('errors'));
}

sub sign {
    my ($scheme, $options, @urls) = @_;
    my @args = ('--scheme', $scheme, '--secret-file', $secret, '--expires-at', later(), @$options, '-');
    my ($status, $links, $errors) = run(join('', map { "$_\n" } @urls), 'sign', @args);
    return ([split /\n/, $links, -1], $errors, $status);
}

# What the module says about a link: its reason, the number of the secret and the expiry.
sub decided {
    my ($scheme, $name, $link, @headers) = @_;
    my $uri = $link =~ s{^https?://[^/?]+}{}ir =~ s/#.*//sr;
    $uri = "/$uri" if $uri !~ m{^/};
    my $answer = $nginx->raw("GET $uri HTTP/1.1\r\nHost: cdn.example.com\r\n"
        . join('', map { "$_\r\n" } 'Connection: close', @headers) . "\r\n", "$scheme-$name.sock");
    # What NGINX refuses by itself has the headers as well, but nobody decided it.
    return "status $answer->{status}" if $answer->{status} !~ /^(?:200|403|410)$/;
    return join ' ', map { "$_=" . ($answer->{header}{"x-$_"} // '') } qw(reason key expires);
}

# What the command says about it.
sub verified {
    my ($scheme, $name, $link, @options) = @_;
    my ($status, $output, $errors) = run('', 'verify', '--json', '--scheme', $scheme, '--secret-file', $secret,
        '--secret-file', $other, @{ $OPTIONS{$name} }, @options, $link);
    return 'status 400' if $status == 2 && $errors =~ /NGINX answers 400/;
    return "status $status: $errors" if $output eq '';
    my $said = decode_json($output);
    is $status, defined $said->{reason} ? 1 : 0, "$scheme, $name: the exit status goes with the verdict";
    return join ' ', map { "$_->[0]=" . ($said->{ $_->[1] } // '') }
        ['reason', 'reason'], ['key', 'secret'], ['expires', 'expires'];
}

# --- What is signed opens ---------------------------------------------------------------------------

my @URLS = (
    '/a', '/', 'https://cdn.example.com', 'https://cdn.example.com?x=1', '/my%20film.mp4', '/%C3%BC/%e2%82%ac',
    "/\xc3\xbc/\xe2\x82\xac", '/a+b', '/a%2Bb', '/100%25', '/100%2525', '/a//b', '//a', '/a/../b', '/a/./b', '/a/b/..',
    '/a%2F%2e%2E%2fb', '/a%3Fb', '/a%23b', '/a?x=1', '/a?x=%20&&y&', '/a?', '/a#t=1', '/a?x=1#t?2', '/a;b=c', '/~a!$\'()*',
    '/%FF', '/a?http://x/?y', '/A/B.MP4', '/' . 'long/' x 300, '/a%5Cb', '/"<>',
);
for my $scheme (@SCHEMES) {
    for my $name (qw(plain renamed loose slashes)) {
        my ($links, $errors, $status) = sign($scheme, $OPTIONS{$name}, @URLS);
        is "$status$errors", '0', "$scheme, $name: every URL is signed";
        my @closed = grep { decided($scheme, $name, $_) !~ /^reason= key=1 / } @$links[0 .. $#URLS];
        is_deeply \@closed, [], "$scheme, $name: and every one opens";
    }
}

# ectokens name paths with commas, so that a path with one is signed by its directory.
my ($links) = sign('ectoken', ['--url-allow', '/list/'], '/list/a,b&c');
like decided('ectoken', 'plain', $links->[0]), qr/^reason= key=1 /, 'ectoken: a path with a comma opens by its directory';

for my $address ('192.0.2.7', '2001:db8::1', '2001:DB8:0:0:0:0:0:1', '::ffff:192.0.2.7') {
    my ($links) = sign('gcore', ['--client-ip', $address], '/a');
    like decided('gcore', 'bound', $links->[0], "X-Real-IP: $address"), qr/^reason= key=1 /, "gcore: opens to $address";
    like decided('gcore', 'bound', $links->[0], 'X-Real-IP: 198.51.100.1'), qr/^reason=signature /, 'and to no other';
    ($links) = sign('ectoken', ['--client-ip', "$address,203.0.113.0/24"], '/a');
    like decided('ectoken', 'plain', $links->[0], "X-Real-IP: $_"), qr/^reason= key=1 /, "ectoken: opens to $_"
        for $address, '203.0.113.9';
    like decided('ectoken', 'plain', $links->[0], 'X-Real-IP: 198.51.100.1'), qr/^reason=client_ip /, 'and to no other';
}

# --- Whatever NGINX serves is signed, and nothing else ------------------------------------------------

my $seed = $ENV{SECURE_TOKEN_SEED} // int rand 1e9;
srand $seed;
my @pieces = ('/', '/', '/', '.', '..', 'a', 'b', '%2e', '%2F', '%', '%25', '%3f', '%23', '%20', '+', "\xc3\xbc", '%00', '%zz', ';', '\\');
my @random = map { '/' . join '', map { $pieces[rand @pieces] } 0 .. rand 8 } 1 .. 400;
for my $name (qw(plain slashes)) {
    my ($links) = sign('azion', $OPTIONS{$name}, @random);
    is scalar @$links, @random + 1, "$name: a line for each line";
    my @wrong = grep {
        my $link = $links->[$_];
        my $answer = decided('azion', $name, $link eq '' ? $random[$_] : $link);
        $link eq '' ? $answer ne 'status 400' : $answer !~ /^reason= key=1 /;
    } 0 .. $#random;
    is_deeply [map { $random[$_] } @wrong], [], "$name: 400 random paths (seed $seed)";
}

# --- The command says what the module decides ----------------------------------------------------------

sub agrees {
    my ($scheme, $name, $link, $what, %request) = @_;
    my (@headers, @options);
    for my $header (sort keys %request) {
        push @headers, "$header: $request{$header}";
        push @options, $header eq 'X-Country' ? ('--country', $request{$header})
            : $header eq 'X-Real-IP'          ? ('--client-ip', $request{$header})
            :                                   ('--header', $headers[-1]);
    }
    push @headers, 'X-Real-IP: 127.0.0.1' unless $request{'X-Real-IP'};
    push @options, '--client-ip', '127.0.0.1' if !$request{'X-Real-IP'} && ($scheme eq 'ectoken' || $name eq 'bound');
    push @options, '--country', '' unless exists $request{'X-Country'};
    my $full = $link =~ m{^/} ? "http://cdn.example.com$link" : $link;
    my $decided = decided($scheme, $name, $full, @headers);
    is verified($scheme, $name, $full, @options), $decided, "$scheme, $name: $what: $decided";
    return $decided;
}

my $later = later();
my %made = (azion => \&azion, gcore => \&gcore);
for my $scheme (qw(azion gcore)) {
    my ($token, $expires) = $scheme eq 'azion' ? qw(st e) : qw(md5 expires);
    my $make = sub { $made{$scheme}->(@_) };
    my $good = $make->('/a', expires => $later);
    my ($value) = $good =~ /$token=([^&]+)/;
    my $flipped = ($value =~ /^A/ ? 'B' : 'A') . substr $value, 1;
    my @links = (
        'a good link'                 => $good,
        'one of the other secret'     => $make->('/a', secret => 'the-secret-of-next-year'),
        'one of another secret'       => $make->('/a', secret => 'nobody-knows-this'),
        'another path'                => $good =~ s{/a}{/b}r,
        'another spelling'            => $good =~ s{/a}{/%61}r,
        'a later expiry'              => $good =~ s/$expires=\d+/"$expires=" . ($later + 1)/er,
        'an altered token'            => $good =~ s/\Q$value/$flipped/r,
        'an expired one'              => $make->('/a', expires => earlier()),
        'one that expired long ago'   => $make->('/a', expires => 1),
        'no token'                    => '/a',
        'an empty token'              => "/a?$token=&$expires=$later",
        'a token without an expiry'   => "/a?$token=$value",
        'two tokens'                  => "$good&$token=$value",
        'two expiries'                => "$good&$expires=$later",
        'other parameters'            => "$good&x=1&y",
        'padding'                     => $good =~ s/\Q$value/$value==/r,
        'half of the padding'         => $good =~ s/\Q$value/$value=/r,
        'an encoded token'            => $good =~ s/\Q$value/sprintf '%%%02X%s', ord $value, substr $value, 1/er,
        'a hexadecimal token'         => $good =~ s/\Q$value/'ab' x 16/er,
        'milliseconds'                => $good =~ s/$expires=\d+/"$expires=${later}000"/er,
        'a leading zero'              => $good =~ s/$expires=/$expires=0/r,
        'another case of the name'    => $good =~ s/$token=/\U$token\E=/r,
        'a control character'         => $good =~ s{/a}{/a%01}r,
        'a path that NGINX refuses'   => $good =~ s{/a}{/a%zz}r,
        'a fragment'                  => "$good#t=1",
        'another case of the path'    => $make->('/A', signs => '/a', expires => $later),
        'slashes'                     => $make->('/a//b', signs => '/a/b', expires => $later),
    );
    for my $name (qw(plain renamed loose slashes strict)) {
        for (my $i = 0; $i < @links; $i += 2) {
            agrees($scheme, $name, $links[ $i + 1 ], $links[$i]);
        }
        agrees($scheme, $name, $make->('/a', expires => later(7200)), 'a long lifetime');
        agrees($scheme, $name, $make->('/a', token => 'sig', expires => $later), 'another name');
    }
}
agrees('gcore', 'bound', gcore('/a', ip => $_->[0], expires => $later), "for $_->[0], from $_->[1]", 'X-Real-IP' => $_->[1])
    for ['192.0.2.7', '192.0.2.7'], ['192.0.2.7', '192.0.2.8'], ['2001:db8::1', '2001:DB8::0:1'], ['', '192.0.2.7'];

my @requests = (
    {}, { 'X-Country' => 'de' }, { 'X-Country' => 'Germany' }, { 'X-Real-IP' => '192.0.2.7' },
    { Referer => 'https://www.example.com/shop/' }, { Referer => 'http://example.com' },
);
my @claims = (
    "ec_expire=$later", '', 'ec_expire=0', 'ec_expire=' . earlier(), 'ec_expire=soon', 'ec_url_allow=/a', 'ec_url_allow=/b',
    'ec_url_allow=a', 'ec_clientip=192.0.2.0/24', 'ec_clientip=127.0.0.1', 'ec_country_allow=DE', 'ec_country_deny=DE',
    'ec_country_allow=Germany', 'ec_ref_allow=*.example.com', 'ec_ref_deny=example.com', 'ec_ref_allow=missing',
    'ec_host_allow=cdn.example.com', 'ec_host_deny=*.example.com', 'ec_proto_allow=http', 'ec_proto_allow=https', 'ec_new=1',
    'user=1', 'ec_expire=1&ec_expire=2',
);
for my $claims (@claims) {
    agrees('ectoken', 'plain', ectoken('/a', $claims), "\"$claims\" from " . (join(' ', %$_) || 'nowhere'), %$_) for @requests;
    agrees('ectoken', $_, ectoken('/a', $claims), "\"$claims\"") for qw(strict loose renamed);
    agrees('ectoken', $_, legacy_ectoken('/a', $claims), "version 2, \"$claims\"") for qw(plain old);
}
my $good = ectoken('/a', "ec_expire=$later");
my $altered = $good =~ s/\?(.)/'?' . ($1 eq 'A' ? 'B' : 'A')/er;
for (
    ['altered' => $altered], ['cut off' => substr $good, 0, -3], ['none' => '/a'], ['a flag' => '/a?autoplay'],
    ['behind others' => $good =~ s/\?/?x=1&/r], ['with others' => "$good&x=1"], ['padded' => "$good="], ['twice' => "$good&$good"],
    ['of the other secret' => ectoken('/a', "ec_expire=$later", secret => 'the-secret-of-next-year')],
    ['of another secret' => ectoken('/a', "ec_expire=$later", secret => 'nobody-knows-this')],
    ['with a name' => ectoken('/a', "ec_expire=$later", param => 'sig')],
    ['with a name twice' => ectoken('/a', "ec_expire=$later", param => 'sig') . '&sig=x'],
    ['in another case' => ectoken('/A', 'ec_url_allow=/a')],
) {
    my ($what, $link) = @$_;
    agrees('ectoken', $_, $link, $what) for qw(plain renamed loose);
}

# The same token in the places that secure_token_source names, and in some that only look so.
my $signed = azion('/a', expires => $later) =~ s/.*\?//r;
my ($st, $e) = $signed =~ /^st=(.*)&e=(.*)/;
my $bare = $good =~ s/.*\?//r;
my @places = (
    ["/a?$signed"], ['/a'], ['/a?st=x', Cookie => "link=$signed"], ['/a', 'X-Link' => $signed], ['/a', 'x-LINK' => " $signed "],
    ['/a', 'X-Link' => "x$signed"], ["/a?L=$signed"], ["/a?l=x&l=$bare"], ["/a?x=1&l=$bare"],
    ['/a', Cookie => "st=$st; e=$e"], ['/a', Cookie => "e=$e;st=$st"], ['/a', Cookie => "st=$st"], ['/a', Cookie => $signed],
    map({ my $cookie = $_; map { ['/a', Cookie => $cookie =~ s/TOKEN/$_/r] } $signed, $bare }
        # Behind a comma older NGINX finds a cookie as well, and newer does not.
        'link=TOKEN', 'LINK=TOKEN', 'a=1; link=TOKEN', 'a=1;link=TOKEN', 'a=1 link=TOKEN', 'link = TOKEN; b=2',
        'link=TOKEN ; b=2', 'link=TOKEN,b=2', 'link; link=TOKEN', 'link=; link=TOKEN', 'link="TOKEN"', 'xlink=TOKEN',
        'linkx=1; link=TOKEN', "a=1;\tlink=TOKEN", ';;link=TOKEN', 'link=x; link=TOKEN'),
);
for my $place (@places) {
    my ($uri, %request) = @$place;
    agrees($_, 'sources', $uri, "$uri " . join(' ', %request), %request) for qw(azion ectoken);
}

$nginx->stop;
is $nginx->alarms, '', 'NGINX has nothing to complain of';
done_testing;
