# Hostile bytes: whatever a client sends, nothing opens by mistake and no worker dies.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new;
$nginx->write('html/dir/index.html', "the file\n");
$nginx->write('html/dir/a.txt', "the file\n");
$nginx->configure(http => <<"CONF");
    large_client_header_buffers 4 4m;
    underscores_in_headers on;
    ignore_invalid_headers off;
    log_format v '\$request_uri \$secure_token_status \$secure_token_reason \$secure_token_key \$secure_token_expires \$secure_token_args';
    access_log DIR/access.log v;
    server {
        listen unix:DIR/nginx.sock;
        keepalive_requests 1000000;
        secure_token_secret $SECRET;
        secure_token azion;
        location / { }
        location /cookie/ { secure_token_source "st=\$cookie_st&e=\$cookie_e" \$cookie_token \$http_x_token; alias DIR/html/dir/; }
        location /uri/ { secure_token_uri \$arg_path; alias DIR/html/dir/; }
        location /ip/ { secure_token gcore; secure_token_client_ip \$http_x_client; alias DIR/html/dir/; }
        location /preflight/ { secure_token_preflight on; try_files /dir/a.txt =404; }
        location /case/ { secure_token_ignore_case on; alias DIR/html/dir/; }
        location /status/408/ { secure_token_denied_status 408; }
        location /status/444/ { secure_token_denied_status 444; secure_token_expired_status 444; }
        location /status/499/ { secure_token_denied_status 499; }
    }
CONF
$nginx->start;
my @workers = $nginx->workers;

sub opened { my ($response) = @_; return $response->{status} == 200 || $response->{body} =~ /the file/ }

# Sends requests over one connection as long as NGINX keeps it, and returns those that were opened.
sub opened_of {
    return grep { opened($nginx->raw("$_ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) } @_;
}

my $good = azion('/dir/a.txt');
ok opened($nginx->get($good)), 'a good link opens';
ok opened($nginx->get(azion('/cookie/a.txt', signs => '/cookie/a.txt') =~ s/\?.*//r,
    'Cookie: token=' . azion('/cookie/a.txt') =~ s/.*\?//r)), 'and one in a cookie';

# --- one byte in place of another, everywhere

{
    my @requests;
    srand 20270101;
    for my $at (0 .. length($good) - 1) {
        for my $byte (0x00 .. 0x20, 0x22 .. 0x2f, 0x3a .. 0x40, 0x5b .. 0x60, 0x7b .. 0x80, 0xc0, 0xff, map { ord } qw(0 9 A Z a z)) {
            next if ord(substr $good, $at, 1) == $byte;
            my $link = $good;
            substr($link, $at, 1) = chr $byte;
            push @requests, "GET $link";
        }
    }
    is_deeply [opened_of(@requests)], [], 'tampering: a link with any one byte replaced, ' . @requests . ' of them, does not open';
}
{
    # A byte more may be a parameter more, and does not matter then: only in the values, the path and the names.
    my ($path, $st, $e) = $good =~ /^(.*)\?st=(.*)&e=(.*)$/;
    my @requests;
    for my $byte (0x01 .. 0x20, 0x21 .. 0xff) {
        my $c = chr $byte;
        next if $c =~ /[&#]/;
        my $escaped = sprintf '%%%02X', $byte;
        push @requests, map {; "GET $_" } "$path?st=$c$st&e=$e", "$path?st=$st&e=$e$c" x ($c !~ /[ \n]/), "$path?st=$st&e=$c$e", "$path?s${c}t=$st&e=$e",
            "$path?${c}st=$st&e=$e" x ($c ne '?' || 1), "$path$c?st=$st&e=$e" x ($c ne '?'), "$path?st=$escaped$st&e=$e", "$path?st=$st$escaped&e=$e", "$path?st=$st&e=$e$escaped",
            "$path?st=$st&e=$escaped$e", "$path?st$escaped=$st&e=$e", "$path$escaped?st=$st&e=$e";
    }
    @requests = grep { !/^GET $/ } @requests;
    is_deeply [opened_of(@requests)], [], 'tampering: a link with any one byte added, ' . @requests . ' of them, does not open';
    is_deeply [opened_of(map { my $link = $good; substr($link, $_, 1) = ''; "GET $link" } 0 .. length($good) - 1)], [],
        'tampering: a link with any one byte missing does not open';
}

# --- every byte in a path that is signed

{
    my (%plain, %escaped);
    for my $byte (0x00 .. 0xff) {
        my $path = '/status/444/a' . chr($byte) . 'b';
        # 404 is what a link that opens gets, as there is no such file; 444 closes the connection.
        $escaped{$nginx->get(azion(percent_encode($path), signs => $path))->{status}} .= sprintf ' %02x', $byte;
        next if chr($byte) =~ /[?#%]/;
        $plain{$nginx->get(azion($path))->{status}} .= sprintf ' %02x', $byte;
    }
    my $controls = join '', map { sprintf ' %02x', $_ } 0x01 .. 0x1f, 0x7f;
    is $escaped{0}, $controls, 'length extension: of all bytes, escaped in a signed path, the control bytes are refused';
    is $escaped{400}, ' 00', 'length extension: and NUL is stopped by NGINX';
    unlike $plain{404} // '', qr/ (?:[01].|7f)\b/, 'length extension: undecoded control bytes do not get through either';
}

# --- whole ranges of nonsense

{
    my @bodies = map { my $n = $_; join '', map { chr int rand 256 } 1 .. $n } map { int rand 200 } 1 .. 400;
    my @requests = map {; "GET /dir/a.txt?$_" } @bodies;
    push @requests, map {; "GET $_" } @bodies;
    push @requests, map { my $b = $_; "GET /dir/a.txt?st=" . join('', map { sprintf '%%%02x', ord } split //, $b) . '&e=' . later() } @bodies;
    push @requests, map {; "GET /dir/a.txt?" . join '', map { (qw(st e = & % %3D == A 1 0 - + . / ? ; st= &e= 00 %00), "\xff")[rand 21] } 1 .. rand 60 } 1 .. 1500;
    is_deeply [opened_of(@requests)], [], 'random bytes open nothing';
}
{
    my @wrong;
    my ($query) = azion('/cookie/a.txt') =~ /\?(.*)/;
    for my $byte (0x00 .. 0xff) {
        my $c = chr $byte;
        for my $header ("Cookie: token=$c$query", "Cookie: token=${query}$c", "Cookie: st=$c; e=$c", "X-Token: $c$query", "Cookie: $c", "$c: $c", "X-Token$c: $query", "Cookie$c: token=$query",
            "X-Token: st=$c&e=$c") {
            my $response = $nginx->get('/cookie/a.txt', $header);
            # Behind the token, a blank ends the header and "&" or ";" the value; before it, "&" and blanks are nothing.
            next if !opened($response) || $header =~ /^Cookie: token=(?:[ &;\t\r\n]?st=.*[ ;&\t\r\n]?)$/s || $header =~ /^X-Token: [ &\t\r\n]?st=/ || $header =~ /^(?:X-Token|Cookie)[: _-]?:/;
            push @wrong, sprintf '%02x in %s', $byte, $header;
        }
    }
    is_deeply \@wrong, [], 'no byte in a cookie or a header makes a bad token good';
}
{
    my @wrong;
    for my $byte (0x01 .. 0xff) {
        my $c = chr $byte;
        my $response = $nginx->get(gcore('/ip/a.txt', ip => $c), "X-Client: $c");
        my $control = $byte < 0x21 || $byte == 0x7f;
        push @wrong, sprintf '%02x', $byte if opened($response) != !$control;
    }
    is_deeply \@wrong, [], 'an address with a control byte, or an empty one, opens nothing, and any other is taken as it is';
    ok !opened($nginx->get(gcore('/ip/a.txt', ip => $_), "X-Client: $_")) || !/[\0\n]/, 'odd addresses' for ':', '::', '::1%eth0', '1::2::3', ':' x 1000, '0' x 5000, 'f' x 100000, "::ffff:1.2.3.4", '[::1]', '::1 ', '1.2.3.4:80';
    # What looks like an address in another spelling is one address.
    ok opened($nginx->get(gcore('/ip/a.txt', ip => $_->[0]), "X-Client: $_->[1]")), "the address $_->[1] is hashed as $_->[0]"
        for ['::1', '0:0:0:0:0:0:0:1'], ['::', '0::0'], ['1.2.3.4', '::ffff:1.2.3.4'], ['2001:db8::1:0:0:1', '2001:db8:0:0:1:0:0:1'], ['[::1]', '[::1]'];
}

# --- path, method, line

is_deeply [opened_of(map {; "GET $_" } map { my $p = $_; ($p, azion($p, signs => '/')) } '*', '?', '/?', '/#', '/%', '/%0', '/%zz', '/..', '/../..', '/dir/a.txt/..%00', 'dir/a.txt', '\\dir\\a.txt',
    'http://', 'http:///dir/a.txt', 'http://x:99999/dir/a.txt', 'ftp://x/dir/a.txt', 'http://[::1]/dir/a.txt', 'http://x/../dir/a.txt', 'http://x\\dir/a.txt', '/dir/a.txt?', '/dir/a.txt??st=', '/dir%2fa.txt',
    '/dir/%61.txt', '/./dir/a.txt', '/dir/./a.txt', '/%2e/dir/a.txt', '/dir//a.txt', '/x/..;/dir/a.txt', '/x/%2e%2e%2fdir/a.txt', '/dir/a.txt#?st=')], [],
    'path tricks: no spelling of a path opens it without its token';
is_deeply [grep { opened($nginx->raw($_)) } "GET /dir/a.txt\r\n", "GET /dir/a.txt\n\n", "\r\n\r\nGET /dir/a.txt HTTP/1.0\r\n\r\n", "GET  /dir/a.txt  HTTP/1.0\r\n\r\n", "get /dir/a.txt HTTP/1.0\r\n\r\n",
    "GET /dir/a.txt HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "GET /dir/a.txt HTTP/2.0\r\n\r\n", "GET /dir/a.txt HTTP/1.9\r\nHost: x\r\nConnection: close\r\n\r\n", "GET\t/dir/a.txt\tHTTP/1.0\r\n\r\n",
    "GET /dir/a.txt HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n", "GET /dir/a.txt HTTP/1.1\r\nConnection: close\r\n\r\n", "GET /dir/a.txt HTTP/1.0\r\nRange: bytes=0-1\r\n\r\n",
    "GET /dir/a.txt HTTP/1.0\r\nIf-Modified-Since: x\r\nIf-None-Match: *\r\n\r\n", "POST /dir/a.txt HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
    "GET /dir/a.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello", "CONNECT /dir/a.txt HTTP/1.0\r\n\r\n", "TRACE /dir/a.txt HTTP/1.0\r\n\r\n"], [],
    'no form of a request line opens without a token';
isnt $nginx->raw("GET /dir/a.txt HTTP/1.0\r\nRange: bytes=0-1\r\n\r\n")->{status}, 206, 'nor does asking for a piece of it';
isnt $nginx->raw("GET /dir/a.txt HTTP/1.0\r\nIf-None-Match: *\r\n\r\n")->{status}, 304, 'nor for whether it changed';
ok opened($nginx->raw("GET $good\r\n")), 'HTTP/0.9 with a good link opens';
ok opened($nginx->raw("GET " . azion('/dir/') . "\r\n")), 'also through an index';
ok !opened($nginx->raw("GET " . azion('/dir/', signs => '/dir/index.html') . "\r\n")), 'and a bad one does not';
ok opened($nginx->raw("GET http://x" . azion('/dir/') . " HTTP/1.0\r\n\r\n")), 'a whole URL with a good link opens, through an index';
my ($query) = azion('/preflight/a') =~ /\?(.*)/;
is_deeply [grep { opened($nginx->raw("$_\r\n\r\n")) } map {; "$_->[0] /preflight/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n$_->[1]" } ['GET', "Origin: x\r\nAccess-Control-Request-Method: x"],
    ['OPTIONS', "Origin : x\r\nAccess-Control-Request-Method: x"], ['OPTIONS', "Origi: x\r\nAccess-Control-Request-Method: x"], ['OPTIONS', " Origin: x\r\nAccess-Control-Request-Method: x"],
    ['OPTIONS ', "Origin\0: x\r\nAccess-Control-Request-Method: x"], ['XOPTIONS', "Origin: x\r\nAccess-Control-Request-Method: x"]], [], 'method: what is not quite a preflight is none';

# --- statuses that close the connection

for my $status (408, 444, 499) {
    my $response = $nginx->get("/status/$status/a");
    ok !opened($response), "a refusal with the status $status opens nothing";
    is $nginx->get(azion("/status/$status/a"))->{status}, 404, 'and a good link opens';
}

# --- long

sub query_for { my ($path) = @_; return azion('', signs => $path) }
ok opened($nginx->get('/case/' . 'A/../' x 100_000 . 'a.txt' . query_for('/case/a.txt'))), 'huge input: a path of half a megabyte, normalised, opens with its link';
isnt $nginx->get('/case/' . 'A' x 1_000_000 . query_for('/case/' . 'a' x 1_000_000))->{status}, 403, 'huge input: a path of a megabyte is hashed';
is $nginx->get('/uri/a.txt' . query_for('p' x 1_000_000) . '&path=' . 'p' x 1_000_000)->{status}, 200, 'huge input: so is one from a variable';
is $nginx->get('/dir/a.txt', 'Cookie: ' . 'x' x 3_000_000)->{status}, 403, 'huge input: a cookie of three megabytes';
{
    my $connection = $nginx->connect;
    local $SIG{PIPE} = 'IGNORE';
    syswrite $connection, "GET /dir/a.txt?st=" . 'A' x 100;
    close $connection;
    $connection = $nginx->connect;
    syswrite $connection, ("GET $good HTTP/1.1\r\nHost: x\r\n\r\n") x 200 . "GET /dir/a.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    my $all = '';
    1 while sysread $connection, $all, 65536, length $all;
    is scalar(() = $all =~ m{^HTTP/1\.1 200}mg), 200, 'two hundred good requests in one go open';
    is scalar(() = $all =~ m{^HTTP/1\.1 403}mg), 1, 'and the bad one behind them does not';
}

is_deeply [$nginx->workers], \@workers, 'panic: the worker that served all this is the one that was started';
is $nginx->alarms, '', 'panic: nothing alarming is in the log';
unlike $nginx->log, qr/secure_token: no verdict/, 'and no request was left without a verdict';
$nginx->stop;
done_testing;
