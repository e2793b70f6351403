# Players of the web and the cookie: what page, browser and player have to do for it to come along.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken::Playback;

SecureToken::Playback::needs_browser();

my $site = SecureToken::Playback->new;
$site->{streams}->make(qw(hls-ts dash-number));
my @plays = (['hls.js', 'hls-ts'], ['Shaka Player', 'hls-ts'], ['Shaka Player', 'dash-number'], ['dash.js', 'dash-number'], ['Chromium', 'hls-ts']);

# Whether all play, or none, on a page of a host.
sub try_them {
    my ($title, $host, $outcome, %with) = @_;
    my @tried = map { +{ %{ $site->play('cookie', @$_, host => $host) }, %with } } @plays;
    my @came = $site->browse(@tried);
    for my $i (0 .. $#tried) {
        my ($player, $stream) = @{ $plays[$i] };
        is $came[$i]{outcome}, $outcome, "$title: $player, $stream" or diag $came[$i]{error} // 'no error';
    }
}

my %preferences = (
    yes => '{"profile":{"cookie_controls_mode":0,"block_third_party_cookies":false}}',
    no  => '{"profile":{"cookie_controls_mode":1,"block_third_party_cookies":true}}',
);
my ($same, $other) = ('127.0.0.1', 'localhost');

$site->new_browser($preferences{no});
try_them('another port of the same site, and the player is not told to send cookies', $same, 'failed', credentials => JSON::PP::false);
try_them('another port of the same site', $same, 'ended');
try_them('another site, and the browser keeps no cookies of others', $other, 'failed');
$site->new_browser($preferences{yes});
try_them('another site, and the player is not told to send cookies', $other, 'failed', credentials => JSON::PP::false);
try_them('another site, and the browser keeps cookies of others', $other, 'ended');

is $site->{nginx}->alarms, '', 'NGINX has nothing to complain of';
done_testing;
