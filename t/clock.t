# The very second of the expiry. NGINX says in Date what time it was when it decided.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Nginx;

use Time::HiRes qw(sleep);
use Time::Local qw(timegm);

my %month = do { my $i = 0; map { $_ => $i++ } qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec) };

sub decided_at {
    my ($response) = @_;
    my ($day, $month, $year, $h, $m, $s) = $response->{header}{date} =~ /, (\d+) (\w+) (\d+) (\d+):(\d+):(\d+) GMT/ or return;
    return timegm($s, $m, $h, $day, $month{$month}, $year);
}

my $nginx = SecureToken::Nginx->new(http => <<"CONF")->start;
    server {
        listen unix:DIR/nginx.sock;
        secure_token_secret $SECRET;
        location /azion/ { secure_token azion; empty_gif; }
        location /gcore/ { secure_token gcore; empty_gif; }
        location /ectoken/ { secure_token ectoken; secure_token_expired_status 410; empty_gif; }
        location /late/  { secure_token azion; secure_token_clock_skew 2s; empty_gif; }
        location /soon/  { secure_token azion; secure_token_max_lifetime 5s; empty_gif; }
    }
CONF

# What is to come out when it is `left` seconds before the expiry.
my %rule = (
    azion => sub { $_[0] >= 0  ? 200 : 410 },
    gcore => sub { $_[0] >= 1  ? 200 : 410 },
    ectoken => sub { $_[0] >= 0 ? 200 : 410 },
    late  => sub { $_[0] >= -2 ? 200 : 410 },
    soon  => sub { $_[0] > 5 ? 403 : $_[0] >= 0 ? 200 : 410 },
);
my %name = (
    azion => 'azion: a link opens in the second of its expiry and not after it',
    gcore => 'gcore: a link does not open in the second of its expiry any more',
    ectoken => 'ectoken: a link opens in the second of its expiry and not after it',
    late  => 'with a clock skew of two seconds it opens two seconds longer',
    soon  => 'a link may expire as late as the longest lifetime allows, and not a second later',
);
my %sign = (gcore => \&gcore, ectoken => sub { my ($path, %with) = @_; ectoken($path, "ec_expire=$with{expires}") });
for my $place (sort keys %rule) {
    my (%seen, @wrong);
    for my $round (1 .. 40) {
        for my $left (-3 .. 6) {
            my $expires  = time + $left;
            my $link     = ($sign{$place} // \&azion)->("/$place/a", expires => $expires);
            my $response = $nginx->get($link);
            my $really   = $expires - decided_at($response);
            $seen{$really}++;
            push @wrong, "$really seconds left: $response->{status}" if $response->{status} != $rule{$place}->($really);
        }
        last if !grep { !$seen{$_} } -3 .. 6;
        sleep 0.1;
    }
    is_deeply \@wrong, [], $name{$place};
    ok !(grep { !$seen{$_} } -3 .. 6), 'each second was tried';
}
$nginx->stop;

done_testing;
