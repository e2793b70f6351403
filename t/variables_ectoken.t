# The variables where tokens are ectokens, wherever in the configuration they are asked: worked out when
# they are asked for, and by the rules of the place that asks.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::Nginx::Socket;
use SecureToken;
use SecureToken::Socket;

plan 'no_plan';
# All five, between brackets.
my $all = '<$secure_token_status><$secure_token_reason><$secure_token_expires><$secure_token_key><$secure_token_args>';
$SecureToken::Socket::HttpConfig = '';
$SecureToken::Socket::Config = <<"CONF";
    secure_token         ectoken;
    secure_token_secret  a-secret-for-tests       id=primary;
    secure_token_secret  another-secret-for-tests id=backup;
    secure_token_country \$http_x_country;
    location / { proxy_pass \$TEST_NGINX_ORIGIN; add_header X-Verdict "$all" always; }
    location /early { return 200 "$all"; }
CONF

# Claims with an expiry in an hour.
sub SecureToken::claims { "ec_expire=$::soon&$_[0]" }
$::soon = later();

run_tests();

__DATA__

=== TEST 1: all of them in a header: the expiry is told once a secret has opened the token and its claims could be read, whatever comes after
--- request eval
[
    get(ectoken('/a', SecureToken::claims('ec_url_allow=/')) . '&x=%20'),
    get(ectoken('/a', 'ec_url_allow=/', secret => 'another-secret-for-tests')),
    get(ectoken('/a', 'ec_expire=1&ec_url_allow=/')),
    get(ectoken('/a', SecureToken::claims('ec_url_allow=/b'))),
    get(ectoken('/a', SecureToken::claims('ec_country_allow=FR'))),
    get(ectoken('/a', SecureToken::claims('ec_nonsense=1'))),
    get(ectoken('/a', SecureToken::claims('a=1'), secret => 'secret-of-nobody')),
    get('/a?x=1'), get('/a'),
]
--- error_code eval
[200, 200, (403) x 7]
--- response_headers eval
[
    "X-Verdict: <PASSED><><$::soon><primary><x=%20>",
    'X-Verdict: <PASSED><><><backup><>',
    'X-Verdict: <EXPIRED><expired><1><primary><>',
    "X-Verdict: <REJECTED><url><$::soon><primary><>",
    "X-Verdict: <REJECTED><country><$::soon><primary><>",
    'X-Verdict: <REJECTED><unsupported_claim><><primary><>',
    'X-Verdict: <REJECTED><signature><><><>',
    'X-Verdict: <REJECTED><missing><><><x=1>',
    'X-Verdict: <REJECTED><missing><><><>',
]

=== TEST 2: before the access phase, in return
--- request eval
[get(ectoken('/early', SecureToken::claims('a=1'))), get(ectoken('/early', 'ec_expire=1')), get('/early?a=b')]
--- error_code eval
[200, 200, 200]
--- response_body eval
["<PASSED><><$::soon><primary><>", '<EXPIRED><expired><1><primary><>', '<REJECTED><missing><><><a=b>']

=== TEST 3: lazily: where no variable is asked for, nothing is worked out
--- config
    secure_token        ectoken;
    secure_token_secret a-secret-for-tests;
    # Whoever works this out leaves a line in the log.
    secure_token_country $secure_token_reason;
    location /unasked { return 200; }
    location /asked   { return 200 "$secure_token_status"; }
    location /if      { if ($arg_ask) { return 200 "$secure_token_status"; } return 200; }
--- request eval
[map { get(ectoken($_, 'ec_country_allow=FR')) } '/unasked', '/if']
--- error_code eval
[200, 200]
--- no_error_log
cycle while evaluating

=== TEST 4: and where one is asked for, it is
--- config
    secure_token        ectoken;
    secure_token_secret a-secret-for-tests;
    secure_token_country $secure_token_reason;
    location /asked   { return 200 "$secure_token_status"; }
--- request eval
get(ectoken('/asked', 'ec_country_allow=FR'))
--- error_log
cycle while evaluating

=== TEST 5: in an if
--- config
    location / {
        secure_token        ectoken;
        secure_token_secret a-secret-for-tests id=main;
        if ($secure_token_status = EXPIRED) { return 402; }
        if ($secure_token_reason = url)     { return 404; }
        if ($secure_token_key != main)      { return 401; }
        empty_gif;
    }
--- outcomes eval
[
    get(ectoken('/a', 'ec_url_allow=/a')) => 200, get(ectoken('/a', 'ec_expire=1')) => 402, get(ectoken('/a', 'ec_url_allow=/b')) => 404,
    get('/a') => 401, get(ectoken('/a', 'a=1', secret => 'x')) => 401,
]

=== TEST 6: in a map and in limit_req_zone: so many requests for one token's expiry, none for those without
--- http_config
    map $secure_token_expires $limited { ""  ""; default $secure_token_expires; }
    limit_req_zone $limited zone=one:1m rate=1r/m;
--- config
    location / {
        secure_token        ectoken;
        secure_token_secret a-secret-for-tests;
        limit_req zone=one;
        empty_gif;
    }
--- outcomes eval
[
    get(ectoken('/a', SecureToken::claims('a=1'))) => 200, get(ectoken('/b', SecureToken::claims('a=2'))) => 503,
    (get(ectoken('/a', 'a=1')) => 200) x 3, (get('/a') => 403) x 3, (get(ectoken('/a', SecureToken::claims('a=1'), secret => 'x')) => 403) x 3,
]

=== TEST 7: in the access log, of the place that answers
--- http_config
    log_format verdict '<$secure_token_status><$secure_token_reason><$secure_token_expires><$secure_token_key>';
--- config
    access_log $TEST_NGINX_SERVROOT/logs/access.log verdict;
    location / {
        secure_token        ectoken;
        secure_token_secret a-secret-for-tests;
        error_page 404 /other;
    }
    location /other {
        secure_token        ectoken;
        secure_token_secret another-secret-for-tests id=other;
        error_page 403 @free;
    }
    location @free { secure_token off; return 204; }
--- request eval
get(ectoken('/nowhere', 'ec_expire=4102444800'))
--- error_code: 403
--- access_log
<REJECTED><signature><><>

=== TEST 8: another location's verdict: after rewrite … last, in either direction and into another scheme
--- config
    location /a/ {
        secure_token        ectoken;
        secure_token_secret secret-of-location-a id=a;
        set $before "$secure_token_status:$secure_token_key";
        rewrite ^/a/(.*) /b/$1 last;
    }
    location /b/ {
        secure_token        ectoken;
        secure_token_secret secret-of-location-b id=b;
        add_header X-Verdict "$before $secure_token_status:$secure_token_reason:$secure_token_key" always;
        empty_gif;
    }
    location /c/ {
        secure_token        ectoken;
        secure_token_secret secret-of-location-c id=c;
        set $before "$secure_token_status:$secure_token_key";
        rewrite ^/c/(.*) /azion/$1 last;
    }
    location /azion/ {
        secure_token        azion;
        secure_token_secret secret-of-location-c id=azion;
        add_header X-Verdict "$before $secure_token_status:$secure_token_reason:$secure_token_key" always;
        empty_gif;
    }
--- request eval
[
    (map { get(ectoken('/a/x', 'a=1', secret => "secret-of-location-$_")) } 'a', 'b'),
    get(ectoken('/c/x', 'a=1', secret => 'secret-of-location-c')),
    get(azion('/c/x', secret => 'secret-of-location-c')),
]
--- error_code eval
[403, 200, 403, 200]
--- response_headers eval
['X-Verdict: PASSED:a REJECTED:signature:', 'X-Verdict: REJECTED: PASSED::b', 'X-Verdict: PASSED:c REJECTED:missing:', 'X-Verdict: REJECTED: PASSED::azion']

=== TEST 9: another location's verdict: a location inside with one rule more
--- config
    secure_token        ectoken;
    secure_token_secret a-secret-for-tests;
    set $early "$secure_token_status";
    location /short/ { secure_token_max_lifetime 1m; add_header X-Verdict "$early:$secure_token_status:$secure_token_reason" always; empty_gif; }
    location /case/  { secure_token_ignore_case on; add_header X-Verdict "$early:$secure_token_status:$secure_token_reason" always; empty_gif; }
--- request eval
[get(ectoken('/short/a', SecureToken::claims('a=1'))), get(ectoken('/case/a', 'ec_url_allow=/CASE/'))]
--- error_code eval
[403, 200]
--- response_headers eval
['X-Verdict: PASSED:REJECTED:lifetime', 'X-Verdict: REJECTED:PASSED:']

=== TEST 10: in a subrequest of auth_request they go by its own rules, and by the client's path and query
--- http_config
    server { listen 127.0.0.3:$TEST_NGINX_SERVER_PORT; add_header X-Asked $http_x_inside; return 200; }
--- config
    location / {
        secure_token        ectoken;
        secure_token_secret a-secret-for-tests id=outside;
        auth_request /ask;
        auth_request_set $asked $upstream_http_x_asked;
        add_header X-Verdict "$asked | $secure_token_status:$secure_token_key" always;
        proxy_pass $TEST_NGINX_ORIGIN;
    }
    location = /ask {
        internal;
        secure_token        ectoken;
        secure_token_secret another-secret-for-tests;
        secure_token_secret a-secret-for-tests id=inside;
        secure_token_max_lifetime 1m;
        proxy_pass http://127.0.0.3:$TEST_NGINX_SERVER_PORT;
        proxy_set_header X-Inside "$secure_token_status:$secure_token_reason:$secure_token_key";
    }
--- request eval
[get(ectoken('/a', SecureToken::claims('ec_url_allow=/a'))), get(ectoken('/a', 'ec_expire=' . later(30)))]
--- error_code eval
[200, 200]
--- response_headers eval
['X-Verdict: REJECTED:lifetime:inside | PASSED:outside', 'X-Verdict: PASSED::inside | PASSED:outside']

=== TEST 11: in a page that is put together by SSI
--- http_config
    server { listen 127.0.0.3:$TEST_NGINX_SERVER_PORT; return 200 "[$http_x_inside]"; }
--- user_files
>>> ssi/page.html
<!--# echo var="secure_token_status" --> <!--# include virtual="/part" --> <!--# include virtual="/off/part" --> <!--# echo var="secure_token_key" --> <!--# echo var="secure_token_args" -->
--- config
    location /ssi/ { ssi on; secure_token ectoken; secure_token_secret a-secret-for-tests id=page; }
    location /part {
        secure_token        ectoken;
        secure_token_secret another-secret-for-tests id=part;
        proxy_set_header X-Inside "part $secure_token_status:$secure_token_reason:$secure_token_key";
        proxy_pass http://127.0.0.3:$TEST_NGINX_SERVER_PORT;
    }
    location /off/part { proxy_set_header X-Inside "off <$secure_token_status>"; proxy_pass http://127.0.0.3:$TEST_NGINX_SERVER_PORT; }
--- request eval
[get(ectoken('/ssi/page.html', 'ec_url_allow=/ssi/') . '&x=1'), get('/ssi/page.html')]
--- error_code eval
[200, 403]
--- response_body_like eval
['^PASSED \[part REJECTED:signature:\] \[off <>\] page x=1\n', '403 Forbidden']

=== TEST 12: what a client sends decides anew for every request of a connection
--- config
    location / {
        secure_token         ectoken;
        secure_token_secret  a-secret-for-tests;
        secure_token_country $http_x_country;
        add_header X-Verdict "$secure_token_status:$secure_token_reason" always;
        empty_gif;
    }
--- pipelined_requests eval
my $path = ectoken('/a', 'ec_country_allow=FR');
[get($path), get($path), get($path)]
--- more_headers eval
['X-Country: FR', 'X-Country: US', 'X-Country: fr']
--- error_code eval
[200, 403, 200]
--- response_headers eval
['X-Verdict: PASSED:', 'X-Verdict: REJECTED:country', 'X-Verdict: PASSED:']
