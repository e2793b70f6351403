# README.md and docs/ against the module: every configuration loads, every directive, variable and
# reason is there and no other, and what is pointed at exists.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::MD5 qw(md5_hex);
use Digest::SHA qw(hmac_sha256_hex sha256_hex);
use File::Basename qw(basename dirname);
use Test::More;
use Documents;
use Facts;
use SecureToken qw(alibaba_b azion_token fastly gcore_token leaseweb);
use SecureToken::Ectoken;

my $reference = "$ROOT/docs/directives.md";
my $text = slurp($reference);
my @all = (documents(), map { "$ROOT/$_.md" } qw(CHANGELOG CONTRIBUTING RELEASING SECURITY));

# Sorted, each once.
sub sorted { my %seen; return [sort grep { !$seen{$_}++ } @_] }

# --- Configurations --------------------------------------------------------------------------------

for my $document (documents()) {
    for my $block (blocks($document, lang => 'nginx')) {
        my $nginx = Documents::Nginx->new($block->{text});
        if (my $missing = $nginx->lacks) {
            SKIP: { skip "$block->{where}: this NGINX has no $missing", 1 }
            next;
        }
        my ($ok, $said) = $nginx->check;
        ok $ok, "$block->{where}: loads" or diag "$said\n$nginx->{text}";
        if ($block->{text} =~ /\bectoken\s+legacy;/) {
            like $said, qr/\[warn\][^\n]*\bversion 2\b/, "$block->{where}: with a warning of version 2";
            $said =~ s/.*\[warn\].*\bversion 2\b.*//g;
        }
        # What an example says of itself.
        if ($block->{text} =~ /# nginx -t warns: (.*)/) {
            like $said, qr/\[warn\].*\Q$1\E/, "$block->{where}: with the warning that it tells of";
            $said =~ s/.*\[warn\].*\Q$1\E.*//;
        }
        unlike $said, qr/\[warn\]/, "$block->{where}: without another warning";
    }
    is_deeply [grep { !$_->{lang} } blocks($document)], [],
        basename($document) . ': every block has a language';
}

sub complaint {
    my ($ok, $said) = Documents::Nginx->new(@_)->check;
    return $ok ? '' : $said;
}

# --- What the reference says that they do -----------------------------------------------------------

my $secret = 'replace-me-openssl-rand-hex-16';
my $later = time + 3600;

# The NGINX of an example, started.
sub example {
    my ($heading, $number) = @_;
    my $block = (blocks($reference, lang => 'nginx', heading => $heading))[$number];
    my $nginx = Documents::Nginx->new($block->{text});
    for my $file (qw(videos/a.txt films/a.txt archive/a.txt vod/42/a.txt vod/42/sub/a.txt vod/43/a.txt errors/link.html)) {
        $nginx->file("$_/$file", "$file\n") for qw(html srv/www srv/a.example.com srv/b.example.com);
    }
    $nginx->file('html/videos/a b.txt', "a b\n");
    return $nginx->start;
}

sub signed {
    my ($path, $with) = @_;
    return "st=" . azion_token($with // $secret, $path, $later) . "&e=$later";
}

{
    my $nginx = example('secure_token_secret', 0);
    is $nginx->status('/videos/a.txt?' . signed('/videos/a.txt', "replace-me-with-the-$_-secret")), 200,
        "secrets: the $_ one opens" for qw(new old);
    is $nginx->status('/videos/a.txt?' . signed('/videos/a.txt')), 403, 'secrets: another does not';
    $nginx->stop;

    $nginx = example('secure_token_secret', 1);
    my $uri = '/videos/a.txt?' . signed('/videos/a.txt', 'replace-me-with-the-secret-of-a');
    is $nginx->status($uri, '-H', "Host: $_->[0].example.com"), $_->[1], "tenants: $_->[0]"
        for ['a', 200], ['b', 403], ['c', 403];
    like $nginx->log, qr/secure_token: no_secret, .*c\.example\.com/, 'tenants: no secret for c';
    $nginx->stop;
}

{
    my $nginx = example('secure_token_uri', 0);
    my $query = sprintf 'md5=%s&expires=%s', gcore_token($secret, '/vod/42/', $later), $later;
    is $nginx->status("$_->[0]?$query"), $_->[1], "directory token: $_->[0]"
        for ['/vod/42/a.txt', 200], ['/vod/42/sub/a.txt', 200], ['/vod/43/a.txt', 403], ['/vod/', 403],
        ['/vod/x%0a/', 403];
    $nginx->stop;

    $nginx = example('secure_token_uri', 1);
    is $nginx->status('/videos/a%20b.txt?' . signed('/videos/a%20b.txt')), 200, 'path as sent';
    is $nginx->status('/videos/a%20b.txt?' . signed('/videos/a b.txt')), 403, 'path decoded';
    $nginx->stop;
}

{
    my $nginx = example('secure_token_source', 0);
    my $query = signed('/videos/a.txt');
    is $nginx->status('/videos/a.txt', '-H', "Cookie: link=$query"), 200, 'token in a cookie';
    is $nginx->status('/videos/a.txt', '-H', "X-Link: $query"), 200, 'token in a header';
    is $nginx->status("/videos/a.txt?st=x", '-H', "X-Link: $query"), 403, 'the first one decides';
    is $nginx->status("/videos/a.txt?st=", '-H', "X-Link: $query"), 200, 'an empty one is none';
    $nginx->stop;

    $nginx = example('secure_token_source', 1);
    my ($token) = signed('/videos/a.txt') =~ /st=(.*?)&/;
    is $nginx->status("/signed/$token/$later/videos/a.txt"), 200, 'token in the path';
    is $nginx->status("/signed/$token/$later/videos/b.txt"), 403, 'token in the path, another file';
    is $nginx->status("/signed/$token"), 403, 'no token in the path';
    $nginx->stop;
}

{
    my $nginx = example('Variables', 0);
    my $query = signed('/videos/a.txt');
    is $nginx->status("/videos/a.txt?$query"), 200, 'access log: request';
    my $log = $nginx->written('links.log', 1);
    $nginx->stop;
    like $log, qr{"GET /videos/a\.txt" 200 PASSED "" key=1$}, 'access log: line';
    unlike $log, qr/st=/, 'access log: without the token';
}

{
    my ($return, $error_page) = map { example('How a request is checked', $_) } 0, 1;
    is $return->status('/signed-url-works'), 403, 'return: without a token';
    is $return->status('/signed-url-works?' . signed('/signed-url-works')), 200, 'return: with one';
    is $error_page->status('/videos/a.txt'), 403, 'error page: status';
    is `curl -s http://127.0.0.1:$error_page->{port}/videos/a.txt`, "errors/link.html\n", 'error page';
    $_->stop for $return, $error_page;
}

{
    my $caching = (blocks($reference, lang => 'nginx', heading => 'Caching'))[0]{text};
    my $origin = Documents::Nginx->new('location / { return 200 "$request_uri"; }')->start;
    $caching =~ s/127\.0\.0\.1:8081/127.0.0.1:$origin->{port}/;
    my $nginx = Documents::Nginx->new($caching)->start;
    my $get = sub { `curl -s 'http://127.0.0.1:$nginx->{port}/videos/a%20b.txt?$_[0]'` };
    is $get->(signed('/videos/a b.txt') . '&x=1'), '/videos/a%20b.txt?x=1', 'cache: the origin sees no token';
    $origin->stop;
    $later++;
    is $get->(signed('/videos/a b.txt') . '&x=1'), '/videos/a%20b.txt?x=1', 'cache: one copy for all tokens';
    is $nginx->status('/videos/a%20b.txt?x=1'), 403, 'cache: not without a token';
    $nginx->stop;
}

{
    my $nginx = example('ectoken', 0);
    my $link = sub { ectoken('/films/a.txt', "ec_expire=$later", secret => $_[0]) };
    is $nginx->status($link->("replace-me-with-the-$_-key")), 200, "ectoken: the $_ key opens" for qw(primary backup);
    is $nginx->status($link->($secret)), 403, 'ectoken: another does not';
    $nginx->stop;

    $nginx = example('secure_token_param', 1);
    my $named = ectoken('/films/a.txt', "ec_expire=$later", secret => $secret, param => 'other=1&token');
    is $nginx->status($named), 200, 'ectoken with a name: anywhere';
    is $nginx->status($link->($secret)), 403, 'ectoken with a name: not without it';
    $nginx->stop;

    $nginx = example('secure_token_country', 0);
    my ($claims) = map { $_->{text} } blocks($reference, heading => 'Claims of an ectoken', lang => 'text');
    my $here = ectoken('/films/a.txt', $claims =~ s/\n//r, secret => $secret);
    is $nginx->status($here, '-H', "X-Country: $_->[0]"), $_->[1], "claims that are shown: from $_->[0]"
        for ['US', 200], ['FR', 200], ['DE', 403], ['', 403];
    is $nginx->status($here =~ s/a\.txt/sub%2f..%2fa.txt/r, '-H', 'X-Country: US'), 200, 'claims that are shown: the path';
    $nginx->stop;
}

{
    my $nginx = example('A token in the path', 0);
    $nginx->file('srv/www/films/a.mp4', "a film\n");
    is $nginx->status(alibaba_b('/films/a.mp4?quality=2', secret => $secret)), 200, 'a token in the path: the file behind it';
    is $nginx->status('/films/a.mp4'), 403, 'a token in the path: not without';
    is $nginx->status(alibaba_b('/films/a.mp4', secret => $secret, time => time - 32 * 60)), 403, 'a token in the path: after half an hour';
    $nginx->stop;

    $nginx = example('A token in the path', 1);
    my $token = alibaba_b('', secret => $secret, signs => '/vod/42/');
    is $nginx->status("$token$_->[0]"), $_->[1], "a token in the path, for a directory: $_->[0]"
        for ['/vod/42/a.txt', 200], ['/vod/42/sub/a.txt', 200], ['/vod/43/a.txt', 403], ['/videos/a.txt', 403];
    is $nginx->status(alibaba_b('/videos/a.txt', secret => $secret)), 200, 'and beside it for a file';
    $nginx->stop;

    $nginx = example('secure_token_ttl', 0);
    $nginx->file('html/films/a.mp4', "a film\n");
    is $nginx->status(alibaba_b('/films/a.mp4', secret => $secret, time => time - $_->[0] * 60)), $_->[1], "secure_token_ttl 6h: after $_->[0] minutes"
        for [355, 200], [365, 403];
    $nginx->stop;
}

{
    my $format = example('secure_token_format', 0);
    my $sig = sub { hmac_sha256_hex("$later\n/films/a.txt\n$_[0]", $secret) };
    is $format->status('/films/a.txt?sig=' . $sig->($_->[0]) . "&exp=$later", '-H', 'Host: a.example'), $_->[1], "a format: for the host $_->[0]"
        for ['a.example', 200], ['b.example', 403];
    $format->stop;

    my $link = example('secure_token_link', 0);
    my $token = gcore_token($secret, '/films/a.txt', $later);
    is $link->status("/films/a.txt?$_->[0]"), $_->[1], "links of another shape: $_->[2]"
        for ["access=$later.$token", 200, 'its own'], ["md5=$token&expires=$later", 403, 'that of the vendor no more'];
    $link->stop;

    my $digest = example('secure_token_digest', 0);
    my $issued = time;
    is $digest->status("/films/a.txt?auth_key=$issued-x-0-" . $_->[0]->("/films/a.txt-$issued-x-0-$secret")), $_->[1], "another digest: $_->[2]"
        for [\&sha256_hex, 200, 'that'], [\&md5_hex, 403, 'the usual one no more'];
    $digest->stop;
}

{
    # docs/security.md: who has a link of version 2 prolongs it, by flipping bits in its last block.
    my $nginx = example('ectoken', 1);
    my $legacy = sub { legacy_ectoken('/archive/a.txt', $_[0], secret => $secret) };
    is $nginx->status($legacy->("ec_expire=$later")), 200, 'legacy: a token of version 2';
    is $nginx->status(ectoken('/archive/a.txt', "ec_expire=$later", secret => $secret)), 200, 'legacy: and of version 3';

    my $past = time - 10;
    my $link = $legacy->("ec_url_allow=/archive/,/shop/&ec_expire=$past");
    is $nginx->status($link), 403, 'legacy: an expired one';
    my $last = qr/[0-9a-f]{16}\z/;
    my $flips = substr($past, -8) ^ '99999999';
    is $nginx->status($link =~ s/($last)/unpack 'H*', pack('H*', $1) ^ $flips/er), 200, 'legacy: prolonged without the secret';
    $nginx->stop;
}

# docs/security.md on texts that are the same.
my $same = sub { gcore_token($secret, $_[0], $later, $_[1]) };
is $same->('/a', '11.2.3.4'), $same->('/a1', '1.2.3.4'), 'the border between path and address';
is $same->('/a', '1.2.3.4'), $same->('/a1.2.3.4'), 'and where there is no address';
is azion_token('k', '/a/b', 1), azion_token('k/a', '/b', 1), 'the border between secret and path';

# --- Commands --------------------------------------------------------------------------------------

# These documents have tests of their own, with theirs.
my $place = Documents::Nginx->new('root html;');
for my $document (grep { !/README|performance|sharing|streaming|recipes|migrate|troubleshooting|logging|monitoring|rotation|secure-token\.md/ } documents()) {
    for my $block (blocks($document, lang => 'sh')) {
        for my $line (split /\n/, $block->{text}) {
            run_command($line, $place) or fail "$block->{where}: there is no test for \"$line\"";
        }
    }
}

for my $document (documents()) {
    my %seen;
    run_command($_) for grep { !$seen{$_}++ } slurp($document) =~ /`(make [^`\n]+)`/g;
}

# --- Directives ------------------------------------------------------------------------------------

my @directives;
for my $block (blocks($reference, lang => 'text')) {
    my ($syntax, $default, $context) =
        $block->{text} =~ /^Syntax:  (.+;)\nDefault: (.+)\nContext: (.+)\n\z/ or next;
    my ($name) = $syntax =~ /^(\w+)/;
    is $name, $block->{heading}, "$block->{where}: stands under its name";
    push @directives, $name;

    # Of a form that every scheme takes.
    my $with_secret = 'secure_token_secret 00112233445566778899aabbccddeeff;';
    if ($default ne '—') {
        is complaint("$default $with_secret"), '', "$name: the default is a valid directive";
        like $default, qr/^\Q$name\E \S+(?: \S+)*;$/, "$name: the default is one of it";
    }

    my $parameters = $syntax =~ /^\w+ (.*);$/ ? $1 : '';
    $parameters =~ s/^\[([^\[\]]*)\]$/$1/;    # may be left out altogether
    my @words = split / \| /, $parameters;
    # Whatever the command knows as a scheme, and the words that may stand behind it.
    @words = ('off', map { my $scheme = $_; ($scheme->{name}, map { "$scheme->{name} $_" } @{ $scheme->{words} }) } schemes())
        if $name eq 'secure_token';
    @words = ('off', map { "token$_" } '', ' path=/vod/', ' domain=example.com', map { " samesite=$_" } qw(strict lax none)) if $name eq 'secure_token_cookie';
    @words = ('off', '5m') if $name eq 'secure_token_playback_grace';
    @words = ('off', 3, '3 ipv4=24', '3 ipv6=56', '3 ipv4=24 ipv6=56') if $name eq 'secure_token_max_clients';
    @words = ('off', 1, '1 head=free') if $name eq 'secure_token_max_uses';
    if (@words > 1 && $words[0] ne 'value') {
        # What is in brackets may be left out.
        my @allowed = map { /(.*) \[(.*)\]/ ? ($1, "$1 $2") : $_ } @words;
        is complaint("$name $_; $with_secret"), '', "$name $_" for @allowed;
        like complaint("$name nonsense=; $with_secret"), qr/\[emerg\].* "$name": /, "$name nonsense=";
    }

    is $context, { secure_token_zone => 'http', secure_token_playback_zone => 'http', secure_token_links => 'http', secure_token_format => 'http', secure_token_metrics => 'location', secure_token_revoke => 'location' }->{$name} // 'http, server, location',
        "$name: where it may stand";
    my $use = 'x=y ' x 9;    # too much for any of them, but not "not allowed here"
    for my $level (qw(http server location)) {
        my $config = $level eq 'http' ? "http { $name $use; server { listen 80; } }"
            : $level eq 'server' ? "server { listen 80; $name $use; }"
            :                      "location / { $name $use; }";
        my $is_allowed = grep { $_ eq $level } split /, /, $context;
        my $said = complaint($config);
        like $said, qr/"\Q$name\E"/, "$name: known in $level";
        unlike $said, qr/unknown directive/, "$name: not unknown in $level";
        is $said =~ /not allowed here/ ? 0 : 1, $is_allowed, "$name: " . ($is_allowed ? '' : 'not ') . "allowed in $level";
    }
    for my $level ('if ($uri)', 'limit_except GET') {
        like complaint("location / { $level { $name x; } }"),
            qr/"\Q$name\E" directive is not allowed here/, "$name: not allowed in $level";
    }
    my @examples = blocks($reference, lang => 'nginx', heading => $name);
    ok((grep { $_->{text} =~ /\b$name[\s;]/ } @examples), "$name: has an example");
}
my @metrics = samples();
for my $document (@all) {
    my %named = map { $_ => 1 } slurp($document) =~ /(?<![\$\w])(secure_token(?:_[a-z]+)*)\b(?!:)/g;
    delete $named{$_} for @directives, @metrics, map { my $metric = $_; map { "${metric}_$_" } qw(bucket sum count) } @metrics;
    is_deeply [sort keys %named], [], basename($document) . ': names no directive that there is not';
}

my ($schemes) = complaint('secure_token nonsense;') =~ /write one of "off", "(.*?)", or define /;
is_deeply [(split /", "/, $schemes)], [map { $_->{name} } schemes()], 'the module has the schemes of the command';
my ($words) = $text =~ /^\| word \| behind \|.*\n\| --- .*\n((?:\|.*\n)+)/m;
is_deeply sorted($words =~ /^\| (`[\w=]+` \| `[\w-]+`) \|/mg), sorted(map { my $scheme = $_; map { "`$_` | `$scheme->{name}`" } @{ $scheme->{words} } } schemes()),
    'and the reference all words that may stand behind one';

# Which digests the vendors leave to choose.
{
    my ($table) = $text =~ /^\| scheme \| digest \|\n\| --- .*\n((?:\|.*\n)+)/m;
    my %choice;
    while ($table =~ /^\| (.*?) \| (.*?) \|$/mg) {
        my ($schemes, $digests) = ($1, $2);
        for my $scheme ($schemes =~ /`([^`]+)`/g) { $choice{$scheme} = [$digests =~ /`([^`]+)`/g] }
    }
    my $secret = 'secure_token_secret 00112233445566778899aabbccddeeff;';
    for my $scheme (schemes()) {
        my $name = $scheme->{name};
        my $said = complaint("secure_token $name; secure_token_digest hmac-sha384:hex; $secret");
        my ($others) = $said =~ /write one of "(.*)" in /;
        is_deeply sorted($others ? split /", "/, $others : ()), sorted(@{ $choice{$name} // [] }), "secure_token_digest: $name";
    }
}

# --- Variables, reasons, statuses -------------------------------------------------------------------

# The first cells of the rows of the tables whose header has this word there.
sub rows {
    my ($document, $word) = @_;
    my ($text, @rows) = slurp($document);
    while ($text =~ /^\| $word \|.*\n\| --- .*\n((?:\|.*\n)+)/mg) {
        push @rows, $1 =~ /^\| `([^`]+)` \|/mg;
    }
    return @rows;
}

my @variables = rows($reference, 'variable');
is_deeply sorted(@directives, map { s/^\$//r } @variables), sorted(words()),
    'the reference has all directives and variables and no other';
is complaint("return 200 $_;"), '', "$_: NGINX knows it" for @variables;
for my $document (@all) {
    my %named = map { $_ => 1 } slurp($document) =~ /(\$secure_token_[a-z]+)\b/g;
    delete $named{$_} for @variables;
    is_deeply [sort keys %named], [], basename($document) . ': names no variable that there is not';
}

is_deeply sorted(rows($_, 'reason')), sorted(reasons()), basename($_) . ': has all reasons and no other'
    for $reference, "$ROOT/README.md";

is_deeply sorted($text =~ /`((?:PASSED|EXPIRED|REJECTED)(?:_DRY_RUN)?)`/g),
    sorted(statuses()), 'the reference has all values of the status';

# --- Links ------------------------------------------------------------------------------------------

# The names that GitHub gives to headings.
sub anchors {
    my ($document) = @_;
    my $plain = slurp($document) =~ s/^```.*?^```$//gmsr;
    return map { lc =~ s/[^\w\- ]//gr =~ tr/ /-/r } $plain =~ /^#+ (.*\S)/mg;
}

for my $document (@all) {
    my $plain = slurp($document) =~ s/^```.*?^```$//gmsr;
    for my $link ($plain =~ /\]\(([^)\s]+)\)/g) {
        next if $link =~ m{^https?://};
        my ($file, $anchor) = $link =~ /^([^#]*)(?:#(.*))?$/;
        my $target = $file eq '' ? $document : dirname($document) . "/$file";
        ok -e $target, basename($document) . ": $link exists";
        if (defined $anchor) {
            ok((grep { $_ eq $anchor } anchors($target)), basename($document) . ": $link is a heading");
        }
    }
}

# Links of the other sort: those that are shown have the tokens that they should have.
my @secrets = qw(replace-me-openssl-rand-hex-16 replace+me+openssl+rand+base6432 mysecret secret_key
    aliyuncdnexp1234 iqFPeN2u+Z0Lm5IrsKaOFKRqEU5Gw8ePtaEkHZWuD24=);
for my $document (documents()) {
    my $plain = slurp($document);
    while ($plain =~ m{(/[\w./-]+)\?(st|md5)=([\w-]{22})&(?:e|expires)=(\d+)}g) {
        my ($path, $token, $expires, $sign) = ($1, $3, $4, $2 eq 'st' ? \&azion_token : \&gcore_token);
        $path =~ s{^//[^/]+}{};
        my @right = map { my $s = $_; (map { $sign->($s, $path, $expires, $_) } '', '1.2.3.4'), map { leaseweb($path, secret => $s, ip => $_, expires => $expires) =~ /st=(.{22})/ } '192.0.2.7', '1.2.3.4' } @secrets;
        ok((grep { $_ eq $token } @right), basename($document) . ": $path is signed with $token");
    }
    while ($plain =~ m{(/(\d{12})/[0-9a-f]{32}(/[\w./%-]+))}g) {
        my ($link, $stamp, $path) = ($1, $2, $3);
        ok((grep { $_ eq $link } map { alibaba_b($path, secret => $_, stamp => $stamp) } @secrets), basename($document) . ": $path is signed at $stamp");
    }
    while ($plain =~ m{(?<![\w%])(/[\w./%-]+\?(?:[\w=&]+&)?)token=(\d+)_([0-9a-f]{40})}g) {
        my ($uri, $expires, $digest) = ($1, $2, $3);
        $uri =~ s/[?&]$//;
        ok((grep { /_$digest$/ } map { fastly($uri, secret => $_, expires => $expires) } @secrets), basename($document) . ": $uri is signed with $digest");
    }
}

done_testing;
