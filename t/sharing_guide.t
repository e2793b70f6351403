# What docs/sharing.md shows: each configuration in a real NGINX, asked with the links that the commands there print.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Documents;
use Recipe;
use SecureToken;

my $guide = "$ROOT/docs/sharing.md";
my %done;
my $clients = 'set_real_ip_from 127.0.0.1; real_ip_header X-Client;';

sub part {
    my ($heading, $try) = @_;
    $done{$heading} = 1;
    my $recipe = Recipe->new($guide, $heading);
    my $missing = join ', ', map { Documents::Nginx->new($_, $clients)->lacks || () } @{ $recipe->{config} };
    subtest $heading => sub {
        plan skip_all => "this NGINX has no $missing" if $missing;
        $try->($recipe);
        $recipe->done;
    };
}

# An NGINX with a configuration of the guide, and files.
sub server {
    my ($recipe, @files) = @_;
    my $nginx = $recipe->nginx(0, $clients);
    spill("$nginx->{dir}/srv/www$_", "the file\n") for @files;
    return $nginx;
}
sub by { my ($client) = @_; return ('-H', "X-Client: $client") }

part 'A link that opens once' => sub {
    my ($recipe) = @_;
    my $nginx = server($recipe, '/tickets/7.pdf')->start;
    my $link = $recipe->link($nginx, 0);
    is $nginx->status($link), 200, 'it opens';
    is $nginx->status($link, by($_)), 403, "once: $_" for '127.0.0.1', '192.0.2.1';
    my $lost = $recipe->link($nginx, 0, ['7.pdf', 'none.pdf']);
    is $nginx->status($lost), 404, 'what is not there uses a link up';
    is $nginx->status($lost), 403, 'as well';
    $nginx->stop;
};

part 'A download that resumes' => sub {
    my ($recipe) = @_;
    my $nginx = server($recipe, '/downloads/setup.iso')->start;
    my $link = $recipe->link($nginx, 0);
    is $nginx->status($link, by('192.0.2.1')), 200, 'a download';
    is $nginx->status($link, by('192.0.2.1'), '-r', $_), 206, "goes on: $_" for '3-', '0-2', '3-5', '6-';
    is $nginx->status($link, by('192.0.2.2')), 403, 'and is nobody else\'s';
    $nginx->stop;
};

part 'A film for a household' => sub {
    my ($recipe) = @_;
    my @segments = map { "/vod/film/$_.ts" } 1 .. 300;
    my $nginx = server($recipe, '/vod/film/all.m3u8', @segments)->start;
    my $link = $recipe->link($nginx, 0);
    my ($query) = $link =~ /(\?.*)/;
    is $nginx->status($link, by('2001:db8:0:7::1')), 200, 'the television opens the link';
    my @statuses = map { $nginx->status("$_$query", by('2001:db8:0:7::1')) } @segments[0 .. 99];
    is_deeply [grep { $_ != 200 } @statuses], [], 'and plays';
    is $nginx->status($segments[0] . $query, by('2001:db8:0:7::2')), 200, 'a phone in the same house is no other client';
    is $nginx->status($segments[$_] . $query, by($_ % 2 ? '198.51.100.7' : '203.0.113.9')), 200, "on its way it has other addresses: $_" for 100 .. 110;
    is $nginx->status($segments[5] . $query, by('2001:db8:0:7::1')), 200, 'the television goes on';
    is $nginx->status($_ . $query, by('192.0.2.99')), 403, "one too many: $_" for $segments[0], '/vod/film/all.m3u8';
    $nginx->stop;
};

part 'To end a link' => sub {
    my ($recipe) = @_;
    my $nginx = $recipe->nginx(0, $clients);
    spill("$nginx->{dir}/srv/www/videos/$_.mp4", "the file\n") for qw(film other);
    spill("$nginx->{dir}/conf/revoked", "# nothing yet\n");
    $nginx->start;
    my ($shown) = $recipe->{commands}[0] =~ m{'https://cdn\.example\.com([^']*)'};
    my $sign = sub { azion($_[0], secret => 'replace-me-openssl-rand-hex-16', expires => later(3600 + $_[1])) };
    my ($film, $other, $third) = ($sign->('/videos/film.mp4', 1), $sign->('/videos/other.mp4', 2), $sign->('/videos/film.mp4', 3));
    is $nginx->status($_), 200, "opens: $_" for $film, $other, $third;
    my ($to_file, $to_server) = map { my $number = $_; sub { $recipe->run($nginx, $number, [$shown, $_[0]]) } } 0, 1;

    is $to_server->($film), '', 'posted';
    is $nginx->status($film), 403, 'from then on it opens nothing';
    is $nginx->status($_), 200, "and others do: $_" for $other, $third;
    is $to_file->($other), '', 'written into the file';
    is $nginx->status($other), 200, 'which is read';
    $nginx->reload;
    is $nginx->status($_), 403, "at a reload: $_" for $other, $film;
    is $nginx->status($third), 200, 'and others open still';
    $nginx->stop;
};

part 'To try it out first' => sub {
    my ($recipe) = @_;
    my $nginx = Documents::Nginx->new(Recipe->new($guide, 'A download that resumes')->{config}[0], $clients)->start;
    my @links = map { azion('/downloads/setup.iso', secret => 'replace-me-openssl-rand-hex-16', expires => later(3600 + $_)) } 1, 2;
    my ($most, $few) = map { /st=([^&]*)/ } @links;
    $nginx->status($links[0], by("192.0.2.$_")) for 1 .. 5, 1 .. 3;
    $nginx->status($links[1], by('192.0.2.1'));
    like $recipe->run($nginx, 0), qr/\A\s*5 \Q$most\E\n\s*1 \Q$few\E\n\z/, 'how many clients links have';
    $nginx->stop;
};

my @with_code = grep { grep { $_->{lang} =~ /^(?:nginx|sh)$/ } blocks($guide, heading => $_) } slurp($guide) =~ /^## (.*)$/mg;
is_deeply [sort keys %done], [sort @with_code], 'every part that shows how was tried';

done_testing;
