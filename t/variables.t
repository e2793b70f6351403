# The variables: what they say, wherever in the configuration they are asked.

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
$SecureToken::Socket::HttpConfig = <<"CONF";
    log_format verdict '\$request_uri \$status $all';
CONF
$SecureToken::Socket::Config = <<"CONF";
    secure_token        azion;
    secure_token_secret a-secret-for-tests id=main;
    secure_token_max_lifetime 2h;
    access_log \$TEST_NGINX_SERVROOT/logs/access.log verdict;
    location / {
        proxy_pass \$TEST_NGINX_ORIGIN;
        add_header X-Verdict "$all" always;
    }
    location /early {
        return 200 "$all";
    }
    location /off {
        secure_token off;
        return 200 "$all";
    }
CONF

run_tests();

__DATA__

=== TEST 1: all of them in a header: passed, refused, expired
--- request eval
[
    get('/?' . substr(azion('/', expires => $::soon = later(600)), 2) . '&x=1'),
    get('/?x=1'),
    get('/?' . substr(azion('/', expires => 1470055000), 2)),
    get('/?' . substr(azion('/', expires => 9999999999), 2)),
    get('/?y=%20&st=x&e=' . $::soon . '&x=1'),
    get('/?st=a&st=b'),
    get('/?st=' . 'A' x 22 . '&e=' . $::soon),
]
--- error_code eval
[200, 403, 410, 403, 403, 403, 403]
--- response_headers eval
[
    "X-Verdict: <PASSED><><$::soon><main><x=1>",
    'X-Verdict: <REJECTED><missing><><><x=1>',
    'X-Verdict: <EXPIRED><expired><1470055000><main><>',
    'X-Verdict: <REJECTED><lifetime><9999999999><main><>',
    'X-Verdict: <REJECTED><malformed><><><y=%20&x=1>',
    'X-Verdict: <REJECTED><duplicate><><><>',
    'X-Verdict: <REJECTED><signature><><><>',
]

=== TEST 2: all of them in the access log, of a request that is refused
--- request
GET /logged?a=1&st=x
--- error_code: 403
--- access_log
/logged?a=1&st=x 403 <REJECTED><malformed><><><a=1>

=== TEST 3: all of them in the access log, of a request that passes
--- request eval
'GET /logged?' . azion('/logged', expires => later(600)) =~ s/.*\?//r . '&a=1'
--- access_log eval
[qr/^\/logged\?st=\S+&a=1 200 <PASSED><><\d{10}><main><a=1>$/]

=== TEST 4: before the access phase, in return
--- request eval
[get(azion('/early', expires => 1470055000)), get('/early'), get('/early?a=b'), get(azion('/early', secret => 'x', expires => 1470055000))]
--- error_code eval
[200, 200, 200, 200]
--- response_body eval
['<EXPIRED><expired><1470055000><main><>', '<REJECTED><missing><><><>', '<REJECTED><missing><><><a=b>', '<REJECTED><signature><><><>']

=== TEST 5: empty where secure_token is off, but for the query
--- request eval
['GET /off', 'GET /off?a=1&st=x&e=2']
--- error_code eval
[200, 200]
--- response_body eval
['<><><><><>', '<><><><><a=1&st=x&e=2>']

=== TEST 6: the query without the token keeps its order and spelling
--- request eval
[map { "GET /early?$_" } 'b=2&a=1&st=x&c=%41%zz+&e=1&d', 'ST=1&st=2&E=3&e=4&%73t=5', '&&st=x&&a&&e=1&&', 'a=st=x&ste=1&est=2', 'st&e&x', '']
--- error_code eval
[(200) x 6]
--- response_body_like eval
[map { "<\Q$_\E>\$" } 'b=2&a=1&c=%41%zz+&d', 'ST=1&E=3&%73t=5', '&&&a&&&', 'a=st=x&ste=1&est=2', 'x', '']

=== TEST 7: the query without the token goes by the names that are configured
--- config
    location / {
        secure_token azion;
        secure_token_secret a-secret-for-tests;
        secure_token_param token=t expires=until;
        return 200 "<$secure_token_args>";
    }
--- request
GET /?st=1&t=2&e=3&until=4&x=5
--- response_body: <st=1&e=3&x=5>

=== TEST 8: in an if
--- config
    location / {
        secure_token azion;
        secure_token_secret a-secret-for-tests;
        if ($secure_token_status = EXPIRED) { return 402 "please renew"; }
        if ($secure_token_reason = missing) { return 401 "please log in"; }
        if ($secure_token_status != PASSED) { return 418; }
        empty_gif;
    }
--- outcomes eval
[get(azion('/a')) => 200, get(azion('/a', expires => earlier())) => 402, get('/a') => 401, get(azion('/a', secret => 'x')) => 418]

=== TEST 9: in a map, a set and a header to the upstream
--- http_config
    map $secure_token_status $what { PASSED yes; default "no, $secure_token_reason"; }
    server { listen 127.0.0.3:$TEST_NGINX_SERVER_PORT; return 200 "what: $http_what key: $http_key uri: $request_uri"; }
--- config
    location / {
        secure_token azion;
        secure_token_secret a-secret-for-tests id=k;
        set $early "$secure_token_key";
        proxy_set_header What $what;
        proxy_set_header Key  $early;
        proxy_pass http://127.0.0.3:$TEST_NGINX_SERVER_PORT/upstream?$secure_token_args;
        add_header X-What $what always;
    }
--- request eval
[get(azion('/a') . '&x=%2B'), get('/a')]
--- error_code eval
[200, 403]
--- response_body_like eval
['^what: yes key: k uri: /upstream\?x=%2B$', '403 Forbidden']
--- response_headers eval
['X-What: yes', 'X-What: no, missing']

=== TEST 10: in limit_req_zone, which comes before the access phase
--- http_config
    limit_req_zone $secure_token_expires zone=one:1m rate=1r/m;
--- config
    location / {
        secure_token azion;
        secure_token_secret a-secret-for-tests;
        limit_req zone=one;
        empty_gif;
    }
--- outcomes eval
[
    get(azion('/a', expires => $::soon = later(600))) => 200, get(azion('/b', expires => $::soon)) => 503, get(azion('/a', expires => $::soon + 1)) => 200,
    get('/a') => 403, get('/a') => 403, get(azion('/c', expires => $::soon, secret => 'x')) => 403,
]

=== TEST 11: in the server block, before any location was found
--- config
    secure_token azion;
    secure_token_secret a-secret-for-tests;
    set $early $secure_token_status;
    location / { add_header X-Verdict "$early:$secure_token_status" always; empty_gif; }
    location /other/ { secure_token_secret another-secret-of-ours; add_header X-Verdict "$early:$secure_token_status" always; empty_gif; }
    location /off/ { secure_token off; add_header X-Verdict "$early:$secure_token_status" always; empty_gif; }
--- request eval
[get(azion('/a')), get('/a'), get(azion('/other/a')), get(azion('/other/a', secret => 'another-secret-of-ours')), get('/off/a')]
--- error_code eval
[200, 403, 403, 200, 200]
--- response_headers eval
['X-Verdict: PASSED:PASSED', 'X-Verdict: REJECTED:REJECTED', 'X-Verdict: PASSED:REJECTED', 'X-Verdict: REJECTED:PASSED', 'X-Verdict: REJECTED:']

=== TEST 12: another location's verdict: after rewrite … last it is decided anew, under the rules there
--- config
    location /a/ {
        secure_token azion;
        secure_token_secret secret-of-location-a;
        if ($secure_token_status = PASSED) { set $passed_in_a yes; }
        rewrite ^/a/(.*) /b/$1 last;
    }
    location /b/ {
        secure_token azion;
        secure_token_secret secret-of-location-b;
        add_header X-Verdict "$passed_in_a:$secure_token_status:$secure_token_reason" always;
        empty_gif;
    }
    location /c/ {
        secure_token azion;
        secure_token_secret secret-of-location-a;
        set $in_c "$secure_token_status$secure_token_key$secure_token_expires$secure_token_reason$secure_token_args";
        rewrite ^/c/(.*) /off/$1 last;
    }
    location /off/ {
        add_header X-Verdict "$in_c:$secure_token_status" always;
        empty_gif;
    }
--- request eval
[get(azion('/a/x', secret => 'secret-of-location-a')), get(azion('/a/x', secret => 'secret-of-location-b')), get('/a/x'), get('/c/x')]
--- error_code eval
[403, 200, 403, 200]
--- response_headers eval
['X-Verdict: yes:REJECTED:signature', 'X-Verdict: :PASSED:', 'X-Verdict: :REJECTED:missing', 'X-Verdict: REJECTEDmissing:']

=== TEST 13: another location's verdict: an if block's rules are its location's
--- config
    location / {
        secure_token azion;
        secure_token_secret a-secret-for-tests;
        set $before $secure_token_status;
        if ($arg_mode) { add_header X-Verdict "$before:$secure_token_status" always; }
        empty_gif;
    }
--- request eval
[get(azion('/a') . '&mode=1'), get('/a?mode=1')]
--- error_code eval
[200, 403]
--- response_headers eval
['X-Verdict: PASSED:PASSED', 'X-Verdict: REJECTED:REJECTED']

=== TEST 14: a verdict that was asked for early does not stand when what it rests on is changed afterwards
--- config
    location /secret {
        secure_token azion;
        set $secret secret-of-nobody-at-all;
        secure_token_secret $secret;
        set $early $secure_token_status;
        set $secret a-secret-for-tests;
        empty_gif;
    }
    location /path {
        secure_token azion;
        secure_token_secret a-secret-for-tests;
        secure_token_uri $uri;
        set $early $secure_token_status;
        rewrite ^ /path/inside break;
        empty_gif;
    }
--- outcomes eval
[
    get(azion('/secret/a'))                                       => 200,
    get(azion('/secret/a', secret => 'secret-of-nobody-at-all'))  => 403,
    get(azion('/path/a'))                                         => 403,
    get(azion('/path/a', signs => '/path/inside'))                => 200,
]

=== TEST 15: in a subrequest they go by the rules of the location that it asks, and by the client's path
--- config
    location / {
        secure_token azion;
        secure_token_secret a-secret-for-tests;
        auth_request /ask;
        auth_request_set $asked $upstream_http_x_asked;
        add_header X-Verdict "$asked | $secure_token_status" always;
        proxy_pass $TEST_NGINX_ORIGIN;
    }
    location = /ask {
        internal;
        secure_token gcore;
        secure_token_secret another-secret-of-ours;
        proxy_pass http://127.0.0.3:$TEST_NGINX_SERVER_PORT;
        proxy_set_header X-Inside "$secure_token_status:$secure_token_reason:$secure_token_args";
    }
--- http_config
    server { listen 127.0.0.3:$TEST_NGINX_SERVER_PORT; add_header X-Asked $http_x_inside; return 200; }
--- request eval
[
    get(azion('/a', expires => $::soon = later(600))),
    get(azion('/a', expires => $::soon) . '&md5=' . gcore_token('another-secret-of-ours', '/a', $::soon) . "&expires=$::soon"),
    get(azion('/a', expires => $::soon) . '&md5=' . gcore_token('another-secret-of-ours', '/ask', $::soon) . "&expires=$::soon"),
]
--- error_code eval
[200, 200, 200]
--- response_headers_like eval
['X-Verdict: REJECTED:missing:st=[^|]* \| PASSED', 'X-Verdict: PASSED::st=[^|]* \| PASSED', 'X-Verdict: REJECTED:signature:st=[^|]* \| PASSED']

=== TEST 16: in a page that is put together by SSI
--- user_files
>>> ssi/page.html
page <!--# echo var="secure_token_status" --> <!--# include virtual="/part" --> <!--# include virtual="/off/part" --> <!--# echo var="secure_token_key" -->
--- config
    location /ssi/ {
        ssi on;
        default_type text/html;
        secure_token azion;
        secure_token_secret a-secret-for-tests id=page;
    }
    location /part {
        secure_token azion;
        secure_token_secret another-secret-of-ours id=part;
        proxy_set_header X-Inside "part $secure_token_status:$secure_token_reason:$secure_token_key";
        proxy_pass http://127.0.0.3:$TEST_NGINX_SERVER_PORT;
    }
    location /off/part {
        proxy_set_header X-Inside "off <$secure_token_status>";
        proxy_pass http://127.0.0.3:$TEST_NGINX_SERVER_PORT;
    }
--- http_config
    server { listen 127.0.0.3:$TEST_NGINX_SERVER_PORT; return 200 "[$http_x_inside]"; }
--- request eval
[get(azion('/ssi/page.html')), get('/ssi/page.html')]
--- error_code eval
[200, 403]
--- response_body_like eval
['^page PASSED \[part REJECTED:signature:\] \[off <>\] page\n', '403 Forbidden']

=== TEST 17: asked for twice, in the log and before, they say the same
--- config
    location / {
        secure_token azion;
        secure_token_secret a-secret-for-tests;
        access_log $TEST_NGINX_SERVROOT/logs/access.log twice;
        add_header X-Verdict $secure_token_status always;
        empty_gif;
    }
--- http_config
    log_format twice '$request_uri $sent_http_x_verdict=$secure_token_status $secure_token_status-$secure_token_reason';
--- request
GET /twice
--- error_code: 403
--- access_log
/twice REJECTED=REJECTED REJECTED-missing

=== TEST 18: after an error page outside the log tells of the place that answered
--- config
    location / {
        secure_token azion;
        secure_token_secret a-secret-for-tests;
        error_page 403 /denied.html;
    }
    location = /denied.html { secure_token off; add_header X-Verdict "<$secure_token_status>" always; }
--- user_files
>>> denied.html
denied
--- request
GET /a
--- error_code: 403
--- response_body
denied
--- response_headers
X-Verdict: <>

=== TEST 19: read by name, as SSI does, they hold after try_files has put another path in its place
--- config
    location /by-name/ {
        secure_token        azion;
        secure_token_secret a-secret-for-tests;
        ssi on;
        ssi_types *;
        try_files /page.txt =404;
    }
--- user_files
>>> page.txt
<!--# echo var="secure_token_status" --> <!--# echo var="secure_token_args" -->
--- request eval
get(azion('/by-name/a') . '&x=1')
--- response_body
PASSED x=1

=== TEST 20: where the token does not come from the query, nothing is taken out of it
--- config
    location /cookie/ {
        secure_token        azion;
        secure_token_secret a-secret-for-tests;
        secure_token_source $cookie_token;
        add_header X-Args "<$secure_token_args>" always;
        empty_gif;
    }
--- request
GET /cookie/a?st=z&e=5&q=1
--- error_code: 403
--- response_headers
X-Args: <st=z&e=5&q=1>
