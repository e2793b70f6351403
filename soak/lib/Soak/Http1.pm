package Soak::Http1;

# The ways in which clients of HTTP/1.1 ask.

use strict;
use warnings;

use Time::HiRes qw(sleep);

# One after the other on a connection that is kept.
sub kept {
    my ($client, $questions) = @_;
    batches($client, $questions, 1);
    return;
}

# Several at once, before the first answer is there.
sub pipelined {
    my ($client, $questions) = @_;
    batches($client, $questions, 8);
    return;
}

sub batches {
    my ($client, $questions, $size) = @_;
    my ($connection, $got);
    while ($client->goes_on) {
        ($connection, $got) = ($client->connect, '') unless $connection;
        my @batch = map { $questions->next } 1 .. $size;
        $client->send($connection, join '', map { request($_) } @batch);
        undef $connection unless answers($client, $connection, \$got, @batch);
    }
    return;
}

# A connection for each.
sub single {
    my ($client, $questions) = @_;
    while ($client->goes_on) {
        my ($connection, $question, $got) = ($client->connect, $questions->next, '');
        $client->send($connection, request($question, 'Connection: close'));
        answers($client, $connection, \$got, $question);
    }
    return;
}

# In pieces, over many connections at a time: reloads come in between.
sub slow {
    my ($client, $questions) = @_;
    while ($client->goes_on) {
        my @open = map { { connection => $client->connect, question => $questions->next } } 1 .. 20;
        for my $one (@open) {
            my $request = request($one->{question}, 'Connection: close');
            my $size = 1 + int length($request) / 10;
            $one->{pieces} = [unpack "(a$size)*", $request];
        }
        for my $piece (0 .. 9) {
            $client->send($_->{connection}, $_->{pieces}[$piece] // '') for @open;
            sleep 0.1;
        }
        for my $one (@open) {
            my $got = '';
            answers($client, $one->{connection}, \$got, $one->{question});
        }
    }
    return;
}

# Goes away in the middle: of the question, or of the answer.
sub cut_off {
    my ($client, $questions) = @_;
    while ($client->goes_on) {
        my ($connection, $question, $got) = ($client->connect, $questions->next, '');
        my $request = request($question);
        if (rand() < 0.5) {
            $client->send($connection, substr $request, 0, rand(length($request) - 4));
            $client->tally->cut;
        }
        else {
            $client->send($connection, $request);
            answer_begins($client, $connection, $question);
        }
        sleep 0.002;
    }
    return;
}

sub request {
    my ($question, @headers) = @_;
    my @fields = @{ $question->{fields} };
    while (my ($name, $value) = splice @fields, 0, 2) { push @headers, ucfirst($name) . ": $value" }
    return join "\r\n", "GET $question->{path} HTTP/1.1", 'Host: localhost', @headers, '', '';
}

# Takes the answers, in their order: whether all came and the connection is good for more.
sub answers {
    my ($client, $connection, $got, @questions) = @_;
    my $is_open = 1;
    while (@questions) {
        if (my $answer = take($got)) {
            $client->tally->answered(shift @questions, $answer);
            $is_open = 0 if $answer->{head} =~ /^Connection: close\r$/mi;
        }
        elsif (!eval { $client->more($connection, $got) }) {
            my $tell = $@ ? 'hung' : 'unanswered';
            # Of one that was begun a worker that is not killed has the rest.
            $client->tally->$tell($_) for @questions;
            return;
        }
    }
    return $is_open;
}

sub answer_begins {
    my ($client, $connection, $question) = @_;
    my $got = '';
    until ($got =~ /\r\n\r\n/) {
        next if eval { $client->more($connection, \$got) };
        my $tell = $@ ? 'hung' : 'unanswered';
        return $client->tally->$tell($question);
    }
    my ($status) = $got =~ m{\AHTTP/1\.1 (\d+)};
    return $client->tally->answered($question, { status => $status, head => $got });
}

# One answer that is whole, out of what was read.
sub take {
    my ($got) = @_;
    my ($head, $status) = $$got =~ m{\A(HTTP/1\.1 (\d+) .*?\r\n\r\n)}s or return;
    my $at = length $head;
    my $body;
    if ($head =~ /^Content-Length: (\d+)\r$/mi) {
        return if length $$got < $at + $1;
        ($body, $at) = (substr($$got, $at, $1), $at + $1);
    }
    else {
        $body = '';
        while (1) {
            pos($$got) = $at;
            my ($size) = $$got =~ /\G([0-9a-f]+)\r\n/gci or return;
            ($size, $at) = (hex $size, $at + 2 + length $size);
            return if length $$got < $at + $size + 2;
            $body .= substr $$got, $at, $size;
            $at += $size + 2;
            last unless $size;
        }
    }
    substr($$got, 0, $at) = '';
    return { status => $status, head => $head, body => $body };
}

1;
