# secure_token_playlist: what a long playlist and a client that does not read take of a worker's memory.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Nginx;

my $expires = later;
sub link_to { my ($path, @with) = @_; return azion($path, expires => $expires, @with) }

# A secret in two pieces.
my ($some, $rest) = ('x' x 100, $SECRET);

my $nginx = SecureToken::Nginx->new;
$nginx->configure(http => <<"CONF");
    types { application/vnd.apple.mpegurl m3u8; }
    server {
        listen unix:DIR/nginx.sock;
        secure_token          azion;
        secure_token_secret   $SECRET;
        secure_token_playlist sign;
        send_timeout          60s;

        location /vod/      { }
        location /joined/   { set \$some $some; secure_token_secret "\${some}$rest"; alias DIR/html/vod/; }
        location /sendfile/ { sendfile on; alias DIR/html/vod/; }
        location /postpone/ { postpone_output 64k; alias DIR/html/vod/; }
        location /proxy/    { proxy_max_temp_file_size 0; proxy_pass http://unix:DIR/origin.sock:/vod/; }
        location /slow/     { proxy_buffering off; proxy_pass http://unix:DIR/origin.sock:/vod/; }
    }
    server { listen unix:DIR/origin.sock; location / { root DIR/html; } }
CONF

# With tokens about 10 MB.
my $count = 150_000;
$nginx->write('html/vod/long.m3u8', join '', "#EXTM3U\n", map { "$_.ts\n#EXTINF:\n" } 1 .. $count);
$nginx->start;
my ($worker) = $nginx->workers;

sub ticks { my @stat = split ' ', SecureToken::Wait::contents("/proc/$worker/stat") =~ s/.*\)//sr; return $stat[11] + $stat[12] }
sub kilobytes { return SecureToken::Wait::contents("/proc/$worker/status") =~ /^VmHWM:\s+(\d+) kB/m ? $1 : die "no memory of $worker\n" }

# Nothing that is there once is counted.
$nginx->get(link_to('/vod/long.m3u8'));

for my $place (qw(vod joined sendfile postpone proxy slow)) {
    my $before = kilobytes();
    my $connection = $nginx->connect;
    my $link = link_to("/$place/long.m3u8", $place eq 'joined' ? (secret => "$some$rest") : ());
    syswrite $connection, "GET $link HTTP/1.0\r\nHost: localhost\r\n\r\n";
    ok sysread($connection, my $text, 4096), "$place: an answer begins";
    # As much comes as sockets hold, and then the worker has nothing to do.
    my ($ticks, $same) = (-1, 0);
    SecureToken::Wait::wait_for(sub {
        my $now = ticks();
        $same = $now == $ticks ? $same + 1 : 0;
        $ticks = $now;
        select undef, undef, undef, 0.05;
        return $same >= 8;
    });
    cmp_ok kilobytes() - $before, '<', 2048, "$place: the worker grows by no more than 2 MB";
    1 while sysread $connection, $text, 262_144, length $text;
    cmp_ok kilobytes() - $before, '<', 2048, "$place: nor does it later";
    my $lines = () = $text =~ /^\d+\.ts\?st=[\w-]{22}&e=$expires$/mg;
    is $lines, $count, "$place: and all of it comes";
}

is $nginx->alarms, '', 'nothing alarming in the log';
done_testing;
