# Reload and restart: keys change while requests run.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Nginx;

use IO::Select;
use Time::HiRes qw(time);

sub conf {
    my ($secret) = @_;
    return <<"    CONF";
    server {
        listen unix:DIR/nginx.sock;
        keepalive_requests 1000000;
        secure_token        azion;
        secure_token_secret $secret;
        location / { }
        location /slow/ { alias DIR/html/; limit_rate 400k; }
        location /ectoken/ { secure_token ectoken; secure_token_secret_file key; secure_token_secret $secret; alias DIR/html/; }
        location /gcore/ { secure_token gcore; secure_token_secret_file key; alias DIR/html/; }
    }
    CONF
}
my $nginx = SecureToken::Nginx->new(main => "worker_processes 2;\n");
$nginx->write('html/big.bin', 'x' x 600_000);
$nginx->write(key => "the-key-in-the-file-1\n");
chmod 0600, $nginx->dir . '/key';
$nginx->configure(http => conf('the-old-secret-of-2026'));
$nginx->start;

my $expires = later();
my $old = azion('/a.txt', secret => 'the-old-secret-of-2026', expires => $expires);
my $new = azion('/a.txt', secret => 'the-new-secret-of-2027', expires => $expires);

is $nginx->get($old)->{status}, 200, 'before the reload the old secret opens';
is $nginx->get($new)->{status}, 403, 'and the new one does not';

# A download that begins under the old key.
my $download = $nginx->connect;
print $download "GET " . azion('/slow/big.bin', secret => 'the-old-secret-of-2026') . " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
sysread $download, my $received, 65536;

# A client with a connection that it keeps, which asks with both keys in turn.
pipe my $report, my $out;
my $client = fork // die $!;
if (!$client) {
    my ($connection, $lost, @seen, %count) = (undef, 0);
    $out->autoflush(1);
    # Until it has seen both keys at work for a while.
    my $until = time + 60;
    for (my $i = 0; time < $until && ($count{old403} // 0) + ($count{new200} // 0) < 2000; $i++) {
        print $out "it asks\n" if $i == 100;
        my $link  = $i % 2 ? $new : $old;
        my $tries = 0;
        my $status;
        while (!$status && $tries++ < 3) {
            # NGINX may close a kept connection between two requests; a client then asks again.
            $connection //= $nginx->connect;
            local $SIG{PIPE} = 'IGNORE';
            my $response = '';
            syswrite $connection, "GET $link HTTP/1.1\r\nHost: x\r\n\r\n";
            while ($response !~ /\r\n\r\n/ or length $response < $+[0] + ($response =~ /Content-Length: (\d+)/ ? $1 : 0)) {
                sysread $connection, $response, 65536, length $response or last;
            }
            ($status) = $response =~ m{\AHTTP/1\.1 (\d+)};
            undef $connection if !$status || $response =~ /^Connection: close/m;
            $lost++ if !$status && length $response;
        }
        $lost++ unless $status;
        push @seen, ($i % 2 ? 'new' : 'old') . ($status // 'none');
        $count{ $seen[-1] }++;
    }
    my $order = join ' ', @seen;
    $order =~ s/\b(\w+ \w+)(?: \1)+/$1/g;
    print $out join(' ', "lost=$lost", map { "$_=$count{$_}" } sort keys %count), "\n$order\n";
    close $out;
    POSIX::_exit(0);
}
close $out;

is readline $report, "it asks\n", 'a client asks';
my @before = $nginx->workers;
$nginx->configure(http => conf('the-new-secret-of-2027'));
$nginx->write(key => "the-key-in-the-file-2\n");
ok $nginx->reload, 'the configuration is read again';
ok $nginx->wait_for(sub { $nginx->get($new)->{status} == 200 }), 'after the reload the new secret opens';
# A worker that was not told yet may take connections, and one that was just told one or two more.
ok $nginx->wait_for(sub { my $log = $nginx->log; !grep { $log !~ /\b$_#\d+: gracefully shutting down/ } @before }), 'the old workers know of it';
ok $nginx->wait_for(sub { !grep { $nginx->get($old)->{status} != 403 } 1 .. 10 }), 'and the old one does not';
is $nginx->get(gcore('/gcore/a.txt', secret => 'the-key-in-the-file-2'))->{status}, 200, 'a secret file is read again as well';
is $nginx->get(gcore('/gcore/a.txt', secret => 'the-key-in-the-file-1'))->{status}, 403, 'and its old content forgotten';
is $nginx->get(ectoken('/ectoken/a.txt', 'x=1', secret => $_->[0]))->{status}, $_->[1], "a scheme that encrypts has $_->[2]"
    for ['the-key-in-the-file-2', 200, 'the new key of the file'], ['the-key-in-the-file-1', 403, 'no old one'], ['the-new-secret-of-2027', 200, 'the new secret'], ['the-old-secret-of-2026', 403, 'no old one'];

1 while sysread $download, $received, 65536, length $received;
like $received, qr{\AHTTP/1\.1 200 }, 'a download that began before the reload';
is length((split /\r\n\r\n/, $received, 2)[1]), 600_000, 'goes on to its end';

my @lines = <$report>;
waitpid $client, 0;
like $lines[0], qr/^lost=0 /, 'reload: no request of a client that keeps its connection is lost' or diag @lines;
is_deeply [sort($lines[0] =~ /\b((?:old|new)\w+)=/g)], [qw(new200 new403 old200 old403)], 'it saw both keys at work' or diag @lines;
unlike $lines[1], qr/old403.*old200|new200.*new403/, 'first the old one, then the new one' or diag @lines;

# What is wrong does not get in.
$nginx->configure(http => conf("''"));
my @running = $nginx->workers;
kill HUP => $nginx->{pid};
ok $nginx->wait_for(sub { $nginx->log =~ /\[emerg\] .*"secure_token_secret": the secret is empty/ }), 'a reload with an error says so';
is $nginx->get($new)->{status}, 200, 'and leaves the keys as they are';
$nginx->clear_log;

# Again and again: nothing is lost, nobody dies.
for my $round (1 .. 10) {
    $nginx->configure(http => conf("the-secret-of-round-number-$round"));
    $nginx->reload;
}
ok $nginx->wait_for(sub { $nginx->get(azion('/a.txt', secret => 'the-secret-of-round-number-10'))->{status} == 200 }), 'ten reloads later the last secret opens';
$nginx->stop('QUIT');
is $nginx->alarms, '', 'reload: no worker died, and nothing alarming is in the log';

# --- another start of the same

$nginx->start;
is $nginx->get(ectoken('/ectoken/a.txt', 'x=1', secret => 'the-secret-of-round-number-10'))->{status}, 200, 'after a stop and a start ectokens open as before';
is $nginx->get(azion('/a.txt', secret => 'the-secret-of-round-number-10'))->{status}, 200, 'and so do other links';
my @victims = $nginx->workers;
kill KILL => $victims[0];
ok $nginx->wait_for(sub { my @now = $nginx->workers; @now == 2 && !grep { $_ == $victims[0] } @now }), 'a worker that is killed is replaced';
is $nginx->get(azion('/a.txt', secret => 'the-secret-of-round-number-10'))->{status}, 200, 'and the new one knows the secret' for 1 .. 4;
$nginx->stop;

done_testing;
