# docs/logging.md: the access log that it shows has no token in it and is JSON, whatever is asked for; and
# its commands count.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use IO::Socket::INET;
use JSON::PP ();
use Test::More;
use Documents;
use SecureToken;
use SecureToken::Ectoken;

my $guide  = "$ROOT/docs/logging.md";
my $secret = 'replace-me-openssl-rand-hex-16';    # what Documents writes into all files with secrets
my ($block) = blocks($guide, lang => 'nginx');

# With a server name and a label, and a place for tokens of each scheme.
my $text = $block->{text};
$text =~ s/listen 80;\K/\nserver_name cdn.example.com; large_client_header_buffers 4 16k;/;
$text =~ s/(location \^~ \/videos\/ \{)/$1 secure_token_label films;/;
$text =~ s/\}\s*\z/location \/gcore\/ { secure_token gcore; secure_token_secret_file secrets\/videos; }
    location \/ectoken\/ { secure_token ectoken; secure_token_secret_file secrets\/videos; } }/;
my $nginx = Documents::Nginx->new($text);
$nginx->file('html/videos/film.mp4', "a film\n");
$nginx->start;

# The lines of the access log, once there are so many.
sub entries {
    my ($count) = @_;
    return map { JSON::PP->new->utf8->decode($_) } split /\n/, $nginx->written('links.log', $count);
}

# Sends bytes as they are, and waits for the end of the answer.
sub raw {
    my ($bytes) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$nginx->{port}") or die "connect: $@";
    local $SIG{ALRM} = sub { die "timeout\n" };
    alarm 20;
    print {$socket} $bytes;
    my $answer = do { local $/; <$socket> };
    alarm 0;
    return $answer;
}

# --- What a line says

my %with    = (secret => $secret);
my $passed  = azion('/videos/film.mp4', %with);
my $past    = earlier();
my $expired = azion('/videos/film.mp4', %with, expires => $past);
my $wrong   = azion('/videos/film.mp4', secret => 'x');
is $nginx->status($_->[0]), $_->[1], "a link: $_->[1]" for [$passed, 200], [$expired, 410], [$wrong, 403];
is_deeply [map { join ' ', @$_{qw(method path status token reason key expires server client)} } entries(3)], [
    map { "GET /videos/film.mp4 $_ cdn.example.com 127.0.0.1" } '200 PASSED  1 ' . ($passed =~ /e=(\d+)/)[0],
    "410 EXPIRED expired 1 $past", '403 REJECTED signature  ',
], 'a line has what is known of a link';

my ($error, $shown) = map { $_->{text} } blocks($guide, lang => 'text');
my ($logged) = grep { /: expired, / } split /\n/, $nginx->log;
my $shape = sub { $_[0] =~ s/\d+/0/gr =~ s/"GET [^"]*"|host: "[^"]*"/""/gr =~ s/\s+\z//r };
is $shape->($logged), $shape->($error), 'a line of the error log looks as is shown';
my ($line) = grep { $_->{token} eq 'EXPIRED' } entries(3);
is_deeply [sort keys %{ JSON::PP->new->decode($shown) }], [sort keys %$line], 'and one of the access log has the fields that are shown';

# --- Whatever is asked for

my @tokens = map { /(?:st|md5)=([^&]+)|\?(?!st|md5)([^&]+)/ ? $1 // $2 : () } $passed, $expired, $wrong;
my @odd = (
    '/videos/%22,%22token%22:%22PASSED', '/videos/%5C', '/videos/%5Cu0041%5C%22', '/videos/%0A%0D%09%01%7F', '/videos/%FF%FE%80', '/videos/%C3%BC%E2%82%AC',
    "/videos/\xff\xfe", "/videos/\xc3\xbc", "/\xed\xa0\x80\xf8", '/videos/"quoted"', '/videos/\\', '/videos/{}[]\'', '/videos/a;b', '/videos/a#b', '/videos/%', '/videos/%2',
    '/videos/%2e%2e/%2e%2e/', '/videos/' . 'x' x 9000, '//videos//a', '/', '*', 'http://cdn.example.com/videos/a', '/videos/a%3Fst=x', '/gcore/a', '/ectoken/a',
);
for my $path (@odd) {
    my ($bare) = ectoken('', 'ec_expire=' . later(), secret => $secret) =~ /\?(.*)/;
    my ($azion, $gcore) = map { s/.*\?//r } azion('/a', %with), gcore('/a', %with);
    push @tokens, $bare, map { /=([^&]+)/ } $azion, $gcore;
    raw("GET $path?$_ HTTP/1.1\r\nHost: cdn.example.com\r\nReferer: http://x/?$passed\r\nUser-Agent: \"\\\xff\r\nConnection: close\r\n\r\n")
        for $azion, $gcore, $bare, "autoplay&$bare", uc($azion), "a=\xff\"\\&$azion";
}
raw("GET /videos/a?$passed\r\n\r\n");
raw("GET /videos/a?$passed HTTP/1.0\r\n\r\n");
raw("GET /videos/a?$passed\r\nHost: \xff\"\\\r\n\r\n");
raw("BREW /videos/a?$passed HTTP/1.1\r\nHost: \xff\xfe\r\nConnection: close\r\n\r\n");
raw("nonsense \xff \" \\ $passed\r\n\r\n");
raw("\x16\x03\x01\x00\xff\xff\r\n\r\n");
my $requests = 3 + 6 * @odd + 6;
my $log      = $nginx->written('links.log', $requests);
$nginx->stop;

my @entries = eval { entries($requests) };
is $@, '', 'whatever is asked for, every line is JSON' or diag $log;
is scalar(@entries), $requests, 'one for each request';
unlike $log, qr/[^\x20-\x7e\n]/, 'and plain ASCII';
is_deeply [grep { index($log, $_) >= 0 || index(lc $log, lc $_) >= 0 } @tokens], [], 'and no token is in it, right, wrong or misplaced';
is scalar(grep { $_->{path} eq '/videos/%22,%22token%22:%22PASSED' && $_->{token} eq 'REJECTED' } @entries), 6, 'a path cannot pass for another field';
is scalar(grep { $_->{path} eq '/videos/' && $_->{status} != 400 } @entries), 12, 'a path ends where it is not ASCII';

# --- Counting

my ($reasons, $keys) = map { split /\n/, $_->{text} } blocks($guide, lang => 'sh');
s{/var/log/nginx}{$nginx->{dir}/logs} for $reasons, $keys;
like scalar(qx{$reasons}), qr/^ *1 secure_token: expired$/m, 'reasons are counted';
is scalar(qx{$keys}) =~ s/^ +//r, qq{3 "key":"1"\n}, 'and secrets';

done_testing;
