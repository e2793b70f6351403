# secure_token_preflight: CORS preflights.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::Nginx::Socket;
use SecureToken;
use SecureToken::Socket;

plan 'no_plan';
$SecureToken::Socket::Config = <<'CONF';
    location / {
        secure_token           azion;
        secure_token_secret    a-secret-for-tests;
        secure_token_preflight on;
        proxy_pass             $TEST_NGINX_ORIGIN;
        add_header X-Verdict   "<$secure_token_status><$secure_token_reason><$secure_token_key><$secure_token_expires>" always;
    }
CONF

run_tests();

__DATA__

=== TEST 1: a preflight passes without a token, where that is allowed
--- more_headers
Origin: https://player.example
Access-Control-Request-Method: GET
--- outcomes eval
[request_of('OPTIONS', '/a.txt') => 200]
--- response_headers
X-Verdict: <PASSED><><><>
--- logged eval
[]

=== TEST 2: names of headers have no case
--- more_headers
ORIGIN: https://player.example
access-control-request-method: GET
--- outcomes eval
[request_of('OPTIONS', '/a.txt') => 200]

=== TEST 3: method: only a real preflight passes, with both of its headers
--- more_headers eval
["", "Origin: https://player.example", "Access-Control-Request-Method: GET", "Origin: x\nAccess-Control-Request-Headers: x",
 "X-Origin: x\nX-Access-Control-Request-Method: GET", "Origin_: x\nAccess-Control-Request-Method_: GET"]
--- outcomes eval
[(request_of('OPTIONS', '/a.txt') => 403) x 6]

=== TEST 4: method: with the headers of a preflight no other method passes
--- more_headers
Origin: https://player.example
Access-Control-Request-Method: OPTIONS
X-HTTP-Method-Override: OPTIONS
--- outcomes eval
[map { request_of($_, '/a.txt') => 403 } qw(GET HEAD POST PUT DELETE PATCH PROPFIND BREW OPTION OPTIONSS)]

=== TEST 5: OPTIONS that is no preflight needs a token, and opens with one
--- outcomes eval
[request_of('OPTIONS', azion('/a.txt')) => 200, request_of('OPTIONS', azion('/b.txt', signs => '/a.txt')) => 403]

=== TEST 6: a preflight needs a token like any other request where nothing else is said
--- config
    location / { secure_token azion; secure_token_secret a-secret-for-tests; proxy_pass $TEST_NGINX_ORIGIN; }
    location /off/ { secure_token azion; secure_token_secret a-secret-for-tests; secure_token_preflight off; proxy_pass $TEST_NGINX_ORIGIN; }
--- more_headers
Origin: https://player.example
Access-Control-Request-Method: GET
--- outcomes eval
[request_of('OPTIONS', '/a.txt') => 403, request_of('OPTIONS', '/off/a.txt') => 403, request_of('OPTIONS', azion('/a.txt')) => 200]

=== TEST 7: a preflight that carries a bad token passes too, as it asks for nothing
--- more_headers
Origin: https://player.example
Access-Control-Request-Method: GET
--- outcomes eval
[request_of('OPTIONS', azion('/b.txt', signs => '/a.txt')) => 200]
