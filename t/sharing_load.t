# Limits of clients and uses are exact: with many workers and clients, through reloads, and whatever a worker dies over.

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

# A number of links that no other divides, so that every client comes to each of them as often, in an order of its own.
my ($clients, $links, $rounds, $uses, $may) = (8, 251, 50, 100, 7);

sub conf {
    my ($round) = @_;
    return <<"    CONF";
    secure_token_zone  tokens:256k;
    secure_token_links links:2m;
    server {
        listen unix:DIR/nginx.sock backlog=511;
        keepalive_requests 100000;
        add_header X-Round $round;
        secure_token        azion;
        secure_token_secret $SECRET;
        location /uses/     { secure_token_max_uses $uses; secure_token_label uses; alias DIR/html/; }
        location /clients/  { secure_token_max_clients $may; secure_token_client_ip \$arg_client; secure_token_label clients; alias DIR/html/; }
        location /once/     { secure_token_max_uses 1; alias DIR/html/; }
        location = /metrics { secure_token off; secure_token_metrics; }
    }
    CONF
}
my $nginx = SecureToken::Nginx->new(main => "worker_processes 4;\n", level => 'crit', http => conf(0))->start;
my $later = later();
my @of = map { my $kind = $_; [map { azion("/$kind/a.txt", expires => $later + $_) } 1 .. $links] } qw(uses clients once);

# Starts all of them, and says what they saw. Meanwhile something happens, so many times.
sub all_of {
    my ($many, $meanwhile, %with) = @_;
    my @all = map { SecureToken::Client->new($nginx, times => $with{times}, keep => 1, tells_again => $with{tells_again}, asks => $with{asks}->($_)) } 0 .. $clients - 1;
    $meanwhile->() for 1 .. $many;
    my %sum;
    for (map { $_->end } @all) { while (my ($what, $times) = each %$_) { $sum{$what} += $times } }
    return \%sum;
}

my $reloads = 0;
my $reload = sub { $nginx->configure(http => conf(++$reloads))->reload; sleep 0.2 };

# --- Exactly -------------------------------------------------------------------------------------------------------

# Every client asks for every link as often as others, each in an order of its own.
my $seen = all_of(4, $reload, times => $links * $rounds, asks => sub {
    my ($client) = @_;
    return sub { my $at = ($_[0] * ($client * 2 + 1) + $client * 31) % $links; return ("uses $at", $of[0][$at]) };
});
my $asked = $clients * $links * $rounds;
is_deeply [grep { ($seen->{"uses $_ 200"} // 0) != $uses } 0 .. $links - 1], [], "of $asked requests each of $links links opened $uses times";
is_deeply [grep { ($seen->{"uses $_ 403"} // 0) != $clients * $rounds - $uses } 0 .. $links - 1], [], 'and was refused all the other times';
my $numbers = metrics($nginx->get('/metrics')->{body});
my %counted = (passed => $numbers->{ requests('uses', 'azion', 'passed') }, used => $numbers->{ requests('uses', 'azion', 'rejected', 'used') });
is_deeply \%counted, { passed => $links * $uses, used => $asked - $links * $uses }, 'the counters say so too';

$seen = all_of(4, $reload, times => $links * $rounds, asks => sub {
    my ($client) = @_;
    # Of more clients than may, each asks for each link now and then, and who got in once always gets in.
    return sub {
        my $at = ($_[0] * 7 + $client * 31) % $links;
        my $who = ($_[0] / $links + $client) % 20;
        return ("clients $at by $who", "$of[1][$at]&client=192.0.2.$who");
    };
});
my (%in, @changed);
for my $at (0 .. $links - 1) {
    for my $who (0 .. 19) {
        my ($opened, $refused) = map { $seen->{"clients $at by $who $_"} // 0 } 200, 403;
        $in{$at}++ if $opened;
        push @changed, "link $at, client $who: $opened, $refused" if $opened && $refused;
    }
}
is_deeply [grep { ($in{$_} // 0) != $may } 0 .. $links - 1], [], "each link opened for $may of 20 clients";
is_deeply \@changed, [], 'and for those always';
ok $reloads >= 3, "through $reloads reloads";

# --- Whatever a worker dies over ------------------------------------------------------------------------------------

my $kills = 0;
$seen = all_of(60, sub {
    my @workers = $nginx->workers;
    kill KILL => $workers[rand @workers] if @workers;
    $kills++;
    sleep 0.05;
}, times => $links * 20, tells_again => 1, asks => sub {
    my ($client) = @_;
    return sub { my $at = ($_[0] + $client) % $links; return ("once $at", $of[2][$at]) };
});
is_deeply [grep { ($seen->{"once $_ 200"} // 0) > 1 } 0 .. $links - 1], [], "of $links one-time links none opened twice, while $kills workers were killed";
my @never = grep { !$seen->{"once $_ 200"} } 0 .. $links - 1;
is_deeply [grep { !$seen->{"once $_ lost"} && !$seen->{"once $_ again"} } @never], [], 'and none was used up but by a request that got no answer';
note scalar @never, ' used up by a request that got no answer';
is join('', grep { !/exited on signal 9/ } split /^/, $nginx->alarms), '', 'no alarm but the kills';

done_testing;
