package SecureToken::Played;

# What docs/streaming.md tells in its table, between `<!-- players -->` and `<!-- /players -->`: which streams real
# players play, and in which ways. t/play_*.t play each, and what is not in the table does not play.
#
#   for my $cell (cells(qr/^HLS/)) { $cell->{stream}, $cell->{player}, $cell->{plays}{sign} ... }
#
# A cell is `all`, `all but` ways, or `-` where a player does not know such streams.

use strict;
use warnings;

use Documents qw($ROOT slurp);
use SecureToken::Playback;

use Exporter qw(import);
our @EXPORT = qw(cells);

# The rows, and the streams that the tests make.
our %STREAM = (
    'HLS, MPEG-TS'             => 'hls-ts',
    'HLS, fMP4'                => 'hls-fmp4',
    'HLS, AES-128'             => 'hls-aes',
    'HLS, live'                => 'hls-live',
    'HLS, live, only growing'  => 'hls-event',
    'HLS, low latency'         => 'hls-parts',
    'DASH, one file'           => 'dash-file',
    'DASH, list of segments'   => 'dash-list',
    'DASH, `$Number$`'         => 'dash-number',
    'DASH, `$Time$`'           => 'dash-time',
    'DASH, live'               => 'dash-live',
    'MP4'                      => 'mp4',
);

sub table {
    my ($table) = slurp("$ROOT/docs/streaming.md") =~ /^<!-- players -->\n(.*?)^<!-- \/players -->$/ms
        or die "docs/streaming.md has no table of players\n";
    return map { [map { s/^\s+|\s+$//gr } /\|([^|]*)(?=\|)/g] } grep { !/^\| *-/ } split /\n/, $table;
}

sub cells {
    my (@streams) = @_;
    my ($head, @rows) = table();
    my (undef, @players) = @$head;
    "@players" eq "@SecureToken::Playback::PLAYERS" or die "the table of players has other players: @players\n";
    join('|', sort map { $_->[0] } @rows) eq join('|', sort keys %STREAM) or die "the table of players has other streams: " . join('; ', map { $_->[0] } @rows) . "\n";
    my @cells;
    for my $row (@rows) {
        my ($title, @row) = @$row;
        my $stream = $STREAM{$title};
        next unless grep { $_ eq $stream } @streams;
        for my $i (0 .. $#players) {
            next if $row[$i] eq '-';
            my ($but) = $row[$i] =~ /^all(?: but ((?:`\w+`(?:, )?)+))?$/ or die "the table of players: $title, $players[$i]: $row[$i]\n";
            my %plays = map { $_ => 1 } @SecureToken::Playback::WAYS;
            delete $plays{$_} // die "no such way: $_\n" for ($but // '') =~ /`(\w+)`/g;
            push @cells, { title => $title, stream => $stream, player => $players[$i], plays => \%plays };
        }
    }
    return @cells;
}

1;
