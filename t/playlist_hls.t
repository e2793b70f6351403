# secure_token_playlist: the links of an HLS playlist get tokens.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Nginx;

my $expires = later;
sub query { my ($path) = @_; return azion($path, expires => $expires) =~ s/.*\?//r }

my $nginx = SecureToken::Nginx->new;
$nginx->configure(http => <<"CONF");
    types { application/vnd.apple.mpegurl m3u8; video/mp2t ts; text/plain txt; }
    log_format asked '\$uri \$http_range|\$http_if_none_match|\$http_if_modified_since|\$http_accept_encoding|\$http_user_agent|\$http_x_last';
    proxy_cache_path DIR/cache keys_zone=cache:1m;
    gzip_types application/vnd.apple.mpegurl;
    server {
        listen unix:DIR/nginx.sock;
        secure_token          azion;
        secure_token_secret   $SECRET;
        secure_token_playlist sign;

        location /vod/      { }
        location /gzip/     { gzip on; gzip_min_length 1; alias DIR/html/vod/; }
        location /sendfile/ { sendfile on; alias DIR/html/vod/; }
        location /off/      { secure_token_playlist off; alias DIR/html/vod/; }
        location ~ ^(?<title>/titles/[^/]+/) { secure_token_playlist sign under=\$title; }
        location /nowhere/  { secure_token_playlist sign under=\$arg_none; alias DIR/html/vod/; }
        location /under/    { secure_token_playlist sign under=/other/; alias DIR/html/vod/; }
        location /types/    { secure_token_playlist_types text/PLAIN; alias DIR/html/vod/; }
        location /cookie/   { secure_token_source \$cookie_token args; alias DIR/html/vod/; }
        location /strip/    { secure_token_strip on; proxy_pass http://unix:DIR/origin.sock:/vod/; }
        location /proxy/    { proxy_pass http://unix:DIR/origin.sock:/vod/; }
        location /slow/     { proxy_buffering off; proxy_pass http://unix:DIR/origin.sock:/vod/; }
        location /small/    { proxy_buffers 4 4k; proxy_buffer_size 4k; proxy_busy_buffers_size 4k; proxy_pass http://unix:DIR/origin.sock:/vod/; }
        location /postpone/ { postpone_output 1m; alias DIR/html/vod/; }
        location /cached/   { proxy_cache cache; proxy_cache_key \$uri; proxy_cache_valid 200 1h; proxy_pass http://unix:DIR/origin.sock:/vod/; }
        location /strict/   { proxy_pass http://unix:DIR/origin.sock; }
        location /gone/     { proxy_pass http://unix:DIR/origin.sock; }
        location /packed/   { proxy_pass http://unix:DIR/origin.sock; }
        location /pass/     { secure_token_uri /pass/; secure_token_playlist pass; alias DIR/html/vod/; }
        location /page/     { ssi on; ssi_types text/plain; alias DIR/html/vod/; }
    }
    server {
        listen unix:DIR/origin.sock;
        access_log DIR/origin.log asked;
        location /vod/    { add_header Cache-Control "public, max-age=60"; root DIR/html; }
        location /strict/ { add_header Cache-Control no-store; alias DIR/html/vod/; }
        location /gone/   { return 404 "#EXTM3U\\na.ts\\n"; }
        location /packed/ { add_header Content-Encoding br; alias DIR/html/vod/; }
    }
CONF

# The playlist, and what is expected of it in a place.
my @links = ('k.key' => 'k.key', 'sub/1.ts' => 'sub/1.ts', '2.ts?x=1' => '2.ts', '/other/3.ts' => undef, 'https://example.com/4.ts' => undef, 'last%20one.ts' => 'last one.ts');
my ($key, @uris) = @links[grep { $_ % 2 == 0 } 0 .. $#links];
my %file = @links;
sub playlist {
    my ($with) = @_;
    my ($k, @others) = map { $with->($_) } $key, @uris;
    return join "\n", '#EXTM3U', qq(#EXT-X-KEY:METHOD=AES-128,URI="$k"), '# a comment', map { ('#EXTINF:4,', $_) } @others;
}
sub signed {
    my ($directory) = @_;
    return playlist(sub {
        my ($link) = @_;
        my $file = $file{$link} // return $link;
        return $link . ($link =~ /\?/ ? '&' : '?') . query("$directory$file");
    });
}
my $plain = playlist(sub { $_[0] });
$nginx->write('html/vod/all.m3u8', $plain);
$nginx->write('html/vod/all.txt', $plain);
$nginx->write('html/vod/text.m3u8', "no playlist\na.ts\n");
$nginx->write('html/vod/empty.m3u8', '');
$nginx->write('html/vod/short.m3u8', '#EXTM');
$nginx->write('html/titles/a/720p/index.m3u8', "#EXTM3U\n../film.key\n1.ts\n../../b/1.ts\n");
$nginx->write('html/vod/sub/1.ts', 'a segment');
$nginx->write('html/vod/page.txt', "<!--#include virtual=\"/vod/all.m3u8\" -->");
$nginx->write('html/vod/large.m3u8', join "\n", '#EXTM3U', map { ('#EXTINF:4,', "$_.ts") } 1 .. 20_000);
$nginx->start;

sub link_to { my ($path) = @_; return $path . '?' . query($path) }
# HTTP/1.0 has no chunks.
sub whole {
    my ($uri, @headers) = @_;
    return $nginx->raw(join "\r\n", "GET $uri HTTP/1.0", 'Host: localhost', @headers, '', '');
}

# --- What is rewritten -------------------------------------------------------------------------------

for my $place (qw(vod sendfile strip proxy slow small postpone cached cached)) {
    is whole(link_to("/$place/all.m3u8"))->{body}, signed("/$place/"), "$place: every link under the playlist gets a token of its own";
}
is whole('/vod/all.m3u8?a=b&' . query('/vod/all.m3u8'))->{body}, signed('/vod/'), 'whatever else is in the query';
{
    my ($opened) = whole(link_to('/vod/all.m3u8'))->{body} =~ /^(sub\S+)$/m;
    is whole("/vod/$opened")->{body}, 'a segment', 'and it opens what it leads to';
    is whole("/vod/$opened" =~ s/1\.ts/2.ts/r)->{status}, 403, 'and nothing else';
}
for my $place (qw(vod proxy slow small postpone cached)) {
    my $large = join "\n", '#EXTM3U', map { ('#EXTINF:4,', "$_.ts?" . query("/$place/$_.ts")) } 1 .. 20_000;
    ok whole(link_to("/$place/large.m3u8"))->{body} eq $large, "$place: one that fills many buffers";
}
is whole(link_to('/titles/a/720p/index.m3u8'))->{body},
    join('', "#EXTM3U\n", map({ "$_->[0]?" . query($_->[1]) . "\n" } ['../film.key', '/titles/a/film.key'], ['1.ts', '/titles/a/720p/1.ts']), "../../b/1.ts\n"),
    'under the directory that a variable has, and not beside it';
is whole(link_to('/nowhere/all.m3u8'))->{body}, playlist(sub { $_[0] }), 'nowhere, where the variable has none';
like $nginx->log, qr/\[warn\] [^\n]*secure_token: links of the playlist are left, "under=" is not from one slash to another/, 'which is logged';
is whole(link_to('/under/all.m3u8'))->{body}, playlist(sub { $_[0] =~ m{^(/other/.*)} ? "$1?" . query($1) : $_[0] }), 'under another directory, where one is named';
is whole(link_to('/types/all.txt'))->{body}, signed('/types/'), 'by its type';
is whole(link_to('/vod/all.txt'))->{body}, $plain, 'which is none of the usual';

# --- What is not --------------------------------------------------------------------------------------

is whole(link_to('/off/all.m3u8'))->{body}, $plain, 'off';
is whole('/cookie/all.m3u8', 'Cookie: token=' . query('/cookie/all.m3u8'))->{body}, $plain, 'a token in a cookie, which players send by themselves';
is whole(link_to("/vod/$_->[0].m3u8"))->{body}, $_->[1], "$_->[0]: what is no playlist stays" for ['text', "no playlist\na.ts\n"], ['empty', ''], ['short', '#EXTM'];
is whole(link_to('/gone/all.m3u8'))->{body}, "#EXTM3U\na.ts\n", 'another status';
is whole(link_to('/packed/all.m3u8'))->{body}, $plain, 'one that is compressed with what cannot be undone';
like $nginx->log, qr/\[warn\] [^\n]*secure_token: playlist not rewritten, it is compressed, and not with gzip\b/, 'which is logged';
unlike whole('/vod/all.m3u8')->{body}, qr/EXTM3U/, 'a refused request';
SKIP: {
    skip 'no SSI', 1 if $SecureToken::Nginx::V =~ /--without-http_ssi_module/;
    is whole(link_to('/page/page.txt'))->{body}, $plain, 'what a page includes';
}
like $nginx->log, qr/\[info\] [^\n]*secure_token: a link of the playlist is left, it is not under what may be signed,/, 'links that are left are logged';

# --- pass ---------------------------------------------------------------------------------------------

{
    my $query = query('/pass/');
    my $passed = playlist(sub { my ($link) = @_; $link =~ /^https/ ? $link : $link . ($link =~ /\?/ ? '&' : '?') . $query });
    is whole("/pass/all.m3u8?x=y&$query")->{body}, $passed, 'pass: every link of this host gets the token that opened the playlist';
}

# --- Headers ------------------------------------------------------------------------------------------

sub header { my ($name, @answer) = @_; return whole(@answer)->{header}{$name} }

for my $place (qw(vod proxy cached)) {
    my $answer = whole(link_to("/$place/all.m3u8"));
    is_deeply [grep { exists $answer->{header}{$_} } qw(content-length etag last-modified accept-ranges expires)], [], "$place: nothing is said of the length or version of the file";
    is $answer->{header}{'cache-control'}, $place eq 'vod' ? 'private' : 'private, max-age=60', "$place: no cache keeps it for others";
    is $answer->{header}{'content-type'}, 'application/vnd.apple.mpegurl', "$place: its type";
    is scalar(() = $answer->{head} =~ /^cache-control:/mgi), 1, "$place: said once";
    for my $header ('Range: bytes=0-', 'Range: bytes=3-5', 'If-None-Match: *', 'If-Modified-Since: Thu, 01 Jan 2037 00:00:00 GMT', 'If-Match: "x"', 'If-Unmodified-Since: Thu, 01 Jan 2015 00:00:00 GMT') {
        my $part = whole(link_to("/$place/all.m3u8"), $header, 'X-Last: yes');
        is $part->{status}, 200, "$place: $header: all of it";
        is $part->{body}, signed("/$place/"), "$place: $header: rewritten";
    }
    my $head = $nginx->raw("HEAD " . link_to("/$place/all.m3u8") . " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    is "$head->{status} $head->{body}", '200 ', "$place: HEAD has no body";
    is_deeply [grep { exists $head->{header}{$_} } qw(content-length etag last-modified accept-ranges)], [], "$place: HEAD: no wrong length";
}
is whole(link_to('/vod/sub/1.ts'), 'Range: bytes=0-3')->{status}, 206, 'parts of segments are served';
is header('content-length', link_to('/vod/sub/1.ts')), 9, 'and their length is told';
is header('cache-control', link_to('/strict/all.m3u8')), 'no-store', 'what is stricter stays';
is header('content-encoding', link_to('/gzip/all.m3u8'), 'Accept-Encoding: gzip'), undef, 'HTTP/1.0 gets no gzip';
{
    my $text = $nginx->curl('--compressed', '-H', 'Accept-Encoding: gzip', '-i', 'http://localhost' . link_to('/gzip/all.m3u8'));
    like $text, qr/^Content-Encoding: gzip\r$/mi, 'what was rewritten is compressed';
    is +(split /\r\n\r\n/, $text, 2)[1], signed('/gzip/'), 'and is whole';
}
whole(link_to('/proxy/all.m3u8'), 'User-Agent: player', 'Range: bytes=0-', 'If-None-Match: "x"', 'If-Modified-Since: x', 'Accept-Encoding: gzip', 'X-Last: yes');
like $nginx->written('origin.log', sub { $_[0] =~ /player/ }), qr{^/vod/all\.m3u8 -\|-\|-\|-\|player\|yes$}m, 'an upstream is asked for the whole in plain, and gets the other headers';
is $nginx->curl(map { 'http://localhost' . link_to('/vod/all.m3u8') } 1, 2), signed('/vod/') x 2, 'two on one connection';

is $nginx->alarms, '', 'nothing alarming in the log';
done_testing;
