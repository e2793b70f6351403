# The scheme ectoken: countries, the pages that visitors come from, and the hosts that they ask for.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::Nginx::Socket;
use SecureToken;
use SecureToken::Socket;

plan 'no_plan';

$SecureToken::Socket::HttpConfig = <<'CONF';
    map $http_x_from $country {
        paris    FR;
        toronto  ca;
        tor      T1;
        default  "";
    }
CONF
$SecureToken::Socket::Config = <<'CONF';
    secure_token             ectoken;
    secure_token_secret      a-secret-for-tests;
    add_header               X-Reason "<$secure_token_reason>" always;

    location / {
        proxy_pass           $TEST_NGINX_ORIGIN;
    }
    location /map/ {
        secure_token_country $country;
        proxy_pass           $TEST_NGINX_ORIGIN;
    }
    location /header/ {
        secure_token_country $http_x_country;
        proxy_pass           $TEST_NGINX_ORIGIN;
    }
    location /case/ {
        secure_token_ignore_case on;
        proxy_pass           $TEST_NGINX_ORIGIN;
    }
CONF

run_tests();

__DATA__

=== TEST 1: a link for some countries opens there only
--- reasons eval
[
    (map { [get(ectoken('/map/a', "ec_country_allow=$_")), 'X-From: paris'] => '' } 'FR', 'fr', 'US,FR', ' US , Fr ', 'FR,', ',,fr', "\tFR"),
    (map { [get(ectoken('/map/a', "ec_country_allow=$_")), 'X-From: paris'] => 'country' } 'US', 'US,CA', 'F1'),
    [get(ectoken('/map/a', 'ec_country_allow=CA')), 'X-From: toronto']              => '',
    [get(ectoken('/map/a', 'ec_country_allow=T1')), 'X-From: tor']                  => '',
    get(ectoken('/map/a', 'ec_country_allow=FR,CA,T1'))                             => 'country',
]

=== TEST 2: a link that is not for some countries opens everywhere else, and where the country is not known
--- reasons eval
[
    (map { [get(ectoken('/map/a', "ec_country_deny=$_")), 'X-From: paris'] => 'country' } 'FR', 'fr', 'US, FR'),
    (map { [get(ectoken('/map/a', "ec_country_deny=$_")), 'X-From: paris'] => '' } 'US', 'US,CA'),
    get(ectoken('/map/a', 'ec_country_deny=FR,CA,T1'))                              => '',
    [get(ectoken('/header/a', 'ec_country_deny=FR')), 'X-Country:']                 => '',
]

=== TEST 3: where countries are allowed, those that are denied do not matter
--- reasons eval
[
    [get(ectoken('/map/a', 'ec_country_allow=FR&ec_country_deny=FR')), 'X-From: paris'] => '',
    [get(ectoken('/map/a', 'ec_country_deny=CA&ec_country_allow=FR')), 'X-From: paris'] => '',
    [get(ectoken('/map/a', 'ec_country_deny=CA&ec_country_allow=US')), 'X-From: paris'] => 'country',
    get(ectoken('/map/a', 'ec_country_deny=CA&ec_country_allow=US'))                => 'country',
]

=== TEST 4: where nobody is asked for countries, a link that depends on them does not open
--- reasons eval
[
    (map { get(ectoken('/a', $_)) => 'country' } 'ec_country_allow=US', 'ec_country_deny=US', 'ec_country_allow=US&ec_country_deny=FR'),
    get(ectoken('/a', 'ec_url_allow=/'))                                            => '',
]

=== TEST 5: what is no country opens nothing, neither allowed nor denied
--- reasons eval
[
    map { my $country = $_; map { [get(ectoken('/header/a', $_)), "X-Country: $country"] => 'country' } 'ec_country_allow=US', 'ec_country_deny=FR' } 'USA', 'U', '-', '--', 'US, FR', 'US;', "\xc3\xbc", '**'
]

=== TEST 6: a list of countries that is not of its form is malformed
--- reasons eval
[
    map { my $list = $_; map { [get(ectoken('/header/a', "ec_country_$_$list")), 'X-Country: US'] => 'malformed' } 'allow', 'deny' } '', '=', '= ', '=,', '=USA,US', '=US,U', '=US FR', '=US;FR', '=*', '=U*',
        "=U\0", "=\xc3\xbc", '=!US'
]

=== TEST 7: a link for the visitors of some pages
--- reasons eval
[
    (map { [get(ectoken('/a', 'ec_ref_allow=good.example')), "Referer: $_"] => '' } 'http://good.example', 'https://good.example/', 'http://good.example/any?x=1#y', 'http://Good.EXAMPLE/', 'http://good.example:8080/',
        'http://good.example./', 'http://good.example:/', 'http://user:word@good.example/', 'http://good.example?x', 'android-app://good.example/', 'http://evil.example@good.example/'),
    (map { [get(ectoken('/a', 'ec_ref_allow=good.example')), "Referer: $_"] => 'referrer' } 'http://evil.example/', 'http://www.good.example/', 'http://good.example.evil.example/', 'http://notgood.example/',
        'http://good.example@evil.example/', 'http://good.example:80@evil.example/', 'http://evil.example/good.example', 'http://evil.example/?http://good.example/', 'http://evil.example/@good.example',
        'http://evil.example/http://good.example/', 'http://evil.example#@good.example/', 'http://evil.example?@good.example/', 'http://good.exampl', 'about:blank', 'http://', 'http:///good.example', '://', '@', 'null'),
]

=== TEST 8: what stands in front of a page's address is its scheme, and no other address
--- reasons eval
[
    (map { [get(ectoken('/a', 'ec_ref_allow=good.example')), "Referer: $_"] => 'referrer' } 'evil.example/?http://good.example/', 'evil.example/x://good.example/', '//evil.example/http://good.example/',
        'evil.example#://good.example', 'evil.example@x://good.example'),
    [get(ectoken('/a', 'ec_ref_deny=evil.example')), 'Referer: evil.example/?http://good.example/'] => 'referrer',
]

=== TEST 9: a link that is not for the visitors of some pages
--- reasons eval
[
    (map { [get(ectoken('/a', 'ec_ref_deny=evil.example')), "Referer: $_"] => 'referrer' } 'http://evil.example', 'https://EVIL.example/x', 'http://evil.example:81/', 'http://evil.example./', 'http://good.example@evil.example/'),
    (map { [get(ectoken('/a', 'ec_ref_deny=evil.example')), "Referer: $_"] => '' } 'http://good.example/', 'http://www.evil.example/', 'http://good.example/evil.example', 'http://evil.example@good.example/', 'about:blank', ''),
    [get(ectoken('/a', 'ec_ref_deny=evil.example, *.evil.example')), 'Referer: http://www.evil.example/']           => 'referrer',
    [get(ectoken('/a', 'ec_ref_deny=good.example&ec_ref_allow=good.example')), 'Referer: http://good.example/']     => '',
    [get(ectoken('/a', 'ec_ref_deny=evil.example&ec_ref_allow=good.example')), 'Referer: http://other.example/']    => 'referrer',
]

=== TEST 10: a star stands for everything below a domain, but not for the domain itself
--- reasons eval
[
    (map { [get(ectoken('/a', 'ec_ref_allow=*.good.example')), "Referer: http://$_/"] => '' } 'www.good.example', 'a.b.Good.Example', 'x.good.example:80'),
    (map { [get(ectoken('/a', 'ec_ref_allow=*.good.example')), "Referer: http://$_/"] => 'referrer' } 'good.example', '.good.example', 'notgood.example', 'www.good.example.evil.example', 'evil.example/www.good.example'),
    (map { [get(ectoken('/a', "ec_ref_allow=$_")), 'Referer: http://www.good.example/x'] => 'malformed' } '*', '*good.example', 'www.*.example', '*.*.example', 'www.*', '*.', '*./x', '**.good.example', 'good.example,*'),
]

=== TEST 11: behind the host there may be a port and the beginning of a path
--- reasons eval
[
    map {
        my ($entry, $fits, @others) = @$_;
        ((map { [get(ectoken('/a', "ec_ref_allow=$entry")), "Referer: $_"] => '' } CORE::split / /, $fits),
         (map { [get(ectoken('/a', "ec_ref_allow=$entry")), "Referer: $_"] => 'referrer' } @others))
    }
        ['good.example/obj',      'http://good.example/obj https://good.example/object?x http://good.example:81/obj/1', 'http://good.example', 'http://good.example/', 'http://good.example/Obj', 'http://good.example/x/obj', 'http://good.example?/obj'],
        ['good.example/',         'http://good.example http://good.example/x http://good.example?x',                    'http://other.example/'],
        ['*.good.example/obj',    'http://www.good.example/obj1',                                                       'http://www.good.example/x', 'http://good.example/obj'],
        ['good.example:8080',     'http://good.example:8080/x',                                                         'http://good.example/', 'http://good.example:80/', 'http://good.example:80800/', 'http://good.example:8080@evil.example/'],
        ['good.example:80/obj',   'http://good.example:80/obj',                                                         'http://good.example:81/obj', 'http://good.example:80/'],
        ['[2001:db8::1]',         'http://[2001:db8::1]/ http://[2001:DB8::1]:80/',                                     'http://[2001:db8::2]/'],
        ['b.example , GOOD.example/a,', 'http://good.example/a http://b.example/z',                                     'http://good.example/b', 'http://c.example/'],
]

=== TEST 12: the case of a page's path counts unless it is ignored, that of its host never
--- reasons eval
[
    [get(ectoken('/a', 'ec_ref_allow=Good.Example/Obj')), 'Referer: http://gOOD.example/Obj']              => '',
    [get(ectoken('/a', 'ec_ref_allow=good.example/Obj')), 'Referer: http://good.example/obj']              => 'referrer',
    [get(ectoken('/case/a', 'ec_ref_allow=good.example/Obj')), 'Referer: http://good.example/oBJ']         => '',
]

=== TEST 13: visitors whom no page led here are let in by "missing" or an empty entry, or kept out
--- reasons eval
[
    (map { my $none = $_; (
        (map { [get(ectoken('/a', "ec_ref_allow=$_")), $none] => '' } 'missing', 'good.example,', ',good.example', 'good.example,,x.example', 'good.example, missing', 'MISSING', '', ' ', ','),
        (map { [get(ectoken('/a', "ec_ref_deny=$_")), $none] => 'referrer' } 'missing', 'evil.example,', 'evil.example, Missing', '', ','),
        [get(ectoken('/a', 'ec_ref_allow=good.example')), $none]                                           => 'referrer',
        [get(ectoken('/a', 'ec_ref_deny=evil.example')), $none]                                            => '',
    ) } 'X-None: 1', 'Referer:', 'Referer:   '),
    [get(ectoken('/a', 'ec_ref_allow=missing')), 'Referer: http://good.example/']                          => 'referrer',
    [get(ectoken('/a', 'ec_ref_allow=missing')), 'Referer: http://missing/']                               => 'referrer',
    [get(ectoken('/a', 'ec_ref_deny=missing')), 'Referer: http://good.example/']                           => '',
]

=== TEST 14: a list of pages that is not of its form is malformed
--- reasons eval
[
    map { my $list = $_; map { [get(ectoken('/a', "ec_ref_$_$list")), 'Referer: http://good.example/'] => 'malformed' } 'allow', 'deny' } '', '=http://good.example', '=https://good.example/', '=//good.example', '=/x',
        '=good.example:', '=good.example:http', '=good example', '=good.example,http://x', '=user@good.example', '=good.example?x', "=good.example\0", '=good.example;b.example', '=:80', '=!x'
]

=== TEST 15: a link for some hosts
--- reasons eval
[
    (map { my $list = $_; map { [get(ectoken('/a', "ec_host_allow=$list")), "Host: $_"] => '' } 'en.good.example', 'EN.Good.Example', 'en.good.example:8080', 'en.good.example.', 'en.good.example.:80' }
        'en.good.example', 'En.Good.EXAMPLE', '*.good.example', '*.example', 'other.example, en.good.example', ',en.good.example,'),
    (map { [get(ectoken('/a', 'ec_host_allow=good.example,*.en.good.example')), "Host: $_"] => 'host' } 'en.good.example', 'good.example.evil.example', 'notgood.example', 'xen.good.example', 'localhost', '[::1]', '127.0.0.1'),
    (map { [get(ectoken('/a', 'ec_host_allow=[2001:db8::1],192.0.2.7')), "Host: $_"] => '' } '[2001:DB8::1]', '[2001:db8::1]:80', '192.0.2.7', '192.0.2.7:8080'),
]

=== TEST 16: a link that is not for some hosts, and both
--- reasons eval
[
    (map { [get(ectoken('/a', 'ec_host_deny=good.example,*.evil.example')), "Host: $_"] => 'host' } 'good.example', 'GOOD.example:80', 'www.evil.example', 'good.example.'),
    (map { [get(ectoken('/a', 'ec_host_deny=good.example,*.evil.example')), "Host: $_"] => '' } 'www.good.example', 'evil.example', 'localhost'),
    [get(ectoken('/a', 'ec_host_deny=good.example&ec_host_allow=good.example')), 'Host: good.example']     => '',
    [get(ectoken('/a', 'ec_host_deny=evil.example&ec_host_allow=good.example')), 'Host: other.example']    => 'host',
    [get(ectoken('http://good.example/a', 'ec_host_allow=good.example')), 'Host: evil.example']            => '',
    [get(ectoken('http://evil.example/a', 'ec_host_allow=good.example')), 'Host: good.example']            => 'host',
]

=== TEST 17: a list of hosts that is not of its form is malformed
--- reasons eval
[
    map { my $list = $_; map { get(ectoken('/a', "ec_host_$_$list")) => 'malformed' } 'allow', 'deny' } '', '=', '=,', '=localhost/', '=http://localhost', '=localhost:80', '=*', '=*.', '=local*', '=*.*', '=a b', "=localhost\0",
        '=user@localhost', '=localhost,a/b', '=!localhost'
]
