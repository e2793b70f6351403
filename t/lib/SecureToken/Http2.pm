package SecureToken::Http2;

# HTTP/2 in frames of our own making: no name or value is touched by a client library.
#
#   syswrite $connection, $PREFACE . headers(1, ':method' => 'GET', ':path' => '/a.txt', ...);
#   for my $frame (frames(\$got)) { my ($type, $flags, $stream, $payload) = @$frame; ... }

use strict;
use warnings;

use Exporter qw(import);
our @EXPORT = qw($PREFACE frame headers frames status_of DATA HEADERS RST_STREAM SETTINGS GOAWAY WINDOW_UPDATE END_STREAM);

use constant { DATA => 0, HEADERS => 1, RST_STREAM => 3, SETTINGS => 4, GOAWAY => 7, WINDOW_UPDATE => 8, CONTINUATION => 9 };
use constant { END_STREAM => 1, END_HEADERS => 4 };

# What a client begins with.
our $PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" . frame(SETTINGS, 0, 0, '');

sub frame {
    my ($type, $flags, $stream, $payload) = @_;
    return substr(pack('N', length $payload), 1) . pack('CCN', $type, $flags, $stream) . $payload;
}

# A request without a body, its fields as they are given.
sub headers {
    my ($stream, @fields) = @_;
    my $block = '';
    while (my ($name, $value) = splice @fields, 0, 2) {
        $block .= "\x10" . integer(length $name) . $name . integer(length $value) . $value;
    }
    my @parts = unpack '(a16000)*', $block;
    return join '', map {
        frame($_ ? CONTINUATION : HEADERS, ($_ ? 0 : END_STREAM) | ($_ == $#parts ? END_HEADERS : 0), $stream, $parts[$_])
    } 0 .. $#parts;
}

sub integer {
    my ($value) = @_;
    return chr $value if $value < 127;
    my $bytes = chr 127;
    for ($value -= 127; $value >= 128; $value >>= 7) { $bytes .= chr($value & 127 | 128) }
    return $bytes . chr $value;
}

# Takes the frames that are whole out of what was read: [type, flags, stream, payload].
sub frames {
    my ($got) = @_;
    my @frames;
    while (length $$got >= 9) {
        my ($high, $low, $type, $flags, $stream) = unpack 'CnCCN', $$got;
        my $length = $high << 16 | $low;
        last if length $$got < 9 + $length;
        push @frames, [$type, $flags, $stream, substr $$got, 9, $length];
        substr($$got, 0, 9 + $length) = '';
    }
    return @frames;
}

# The status in the headers of an answer, as NGINX writes them.
sub status_of {
    my ($payload) = @_;
    # It may shrink its table first.
    $payload =~ s/\A[\x20-\x3f]//;
    my $first = ord $payload;
    return $first & 0x80 ? (200, 204, 206, 304, 400, 404, 500)[($first & 0x7f) - 8] : substr $payload, 2, 3;
}

1;
