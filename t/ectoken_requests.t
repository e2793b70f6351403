# The scheme ectoken with what Test::Nginx cannot send: encrypted connections, sockets of the file
# system, old versions of HTTP, and requests that NGINX sends from one location to another.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Nginx;

my $nginx   = SecureToken::Nginx->new;
my $dir     = $nginx->dir;
my $has_ssl = $SecureToken::Nginx::V =~ /--with-http_ssl_module/;

# Made for this run only.
my ($rc, $said) = $nginx->run(undef, qw(openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost),
    -keyout => "$dir/tls.key", -out => "$dir/tls.crt");
$rc == 0 or die "openssl makes no certificate: $said";

$nginx->write('html/dir/index.html', "the index\n");
my $places = <<"CONF";
        secure_token         ectoken;
        secure_token_secret  $SECRET;
        add_header           X-Reason "<\$secure_token_reason>" always;
        location / { }
        location /address/ { secure_token_client_ip \$http_x_client; alias DIR/html/; }
        location /free/    { secure_token off; alias DIR/html/; }
        location /page/    { secure_token off; error_page 404 /a.txt; }
        location /refused/ { error_page 403 =200 /free/a.txt; }
        location /try/     { try_files /nowhere /dir/; }
        location /to-azion/   { rewrite ^ /azion/a.txt last; }
        location /azion/      { secure_token azion; alias DIR/html/; }
        location /to-ectoken/ { secure_token azion; rewrite ^ /dir/ last; }
        location /break/      { rewrite ^ /a.txt break; }
        location /args/       { set \$args ''; alias DIR/html/; }
        location = /ask       { secure_token off; auth_request /asked; try_files /a.txt =404; }
        location = /asked     { internal; if (\$secure_token_status != PASSED) { return 403; } return 204; }
CONF
$nginx->configure(http => <<"CONF");
    server {
        listen unix:DIR/nginx.sock;
$places
    }
    @{[$has_ssl ? "server {
        listen unix:DIR/tls.sock ssl;
        ssl_certificate      DIR/tls.crt;
        ssl_certificate_key  DIR/tls.key;
$places
    }" : '']}
CONF
$nginx->start;

sub reason_is {
    my ($response, $reason, $name) = @_;
    is_deeply [$response->{status}, $response->{header}{'x-reason'}], [$reason eq '' ? 200 : 403, "<$reason>"], $name;
}

# --- encrypted

SKIP: {
    skip 'this NGINX is built without TLS', 7 unless $has_ssl;
    my %expected = ('allow=https' => '', 'allow=http,https' => '', 'deny=http' => '', 'allow=https&ec_proto_deny=https' => '', 'allow=http' => 'protocol', 'deny=https' => 'protocol', 'deny=http, HTTPS' => 'protocol');
    for my $claim (sort keys %expected) {
        my $head = `curl -sSk -o /dev/null -D - --max-time 20 --unix-socket '$dir/tls.sock' 'https://localhost@{[ectoken('/a.txt', "ec_proto_$claim")]}'`;
        like $head, qr/^X-Reason: <\Q$expected{$claim}\E>\r$/m, "over TLS, ec_proto_$claim: " . ($expected{$claim} eq '' ? 'opens' : 'does not open');
    }
}

# --- who asks, and how

reason_is $nginx->get(ectoken('/a.txt', "ec_clientip=$_")), 'client_ip', "a client behind a socket of the file system has no address: $_" for '127.0.0.1', '0.0.0.0/0,::/0';
reason_is $nginx->get(ectoken('/address/a.txt', 'ec_clientip=192.0.2.0/24'), 'X-Client: 192.0.2.7'), '', 'unless the configuration says where it is';
reason_is $nginx->get(ectoken('/a.txt', 'ec_host_allow=localhost')), '', 'the host that a client names';
reason_is $nginx->raw('GET ' . ectoken('/a.txt', $_) . " HTTP/1.0\r\n\r\n"), 'host', "a client that names no host is on no list: $_"
    for 'ec_host_allow=localhost', 'ec_host_allow=*.example,', 'ec_host_deny=localhost', 'ec_host_deny=evil.example&ec_host_allow=localhost';
reason_is $nginx->raw('GET ' . ectoken('/a.txt', 'ec_host_allow=Localhost') . " HTTP/1.0\r\nHost: localhost\r\n\r\n"), '', 'HTTP/1.0 with a host';
reason_is $nginx->raw('GET ' . ectoken('/a.txt', 'ec_url_allow=/a') . " HTTP/1.0\r\n\r\n"), '', 'where the link says nothing of hosts none is needed';
is $nginx->raw('GET ' . ectoken('/a.txt', 'ec_host_deny=localhost') . "\r\n")->{body} =~ /file/, '', 'HTTP/0.9 has no host either';
reason_is $nginx->raw('GET ' . ectoken('/a.txt', 'ec_ref_allow=good.example') . " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nReferer: http://evil.example/\r\nReferer: http://good.example/\r\n\r\n"),
    'referrer', 'of two referrers the first one counts';

reason_is $nginx->get('http://localhost?' . ectoken_token('ec_url_allow=/')), '', 'a whole URL without a path asks for the root';
reason_is $nginx->get('http://localhost?' . ectoken_token('ec_url_allow=/a')), 'url', 'and for nothing below';

# --- from one location to another

reason_is $nginx->get(ectoken('/dir/', 'ec_url_allow=/dir/')), '', 'a link for a directory opens its index';
is $nginx->get(ectoken('/dir/', 'ec_url_allow=/dir/'))->{body}, "the index\n", 'that is, the index itself';
reason_is $nginx->get(ectoken('/dir/', 'ec_url_allow=/dir/index.html')), 'url', 'a link for the index alone is none for the directory';
reason_is $nginx->get(ectoken('/try/x', 'ec_url_allow=/try/')), '', 'try_files: the path that the client asked for counts';
reason_is $nginx->get(ectoken('/try/x', 'ec_url_allow=/dir/')), 'url', 'and not the one that is found';
reason_is $nginx->get(ectoken('/break/x', 'ec_url_allow=/break/')), '', 'rewrite … break: the same';
reason_is $nginx->get(ectoken('/break/x', 'ec_url_allow=/a.txt')), 'url', 'not what is rewritten to';
reason_is $nginx->get(ectoken('/args/a.txt', 'ec_url_allow=/args/')), '', 'a query that the configuration drops is still the client\'s';

is $nginx->get(ectoken('/page/nowhere', 'ec_url_allow=/page/'))->{body}, "file a.txt\n", 'error_page: a good link shows a page that is protected';
unlike $nginx->get('/page/nowhere')->{body}, qr/file/, 'error_page: without a link it does not show';
unlike $nginx->get(ectoken('/page/nowhere', 'ec_url_allow=/a.txt'))->{body}, qr/file/, 'error_page: nor with a link for the page itself';
is $nginx->get(ectoken('/refused/x', 'ec_url_allow=/b'))->{body}, "file a.txt\n", 'error_page: a refusal may show a page that is not protected';

my $expires = later();
my $azion   = azion('/to-azion/x', expires => $expires) =~ s/.*\?//r;
my $both    = ectoken('/to-ectoken/x', 'ec_url_allow=/to-ectoken/');
is $nginx->get(ectoken('/to-azion/x', 'ec_url_allow=/'))->{status}, 403, 'rewrite … last: a token of the one scheme is none in a location with the other';
is $nginx->get("/to-azion/x?$azion")->{status}, 200, 'the other\'s own is';
is $nginx->get(ectoken('/to-azion/x', 'x=1') . "&$azion")->{status}, 200, 'also beside the one';
is $nginx->get($both)->{status}, 200, 'and the other way round';
is $nginx->get(azion('/to-ectoken/x'))->{status}, 403, 'where the first scheme\'s is none';

is $nginx->get(ectoken('/ask', 'ec_url_allow=/ask'))->{status}, 200, 'a subrequest goes by the client\'s link';
is $nginx->get(ectoken('/ask', 'ec_url_allow=/b'))->{status}, 403, 'and by the client\'s path';

is $nginx->alarms, '', 'nothing alarming is in the log';
$nginx->stop;
done_testing;
