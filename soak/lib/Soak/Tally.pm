package Soak::Tally;

# What became of a client's questions: compared with what they have to get, and counted as NGINX has to count them.

use strict;
use warnings;

sub new { return bless { requests => 0, unanswered => 0, cut => 0, counts => {}, doubt => {}, kinds => {}, wrong => [] }, $_[0] }

# An answer is {status, head, body}; of one that was cut off, `body` is not there.
sub answered {
    my ($self, $question, $answer) = @_;
    my $instead = $question->{instead};
    my $is_late = $instead && $answer->{status} == $instead->{status} && $instead->{is_fine}->();
    my $is      = $is_late ? $instead : $question;
    $self->{requests}++;
    $self->{kinds}{ $is->{name} }++;
    $self->{counts}{$_}++ for @{ $is->{counts} };
    $question->{answered}->($answer->{status}) if $question->{answered};
    my $wrong =
          $answer->{status} ne $is->{status}                                              ? "status $answer->{status}"
        : $is->{header} && $answer->{head} !~ $is->{header}                               ? "headers $answer->{head}"
        : defined $is->{body} && defined $answer->{body} && $answer->{body} ne $is->{body} ? 'body ' . substr $answer->{body}, 0, 300
        :                                                                                   return;
    push @{ $self->{wrong} }, "$is->{name}: $is->{path} => $wrong" if @{ $self->{wrong} } < 5;
    return;
}

# Sent, and the connection closed without an answer. Where no worker was killed none has read it.
sub unanswered {
    my ($self, $question) = @_;
    $self->{unanswered}++;
    $self->{doubt}{$_}++ for @{ $question->{counts} };
    return;
}

# Not sent to its end.
sub cut { $_[0]{cut}++; return }

sub hung {
    my ($self, $question) = @_;
    push @{ $self->{wrong} }, "$question->{name}: $question->{path} => no answer and no end";
    return $self->unanswered($question);
}

# What NGINX has counted otherwise. A request that a worker had when it was killed may be counted without an answer: so
# much more may be there, and only then.
sub miscounted {
    my ($self, $counted, $were_killed) = @_;
    my @wrong;
    for my $name (sort keys %{ { %$counted, %{ $self->{counts} } } }) {
        my ($is, $least) = ($counted->{$name} // 0, $self->{counts}{$name} // 0);
        my $most = $least + ($were_killed ? $self->{doubt}{$name} // 0 : 0);
        next if $least <= $is && $is <= $most;
        push @wrong, "$name: counted $is, answered $least" . ($most > $least ? " to $most" : '');
    }
    return @wrong;
}

# Adds another one.
sub add {
    my ($self, $other) = @_;
    $self->{$_} += $other->{$_} for qw(requests unanswered cut);
    for my $kind (qw(counts doubt kinds)) {
        $self->{$kind}{$_} += $other->{$kind}{$_} for keys %{ $other->{$kind} };
    }
    push @{ $self->{wrong} }, @{ $other->{wrong} };
    return $self;
}

1;
