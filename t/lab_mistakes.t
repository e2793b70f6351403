# The lab knows the mistakes that the command knows: for a link with each of them both name it. Without a
# browser, as t/lab_verdicts.t.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::MD5 qw(md5 md5_hex);
use Digest::SHA qw(hmac_sha1 hmac_sha1_hex hmac_sha256 hmac_sha256_hex sha1 sha1_hex sha256_hex);
use File::Temp ();
use JSON::PP qw(decode_json);
use MIME::Base64 qw(encode_base64);
use POSIX qw(strftime);
use Test::More;

use Documents qw($ROOT slurp spill);
use Facts qw(mistakes);
use NodeJS;
use SecureToken ();

NodeJS::needs(node => 'nodejs');

my $node = NodeJS->new('modules.mjs');
my $command = $ENV{SECURE_TOKEN_CLI} // "$ROOT/build/secure-token";
my $tmp = File::Temp->newdir;

my $fastly  = 'a key of fastly';
my $base64  = encode_base64($fastly, '');
my $secret  = 'A-secret-of-the-tests';
my $expires = time + 3600;
my $issued  = $expires - 1800 - ($expires - 1800) % 60;

sub base64url { return SecureToken::base64url(@_) }

# --- What the two name -----------------------------------------------------------------------------

sub of_the_command {
    my (%link) = @_;
    spill("$tmp/secret", "$link{secret}\n");
    my @client = defined $link{client} ? ('--client-ip', $link{client}) : ();
    my @format = $link{format} ? ('--format', $link{format}) : ('--scheme', $link{scheme});
    my @var    = map { ('--var', "$_=$link{variables}{$_}") } sort keys %{ $link{variables} // {} };
    my @param  = defined $link{param} ? ('--param', "token=$link{param}") : ();
    open my $out, '-|', $command, qw(explain --json), @format, @var, '--secret-file', "$tmp/secret", @client, @param, $link{url}
        or die "$command: $!";
    my $found = decode_json(do { local $/; <$out> } // '');
    return map { $_->{id} // () } @{ $found->{mistakes} };
}

sub of_the_lab {
    my (%link) = @_;
    my $found = $node->ask({ js => 'explain(given.url, given)', with => {
        url => $link{url}, scheme => $link{format} ? 'own' : $link{scheme}, format => format_fields($link{format}),
        variables => $link{variables} // {}, secrets => [$link{secret}], now => time,
        clientIp => $link{client} // '', words => $link{words} // '', token => $link{param} // '',
    } });
    return map { $_->{id} // () } @{ $found->{mistakes} };
}

# A line such as the command takes, without quotes in it, as the fields of the page.
sub format_fields {
    my ($link, $digest, $message, @options) = split / /, $_[0] // return undef;
    return { link => $link, digest => $digest, message => $message, options => "@options" };
}

# --- Links -----------------------------------------------------------------------------------------

sub url { my ($path, $query) = @_; return "https://cdn.example.com$path" . ($path =~ /\?/ ? '&' : '?') . $query }

# A link of gcore whose token is the MD5 of a text, or another one.
sub gcore {
    my ($path, $text, %with) = @_;
    my $token = $with{token} // base64url(md5($text));
    return (scheme => 'gcore', url => url($path, "md5=$token&expires=" . ($with{expires} // $expires)));
}

# Signed as is right, but for the path or the secret.
sub with_path   { my ($sent, $signed) = @_; return gcore($sent, "$expires$signed $secret") }
sub with_secret { my ($is, $was) = @_; return (gcore('/a', "$expires/a $was"), secret => $is) }
sub with_token  { return gcore('/a', undef, token => $_[0]->(base64url(md5("$expires/a $secret")))) }

sub alibaba {
    my ($token, $text) = @_;
    my $time = strftime('%Y%m%d%H%M', gmtime($expires - 1800 + 8 * 3600));
    $text //= "$secret$time/a";
    return (scheme => 'alibaba-b', url => "https://cdn.example.com/$time/" . $token->($text) . '/a');
}

# A link of fastly whose token is the HMAC of a text.
sub fastly {
    my ($path, $text) = @_;
    return (scheme => 'fastly', secret => $base64, url => url($path, "token=${expires}_" . hmac_sha1_hex($text, $fastly)));
}

# A link of alibaba-a whose token is the MD5 of a text.
sub alibaba_a {
    my ($text) = @_;
    return { scheme => 'alibaba-a', url => url('/a', "auth_key=$issued-r-0-" . md5_hex($text)) };
}

# A link of flussonic whose token is for a stream.
sub flussonic {
    my ($path, $stream) = @_;
    my $token = sha1_hex("${stream}no_check_ip0$expires${secret}salt");
    return { scheme => 'flussonic', url => url($path =~ s/ /%20/gr, "token=$token-salt-$expires-0") };
}

sub ectoken { my ($change) = @_; return (scheme => 'ectoken', url => 'https://cdn.example.com/a?' . $change->(sealed($secret))) }

sub sealed {
    my ($link) = $node->ask({ js => 'signer.ectoken("/a", given.secret, given.expires)', with => { secret => $_[0], expires => $expires } });
    return $link =~ s/.*\?//r;
}

sub hmac_md5 {
    my ($text, $key) = @_;
    my $block = $key . "\0" x (64 - length $key);
    my ($outer, $inner) = map { $block ^ chr($_) x 64 } 0x5c, 0x36;
    return md5($outer . md5($inner . $text));
}

# One whose base64 has a + or a /.
sub standard {
    for my $n (1 .. 1000) {
        my $token = encode_base64(md5("$expires/$n $secret"), '') =~ s/=+$//r;
        return gcore("/$n", undef, token => $token) if $token =~ m{[+/]};
    }
}

my ($old) = grep { $_->{scheme} eq 'ectoken_v2' && $_->{expect} eq 'valid' && !ref $_->{key} } @{ decode_json(slurp("$ROOT/token/tests/data/ectoken.json")) };

my %LINKS = (
    'message-newline' => { scheme => 'azion', url => url('/a', 'st=' . base64url(md5("$secret/a$expires\n")) . "&e=$expires") },
    'message-of-another-scheme' => { gcore('/a', "$secret/a$expires") },
    'message-left-out' => alibaba_a("/a-$issued-r-$secret"),
    'message-order' => { gcore('/a', "/a$expires $secret") },
    'message-hmac' => { gcore('/a', undef, token => base64url(hmac_md5("$expires/a", $secret))) },
    'message-hmac-newline' => { gcore('/a', undef, token => base64url(hmac_md5("/a$expires\n", $secret))) },
    'message-not-hmac' => {
        scheme => 'fastly', secret => $base64, url => url('/a', "token=${expires}_" . sha1_hex("$fastly/a$expires")),
    },
    'secret-newline' => { with_secret($secret, "$secret\n") },
    'secret-crlf' => { with_secret($secret, "$secret\r\n") },
    'secret-carriage-return' => { with_secret($secret, "$secret\r") },
    'secret-two-newlines' => { with_secret($secret, "$secret\n\n") },
    'secret-trimmed' => { with_secret(" $secret ", $secret) },
    'secret-blank' => { with_secret($secret, "$secret ") },
    'secret-quoted' => { with_secret($secret, qq{"$secret"}) },
    'secret-unquoted' => { with_secret("'$secret'", $secret) },
    'secret-from-hex' => { with_secret(unpack('H*', $secret), $secret) },
    'secret-from-base64' => { with_secret(encode_base64($secret, ''), $secret) },
    'secret-encoded' => { with_secret($secret, unpack 'H*', $secret) },
    'secret-case' => { with_secret($secret, lc $secret) },
    'secret-byte-order-mark' => { with_secret($secret, "\xef\xbb\xbf$secret") },
    'secret-not-decoded' => {
        scheme => 'fastly', secret => $base64, url => url('/a', "token=${expires}_" . hmac_sha1_hex("/a$expires", $base64)),
    },
    'secret-not-set' => { with_secret($secret, 'undefined') },
    'path-slashes-kept' => { with_path('/a//b', '/a//b') },
    'path-slashes-as-sent' => { with_path('/a//b%20c', '/a//b%20c') },
    'path-as-sent' => { with_path('/my%20film', '/my%20film') },
    'path-encoded' => { with_path('/a(b)', '/a%28b%29') },
    'path-plus-for-blank' => { with_path('/my%20film', '/my+film') },
    'path-unresolved' => { with_path('/a/../b%20c', '/a/../b c') },
    'path-decoded-twice' => { with_path('/a%2520b', '/a b') },
    'path-blank-for-plus' => { with_path('/a+b', '/a b') },
    'path-lower-case' => { with_path('/Films/A', '/films/a') },
    'path-latin-1' => { with_path('/caf%C3%A9', "/caf\xe9") },
    'path-nfd' => { with_path('/caf%C3%A9', "/cafe\xcc\x81") },
    'path-nfd-encoded' => { with_path('/caf%C3%A9', '/cafe%CC%81') },
    'path-nfc' => { with_path('/cafe%CC%81', "/caf\xc3\xa9") },
    'path-nfc-encoded' => { with_path('/cafe%CC%81', '/caf%C3%A9') },
    'path-raw-decoded' => { fastly('/my%20film', "/my film$expires") },
    'path-raw-case' => { fastly('/Films', "/films$expires") },
    'path-raw-spelling' => { fastly('/a(b)', "/a%28b%29$expires") },
    'path-raw-newline' => { fastly('/a', "/a\n$expires") },
    'path-raw-without-query' => { fastly('/my%20film?x=1', "/my%20film$expires") },
    'path-raw-with-all' => { fastly('/a', "/a?$expires") },
    'path-file-for-directory' => flussonic('/live/a b/index.m3u8', '/live/a b/index.m3u8'),
    'path-directory-with-slash' => flussonic('/live/a b/index.m3u8', '/live/a b'),
    'path-directory-encoded' => flussonic('/live/a b/index.m3u8', 'live/a%20b'),
    'path-directory-case' => flussonic('/Live/a/index.m3u8', 'live/a'),
    'path-without-leading-slash' => { with_path('/films/a', 'films/a') },
    'path-without-trailing-slash' => { with_path('/films/', '/films') },
    'path-with-trailing-slash' => { with_path('/films', '/films/') },
    'path-not-signed' => { with_path('/films', '') },
    'path-without-extension' => { with_path('/a.tar.gz', '/a.tar') },
    'path-directory' => { with_path('/films/a', '/films/') },
    'path-wildcard' => { with_path('/films/a', '/films/*') },
    'path-without-beginning' => { with_path('/films/old/a', '/old/a') },
    'path-with-query' => { with_path('/a?x=1', '/a?x=1') },
    'path-with-question-mark' => { with_path('/a', '/a?') },
    'path-with-newline' => { with_path('/a', "/a\n") },
    'path-with-host' => { with_path('/a', 'https://cdn.example.com/a') },
    'path-whole-url' => { with_path('/a?x=1', 'https://cdn.example.com/a?x=1') },
    'expiry-not-signed' => { gcore('/a', "/a $secret") },
    'expiry-signed-in-milliseconds' => { gcore('/a', "${expires}000/a $secret") },
    'expiry-sent-in-milliseconds' => { gcore('/a', "$expires/a $secret", expires => "${expires}000") },
    'expiry-another-zone' => { gcore('/a', ($expires + 5400) . "/a $secret") },
    'expiry-signed-as-seconds' => { alibaba(\&md5_hex, "$secret$issued/a") },
    'address-not-signed' => { gcore('/a', "$expires/a $secret"), client => '192.0.2.7' },
    'address-spelling' => { gcore('/a', "$expires/a2001:0DB8:0000:0000:0000:0000:0000:0007 $secret"), client => '2001:db8::7' },
    'address-not-looked-at' => { gcore('/a', "$expires/a127.0.0.1 $secret") },
    'token-encoded-twice' => { with_token(sub { $_[0] =~ s/(.)/sprintf '%%25%02X', ord $1/er }) },
    'token-standard-base64' => { standard() },
    'token-padding' => { with_token(sub { "$_[0]=" }) },
    'token-last-character' => { with_token(sub { $_[0] =~ s/(.)$/chr(ord($1) + 1)/er }) },
    'token-hex' => { gcore('/a', undef, token => md5_hex("$expires/a $secret")) },
    'token-hex-in-base64' => { gcore('/a', undef, token => base64url(md5_hex("$expires/a $secret"))) },
    'token-not-hex' => { alibaba(sub { base64url(md5($_[0])) }) },
    'token-upper-case' => { alibaba(sub { uc md5_hex($_[0]) }) },
    'token-case' => { with_token(sub { lc(substr $_[0], 0, -1) . substr $_[0], -1 }) },
    'token-cut-off' => { with_token(sub { substr $_[0], 0, 20 }) },
    'token-appended' => { with_token(sub { "$_[0]abc" }) },
    'token-altered' => { with_token(sub { $_[0] =~ s/^(.{5})(.)/$1 . ($2 eq '0' ? '1' : '0')/er }) },
    'place-second-question-mark' => { scheme => 'gcore', url => { gcore('/a?DVR', "$expires/a $secret") }->{url} =~ s/&md5/?md5/r },
    'place-swapped' => { scheme => 'gcore', url => url('/a', "expires=" . base64url(md5("$expires/a $secret")) . "&md5=$expires") },
    'place-expiry-name' => { scheme => 'gcore', url => { gcore('/a', "$expires/a $secret") }->{url} =~ s/expires=/until=/r },
    'place-token-in-parameter' => { ectoken(sub { "token=$_[0]" }) },
    'place-token-name' => { ectoken(sub { "token=$_[0]" }), param => 'sig' },
    'place-token-behind' => { ectoken(sub { "x=1&$_[0]" }) },
    'place-token-without-name' => { ectoken(sub { $_[0] }), param => 'sig' },
    'token-old-version' => { scheme => 'ectoken', url => $old->{url}, secret => $old->{key} },
    'token-sealed-cut-off' => { ectoken(sub { substr $_[0], 0, 50 }) },
    'token-sealed-altered' => { ectoken(sub { $_[0] =~ s/(.)$/$1 eq 'A' ? 'Q' : 'A'/er }) },
);

# What is asked of a server that the lab is told nothing of, secure_token_ignore_case and merge_slashes off; and
# a path that is signed with the token in it, of which nobody can make a link here.
my %NOT_OF_THE_LAB = map { $_ => 1 } qw(path-case-kept path-slashes-merged path-raw-with-token);

my @ids = map { $_->{id} } mistakes();
is_deeply [sort grep { !$NOT_OF_THE_LAB{$_} } @ids], [sort keys %LINKS], 'every mistake of the list has its link';

for my $id (grep { $LINKS{$_} } @ids) {
    my %link = (secret => $secret, %{ $LINKS{$id} });
    my @lab = of_the_lab(%link);
    ok scalar(grep { $_ eq $id } @lab), "$id: the lab names it" or diag "$link{url}: @lab";
    is_deeply [sort @lab], [sort(of_the_command(%link))], "$id: and so does the command";
}

# The mistakes with a format of one's own are known by its parts.
my $OWN = '?sig={token}&exp={expires}&n={nonce} hmac-sha256:hex {expires}\n{path}\n$host\n{nonce}';
my $HEX = '/{token}/{expires:hex}{path} sha1:base64url {secret}|{dir}|{expires}';

sub own {
    my ($text, %with) = @_;
    my $token = $with{token} // hmac_sha256_hex($text, $secret);
    return { format => $OWN, url => url($with{path} // '/a', "sig=$token&exp=$expires&n=5") };
}

my $USER = '?sig={token}&exp={expires}&user={user} hmac-sha256:hex {user}|{expires}|{path}';

sub own_user {
    my ($text, %with) = @_;
    my $token = $with{token} // hmac_sha256_hex($text, $secret);
    return { format => $USER, url => url('/a', "sig=$token&exp=$expires&user=anna") };
}

sub own_hex {
    my ($text) = @_;
    return { format => $HEX, url => sprintf 'https://cdn.example.com/%s/%08x/films/a.mp4', base64url(sha1($text)), $expires };
}

my $hex = sprintf '%08x', $expires;
my @OF_OWN = (
    ['no mistake', [], own("$expires\n/a\ncdn.example.com\n5")],
    ['another host', [], { %{ own("$expires\n/a\nexample.org\n5") }, variables => { host => 'example.org' } }],
    ['a field', ['message-left-out'], own("$expires\n/a\ncdn.example.com")],
    ['a variable', ['message-left-out'], own("$expires\n/a\n5")],
    ['another order', ['message-order'], own("5/a$expires" . 'cdn.example.com')],
    ['a newline that stayed two characters', ['message-order'], own("$expires\\n/a\\ncdn.example.com\\n5")],
    ['another end of line', ['message-order'], own("$expires\r\n/a\r\ncdn.example.com\r\n5")],
    ['the first field', ['message-left-out'], own_user("$expires|/a")],
    ['two that changed places', ['message-order'], own_user("/a|$expires|anna")],
    ['the secret behind a plain hash', ['message-not-hmac'], own_user('', token => sha256_hex("anna|$expires|/a$secret"))],
    ['the path', ['path-as-sent'], own("$expires\n/a%20b\ncdn.example.com\n5", path => '/a%20b')],
    ['a newline and a hash without its key', ['message-not-hmac'], own('', token => sha256_hex("$secret$expires/acdn.example.com5"))],
    ['the token', ['token-upper-case'], own('', token => uc hmac_sha256_hex("$expires\n/a\ncdn.example.com\n5", $secret))],
    ['the file', ['path-file-for-directory'], own_hex("$secret|/films/a.mp4|$hex")],
    ['the time', ['expiry-signed-as-seconds'], own_hex("$secret|/films/|$expires")],
    ['an HMAC of the rest', ['message-hmac'], { %{ own_hex('') }, url => "https://cdn.example.com/" . base64url(hmac_sha1("/films/|$hex", $secret)) . "/$hex/films/a.mp4" }],
    ['an HMAC', ['message-hmac'], { %{ own_hex('') }, url => "https://cdn.example.com/" . base64url(hmac_sha1("/films/$hex", $secret)) . "/$hex/films/a.mp4" }],
);
# Of a plain digest, whose secret stands in the message.
my $DECODED = '?sig={token}&exp={expires} md5:hex {secret}{path}{expires} secret=hex';
my %decoded = (format => $DECODED, secret => unpack 'H*', $secret);
push @OF_OWN, ['a secret in hexadecimal digits', [], { %decoded, url => url('/a', 'sig=' . md5_hex("$secret/a$expires") . "&exp=$expires") }],
    ['such a secret as text', ['secret-not-decoded'], { %decoded, url => url('/a', 'sig=' . md5_hex("$decoded{secret}/a$expires") . "&exp=$expires") }];

for my $case (@OF_OWN) {
    my ($title, $ids, $of) = @$case;
    my %link = (secret => $secret, %$of);
    is_deeply [of_the_lab(%link)], $ids, "a format of one's own, $title: the lab";
    is_deeply [of_the_command(%link)], $ids, "a format of one's own, $title: the command";
}

# Nobody waits for longer than a few seconds, whatever a link has in it: here that is of the processor, with time to spare.
for my $of (alibaba_a('x'), flussonic('/live/a/index.m3u8', 'x'),
    { format => '?s={token}&e={expires}&a={a}&b={b} hmac-sha512:hex {a}{b}{path}{expires}',
        url => url('/' . 'films/' x 50 . 'a', 's=' . '0' x 128 . "&e=$expires&a=1&b=2") }) {
    my $seconds = sub { $node->ask({ js => 'process.cpuUsage().user / 1e6' }) };
    my $before = $seconds->();
    is_deeply [of_the_lab(secret => 'another secret', client => '2001:db8::7', %$of)], [], 'a link of another secret: no mistake';
    cmp_ok $seconds->() - $before, '<', 6, 'and that is soon known';
}

# Of akamai and bunny it finds those of a digest, of which the command says only that it does not fit.
my $KEY = '00ff10aa00ff10aa';
sub akamai {
    my ($claims, $text, %with) = @_;
    my $hmac = hmac_sha256_hex($text, $with{key} // pack 'H*', $KEY);
    return { scheme => 'akamai', secret => $KEY, url => url($with{path} // '/my%20film', "hdnts=$claims~hmac=$hmac"), words => $with{words} // '' };
}
sub bunny {
    my ($text, %with) = @_;
    my $token = base64url(hmac_sha256($text, $with{key} // $secret));
    return { scheme => 'bunny', url => url($with{path} // '/my%20film', "token=HS256-" . ($with{client} ? '1-' : '') . "$token&expires=$expires"), client => $with{client} };
}
my $exp = "exp=$expires";
my @WITH_CLAIMS = (
    ['akamai, no mistake', undef, akamai($exp, "$exp~url=/my%20film")],
    ['akamai, a key as text', 'secret-not-decoded', akamai($exp, "$exp~url=/my%20film", key => $KEY)],
    ['akamai, a decoded path', 'path-raw-decoded', akamai($exp, "$exp~url=/my film")],
    ['akamai, a newline', 'message-newline', akamai("$exp~acl=/*", "$exp~acl=/*\n")],
    ['akamai, a salt that was forgotten', 'message-left-out', akamai("$exp~acl=/*", "$exp~acl=/*", words => 'salt=docs')],
    ['akamai, a token that was cut off', 'token-cut-off', { %{ akamai($exp, "$exp~url=/my%20film") }, url => akamai($exp, "$exp~url=/my%20film")->{url} =~ s/.{5}$//r }],
    ['bunny, no mistake', undef, bunny("/my%20film$expires")],
    ['bunny, a decoded path', 'path-raw-decoded', bunny("/my film$expires")],
    ['bunny, a newline behind the secret', 'secret-newline', bunny("/my%20film$expires", key => "$secret\n")],
    ['bunny, an address that was forgotten', 'address-not-signed', bunny("/my%20film$expires", client => '192.0.2.7')],
    ['bunny, another order', 'message-order', bunny("$expires/my%20film")],
    ['bunny, arguments that were forgotten', 'message-left-out', bunny("/my%20film$expires", path => '/my%20film?x=1')],
);
for my $case (@WITH_CLAIMS) {
    my ($title, $id, $of) = @$case;
    is_deeply [of_the_lab(secret => $secret, %$of)], [$id // ()], "$title: the lab";
}

my $made = `node $ROOT/signers/web/facts $command -`;
ok $made eq slurp("$ROOT/signers/web/source/facts.mjs"), 'the lab has the list of this command; else run make lab';
done_testing;
