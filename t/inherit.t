# Inheritance: http, server, location, if, limit_except and named locations.

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

=== TEST 1: what stands in http holds in every server and location
--- http_config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    secure_token_denied_status 404;
    server { listen $TEST_NGINX_SERVER_PORT; server_name other; location / { empty_gif; } location /deep/ { location /deep/er/ { empty_gif; } } }
--- config
    location / { empty_gif; }
--- more_headers eval
['', '', ('Host: other') x 4]
--- outcomes eval
[get('/a') => 404, get(azion('/a')) => 200, get('/a') => 404, get(azion('/a')) => 200, get('/deep/er/a') => 404, get(azion('/deep/er/a')) => 200]

=== TEST 2: an inner block sets one thing anew and inherits the others
--- config
    secure_token                azion;
    secure_token_secret         a-secret-for-tests;
    secure_token_param          token=t;
    secure_token_denied_status  404;
    location / {
        secure_token_denied_status 451;
        empty_gif;
        location /gcore/ { secure_token gcore; empty_gif; }
        location /secret/ { secure_token_secret another-secret-of-ours; empty_gif; }
    }
--- outcomes eval
[
    get('/a') => 451, get(azion('/a', token => 't')) => 200, get(azion('/a')) => 451,
    get('/gcore/a') => 451, get(gcore('/gcore/a', token => 't')) => 200,
    get(azion('/secret/a', token => 't', secret => 'another-secret-of-ours')) => 200,
]

=== TEST 3: secrets are replaced as a whole
--- config
    secure_token        azion;
    secure_token_secret the-first-secret-of-two;
    secure_token_secret the-second-secret-of-two;
    location / { empty_gif; }
    location /own/ { secure_token_secret a-secret-of-its-own; add_header X-Key $secure_token_key; empty_gif; }
--- outcomes eval
[
    get(azion('/a', secret => 'the-first-secret-of-two'))        => 200,
    get(azion('/a', secret => 'the-second-secret-of-two'))       => 200,
    get(azion('/a', secret => 'a-secret-of-its-own'))            => 403,
    get(azion('/own/a', secret => 'the-first-secret-of-two'))    => 403,
    get(azion('/own/a', secret => 'the-second-secret-of-two'))   => 403,
    get(azion('/own/a', secret => 'a-secret-of-its-own'))        => 200,
]

=== TEST 4: sources and names of parameters are replaced as a whole
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    secure_token_source args $http_x_token;
    secure_token_param  token=t expires=x;
    location / { empty_gif; }
    location /own/ { secure_token_source $http_x_token; secure_token_param token=t; empty_gif; }
--- more_headers eval
['', '', map { my $l = $_; $l =~ s/.*\?//; "X-Token: $l" } azion('/own/a', token => 't'), azion('/own/a', token => 't', e => 'x')]
--- outcomes eval
[get(azion('/a', token => 't', e => 'x')) => 200, get(azion('/own/a', token => 't')) => 403, get('/own/a') => 200, get('/own/a') => 403]

=== TEST 5: off inside opens a place in a protected server
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    location / { empty_gif; }
    location /free/ { secure_token off; empty_gif; location /free/not/ { secure_token azion; empty_gif; } }
--- outcomes eval
[get('/a') => 403, get('/free/a') => 200, get('/free/not/a') => 403, get(azion('/free/not/a')) => 200, get('/free/../a') => 403, get('/a/../free/a') => 200,
 get('/free%2F..%2Fa') => 403, get('/Free/a') => 403]

=== TEST 6: a locked place in an open server
--- config
    secure_token_secret a-secret-for-tests;
    location / { empty_gif; }
    location /locked/ { secure_token gcore; empty_gif; }
--- outcomes eval
[get('/a') => 200, get('/locked/a') => 403, get(gcore('/locked/a')) => 200, get('//locked/a') => 403, get('/x/../locked/a') => 403, get('/lock%65d/a') => 403]

=== TEST 7: an if block inherits, whatever it is entered for
--- config
    location / {
        secure_token        azion;
        secure_token_secret a-secret-for-tests;
        if ($arg_mode = one) { add_header X-Mode one; }
        if ($arg_mode) { set $x 1; }
        if ($http_x_mode) { expires 1h; }
        empty_gif;
    }
--- more_headers eval
['', '', '', 'X-Mode: 1', 'X-Mode: 1']
--- outcomes eval
[get('/a?mode=one') => 403, get(azion('/a') . '&mode=one') => 200, get(azion('/b', signs => '/a') . '&mode=two') => 403, get('/a') => 403, get(azion('/a')) => 200]

=== TEST 8: limit_except inherits
--- config
    location / {
        secure_token        azion;
        secure_token_secret a-secret-for-tests;
        limit_except GET { deny 192.0.2.0/24; }
        proxy_pass          $TEST_NGINX_ORIGIN;
    }
--- outcomes eval
[map { (request_of($_, '/a') => 403, request_of($_, azion('/a')) => 200) } qw(GET POST PUT)]

=== TEST 9: nested, regex, exact and named locations inherit
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    location = /exact { empty_gif; }
    location ~ \.gif$ { empty_gif; }
    location ^~ /prefix/ { location ~ /inner { empty_gif; } empty_gif; }
    location / { try_files /nowhere @named; }
    location @named { empty_gif; }
--- outcomes eval
[map { (get($_) => 403, get(azion($_)) => 200) } '/exact', '/a.gif', '/prefix/a', '/prefix/inner', '/any']

=== TEST 10: a default that is set back inside is the default again
--- config
    secure_token              azion;
    secure_token_secret       a-secret-for-tests;
    secure_token_ignore_case  on;
    secure_token_clock_skew   1h;
    secure_token_dry_run      on;
    secure_token_uri          /fixed;
    location / { empty_gif; }
    location /back/ {
        secure_token_ignore_case off;
        secure_token_clock_skew  0;
        secure_token_dry_run     off;
        secure_token_uri         $uri;
        empty_gif;
    }
--- outcomes eval
[
    get('/a')                                                   => 200,
    get('/back/a')                                              => 403,
    get(azion('/back/A'))                                       => 200,
    get(azion('/back/A', signs => '/fixed'))                    => 403,
    get(azion('/back/A', signs => '/back/a'))                   => 403,
    get(azion('/back/a', expires => earlier(60)))               => 410,
]

=== TEST 11: two servers with different settings do not mix
--- http_config
    server {
        listen $TEST_NGINX_SERVER_PORT;
        server_name gcore.example;
        secure_token gcore;
        secure_token_secret secret-of-gcore-server;
        location / { empty_gif; }
    }
--- config
    location / { secure_token azion; secure_token_secret a-secret-for-tests; empty_gif; }
--- more_headers eval
['', '', ('Host: gcore.example') x 2]
--- outcomes eval
[
    get(azion('/a')) => 200, get(gcore('/a', secret => 'secret-of-gcore-server')) => 403,
    get(azion('/a')) => 403, get(gcore('/a', secret => 'secret-of-gcore-server')) => 200,
]

=== TEST 12: one secret for several schemes: each location makes of it what its own scheme needs
--- config
    secure_token_secret a-secret-for-tests;
    secure_token        azion;
    location / { empty_gif; }
    location /ectoken/ { secure_token ectoken; empty_gif; location /ectoken/azion/ { secure_token azion; empty_gif; } location /ectoken/again/ { empty_gif; } }
    location /legacy/ { secure_token ectoken legacy; empty_gif; location /legacy/not/ { secure_token ectoken; empty_gif; } }
    location /gcore/ { secure_token gcore; empty_gif; location /gcore/ectoken/ { secure_token ectoken; empty_gif; } }
    location /off/ { secure_token off; empty_gif; location /off/ectoken/ { secure_token ectoken; empty_gif; } }
--- suppress_stderr
--- outcomes eval
[
    get(azion('/a')) => 200, get(ectoken('/a', 'x=1')) => 403,
    (map { (get(ectoken($_, 'x=1')) => 200, get(azion($_)) => 403, get(ectoken($_, 'x=1', secret => 'another-secret')) => 403) } '/ectoken/a', '/ectoken/again/a', '/legacy/a', '/legacy/not/a', '/gcore/ectoken/a', '/off/ectoken/a'),
    get(azion('/ectoken/azion/a')) => 200, get(ectoken('/ectoken/azion/a', 'x=1')) => 403, get(gcore('/gcore/a')) => 200, get('/off/a') => 200,
    (map { get(legacy_ectoken($_, 'ec_url_allow=/')) => $_ eq '/legacy/a' ? 200 : 403 } '/legacy/a', '/legacy/not/a', '/ectoken/a'),
]

=== TEST 13: a scheme that encrypts, in http and in the server, with secrets of its own inside
--- http_config
    secure_token        ectoken;
    secure_token_secret the-secret-of-http-itself;
    server { listen $TEST_NGINX_SERVER_PORT; server_name inherits; location / { empty_gif; } location /own/ { secure_token_secret a-secret-of-its-own; empty_gif; location /own/deep/ { empty_gif; } } }
    server { listen $TEST_NGINX_SERVER_PORT; server_name scheme; secure_token azion; location / { empty_gif; } location /ectoken/ { secure_token ectoken; empty_gif; } }
--- config
    secure_token_secret the-first-secret-of-two;
    secure_token_secret the-second-secret-of-two;
    location / { empty_gif; if ($arg_x) { set $x 1; } }
    location /http/ { secure_token_secret the-secret-of-http-itself; empty_gif; limit_except GET { deny all; } }
--- outcomes eval
[
    (map { [get(ectoken('/a', 'x=1', secret => $_->[0])), 'Host: inherits'] => $_->[1] } ['the-secret-of-http-itself', 200], ['the-first-secret-of-two', 403]),
    (map { my $at = $_; map { [get(ectoken($at, 'x=1', secret => $_->[0])), 'Host: inherits'] => $_->[1] } ['the-secret-of-http-itself', 403], ['a-secret-of-its-own', 200] } '/own/a', '/own/deep/a'),
    [get(azion('/a', secret => 'the-secret-of-http-itself')), 'Host: scheme'] => 200,
    [get(ectoken('/a', 'x=1', secret => 'the-secret-of-http-itself')), 'Host: scheme'] => 403,
    [get(ectoken('/ectoken/a', 'x=1', secret => 'the-secret-of-http-itself')), 'Host: scheme'] => 200,
    (map { get(ectoken('/a', 'x=1', secret => "the-$_-secret-of-two") . '&x=1') => 200 } qw(first second)),
    get(ectoken('/a', 'x=1', secret => 'the-secret-of-http-itself')) => 403,
    get(ectoken('/http/a', 'x=1', secret => 'the-secret-of-http-itself')) => 200,
    get(ectoken('/http/a', 'x=1', secret => 'the-first-secret-of-two')) => 403,
    request_of('DELETE', ectoken('/http/a', 'x=1', secret => 'the-secret-of-http-itself')) => 403,
]

=== TEST 14: a scheme inside and its secret outside, be it in a file or a variable
--- http_config
    map $http_x_tenant $tenant_secret { default ""; one secret-of-tenant-one; }
--- user_files eval
[["$ENV{TEST_NGINX_CONF_DIR}/one.key", "the-secret-in-the-file\n"]]
--- config
    secure_token_secret      $tenant_secret;
    secure_token_secret_file one.key;
    location / { empty_gif; }
    location /ectoken/ { secure_token ectoken; empty_gif; }
    location /legacy/ { secure_token ectoken legacy; empty_gif; }
    location /azion/ { secure_token azion; empty_gif; }
--- suppress_stderr
--- outcomes eval
[
    (map { (get(ectoken("/$_/a", 'x=1', secret => 'the-secret-in-the-file')) => 200, [get(ectoken("/$_/a", 'x=1', secret => 'secret-of-tenant-one')), 'X-Tenant: one'] => 200,
        get(ectoken("/$_/a", 'x=1', secret => 'secret-of-tenant-one')) => 403) } qw(ectoken legacy)),
    get(legacy_ectoken('/legacy/a', 'ec_expire=0', secret => 'the-secret-in-the-file')) => 200,
    [get(legacy_ectoken('/legacy/a', 'ec_expire=0', secret => 'secret-of-tenant-one')), 'X-Tenant: one'] => 200,
    get(azion('/azion/a', secret => 'the-secret-in-the-file')) => 200,
]

=== TEST 15: a country that is set outside holds inside, until another one is
--- config
    secure_token         ectoken;
    secure_token_secret  a-secret-for-tests;
    secure_token_country $http_x_country;
    location / { empty_gif; }
    location /other/ { secure_token_country $http_x_other; empty_gif; }
--- outcomes eval
[
    [get(ectoken('/a', 'ec_country_allow=FR')), 'X-Country: FR', 'X-Other: US'] => 200, [get(ectoken('/a', 'ec_country_allow=US')), 'X-Country: FR', 'X-Other: US'] => 403,
    [get(ectoken('/other/a', 'ec_country_allow=FR')), 'X-Country: FR', 'X-Other: US'] => 403, [get(ectoken('/other/a', 'ec_country_allow=US')), 'X-Country: FR', 'X-Other: US'] => 200,
]

=== TEST 16: of two locations that inherit the same, the one does not tell what was decided in the other
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    secure_token_uri    $uri;
    location /a/ { set $in_a $secure_token_status; rewrite ^/a/(.*) /b/$1 last; }
    location /b/ { return 200 "$in_a $secure_token_status\n"; }
--- request eval
[get(azion('/a/x')), get(azion('/a/x', signs => '/b/x')), get('/a/x')]
--- response_body eval
["PASSED REJECTED\n", "REJECTED PASSED\n", "REJECTED REJECTED\n"]
