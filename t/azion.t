# The scheme azion: what opens and what does not.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::Nginx::Socket;
use SecureToken;
use SecureToken::Socket;

plan 'no_plan';

$SecureToken::Socket::Config = <<'CONF';
    location / {
        secure_token        azion;
        secure_token_secret a-secret-for-tests;
        proxy_pass          $TEST_NGINX_ORIGIN;
    }
CONF
$SecureToken::Socket::HttpConfig = <<'CONF';
    large_client_header_buffers 4 4m;
CONF

run_tests();

__DATA__

=== TEST 1: a good link opens
--- outcomes eval
[get(azion('/a.txt')) => 200]
--- response_body_like: ^origin: GET /a\.txt\?st=
--- logged eval
[]

=== TEST 2: the official vector is right, and expired long ago
--- config
    location / {
        secure_token        azion;
        secure_token_secret mysecret;
        empty_gif;
    }
--- suppress_stderr
--- outcomes eval
[
    get('/my/uri?st=m6WCATfRgS_5lcyChCPgrw&e=1470055000') => 410,
    get('/my/urj?st=m6WCATfRgS_5lcyChCPgrw&e=1470055000') => 403,
]
--- logged eval
[qr/secure_token: expired, scheme: azion/, qr/secure_token: signature, scheme: azion/]

=== TEST 3: the official vector opens where the clock may be off by a century
--- config
    location / {
        secure_token            azion;
        secure_token_secret     mysecret;
        secure_token_clock_skew 100y;
        empty_gif;
    }
--- suppress_stderr
--- outcomes eval
[
    get('/my/uri?st=m6WCATfRgS_5lcyChCPgrw&e=1470055000') => 200,
    get('/my/uri?st=m6WCATfRgS_5lcyChCPgrw&e=1470055001') => 403,
]

=== TEST 4: a token without an expiry, or with an empty one, is malformed
--- outcomes eval
[
    get('/a.txt?st=' . azion_token($SecureToken::SECRET, '/a.txt', ''))        => 403,
    get('/a.txt?e=&st=' . azion_token($SecureToken::SECRET, '/a.txt', ''))     => 403,
    get('/a.txt?e&st=' . azion_token($SecureToken::SECRET, '/a.txt', ''))      => 403,
]
--- logged eval
[(qr/secure_token: malformed, /) x 3]

=== TEST 5: a forged link that claims to have expired is forged
--- outcomes eval
[get(azion('/a.txt', expires => earlier(), secret => 'another-secret-of-theirs')) => 403]
--- logged eval
[qr/secure_token: signature, /]

=== TEST 6: tampering: a token with any one of its characters changed does not open
--- outcomes eval
[
    map {
        my $link = azion('/a.txt');
        substr($link, 10 + $_, 1) =~ tr/A-Za-z0-9_-/B-ZAb-za1-90\-_/;
        get($link) => 403
    } 0 .. 21
]
--- logged eval
[(qr/secure_token: (?:signature|malformed), /) x 22]

=== TEST 7: a token with a character too few or too many is malformed
--- outcomes eval
[
    map {
        my $expires = later();
        (my $token = $_) =~ s/TOKEN/azion_token($SecureToken::SECRET, '\/a.txt', $expires)/ge;
        get("/a.txt?st=$token&e=$expires") => 403
    } 'TOKENA', 'ATOKEN', 'TOKENTOKEN', 'TOKENAA', 'A', '-', '.', '*', 'A' x 21, 'A' x 23, 'A' x 24
]
--- logged eval
[(qr/secure_token: malformed, /) x 11]

=== TEST 8: a token may be padded, as some base64 encoders do, and percent-encoded
--- outcomes eval
[
    (map { my $link = azion('/a.txt'); $link =~ s/&/$_&/; get($link) => 200 } '==', '%3D%3D', '%3d=', '=%3D'),
    (map { my $link = azion('/a.txt'); $link =~ s/&/$_&/; get($link) => 403 }
        '=', '%3D', '===', '====', '%253D%253D', '==%3D', '==x', '=x='),
]

=== TEST 9: a token at the end of the query may be padded too
--- outcomes eval
[
    map {
        my $expires = later();
        get("/a.txt?e=$expires&st=" . azion_token($SecureToken::SECRET, '/a.txt', $expires) . $_) => 200
    } '', '==', '%3D%3D', '&', '==&'
]

=== TEST 10: characters of the values may be percent-encoded, once
--- outcomes eval
[
    map {
        my ($once, $code) = @$_;
        my $expires = later();
        my $token   = azion_token($SecureToken::SECRET, '/a.txt', $expires);
        my ($t, $e) = map { my $text = $_; $text =~ s/(.)/$once->($1)/ge; $text } $token, $expires;
        (get("/a.txt?st=$t&e=$expires") => $code, get("/a.txt?st=$token&e=$e") => $code)
    } [sub { sprintf '%%%02X', ord $_[0] } => 200],
      [sub { sprintf '%%%02x', ord $_[0] } => 200],
      [sub { sprintf '%%25%02x', ord $_[0] } => 403],
      [sub { sprintf '%%u00%02x', ord $_[0] } => 403],
]

=== TEST 11: a broken escape is malformed
--- outcomes eval
[
    map { my $link = azion('/a.txt'); $link =~ s/st=./st=$_/; get($link) => 403 }
        '%', '%4', '%zz', '%+1', '%%41', '%4g', '%-1'
]
--- logged eval
[(qr/secure_token: malformed, /) x 7]

=== TEST 12: what decoders of other languages would skip or stop at is malformed
--- outcomes eval
[
    (map { my $link = azion('/a.txt'); $link =~ s/&/$_&/;     get($link) => 403 }
        '%00', '%0A', '%0D%0A', '%20', '+', '%09', '.', '#', ';', ',', '%26'),
    (map { my $link = azion('/a.txt'); $link =~ s/st=/st=$_/; get($link) => 403 }
        '%00', '%0A', '%20', '+', '%EF%BB%BF', '%22', '='),
]

=== TEST 13: a token in the classic alphabet of base64 is malformed
--- outcomes eval
[
    map {
        my ($from, $to) = @$_;
        my $expires = later();
        $expires++ until azion_token($SecureToken::SECRET, '/a.txt', $expires) =~ /$from/;
        my $link = azion('/a.txt', expires => $expires);
        (my $classic = $link) =~ s{st=[^&]*\K$from}{$to};
        (get($link) => 200, get($classic) => 403)
    } ['-', '+'], ['-', '%2B'], ['_', '/'], ['_', '%2F']
]

=== TEST 14: encodings: a parameter's name in other spellings is another name
--- outcomes eval
[
    map {
        my ($from, $to) = @$_;
        my $link = azion('/a.txt');
        $link =~ s/\b$from=/$to=/;
        get($link) => 403
    } ['st', 'ST'], ['st', 'St'], ['st', '%73t'], ['st', '%73%74'], ['st', 'st%00'], ['st', '+st'],
      ['st', 'st+'], ['st', 'xst'], ['st', 'stx'], ['st', 'st[]'], ['st', '%20st'],
      ['e', 'E'], ['e', '%65'], ['e', 'ee'], ['e', 'e%00'], ['e', 'expires']
]
--- logged eval
[(qr/secure_token: missing, /) x 11, (qr/secure_token: malformed, /) x 5]

=== TEST 15: duplicate parameters: a name in capitals is another parameter and does no harm
--- outcomes eval
[
    map { get(azion('/a.txt') . "&$_") => 200 } 'ST=bad', 'E=1', '%73t=bad', 'st%3D=bad', 'ste=bad', 'est=bad'
]

=== TEST 16: boundary shift, longer expiry: a digit of the path does not pass for one of the expiry
--- outcomes eval
[
    map {
        my $expires = later();
        my $token   = azion_token($SecureToken::SECRET, '/v/12', $expires);
        (get("/v/12?st=$token&e=$expires") => 200, get("/v/1?st=$token&e=$_$expires") => 403)
    } '2', '%32'
]
--- logged eval
[(qr/secure_token: malformed, /) x 2]

=== TEST 17: boundary shift: a secret that ends like a path, or a path without its slash, gains nothing
--- config
    location / {
        secure_token        azion;
        secure_token_secret a-secret-that-ends-in/dir;
        empty_gif;
    }
--- outcomes eval
[
    get(azion('/dir/a.gif', secret => 'a-secret-that-ends-in/dir'))                    => 200,
    get(azion('/dir/a.gif', secret => 'a-secret-that-ends-in', signs => '/dir/a.gif')) => 403,
    get(azion('/dir/dir/a.gif', secret => 'a-secret-that-ends-in'))                    => 403,
]

=== TEST 18: an expiry with a sign, a leading zero, eleven digits, a blank or letters is malformed, even signed
--- outcomes eval
[
    map {
        (my $sent = $_) =~ s/([+ \t\0\n])/sprintf '%%%02X', ord $1/ge;
        my $token = azion_token($SecureToken::SECRET, '/a.txt', $_);
        get("/a.txt?st=$token&e=$sent") => 403
    } '+' . later(), '-' . later(), '0' . later(), later() . '0', ' ' . later(), later() . ' ', later() . "\n",
      later() . "\0", later() . 'x', '0x7fffffff', '1e10', '99999999999', '18446744073709551615', '0', '-1',
      later() . '.0', 'never', "\t" . later(), '9' x 64, '9' x 65, '9' x 1000
]
--- logged eval
[(qr/secure_token: malformed, /) x 21]

=== TEST 19: an expiry in the year 2286 is the last one there is
--- outcomes eval
[get(azion('/a.txt', expires => 9999999999)) => 200, get(azion('/a.txt', expires => 10000000000)) => 403]

=== TEST 20: an expiry has ten digits: that of 2001 is expired, and one of fewer is none, though it was signed
--- outcomes eval
[get(azion('/a.txt', expires => 1000000000)) => 410, get(azion('/a.txt', expires => 999999999)) => 403, get(azion('/a.txt', expires => 1)) => 403]

=== TEST 21: other parameters may stand before, between and behind the token's, and are not signed
--- outcomes eval
[
    map { my $link = azion('/a.txt'); $link =~ s/(st=[^&]*)&(e=.*)/eval "qq{$_}"/e; get($link) => 200 }
        '$2&$1', 'x=1&$1&$2', '$1&x=1&$2', '$1&$2&x=1', '&&$1&&$2&&', 'x&$2&y=%zz&$1&z==', '$1&$2&?x', '$1&$2&x=/../'
]

=== TEST 22: length extension: a forged continuation of a signed link is stopped, its padding having a NUL
--- outcomes eval
[
    map {
        my ($path, $expires) = ('/a.txt', later());
        my $length  = length $SecureToken::SECRET . $path . $expires;
        my $padding = "\x80" . "\0" x ((55 - $length) % 64) . pack 'Q<', 8 * $length;
        my $longer  = "$path$expires$padding/../../secret.txt";
        get(azion(percent_encode($longer), signs => $longer)) => 400
    } 1
]
--- logged eval
[]

=== TEST 23: length extension: control bytes in a path are refused, even signed
--- outcomes eval
[
    map { my $path = "/a" . chr($_) . "b"; get(azion(percent_encode($path), signs => $path)) => $_ ? 403 : 400 }
        0x00, 0x01, 0x09, 0x0a, 0x0d, 0x1b, 0x1f, 0x7f
]
--- logged eval
[(qr/secure_token: malformed, /) x 7]

=== TEST 24: method: every one needs a token, and with one every one gets through
--- outcomes eval
[
    map { (request_of($_, azion('/a.txt')) => 200, request_of($_, '/a.txt') => 403,
           request_of($_, azion('/a.txt', expires => earlier())) => 410) }
        qw(GET POST PUT DELETE PATCH OPTIONS PROPFIND MKCOL BREW QUERY)
]

=== TEST 25: method: HEAD is as GET
--- outcomes eval
[request_of('HEAD', azion('/a.txt')) => 200, request_of('HEAD', '/a.txt') => 403]

=== TEST 26: path tricks: the path that is checked is the one that NGINX serves by
--- outcomes eval
[
    map { my ($sent, $served) = @$_; (get(azion($sent, signs => $served)) => 200, $sent eq $served ? () : (get(azion($sent)) => 403)) }
        ['/with%20space'                => '/with space'],
        ["/%C3%BC/%E2%82%AC.mp4"        => "/\xc3\xbc/\xe2\x82\xac.mp4"],
        ["/\xc3\xbc"                    => "/\xc3\xbc"],
        ["/not-utf8-%FF%FE"             => "/not-utf8-\xff\xfe"],
        ['/a+b'                         => '/a+b'],
        ['/a%2Bb'                       => '/a+b'],
        ['/a%2Fb'                       => '/a/b'],
        ['/%61.txt'                     => '/a.txt'],
        ['/a//b'                        => '/a/b'],
        ['//a'                          => '/a'],
        ['/a/./b'                       => '/a/b'],
        ['/a/../b'                      => '/b'],
        ['/a/%2e%2e/b'                  => '/b'],
        ['/a/%2E./b'                    => '/b'],
        ['/a/..%2Fb'                    => '/b'],
        ['/a/b/..'                      => '/a/'],
        ['/a;x=1'                       => '/a;x=1'],
        ['/a;/../b'                     => '/b'],
        ['/a%3Fst=1'                    => '/a?st=1'],
        ['/a%23b'                       => '/a#b'],
        ['/100%25'                      => '/100%'],
        ['/%2561'                       => '/%61'],
        ['/a\\b'                        => '/a\\b'],
        ['/a%5C..%5Cb'                  => '/a\\..\\b'],
        ['/...'                         => '/...'],
        ['/a/.../b'                     => '/a/.../b'],
        ['/"<>|{}^`'                    => '/"<>|{}^`'],
        ['/' . 'long/' x 1000           => '/' . 'long/' x 1000],
]

=== TEST 27: path tricks: a link for one file does not climb to another
--- outcomes eval
[
    map { get(azion($_, signs => '/free/a.txt')) => 403 }
        '/free/a.txt/../../paid/b.txt', '/free/../paid/a.txt', '/paid/..%2Ffree/../paid/b.txt', '/free/a.txt;b',
        '/free/a.txt%3F', '/free/a.txt%23', '/free/a.txt%2F', '/free/a.txt/.', '/free//../free/a.txt/..'
]

=== TEST 28: a path that leaves the root is no path
--- outcomes eval
[get(azion('/../a.txt', signs => '/a.txt')) => 400, get(azion('/%2e%2e/a.txt', signs => '/a.txt')) => 400]

=== TEST 29: a fragment, which no browser sends, is not part of the query
--- outcomes eval
[get(azion('/a.txt') . '#top') => 200, get('/a.txt#' . substr azion('/a.txt'), 6) => 403]

=== TEST 30: huge input: a query of a megabyte is read to its end
--- outcomes eval
[
    get(azion('/a.txt') . '&x=' . 'x' x 1_000_000)                                        => 200,
    (map { my $link = azion('/a.txt'); $link =~ s/\?/'?x=' . 'x' x 1_000_000 . '&'/e; get($link) => 200 } 1),
    get(azion('/a.txt') . '&x=1' x 200_000)                                               => 200,
    get(azion('/a.txt') . '&x=1' x 200_000 . '&st=x')                                     => 403,
    get(azion('/a.txt') . '&st=x' x 100_000)                                              => 403,
    get('/a.txt?' . '&' x 1_000_000)                                                      => 403,
    get('/a.txt?' . 'st' x 500_000)                                                       => 403,
]

=== TEST 31: huge input: a token or an expiry of a megabyte is malformed
--- outcomes eval
[
    get('/a.txt?st=' . 'A' x 1_000_000 . '&e=' . later())                                 => 403,
    get('/a.txt?st=' . '%41' x 300_000 . '&e=' . later())                                 => 403,
    get('/a.txt?st=' . '=' x 1_000_000 . '&e=' . later())                                 => 403,
    get('/a.txt?st=' . '%' x 1_000_000 . '&e=' . later())                                 => 403,
    get('/a.txt?st=' . 'A' x 22 . '&e=' . '1' x 1_000_000)                                => 403,
    get('/a.txt?st=' . 'A' x 22 . '&e=' . '%31' x 300_000)                                => 403,
]
--- logged eval
[(qr/secure_token: malformed, /) x 6]

=== TEST 32: requests in one connection are decided each on its own
--- pipelined_requests eval
[get(azion('/a.txt')), get('/a.txt'), get(azion('/b.txt')), get(azion('/b.txt', signs => '/a.txt')), get(azion('/a.txt'))]
--- error_code eval
[200, 403, 200, 403, 200]

=== TEST 33: a client of HTTP/1.0 is asked for a token like any other
--- outcomes eval
[get(azion('/a.txt') . ' HTTP/1.0') => 200, get('/a.txt HTTP/1.0') => 403]

=== TEST 34: a client of HTTP/1.0 that names no host gets in with a good link
--- raw_request eval
"GET " . azion('/a.txt') . " HTTP/1.0\r\n\r\n"
--- error_code: 200

=== TEST 35: a client of HTTP/1.0 that names no host does not get in without
--- raw_request eval
"GET /a.txt HTTP/1.0\r\n\r\n"
--- error_code: 403

=== TEST 36: a client of HTTP/0.9 gets in with a good link
--- raw_request eval
"GET " . azion('/a.txt') . "\r\n"
--- http09
--- response_body_like: ^origin: GET

=== TEST 37: a client of HTTP/0.9 does not get in without
--- raw_request eval
"GET /a.txt\r\n"
--- http09
--- response_body_like: 403 Forbidden
--- logged eval
[qr/secure_token: missing, /]

=== TEST 38: a whole URL in the request line is judged by its path
--- outcomes eval
[
    get('http://localhost' . azion('/a.txt'))                           => 200,
    get('http://example.com:8080' . azion('/a.txt'))                    => 200,
    get('http://localhost/a.txt')                                       => 403,
    get('http://localhost' . azion('/b.txt', signs => '/a.txt'))        => 403,
    get('http://localhost' . substr azion('/'), 1)                      => 200,
    get('http://localhost?' . substr azion('/a.txt'), 7)                => 403,
    get('http://localhost')                                             => 403,
]

=== TEST 39: client-driven switch: nothing that a client sends turns the check off
--- more_headers
X-Secure-Token: off
Secure-Token: off
Cookie: secure_token=off; st=off
X-Original-URL: /free
X-Rewrite-URL: /free
X-Accel-Redirect: /free
X-Forwarded-Uri: /free
X-HTTP-Method-Override: OPTIONS
--- outcomes eval
[
    map { get("/a.txt?$_") => 403 } 'token=off', 'secure_token=off', 'st=off', 'st=&e=', 'st=off&e=off', 'off', 'st=*&e=*',
        'st=null&e=null', 'st=true&e=9999999999', 'st[]=a&e[]=1', 'st[$ne]=x&e=9999999999', 'e=9999999999',
        'st=' . 'A' x 22 . '&e=9999999999', 'debug=1', 'dry_run=on'
]
