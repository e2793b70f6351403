# hls.js, Shaka Player, dash.js and Chromium's own player play streams whose every part is behind a token, from
# another origin than their page's: they begin, change to the larger size, are wound forward and come to the end.
# Chromium's own changes the size by itself. docs/streaming.md has it in a table.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Playback;
use SecureToken::Played;

SecureToken::Playback::needs_browser();

my $site = SecureToken::Playback->new;
my @streams = qw(hls-ts hls-fmp4 hls-aes dash-file dash-list dash-number dash-time mp4);
$site->{streams}->make(@streams);

# What must not play, before anything plays that leaves a cookie.
my @plays;
my @hls  = (['hls.js', 'hls-ts'], ['Shaka Player', 'hls-fmp4'], ['Chromium', 'hls-ts']);
my @dash = (['dash.js', 'dash-number'], ['Shaka Player', 'dash-number']);
for my $case ((map { [@$_, 'sign'], [@$_, 'cookie'] } @hls), (map { [@$_, 'pass'] } @dash), ['Chromium', 'mp4', 'sign']) {
    my ($player, $stream, $way) = @$case;
    my $refused = sub {
        my ($what, $status, %with) = @_;
        push @plays, [$site->play($way, $player, $stream, %with), "$player does not play $stream $what: $way", 'failed', $status];
    };
    $refused->('without a token', 403, bare => 1);
    $refused->('with the token of another stream', 403, of => 'other');
    $refused->('after its expiry', 410, expires => earlier(1));
}
try_them(@plays);

# What plays.
@plays = ();
for my $cell (grep { $_->{player} ne 'ffmpeg' } cells(@streams)) {
    for my $way (@SecureToken::Playback::WAYS) {
        my $plays = $cell->{plays}{$way};
        push @plays, [$site->play($way, $cell->{player}, $cell->{stream}), "$cell->{player} " . ($plays ? 'plays' : 'does not play') . " $cell->{title}: $way", $plays ? 'ended' : 'failed', $plays ? undef : 403];
    }
}

try_them(@plays);

# A long file is asked for in ranges, and again where it is wound forward to.
$site->{streams}->make('mp4-long');
try_them(map { [{ %{ $site->play($_, 'Chromium', 'mp4-long') }, seek => 417 }, "Chromium winds a long MP4 forward: $_", 'ended'] } @SecureToken::Playback::WAYS);
for my $way (@SecureToken::Playback::WAYS) {
    cmp_ok scalar(grep { /^206 / } $site->asked($way, 'Chromium', 'mp4-long')), '>', 1, "Chromium asks for ranges of it: $way";
}

sub try_them {
    my (@plays) = @_;
    my @came = $site->browse(map { $_->[0] } @plays);
    for my $i (0 .. $#plays) {
        my ($play, $title, $outcome, $status) = @{ $plays[$i] };
        my $came = $came[$i];
        my $why = ($came->{error} // 'no error') . ", at $came->{time}";
        is $came->{outcome}, $outcome, $title or diag $why;
        if (defined $status) {
            ok scalar($site->asked(@$play{qw(way player stream)}, $status)), "$title: it is told $status" or diag $why;
        } elsif ($play->{player} ne 'Chromium') {
            is $came->{height}, 180, "$title: in the larger size";
        }
    }
}

is $site->{nginx}->alarms, '', 'NGINX has nothing to complain of';
done_testing;
