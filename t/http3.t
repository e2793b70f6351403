# HTTP/3. Where NGINX is built without it this is left out; so it is without a client for it, unless SECURE_TOKEN_SKIP_NOTHING
# is set.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use IPC::Open2 qw(open2);
use JSON::PP ();
use Test::More;
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Nginx;
use SecureToken::Port qw(free_port);

plan skip_all => 'this NGINX is built without HTTP/3' unless $SecureToken::Nginx::V =~ /--with-http_v3_module/;
my $build = "$FindBin::Bin/../build/http3";
if (!-e "$build/aioquic") {
    my $how = 'there is no client for HTTP/3 (make http3-client)';
    plan skip_all => $how unless $ENV{SECURE_TOKEN_SKIP_NOTHING};
    fail $how;
    done_testing;
    exit 1;
}

my $nginx = SecureToken::Nginx->new;
my $dir   = $nginx->dir;
my $port  = free_port();
my ($rc, $said) = $nginx->run(undef, qw(openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost),
    -keyout => "$dir/tls.key", -out => "$dir/tls.crt");
$rc == 0 or die "openssl makes no certificate: $said";
$nginx->write('html/film/all.m3u8', "#EXTM3U\n#EXTINF:4,\n1.ts\n#EXTINF:4,\n2.ts\n");
$nginx->write("html/film/$_", "file $_\n") for '1.ts', '2.ts';
$nginx->write('html/dir/index.html', "the index\n");
$nginx->configure(level => 'info', http => <<"CONF")->start;
    types { application/vnd.apple.mpegurl m3u8; video/mp2t ts; }
    large_client_header_buffers 4 64k;
    ssl_certificate     DIR/tls.crt;
    ssl_certificate_key DIR/tls.key;
    ssl_early_data      on;
    secure_token_links  seen:1m;
    map \$http_x_address \$address { volatile; default \$http_x_address; }
    server {
        listen 127.0.0.1:$port quic reuseport;
        secure_token        azion;
        secure_token_secret $SECRET;
        add_header X-Verdict "<\$secure_token_reason> \$server_protocol" always;
        location /         { try_files \$uri \$uri/ /a.txt; }
        location /old/     { rewrite ^ /a.txt break; }
        location /sealed/  { secure_token ectoken; try_files /a.txt =404; }
        location /bound/   { secure_token gcore; secure_token_client_ip \$address; try_files /a.txt =404; }
        location /own/     { secure_token gcore; secure_token_client_ip \$remote_addr; try_files /a.txt =404; }
        location /film/    { secure_token_playlist sign; }
        location /once/    { secure_token_max_uses 1; try_files /a.txt =404; }
        location /revoke   { secure_token off; secure_token_revoke; client_max_body_size 0; allow 127.0.0.1; deny all; }
        location /vod/     { secure_token_uri /vod/; secure_token_source args \$cookie_st; secure_token_cookie st; alias DIR/html/film/; }
    }
CONF

local $ENV{PYTHONPATH} = $build;
my $client = open2(my $from, my $to, 'python3', "$FindBin::Bin/lib/http3/client.py", $port);
my $json = JSON::PP->new->ascii;

sub ask {
    my ($path, %with) = @_;
    print $to $json->encode({ path => $path, %with }), "\n";
    $to->flush;
    return $json->decode(readline $from // die "the client has ended\n");
}
# The status, and why.
sub answer {
    my $answer = ask(@_);
    my ($reason) = ($answer->{headers}{'x-verdict'} // '') =~ /^<(.+)>/;
    return $answer->{error} // join ' ', $answer->{status}, $answer->{status} == 200 ? () : $reason // ();
}

my $first = ask(azion('/a.txt'));
is $first->{body}, "file a.txt\n", 'a good link opens';
like $first->{headers}{'x-verdict'}, qr{ HTTP/3\.0$}, 'by HTTP/3';
is answer('/a.txt'), '403 missing', 'without a token it does not';
is answer(azion('/a.txt', expires => earlier())), '410 expired', 'an expired one does not';
is answer(azion('/b.txt', signs => '/a.txt')), '403 signature', 'nor does one for another path';
is answer(azion('/a.txt') =~ s/(?<=st=)(.)/$1 eq 'A' ? 'B' : 'A'/er), '403 signature', 'nor one that was meddled with';
is answer(azion('/a.txt') . '&st=x'), '403 duplicate', 'nor one with two tokens';
is answer(azion('/%61.txt', signs => '/a.txt')), '200', 'paths are decoded';
is answer(azion('/x/../a.txt', signs => '/a.txt')), '200', 'and normalised';
is answer(azion('/nowhere//x', signs => '/nowhere/x')), '200', 'on both passes';
is answer(azion('/dir/')), '200', 'an index opens to the link for its directory';
is answer(azion('/old//x', signs => '/old/x')), '200', 'what was rewritten goes by the path that was sent';
is answer(azion('/old/x', signs => '/a.txt')), '403 signature', 'and by no other';
is answer(azion("/\xc3\xbc/../a.txt", signs => '/a.txt')), '200', 'bytes above ASCII are fine';
is answer(azion('/a%01', signs => "/a\1")), '403 malformed', 'length extension: a control byte is refused';
like answer(azion('/a%00b', signs => "/a\0b")), qr/^400/, 'length extension: a NUL is stopped';
is answer(azion('/a.txt') . '&x=' . 'x' x 20000), '200', 'huge input: a long query is read to its end';
is answer('/a.txt?st=' . 'A' x 20000 . '&e=' . later()), '403 malformed', 'huge input: a long token is refused';
is answer('/a.txt', method => $_), '403 missing', "method: $_ needs a token" for qw(POST PUT OPTIONS BREW);
is answer(ectoken('/sealed/x', 'ec_url_allow=/sealed/')), '200', 'a sealed token opens';
is answer(ectoken('/sealed/x', 'ec_url_allow=/other/')), '403 url', 'and one for another path does not';
is answer(ectoken('/sealed/x', 'ec_proto_allow=https')), '200', 'it is https';
is answer(ectoken('/sealed/x', 'ec_proto_allow=http')), '403 protocol', 'and not http';
is answer(gcore('/bound/x', ip => '192.0.2.7'), headers => [['x-address', '192.0.2.7']]), '200', 'a link opens to the client that it is bound to';
is answer(gcore('/bound/x', ip => '192.0.2.7'), headers => [['x-address', '192.0.2.8']]), '403 signature', 'and to no other';
is answer(gcore('/own/x', ip => '127.0.0.1')), '200', 'which may be known by its address';
is answer(gcore('/own/x', ip => '127.0.0.2')), '403 signature', 'and then no other is';

my $playlist = ask(azion('/film/all.m3u8'));
my @links = grep { !/^#/ } split /\n/, $playlist->{body} // '';
is scalar @links, 2, 'a playlist comes';
like $_, qr/^[12]\.ts\?st=[\w-]{22}&e=\d+$/, "with a token for each of its links: $_" for @links;
is answer("/film/$_"), '200', 'which opens it' for @links;
is answer("/film/$links[0]" =~ s/1\.ts/2.ts/r), '403 signature', 'and no other';

my $cookie = ask(azion("/vod/1.ts", signs => "/vod/"));
my ($value) = ($cookie->{headers}{'set-cookie'} // '') =~ /^(st=[^;]+)/;
ok defined $value, 'a link that opened leaves a cookie' or diag explain $cookie;
is answer('/vod/2.ts', headers => [['cookie', $value // '']]), '200', 'which opens what comes next';
is answer('/vod/2.ts', headers => [['cookie', 'a=b'], ['cookie', $value // '']]), '200', 'also when cookies come in pieces';
is answer('/vod/2.ts', headers => [['cookie', ($value // '') . '0']]), '403 malformed', 'and not when it was meddled with';

my $once = azion('/once/x');
is answer($once), '200', 'a one-time link opens';
is answer($once), '403 used', 'and not again';

sub revoke { my ($lines, @origin) = @_; return ask('/revoke', method => 'POST', body => $lines, headers => [map { [origin => $_] } @origin])->{status} }
my $leaked = azion('/leaked');
my $token = "token " . ($leaked =~ /[?]st=([^&]+)/)[0] . "\n";
is revoke($token, 'https://evil.example'), 403, 'a page of another host revokes nothing';
is answer($leaked), '200', 'and the link opens on';
is revoke("tokn x\n"), 400, 'nor does a line with a mistake';
is revoke($token, 'https://localhost'), 204, 'a link is revoked';
is answer($leaked), '403 revoked', 'and does not open from then on';
is answer(azion('/leaked', expires => later() + 1)), '200', 'and another for the same file does';
is revoke("$token" x 2000), 204, 'as are many at once';
my $too_many = ask('/revoke', method => 'POST', body => '#' x (1 << 20) . "\n");
is "$too_many->{status} $too_many->{body}", "413 nothing is revoked; send a megabyte at most, and the rest after it\n", 'and too many are refused';

SKIP: {
    # A token is no secret that a replay would find out, and a replay opens nothing that the link does not open.
    my $early = ask(azion('/a.txt'), early => JSON::PP::true);
    skip 'this NGINX, with its OpenSSL, takes no 0-RTT', 2 unless $early->{early};
    is $early->{status}, 200, 'a good link opens in 0-RTT';
    is answer('/a.txt', early => JSON::PP::true), '403 missing', 'and without a token it does not';
}

close $to;
waitpid $client, 0;
$nginx->stop;
is $nginx->alarms, '', 'nothing alarming in the log';
done_testing;
