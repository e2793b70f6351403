# secure_token_revoked_file: tokens, secrets, sessions and times that open nothing though they are right.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(hmac_sha256_hex);
use POSIX qw(strftime mkfifo);
use Test::More;
use Time::HiRes qw(time);
use Facts;
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Nginx;
use SecureToken::Schemes;

my $later = later();
my $nginx = SecureToken::Nginx->new;
my $files = 'alias DIR/html/dir/;';
$nginx->write("html/dir/$_", "a file\n") for qw(a.txt b.txt);

# The token in a link: what stands in its place there.
sub token_of { my ($scheme, $link) = @_; my ($at, $length) = field_in($scheme, $link, 'token'); return substr $link, $at, $length }
sub value_of { my ($link, $name) = @_; my ($value) = $link =~ /[?&]\Q$name\E=([^&]*)/; return $value }

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
    my $where = in_path($_) ? "~ ^(?:/[^/]*)*/of-$_->{name}/" : "/of-$_->{name}/";
    "location $where { secure_token $_->{name}; secure_token_secret " . secret_of($_, $SECRET) . "; $free try_files /dir/a.txt =404; }\n";
} schemes();

my $conf = <<"CONF";
    secure_token_revoked_file DIR/tokens DIR/more;
    log_format seen '\$uri \$status <\$secure_token_status:\$secure_token_reason>';

    server {
        listen unix:DIR/nginx.sock;
        access_log DIR/seen.log seen;
        add_header X-Seen "<\$secure_token_status:\$secure_token_reason>" always;
        secure_token         azion;
        secure_token_secret  $SECRET id=old;
        secure_token_secret  another-secret-here id=new;

        location /tokens/  { $files }
        location /dry/     { secure_token_dry_run on; $files }
        location /keys/    { secure_token_revoked_file DIR/keys; $files }
        location /session/ { secure_token akamai; secure_token_secret $hex; secure_token_revoked_file DIR/sessions; $files }
        location /early/   { secure_token akamai; secure_token_secret $hex; secure_token_revoked_file DIR/sessions; $files }
        location /issued/  { secure_token alibaba-a; secure_token_ttl 1h; secure_token_revoked_file DIR/before; $files }
        location /ttl/     { secure_token secure-link-hmac; secure_token_revoked_file DIR/before; $files }
        location /expires/ { secure_token_max_lifetime 2h; secure_token_revoked_file DIR/before; $files }
        location /endless/ { secure_token ectoken; secure_token_max_lifetime 2h; secure_token_revoked_file DIR/before; $files }
        location /none/    { secure_token_revoked_file DIR/none; $files }
        @of_schemes
    }
CONF

sub ask  { my ($link) = @_; return $nginx->get($link) }
sub seen { my ($answer) = @_; my ($seen) = ($answer->{header}{'x-seen'} // '') =~ /<(.*)>/; return "$answer->{status} " . ($seen // '') }
sub opens   { my ($name, $link) = @_; is seen(ask($link)), '200 PASSED:', $name }
sub revoked { my ($name, $link) = @_; is seen(ask($link)), '403 REJECTED:revoked', $name }

my ($posted, $digest, $dry, $good) = map { link_to("/$_/a.txt") } qw(tokens tokens dry tokens);
my %link;
for my $scheme (schemes()) {
    my $name = $scheme->{name};
    $link{$name} = [map { signed($scheme, prefix_of($scheme) . "/of-$name/a.txt", expires => later($_), secret => $SECRET) } soon($scheme)];
}
# Links that carry no time are all the same.
my %of = map { my $scheme = $_; ($scheme->{name} => token_of($scheme, $link{ $scheme->{name} }[0])) } schemes();
$nginx->write('tokens', join "\r\n", '# posted in a forum', '', 'token ' . value_of($posted, 'st'), '  token   ' . value_of($dry, 'st') . "\t", '#token ' . value_of($good, 'st'), 'token ' . value_of($digest, 'st') =~ s/(.)/sprintf '%%%02x', ord $1/egr);
$nginx->write('more', join '', map { "token $of{$_}\n" } sort keys %of);
$nginx->write('keys', "key old\nkey nobody's\n");
$nginx->write('sessions', "session 7f3a\nsession a b\n");
my $then = time - 600;
$nginx->write('before', 'before ' . strftime('%Y-%m-%dT%H:%M:%SZ', gmtime $then) . "\nbefore 1700000000\n");
$nginx->write('none', '');
$nginx->configure(http => $conf)->start;

# --- Tokens --------------------------------------------------------------------------------------------------------

revoked 'a token that is listed opens nothing', $posted;
revoked 'nor with something behind it', "$posted&x=1";
revoked 'nor with its arguments the other way round', $posted =~ s/\?(st=[^&]*)&(e=\d+)/?$2&$1/r;
revoked 'nor with a letter of it escaped', $posted =~ s/(?<=\?st=)(.)/sprintf '%%%02x', ord $1/er;
revoked 'nor padded', $posted =~ s/(st=[^&]*)/$1==/r;
revoked 'one that is listed with escapes is the same', $digest;
opens 'one in a comment is not listed', $good;
opens 'nor is another one of the same file', link_to('/tokens/a.txt');
is seen(ask($posted =~ s/e=\d+/'e=' . ($later + 1000)/er)), '403 REJECTED:signature', 'a link that is wrong is refused for that';
is seen(ask($dry)), '200 REJECTED_DRY_RUN:revoked', 'a dry run tells, and lets it in';
opens 'where no file is named no token is revoked', link_to('/none/a.txt');

for my $scheme (schemes()) {
    my ($one, $other) = @{ $link{ $scheme->{name} } };
    revoked "$scheme->{name}: a token that is listed opens nothing", $one;
    next if $one eq $other || token_of($scheme, $other) eq $of{ $scheme->{name} };
    opens "$scheme->{name}: and another one does", $other;
}

# --- Secrets, sessions and times -----------------------------------------------------------------------------------

revoked 'what a listed secret signed opens nothing', link_to('/keys/a.txt');
opens 'what another one signed does', link_to('/keys/a.txt', secret => 'another-secret-here');
opens 'and so do both where another list is in force', link_to('/tokens/a.txt', secret => $_) for $SECRET, 'another-secret-here';

revoked 'a session that is listed is over', of_session('/session/a.txt', '7f3a');
revoked 'with all its links', of_session('/session/b.txt', '7f3a');
opens 'another session is not', of_session('/session/a.txt', '7f3b');
opens 'nor is a link of none', signed((grep { $_->{name} eq 'akamai' } schemes()), '/session/a.txt', expires => $later, secret => $SECRET);

my $issued = sub { my ($at) = @_; my ($scheme) = grep { $_->{name} eq 'alibaba-a' } schemes(); return signed($scheme, '/issued/a.txt', time => int $at, expires => int($at) + 3600, secret => $SECRET) };
revoked 'a link that was issued before a time opens nothing', $issued->($then - 2);
opens 'one that was issued after it does', $issued->($then + 2);
my $ttl = sub {
    my ($at, $seconds) = @_;
    my ($scheme) = grep { $_->{name} eq 'secure-link-hmac' } schemes();
    return signed($scheme, '/ttl/a.txt', time => int $at, ttl => $seconds, secret => $SECRET);
};
revoked 'however long a link may be used that says so itself', $ttl->($then - 2, $_) for 3600, 360_000;
opens 'and after that time as well', $ttl->($then + 2, $_) for 3600, 360_000;
revoked 'where links say only when they expire, they are issued no earlier than their lifetime before', azion('/expires/a.txt', expires => int $then + 7190);
opens 'what expires later was issued later', azion('/expires/a.txt', expires => int $then + 7202);

# --- What is told of it --------------------------------------------------------------------------------------------

like $nginx->log, qr/\[error\] [^\n]*secure_token: revoked, scheme: azion, client: /, 'the log says that a link was revoked';
unlike $nginx->log, qr/secure_token[^\n]*\Q@{[ value_of($posted, 'st') ]}\E[^\n]*client:/, 'and no token';
like $nginx->written('seen.log', qr/revoked/), qr{^/tokens/a\.txt 403 <REJECTED:revoked>$}m, 'and so do the variables';

# --- Reloads ------------------------------------------------------------------------------------------------------

$nginx->write('none', 'token ' . value_of($good, 'st') . "\n");
my $late = link_to('/none/a.txt');
$nginx->write('none', 'token ' . value_of($late, 'st') . "\n");
opens 'a file is read when NGINX reads its configuration', $late;
$nginx->renew or die 'NGINX does not reload';
revoked 'and then it is in force', $late;
$nginx->write('none', '');
$nginx->renew or die 'NGINX does not reload';
opens 'what is in it no more is not revoked any more', $late;

# --- What nginx -t says --------------------------------------------------------------------------------------------

sub says {
    my ($name, $list, $in, $expected, $warned) = @_;
    $nginx->write('list', $list) if defined $list;
    $nginx->configure(http => "server { listen unix:DIR/nginx.sock; location / { secure_token_secret $hex; $in } }");
    my ($rc, $text) = $nginx->test;
    my $dir = $nginx->dir;
    is $rc == 0 ? 'ok' : 'refused', $expected ? 'refused' : 'ok', $name or diag $text;
    return unless $expected //= $warned;
    $expected =~ s/\bDIR\b/$dir/g;
    like $text, qr/\Q$expected\E/, "$name, and says so";
}
my $azion = 'secure_token azion; secure_token_revoked_file DIR/list;';
says 'a file of all kinds of lines', "\xef\xbb\xbf# a comment\r\n\r\ntoken " . value_of($posted, 'st') . "\r\nkey a\r\n", $azion;
says 'no file', undef, 'secure_token azion; secure_token_revoked_file DIR/nowhere;', '"secure_token_revoked_file": cannot read the file: No such file or directory';
says 'a folder', undef, 'secure_token azion; secure_token_revoked_file DIR;', '"secure_token_revoked_file": "DIR" is not a file; name one';
mkfifo($nginx->dir . '/pipe', 0600) or die $!;
says 'a pipe', undef, 'secure_token azion; secure_token_revoked_file DIR/pipe;', '"DIR/pipe" is not a file';
says 'the same file twice', "key a\n", 'secure_token azion; secure_token_revoked_file DIR/list list;', 'names a file twice';
says 'the directive twice', "key a\n", "$azion $azion", 'is given twice in this block';
says 'no known word', "key a\n\nrevoke abc\n", $azion, '"secure_token_revoked_file": DIR/list:3: does not say what is revoked; write "token TOKEN"';
says 'a word alone', "key a\ntoken\n", $azion, 'DIR/list:2: has nothing behind "token"; write the token';
says 'two tokens in a line', "token a b\n", $azion, 'DIR/list:1: has a blank in its token';
says 'a time that is none', "before noon\n", $azion, 'DIR/list:1: has a time that cannot be read';
says 'a token of no scheme', 'token ' . value_of($posted, 'st') . "\n" x 99 . "token abc\n", $azion, 'DIR/list:100: is no token of the scheme "azion"; write it as it stands in the link';
says 'a token of another scheme', "token $of{fastly}\n", $azion, 'DIR/list:1: is no token of the scheme "azion"';
says 'a token of one of two schemes', "token $of{fastly}\n", $azion =~ s/azion/azion fastly/r . 'secure_token_secret ' . secret_of((grep { $_->{name} eq 'fastly' } schemes()), $SECRET) . ' id=2 for=fastly;';
says 'a session where there is none', "key a\nsession b\n", $azion, 'DIR/list:2: tokens of the scheme "azion" name no session';
says 'a time where nobody knows it', "key a\nbefore 1800000000\n", $azion, 'DIR/list:2: links of the scheme "azion" do not say when they were issued; add "secure_token_max_lifetime"';
says 'a secret that nobody has', "key a\n", $azion, undef, 'DIR/list:1: is the id of no secret in force here, and revokes nothing';
says 'a comment behind an id', "key 1\nkey 1 # posted\n", $azion, undef, 'DIR/list:2: is the id of no secret in force here';
says 'a secret of one place that names the file', "key b\n", "location /b { $azion secure_token_secret $hex id=b; } location /c { $azion }";
says 'a file that nothing goes by', "key a\n", 'secure_token off; secure_token_revoked_file DIR/list;';
says 'a time with a lifetime', "before 1800000000\n", "$azion secure_token_max_lifetime 1h;";
says 'a time where links say it', "before 1800000000\n", $azion =~ s/azion/alibaba-a/r;

is $nginx->alarms, '', 'no alarm';
done_testing;
