# Links that are passed around: secure_token_max_clients and secure_token_max_uses.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Facts;
use SecureToken;
use SecureToken::Metrics;
use SecureToken::Nginx;
use SecureToken::Schemes;

plan skip_all => 'this NGINX is built without realip' unless $SecureToken::Nginx::V =~ /--with-http_realip_module/;

my $later = later();
my $nginx = SecureToken::Nginx->new(main => 'worker_processes 2;');
my $files = "alias DIR/html/dir/;";
sub place_of { my ($scheme) = @_; return "of-$_[0]{name}" }
my @of_schemes = map {
    my $free = $_->{client_ip} eq 'always' ? 'secure_token_client_ip off;' : '';
    my $where = in_path($_) ? '~ ^(?:/[^/]*)*/' . place_of($_) . '/' : '/' . place_of($_) . '/';
    "location $where { secure_token $_->{name}; secure_token_secret " . secret_of($_, $SECRET) . "; $free secure_token_max_uses 1; try_files /dir/a.txt =404; }\n";
} schemes();
$nginx->write("html/dir/$_", "the file, and more of it\n") for qw(a.txt b.txt in/a.txt);
my $conf = <<"CONF";
    secure_token_links links:2m;
    secure_token_zone  tokens:1m;
    set_real_ip_from   unix:;
    real_ip_header     X-Client;
    log_format seen '\$request_method \$request_uri \$status <\$secure_token_status:\$secure_token_reason>';

    server {
        listen unix:DIR/nginx.sock;
        access_log DIR/seen.log seen;
        add_header X-Seen "<\$secure_token_status:\$secure_token_reason>" always;
        secure_token         azion;
        secure_token_secret  $SECRET;

        location /open/      { $files }
        location /once/      { secure_token_max_uses 1; $files }
        location /thrice/    { secure_token_max_uses 3; $files }
        location /preview/   { secure_token_max_uses 1 head=free; $files }
        location /one/       { secure_token_max_clients 1; $files }
        location /three/     { secure_token_max_clients 3; $files }
        location /many/      { secure_token_max_clients 12; $files }
        location /wide/      { secure_token_max_clients 1 ipv4=24 ipv6=48; $files }
        location /exact/     { secure_token_max_clients 1 ipv6=128; $files }
        location /both/      { secure_token_max_clients 2; secure_token_max_uses 4; $files }
        location /dry/       { secure_token_max_uses 1; secure_token_dry_run on; $files }
        location /wet/       { secure_token_max_uses 1; secure_token_uri \$arg_for; $files }
        location /told/      { secure_token gcore; secure_token_max_clients 1; secure_token_client_ip \$http_x_told; $files }
        location /off/       { secure_token_max_clients 1; secure_token_max_uses 1; location /off/in/ { secure_token_max_clients off; secure_token_max_uses off; $files } }
        location /forms/     { secure_token azion bunny-basic; secure_token_max_uses 1; $files }
        location /way/       { secure_token_max_uses 1; secure_token_uri \$arg_for; try_files /nowhere /tried/a.txt?\$args; }
        location = /tried/a.txt { secure_token_max_uses 1; secure_token_uri \$arg_for; secure_token_dry_run on; try_files /nowhere /end/a.txt?\$args; }
        location = /end/a.txt { secure_token_max_uses 1; secure_token_uri \$arg_for; alias DIR/html/dir/a.txt; }
        location /index/     { secure_token_max_uses 1; index a.txt; $files }
        location /early/     { set \$early \$secure_token_reason; add_header X-Seen "<\$secure_token_status:\$secure_token_reason>" always; add_header X-Early "<\$early>" always; secure_token_max_uses 1; $files }
        location /satisfied/ { secure_token_max_uses 1; satisfy any; deny all; $files }
        location ~ ^(?<title>/title/[^/]+/)(?<file>.*) { secure_token gcore; secure_token_client_ip off; secure_token_uri \$title; secure_token_max_clients 3; alias DIR/html/dir/\$file; }
        location = /metrics  { secure_token off; secure_token_metrics; }
        @of_schemes
    }
CONF
$nginx->configure(http => $conf)->start;
my @workers = $nginx->workers;

sub ask {
    my ($link, $client, %with) = @_;
    my $method = $with{method} // 'GET';
    return $nginx->raw(join "\r\n", "$method $link HTTP/1.0", 'Host: localhost', 'X-Client: ' . ($client // '192.0.2.1'), @{ $with{headers} // [] }, '', '');
}
sub seen   { my ($answer) = @_; my ($seen) = ($answer->{header}{'x-seen'} // '') =~ /<(.*)>/; return "$answer->{status} " . ($seen // '') }
sub opens  { my ($name, @ask) = @_; my $answer = ask(@ask); is seen($answer), "$answer->{status} PASSED:", $name; like $answer->{status}, qr/^20[06]$/, "$name, with an answer" }
sub shared { my ($name, @ask) = @_; is seen(ask(@ask)), '403 REJECTED:shared', $name }
sub used   { my ($name, @ask) = @_; is seen(ask(@ask)), '403 REJECTED:used', $name }
# A link of its own each time.
my $number = 0;
sub link_to { my ($path, %with) = @_; return azion($path, expires => $later + $number++, %with) }

# --- One-time links ------------------------------------------------------------------------------------------------

my $once = link_to('/once/a.txt');
opens 'a one-time link opens', $once;
used 'and not a second time', $once;
used 'nor for anybody else', $once, '192.0.2.2';
used 'nor with something behind it', "$once&x=1";
used 'nor with its arguments the other way round', $once =~ s/\?(st=[^&]*)&(e=\d+)/?$2&$1/r;
used 'nor with a letter of its token escaped', $once =~ s/(?<=\?st=)(.)/sprintf '%%%02x', ord $1/er;
used 'nor by HEAD', $once, undef, method => 'HEAD';
opens 'another link to the same file opens', link_to('/once/a.txt');
is seen(ask($once =~ s/e=\d+/'e=' . ($later + 1000)/er)), '403 REJECTED:signature', 'a link that is wrong is refused for that';
is seen(ask(azion('/once/a.txt', expires => earlier()))), '410 EXPIRED:expired', 'and one that expired for that';
used 'none of which changed anything', $once;

my $head = link_to('/once/a.txt');
opens 'HEAD uses a link up as GET does', $head, undef, method => 'HEAD';
used 'so that GET comes too late', $head;

my $preview = link_to('/preview/a.txt');
opens 'with head=free HEAD does not', $preview, undef, method => 'HEAD' for 1 .. 3;
opens 'so that GET opens it still', $preview;
used 'and HEAD is refused from then on', $preview, undef, method => 'HEAD';

my $thrice = link_to('/thrice/a.txt');
opens "use number $_ of three", $thrice, "192.0.2.$_" for 1 .. 3;
used 'and the fourth', $thrice;

my $ranges = link_to('/thrice/a.txt');
opens 'each part of a file is a use', $ranges, undef, headers => ["Range: bytes=$_"] for '0-1', '2-3', '4-';
used 'and the next part is one too many', $ranges, undef, headers => ['Range: bytes=0-'];

# --- A limit of clients --------------------------------------------------------------------------------------------

my $one = link_to('/one/a.txt');
opens 'a link that one may use opens for who comes first', $one, '192.0.2.7';
opens 'who may resume as well', $one, '192.0.2.7', headers => ['Range: bytes=5-'] for 1 .. 5;
opens 'and ask by HEAD', $one, '192.0.2.7', method => 'HEAD';
shared 'and for nobody else', $one, '192.0.2.8';
shared 'not even by HEAD', $one, '192.0.2.8', method => 'HEAD';
shared 'nor by IPv6', $one, '2001:db8::7';
opens 'who is the same by IPv6 written otherwise is no other', $one, '::ffff:192.0.2.7';
opens 'another link opens for another one', link_to('/one/a.txt'), '192.0.2.8';

my $three = link_to('/three/a.txt');
opens "client $_ of three", $three, "192.0.2.$_" for 1 .. 3;
shared 'the fourth', $three, '192.0.2.4';
opens "client $_ still", $three, "192.0.2.$_" for 3, 1, 2;

my $many = link_to('/many/a.txt');
opens "client $_ of twelve", $many, "192.0.2.$_" for 1 .. 12;
shared 'the thirteenth', $many, '192.0.2.13';
opens "client $_ of twelve still", $many, "192.0.2.$_" for 12, 6, 1;

my $family = link_to('/one/a.txt');
opens 'a family behind one prefix is one client', $family, "2001:db8:0:7::$_" for 1 .. 3;
shared 'and their neighbours are another', $family, '2001:db8:0:8::1';
my $wide = link_to('/wide/a.txt');
opens 'a prefix that is shorter takes in more', $wide, $_ for '192.0.2.1', '192.0.2.200';
shared 'and not all', $wide, $_ for '192.0.3.1', '2001:db8::1';
my $wide6 = link_to('/wide/a.txt');
opens 'so it does of IPv6', $wide6, $_ for '2001:db8:1::1', '2001:db8:1:ffff::';
shared 'and not all of that', $wide6, '2001:db8:2::1';
my $exact = link_to('/exact/a.txt');
opens 'a prefix of all bits is the address', $exact, '2001:db8::1';
shared 'and the next address is another', $exact, '2001:db8::2';

my $both = link_to('/both/a.txt');
opens 'two clients and four uses', $both, $_ for '192.0.2.1', '192.0.2.2', '192.0.2.1';
shared 'who is too many uses nothing up', $both, "192.0.2.$_" for 3 .. 9;
opens 'so that the fourth use is there', $both, '192.0.2.2';
used 'and no fifth', $both, $_ for '192.0.2.1', '192.0.2.3';

my $told = sub { my ($address) = @_; return ask(gcore('/told/a.txt', ip => $address, expires => $later), undef, headers => ["X-Told: $address"]) };
is seen($told->('192.0.2.9')), '200 PASSED:', 'clients are those of secure_token_client_ip';
is seen($told->('nobody')), '403 REJECTED:client_ip', 'who has no address cannot be counted, and is refused';

# --- Where, and how often a request is counted ----------------------------------------------------------------------

my $open = link_to('/open/a.txt');
opens 'where nothing is limited nothing is counted', $open, "192.0.2.$_" for 1 .. 4;
my $off = link_to('/off/in/a.txt');
opens 'nor where a limit is off', $off, "192.0.2.$_" for 1 .. 3;
opens 'a directory with its index is one use', my $index = link_to('/index/');
used 'and the next one another', $index;
my $early = link_to('/early/a.txt');
my $answer = ask($early);
is "$answer->{header}{'x-early'} " . seen($answer), '<> 200 PASSED:', 'a variable that is asked for early counts nothing';
$answer = ask($early);
is "$answer->{header}{'x-early'} " . seen($answer), '<used> 403 REJECTED:used', 'and tells what comes of it';
my $satisfied = link_to('/satisfied/a.txt');
opens 'satisfy any opens by a link', $satisfied;
used 'once', $satisfied;
my $title = sub { gcore("/title/film/$_[0]", signs => '/title/film/', expires => $later) };
opens "a token for a directory is one link: client $_", $title->('a.txt'), "192.0.2.$_" for 1 .. 3;
opens 'whatever file it is', $title->("$_.txt"), '192.0.2.2' for qw(a b in/a) x 20;
shared 'and another one is too many with each', $title->("$_.txt"), '192.0.2.4' for qw(a b in/a);
my $dry = link_to('/dry/a.txt');
opens 'a dry run lets the first in', $dry;
is seen(ask($dry)), '200 REJECTED_DRY_RUN:used', 'and all others, and tells of them' for 1 .. 3;
my ($of_dry) = $dry =~ /\?(.*)/;
opens 'it used nothing up', "/wet/a.txt?$of_dry&for=/dry/a.txt";
used 'which a location in earnest does', "/wet/a.txt?$of_dry&for=/dry/a.txt";

# --- Every scheme --------------------------------------------------------------------------------------------------

for my $scheme (schemes()) {
    # Some open for a minute, and some say only in which they expire.
    my $soon = $scheme->{link} =~ /yyyymmddhhmm/ ? 300 : 50;
    my $signed = sub { signed($scheme, prefix_of($scheme) . '/' . place_of($scheme) . '/a.txt', expires => later($soon), secret => $SECRET) };
    my $link = $signed->();
    opens "$scheme->{name}: a one-time link opens", $link;
    used "$scheme->{name}: and not a second time", $link;
    next if in_path($scheme) || $scheme->{name} =~ /^leaseweb|url/ ;
    my $answer = ask("$link&x=1");
    like seen($answer), qr/REJECTED:(?:used|signature|malformed)$/, "$scheme->{name}: nor otherwise";
}

# Where several schemes make the same token of the same secret it is one link in each form.
my $way = link_to('/way/a.txt') . '&for=/way/a.txt';
opens 'a request that comes through a dry run to a limit again is one', $way;
used 'and no second one', $way;
my $both_forms = link_to('/forms/a.txt');
my ($token, $end) = $both_forms =~ /st=([^&]*)&e=(\d+)/;
opens 'a link of two schemes opens', $both_forms;
used 'once, in whichever form', "/forms/a.txt?token=$token&expires=$end";

# --- What is told of it --------------------------------------------------------------------------------------------

like $nginx->log, qr/\[error\] [^\n]*secure_token: used, scheme: azion, client: 192\.0\.2\.2,/, 'the log says that a link was used';
like $nginx->log, qr/\[error\] [^\n]*secure_token: shared, scheme: azion, client: 192\.0\.2\.8,/, 'and that one is shared';
like $nginx->log, qr/secure_token: used, scheme: azion, dry run/, 'and what a dry run would have done';
like $nginx->written('seen.log', qr/REJECTED:shared/), qr{^GET /one/a\.txt\?\S+ 403 <REJECTED:shared>$}m, 'and so do the variables';
my $told_of = ask('/metrics')->{body};
like $told_of, qr/^secure_token_requests_total\{label="",scheme="azion",status="rejected",reason="used"\} \d+$/m, 'they are counted';
like $told_of, qr/^secure_token_requests_total\{label="",scheme="azion",status="rejected",reason="shared"\} \d+$/m, 'both of them';
my ($room)  = $told_of =~ /^secure_token_links\{state="room"\} (\d+)$/m;
my ($taken) = $told_of =~ /^secure_token_links\{state="taken"\} (\d+)$/m;
ok $room > 25000 && $room < 2 * 1024 * 1024 / 64, 'how many links there is room for' or diag $room;
ok $taken > 40 && $taken < 200, 'and how many are remembered' or diag $taken;
like $told_of, qr/^secure_token_links_forgotten_total 0$/m, 'and that none was forgotten';

# --- Through reloads, upgrades and deaths of workers ----------------------------------------------------------------

$nginx->renew or die 'NGINX does not reload';
used 'a link that was used is so after a reload', $once;
shared 'one that is shared is so too', $one, '192.0.2.8';
opens 'and opens for whom it opened', $one, '192.0.2.7';
kill KILL => $nginx->workers;
$nginx->wait_for(sub { my @now = $nginx->workers; @now == 2 }) or die 'NGINX has no workers';
used 'and after all workers were killed', $once;
$nginx->configure(http => $conf =~ s/links:2m/links:3m/r)->reload;
like $nginx->log, qr/\[error\] [^\n]*"secure_token_links": the size of the zone "links" changes from 2097152 to 3145728 bytes: links that were used may be used anew/, 'a zone of another size begins anew, and says so';
$nginx->wait_for(sub { ask($once)->{status} == 200 });
used 'a link is used up in that as well', $once;
is $nginx->alarms =~ s/^.*exited on signal 9.*\n//gmr, '', 'no alarm but the kills';

done_testing;
