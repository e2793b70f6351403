# The scheme ectoken: paths, addresses, protocols, claims that do nothing and those that nobody knows.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::Nginx::Socket;
use SecureToken;
use SecureToken::Socket;

plan 'no_plan';

$SecureToken::Socket::Config = <<'CONF';
    set_real_ip_from         127.0.0.1;
    real_ip_header           X-Forwarded-For;

    secure_token             ectoken;
    secure_token_secret      a-secret-for-tests;
    add_header               X-Reason "<$secure_token_reason>" always;

    location / {
        proxy_pass           $TEST_NGINX_ORIGIN;
    }
    location /case/ {
        secure_token_ignore_case on;
        proxy_pass           $TEST_NGINX_ORIGIN;
    }
    location /header/ {
        secure_token_client_ip $http_x_client;
        proxy_pass           $TEST_NGINX_ORIGIN;
    }
    location /off/ {
        secure_token_client_ip off;
        proxy_pass           $TEST_NGINX_ORIGIN;
    }
    location ~ ^/fixed(?<file>/.*) {
        secure_token_uri     $file;
        proxy_pass           $TEST_NGINX_ORIGIN;
    }
CONF

run_tests();

__DATA__

=== TEST 1: ec_url_allow is the beginning of the path, and no more than that
--- reasons eval
[
    (map { get(ectoken($_, 'ec_url_allow=/pictures'))  => '' }    '/pictures', '/pictures.png', '/pictures/city/x.png', '/picturesnew/x.png'),
    (map { get(ectoken($_, 'ec_url_allow=/pictures'))  => 'url' } '/', '/picture', '/movies/pictures', '/Pictures/x.png'),
    (map { get(ectoken($_, 'ec_url_allow=/pictures/')) => '' }    '/pictures/', '/pictures/x.png', '/pictures/city/x.png'),
    (map { get(ectoken($_, 'ec_url_allow=/pictures/')) => 'url' } '/pictures', '/pictures.png', '/picturesnew/x.png'),
    (map { get(ectoken($_, 'ec_url_allow=/'))          => '' }    '/', '/any/where'),
    get(ectoken('/pictures/x.png', 'ec_url_allow=/pictures/x.png?x=1') . '&x=1') => 'url',
]

=== TEST 2: ec_url_allow may name several beginnings, with blanks around them
--- reasons eval
[
    (map { get(ectoken('/movies/x', "ec_url_allow=$_")) => '' } '/pictures,/movies', '/movies,/pictures', '/pictures, /movies/ ', " /movies/x ,", ",/movies", "/a,\t/movies", '/a,,/movies,,'),
    (map { get(ectoken('/movies/x', "ec_url_allow=$_")) => 'url' } '/pictures,/music', '/movies/y,', '/pictures /movies', '/pictures;/movies', '/pictures%2C/movies', '/movies/*'),
    (map { get(ectoken('/movies/x', "ec_url_allow$_")) => 'malformed' } '', '=', '= ', '=,', '=movies', '=/movies,pictures', '=http://localhost/movies/', '=*', '=.'),
]

=== TEST 3: path tricks: it is the path that NGINX serves that has to begin so
--- reasons eval
[
    (map { get(ectoken($_, 'ec_url_allow=/open/')) => '' } '/open/x', '/open/%78', '//open//x', '/./open/x', '/closed/../open/x', '/%6fpen/x', '/open%2Fx', 'http://localhost/open/x'),
    (map { get(ectoken($_, 'ec_url_allow=/open/')) => 'url' } '/open/../closed/x', '/open/%2e%2e/closed/x', '/open/..%2fclosed/x', '/open/x/../../closed', '/OPEN/x',
        '/closed/open/x', '/closed/%2e%2e%2fclosed/open/x', '/open', 'http://open/x', '/open%252f..%252fx'),
]

=== TEST 4: claims are raw: a path with blanks, escapes or UTF-8 is signed decoded
--- reasons eval
[
    (map { get(ectoken(percent_encode($_), "ec_url_allow=$_")) => '' } '/a b/c', "/\xc3\xbc/x", '/100%/x', '/a=b', '/a+b', '/a?b', '/a#b'),
    get(ectoken('/a%20b', 'ec_url_allow=/a%20b'))                         => 'url',
    get(ectoken('/a%2520b', 'ec_url_allow=/a%20b'))                       => '',
    get(ectoken('/a+b', 'ec_url_allow=/a b'))                             => 'url',
]

=== TEST 5: case counts in ec_url_allow unless it is ignored
--- reasons eval
[
    get(ectoken('/case/Film/X.mp4', 'ec_url_allow=/case/film/'))          => '',
    get(ectoken('/case/film/x.mp4', 'ec_url_allow=/CASE/Film/'))          => '',
    get(ectoken('/case/films', 'ec_url_allow=/CASE/Film/'))               => 'url',
    get(ectoken("/case/\xc3\x9c", "ec_url_allow=/case/\xc3\xbc"))         => 'url',
    get(ectoken('/Film/x.mp4', 'ec_url_allow=/film/'))                    => 'url',
]

=== TEST 6: the path that a configuration names is the one that counts
--- reasons eval
[
    get(ectoken('/fixed/film/1.ts', 'ec_url_allow=/film/'))               => '',
    get(ectoken('/fixed/film/1.ts', 'ec_url_allow=/fixed/film/'))         => 'url',
    get(ectoken('/fixed/film/1.ts', 'x=1'))                               => '',
]

=== TEST 7: ec_clientip lists addresses and networks, bits behind a prefix do not count
--- reasons eval
[
    map {
        my ($list, $fits, @others) = @$_;
        ((map { [get(ectoken('/a', "ec_clientip=$list")), "X-Forwarded-For: $_"] => '' } CORE::split / /, $fits),
         (map { [get(ectoken('/a', "ec_clientip=$list")), "X-Forwarded-For: $_"] => 'client_ip' } @others))
    }
        ['192.0.2.7',                    '192.0.2.7 ::ffff:192.0.2.7',        '192.0.2.8', '192.0.2.70', '2001:db8::7'],
        ['::ffff:192.0.2.7',             '192.0.2.7 ::ffff:192.0.2.7',        '192.0.2.8', '::192.0.2.7'],
        ['11.22.33.0/22',                '11.22.32.0 11.22.33.9 11.22.35.255', '11.22.36.1', '11.22.31.255'],
        ['192.0.2.7/32',                 '192.0.2.7',                         '192.0.2.6', '192.0.2.8'],
        ['192.0.2.0/25, 198.51.100.7',   '192.0.2.127 198.51.100.7',          '192.0.2.128', '198.51.100.8'],
        ['0.0.0.0/0',                    '192.0.2.7 255.255.255.255',         '2001:db8::7', '::192.0.2.7'],
        ['2001:db8::7',                  '2001:db8::7 2001:0DB8:0:0::0007',   '2001:db8::8', '192.0.2.7'],
        ['2001:db8:0:ff::/47',           '2001:db8::1 2001:db8:1:ffff::',     '2001:db8:2::', '2001:db7:ffff::'],
        ['2001:db8::7/128 ,192.0.2.7,',  '2001:db8::7 192.0.2.7',             '2001:db8::6'],
        ['::/0',                         '2001:db8::7 8000:: ::'],
        ['::/1',                         '2001:db8::7',                       '8000::'],
        ['::ffff:192.0.2.0/120',         '192.0.2.200',                       '192.0.3.0'],
]

=== TEST 8: ec_clientip with something that is neither address nor network is malformed, wherever it stands
--- reasons eval
[
    map { get(ectoken('/a', "ec_clientip$_")) => 'malformed' } '', '=', '=,', '=localhost', '=127.0.0', '=127.0.0.1/33', '=127.0.0.1/', '=127.0.0.1/-1', '=127.0.0.1/+8', '=127.0.0.1/8/8',
        '=127.0.0.1/255.0.0.0', '=127.0.0.01', '=127.0.0.1:80', '=127.0.0.1-9', '=127.0.0.*', '=127.0.0.1 127.0.0.2', '=::1/129', '=[::1]', '=fe80::1%eth0', '=2130706433', '=0x7f.0.0.1', '=127.0.0.1,x',
        '=x,127.0.0.1', '=unix:', '=127.0.0.1/0008'
]

=== TEST 9: the address is the client's unless the configuration names another or none
--- reasons eval
[
    get(ectoken('/a', 'ec_clientip=127.0.0.1'))                                                    => '',
    [get(ectoken('/header/a', 'ec_clientip=192.0.2.7')), 'X-Client: 192.0.2.7']                    => '',
    [get(ectoken('/header/a', 'ec_clientip=192.0.2.7')), 'X-Client: ::FFFF:C000:0207']             => '',
    [get(ectoken('/header/a', 'ec_clientip=127.0.0.1')), 'X-Client: 192.0.2.7']                    => 'client_ip',
    (map { [get(ectoken('/header/a', 'ec_clientip=0.0.0.0/0,::/0')), "X-Client: $_"] => 'client_ip' } '', 'x', '192.0.2.7:80', '[2001:db8::7]', '192.0.2.7, 127.0.0.1', '192.0.2', "\x7f\x01\x01\x01"),
    get(ectoken('/header/a', 'ec_clientip=0.0.0.0/0,::/0'))                                        => 'client_ip',
    get(ectoken('/off/a', 'ec_clientip=127.0.0.1'))                                                => 'client_ip',
    get(ectoken('/off/a', 'ec_clientip=0.0.0.0/0,::/0'))                                           => 'client_ip',
    get(ectoken('/off/a', 'ec_url_allow=/off/'))                                                   => '',
]

=== TEST 10: ec_proto_allow and ec_proto_deny without encryption
--- reasons eval
[
    (map { get(ectoken('/a', "ec_proto_$_")) => '' } 'allow=http', 'allow=HTTP', 'allow=https,http', 'allow= http , https', 'allow=http,', 'deny=https', 'deny=Https,',
        'allow=http&ec_proto_deny=http', 'deny=http,https&ec_proto_allow=https,http'),
    (map { get(ectoken('/a', "ec_proto_$_")) => 'protocol' } 'allow=https', 'deny=http', 'deny=HTTPS, HTTP', 'allow=https&ec_proto_deny=https'),
    (map { get(ectoken('/a', "ec_proto_$_")) => 'malformed' } 'allow', 'allow=', 'deny=', 'allow=,', 'allow=http:', 'allow=http/1.1', 'allow=h2', 'allow=http https', 'deny=ftp', 'allow=http,ftp',
        'allow=http&ec_proto_deny=', 'allow=http&ec_proto_deny=ftp'),
    [get(ectoken('/a', 'ec_proto_allow=https')), 'X-Forwarded-Proto: https']                       => 'protocol',
]

=== TEST 11: ec_rate, ec_prebuf and ec_secure do nothing, whatever they say
--- reasons eval
[
    (map { my $name = $_; map { get(ectoken('/a', "$name=$_")) => '' } '1', '', 'x', '-1', "\x00\xff", '100000,200000', 'a=b' } qw(ec_rate ec_prebuf ec_secure)),
    (map { get(ectoken('/a', $_)) => 'malformed' } qw(ec_rate ec_prebuf ec_secure)),
    get(ectoken('/a', 'ec_secure=1&ec_url_allow=/b'))                                              => 'url',
]

=== TEST 12: a claim that is given twice is malformed, be it the same
--- reasons eval
[
    map { get(ectoken('/a', $_)) => 'malformed' } 'ec_url_allow=/&ec_url_allow=/', 'ec_url_allow=/b&ec_url_allow=/a', 'ec_expire=0&x=1&ec_expire=' . later(), 'ec_clientip=127.0.0.1&ec_clientip=127.0.0.1',
        map { "$_=http&$_=http" } qw(ec_proto_allow ec_proto_deny ec_host_allow ec_host_deny ec_ref_allow ec_ref_deny ec_rate ec_prebuf ec_secure)
]

=== TEST 13: a restriction that nobody here knows refuses the link
--- reasons eval
[
    (map { get(ectoken('/a', $_)) => 'unsupported_claim' } 'ec_new_thing=1', 'ec_new_thing', 'ec_', 'ec_=1', 'EC_EXPIRE=1', 'Ec_Url_Allow=/', 'ec_url_allow =/', ' ec_url_allow=/', "\tec_expire=0",
        'ec_expires=' . later(), 'ec_url=/', 'ec_url_deny=/b', 'ec_ip=127.0.0.1', 'x=1&ec_new=1', 'ec_expire=0&ec_new=1&y', 'ec_new=1&ec_new=1'),
    get(ectoken('/a', 'ec_expire=' . earlier() . '&ec_new=1'))                                     => 'unsupported_claim',
]

=== TEST 14: the signer's own data opens and refuses nothing
--- reasons eval
[
    (map { get(ectoken('/a', "ec_expire=0&$_")) => '' } 'user=42', 'user=42&user=43', 'user', '', '=', '=x', '&&', 'ec', 'ec-expire=1', 'xec_expire=1', 'expire=1', 'x=ec_expire=1', "\x00\xff", 'ip=ec_new', '%65c_expire=1'),
    (map { get(ectoken('/a', "$_&ec_url_allow=/b")) => 'url' } 'user=42', '', '=', "\xff", 'x=&'),
]

=== TEST 15: all that is there has to hold
--- reasons eval
[
    map {
        my ($reason, %with) = @$_;
        my %claims = (ec_expire => later(), ec_url_allow => '/a', ec_clientip => '127.0.0.1', ec_proto_allow => 'http', ec_host_allow => 'localhost', ec_ref_deny => 'evil.example', %with);
        map { get(ectoken('/a', CORE::join '&', map { "$_=$claims{$_}" } @$_)) => $reason } [CORE::sort keys %claims], [CORE::reverse CORE::sort keys %claims]
    } [''], ['expired', ec_expire => earlier()], ['url', ec_url_allow => '/b'], ['client_ip', ec_clientip => '127.0.0.2'], ['protocol', ec_proto_allow => 'https'],
        ['host', ec_host_allow => 'example.com'], ['referrer', ec_ref_deny => 'missing'], ['malformed', ec_expire => 'never'],
]

=== TEST 16: a refusal is logged with its reason
--- outcomes eval
[map { get(ectoken('/a', $_)) => 403 } 'ec_url_allow=/b', 'ec_clientip=192.0.2.7', 'ec_proto_deny=http', 'ec_host_deny=localhost', 'ec_ref_allow=a.example', 'ec_country_allow=US', 'ec_new=1']
--- logged eval
[map { qr/\[error\] .*secure_token: $_, scheme: ectoken, client: 127\.0\.0\.1, / } qw(url client_ip protocol host referrer country unsupported_claim)]
