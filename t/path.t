# secure_token_ignore_case and secure_token_uri: which path a token is for.

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

=== TEST 1: where case is ignored a link signed in lower case opens every spelling of its path
--- config
    location / {
        secure_token azion;
        secure_token_secret a-secret-for-tests;
        secure_token_ignore_case on;
        empty_gif;
    }
--- outcomes eval
[
    (map { get(azion($_, signs => '/dir/file.mp4')) => 200 } '/dir/file.mp4', '/Dir/FILE.mp4', '/DIR/FILE.MP4', '/dir/%46ile.mp4'),
    (map { get(azion($_, signs => '/dir/file.mp4')) => 403 } '/dir/file.mp3', '/dir/file-mp4', '/dir/file%4Emp4'),
    get(azion('/DIR/FILE.MP4'))                                        => 403,
    get(azion('/' . 'Long-Path/' x 50, signs => '/' . 'long-path/' x 50)) => 200,
]

=== TEST 2: only letters of ASCII have a case
--- config
    location / {
        secure_token gcore;
        secure_token_secret a-secret-for-tests;
        secure_token_ignore_case on;
        empty_gif;
    }
--- outcomes eval
[
    get(gcore('/%C3%9C[@Z', signs => "/\xc3\x9c[\@z")) => 200,
    get(gcore('/%C3%9C', signs => "/\xc3\xbc"))        => 403,
    get(gcore('/@%5B', signs => '/`{'))                => 403,
]

=== TEST 3: the secret and the token keep their case
--- config
    location / {
        secure_token azion;
        secure_token_secret a-Secret-for-Tests;
        secure_token_ignore_case on;
        empty_gif;
    }
--- outcomes eval
[
    get(azion('/a', secret => 'a-Secret-for-Tests')) => 200,
    get(azion('/a', secret => 'a-secret-for-tests')) => 403,
    (map { my $link = azion('/a', secret => 'a-Secret-for-Tests'); $link =~ s/st=([^&]*)/'st=' . lc $1/e; get($link) => 403 } 1),
]

=== TEST 4: case counts unless told otherwise
--- config
    location / { secure_token azion; secure_token_secret a-secret-for-tests; empty_gif; }
--- outcomes eval
[get(azion('/A')) => 200, get(azion('/A', signs => '/a')) => 403]

=== TEST 5: a token may be for the request as it was sent, undecoded, where a signer wants that
--- config
    location / {
        secure_token        azion;
        secure_token_secret a-secret-for-tests;
        secure_token_uri    $request_uri;
        secure_token_source $http_x_token;
        empty_gif;
    }
--- more_headers eval
[map { my $l = azion('/', signs => $_); $l =~ s/.*\?//; "X-Token: $l" } '/a%20b//c?x=1', '/a b/c', '/a%20b//c', '/a%20b//c?x=2']
--- outcomes eval
[map { get('/a%20b//c?x=1') => $_ } 200, 403, 403, 403]

=== TEST 6: a token may be for a fixed path, for everything
--- config
    location / {
        secure_token        azion;
        secure_token_secret a-secret-for-tests;
        secure_token_uri    /all;
        empty_gif;
    }
--- outcomes eval
[get(azion('/x', signs => '/all')) => 200, get(azion('/y', signs => '/all')) => 200, get(azion('/y')) => 403]

=== TEST 7: a token may be for the path after a rewrite
--- config
    location / {
        secure_token        azion;
        secure_token_secret a-secret-for-tests;
        secure_token_uri    $uri;
        rewrite ^/pub(/.*) $1 break;
        empty_gif;
    }
--- outcomes eval
[get(azion('/pub/x', signs => '/x')) => 200, get(azion('/pub/x')) => 403, get(azion('/x')) => 200]

=== TEST 8: a path that comes out empty or with control bytes is malformed, whatever is signed
--- config
    location / {
        secure_token        azion;
        secure_token_secret a-secret-for-tests;
        secure_token_uri    $http_x_path;
        empty_gif;
    }
--- more_headers eval
['', 'X-Path:', "X-Path: /a\tb", 'X-Path: /a']
--- outcomes eval
[get(azion('/x', signs => '')) => 403, get(azion('/x', signs => '')) => 403, get(azion('/x', signs => "/a\tb")) => 403, get(azion('/x', signs => '/a')) => 200]
--- logged eval
[(qr/secure_token: malformed, /) x 3]

=== TEST 9: a path may be put together from several pieces
--- config
    location ~ ^/(?<show>\w+)/(?<episode>\w+)/ {
        secure_token        gcore;
        secure_token_secret a-secret-for-tests;
        secure_token_uri    "$host/${show}:$episode";
        empty_gif;
    }
--- outcomes eval
[
    get(gcore('/show/one/1.ts', signs => 'localhost/show:one')) => 200,
    get(gcore('/show/two/1.ts', signs => 'localhost/show:one')) => 403,
]
