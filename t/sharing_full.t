# secure_token_links: what becomes of links when there are more of them than there is room for. Nobody is refused for it.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Metrics;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new(main => 'worker_processes 2;', http => <<"CONF")->start;
    secure_token_zone  tokens:256k;
    secure_token_links links:128k;
    keepalive_requests 100000;
    server {
        listen unix:DIR/nginx.sock;
        secure_token          azion;
        secure_token_secret   $SECRET;
        secure_token_max_uses 1;
        location = /metrics { secure_token off; secure_token_metrics; }
    }
CONF

my $now = time;
sub link_number { my ($number, $end) = @_; return azion("/a.txt", signs => '/a.txt', expires => $end + $number) }
# The statuses of all these links.
sub ask_for {
    my @requests = map { "GET $_ HTTP/1.1\r\nHost: localhost\r\n\r\n" } @_;
    my @statuses;
    while (my @some = splice @requests, 0, 50) {
        $some[-1] =~ s/\r\n\z/Connection: close\r\n\r\n/;
        my $answer = $nginx->raw(join '', @some);
        push @statuses, "$answer->{head}$answer->{body}" =~ m{HTTP/1\.1 (\d+)}g;
    }
    return @statuses;
}
sub count { my ($status, @statuses) = @_; return scalar grep { $_ == $status } @statuses }
sub numbers { return metrics($nginx->get('/metrics')->{body}) }

my $room = numbers()->{'links{state="room"}'};
ok $room > 1000, 'so many links there is room for' or diag $room;

my @few = map { link_number($_, $now + 3600) } 1 .. $room / 4;
is count(200, ask_for(@few)), @few, 'a quarter of them opens';
is count(403, ask_for(@few)), @few, 'and none of them again';
is numbers()->{links_forgotten_total}, 0, 'none is forgotten while there is much room';
is numbers()->{'links{state="taken"}'}, @few, 'and all of them are counted';

my @many = map { link_number($_, $now + 100_000) } 1 .. 3 * $room;
is count(200, ask_for(@many)), @many, 'more than there is room for open all the same';
my $numbers = numbers();
ok $numbers->{links_forgotten_total} >= @many + @few - $room, 'others were forgotten for them' or diag $numbers->{links_forgotten_total};
is $numbers->{'links{state="taken"}'}, $room, 'and there is no room left';
my @newest = @many[-$room / 4 .. -1];
my $refused = count(403, ask_for(@newest));
ok $refused > 0.99 * @newest, 'the newest are remembered' or diag "$refused of " . @newest;
is count(200, ask_for(@few)), @few, 'and the oldest are not';

my @told = $nginx->log =~ /\[warn\] [^\n]*secure_token: links are forgotten before they expire, for there is no room for more, and may be used anew; make the zone of "secure_token_links" larger: 1m; that forgets all links once/g;
ok @told >= 1 && @told <= 2 + time - $now, 'that is told, once a second, with what to write' or diag scalar @told;
is $nginx->alarms, '', 'no alarm';

done_testing;
