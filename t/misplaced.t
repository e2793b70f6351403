# A secret in the wrong place: as any word of any directive, no message has it.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new(level => 'debug');

# Every directive, with words that are right.
my %words = (
    secure_token => 'ectoken legacy', secure_token_secret => 'a-secret-for-tests id=a', secure_token_secret_file => 'good id=a', secure_token_uri => '$uri',
    secure_token_client_ip => '$remote_addr', secure_token_country => '$http_x_country', secure_token_source => 'args $http_x_token', secure_token_param => 'token=t expires=e',
    secure_token_denied_status => '403', secure_token_expired_status => '410', secure_token_ignore_case => 'on', secure_token_clock_skew => '5s', secure_token_max_lifetime => '1d', secure_token_ttl => '30m',
    secure_token_playlist => 'sign under=/vod/', secure_token_playlist_types => 'text/plain text/html', secure_token_playlist_max => '64k',
    secure_token_cookie => 'token path=/ domain=example.com samesite=lax', secure_token_playback_grace => '5m', secure_token_playback_zone => 'viewers:1m',
    secure_token_links => 'links:1m', secure_token_max_clients => '3 ipv4=24 ipv6=56', secure_token_max_uses => '1 head=free', secure_token_revoked_file => 'revoked', secure_token_revoke => '',
    secure_token_strip => 'on', secure_token_preflight => 'on', secure_token_dry_run => 'on', secure_token_log_level => 'error', secure_token_zone => 'tokens:1m',
    secure_token_label => 'films', secure_token_metrics => 'json', secure_token_link => '"?t={token}&u={expires}"', secure_token_digest => 'md5:base64url',
    secure_token_format => 'acme "?sig={token}&t={time}" md5:hex "{path}{time}{secret}" ttl=1h',
);
$nginx->write('good', "a-secret-for-tests\n");
$nginx->write('revoked', "key nobody's\n");
chmod 0600, $nginx->dir . '/good';

# What a secret may look like.
my @secrets = ('SeCrEt-of-16-bytes', 'SeCrEt', 'ab/SeCrEt+cd==', 'SeCrEt:1k', 'SeCrEt$SeCrEt', '"two SeCrEt"', 'SeCrEt$1', 'SeCrEt$', 'token=SeCrEt/', 'expires=SeCrEt%', '../SeCrEt', 'id=SeCrEt', '=SeCrEt',
    'x' x 300 . 'SeCrEt', "'SeCrEt\\n'", 'SeCrEt=x');

my $documented = join ' ', sort map { /^### (secure_token\w*)$/ ? $1 : () } split /\n/, do { local (@ARGV, $/) = "$FindBin::Bin/../docs/directives.md"; <> };
is join(' ', sort keys %words), $documented, 'every directive is looked at';

for my $directive (sort keys %words) {
    my (@said, $refused);
    for my $secret (@secrets) {
        for my $position (0 .. 5) {
            my @words = split ' ', $words{$directive};
            @words = (@words, ('x') x $position)[0 .. $position - 1] if @words < $position;
            splice @words, $position, 1, $secret;
            my $line = "$directive @words;";
            my ($http, $location) = $directive =~ /_(?:zone|format)$/ ? ($line, '') : ('', $line);
            $location .= ' secure_token azion;'                     if $directive ne 'secure_token';
            $location .= ' secure_token_secret a-secret-for-tests;' if $directive !~ /secret/;
            truncate $nginx->dir . '/error.log', 0;
            $nginx->configure(http => "$http server { listen unix:DIR/nginx.sock; location / { $location } }");
            my ($status, $text) = $nginx->test;
            $refused++ if $status;
            my $log = $nginx->log;
            push @said, "$line\n$_" for grep { /SeCrEt/ } split /\n/, "$text\n$log";
        }
    }
    is_deeply \@said, [], "$directive: no message has a misplaced secret";
    ok $refused, "$directive: though some were refused";
}

# NGINX's own messages, which the documents name: what stands in the place of a directive is repeated.
for (
    ['in the place of a directive', 'SeCrEt-of-16-bytes;', qr/unknown directive "SeCrEt-of-16-bytes"/],
    ['in the place of a directive, with words behind', 'SeCrEt-of-16-bytes secure_token azion;', qr/unknown directive "SeCrEt-of-16-bytes"/],
    ['too long for NGINX', 'secure_token_secret SeCrEt' . 'x' x 5000 . ';', qr/too long parameter "SeCrEtxxxx\.\.\." started/])
{
    my ($name, $line, $message) = @$_;
    $nginx->configure(http => "server { listen unix:DIR/nginx.sock; location / { secure_token azion; $line } }");
    my ($status, $text) = $nginx->test;
    is $status, 256, "$name: refused";
    like $text, qr/\[emerg\] .*$message/, "$name: NGINX repeats it";
}
for (
    ['in the place of a directive, without an end', 'SeCrEt-of-16-bytes'], ['too long and in quotes', 'secure_token_secret "SeCrEt' . 'x' x 5000 . '";'],
    ['without a semicolon', "secure_token_secret SeCrEt-of-16-bytes\nsecure_token_strip on;"], ['without a semicolon at the end', 'secure_token_secret SeCrEt-of-16-bytes }'],
    ['without its last quote', "secure_token_secret 'SeCrEt-of-16-bytes;"], ['with something behind its last quote', "secure_token_secret 'SeCrEt-of-16-bytes'x;"], ['with a brace', 'secure_token_secret SeCrEt-{of-16-bytes};'])
{
    my ($name, $line) = @$_;
    $nginx->configure(http => "server { listen unix:DIR/nginx.sock; location / { secure_token azion; $line } }");
    my ($status, $text) = $nginx->test;
    is $status, 256, "a secret $name: refused";
    unlike $text, qr/SeCrEt/, "a secret $name: not repeated";
}

done_testing;
