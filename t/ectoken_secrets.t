# The scheme ectoken: secrets of every kind. Keys are made of them when the configuration is read,
# where the secret is known by then, and else for each request.

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

=== TEST 1: while a secret is being changed, links of the old and of the new one open
--- config
    location / {
        secure_token        ectoken;
        secure_token_secret the-new-secret-of-2027 id=new;
        secure_token_secret the-old-secret-of-2026 id=old;
        add_header X-Key "<$secure_token_key>" always;
        empty_gif;
    }
--- request eval
[map { get(ectoken('/a', 'x=1', secret => "the-$_")) } 'new-secret-of-2027', 'old-secret-of-2026', 'lost-secret-of-2025']
--- error_code eval
[200, 200, 403]
--- response_headers eval
['X-Key: <new>', 'X-Key: <old>', 'X-Key: <>']

=== TEST 2: several tenants by map, each with its own secret
--- http_config
    map $http_host $tenant_secret {
        one.example   secret-of-tenant-one;
        two.example   secret-of-tenant-two;
        default       "";
    }
--- config
    secure_token         ectoken;
    secure_token_secret  $tenant_secret;
    add_header X-Reason  "<$secure_token_reason>" always;
    location / { empty_gif; }
    location /both/ {
        secure_token_secret $tenant_secret;
        secure_token_secret secret-of-every-tenant;
        secure_token_secret $tenant_secret$tenant_secret;
        empty_gif;
    }
--- reasons eval
[
    (map { [get(ectoken('/a', 'x=1', secret => "secret-of-tenant-$_")), "Host: $_.example"] => '' } qw(one two one)),
    [get(ectoken('/a', 'x=1', secret => 'secret-of-tenant-two')), 'Host: one.example']                            => 'signature',
    [get(ectoken('/a', 'x=1', secret => '')), 'Host: three.example']                                              => 'no_secret',
    [get(ectoken('/both/a', 'x=1', secret => '')), 'Host: three.example']                                         => 'signature',
    [get(ectoken('/both/a', 'x=1', secret => 'secret-of-every-tenant')), 'Host: three.example']                   => '',
    [get(ectoken('/both/a', 'x=1', secret => 'secret-of-every-tenant')), 'Host: one.example']                     => '',
    [get(ectoken('/both/a', 'x=1', secret => 'secret-of-tenant-one' x 2)), 'Host: one.example']                   => '',
]

=== TEST 3: a secret in a file: its last newline is not part of it, anything else is
--- user_files eval
[
    ["$ENV{TEST_NGINX_CONF_DIR}/plain.key",   'the-secret-in-the-file'],
    ["$ENV{TEST_NGINX_CONF_DIR}/newline.key", "the-secret-in-the-file\r\n"],
    ["$ENV{TEST_NGINX_CONF_DIR}/odd.key",     "two lines\n\t\xff\x00\$host\n\n"],
]
--- config
    location /plain/   { secure_token ectoken; secure_token_secret_file plain.key; empty_gif; }
    location /newline/ { secure_token ectoken; secure_token_secret_file newline.key; empty_gif; }
    location /odd/     { secure_token ectoken; secure_token_secret_file odd.key; empty_gif; }
--- outcomes eval
[
    (map { (get(ectoken($_, 'x=1', secret => 'the-secret-in-the-file')) => 200, get(ectoken($_, 'x=1', secret => "the-secret-in-the-file\n")) => 403) } '/plain/a', '/newline/a'),
    get(ectoken('/odd/a', 'x=1', secret => "two lines\n\t\xff\x00\$host\n")) => 200,
    get(ectoken('/odd/a', 'x=1', secret => "two lines\n\t\xff"))             => 403,
]

=== TEST 4: a secret may have any length
--- config eval
CORE::join '', map { "location /$_/ { secure_token ectoken; secure_token_secret " . 's' x $_ . "; empty_gif; }\n" } 1, 55, 56, 64, 65, 3900
--- suppress_stderr
--- outcomes eval
[map { (get(ectoken("/$_/a", 'x=1', secret => 's' x $_)) => 200, get(ectoken("/$_/a", 'x=1', secret => 's' x ($_ - 1))) => 403) } 1, 55, 56, 64, 65, 3900]

=== TEST 5: huge input: of five hundred secrets each is tried
--- config eval
"location / { secure_token ectoken; " . CORE::join('', map { "secure_token_secret secret-number-$_-of-500;" } 1 .. 500) . ' empty_gif; }'
--- outcomes eval
[map { get(ectoken('/a', 'x=1', secret => "secret-number-$_-of-500")) => $_ > 500 ? 403 : 200 } 1, 250, 500, 501]

=== TEST 6: a secret that is set anew in the location is the one that counts
--- config
    location / {
        set $secret an-early-secret-of-ours;
        secure_token        ectoken;
        secure_token_secret $secret;
        set $early $secure_token_status;
        set $secret a-secret-for-tests;
        add_header X-Verdict "$early $secure_token_status" always;
        empty_gif;
    }
--- request eval
[get(ectoken('/a', 'x=1')), get(ectoken('/a', 'x=1', secret => 'an-early-secret-of-ours'))]
--- error_code eval
[200, 403]
--- response_headers eval
['X-Verdict: REJECTED PASSED', 'X-Verdict: PASSED REJECTED']
