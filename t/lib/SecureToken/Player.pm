package SecureToken::Player;

# Plays a stream as a player of HLS does: asks for a playlist and for all that it names, and for what the
# playlists among those name. Names are resolved as RFC 3986 says and nothing is added to them.
#
#   my $player = SecureToken::Player->new(cookies => 1);
#   $player->play("http://127.0.0.1:$port/vod/film/all.m3u8?$query");   # ('200 /vod/film/all.m3u8', ...)
#
# What it tells is statuses and paths, in the order in which they were asked for. With cookies it keeps
# them as a browser does.

use strict;
use warnings;

use File::Temp ();
use URI;

sub new {
    my ($class, %with) = @_;
    my $jar = File::Temp->new(TEMPLATE => 'secure-token-cookies-XXXXXX', TMPDIR => 1);
    return bless { jar => $with{cookies} ? $jar : undef }, $class;
}

# One request: status, head and body.
sub ask {
    my ($self, $url, @options) = @_;
    my @cookies = $self->{jar} ? ('-b', $self->{jar}->filename, '-c', $self->{jar}->filename) : ();
    open my $curl, '-|', 'curl', '-sS', '-i', '--max-time', 20, '--path-as-is', @cookies, @options, "$url" or die "curl: $!\n";
    binmode $curl;
    my $answer = do { local $/; <$curl> } // '';
    my ($head, $body) = split /\r\n\r\n/, $answer, 2;
    my ($status) = ($head // '') =~ m{\AHTTP/\S+ (\d+)} or die "no answer: $url\n";
    return { status => $status, head => $head, body => $body // '' };
}

sub play {
    my ($self, $url, @options) = @_;
    my (@asked, %seen);
    my @next = URI->new($url);
    while (my $uri = shift @next) {
        next if $seen{$uri}++;
        my $answer = $self->ask($uri, @options);
        push @asked, "$answer->{status} " . $uri->path;
        push @next, map { URI->new_abs($_, $uri) } names($answer->{body}) if $answer->{body} =~ /\A#EXTM3U/;
    }
    return @asked;
}

# The names in a playlist: lines of their own, and the URI of a tag.
sub names {
    my ($playlist) = @_;
    return map { /^#/ ? /^#EXT[^\n]*?\bURI="([^"]+)"/ : /\S/ ? $_ : () } split /\r?\n/, $playlist;
}

# The files of a title with two renditions, one of them encrypted. They name each other from beside, from
# above and from below.
our %STREAM = (
    'all.m3u8' => <<'M3U8',
#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="English",URI="audio/en.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=2000000,AUDIO="sound"
720p/index.m3u8
M3U8
    'audio/en.m3u8' => <<'M3U8',
#EXTM3U
#EXT-X-TARGETDURATION:6
#EXT-X-MAP:URI="init.mp4"
#EXTINF:6.0,
./1.m4s
#EXT-X-ENDLIST
M3U8
    '720p/index.m3u8' => <<'M3U8',
#EXTM3U
#EXT-X-TARGETDURATION:6
#EXT-X-KEY:METHOD=AES-128,URI="../film.key"
#EXTINF:6.0,
1.ts
#EXTINF:6.0,
../720p/2.ts
#EXT-X-ENDLIST
M3U8
    map { ($_ => "the file $_\n") } qw(audio/init.mp4 audio/1.m4s film.key 720p/1.ts 720p/2.ts),
);

# What a player asks for when all of it opens, below the place where the title is.
sub whole { my ($place) = @_; return map { "200 $place$_" } qw(all.m3u8 audio/en.m3u8 720p/index.m3u8 audio/init.mp4 audio/1.m4s film.key 720p/1.ts 720p/2.ts) }

1;
