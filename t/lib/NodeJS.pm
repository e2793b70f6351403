package NodeJS;

# A program of Node.js that answers a line of JSON for a line of JSON: t/lib/browser.mjs and
# t/lib/modules.mjs.

use strict;
use warnings;

use IPC::Open2 qw(open2);
use JSON::PP ();
use Test::More ();

use Documents qw($ROOT has_program);

my $json = JSON::PP->new->utf8->allow_nonref;

# Ends the test where a program is not installed: as skipped or, where everything has to be tried, as
# failed.
sub needs {
    my (%package_of) = @_;
    my @missing = grep { !has_program($_) } sort keys %package_of or return;
    my $how = 'not installed: ' . join(', ', @missing) . ' (apt-get install ' . join(' ', @package_of{@missing}) . ')';
    Test::More::plan(skip_all => $how) unless $ENV{SECURE_TOKEN_SKIP_NOTHING};
    Test::More::fail($how);
    Test::More::done_testing();
    exit 1;
}

sub new {
    my ($class, $program, @args) = @_;
    my $pid = open2(my $from, my $to, 'node', "$ROOT/t/lib/$program", @args);
    return bless { pid => $pid, from => $from, to => $to, owner => $$ }, $class;
}

# Hands over a request; its answer, or dies with the error.
sub ask {
    my ($self, $request) = @_;
    local $SIG{PIPE} = 'IGNORE';
    print { $self->{to} } $json->encode($request), "\n";
    $self->{to}->flush;
    my $line = readline $self->{from};
    my $answer = $json->decode($line // die "node has ended\n");
    die "$answer->{error}\n" if defined $answer->{error};
    return $answer->{ok};
}

sub DESTROY {
    my ($self) = @_;
    return if $self->{owner} != $$;
    local ($?, $!, $@);
    close $self->{to};
    waitpid $self->{pid}, 0;
}

1;
