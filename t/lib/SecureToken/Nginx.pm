package SecureToken::Nginx;

# An NGINX of a test's own, for what Test::Nginx cannot express: it lives in a temporary directory
# and listens on sockets there, so it needs no port.
#
#   my $nginx = SecureToken::Nginx->new(http => 'server { listen unix:DIR/nginx.sock; ... }');
#   $nginx->start;
#   is($nginx->get('/a.txt')->{status}, 403);
#
# In `main` and `http` DIR stands for the directory.

use strict;
use warnings;

use File::Copy qw(copy);
use File::Path qw(make_path);
use File::Temp ();
use IO::Socket::UNIX;
use POSIX qw(:sys_wait_h);
use SecureToken::Wait ();

our $BINARY = $ENV{TEST_NGINX_BINARY} // 'nginx';
our $MODULE = $ENV{TEST_NGINX_SECURE_TOKEN_MODULE}
    // die "TEST_NGINX_SECURE_TOKEN_MODULE names no module\n";

# Options and version of the NGINX under test.
our $V = `$BINARY -V 2>&1`;
sub has_debug { $V =~ /--with-debug\b/ }

sub new {
    my ($class, %with) = @_;
    my $tmp  = File::Temp->newdir('secure-token-XXXXXX', TMPDIR => 1);
    my $self = bless { tmp => $tmp, dir => "$tmp", level => 'info', %with }, $class;
    # Workers and other users have to get in.
    chmod 0755, $self->{dir};
    make_path("$self->{dir}/html", "$self->{dir}/temp");
    $self->write("html/$_", "file $_\n") for 'index.html', 'a.txt';
    $self->configure(%with) if defined $with{http};
    return $self;
}

sub dir { $_[0]{dir} }

sub write {
    my ($self, $name, $text) = @_;
    my $path = "$self->{dir}/$name";
    make_path($1) if $path =~ m{(.*)/};
    open my $out, '>:raw', $path or die "$path: $!";
    print $out $text;
    close $out or die "$path: $!";
    return $path;
}

sub read { return SecureToken::Wait::contents("$_[0]{dir}/$_[1]") }

# The same of an access log, once it is `enough`.
sub written { return SecureToken::Wait::written("$_[0]{dir}/$_[1]", $_[2]) }

sub configure {
    my ($self, %with) = @_;
    $self->{$_} = $with{$_} for keys %with;
    my ($dir, $main, $http) = ($self->{dir}, $self->{main} // '', $self->{http});
    s/\bDIR\b/$dir/g for $main, $http;
    my $user = $> == 0 ? 'user root;' : '';
    # An NGINX may have it built in: "static". A test may name another for a while.
    my $load = $MODULE eq 'static' ? '' : "load_module $MODULE;";
    my $conf = $self->write('nginx.conf.new', <<"    CONF");
$load
$user
pid $dir/nginx.pid;
error_log $dir/error.log $self->{level};
$main
events { worker_connections 256; }
http {
access_log off;
# Tengine warns of its own size of it.
variables_hash_max_size 2048;
client_body_temp_path $dir/temp; proxy_temp_path $dir/temp; fastcgi_temp_path $dir/temp;
uwsgi_temp_path $dir/temp; scgi_temp_path $dir/temp;
root $dir/html;
$http
}
    CONF
    # All at once: NGINX may be reading it.
    rename $conf, "$dir/nginx.conf" or die "$dir/nginx.conf: $!";
    return $self;
}

sub command { my ($self, @more) = @_; return ($BINARY, '-e', 'stderr', '-p', $self->{dir}, '-c', "$self->{dir}/nginx.conf", @more) }

# Runs a command; returns its wait status and what it wrote. With a user id, as that user.
sub run {
    my ($self, $uid, @command) = @_;
    pipe my $out, my $in or die $!;
    my $pid = fork // die $!;
    if (!$pid) {
        open STDOUT, '>&', $in or die $!;
        open STDERR, '>&', $in or die $!;
        close $out;
        if (defined $uid) {
            POSIX::setgid($uid);
            POSIX::setuid($uid);
        }
        exec { $command[0] } @command or POSIX::_exit(127);
    }
    close $in;
    my $text = do { local $/; <$out> } // '';
    waitpid $pid, 0;
    return ($?, $text);
}

# `nginx -t`: the wait status and the messages.
sub test {
    my ($self, %with) = @_;
    return $self->run($with{uid}, $self->command('-t'));
}

sub start {
    my ($self) = @_;
    my $dir = $self->{dir};
    # The master leaves its standard error open, so it gets a file.
    my $rc = system join ' ', map({ "'$_'" } $self->command), ">'$dir/start.log' 2>&1";
    $rc == 0 or die 'nginx does not start: ' . $self->read('start.log');
    $self->wait_for(sub { -s "$dir/nginx.pid" }) or die 'nginx wrote no pid';
    ($self->{pid}) = $self->read('nginx.pid') =~ /(\d+)/;
    $self->{owner} = $$;
    # The pid is written before there are workers, on a slow machine long before.
    my ($workers) = $self->read('nginx.conf') =~ /^\s*worker_processes\s+(\d+)/m;
    $self->wait_for(sub { my @now = $self->workers; @now >= ($workers // 1) }) or die 'nginx has no workers';
    return $self;
}

sub wait_for { my ($self, @condition) = @_; return SecureToken::Wait::wait_for(@condition) }

sub workers {
    my ($self) = @_;
    return sort split /\s+/, `ps -o pid= --ppid $self->{pid}` =~ s/^\s+//r;
}

# Has the configuration read again; returns once new workers run.
sub reload {
    my ($self) = @_;
    my %old = map { $_ => 1 } $self->workers;
    kill HUP => $self->{pid};
    return $self->wait_for(sub { grep { !$old{$_} } $self->workers });
}

# The same, and returns once no old worker is left: whatever is asked now, new ones answer.
sub renew {
    my ($self) = @_;
    my @old = $self->workers;
    return $self->reload && $self->wait_for(sub { my %now = map { $_ => 1 } $self->workers; !grep { $now{$_} } @old });
}

sub stop {
    my ($self, $signal) = @_;
    my $pid = delete $self->{pid} // return;
    kill +($signal // 'TERM') => $pid;
    SecureToken::Wait::wait_for_end($pid);
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $!, $@);
    $self->stop if ($self->{owner} // 0) == $$;
}

sub log { $_[0]->read('error.log') }
sub clear_log { truncate "$_[0]{dir}/error.log", 0 }

# What would be wrong with any test.
sub alarms { return join '', grep { /\[(?:alert|emerg)\]|exited on signal|panic|internal error/ } split /^/, $_[0]->log }

sub connect {
    my ($self, $socket) = @_;
    return IO::Socket::UNIX->new("$self->{dir}/" . ($socket // 'nginx.sock')) // die "connect: $!";
}

# Sends bytes as they are and reads until NGINX closes the connection.
sub raw {
    my ($self, $bytes, $socket) = @_;
    my $connection = $self->connect($socket);
    local $SIG{PIPE} = 'IGNORE';
    my $response = '';
    eval {
        local $SIG{ALRM} = sub { die "timeout\n" };
        alarm 20;
        my $sent = 0;
        while ($sent < length $bytes) {
            my $n = syswrite $connection, $bytes, 65536, $sent;
            last unless $n;
            $sent += $n;
        }
        1 while sysread $connection, $response, 65536, length $response;
        alarm 0;
    };
    alarm 0;
    return parse($response);
}

sub parse {
    my ($response) = @_;
    # HTTP/0.9 is nothing but a body.
    return { status => 0, head => '', header => {}, body => $response } unless $response =~ m{\AHTTP/};
    my ($head, $body) = split /\r\n\r\n/, $response, 2;
    my ($status) = ($head // '') =~ m{\AHTTP/1\.[01] (\d+)};
    my %header = map { /^([^:]+):\s*(.*)/ ? (lc $1 => $2) : () } split /\r\n/, $head // '';
    return { status => $status // 0, head => $head // '', header => \%header, body => $body // '' };
}

sub get {
    my ($self, $uri, @headers) = @_;
    return $self->raw(join "\r\n", "GET $uri HTTP/1.1", 'Host: localhost', 'Connection: close', @headers, '', '');
}

# curl, over the socket: status, and what it printed.
sub curl {
    my ($self, @args) = @_;
    my ($rc, $text) = $self->run(undef, 'curl', '-sS', '--max-time', 20, '--unix-socket', "$self->{dir}/nginx.sock", @args);
    return $text;
}

1;
