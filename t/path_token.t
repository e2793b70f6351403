# What a token in the path, and taking it out, must not open: a location is found by the whole path, and what is left
# of that is for this one alone.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new;
$nginx->write("html/$_", "file $_\n") for 'b.txt', 'private/a.txt', 'admin/x.txt', 'a.php';
$nginx->write("html/vod/film/$_", "film $_\n") for 'a.txt', 'sub/index.html', 'none.txt';
$nginx->write("data/$_", "data $_\n") for 'b.txt', 'cretdir/b.txt', 'secretdir/b.txt', 'index.html';

my $closed = <<"CONF";
    location /private/ { deny all; }
    location /admin/   { secure_token azion; secure_token_secret $SECRET; }
    location = /a.php  { return 200 "run\\n"; }
CONF
$nginx->configure(http => <<"CONF");
secure_token        alibaba-b;
secure_token_secret $SECRET;
server { listen unix:DIR/dry.sock; location / { secure_token_dry_run on; } $closed }
server { listen unix:DIR/any.sock; location / { satisfy any; allow all; } $closed }
server { listen unix:DIR/preflight.sock; location / { secure_token_preflight on; proxy_pass http://unix:DIR/origin.sock; } $closed }
server { listen unix:DIR/nested.sock; location ^~ /20 { alias DIR/data/; location ~ . { } } }
server { listen unix:DIR/nested_dry.sock; location ^~ /20 { alias DIR/data/; secure_token_dry_run on; location ~ . { } } }
server { listen unix:DIR/nested_any.sock; satisfy any; location ^~ /20 { allow all; alias DIR/data/; location ~ . { } } }
server { listen unix:DIR/nested_tried.sock; location ^~ /20 { alias DIR/data/; location ~ . { try_files \$uri /b.txt =404; } } }
server { listen unix:DIR/captured.sock; location ~ "^/[0-9]+/[0-9a-f]+/(?<rest>.*)" { alias DIR/data/\$rest; if (\$arg_x) { set \$y 1; } } }
server { listen unix:DIR/inner.sock; location / { alias DIR/data/; secure_token off; location ^~ /20 { secure_token alibaba-b; } } }
server { listen unix:DIR/block.sock; location / { alias DIR/data/; location ~ \.txt\$ { if (\$arg_x) { set \$y 1; } } } }
server { listen unix:DIR/limited.sock; location / { alias DIR/data/; location ~ \.txt\$ { limit_except POST { allow all; } } } }
server { listen unix:DIR/title.sock; location / { root html; location ~ "^(?:/[0-9]{12}/[0-9a-f]{32})?(?<title>/vod/[^/]+/)" { secure_token_uri \$title; error_page 404 /vod/film/none.txt; } } }
server { listen unix:DIR/origin.sock; secure_token off; location / { return 200 "\$request_method \$request_uri\\n"; } }
CONF
$nginx->start;

sub answer {
    my ($server, $uri, @headers) = @_;
    my $line = $uri =~ / / ? $uri : "GET $uri";
    my $answer = $nginx->raw(join("\r\n", "$line HTTP/1.1", 'Host: localhost', 'Connection: close', @headers, '', ''), "$server.sock");
    return $answer->{status} == 200 ? $answer->{body} =~ s/\n\z//r : $answer->{status};
}

for my $server (qw(dry any)) {
    for my $token ('/202001010000/x', '/2020/' . '0' x 32, '/202001010000/' . '0' x 32) {
        is answer($server, "$token$_"), 404, "$server: a token that nobody signed leads to no other location: $token$_"
            for '/private/a.txt', '/admin/x.txt', '/a.php', '/b.txt';
    }
}
is answer(preflight => 'OPTIONS /202001010000/x/private/a.txt', 'Origin: http://x', 'Access-Control-Request-Method: GET'),
    'OPTIONS /202001010000/x/private/a.txt', 'preflight: the path goes on as it was sent';

# NGINX cuts the length of the outer location's name from what is left.
is answer(nested => alibaba_b('/secretdir/b.txt')), 500, 'a nested location with the alias of the one around it: no other file';
is answer(nested => alibaba_b($_)), 500, "and none where the path is shorter than the name: $_" for '/', '/a', '/r';
is answer($_ => '/202001010000/x/'), 404, "$_: nor where nobody signed" for qw(nested_dry nested_any);
is answer(nested_tried => alibaba_b($_)), 500, "try_files: $_" for '/', '/a';
is answer(captured => alibaba_b($_)), 'data b.txt', "an alias with captures: $_" for '/b.txt', '/b.txt?x=1';

is answer(inner => alibaba_b('/b.txt')), 'data b.txt', 'an alias of the location around: what it replaces is there';
is answer(block => alibaba_b('/b.txt?x=1')), 'data b.txt', 'and in the block of an if';
is answer(limited => alibaba_b('/b.txt')), 'data b.txt', 'and of a limit_except';

my $token = alibaba_b('', signs => '/vod/film/');
is answer(title => "$token/vod/film/a.txt"), 'film a.txt', 'the token may be absent in the expression of a location: a file of the directory';
is answer(title => "$token/vod/film/sub/"), 'film sub/index.html', 'the index of one within, which NGINX looks for anew';
is answer(title => "$token/vod/film/other.txt"), 404, 'a file that is not there is not found, not refused';
is answer(title => '/vod/film/a.txt'), 403, 'and without a token nothing opens';

unlike $nginx->log, qr/exited on signal/, 'no worker dies';
# NGINX's own word for an alias that does not fit.
is $nginx->alarms =~ s/.*"alias" cannot be used.*\n//gr, '', 'and nothing else went wrong';
$nginx->stop;

# --- What nginx -t says -----------------------------------------------------------------------------

sub complaint {
    my ($location, $beside) = (@_, '');
    $nginx->configure(http => "server { listen unix:DIR/nginx.sock; $location { $beside secure_token alibaba-b; secure_token_secret $SECRET; } }");
    return ($nginx->test)[1] =~ /\[warn\] (.*)/ ? $1 : '';
}
is complaint("location $_"), '', "location $_: links come there" for '/', '^~ /', '^~ /20', '~ "^/[0-9]{12}/"';
like complaint("location $_"), qr/"secure_token alibaba-b": links of the scheme begin with the token, .* none comes to location "[^"]+"/,
    "location $_: none does, and a warning says so" for '/films/', '= /film.mp4', '^~ /films/';

is complaint('location /films/', 'internal;'), '', 'where only NGINX itself sends requests they come without a token';

done_testing;
