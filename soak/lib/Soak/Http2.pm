package Soak::Http2;

# The way in which a client of HTTP/2 asks: many streams at a time, some of which it gives up.

use strict;
use warnings;

use SecureToken::Http2;

# The window of a stream and what is added to that of the connection: more than ever comes.
my $windows = frame(SETTINGS, 0, 0, pack 'nN', 4, 2**30) . frame(WINDOW_UPDATE, 0, 0, pack 'N', 2**30);

sub streams {
    my ($client, $questions) = @_;
    while ($client->goes_on) {
        my $connection = $client->connect;
        my ($got, $next) = ('', 1);
        $client->send($connection, $PREFACE . $windows);
        while ($client->goes_on && $next < 1500) {
            my %asked;
            for (1 .. 10) {
                $asked{$next} = { question => $questions->next, body => '', is_given_up => rand() < 0.1 };
                $next += 2;
            }
            $client->send($connection, join '', map { headers($_, fields($asked{$_}{question})) } sort { $a <=> $b } keys %asked);
            last unless answers($client, $connection, \$got, \%asked);
        }
    }
    return;
}

sub fields {
    my ($question) = @_;
    return (':method', 'GET', ':scheme', 'http', ':path', $question->{path}, ':authority', 'localhost', @{ $question->{fields} });
}

# Takes the answers: whether all came and the connection is good for more.
sub answers {
    my ($client, $connection, $got, $asked) = @_;
    my $is_open = 1;
    while (keys %$asked) {
        for my $frame (frames($got)) {
            my ($type, $flags, $stream, $payload) = @$frame;
            $is_open = 0 if $type == GOAWAY;
            my $one = $asked->{$stream} // next;
            if ($type == HEADERS) {
                $one->{status} = status_of($payload);
                # Its status is known then, and so is what was counted.
                if ($one->{is_given_up}) {
                    $client->send($connection, frame(RST_STREAM, 0, $stream, pack 'N', 8));
                    done($client, $one, undef);
                    delete $asked->{$stream};
                    next;
                }
            }
            $one->{body} .= $payload if $type == DATA;
            if ($type == RST_STREAM) {
                defined $one->{status} ? done($client, $one, "reset\n") : $client->tally->unanswered($one->{question});
                delete $asked->{$stream};
            }
            elsif ($flags & END_STREAM && ($type == HEADERS || $type == DATA)) {
                done($client, $one, $one->{body});
                delete $asked->{$stream};
            }
        }
        last unless keys %$asked;
        next if eval { $client->more($connection, $got) };
        my $tell = $@ ? 'hung' : 'unanswered';
        $client->tally->$tell($_->{question}) for values %$asked;
        return;
    }
    return $is_open;
}

# Headers are compressed, and other clients look at them.
sub done {
    my ($client, $one, $body) = @_;
    my $question = { %{ $one->{question} } };
    delete $question->{header};
    $client->tally->answered($question, { status => $one->{status}, head => '', body => $body });
    return;
}

1;
