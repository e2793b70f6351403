# secure_token_strip: what the upstreams of every sort get to see, and requests over HTTP/2.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Gateway;
use SecureToken::Nginx;

my $has_v2 = $SecureToken::Nginx::V =~ /--with-http_v2_module/;
my $grpc   = $has_v2 ? 'listen unix:DIR/grpc.sock http2;' : '';
my $nginx  = SecureToken::Nginx->new;
$nginx->configure(http => <<"CONF");
    log_format request '\$request';
    log_format copy    'copy of \$request_uri, with \$http_x_uri';
    upstream origin { server unix:DIR/origin.sock; }
    server {
        listen unix:DIR/nginx.sock @{[$has_v2 ? 'http2' : '']};
        listen unix:DIR/plain.sock;
        secure_token        azion;
        secure_token_secret $SECRET;
        secure_token_strip  on;
        set \$upstream origin;

        location /none/     { proxy_pass http://origin; }
        location /path/     { proxy_pass http://origin/to/; }
        location /variable/ { proxy_pass http://\$upstream; }
        location /spelled/  { proxy_pass http://\$upstream/to\$uri\$is_args\$args; }
        location /asked/    { proxy_pass http://\$upstream\$request_uri; }
        location /header/   { proxy_pass http://origin; proxy_set_header X-Uri \$request_uri; }
        location /copied/   { mirror /copy; proxy_pass http://origin; }
        location = /copy    { internal; secure_token off; proxy_pass http://origin/copy?\$args; }
        location /fastcgi/  { fastcgi_pass unix:DIR/fastcgi.sock; fastcgi_param QUERY_STRING \$query_string; fastcgi_param REQUEST_URI \$request_uri; fastcgi_param DOCUMENT_URI \$document_uri; }
        location /uwsgi/    { uwsgi_pass unix:DIR/uwsgi.sock; uwsgi_param QUERY_STRING \$query_string; uwsgi_param REQUEST_URI \$request_uri; uwsgi_param DOCUMENT_URI \$document_uri; }
        location /scgi/     { scgi_pass unix:DIR/scgi.sock; scgi_param QUERY_STRING \$query_string; scgi_param REQUEST_URI \$request_uri; scgi_param DOCUMENT_URI \$document_uri; }
        @{[$has_v2 ? 'location /grpc/ { grpc_pass grpc://unix:DIR/grpc.sock; }' : '']}
    }
    server {
        listen unix:DIR/origin.sock;
        $grpc
        access_log DIR/origin.log request;
        location /     { return 200 "\$request_uri <\$http_x_uri>"; }
        location /copy { access_log DIR/copy.log copy; return 204; }
    }
CONF
my @names    = qw(QUERY_STRING REQUEST_URI DOCUMENT_URI);
my @gateways = map { SecureToken::Gateway->new($_, $nginx->dir . "/$_.sock", @names) } qw(fastcgi uwsgi scgi);
$nginx->start;

# Over HTTP/1.0, so that no answer comes in chunks. HTTP/2 has a socket of its own, which old versions of NGINX need.
sub ask { return $nginx->raw("GET $_[0] HTTP/1.0\r\nHost: localhost\r\n\r\n", 'plain.sock')->{body} }

# --- proxy_pass

for my $case (
    ['without a path',                   '/none/a%20b',     '/none/a%20b'],
    ['with a path',                      '/path/a%20b',     '/to/a%20b'],
    ['with a variable',                  '/variable/a%20b', '/variable/a%20b'],
    ['with a URI made of $uri and $args', '/spelled/ab',     '/to/spelled/ab'],
) {
    my ($what, $sent, $seen) = @$case;
    my $link = azion($sent, signs => $sent =~ s/%20/ /r);
    is ask($link), "$seen <>", "proxy_pass $what sends no token";
    is ask("$link&b=%20&&c"), "$seen?b=%20&&c <>", "proxy_pass $what sends the rest of the query";
}
{
    my $log = $nginx->written('origin.log', 8);
    is scalar(() = $log =~ /^GET /mg), 8, 'the origin was asked as often';
    unlike $log, qr/\bst=|\be=\d/, 'and no request line had a token';
}
my $asked = azion('/asked/a');
is ask($asked), "$asked <>", 'where the configuration sends $request_uri, it has the token';
$asked = azion('/header/a');
is ask($asked), "/header/a <$asked>", 'and so has a header that is made of it';

like ask(azion('/copied/a') . '&x=%20'), qr{\A/copied/a\?x=%20 }, 'a request that is mirrored';
is $nginx->written('copy.log', 1), "copy of /copy?x=%20, with -\n", 'is mirrored without the token';

# --- FastCGI, uwsgi, SCGI

for my $protocol (qw(fastcgi uwsgi scgi)) {
    my $link = azion("/$protocol/a%20b", signs => "/$protocol/a b");
    my $says = sub { join '', map { "$_=<" . shift(@{ $_[0] }) . ">\n" } @names };
    is ask($link), $says->(['', $link, "/$protocol/a b"]), "$protocol: QUERY_STRING has no token, REQUEST_URI is what was sent";
    is ask("$link&b=%20&&c&ST=1"), $says->(['b=%20&&c&ST=1', "$link&b=%20&&c&ST=1", "/$protocol/a b"]), "$protocol: QUERY_STRING has the rest of the query";
    unlike ask("/$protocol/a"), qr/QUERY_STRING/, "$protocol: not asked without a token";
}

# --- gRPC and HTTP/2

SKIP: {
    skip 'this NGINX is built without HTTP/2', 1 unless $has_v2;
    is ask(azion('/grpc/a%20b', signs => '/grpc/a b') . '&b=%20'), '/grpc/a%20b?b=%20 <>', 'grpc_pass sends no token';

    skip 'this curl has no HTTP/2', 1 unless `curl -V` =~ /\bHTTP2\b/;
    my $over_2 = sub { $nginx->curl('--http2-prior-knowledge', '-w', ' %{http_version}', "http://localhost$_[0]") };
    is $over_2->(azion('/none/a%20b', signs => '/none/a b') . '&b=%20'), '/none/a%20b?b=%20 <> 2', 'a request over HTTP/2 is sent on without its token';
    is $over_2->(azion('/none/a')), '/none/a <> 2', 'and without a query where there was no more';
    is $over_2->(azion('/path/a') . '&b'), '/to/a?b <> 2', 'to another path too';
    like $over_2->('/none/a'), qr/403 Forbidden.* 2\z/s, 'and not at all without a token';
}

$nginx->stop;
is $nginx->alarms, '', 'nothing alarming in the log';
done_testing;
