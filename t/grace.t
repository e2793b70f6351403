# secure_token_playback_grace: who has begun may go on after the token's expiry, and nobody begins then.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Time::HiRes qw(sleep);
use HTTP::Date qw(str2time);
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Nginx;
use SecureToken::Player;
use SecureToken::Wait qw(seconds_until);

plan skip_all => 'this NGINX is built without realip' unless $SecureToken::Nginx::V =~ /--with-http_realip_module/;

# Links of alibaba-b say the minute of their issue, and open for as many seconds as the configuration says.
my $issued  = int(time / 60) * 60;
my $expires = time + 20;
my $ttl     = $expires - $issued;

my $nginx = SecureToken::Nginx->new(main => 'worker_processes 2;');
my $conf  = sub {
    my ($size, $grace) = @_;
    return <<"CONF";
    types { application/vnd.apple.mpegurl m3u8; video/mp2t ts; }
    secure_token_playback_zone viewers:$size;
    # Who asks is who the tests say.
    set_real_ip_from  unix:;
    real_ip_header    X-Client;
    server {
        listen unix:DIR/nginx.sock;
        add_header X-Seen "<\$secure_token_status:\$secure_token_reason:\$secure_token_grace>" always;
        secure_token                 azion;
        secure_token_secret          $SECRET;
        secure_token_playback_grace  $grace;

        location ~ ^/sign/[^/]+/(?<file>.*)            { secure_token_playlist sign; alias DIR/html/film/\$file; }
        location ~ ^(?<title>/pass/[^/]+/)(?<file>.*)   { secure_token gcore; secure_token_uri \$title; secure_token_playlist pass; alias DIR/html/film/\$file; }
        location ~ ^(?<title>/cookie/[^/]+/)(?<file>.*) { secure_token gcore; secure_token_uri \$title; secure_token_source args \$cookie_st; secure_token_cookie st; alias DIR/html/film/\$file; }
        location ~ ^/ectoken/[^/]+/(?<file>.*)          { secure_token ectoken; alias DIR/html/film/\$file; }
        location ~ ^/several/[^/]+/(?<file>.*)          { secure_token ectoken azion; alias DIR/html/film/\$file; }
        location ~ ^/header/[^/]+/(?<file>.*)           { secure_token ectoken; secure_token_source \$http_x_token; alias DIR/html/film/\$file; }
        location ~ ^/plain/[^/]+/(?<file>.*)            { alias DIR/html/film/\$file; }
        location ~ ^/keys/[^/]+/(?<file>.*)             { secure_token_secret $SECRET; secure_token_secret another-secret-here; alias DIR/html/film/\$file; }
        location ~ ^/bound/[^/]+/(?<file>.*)            { secure_token gcore; secure_token_client_ip \$http_x_bound; alias DIR/html/film/\$file; }
        location ~ ^/off/[^/]+/(?<file>.*)              { secure_token_playback_grace off; alias DIR/html/film/\$file; }
        location ~ ^/short/[^/]+/(?<file>.*)            { secure_token_playback_grace 1s; alias DIR/html/film/\$file; }
        location ~ ^/skew/[^/]+/(?<file>.*)             { secure_token_playback_grace 1s; secure_token_clock_skew 2s; alias DIR/html/film/\$file; }
        location ~ ^/dry/[^/]+/(?<file>.*)              { secure_token_dry_run on; alias DIR/html/film/\$file; }
        location ~ ^/early/[^/]+/(?<file>.*)            { set \$early \$secure_token_status; add_header X-Early <\$early>; alias DIR/html/film/\$file; }
        location /index/                                { index all.m3u8; alias DIR/html/film/; }
        location ~ "^/\\d{12}/"                         { secure_token alibaba-b; secure_token_ttl $ttl; rewrite ^/[^/]+/[^/]+/[^/]+/[^/]+/(.*) /film/\$1 break; }
    }
CONF
};
$nginx->configure(http => $conf->('1m', '1h'));
$nginx->write("html/film/$_", $SecureToken::Player::STREAM{$_}) for keys %SecureToken::Player::STREAM;
$nginx->start;

my ($viewer, $other) = ('192.0.2.7', '192.0.2.8');
sub ask {
    my ($link, $client, @headers) = @_;
    return $nginx->raw(join "\r\n", "GET $link HTTP/1.0", 'Host: localhost', defined $client ? "X-Client: $client" : (), @headers, '', '');
}
sub status { return ask(@_)->{status} }
sub link_to { my ($path, %with) = @_; return azion($path, expires => $expires, %with) }
sub for_title { my ($path, %with) = @_; my ($title) = $path =~ m{^(/[^/]+/[^/]+/)}; return gcore($path, signs => $title, expires => $expires, %with) }
sub query_of { return $_[0] =~ s/.*\?//r }
# Each has a path, which a link of the scheme has in its query.
my @children = qw(720p/index.m3u8 720p/1.ts audio/en.m3u8 film.key);

my %ectoken = map { ($_ => ectoken_token("ec_expire=$expires")) } qw(used unused header several);
$ectoken{host} = ectoken_token("ec_expire=$expires&ec_host_allow=localhost");
my %issued = (time => $issued);

# --- Before the expiry ---------------------------------------------------------------------------------------------

my @begun = (
    link_to('/sign/42/all.m3u8'), for_title('/pass/42/all.m3u8'), for_title('/cookie/42/all.m3u8'), "/ectoken/42/all.m3u8?$ectoken{used}", "/ectoken/43/all.m3u8?$ectoken{host}", link_to('/several/42/all.m3u8'), link_to('/plain/42/all.m3u8'),
    link_to('/plain/42/720p/index.m3u8'), link_to('/keys/42/all.m3u8'), link_to('/off/42/all.m3u8'), link_to('/dry/42/all.m3u8'), link_to('/early/42/all.m3u8'), link_to('/index/'),
    alibaba_b('/path/42/all.m3u8', %issued), link_to('/plain/1/2/3/4/5/6/7/8/9/10/all'),
);
# The last one has no such file.
is_deeply [map { status($_, $viewer) } @begun], [(200) x $#begun, 404], 'viewers begin, each in another way';
my $master = ask(link_to('/sign/42/all.m3u8'), $viewer);
is status('/header/42/all.m3u8', $viewer, "X-Token: $ectoken{header}"), 200, '... and by a header';
is status(gcore('/bound/42/all.m3u8', expires => $expires, ip => '198.51.100.1'), $viewer, 'X-Bound: 198.51.100.1'), 200, '... and bound to an address';
is status(link_to('/plain/44/all.m3u8')), 200, '... and by who has no address';
like $master->{head}, qr/^X-Seen: <PASSED::>\r?$/m, 'that is no grace';
{
    my $most = seconds_until($expires + 3600);
    my ($age) = ask(for_title('/cookie/42/all.m3u8'), $viewer)->{header}{'set-cookie'} =~ /Max-Age=(\d+)/;
    my $least = seconds_until($expires + 3600);
    ok $age >= $least && $age <= $most, 'a cookie lasts to the end of the grace' or diag "$age, $least to $most";
}
is_deeply [map { status($_, $viewer) } for_title('/pass/42/all.m3u8', secret => 'not-the-right-secret'), '/plain/45/all.m3u8'], [403, 403], 'what is refused is refused';
ok time < $expires, 'all of that was in time' or diag time - $expires;

# --- After it -------------------------------------------------------------------------------------------------------

# NGINX says in Date what time it was when it decided. A busy machine leaves out a second now and then: then there is
# another round, of viewers that begin anew.
my (%seen, @wrong);
my %opens = (short => 1, skew => 3);
for my $round (1 .. 20) {
    my $end = time + 3;
    my $over = sub { my ($answer) = @_; return str2time($answer->{header}{date}) - $end };
    my $view = sub { my ($place) = @_; return ask(azion("/$place/$round/all.m3u8", expires => $end), $viewer) };
    next if grep { my $begins = $view->($_); $over->($begins) > 0 } sort keys %opens;
    until (seconds_until($end) < -4) {
        for my $place (sort keys %opens) {
            my $answer = $view->($place);
            my $now = $over->($answer);
            $seen{"$place $now"}++ if $now >= 0 && $now <= 4;
            push @wrong, "$place $now: $answer->{status}" if $answer->{status} != ($now <= $opens{$place} ? 200 : 410);
        }
        sleep 0.1;
    }
    last if keys %seen == 2 * 5;
}
is_deeply [sort keys %seen], [map { my $place = $_; map { "$place $_" } 0 .. 4 } sort keys %opens], 'each second around the end of the grace was asked in';
is_deeply \@wrong, [], 'the grace is as long as it says, from the end of the clock skew on, and not a second longer';
sleep 0.1 until seconds_until($expires) < -1;

my @links = map { "/sign/42/$_" } SecureToken::Player::names($master->{body});
is_deeply [map { s/\?.*//r } @links], ['/sign/42/audio/en.m3u8', '/sign/42/720p/index.m3u8'], 'the playlist has links';

my $first = ask($links[1], $viewer);
is $first->{status}, 200, 'sign: a link of the playlist opens that was not used before';
like $first->{head}, qr/^X-Seen: <PASSED::[1-9]\d*>\r?$/m, '... which is said by variables';
like $nginx->log, qr/\[info\] [^\n]*secure_token: grace, [1-9]\d* seconds after expiry, scheme: azion, client: 192\.0\.2\.7,/, '... and by the log';
# What lies above the playlist gets no token.
my @segments = map { "/sign/42/720p/$_" } grep { /\?/ } SecureToken::Player::names($first->{body});
is scalar @segments, 2, '... which has links';
is_deeply [map { status($_, $viewer) } @segments], [map { 200 } @segments], 'sign: and so do those of the playlist in it';
is_deeply [map { status($_, $other) } @links, @segments], [map { 410 } @links, @segments], 'sign: not for another client';
is_deeply [map { status(link_to("/sign/43/$_"), $viewer) } 'all.m3u8', @children], [map { 410 } 'all.m3u8', @children], 'sign: and nothing of another stream';

is_deeply [map { status(for_title("/pass/42/$_"), $viewer) } @children], [map { 200 } @children], 'pass: the same token opens on';
is_deeply [map { status(for_title("/pass/42/$_"), $other) } @children], [map { 410 } @children], 'pass: not for another client';
is_deeply [map { status(for_title("/pass/43/$_"), $viewer) } @children], [map { 410 } @children], 'pass: nor another token of the same second';

my $cookie = 'Cookie: st=' . query_of(for_title('/cookie/42/'));
is_deeply [map { status("/cookie/42/$_", $viewer, $cookie) } @children], [map { 200 } @children], 'cookie: the token of the link opens on from the cookie';
is_deeply [map { status("/cookie/42/$_", $other, $cookie) } @children], [map { 410 } @children], 'cookie: not for another client';
is status('/cookie/43/all.m3u8', $viewer, $cookie), 403, 'cookie: nor another stream';
is status('/cookie/43/all.m3u8', $viewer, 'Cookie: st=' . query_of(for_title('/cookie/43/'))), 410, 'cookie: nor one that was not used before';

is_deeply [map { status(alibaba_b("/path/42/$_", %issued), $viewer) } @children], [map { 200 } @children], 'a token in the path: what lies in the directory and below opens on';
is_deeply [map { status(alibaba_b("/path/42/$_", %issued), $other) } @children], [map { 403 } @children], 'a token in the path: not for another client';
is status(alibaba_b('/path/43/all.m3u8', %issued), $viewer), 403, 'a token in the path: nor another stream';

is_deeply [map { status("/ectoken/42/$_?$ectoken{used}", $viewer) } @children], [map { 200 } @children], 'ectoken: the same token opens on';
is status("/ectoken/42/all.m3u8?$ectoken{used}", $other), 403, 'ectoken: not for another client';
is status("/ectoken/42/all.m3u8?$ectoken{unused}", $viewer), 403, 'ectoken: nor another one, where it was used and in the same second';
is status('/header/42/film.key', $viewer, "X-Token: $ectoken{header}"), 200, 'a header: the same token opens on';
is status("/ectoken/43/all.m3u8?$ectoken{host}", $viewer), 200, 'what a token demands holds';
is $nginx->raw("GET /ectoken/43/all.m3u8?$ectoken{host} HTTP/1.0\r\nHost: example.com\r\nX-Client: $viewer\r\n\r\n")->{status}, 403, '... and has to';
is status(link_to('/several/42/film.key'), $viewer), 200, 'several schemes: the one that was used';
is status("/several/42/film.key?$ectoken{several}", $viewer), 403, '... and no other';

is_deeply [map { status(link_to("/plain/42/$_"), $viewer) } 'all.m3u8', @children], [map { 200 } 'all.m3u8', @children], 'links that the application signs for each file';
is status(link_to('/plain/43/all.m3u8'), $viewer), 410, '... not of another stream';
is status(link_to('/plain/42a/all.m3u8'), $viewer), 410, '... nor of one whose name begins alike';
is status(link_to('/plain/42/../43/all.m3u8', signs => '/plain/43/all.m3u8'), $viewer), 410, '... however it is spelled';
is status(link_to('/plain/42/film.key', expires => $expires - 1), $viewer), 410, '... nor of another second';
is status(link_to('/plain/42/film.key', secret => 'not-the-right-secret'), $viewer), 403, '... nor what is not signed';
is status('/plain/42/film.key', $viewer), 403, '... nor without a token';
is status(link_to('/plain/1/2/3/4/5/6/7/8/9/10/11/all'), $viewer), 404, '... also deep down';
is status(link_to('/plain/1/2/3/4/5/6/7/8/9/all'), $viewer), 410, '... but not above where the viewer was';
is status(link_to('/plain/1/2/3/4/5/6/7/8/9/10/' . 'a/' x 15 . 'all'), $viewer), 404, '... as deep as sixteen directories';
is status(link_to('/plain/1/2/3/4/5/6/7/8/9/10/' . 'a/' x 16 . 'all'), $viewer), 410, '... and no deeper';
is status(link_to('/keys/42/film.key'), $viewer), 200, 'of several secrets the one that was used';
is status(link_to('/keys/42/film.key', secret => 'another-secret-here'), $viewer), 410, '... and no other';
is status(gcore('/bound/42/film.key', expires => $expires, ip => '198.51.100.1'), $other, 'X-Bound: 198.51.100.1'), 200, 'the client is the one that tokens are bound to';
is status(gcore('/bound/42/film.key', expires => $expires, ip => '198.51.100.2'), $viewer, 'X-Bound: 198.51.100.2'), 410, '... and no other';
is status(link_to('/plain/44/all.m3u8')), 410, 'who has no address is not known again';
is status(link_to('/off/42/all.m3u8'), $viewer), 410, 'where it is off there is none';
is ask(link_to('/dry/42/all.m3u8'), $other)->{header}{'x-seen'}, '<EXPIRED_DRY_RUN:expired:>', 'dry run: for another client';
like ask(link_to('/dry/42/all.m3u8'), $viewer)->{header}{'x-seen'}, qr/^<PASSED::\d+>/, 'dry run: for the viewer';
is ask(link_to('/early/42/all.m3u8'), $viewer)->{header}{'x-early'}, '<PASSED>', 'before the access phase a variable says the same';
is status(link_to('/index/'), $viewer), 200, 'the index of a directory';
is status(link_to('/index/'), $other), 410, '... not for another client';

# --- Reloads, and workers that die --------------------------------------------------------------------------------------

ok $nginx->renew, 'the configuration is read again';
is_deeply [map { status($_, $viewer) } $links[0], for_title('/pass/42/film.key')], [200, 200], 'the viewer goes on';
is status($links[0], $other), 410, '... and nobody else';
my @old = $nginx->workers;
kill KILL => @old;
ok $nginx->wait_for(sub { my %now = map { $_ => 1 } $nginx->workers; keys %now >= 2 && !grep { $now{$_} } @old }), 'all workers are killed, and others come';
is_deeply [map { status($_, $viewer) } $links[0], for_title('/pass/42/film.key')], [200, 200], 'the viewer goes on';

# --- When the grace is over -----------------------------------------------------------------------------------------------

$nginx->configure(http => $conf->('1m', '1s'));
ok $nginx->renew, 'a shorter grace';
is status($links[0], $viewer), 410, 'holds for who was there before';
$nginx->configure(http => $conf->('2m', '1h'));
$nginx->clear_log;
ok $nginx->renew, 'another size of the zone';
like $nginx->log, qr/\[notice\] [^\n]*"secure_token_playback_zone": the size of the zone "viewers" changes from 1048576 to 2097152 bytes: it remembers nobody from before/, '... is told of';
is status($links[0], $viewer), 410, 'nobody is remembered then';
unlike join('', grep { !/exited on signal 9/ } split /^/, $nginx->alarms), qr/./, 'nothing alarming in the log';
$nginx->stop;
done_testing;
