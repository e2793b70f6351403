package SecureToken::Port;

# A port that nobody listens on, and another one each time.

use strict;
use warnings;

use IO::Socket::INET ();

use Exporter qw(import);
our @EXPORT = qw(free_port);

# Of those that tools/run-test reserved: the system gives none of them to a connection meanwhile.
my $first = $ENV{TEST_NGINX_SERVER_PORT} // 22300;
my $last  = $first;

sub free_port {
    for (1 .. 99) {
        $last = $last < $first + 99 ? $last + 1 : $first + 1;
        return $last if IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $last, Listen => 1);
    }
    die "no port is free behind $first\n";
}

1;
