# secure_token_playback_grace and secure_token_playback_zone: what is said of them at nginx -t.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new;
sub messages {
    my ($config, $http) = @_;
    $nginx->configure(http => ($http // 'secure_token_playback_zone viewers:1m;') . " server { listen unix:DIR/nginx.sock; secure_token_secret $SECRET; $config }");
    my ($status, $text) = $nginx->test;
    return ($status ? 'refused: ' : 'accepted: ') . join '', map { s{^(?:nginx: )?(?:\S+ \S+ )?(\[\w+\]) (?:\d+#\d+: )?}{$1 }r } grep { !/configuration file/ } split /^/, $text;
}
sub refused  { my ($config, $why, $http) = @_; like messages($config, $http), qr/\Arefused: \[emerg\] $why/, ($http // '') . " $config" }
sub accepted { my ($config, $http) = @_; is messages($config, $http), 'accepted: ', ($http // '') . " $config" }

my $grace = 'secure_token_playback_grace';
accepted("secure_token azion; $grace $_;") for 'off', '1', '90s', '5m', '"1h 30m"', '1d';
accepted("secure_token azion; $grace 5m; location /a/ { $grace off; } location /b/ { secure_token off; }");
accepted("secure_token $_; $grace 5m;") for 'gcore', 'ectoken', 'bunny';
accepted("secure_token azion; $grace off;", ' ');
accepted('secure_token azion;', 'secure_token_playback_zone viewers:32k; secure_token_zone tokens:1m;');

# --- Words ---------------------------------------------------------------------------------------------------

refused("secure_token azion; $grace $_;", qr/"$grace": must be a time such as "30s", "15m" or "1h 30m" in /) for 'on', '""', '5x', '-1', '$http_x', 'zone=viewers:1m';
refused("secure_token azion; $grace 0;", qr/"$grace": is a time of a second at least; write for example "30m" in /);
refused("secure_token azion; $grace 5m; $grace off;", qr/"$grace": is given twice in this block; /);
refused("secure_token azion; $grace 5m zone=viewers:1m;", qr/invalid number of arguments in "$grace" directive /);

my $zone = 'secure_token_playback_zone';
refused('', qr/"$zone": takes a name and a size in "k" or "m"; write for example "viewers:1m" in /, "$zone $_;") for 'viewers', ':1m', 'viewers:', 'viewers:x', '""';
refused('', qr/"$zone": the zone is too small; give it \d+k or more in /, "$zone viewers:$_;") for '0', '1k', '8k';
refused('', qr/"$zone": is given twice in this block; /, "$zone viewers:1m; $zone others:1m;");
refused('', qr/"$zone": another zone has this name; write another one, for example "viewers:1m" in /, "secure_token_zone same:1m; $zone same:1m;");
refused('', qr/"secure_token_zone": another zone has this name; write another one, for example "tokens:1m" in /, "$zone same:1m; secure_token_zone same:1m;");
refused("$zone viewers:1m;", qr/"$zone" directive is not allowed here /, ' ');

# --- Where it cannot work ---------------------------------------------------------------------------------------

refused("secure_token azion; $grace 5m;", qr/"$grace": nobody is remembered who could have it; add "$zone viewers:1m" to the http block in /, ' ');
refused("secure_token azion; location / { $grace 5m; }", qr/"$grace": nobody is remembered who could have it; /, ' ');
{
    my $http = "$zone viewers:1m; secure_token_format forever \"?key={token}\" hmac-sha256:hex \"{path}\";";
    like messages("secure_token forever; $grace 5m;", $http), qr/^\[emerg\] "$grace": links of the scheme "forever" never expire; remove the directive, or write the expiry into the link of the format in /m, 'links that never expire';
    like messages("secure_token forever azion; $grace 5m;", $http), qr/\Aaccepted: /, '... beside others that do';
    like messages("secure_token azion; $grace 5m; location / { secure_token forever; }", $http), qr/\Aaccepted: /, '... or where it is inherited';
}
like messages("$grace 5m;"), qr/\Aaccepted: \[warn\] "secure_token_secret": no "secure_token" is in force /, 'nothing that expires is told of as ever';

done_testing;
