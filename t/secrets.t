# Where secrets come from: the configuration, files, variables; several of them and their names.

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

=== TEST 1: the secret that fitted is known by its id, or else by its position
--- config
    location / {
        secure_token        azion;
        secure_token_secret secret-number-one-of-four;
        secure_token_secret secret-number-two-of-four   id=2027-may;
        secure_token_secret secret-number-three-of-four;
        secure_token_secret secret-number-four-of-four  id=old;
        add_header X-Key "<$secure_token_key>" always;
        empty_gif;
    }
--- request eval
[(map { get(azion('/a.gif', secret => "secret-number-$_-of-four")) } qw(one two three four five)),
 get(azion('/a.gif', secret => 'secret-number-two-of-four', expires => earlier()))]
--- error_code eval
[200, 200, 200, 200, 403, 410]
--- response_headers eval
['X-Key: <1>', 'X-Key: <2027-may>', 'X-Key: <3>', 'X-Key: <old>', 'X-Key: <>', 'X-Key: <2027-may>']

=== TEST 2: a secret may have quotes, blanks, semicolons and a hash
--- config
    location / {
        secure_token        azion;
        secure_token_secret 'a "secret"; #with {odd} \'characters\' \\ and more';
        empty_gif;
    }
--- outcomes eval
[get(azion('/a.gif', secret => q{a "secret"; #with {odd} 'characters' \\ and more})) => 200, get(azion('/a.gif')) => 403]

=== TEST 3: a secret may be longer than a block of the digest
--- config eval
"location / { secure_token azion; secure_token_secret " . 'long-' x 500 . "; empty_gif; }"
--- outcomes eval
[get(azion('/a.gif', secret => 'long-' x 500)) => 200, get(azion('/a.gif', secret => 'long-' x 499)) => 403]

=== TEST 4: huge input: of two thousand secrets each is tried
--- config eval
"location / { secure_token azion; " . CORE::join('', map { "secure_token_secret secret-number-$_-of-2000;" } 1 .. 2000) . ' empty_gif; }'
--- outcomes eval
[map { get(azion('/a.gif', secret => "secret-number-$_-of-2000")) => $_ > 2000 ? 403 : 200 } 1, 1000, 2000, 2001]

=== TEST 5: several tenants by map, each with its own secret
--- http_config
    map $http_host $tenant_secret {
        one.example   secret-of-tenant-one;
        two.example   secret-of-tenant-two;
        empty.example "";
    }
--- config
    location / {
        secure_token        azion;
        secure_token_secret $tenant_secret id=tenant;
        add_header X-Verdict "<$secure_token_reason> <$secure_token_key>" always;
        empty_gif;
    }
--- more_headers eval
[map { "Host: $_.example" } qw(one two one two empty none)]
--- request eval
[(map { get(azion('/a.gif', secret => "secret-of-tenant-$_")) } qw(one two two one)), (get(azion('/a.gif', secret => ''))) x 2]
--- error_code eval
[200, 200, 403, 403, 403, 403]
--- response_headers eval
[('X-Verdict: <> <tenant>') x 2, ('X-Verdict: <signature> <>') x 2, ('X-Verdict: <no_secret> <>') x 2]
--- logged eval
[(qr/secure_token: signature, /) x 2, (qr/secure_token: no_secret, /) x 2]

=== TEST 6: a variable's name may be written in capitals and in braces
--- http_config
    map $host $Tenant_Secret { default secret-of-every-tenant; }
--- config
    location / {
        secure_token        azion;
        secure_token_secret ${Tenant_Secret};
        empty_gif;
    }
--- outcomes eval
[get(azion('/a.gif', secret => 'secret-of-every-tenant')) => 200]

=== TEST 7: a secret may be put together from text and variables
--- config
    location ~ ^/(?<tenant>\w+)/ {
        set $own of-this-location;
        secure_token        gcore;
        secure_token_secret "secret-of-${tenant}-$own";
        empty_gif;
    }
--- outcomes eval
[
    get(gcore('/one/a.gif', secret => 'secret-of-one-of-this-location')) => 200,
    get(gcore('/two/a.gif', secret => 'secret-of-two-of-this-location')) => 200,
    get(gcore('/two/a.gif', secret => 'secret-of-one-of-this-location')) => 403,
]

=== TEST 8: client-driven switch: a secret that comes out empty is skipped and never opens
--- config
    location / {
        secure_token        azion;
        secure_token_secret $arg_none;
        secure_token_secret the-second-secret-of-all;
        secure_token_secret $arg_none2;
        empty_gif;
    }
--- outcomes eval
[
    get(azion('/a.gif', secret => 'the-second-secret-of-all')) => 200,
    get(azion('/a.gif', secret => ''))                         => 403,
]
--- logged eval
[qr/secure_token: signature, /]

=== TEST 9: a secret in a file, with and without its newline, relative to the configuration and absolute
--- user_files eval
[
    ["$ENV{TEST_NGINX_CONF_DIR}/plain.key",   'the-secret-in-the-file'],
    ["$ENV{TEST_NGINX_CONF_DIR}/newline.key", "the-secret-in-the-file\n"],
    ["$ENV{TEST_NGINX_CONF_DIR}/crlf.key",    "the-secret-in-the-file\r\n"],
]
--- config
    location /plain/   { secure_token azion; secure_token_secret_file plain.key; empty_gif; }
    location /newline/ { secure_token azion; secure_token_secret_file newline.key; empty_gif; }
    location /crlf/    { secure_token azion; secure_token_secret_file $TEST_NGINX_CONF_DIR/crlf.key; empty_gif; }
--- outcomes eval
[map { (get(azion($_, secret => 'the-secret-in-the-file')) => 200, get(azion($_, secret => "the-secret-in-the-file\n")) => 403) }
    '/plain/a.gif', '/newline/a.gif', '/crlf/a.gif']

=== TEST 10: everything in a file but its last newline is the secret: blanks, other lines, any byte
--- user_files eval
[["$ENV{TEST_NGINX_CONF_DIR}/odd.key", " two lines\n\tand any \xff\x00 byte \$host; \n\n"]]
--- config
    location / { secure_token azion; secure_token_secret_file odd.key; empty_gif; }
--- outcomes eval
[
    get(azion('/a.gif', secret => " two lines\n\tand any \xff\x00 byte \$host; \n")) => 200,
    get(azion('/a.gif', secret => " two lines\n\tand any \xff\x00 byte \$host; "))   => 403,
]

=== TEST 11: files and words may be mixed, and their order counts
--- user_files eval
[["$ENV{TEST_NGINX_CONF_DIR}/one.key", "the-secret-in-the-file\n"]]
--- config
    location / {
        secure_token             azion;
        secure_token_secret      the-secret-in-the-conf;
        secure_token_secret_file one.key;
        secure_token_secret      the-secret-in-the-conf-again id=again;
        add_header X-Key $secure_token_key;
        empty_gif;
    }
--- request eval
[map { get(azion('/a.gif', secret => "the-secret-in-the-$_")) } qw(conf file conf-again)]
--- error_code eval
[200, 200, 200]
--- response_headers eval
['X-Key: 1', 'X-Key: 2', 'X-Key: again']

=== TEST 12: a secret of UTF-8 text is its bytes
--- config eval
"location / { secure_token azion; secure_token_secret 'schl\xc3\xbcssel-mit-umlaut'; empty_gif; }"
--- outcomes eval
[get(azion('/a.gif', secret => "schl\xc3\xbcssel-mit-umlaut")) => 200, get(azion('/a.gif', secret => "schl\xfcssel-mit-umlaut")) => 403]
