package SecureToken::Metrics;

# Reads what a location with secure_token_metrics answers.
#
#   my $now = metrics($nginx->get('/metrics')->{body});   # {'requests_total{label="",...}' => 3, ...}
#   my $now = from_json($nginx->get('/json')->{body});    # the same, if it is
#   counted($nginx, sub { ... })                          # what that added

use strict;
use warnings;

use JSON::PP ();

use Exporter qw(import);
our @EXPORT = qw(metrics from_json counted requests key lifetime);

my $label = qr/\w+="(?:[^"\\\n]|\\["\\n])*"/;

# Samples without the name that all have in front. Dies of whatever the format does not allow.
sub metrics {
    my ($text) = @_;
    my (%sample, %type);
    for my $line (split /\n/, $text) {
        next if $line =~ /^# HELP secure_token_\w+ \S/;
        if ($line =~ /^# TYPE (\w+) (counter|gauge|histogram)$/) {
            die "twice: $line\n" if $type{$1}++;
            next;
        }
        my ($name, $value) = $line =~ /^secure_token_(\w+(?:\{$label(?:,$label)*\})?) (\d+)$/
            or die "not a sample: $line\n";
        die "twice: $line\n" if exists $sample{$name};
        my ($family) = "secure_token_$name" =~ /^(\w+?)(?:_bucket|_sum|_count)?(?:\{|$)/;
        die "a sample in front of its type: $line\n" unless $type{$family};
        $sample{$name} = $value;
    }
    return \%sample;
}

sub quoted { return '"' . $_[0] =~ s/(["\\])/\\$1/gr . '"' }

# The names of samples.
sub requests {
    my ($label, $scheme, $status, $reason) = @_;
    return sprintf 'requests_total{label=%s,scheme="%s",status="%s",reason="%s"}', quoted($label), $scheme,
        $status, $reason // '';
}
sub key { return sprintf 'key_passed_total{label=%s,key=%s}', map { quoted($_) } @_ }

sub lifetime {
    my ($label, $le) = @_;
    return sprintf 'lifetime_seconds_bucket{label=%s,le="%s"}', quoted($label), $le;
}

# The JSON as what it would be for Prometheus.
sub from_json {
    my $data = JSON::PP->new->decode($_[0]);
    my %sample = (qq(build_info{version="$data->{version}",nginx="$data->{nginx}"}) => 1);
    for my $one (@{ $data->{requests} }) {
        $sample{ requests(@$one{qw(label scheme status reason)}) } = $one->{count};
    }
    $sample{ key(@$_{qw(label key)}) } = $_->{passed} for @{ $data->{keys} };
    for my $one (@{ $data->{lifetimes} }) {
        my $in_braces = '{label=' . quoted($one->{label}) . '}';
        $sample{ lifetime($one->{label}, $_->{le}) } = $_->{count} for @{ $one->{buckets} };
        $sample{ lifetime($one->{label}, '+Inf') } = $one->{count};
        $sample{"lifetime_seconds_$_$in_braces"} = $one->{$_} for qw(sum count);
    }
    return \%sample;
}

# Which numbers something raises, and by how much. Lifetimes are another matter.
sub counted {
    my ($nginx, $do) = @_;
    my $before = metrics($nginx->get('/metrics')->{body});
    $do->();
    my $after = metrics($nginx->get('/metrics')->{body});
    my %change = map { $_ => $after->{$_} - ($before->{$_} // 0) } grep { !/^lifetime/ } keys %$after;
    return { map { $_ => $change{$_} } grep { $change{$_} } keys %change };
}

1;
