# secure_token_zone: the numbers are exact, with many workers and clients, and through reloads.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Time::HiRes qw(sleep);
use SecureToken;
use SecureToken::Client;
use SecureToken::Metrics;
use SecureToken::Nginx;

my ($clients, $rounds) = (6, 8);

# The same zone each time, and something new to count.
sub conf {
    my ($round) = @_;
    return <<"    CONF";
    secure_token_zone tokens:256k;
    server {
        listen unix:DIR/nginx.sock backlog=511;
        keepalive_requests 100000;
        secure_token_secret $SECRET id=first;
        secure_token_secret the-second-secret-for-tests id=second;
        location /films/     { secure_token azion; secure_token_label films; alias DIR/html/; }
        location /sound/     { secure_token gcore; secure_token_label sound; alias DIR/html/; }
        location /rehearsal/ { secure_token azion; secure_token_label rehearsal; secure_token_dry_run on; alias DIR/html/; }
        location /round/     { secure_token azion; secure_token_secret the-secret-of-round-$round id=$round; secure_token_label round-$round; }
        location = /metrics  { secure_token_metrics; }
    }
    CONF
}
my $nginx = SecureToken::Nginx->new(main => "worker_processes 4;\n", level => 'crit', http => conf(0))->start;

my $later = later();
my @kinds = (
    ['films/azion passed',              'first',  azion('/films/a.txt', expires => $later)],
    ['films/azion passed',              'second', azion('/films/a.txt', expires => $later, secret => 'the-second-secret-for-tests')],
    ['films/azion rejected missing',    '',       '/films/a.txt'],
    ['films/azion rejected malformed',  '',       '/films/a.txt?st=x&e=1'],
    ['films/azion rejected duplicate',  '',       '/films/a.txt?st=x&st=y'],
    ['films/azion rejected signature',  '',       azion('/films/a.txt', secret => 'x', expires => $later)],
    ['films/azion expired expired',     '',       azion('/films/a.txt', expires => earlier())],
    ['sound/gcore passed',              'first',  gcore('/sound/a.txt', expires => $later)],
    ['sound/gcore expired expired',     '',       gcore('/sound/a.txt', expires => earlier())],
    ['rehearsal/azion passed',          'first',  azion('/rehearsal/a.txt', expires => $later)],
    ['rehearsal/azion rejected_dry_run missing',  '', '/rehearsal/a.txt'],
    ['rehearsal/azion expired_dry_run expired',   '', azion('/rehearsal/a.txt', expires => earlier())],
);
# Every client begins elsewhere, so that different kinds meet.
my @clients = map {
    my $client = $_;
    SecureToken::Client->new($nginx, keep => $client % 2, asks => sub { my $kind = ($_[0] + 2 * $client) % @kinds; ("$kind", $kinds[$kind][2]) });
} 1 .. $clients;

# Reloads all the while; the numbers only ever grow.
my ($last, @shrunk) = {};
for my $round (1 .. $rounds) {
    $nginx->configure(http => conf($round))->reload or die "NGINX does not reload\n";
    sleep 0.5;
    my $now = metrics($nginx->get('/metrics')->{body});
    push @shrunk, grep { ($now->{$_} // -1) < $last->{$_} } keys %$last;
    $last = $now;
}
is_deeply \@shrunk, [], 'no number gets smaller meanwhile';

my (%answers, %expected);
for my $seen (map { $_->end } @clients) {
    $answers{$_} += $seen->{$_} for keys %$seen;
}
is_deeply [grep { !/^\d+ (?:200|403|410)$/ } keys %answers], [], 'no request is lost';
for my $answer (keys %answers) {
    my ($kind) = $answer =~ /^(\d+) /;
    my ($what, $key) = @{ $kinds[$kind] };
    my ($label, $scheme, $status, $reason) = split m{[/ ]}, $what;
    $expected{ requests($label, $scheme, $status, $reason) } += $answers{$answer};
    $expected{ key($label, $key) } += $answers{$answer} if $key;
    $expected{qq(lifetime_seconds_count{label="$label"})} += $answers{$answer} if $key;
}
$nginx->renew;
my $counted = metrics($nginx->get('/metrics')->{body});
my %counted = map { $_ => $counted->{$_} } grep { $counted->{$_} && !/build_info|_bucket|_sum/ } keys %$counted;
is_deeply \%counted, \%expected, 'all that was answered is counted, and nothing else' or diag explain [\%counted, \%expected];
my $sum = 0;
$sum += $counted->{$_} for grep { /^requests_total/ } keys %$counted;
is_deeply [grep { my $kind = $_; !grep { /^$kind / } keys %answers } 0 .. $#kinds], [], 'which was asked for in every way';
note "$sum requests, $rounds reloads";

$nginx->stop('QUIT');
is $nginx->alarms, '', 'nothing alarming in the log';

done_testing;
