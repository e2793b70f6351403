# secure_token_playlist where the token stands in the path.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::MD5 qw(md5_hex);
use Test::More;
use URI;
use SecureToken;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new;
my $server = sub {
    my ($name, $rules) = @_;
    return "server { listen unix:DIR/$name.sock; secure_token_secret $SECRET; $rules location ^~ / { } }";
};
$nginx->configure(http => 'types { application/vnd.apple.mpegurl m3u8; application/dash+xml mpd; video/mp2t ts; } merge_slashes on; '
    . $server->('sign', 'secure_token alibaba-b; secure_token_ttl 30m; secure_token_playlist sign;')
    . $server->('under', 'secure_token alibaba-b; secure_token_ttl 30m; secure_token_playlist sign under=/other/;')
    . $server->('pass', 'secure_token alibaba-b; secure_token_ttl 30m; secure_token_uri /vod/; secure_token_playlist pass;'));

# A link of a playlist, and the file that it leads to.
my %links = (
    'a.ts'                         => '/vod/a.ts',
    'sub/b.ts?x=1#f'               => '/vod/sub/b.ts',
    './/sub//c.ts'                 => '/vod/sub/c.ts',
    '/vod/d%20e.ts'                => '/vod/d e.ts',
    'http://localhost/vod/f.ts?u=//g' => '/vod/f.ts',
    '//localhost/vod/g.ts'         => '/vod/g.ts',
    '/other/h.ts'                  => '/other/h.ts',
    '../../../vod/i.ts'            => '/vod/i.ts',
);
# The scheme hashes paths as they are sent.
my %sent = (%links, './/sub//c.ts' => '/vod//sub//c.ts', '/vod/d%20e.ts' => '/vod/d%20e.ts');
my @elsewhere = ('https://example.com/vod/a.ts', 'data:,x', '//example.com/vod/a.ts');
my @order = sort keys %links;
my $plain = join "\n", '#EXTM3U', (map { ('#EXTINF:4,', $_) } @order), @elsewhere;
$nginx->write('html/vod/all.m3u8', $plain);
# The links of a DASH manifest.
my %mpd = (init => '$RepresentationID$/init.mp4?a&amp;b', media => '$RepresentationID$/$Number$.m4s', base => '/vod/sub/', file => 'http://localhost/vod/a.ts');
sub mpd {
    my (%is) = @_;
    return qq{<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet><SegmentTemplate initialization="$is{init}" media="$is{media}"/><Representation id="720"/></AdaptationSet>}
        . qq{<AdaptationSet><BaseURL>$is{base}</BaseURL><SegmentTemplate media="$is{media}"/><Representation id="1"/></AdaptationSet>}
        . qq{<AdaptationSet><Representation><BaseURL>$is{file}</BaseURL></Representation></AdaptationSet></Period></MPD>};
}
$nginx->write('html/vod/all.mpd', mpd(%mpd));
$nginx->write("html$links{$_}", "the file $links{$_}") for @order;
$nginx->start;

sub ask {
    my ($socket, $uri) = @_;
    return $nginx->raw("GET $uri HTTP/1.0\r\nHost: localhost\r\nRange: bytes=0-99999\r\n\r\n", "$socket.sock");
}
# What became of each link.
sub links {
    my ($socket, $uri) = @_;
    my @lines = grep { !/^#/ } split /\n/, ask($socket, $uri)->{body};
    is_deeply [splice @lines, @order], \@elsewhere, "$socket: links that are none of this host stay";
    my %became;
    @became{@order} = @lines;
    return \%became;
}
sub opens {
    my ($socket, $playlist, $link, $file) = @_;
    my $target = URI->new_abs($link, "http://localhost$playlist");
    is ask($socket, $target->path_query =~ s/#.*//r)->{body}, "the file $file", "$socket: $link opens";
}

{
    my $playlist = alibaba_b('/vod/all.m3u8');
    my ($stamp) = $playlist =~ m{^/(\d{12})/};
    my $became = links('sign', $playlist);
    for my $link (@order) {
        if ($links{$link} =~ m{^/other/}) {
            is $became->{$link}, $link, "sign: $link is left";
            next;
        }
        my $token = "/$stamp/" . md5_hex("$SECRET$stamp$sent{$link}");
        like $became->{$link}, qr{^(?:(?:http:)?//localhost)?\Q$token/\E}, "sign: $link gets a token of its own, that expires with the playlist's";
        opens('sign', $playlist, $became->{$link}, $links{$link});
    }
    is ask('sign', $became->{'a.ts'} =~ s/a\.ts/d%20e.ts/r)->{status}, 403, 'sign: and it opens nothing else';
    like $became->{'sub/b.ts?x=1#f'}, qr{/vod/sub/b\.ts\?x=1#f\z}, 'sign: query and fragment stay';
    like $became->{'http://localhost/vod/f.ts?u=//g'}, qr{^http://localhost/\d.*/vod/f\.ts\?u=//g\z}, 'sign: so does the host';
}
{
    my $became = links('under', alibaba_b('/vod/all.m3u8'));
    is_deeply [grep { $became->{$_} ne $_ } @order], ['/other/h.ts'], 'under: what lies there';
}
{
    my $playlist = alibaba_b('/vod/all.m3u8', signs => '/vod/');
    my ($token) = $playlist =~ m{^(/\d{12}/\w{32})/};
    my $became = links('pass', $playlist);
    for my $link (@order) {
        is $became->{$link}, $link, "pass: $link keeps the token that is there" if $link =~ /^(?:a|sub|\.\/)/;
        like $became->{$link}, qr{^(?:(?:http:)?//localhost)?\Q$token/\E}, "pass: $link gets the token" if $link =~ m{^(?:/|http)};
        opens('pass', $playlist, $became->{$link}, $links{$link});
    }
}

{
    my $manifest = alibaba_b('/vod/all.mpd');
    my ($stamp) = $manifest =~ m{^/(\d{12})/};
    my $token = sub { "/$stamp/" . md5_hex("$SECRET$stamp$_[0]") };
    my %became = %mpd;
    $became{init} = $token->('/vod/720/init.mp4') . '/vod/720/init.mp4?a&amp;b';
    $became{file} = 'http://localhost' . $token->('/vod/a.ts') . '/vod/a.ts';
    is ask('sign', $manifest)->{body}, mpd(%became), 'sign: what is one path in a DASH manifest gets a token of its own';
    opens('sign', $manifest, $became{file}, '/vod/a.ts');
    like $nginx->log, qr/\[info\] [^\n]*secure_token: a link of the playlist is left, it is for more than one path; write "secure_token_playlist pass"/, 'which is logged of the others';
}
{
    my $manifest = alibaba_b('/vod/all.mpd', signs => '/vod/');
    my ($token) = $manifest =~ m{^(/\d{12}/\w{32})/};
    my %became = (%mpd, base => "$token/vod/sub/", file => "http://localhost$token/vod/a.ts");
    is ask('pass', $manifest)->{body}, mpd(%became), 'pass: bases and other absolute links of a DASH manifest get the token, what is relative keeps it';
    opens('pass', $manifest, "$became{base}b.ts", '/vod/sub/b.ts');
}

is $nginx->alarms, '', 'nothing alarming in the log';
done_testing;
