# Which status a refused request gets.

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

=== TEST 1: a refusal is 403 and a link that is too old 410, unless told otherwise
--- config
    location / { secure_token azion; secure_token_secret a-secret-for-tests; empty_gif; }
    location /gcore/ { secure_token gcore; secure_token_secret a-secret-for-tests; empty_gif; }
--- outcomes eval
[
    get('/a.gif') => 403, get(azion('/a.gif', expires => earlier())) => 410,
    get('/gcore/a.gif') => 403, get(gcore('/gcore/a.gif', expires => earlier())) => 410,
]

=== TEST 2: a place can be kept secret by 404
--- config
    location / {
        secure_token azion;
        secure_token_secret a-secret-for-tests;
        secure_token_denied_status 404;
        secure_token_expired_status 404;
        empty_gif;
    }
--- request eval
[get('/a.gif'), get(azion('/a.gif', secret => 'x')), get(azion('/a.gif', expires => earlier())), get(azion('/a.gif'))]
--- error_code eval
[404, 404, 404, 200]
--- response_body_like eval
['<h1>404 Not Found</h1>', '<h1>404 Not Found</h1>', '<h1>404 Not Found</h1>', '^GIF89a']

=== TEST 3: the status for what is too old stands on its own
--- config
    location / {
        secure_token azion;
        secure_token_secret a-secret-for-tests;
        secure_token_denied_status 404;
        empty_gif;
    }
    location /only-expired/ {
        secure_token azion;
        secure_token_secret a-secret-for-tests;
        secure_token_expired_status 403;
        empty_gif;
    }
--- outcomes eval
[
    get('/a.gif') => 404, get(azion('/a.gif', expires => earlier())) => 410,
    get('/only-expired/a.gif') => 403, get(azion('/only-expired/a.gif', expires => earlier())) => 403,
]

=== TEST 4: a link that lives too long is denied, not expired
--- config
    location / {
        secure_token azion;
        secure_token_secret a-secret-for-tests;
        secure_token_denied_status 451;
        secure_token_max_lifetime 10m;
        empty_gif;
    }
--- outcomes eval
[get(azion('/a.gif')) => 451]

=== TEST 5: every status from 400 to 599 ends the request, and none opens it
--- config eval
CORE::join '', map { "location /$_/ { secure_token azion; secure_token_secret a-secret-for-tests; secure_token_denied_status $_; secure_token_expired_status $_; }\n" }
    400 .. 407, 409 .. 431, 440, 443, 445, 451, 460, 494 .. 498, 500 .. 513, 520, 598, 599
--- user_files
>>> 401/a.txt
the file
--- request eval
[(map { get("/$_/a.txt") } 400 .. 407, 409 .. 431, 440, 443, 445, 451, 460, 494 .. 498, 500 .. 513, 520, 598, 599), get(azion('/401/a.txt'))]
--- error_code eval
[400 .. 407, 409 .. 431, 440, 443, 445, 451, 460, 400, 400, 400, 400, 498, 500 .. 513, 520, 598, 599, 200]
