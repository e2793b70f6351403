# secure_token_playback_zone: what becomes of viewers when there are more of them than it has room for. Who is forgotten is
# refused, and nobody who did not begin gets in.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Time::HiRes qw(sleep);
use SecureToken;
use SecureToken::Nginx;

plan skip_all => 'this NGINX is built without realip' unless $SecureToken::Nginx::V =~ /--with-http_realip_module/;

my $nginx = SecureToken::Nginx->new(main => 'worker_processes 2;', http => <<"CONF")->start;
    # Less it cannot be.
    secure_token_playback_zone viewers:32k;
    set_real_ip_from   unix:;
    real_ip_header     X-Client;
    keepalive_requests 100000;
    server {
        listen unix:DIR/nginx.sock;
        secure_token                 azion;
        secure_token_secret          $SECRET;
        secure_token_playback_grace  1h;
        location /brief/ { secure_token_playback_grace 1s; alias DIR/html/; }
    }
CONF

# The statuses of so many clients, of whom each asks for the same.
my $most = 4000;
sub flood {
    my ($net, $link) = @_;
    my @requests = map { sprintf "GET %s HTTP/1.1\r\nHost: localhost\r\nX-Client: %s.%d.%d\r\n\r\n", $link, $net, $_ / 250, $_ % 250 } 0 .. $most - 1;
    my @statuses;
    while (my @some = splice @requests, 0, 50) {
        $some[-1] =~ s/\r\n\z/Connection: close\r\n\r\n/;
        my $answer = $nginx->raw(join '', @some);
        push @statuses, "$answer->{head}$answer->{body}" =~ m{HTTP/1\.1 (\d+)}g;
    }
    return @statuses;
}
sub count { my ($status, @statuses) = @_; return scalar grep { $_ == $status } @statuses }
sub ask { my ($client, $link) = @_; return $nginx->raw("GET $link HTTP/1.0\r\nHost: localhost\r\nX-Client: $client\r\n\r\n")->{status} }

my $started = time;
is count(200, flood('10.1', azion('/a.txt'))), $most, 'more viewers than there is room for, whose tokens are for long';
# Two more of those have to be over before it.
my $expires = time + 12 + 4 * (time - $started);
my $link = azion('/a.txt', expires => $expires);
is ask('192.0.2.7', $link), 200, 'one more, whose token expires before theirs';
is count(200, flood('10.2', $link)), $most, 'and as many as theirs again that expire with it';
is count(200, flood('10.1', azion('/a.txt'))), $most, 'and the first ones again';
is ask('192.0.2.8', $link = azion('/a.txt', expires => $expires)), 200, 'a last one, for whom there may be no room';
ok time < $expires, 'all of that was in time' or diag time - $expires;
my @told = $nginx->log =~ /\[warn\] [^\n]*secure_token: no room to remember viewers, who may be refused though "secure_token_playback_grace" is on; make the zone of "secure_token_playback_zone" larger,/g;
ok @told >= 1 && @told <= 2, 'the lack of room is told, and not of each viewer' or diag scalar @told;

sleep 0.1 while time <= $expires;
is ask('192.0.2.7', $link), 200, 'who was there first goes on';
my @later = flood('10.2', $link);
my $remembered = count(200, @later);
ok $remembered > 500 && $remembered < 2048, 'of those that came with it so many as there is room for' or diag $remembered;
is count(410, @later), $most - $remembered, '... and all others are refused';
is count(410, flood('10.1', $link)), $most, 'of those with other tokens nobody begins';
is count(410, flood('10.3', $link)), $most, 'nor of those who never were there';
is count(200, flood('10.4', azion('/brief/a.txt', expires => time + 60))), $most, 'others begin where the grace is shorter';
is count(200, flood('10.2', $link)), $remembered, '... and take no room from those who could not be remembered again';
is $nginx->alarms, '', 'nothing alarming in the log';
done_testing;
