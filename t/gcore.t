# The scheme gcore: what opens and what does not, client addresses and directories.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::Nginx::Socket;
use SecureToken;
use SecureToken::Socket;

plan 'no_plan';

$SecureToken::Socket::Config = <<'CONF';
    set_real_ip_from        127.0.0.1;
    real_ip_header          X-Forwarded-For;

    secure_token            gcore;
    secure_token_secret     a-secret-for-tests;

    location / {
        proxy_pass          $TEST_NGINX_ORIGIN;
    }
    location /bound/ {
        secure_token_client_ip $remote_addr;
        proxy_pass          $TEST_NGINX_ORIGIN;
    }
    # Any spelling of an address, as another module or a balancer may give it.
    location /header/ {
        secure_token_client_ip $http_x_client;
        proxy_pass          $TEST_NGINX_ORIGIN;
    }
    location /bound/free/ {
        secure_token_client_ip off;
        proxy_pass          $TEST_NGINX_ORIGIN;
    }
    location ~ ^(?<title>/vod/(?:[^/]+/)*) {
        secure_token_uri    $title;
        proxy_pass          $TEST_NGINX_ORIGIN;
    }
CONF

run_tests();

__DATA__

=== TEST 1: a good link opens
--- outcomes eval
[get(gcore('/a.txt')) => 200]
--- response_body_like: ^origin: GET /a\.txt\?md5=
--- logged eval
[]

=== TEST 2: the worked example opens
--- config
    location / {
        secure_token        gcore;
        secure_token_secret secret_key;
        empty_gif;
    }
--- suppress_stderr
--- outcomes eval
[
    get('/images/1.jpg?md5=vHEnxR8VaxpEDgyNzJuWwA&expires=2147483647') => 200,
    get('/images/2.jpg?md5=vHEnxR8VaxpEDgyNzJuWwA&expires=2147483647') => 403,
    get('/images/1.jpg?md5=14nsJ0zrjGipdIbehZ1tRw&expires=2147483647') => 403,
]

=== TEST 3: the worked example for one client opens to that client only
--- config
    set_real_ip_from 127.0.0.1;
    real_ip_header   X-Forwarded-For;
    location / {
        secure_token           gcore;
        secure_token_secret    secret_key;
        secure_token_client_ip $remote_addr;
        empty_gif;
    }
--- more_headers eval
["X-Forwarded-For: 1.2.3.4", "X-Forwarded-For: 1.2.3.5", "", "X-Forwarded-For: 1.2.3.4"]
--- suppress_stderr
--- outcomes eval
[
    get('/images/1.jpg?md5=14nsJ0zrjGipdIbehZ1tRw&expires=2147483647') => 200,
    get('/images/1.jpg?md5=14nsJ0zrjGipdIbehZ1tRw&expires=2147483647') => 403,
    get('/images/1.jpg?md5=14nsJ0zrjGipdIbehZ1tRw&expires=2147483647') => 403,
    get('/images/1.jpg?md5=vHEnxR8VaxpEDgyNzJuWwA&expires=2147483647') => 403,
]

=== TEST 4: the address is the one behind realip, also where something asked for it in front of that
--- config
    set_real_ip_from 127.0.0.1;
    real_ip_header   X-Forwarded-For;
    set              $early $remote_addr;
    secure_token     gcore;
    secure_token_secret secret_key;
    location / {
        secure_token_client_ip $remote_addr;
        add_header             X-Early $early;
        empty_gif;
    }
    location /braces/ {
        secure_token_client_ip ${remote_addr};
        rewrite ^/braces(/.*) $1 break;
        secure_token_uri       $uri;
        empty_gif;
    }
--- more_headers
X-Forwarded-For: 1.2.3.4
--- suppress_stderr
--- outcomes eval
[
    get('/images/1.jpg?md5=14nsJ0zrjGipdIbehZ1tRw&expires=2147483647') => 200,
    get('/images/1.jpg?md5=vHEnxR8VaxpEDgyNzJuWwA&expires=2147483647') => 403,
    get('/braces/images/1.jpg?md5=14nsJ0zrjGipdIbehZ1tRw&expires=2147483647') => 200,
]

=== TEST 5: a request without a token is refused, and azion's parameters are none
--- outcomes eval
[get('/a.txt') => 403, get('/a.txt?expires=' . later()) => 403, get(azion('/a.txt')) => 403, get('/a.txt?md5=') => 403]
--- logged eval
[(qr/secure_token: missing, scheme: gcore, client: 127\.0\.0\.1, server: /) x 4]

=== TEST 6: the link "expires at 18:40" and does not open at 18:40
--- outcomes eval
[get(gcore('/a.txt', expires => time)) => 410, get(gcore('/a.txt', expires => later(60))) => 200]
--- logged eval
[qr/secure_token: expired, scheme: gcore/]

=== TEST 7: a link signed with another secret, or with a space too few or too many, does not open
--- outcomes eval
[
    map { get(gcore('/a.txt', secret => $_)) => 403 } 'another-secret-of-theirs', '', ' a-secret-for-tests', 'a-secret-for-tests '
]
--- logged eval
[(qr/secure_token: signature, /) x 4]

=== TEST 8: encodings: a parameter's name in other spellings is another name, a value is decoded once
--- outcomes eval
[
    (map { my ($from, $to) = @$_; my $link = gcore('/a.txt'); $link =~ s/\b$from=/$to=/; get($link) => 403 }
        ['md5', 'MD5'], ['md5', 'm%645'], ['expires', 'Expires'], ['expires', '%65xpires'], ['expires', 'e']),
    (map { my $link = gcore('/a.txt'); $link =~ s/&/$_&/; get($link) => 200 } '==', '%3D%3D', '%3d='),
    (map { my $link = gcore('/a.txt'); $link =~ s/&/$_&/; get($link) => 403 } '=', '===', '%253D%253D'),
    (map { my $link = gcore('/a.txt'); $link =~ s/(\d)$/sprintf $_, 30 + $1/e; get($link) => 200 } '%%%s'),
    (map { my $link = gcore('/a.txt'); $link =~ s/(\d)$/sprintf $_, 30 + $1/e; get($link) => 403 } '%%25%s'),
]

=== TEST 9: an expiry with a sign, a leading zero, eleven digits, a blank or letters is malformed, even signed
--- outcomes eval
[
    map {
        (my $sent = $_) =~ s/([+ ])/sprintf '%%%02X', ord $1/ge;
        my $token = gcore_token($SecureToken::SECRET, '/a.txt', $_);
        get("/a.txt?md5=$token&expires=$sent") => 403
    } '+' . later(), '-' . later(), '0' . later(), later() . '0', ' ' . later(), later() . ' ', later() . 'x', '', '0', '0x7fffffff', '1e10'
]
--- logged eval
[(qr/secure_token: malformed, /) x 11]

=== TEST 10: boundary shift: a digit of the expiry does not pass for one of the path, nor the other way round
--- outcomes eval
[
    map {
        my $expires = later();
        my $token   = gcore_token($SecureToken::SECRET, '/1.txt', $expires);
        (get("/1.txt?md5=$token&expires=$expires") => 200, get("/1.txt?md5=$token&expires=$expires/1.txt") => 403,
         get("/?md5=$token&expires=$expires" . '1.txt') => 403)
    } 1
]

=== TEST 11: boundary shift: an address that is not bound does not pass for a piece of the path
--- more_headers
X-Forwarded-For: 192.0.2.7
--- outcomes eval
[
    get(gcore('/bound/a.txt', ip => '192.0.2.7'))         => 200,
    get(gcore('/bound/a.txt192.0.2.7'))                   => 403,
    get(gcore('/bound/a.txt', signs => '/bound/a.txt192.0.2.7')) => 200,
    get(gcore('/bound/a.txt19', ip => '2.0.2.7'))         => 403,
]
--- logged eval
[(qr/secure_token: signature, /) x 2]

=== TEST 12: a link for one IPv4 client opens to that client only
--- more_headers eval
[map { "X-Forwarded-For: $_" } qw(192.0.2.7 192.0.2.8 192.0.2.77 2001:db8::7)]
--- outcomes eval
[map { get(gcore('/bound/a.txt', ip => '192.0.2.7')) => $_ } 200, 403, 403, 403]
--- logged eval
[
    qr/secure_token: signature, scheme: gcore, client: 192\.0\.2\.8, /,
    qr/secure_token: signature, scheme: gcore, client: 192\.0\.2\.77, /,
    qr/secure_token: signature, scheme: gcore, client: 2001:db8::7, /,
]

=== TEST 13: a link for one IPv6 client opens to that client only, however the proxy spells it
--- more_headers eval
[map { "X-Forwarded-For: $_" } qw(2001:db8::7 2001:0DB8:0:0:0:0:0:7 2001:db8:0::0:7 2001:db8::8 2001:db8::7:0 192.0.2.7)]
--- outcomes eval
[map { get(gcore('/bound/a.txt', ip => '2001:db8::7')) => $_ } 200, 200, 200, 403, 403, 403]

=== TEST 14: an IPv4 client that came in over IPv6 is the IPv4 client
--- more_headers eval
[map { "X-Forwarded-For: $_" } qw(::ffff:192.0.2.7 ::FFFF:c000:207 ::ffff:192.0.2.8)]
--- outcomes eval
[map { get(gcore('/bound/a.txt', ip => '192.0.2.7')) => $_ } 200, 200, 403]

=== TEST 15: an address of another variable may be spelled at length
--- more_headers eval
[map { "X-Client: $_" } qw(2001:0db8:0000:0000:0000:0000:0000:0007 2001:DB8::7 2001:db8:0:0::7 2001:db8::0007 2001:db8::7
    2001:db8::70)]
--- outcomes eval
[map { get(gcore('/header/a.txt', ip => '2001:db8::7')) => $_ } 200, 200, 200, 200, 200, 403]

=== TEST 16: a link that is bound to no client, or to another, does not open where clients are bound
--- outcomes eval
[
    get(gcore('/bound/a.txt'))                          => 403,
    get(gcore('/bound/a.txt', ip => '127.0.0.2'))       => 403,
    get(gcore('/bound/a.txt', ip => ''))                => 403,
    get(gcore('/bound/a.txt', ip => '127.0.0.1'))       => 200,
]

=== TEST 17: a link for one client does not open where clients are not bound
--- outcomes eval
[
    get(gcore('/a.txt', ip => '127.0.0.1'))             => 403,
    get(gcore('/bound/free/a.txt', ip => '127.0.0.1'))  => 403,
    get(gcore('/bound/free/a.txt'))                     => 200,
]

=== TEST 18: where the client's address is not known no link opens
--- more_headers eval
["", "X-Client:", "X-Client: \x01", "X-Client: 192.0.2.7"]
--- outcomes eval
[(get(gcore('/header/a.txt')) => 403) x 2, get(gcore('/header/a.txt', ip => "\x01")) => 403, get(gcore('/header/a.txt')) => 403]
--- logged eval
[(qr/secure_token: client_ip, scheme: gcore/) x 2, qr/secure_token: client_ip, /, qr/secure_token: signature, /]

=== TEST 19: a client cannot choose its address where nobody trusts it
--- config
    location / {
        secure_token           gcore;
        secure_token_secret    a-secret-for-tests;
        secure_token_client_ip $remote_addr;
        empty_gif;
    }
--- more_headers
X-Forwarded-For: 192.0.2.7
X-Real-IP: 192.0.2.7
Forwarded: for=192.0.2.7
--- outcomes eval
[get(gcore('/a.gif', ip => '192.0.2.7')) => 403, get(gcore('/a.gif', ip => '127.0.0.1')) => 200]

=== TEST 20: one token opens all files of its directory
--- outcomes eval
[map { get(gcore("/vod/film/$_", signs => '/vod/film/')) => 200 } 'index.m3u8', '1.ts', '2.ts', '', '%31.ts', 'a%20b.ts']

=== TEST 21: a directory's token does not reach into its sub-directories, or out of it
--- outcomes eval
[map { get(gcore("/vod/film/$_", signs => '/vod/film/')) => 403 } '720p/1.ts', '720p/', '../1.ts', '..%2f1.ts', 'a/../../1.ts', '720p%2F1.ts']
--- logged eval
[(qr/secure_token: signature, /) x 6]

=== TEST 22: prefix overreach: a directory's token does not open one whose name begins alike
--- outcomes eval
[
    map { get(gcore($_, signs => '/vod/vid/')) => 403 } '/vod/video-private/1.ts', '/vod/vid-eo/1.ts', '/vod/vid', '/vod/vid1.ts',
        '/vod/vi/1.ts', '/vod/VID/1.ts'
]

=== TEST 23: a directory's token is not the token of a file in it, nor of the directory without its slash
--- outcomes eval
[get(gcore('/vod/film/1.ts')) => 403, get(gcore('/vod/film/1.ts', signs => '/vod/film')) => 403, get(gcore('/vod/film/')) => 200]

=== TEST 24: a directory's token may be bound to a client as well
--- config
    set_real_ip_from 127.0.0.1;
    real_ip_header   X-Forwarded-For;
    location ~ ^(?<title>/vod/[^/]+/) {
        secure_token           gcore;
        secure_token_secret    a-secret-for-tests;
        secure_token_uri       $title;
        secure_token_client_ip $remote_addr;
        empty_gif;
    }
--- more_headers eval
[map { "X-Forwarded-For: $_" } qw(192.0.2.7 192.0.2.8)]
--- outcomes eval
[map { get(gcore('/vod/film/1.gif', signs => '/vod/film/', ip => '192.0.2.7')) => $_ } 200, 403]

=== TEST 25: method: every one needs a token
--- outcomes eval
[map { (request_of($_, gcore('/a.txt')) => 200, request_of($_, '/a.txt') => 403) } qw(HEAD GET POST PUT OPTIONS BREW)]

=== TEST 26: length extension: a NUL in the path is stopped, other control bytes are refused even signed
--- outcomes eval
[map { my $path = "/a" . chr($_) . "b"; get(gcore(percent_encode($path), signs => $path)) => $_ ? 403 : 400 } 0x00, 0x01, 0x0a, 0x0d, 0x1f, 0x7f]
