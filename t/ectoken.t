# The scheme ectoken: what a token looks like, where it stands, and which secret opens it.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::Nginx::Socket;
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Socket;

use Digest::SHA qw(sha256);
use MIME::Base64 qw(decode_base64url encode_base64url);

plan 'no_plan';

$SecureToken::Socket::Config = <<'CONF';
    secure_token            ectoken;
    secure_token_secret     a-secret-for-tests;
    add_header              X-Reason "<$secure_token_reason>" always;

    location / {
        proxy_pass          $TEST_NGINX_ORIGIN;
    }
    location /renamed/ {
        secure_token_param  token=ectok;
        proxy_pass          $TEST_NGINX_ORIGIN;
    }
    location /cookie/ {
        secure_token_source $cookie_token;
        proxy_pass          $TEST_NGINX_ORIGIN;
    }
    location /any/ {
        secure_token_source args $cookie_token $http_x_token;
        proxy_pass          $TEST_NGINX_ORIGIN;
    }
    location /renamed/cookie/ {
        secure_token_param  token=ectok;
        secure_token_source ectok=$cookie_token;
        proxy_pass          $TEST_NGINX_ORIGIN;
    }
CONF

# A token that has characters which plain base64 has not.
sub url_safe_token { my $token; do { $token = ectoken_token('x=1') } until $token =~ /-/ && $token =~ /_/; return $token }

# These characters, and every one, in other spellings.
sub respelled { my ($token, $format) = @_; return $token =~ s/([-_])/sprintf $format, ord $1/ger }
sub escaped { my ($token) = @_; return $token =~ s/(.)/sprintf '%%%02x', ord $1/ger }

# A token that is like one of ours, but for one thing in how it is made.
sub odd_token {
    my %as = (key => sha256($SECRET), nonce => 'n' x 12, data => '', tag => 16, @_);
    my ($sealed, $tag) = Crypt::AuthEnc::GCM::gcm_encrypt_authenticate('AES', @as{qw(key nonce data)}, 'x=1');
    return encode_base64url($as{nonce} . $sealed . substr $tag, 0, $as{tag});
}

run_tests();

__DATA__

=== TEST 1: a good link opens
--- reasons eval
[get(ectoken('/a.txt', 'ec_expire=' . later() . '&ec_url_allow=/a')) => '']
--- response_body_like: ^origin: GET /a\.txt\?[A-Za-z0-9_-]+$
--- logged eval
[]

=== TEST 2: the vendor's own tokens open, as long as they have not expired
--- config
    secure_token         ectoken;
    secure_token_secret  testkey123;
    secure_token_secret  MY_SECRET_KEY;
    add_header           X-Reason "<$secure_token_reason>" always;
    location / { empty_gif; }
--- suppress_stderr
--- reasons eval
[
    get('/a.jpg?fVSYBBTynMkvQECGV-Kdfp333R-MGY2fsrrpVyuqd7OiuAUsQ8ITrL0')                                 => '',
    get('/a.jpg?bs4W7wyy0OjyBQMhAaahSVo2sG4gKEzuOegBf9kI-ZzG8Gz4FQuFud2ndvmuXkReeRnKFYXTJ7q5ynniGw')       => 'expired',
    get('/a.jpg?bs4W7wyy0OjyBQMhAaahSVo2sG4gKEzuOegBf9kI-ZzG8Gz4FQuFud2ndvmuXkReeRnKFYXTJ7q5ynniGg')       => 'signature',
]
--- logged eval
[qr/secure_token: expired, scheme: ectoken, client: /, qr/secure_token: signature, scheme: ectoken, client: /]

=== TEST 3: the token is the first piece of the query, whatever stands behind it
--- reasons eval
[map { get(ectoken('/a', 'x=1') . $_) => '' } '', '&', '&&', '&x=1', '&x=1&y', '&=', '&' . ectoken_token('x=1', 'another-secret'), '&x=%zz', '#fragment']

=== TEST 4: a token behind anything else is none
--- reasons eval
[
    (map { get($_) => 'missing' } '/a', '/a?', '/a?&', '/a?=', '/a?==', '/a?x=1', azion('/a'), gcore('/a')),
    (map { get("/a?$_" . ectoken_token('x=1')) => 'missing' } 'x=1&', '&', '=', 'token=', '=&', '==&', '%26=', 'a==b'),
    (map { get("/a?$_&" . ectoken_token('x=1')) => 'missing' } 'x', 'download', 'x' x 21),
    (map { get("/a?$_&" . ectoken_token('x=1')) => 'malformed' } 'x' x 22, 'x' x 37),
    (map { get("/a?$_" . ectoken_token('x=1')) => 'malformed' } '?', '%26', '%20', '+', '/', '@'),
]

=== TEST 5: padding may be there, whole or in part
--- reasons eval
[
    map {
        my $claims = $_;
        map {
            my $count = () = /=|%/g;
            get('/a?' . ectoken_token($claims) . $_) => $count <= 2 ? '' : 'malformed'
        } '', '=', '==', '===', '====', '%3D', '%3D%3d', '%3d=', '%3D%3D%3D'
    } 'x=1', 'x=12', 'x=123'
]

=== TEST 6: percent-encoding is undone once
--- reasons eval
[
    (map { get('/a?' . ::respelled(::url_safe_token(), $_)) => '' } '%%%02X', '%%%02x'),
    get('/a?' . ::escaped(::url_safe_token()))           => '',
    get('/a?' . ::escaped(::url_safe_token() . '==')) => '',
    (map { get('/a?' . ::respelled(::url_safe_token(), $_)) => 'malformed' } '%%25%02x', '%%%%%02X', '%%u00%02x'),
    get('/a?' . ::escaped(::escaped(ectoken_token('x=1')))) => 'malformed',
    (map { get(ectoken('/a', 'x=1') . $_) => 'malformed' } '%', '%3', '%zz', '%00', '%20', '%26x'),
]

=== TEST 7: neither plain base64 nor hexadecimal is base64url
--- reasons eval
[
    get('/a?' . ::url_safe_token() =~ tr{-_}{+/}r)          => 'malformed',
    get('/a?' . ::url_safe_token() =~ tr{-_}{//}r)          => 'malformed',
    get('/a?' . unpack 'H*', MIME::Base64::decode_base64url(ectoken_token('x='))) => 'signature',
]

=== TEST 8: look-alike tokens: of the spellings of a token's last character one opens
--- reasons eval
[
    map {
        my ($claims, $spare) = @$_;
        my $token = ectoken_token($claims);
        my @all   = ('A' .. 'Z', 'a' .. 'z', 0 .. 9, '-', '_');
        my ($last) = grep { $all[$_] eq substr $token, -1 } 0 .. $#all;
        map { get('/a?' . substr($token, 0, -1) . $all[$last + $_]) => $_ ? 'malformed' : '' } 0 .. $spare
    } ['x=1', 15], ['x=12', 3]
]

=== TEST 9: tampering: with any one character changed a token does not open
--- outcomes eval
[
    map {
        my $token = ectoken_token('ec_url_allow=/');
        substr($token, $_, 1) =~ tr/A-Za-z0-9_\-/B-ZAb-za1-90\-_/;
        get("/a?$token") => 403
    } 0 .. length(ectoken_token('ec_url_allow=/')) - 1
]

=== TEST 10: tampering: pieces of two good tokens make none
--- reasons eval
[
    map {
        my ($at, $one, $two) = ($_, ectoken_token('ec_url_allow=/a'), ectoken_token('ec_url_allow=/b'));
        (get("/a?$one") => '', get("/b?$two") => '', get('/a?' . substr($one, 0, $at) . substr($two, $at)) => 'signature')
    } 4, 16, 24, 36, 40
]

=== TEST 11: a token of less than nonce and tag is malformed, and one of these alone says nothing
--- reasons eval
[
    get(ectoken('/a', ''))                                                 => '',
    (map { get('/a?' . 'A' x $_) => 'missing' } 1, 2, 4, 16, 21),
    (map { get('/a?' . 'A' x $_) => 'malformed' } 22, 36, 37),
    get('/a?' . 'A' x 38)                                                  => 'signature',
]

=== TEST 12: huge input: a token has at most 6144 characters, as they are sent
--- reasons eval
[
    (map { get(ectoken('/a', claims_of_length($_))) => '' } 510, 511, 512, 514, 515, 516, 6142, 6143, 6144),
    (map { get(ectoken('/a', claims_of_length($_))) => 'malformed' } 6146, 6147, 7900),
    (map { get(ectoken('/a', claims_of_length($_)) . '=') => '' } 511, 515, 6143),
    (map { get('/a?' . ::escaped(ectoken_token(claims_of_length($_)))) => '' } 170, 171, 2048),
    get(ectoken('/a', claims_of_length(6144)) . '=')                                => 'malformed',
    get(ectoken('/a', claims_of_length(6142)) =~ s/(.)$/sprintf '%%%02X', ord $1/er) => '',
    get(ectoken('/a', claims_of_length(6143)) =~ s/(.)$/sprintf '%%%02X', ord $1/er) => 'malformed',
]

=== TEST 13: a token made with another secret does not open
--- reasons eval
[
    map { get(ectoken('/a', 'x=1', secret => $_)) => 'signature' } 'another-secret-of-theirs', '', ' a-secret-for-tests', "a-secret-for-tests\n",
        'A-secret-for-tests', Digest::SHA::sha256('a-secret-for-tests')
]

=== TEST 14: a token made with the right secret in another way does not open
--- reasons eval
[
    get('/a?' . ::odd_token())                                     => '',
    get('/a?' . ::odd_token(data => 'data'))                       => 'signature',
    get('/a?' . ::odd_token(nonce => 'n' x 16))                    => 'signature',
    get('/a?' . ::odd_token(key => 'a-secret-for-tests' . "\0" x 14)) => 'signature',
    get('/a?' . ::odd_token(key => CORE::substr(Digest::SHA::sha256('a-secret-for-tests'), 0, 16))) => 'signature',
    (map { get('/a?' . ::odd_token(tag => $_)) => $_ < 13 ? 'malformed' : 'signature' } 4, 8, 12, 13, 15),
]

=== TEST 15: with a parameter of its own the token may stand anywhere, and only there
--- reasons eval
[
    (map { get("/renamed/a?$_" . ectoken_token('x=1')) => '' } 'ectok=', 'x=1&ectok=', 'x&ectok=', '&ectok=', 'ECTOK=1&ectok='),
    (map { get(ectoken('/renamed/a', 'x=1', param => 'ectok') . $_) => '' } '==', '&x=1', '&&', '&x=ectok', '&' . ectoken_token('x=1')),
    (map { get("/renamed/a?$_") => 'missing' } '', 'ectok', 'ectok=', 'x=1'),
    (map { get("/renamed/a?$_" . ectoken_token('x=1')) => 'missing' } '', 'ECTOK=', '%65ctok=', 'ectok', 'ectok&', 'ectok=&', 'token=', 'xectok=', 'x=ectok='),
    (map { get(ectoken('/renamed/a', 'x=1', param => $_)) => 'duplicate' } 'ectok&ectok', 'ectok=&ectok', 'ectok=bad&ectok', 'ectok=' . ectoken_token('x=1') . '&ectok'),
    (map { get(ectoken('/renamed/a', 'x=1', param => 'ectok') . $_) => 'duplicate' } '&ectok', '&ectok=', '&ectok=bad'),
    (map { get("/renamed/a?ectok=$_" . ectoken_token('x=1')) => 'malformed' } 'ectok=', '=', '%3D', '%00'),
]

=== TEST 16: a token in a cookie or a header is taken as it is, padded or not
--- reasons eval
[
    (map { [get('/cookie/a'), "Cookie: token=$_"] => '' } ectoken_token('x=1'), ectoken_token('x=1') . '==', ectoken_token('x=1') . '%3D%3D', ectoken_token('x=1') . '&x=1'),
    [get('/cookie/a'), 'Cookie: other=' . ectoken_token('x=1')]                                       => 'missing',
    [get(ectoken('/cookie/a', 'x=1')), 'Cookie: token=']                                              => 'missing',
    [get(ectoken('/cookie/a', 'x=1')), 'Cookie: token=bad']                                           => 'missing',
    [get(ectoken('/cookie/a', 'x=1')), 'Cookie: token=' . 'bad' x 8]                                  => 'malformed',
    [get('/any/a'), 'Cookie: token=' . ectoken_token('x=1')]                                          => '',
    [get('/any/a'), 'X-Token: ' . ectoken_token('x=1')]                                               => '',
    [get('/any/a?x=1'), 'X-Token: ' . ectoken_token('x=1')]                                           => '',
    [get(ectoken('/any/a', 'x=1')), 'X-Token: bad', 'Cookie: token=bad']                              => '',
    [get('/any/a'), 'X-Token: ' . ectoken_token('x=1'), 'Cookie: token=bad']                          => '',
    [get('/any/a'), 'X-Token: ' . ectoken_token('x=1'), 'Cookie: token=' . 'bad' x 8]                 => 'malformed',
    [get('/any/a'), 'X-Token: x=1&' . ectoken_token('x=1')]                                           => 'missing',
    [get('/renamed/cookie/a'), 'Cookie: token=' . ectoken_token('x=1')]                               => '',
    [get(ectoken('/renamed/cookie/a', 'x=1', param => 'ectok'))]                                      => 'missing',
]

=== TEST 17: every method needs a token, and any does with one
--- outcomes eval
[map { (request_of($_, ectoken('/a', 'ec_url_allow=/a')) => 200, request_of($_, '/a') => 403, request_of($_, ectoken('/b', 'ec_url_allow=/a')) => 403) } qw(HEAD GET POST PUT DELETE OPTIONS BREW)]
