# A whole run at the level debug, with every scheme, every sort of secret and everything that a request
# goes through: neither a secret nor a key made of it, nor what was signed or encrypted, nor the right
# token for a link that was refused, is anywhere in the log.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Nginx;

use Digest::MD5 qw(md5 md5_hex);
use Digest::SHA qw(sha256 sha256_hex);
use MIME::Base64 qw(encode_base64 encode_base64url);

plan skip_all => 'this NGINX is built without --with-debug' unless SecureToken::Nginx::has_debug();

my %secret = map { $_ => "SeCrEt-$_-0123456789" } qw(literal file map text other);
my $nginx  = SecureToken::Nginx->new(level => 'debug');
$nginx->write(key => "$secret{file}\n");
chmod 0600, $nginx->dir . '/key';

my %given = (
    literal => "secure_token_secret $secret{other}; secure_token_secret $secret{literal};",
    file    => 'secure_token_secret_file key;',
    map     => 'secure_token_secret $tenant;',
    text    => "secure_token_secret $secret{text}-\$scheme;",
);
my $places = '';
for my $kind (sort keys %given) {
    for my $scheme (qw(azion gcore ectoken)) {
        my $how = $scheme eq 'gcore' ? "$scheme; secure_token_client_ip \$remote_addr" : $scheme eq 'ectoken' ? 'ectoken legacy; secure_token_country $http_x_country' : $scheme;
        my $conf = "secure_token $how; secure_token_source args \$cookie_link; secure_token_label films; $given{$kind}";
        $places .= <<"        CONF";
            location /$scheme/$kind/        { $conf try_files \$uri /a.txt; }
            location /$scheme/$kind/stripped/ { $conf secure_token_strip on; proxy_cache one; proxy_pass http://unix:DIR/origin.sock; }
            location /$scheme/$kind/dry-run/  { $conf secure_token_dry_run on; }
            location /$scheme/$kind/if/       { $conf if (\$secure_token_status != PASSED) { return 404; } alias DIR/html/; }
        CONF
    }
}
$nginx->configure(http => <<"CONF");
    log_format v '\$secure_token_status \$secure_token_reason \$secure_token_key \$secure_token_expires';
    map \$uri \$tenant { default $secret{map}; }
    secure_token_zone tokens:256k;
    proxy_cache_path DIR/cache keys_zone=one:1m;
    server {
        listen unix:DIR/nginx.sock;
        set_real_ip_from unix:;
        real_ip_header X-Forwarded-For;
        access_log DIR/access.log v;
        $places
        location = /metrics { secure_token_metrics; }
        location = /a.txt { }
    }
    server { listen unix:DIR/origin.sock; location / { return 200 "\$request_uri"; } }
CONF
$nginx->start;

# Everything that must not be written, and requests for it.
my @never = values %secret;
my $asked = 0;

sub ask {
    my ($status, $link, @headers) = @_;
    my $got = $nginx->get($link, 'X-Forwarded-For: 192.0.2.7', @headers)->{status};
    $asked++;
    is $got, $status, "asked for $link" if $got != $status;
}

sub digests {
    my ($scheme, $path, $secret) = @_;
    my $expires = later(777);
    my $is_azion = $scheme eq 'azion';
    my ($sign, @with) = $is_azion ? \&azion : (\&gcore, ip => '192.0.2.7');
    push @with, secret => $secret;
    my ($token, $name) = $is_azion ? ('st', 'e') : ('md5', 'expires');
    my $text = $is_azion ? "$secret$path$expires" : "$expires${path}192.0.2.7 $secret";
    push @never, $text, md5($text), md5_hex($text), encode_base64(md5($text), ''), encode_base64url(md5($text)), $is_azion ? "$path$expires" : "$expires$path";
    return (
        [200, $sign->($path, @with)], [200, $path, 'Cookie: link=' . ($sign->($path, @with) =~ s/.*\?//r)],
        [410, $sign->($path, @with, expires => earlier())], [403, $path], [403, "$path?$token=" . 'A' x 22 . "&$name=$expires"],
        [403, $sign->($path, @with, secret => 'x', expires => $expires)], [403, $sign->($path, @with, signs => '/x', expires => $expires)],
        [403, "$path?$token=x&$name=$expires"], [403, "$path?$token=a&$token=b"],
    );
}

sub claims {
    my ($path, $secret) = @_;
    my $expires = later(1777);
    my $claims  = "ec_expire=$expires&ec_url_allow=$path,/PlAiNtExT-url/&ec_ref_allow=missing,plain-page.example/PlAiNtExT-ref&ec_clientip=192.0.2.7,203.0.113.77"
        . '&ec_country_allow=FR,ZW&ec_host_allow=localhost,plain-host.example&own=PlAiNtExT-own';
    push @never, sha256($secret), sha256_hex($secret), encode_base64(sha256($secret), ''), 'PlAiNtExT', 'plain-page', 'plain-host', '203.0.113.77', qw(ec_expire ec_url_allow ec_ref_allow ec_country), $expires;
    my @france = 'X-Country: FR';
    my $made   = sub { ectoken($path, @_ > 1 ? $_[1] : "$claims&$_[0]", secret => $secret) };
    my $good   = $made->('a=1');
    return (
        [200, $good, @france], [200, $path, @france, 'Cookie: link=' . ($good =~ s/.*\?//r)], [200, legacy_ectoken($path, "ec_expire=$expires&ec_country_allow=FR,ZW", secret => $secret), @france],
        [403, $good], [403, $good, @france, 'Referer: http://other.example/'], [403, $good =~ s/\?.{30}\K(.)/$1 eq 'A' ? 'B' : 'A'/er, @france],
        [403, ectoken($path, $claims, secret => 'x'), @france], [403, legacy_ectoken($path, $claims, secret => 'of-nobody'), @france],
        map({ [403, $made->($_), @france] } 'ec_nonsense=PlAiNtExT-1', 'ec_expire=PlAiNtExT-2', 'ec_proto_allow=https'), [403, $made->(0, 'ec_expire=1&own=PlAiNtExT-3')],
        [403, $made->(0, 'ec_url_allow=PlAiNtExT-4'), @france], [403, $made->(0, 'ec_url_allow=/PlAiNtExT-5/'), @france], [403, $made->(0, 'ec_expire&PlAiNtExT-6=1'), @france],
    );
}

for my $kind (sort keys %given) {
    my $secret = $secret{$kind} . ($kind eq 'text' ? '-http' : '');
    for my $scheme (qw(azion gcore ectoken)) {
        for my $place ('', 'stripped/') {
            my $path = "/$scheme/$kind/${place}a.txt";
            ask(@$_) for $scheme eq 'ectoken' ? claims($path, $secret) : digests($scheme, $path, $secret);
        }
        for my $place ('dry-run', 'if') {
            my $path = "/$scheme/$kind/$place/a.txt";
            ask($place eq 'if' && $_->[0] != 200 ? 404 : $place eq 'dry-run' ? 404 : $_->[0], @$_[1 .. $#$_])
                for $scheme eq 'ectoken' ? claims($path, $secret) : digests($scheme, $path, $secret);
        }
    }
}
ask(200, '/metrics');
$nginx->reload;
ask(200, '/metrics');
$nginx->stop('QUIT');

# NGINX's map writes into the debug log what comes out of it. That is no doing of the module.
my @log = grep { !/ http map: / } split /^/, $nginx->log;
my $log = join '', @log;
cmp_ok $asked, '>', 400, 'many requests were made';
cmp_ok length $log, '>', 1_000_000, 'and there is a debug log of them';
like $log, qr/http upstream cache/, 'of everything that they went through';
my @found = grep { index($log, $_) >= 0 } @never;
is_deeply \@found, [], 'nothing in it should not be there'
    or diag map { substr($_, 0, 200) . "\n" } grep { my $line = $_; grep { index($line, $_) >= 0 } @found } @log;
is $nginx->alarms, '', 'nothing alarming in the log';
unlike $nginx->read('access.log'), qr/SeCrEt|PlAiNtExT|ec_/, 'nor is it in the access log';
done_testing;
