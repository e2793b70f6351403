# A token that expires while somebody watches: with secure_token_playback_grace who has begun sees the end, and nobody
# begins.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Playback;

SecureToken::Playback::needs_browser();

my $site = SecureToken::Playback->new;
$site->{streams}->broadcast('hls-event');

# Time to begin, also where a machine does much else.
$site->new_browser;
my ($begin, $watch) = (30, 34);
my $expires = time + $begin;
my %outcome = (sign => 'failed', pass => 'failed', 'sign-grace' => 'played', 'pass-grace' => 'played');
my @ways = sort keys %outcome;
my @players = ('hls.js', 'Shaka Player');
my @plays = map { my $player = $_; map { $site->play($_, $player, 'hls-event', expires => $expires, seconds => $watch, patience => $outcome{$_} eq 'played' ? 130 : 45) } @ways } @players;

# All of them begin at once.
$site->{at_a_time} = @plays;
my @came = $site->browse(@plays);
cmp_ok time, '>', $expires, 'the token expired while they played';
for my $i (0 .. $#plays) {
    my ($way, $player) = @{ $plays[$i] }{qw(way player)};
    my $came = $came[$i];
    my $why = ($came->{error} // 'no error') . ", at $came->{time}";
    cmp_ok $came->{time}, '>', 0, "$way: $player begins in time" or diag $why;
    if ($outcome{$way} eq 'played') {
        is $came->{outcome}, 'played', "$way: $player goes on after the expiry" or diag $why;
        is_deeply [grep { /^4/ } $site->asked($way, $player, 'hls-event')], [], "$way: $player is refused nothing";
    } else {
        isnt $came->{outcome}, 'played', "$way: $player does not go on after the expiry" or diag $why;
        ok scalar($site->asked($way, $player, 'hls-event', 410)), "$way: $player is told that the token has expired";
    }
}

# A link of the same expiry that nobody has opened before.
my @late = map { $site->ffmpeg($site->link($_, 'ffmpeg', 'hls-event', expires => $expires), limit => 20) } @ways;
for my $i (0 .. $#ways) {
    like $late[$i]{said}, qr/Server returned 4XX|HTTP error 410/, "$ways[$i]: who comes after the expiry is told so" or diag $late[$i]{said};
    is $late[$i]{frames}, 0, "$ways[$i]: and sees nothing";
}

is $site->{nginx}->alarms, '', 'NGINX has nothing to complain of';
done_testing;
