#!/usr/bin/env perl
# Writes a little database of countries, of the form that NGINX's geoip2 module reads, to try
# ectoken.conf with. The addresses are those that are reserved for examples.
#
# usage: nginx-conf/countries.pl FILE
#
# Needs Debian's package libmaxmind-db-writer-perl.

use strict;
use warnings;

use MaxMind::DB::Writer::Tree;

my %COUNTRIES = (
    '203.0.113.0/24'  => 'FR',
    '198.51.100.0/24' => 'US',
    '2001:db8::/32'   => 'DE',
);

my $file = shift // die "usage: $0 FILE\n";

my $tree = MaxMind::DB::Writer::Tree->new(
    database_type            => 'Example-Country',
    description              => { en => 'Countries for addresses that nobody has' },
    ip_version               => 6,
    record_size              => 24,
    remove_reserved_networks => 0,
    map_key_type_callback    => sub { $_[0] eq 'country' ? 'map' : 'utf8_string' },
);
$tree->insert_network($_, { country => { iso_code => $COUNTRIES{$_} } }) for keys %COUNTRIES;

open my $out, '>:raw', $file or die "$file: $!\n";
$tree->write_tree($out);
close $out or die "$file: $!\n";
