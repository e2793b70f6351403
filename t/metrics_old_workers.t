# secure_token_zone: workers of an earlier configuration that are still busy keep its memory.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Metrics;
use SecureToken::Nginx;

sub conf {
    my ($zone) = @_;
    return <<"    CONF";
    $zone
    server {
        listen unix:DIR/nginx.sock;
        secure_token        azion;
        secure_token_secret $SECRET id=k;
        add_header X-Worker \$pid always;
        location /           { }
        location /slow/      { alias DIR/html/; limit_rate 100k; }
        location = /metrics  { secure_token off; ${\($zone && 'secure_token_metrics;')} }
    }
    CONF
}
my $nginx = SecureToken::Nginx->new(http => conf('secure_token_zone tokens:1m;'));
$nginx->write('html/big.bin', 'x' x 600_000);
$nginx->start;
my ($opened, $missing) = (key('', 'k'), requests('', 'azion', 'rejected', 'missing'));
my ($first) = $nginx->workers;

# A reload; returns once only new workers are left, and those that are busy for good.
sub renew {
    my ($zone, @busy) = @_;
    my %idle = map { $_ => 1 } $nginx->workers;
    delete @idle{@busy};
    $nginx->configure(http => conf($zone))->reload;
    return $nginx->wait_for(sub { !grep { $idle{$_} } $nginx->workers })
        && $nginx->wait_for(sub { my $log = $nginx->log; !grep { $log !~ /\b$_#\d+: gracefully shutting down/ } @busy })
        && $nginx->wait_for(sub { my $worker = answers(); !grep { $_ == $worker } @busy });
}

# Who takes a new connection.
sub answers { return $nginx->get('/metrics')->{header}{'x-worker'} }

# What a worker answers to the rest of a request.
sub begin { my ($uri) = @_; my $connection = $nginx->connect; syswrite $connection, "GET $uri HTTP/1.1\r\nHost: x\r\n"; return $connection }

sub finish {
    my ($connection) = @_;
    my $response = '';
    syswrite $connection, "Connection: close\r\n\r\n";
    1 while sysread $connection, $response, 65536, length $response;
    return SecureToken::Nginx::parse($response);
}

# All of this is on its way while there is only the first worker.
my $download = begin(azion('/slow/big.bin'));
syswrite $download, "Connection: close\r\n\r\n";
sysread $download, my $received, 65536;
my @links   = map { begin(azion('/a.txt')) } 1 .. 4;
my @others  = map { begin('/a.txt') } 1 .. 4;
my $reader = begin('/metrics');
# The worker has to have read what was sent, or it would close the connections as idle ones.
$nginx->get('/a.txt') for 1 .. 2;

my $round = 0;
for my $zone ('secure_token_zone tokens:2m;', 'secure_token_zone tokens:64k;', 'secure_token_zone others:3m;', '', 'secure_token_zone tokens:1m;') {
    $round++;
    ok renew($zone, $first), "reload $round";
    isnt answers(), $first, 'another worker answers';
    is + (grep { $_ == $first } $nginx->workers), 1, 'while the first one is still at work';
    next unless @links;
    my ($link, $other) = (finish(shift @links), finish(shift @others));
    is_deeply [map { $_->{header}{'x-worker'} } $link, $other], [$first, $first], 'and answers what it began';
    is_deeply [map { $_->{status} } $link, $other], [200, 403], 'as it would have';
}

my $old = finish($reader);
is $old->{header}{'x-worker'}, $first, 'the metrics of the first worker';
my $numbers = metrics($old->{body});
is $numbers->{$opened}, 5, 'are those of its own configuration';
is $numbers->{$missing}, 6, 'with all that it answered';

my $now = metrics($nginx->get('/metrics')->{body});
is $now->{$opened}, 0, 'and those of the last one have nothing of that';

# After a reload with the same zone both workers count in the same place.
my ($second) = grep { $_ != $first } $nginx->workers;
my $late = begin(azion('/a.txt'));
$nginx->get('/a.txt');
ok renew('secure_token_zone tokens:1m;', $first, $second), 'a reload with the same zone';
is finish($late)->{header}{'x-worker'}, $second, 'a request that an old worker answers';
is metrics($nginx->get('/metrics')->{body})->{$opened}, 1, 'is counted for the new one as well';

1 while sysread $download, $received, 65536, length $received;
is length((split /\r\n\r\n/, $received, 2)[1]), 600_000, 'the download that began first comes to its end';
ok $nginx->wait_for(sub { !grep { $_ == $first } $nginx->workers }), 'and then the first worker ends';

$nginx->stop('QUIT');
is $nginx->alarms, '', 'no worker died, and nothing alarming is in the log';

done_testing;
