package Soak::Process;

# What a process has, as Linux says, and whether that grows.

use strict;
use warnings;

use Exporter qw(import);
our @EXPORT_OK = qw(sample children holders growth);

# {rss, maps, fds}: KiB of memory, mappings, open files. Nothing of one that is gone.
sub sample {
    my ($pid) = @_;
    my ($rss) = contents("/proc/$pid/status") =~ /^VmRSS:\s+(\d+) kB/m or return;
    my @maps = split /\n/, contents("/proc/$pid/maps");
    my @fds  = glob "/proc/$pid/fd/*";
    return { rss => $rss, maps => scalar @maps, fds => scalar @fds };
}

sub children { my ($pid) = @_; return split ' ', `ps -o pid= --ppid $pid` }

# Which processes have files of a folder open: numbers of processes come again, and those of NGINX are as many as its
# reloads.
sub holders {
    my ($dir) = @_;
    my %pids = map { m{^/proc/(\d+)/} ? ($1 => 1) : () } grep { (readlink($_) // '') =~ m{^\Q$dir\E/} } glob '/proc/[0-9]*/fd/*';
    return sort keys %pids;
}

# By how much a number rises from the middle of its samples to the last of them, by their regression line. Until the
# middle a process may still be getting what it keeps.
sub growth {
    my ($name, @samples) = @_;
    my @later = map { $_->{$name} } @samples[@samples / 2 .. $#samples];
    return 0 if @later < 2;
    my $n = @later;
    my ($mean_x, $mean_y) = (($n - 1) / 2, 0);
    $mean_y += $_ / $n for @later;
    my ($above, $below) = (0, 0);
    for my $x (0 .. $#later) {
        $above += ($x - $mean_x) * ($later[$x] - $mean_y);
        $below += ($x - $mean_x)**2;
    }
    return $above / $below * ($n - 1);
}

sub contents {
    my ($file) = @_;
    open my $in, '<', $file or return '';
    local $/;
    return readline($in) // '';
}

1;
