package SecureToken::Forwarded;

# For blocks that ask what an upstream gets to see:
#
#   --- forwarded eval
#   [get(azion('/a') . '&b=1') => '/a?b=1', get('/a') => 403]
#
# A text is the URI of the request that reaches the origin, and the answer is 200. A number is the
# status of a request that does not get there.
#
# placed(link, query) is the link with another query, in which {1}, {2} are the pieces of its own.

use strict;
use warnings;

use Test::Nginx::Util ();

package Test::Base::Filter {
    sub placed {
        my ($link, $query) = @_;
        my ($path, $own) = split /\?/, $link, 2;
        my @pieces = split /&/, $own;
        $query =~ s/\{(\d)\}/$pieces[$1 - 1]/g;
        return "$path?$query";
    }
}

sub import {
    Test::Nginx::Util::add_block_preprocessor(\&prepare);
}

sub prepare {
    my ($block) = @_;
    my $asked = $block->forwarded // return;
    ref $asked or Test::Nginx::Util::bail_out($block->name . " - $asked");

    my %section;
    while (my ($question, $answer) = splice @$asked, 0, 2) {
        my ($request, @headers) = ref $question ? @$question : $question;
        my ($method) = $request =~ /^(\S+)/;
        my $arrives = $answer !~ /^\d+$/;
        push @{ $section{request} },            $request;
        push @{ $section{more_headers} },       join "\n", @headers;
        push @{ $section{error_code} },         $arrives ? 200 : $answer;
        push @{ $section{response_body_like} }, $arrives ? "\\Aorigin: $method \Q$answer\E\n\\z" : '.*';
    }
    for my $name (keys %section) {
        my @values = @{ $section{$name} };
        $block->set_value($name => @values > 1 ? \@values : $values[0]);
    }
}

1;
