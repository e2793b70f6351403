package SecureToken::Prometheus;

# A real Prometheus of a test's own: in a temporary directory, on a free port.
#
#   my $prometheus = SecureToken::Prometheus->new($text_of_prometheus_yml)->start;
#   $prometheus->query('up');                    # [{ metric => {...}, value => [time, '1'] }]

use strict;
use warnings;

use File::Temp ();
use HTTP::Tiny;
use JSON::PP ();
use POSIX ();
use SecureToken::Port;
use SecureToken::Wait ();

# How to get what is missing; nothing if all is there.
sub missing {
    my @missing = grep { my $name = $_; !grep { -x "$_/$name" } split /:/, $ENV{PATH} } qw(prometheus promtool);
    return @missing ? "no @missing: apt-get install --no-install-recommends prometheus" : '';
}

sub new {
    my ($class, $config) = @_;
    my $tmp  = File::Temp->newdir('secure-token-prometheus-XXXXXX', TMPDIR => 1);
    my $self = bless { tmp => $tmp, dir => "$tmp", port => free_port(), owner => $$ }, $class;
    open my $out, '>', "$tmp/prometheus.yml" or die $!;
    print $out $config;
    close $out or die $!;
    return $self;
}

sub start {
    my ($self) = @_;
    my $dir = $self->{dir};
    $self->{pid} = fork // die $!;
    if (!$self->{pid}) {
        open STDOUT, '>', "$dir/log" or die $!;
        open STDERR, '>&', \*STDOUT or die $!;
        exec 'prometheus', "--config.file=$dir/prometheus.yml", "--storage.tsdb.path=$dir/data", "--web.listen-address=127.0.0.1:$self->{port}"
            or POSIX::_exit(127);
    }
    $self->wait_for(sub { HTTP::Tiny->new->get("http://127.0.0.1:$self->{port}/-/ready")->{success} }) or die "Prometheus does not start:\n" . $self->log;
    return $self;
}

sub log { open my $in, '<', "$_[0]{dir}/log" or return ''; local $/; return <$in> }

sub wait_for { my ($self, @condition) = @_; return SecureToken::Wait::wait_for(@condition) }

# What its HTTP API answers: data, or dies with the error.
sub api {
    my ($self, $path, %query) = @_;
    my $http     = HTTP::Tiny->new(timeout => 20);
    my $response = $http->get("http://127.0.0.1:$self->{port}/api/v1/$path?" . $http->www_form_urlencode(\%query));
    my $answer   = eval { JSON::PP::decode_json($response->{content}) } // die "$response->{status} $response->{content}\n";
    return $answer->{status} eq 'success' ? $answer->{data} : die "$answer->{error}\n";
}

sub query { my ($self, $expression) = @_; return $self->api('query', query => $expression)->{result} }

# The only number that comes out.
sub number { my ($self, $expression) = @_; my $result = $self->query($expression); return @$result == 1 ? $result->[0]{value}[1] : undef }

sub stop {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    kill TERM => $pid;
    waitpid $pid, 0;
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $!, $@);
    $self->stop if $self->{owner} == $$;
}

1;
