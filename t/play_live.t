# What is live plays behind a token: a playlist that changes while it is read is rewritten each time, and names of
# low latency, with the parameters that players add, are as good as others. docs/streaming.md has it in a table.

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
my @streams = qw(hls-live hls-event hls-parts dash-live);
$site->{streams}->broadcast(grep { $_ ne 'hls-parts' } @streams);
$site->low_latency;

sub refused { return grep { /^(?:403|410) / } @_ }

my @cells = cells(@streams);

# All of ffmpeg's at a time: each takes as long as it plays.
my @tries = map { my $cell = $_; map { [$cell, $_] } @SecureToken::Playback::WAYS } grep { $_->{player} eq 'ffmpeg' } @cells;
my @came = $site->ffmpeg_all(map { my ($cell, $way) = @$_; [$site->link($way, 'ffmpeg', $cell->{stream}), seconds => 3, limit => $cell->{plays}{$way} ? 60 : 20] } @tries);
for my $i (0 .. $#tries) {
    my ($cell, $way) = @{ $tries[$i] };
    my ($title, $stream) = @$cell{qw(title stream)};
    if ($cell->{plays}{$way}) {
        is $came[$i]{status}, 0, "ffmpeg plays $title: $way" or diag $came[$i]{said};
        cmp_ok $came[$i]{time}, '>=', 2.9, "ffmpeg plays $title: $way: for three seconds";
        is_deeply [refused($site->asked($way, 'ffmpeg', $stream))], [], "ffmpeg plays $title: $way: and is refused nothing";
    } else {
        is $came[$i]{frames}, 0, "ffmpeg does not play $title: $way";
        ok scalar($site->asked($way, 'ffmpeg', $stream, 403)), "ffmpeg does not play $title: $way: it is told 403";
    }
}

my @plays;
for my $cell (grep { $_->{player} ne 'ffmpeg' } @cells) {
    push @plays, map { [$cell, $_, $site->play($_, $cell->{player}, $cell->{stream})] } @SecureToken::Playback::WAYS;
}
@came = $site->browse(map { $_->[2] } @plays);
for my $i (0 .. $#plays) {
    my ($cell, $way, $play) = @{ $plays[$i] };
    my ($player, $stream) = @$cell{qw(player stream)};
    my $why = ($came[$i]{error} // 'no error') . ", at $came[$i]{time}";
    if ($cell->{plays}{$way}) {
        is $came[$i]{outcome}, 'played', "$player plays $cell->{title}: $way" or diag $why;
        is_deeply [refused($site->asked($way, $player, $stream))], [], "$player plays $cell->{title}: $way: and is refused nothing";
    } else {
        is $came[$i]{outcome}, 'failed', "$player does not play $cell->{title}: $way" or diag $why;
        ok scalar($site->asked($way, $player, $stream, 403)), "$player does not play $cell->{title}: $way: it is told 403";
    }
}

# Low latency is only tried where a player asks for parts, and blocks for what is yet to be.
for my $way (@SecureToken::Playback::WAYS) {
    my @asked = $site->asked($way, 'hls.js', 'hls-parts');
    ok scalar(grep { m{/part\d+\.m4s} } @asked), "hls.js asks for parts: $way";
    ok scalar(grep { m{ _HLS_msn=\d+} } @asked), "hls.js asks for the playlist that is yet to be: $way";
}

is $site->{nginx}->alarms, '', 'NGINX has nothing to complain of';
done_testing;
