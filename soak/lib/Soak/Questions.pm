package Soak::Questions;

# What clients ask, and what they have to get: a link, good or bad, the answer to it, and what is counted of it.
#
#   my $questions = Soak::Questions->new(from => '127.0.0.11', grace => 1);
#   my $question  = $questions->next;
#   # {name, path, fields => [cookie => ...], status, body, counts => [samples]}

use strict;
use warnings;

use List::Util qw(shuffle);
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Metrics qw(key requests);
use Soak::Conf qw($BIG $SECOND $TENANT @LINKS);

my $file = "file a.txt\n";

# from    the client's address
# grace   whether viewers are remembered all the while
sub new {
    my ($class, %with) = @_;
    return bless { %with, number => 0, begun => [], left => [] }, $class;
}

my %kinds = (
    'azion, first secret'     => sub { passed('azion', 'azion', 'first', azion('/azion/a.txt'), $file) },
    'azion, second secret'    => sub { passed('azion', 'azion', 'second', azion('/azion/a.txt', secret => $SECOND), $file) },
    'azion, a long query'     => sub { passed('azion', 'azion', 'first', azion('/azion/a.txt') . '&x=' . 'y' x 3000, $file) },
    'azion, a path decoded'   => sub { passed('azion', 'azion', 'first', azion('/azion/x/../%61.txt', signs => '/azion/a.txt'), $file) },
    'azion, no token'         => sub { refused('azion', 'azion', 'missing', '/azion/a.txt') },
    'azion, malformed'        => sub { refused('azion', 'azion', 'malformed', '/azion/a.txt?st=x&e=' . later()) },
    'azion, twice'            => sub { refused('azion', 'azion', 'duplicate', azion('/azion/a.txt') . '&st=x') },
    'azion, another path'     => sub { refused('azion', 'azion', 'signature', azion('/azion/b.txt', signs => '/azion/a.txt')) },
    'azion, another secret'   => sub { refused('azion', 'azion', 'signature', azion('/azion/a.txt', secret => 'x')) },
    'azion, expired'          => sub { expired('azion', 'azion', azion('/azion/a.txt', expires => earlier())) },
    'azion, a big file'       => sub { passed('azion', 'azion', 'first', azion('/azion/big.bin'), 'x' x $BIG) },
    'gcore, the address'      => sub { passed('gcore', 'gcore', 'first', gcore('/gcore/a.txt', ip => $_[0]{from}), $file) },
    'gcore, another address'  => sub { refused('gcore', 'gcore', 'signature', gcore('/gcore/a.txt', ip => '192.0.2.7')) },
    'ectoken'                 => sub { passed('ectoken', 'ectoken', 'first', ectoken('/ectoken/a.txt', 'ec_url_allow=/ectoken/&ec_expire=' . later()), $file) },
    'ectoken, another path'   => sub { refused('ectoken', 'ectoken', 'url', ectoken('/ectoken/a.txt', 'ec_url_allow=/films/')) },
    'ectoken, altered'        => sub { refused('ectoken', 'ectoken', 'signature', altered(ectoken('/ectoken/a.txt', 'x=1'))) },
    'ectoken, expired'        => sub { +{ %{ expired('ectoken', 'ectoken', ectoken('/ectoken/a.txt', 'ec_expire=' . earlier())) }, status => 403 } },
    'sign'                    => \&signed_playlist,
    'pass'                    => \&passed_playlist,
    'cookie'                  => \&by_cookie,
    'strip'                   => sub { passed('strip', 'azion', 'first', azion('/strip/a') . '&x=1', "origin: /strip/a?x=1\n") },
    'strip, no token'         => sub { refused('strip', 'azion', 'missing', '/strip/a?x=1') },
    'tenant'                  => sub { passed('tenant', 'azion', 'tenant', azion('/tenant/a.txt', secret => $TENANT) . '&tenant=one', $file) },
    'tenant, another'         => sub { refused('tenant', 'azion', 'signature', azion('/tenant/a.txt', secret => 'x') . '&tenant=one') },
);
my %grace = (
    'grace, begins'           => \&begins,
    'grace, goes on'          => \&goes_on,
    'grace, begins too late'  => sub { expired('grace', 'azion', azion($_[0]->title . 'a.txt', expires => earlier(60))) },
);

# One of each kind, then again in another order.
sub next {
    my ($self) = @_;
    $self->{left} = [shuffle sort keys %kinds, $self->{grace} ? keys %grace : ()] unless @{ $self->{left} };
    my $name = pop @{ $self->{left} };
    my $question = ($kinds{$name} // $grace{$name})->($self) // return $self->next;
    return { name => $name, fields => [], %$question };
}

sub passed {
    my ($label, $scheme, $secret, $path, $body) = @_;
    return { path => $path, status => 200, body => $body, counts => [requests($label, $scheme, 'passed'), key($label, $secret)] };
}

sub refused {
    my ($label, $scheme, $reason, $path) = @_;
    return { path => $path, status => 403, counts => [requests($label, $scheme, 'rejected', $reason)] };
}

sub expired {
    my ($label, $scheme, $path) = @_;
    return { path => $path, status => 410, counts => [requests($label, $scheme, 'expired', 'expired')] };
}

sub altered {
    my ($link) = @_;
    substr($link, -10, 1) = substr($link, -10, 1) eq 'A' ? 'B' : 'A';
    return $link;
}

# --- Streams --------------------------------------------------------------------------------------------------------

sub playlist { my ($with) = @_; return join '', "#EXTM3U\n", map { "#EXTINF:4,\n" . $with->($_) . "\n" } @LINKS }

sub signed_playlist {
    my $expires = later();
    my $body = playlist(sub { my ($link) = @_; azion("/sign/$link", expires => $expires) =~ s{^/sign/}{}r });
    return passed('sign', 'azion', 'first', azion('/sign/all.m3u8', expires => $expires), $body);
}

# A path that nobody has had, under which a title's files are found.
sub title { my ($self, $place) = @_; return sprintf '/%s/%d-%d/', $place // 'grace', $$, ++$self->{number} }

sub passed_playlist {
    my ($self) = @_;
    my $title = $self->title('pass');
    my $link  = gcore("${title}all.m3u8", signs => $title);
    my ($token) = $link =~ /\?(.*)/;
    return {
        %{ passed('pass', 'gcore', 'first', $link, playlist(sub { "$_[0]?$token" })) },
        header => qr/^Set-Cookie: st=\Q$token\E; Path=\Q$title\E;/mi,
    };
}

sub by_cookie {
    my ($self) = @_;
    my $title = $self->title('pass');
    my ($token) = gcore("${title}1.ts", signs => $title) =~ /\?(.*)/;
    return { %{ passed('pass', 'gcore', 'first', "${title}1.ts", "a segment\n") }, fields => [cookie => "a=b; st=$token"] };
}

# --- Viewers --------------------------------------------------------------------------------------------------------

sub begins {
    my ($self) = @_;
    my $title  = $self->title;
    my $begins = { link => azion("${title}a.txt", expires => time + 5), expires => time + 5 };
    my $question = passed('grace', 'azion', 'first', $begins->{link}, $file);
    return {
        %$question,
        # On a machine that does much else the question may come too late.
        instead => { %{ expired('grace', 'azion', $begins->{link}) }, name => 'grace, comes too late', is_fine => sub { time >= $begins->{expires} } },
        answered => sub { push @{ $self->{begun} }, $begins if $_[0] == 200 },
    };
}

# Nobody yet whose token has expired: another question.
sub goes_on {
    my ($self) = @_;
    my $begun = $self->{begun}[0];
    return unless $begun && $begun->{expires} + 2 < time;
    shift @{ $self->{begun} };
    return passed('grace', 'azion', 'first', $begun->{link}, $file);
}

1;
