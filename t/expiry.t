# When a link expires: skew, the longest lifetime, and the very second.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::Nginx::Socket;
use SecureToken;
use SecureToken::Socket;

plan 'no_plan';
run_tests();

__DATA__

=== TEST 1: with a clock skew a link opens a little longer, and then it is expired
--- config
    location / {
        secure_token azion;
        secure_token_secret a-secret-for-tests;
        secure_token_clock_skew 5m;
        empty_gif;
    }
    location /gcore/ {
        secure_token gcore;
        secure_token_secret a-secret-for-tests;
        secure_token_clock_skew 5m;
        empty_gif;
    }
--- outcomes eval
[
    get(azion('/a.gif', expires => earlier(0)))          => 200,
    get(azion('/a.gif', expires => earlier(240)))        => 200,
    get(azion('/a.gif', expires => earlier(301)))        => 410,
    get(gcore('/gcore/a.gif', expires => earlier(0)))    => 200,
    get(gcore('/gcore/a.gif', expires => earlier(240)))  => 200,
    get(gcore('/gcore/a.gif', expires => earlier(300)))  => 410,
]

=== TEST 2: a clock skew may be written as times are elsewhere, and be as large as one likes
--- config
    location /s/ { secure_token azion; secure_token_secret a-secret-for-tests; secure_token_clock_skew 100; empty_gif; }
    location /h/ { secure_token azion; secure_token_secret a-secret-for-tests; secure_token_clock_skew "1h 30m"; empty_gif; }
    location /y/ { secure_token azion; secure_token_secret a-secret-for-tests; secure_token_clock_skew 100000000000y; empty_gif; }
    location /0/ { secure_token azion; secure_token_secret a-secret-for-tests; secure_token_clock_skew 0; empty_gif; }
--- outcomes eval
[
    get(azion('/s/a', expires => earlier(60))) => 200, get(azion('/s/a', expires => earlier(101)))  => 410,
    get(azion('/h/a', expires => earlier(5340))) => 200, get(azion('/h/a', expires => earlier(5401))) => 410,
    get(azion('/y/a', expires => 1000000000)) => 200, get(azion('/y/a', expires => 9999999999)) => 200,
    get(azion('/0/a', expires => earlier(1))) => 410, get(azion('/0/a', expires => later(60))) => 200,
]

=== TEST 3: a link that lives longer than is allowed is refused, signed as it may be
--- config
    location / {
        secure_token azion;
        secure_token_secret a-secret-for-tests;
        secure_token_max_lifetime 1h;
        add_header X-Verdict "$secure_token_status:$secure_token_reason" always;
        empty_gif;
    }
--- request eval
[get(azion('/a', expires => later(3500))), get(azion('/a', expires => later(3700))), get(azion('/a', expires => 9999999999)),
 get(azion('/a', expires => earlier())), get(azion('/a', expires => 9999999999, secret => 'x'))]
--- error_code eval
[200, 403, 403, 410, 403]
--- response_headers eval
['X-Verdict: PASSED:', 'X-Verdict: REJECTED:lifetime', 'X-Verdict: REJECTED:lifetime', 'X-Verdict: EXPIRED:expired', 'X-Verdict: REJECTED:signature']
--- logged eval
[qr/secure_token: lifetime, scheme: azion/, qr/secure_token: lifetime, scheme: azion/, qr/secure_token: expired, /, qr/secure_token: signature, /]

=== TEST 4: the skew does not prolong a lifetime
--- config
    location / {
        secure_token azion;
        secure_token_secret a-secret-for-tests;
        secure_token_max_lifetime 1s;
        secure_token_clock_skew 1h;
        empty_gif;
    }
--- outcomes eval
[get(azion('/a', expires => earlier(60))) => 200, get(azion('/a', expires => later(60))) => 403]
