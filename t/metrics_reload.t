# secure_token_zone: what becomes of the numbers at a reload, and of zones that have no room.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Metrics;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new(main => "worker_processes 2;\n");

# Servers with one label each, the same secrets, and where to read the numbers.
sub conf {
    my (%with) = @_;
    my $zone    = $with{zone} // 'tokens:1m';
    my $secrets = join ' ', map { "secure_token_secret $_;" } @{ $with{secrets} // ["$SECRET id=a"] };
    my $places  = join '', map { qq(location /$_/ { secure_token azion; secure_token_label "$_"; alias DIR/html/; }\n) } @{ $with{labels} // ['films'] };
    $zone &&= "secure_token_zone $zone; server { listen unix:DIR/metrics.sock; location / { secure_token_metrics; } }\n";
    return "${zone}server { listen unix:DIR/nginx.sock;\n$secrets\n$places}\n";
}
sub now    { metrics($nginx->raw("GET / HTTP/1.0\r\n\r\n", 'metrics.sock')->{body}) }
sub ask    { $nginx->get(azion("/$_[0]/a.txt", secret => $_[1] // $SECRET))->{status} }
sub passed { requests($_[0], 'azion', 'passed') }

sub becomes {
    my ($name, %with) = @_;
    $nginx->clear_log;
    $nginx->configure(http => conf(%with));
    ok $nginx->renew, $name;
}

$nginx->configure(http => conf())->start;
ask('films') for 1 .. 3;
$nginx->get('/films/a.txt');
my $before = now();

becomes 'the same configuration is read again';
is_deeply now(), $before, 'all numbers are as before';
unlike $nginx->log, qr/secure_token/, 'and nothing is said about it';

# --- other labels and secrets

becomes 'a label and a secret are added', labels => ['films', 'sound'], secrets => ["$SECRET id=a", 'another-secret-for-tests id=b'];
my $after = now();
is_deeply { map { $_ => $after->{$_} } keys %$before }, $before, 'what there was goes on as it was';
is now()->{$_}, 0, "$_ begins at 0" for passed('sound'), key('sound', 'a'), key('films', 'b');
is ask('films', 'another-secret-for-tests'), 200, 'the new secret opens';
is now()->{ key('films', 'b') }, 1, 'and is counted';

becomes 'a label and a secret are removed', labels => ['sound'], secrets => ['another-secret-for-tests id=b'];
is now()->{ passed('films') }, 4, 'what is not configured any more stays as it was';
is now()->{ key('films', 'a') }, 3, 'and so does the secret that opened it';

becomes 'and come back', labels => ['films', 'sound'];
ask('films');
is now()->{ passed('films') }, 5, 'where it goes on';

becomes 'an id goes to another secret', secrets => ['the-next-secret-for-tests id=a'];
is ask('films', 'the-next-secret-for-tests'), 200, 'which opens';
is now()->{ key('films', 'a') }, 5, 'and goes on with its number';

# --- a reload that fails

$before = now();
$nginx->configure(http => conf(secrets => ["''"]));
kill HUP => $nginx->{pid};
ok $nginx->wait_for(sub { $nginx->log =~ /\[emerg\] .*the secret is empty/ }), 'a configuration with an error is not taken';
is_deeply now(), $before, 'and changes no number';

# Sockets are bound when the zone's memory was given out already.
$nginx->clear_log;
$before = now();
$nginx->configure(http => conf(labels => ['films', 'refused'], secrets => ["$SECRET id=refused"]) . 'server { listen unix:DIR/none/nginx.sock; }');
kill HUP => $nginx->{pid};
ok $nginx->wait_for(sub { $nginx->log =~ /\[emerg\] .*bind\(\) to unix:\S+ failed/ }), 'a configuration with an address that cannot be had is not taken';
is_deeply now(), $before, 'and its labels and secrets are not in the metrics';
becomes 'one that can be taken comes next', labels => ['films', 'taken'];
is now()->{ passed('taken') }, 0, 'its label is there';
ok !exists now()->{ passed('refused') }, 'and that of the refused one is not';

# --- another size

becomes 'the zone gets another size', zone => 'tokens:2m';
like $nginx->log, qr/\[notice\] .*"secure_token_zone": the size of the zone "tokens" changes from 1048576 to 2097152 bytes: its counters start anew in \S+nginx\.conf:\d+/,
    'which is said, with both sizes';
is now()->{ passed('films') }, 0, 'and the numbers begin at 0';
ask('films');
is now()->{ passed('films') }, 1, 'and go on from there';

becomes 'a smaller one', zone => 'tokens:64k';
is now()->{ passed('films') }, 0, 'begins at 0 as well';
ask('films');
becomes 'the same size in another spelling', zone => 'tokens:65536';
is now()->{ passed('films') }, 1, 'is the same size';

becomes 'a zone of another name', zone => 'others:64k';
is now()->{ passed('films') }, 0, 'is another zone';
ask('films');
becomes 'there is no zone any more', zone => '';
is ask('films'), 200, 'links open all the same';
becomes 'and then again', zone => 'others:64k';
is now()->{ passed('films') }, 0, 'the numbers begin at 0';

# --- a worker that dies

ask('films') for 1 .. 4;
my @victims = $nginx->workers;
kill KILL => @victims;
ok $nginx->wait_for(sub { my %now = map { $_ => 1 } $nginx->workers; keys %now == 2 && !grep { $now{$_} } @victims }), 'workers that are killed are replaced';
is now()->{ passed('films') }, 4, 'and the numbers are still there';
ask('films');
is now()->{ passed('films') }, 5, 'and go on';
$nginx->clear_log;

# --- a zone that is too small

my @labels = map { sprintf 'l%03d-%s', $_, 'x' x 59 } 1 .. 200;
for my $secrets (1, 2, 12) {
    my %with = (labels => \@labels, secrets => [map { "secret-number-$_-of-many id=$_-" . 'y' x 60 } 1 .. $secrets]);
    $nginx->configure(http => conf(%with, zone => 'small:64k'));
    my ($status, $said) = $nginx->test;
    is $status, 256, "$secrets secret(s): a zone that is too small for its labels is refused";
    my ($kilobytes) = $said =~ /\[emerg\] .*"secure_token_zone": the zone "small" is too small for the counters of 200 places in the configuration; give it (\d+) kilobytes/
        or diag $said;
    $nginx->configure(http => conf(%with, zone => 'small:' . ($kilobytes // 0) . 'k'));
    ($status, $said) = $nginx->test;
    is $status, 0, 'and one of the size that the message names is not' or diag $said;
}

# --- a zone that gets full

becomes 'more labels than the zone has room for', zone => 'others:64k', labels => ['films', @labels], secrets => ['the-newest-secret-for-tests id=c'];
like $nginx->log, qr/\[error\] .*"secure_token_zone": the zone "others" is full, and some of the counters are new: what they are for is not counted until the zone gets another size, with which all counters start anew/,
    'which is said, with what to do';
is ask('films'), 403, 'the configuration is taken: the old secret does not open any more';
is ask('films', 'the-newest-secret-for-tests'), 200, 'and the new one does';
is now()->{ passed('films') }, 6, 'what had its number goes on';
my @statuses = map { ask($_, 'the-newest-secret-for-tests') } @labels;
is_deeply [grep { $_ != 200 } @statuses], [], 'links open where nothing is counted too';
my @counted = grep { now()->{ passed($_) } } @labels[0, -1];
is scalar @counted, 1, 'some of the new labels are counted, others are not' or diag explain \@counted;
becomes 'the zone gets room', zone => 'others:1m', labels => ['films', @labels];
ask($_) for 'films', @labels;
is_deeply [grep { (now()->{ passed($_) } // 0) != 1 } 'films', @labels[0, 100, -1]], [], 'and all of them are counted';

$nginx->stop('QUIT');
is $nginx->alarms, '', 'nothing alarming in the log';

done_testing;
