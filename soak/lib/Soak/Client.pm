package Soak::Client;

# A client in a process of its own, which asks in one way until a time is over.
#
#   my $client = Soak::Client->new(way => \&Soak::Http1::pipelined, from => '127.0.0.11', port => 8080, seconds => 10);
#   my $tally  = $client->end;
#
#   my @clients = Soak::Client->all($unrest, seconds => 10);     # one of each way, all at the same time

use strict;
use warnings;

use IO::Socket::INET ();
use JSON::PP ();
use POSIX ();
use Time::HiRes qw(time);
use Soak::Http1;
use Soak::Http2;
use Soak::Questions;
use Soak::Tally;

my @ways = (
    \&Soak::Http1::kept, \&Soak::Http1::kept, \&Soak::Http1::single, \&Soak::Http1::pipelined, \&Soak::Http1::slow,
    \&Soak::Http1::cut_off, \&Soak::Http2::streams,
);

# How long an answer may take, and be it on a machine that does much else.
our $PATIENCE = 60;

sub all {
    my ($class, $unrest, %with) = @_;
    my $seed = $with{seed} // 1;
    return map {
        my $port = $ways[$_] == \&Soak::Http2::streams ? 'http2' : 'http1';
        $class->new(%with, way => $ways[$_], from => '127.0.0.' . (11 + $_), port => $unrest->port($port), seed => $seed + $_);
    } 0 .. $#ways;
}

sub new {
    my ($class, %with) = @_;
    pipe my $report, my $out or die $!;
    my $pid = fork // die $!;
    if (!$pid) {
        close $report;
        srand $with{seed};
        local $SIG{PIPE} = 'IGNORE';
        my $self = bless { %with, until => time + $with{seconds}, tally => Soak::Tally->new }, $class;
        my $questions = Soak::Questions->new(from => $with{from}, grace => $with{grace});
        eval { $with{way}->($self, $questions); 1 } or push @{ $self->{tally}{wrong} }, "a client died: $@";
        print $out JSON::PP->new->encode({ %{ $self->{tally} } });
        close $out;
        POSIX::_exit(0);
    }
    close $out;
    return bless { pid => $pid, report => $report }, $class;
}

sub end {
    my ($self) = @_;
    my $text = do { local $/; readline $self->{report} } // '';
    waitpid delete $self->{pid}, 0;
    return eval { JSON::PP->new->decode($text) } // { %{ Soak::Tally->new }, wrong => ["a client's report: $text"] };
}

sub DESTROY { kill KILL => $_[0]{pid} if $_[0]{pid} && $_[0]{report} }

# --- In the client --------------------------------------------------------------------------------------------------

sub tally   { $_[0]{tally} }
sub goes_on { time < $_[0]{until} }

sub connect {
    my ($self) = @_;
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{port}, LocalAddr => $self->{from}, Timeout => $PATIENCE) // die "connect: $@\n";
}

# All of it, or what the other side takes of it before it closes.
sub send {
    my ($self, $connection, $bytes) = @_;
    for (my $sent = 0; $sent < length $bytes;) {
        $sent += syswrite($connection, $bytes, 65536, $sent) // return;
    }
    return 1;
}

# Reads more: whether there was any. Dies where nothing comes.
sub more {
    my ($self, $connection, $got) = @_;
    vec(my $readable = '', fileno $connection, 1) = 1;
    select($readable, undef, undef, $PATIENCE) > 0 or die "hung\n";
    return (sysread $connection, $$got, 65536, length $$got) || 0;
}

1;
