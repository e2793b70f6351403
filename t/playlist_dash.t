# secure_token_playlist: the links of a DASH manifest get tokens.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Nginx;

my $expires = later;
sub query { my ($path) = @_; return azion($path, expires => $expires) =~ s/.*\?//r }
sub xml { return query(@_) =~ s/&/&amp;/gr }

my $nginx = SecureToken::Nginx->new;
$nginx->configure(http => <<"CONF");
    types { application/vnd.apple.mpegurl m3u8; application/dash+xml xml; application/dash-patch+xml patch; }
    server {
        listen unix:DIR/nginx.sock;
        secure_token          azion;
        secure_token_secret   $SECRET;
        secure_token_playlist sign;

        location /vod/   { }
        location /proxy/ { proxy_buffers 4 4k; proxy_buffer_size 4k; proxy_busy_buffers_size 4k; proxy_pass http://unix:DIR/origin.sock:/vod/; }
        location /slow/  { proxy_buffering off; proxy_pass http://unix:DIR/origin.sock:/vod/; }
        location /short/ { secure_token_playlist_max 1k; alias DIR/html/vod/; }
        location /pass/  { secure_token_uri /pass/; secure_token_playlist pass; alias DIR/html/vod/; }
    }
    server { listen unix:DIR/origin.sock; location / { root DIR/html; } }
CONF

sub manifest {
    my ($base, $pattern, $more) = @_;
    return <<"MPD";
<?xml version="1.0" encoding="utf-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><!-- <BaseURL>no.mp4</BaseURL> -->
  <Period>
    <AdaptationSet><Representation id="1" bandwidth="1"><BaseURL>$base</BaseURL></Representation></AdaptationSet>
    <AdaptationSet><SegmentTemplate media="$pattern"/><Representation id="2" bandwidth="1"/></AdaptationSet>
    @{[$more // '']}
  </Period>
</MPD>
MPD
}
my $plain = manifest('a.mp4?x=1', 's-$Number$.m4s');
my $large = '<AdaptationSet><Representation id="3" bandwidth="1"><BaseURL>b.mp4</BaseURL></Representation></AdaptationSet>';
$nginx->write("html/vod/all.$_", $plain) for qw(mpd xml);
$nginx->write('html/vod/large.mpd', manifest('a.mp4?x=1', 's-$Number$.m4s', $large x 3000));
$nginx->write('html/vod/broken.mpd', $plain =~ s{</MPD>}{}r);
$nginx->start;

sub link_to { my ($path) = @_; return $path . '?' . query($path) }
sub whole {
    my ($uri, @headers) = @_;
    return $nginx->raw(join "\r\n", "GET $uri HTTP/1.0", 'Host: localhost', @headers, '', '');
}

for my $place (qw(vod proxy slow)) {
    my $signed = sub { 'a.mp4?x=1&amp;' . xml("/$place/a.mp4"), 's-$Number$.m4s' };
    is whole(link_to("/$place/all.mpd"))->{body}, manifest($signed->()), "$place: a file of one path gets a token, a pattern none";
    my $expected = manifest($signed->(), $large =~ s/b\.mp4/"b.mp4?" . xml("\/$place\/b.mp4")/er x 3000);
    ok whole(link_to("/$place/large.mpd"))->{body} eq $expected, "$place: a large one";
    my $answer = whole(link_to("/$place/all.mpd"), 'Range: bytes=0-', 'If-None-Match: *');
    is $answer->{status}, 200, "$place: all of it";
    is $answer->{header}{'content-length'}, undef, "$place: no wrong length";
}
is whole(link_to('/vod/all.xml'))->{body}, manifest('a.mp4?x=1&amp;' . xml('/vod/a.mp4'), 's-$Number$.m4s'), 'by its type';
like $nginx->log, qr/\[info\] [^\n]*secure_token: a link of the playlist is left, it is for more than one path; write "secure_token_playlist pass", or use a cookie\b/, 'the pattern is logged';

{
    my $query = query('/pass/');
    my $escaped = $query =~ s/&/&amp;/gr;
    is whole("/pass/all.mpd?$query")->{body}, manifest("a.mp4?x=1&amp;$escaped", 's-$Number$.m4s?' . $escaped), 'pass: the pattern gets the token that opened the manifest';
}

is whole(link_to('/short/all.mpd'))->{body}, manifest('a.mp4?x=1&amp;' . xml('/short/a.mp4'), 's-$Number$.m4s'), 'as long as is allowed';
is whole(link_to('/short/large.mpd'))->{body}, manifest('a.mp4?x=1', 's-$Number$.m4s', $large x 3000), 'a longer one stays as it is';
like $nginx->log, qr/\[warn\] [^\n]*secure_token: manifest not rewritten, it is longer than "secure_token_playlist_max"/, 'which is logged';
is whole(link_to('/vod/broken.mpd'))->{body}, $plain =~ s{</MPD>}{}r, 'what is no XML stays as it is';
like $nginx->log, qr/\[warn\] [^\n]*secure_token: manifest not rewritten, it is not well-formed XML\b/, 'which is logged';

is $nginx->alarms, '', 'nothing alarming in the log';
done_testing;
