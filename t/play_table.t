# The table of players in docs/streaming.md is one that t/play_*.t can hold, and names the versions that they play with.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use Test::More;
use Documents qw($ROOT slurp);
use SecureToken::Played;

my @cells = cells(values %SecureToken::Played::STREAM);
my %tried = map { $_->{player} => 1 } @cells;
is_deeply [sort keys %tried], [sort @SecureToken::Playback::PLAYERS], 'each player plays something';

my $guide = slurp("$ROOT/docs/streaming.md");
my $pins = JSON::PP->new->decode(slurp("$ROOT/t/lib/players/package.json"))->{dependencies};
my %name = ('hls.js' => 'hls.js', 'shaka-player' => 'Shaka Player', dashjs => 'dash.js');
for my $package (sort keys %$pins) {
    my ($version) = $pins->{$package} =~ /^(\d+\.\d+)\.\d+$/;
    like $guide, qr/\Q$name{$package} $version\E\b/, "the guide names $name{$package} $version, which is tried";
}

done_testing;
