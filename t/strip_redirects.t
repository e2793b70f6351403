# secure_token_strip, and what sends a request on inside NGINX: the token is gone wherever it ends up.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::Nginx::Socket;
use SecureToken;
use SecureToken::Socket;
use SecureToken::Forwarded;

plan 'no_plan';
Test::Nginx::Socket::add_block_preprocessor(sub {
    my ($block) = @_;
    $block->set_value(user_files => [['dir/index.html' => 'index'], ['dir/a.txt' => 'a']]) if !defined $block->user_files;
    # What all the blocks begin with.
    $block->set_value(config => <<"    CONF" . $block->config);
        secure_token        azion;
        secure_token_secret a-secret-for-tests;
        secure_token_strip  on;
    CONF
});

run_tests();

__DATA__

=== TEST 1: index: what answers for the directory's index sees no token
--- config
    location = /dir/index.html { proxy_pass $TEST_NGINX_ORIGIN; }
    location /dir/ { }
--- forwarded eval
[get(azion('/dir/') . '&x=1') => '/dir/index.html?x=1', get(azion('/dir/')) => '/dir/index.html', get('/dir/') => 403]

=== TEST 2: try_files: nor does a named location, or the last argument with a query of its own
--- config
    location /named/ { try_files $uri @named; }
    location @named  { proxy_pass $TEST_NGINX_ORIGIN; }
    location /open/  { try_files $uri @open; }
    location @open   { secure_token off; proxy_pass $TEST_NGINX_ORIGIN; }
    location /query/ { try_files $uri /app?page=$uri&$args; }
    location /bare/  { try_files $uri /app; }
    location /app    { proxy_pass $TEST_NGINX_ORIGIN; }
--- forwarded eval
[
    (map { get(azion("/$_/a%20b", signs => "/$_/a b") . '&x=1') => "/$_/a%20b?x=1" } qw(named open)),
    get(azion('/query/a') . '&x=1') => '/app?page=/query/a&x=1',
    get(azion('/bare/a') . '&x=1')  => '/app',
    get('/query/a')                 => 403,
]

=== TEST 3: error_page: nor does a fallback for what is not there, by name or with a query
--- config
    location /named/ { error_page 404 = @named; }
    location @named  { secure_token_strip off; proxy_pass $TEST_NGINX_ORIGIN; }
    location /query/ { error_page 404 = /app?was=$uri&$args; }
    location /app    { secure_token_strip off; proxy_pass $TEST_NGINX_ORIGIN; }
--- forwarded eval
[
    get(azion('/named/a') . '&x=1') => '/named/a?x=1',
    get(azion('/query/a') . '&x=1') => '/app?was=/query/a&x=1',
]

=== TEST 4: error_page: a page for refused requests gets the whole query, as their token was not accepted
--- config
    location /    { error_page 403 = @free; }
    location @free { secure_token off; proxy_pass $TEST_NGINX_ORIGIN; }
--- forwarded eval
[get($::link = azion('/a', secret => 'x')) => $::link]

=== TEST 5: rewrite: nor does the place that a path is rewritten to
--- config
    rewrite ^/server/(.*) /to/$1;
    location /last/   { rewrite ^/last/(.*)  /to/$1 last; }
    location /break/  { rewrite ^/break/(.*) /to/$1 break; proxy_pass $TEST_NGINX_ORIGIN; }
    location /added/  { rewrite ^/added/(.*) /to/$1?y=2 last; }
    location /own/    { rewrite ^/own/(.*) /to/$1?y=2&$args? last; }
    location /bare/   { rewrite ^/bare/(.*) /to/$1? last; }
    location /to/     { proxy_pass $TEST_NGINX_ORIGIN; }
    location /ectoken/ { secure_token ectoken; rewrite ^/ectoken/(.*) /to/$1 break; proxy_pass $TEST_NGINX_ORIGIN; }
--- forwarded eval
[
    (map { get(azion("/$_/a") . '&x=1') => '/to/a?x=1' } qw(server last break)),
    (map { get(azion("/$_/a") . '&x=1') => '/to/a?y=2&x=1' } qw(added own)),
    get(azion('/bare/a') . '&x=1') => '/to/a',
    get(ectoken('/ectoken/a', 'a=1') . '&x=1') => '/to/a?x=1',
]

=== TEST 6: rewrite, set $args: an ectoken goes as well where something was put in front of it
--- config
    location /added/ { secure_token ectoken; rewrite ^ /to?y=2 break; proxy_pass $TEST_NGINX_ORIGIN; }
    location /set/   { secure_token ectoken; set $args y=2&$args; proxy_pass $TEST_NGINX_ORIGIN; }
--- forwarded eval
[
    get(ectoken('/added/a', 'a=1') . '&x=1') => '/to?y=2&x=1',
    get(ectoken('/set/a', 'a=1') . '&x=1')   => '/set/a?y=2&x=1',
]

=== TEST 7: set $args: a query of the configuration's own stays, but for the token's names
--- config
    location /azion/   { set $args $arg_x&y=2&ST=3; proxy_pass $TEST_NGINX_ORIGIN; }
    location /names/   { set $args st=1&y=2&e=3; proxy_pass $TEST_NGINX_ORIGIN; }
    location /ectoken/ { secure_token ectoken; set $args another&y=2; proxy_pass $TEST_NGINX_ORIGIN; }
    location /behind/  { secure_token ectoken; set $args $args&y=2; proxy_pass $TEST_NGINX_ORIGIN; }
--- forwarded eval
[
    get(azion('/azion/a') . '&x=1')     => '/azion/a?1&y=2&ST=3',
    get(azion('/names/a'))              => '/names/a?y=2',
    get(ectoken('/ectoken/a', 'a=1'))   => '/ectoken/a?another&y=2',
    get(ectoken('/behind/a', 'a=1'))    => '/behind/a?y=2',
]

=== TEST 8: X-Accel-Redirect: the application that names a file sees no token, nor does what serves it
--- http_config
    server { listen 127.0.0.3:$TEST_NGINX_SERVER_PORT; add_header X-Accel-Redirect /files$request_uri; return 200; }
--- config
    location /app/   { proxy_pass http://127.0.0.3:$TEST_NGINX_SERVER_PORT; }
    location /files/ { internal; proxy_pass $TEST_NGINX_ORIGIN; }
--- forwarded eval
[get(azion('/app/a') . '&x=%20') => '/files/app/a?x=%20', get('/app/a') => 403]

=== TEST 9: subrequests: auth_request and SSI send no token on
--- http_config
    server {
        listen 127.0.0.3:$TEST_NGINX_SERVER_PORT;
        add_header X-Seen $request_uri;
        return 200 "$request_uri";
    }
--- config
    location / {
        auth_request     /ask;
        auth_request_set $asked $upstream_http_x_seen;
        add_header       X-Asked $asked;
        ssi on;
        ssi_types *;
        alias html/dir/;
    }
    location = /ask   { secure_token off; proxy_pass http://127.0.0.3:$TEST_NGINX_SERVER_PORT/ask$is_args$args; }
    location /part    { secure_token off; proxy_pass http://127.0.0.3:$TEST_NGINX_SERVER_PORT; }
--- user_files
>>> dir/page
<!--# echo var="QUERY_STRING" --> <!--# include virtual="/part?x=1" --> <!--# include virtual="/part" -->
--- request eval
get(azion('/page') . '&x=%20')
--- response_body
x=%20 /part?x=1 /part
--- response_headers
X-Asked: /ask

=== TEST 10: a redirect to a directory's slash is made without the token
--- config
    location /dir { }
--- request eval
[get(azion('/dir') . '&x=1'), get(azion('/dir'))]
--- error_code eval
[301, 301]
--- response_headers_like eval
['Location: http://[^/]+/dir/\?x=1', 'Location: http://[^/]+/dir/']
