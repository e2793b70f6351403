package SecureToken::Wait;

# Waits for what comes behind an answer: on a slow machine, long behind it.
#
#   ok wait_for(sub { -e $file }), 'the file is there';
#   my $log = written("$dir/access.log", 3);                  # once it has three lines
#   my $log = written("$dir/access.log", qr/^GET .* 403$/m);  # once it has such a line
#   my $log = written("$dir/access.log", sub { ... });        # once a sub says of it that it is enough

use strict;
use warnings;

use Test::More ();
use Time::HiRes qw(sleep time);

use Exporter qw(import);
our @EXPORT = qw(wait_for written);
our @EXPORT_OK = qw(seconds_until wait_for_end);

# A machine that does a lot else needs its time. A test that passes waits no longer than it must.
my $PATIENCE = 30;

# Whether a condition comes true.
sub wait_for {
    my ($condition, $seconds) = @_;
    my $until = time + ($seconds // $PATIENCE);
    while (1) {
        my $is_last = time >= $until;
        return 1 if $condition->();
        return 0 if $is_last;
        sleep 0.02;
    }
}

# Whether a process comes to its end. It may stay for a while as one that nobody has asked about. NGINX takes its pid file
# away before it closes its sockets.
sub wait_for_end {
    my ($pid) = @_;
    $pid or die "no process\n";
    return wait_for(sub { contents("/proc/$pid/stat") !~ /\) [^ZX] / });
}

# Seconds until then, by the clock that NGINX reads. Perl's own `time` is some milliseconds behind it, and so at times by
# a whole second.
sub seconds_until { return $_[0] - int time }

# What is in a log, once that is enough. NGINX writes of a request into the access log after the client has
# got its answer; what the module says in the error log comes before it.
sub written {
    my ($file, $enough) = @_;
    my $text = '';
    my $is_enough =
          ref $enough eq 'CODE' ? $enough
        : ref $enough           ? sub { $_[0] =~ $enough }
        :                         sub { $_[0] =~ tr/\n// >= $enough };
    if (!wait_for(sub { $text = contents($file); $is_enough->($text) })) {
        Test::More::fail("$file has what is waited for" . (ref $enough eq 'CODE' ? '' : ": $enough"));
        Test::More::diag("it has:\n$text");
    }
    return $text;
}

sub contents {
    my ($file) = @_;
    open my $in, '<:raw', $file or return '';
    local $/;
    return <$in> // '';
}

1;
