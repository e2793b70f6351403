# docs/troubleshooting.md: each cause that it names does lead to the reason under which it stands, and
# each of its commands tells what it is said to tell.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use File::Basename qw(dirname);
use Test::More;
use Documents;
use Facts;
use SecureToken;
use SecureToken::Ectoken;

my $guide  = "$ROOT/docs/troubleshooting.md";
my $secret = 'replace-me-openssl-rand-hex-16';    # what Documents writes into all files with secrets
my $film   = '/videos/my film.mp4';
my ($header) = map { $_->{text} =~ /^( *add_header.*)\}/ms } blocks($guide, heading => 'Where the reason is', lang => 'nginx');

my $nginx = Documents::Nginx->new(<<"CONF");
    map \$host \$tenant_secret { a.example.com $secret; }
    server {
        listen 80;
        server_name cdn.example.com;
        set_real_ip_from 127.0.0.1;
        real_ip_header   X-Forwarded-For;
        secure_token_secret_file secrets/videos;
        secure_token_max_lifetime 10d;
        secure_token azion;
        $header

        location /videos/    { }
        location /renamed/   { secure_token_param token=sig; }
        location /gcore/     { secure_token gcore; secure_token_client_ip \$remote_addr; }
        location /no-ip/     { secure_token gcore; secure_token_client_ip \$http_x_no; }
        location /list/      { secure_token ectoken; secure_token_client_ip \$http_x_forwarded_for; }
        location /ectoken    { secure_token ectoken; secure_token_country \$http_x_country; }
        location /nowhere/   { secure_token ectoken; }
        location /named/     { secure_token_uri \$http_x_path; }
        location /tenants/   { secure_token_secret \$tenant_secret; }
        location /shared/    { secure_token_max_clients 1; }
        location /used/      { secure_token_max_uses 1; }
        location /revoked/   { secure_token_revoked_file revoked; }
        location /cycle/     { secure_token_uri \$secure_token_status; }
        location /denied/    { secure_token off; deny all; }
        location /secret404/ { secure_token_denied_status 404; }
        location /limited/   { limit_req zone=few; }
        location /return/    { return 200; }
    }
    limit_req_zone \$server_name zone=few:1m rate=1r/m;
CONF
$nginx->file("html/$_/my film.mp4", "a film\n") for qw(videos gcore ectoken tenants);
$nginx->file('conf/revoked', "# a secret that became known\nkey 1\n");
$nginx->start;

# The programs of the commands: curl finds every host here, secure-token was built or was not.
$nginx->file('bin/curl', qq{#!/bin/sh\nexec $_ --noproxy '*' --connect-to '::127.0.0.1:$nginx->{port}' "\$@"\n})
    for grep { -x } map { "$_/curl" } reverse split /:/, $ENV{PATH};
chmod 0755, "$nginx->{dir}/bin/curl";
$ENV{PATH} = join ':', "$nginx->{dir}/bin", dirname($ENV{SECURE_TOKEN_CLI} // "$ROOT/build/secure-token"), $ENV{PATH};

# What the module does not need, and a command of the guide does: a database of countries and its program.
my $has_countries = has_program('mmdblookup') && qx{'$ROOT/nginx-conf/countries.pl' '$nginx->{dir}/GeoLite2-Country.mmdb' 2>&1} eq '';

sub commands { return split /\n/, join '', map { $_->{text} } blocks($guide, heading => shift, lang => 'sh') }

# What a command says about a link.
sub run {
    my ($command, $link) = @_;
    $command =~ s{/etc/nginx/}{$nginx->{dir}/conf/}g;
    $command =~ s{/var/log/nginx}{$nginx->{dir}/logs}g;
    $command =~ s{/var/lib/GeoIP}{$nginx->{dir}}g;
    local $ENV{link} = 'http://cdn.example.com' . ($link // '');
    return scalar qx{($command) 2>&1};
}

# A link's answer: its status and its reason.
sub answer {
    my ($link, @options) = @_;
    @options = ('--path-as-is', @options);
    my $head = do { open my $curl, '-|', 'curl', '-sI', @options, "http://cdn.example.com$link" or die; local $/; <$curl> };
    my ($status) = $head =~ m{\AHTTP/\S+ (\d+)};
    my ($reason) = $head =~ /^X-Token-Reason: (\w+)/m;
    return join ' ', $status // 'none', $reason // ();
}

my $soon = later();
sub link_to { my ($path, @with) = @_; return azion($path, secret => $secret, expires => $soon, @with) =~ s/ /%20/gr }
sub claims { my ($claims, $path) = @_; return ectoken($path // '/ectoken/my%20film.mp4', "ec_expire=$soon&$claims", secret => $secret) }
# A link that somebody opened before.
sub opened { my ($link, @options) = @_; answer($link, @options); return $link }
my $good = link_to($film);
my ($token) = $good =~ /st=([^&]+)/;

is answer($good), 200, 'a link that is right opens';
is answer(claims('ec_url_allow=/ectoken/')), 200, 'and so does an ectoken';

my @causes = (
    missing => 'no query'                        => '/videos/my%20film.mp4',
    missing => 'a link cut at its &, in front'   => $good =~ s/st=[^&]*&//r,
    missing => 'a name in another case'          => $good =~ s/st=/ST=/r,
    missing => 'other names'                     => link_to('/renamed/a'),
    missing => '&amp; out of a page'             => $good =~ s/\?(st=[^&]*)&(.*)/?$2&amp;$1/r,
    missing => 'a link of another scheme'        => gcore($film, secret => $secret) =~ s/ /%20/r,
    missing => 'an ectoken that is not in front' => claims('a=1') =~ s/\?/?autoplay=1&/r,
    missing => 'a token in a cookie'             => ['/videos/a', '-b', "token=st=$token"],
    missing => 'a second ? in front'             => $good =~ s/\?/?DVR?/r,
    malformed => 'hexadecimal'                   => $good =~ s/st=[^&]*/'st=' . 'ab' x 16/er,
    malformed => 'a duration'                    => link_to($film, expires => 3600),
    malformed => 'plain base64'                  => $good =~ s/st=./st=%2B/r,
    malformed => 'milliseconds'                  => $good . '000',
    malformed => 'a duration'                    => link_to($film, expires => 3600),
    malformed => 'a fraction'                    => $good . '.5',
    malformed => 'a leading zero'                => $good =~ s/e=/e=0/r,
    malformed => 'no expiry'                     => $good =~ s/&e=.*//r,
    malformed => 'a full stop at the end'        => "$good.",
    malformed => 'a second ? at the end'         => "$good?1592838041",
    malformed => 'the end cut off'               => $good =~ s/&.*//r,
    malformed => 'no slash in front'             => claims('ec_url_allow=ectoken/'),
    malformed => 'a host with its port'          => claims('ec_host_allow=cdn.example.com:80'),
    malformed => 'a page with http://'           => claims('ec_ref_allow=http://www.example.com'),
    malformed => 'a claim twice'                 => claims("ec_expire=$soon"),
    malformed => 'secure_token_uri empty'        => link_to('/named/a'),
    duplicate => 'signed twice'                  => "$good&" . ($good =~ s/.*\?//r),
    duplicate => 'an application\'s own e'       => "$good&e=1",
    signature => 'the path encoded'              => link_to($film, signs => '/videos/my%20film.mp4'),
    signature => 'a + for a blank'               => link_to($film) =~ s/%20/+/r,
    signature => 'the path encoded twice'        => link_to($film) =~ s/%20/%2520/r,
    signature => 'no slash in front'             => link_to($film, signs => 'videos/my film.mp4'),
    signature => 'the host'                      => link_to($film, signs => "http://cdn.example.com$film"),
    signature => 'the query'                     => link_to($film, signs => "$film?a=1") . '&a=1',
    signature => 'a slash at the end'            => link_to($film, signs => "$film/"),
    signature => 'the directory'                 => link_to($film, signs => '/videos/'),
    signature => 'the directory with a *'        => link_to($film, signs => '/videos/*'),
    signature => 'no extension'                  => link_to($film, signs => '/videos/my film'),
    signature => 'two slashes'                   => link_to('/videos//a', signs => '/videos//a'),
    signature => 'NFD for NFC'                   => link_to('/videos/%C3%A9', signs => "/videos/e\xcc\x81"),
    signature => 'NFC for NFD'                   => link_to('/videos/e%CC%81', signs => "/videos/\xc3\xa9"),
    signature => 'a newline behind the text'     => $good =~ s/st=[^&]*/'st=' . azion_token($secret, $film, "$soon\n")/er,
    signature => 'another case'                  => link_to($film, signs => '/Videos/my film.mp4'),
    signature => 'a newline behind the secret'   => link_to($film, secret => "$secret\n"),
    signature => 'another secret'                => link_to($film, secret => "x$secret"),
    signature => 'another expiry'                => $good =~ s/(\d+)\z/$1 + 1/er,
    signature => 'another order'                 => $good =~ s/st=[^&]*/'st=' . azion_token($film, $secret, $soon)/er,
    signature => 'gcore without its space'       => gcore('/gcore/a', secret => $secret, expires => $soon) =~ s/md5=[^&]*/'md5=' . azion_token($soon, '\/gcore\/a127.0.0.1', $secret)/er,
    signature => 'another address'               => gcore('/gcore/a', secret => $secret, ip => '192.0.2.7'),
    signature => 'IPv6 in its long form'         => [gcore('/gcore/a', secret => $secret, ip => '2001:DB8:0:0:0:0:0:1'), '-H', 'X-Forwarded-For: 2001:db8::1'],
    signature => 'an altered link'               => $good =~ s/film/movie/r,
    signature => 'an altered ectoken'            => claims('a=1') =~ s/\?..\K(.)/$1 eq 'A' ? 'B' : 'A'/er,
    expired => 'local time an hour behind'       => link_to($film, expires => earlier(3000)),
    expired => 'an ectoken'                      => ectoken('/ectoken/a', 'ec_expire=1', secret => $secret),
    lifetime => 'longer than is allowed'         => link_to($film, expires => later(11 * 86400)),
    lifetime => 'an ectoken without ec_expire'   => ectoken('/ectoken/a', 'a=1', secret => $secret),
    lifetime => 'an ectoken with 0'              => ectoken('/ectoken/a', 'ec_expire=0', secret => $secret),
    client_ip => 'another address'               => claims('ec_clientip=203.0.113.7'),
    client_ip => 'IPv6 for IPv4'                 => [claims('ec_clientip=203.0.113.7'), '-H', 'X-Forwarded-For: 2001:db8::1'],
    client_ip => 'a list of addresses'           => [claims('ec_clientip=203.0.113.7', '/list/a'), '-H', 'X-Forwarded-For: 203.0.113.7, 10.0.0.1'],
    client_ip => 'gcore without an address'      => gcore('/no-ip/a', secret => $secret),
    country => 'not set, allow'                  => claims('ec_country_allow=FR', '/nowhere/a'),
    country => 'not set, deny'                   => claims('ec_country_deny=FR', '/nowhere/a'),
    country => 'not known'                       => claims('ec_country_allow=FR'),
    country => 'another one'                     => [claims('ec_country_allow=FR'), '-H', 'X-Country: US'],
    referrer => 'the host without the path'      => [claims('ec_ref_allow=www.example.com/films/'), '-e', 'https://www.example.com/'],
    referrer => 'nothing'                        => claims('ec_ref_allow=www.example.com'),
    referrer => 'not a sub-domain'               => [claims('ec_ref_allow=*.example.com'), '-e', 'https://example.com/'],
    protocol => 'TLS taken off'                  => claims('ec_proto_allow=https'),
    host => 'another name'                       => [claims('ec_host_allow=cdn.example.com'), '-H', 'Host: www.example.com'],
    host => 'no host'                            => [claims('ec_host_allow=cdn.example.com'), '--http1.0', '-H', 'Host:'],
    host => 'not a sub-domain'                   => [claims('ec_host_allow=*.cdn.example.com')],
    url => 'an entry that is encoded'            => claims('ec_url_allow=/ectoken/my%20film.mp4'),
    url => 'another case'                        => claims('ec_url_allow=/Ectoken/'),
    url => 'the slash that the link has not'     => claims('ec_url_allow=/ectoken/', '/ectoken'),
    unsupported_claim => 'a typing error'        => ectoken('/ectoken/a', "ec_expires=$soon", secret => $secret),
    unsupported_claim => 'another typing error'  => claims('ec_country_allowed=FR'),
    no_secret => 'a host that is not in the map' => [link_to('/tenants/a'), '-H', 'Host: b.example.com'],
    revoked => 'the secret'                      => link_to('/revoked/a'),
    shared => 'the second client'                => [opened(link_to('/shared/a'), '-H', 'X-Forwarded-For: 192.0.2.1'), '-H', 'X-Forwarded-For: 203.0.113.99'],
    used => 'the second time'                    => opened(link_to('/used/a')),
    no_secret => 'no host'                       => [link_to('/tenants/a'), '--http1.0', '-H', 'Host:'],
);
my (%of, @order);
while (my ($reason, $what, $asked) = splice @causes, 0, 3) {
    my ($link, @options) = ref $asked ? @$asked : $asked;
    $of{$reason} //= do { push @order, $reason; $link };
    my $status = $reason eq 'expired' && $what ne 'an ectoken' ? 410 : 403;
    is answer($link, @options), "$status $reason", "$reason: $what";
}
like answer(legacy_ectoken('/ectoken/a', "ec_expire=$soon", secret => $secret)), qr/^403 (?:malformed|signature)$/,
    'an ectoken of version 2: one or the other';
my @headings = slurp($guide) =~ /^### (\w+)$/mg;
is_deeply [sort @headings], [sort(reasons())], 'every reason has its part';
is_deeply [sort @order], [sort @headings], 'and every part has causes that were tried';

# --- What is not a refusal of the module ------------------------------------------------------------

is answer('/denied/a'), 403, 'no reason: deny';
like answer('/videos/a%00b'), qr/^400/, 'no reason: %00 in a path';
like answer('/videos/' . 'a' x 40_000), qr/^414/, 'no reason: a long link';
is answer(link_to('/videos/none')), 404, 'no reason: no such file';
is answer('/secret404/a'), '404 missing', 'a reason: the status that is configured';
is join(' ', map { answer(link_to('/limited/a')) } 1 .. 2), '404 503', 'no reason: limit_req';
like answer('/return/a'), qr/^200/, 'no reason: return';

# --- The commands -----------------------------------------------------------------------------------

# What a part's command says about the first link that was refused for this reason, asked for once more.
my %says = (
    missing   => [qr{request: "\w+ /videos/my%20film\.mp4 HTTP}],
    malformed => [qr/hexadecimal/],
    duplicate => [qr{st=\Q$token\E&e=\d+&st=\Q$token\E}],
    signature => [qr/signed as it stands in the URL/, qr/\A@{[azion_token($secret, $film, 1767225600)]}\Z/, qr/\A31 /],
    expired   => [qr/\A\d{10}\n[?&]e=\d{10}\n\z/],
    lifetime  => [qr/\A9[45]\d{4}\n\z/],
    client_ip => [qr/\Aclient: 203\.0\.113\.99\n\z/],
    country   => [qr/^\s*"FR" <utf8_string>$/m],
    referrer  => [qr/\A200\n\z/],
    protocol  => [qr{^X-Token-Client: 127\.0\.0\.1 http cdn\.example\.com referrer=\r?$}m],
    host      => [qr/\Ahost: "cdn\.example\.com"\n\z/],
    url       => [qr/fails.*ec_url_allow/],
    unsupported_claim => [qr/ec_expires/],
    revoked   => [qr/\A2:key 1\n\z/],
    shared    => [qr/\A\s*\d+ client: 203\.0\.113\.99\n\z/],
    used      => [qr{"HEAD /used/a\?.* 404 }],
    no_secret => [qr/\Ahost: "cdn\.example\.com"\n\z/],
    500       => [qr/cycle while evaluating.*\n.*secure_token: no verdict/],
    'Where the reason is' => [qr/(?:.*secure_token: \w+.*\n){3}/, qr/^X-Token-Reason: expired\r$/m],
);
$of{500} = link_to('/cycle/a');
$of{referrer} = claims('ec_ref_allow=www.example.com');
my ($shown) = commands('Troubleshooting');
like $shown, qr{\Alink='http://cdn\.example\.com\S+'\z}, 'a link is shown';
($of{'Where the reason is'}) = $shown =~ m{example\.com(.*)'};
is answer($of{'Where the reason is'}), '410 expired', 'which is signed right, and has expired';
like answer($of{500}), qr/^500/, 'a variable that depends on itself is a 500';

for my $part (sort keys %says) {
    my @commands = commands($part);
    my @expected = @{ $says{$part} };
    answer($of{$part}, '-H', 'X-Forwarded-For: 203.0.113.99') if $of{$part};
    for my $command (@commands) {
        SKIP: {
            my $expected = shift @expected // qr/there is no test for it/;
            skip 'mmdb-bin or libmaxmind-db-writer-perl is not installed', 1
                if $command =~ /^mmdblookup/ && !$has_countries && !$ENV{SECURE_TOKEN_SKIP_NOTHING};
            like run($command, $of{$part}), $expected, "$part: $command";
        }
    }
    is_deeply \@expected, [], "$part: has all its commands";
}

$nginx->stop;
done_testing;
