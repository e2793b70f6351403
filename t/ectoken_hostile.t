# Hostile bytes to the scheme ectoken: as tokens, as claims that are signed, and in what claims are held
# against. Nothing opens by mistake and no worker dies.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use MIME::Base64 qw(encode_base64url);
use Test::More;
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new(http => <<"CONF");
    large_client_header_buffers 4 4m;
    ignore_invalid_headers off;
    log_format v '\$secure_token_status \$secure_token_reason \$secure_token_key \$secure_token_expires \$secure_token_args';
    access_log DIR/access.log v;
    server {
        listen unix:DIR/nginx.sock;
        secure_token_secret     $SECRET;
        secure_token            ectoken;
        secure_token_country    \$http_x_country;
        secure_token_client_ip  \$http_x_client;
        location / { try_files /a.txt =404; }
        location /legacy/ { secure_token ectoken legacy; try_files /a.txt =404; }
        location /named/ { secure_token_param token=t; try_files /a.txt =404; }
    }
CONF
$nginx->start;
my @workers = $nginx->workers;
srand 20270101;

sub opened { my ($response) = @_; return $response->{status} == 200 || $response->{body} =~ /file a/ }
sub opens  { return opened($nginx->get(@_)) }
sub bytes  { my $n = shift; return join '', map { chr int rand 256 } 1 .. $n }

# Of all bytes, those with which a request opens.
sub bytes_that_open {
    my ($make) = @_;
    return join ' ', map { sprintf $_ > 0x20 && $_ < 0x7f ? '%c' : '%02x', $_ } grep { opens($make->(chr)) } 0x00 .. 0x09, 0x0b, 0x0c, 0x0e .. 0xff;
}

# --- as tokens

{
    my $token = ectoken_token('ec_url_allow=/abc');
    length($token) % 4 == 0 or die 'a token that takes no padding is needed';
    ok opens("/abc?$token"), 'a good link opens';
    my (@replaced, @added, @missing);
    for my $at (0 .. length($token) - 1) {
        my ($before, $behind) = (substr($token, 0, $at), substr $token, $at + 1);
        push @missing, $at if opens("/abc?$before$behind");
        for my $c (map { chr } 0x00 .. 0x2f, 0x3a .. 0x40, 0x5b .. 0x60, 0x7b .. 0x80, 0xc0, 0xff, map { ord } qw(0 9 A Z a z)) {
            push @replaced, "$at $c" if $c ne substr($token, $at, 1) && opens("/abc?$before$c$behind");
            push @added,    "$at $c" if opens("/abc?$before$c" . substr $token, $at);
        }
    }
    is_deeply \@missing,  [], 'tampering: with any one character missing it does not open';
    is_deeply \@replaced, [], 'tampering: nor with any byte in place of any character';
    is_deeply \@added,    [], 'tampering: nor with any byte in front of any character';
    # A blank ends the request's line, "#" and "&" end the token, and "=" is padding.
    is bytes_that_open(sub { "/abc?$token$_[0]" }), '20 # & =', 'tampering: nor with any byte behind it';
    is bytes_that_open(sub { my $escaped = sprintf '%%%02X', ord $_[0]; "/abc?$token$escaped" }), '=', 'tampering: nor with any byte behind it, escaped';
}
is_deeply [grep { opens("/a?$_") || opens("/legacy/a?$_") } map { (bytes($_), encode_base64url(bytes($_)), unpack('H*', bytes($_))) } map { int rand 300 } 1 .. 300], [],
    'random bytes open nothing';
is_deeply [grep { opens($_) || opens("/legacy$_") } map { ("/a?$_", "/a?$_&x", "/named/a?t=$_") } map { $_ x 6144, $_ x 6143, $_ x 1_000_000 } qw(A - _ 0 f = % %41 %00 %zz & + / .), "\xff"], [],
    'huge input: no token of one character is any good';
ok opens(ectoken('/a', 'x=1') . '&x=1' x 500_000), 'huge input: half a million arguments behind a token do not matter';
ok !opens('/a?' . '&' x 1_000_000 . ectoken_token('x=1')), 'huge input: and a million of them in front are a million too many';
ok opens('/named/a?' . 'x&' x 500_000 . 't=' . ectoken_token('x=1')), 'huge input: unless the token has a name';

# --- as claims

{
    my @words = (qw(ec_ ec_expire ec_url_allow ec_clientip ec_ref_allow ec_host_deny ec_proto_allow ec_country_deny ec_rate ec_secure = & / * . : @ 0 1 9999999999 http https missing), ',', "\0", "\xff", "\n", ' ', 'x');
    my @junk  = ((map { my $n = $_; join '', map { $words[rand @words] } 1 .. $n } map { 1 + rand 25 } 1 .. 1500), map { bytes(rand 60) } 1 .. 500);
    my @lifted;
    for my $restriction ('ec_url_allow=/nowhere', 'ec_expire=1', 'ec_clientip=192.0.2.7', 'ec_country_allow=US', 'ec_new=1') {
        push @lifted, grep { opens(ectoken('/a', $_)) } map { ("$restriction&$_", "$_&$restriction") } @junk[map { rand @junk } 1 .. 400];
    }
    is_deeply \@lifted, [], 'no junk among claims lifts a restriction';
    opens(ectoken('/a', $_)) for @junk;
    opens(legacy_ectoken('/legacy/a', $_)) for @junk;
    opens('/legacy/a?' . blowfish("ec_secure=$_")) for @junk;
    is_deeply [grep { opens(legacy_ectoken('/legacy/a', "$_&ec_url_allow=/legacy/")) } grep { !/^ec_/ } @junk], [], 'and where nothing vouches for it, none is accepted';
}
my %long = (
    'two thousand claims that say nothing'         => ['x&' x 2000 . 'ec_url_allow=/a', 1],
    'thousands of ampersands'                      => ['&' x 4580, 1],
    'thousands of equals signs'                    => ['=' x 4580, 1],
    'a claim that goes on and on'                  => ['ec_rate=' . '9' x 4570, 1],
    'an expiry that goes on and on'                => ['ec_expire=' . '9' x 4570, 0],
    'the same claim two hundred times'             => [join('&', ('ec_proto_allow=http') x 200), 0],
    'a list of fifteen hundred paths'              => ['ec_url_allow=' . '/b,' x 1500 . '/a', 1],
    'a list of fifteen hundred paths, one of them bad' => ['ec_url_allow=/a,' . '/b,' x 1500 . 'c', 0],
    'thousands of commas for paths'                => ['ec_url_allow=' . ',' x 4560, 0],
    'thousands of commas for pages'                => ['ec_ref_allow=' . ',' x 4560, 1],
    'thousands of blanks around an entry'          => ['ec_url_allow=' . ' ' x 2000 . '/a' . "\t" x 2000, 1],
    'a list of three hundred networks'             => ['ec_clientip=' . join(',', map { "10.0." . $_ % 256 . '.0/24' } 1 .. 300) . ',192.0.2.9', 1],
    'an address of thousands of characters'        => ['ec_clientip=' . ':' x 4500, 0],
    'a host of thousands of characters'            => ['ec_host_allow=' . 'a.' x 2000 . 'b,localhost', 1],
    'a star with a long domain'                    => ['ec_host_allow=*.' . 'a.' x 2000 . 'b', 0],
    'a country of thousands of characters'         => ['ec_country_deny=' . 'US' x 2000, 0],
    'thousands of countries'                       => ['ec_country_deny=' . join(',', ('FR') x 1500), 1],
);
is opens(ectoken('/a', $long{$_}[0]), 'X-Client: 192.0.2.9', 'X-Country: US') ? 1 : 0, $long{$_}[1], "huge input: $_ " . ($long{$_}[1] ? 'opens' : 'does not open') for sort keys %long;

# --- in what claims are held against

sub opens_with {
    my ($claim, $header) = @_;
    return bytes_that_open(sub { my $c = shift; (ectoken('/a', $claim), $header =~ s/BYTE/$c/r) });
}
is opens_with('ec_ref_allow=good.example', 'Referer: http://good.exampleBYTE'),          '09 0c 20 # . / : ?', 'a referrer ends where a host ends';
is opens_with('ec_ref_allow=good.example', 'Referer: http://good.exampleBYTEevil.example/'), '# / ?', 'another host does not pass for a good one, in front';
is opens_with('ec_ref_allow=good.example', 'Referer: http://evil.exampleBYTEgood.example/'), '@', 'nor behind, but as the name of a user';
is opens_with('ec_ref_allow=missing', 'Referer: BYTE'),                                  '09 0c 20', 'nothing but blanks is no referrer';
is opens_with('ec_country_allow=US', 'X-Country: USBYTE'),                               '20', 'a country is two letters, not three bytes';
is opens_with('ec_country_allow=US,FR', 'X-Country: UBYTE'),                             'S s', 'and these two';
is opens_with('ec_country_deny=FR', 'X-Country: USBYTE'),                                '20', 'also where it is not denied';
is opens_with('ec_clientip=192.0.2.7', 'X-Client: 192.0.2.7BYTE'),                       '20', 'an address ends where it ends';
is opens_with('ec_clientip=192.0.2.7', 'X-Client: BYTE192.0.2.7'),                       '20', 'and begins where it begins';
is opens_with('ec_clientip=0.0.0.0/0,::/0', 'X-Client: 192.0.2BYTE7'),                   '.', 'and has dots in between';

is_deeply [$nginx->workers], \@workers, 'panic: the worker that served all this is the one that was started';
is $nginx->alarms, '', 'panic: nothing alarming is in the log';
unlike $nginx->log, qr/secure_token: no verdict/, 'and no request was left without a verdict';
$nginx->stop;
done_testing;
