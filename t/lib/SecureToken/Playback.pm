package SecureToken::Playback;

# An NGINX from which real players play, in each of the ways in which a token reaches what a playlist names, and
# the players: ffmpeg, and those in a headless Chromium, on a page of another origin.
#
#   my $site = SecureToken::Playback->new;
#   $site->{streams}->make('hls-ts');
#   my $link = $site->link('sign', 'hls.js', 'hls-ts');          # /sign/hls.js/hls-ts/all.m3u8?st=...
#   $site->browse({ player => 'hls.js', url => $link });         # [{ outcome => 'ended', ... }]
#   $site->asked('/sign/hls.js/hls-ts/');                        # ('200 /sign/hls.js/hls-ts/all.m3u8', ...)
#
# A link has its player in it, so that the log tells them apart.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_hex);
use File::Path qw(make_path);
use IO::Socket::INET ();
use JSON::PP ();

use POSIX ();
use Test::More ();

use Documents qw($ROOT);
use NodeJS;
use SecureToken;
use SecureToken::Nginx;
use SecureToken::Port;
use SecureToken::Streams;
use SecureToken::Wait;

our @WAYS    = qw(sign pass cookie path);
our @PLAYERS = ('ffmpeg', 'hls.js', 'Shaka Player', 'dash.js', 'Chromium');
sub slug { lc $_[0] =~ s/ .*//r }

# The locations of each way, and how a link of it is signed: of a path, with an expiry.
my %way = (
    sign => [<<'CONF', sub { azion($_[0], expires => $_[1]) }],
        location /sign/ {
            secure_token          azion;
            secure_token_playlist sign;

            # Its key lies above the playlists of the sizes.
            location ~ /hls-aes/ { secure_token_playlist sign under=/sign/; }
        }
CONF
    pass => [<<'CONF', sub { gcore($_[0], expires => $_[1], signs => directory($_[0])) }],
        location ~ ^(?<title>/pass/[^/]+/[^/]+/) {
            secure_token          gcore;
            secure_token_uri      $title;
            secure_token_playlist pass;
        }
CONF
    cookie => [<<'CONF', sub { gcore($_[0], expires => $_[1], signs => directory($_[0])) }],
        location ~ ^(?<title>/cookie/[^/]+/[^/]+/) {
            secure_token          gcore;
            secure_token_uri      $title;
            secure_token_source   args $cookie_link;
            secure_token_cookie   link samesite=none;
        }
CONF
    path => [<<'CONF', sub { azion($_[0], expires => $_[1], signs => directory($_[0])) =~ s{(/path)(.*)\?st=(.*)&e=(.*)}{$1/$3/$4$2}r }],
        location ~ "^/path/(?<st>[^/]+)/(?<e>[0-9]+)(?<file>/(?<title>[^/]+/[^/]+)/.*)$" {
            secure_token          azion;
            secure_token_uri      /path/$title/;
            secure_token_source   st=$st&e=$e;
            try_files             /path$file =404;
        }
CONF
    # The first two for those who have begun.
    'sign-grace' => [<<'CONF', sub { azion($_[0], expires => $_[1]) }],
        location /sign-grace/ {
            secure_token                 azion;
            secure_token_playlist        sign;
            secure_token_playback_grace  1h;
        }
CONF
    'pass-grace' => [<<'CONF', sub { gcore($_[0], expires => $_[1], signs => directory($_[0])) }],
        location ~ ^(?<title>/pass-grace/[^/]+/[^/]+/) {
            secure_token                 gcore;
            secure_token_uri             $title;
            secure_token_playlist        pass;
            secure_token_playback_grace  1h;
        }
CONF
    # Schemes that hold for a directory by themselves, or whose token stands in front of the path.
    acl => [<<'CONF', sub { my $claims = "exp=$_[1]~acl=" . directory($_[0]) . '*'; "$_[0]?hdnts=$claims~hmac=" . hmac_sha256_hex($claims, 'akamai') }],
        location /acl/ {
            secure_token          akamai;
            secure_token_secret   616b616d6169;
            secure_token_playlist pass;
        }
CONF
    one => [<<'CONF', sub { fastly($_[0], expires => $_[1], signs => directory($_[0])) }],
        location ~ ^(?<title>/one/[^/]+/[^/]+/) {
            secure_token          fastly;
            secure_token_secret   BASE64;
            secure_token_uri      $title;
            secure_token_playlist pass;
        }
CONF
    issued => [<<'CONF', sub { alibaba_b($_[0], time => $_[1] - 3600) }],
        location ~ "^/[0-9]{12}/[0-9a-f]{32}/issued/" {
            secure_token          alibaba-b;
            secure_token_ttl      1h;
            secure_token_playlist sign;
        }
CONF
    folder => [<<'CONF', sub { "/" . hmac_sha256_hex($_[1] . directory($_[0]), $SECRET) . "/$_[1]$_[0]" }],
        location ~ "^/[0-9a-f]{64}/[0-9]+(?<title>/folder/[^/]+/[^/]+/)" {
            secure_token          folder;
            secure_token_uri      $title;
        }
CONF
);
sub directory { $_[0] =~ s{[^/]*\z}{}r }

sub new {
    my ($class) = @_;
    my $self = bless { port => free_port(), page => free_port(), origin => free_port(), nginx => SecureToken::Nginx->new, owner => $$ }, $class;
    my $nginx = $self->{nginx};
    # Low-latency HLS comes from an origin that holds answers back, and all else from files.
    my $origin = "            location ~ /hls-parts/ { proxy_pass http://127.0.0.1:$self->{origin}; proxy_buffering off; }";
    my $locations = join '', map { $_->[0] =~ s/\bBASE64\b/$BASE64/r =~ s/(?=        \}\n\z)/$origin\n/r } map { $way{$_} } sort keys %way;
    $nginx->configure(http => <<"CONF");
    types { application/vnd.apple.mpegurl m3u8; application/dash+xml mpd; video/mp2t ts; video/mp4 mp4 m4s; text/html html; text/javascript js; }
    secure_token_format folder "/{token}/{expires}{path}" hmac-sha256:hex "{expires}{path}";
    map \$args \$blocking { ~(?<msn>_HLS_msn=[0-9]+) \$msn; default ""; }
    secure_token_playback_zone viewers:1m;
    log_format asked '\$status \$uri \$blocking';
    server {
        listen 127.0.0.1:$self->{port};
        access_log DIR/access.log asked;
        secure_token_secret $SECRET;
        # What a page of another origin needs, and with cookies its name and leave to send them.
        add_header Access-Control-Allow-Origin \$http_origin always;
        add_header Access-Control-Allow-Credentials true always;
        location / { return 403; }
$locations
    }
    server {
        listen 127.0.0.1:$self->{page};
        root $ROOT/build/players;
        location /open/ { alias DIR/html/; }
        location = /page.html { root $ROOT/t/lib/players; }
    }
CONF
    # Beside the streams, so that each way and each player has them all.
    for my $way (keys %way) {
        make_path("$nginx->{dir}/html/$way");
        symlink '..', "$nginx->{dir}/html/$way/" . slug($_) or die "symlink: $!\n" for @PLAYERS;
    }
    $nginx->start;
    $self->{streams} = SecureToken::Streams->new("$nginx->{dir}/html");
    return $self;
}

# A link, by default for an hour; with `of` the token of another stream.
sub link {
    my ($self, $way, $player, $stream, %with) = @_;
    my $path = sub { "/$way/" . slug($player) . "/$_[0]/" . SecureToken::Streams::entry($_[0]) };
    my $link = $way{$way}[1]->($path->($with{of} // $stream), $with{expires} // later);
    $link =~ s{/\K$with{of}/[^/?]*}{"$stream/" . SecureToken::Streams::entry($stream)}e if $with{of};
    return "http://127.0.0.1:$self->{port}$link";
}

# The same stream where nothing is protected.
sub open_link { my ($self, $stream) = @_; return "http://127.0.0.1:$self->{page}/open/$stream/" . SecureToken::Streams::entry($stream) }

# What was asked for below a path, as status and path: once a line of it is there, where one is waited for.
sub asked {
    my ($self, $way, $player, $stream, $wanted) = @_;
    my $place = $way eq 'path' ? qr{/path(?:/[^/]+/\d+)?} : qr{/$way};
    my $below = qr{$place/\Q@{[slug($player)]}/$stream/};
    my $line = defined $wanted ? qr{^$wanted $below}m : qr{^\d+ $below}m;
    my $log = '';
    wait_for(sub { ($log = $self->{nginx}->read('access.log')) =~ $line });
    return grep { m{^\d+ $below} } split /\n/, $log;
}

# Low-latency HLS is broadcast by an origin of its own.
sub low_latency {
    my ($self) = @_;
    $self->{streams}->make('hls-parts');
    my $pid = fork // die "fork: $!\n";
    if (!$pid) {
        exec 'node', "$ROOT/t/lib/low-latency.mjs", $self->{origin}, "$self->{nginx}{dir}/html/hls-parts" or die "node: $!\n";
    }
    $self->{low_latency} = $pid;
    wait_for(sub { IO::Socket::INET->new(PeerAddr => "127.0.0.1:$self->{origin}") }) or die "no origin\n";
}

# --- Players ------------------------------------------------------------------------------------------

# ffmpeg plays a link to its end, or so many seconds: {status, frames, time, said}. It does not
# give up for everything that it is refused: there is a limit.
sub ffmpeg {
    my ($self, $link, %with) = @_;
    my ($status, $text) = $self->{nginx}->run(undef, qw(timeout -s KILL), $with{limit} // 60, qw(ffmpeg -nostdin -v warning), @{ $with{options} // [] }, '-i', $link,
        ($with{seconds} ? ('-t', $with{seconds}) : ()), qw(-map 0:v:0 -map 0:a:0 -f null -progress pipe:1 -));
    my ($frames) = $text =~ /.*^frame=\s*(\d+)/ms;
    my ($time)   = $text =~ /.*^out_time_us=(\d+)/ms;
    return { status => $status, frames => $frames // 0, time => ($time // 0) / 1e6, said => $text };
}

# The same of several at a time, each in a process of its own.
sub ffmpeg_all {
    my ($self, @tries) = @_;
    my @reports = map {
        my ($link, %with) = @$_;
        my $pid = open my $report, '-|';
        defined $pid or die "fork: $!\n";
        if (!$pid) {
            print JSON::PP->new->encode($self->ffmpeg($link, %with));
            close STDOUT;
            POSIX::_exit(0);
        }
        $report;
    } @tries;
    return map { local $/; JSON::PP->new->decode(scalar readline $_) } @reports;
}

# Ends the test where they are not there.
sub needs_browser {
    NodeJS::needs(node => 'nodejs', chromium => 'chromium', ffmpeg => 'ffmpeg');
    my @pins = map { SecureToken::Wait::contents("$ROOT/$_/package-lock.json") } qw(t/lib/players build/players);
    return if $pins[0] eq $pins[1];
    my $how = "the players are not there, or old; fetch them with: make players\n";
    die $how if $ENV{SECURE_TOKEN_SKIP_NOTHING};
    Test::More::plan(skip_all => $how);
}

# How a player plays a link of a way; `bare` is without the token, `seconds` for how long it plays what is live.
sub play {
    my ($self, $way, $player, $stream, %with) = @_;
    my ($bare, $host, $seconds, $patience) = delete @with{qw(bare host seconds patience)};
    my $link = $self->link($way, $player, $stream, %with);
    $link =~ s/\?.*// if $bare;
    return {
        host => $host, seconds => $seconds // 3, patience => $patience // 60, way => $way, player => $player, stream => $stream, url => $link,
        credentials => $way eq 'cookie' ? JSON::PP::true : JSON::PP::false,
        live => $stream =~ /-(?:live|event|parts)$/ ? JSON::PP::true : JSON::PP::false,
    };
}

# A browser without the cookies of the one before, and with preferences in JSON.
sub new_browser {
    my ($self, @preferences) = @_;
    undef $self->{browser};
    $self->{browser} = NodeJS->new('browser.mjs', 'chromium', @preferences);
}

# Players in a page: what came of each, {outcome, error, height, time}. Several play at a time.
sub browse {
    my ($self, @plays) = @_;
    $self->new_browser unless $self->{browser};
    $self->{browser}->ask({ do => 'open', url => 'http://' . ($plays[0]{host} // '127.0.0.1') . ":$self->{page}/page.html" });
    my $json = JSON::PP->new->canonical->encode(\@plays);
    return @{ $self->{browser}->ask({ do => 'eval', js => "playAll($json, " . ($self->{at_a_time} // 6) . ")" }) };
}

sub DESTROY {
    my ($self) = @_;
    return if $self->{owner} != $$;
    local ($?, $!, $@);
    if (my $pid = $self->{low_latency}) {
        kill TERM => $pid;
        waitpid $pid, 0;
    }
    delete @$self{qw(browser streams nginx)};
}

1;
