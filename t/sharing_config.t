# What `nginx -t` says about limits of clients and uses.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new;
sub told {
    my ($location, $http) = @_;
    $http //= 'secure_token_links links:1m;';
    $nginx->configure(http => "$http\nserver { listen unix:DIR/nginx.sock; location /a/ { secure_token azion; secure_token_secret $SECRET; $location } }");
    my ($status, $text) = $nginx->test;
    return join "\n", $status == 0 ? 'fine' : 'refused', $text =~ /\[(?:emerg|warn)\] (?:\d+#\d+: )?(.*?)(?: in \/.*)?$/mg;
}
sub fine    { my ($name, @conf) = @_; is told(@conf), 'fine', $name }
sub refused { my ($name, $message, @conf) = @_; like told(@conf), qr/^refused\n.*$message/, $name }
sub warned  { my ($name, $message, @conf) = @_; like told(@conf), qr/^fine\n(?:.*\n)*.*$message/, $name }

fine 'both limits', 'secure_token_max_clients 3; secure_token_max_uses 10;';
fine 'prefixes', 'secure_token_max_clients 100 ipv4=1 ipv6=128;';
fine 'either prefix alone', "secure_token_max_clients 1 $_;" for 'ipv4=32', 'ipv6=1';
fine 'HEAD for free', 'secure_token_max_uses 1 head=free;';
fine 'off', 'secure_token_max_clients off; secure_token_max_uses off;', '';
fine 'limits of the server', '', "secure_token_links links:32k; secure_token_max_clients 2; secure_token_max_uses 5;";
fine 'addresses that only tell clients apart', 'secure_token_max_clients 1; secure_token_client_ip $http_x_client;';
fine 'a zone that nobody uses', '', 'secure_token_links links:1m;';

refused 'clients without a zone', '"secure_token_max_clients": no link is remembered; add "secure_token_links links:10m" to the http block', 'secure_token_max_clients 3;', '';
refused 'uses without a zone', '"secure_token_max_uses": no link is remembered; add "secure_token_links links:10m"', 'secure_token_max_uses 3;', '';
refused "clients: $_", '"secure_token_max_clients": must be "off" or how many clients may use a link, from 1 to 100', "secure_token_max_clients $_;"
    for 0, 101, -1, '1.5', 'on', '""', '$arg_n', '99999999999999999999';
refused "clients: $_", '"secure_token_max_clients": unknown parameter; write "ipv4=24" or "ipv6=56"', "secure_token_max_clients 1 $_;" for 'ipv5=1', '24', 'IPV4=24';
refused "clients: $_", '"secure_token_max_clients": behind "ipv(?:4=" stands how many bits of an address tell clients apart, from 1 to 32|6=" stands how many bits of an address tell clients apart, from 1 to 128),', "secure_token_max_clients 1 $_;" for 'ipv4=0', 'ipv4=33', 'ipv6=129', 'ipv6=', 'ipv4=/24';
refused 'a prefix that is given twice', '"ipv4=" is given twice', 'secure_token_max_clients 1 ipv4=24 ipv4=24;';
refused 'words behind off', '"secure_token_max_\w+": "off" takes no further parameter', "secure_token_max_$_;" for 'clients off ipv4=24', 'uses off head=free';
refused "uses: $_", '"secure_token_max_uses": must be "off" or how often a link may be used, from 1 to 1000000000', "secure_token_max_uses $_;" for 0, -1, 1_000_000_001, 'once', '""', '$arg_n';
refused "uses: $_", '"secure_token_max_uses": unknown parameter; write "head=free"', "secure_token_max_uses 1 $_;" for 'head=on', 'HEAD=free', 'get';
refused 'a limit that is given twice', 'is given twice in this block', "$_ $_" for 'secure_token_max_clients 1;', 'secure_token_max_uses 1;';
refused "a zone: $_", '"secure_token_links": takes a name and a size in "k" or "m"; write for example "links:10m"', '', "secure_token_links $_;" for 'links', 'links:1g', ':1m', 'links:', 'links:x';
refused 'a zone that is too small', '"secure_token_links": the zone is too small; give it 32k or more', '', 'secure_token_links links:16k;';
refused 'a zone by the name of another', '"secure_token_links": another zone has this name', '', 'secure_token_zone one:1m; secure_token_links one:1m;';
refused 'two zones', 'is given twice', '', 'secure_token_links a:1m; secure_token_links b:1m;';

warned 'uses of a token that a player sends again', '"secure_token_max_uses": a player sends the token again with each file that it asks for, and each of them counts; write "secure_token_max_clients" instead',
    'secure_token_max_uses 5; secure_token_uri /a/; secure_token_playlist pass;';
warned 'uses of a token that is the same for each name of a playlist', '"secure_token_max_uses": a player sends the token again with each file',
    'secure_token_max_uses 5;} location /b/ { secure_token gcore-video; secure_token_secret ' . $SECRET . '; secure_token_playlist sign; secure_token_max_uses 1;';
warned 'a token that whoever has it can alter', '"secure_token_max_clients": version 2 tokens of the scheme "ectoken" are not authenticated, and whoever has one can make others of it',
    'secure_token_max_clients 1;} location /b/ { secure_token ectoken legacy; secure_token_secret ' . $SECRET . '; secure_token_max_clients 1;';
warned 'limits where nothing is protected', '"secure_token_max_uses": no "secure_token" is in force', '} location /b/ { secure_token_max_uses 1;';

done_testing;
