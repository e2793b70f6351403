# secure_token_strip: what stays of the query, byte for byte, and what the variables say then.

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

    location /ectoken/ { secure_token ectoken; proxy_pass $TEST_NGINX_ORIGIN; }
    location /gcore/   { secure_token gcore;   proxy_pass $TEST_NGINX_ORIGIN; }
    location /         { proxy_pass $TEST_NGINX_ORIGIN; }
CONF
$SecureToken::Socket::HttpConfig = <<'CONF';
    large_client_header_buffers 4 64k;
CONF

# A query with the token left out, as it is after it was taken out.
sub SecureToken::rest { join '&', grep { !/^\{/ } split /&/, $_[0], -1 }

run_tests();

__DATA__

=== TEST 1: the token's parameters may stand anywhere, and the others keep their order
--- forwarded eval
[map { get(placed(azion('/a'), $_)) => '/a?' . SecureToken::rest($_) }
    '{1}&{2}&b=2&a=1', 'b=2&{2}&{1}&a=1', 'b=2&a=1&{1}&{2}', '{1}&b=2&a=1&{2}', '{2}&b=2&{1}&a=1', 'b=2&{1}&a=1&{2}&c=3&b=4']

=== TEST 2: every byte of the others is as it was sent
--- forwarded eval
[map { my $query = "{1}&$_&{2}"; get(placed(azion('/a'), $query)) => "/a?$_" }
    'b=%20', 'b=+', 'b=%2B%2b', 'b=%zz%', 'b=%C3%BC', "b=\xc3\xbc\xff", 'b=1;c=2', 'b=/../x//y', 'b=a?b', 'b=a=b==', 'b', 'b=', '=b', '=', 'b=1&b=2&b=1', 'b[]=1&b[]=2',
    'b="<>\\^`{|}\'', 'url=http://x/?st%3D1%26e=2', '%26=1', "b=\$args\$uri", 'b=,*~!@()'
]

=== TEST 3: empty pieces stay too
--- forwarded eval
[map { get(placed(azion('/a'), $_)) => '/a?' . SecureToken::rest($_) }
    '{1}&{2}&&', '&&{1}&&b=1&&{2}&&', '&{1}&{2}&b', '{1}&&{2}&b=1&']

=== TEST 4: names that only look like the token's stay: another case, encoded, longer, shorter, values
--- forwarded eval
[map { get(placed(azion('/a'), "$_&{1}&{2}")) => "/a?$_" }
    'ST=1', 'St=1&E=2', '%73t=1', 's%74=1&%65=2', 'stx=1&xst=2', 'ee=1&e2=2', 's=1&t=2', 'b=st=1', 'b=e', 'st+=1', '+e=1', 'st;=1', 'md5=1&expires=2', 'e.x=1&e[]=2']

=== TEST 5: of gcore too, where the names of azion are nobody's
--- forwarded eval
[map { get(placed(gcore('/gcore/a'), "$_&{1}&{2}")) => "/gcore/a?$_" } 'st=1&e=2', 'MD5=1&expire=2', 'md5sum=1&expires_at=2']

=== TEST 6: an ectoken goes with all its copies, and nothing else
--- forwarded eval
my $link = ectoken('/ectoken/a', 'ec_expire=0&ec_url_allow=/ectoken/');
my ($token) = $link =~ /\?(.*)/;
[
    map({ get("$link&$_") => "/ectoken/a?$_" } 'b=%20+', '&', '&&b&', "token=$token&ec_expire=1", 'st=1&e=2', 'b=2&a=1&b=2'),
    get("$link&")            => '/ectoken/a',
    get("$link&$token")      => '/ectoken/a',
    get("$link&b=1&$token=&c") => '/ectoken/a?b=1&c',
    get("/ectoken/a?b=1&$token") => 403,
]

=== TEST 7: an ectoken goes with its padding and percent-encoded as well
--- forwarded eval
my ($two, $one) = map { ectoken('/ectoken/a', 'a=' . 'x' x $_) } 1, 2;
my $sealed = sub { length($_[0] =~ s/.*\?//r) % 4 };
my ($padded) = map { $_ . '=' x (4 - $sealed->($_)) } grep { $sealed->($_) } $two, $one;
[
    get("$padded&b=1")                    => '/ectoken/a?b=1',
    get($padded =~ s/=/%3D/gr . '&b=1')   => '/ectoken/a?b=1',
    get($one =~ s/\?(.)/sprintf '?%%%02x', ord $1/er . '&b=1') => '/ectoken/a?b=1',
]

=== TEST 8: where nothing is left the question mark goes too
--- forwarded eval
[get(azion('/a')) => '/a', get(azion('/a') . '&') => '/a', get(azion('/a') . '&&') => '/a?&', get(ectoken('/ectoken/a', 'a=1')) => '/ectoken/a']

=== TEST 9: a long query is no trouble
--- forwarded eval
[map { get(placed(azion('/a'), "$_&{1}&{2}")) => "/a?$_" } 'b=' . 'x' x 30000, CORE::join "&", map { "b$_=%20" } 1 .. 3000]

=== TEST 10: a fragment that a client sends after all ends the query
--- forwarded eval
[get(placed(azion('/a'), 'b=1&{1}&{2}#st=1')) => '/a?b=1', get(placed(azion('/a'), '{1}&{2}&b=1#') . 'x?y') => '/a?b=1']

=== TEST 11: $args, $query_string, $is_args and $arg_st tell what is left, $request_uri what was sent
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    secure_token_strip  on;
    location / {
        add_header X-Query "<$args> <$query_string> <$is_args> <$arg_st> <$secure_token_args> $request_uri" always;
        empty_gif;
    }
--- request eval
[get($::one = azion('/a') . '&x=%20'), get($::two = azion('/b')), get('/c?st=1&x=2')]
--- error_code eval
[200, 200, 403]
--- response_headers eval
["X-Query: <x=%20> <x=%20> <?> <> <x=%20> $::one", "X-Query: <> <> <> <> <> $::two", 'X-Query: <st=1&x=2> <st=1&x=2> <?> <1> <x=2> /c?st=1&x=2']

=== TEST 12: the other variables say the same as without it, before and after
--- config
    secure_token        ectoken;
    secure_token_secret a-secret-for-tests id=main;
    secure_token_strip  on;
    location / {
        set $before "$secure_token_status $args";
        add_header X-Before $before;
        add_header X-After "$secure_token_status <$secure_token_reason> $secure_token_expires $secure_token_key <$secure_token_args> <$args>";
        empty_gif;
    }
--- request eval
[get($::link = ectoken('/a', 'ec_expire=4102444800') . '&x=1')]
--- response_headers eval
'X-Before: PASSED ' . $::link =~ s/.*\?//r . "\nX-After: PASSED <> 4102444800 main <x=1> <x=1>"

=== TEST 13: asked for by name, once the query has no token any more, they still say what was decided
--- config
    secure_token        azion;
    secure_token_secret a-secret-for-tests;
    secure_token_strip  on;
    location / { ssi on; ssi_types *; try_files /page.txt =404; }
--- user_files
>>> page.txt
<!--# echo var="secure_token_status" --> <!--# echo var="QUERY_STRING" --> <!--# echo var="secure_token_args" -->
--- request eval
get(azion('/a') . '&x=1')
--- response_body
PASSED x=1 x=1
