# secure_token_strip: an accepted token is taken out of the query that upstreams see.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::Nginx::Socket;
use SecureToken;
use SecureToken::Socket;
use SecureToken::Forwarded;

plan 'no_plan';
$SecureToken::Socket::Config = <<'CONF';
    secure_token_secret a-secret-for-tests;
    secure_token_strip  on;
    proxy_pass_request_headers off;

    location /azion/ { secure_token azion; proxy_pass $TEST_NGINX_ORIGIN; }
    location /gcore/ { secure_token gcore; secure_token_client_ip $remote_addr; proxy_pass $TEST_NGINX_ORIGIN; }
    location /ectoken/ { secure_token ectoken legacy; proxy_pass $TEST_NGINX_ORIGIN; }
    location /renamed/azion/ { secure_token azion; secure_token_param token=sig expires=until; proxy_pass $TEST_NGINX_ORIGIN; }
    location /renamed/ectoken/ { secure_token ectoken; secure_token_param token=t; proxy_pass $TEST_NGINX_ORIGIN; }
    location /off/ { secure_token azion; secure_token_strip off; proxy_pass $TEST_NGINX_ORIGIN; }
    location /none/ { proxy_pass $TEST_NGINX_ORIGIN; }
CONF
$SecureToken::Socket::HttpConfig = '';

# The query of a link, alone.
sub SecureToken::query { SecureToken::azion(@_) =~ s/.*\?//r }

run_tests();

__DATA__

=== TEST 1: the token of a link that opens does not reach the upstream, and the rest of the query does
--- forwarded eval
[
    get(azion('/azion/a'))                                   => '/azion/a',
    get(azion('/azion/a') . '&x=1')                          => '/azion/a?x=1',
    get(gcore('/gcore/a', ip => '127.0.0.1') . '&x=1')       => '/gcore/a?x=1',
    get(ectoken('/ectoken/a', 'ec_expire=0'))                => '/ectoken/a',
    get(ectoken('/ectoken/a', 'ec_expire=0') . '&x=1')       => '/ectoken/a?x=1',
    get(legacy_ectoken('/ectoken/a', 'ec_expire=0') . '&x=1') => '/ectoken/a?x=1',
]

=== TEST 2: whatever the method
--- forwarded eval
[map { request_of($_, azion('/azion/a') . '&x=1') => '/azion/a?x=1' } qw(POST PUT DELETE PATCH OPTIONS)]

=== TEST 3: it is taken out by the names that it is configured to have
--- forwarded eval
[
    get(azion('/renamed/azion/a', token => 'sig', e => 'until') . '&st=1&e=2') => '/renamed/azion/a?st=1&e=2',
    get(ectoken('/renamed/ectoken/a', 'a=1', param => 't') . '&token=1')       => '/renamed/ectoken/a?token=1',
    get(placed(ectoken('/renamed/ectoken/a', 'a=1', param => 't'), 'x=1&{1}&y=2')) => '/renamed/ectoken/a?x=1&y=2',
]

=== TEST 4: a refused request goes nowhere
--- forwarded eval
[
    get('/azion/a') => 403, get(azion('/azion/a', expires => earlier())) => 410, get(azion('/azion/a', secret => 'x')) => 403,
    get('/ectoken/a') => 403, get(ectoken('/ectoken/a', 'ec_expire=1')) => 403,
]

=== TEST 5: where it is off, and where there is no token to check, the query stays as it is
--- forwarded eval
[
    get($::link = azion('/off/a') . '&x=1') => $::link,
    get('/none/a?st=1&e=2&x=1')             => '/none/a?st=1&e=2&x=1',
]

=== TEST 6: nothing is taken out unless that is asked for
--- config
    location / { secure_token azion; secure_token_secret a-secret-for-tests; proxy_pass $TEST_NGINX_ORIGIN; }
--- forwarded eval
[get($::link = azion('/a') . '&x=1') => $::link]

=== TEST 7: blocks inside inherit it, and may turn it off and on again
--- http_config
    secure_token_strip on;
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    location /on/ {
        proxy_pass $TEST_NGINX_ORIGIN;
        if ($arg_if) { proxy_pass $TEST_NGINX_ORIGIN; }
    }
    location /off/ {
        secure_token_strip off;
        location /off/off/ { proxy_pass $TEST_NGINX_ORIGIN; }
        location /off/on/  { secure_token_strip on; proxy_pass $TEST_NGINX_ORIGIN; }
    }
--- forwarded eval
[
    get(azion('/on/a'))                   => '/on/a',
    get(azion('/on/a') . '&if=1')         => '/on/a?if=1',
    get($::link = azion('/off/off/a'))    => $::link,
    get(azion('/off/on/a'))               => '/off/on/a',
]

=== TEST 8: a dry run takes out what it accepts, and leaves the token of a request that it only spares
--- config
    secure_token_secret a-secret-for-tests;
    secure_token_strip  on;
    secure_token_dry_run on;
    location /azion/   { secure_token azion; proxy_pass $TEST_NGINX_ORIGIN; }
    location /ectoken/ { secure_token ectoken; proxy_pass $TEST_NGINX_ORIGIN; }
--- forwarded eval
[
    get(azion('/azion/a') . '&x=1')                           => '/azion/a?x=1',
    (map { get($_) => $_ } '/azion/a?x=1', azion('/azion/a', expires => earlier()), azion('/azion/a', secret => 'x'), azion('/azion/a') . '&st=1'),
    (map { get($_) => $_ } '/ectoken/a?autoplay&x=1', ectoken('/ectoken/a', 'ec_expire=1') . '&x=1'),
]

=== TEST 9: under satisfy any the token of a request that another check lets in stays
--- config
    location / {
        satisfy any;
        allow   127.0.0.1;
        deny    all;
        secure_token        azion;
        secure_token_secret a-secret-for-tests;
        secure_token_strip  on;
        proxy_pass $TEST_NGINX_ORIGIN;
    }
--- forwarded eval
[get(azion('/a')) => '/a', get($::link = azion('/a', secret => 'x')) => $::link, get('/a?st=&e=1') => '/a?st=&e=1']

=== TEST 10: a preflight, whose token nobody looks at, keeps its query
--- config
    location / {
        secure_token           azion;
        secure_token_secret    a-secret-for-tests;
        secure_token_strip     on;
        secure_token_preflight on;
        proxy_pass $TEST_NGINX_ORIGIN;
    }
--- forwarded eval
my @preflight = ('Origin: https://player.example', 'Access-Control-Request-Method: GET');
[
    [request_of('OPTIONS', '/a?x=1'), @preflight]             => '/a?x=1',
    [request_of('OPTIONS', $::link = azion('/a')), @preflight] => $::link,
    request_of('OPTIONS', azion('/a'))                        => '/a',
]

=== TEST 11: a token from a cookie or a header leaves the query alone, parameters of the same names too
--- config
    secure_token_secret a-secret-for-tests;
    secure_token_strip  on;
    location /any/ { secure_token azion; secure_token_source args $cookie_link $http_x_link; proxy_pass $TEST_NGINX_ORIGIN; }
    location /cookie/ { secure_token azion; secure_token_source $cookie_link; proxy_pass $TEST_NGINX_ORIGIN; }
    location /last/ { secure_token azion; secure_token_source $cookie_link args; proxy_pass $TEST_NGINX_ORIGIN; }
    location /ectoken/ { secure_token ectoken; secure_token_source $cookie_link; proxy_pass $TEST_NGINX_ORIGIN; }
--- forwarded eval
my $token = ectoken('', 'a=1') =~ s/\?//r;
[
    ['GET /any/a?e=1&x=2',       'Cookie: link=' . SecureToken::query('/any/a')]    => '/any/a?e=1&x=2',
    ['GET /any/a?st=&e=1',       'X-Link: ' . SecureToken::query('/any/a')]         => '/any/a?st=&e=1',
    ['GET /cookie/a?st=1&e=2',   'Cookie: link=' . SecureToken::query('/cookie/a')] => '/cookie/a?st=1&e=2',
    ["GET /ectoken/a?$token&x",  "Cookie: link=$token"]                             => "/ectoken/a?$token&x",
    get(azion('/any/a') . '&x=2')                                                   => '/any/a?x=2',
    get(azion('/last/a') . '&x=2')                                                  => '/last/a?x=2',
]

=== TEST 12: a token in the path stays there
--- config
    location ~ "^/signed/(?<st>[^/]+)/(?<e>[0-9]+)(?<file>/.*)$" {
        secure_token        azion;
        secure_token_secret a-secret-for-tests;
        secure_token_strip  on;
        secure_token_source st=$st&e=$e;
        secure_token_uri    $file;
        proxy_pass $TEST_NGINX_ORIGIN;
    }
--- forwarded eval
$::link = '/signed/' . azion_token('a-secret-for-tests', '/a', $::soon = later()) . "/$::soon/a?st=1&e=2";
[get($::link) => $::link]
