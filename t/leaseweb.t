# The scheme leaseweb: links that are bound to the client's address unless NGINX is told otherwise.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new(http => <<'CONF');
    set_real_ip_from    unix:;
    real_ip_header      X-Forwarded-For;
    add_header          X-Reason "<$secure_token_reason>" always;

    secure_token        leaseweb;
    secure_token_secret a-secret-for-tests;

    server {
        listen unix:DIR/nginx.sock;

        location /          { try_files /a.txt =404; }
        location /free/     { secure_token_client_ip off; try_files /a.txt =404; }
        location /free/not/ { secure_token_client_ip $remote_addr; try_files /a.txt =404; }
        # Any spelling of an address, as another module or a balancer may give it.
        location /header/   { secure_token_client_ip $http_x_client; try_files /a.txt =404; }
        location /names/    { secure_token_param token=sig expires=until; try_files /a.txt =404; }
        location /azion/    { secure_token azion; try_files /a.txt =404; }
    }
CONF
$nginx->start;

# The status, and behind it the reason where there is one.
sub answer {
    my ($link, @headers) = @_;
    my $answer = $nginx->get($link, @headers);
    return join ' ', $answer->{status}, ($answer->{header}{'x-reason'} // '') =~ /<(.+)>/;
}
sub from { "X-Forwarded-For: $_[0]" }

# --- The address ------------------------------------------------------------------------------------

my $bound = leaseweb('/a.txt', ip => '192.0.2.7');
is answer($bound, from('192.0.2.7')), 200, 'without a word about addresses, a link is for one';
is answer($bound, from($_)), '403 signature', "and not for $_" for qw(192.0.2.8 192.0.2.70 92.0.2.7 2001:db8::7);
is answer(leaseweb('/a.txt'), from('192.0.2.7')), '403 signature', 'a link for nobody opens to nobody';
is answer(leaseweb('/a.txt', ip => '192.0.2.7', expires => earlier()), from('192.0.2.7')), '410 expired', 'one that has expired is gone';
is answer(leaseweb('/a.txt', ip => '192.0.2.7', expires => earlier()), from('192.0.2.8')), '403 signature', 'and forged first';

my $six = leaseweb('/a.txt', ip => '2001:db8::7');
is answer($six, from($_)), 200, "IPv6: $_" for '2001:db8::7', '2001:DB8::7', '2001:0db8:0:0:0:0:0:7';
is answer($six, from('2001:db8::8')), '403 signature', 'IPv6: another';

my $header = leaseweb('/header/a', ip => '192.0.2.7');
is answer($header, 'X-Client: ::ffff:192.0.2.7'), 200, 'an IPv4 address mapped into IPv6 is what it is';
is answer($header), '403 client_ip', 'an address that is not there';
is answer(leaseweb('/header/a')), '403 client_ip', 'also for a link for nobody';
is answer($header, "X-Client: 192.0.2.\x017"), '403 client_ip', 'an address with a control character';

is answer(leaseweb('/free/a')), 200, 'off: a link for nobody opens to everybody';
is answer(leaseweb('/free/a'), from('192.0.2.7')), 200, 'off: whoever it is';
is answer(leaseweb('/free/a', ip => '192.0.2.7'), from('192.0.2.7')), '403 signature', 'off: a link for one is another one';
is answer(leaseweb('/free/not/a', ip => '192.0.2.7'), from('192.0.2.7')), 200, 'on again further inside';
is answer(leaseweb('/free/not/a'), from('192.0.2.7')), '403 signature', 'on again: no link for nobody';

# --- Its relatives ----------------------------------------------------------------------------------

is answer(azion('/free/a')), 200, 'without the address it is the formula of azion';
is answer(azion('/a.txt'), from('192.0.2.7')), '403 signature', 'with it it is not';
is answer(leaseweb('/azion/a')), 200, 'nor the other way round: azion has no address';
is answer(leaseweb('/azion/a', ip => '192.0.2.7'), from('192.0.2.7')), '403 signature', 'also of one who has one';

# What docs/security.md says of secrets of different lengths.
is leaseweb('/a', secret => 'k', ip => '12.0.2.7', expires => 1), leaseweb('/a', secret => 'k1', ip => '2.0.2.7', expires => 1),
    'the border between secret and address';

my $named = leaseweb('/names/a', ip => '192.0.2.7') =~ s/st=/sig=/r =~ s/e=(?=\d)/until=/r;
is answer($named, from('192.0.2.7')), 200, 'parameters with other names';
is answer(leaseweb('/names/a', ip => '192.0.2.7'), from('192.0.2.7')), '403 missing', 'and not with their own';

# --- The path ---------------------------------------------------------------------------------------

for (['/my%20film.mp4', '/my film.mp4'], ['/%C3%BCber', "/\xc3\xbcber"], ['/a+b', '/a+b'], ['/x/../y//z', '/y/z'], ['/a%2Fb', '/a/b']) {
    my ($sent, $signed) = @$_;
    is answer(leaseweb($sent, signs => $signed, ip => '192.0.2.7'), from('192.0.2.7')), 200, "$sent: decoded";
    is answer(leaseweb($sent, ip => '192.0.2.7'), from('192.0.2.7')), $sent eq $signed ? 200 : '403 signature', "$sent: as it was sent";
}

is $nginx->alarms, '', 'and nothing went wrong on the way';
unlike $nginx->log, qr/a-secret-for-tests/, 'no secret in the log';

# --- What is never written, not at the level debug either -------------------------------------------

SKIP: {
    skip "this NGINX is built without --with-debug", 1 unless SecureToken::Nginx::has_debug();
    my $debug = SecureToken::Nginx->new(level => 'debug', http => 'server { listen unix:DIR/nginx.sock; location / { secure_token leaseweb; secure_token_secret a-secret-for-tests; secure_token_client_ip $http_x_none$server_protocol; } }')->start;
    my $expires = later();
    my $right = leaseweb('/a.txt', expires => $expires, ip => 'HTTP/1.1');
    my ($token) = $right =~ /st=(.{22})/;
    my $wrong = $right =~ s/st=.{22}/'st=' . 'A' x 22/er;
    is $debug->get(leaseweb('/a.txt', expires => $expires + 1, ip => 'HTTP/1.1'))->{status}, 200, 'a link that opens';
    is $debug->get($wrong)->{status}, 403, 'and one whose token is for others to find';
    $debug->wait_for(sub { $debug->log =~ /secure_token: signature/ });
    unlike $debug->log, qr/\Q$_\E/, 'never written: ' . ($_ =~ tr/ -~//cdr) for 'a-secret-for-tests', $token, "HTTP/1.1/a.txt$expires";
}

# --- nginx -t ---------------------------------------------------------------------------------------

sub complaint {
    my ($words) = @_;
    my $other = SecureToken::Nginx->new(http => "server { listen unix:DIR/other.sock; location ^~ /x/ { secure_token leaseweb; secure_token_secret a-secret-for-tests; $words } }");
    my ($rc, $said) = $other->test;
    return $rc == 0 ? $said =~ /\[(?:warn|emerg)\]/ ? $said : '' : $said;
}
is complaint(''), '', 'nothing need be said';
is complaint("secure_token_client_ip $_;"), '', "secure_token_client_ip $_" for 'off', '$remote_addr', '$http_x_client';
like complaint('secure_token_client_ip 192.0.2.7;'), qr/\[emerg\] .*"secure_token_client_ip"/, 'an address of the configuration is no client\'s';
like complaint('secure_token_ttl 1h;'), qr/\[emerg\] .*"secure_token_ttl"/, 'its links say themselves when they expire';

done_testing;
