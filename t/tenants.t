# docs/tenants.md: a link opens its own tenant's files and nobody else's, with a server for each and with
# maps.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Documents;
use SecureToken;

my $guide = "$ROOT/docs/tenants.md";
my @names = qw(a.example.com b.example.com);

sub nginx_of {
    my ($heading, %secret) = @_;
    my ($block) = blocks($guide, heading => $heading, lang => 'nginx');
    my $nginx = Documents::Nginx->new($block->{text});
    $nginx->file("srv/$_/film.mp4", "the film of $_\n") for @names;
    while (my ($name, $secret) = each %secret) {
        $nginx->file("conf/secrets/$name", "$secret\n");
        chmod 0600, "$nginx->{dir}/conf/secrets/$name";
    }
    return $nginx->start;
}

# What a host answers.
sub answer {
    my ($nginx, $host, $link, @options) = @_;
    return `curl -s @options -H 'Host:$host' -w '%{http_code}' 'http://127.0.0.1:$nginx->{port}$link'` =~ s/<.*>\s*//sr;
}

{
    my %secret = map { $_ => "the-secret-of-$_" } @names;
    my $nginx  = nginx_of('A server for each', %secret);
    for my $name (@names) {
        my $link = azion('/film.mp4', secret => $secret{$name});
        for my $host (@names, uc $name) {
            is answer($nginx, $host, $link), lc $host eq $name ? "the film of $name\n200" : 403, "servers: the link of $name at $host";
        }
        is answer($nginx, 'c.example.com', $link), 404, "servers: the link of $name at nobody";
    }
    like $nginx->log, qr/secure_token: signature, scheme: azion, label: b\.example\.com, client/, 'servers: the log has the tenant';
    $nginx->stop;
}

{
    my $nginx = nginx_of('One server and a map');
    my %secret = ('the-secret-of-a' => 'a', 'the-secret-of-b' => 'b', 'the-old-secret-of-a' => 'a');
    for my $name (sort keys %secret) {
        my $link = azion('/film.mp4', secret => "replace-me-with-$name");
        for my $host (@names) {
            my $own = $host eq "$secret{$name}.example.com";
            is answer($nginx, $host, $link), $own ? "the film of $host\n200" : 403, "map: a link with $name at $host";
        }
        is answer($nginx, 'c.example.com', $link), 403, "map: a link with $name at nobody";
    }
    my $empty = azion('/film.mp4', secret => '');
    is answer($nginx, $_, $empty), 403, "map: a link with the empty secret at $_" for @names, 'c.example.com';
    is answer($nginx, '', $empty, '--http1.0'), 403, 'map: and where no host is named';
    like $nginx->log, qr/secure_token: no_secret, .*host: "c\.example\.com"/, 'map: no secret for those who are not in it';
    $nginx->stop;
}

done_testing;
