# The scheme ectoken, version 2: it opens where it is asked for and nowhere else. Nothing vouches for its
# bytes, so that every one of them has to be what a signer would have written.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::Nginx::Socket;
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Socket;

plan 'no_plan';

$SecureToken::Socket::Config = <<'CONF';
    secure_token             ectoken legacy;
    secure_token_secret      a-secret-for-tests;
    add_header               X-Reason "<$secure_token_reason>" always;

    location / {
        proxy_pass           $TEST_NGINX_ORIGIN;
    }
    location /new/ {
        secure_token         ectoken;
        proxy_pass           $TEST_NGINX_ORIGIN;
    }
    location /renamed/ {
        secure_token_param   token=ectok;
        proxy_pass           $TEST_NGINX_ORIGIN;
    }
    location /two/ {
        secure_token_secret  the-new-secret-of-2027;
        secure_token_secret  a-secret-for-tests;
        proxy_pass           $TEST_NGINX_ORIGIN;
    }
    location /map/ {
        secure_token_secret  $http_x_secret;
        proxy_pass           $TEST_NGINX_ORIGIN;
    }
CONF

# A token with bits of one byte altered, and so of that byte of its text. Whoever alters a block garbles
# the next one.
sub flipped {
    my ($at, $bits, $claims) = @_;
    my $bytes = pack 'H*', legacy_ectoken_token($claims);
    substr($bytes, $at, 1) ^= chr $bits;
    return unpack 'H*', $bytes;
}

# That which others made; it expires in 2030.
sub like_the_worked_example { return legacy_ectoken_token("ec_expire=$_[0]&ec_country_deny=CA", 'primary0123456789abcdef') }
is like_the_worked_example(1893456000),
    '774b206b8eec85ca4777ca4ab47830aad3015ad8108d6cc80a8812736d25c667118f4986a0bcd2f70d0dee8887a3d3add57365460f', 'the worked example, byte for byte';

run_tests();

__DATA__

=== TEST 1: a token like the worked example opens, and to its own secret only
--- config
    add_header X-Reason "<$secure_token_reason>" always;
    secure_token_country $http_x_country;
    location / { secure_token ectoken legacy; secure_token_secret primary0123456789abcdef; empty_gif; }
    location /other/ { secure_token ectoken legacy; secure_token_secret primary0123456789abcdee; empty_gif; }
--- suppress_stderr
--- reasons eval
[
    map { [get("$_->[0]?" . main::like_the_worked_example(later())), "X-Country: $_->[1]"] => $_->[2] }
        ['/a', 'US', ''], ['/a', 'CA', 'country'], ['/other/a', 'US', 'signature']
]
--- logged eval
[qr/secure_token: country, scheme: ectoken, client: /, qr/secure_token: signature, scheme: ectoken, client: /]

=== TEST 2: a token of version 2 opens, expires and restricts as one of version 3 does
--- suppress_stderr
--- reasons eval
[
    map {
        my ($reason, $claims) = @$_;
        (get(legacy_ectoken('/a', $claims)) => $reason, get(ectoken('/a', $claims)) => $reason)
    }
        ['', 'ec_expire=' . later()], ['', 'ec_url_allow=/a'], ['', 'ec_expire=0'], ['', 'ec_rate=1&ec_prebuf=x'], ['', 'ec_url_allow=/' . 'a,/' x 100 . '&ec_proto_deny=https'],
        ['expired', 'ec_expire=' . earlier()], ['url', 'ec_url_allow=/b'], ['client_ip', 'ec_clientip=192.0.2.7'], ['country', 'ec_country_deny=CA'], ['protocol', 'ec_proto_deny=http'],
        ['malformed', 'ec_expire=never'], ['malformed', 'ec_expire=0&ec_expire=0'], ['unsupported_claim', 'ec_new=1']
]

=== TEST 3: where it is not asked for, version 2 does not open
--- suppress_stderr
--- reasons eval
[
    get(ectoken('/new/a', 'ec_expire=' . later()))              => '',
    get(ectoken('/new/a', 'ec_expire=' . later()) . '&' . legacy_ectoken_token('ec_expire=0')) => '',
    # Hexadecimal digits are base64url as well, of a token that nobody made.
    (map { get(legacy_ectoken('/new/a', $_)) => 'signature' } 'ec_url_allow=/', 'ec_url_allow=/ab', 'ec_expire=' . later()),
]

=== TEST 4: its digits may be capitals and percent-encoded, but there is an even number of them
--- suppress_stderr
--- reasons eval
[
    get('/a?' . uc legacy_ectoken_token('ec_url_allow=/'))                                    => '',
    get('/a?' . legacy_ectoken_token('ec_url_allow=/') =~ s/(.)/sprintf '%%%02x', ord $1/ger) => '',
    get(legacy_ectoken('/a', 'ec_url_allow=/') . '&x=1')                                      => '',
    get(legacy_ectoken('/renamed/a', 'ec_url_allow=/', param => 'ectok'))                     => '',
    get('/a?x=1&' . legacy_ectoken_token('ec_url_allow=/'))                                   => 'missing',
    get(legacy_ectoken('/renamed/a', 'ec_url_allow=/'))                                       => 'missing',
    (map { get('/a?' . '7' x $_) => 'missing' } 2, 18, 20),
    get('/a?' . '7' x 22)                                                                     => 'signature',
]

=== TEST 5: huge input: claims as long as version 2 allows, and what no signer writes
--- suppress_stderr
--- reasons eval
[
    (map { get(legacy_ectoken('/a', 'ec_rate=' . '1' x ($_ - 8))) => '' } 99, 100, 512),
    get('/a?' . '7' x 6144) => 'signature',
    get('/a?' . '7' x 6146) => 'malformed',
]

=== TEST 6: each secret is tried, also one that is known with the request only
--- suppress_stderr
--- reasons eval
[
    get(legacy_ectoken('/two/a', 'ec_url_allow=/'))                                                        => '',
    get(legacy_ectoken('/two/a', 'ec_url_allow=/', secret => 'the-new-secret-of-2027'))                    => '',
    get(legacy_ectoken('/two/a', 'ec_url_allow=/', secret => 'the-old-secret-of-2025'))                    => 'signature',
    [get(legacy_ectoken('/map/a', 'ec_url_allow=/', secret => 'eight-or')), 'X-Secret: eight-or']          => '',
    [get(legacy_ectoken('/map/a', 'ec_url_allow=/', secret => 'longest' x 8)), 'X-Secret: ' . 'longest' x 8] => '',
    [get(legacy_ectoken('/map/a', 'ec_url_allow=/', secret => 'longest' x 8)), 'X-Secret: longest.']       => 'signature',
    get(legacy_ectoken('/map/a', 'ec_url_allow=/'))                                                        => 'no_secret',
]

=== TEST 7: the text begins with ec_secure and its own length, in three digits or as many as it takes
--- suppress_stderr
--- reasons eval
[
    get('/a?' . blowfish('ec_secure=028&ec_url_allow=/'))                     => '',
    (map { get('/a?' . blowfish("ec_secure=$_&ec_url_allow=/")) => 'malformed' } '027', '029', '28', '0028', '0029', '128', '+28', ' 28', '28 ', '', 'x', '0x1c', '028 ', '28.', '02:', '01>'),
    (map { get('/a?' . blowfish($_)) => 'malformed' } 'ec_secure=014&', 'ec_secure=013', 'ec_secure=0', 'ec_secure=00', 'ec_secure=028ec_url_allow=/&', 'ec_secure=028&&ec_url_allow=', 'ec_secure=029&&ec_url_allow=/',
        'ec_secure=029&ec_url_allow=/&', 'ec_secure=028;ec_url_allow=/'),
    (map { get('/a?' . blowfish($_)) => 'signature' } 'ec_url_allow=/', 'ec_url_allow=/&ec_secure=028', 'Ec_secure=028&ec_url_allow=/', ' ec_secure=029&ec_url_allow=/', 'ec_secure028&ec_url_allow=/'),
    get('/a?' . blowfish('ec_secure=028&ec_url_allow=/&ec_secure=028'))       => 'malformed',
    get('/a?' . blowfish('ec_secure=042&ec_url_allow=/&ec_secure=042'))       => 'malformed',
]

=== TEST 8: what is no claim may be one that was altered, and refuses the link
--- suppress_stderr
--- reasons eval
[
    (map { get(legacy_ectoken('/a', "$_&ec_url_allow=/")) => 'malformed' } 'user=42', 'user', '', '=', '=x', 'expire=1', 'ac_expire=1', "\x00"),
    (map { get(legacy_ectoken('/a', "ec_url_allow=/,$_")) => 'malformed' } "\x00", "/\x1f", "/\x7f", "/\x80", "/\xc3\xbc", "/\n"),
    (map { get(legacy_ectoken('/a', "ec_rate=$_")) => 'malformed' } "\x00", "\xff", "1\n"),
    (map { get(legacy_ectoken('/a', $_)) => 'unsupported_claim' } 'ec_new_thing=1', 'EC_EXPIRE=1', 'ec_=1'),
]

=== TEST 9: tampering: a byte that is altered in any block but the last shows in the next
--- suppress_stderr
--- outcomes eval
[
    get('/a/x?' . ::flipped(0, 0, 'ec_expire=9999999999&ec_url_allow=/a/&ec_proto_allow=http')) => 200,
    (map { get('/a/x?' . ::flipped($_, 1, 'ec_expire=9999999999&ec_url_allow=/a/&ec_proto_allow=http')) => 403 } 0 .. 63),
]

=== TEST 10: tampering: a piece cut off, put in, left out or taken from another token does not open
--- suppress_stderr
--- outcomes eval
[
    get(legacy_ectoken('/b/x', 'ec_url_allow=/b/c/d/e/f/g,/b'))                                                               => 200,
    (map { get('/b/x?' . substr legacy_ectoken_token('ec_url_allow=/b/c/d/e/f/g,/b'), 0, -2 * $_)                             => 403 } 1 .. 20),
    (map { get(legacy_ectoken('/b', 'ec_url_allow=/b') . $_)                                                                  => 403 } '00', 'ff', '2f', '0' x 16),
    (map { my $token = legacy_ectoken_token('ec_expire=9999999999&ec_url_allow=/b&ec_rate=1'); substr($token, $_, 16) = ''; get("/b?$token") => 403 } 16, 32, 48, 64),
    (map { get('/a?' . substr(legacy_ectoken_token('ec_url_allow=/a&ec_expire=1111111111'), 0, $_)
        . substr legacy_ectoken_token('ec_url_allow=/b&ec_expire=9999999999'), $_)                                            => 403 } 64, 72, 80),
]
