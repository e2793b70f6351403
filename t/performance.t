# docs/performance.md, its pictures and the README say what bench/results.tsv says, and that is what was measured of all. The
# tables themselves t/facts.t holds against it.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib", "$FindBin::Bin/../bench/lib";

use File::Copy qw(copy);
use File::Temp qw(tempdir);
use Test::More;

use Documents qw($ROOT blocks run_command slurp spill);
use Results qw(compared growth read_results thousands title);

my $lines = read_results();
my @compared = compared($lines);
my %case = map { $_->{name} => $_ } @compared;

# --- What there is -----------------------------------------------------------------------------------

ok $case{$_}, "measured: $_" for qw(azion gcore fastly own-hmac-sha256 ectoken nginx-secure-link lua-md5 njs-md5 auth-request);
sub figures { my @figures = split ' ', $_[0]; return scalar @figures }
for my $line (@{ $lines->{wrk} }) {
    my ($name, @series) = @$line;
    is_deeply [map { figures($_) } @series], [(figures($series[0])) x 4], "$name: each round has all its figures";
}
my $growth = growth($lines);
is_deeply [sort keys %$growth], [qw(clients locations parameters path query secrets uses)], 'what grows';

# --- What the page says of it in words ---------------------------------------------------------------

for my $peer (grep { !$_->{is_ours} } @compared) {
    my $ours = $case{ $peer->{same} };
    cmp_ok $ours->{added}, '<', $peer->{added}, "$peer->{name}: takes more instructions than this module on the same link";
}
is_deeply [grep { $_->{is_ours} && $_->{allocations} } @compared], [], 'this module allocates nothing';
my %of_locations = map { $_->[0] => $_->[1] } @{ $growth->{locations}{azion} };
cmp_ok $of_locations{10000}, '<', 1.1 * $of_locations{1}, 'with ten thousand locations a request costs what it costs with one';
for my $what (sort keys %$growth) {
    for my $scheme (sort keys %{ $growth->{$what} }) {
        my @points = @{ $growth->{$what}{$scheme} };
        for my $number (1 .. $#points) {
            my ($few, $many) = @points[$number - 1, $number];
            cmp_ok $many->[1] / $few->[1], '<', 1.1 * $many->[0] / ($few->[0] || 1), "$what, $scheme: at $many->[0] grows no faster than it";
        }
    }
}

# --- Pictures ----------------------------------------------------------------------------------------

my $said = `'$ROOT/bench/picture' --check 2>&1`;
is $?, 0, 'the pictures are what `make docs` would draw' or diag $said;
for my $name (qw(performance growth)) {
    my $svg = slurp("$ROOT/docs/$name.svg");
    is system('python3', '-c', 'import sys, xml.etree.ElementTree as tree; tree.parse(sys.argv[1])', "$ROOT/docs/$name.svg"), 0, "$name: is XML";
    like $svg, qr/role="img" aria-labelledby="title description">\n<title id="title">[^<]{20,}<\/title>\n<desc id="description">[^<]{200,}<\/desc>/,
        "$name: is told to who cannot see it";
    like $svg, qr/prefers-color-scheme: dark/, "$name: has colours for the dark";
    unlike $svg, qr/<script|href|url\(|\@import/, "$name: fetches nothing";
    like slurp("$ROOT/docs/performance.md"), qr/^!\[[^\]]{40,}\]\($name\.svg\)$/m, "$name: is in the page, with a text";
}
my $bars = slurp("$ROOT/docs/performance.svg");
like $bars, qr/>\Q@{[thousands($_->{added})]}\E</, "bar of $_->{name}" for @compared;

# A project with another figure.
my $dir = tempdir('secure-token-performance-XXXXXX', TMPDIR => 1, CLEANUP => 1);
for my $file (qw(bench/picture bench/lib/Results.pm docs/performance.svg docs/growth.svg)) {
    spill("$dir/$file", '');
    copy("$ROOT/$file", "$dir/$file") or die "$file: $!";
}
chmod 0755, "$dir/bench/picture";
spill("$dir/bench/results.tsv", slurp("$ROOT/bench/results.tsv") =~ s/^(case\tazion\t.*\t)\d+(\t\d+)$/${1}9999$2/mr);
like `'$dir/bench/picture' --check 2>&1`, qr/^bench\/picture: docs\/performance\.svg .* make docs$/m, 'a picture of other figures is found';
unlike slurp("$dir/docs/performance.svg"), qr/9,999/, 'and left';
is system("$dir/bench/picture"), 0, 'drawn';
like slurp("$dir/docs/performance.svg"), qr/>9,999</, 'anew';

# --- Commands ----------------------------------------------------------------------------------------

# They take long, or need what is not everywhere: that they are there, and take these words.
for my $line (map { split /\n/, $_->{text} } blocks("$ROOT/docs/performance.md", lang => 'sh')) {
    if ($line =~ /^make /) {
        run_command($line);
        next;
    }
    my ($program, @words) = split ' ', $line;
    ok -x "$ROOT/$program", "$line: the program";
    for my $word (@words) {
        like join('', map { slurp("$ROOT/$_") } $program, 'bench/lib/cases.sh', 'bench/lib/peers.sh'), qr/\b\Q$word\E\b/, "$line: $word";
    }
}

done_testing;
