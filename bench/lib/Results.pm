# What bench/peers measured, out of bench/results.tsv, and the tables of it that documents have.
package Results;

use strict;
use warnings;

use Exporter qw(import);
use FindBin;
use List::Util qw(max min);

our @EXPORT_OK = qw(@GROWS compared facts growth read_results thousands title);

my $file = "$FindBin::Bin/../bench/results.tsv";

# What each case is called: who checks, and what. Of this module a directive's words, else the name of what is loaded.
my %NAME = (
    azion                   => 'this module, `azion`',
    'azion-amid-others'     => 'this module, `azion` amid other parameters',
    gcore                   => 'this module, `gcore`',
    'gcore-client-ip'       => 'this module, `gcore`, bound to the address',
    'nginx-secure-link'     => '`secure_link`, two `if`s',
    'lua-md5'               => 'Lua',
    'njs-md5'               => 'njs',
    'auth-request'          => '`auth_request` to Node.js',
    fastly                  => 'this module, `fastly`',
    'lua-hmac-sha1'         => 'Lua, HMAC-SHA1',
    'own-hmac-sha256'       => 'this module, a format with HMAC-SHA256',
    'njs-hmac-sha256'       => 'njs, HMAC-SHA256',
    'secure-link-hmac'      => 'this module, `secure-link-hmac`',
    'hmac-secure-link'      => '`secure_link_hmac`, two `if`s',
    ectoken                 => 'this module, `ectoken` with expiry, path and address',
    off                     => 'in a location without `secure_token`',
    leaseweb                => 'this module, `leaseweb`, with the address',
    'alibaba-b'             => 'this module, `alibaba-b`, token taken out of the path',
    akamai                  => 'this module, `akamai`',
    'own-azion'             => 'this module, a format that is `azion`\'s',
    'own-md5'               => 'this module, a format with MD5 that is no built-in one\'s',
    'azion-second-secret'   => 'this module, `azion`, second secret',
    'azion-stripped'        => 'this module, `azion`, token taken out of the query',
    'azion-counted'         => 'this module, `azion`, counted',
    'ectoken-second-secret' => 'this module, `ectoken`, second secret',
);

# The lines, by kind: a list of lists of what stands behind it.
sub read_results {
    my %lines;
    open my $in, '<', $file or die "$file: $!; it is written by: make bench-peers\n";
    while (<$in>) {
        chomp;
        my ($kind, @fields) = split /\t/, $_, -1;
        push @{ $lines{$kind} }, \@fields;
    }
    $lines{$_} or die "$file: has no lines of \"$_\"\n" for qw(case crate growth machine memory wrk);
    return \%lines;
}

sub title { return $NAME{ $_[0] } // die "bench/lib/Results.pm: has no name for \"$_[0]\"\n" }
sub thousands { my $text = reverse $_[0]; $text =~ s/(\d{3})(?=\d)/$1,/g; return scalar reverse $text }

sub median { my @sorted = sort { $a <=> $b } @_; return ($sorted[$#sorted / 2] + $sorted[@sorted / 2]) / 2 }

# Cases that were measured with wrk too: those that are held against each other, in their order.
sub compared {
    my ($lines) = @_;
    my %case = map { $_->[0] => $_ } @{ $lines->{case} };
    my %memory = map { $_->[0] => $_->[1] } @{ $lines->{memory} };
    return map {
        my ($name, @series) = @$_;
        my ($bare, $checked, $bare_latency, $latency) = map { [split ' '] } @series;
        my @share = map { 100 * $checked->[$_] / $bare->[$_] } 0 .. $#$bare;
        my (undef, $same, $total, $requests, $added, $allocations) = @{ $case{$name} };
        {
            name => $name, same => $same, total => $total, added => $added, allocations => $allocations,
            rate => max(@$checked), bare_rate => max(@$bare), share => median(@share), least => min(@share), most => max(@share),
            latency => min(@$latency), bare_latency => min(@$bare_latency), memory => $memory{$name},
            is_ours => scalar(title($name) =~ /^this module/),
        };
    } @{ $lines->{wrk} };
}

# What grows, and of which scheme: a list of [how much, instructions].
sub growth {
    my ($lines) = @_;
    my %series;
    push @{ $series{ $_->[0] }{ $_->[1] } }, [@$_[2, 3]] for @{ $lines->{growth} };
    return \%series;
}

our @GROWS = (
    [path       => 'bytes of the path'],
    [query      => 'bytes of another parameter'],
    [parameters => 'other parameters'],
    [secrets    => 'secrets, the last opens'],
    [locations  => 'locations'],
    [clients    => 'links, clients limited'],
    [uses       => 'links, uses limited'],
);

# Each a head and rows, by what stands behind "costs" in a mark of a document.
my %FACTS = (
    '' => sub {
        return [qw(check instructions)], map { [title($_->[0]), thousands($_->[4])] } @{ $_[0]{case} };
    },
    compared => sub {
        return ['check', 'instructions', 'allocations', 'KiB', 'best second', 'best unchecked', 'checked of unchecked', 'latency'],
            map { [
                title($_->{name}), map({ thousands($_) } @$_{qw(added allocations memory rate bare_rate)}),
                sprintf('%.0f %% (%.0f to %.0f)', @$_{qw(share least most)}),
                sprintf('%.0f of %.0f µs', @$_{qw(latency bare_latency)}),
            ] } compared($_[0]);
    },
    module => sub {
        my %is_compared = map { $_->{name} => 1 } compared($_[0]);
        return [qw(check instructions allocations)],
            map { [title($_->[0]), thousands($_->[4]), $_->[5]] } grep { !$is_compared{ $_->[0] } } @{ $_[0]{case} };
    },
    growth => sub {
        my $series = growth($_[0]);
        return ['what grows', 'scheme', 'instructions'], map {
            my ($what, $name) = @$_;
            map {
                my @points = @{ $series->{$what}{$_} };
                [$name, "`$_`", join ', ', map { thousands($_->[1]) . ' at ' . thousands($_->[0]) } @points]
            } sort keys %{ $series->{$what} };
        } @GROWS;
    },
    crate => sub { return [qw(scheme request least median)], map { ["`$_->[0]`", @$_[1 .. 3]] } @{ $_[0]{crate} } },
    machine => sub { return [qw(what version)], @{ $_[0]{machine} } },
);

sub facts {
    my ($name) = @_;
    my $table = $FACTS{$name} // die qq{there are no costs "$name"; there are: } . join(', ', sort keys %FACTS) . "\n";
    return $table->(read_results());
}

1;
