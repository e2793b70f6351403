# The path that the client sent is parsed by the module a second time, with NGINX's own function, where
# something has changed it inside NGINX. This holds it against what NGINX itself made of the same request
# line: the link is signed for NGINX's $uri, and must open after a rewrite.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Nginx;

# Without a token it answers with NGINX's $uri, with one it decides, twice: before the access phase, and in it.
my $location = <<'CONF';
    secure_token        azion;
    secure_token_secret $SECRET;
    secure_token_source $http_x_token;
    default_type        text/plain;
    location / {
        if ($http_x_token = '') { return 200 "$uri"; }
        set $early $secure_token_reason;
        rewrite ^ /elsewhere/a.txt last;
    }
    location /elsewhere/ {
        add_header X-Reasons "<$early> <$secure_token_reason>" always;
        error_page 403 =200 @refused;
        alias DIR/html/;
    }
    location @refused { secure_token off; add_header X-Reasons "<$early> refused" always; return 200; }
CONF
$location =~ s/\$SECRET/$SECRET/;

my $has_v2 = $SecureToken::Nginx::V =~ /--with-http_v2_module/;
my $h2     = $has_v2 ? 'http2' : '';
my $nginx  = SecureToken::Nginx->new(http => <<"CONF");
large_client_header_buffers 4 16k;
server { listen unix:DIR/on.sock;    merge_slashes on;  $location }
server { listen unix:DIR/off.sock;   merge_slashes off; $location }
# The request line is parsed before the server is known by its name.
server { listen unix:DIR/mixed.sock; merge_slashes on;  return 500; }
server { listen unix:DIR/mixed.sock; merge_slashes off; server_name localhost; $location }
# Over HTTP/2 it is the client that says the one or the other first: one setting for both.
server { listen unix:DIR/h2.sock $h2; merge_slashes off; return 500; }
server { listen unix:DIR/h2.sock $h2; merge_slashes off; server_name localhost; $location }
CONF
$nginx->start;

my @targets = (
    '/', '/a', '//', '///a//b', '/a//b/', '/./', '/a/.', '/a/./b', '/a/..', '/a/../b', '/a/b/../../c', '/..', '/../a', '/a/.../b', '/.a', '/a.',
    '/a/..b', '/%2e%2e/a', '/a/%2E./b', '/a%2f..%2fb', '/a%2Fb', '/%2F%2Fa', '/a//../b', '/a/%2e/b', '/a%5cb', '/a\\b', '/a%252fb', '/a%2525b',
    '/a%3fb', '/a%3Fb?c', '/a%23b', '/a#b', '/a#b?c', '/a?b#c', '/a?b?c', '/?', '/??', '/a?', '/a/?..', '/a%20b', '/a+b', '/a%2Bb', '/a;b', '/a;b/../c',
    '/%', '/a%', '/a%4', '/a%zz', '/a%00b', '/a%0ab', '/a%09b', '/a%7fb', "/\xc3\xa9", '/%c3%a9', '/%C3%A9', "/\xff", '/%ff', '/~a', '/a:b', '/@', "/a'b", '/a"b',
    '/a b', "/a\tb", "/a\x7fb", 'a', '*', '', '?', 'http:', 'http://', 'http://localhost', 'http://localhost/', 'http://localhost?a', 'http://localhost?a/../b',
    'http://localhost/a//b', 'http://localhost:80/a/../b', 'http://localhost#a', 'http://localhost//', 'HTTP://LOCALHOST/A', 'http:///a', 'x-y://localhost/a', 'http://user@localhost/a',
    'http://[::1]/a%2e/', 'https://localhost:443/%41', 'localhost:80', '//localhost/a', '/' . 'a/../' x 200, '/' . 'a' x 4000, '/' . '%61' x 1000, '/' . '/' x 1000 . 'a',
);
# And what nobody thought of, the same in every run.
my @pieces = (qw(/ / / // . .. ... a b.c ? & = + ; : * ~ @ % %2 %2e %2E %2f %2F %5c %25 %252e %20 %3f %23 %41 %zz %c3%a9 %ff %0a), '#', '\\', "\xc3\xa9");
my $state = 20261126;
sub any { $state = ($state * 1103515245 + 12345) % 2**31; return ($state >> 8) % $_[0] }
push @targets, join '', '/', map { $pieces[any(scalar @pieces)] } 1 .. 1 + any(9) for 1 .. 1000;

sub ask {
    my ($socket, $version, $target, $token) = @_;
    my @more = $token ? ("X-Token: $token") : ();
    return $nginx->raw(join("\r\n", "GET $target HTTP/$version", 'Host: localhost', 'Connection: close', @more, '', ''), $socket);
}

sub ask_h2 {
    my ($socket, $version, $target, $token) = @_;
    my @more = $token ? ('-H', "X-Token: $token") : ();
    my ($rc, $text) = $nginx->run(undef, 'curl', '-sS', '-i', '--http2-prior-knowledge', '--max-time', 20, '--unix-socket', $nginx->dir . "/$socket",
        '--request-target', $target, @more, 'http://localhost/');
    return SecureToken::Nginx::parse($text =~ s{\AHTTP/2 }{HTTP/1.1 }r);
}

my $expires = later();
for (
    [on    => '1.1', \&ask,    \@targets],
    [off   => '1.0', \&ask,    \@targets],
    [mixed => '1.1', \&ask,    \@targets],
    $has_v2 ? [h2 => '2', \&ask_h2, [grep { m{\A/} && !/[\0-\x20\x7f]/ } @targets[0 .. 150]]] : (),
) {
    my ($server, $version, $ask, $asked) = @$_;
    my ($same, $refused, %odd) = (0, 0);
    for my $target (@$asked) {
        my $uri = $ask->("$server.sock", $version, $target);
        if ($uri->{status} != 200) { $refused++; next }
        my $path  = $uri->{body};
        my $token = "st=" . azion_token($SECRET, $path, $expires) . "&e=$expires";
        my $told  = $ask->("$server.sock", $version, $target, $token)->{header}{'x-reasons'} // 'no answer';
        # The module refuses to look at such a path, whoever parsed it.
        my $expected = $path =~ /[\0-\x1f\x7f]/ ? '<malformed> refused' : '<> <>';
        if ($told eq $expected) { $same++ }
        else { $odd{ substr $target, 0, 100 } = "NGINX: $path, the module: $told" }
    }
    is_deeply \%odd, {}, "$server: what NGINX parses, the module parses alike";
    cmp_ok $same, '>', @$asked / 2, "$server: most of it ($same, and $refused that NGINX refused)";
}

# That another path would be noticed.
my $token = 'st=' . azion_token($SECRET, '/a/b', $expires) . "&e=$expires";
is ask('on.sock', '1.1', '/a//b', $token)->{header}{'x-reasons'}, '<> <>', 'slashes are merged';
is ask('off.sock', '1.1', '/a//b', $token)->{header}{'x-reasons'}, '<signature> refused', 'or not';
is ask('mixed.sock', '1.1', '/a//b', $token)->{header}{'x-reasons'}, '<> <>', 'as the first server of an address says';

$nginx->stop('QUIT');
is $nginx->alarms, '', 'nothing alarming in the log';
done_testing;
