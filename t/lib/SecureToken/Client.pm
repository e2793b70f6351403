package SecureToken::Client;

# A client in a process of its own, which asks for links again and again and keeps count of the answers.
#
#   my $client = SecureToken::Client->new($nginx, times => 100, keep => 1, asks => sub {
#       my ($i) = @_;
#       return ('a link', azion('/a.txt'));            # a name for it, and the link
#   });
#   ...
#   my $seen = $client->end;                           # {'a link 200' => 100}
#
# Without `times` it goes on until `end`. What has no answer is counted as "lost", and with `tells_again` what was asked
# once more on another connection as "again". A header X-Key in an
# answer stands behind the status.

use strict;
use warnings;

use Errno ();
use POSIX ();

sub new {
    my ($class, $nginx, %with) = @_;
    pipe my $report, my $out or die $!;
    my $pid = fork // die $!;
    if (!$pid) {
        close $report;
        my $seen = eval { ask($nginx, %with) } // { "died: $@" => 1 };
        print $out map { "$seen->{$_} $_\n" } sort keys %$seen;
        close $out;
        POSIX::_exit(0);
    }
    close $out;
    return bless { pid => $pid, report => $report, forever => !$with{times} }, $class;
}

sub end {
    my ($self) = @_;
    kill TERM => $self->{pid} if $self->{forever};
    my %seen = map { /^(\d+) (.*)$/ ? ($2 => $1) : () } readline $self->{report};
    waitpid delete $self->{pid}, 0;
    return \%seen;
}

sub is_done { return waitpid($_[0]{pid}, POSIX::WNOHANG()) != 0 }

sub DESTROY { kill KILL => $_[0]{pid} if $_[0]{pid} && !is_done($_[0]) }

sub ask {
    my ($nginx, %with) = @_;
    my ($ends, $connection, %seen) = 0;
    local $SIG{TERM} = sub { $ends = 1 };
    local $SIG{PIPE} = 'IGNORE';
    for (my $i = 0; !$ends && !($with{times} && $i >= $with{times}); $i++) {
        my ($name, $link) = $with{asks}->($i);
        my $is_kept  = $connection && $with{keep};
        my $response = answer($connection = $is_kept ? $connection : $nginx->connect, $link, $with{keep});
        # NGINX may close a kept connection between two requests; a client then asks again.
        if ($is_kept && $response eq '') {
            $seen{"$name again"}++ if $with{tells_again};
            $response = answer($connection = $nginx->connect, $link, $with{keep});
        }
        my ($status, $header) = $response =~ m{\AHTTP/1\.1 (\d+)(.*?\r\n)\r\n}s;
        my ($key) = ($header // '') =~ /^X-Key: (.*?)\r$/m;
        $seen{ join ' ', $name, $status // 'lost', $key // () }++;
        undef $connection if !$header || $header =~ /^Connection: close\r$/m;
    }
    return \%seen;
}

# What comes back; less than all of it is nothing that has a status.
sub answer {
    my ($connection, $link, $keep) = @_;
    my $response = '';
    syswrite $connection, "GET $link HTTP/1.1\r\nHost: x\r\n" . ($keep ? '' : "Connection: close\r\n") . "\r\n";
    until ($response =~ /\r\n\r\n/ && length $response >= $+[0] + ($response =~ /^Content-Length: (\d+)/m ? $1 : 0)) {
        my $read = sysread $connection, $response, 65536, length $response;
        next if !defined $read && $!{EINTR};
        return $response eq '' ? '' : "cut off\n" unless $read;
    }
    return $response;
}

1;
