# secure_token_metrics: a request counts once, whatever NGINX does with it.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Metrics;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new;
$nginx->write("html/$_", "a\n") for qw(dir/index.html part.txt error/404.html error/403.html other/a.txt);
$nginx->write('html/page.html', 'a<!--# include virtual="/part.txt" -->b<!--# include virtual="/nowhere.txt" -->c');
$nginx->configure(http => <<"CONF");
secure_token_zone tokens:1m;
limit_req_zone \$uri zone=one:1m rate=1r/m;
server {
    listen unix:DIR/nginx.sock;
    secure_token        azion;
    secure_token_secret $SECRET id=k;

    location /           { }
    location = /page.html { ssi on; }
    location /preflight/ { secure_token_preflight on; }
    location /error/     { error_page 403 404 410 /error/\$status.html; }
    location /fallback/  { try_files \$uri /other/a.txt; }
    location /proxy/     { error_page 404 = /other/a.txt; }
    location /other/     { }
    location /mirror/    { mirror /part.txt; }
    location /ask/       { auth_request /part.txt; alias DIR/html/; }
    location /late/      { rewrite ^/late/(.*) /strange/\$1 last; }
    location /onward/    { error_page 404 = /strange/a.txt; }
    location /strange/   { secure_token_secret another-secret-altogether id=s; secure_token_label strange; alias DIR/html/; }
    location /any/       { satisfy any; allow all; alias DIR/html/; }
    location /all/       { deny all; }
    location /rehearsal/ { secure_token_dry_run on; error_page 404 /rehearsal/none.html; }
    location /earnest/   { secure_token_dry_run on; error_page 404 /other/a.txt; }
    location /answer/    { if (\$secure_token_status != PASSED) { return 418; } return 200; }
    location /limited/   { limit_req zone=one; alias DIR/html/; }
    location /broken/    { secure_token_uri \$secure_token_status; }
    location = /metrics  { secure_token off; secure_token_metrics; }
}
CONF
$nginx->start;

my $passed  = requests('', 'azion', 'passed');
my $missing = requests('', 'azion', 'rejected', 'missing');
my $opened  = key('', 'k');

sub adds {
    my ($name, $uri, $status, $expected, @headers) = @_;
    subtest $name => sub {
        my $ask = ref $uri ? $uri : sub { $nginx->get($uri, @headers) };
        my $change = counted($nginx, sub { is $ask->()->{status}, $status, 'the status' });
        is_deeply $change, $expected, 'the counters' or diag explain $change;
    };
}

my %one = ($passed => 1, $opened => 1);
adds 'a file', azion('/part.txt'), 200, {%one};
adds 'a directory and its index', azion('/dir/'), 200, {%one};
adds 'a directory without a link', '/dir/', 403, { $missing => 1 };
adds 'try_files that leads elsewhere', azion('/fallback/a'), 200, {%one};
adds 'an error page of what is not there', azion('/error/x'), 404, {%one};
adds 'an error page inside the protected place', '/error/x', 403, { $missing => 1 };
adds 'another location that an error leads to', azion('/proxy/x'), 200, {%one};
adds 'a page and what it includes', azion('/page.html'), 200, {%one};
adds 'a mirrored request', azion('/mirror/a'), 404, {%one};
adds 'a request that auth_request asks about', azion('/ask/part.txt'), 200, {%one};
adds 'one that another check refuses', azion('/all/x'), 403, {%one};
adds 'HEAD', sub { $nginx->raw('HEAD ' . azion('/part.txt') . " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") }, 200, {%one};
adds 'a range of bytes', azion('/part.txt'), 206, {%one}, 'Range: bytes=0-0';
adds 'what the client has already', azion('/part.txt'), 304, {%one}, 'If-None-Match: *';
adds 'each of five on one connection', sub {
    my $line = 'GET ' . azion('/part.txt') . " HTTP/1.1\r\nHost: x\r\n";
    return $nginx->raw("$line\r\n" x 4 . "${line}Connection: close\r\n\r\n");
}, 200, { $passed => 5, $opened => 5 };
adds 'a preflight, which no secret opened', sub {
    $nginx->raw("OPTIONS /preflight/x HTTP/1.1\r\nHost: x\r\nOrigin: https://x\r\nAccess-Control-Request-Method: GET\r\nConnection: close\r\n\r\n");
}, 405, { $passed => 1 };
adds 'satisfy any: refused here, and let in by another check', '/any/part.txt', 200, { $missing => 1 };
adds 'a dry run whose error page would be refused too', '/rehearsal/x', 404, { requests('', 'azion', 'rejected_dry_run', 'missing') => 1 };

# Two places that both have to do with a request, and do not say the same.
my $strange = requests('strange', 'azion', 'rejected', 'signature');
adds 'rewrite: only the place where it ends', azion('/late/part.txt'), 403, { $strange => 1 };
adds 'passed, and then refused in another place: both', azion('/onward/x'), 403, { %one, $strange => 1 };
adds 'spared by a dry run, and then refused in earnest: both', '/earnest/x', 403, { requests('', 'azion', 'rejected_dry_run', 'missing') => 1, $missing => 1 };

# What does not come as far as the check.
adds 'an answer of return', azion('/answer/x'), 200, {};
adds 'and one that a variable refused', '/answer/x', 418, {};
adds 'a request that is no HTTP', sub { $nginx->raw("nonsense\r\n\r\n") }, 400, {};
adds 'a request within the limit', azion('/limited/part.txt'), 200, {%one};
adds 'and one above it', azion('/limited/part.txt'), 503, {};
adds 'a request without a verdict', azion('/broken/x'), 500, {};
adds 'the metrics themselves', '/metrics', 200, {};

$nginx->stop;
is $nginx->alarms, '', 'nothing alarming in the log';

done_testing;
