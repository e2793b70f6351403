# secure_token_revoke: what is sent to it is revoked for all workers at once, and stays so.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(hmac_sha256_hex);
use Test::More;
use Facts;
use SecureToken;
use SecureToken::Nginx;
use SecureToken::Schemes;

plan skip_all => 'this NGINX is built without realip' unless $SecureToken::Nginx::V =~ /--with-http_realip_module/;

my $later = later();
my $nginx = SecureToken::Nginx->new(main => 'worker_processes 4;');
my $files = 'alias DIR/html/dir/;';
$nginx->write('html/dir/a.txt', "a file\n");
$nginx->write('passwords', "desk:{PLAIN}support\n");

sub value_of { my ($link, $name) = @_; my ($value) = $link =~ /[?&]\Q$name\E=([^&]*)/; return $value }
sub token_of { my ($scheme, $link) = @_; my ($at, $length) = field_in($scheme, $link, 'token'); return substr $link, $at, $length }
# In how many seconds links expire: some open for a minute, and some say only in which they expire.
sub soon { return $_[0]{link} =~ /yyyymmddhhmm/ ? (300, 600) : (50, 20) }
my $number = 0;
# A link of its own each time.
sub link_to { my ($path, %with) = @_; return azion($path, expires => $later + $number++, %with) }
# exp=time~id=session~hmac=HMAC(exp=time~id=session~url=path)
sub of_session {
    my ($path, $session) = @_;
    my $claims = "exp=$later~id=$session";
    return "$path?hdnts=$claims~hmac=" . hmac_sha256_hex("$claims~url=$path", $SECRET);
}

my $hex = unpack 'H*', $SECRET;
my @of_schemes = map {
    my $free = $_->{client_ip} eq 'always' ? 'secure_token_client_ip off;' : '';
    # Links that never expire are valid for longer.
    my $life = $_->{anatomy} ne 'digest' || $_->{link} =~ /\{(?:expires|time)/ ? 'secure_token_max_lifetime 30d;' : '';
    my $where = in_path($_) ? "~ ^(?:/[^/]*)*/of-$_->{name}/" : "/of-$_->{name}/";
    "location $where { secure_token $_->{name}; secure_token_secret " . secret_of($_, $SECRET) . "; $free $life try_files /dir/a.txt =404; }\n";
} schemes();
my $conf = <<"CONF";
    secure_token_links links:1m;
    secure_token_zone tokens:1m;
    secure_token_playback_zone viewers:1m;
    set_real_ip_from unix:;
    real_ip_header X-Client;
    client_body_buffer_size 1k;

    server {
        listen unix:DIR/nginx.sock;
        # A connection for each request goes to whichever worker is free.
        keepalive_timeout 0;
        add_header X-Seen "<\$secure_token_status:\$secure_token_reason>" always;
        add_header X-Worker \$pid always;
        secure_token         azion;
        secure_token_max_lifetime 30d;
        secure_token_secret  $SECRET id=old;
        secure_token_secret  another-secret-here id=new;

        location /tokens/  { $files }
        location /keys/    { $files }
        location /grace/   { secure_token_playback_grace 1h; secure_token_uri /grace/; $files }
        location /dry/     { secure_token_dry_run on; $files }
        location /session/ { secure_token akamai; secure_token_secret $hex; $files }
        location /issued/  { secure_token alibaba-a; secure_token_ttl 1h; secure_token_secret $SECRET id=issued; $files }
        location = /revoke { secure_token off; secure_token_revoke; allow unix:; allow 192.0.2.1; deny all; client_max_body_size 0; }
        location = /desk   { secure_token off; secure_token_revoke; auth_basic desk; auth_basic_user_file DIR/passwords; }
        location = /metrics { secure_token off; secure_token_metrics; }
        location = /link   { secure_token_revoke; }
    }
    server {
        listen unix:DIR/nginx.sock;
        server_name schemes;
        keepalive_timeout 0;
        add_header X-Seen "<\$secure_token_status:\$secure_token_reason>" always;
        @of_schemes
    }
CONF
$nginx->configure(http => $conf)->start;

sub send_to {
    my ($location, $body, %with) = @_;
    my $method = $with{method} // 'POST';
    return $nginx->raw(join "\r\n", "$method $location HTTP/1.1", 'Host: localhost', 'Connection: close', @{ $with{headers} // ['Content-Length: ' . length $body] }, '', $body);
}
sub ask { my ($link) = @_; return $nginx->raw(join "\r\n", "GET $link HTTP/1.0", 'Host: ' . ($link =~ m{/of-} ? 'schemes' : 'localhost'), '', '') }
sub seen { my ($answer) = @_; my ($seen) = ($answer->{header}{'x-seen'} // '') =~ /<(.*)>/; return "$answer->{status} " . ($seen // '') }
sub opens   { my ($name, $link) = @_; is seen(ask($link)), '200 PASSED:', $name }
sub revoked { my ($name, $link) = @_; is seen(ask($link)), '403 REJECTED:revoked', $name }
sub accepts { my ($name, $body, @more) = @_; my $answer = send_to('/revoke', $body, @more); is "$answer->{status} $answer->{body}", '204 ', $name or diag $answer->{head} }
sub refuses { my ($name, $body, $text) = @_; my $answer = send_to('/revoke', $body); is $answer->{status}, 400, $name; is $answer->{header}{'content-type'}, 'text/plain; charset=utf-8', "$name, in plain text"; like $answer->{body}, qr/^\Q$text\E[^\n]*\n\z/, "$name, and why" }
sub list { return $nginx->get('/revoke')->{body} }

is list(), "tokens 0\nkeys 0\nsessions 0\n", 'at first nothing is revoked';

# --- Tokens --------------------------------------------------------------------------------------------------------

my ($posted, $good) = (link_to('/tokens/a.txt'), link_to('/tokens/a.txt'));
opens 'a link opens', $posted;
accepts 'its token is revoked', 'token ' . value_of($posted, 'st');
my %worker;
for (1 .. 100) {
    my $answer = $nginx->get($posted);
    $worker{ $answer->{header}{'x-worker'} } = 1;
    seen($answer) eq '403 REJECTED:revoked' or fail('each worker refuses it at once'), last;
}
cmp_ok scalar keys %worker, '>', 1, 'several workers refuse it at once';
revoked 'however it is spelled', $posted =~ s/(?<=\?st=)(.)/sprintf '%%%02x', ord $1/er;
opens 'another link opens', $good;
is list(), "tokens 1\nkeys 0\nsessions 0\n", 'it is counted';
accepts 'to revoke it once more is no mistake', 'token ' . value_of($posted, 'st') . "\n";
is list(), "tokens 1\nkeys 0\nsessions 0\n", 'and counts no second time';

my @many = map { link_to('/tokens/a.txt') } 1 .. 200;
accepts 'comments, empty lines and ends of lines as on other systems', join "\r\n", '# of a forum', '', map { '  token ' . value_of($_, 'st') } @many;
revoked 'of many the first', $many[0];
revoked 'and the last', $many[-1];
like list(), qr/^tokens 201$/m, 'a body that NGINX puts into a file is read as well';
my @pieces = map { link_to('/tokens/a.txt') } 1 .. 3;
my $text = join '', map { 'token ' . value_of($_, 'st') . "\n" } @pieces;
accepts 'a body in pieces', join('', map { sprintf "%x\r\n%s\r\n", length, $_ } $text =~ /(.{1,20})/gs) . "0\r\n\r\n", headers => ['Transfer-Encoding: chunked'];
revoked 'it is read as one', $_ for @pieces;
my $dry = link_to('/dry/a.txt');
accepts 'a token of a dry run', 'token ' . value_of($dry, 'st');
is seen($nginx->get($dry)), '200 REJECTED_DRY_RUN:revoked', 'which tells, and lets it in';

for my $scheme (schemes()) {
    my $name = $scheme->{name};
    my ($one, $other) = map { signed($scheme, prefix_of($scheme) . "/of-$name/a.txt", expires => later($_), secret => $SECRET) } soon($scheme);
    opens "$name: a link opens", $one;
    accepts "$name: its token is revoked", 'token ' . token_of($scheme, $one);
    revoked "$name: and opens nothing", $one;
    next if $one eq $other || token_of($scheme, $other) eq token_of($scheme, $one);
    opens "$name: another one does", $other;
}

my $latest = time + 8;
my ($ends, $goes_on) = map { azion("/grace/a.txt", signs => '/grace/', expires => $_) } $latest - 1, $latest;
sub graced { my ($link) = @_; return seen($nginx->get($link, 'X-Client: 192.0.2.1')) }
is graced($_), '200 PASSED:', 'a link opens before it expires' for $ends, $goes_on;
accepts 'its token is revoked', 'token ' . value_of($ends, 'st');
sleep 1 while time <= $latest;
is graced($goes_on), '200 PASSED:', 'who has begun may go on by a link that expired';
isnt graced($ends), '200 PASSED:', 'and by none that is revoked';

# --- Sessions, and where something is wrong -------------------------------------------------------------------------

opens 'a link of a session', of_session('/session/a.txt', '7f3a');
accepts 'the session is revoked', 'session 7f3a';
revoked 'with its links', of_session('/session/a.txt', '7f3a');
opens 'and no other one', of_session('/session/a.txt', '7f3b');

my $before = list();
my $line = 'token ' . value_of($good, 'st') . "\n";
refuses 'a line that says nothing', "$line\n\nrevoke it\n", 'line 4: does not say what is revoked; write "token TOKEN"';
refuses 'a word alone', "${line}session", 'line 2: has nothing behind "session"';
refuses 'a token of no scheme', "${line}token abc\n", 'line 2: is no token of any scheme in force; write it as it stands in the link';
refuses 'a secret that nobody has', "${line}key nobody's\n", 'line 2: is the id of no secret in force';
refuses 'a secret by its place', "${line}key 1\n", 'line 2: is the place of a secret in its block, and the one that replaces it would be revoked as well; give secrets names';
refuses 'a time that is none', "${line}before noon\n", 'line 2: has a time that cannot be read';
refuses 'a time that is not over', "${line}before " . (time + 3600), 'line 2: has a time that is not over, which would revoke what is yet to be signed';
refuses 'nothing', '', 'nothing is revoked; send lines such as "token TOKEN", for example with "curl --data-binary @file"';
refuses 'lines that became one comment', '# a comment' . $line, 'nothing is revoked';
is list(), $before, 'of what is refused nothing is revoked';
opens 'not even what stood in front', $good;

my $long = "# a comment\n" x 87_400;
my $too_long = send_to('/revoke', $long);
is $too_long->{status}, 413, 'what is too long is refused';
is $too_long->{body}, "nothing is revoked; send a megabyte at most, and the rest after it\n", 'and why';
is send_to('/revoke', '', headers => ['Expect: 100-continue', 'Content-Length: ' . length $long])->{status}, 413, 'also before it is sent, where somebody asks first';
like $nginx->log, qr/\[error\] [^\n]*secure_token: nothing is revoked, more than a megabyte was sent,? /, 'also in the log';
my $chunked = sprintf "%x\r\n%s\r\n0\r\n\r\n", length $long, $long;
is send_to('/revoke', $chunked, headers => ['Transfer-Encoding: chunked'])->{status}, 413, 'and so it is where nobody says how long it is';
accepts 'and a little less is not', $line . substr($long, 0, (1 << 20) - length $line);
revoked 'but read', $good;

for my $origin ('https://evil.example', 'null', 'https://localhost.evil.example', 'https://evil.example:443', 'localhost', 'https://', 'https://[::1]') {
    my $answer = send_to('/revoke', "key new\n", headers => ["Origin: $origin", 'Content-Type: text/plain', 'Content-Length: 8']);
    is $answer->{status}, 403, "a page of another host revokes nothing: $origin";
}
opens 'nor did it', link_to('/tokens/a.txt', secret => 'another-secret-here');
like $nginx->log, qr/\[warn\] [^\n]*secure_token: nothing is revoked, a page of another host has sent this,/, 'which is told';
for my $origin ('https://localhost', 'http://LOCALHOST:8080') {
    is send_to('/revoke', $line, headers => ["Origin: $origin", 'Content-Length: ' . length $line])->{status}, 204, "a page of this host does: $origin";
}

for my $method (qw(PUT DELETE PATCH OPTIONS)) {
    my $answer = send_to('/revoke', $line, method => $method);
    is "$answer->{status} $answer->{header}{allow}", '405 GET, HEAD, POST', "$method is not for this";
}
my $head = send_to('/revoke', '', method => 'HEAD');
is "$head->{status} $head->{body}", '200 ', 'HEAD tells nothing';
is $head->{header}{'content-length'}, length list(), 'but how long it would be';
is $nginx->get('/revoke')->{header}{'content-type'}, 'text/plain; charset=utf-8', 'GET tells in plain text';

# --- Guards --------------------------------------------------------------------------------------------------------

is send_to('/desk', $line)->{status}, 401, 'where a password is asked for nobody gets in without';
is send_to('/desk', $line, headers => ['Content-Length: ' . length $line, 'Authorization: Basic ZGVzazpzdXBwb3J0'])->{status}, 204, 'and a support desk does with it';
is send_to('/link', $line)->{status}, 403, 'where a link is asked for as well';
is send_to(link_to('/link'), $line)->{status}, 204, 'which opens it';

# --- What is told of it --------------------------------------------------------------------------------------------

like $nginx->log, qr/\[notice\] [^\n]*secure_token: revoked, lines: 200,? /, 'the log says how many lines were revoked';
unlike $nginx->log, qr/\Q@{[ value_of($many[1], 'st') ]}\E/, 'and no token';

my %number = list() =~ /^(\w+) (\d+)$/mg;
my ($marks) = $nginx->get('/metrics')->{body} =~ /^secure_token_links\{state="revoked"\} (\d+)$/m;
is $marks, $number{tokens} + $number{keys} + $number{sessions}, 'how much is revoked is a number of secure_token_metrics as well';

# --- Through reloads and deaths of workers --------------------------------------------------------------------------

$before = list();
$nginx->renew or die 'NGINX does not reload';
revoked 'what is revoked is so after a reload', $_ for $posted, $many[7], of_session('/session/a.txt', '7f3a');
is list(), $before, 'all of it';
kill KILL => $nginx->workers;
$nginx->wait_for(sub { my @now = $nginx->workers; @now == 4 }) or die 'NGINX has no workers';
revoked 'and after all workers were killed', $_ for $posted, $many[7];
is list(), $before, 'all of it';

# --- Secrets and times: they end much at once ------------------------------------------------------------------------

my $issued = sub { my ($at) = @_; my ($scheme) = grep { $_->{name} eq 'alibaba-a' } schemes(); return signed($scheme, '/issued/a.txt', time => int $at, expires => int($at) + 3600, secret => $SECRET) };
my $then = time - 600;
accepts 'a time', "before $then\n";
revoked 'what was issued before it is revoked', $issued->($then - 2);
opens 'what was issued after it is not', $issued->($then + 2);
accepts 'a time before all others', 'before 1970-01-01T00:00:00Z';
opens 'takes it back', $issued->($then - 2);
unlike list(), qr/before/, 'and is not told of';
accepts 'an earlier one and this', 'before ' . ($then - 100) . "\nbefore $then";
like list(), qr/^before $then\n\z/m, 'the last one counts';
revoked 'links that say only when they expire are as old as they may be', link_to('/tokens/a.txt', expires => $then + 30 * 86400 - 2);
opens 'or younger', link_to('/tokens/a.txt', expires => $then + 30 * 86400 - 0);

my $kept = link_to('/keys/a.txt', secret => 'another-secret-here', expires => $then + 30 * 86400);
accepts 'a secret', 'key old';
revoked 'what it signed is revoked', link_to('/keys/a.txt', expires => $then + 30 * 86400);
opens 'what another one signed is not', $kept;

$nginx->configure(http => $conf =~ s/secure_token_max_lifetime 30d;//gr)->renew or die 'NGINX does not reload';
revoked 'where nobody says any more how long links open at most, all of them may be that old', $kept;
refuses 'a time there', "before $then\n", 'line 1: links of the scheme "azion" do not say when they were issued, and are valid in a server without a name; there add "secure_token_max_lifetime"';

# --- A zone that is full --------------------------------------------------------------------------------------------

my $small = SecureToken::Nginx->new;
$small->configure(http => "secure_token_links links:64k; server { listen unix:DIR/nginx.sock; location / { secure_token azion; secure_token_secret $SECRET; } location = /revoke { secure_token_revoke; allow unix:; deny all; } }")->start;
my $full;
for (1 .. 20) {
    my $body = join '', map { 'token ' . value_of(link_to('/a.txt'), 'st') . "\n" } 1 .. 200;
    $full = $small->raw(join "\r\n", 'POST /revoke HTTP/1.0', 'Content-Length: ' . length $body, '', $body);
    last if $full->{status} != 204;
}
is $full->{status}, 507, 'where there is no room that is said';
like $full->{body}, qr/^line \d+: there is no room for it; what stands in front of it is revoked; write all of it into a "secure_token_revoked_file", and make the zone of "secure_token_links" larger, which forgets what was sent\n\z/, 'with the line';
like $small->log, qr/\[error\] [^\n]*secure_token: there is no room for what is revoked/, 'and in the log';

# --- What nginx -t says --------------------------------------------------------------------------------------------

sub says {
    my ($name, $in, $expected, %with) = @_;
    my $links = $with{links} // 'secure_token_links links:1m;';
    $small->configure(http => "$links server { listen unix:DIR/nginx.sock; secure_token_secret $SECRET; location /films/ { secure_token azion; } $in }");
    my ($rc, $text) = $small->test;
    is $rc == 0 ? 'ok' : 'refused', $with{is} // 'ok', $name or diag $text;
    return is $text =~ s/.*(?:syntax is ok|test is successful).*\n//gr, '', "$name, and nothing is said" unless $expected;
    like $text, qr/\Q$expected\E/, "$name, and says so";
}
my $open = '"secure_token_revoke": nothing guards location "/revoke" of server "", and whoever finds it can end every link; add "allow" with an address and "deny all"' =~ s/ of server ""//r;
my $in = 'secure_token_revoke;';
says 'no zone', "location /revoke { $in }", '"secure_token_revoke": nothing could be kept that is revoked; add "secure_token_links links:10m" to the http block', links => '', is => 'refused';
says 'the directive twice', "location /revoke { $in $in }", 'is given twice in this block', is => 'refused';
says 'words', 'location /revoke { secure_token_revoke on; }', 'invalid number of arguments', is => 'refused';
says 'outside of a location', $in, 'directive is not allowed here', is => 'refused';
says 'a location that nothing guards', "location /revoke { $in }", $open;
says 'one with a password', "location /revoke { $in auth_basic x; auth_basic_user_file f; }";
says 'one with a password that is off', "auth_basic x; location /revoke { $in auth_basic off; }", $open;
says 'one for some addresses', "location /revoke { $in allow 127.0.0.1; deny all; }";
says 'one that allows some, which keeps nobody else out', "location /revoke { $in allow 127.0.0.1; }", $open;
says 'one that allows all', "location /revoke { $in allow all; }", $open;
says 'one that allows all before it denies all', "location /revoke { $in allow all; deny all; }", $open;
says 'one that denies some', "location /revoke { $in deny 192.0.2.0/24; }", $open;
says 'one for some addresses of IPv6', "location /revoke { $in allow ::1; deny all; }";
says 'one whose server is for some', "allow 127.0.0.1; deny all; location /revoke { $in }";
says 'one that lets its writers in', "location /revoke { $in deny all; limit_except GET { allow all; } }", $open;
says 'one that lets all in where one check is enough', "location /revoke { $in satisfy any; allow all; auth_basic x; auth_basic_user_file f; }", $open;
says 'one that lets all in where a link would be enough', "location /revoke { $in satisfy any; allow all; secure_token azion; }", $open;
says 'one for some addresses or a password', "location /revoke { $in satisfy any; allow 127.0.0.1; deny all; auth_basic x; auth_basic_user_file f; }";
says 'one that only its writers are kept from', "location /revoke { $in limit_except GET { deny all; } }";
says 'one with a link', "location /revoke { $in secure_token azion; }";
says 'one with a link in a dry run', "location /revoke { $in secure_token azion; secure_token_dry_run on; }", $open;
says 'one that nobody gets to', "location /revoke { $in internal; }";
SKIP: {
    skip 'this NGINX is built without auth_request', 2 unless $SecureToken::Nginx::V =~ /--with-http_auth_request_module/;
    says 'one that somebody is asked about', "location /revoke { $in auth_request /ask; }";
    says 'one that nobody is asked about', "location /revoke { $in auth_request off; }", $open;
}
$small->stop;

is $nginx->alarms =~ s/^.*exited on signal 9.*\n//gmr, '', 'no alarm but the kills';
done_testing;
