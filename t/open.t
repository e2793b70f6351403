# Locations that look protected and are open: `nginx -t` says so, and says nothing where it is not so.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new;
my $good  = 'secure_token azion; secure_token_secret a-secret-for-tests;';

sub told {
    my ($server, $http) = @_;
    $nginx->configure(http => ($http // '') . "\nserver { listen unix:DIR/nginx.sock; server_name cdn.example.com;\n$server\n}");
    my ($status, $text) = $nginx->test;
    is $status, 0, 'nginx -t succeeds' or diag $text;
    my @warnings = grep { /\[(?:warn|emerg)\]/ } split /\n/, $text;
    my @lines = split /\n/, $nginx->read('nginx.conf');
    my ($line) = grep { $lines[$_ - 1] =~ /# here/ } 1 .. @lines;
    return ($line, @warnings);
}

sub warns {
    my ($name, $message, @configuration) = @_;
    subtest $name => sub {
        my ($line, @warnings) = told(@configuration);
        is @warnings, 1, 'one warning' or diag join "\n", @warnings;
        like $warnings[0] // '', qr{\[warn\] .*$message.* in \Q@{[$nginx->dir]}\E/nginx\.conf:$line$}, 'the message and its place';
    };
}

sub silent {
    my ($name, @configuration) = @_;
    subtest $name => sub {
        my (undef, @warnings) = told(@configuration);
        is_deeply \@warnings, [], 'no warning';
    };
}

my $protected = "location /videos/ {\n$good # here\n}";
my $images = 'location ~* \.(jpg|mp4)$ { expires 30d; }';

# --- requests that a regular expression takes away

warns 'a regular expression beside a prefix', qr{"secure_token azion": requests for location "/videos/" of server "cdn\.example\.com" that location "\\\.\(jpg\|mp4\)\$" of server "cdn\.example\.com" matches too go there, where no scheme is in force; write "location \^~ /videos/"}, "$protected $images";
warns 'it may stand in front', qr/requests for location "\/videos\/"/, "$images $protected";
warns 'the prefix may be that of everything', qr/write "location \^~ \/"/, "location / {\n$good # here\n} $images";
warns 'of two, one is named', qr/location "\\\.php\$"/, "$protected location ~ \\.php\$ { } $images";
warns 'a prefix inside a prefix', qr/requests for location "\/a\/b\/".*write "location \^~ \/a\/"/, "location /a/ { location /a/b/ {\n$good # here\n} } $images";
warns 'what is inside a protected prefix is not told again', qr/requests for location "\/a\/"/, "location /a/ {\n$good # here\nlocation /a/b/ { } } $images";
warns 'a prefix with ^~ inside a prefix', qr/requests for location "\/a\/b\/".*write "location \^~ \/a\/"/, "location /a/ { location ^~ /a/b/ {\n$good # here\n} } $images";
warns 'a regular expression beside it, inside of a prefix', qr/requests for location "\/a\/b\/".*write "location \^~ \/a\/b\/"/, "location ^~ /a/ { location /a/b/ {\n$good # here\n} location ~ \\.jpg\$ { } }";
warns "the expression $_", qr/requests for location "\/videos\/"/, "$protected location ~ \"$_\" { }"
    for '^/videos/free/', '^/VIDEOS/', '^/vid', '^/', '^/(css|videos)/', '^/(?:v|w)', '^/(?<kind>css|vid)', '/other/', '^/other/|jpg', '^/(a|b)?', '^/a*', '^/videos?/', '^(/a|/videos)/', '.', '^/[a-z]+/', '^/(?i)Other/', '^/(o\\|v|p)', '^/(o\\)|v)', '^/(\\w+|o)', '^/(a(b)|v)', '^/x?', '^/(a|)', '^/ü?', '^/\\w+';
warns 'a return of a file for everybody', qr/requests for location "\/videos\/"/, "$protected location ~ \\.mp4\$ { return 200 free; }";
warns 'a redirect that takes the token along', qr/requests for location "\/videos\/"/, "$protected location ~ \\.mp4\$ { return 302 /free\$uri; }";

silent 'a prefix alone', $protected;
silent 'a prefix with ^~', "location ^~ /videos/ { $good } $images";
silent 'an exact location', "location = /videos/a.jpg { $good } $images";
silent 'an exact location inside a prefix', "location /videos/ { location = /videos/a.jpg { $good } } $images";
silent 'a regular expression that is protected itself', "$protected location ~ \\.jpg\$ { $good }";
silent 'one that the server protects', "$good location /videos/ { } $images";
silent 'one inside of the prefix', "location ^~ /videos/ { $good $images }";
silent 'one inside of another prefix', "$protected location /other/ { $images }";
silent 'one of another server', "$protected } server { listen unix:DIR/other.sock; $images";
silent 'one that is open on purpose', "$protected location ~ \\.jpg\$ { secure_token off; }";
silent 'one for NGINX itself', "$protected location ~ \\.jpg\$ { internal; }";
silent 'one that refuses everybody', "$protected location ~ /\\.git { return 404; }";
silent 'one with protected locations inside', "$protected location ~ \\.jpg\$ { location ~ ^/videos/ { $good } }";
silent 'a named location', "location \@videos { $good } $images";
silent "the expression $_", "$protected location ~ \"$_\" { }"
    for '^/other/', '^/(css|js)/', '^/(?:css|js)/', '^/(?<kind>css|js)/', '^/favicon\.ico$', '^/(wp-login\.php|xmlrpc\.php)$', '^/videos$', '^/a/[^/]+/', '^/other', '^/w+', '^/css(/|$)';

# --- what NGINX does with such requests

$nginx->write("html/$_", "file $_\n") for 'videos/a.jpg', 'videos/a.txt', 'a/b/a.jpg';
for (['/videos/', "$protected $images", 200], ['^~ /videos/', "location ^~ /videos/ { $good } $images", 403], ['/videos/ with a regular expression that begins otherwise', "$protected location ~ ^/(css|js)/ { }", 403],
    ['/videos/ with another inside', "location ^~ /videos/ { $good $images }", 403], ['/videos/ under a protected server', "$good location /videos/ { } $images", 403])
{
    my ($name, $server, $status) = @$_;
    told($server);
    $nginx->start;
    is $nginx->get('/videos/a.txt')->{status}, 403, "location $name: what no expression takes away is refused";
    is $nginx->get('/videos/a.jpg')->{status}, $status, "location $name: what one might take away: $status";
    $nginx->stop;
}
{
    told("location /a/ { location ^~ /a/b/ { $good } } $images");
    $nginx->start;
    is $nginx->get('/a/b/a.jpg')->{status}, 200, 'with ^~ inside a prefix without it the expressions outside are asked all the same';
    $nginx->stop;
    told("location ^~ /a/ { location /a/b/ { $good } } $images");
    $nginx->start;
    is $nginx->get('/a/b/a.jpg')->{status}, 403, 'with ^~ at the outer one they are not';
    $nginx->stop;
}

# --- settings without a scheme

my $secret = 'secure_token_secret a-secret-for-tests;';
warns 'a secret without a scheme', qr/"secure_token_secret": no "secure_token" is in force in location "\/a\/" of server "cdn\.example\.com" or anywhere inside, which is open to everybody; add one with a scheme/, "location /a/ {\n$secret # here\n}";
warns 'of several the first one is told', qr/"secure_token_uri": no "secure_token"/, "location /a/ {\nsecure_token_uri \$uri; $secret # here\n}";
warns 'a setting beside a protected location', qr/"secure_token_strip": .* location "\/a\/"/, "location /a/ {\nsecure_token_strip on; # here\n} location /b/ { $good }";
warns 'settings of a server', qr/"secure_token_clock_skew": .* in server "cdn\.example\.com"/, "secure_token_clock_skew 5s; # here\nlocation / { secure_token_preflight on; }";
warns 'settings of http', qr/"secure_token_secret": .* in the http block/, 'location / { }', "$secret # here\n";
warns 'settings inside a place that is off', qr/"secure_token_secret": .* location "\/a\/"/, "secure_token off; location /a/ {\n$secret # here\n}";
silent 'a secret outside and a scheme inside', "$secret location / { secure_token gcore; }";
silent 'settings outside and a scheme far inside', "secure_token_clock_skew 5s; location / { location /a/ { location /a/b/ { $good } } location /b/ { } }";
silent 'a secret where the scheme is off on purpose', "location / { secure_token off; $secret }";
silent 'settings of http and a scheme in one of its servers', "location / { } } server { listen unix:DIR/other.sock; location / { secure_token azion; }", $secret;
silent 'metrics without a scheme', 'location / { secure_token_metrics; }', 'secure_token_zone tokens:1m;';

# --- a protected location that returns

warns "return $_", qr/"secure_token azion": "return \d+" in location "\/a\/" of server "cdn\.example\.com" answers everybody/, "location /a/ {\n$good return $_; # here\n}" for '200 ok', '204', '301 /b', 'http://example.com/';
warns 'return in an exact location', qr/answers everybody/, "location = /a {\n$good return 200 ok; # here\n}";
warns 'return where the server protects', qr/"return 200" in location "\/a\/"/, "$good # here\nlocation /a/ { return 200 ok; }";
warns 'return in a protected server', qr/"return 302" in server "cdn\.example\.com"/, "$good # here\nreturn 302 http://example.com/;";
silent "return $_", "location /a/ { $good return $_; }" for 403, 404, 410, 444, '503 later';
silent 'a return in an if', "location /a/ { $good if (\$arg_x) { return 200 ok; } }";
silent 'a return in a place that is off', "$good location = /alive { secure_token off; return 200 ok; }";
silent 'a server that only redirects and inherits', 'return 301 https://$host$request_uri;', $good;
silent 'a return in a named location', "location /a/ { $good try_files /nowhere \@done; } location \@done { $good return 200 ok; }";
told("location /a/ { $good return 200 open; } location /b/ { $good try_files /nowhere \@done; } location \@done { return 200 done; }");
$nginx->start;
is $nginx->get('/a/')->{body}, 'open', 'a return is obeyed without a token';
is $nginx->get('/b/')->{status}, 403, 'behind try_files it is not';
is $nginx->get(azion('/b/x'))->{body}, 'done', 'but with one';

done_testing;
