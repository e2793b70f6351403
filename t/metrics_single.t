# secure_token_zone where NGINX has no master: connections go on under an earlier configuration, whose memory
# is gone when the zone has got another size.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Nginx;

sub conf {
    my ($size) = @_;
    return <<"    CONF";
    secure_token_zone tokens:$size;
    server {
        listen unix:DIR/nginx.sock;
        location /          { secure_token azion; secure_token_secret $SECRET; }
        location = /metrics { secure_token_metrics; }
    }
    CONF
}

my $nginx = SecureToken::Nginx->new(main => "master_process off;\ndaemon off;", http => conf('1m'));
my $pid = fork // die $!;
if (!$pid) {
    open STDERR, '>', $nginx->dir . '/start.log';
    exec $nginx->command;
}
ok $nginx->wait_for(sub { -S $nginx->dir . '/nginx.sock' && eval { $nginx->connect } }), 'NGINX runs in one process';

my $connection = $nginx->connect;
sub ask {
    my ($uri) = @_;
    local $SIG{PIPE} = 'IGNORE';
    syswrite $connection, "GET $uri HTTP/1.1\r\nHost: x\r\n\r\n";
    my $response = '';
    while (sysread $connection, $response, 65536, length $response) {
        my ($length) = $response =~ /^Content-Length: (\d+)\r$/mi or next;
        last if $response =~ /\r\n\r\n(.*)/s && length $1 >= $length;
    }
    return ($response =~ m{^HTTP/1\.1 (\d+)})[0] // 'none';
}

is ask('/a.txt'), 403, 'a link without a token';
is ask(azion('/a.txt')), 200, 'one with a token';
is ask('/metrics'), 200, 'and the metrics';
$nginx->configure(http => conf('2m'));
kill HUP => $pid;
ok $nginx->wait_for(sub { $nginx->log =~ /the size of the zone "tokens" changes/ }), 'the zone gets another size';
sleep 1;
is ask('/a.txt'), 403, 'on the old connection all goes on: without a token';
is ask(azion('/a.txt')), 200, 'with one';
is ask('/metrics'), 500, 'but its metrics are gone';

kill QUIT => $pid;
waitpid $pid, 0;
is $?, 0, 'NGINX ends as it should';
done_testing;
