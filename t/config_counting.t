# What `nginx -t` says about secure_token_zone, secure_token_label and secure_token_metrics.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use POSIX ();
use Test::More;
use SecureToken::Nginx;

my $secret = 'SeCrEt-of-16-bytes';
my $good   = "secure_token azion; secure_token_secret $secret;";
my $zone   = 'secure_token_zone tokens:1m;';
my $nginx  = SecureToken::Nginx->new;

# Puts directives into the http block and into a server, and returns what `nginx -t` says about them.
sub told {
    my ($http, $server) = @_;
    $nginx->configure(http => "$http\nserver { listen unix:DIR/nginx.sock;\n$server\n}");
    return $nginx->test;
}

sub error {
    my ($name, $http, $server, $message) = @_;
    subtest $name => sub {
        my ($status, $text) = told($http, $server);
        is $status, 256, 'nginx -t fails' or diag $text;
        like $text, qr/\[emerg\] [^\n]*$message/, 'the message';
        my @lines = split /\n/, $nginx->read('nginx.conf');
        my ($line) = grep { $lines[$_ - 1] =~ /# here/ } 1 .. @lines;
        like $text, qr{\[emerg\] [^\n]* in \Q@{[$nginx->dir]}\E/nginx\.conf:$line\n}, 'its place' if $line;
        unlike $text, qr/SeCrEt/, 'no secret in it';
    };
}

sub silent {
    my ($name, $http, $server) = @_;
    subtest $name => sub {
        my ($status, $text) = told($http, $server);
        is $status, 0, 'nginx -t succeeds' or diag $text;
        unlike $text, qr/secure_token/, 'and says nothing about it';
    };
}

# --- what is right

silent 'a zone, a label and the metrics', $zone, "location / { $good secure_token_label films; } location /m { secure_token_metrics; }";
silent 'a zone without metrics', $zone, "location / { $good }";
silent 'labels without a zone', 'secure_token_label all;', "secure_token_label server; location / { $good secure_token_label films; }";
silent 'a zone behind what is counted in it', '', "location / { $good } location /m { secure_token_metrics; } } $zone server { listen unix:DIR/other.sock;";
silent 'metrics in several places and formats', $zone, 'location /a { secure_token_metrics; } location /b { secure_token_metrics prometheus; location /b/c { secure_token_metrics json; } }';
silent 'a label in every block', "$zone secure_token_label http;", "secure_token_label server; location / { $good secure_token_label location; location /in/ { secure_token_label inner; } }";
silent "a zone of the size $_", "secure_token_zone tokens:$_;", "location / { $good }" for '32k', '32768', '1M', '1m';
silent "a zone by the name '$_'", "secure_token_zone '$_:1m';", "location / { $good }" for 'a', 'a-b.c_d', 'two words', 'Ü';
silent "the label '$_'", $zone, "location / { $good secure_token_label '$_'; }" for '', 'a', 'two words', 'x' x 64, 'ü' x 32, 'a:b', 'off', '{a}', ';';

# --- secure_token_zone

error 'two zones are refused', "$zone\nsecure_token_zone others:1m; # here", '', qr/"secure_token_zone": is given twice in this block; remove all but one/;
error 'a zone twice is refused', "$zone\nsecure_token_zone tokens:1m; # here", '', qr/"secure_token_zone": is given twice/;
error "a zone in a $_->[0] is refused", '', $_->[1], qr/"secure_token_zone" directive is not allowed here/
    for ['server', "\n$zone # here"], ['location', "location / {\n$zone # here\n}"], ['location inside another', "location / { location /a {\n$zone # here\n} }"], ['if', "if (\$arg_x) {\n$zone # here\n}"];
error 'a zone without a name and a size is refused', "secure_token_zone; # here", '', qr/invalid number of arguments in "secure_token_zone" directive/;
error 'a zone with more words is refused', "secure_token_zone tokens 1m; # here", '', qr/invalid number of arguments in "secure_token_zone" directive/;
error "secure_token_zone $_ is refused", "secure_token_zone '$_'; # here", '', qr/"secure_token_zone": takes a name and a size in "k" or "m"; write for example "tokens:1m"/
    for 'tokens', '1m', 'tokens:', ':1m', ':', '', 'tokens:much', 'tokens:-1m', 'tokens:1.5m', 'tokens:1g', 'tokens:1 m', 'tokens:1m:2m', 'tokens=1m', 'tokens:m', 'tokens:99999999999999999999';
my $pages = POSIX::sysconf(POSIX::_SC_PAGESIZE()) * 8 / 1024;
error "a zone of the size $_ is too small", "secure_token_zone tokens:$_; # here", '', qr/"secure_token_zone": the zone is too small; give it ${pages}k or more/ for '0', '1', '8k', ($pages - 1) . 'k';
error 'a name that another module has for its zone is refused', "limit_req_zone \$uri zone=tokens:1m rate=1r/s;\nsecure_token_zone tokens:1m; # here", '', qr/"tokens" is already/;
{
    my $places = join '', map { "location /$_/ { $good secure_token_label $_; }\n" } 1 .. 200;
    error 'a zone without room for all that is to be counted is refused', 'secure_token_zone tokens:64k;', $places, qr/"secure_token_zone": the zone "tokens" is too small for the counters of 200 places in the configuration; give it \d+ kilobytes/;
}

# --- secure_token_label

error 'a label twice is refused', $zone, "location / { $good secure_token_label a;\nsecure_token_label b; # here\n}", qr/"secure_token_label": is given twice in this block/;
error 'secure_token_label without a word is refused', $zone, "location / { $good\nsecure_token_label; # here\n}", qr/invalid number of arguments in "secure_token_label" directive/;
error "the label $_ with a variable is refused", $zone, "location / { $good\nsecure_token_label '$_'; # here\n}", qr/"secure_token_label": has a "\$", and labels have no variables, .*; write a label of its own into each server or location/
    for '$host', 'films-$host', '${host}', '$', 'a$';
error "a label of $_->[0] is refused", $zone, "location / { $good\nsecure_token_label '$_->[1]'; # here\n}", qr/"secure_token_label": a label is text of at most 64 bytes, in UTF-8 and without control characters; write a shorter or plainer one/
    for ['65 bytes', 'x' x 65], ['64 characters and more bytes', 'x' x 63 . 'ü'], ['4000 bytes', 'x' x 4000], ['two lines', "a\\nb"], ['a tab', "a\tb"], ['a control character', "a\x01"],
    ['a character of deletion', "a\x7f"], ['a control character of Latin 1', "a\xc2\x85"], ['bytes that are no UTF-8', "a\xff"], ['half a character', "a\xc3"];
error 'a label in an if block is refused', $zone, "location / { $good if (\$arg_x) {\nsecure_token_label a; # here\n} }", qr/"secure_token_label" directive is not allowed here/;

# --- secure_token_metrics

error 'metrics without a zone are refused', '', "location / { $good }\nlocation /m {\nsecure_token_metrics; # here\n}", qr/"secure_token_metrics": nothing is counted; add "secure_token_zone tokens:1m" to the http block/;
error "metrics as $_ are refused", $zone, "location /m {\nsecure_token_metrics '$_'; # here\n}", qr/"secure_token_metrics": must be "prometheus" or "json" in/ for 'xml', 'JSON', '', 'on', '$arg_format', 'openmetrics';
error 'metrics twice are refused', $zone, "location /m { secure_token_metrics;\nsecure_token_metrics json; # here\n}", qr/"secure_token_metrics": is given twice in this block/;
my $another = qr/"secure_token_metrics": another directive of the location answers its requests; write each into a location of its own/;
error "metrics where something else answers are refused: $_", $zone, "location /m { secure_token_metrics; # here\n$_ }", $another for 'proxy_pass http://127.0.0.1:1;', 'empty_gif;', 'return 204;';
error "and so they are behind it: $_", $zone, "location /m { $_\nsecure_token_metrics; # here\n}", $another for 'proxy_pass http://127.0.0.1:1;', 'empty_gif;', 'return 204;';
silent 'metrics where something answers now and then', $zone, 'location /m { secure_token_metrics; if ($arg_x) { return 404; } if ($arg_y) { proxy_pass http://127.0.0.1:1; } }';
error 'metrics where links are revoked are refused', "$zone secure_token_links links:1m;", "location /m {\nsecure_token_metrics;\nsecure_token_revoke; # here\n}",
    qr/"secure_token_revoke": another directive of the location answers its requests/;
error 'to revoke where the metrics are is refused', "$zone secure_token_links links:1m;", "location /m { secure_token_revoke;\nsecure_token_metrics; # here\n}", $another;
error 'metrics with two formats are refused', $zone, "location /m {\nsecure_token_metrics prometheus json; # here\n}", qr/invalid number of arguments in "secure_token_metrics" directive/;
error "metrics in $_->[0] are refused", "$zone\n$_->[1]", $_->[2], qr/"secure_token_metrics" directive is not allowed here/
    for ['http', "\nsecure_token_metrics; # here", ''], ['a server', '', "\nsecure_token_metrics; # here"], ['an if block', '', "location / { if (\$arg_x) {\nsecure_token_metrics; # here\n} }"],
    ['limit_except', '', "location / { limit_except GET {\nsecure_token_metrics; # here\n} }"];

done_testing;
