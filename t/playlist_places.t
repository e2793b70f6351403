# secure_token_playlist with other schemes, and wherever NGINX sends a request.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use URI;
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Nginx;

my $expires = later;
sub query_of { return $_[0] =~ s/.*\?//r }
sub query { my ($path) = @_; return query_of(azion($path, expires => $expires)) }

my $nginx = SecureToken::Nginx->new;
my $threads = $SecureToken::Nginx::V =~ /--with-threads/ ? 'location /threads/ { aio threads; output_buffers 2 4k; alias DIR/html/vod/; }' : '';
my $slice = $SecureToken::Nginx::V =~ /--with-http_slice_module/ ? 'location /slice/ { slice 64; proxy_set_header Range $slice_range; proxy_pass http://unix:DIR/origin.sock:/vod/; }' : '';
$nginx->configure(http => <<"CONF");
    types { application/vnd.apple.mpegurl m3u8 hls; video/mp2t ts; }
    server {
        listen unix:DIR/nginx.sock;
        secure_token          azion;
        secure_token_secret   $SECRET;
        secure_token_playlist sign;

        location /try/      { try_files /nothing \@origin; }
        location \@origin    { rewrite ^ /vod/index.m3u8 break; proxy_pass http://unix:DIR/origin.sock; }
        location /vod/      { index index.m3u8; }
        location /rewritten { rewrite ^ /vod/index.m3u8 last; }
        location /error/    { error_page 404 =200 /page/index.m3u8; }
        location /page/     { alias DIR/html/vod/; }
        location /expires/  { expires 1h; alias DIR/html/vod/; }
        location /header/   { add_header Cache-Control "public, max-age=5"; add_header Cache-Control s-maxage=7; add_header ETag x; alias DIR/html/vod/; }
        location /dry/      { secure_token_dry_run on; alias DIR/html/vod/; }
        location /host/     { alias DIR/html/vod/; }
        location /limited/  { limit_rate 1m; alias DIR/html/vod/; }
        location /gcore/    { secure_token gcore; secure_token_client_ip \$http_x_address; alias DIR/html/vod/; }
        location /names/    { secure_token_param token=t expires=until; alias DIR/html/vod/; }
        location /fastly/   { secure_token fastly; secure_token_secret $BASE64; alias DIR/html/vod/; }
        location /several/  { secure_token gcore azion; alias DIR/html/vod/; }
        location /keys/     { secure_token_secret another-secret-here id=new; secure_token_secret $SECRET id=old; alias DIR/html/vod/; }
        location /ectoken/  { secure_token ectoken; secure_token_playlist pass; secure_token_uri /ectoken/; alias DIR/html/vod/; }
        location /post/     { proxy_method GET; proxy_pass http://unix:DIR/origin.sock:/vod/; }
        $threads
        $slice
    }
    server { listen unix:DIR/origin.sock; location / { root DIR/html; } }
CONF
sub playlist { my ($with) = @_; return join "\n", '#EXTM3U', '#EXTINF:4,', $with->('a.ts'), '#EXTINF:4,', $with->('b.ts?x#f') . "\n" }
my $plain = playlist(sub { $_[0] });
$nginx->write("html/vod/$_.m3u8", $plain) for qw(index all);
$nginx->write('html/vod/host.m3u8', "#EXTM3U\nhttp://localhost/host/a.ts\nhttps://localhost/host/a.ts\nhttp://localhost:81/host/a.ts\n//localhost/host/a.ts\n");
$nginx->write('html/vod/long.m3u8', join '', "#EXTM3U\n", map { "$_.ts\n" } 1 .. 10_000);
$nginx->write('html/vod/list.hls', "#EXTM3U\n" . "a.ts\n" x 100);
$nginx->start;

sub with { my ($link, $query) = @_; return $link =~ /^([^?#]*)\?([^#]*)(.*)/ ? "$1?$2&$query$3" : "$link?$query" }
sub signed { my ($directory, $sign) = @_; $sign //= \&query; return playlist(sub { with($_[0], $sign->($directory . $_[0] =~ s/[?#].*//r)) }) }
sub link_to { my ($path) = @_; return $path . '?' . query($path) }
sub whole {
    my ($uri, @headers) = @_;
    return $nginx->raw(join "\r\n", "GET $uri HTTP/1.0", 'Host: localhost', @headers, '', '');
}

# --- Where NGINX sends a request: links are those of the address that the client has -----------------------

is whole(link_to('/try/all.m3u8'))->{body}, signed('/try/'), 'try_files and a named location';
is whole(link_to('/vod/'))->{body}, signed('/vod/'), 'the index of a directory';
is whole(link_to('/rewritten'))->{body}, signed('/'), 'rewrite';
is whole(link_to('/vod/all.m3u8'), 'Range: bytes=2-')->{body}, signed('/vod/'), 'and directly';
is whole(link_to('/error/none'))->{body}, signed('/error/'), 'an error page that is a playlist and is told of as 200';
is whole(link_to('/limited/all.m3u8'))->{body}, signed('/limited/'), 'limit_rate';
is whole(link_to('/vod//./all.m3u8') =~ s/\?.*//r . '?' . query('/vod/all.m3u8'))->{body}, signed('/vod/'), 'an address in another spelling';
SKIP: {
    skip 'no threads', 1 if !$threads;
    ok whole(link_to('/threads/long.m3u8'))->{body} eq join('', "#EXTM3U\n", map { "$_.ts?" . query("/threads/$_.ts") . "\n" } 1 .. 10_000), 'aio threads';
}

{
    my $query = query('/host/a.ts');
    my $link = link_to('/host/host.m3u8');
    my $answer = sub { my ($host) = @_; return $nginx->raw("GET $link HTTP/1.0\r\nHost: $host\r\n\r\n")->{body} };
    is $answer->('localhost'), "#EXTM3U\nhttp://localhost/host/a.ts?$query\nhttps://localhost/host/a.ts?$query\nhttp://localhost:81/host/a.ts\n//localhost/host/a.ts?$query\n", 'links with the host that the client named';
    is $answer->('localhost:81'), "#EXTM3U\nhttp://localhost/host/a.ts\nhttps://localhost/host/a.ts\nhttp://localhost:81/host/a.ts?$query\n//localhost/host/a.ts\n", 'and with its port';
}

# --- Whose token --------------------------------------------------------------------------------------

{
    my @ip = (ip => '192.0.2.7', expires => $expires);
    is whole(gcore('/gcore/all.m3u8', @ip), 'X-Address: 192.0.2.7')->{body}, signed('/gcore/', sub { query_of(gcore($_[0], @ip)) }), 'gcore: for the same client';
}
{
    my @names = (token => 't', e => "until", expires => $expires);
    is whole(azion('/names/all.m3u8', @names))->{body}, signed('/names/', sub { query_of(azion($_[0], @names)) }), 'by the names that are configured';
}
{
    # The query is signed, and the path as it is sent.
    my %sent = ('a%62.ts' => 'a%62.ts', '../fastly/c.ts?x=1&y#f' => 'c.ts?x=1&y', 'd.ts?' => 'd.ts', 'e.ts?x&' => 'e.ts?x', 'f.ts?token=1_00&x' => 'f.ts?x', '/fastly/g.ts' => 'g.ts');
    my @sent = sort keys %sent;
    $nginx->write('html/vod/fastly.m3u8', join "\n", '#EXTM3U', @sent, 'a b.ts', '/elsewhere/h.ts');
    $nginx->write('html/vod/' . $sent{$_} =~ s/\?.*//r =~ s/%62/b/r, "the file $_") for @sent;
    my (undef, @links) = split /\n/, whole(fastly('/fastly/fastly.m3u8'))->{body};
    is_deeply [splice @links, @sent], ['a b.ts', '/elsewhere/h.ts'], 'fastly: what a player spells otherwise is left, and what lies elsewhere';
    my $base = URI->new('http://localhost/fastly/fastly.m3u8');
    is whole(URI->new_abs($_->[1] =~ s/#.*//r, $base)->path_query)->{body}, "the file $_->[0]", "fastly: $_->[0] opens" for map { [$sent[$_], $links[$_]] } 0 .. $#sent;
    is scalar(@{[grep { /token=\d+_[0-9a-f]{40}/ } @links]}), scalar @sent, 'fastly: each with a token';
}
is whole(link_to('/several/all.m3u8'))->{body}, signed('/several/'), 'of several schemes the one that opened';
is whole(gcore('/several/all.m3u8', expires => $expires))->{body}, signed('/several/', sub { query_of(gcore($_[0], expires => $expires)) }), 'whichever it was';
is whole(link_to('/keys/all.m3u8'))->{body}, signed('/keys/'), 'with the secret that opened, though another one comes first';
{
    my $token = query_of(ectoken('/ectoken/', "ec_expire=$expires&ec_url_allow=/ectoken/", secret => $SECRET));
    is whole("/ectoken/all.m3u8?$token")->{body}, playlist(sub { $_[0] eq 'a.ts' ? "a.ts?$token" : "b.ts?$token&x#f" }), 'a token without a name comes first in the query';
}

# --- What is refused, and what is asked otherwise ---------------------------------------------------------

is whole('/dry/all.m3u8')->{body}, $plain, 'dry run: there is no token to go by';
is whole('/dry/all.m3u8?' . query('/dry/b.m3u8'))->{body}, $plain, 'dry run: a token that does not fit is not handed on';
is whole(link_to('/dry/all.m3u8'))->{body}, signed('/dry/'), 'dry run: one that fits is';
is whole(azion('/vod/all.m3u8', expires => earlier()))->{status}, 410, 'an expired one';
{
    my $link = link_to('/post/all.m3u8');
    is $nginx->raw("POST $link HTTP/1.0\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")->{body}, $plain, 'the answer to a POST stays';
}

SKIP: {
    skip 'no slices', 4 if !$slice;
    is whole(link_to('/slice/long.m3u8'))->{body}, join('', "#EXTM3U\n", map { "$_.ts?" . query("/slice/$_.ts") . "\n" } 1 .. 10_000), 'a playlist is not cut into slices';
    is whole(link_to('/slice/none.m3u8'))->{status}, 404, 'nor is one that is not there found';
    is whole(link_to('/slice/list.hls'))->{body}, $nginx->read('html/vod/list.hls'), 'what is cut into slices, since its name says nothing, stays as it is';
    like $nginx->log, qr/\[warn\] [^\n]*secure_token: playlist not rewritten, it comes in slices\b/, 'which is logged';
}

# --- Headers of the operator's own --------------------------------------------------------------------

sub cache_control { my ($link) = @_; return [whole($link)->{head} =~ /^Cache-Control: ([^\r\n]*)/mgi] }
is_deeply cache_control(link_to('/expires/all.m3u8')), ['private, max-age=3600'], 'expires: no cache keeps it for others, and the client as long as it says';
is_deeply cache_control(link_to('/header/all.m3u8')), ['private, max-age=5'], 'add_header: what is for shared caches is not said';

is $nginx->alarms, '', 'nothing alarming in the log';
done_testing;
