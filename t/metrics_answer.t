# secure_token_metrics: the answer itself, as HTTP, as Prometheus' text and as JSON.

use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/lib";

use Encode qw(encode_utf8);
use JSON::PP ();
use Test::More;
use SecureToken;
use SecureToken::Metrics;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new;
$nginx->write('html/page.html', 'before <!--# include virtual="/metrics" --> after');
# How a label is to be written in both formats, and how NGINX's configuration has it.
my %odd = (
    'quote'     => [q("both" 'kinds'),  q("\"both\" 'kinds'")],
    'backslash' => ['C:\\films\\',      q("C:\\\\films\\\\")],
    'mixture'   => ['\\"\\\\"n\\n',     q("\\\\\"\\\\\\\\\"n\\\\n")],
    'braces'    => ['{a="b",c} 1',      q("{a=\"b\",c} 1")],
    'umlauts'   => ['Fußgänger',        q("Fußgänger")],
    'wide'      => ['映画 🎬',          q("映画 🎬")],
    'blank'     => ['two  blanks ',     q("two  blanks ")],
);
my $places = join '', map { encode_utf8("location /$_/ { secure_token azion; secure_token_label $odd{$_}[1]; }\n") } sort keys %odd;
$nginx->configure(http => <<"CONF");
secure_token_zone tokens:1m;
server {
    listen unix:DIR/nginx.sock;
    secure_token_secret $SECRET;
    location /videos/      { secure_token azion; secure_token_secret $SECRET 'id=a"b\\\\c'; }
    $places
    location = /metrics    { secure_token_metrics; }
    location = /prometheus { secure_token_metrics prometheus; }
    location = /json       { secure_token_metrics json; }
    location = /nobody     { secure_token_metrics; deny all; }
    location = /token      { secure_token_metrics; secure_token azion; secure_token_label scrape; }
    location /ssi/         { ssi on; alias DIR/html/; }
    location = /sub        { auth_request /metrics; return 204; }
    location = /in-if      { secure_token_metrics json; if (\$arg_x) { set \$y 1; } }
    location = /limited    { secure_token_metrics; limit_except GET { allow all; } }
    location = /gzip-text  { secure_token_metrics; gzip on; gzip_types text/plain; }
    location = /gzip       { secure_token_metrics json; gzip on; gzip_types application/json; }
}
CONF
$nginx->start;

sub with_method {
    my ($method, $uri, $body) = @_;
    return $nginx->raw("$method $uri HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            . (defined $body ? 'Content-Length: ' . length($body) . "\r\n\r\n$body" : "\r\n"));
}

$nginx->get($_) for '/videos/a.txt', azion('/videos/a.txt'), azion('/videos/a.txt', expires => earlier()), map { "/$_/a" } keys %odd;

# --- HTTP

is $nginx->get('/in-if?x=1')->{status}, 200, 'an "if" that holds changes nothing';
is $nginx->get('/in-if?x=1')->{header}{'content-type'}, 'application/json', 'nor the format';
is $nginx->get('/limited')->{status}, 200, 'with limit_except they are answered';
is with_method(POST => '/limited', 'x')->{status}, 405, 'and other methods are not';
is $nginx->raw("GET /gzip-text HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n")->{header}{'content-encoding'},
    'gzip', 'NGINX may pack the text';

my $text = $nginx->get('/metrics');
is $text->{status}, 200, 'metrics are answered with 200';
is $text->{header}{'content-type'}, 'text/plain; version=0.0.4; charset=utf-8', "and with Prometheus' content type";
is $text->{header}{'content-length'}, length $text->{body}, 'and with their length';
is $nginx->get('/prometheus')->{body}, $text->{body}, 'the format may be named';
my $json = $nginx->get('/json');
is $json->{header}{'content-type'}, 'application/json', 'JSON has its own content type';
is $json->{header}{'content-length'}, length $json->{body}, 'and its length';

for my $uri ('/metrics', '/json') {
    my ($get, $head) = map { with_method($_, $uri) } 'GET', 'HEAD';
    is $head->{status}, 200, "HEAD $uri is answered with 200";
    is $head->{body}, '', 'and without a body';
    is $head->{header}{$_}, $get->{header}{$_}, "and with the $_ of GET" for 'content-type', 'content-length';
}
is with_method($_, '/metrics', 'x')->{status}, 405, "$_ is answered with 405" for qw(POST PUT DELETE PATCH OPTIONS);
is with_method('GET', '/metrics', 'x' x 5000)->{body}, $text->{body}, 'a GET with a body is answered';
is $nginx->get('/metrics?x=y')->{body}, $text->{body}, 'a query makes no difference';
is $nginx->raw("GET /metrics HTTP/1.0\r\n\r\n")->{body}, $text->{body}, 'HTTP/1.0 is answered as well';
my $both = $nginx->raw("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\nPOST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
        . "GET /json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
is_deeply ["$both->{head}$both->{body}" =~ m{HTTP/1\.1 (\d+)}g], [200, 405, 200], 'a connection is kept, also behind a POST';

is $nginx->get('/nobody')->{status}, 403, 'who may not come in sees no metrics';
is $nginx->get('/token')->{status}, 403, 'metrics may be behind a token';
is $nginx->get(azion('/token'))->{status}, 200, 'and open with it';
is $nginx->raw("GET /ssi/page.html HTTP/1.0\r\n\r\n")->{body}, 'before ' . $nginx->get('/metrics')->{body} . ' after', 'a page may include the metrics';
is $nginx->get('/sub')->{status}, 204, 'a subrequest without a body is answered';
is $nginx->get('/gzip', 'Accept-Encoding: gzip')->{header}{'content-encoding'}, 'gzip', 'the answer is packed for those who want it';

# --- the text

my $samples = metrics($text->{body});
cmp_ok scalar keys %$samples, '>', 50, 'every line is a comment or a sample, and none is there twice';
like $text->{body}, qr/\n\z/, 'the last line ends';
for my $family ($text->{body} =~ /^# TYPE (\w+)/mg) {
    like $text->{body}, qr/^# HELP $family \S.*\n# TYPE $family (?:counter|gauge|histogram)\n(?:\Q$family\E\w*\{.*\n)+(?:#|\z)/m,
        "the samples of $family stand together, behind what they are";
}

# --- labels

for my $kind (sort keys %odd) {
    my $label = encode_utf8($odd{$kind}[0]);
    is $samples->{ requests($label, 'azion', 'rejected', 'missing') }, 1, "a label with $kind is written so that it is read back";
}
is $samples->{ key('', 'a"b\\c') }, 1, 'so is the id of a secret';
my %labels = map { $_->{label} => 1 } @{ JSON::PP->new->utf8->decode($json->{body})->{requests} };
is_deeply [sort grep { length && $_ ne 'scrape' } keys %labels], [sort map { $_->[0] } values %odd], 'JSON has the same labels';

# --- both formats

($text, $json) = map { $nginx->get($_)->{body} } '/metrics', '/json';
is_deeply from_json($json), metrics($text), 'JSON says the same numbers, and all of them';
is_deeply [sort keys %{ JSON::PP->new->decode($json) }], [qw(keys lifetimes nginx requests version)], 'and nothing else';

# --- many

my $many = join '', map { sprintf "location /l%d/ { secure_token azion; secure_token_label 'a label that is rather long, number %d'; }\n", $_, $_ } 1 .. 500;
$nginx->configure(http => "secure_token_zone tokens:2m; server { listen unix:DIR/nginx.sock; secure_token_secret $SECRET;\n"
        . "$many location = /metrics { secure_token_metrics; } location = /json { secure_token_metrics json; } }");
ok $nginx->renew, 'a configuration with 500 labels';
my ($long, $long_json) = map { $nginx->get($_) } '/metrics', '/json';
is scalar(grep { /^requests_total.*passed/ } keys %{ metrics($long->{body}) }), 500, 'is answered with all of them';
cmp_ok length $long->{body}, '>', 500_000, 'in an answer of more than half a megabyte';
is_deeply from_json($long_json->{body}), metrics($long->{body}), 'and so it is with JSON';

$nginx->stop;
is $nginx->alarms, '', 'nothing alarming in the log';

done_testing;
