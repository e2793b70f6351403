# Where secure_token is off nothing changes.

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

=== TEST 1: a location without secure_token is untouched
--- config
    location / { proxy_pass $TEST_NGINX_ORIGIN; add_header X-Verdict "<$secure_token_status><$secure_token_reason><$secure_token_expires><$secure_token_key>"; }
--- request eval
[map { "GET $_" } '/a', '/a?st=x&e=y', '/a?st=x&st=y', '/%01', azion('/a', expires => earlier())]
--- error_code eval
[(200) x 5]
--- response_headers eval
[('X-Verdict: <><><><>') x 5]
--- logged eval
[]

=== TEST 2: secure_token off is as if it were not there
--- config
    secure_token azion;
    secure_token_secret a-secret-for-tests;
    location / {
        secure_token off;
        proxy_pass $TEST_NGINX_ORIGIN;
        add_header X-Verdict "<$secure_token_status><$secure_token_reason><$secure_token_expires><$secure_token_key>";
    }
--- request eval
[map { "GET $_" } '/a', '/a?st=x&e=y', azion('/a', secret => 'x')]
--- error_code eval
[(200) x 3]
--- response_headers eval
[('X-Verdict: <><><><>') x 3]
--- logged eval
[]

=== TEST 3: other directives without secure_token do nothing
--- config
    secure_token_secret a-secret-for-tests;
    secure_token_denied_status 404;
    secure_token_max_lifetime 1s;
    secure_token_log_level info;
    location / { proxy_pass $TEST_NGINX_ORIGIN; }
--- outcomes eval
[get('/a') => 200, get(azion('/a')) => 200]
--- logged eval
[]

=== TEST 4: client-driven switch: no parameter, header, cookie or variable of a client turns it off
--- http_config
    map $arg_tenant $tenant_secret { one secret-of-tenant-one; }
--- config
    location / {
        secure_token         azion;
        secure_token_secret  $tenant_secret;
        secure_token_source  args $cookie_token $http_x_token;
        empty_gif;
    }
--- more_headers
Cookie: token=off; secure_token=off; tenant=
X-Token: off
X-Secure-Token: off
--- outcomes eval
[map { get("/a?$_") => 403 } 'token=off', 'tenant=', 'tenant=none', 'tenant=one', 'tenant=none&st=off&e=1', 'tenant=&' . substr(azion('/a', secret => ''), 3),
    'tenant=none&' . substr(azion('/a', secret => ''), 3), substr(azion('/a', secret => 'none'), 3) . '&tenant=none']

=== TEST 5: an empty variable as the client's address or as the path opens nothing
--- config
    location /ip/ {
        secure_token           gcore;
        secure_token_secret    a-secret-for-tests;
        secure_token_client_ip $arg_ip;
        empty_gif;
    }
    location /path/ {
        secure_token           gcore;
        secure_token_secret    a-secret-for-tests;
        secure_token_uri       $arg_path;
        empty_gif;
    }
--- outcomes eval
[
    get(gcore('/ip/a'))                             => 403,
    get(gcore('/ip/a') . '&ip=')                    => 403,
    get(gcore('/ip/a', ip => '1.1.1.1'))            => 403,
    get(gcore('/path/a', signs => ''))              => 403,
    get(gcore('/path/a', signs => '') . '&path=')   => 403,
]
--- logged eval
[(qr/secure_token: client_ip, scheme: gcore/) x 3, (qr/secure_token: malformed, scheme: gcore/) x 2]
