# docs/vendors.md: each of its configurations opens the links of its vendor, which are signed here anew where that takes a few
# lines, and with the command where the crates' tests have the vendor's own vectors.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(hmac_sha1_hex hmac_sha256 hmac_sha256_hex sha256);
use MIME::Base64 qw(encode_base64url);
use Test::More;
use Documents;
use Facts;
use SecureToken;

my $guide = "$ROOT/docs/vendors.md";
my $secret = 'replace-me-openssl-rand-hex-16';
my $base64 = 'replace+me+openssl+rand+base6432';
my ($key, $transition) = map { join '', map { sprintf '%02x', $_ } @$_ } [0 .. 31], [32 .. 63];
my ($later, $past) = (later(), earlier(60));

my $origin = Documents::Nginx->new('location / { return 200 "$request_uri"; }')->start;
END { local $?; $origin->stop if $origin }

sub nginx_of {
    my ($block) = @_;
    my $nginx = Documents::Nginx->new($block->{text} =~ s/127\.0\.0\.1:8081/127.0.0.1:$origin->{port}/r);
    for my $file ('videos/a.mp4', 'videos/42/a.ts', 'films/a.mp4', 'films/my film.mp4', 'films/42/a.ts', 'secret/a.mp4') {
        $nginx->file("$_/$file", "a film\n") for 'html', 'srv/www';
    }
    return $nginx->start;
}
sub of_heading { return blocks($guide, heading => $_[0], lang => 'nginx') }

# --- Every configuration, with a link of the command ------------------------------------------------

my %PATH = ('gcore-video' => '/videos/2675_Uxyz/master.m3u8', flussonic => '/live/index.m3u8');
my %scope = map { $_->{name} => $_->{scope} } schemes();
for my $block (blocks($guide, lang => 'nginx')) {
    my $nginx = nginx_of($block);
    my ($scheme, $words) = $block->{text} =~ /secure_token +(\S+?)(?: (.*))?;/;
    my ($where, $is_dry) = ("$block->{where}: $scheme", $block->{text} =~ /dry_run/);
    my ($dir) = $block->{text} =~ m{location \^~ (/\w*)};
    my $path = $PATH{$scheme} // ($dir eq '/' ? '/videos/a.mp4' : "$dir/a.mp4");
    is $nginx->status($path), $is_dry ? 200 : 403, "$where: without a token";
    my ($value) = $block->{text} =~ /secure_token_secret +(\S+?)[; ]/;
    $nginx->file('key', $value // $secret);
    chmod 0600, "$nginx->{dir}/key";
    my @options = ('--scheme', $scheme, (map { "--word $_" } split ' ', $words // ''), '--expires-in 9m', "--secret-file $nginx->{dir}/key");
    push @options, "--link '$1'" if $block->{text} =~ /secure_token_link +"(.*?)"/;
    push @options, "--digest $1" if $block->{text} =~ /secure_token_digest +(.*?);/;
    push @options, "--param $1" if $block->{text} =~ /secure_token_param +(.*?);/;
    push @options, '--ttl ' . ($1 // '') if $block->{text} =~ /secure_token_ttl +(.*?);/;
    push @options, '--client-ip 127.0.0.1' if $scheme =~ /^(?:leaseweb|flussonic)$/ && $block->{text} !~ /client_ip +off/;
    if ($scheme eq 'akamai') { $nginx->stop; next }    # below
    chomp(my $link = qx{'$ENV{SECURE_TOKEN_CLI}' sign @options '$path' 2>$nginx->{dir}/said});
    is $nginx->status($link), 200, "$where: $link";
    # The alphabet of base64 has characters that part it.
    my ($token) = sort { length $b <=> length $a } $link =~ /([\w-]{8,})/g;
    my $altered = $token =~ s/^(.)/$1 eq 'a' ? 'b' : 'a'/er;
    is $nginx->status($link =~ s/\Q$token\E/$altered/r), $is_dry ? 200 : 403, "$where: altered";
    my $other = $nginx->status($link =~ s/(?=\.\w+(?:\?|$))/x/r);
    if   ($is_dry)                       { is $other, 404, "$where: for another file, which is not there" }
    elsif ($scope{$scheme} eq 'exact')   { is $other, 403, "$where: for another file" }
    else                                 { isnt $other, 403, "$where: for another file of the same directory" }
    $nginx->stop;
}

# --- Akamai ----------------------------------------------------------------------------------------

subtest 'akamai' => sub {
    my ($usual, $other) = map { nginx_of($_) } of_heading('Akamai');
    my $token = sub {
        my ($claims, %with) = @_;
        my $text = $claims . (defined $with{url} ? "~url=$with{url}" : '') . (defined $with{salt} ? "~salt=$with{salt}" : '');
        return "$claims~hmac=" . ($with{hmac} // \&hmac_sha256_hex)->($text, pack 'H*', $with{key} // $key);
    };
    my $films = "exp=$later~acl=/films/*";
    is $usual->status($_->[0]), $_->[1], "akamai: $_->[2]"
        for ['/films/a.mp4?hdnts=' . $token->($films), 200, 'a pattern'],
        ['/films/a.mp4?hdnts=' . $token->($films, key => $transition), 200, 'the transition key'],
        ['/films/a.mp4?hdnts=' . $token->($films, key => 'ff' x 32), 403, 'another key'],
        ['/films/42/a.ts?x=1&hdnts=' . $token->($films), 200, 'a pattern, deeper'],
        ['/films/42/a.ts?hdnts=' . $token->("exp=$later~acl=/x/*!/films/4?/*"), 200, 'one of two patterns'],
        ['/films/a.mp4?hdnts=' . $token->("exp=$later~acl=/films/42/*"), 403, 'another pattern'],
        ['/films/a.mp4?hdnts=' . $token->("exp=$later~acl=/films"), 403, 'a pattern is for the whole path'],
        ['/films/a.mp4?hdnts=' . $token->("exp=$later", url => '/films/a.mp4'), 200, 'a URL'],
        ['/films/a.mp4?x=1&hdnts=' . $token->("exp=$later", url => '/films/a.mp4'), 200, 'a URL, and the query is not hashed'],
        ['/films/42/a.ts?hdnts=' . $token->("exp=$later", url => '/films/a.mp4'), 403, 'another URL'],
        ['/films/a.mp4?hdnts=' . $token->("$films~id=anna~data=x=1"), 200, 'with what is the signer\'s own'],
        ['/films/a.mp4?hdnts=' . $token->("ip=127.0.0.1~$films"), 200, 'for an address'],
        ['/films/a.mp4?hdnts=' . $token->("ip=192.0.2.7~$films"), 403, 'for another address'],
        ['/films/a.mp4?hdnts=' . $token->("st=" . earlier(60) . "~$films"), 200, 'that has begun'],
        ['/films/a.mp4?hdnts=' . $token->("st=" . later(600) . "~$films"), 403, 'that has not begun'],
        ['/films/a.mp4?hdnts=' . $token->('acl=/films/*'), 403, 'without an expiry'],
        ['/films/a.mp4?hdnts=' . $token->("$films~payload=x"), 403, 'with a claim that nobody knows'],
        ['/films/a.mp4?hdnts=' . $token->("exp=" . earlier(60) . '~acl=/films/*'), 403, 'expired'];
    like $usual->log, qr/secure_token: $_, scheme: akamai/, "akamai: $_" for qw(signature url client_ip lifetime malformed unsupported_claim expired);
    my $up = $token->("exp=$later~acl=/films/*");
    my @sha1 = (hmac => \&hmac_sha1_hex, salt => 'replace-me');
    my $escaped = $token->("exp=$later", url => '%2ffilms%2fmy%2520film.mp4', @sha1);
    is $other->status("/films/my%20film.mp4?__token__=$escaped"), 200, 'akamai: SHA-1, escaped, and another name';
    is $other->status('/films/a.mp4', '-H', 'Cookie: hdnea=' . $token->($films, @sha1)), 200, 'akamai: in a cookie';
    is $other->status('/films/a.mp4?__token__=' . $token->($films, salt => 'replace-me')), 403, 'akamai: of SHA-256 no more';
    is $other->status('/films/a.mp4?__token__=' . $token->($films, @sha1, salt => 'another')), 403, 'akamai: of another salt';
    my ($sources) = slurp($guide) =~ /`(args hdnts=\$cookie_hdnts hdnts=\$http_hdnts)`/;
    my $placed = Documents::Nginx->new("location / { secure_token akamai; secure_token_secret $key; secure_token_source $sources; }");
    $placed->file('html/films/a.mp4', "a film\n");
    $placed->start;
    is $placed->status($_->[0], @$_[1 .. $#$_]), 200, "akamai: a token in: $_->[1]"
        for ['/films/a.mp4', '-H', 'Cookie: hdnts=' . $up], ['/films/a.mp4', '-H', "hdnts: $up"], ["/films/a.mp4?hdnts=$up", '-A', 'x'];
    $placed->file('html/secret/a.mp4', "a film\n");
    is $placed->status("/films/%2e%2e/secret/a.mp4?hdnts=$up"), 403, 'akamai: what leads out of a directory is not below it';
    $_->stop for $usual, $other, $placed;
};

# --- bunny.net -------------------------------------------------------------------------------------

subtest 'bunny' => sub {
    my ($nginx) = map { nginx_of($_) } (of_heading('bunny.net'))[0];
    my $token = sub {
        my ($path, $data, %with) = @_;
        my $expires = $with{expires} // $later;
        return 'HS256-' . ($with{ip} ? '1-' : '') . encode_base64url(hmac_sha256($path . $expires . ($with{ip} // '') . $data, $secret));
    };
    my $old = encode_base64url(sha256("$secret/videos/a.mp4$later"));
    is $nginx->status($_->[0], '-H', 'X-Country: DE'), $_->[1], "bunny: $_->[2]"
        for ['/videos/a.mp4?token=' . $token->('/videos/a.mp4', '') . "&expires=$later", 200, 'a path'],
        ["/videos/a.mp4?token=$old&expires=$later", 200, 'the older form'],
        ['/videos/a.mp4?b=2&token=' . $token->('/videos/a.mp4', 'a=1&b=2') . "&expires=$later&a=1", 200, 'with parameters'],
        ['/videos/a.mp4?b=3&token=' . $token->('/videos/a.mp4', 'a=1&b=2') . "&expires=$later&a=1", 403, 'with another one'],
        ['/videos/42/a.ts?token=' . $token->('/videos/', 'token_path=/videos/') . "&expires=$later&token_path=%2Fvideos%2F", 200, 'a directory'],
        ['/films/a.mp4?token=' . $token->('/videos/', 'token_path=/videos/') . "&expires=$later&token_path=%2Fvideos%2F", 403, 'another directory'],
        ['/bcdn_token=' . $token->('/videos/', 'token_path=/videos/') . "&expires=$later&token_path=%2Fvideos%2F/videos/42/a.ts", 200, 'in the path'],
        ['/videos/a.mp4?token=' . $token->('/videos/a.mp4', '', ip => "\x7f\0\0\1") . "&expires=$later", 200, 'for an address'],
        ['/videos/a.mp4?token=' . $token->('/videos/a.mp4', '', ip => "\xc0\0\2\7") . "&expires=$later", 403, 'for another address'],
        ['/videos/a.mp4?token=' . $token->('/videos/a.mp4', 'token_countries=DE,FR') . "&expires=$later&token_countries=DE,FR", 200, 'for a country'],
        ['/videos/a.mp4?token=' . $token->('/videos/a.mp4', 'token_countries=US') . "&expires=$later&token_countries=US", 403, 'for another country'],
        ['/videos/a.mp4?token=' . $token->('/videos/a.mp4', 'token_ignore_params=true') . "&expires=$later&token_ignore_params=true&x=1", 200, 'with other parameters free'],
        ['/videos/a.mp4?token=' . $token->('/videos/a.mp4', '', expires => $past) . "&expires=$past", 403, 'expired'],
        ['/videos/a.mp4?token=' . $token->('/videos/a.mp4', '1=a') . "&expires=$later&1=a", 403, 'a name that begins with a digit'],
        ['/videos/a.mp4?token=' . $token->('/videos/a.mp4', 'a=1&b=2') . "&expires=$later&a=1%26b=2", 403, 'a value with an ampersand'];
    $nginx->stop;
};

# --- Others ----------------------------------------------------------------------------------------

subtest 'leaseweb, fastly and alibaba-b' => sub {
    my ($bound, $free) = map { nginx_of($_) } of_heading('Leaseweb');
    my ($fastly) = map { nginx_of($_) } of_heading('Fastly');
    my $alibaba = nginx_of((of_heading('Alibaba Cloud, Tencent Cloud, Huawei Cloud'))[-1]);
    my %with = (secret => $secret);
    is $_->[0]->status($_->[1]), $_->[2], $_->[3]
        for [$bound, leaseweb('/videos/a.mp4', %with, ip => '127.0.0.1'), 200, 'leaseweb, for an address'],
        [$bound, leaseweb('/videos/a.mp4', %with), 403, 'leaseweb, for none'],
        [$free, leaseweb('/videos/a.mp4', %with), 200, 'leaseweb, where there is none'],
        [$fastly, fastly('/videos/a.mp4?a=1', secret => $base64), 200, 'fastly'],
        [$fastly, fastly('/videos/a.mp4?a=1', secret => $base64, signs => '/videos/a.mp4'), 403, 'fastly, the path alone'],
        [$fastly, fastly('/videos/a.mp4', secret => $base64, signs => '/videos/a.mp4'), 200, 'fastly, the path alone, and nothing else'],
        [$alibaba, alibaba_b('/videos/a.mp4', %with), 200, 'alibaba-b'],
        [$alibaba, alibaba_b('/videos/a.mp4', %with, time => time - 32 * 60), 403, 'alibaba-b, after half an hour'];
    $_->stop for $bound, $free, $fastly, $alibaba;
};

subtest 'what is left of a path' => sub {
    my ($video) = map { nginx_of($_) } of_heading('Gcore');
    my ($text, $left) = slurp($guide) =~ m{Of `(/videos/\S+)` is left `(/videos/\S+)`};
    $video->file('key', $secret);
    chmod 0600, "$video->{dir}/key";
    chomp(my $link = qx{'$ENV{SECURE_TOKEN_CLI}' sign --scheme gcore-video --expires-in 9m --secret-file $video->{dir}/key '$left'});
    my $shown = quotemeta($text) =~ s/TOKEN/[\\w-]{22}/r =~ s/EXPIRES/\\d{10}/r;
    like $link, qr/^$shown$/, 'gcore-video: the link that is shown';
    is scalar `curl -s 'http://127.0.0.1:$video->{port}$link'`, $left, 'gcore-video: what the upstream is asked for';
    $video->stop;
};

done_testing;
