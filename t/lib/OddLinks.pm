package OddLinks;

# Paths as nobody would write them, and links that somebody meddled with. All is chosen by `rand`: the same seed gives
# the same ones.
#
#   my $url  = odd_url('');
#   my $link = meddled('/a.txt?st=…&e=…');

use strict;
use warnings;

use Exporter qw(import);
our @EXPORT = qw(odd_url meddled);

sub one_of { return $_[rand @_] }
sub encoded { my ($byte) = @_; return sprintf one_of('%%%02x', '%%%02X'), $byte }

# What a path is put together from. What NGINX answers 400 to is rare, for it ends all that follows it.
my @PIECES = (
    (sub { one_of(qw(a b film Film FILM.mp4 x.m3u8 ~user a.b ... .a a. -_)) }) x 6,
    (sub { '/' }) x 6,
    (sub { encoded(ord one_of('a' .. 'z', 'A' .. 'Z', 0 .. 9, qw(/ . ~ - _))) }) x 3,
    (sub { encoded(0x80 + int rand 0x80) }) x 2,
    (sub { encoded(ord one_of(split //, " %?#&=+;:@\"<>|'()!*,\\^`{}[]")) }) x 2,
    sub { one_of('/./', '/../', '//', '///', '/.', '/..', '/%2e/', '/%2E%2e/', '/.%2e/', '%2F', '/%2f', '%2f..%2F', '/a/../') },
    sub { one_of('+', ';', ';a=1', '&', '=', ':', '@', '!', '$', "'", '(', ')', '*', ',', '"', '<', '>', '|', '^', '`', '{', '}', '[', ']', '\\') },
    sub { one_of("\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x98\x80", '%C3%BC', '%e2%82%ac', "\xc3%BC") },
    sub { one_of("\xff", "\xc3", "\xed\xa0\x80", '%FF', '%c0%ae', '%C0%AF', "\xc0\xae") },
    sub { one_of('%25', '%252e', '%252F', '%25%32%66', '%2525') },
    sub { rand() < 0.2 ? encoded(one_of(1 .. 31, 127)) : 'z' },
    sub { rand() < 0.1 ? one_of('%', '%g1', '%2', '%00', ' ', "\x01", "\x7f", "\t", '/../../../..') : '/y' },
    sub { rand() < 0.05 ? one_of('x', '/x', '%20', "\xc3\xbc") x (500 + rand 1500) : 'l' },
);

# A URL to be signed, with that in front of its path.
sub odd_url {
    my ($front) = @_;
    return 'http://localhost' . one_of('', '?', '?x=1') if $front eq '' && rand() < 0.01;
    my $url = "$front/" . join '', map { one_of(@PIECES)->() } 1 .. 1 + rand 8;
    $url .= '?' . one_of('', 'x=1', 'x=1&y=%20', '&', 'x', 'x=%C3%BC', 'x=?', '/../', 'x=//', "x=\xff") if rand() < 0.15;
    $url .= '#' . one_of('', 'part', '/a?b') if rand() < 0.05;
    return rand() < 0.1 ? one_of('http://localhost', 'HTTP://LocalHost:80', 'http://127.0.0.1') . $url : $url;
}

# Puts something in place of one of the pieces that match.
sub in_one {
    my ($text, $match, $with) = @_;
    my @places;
    push @places, [$-[0], $+[0] - $-[0]] while $text =~ /$match/g;
    my ($at, $length) = @{ (@places ? one_of(@places) : undef) // return $text };
    my $piece = substr $text, $at, $length;
    substr($text, $at, $length) = $with->($piece);
    return $text;
}

my $PLAIN  = qr/[^%\s?#&=]/;
my $ESCAPE = qr/%[0-9a-fA-F]{2}/;
my $PARAM  = qr/(?<=[?&])[^&#]+/;
my $PATH   = qr{(?:(?<=^)|(?<=[^:/]))/(?=.*\?|[^?]*$)};

my @MEDDLING = (
    # Another spelling of the same, mostly.
    (sub { in_one($_[0], $PLAIN, sub { encoded(ord $_[0]) }) }) x 3,
    sub { in_one($_[0], $ESCAPE, sub { pack 'H2', substr $_[0], 1 }) },
    sub { in_one($_[0], $ESCAPE, sub { $_[0] =~ tr/a-fA-F/A-Fa-f/r }) },
    (sub { in_one($_[0], $PATH, sub { one_of('//', '/./', '/x/../', '/%2e/', '%2F', '/x/%2E%2e/') }) }) x 2,
    sub { in_one($_[0], qr{//+|/\./}, sub { '/' }) },
    sub { $_[0] =~ m{^/} ? "http://localhost$_[0]" : $_[0] =~ s{^\w+://[^/?#]*}{}r },
    sub { "$_[0]#x" },
    # Something else, mostly.
    (sub { in_one($_[0], qr/[^\s?#]/, sub { one_of('a' .. 'z', 0 .. 9, '/', '-', '.', 'A' .. 'F') }) }) x 3,
    sub { in_one($_[0], qr/[^\s?#]/, sub { '' }) },
    sub { in_one($_[0], qr/[^\s?#]/, sub { $_[0] . one_of('a', '0', '/', '.', $_[0]) }) },
    sub { in_one($_[0], qr/[a-zA-Z]/, sub { $_[0] =~ tr/a-zA-Z/A-Za-z/r }) },
    sub { in_one($_[0], qr/\d/, sub { one_of(0 .. 9) }) },
    # The boundary between the path and what stands behind it.
    sub { $_[0] =~ s/(.)\?/?$1/r },
    sub { $_[0] =~ s/(.)\?(.*[=~_])(?=\d{9})/?$2$1/r },
    # Parameters.
    sub { in_one($_[0], $PARAM, sub { one_of("$_[0]&x=1", "x=1&$_[0]", "$_[0]&", "&$_[0]", "$_[0]&$_[0]", "$_[0];x=1") }) },
    sub { in_one($_[0], $PARAM, sub { one_of("$_[0]=", "$_[0]%3D", "$_[0]==", "0$_[0]", "$_[0]0", "+$_[0]", '', $_[0] =~ s/=/=0/r) }) },
    sub { in_one($_[0], $PARAM, sub { $_[0] =~ s/^([^=]*)/one_of(uc $1, "$1%", ucfirst $1, encoded(ord $1) . substr $1, 1)/er }) },
    sub { my ($path, $query) = split /\?/, $_[0], 2; defined $query ? "$path?" . join '&', reverse split /&/, $query : $path },
    sub { my ($path, $query) = split /\?/, $_[0], 2; defined $query ? "$path?$query&$query" : "$path?" },
);

# A link that is not quite what it was.
sub meddled {
    my ($link) = @_;
    $link = one_of(@MEDDLING)->($link) for 1 .. 1 + (rand() < 0.2);
    return $link;
}

1;
