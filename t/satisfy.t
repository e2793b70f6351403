# Together with allow and deny, auth_basic and auth_request, under satisfy all and any.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::Nginx::Socket;
use SecureToken;
use SecureToken::Socket;

plan 'no_plan';
$SecureToken::Socket::Config = <<'CONF';
    set_real_ip_from 127.0.0.1;
    real_ip_header   X-Forwarded-For;
    secure_token_secret a-secret-for-tests;
    root html;

    location /all-ip/      { satisfy all; secure_token azion; allow 192.0.2.0/24; deny all; try_files /file =500; }
    location /any-ip/      { satisfy any; secure_token azion; allow 192.0.2.0/24; deny all; try_files /file =500; }
    location /any-ip-404/  { satisfy any; secure_token azion; secure_token_denied_status 404; secure_token_expired_status 404; allow 192.0.2.0/24; deny all; try_files /file =500; }
    location /any-dry/     { satisfy any; secure_token azion; secure_token_dry_run on; allow 192.0.2.0/24; deny all; try_files /file =500; }
    location /all-dry/     { satisfy all; secure_token azion; secure_token_dry_run on; allow 192.0.2.0/24; deny all; try_files /file =500; }
    location /any-off/     { satisfy any; secure_token off; allow 192.0.2.0/24; deny all; try_files /file =500; }
    location /any-without/ { satisfy any; allow 192.0.2.0/24; deny all; try_files /file =500; }
    location /any-alone/   { satisfy any; secure_token azion; try_files /file =500; }
    location /any-allow/   { satisfy any; secure_token azion; allow all; try_files /file =500; }
    location /any-preflight/ { satisfy any; secure_token azion; secure_token_preflight on; deny all; proxy_pass $TEST_NGINX_ORIGIN; }

    location /all-basic/   { satisfy all; secure_token azion; auth_basic realm; auth_basic_user_file users; try_files /file =500; }
    location /any-basic/   { satisfy any; secure_token azion; auth_basic realm; auth_basic_user_file users; try_files /file =500; }
    location /any-basic-off/ { satisfy any; secure_token off; auth_basic realm; auth_basic_user_file users; try_files /file =500; }

    location /all-ask/     { satisfy all; secure_token azion; auth_request /ask; try_files /file =500; }
    location /any-ask/     { satisfy any; secure_token azion; auth_request /ask; try_files /file =500; }
    location = /ask        { internal; if ($http_x_ask = yes) { return 204; } return 403; }
CONF

# Every block has the same files: a page, and a user of auth_basic.
Test::Nginx::Socket::add_block_preprocessor(sub {
    my ($block) = @_;
    $block->set_value(user_files => [['file', "the file\n"], ["$ENV{TEST_NGINX_CONF_DIR}/users", "user:{PLAIN}password\n"]]);
});

run_tests();

__DATA__

=== TEST 1: satisfy all: a good link and a good address, both
--- more_headers eval
['X-Forwarded-For: 192.0.2.7', '', 'X-Forwarded-For: 192.0.2.7', '']
--- outcomes eval
[get(azion('/all-ip/a')) => 200, get(azion('/all-ip/a')) => 403, get('/all-ip/a') => 403, get('/all-ip/a') => 403]

=== TEST 2: satisfy all: an expired link is 410
--- more_headers eval
['X-Forwarded-For: 192.0.2.7', '']
--- outcomes eval
[(get(azion('/all-ip/a', expires => earlier())) => 410) x 2]

=== TEST 3: satisfy any: a good link or a good address
--- more_headers eval
['X-Forwarded-For: 192.0.2.7', '', 'X-Forwarded-For: 192.0.2.7', '']
--- outcomes eval
[get(azion('/any-ip/a')) => 200, get(azion('/any-ip/a')) => 200, get('/any-ip/a') => 200, get('/any-ip/a') => 403]

=== TEST 4: satisfy any: an expired link does not cut the others off, and is 403 then
--- more_headers eval
['X-Forwarded-For: 192.0.2.7', '']
--- outcomes eval
[get(azion('/any-ip/a', expires => earlier())) => 200, get(azion('/any-ip/a', expires => earlier())) => 403]
--- logged eval
[(qr/secure_token: expired, scheme: azion/) x 2]

=== TEST 5: satisfy any: a status of one's own does not cut the others off, and is 403 then
--- more_headers eval
['X-Forwarded-For: 192.0.2.7', '', 'X-Forwarded-For: 192.0.2.7', '', '']
--- outcomes eval
[get('/any-ip-404/a') => 200, get('/any-ip-404/a') => 403, get(azion('/any-ip-404/a', expires => earlier())) => 200,
 get(azion('/any-ip-404/a', expires => earlier())) => 403, get(azion('/any-ip-404/a')) => 200]

=== TEST 6: satisfy any: a location without secure_token does not vouch for a request
--- more_headers eval
['', 'X-Forwarded-For: 192.0.2.7', '', 'X-Forwarded-For: 192.0.2.7', '', '']
--- outcomes eval
[get('/any-off/a') => 403, get('/any-off/a') => 200, get('/any-without/a') => 403, get('/any-without/a') => 200, get(azion('/any-off/a')) => 403, get(azion('/any-without/a')) => 403]

=== TEST 7: satisfy any: alone, it decides alone
--- outcomes eval
[get('/any-alone/a') => 403, get(azion('/any-alone/a')) => 200, get(azion('/any-alone/a', expires => earlier())) => 403, get('/any-allow/a') => 200]

=== TEST 8: a dry run neither vouches for a request nor refuses it
--- more_headers eval
['', '', 'X-Forwarded-For: 192.0.2.7', '', 'X-Forwarded-For: 192.0.2.7']
--- outcomes eval
[get('/any-dry/a') => 403, get(azion('/any-dry/a', expires => earlier())) => 403, get('/any-dry/a') => 200, get('/all-dry/a') => 403, get('/all-dry/a') => 200]

=== TEST 9: a preflight that passes satisfies, as a token does
--- more_headers
Origin: https://player.example
Access-Control-Request-Method: GET
--- outcomes eval
[request_of('OPTIONS', '/any-preflight/a') => 200, get('/any-preflight/a') => 403]

=== TEST 10: auth_basic: all asks for both, a link comes first
--- more_headers eval
my $good = 'Authorization: Basic dXNlcjpwYXNzd29yZA==';
[$good, '', $good, '', $good]
--- outcomes eval
[get(azion('/all-basic/a')) => 200, get(azion('/all-basic/a')) => 401, get('/all-basic/a') => 403, get('/all-basic/a') => 403, get(azion('/all-basic/a', expires => earlier())) => 410]

=== TEST 11: auth_basic: any asks for a password only where there is no good link
--- more_headers eval
my $good = 'Authorization: Basic dXNlcjpwYXNzd29yZA==';
[$good, '', $good, '', $good, '']
--- outcomes eval
[get(azion('/any-basic/a')) => 200, get(azion('/any-basic/a')) => 200, get('/any-basic/a') => 200, get('/any-basic/a') => 401,
 get(azion('/any-basic/a', expires => earlier())) => 200, get(azion('/any-basic/a', expires => earlier())) => 401]

=== TEST 12: auth_basic: a location without secure_token still asks for the password
--- outcomes eval
[get('/any-basic-off/a') => 401, get(azion('/any-basic-off/a')) => 401]

=== TEST 13: auth_request: all asks for both
--- more_headers eval
['X-Ask: yes', '', 'X-Ask: yes', '', 'X-Ask: yes']
--- outcomes eval
[get(azion('/all-ask/a')) => 200, get(azion('/all-ask/a')) => 403, get('/all-ask/a') => 403, get('/all-ask/a') => 403, get(azion('/all-ask/a', expires => earlier())) => 410]

=== TEST 14: auth_request: any is content with one
--- more_headers eval
['X-Ask: yes', '', 'X-Ask: yes', '', 'X-Ask: yes', '']
--- outcomes eval
[get(azion('/any-ask/a')) => 200, get(azion('/any-ask/a')) => 200, get('/any-ask/a') => 200, get('/any-ask/a') => 403,
 get(azion('/any-ask/a', expires => earlier())) => 200, get(azion('/any-ask/a', expires => earlier())) => 403]

=== TEST 15: any: recursive error pages inside the protected place are not a loop
--- config
    location /only/ {
        satisfy any;
        secure_token          azion;
        secure_token_secret   a-secret-for-tests;
        recursive_error_pages on;
        error_page 403        /only/403.html;
        empty_gif;
    }
--- outcomes eval
[get('/only/a') => 403, get(azion('/only/a')) => 200]
--- logged eval
[qr/: missing, /]
