# docs/signing.md: its worked examples are computed again, by code that has nothing to do with the module's,
# and each of its links is opened.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::MD5 qw(md5 md5_hex);
use Digest::SHA qw(hmac_sha1_hex hmac_sha256 hmac_sha256_hex sha256 sha256_hex);
use MIME::Base64 qw(decode_base64 encode_base64url);
use Test::More;
use Documents;

my $document = "$ROOT/docs/signing.md";
my $secret = 'replace-me-openssl-rand-hex-16';

# --- The examples ----------------------------------------------------------------------------------

# `name: value`, one on a line.
my @examples = map { { $_->{text} =~ /^(\w+): +(.*)$/mg, where => $_->{where} } }
    grep { $_->{text} =~ /^scheme: / } blocks($document, lang => 'text');
is_deeply [map { $_->{scheme} } @examples], [qw(azion gcore gcore leaseweb fastly alibaba-b akamai akamai bunny ectoken gcore)], 'every scheme has its example';

# What goes into the digest, and what comes out of it.
my %TEXT = (
    azion => sub { my ($example) = @_; return join '', @$example{qw(secret path expires)} },
    gcore => sub { my ($example) = @_; return join '', @$example{qw(expires path)}, $example->{address} // '', ' ', $example->{secret} },
    leaseweb    => sub { my ($example) = @_; return join '', @$example{qw(secret address path expires)} },
    fastly      => sub { my ($example) = @_; return join '', @$example{qw(path expires)} },
    'alibaba-b' => sub { my ($example) = @_; return join '', @$example{qw(secret time path)} },
    akamai      => sub { my ($example) = @_; my ($claims) = $example->{link} =~ /hdnts=(.*)~hmac=/; return $claims =~ /acl=/ ? $claims : "$claims~url=$example->{path}" },
    bunny       => sub { my ($example) = @_; return join '', @$example{qw(path expires)}, "token_path=$example->{path}" },
);
my %TOKEN = (
    fastly      => sub { hmac_sha1_hex($_[0]{text}, decode_base64($_[0]{secret})) },
    'alibaba-b' => sub { md5_hex($_[0]{text}) },
    akamai      => sub { hmac_sha256_hex($_[0]{text}, pack 'H*', $_[0]{secret}) },
    bunny       => sub { 'HS256-' . encode_base64url(hmac_sha256($_[0]{text}, $_[0]{secret})) },
);
# Where the file is that a link is for, and whether its path is signed as it stands there.
sub file_of { return $_[0]{link} =~ s/\?.*//r =~ s{^/\d{12}/[0-9a-f]{32}(?=/)}{}r =~ s/%(..)/chr hex $1/ger }
my %IS_RAW = map { $_ => 1 } qw(fastly alibaba-b akamai);

for my $example (@examples) {
    my ($scheme, $where) = @$example{qw(scheme where)};
    my $path = file_of($example);
    like $example->{link}, qr{[?&=/_]\Q$example->{token}\E(?:[&/]|$)}, "$where: the link has the token";
    if ($scheme eq 'ectoken') {
        is $example->{key}, sha256_hex($example->{secret}), "$where: the key";
        like $example->{text}, qr/^ec_expire=4102444800&ec_url_allow=\Q$path\E$/, "$where: the claims";
        SKIP: {
            eval { require Crypt::AuthEnc::GCM } or skip 'CryptX is not installed (apt-get install libcryptx-perl)', 1;
            my $nonce = pack 'H*', $example->{nonce};
            my ($sealed, $tag) = Crypt::AuthEnc::GCM::gcm_encrypt_authenticate('AES', sha256($example->{secret}),
                $nonce, '', $example->{text});
            is $example->{token}, encode_base64url("$nonce$sealed$tag"), "$where: the token";
        }
        next;
    }
    is $example->{text}, $TEXT{$scheme}->($example), "$where: what goes into the digest";
    my $token = $TOKEN{$scheme} // sub { encode_base64url(md5($_[0]{text})) };
    is $example->{token}, $token->($example), "$where: the token";
    my $time = $example->{time} // $example->{expires};
    like $example->{link}, qr{[=/]$time(?:[_/~&]|$)}, "$where: the link has the time";
    my $signed = $IS_RAW{$scheme} ? $example->{path} =~ s/\?.*//r =~ s/%(..)/chr hex $1/ger : $example->{path};
    like $path, qr/^\Q$signed\E/, "$where: the link has the path";
}

# --- At the module ---------------------------------------------------------------------------------

my ($directory) = map { $_->{text} } blocks($document, lang => 'nginx');
my $nginx = Documents::Nginx->new(<<"CONF", $directory);
    map '' \$client { default '2001:DB8:0:0::7'; }
    map '' \$visitor { default 192.0.2.7; }
    location /videos/    { secure_token azion;   secure_token_secret $secret; }
    location /downloads/ { secure_token gcore;   secure_token_secret $secret; }
    location /personal/  { secure_token gcore;   secure_token_secret $secret; secure_token_client_ip \$client; }
    location /films/     { secure_token ectoken; secure_token_secret $secret; }
    location /bound/     { secure_token leaseweb; secure_token_secret $secret; secure_token_client_ip \$visitor; }
    location /clips/     { secure_token fastly; secure_token_secret replace+me+openssl+rand+base6432; }
    location /other/acts/ { secure_token akamai; secure_token_secret 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f; }
    location /other/scenes/ { secure_token bunny; secure_token_secret $secret; }
    location /acts/      { secure_token akamai; secure_token_secret 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f; }
    location /scenes/    { secure_token bunny; secure_token_secret $secret; }
    location ~ "^(?:/[0-9]+/[0-9a-f]+)?/series/" { secure_token alibaba-b; secure_token_secret $secret; }
CONF

my @paths = slurp($document) =~ /^\| `(\/[^`]+)` \| `(\/[^`]+)` \|$/mg;
my %paths = @paths;
is keys %paths, 7, 'the table of paths is there';
$nginx->file("html$_", "a film\n")
    for values %paths, '/vod/my show/more/02.ts', '/vod/my show 2/index.m3u8',
    map { file_of($_) } @examples;
$nginx->start;

for my $example (@examples) {
    my ($link, $where) = @$example{qw(link where)};
    is $nginx->status($link), 200, "$where: opens";
    is $nginx->status($link =~ s/(?=\Q$example->{token}\E).{5}\K(.)/$1 =~ m{[0A]} ? 'b' : '0'/er), 403,
        "$where: does not open with another token";
    # Some are for all that is in a directory.
    my $other = $link =~ /acl=|token_path=/ ? $link =~ s{/(?=\w+/my%20)}{/other/}r : $link =~ s{/\w+/my\K%20}{+}r;
    is $nginx->status($other), 403, "$where: does not open another path";
}

my ($query) = $examples[-1]{link} =~ /(\?.*)/;
is $nginx->status("$_->[0]$query"), $_->[1], "one token for a directory: $_->[0]"
    for ['/vod/my%20show/index.m3u8', 200], ['/vod/my%20show/more/02.ts', 200], ['/vod/my%20show%202/index.m3u8', 403],
        ['/vod/', 403];

for my $sent (sort keys %paths) {
    my $token = encode_base64url(md5("$secret$paths{$sent}4102444800"));
    is $nginx->status("$sent?st=$token&e=4102444800"), 200, "$sent: $paths{$sent} is signed";
}
$nginx->stop;
done_testing;
