# Hostile links of formats of one's own: with one byte changed, added or left out, anywhere, none opens, and no worker
# dies.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Format;
use SecureToken::Nginx;

my %format = (
    dl    => { link => '/dl/{token}/{expires}{path}', digest => 'hmac-sha256:hex', message => '{expires}\n{path}' },
    many  => { link => '/m/{user}-x/{start:hex}_{expires:yyyymmddhhmm+8}/{token}~{tail}{path}', digest => 'hmac-sha1:base64url', message => '{user}\n{start}\n{expires}\n{tail}\n{path}' },
    rest  => { link => '/r/{token}.{expires:hex}/{rest*}', digest => 'md5:hex', message => '{expires}/{rest}\n{secret}' },
    query => { link => '?u={user}&s={token}.{tail}&e={expires}&from={start?}', digest => 'hmac-sha512:base64url', message => '{user}\n{tail}\n{expires}\n{start}\n{uri:raw}' },
    iso   => { link => '?s={token}&t={time:iso}&for={ttl}', digest => 'hmac-md5:hex', message => '{time}|{ttl}|{path}\n$host\n{client_ip}\n{args}' },
);
my $formats = join '', map { "secure_token_format $_ " . format_words($format{$_}) . ";\n" } sort keys %format;
my $nginx = SecureToken::Nginx->new;
$nginx->write("html/$_", "the file\n") for 'dl/dir/a.txt', 'm/joe-x/a.txt', 'r/dir/a.txt', 'query/a.txt', 'iso/a.txt';
$nginx->configure(http => <<"CONF");
    $formats
    large_client_header_buffers 4 4m;
    secure_token_secret $SECRET;
    log_format v '\$request_uri \$secure_token_status \$secure_token_reason \$secure_token_expires \$secure_token_args \$secure_token_query \$secure_token_path';
    access_log DIR/access.log v;
    server {
        listen unix:DIR/nginx.sock;
        location / { return 404; }
        location /dl/ { secure_token dl; }
        location /m/  { secure_token many; }
        location /r/  { secure_token rest; }
        location /query/ { secure_token query; secure_token_strip on; }
        location /iso/ { secure_token iso; secure_token_client_ip \$http_x; }
    }
CONF
$nginx->start;
my @workers = $nginx->workers;

my %link = (
    dl    => link_of($format{dl}, '/dl/dir/a.txt'),
    many  => link_of($format{many}, '/m/joe-x/a.txt', start => earlier(), fields => { tail => 'end' }),
    rest  => link_of($format{rest}, '/r/dir/a.txt'),
    query => link_of($format{query}, '/query/a.txt', start => earlier(), fields => { user => 'joe', tail => 'end' }),
    iso   => link_of($format{iso}, '/iso/a.txt', ip => '192.0.2.7', variables => { host => 'films.example' }),
);

sub opened {
    my ($link) = @_;
    my $answer = $nginx->raw("GET $link HTTP/1.1\r\nHost: films.example\r\nX: 192.0.2.7\r\nConnection: close\r\n\r\n");
    return $answer->{status} == 200 || $answer->{body} =~ /the file/;
}

# What is another spelling of the same: an argument that is empty, a fragment, and the padding of base64url.
sub is_same {
    my ($link, $other) = @_;
    my $plain = sub { $_[0] =~ s/#.*//r =~ s/&(?=&|$)//gr =~ s/\?&+/?/r =~ s/=(?=[.~])//r };
    return $plain->($link) eq $plain->($other);
}

srand 20270102;
my @bytes = map { chr } 0x01, 0x09, 0x20, 0x23, 0x25, 0x26, 0x2b .. 0x2f, 0x3a, 0x3b, 0x3d, 0x3f, 0x5c, 0x7e, 0x80, 0xff, map { ord } qw(0 9 A a f z);
for my $name (sort keys %link) {
    subtest $name => sub {
        my $link = $link{$name};
        ok opened($link), "a good link opens: $link";
        my @others;
        for my $at (1 .. length($link) - 1) {
            push @others, substr($link, 0, $at) . substr($link, $at + 1);
            for my $byte (map { $bytes[rand @bytes] } 1 .. 5) {
                push @others, substr($link, 0, $at) . $byte . substr($link, $at + 1), substr($link, 0, $at) . $byte . substr($link, $at);
            }
        }
        my @opened = grep { !is_same($link, $_) && opened($_) } @others;
        my @wrong = grep { my $sent = $_; $sent =~ s{/\./|//}{/}g; $sent =~ s{\?.*}{} if $link !~ /\?/; !is_same($link, $sent) } @opened;
        is_deeply \@wrong, [], scalar(@others) . ' others do not, but in another spelling of the path or with a query that is nobody\'s';
        ok !opened($link x 200), 'a very long one neither';
        ok !opened($link =~ s/[^\/?&=]+/A/gr), 'nor one of a single letter in each place';
        ok !opened($link =~ s/[^\/?&=]+//gr), 'nor one of nothing';
        ok !opened($link =~ s/(\w)/sprintf '%%%02x', ord $1/ger), 'nor one that is encoded throughout' if $link !~ /\?/;
    };
}

# What stands in front of the token stays, and is hashed as it was sent: what is served has to be behind the very same.
my ($front, $token) = $link{many} =~ m{^/m/joe-x(/.*)/a\.txt$} ? ("/m/joe-x$1", $1) : ();
for my $climb ("/../../../tom-x$token", "/../../..$token", "/../../../../m/tom-x$token", '/../../../%74om-x' . $token) {
    my $answer = $nginx->raw("GET $front$climb/a.txt HTTP/1.1\r\nHost: films.example\r\nConnection: close\r\n\r\n");
    is $answer->{status}, 403, "a link for one user does not climb to another: $climb";
}
ok opened("$front/../../../joe-x$token/a.txt"), 'one that climbs to where it was is for the same';

is_deeply [$nginx->workers], \@workers, 'no worker died';
is $nginx->alarms, '', 'and nothing went wrong on the way';

done_testing;
