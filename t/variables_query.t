# $secure_token_query: the parameters of the token that opened, for whatever is to be asked with them.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::Nginx::Socket;
use SecureToken;
use SecureToken::Socket;

plan 'no_plan';
$SecureToken::Socket::HttpConfig = '';
$SecureToken::Socket::Config = <<'CONF';
    secure_token_secret a-secret-for-tests;
    add_header X-Query "<$secure_token_query>" always;
    proxy_pass_request_headers off;

    location /azion/     { secure_token azion; proxy_pass $TEST_NGINX_ORIGIN; }
    location /gcore/     { secure_token gcore; proxy_pass $TEST_NGINX_ORIGIN; }
    location /ectoken/   { secure_token ectoken; proxy_pass $TEST_NGINX_ORIGIN; }
    location /renamed/   { secure_token azion; secure_token_param token=sig expires=until; proxy_pass $TEST_NGINX_ORIGIN; }
    location /stripped/  { secure_token azion; secure_token_strip on; proxy_pass $TEST_NGINX_ORIGIN; }
    location /bare/stripped/ { secure_token ectoken; secure_token_strip on; proxy_pass $TEST_NGINX_ORIGIN; }
    location /cookie/    { secure_token azion; secure_token_source args $cookie_link; proxy_pass $TEST_NGINX_ORIGIN; }
    location /header/    { secure_token ectoken; secure_token_source $http_x_link; proxy_pass $TEST_NGINX_ORIGIN; }
    location /dry/       { secure_token azion; secure_token_dry_run on; proxy_pass $TEST_NGINX_ORIGIN; }
    location /preflight/ { secure_token azion; secure_token_preflight on; proxy_pass $TEST_NGINX_ORIGIN; }
    location /emptied/   { set $args ""; secure_token azion; proxy_pass $TEST_NGINX_ORIGIN; }
    location /off/       { secure_token off; proxy_pass $TEST_NGINX_ORIGIN; }
    location /early/     { secure_token azion; return 200 "<$secure_token_query>"; }
    location ~ "^/path/(?<st>[^/]+)/(?<e>[0-9]+)(?<file>/.*)$" {
        secure_token azion;
        secure_token_source st=$st&e=$e;
        secure_token_uri $file;
        proxy_pass $TEST_NGINX_ORIGIN;
    }
CONF

# A link's query, and the two parameters of it in the other order.
sub SecureToken::query   { SecureToken::azion(@_) =~ s/.*\?//r }
sub SecureToken::swapped { join '&', reverse split /&/, SecureToken::query(@_) }
our $soon = later();

run_tests();

__DATA__

=== TEST 1: the token's parameters and no other, as they were sent
--- request eval
[
    get(azion('/azion/a', expires => $::soon) . '&x=1'),
    get('/azion/a?b=2&' . SecureToken::swapped('/azion/a', expires => $::soon) . '&ST=1'),
    get(azion('/azion/a', expires => $::soon) =~ s/&e=/%3D%3D&&e=/r),
    get(gcore('/gcore/a', expires => $::soon) . '&st=1'),
    get('/renamed/a?st=1&' . (azion('/renamed/a', expires => $::soon, token => 'sig', e => 'until') =~ s/.*\?//r) . '&e=2'),
    get('/ectoken/a?' . ($::bare = ectoken('', 'a=1') =~ s/\?//r) . '==&x=1'),
]
--- error_code eval
[(200) x 6]
--- response_headers eval
[map { "X-Query: <$_>" }
    SecureToken::query('/azion/a', expires => $::soon),
    SecureToken::swapped('/azion/a', expires => $::soon),
    SecureToken::query('/azion/a', expires => $::soon) =~ s/&e=/%3D%3D&e=/r,
    gcore('/gcore/a', expires => $::soon) =~ s/.*\?//r,
    azion('/renamed/a', expires => $::soon, token => 'sig', e => 'until') =~ s/.*\?//r,
    "$::bare==",
]

=== TEST 2: also where the token was taken out of the query, or all of the query is gone
--- request eval
[
    get(azion('/stripped/a', expires => $::soon) . '&x=1'),
    get('/bare/stripped/a?' . ($::bare = ectoken('', 'a=1') =~ s/\?//r) . "&x=1&$::bare"),
    get(azion('/emptied/a', expires => $::soon) . '&x=1'),
]
--- error_code eval
[(200) x 3]
--- response_body eval
["origin: GET /stripped/a?x=1\n", "origin: GET /bare/stripped/a?x=1\n", "origin: GET /emptied/a\n"]
--- response_headers eval
[map { "X-Query: <$_>" } SecureToken::query('/stripped/a', expires => $::soon), $::bare, SecureToken::query('/emptied/a', expires => $::soon)]

=== TEST 3: what another source had, and not what the query has of the same names
--- request eval
[
    'GET /cookie/a?e=5&x=1',
    'GET ' . azion('/cookie/a', expires => $::soon),
    'GET /header/a?' . 'x' x 40,
    'GET /path/' . azion_token('a-secret-for-tests', '/a', $::soon) . "/$::soon/a?st=1&e=2",
]
--- more_headers eval
[
    'Cookie: a=1; link=n=1&' . SecureToken::swapped('/cookie/a', expires => $::soon) . '; b=2',
    'Cookie: link=' . SecureToken::query('/cookie/a', expires => 1470055000),
    'X-Link: ' . ($::bare = ectoken('', 'a=1') =~ s/\?//r) . '&n=1',
    '',
]
--- error_code eval
[(200) x 4]
--- response_headers eval
[map { "X-Query: <$_>" }
    SecureToken::swapped('/cookie/a', expires => $::soon),
    SecureToken::query('/cookie/a', expires => $::soon),
    $::bare,
    'st=' . azion_token('a-secret-for-tests', '/a', $::soon) . "&e=$::soon",
]

=== TEST 4: nothing of a token that was not accepted, and where there is none
--- request eval
[
    get('/azion/a?st=x&e=1'), get(azion('/azion/a', expires => earlier())), get(azion('/azion/a', secret => 'x')),
    get('/azion/a'), get('/dry/a?st=x&e=1'), get(azion('/dry/a', expires => earlier())), get(azion('/off/a')),
    'OPTIONS ' . azion('/preflight/a'),
]
--- more_headers eval
[('') x 7, "Origin: https://player.example\nAccess-Control-Request-Method: GET"]
--- error_code eval
[403, 410, 403, 403, 200, 200, 200, 200]
--- response_headers eval
[('X-Query: <>') x 8]

=== TEST 5: before the access phase, where it is decided for the variable
--- request eval
[get(azion('/early/a', expires => $::soon) . '&x=1'), get('/early/a?st=x&e=1')]
--- error_code eval
[200, 200]
--- response_body eval
['<' . SecureToken::query('/early/a', expires => $::soon) . '>', '<>']

=== TEST 6: after a rewrite to a place with other rules it is for that place to say
--- config
    secure_token_secret a-secret-for-tests;
    location /first/ { secure_token azion; rewrite ^/first/(.*)$ /second/$1 last; }
    location /second/ { secure_token gcore; add_header X-Query "<$secure_token_query>" always; proxy_pass $TEST_NGINX_ORIGIN; }
--- request eval
[get(azion('/first/a')), get(gcore('/first/a', expires => $::soon) . '&' . SecureToken::query('/first/a'))]
--- error_code eval
[403, 200]
--- response_headers eval
['X-Query: <>', 'X-Query: <' . (gcore('/first/a', expires => $::soon) =~ s/.*\?//r) . '>']
