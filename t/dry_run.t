# secure_token_dry_run: to decide and to refuse nobody.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::Nginx::Socket;
use SecureToken;
use SecureToken::Socket;

plan 'no_plan';
$SecureToken::Socket::HttpConfig = <<'CONF';
    log_format verdict '$status <$secure_token_status> <$secure_token_reason> <$secure_token_key> $request_uri';
CONF
$SecureToken::Socket::Config = <<'CONF';
    location / {
        secure_token         azion;
        secure_token_secret  a-secret-for-tests;
        secure_token_dry_run on;
        secure_token_max_lifetime 2h;
        proxy_pass           $TEST_NGINX_ORIGIN;
        add_header X-Verdict "$secure_token_status:$secure_token_reason" always;
        access_log $TEST_NGINX_SERVROOT/logs/access.log verdict;
    }
    location /off/ {
        secure_token         azion;
        secure_token_secret  a-secret-for-tests;
        secure_token_dry_run off;
        proxy_pass           $TEST_NGINX_ORIGIN;
    }
CONF

run_tests();

__DATA__

=== TEST 1: a dry run refuses nobody, and says in variables and log what it would have done
--- request eval
[get(azion('/a')), get('/a'), get(azion('/a', secret => 'x')), get(azion('/a', expires => earlier())), get(azion('/a', expires => later(9999))),
 get(azion('/a') . '&st=x'), get('/a?st=x')]
--- error_code eval
[(200) x 7]
--- response_headers eval
[map { "X-Verdict: $_" } 'PASSED:', 'REJECTED_DRY_RUN:missing', 'REJECTED_DRY_RUN:signature', 'EXPIRED_DRY_RUN:expired', 'REJECTED_DRY_RUN:lifetime',
    'REJECTED_DRY_RUN:duplicate', 'REJECTED_DRY_RUN:malformed']
--- logged eval
[map { qr/\[error\] .* secure_token: $_, scheme: azion, dry run, client: 127\.0\.0\.1/ } qw(missing signature expired lifetime duplicate malformed)]

=== TEST 2: the access log has it too
--- request eval
get(azion('/access-log', expires => earlier()))
--- access_log
200 <EXPIRED_DRY_RUN> <expired> <1> /access-log

=== TEST 3: without a dry run they are refused
--- outcomes eval
[get(azion('/off/a')) => 200, get('/off/a') => 403, get(azion('/off/a', expires => earlier())) => 410]

=== TEST 4: not even one for which there is no verdict
--- config
    location / {
        secure_token         azion;
        secure_token_secret  a-secret-for-tests;
        secure_token_uri     $secure_token_status;
        secure_token_dry_run on;
        empty_gif;
    }
--- request eval
get(azion('/a'))
--- error_code: 200
--- error_log
secure_token: no verdict
