# secure_token_playlist: what is said of it at nginx -t.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Facts;
use SecureToken;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new;
sub messages {
    my ($config, $http) = @_;
    $nginx->configure(http => ($http // '') . " server { listen unix:DIR/nginx.sock; secure_token_secret $SECRET; set \$title film; $config }");
    my ($status, $text) = $nginx->test;
    return ($status ? 'refused: ' : 'accepted: ') . join '', map { s{^(?:nginx: )?(?:\S+ \S+ )?(\[\w+\]) (?:\d+#\d+: )?}{$1 }r } grep { !/configuration file/ } split /^/, $text;
}
sub refused { my ($config, $why, $http) = @_; like messages($config, $http), qr/\Arefused: \[emerg\] $why/, $config }
sub accepted { my ($config) = @_; is messages($config), 'accepted: ', $config }

my $at = 'secure_token azion; secure_token_playlist';
accepted("$at $_;") for 'off', 'sign', 'sign under=/', 'sign under=/vod/', 'sign under=$title', 'sign under=/$title/';
accepted("$at sign; secure_token_playlist_types text/plain application/x-mpegURL; secure_token_playlist_max 64k;");
accepted("$at sign; location /a/ { secure_token_playlist off; } location /b/ { secure_token off; }");
accepted("$at pass; secure_token_uri /vod/;");
accepted('secure_token gcore; secure_token_client_ip $remote_addr; secure_token_playlist sign;');
accepted('secure_token ectoken; secure_token_playlist pass;');

sub warned { my ($config, $what) = @_; like messages($config), qr/\Aaccepted: \[warn\] $what in [^\n]*\n\z/, $config }
my $useless = qr/"secure_token_playlist": a token of the scheme "azion" is for one path, and opens no link of a playlist; write "secure_token_playlist sign", or have tokens signed for a directory and say which with "secure_token_uri"/;
warned($_, $useless) for "$at pass;", 'secure_token ectoken azion; secure_token_playlist pass;', "$at pass; location /a/ { } location /b/ { location /b/c/ { } }";
accepted("$at pass; location / { secure_token_uri /vod/; }");
my $unread = qr/"secure_token_playlist": only a token that came in the query is handed on, and "secure_token_source" does not name "args"; write it in front of what stands there, or remove this directive/;
warned("$at sign; secure_token_source \$cookie_st;", $unread);
accepted("$at sign; secure_token_source \$cookie_st args;");

refused("$at $_;", qr/"secure_token_playlist": must be "off", "sign" or "pass" in /) for 'on', '""', 'sign/', 'under=/';
refused("$at $_ under=/;", qr/"secure_token_playlist": "off" and "pass" take no further parameter; remove what stands behind in /) for 'off', 'pass';
refused("$at sign $_;", qr/"secure_token_playlist": unknown parameter; write "under=\/prefix\/" behind "sign", or nothing in /) for 'pass', '/vod/', 'in=/';
refused("$at sign $_;", qr/"secure_token_playlist": "under=" is a directory as NGINX sees it, decoded, /) for 'under=', 'under=vod/', 'under=/vod';
refused("$at sign; secure_token_playlist pass;", qr/"secure_token_playlist": is given twice in this block; /);
refused("$at sign; secure_token_playlist_types $_;", qr/"secure_token_playlist_types": takes MIME types without parameters, /) for 'text', '*', 'text/*', '"text/plain;charset=utf-8"', '/';
refused("$at sign; secure_token_playlist_max $_;", qr/"secure_token_playlist_max": must be a size such as "512k" or "1m" in /) for '0', '-1', 'x', '1t';

refused("$at sign; secure_token_uri /vod/;", qr/"secure_token_playlist": "sign" makes tokens for the paths of links, and "secure_token_uri" says that tokens are for another one; write "secure_token_playlist pass" in /);
refused("$at sign; location / { secure_token_uri /vod/; }", qr/"secure_token_playlist": "sign" makes tokens for /);
accepted("secure_token $_; secure_token_playlist sign;") for map { $_->{name} } grep { $_->{secret} eq 'text' && ($_->{lifetime} || $_->{link} !~ /\{time\b/) } schemes();
like messages('secure_token_playlist sign;'), qr/\Aaccepted: \[warn\] "secure_token_secret": no "secure_token" is in force /, 'nothing to be signed with is told of as ever';

done_testing;
