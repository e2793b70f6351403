# Inside NGINX a request may be sent on; the path and the query that the client sent decide.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::Nginx::Socket;
use SecureToken;
use SecureToken::Socket;

plan 'no_plan';
Test::Nginx::Socket::add_block_preprocessor(sub {
    my ($block) = @_;
    $block->set_value(user_files => [
        map({ [$_ => "$_\n"] } qw(dir/index.html dir/a.txt other/a.txt fallback.txt 403.html free/403.html free/410.html 404.html store/a.txt d;x/index.html), 'd x/index.html'),
        ["\xc3\xbc/index.html" => "umlaut\n"],
    ]);
});
$SecureToken::Socket::Config = <<'CONF';
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
CONF

run_tests();

__DATA__

=== TEST 1: index: the link to a directory opens its index, and the link to the index does not open the directory
--- request eval
[get(azion('/dir/')), get('/dir/'), get(azion('/dir/', signs => '/dir/index.html')), get(azion('/dir/index.html')), get(azion('/dir/index.html', signs => '/dir/')),
 get(azion('/dir/', expires => earlier()))]
--- error_code eval
[200, 403, 403, 200, 403, 410]
--- response_body_like eval
['^dir/index.html$', '403', '403', '^dir/index.html$', '403', '410']
--- logged eval
[qr/: missing, /, qr/: signature, /, qr/: signature, /, qr/: expired, /]

=== TEST 2: index: the second look at the path sees what the first one saw
--- request eval
[
    get(azion('/d%20x/', signs => '/d x/')), get(azion('/%64ir/', signs => '/dir/')), get(azion('//dir//', signs => '/dir/')), get(azion('/x/../dir/', signs => '/dir/')),
    get(azion('/d;x/')), get(azion('/%C3%BC/', signs => "/\xc3\xbc/")), get(azion('/dir/.', signs => '/dir/')), get(azion('/dir%2F', signs => '/dir/')),
    get('http://localhost' . azion('/dir/')), get('http://example.com' . azion('/x/..//dir/', signs => '/dir/')), get(azion('/dir/') . '#top'), get(azion('/dir/') . ' HTTP/1.0'),
    get(azion('/dir/', signs => '//dir/')), get(azion('/dir/', signs => '/dir')),
    get('http://localhost' . substr azion('/'), 1), get('http://localhost'),
]
--- error_code eval
[(200) x 12, 403, 403, 200, 403]

=== TEST 3: a directory without its slash redirects those who have a link
--- outcomes eval
[get(azion('/dir')) => 301, get('/dir') => 403]

=== TEST 4: try_files: the link opens whatever file is found, and a link to that file opens nothing else
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    location / { try_files $uri $uri/a.txt /fallback.txt; }
--- request eval
[get(azion('/dir/a.txt')), get(azion('/other')), get(azion('/nowhere')), get('/nowhere'), get(azion('/nowhere', signs => '/fallback.txt')), get(azion('/other', signs => '/other/a.txt')),
 get(azion('/nowhere', expires => earlier()))]
--- error_code eval
[200, 200, 200, 403, 403, 403, 410]
--- response_body_like eval
['^dir/a.txt$', '^other/a.txt$', '^fallback.txt$', '403', '403', '403', '410']
--- logged eval
[qr/: missing, /, qr/: signature, /, qr/: signature, /, qr/: expired, /]

=== TEST 5: try_files: a named location, a code, and a last argument with a query of its own
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    location / { try_files $uri @named; }
    location @named { proxy_pass $TEST_NGINX_ORIGIN; }
    location /code/ { try_files $uri =418; }
    location /query/ { try_files $uri /app?page=$uri&st=x&e=1; }
    location /app { proxy_pass $TEST_NGINX_ORIGIN$uri$is_args$args; }
--- request eval
[get(azion('/nowhere')), get('/nowhere'), get(azion('/code/a')), get('/code/a'), get(azion('/query/a')), get('/query/a'), get(azion('/query/a', signs => '/app')), get(azion('/app'))]
--- error_code eval
[200, 403, 418, 403, 200, 403, 403, 200]
--- response_body_like eval
['^origin: GET /nowhere\?st=', '403', '', '403', '^origin: GET /app\?page=/query/a&st=x&e=1$', '403', '403', '^origin: GET /app']

=== TEST 6: error_page: a page inside the protected place ends in NGINX's own, in one line of the log
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    error_page 403 410  /403.html;
    location / { }
--- request eval
[get('/a'), get(azion('/a', expires => earlier()))]
--- error_code eval
[403, 410]
--- response_body_like eval
['<h1>403 Forbidden</h1>', '<h1>410 Gone</h1>']
--- logged eval
[qr/: missing, /, qr/: expired, /]

=== TEST 7: error_page: a page outside of the protected place is shown
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    error_page 403      /free/403.html;
    error_page 410      /free/410.html;
    location / { }
    location /free/ { secure_token off; }
--- request eval
[get('/a'), get(azion('/a', expires => earlier())), get(azion('/dir/a.txt'))]
--- error_code eval
[403, 410, 200]
--- response_body eval
["free/403.html\n", "free/410.html\n", "dir/a.txt\n"]
--- logged eval
[qr/: missing, /, qr/: expired, /]

=== TEST 8: error_page: a page for what does not exist is shown to those who have a link to it
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    error_page 404      /404.html;
    location / { }
--- request eval
[get(azion('/nowhere')), get('/nowhere'), get('/404.html')]
--- error_code eval
[404, 403, 403]
--- response_body_like eval
['^404.html$', '403 Forbidden', '403 Forbidden']

=== TEST 9: error_page: a page inside the protected place, with another status or in a named location, is neither a leak nor a loop
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    location /ok/    { error_page 403 =200 /403.html; }
    location /named/ { error_page 403 = @named; }
    location /uri/   { error_page 403 =404 /dir/a.txt; }
    location @named  { proxy_pass $TEST_NGINX_ORIGIN; }
--- outcomes eval
[get('/ok/a') => 403, get('/named/a') => 403, get('/uri/a') => 403]
--- response_body_unlike eval
['html\n', 'origin', 'dir']
--- logged eval
[(qr/: missing, /) x 3]

=== TEST 10: error_page: recursive ones inside the protected place are not a loop
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    recursive_error_pages on;
    error_page 403      /403.html;
    location / { }
--- outcomes eval
[get('/a') => 403]
--- logged eval
[qr/: missing, /]

=== TEST 11: error_page: a refused request gets a free named location where that is wanted
--- config
    location / {
        secure_token        azion;
        secure_token_secret a-secret-for-tests;
        error_page 403 =    @free;
    }
    location @free { proxy_pass $TEST_NGINX_ORIGIN; }
--- request eval
[get('/a'), get(azion('/dir/a.txt'))]
--- error_code eval
[200, 200]
--- response_body eval
["origin: GET /a\n", "dir/a.txt\n"]

=== TEST 12: error_page: an upstream's error goes to a protected page for an authorised client
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    location / { proxy_pass http://127.0.0.3:$TEST_NGINX_SERVER_PORT; proxy_intercept_errors on; error_page 500 /fallback.txt; }
    location = /fallback.txt { }
--- http_config
    server { listen 127.0.0.3:$TEST_NGINX_SERVER_PORT; return 500; }
--- request eval
[get(azion('/a')), get('/a')]
--- error_code eval
[500, 403]
--- response_body_like eval
['^fallback.txt$', '403']

=== TEST 13: rewrite … last: the client's path decides, not the rewritten one
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    location /old/ { rewrite ^/old/(.*) /dir/$1 last; }
    location /bare/ { rewrite ^/bare/(.*) /dir/$1? last; }
    location /args/ { rewrite ^/args/(.*) /dir/$1?st=x&e=1&st=y last; }
    location /dir/ { }
--- outcomes eval
[
    map { (get(azion("/$_/a.txt")) => 200, get("/$_/a.txt") => 403, get(azion("/$_/a.txt", signs => '/dir/a.txt')) => 403, get(azion("/$_/a.txt", expires => earlier())) => 410) }
        qw(old bare args)
]

=== TEST 14: rewrite … break: likewise
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    location /old/ { rewrite ^/old/(.*) /dir/$1? break; }
--- outcomes eval
[get(azion('/old/a.txt')) => 200, get('/old/a.txt') => 403, get(azion('/old/a.txt', signs => '/dir/a.txt')) => 403]

=== TEST 15: rewrite in the server block: likewise
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    rewrite ^/old/(.*)  /dir/$1?;
    location / { }
--- outcomes eval
[get(azion('/old/a.txt')) => 200, get('/old/a.txt') => 403, get(azion('/old/a.txt', signs => '/dir/a.txt')) => 403, get(azion('/dir/a.txt')) => 200]

=== TEST 16: rewrite … redirect and return come before the check, and give nothing away
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    location /old/ { rewrite ^/old/(.*) /dir/$1 redirect; }
    location /ret/ { return 301 /dir/; }
    location /dir/ { }
--- outcomes eval
[get('/old/a.txt') => 302, get('/ret/a.txt') => 301, get('/dir/a.txt') => 403]

=== TEST 17: another location's verdict: from a location with one secret to one with another it is decided anew
--- config
    location /one/ { secure_token azion; secure_token_secret secret-of-location-one; rewrite ^/one/(.*) /two/$1 last; }
    location /two/ { secure_token azion; secure_token_secret secret-of-location-two; alias html/dir/; }
    location /three/ { secure_token azion; secure_token_secret secret-of-location-three; try_files /nowhere /two/a.txt; }
--- outcomes eval
[
    get(azion('/one/a.txt', secret => 'secret-of-location-one'))       => 403,
    get(azion('/one/a.txt', secret => 'secret-of-location-two'))       => 200,
    get(azion('/two/a.txt', secret => 'secret-of-location-two'))       => 200,
    get(azion('/three/a.txt', secret => 'secret-of-location-three'))   => 403,
    get(azion('/three/a.txt', secret => 'secret-of-location-two'))     => 403,
]

=== TEST 18: set $args changes what the origin sees, not what the client sent
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    location / { set $args "st=x&e=1"; proxy_pass $TEST_NGINX_ORIGIN$uri$is_args$args; }
    location /index/ { set $args ""; alias html/dir/; }
--- request eval
[get(azion('/a')), get('/a'), get(azion('/index/')), get('/index/')]
--- error_code eval
[200, 403, 200, 403]
--- response_body_like eval
['^origin: GET /a\?st=x&e=1$', '403', '^dir/index.html$', '403']

=== TEST 19: X-Accel-Redirect: the link to the application opens the file that it names
--- config
    location /app/    { secure_token azion; secure_token_secret a-secret-for-tests; proxy_pass http://127.0.0.3:$TEST_NGINX_SERVER_PORT; }
    location /locked/ { internal; secure_token azion; secure_token_secret a-secret-for-tests; alias html/store/; }
    location /free/   { internal; alias html/store/; }
    location /open/   { proxy_pass http://127.0.0.3:$TEST_NGINX_SERVER_PORT; }
--- http_config
    server { listen 127.0.0.3:$TEST_NGINX_SERVER_PORT; add_header X-Accel-Redirect $arg_to; return 200 ignored; }
--- request eval
[
    get(azion('/app/a') . '&to=/locked/a.txt'), get('/app/a?to=/locked/a.txt'), get(azion('/app/a') . '&to=/free/a.txt'), get('/app/a?to=/free/a.txt'),
    get('/open/a?to=/free/a.txt'), get('/open/a?to=/locked/a.txt'), get(azion('/open/a') . '&to=/locked/a.txt'), get(azion('/open/a', signs => '/locked/a.txt') . '&to=/locked/a.txt'),
    get(azion('/locked/a.txt')), get(azion('/app/a', expires => earlier()) . '&to=/free/a.txt'),
    get(azion('/app/a') . '&to=/locked/a.txt%3Fst=x'), get(azion('/app/a') . '&to=/locked/a.txt?st=x'),
]
--- error_code eval
[200, 403, 200, 403, 200, 403, 200, 403, 404, 410, 404, 200]

=== TEST 20: an alias serves another file, and the link is for what was asked
--- config
    location /vod/ { secure_token azion; secure_token_secret a-secret-for-tests; alias html/dir/; }
--- outcomes eval
[get(azion('/vod/a.txt')) => 200, get(azion('/vod/a.txt', signs => '/dir/a.txt')) => 403, get(azion('/vod/', signs => '/vod/')) => 200, get('/vod/a.txt') => 403, get('/vod/../dir/a.txt') => 404]
--- http_config
    root nowhere;

=== TEST 21: where slashes are not merged they are signed, on every pass
--- http_config
    merge_slashes off;
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    location / { try_files $uri /fallback.txt; }
    location /dir { }
--- outcomes eval
[
    get(azion('/nowhere//a')) => 200, get(azion('/nowhere//a', signs => '/nowhere/a')) => 403, get(azion('/nowhere/a', signs => '/nowhere//a')) => 403,
    get(azion('/dir//')) => 200, get(azion('/dir//', signs => '/dir/')) => 403,
]

=== TEST 22: a directory's token opens its index
--- config
    location ~ ^(?<title>/[^/]+/) {
        secure_token        gcore;
        secure_token_secret a-secret-for-tests;
        secure_token_uri    $title;
    }
--- outcomes eval
[get(gcore('/dir/')) => 200, get(gcore('/dir/a.txt', signs => '/dir/')) => 200, get(gcore('/other/a.txt', signs => '/dir/')) => 403]

=== TEST 23: what is sent on inside and asks for the path as it is now gets that
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    secure_token_uri    $uri;
    location /old/ { rewrite ^/old/(.*) /dir/$1 last; }
    location /dir/ { }
--- outcomes eval
[get(azion('/old/a.txt', signs => '/dir/a.txt')) => 200, get(azion('/old/a.txt')) => 403]

=== TEST 24: error_page: a dry run in between does not make a loop either
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    recursive_error_pages on;
    location /a/ { error_page 403 /b/page; }
    location /b/ { secure_token_dry_run on; error_page 404 /a/x; }
--- outcomes eval
[get('/a/q') => 403]
--- logged eval
[qr/: missing, scheme: azion, client/]
