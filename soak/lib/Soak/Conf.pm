package Soak::Conf;

# The configuration that is soaked: schemes, streams, cookies, graces and secrets of several kinds, each with a
# label of its own.

use strict;
use warnings;

use SecureToken qw($SECRET);

use Exporter qw(import);
our @EXPORT_OK = qw(conf write_files $SECOND $TENANT @LINKS $BIG);

our $SECOND = 'the-second-secret-for-tests';
our $TENANT = 'the-secret-of-one-tenant';
# What is in a playlist, and how much in the big file.
our @LINKS = map { "$_.ts" } 1 .. 40;
our $BIG   = 400_000;

sub write_files {
    my ($nginx) = @_;
    $nginx->write('html/film/all.m3u8', join '', "#EXTM3U\n", map { "#EXTINF:4,\n$_\n" } @LINKS);
    $nginx->write('html/film/1.ts', "a segment\n");
    $nginx->write('html/big.bin', 'x' x $BIG);
    return;
}

# Each reload brings another one: one place more, one place less, and another secret there. The metrics have a port
# to themselves, so that at an upgrade the old NGINX and the new one can be asked apart.
sub conf {
    my ($round, $size, %port) = @_;
    # In ten minutes there are many viewers, and none is to be forgotten.
    my $viewers = $size =~ s/(\d+)/16 * $1/er;
    my $changing = $round % 2 ? "location /changing/ { secure_token gcore ectoken; secure_token_secret a-secret-of-round-$round; secure_token_strip on; alias DIR/html/; }" : '';
    return <<"    CONF";
    types { application/vnd.apple.mpegurl m3u8; video/mp2t ts; text/plain txt; }
    secure_token_zone          tokens:$size;
    secure_token_playback_zone viewers:$viewers;
    map \$arg_tenant \$tenant_secret { one $TENANT; }
    server {
        listen 127.0.0.1:$port{http1} backlog=1024;
        listen 127.0.0.1:$port{http2} backlog=1024 http2;
        keepalive_requests   1000;
        access_log           DIR/access.log;
        secure_token         azion;
        secure_token_secret  $SECRET id=first;
        secure_token_secret  $SECOND id=second;

        location /azion/   { secure_token_label azion; alias DIR/html/; }
        location /gcore/   { secure_token gcore; secure_token_client_ip \$remote_addr; secure_token_label gcore; alias DIR/html/; }
        location /ectoken/ { secure_token ectoken; secure_token_label ectoken; alias DIR/html/; }
        location /sign/    { secure_token_playlist sign; secure_token_label sign; alias DIR/html/film/; }
        location ~ ^(?<title>/pass/[^/]+/)(?<file>.*) {
            secure_token          gcore;
            secure_token_uri      \$title;
            secure_token_source   args \$cookie_st;
            secure_token_cookie   st;
            secure_token_playlist pass;
            secure_token_label    pass;
            alias                 DIR/html/film/\$file;
        }
        location ~ ^/grace/[^/]+/(?<file>.*) { secure_token_playback_grace 1h; secure_token_label grace; alias DIR/html/\$file; }
        location /strip/   { secure_token_strip on; secure_token_label strip; proxy_pass http://127.0.0.1:$port{origin}; }
        location /tenant/  { secure_token_secret \$tenant_secret id=tenant; secure_token_label tenant; alias DIR/html/; }
        $changing
    }
    server {
        listen 127.0.0.1:$port{origin} backlog=1024;
        return 200 "origin: \$request_uri\\n";
    }
    server {
        listen 127.0.0.1:$port{metrics};
        location = /metrics { secure_token_metrics; }
    }
    CONF
}

1;
