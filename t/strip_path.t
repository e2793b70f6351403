# secure_token_strip: the path that an upstream gets to see. Without a token to take out NGINX hands on
# the client's own spelling; with one, the path as it understood it, encoded anew.

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
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    secure_token_strip  on;
    location / { proxy_pass $TEST_NGINX_ORIGIN; }
    location /as-sent/ { secure_token_strip off; proxy_pass $TEST_NGINX_ORIGIN; }
    location /ectoken/ { secure_token ectoken; proxy_pass $TEST_NGINX_ORIGIN; }
    location /moved/ { proxy_pass $TEST_NGINX_ORIGIN/to/; }
    location /cookie/ { secure_token_source $cookie_link; proxy_pass $TEST_NGINX_ORIGIN; }
CONF
$SecureToken::Socket::HttpConfig = '';

# Each spelling of a path, what NGINX takes it for, and how it is written anew.
sub SecureToken::spellings {
    my ($dir) = @_;
    my @all = (
        ['a b',        'a%20b'   => 'a%20b'],
        ['a+b',        'a+b'     => 'a+b'],
        ['a+b',        'a%2Bb'   => 'a+b'],
        ['~user',      '%7Euser' => '~user'],
        ['a/b',        'a%2Fb'   => 'a/b'],
        ['a/b',        'a//b'    => 'a/b'],
        ['a/b',        'a/./b'   => 'a/b'],
        ['b',          'a/../b'  => 'b'],
        ['b',          'a/%2e%2e/b' => 'b'],
        ['b/',         'a/../b/' => 'b/'],
        ['100%',       '100%25'  => '100%25'],
        ['%41',        '%2541'   => '%2541'],
        ['a?b=1',      'a%3Fb=1' => 'a%3Fb=1'],
        ['a#b',        'a%23b'   => 'a%23b'],
        ['a;b=1',      'a;b=1'   => 'a;b=1'],
        ['a;b&c:d@e',  'a%3Bb%26c%3Ad%40e' => 'a;b&c:d@e'],
        ["\xc3\xbc",   '%C3%BC'  => '%C3%BC'],
        ["\xc3\xbc",   '%c3%bc'  => '%C3%BC'],
        ["\xc3\xbc",   "\xc3\xbc" => "\xc3\xbc"],
        ["\xc3\xbc \xe2\x82\xac", "\xc3\xbc%20\xe2\x82\xac" => '%C3%BC%20%E2%82%AC'],
        ["\xff",       '%ff'     => '%FF'],
        ['a"<>|b',     'a%22%3C%3E%7Cb' => 'a%22%3C%3E%7Cb'],
        ["a'(b)!*,",   "a%27%28b%29%21%2A%2C" => "a'(b)!*,"],
        ['a=b',        'a%3Db'   => 'a=b'],
    );
    return map { my ($path, $sent, $seen) = @$_; ["$dir$path", "$dir$sent", "$dir$seen"] } @all;
}

run_tests();

__DATA__

=== TEST 1: the upstream sees the decoded path, encoded anew
--- forwarded eval
[map { get(azion($_->[1], signs => $_->[0])) => $_->[2] } SecureToken::spellings('/')]

=== TEST 2: whatever else is in the query
--- forwarded eval
[map { get(azion($_->[1], signs => $_->[0]) . '&b=%7E%2F//') => "$_->[2]?b=%7E%2F//" } SecureToken::spellings('/')]

=== TEST 3: an ectoken makes no difference
--- forwarded eval
[map { get(ectoken($_->[1], 'ec_url_allow=/ectoken/') . '&b=1') => "$_->[2]?b=1" } SecureToken::spellings('/ectoken/')]

=== TEST 4: where nothing is taken out it is the client's spelling
--- forwarded eval
[
    (map { my $link = azion($_->[1], signs => $_->[0]); get($link) => $link } SecureToken::spellings('/as-sent/')),
    (map { ["GET $_->[1]?b=1", 'Cookie: link=' . azion('', signs => $_->[0]) =~ s/.*\?//r] => "$_->[1]?b=1" } SecureToken::spellings('/cookie/')),
]

=== TEST 5: under a proxy_pass with a path of its own NGINX encodes anew in either case
--- forwarded eval
[map { get(azion($_->[1], signs => $_->[0]) . '&b=1') => "/to" . ($_->[2] =~ s{^/moved}{}r) . '?b=1' } SecureToken::spellings('/moved/')]

=== TEST 6: two slashes stay two where they are not merged
--- http_config
    merge_slashes off;
--- forwarded eval
[get(azion('/a//b') . '&b=1') => '/a//b?b=1', get(azion('//a%20b//', signs => '//a b//')) => '//a%20b//']

=== TEST 7: a line break in a path, that an ectoken may open, does not begin a line at the upstream
--- forwarded eval
[map { get(ectoken("/ectoken/$_", 'ec_url_allow=/ectoken/') . '&b=1') => "/ectoken/$_?b=1" } 'a%0D%0AX-Evil:%20yes', 'a%0A', 'a%7F%01', 'a%20HTTP/1.1%0D%0A%0D%0A']

=== TEST 8: an absolute URI and one without a path arrive as paths
--- forwarded eval
[
    get('http://localhost' . azion('/a%20b', signs => '/a b') . '&b=1') => '/a%20b?b=1',
    get('http://localhost' . substr azion('/') . '&b=1', 1)             => '/?b=1',
]
