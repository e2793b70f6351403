# secure_token_cookie: what is said of it at nginx -t.

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
    $nginx->configure(http => ($http // '') . " server { listen unix:DIR/nginx.sock; secure_token_secret $SECRET; $config }");
    my ($status, $text) = $nginx->test;
    return ($status ? 'refused: ' : 'accepted: ') . join '', map { s{^(?:nginx: )?(?:\S+ \S+ )?(\[\w+\]) (?:\d+#\d+: )?}{$1 }r } grep { !/configuration file/ } split /^/, $text;
}
sub refused  { my ($config, $why) = @_; like messages($config), qr/\Arefused: \[emerg\] "secure_token_cookie": $why/, $config }
sub accepted { my ($config, $http) = @_; is messages($config, $http), 'accepted: ', $config }
sub warned   { my ($config, $why) = @_; like messages($config), qr/\Aaccepted: \[warn\] "secure_token_cookie": $why[^\n]* in \S+:\d+\n\z/, $config }

# Tokens for directories, from a cookie.
my $for     = 'secure_token gcore; secure_token_uri /vod/;';
my $at      = "$for secure_token_source args \$cookie_st;";
my $cookie  = 'secure_token_cookie';

accepted("$at $cookie $_;") for 'st', 'off', 'ST', 'st path=/', 'st path=/vod/ domain=example.com samesite=strict', 'st samesite=lax domain=.example.com', 'st samesite=none', 'st path=$uri domain=$host', 'st "path=/$host"';
accepted("$for secure_token_source args \$custom; $cookie $_;", 'map $http_cookie $custom { "~__Host-st=(?<st>[^;]+)" $st; }')
    for 'st', '__Host-st path=/', '__host-st samesite=none path=/', '__Secure-st', '__Secure-st path=/vod/ domain=example.com';
accepted("$for secure_token_source args st=\$http_cookie; $cookie st;");
accepted("$for secure_token_source args e=\$cookie_e&st=\$cookie_st; $cookie st;");
accepted("secure_token $_; secure_token_source args \$cookie_st; $cookie st;") for 'ectoken', 'bunny';
accepted("location / { secure_token akamai; secure_token_secret 0123456789abcdef0123456789abcdef; secure_token_source args \$cookie_st; $cookie st; }");

# --- Words ---------------------------------------------------------------------------------------------------

refused("$at $cookie $_;", qr/the name of a cookie has letters, digits, "-" and "_" and no variables; write for example "token" in /) for '""', '"a b"', 'a=b', '$uri', '"a;"', 'a,b', 'path=/';
refused("$at $cookie off $_;", qr/"off" takes no further parameter; remove what stands behind in /) for 'st', 'path=/';
refused("$at $cookie st $_;", qr/unknown parameter; write "path=", "domain=" or "samesite=" behind the cookie's name, or nothing in /) for 'secure', 'off', 'Path=/', 'max-age=1', '=', '""';
refused("$at $cookie st $_ $_;", qr/"\Q@{[s{=.*}{=}r]}\E" is given twice; remove one in /) for 'path=/', 'domain=a', 'samesite=lax';
refused("$at $cookie st $_;", qr/"path=" is a path that begins with a slash, /) for 'path=', 'path=vod/', '"path=/a;b"', '"path=/a b"', "path=/\xc3\xbc";
refused("$at $cookie st $_;", qr/"domain=" is a name of letters, digits, /) for 'domain=', 'domain=a_b', 'domain=a/b', '"domain=a;b"';
refused("$at $cookie st samesite=$_;", qr/"samesite=" must be "strict", "lax" or "none" in /) for '', 'Lax', 'off', '$uri';
refused("$at $cookie st path=/\$1;", qr/has a numbered capture such as "\$1", /);
refused("$at $cookie st path=\$nothing;", qr/names a variable that does not exist; /);
refused("$at $cookie st; $cookie off;", qr/is given twice in this block; /);

# --- Names that browsers go by -----------------------------------------------------------------------------------

refused("$at $cookie $_;", qr/browsers refuse a cookie whose name begins with "__Host-" unless it is for all paths; write "path=\/", /)
    for '__Host-st', '__HOST-st', '__Host-st path=/vod/', '__Host-st path=$uri';
refused("$at $cookie __Host-st path=/ domain=example.com;", qr/browsers refuse a cookie whose name begins with "__Host-" and that has a domain; remove "domain=", /);

# --- Cookies that open nothing ---------------------------------------------------------------------------------------

{
    my $reads = 'secure_token_source args $cookie_st;';
    warned("secure_token azion; $reads $cookie st;", qr/a token of the scheme "azion" is for one path, and opens nothing else from a cookie; have tokens signed for a directory and say which with "secure_token_uri", or /);
    warned("secure_token gcore; $reads $cookie st; location /a/ { } location /b/ { secure_token_cookie off; }", qr/a token of the scheme "gcore" is for one path/);
    accepted("secure_token azion; $reads $cookie st; location / { secure_token_uri /vod/; }");
    accepted("$at $cookie st; location / { secure_token off; }");
}
warned("$for secure_token_source $_; $cookie st;", qr/nothing reads the cookie; write "secure_token_source args \$cookie_NAME" with its name/) for 'args', 'args $cookie_other', 'args $http_x_token', 'args $arg_cookie_st';
warned("$for $cookie st;", qr/nothing reads the cookie; /);
warned("$for secure_token_source \$cookie_st; $cookie st;", qr/only a token that came in the query is kept in a cookie, and "secure_token_source" does not name "args"; /);
warned("$for secure_token_source \$cookie_st args; $cookie st;", qr/the cookie comes in front of "args" in "secure_token_source", /);
warned("$for secure_token_source args \$cookie_st; $cookie __Secure-st;", qr/nothing reads the cookie, and no variable "\$cookie_NAME" can, /);

refused('secure_token alibaba-b; secure_token_ttl 30m; secure_token_cookie st;', qr/tokens of the scheme "alibaba-b" stand in the path, where links that begin without a slash keep them; remove the directive in /);
like messages('secure_token_cookie st;'), qr/\Aaccepted: \[warn\] "secure_token_secret": no "secure_token" is in force /, 'nothing to be kept is told of as ever';

done_testing;
