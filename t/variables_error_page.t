# $secure_token_status, _reason and _key in the access log of a request that ends in an error page: they tell
# what the access phase decided, though the page stands in a location without a token.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new(http => <<'CONF');
log_format verdict '<$secure_token_status><$secure_token_reason><$secure_token_expires><$secure_token_key>$denied';
map $secure_token_status $denied { default ''; REJECTED ' denied'; }
server {
    listen unix:DIR/nginx.sock;
    access_log DIR/access.log verdict;
    secure_token_secret a-secret-for-tests id=a;

    location /links/   { secure_token azion; error_page 403 404 410 /errors/link.html; }
    location /ok/      { secure_token azion; error_page 403 404 =200 /errors/link.html; }
    location /as-page/ { secure_token azion; error_page 403 404 = /errors/link.html; }
    location /named/   { secure_token azion; error_page 403 404 = @named; }
    location /returns/ { secure_token azion; error_page 403 404 = @returns; }
    location /far/     { secure_token azion; error_page 403 =302 http://example.com/; }
    location /again/   { secure_token azion; recursive_error_pages on; error_page 403 404 = /errors/link.html; }
    location /dry/     { secure_token azion; secure_token_dry_run on; error_page 404 /errors/link.html; }
    location /any/     { secure_token azion; satisfy any; allow all; error_page 404 /errors/link.html; }
    location /early/   { secure_token azion; error_page 418 /errors/link.html; if ($secure_token_status != PASSED) { return 418; } }
    location /other/   { secure_token azion; error_page 403 /strange/a.txt; }
    location /strange/ { secure_token azion; secure_token_secret another-secret-for-tests id=strange; alias DIR/html/; }
    location /onward/  { secure_token azion; recursive_error_pages on; error_page 404 /strange-too/; }
    location /strange-too/ { secure_token azion; secure_token_secret another-secret-for-tests id=strange; recursive_error_pages on; error_page 403 /errors/link.html; }

    # Served, by another location.
    location /index/      { secure_token azion; index /free.txt; alias DIR/html/; }
    location /index-any/  { secure_token azion; satisfy any; allow all; index /free.txt; alias DIR/html/; }
    location /index-dry/  { secure_token azion; secure_token_dry_run on; index /free.txt; alias DIR/html/; }
    location /try/        { secure_token azion; try_files /none /free.txt; }

    location /errors/  { set $if "<$secure_token_status>"; add_header X-If $if always; add_header X-Header "<$secure_token_status>" always; }
    location @named    { set $if "<$secure_token_status>"; add_header X-If $if always; root DIR/html/errors; try_files /link.html =500; }
    location @returns  { if ($secure_token_status) { return 500; } return 302 /login; }
    location = /free.txt { }
    location = /ssi.html { ssi on; }
    location /why/     { secure_token azion; set $why $secure_token_reason; error_page 403 /told.html; }
    location = /told.html { add_header X-Why $why always; }
    location /page/    { secure_token azion; error_page 403 /ssi.html; }
}
CONF
$nginx->write('html/errors/link.html', "sorry\n");
$nginx->write("html/$_", "$_\n") for 'free.txt', 'told.html';
$nginx->write('html/ssi.html', '<!--# echo var="secure_token_reason" -->');
$nginx->start;

my $soon = time + 600;
my $past = time - 600;
my $a    = 'another-secret-for-tests';

# Every request of this NGINX is one of these, so that no line of another comes late.
sub logs {
    my ($name, $uri, $status, $expected) = @_;
    truncate $nginx->dir . '/access.log', 0;
    my $response = $nginx->get($uri);
    is $response->{status}, $status, "$name: status";
    is $nginx->written('access.log', 1), "$expected\n", "$name: the log";
    return $response;
}

my $sorry = logs 'refused', '/links/x', 403, '<REJECTED><missing><><> denied';
is $sorry->{body}, "sorry\n", 'the page is shown';
is $sorry->{header}{'x-if'}, '<>', 'whose location decides nothing by the verdict of another';
is $sorry->{header}{'x-header'}, '<>', 'nor sends it';
logs 'expired', azion('/links/x', expires => $past), 410, "<EXPIRED><expired><$past><a>";
logs 'passed, and not found', azion('/links/x', expires => $soon), 404, "<PASSED><><$soon><a>";
logs 'another status', '/ok/x', 200, '<REJECTED><missing><><> denied';
logs 'another status of what is not found', azion('/ok/x', expires => $soon), 200, "<PASSED><><$soon><a>";
logs "the page's status", '/as-page/x', 200, '<REJECTED><missing><><> denied';
is logs('by name', '/named/x', 200, '<REJECTED><missing><><> denied')->{header}{'x-if'}, '<>', 'by name: neither is the verdict told before there is an answer';
logs 'a page that returns', '/returns/x', 302, '<REJECTED><missing><><> denied';
logs 'another server', '/far/x', 302, '<REJECTED><missing><><> denied';
logs 'recursive error pages', '/again/x', 200, '<REJECTED><missing><><> denied';
logs 'dry run', '/dry/x', 404, '<REJECTED_DRY_RUN><missing><><>';
logs 'let in by another check, and not found', '/any/x', 404, '<REJECTED><missing><><> denied';
logs 'a return before the access phase, which decided nothing', '/early/x', 418, '<><><><>';

logs 'a page with rules of its own: refused there', '/other/x', 403, '<REJECTED><missing><><> denied';
logs 'passed there', azion('/other/x', expires => $soon, secret => $a), 403, "<PASSED><><$soon><strange>";
logs 'passed here, refused there, and a free page', azion('/onward/x', expires => $soon), 403, '<REJECTED><signature><><> denied';

logs 'served elsewhere', azion('/index/', expires => $soon), 200, '<><><><>';
logs 'served elsewhere, let in by another check', '/index-any/', 200, '<><><><>';
logs 'served elsewhere, dry run', '/index-dry/', 200, '<><><><>';
logs 'served elsewhere by try_files', azion('/try/x', expires => $soon), 200, '<><><><>';

like logs('a page by SSI', '/page/x', 403, '<REJECTED><missing><><> denied')->{body}, qr/^missing\r?$/m, 'a page by SSI: it may say why';

is logs('a reason put aside', '/why/x', 403, '<REJECTED><missing><><> denied')->{header}{'x-why'}, 'missing', 'may be sent';

# Without a log that asks for them: SSI looks them up by name, which nothing in the configuration tells.
my $silent = SecureToken::Nginx->new(http => <<'CONF');
    server {
        listen unix:DIR/nginx.sock;
        location ^~ /page/ {
            secure_token        azion;
            secure_token_secret a-secret-for-tests;
            error_page          403 /ssi.html;
        }
        location = /ssi.html { internal; ssi on; }
    }
CONF
$silent->write('html/ssi.html', '<!--# echo var="secure_token_reason" -->');
$silent->start;
like $silent->get('/page/x')->{body}, qr/^missing\r?$/m, 'a page by SSI alone: it may say why';
$silent->stop;

$nginx->stop('QUIT');
is $nginx->alarms, '', 'nothing alarming in the log';
done_testing;
