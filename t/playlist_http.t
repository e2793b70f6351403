# secure_token_playlist and what HTTP and NGINX can do to an answer: compression, ranges, caches, other locations.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Compress::Gzip qw(gzip);
use IO::Socket::UNIX;
use Test::More;
use SecureToken;
use SecureToken::Nginx;

my $expires = later;
sub query { my ($path) = @_; return azion($path, expires => $expires) =~ s/.*\?//r }
sub link_to { my ($path) = @_; return "$path?" . query($path) }

my $nginx = SecureToken::Nginx->new;
my $static = $SecureToken::Nginx::V =~ /--with-http_gzip_static_module/ ? 'location /static/ { gzip_static on; alias DIR/html/vod/; } location /always/ { gzip_static always; alias DIR/html/packed/; }' : '';
my $auth = $SecureToken::Nginx::V =~ /--with-http_auth_request_module/ ? 'location = /asked { secure_token off; return 204; } location /ask/ { auth_request /asked; alias DIR/html/vod/; }' : '';
my $http2 = $SecureToken::Nginx::V =~ /--with-http_v2_module/ ? "server { listen unix:DIR/http2.sock http2; secure_token azion; secure_token_secret $SECRET; secure_token_playlist sign; location /vod/ { limit_rate 4m; } location /packed/ { proxy_pass http://unix:DIR/origin.sock; } }" : '';
my $sub = $SecureToken::Nginx::V =~ /--with-http_sub_module/ ? q{location /sub/ { sub_filter_types application/vnd.apple.mpegurl; sub_filter '#EXTINF:4,' '#EXTINF:5,'; sub_filter_once off; alias DIR/html/vod/; }} : '';
$nginx->configure(http => <<"CONF");
    types { application/vnd.apple.mpegurl m3u8; application/dash+xml mpd; video/mp4 mp4; }
    proxy_cache_path DIR/cache keys_zone=cache:1m;
    log_format asked '\$uri \$http_range|\$http_if_none_match';
    server {
        listen unix:DIR/nginx.sock;
        secure_token          azion;
        secure_token_secret   $SECRET;
        secure_token_playlist sign;

        location /vod/      { gzip on; gzip_min_length 1; gzip_types application/vnd.apple.mpegurl; }
        location /packed/   { gzip on; gzip_min_length 1; gzip_types application/vnd.apple.mpegurl; proxy_pass http://unix:DIR/origin.sock; }
        location /broken/   { proxy_pass http://unix:DIR/origin.sock; }
        location /bomb/     { proxy_pass http://unix:DIR/origin.sock; }
        location /held/     { proxy_buffers 4 4k; proxy_buffer_size 4k; proxy_busy_buffers_size 4k; proxy_max_temp_file_size 0; proxy_pass http://unix:DIR/origin.sock:/bomb/; }
        location /tiny/     { proxy_buffering off; proxy_buffer_size 512; proxy_pass http://unix:DIR/origin.sock:/vod/; }
        location /pieces/   { proxy_buffering off; proxy_http_version 1.1; proxy_pass http://unix:DIR/pieces.sock; }
        location /output/   { output_buffers 1 16; sendfile off; alias DIR/html/vod/; }
        location /stale/    { proxy_cache cache; proxy_cache_key \$uri\$arg_n; proxy_cache_valid 200 1s; proxy_cache_use_stale error updating http_500; proxy_cache_background_update on; add_header X-Cache \$upstream_cache_status; proxy_pass http://unix:DIR/origin.sock:/changing/; }
        location /plain/    { default_type video/mp4; alias DIR/html/plain/; }
        location /app/      { proxy_pass http://unix:DIR/origin.sock; }
        $auth
        $static
        $sub
    }
    $http2
    server {
        listen unix:DIR/sent.sock;
        location /try/    { secure_token azion; secure_token_secret $SECRET; secure_token_playlist sign; try_files /nothing \@origin; }
        location \@origin  { proxy_pass http://unix:DIR/origin.sock; }
        location /x/      { secure_token azion; secure_token_secret $SECRET; secure_token_playlist sign; proxy_pass http://unix:DIR/origin.sock; }
        location /error/  { secure_token azion; secure_token_secret $SECRET; secure_token_playlist sign; error_page 404 =200 /open/all.m3u8; root DIR/none; }
        location /inside/ { internal; alias DIR/html/vod/; }
        location /open/   { alias DIR/html/vod/; }
        location /checked/ { secure_token azion; secure_token_secret $SECRET; secure_token_playlist sign; try_files /nothing /off/all.m3u8; }
        location /off/    { secure_token azion; secure_token_secret $SECRET; alias DIR/html/vod/; }
        location /refuse/ { secure_token azion; secure_token_secret $SECRET; secure_token_playlist sign; error_page 403 =200 /open/all.m3u8; }
    }
    server {
        listen unix:DIR/origin.sock;
        access_log DIR/origin.log asked;
        types { application/vnd.apple.mpegurl m3u8 gz; }
        location /vod/      { root DIR/html; }
        location /try/      { alias DIR/html/vod/; }
        location /packed/   { add_header Content-Encoding gzip; alias DIR/html/packed/; }
        location /broken/   { add_header Content-Encoding gzip; alias DIR/html/broken/; }
        location /bomb/     { add_header Content-Encoding gzip; alias DIR/html/bomb/; }
        location /changing/ { if (-f DIR/html/down) { return 500; } alias DIR/html/vod/; }
        location /x/        { add_header X-Accel-Redirect /inside/all.m3u8; alias DIR/html/vod/; }
        location /app/      { default_type application/vnd.apple.mpegurl; alias DIR/html/vod/; }
    }
CONF
my @names = map { "$_.ts" } 1 .. 40;
sub playlist { my ($with, @of) = @_; return join '', "#EXTM3U\n", map { "#EXTINF:4,\n" . $with->($_) . "\n" } @of ? @of : @names }
sub signed { my ($directory) = @_; return playlist(sub { "$_[0]?" . query("$directory$_[0]") }) }
sub packed { my ($text) = @_; gzip(\$text => \my $packed) or die; return $packed }
my $plain = playlist(sub { $_[0] });
my $mpd = '<MPD><Period><AdaptationSet><SegmentList><SegmentURL media="1.ts"/></SegmentList><Representation id="1"/></AdaptationSet></Period></MPD>';
$nginx->write('html/vod/all.m3u8', $plain);
$nginx->write('html/vod/all', $plain);
$nginx->write('html/vod/all.m3u8.gz', packed($plain));
$nginx->write('html/packed/all.m3u8', packed($plain));
$nginx->write('html/packed/all.m3u8.gz', packed($plain));
$nginx->write('html/packed/twice.m3u8', packed("#EXTM3U\n") . packed("a.ts\n"));
$nginx->write('html/packed/all.mpd', packed($mpd));
$nginx->write('html/packed/text.m3u8', packed('no playlist'));
$nginx->write('html/broken/none.m3u8', $plain);
$nginx->write('html/broken/cut.m3u8', substr packed($plain), 0, 100);
$nginx->write('html/bomb/all.m3u8', packed("#EXTM3U\n" . "# a comment that says nothing\n" x 2_000_000));
$nginx->write('html/plain/film', 'x' x 1000);
$nginx->write('html/vod/long.m3u8', playlist(sub { $_[0] }, map { "$_.ts" } 1 .. 20_000));
$nginx->start;

# HTTP/1.0 has no chunks.
sub whole {
    my ($uri, @headers) = @_;
    return $nginx->raw(join "\r\n", "GET $uri HTTP/1.0", 'Host: localhost', @headers, '', '');
}
sub body { return whole(@_)->{body} }

# --- Compressed ---------------------------------------------------------------------------------------------

for my $accepted ([], ['Accept-Encoding: gzip, br']) {
    my $what = @$accepted ? 'a client that takes gzip' : 'one that does not';
    my $answer = whole(link_to('/packed/all.m3u8'), @$accepted);
    is $answer->{body}, signed('/packed/'), "an upstream that compresses though nobody asks it to, and $what";
    is $answer->{header}{'content-encoding'}, undef, '... in plain';
}
{
    my ($body, $mpd) = map { body(link_to("/packed/$_")) } 'twice.m3u8', 'all.mpd';
    is $body, "#EXTM3U\na.ts?" . query('/packed/a.ts') . "\n", 'of several members';
    my $query = query('/packed/1.ts') =~ s/&/&amp;/r;
    like $mpd, qr/media="1\.ts\?\Q$query\E"/, 'a DASH manifest';
    is body(link_to('/packed/text.m3u8')), 'no playlist', 'what is none is decompressed and stays';
}
{
    # The header of gzip alone, of which nothing comes out yet, and all else with it.
    my $packed = packed($plain);
    my $origin = IO::Socket::UNIX->new(Local => $nginx->dir . '/pieces.sock', Listen => 1) or die;
    my $connection = $nginx->connect;
    syswrite $connection, "GET @{[link_to('/pieces/all.m3u8')]} HTTP/1.0\r\nHost: localhost\r\n\r\n";
    my $asked = $origin->accept or die;
    sysread $asked, my $request, 65536;
    my $pieces = join '', map { sprintf "%x\r\n%s\r\n", length, $_ } substr($packed, 0, 10), substr($packed, 10), '';
    syswrite $asked, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n$pieces";
    my $text = '';
    1 while sysread $connection, $text, 65536, length $text;
    is +(split /\r\n\r\n/, $text, 2)[1], signed('/pieces/'), 'an upstream that sends its pieces as they come';
}
{
    my $text = $nginx->curl('--compressed', '-i', 'http://localhost' . link_to('/packed/all.m3u8'));
    like $text, qr/^Content-Encoding: gzip\r$/mi, 'what was rewritten is compressed anew';
    is +(split /\r\n\r\n/, $text, 2)[1], signed('/packed/'), '... and whole';
}
for my $name (qw(none cut)) {
    my $answer = whole(link_to("/broken/$name.m3u8"));
    ok index(signed('/broken/'), $answer->{body}) == 0 && length $answer->{body} < length signed('/broken/'), "$name: what is no gzip ends there";
    like $nginx->log, qr/\[error\] [^\n]*secure_token: playlist cut off, what came is no gzip or was cut off itself\b[^\n]*$name/, '... which is logged';
}
{
    my ($worker) = $nginx->workers;
    my $kilobytes = sub { return SecureToken::Wait::contents("/proc/$worker/status") =~ /^VmRSS:\s+(\d+) kB/m ? $1 : die };
    my $before = $kilobytes->();
    is length body(link_to('/bomb/all.m3u8')), 8 + 30 * 2_000_000, '60 MB of 60 KB come';
    cmp_ok $kilobytes->() - $before, '<', 2048, '... and the worker grows by less than 2 MB';
}
for my $place (qw(bomb held)) {
    my $connection = $nginx->connect;
    syswrite $connection, "GET @{[link_to(\"/$place/all.m3u8\")]} HTTP/1.0\r\nHost: localhost\r\n\r\n";
    my $text = '';
    # What waits is held while nobody reads.
    for (1 .. 20) { select undef, undef, undef, 0.02; sysread $connection, $text, 65536, length $text }
    1 while sysread $connection, $text, 1 << 20, length $text;
    is length($text =~ s/.*?\r\n\r\n//sr), 8 + 30 * 2_000_000, "$place: for a client that reads slowly, too";
}
SKIP: {
    skip 'no gzip_static', 3 if !$static;
    is body(link_to('/static/all.m3u8'), 'Accept-Encoding: gzip'), signed('/static/'), 'gzip_static';
    is body(link_to('/static/all.m3u8')), signed('/static/'), '... for a client that does not take it';
    is body(link_to('/always/all.m3u8')), signed('/always/'), 'gzip_static always';
}

# --- Whole and in parts -----------------------------------------------------------------------------------------

{
    my $part = whole(link_to('/plain/film'), 'Range: bytes=0-9');
    is "$part->{status} $part->{body}", '206 ' . 'x' x 10, 'a file without a suffix is no playlist, and is sent in parts';
    my $etag = $part->{header}{etag};
    is whole(link_to('/plain/film'), "If-None-Match: $etag")->{status}, 304, '... or not at all';
}
for my $range ('bytes=0-', 'bytes=0-' . length($plain) * 2) {
    my $answer = whole(link_to('/app/all'), "Range: $range");
    is "$answer->{status} $answer->{body}", '200 ' . signed('/app/'), "a playlist without a suffix: $range is all of it";
    is_deeply [grep { exists $answer->{header}{$_} } qw(content-range content-length)], [], '... and nothing tells otherwise';
}
is whole(link_to('/app/all'), 'Range: bytes=5-')->{status}, 206, '... and another part stays one';
is body(link_to("/$_/all.m3u8")), signed("/$_/"), "$_: small buffers" for qw(tiny output);
SKIP: {
    skip 'no sub_filter', 1 if !$sub;
    is body(link_to('/sub/all.m3u8')), signed('/sub/') =~ s/EXTINF:4/EXTINF:5/gr, 'sub_filter behind it';
}

# --- Connections ------------------------------------------------------------------------------------------------

my $long = playlist(sub { "$_[0]?" . query("/vod/$_[0]") }, map { "$_.ts" } 1 .. 20_000);
SKIP: {
    skip 'no HTTP/2', 2 if !$http2;
    my @http2 = ('--http2-prior-knowledge', '--unix-socket', $nginx->dir . '/http2.sock');
    # Some versions of curl complain of the end of a connection.
    my $get = sub { $nginx->curl(@http2, map { 'http://localhost' . link_to($_) } @_) =~ s/^curl: \(16\).*\n//mgr };
    ok $get->('/vod/long.m3u8') eq $long, 'HTTP/2';
    is $get->('/packed/all.m3u8'), signed('/packed/'), '... from an upstream that compresses';
}
for my $path ('/vod/long.m3u8', '/packed/all.m3u8') {
    my $connection = $nginx->connect;
    syswrite $connection, "GET @{[link_to($path)]} HTTP/1.1\r\nHost: localhost\r\n\r\n";
    ok sysread($connection, my $text, 100), "$path: a client that reads the beginning";
    close $connection;
}
ok body(link_to('/vod/long.m3u8')) eq $long, '... and goes away hurts no other';
{
    # Two requests at once, and what comes behind a rewritten answer is the next one.
    my $connection = $nginx->connect;
    syswrite $connection, join '', map { "GET $_ HTTP/1.1\r\nHost: localhost\r\n\r\n" } link_to('/vod/all.m3u8'), '/vod/none.ts?' . query('/vod/none.ts');
    my $text = '';
    1 while $text !~ /404 Not Found<\/h1>/ && sysread $connection, $text, 65536, length $text;
    like $text, qr{\AHTTP/1\.1 200 .*\r\n0\r\n\r\nHTTP/1\.1 404 }s, 'keepalive: each answer ends where it ends';
}

# --- A cache ----------------------------------------------------------------------------------------------------

{
    my $stale = sub { my $answer = whole(link_to('/stale/all.m3u8') . "&n=$_[0]"); is $answer->{body}, signed('/stale/'), "a cache: $answer->{header}{'x-cache'}"; return $answer->{header}{'x-cache'} };
    # For a second, which may be over on a busy machine.
    my ($n, @came) = 0;
    until ("@came" eq 'MISS HIT' || $n == 10) { $n++; @came = map { $stale->($n) } 1, 2 }
    is "@came", 'MISS HIT', 'a cache has it';
    $nginx->write('html/down', '');
    sleep 2;
    is $stale->($n), 'STALE', '... and still has it when its upstream fails';
    my ($file) = map { s{.*/}{}r } glob $nginx->dir . '/cache/*';
    unlike $nginx->read("cache/$file"), qr/st=/, '... without tokens';
}

# --- Other locations ----------------------------------------------------------------------------------------------

sub sent {
    my ($link) = @_;
    return $nginx->curl('--unix-socket', $nginx->dir . '/sent.sock', "http://localhost$link");
}
is sent(link_to("/$_/all.m3u8")), signed("/$_/"), "$_: where the token was checked decides" for qw(try x error);
is sent(link_to('/open/all.m3u8')), $plain, 'where none is checked nothing is rewritten';
is sent(link_to('/checked/all.m3u8')), $plain, 'what is checked anew is as that location says';
is sent('/refuse/all.m3u8'), $plain, 'the page of a refusal has no tokens';
SKIP: {
    skip 'no auth_request', 1 if !$auth;
    is body(link_to('/ask/all.m3u8')), signed('/ask/'), 'auth_request';
}

is $nginx->alarms, '', 'nothing alarming in the log';
done_testing;
