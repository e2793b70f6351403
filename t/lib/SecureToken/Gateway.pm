package SecureToken::Gateway;

# What stands behind fastcgi_pass, uwsgi_pass and scgi_pass: a process of the test's own that answers
# with the parameters it was asked to name, one on a line.
#
#   my $gateway = SecureToken::Gateway->new(fastcgi => '/dir/fastcgi.sock', qw(QUERY_STRING));
#
# It ends with the object.

use strict;
use warnings;

use IO::Socket::UNIX;
use POSIX ();

my %PROTOCOL = (fastcgi => \&fastcgi, uwsgi => \&uwsgi, scgi => \&scgi);

sub new {
    my ($class, $protocol, $path, @names) = @_;
    my $serve  = $PROTOCOL{$protocol} // die "unknown protocol $protocol\n";
    my $socket = IO::Socket::UNIX->new(Local => $path, Listen => 8) // die "$path: $!";
    my $pid    = fork // die "fork: $!";
    if (!$pid) {
        # Not for longer than any test, should the test be gone.
        alarm 120;
        while (my $connection = $socket->accept) {
            $serve->($connection, sub {
                my (%param) = @_;
                return join '', "Status: 200\r\nContent-Type: text/plain\r\n\r\n", map { "$_=<" . ($param{$_} // '') . ">\n" } @names;
            });
        }
        POSIX::_exit(0);
    }
    return bless { pid => $pid, owner => $$ }, $class;
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $!);
    return if $self->{owner} != $$;
    kill TERM => $self->{pid};
    waitpid $self->{pid}, 0;
}

sub take {
    my ($connection, $length) = @_;
    my $bytes = '';
    while (length $bytes < $length) {
        sysread $connection, $bytes, $length - length $bytes, length $bytes or return;
    }
    return $bytes;
}

# Records: version, type, request, length of the content, length of the padding, content, padding.
sub fastcgi {
    my ($connection, $answer) = @_;
    my ($params, $header) = ('');
    while (defined($header = take($connection, 8))) {
        my (undef, $type, undef, $length, $padding) = unpack 'CCnnC', $header;
        my $content = substr take($connection, $length + $padding) // return, 0, $length;
        $params .= $content if $type == 4;
        # An empty record of standard input ends the request.
        last if $type == 5 && !$length;
    }
    # Lengths have one byte, or four with the first bit set.
    my $size = sub {
        $params =~ s/\A([\x00-\x7f])//s and return ord $1;
        $params =~ s/\A(.{4})//s        and return unpack('N', $1) & 0x7fff_ffff;
        return 0;
    };
    my %param;
    while (length $params) {
        my ($name, $value) = ($size->(), $size->());
        my $key = substr $params, 0, $name, '';
        $param{$key} = substr $params, 0, $value, '';
    }
    my $text   = $answer->(%param);
    my $record = sub { pack('CCnnCx', 1, $_[0], 1, length $_[1], 0) . $_[1] };
    syswrite $connection, $record->(6, $text) . $record->(6, '') . $record->(3, "\0" x 8);
}

# A header with the length of all, then names and values, each behind its length.
sub uwsgi {
    my ($connection, $answer) = @_;
    my (undef, $length) = unpack 'CvC', take($connection, 4) // return;
    my %param = unpack '(v/a)*', take($connection, $length) // return;
    syswrite $connection, 'HTTP/1.1 200 OK' . "\r\n" . $answer->(%param) =~ s/\AStatus.*?\n//r;
}

# The length of all in decimal, a colon, then names and values that a NUL ends, and a comma.
sub scgi {
    my ($connection, $answer) = @_;
    my $length = '';
    while ($length !~ s/:\z//) { $length .= take($connection, 1) // return }
    my %param = unpack '(Z*)*', substr take($connection, $length + 1) // return, 0, $length;
    syswrite $connection, $answer->(%param);
}

1;
