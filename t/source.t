# Where the token is looked for, and what its parameters are called.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::Nginx::Socket;
use SecureToken;
use SecureToken::Socket;

plan 'no_plan';

$SecureToken::Socket::Config = <<'CONF';
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    proxy_pass_request_headers off;

    location /cookie/ {
        secure_token_source $cookie_token;
        proxy_pass $TEST_NGINX_ORIGIN;
    }
    location /header/ {
        secure_token_source $http_x_token;
        proxy_pass $TEST_NGINX_ORIGIN;
    }
    location /two-cookies/ {
        secure_token_source "st=$cookie_st&e=$cookie_e";
        proxy_pass $TEST_NGINX_ORIGIN;
    }
    location /any/ {
        secure_token_source args $cookie_token $http_x_token;
        proxy_pass $TEST_NGINX_ORIGIN;
    }
    location /cookie-first/ {
        secure_token_source $cookie_token args;
        proxy_pass $TEST_NGINX_ORIGIN;
    }
    location /renamed/ {
        secure_token_param token=sig expires=until;
        proxy_pass $TEST_NGINX_ORIGIN;
    }
    location /half-renamed/ {
        secure_token_param token=e-token;
        proxy_pass $TEST_NGINX_ORIGIN;
    }
    location /swapped/ {
        secure_token_param token=e expires=st;
        proxy_pass $TEST_NGINX_ORIGIN;
    }
CONF
$SecureToken::Socket::HttpConfig = <<'CONF';
    large_client_header_buffers 4 4m;
CONF

# The query of a link, alone.
sub SecureToken::query { my $link = SecureToken::azion(@_); $link =~ s/.*\?//; $link }

# A text with the token and the expiry of a link put in.
sub SecureToken::filled {
    my ($path, $text) = @_;
    my ($token, $expires) = SecureToken::query($path) =~ /st=(.*)&e=(.*)/;
    $text =~ s/TOKEN/$token/g;
    $text =~ s/EXPIRY/$expires/g;
    return $text;
}

run_tests();

__DATA__

=== TEST 1: a token in a cookie opens, and one in the query does not where only the cookie counts
--- more_headers eval
['Cookie: token=' . SecureToken::query('/cookie/a'), '', 'Cookie: a=b; token=' . SecureToken::query('/cookie/a') . '; c=d',
 'Cookie: token=' . SecureToken::query('/cookie/b'), 'Cookie: token=', 'Cookie: nekot=' . SecureToken::query('/cookie/a')]
--- outcomes eval
[get('/cookie/a') => 200, get(azion('/cookie/a')) => 403, get('/cookie/a') => 200, get('/cookie/a') => 403, get('/cookie/a') => 403, get('/cookie/a') => 403]

=== TEST 2: a token in a header opens
--- more_headers eval
['X-Token: ' . SecureToken::query('/header/a'), '', 'x-token: ' . SecureToken::query('/header/a'), 'X-Token: ' . SecureToken::query('/header/b'),
 'X-Token: Bearer ' . SecureToken::query('/header/a'), 'X-Token:', 'X-Token: ?' . SecureToken::query('/header/a')]
--- outcomes eval
[get('/header/a') => 200, get(azion('/header/a')) => 403, get('/header/a') => 200, (get('/header/a') => 403) x 4]

=== TEST 3: token and expiry may stand in a cookie each
--- more_headers eval
[map { SecureToken::filled('/two-cookies/a', "Cookie: $_") }
    'st=TOKEN; e=EXPIRY', 'e=EXPIRY; st=TOKEN', 'st=TOKEN', 'e=EXPIRY', 'st=TOKEN; e=9999999999', 'st=; e=EXPIRY']
--- outcomes eval
[(get('/two-cookies/a') => 200) x 2, (get('/two-cookies/a') => 403) x 4]
--- logged eval
[map { qr/secure_token: $_, / } qw(malformed missing signature missing)]

=== TEST 4: duplicate parameters: a cookie does not smuggle another parameter into a source put together
--- more_headers eval
[map { SecureToken::filled('/two-cookies/a', "Cookie: $_") }
    'st=TOKEN&e=EXPIRY', 'st=TOKEN&e=EXPIRY; e=1', 'st=x&st=TOKEN; e=EXPIRY', 'st=TOKEN; e=EXPIRY&e=9999999999', 'st=&st=TOKEN; e=EXPIRY']
--- outcomes eval
[(get('/two-cookies/a') => 403) x 5]
--- logged eval
[(qr/secure_token: duplicate, /) x 5]

=== TEST 5: the first source that holds a token decides, be it good or bad
--- more_headers eval
my $good = SecureToken::query('/any/a');
my $bad  = SecureToken::query('/any/b');
["Cookie: token=$good", "X-Token: $good", "Cookie: token=$bad\nX-Token: $good", "Cookie: token=$bad", "Cookie: token=$good", "Cookie: token=$good", "Cookie: token=x=1\nX-Token: $good", ""]
--- outcomes eval
[
    get('/any/a')                          => 200,
    get('/any/a')                          => 200,
    get('/any/a')                          => 403,
    get(azion('/any/a'))                   => 200,
    get(azion('/any/a', signs => '/x'))    => 403,
    get('/any/a?st=&e=1')                  => 200,
    get('/any/a')                          => 200,
    get('/any/a')                          => 403,
]

=== TEST 6: the order of the sources is that of the configuration
--- more_headers eval
['Cookie: token=' . SecureToken::query('/x'), 'Cookie: token=' . SecureToken::query('/cookie-first/a'), '']
--- outcomes eval
[get(azion('/cookie-first/a')) => 403, get(azion('/cookie-first/a', signs => '/x')) => 200, get(azion('/cookie-first/a')) => 200]

=== TEST 7: a token is not put together from two sources
--- more_headers eval
[map { SecureToken::filled('/any/a', "Cookie: token=$_") } 'st=TOKEN', 'e=EXPIRY']
--- request eval
[map { SecureToken::filled('/any/a', "GET /any/a?$_") } 'e=EXPIRY', 'st=TOKEN']
--- error_code eval
[403, 403]

=== TEST 8: huge input: a cookie and a header of a megabyte are looked through
--- more_headers eval
my $cookie = SecureToken::query('/cookie/a');
my $header = SecureToken::query('/header/a');
['Cookie: token=' . 'x=1&' x 250_000 . $cookie, 'Cookie: token=st=' . 'A' x 1_000_000, 'Cookie: ' . 'a=b; ' x 200_000 . "token=$cookie",
 'X-Token: ' . '&' x 1_000_000 . $header, 'X-Token: st=' . '%' x 1_000_000]
--- outcomes eval
[get('/cookie/a') => 200, get('/cookie/a') => 403, get('/cookie/a') => 200, get('/header/a') => 200, get('/header/a') => 403]

=== TEST 9: parameters can be renamed, and then answer to no other name
--- outcomes eval
[
    get(azion('/renamed/a', token => 'sig', e => 'until'))      => 200,
    get(azion('/renamed/a'))                                    => 403,
    get(azion('/renamed/a', token => 'sig'))                    => 403,
    get(azion('/renamed/a', e => 'until'))                      => 403,
    get(azion('/renamed/a', token => 'sig', e => 'until') . '&st=x&e=y') => 200,
    get(azion('/renamed/a', token => 'sig', e => 'until') . '&sig=x')    => 403,
]

=== TEST 10: one of the two can be renamed, also to what begins like the other, or both exchanged
--- outcomes eval
[
    get(azion('/half-renamed/a', token => 'e-token'))  => 200,
    get(azion('/half-renamed/a'))                      => 403,
    get(azion('/swapped/a', token => 'e', e => 'st'))  => 200,
    get(azion('/swapped/a'))                           => 403,
]

=== TEST 11: a query that is written into the path, or an encoded question mark, is no query
--- outcomes eval
[map { my $l = azion('/a'); $l =~ s/\?/$_/; get($l) => 403 } '%3F', '&', ';', '/?/?x']
--- config
    location / {
        secure_token        azion;
        secure_token_secret a-secret-for-tests;
        empty_gif;
    }
