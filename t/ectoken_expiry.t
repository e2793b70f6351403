# The scheme ectoken: when a token expires, what it is answered then, and what is left of the query.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::Nginx::Socket;
use SecureToken;
use SecureToken::Socket;

plan 'no_plan';

$SecureToken::Socket::Config = <<'CONF';
    secure_token         ectoken;
    secure_token_secret  a-secret-for-tests id=main;
    secure_token_secret  an-older-secret-for-tests id=old;
    add_header           X-Reason "<$secure_token_reason>" always;
    add_header           X-All "<$secure_token_status><$secure_token_expires><$secure_token_key><$secure_token_args>" always;

    location / {
        proxy_pass $TEST_NGINX_ORIGIN;
    }
    location /renamed/ {
        secure_token_param token=ectok;
        proxy_pass $TEST_NGINX_ORIGIN;
    }
    location /cookie/ {
        secure_token_source $cookie_token;
        proxy_pass $TEST_NGINX_ORIGIN;
    }
CONF

run_tests();

__DATA__

=== TEST 1: a token opens until its expiry, and without one for ever
--- reasons eval
[
    get(ectoken('/a', 'ec_expire=' . later()))                                => '',
    get(ectoken('/a', 'ec_expire=' . earlier()))                              => 'expired',
    get(ectoken('/a', 'ec_expire=1'))                                         => 'expired',
    get(ectoken('/a', 'ec_url_allow=/'))                                      => '',
    get(ectoken('/a', 'ec_expire=0'))                                         => '',
    get(ectoken('/a', 'ec_expire=00'))                                        => '',
    get(ectoken('/a', 'ec_expire=0' . earlier()))                             => 'expired',
    get(ectoken('/a', 'ec_expire=0' . later()))                               => '',
    get(ectoken('/a', 'ec_expire=253402300800'))                              => '',
    get(ectoken('/a', 'ec_expire=9999999999999999999'))                       => '',
]

=== TEST 2: an expiry that is no number is malformed
--- reasons eval
[
    map { get(ectoken('/a', "ec_expire$_")) => 'malformed' } '', '=', '=never', '=-1', '=+' . later(), '= ' . later(), '=' . later() . ' ', '=' . later() . '.0', '=1e10',
        '=0x7fffffff', '=' . later() . ',', '=2099-01-01', "=\0", '=99999999999999999999', '=18446744073709551617', '=' . '0' x 20, "=\xd9\xa1", '==' . later()
]

=== TEST 3: an expired token is refused like any other, unless there is a status for it
--- config
    secure_token                    ectoken;
    secure_token_secret             a-secret-for-tests;
    location / { empty_gif; }
    location /404/ {
        secure_token_denied_status  404;
        empty_gif;
    }
    location /gone/ {
        secure_token_denied_status  404;
        secure_token_expired_status 410;
        empty_gif;
    }
--- outcomes eval
[
    (map { get(ectoken($_->[0], 'ec_expire=' . earlier())) => $_->[1] } ['/a', 403], ['/404/a', 404], ['/gone/a', 410]),
    (map { get($_->[0])                                    => $_->[1] } ['/a', 403], ['/404/a', 404], ['/gone/a', 404]),
    (map { get(ectoken($_, 'ec_expire=' . later()))        => 200 } '/a', '/404/a', '/gone/a'),
    get(ectoken('/gone/a', 'ec_expire=' . earlier() . '&ec_url_allow=/other/'))        => 410,
    get(ectoken('/gone/a', 'ec_expire=' . earlier(), secret => 'another-secret'))      => 404,
]
--- logged eval
[(qr/secure_token: expired, scheme: ectoken/) x 3, (qr/secure_token: missing, /) x 3, qr/secure_token: expired, /, qr/secure_token: signature, /]

=== TEST 4: a token that never expires lives longer than any lifetime that is allowed
--- config
    secure_token               ectoken;
    secure_token_secret        a-secret-for-tests;
    secure_token_max_lifetime  1h;
    secure_token_expired_status 410;
    add_header                 X-Reason "<$secure_token_reason>" always;
    location / { empty_gif; }
--- reasons eval
[
    get(ectoken('/a', 'ec_url_allow=/'))                  => 'lifetime',
    get(ectoken('/a', 'ec_expire=0'))                     => 'lifetime',
    get(ectoken('/a', ''))                                => 'lifetime',
    get(ectoken('/a', 'ec_expire=' . later(7200)))        => 'lifetime',
    get(ectoken('/a', 'ec_expire=9999999999999999999'))   => 'lifetime',
    get(ectoken('/a', 'ec_expire=' . later(1800)))        => '',
]

=== TEST 5: a clock that is behind is allowed for, also with the farthest expiry
--- config
    secure_token             ectoken;
    secure_token_secret      a-secret-for-tests;
    secure_token_clock_skew  1h;
    add_header               X-Reason "<$secure_token_reason>" always;
    location / { empty_gif; }
--- reasons eval
[
    get(ectoken('/a', 'ec_expire=' . earlier(1800)))      => '',
    get(ectoken('/a', 'ec_expire=' . earlier(7200)))      => 'expired',
    get(ectoken('/a', 'ec_expire=9999999999999999999'))   => '',
    get(ectoken('/a', 'ec_expire=0'))                     => '',
]

=== TEST 6: the variables tell expiry, secret and the other arguments
--- request eval
[
    get(ectoken('/a', 'ec_expire=9999999999') . '&x=1&&y'),
    get(ectoken('/a', 'ec_expire=0')),
    get(ectoken('/a', 'x=1', secret => 'an-older-secret-for-tests') . '==&x=1'),
    get(ectoken('/a', 'ec_expire=1470055000') . '&x=%2B'),
    get(ectoken('/a', 'ec_expire=9999999999&ec_url_allow=/b')),
    get(ectoken('/a', 'ec_expire=9999999999&ec_new=1')),
    get(ectoken('/a', 'ec_expire=9999999999', secret => 'another-secret') . '&x=1'),
    get('/a?x=1&y=2'),
]
--- error_code eval
[200, 200, 200, (403) x 5]
--- response_headers eval
[
    'X-All: <PASSED><9999999999><main><x=1&&y>',
    'X-All: <PASSED><><main><>',
    'X-All: <PASSED><><old><x=1>',
    'X-All: <EXPIRED><1470055000><main><x=%2B>',
    'X-All: <REJECTED><9999999999><main><>',
    'X-All: <REJECTED><><main><>',
    'X-All: <REJECTED><><><x=1>',
    'X-All: <REJECTED><><><x=1&y=2>',
]

=== TEST 7: only the token itself is taken out of the query
--- request eval
[
    get('/renamed/a?x=1&ectok=' . ectoken_token('x=1') . '&bare&expires=5&ECTOK=1'),
    get('/renamed/a?bare&expires=5'),
    get('/cookie/a?bare&x=1'),
]
--- more_headers eval
['', '', 'Cookie: token=' . ectoken_token('x=1')]
--- error_code eval
[200, 403, 200]
--- response_headers eval
[
    'X-All: <PASSED><><main><x=1&bare&expires=5&ECTOK=1>',
    'X-All: <REJECTED><><><bare&expires=5>',
    'X-All: <PASSED><><main><bare&x=1>',
]
