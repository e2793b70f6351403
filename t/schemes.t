# Every scheme that there is, under the same attacks: what `secure-token` lists is what is tried here, so
# that no scheme is left out. What is a scheme's own stands in the file of its name.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Facts;
use SecureToken;
use SecureToken::Nginx;

my $command = $ENV{SECURE_TOKEN_CLI} // die "SECURE_TOKEN_CLI is not set\n";
my $nginx   = SecureToken::Nginx->new;

# What stands in a scheme's location beside the scheme itself.
sub location {
    my ($scheme, $place, @more) = @_;
    return qq{
        location /$place/ {
            secure_token $scheme->{name};
            @more
            add_header X-Reason "<\$secure_token_reason>" always;
            try_files /a.txt =404;
        }};
}
my ($new, $old) = ('a-secret-for-tests', 'an-older-secret-for-tests');
my @locations = map {
    my $scheme = $_;
    my $name   = $scheme->{name};
    my $both   = "secure_token_secret $new; secure_token_secret $old id=old;";
    my $bound  = 'secure_token_client_ip $http_x_client;';
    (
        location($scheme, $name, $both),
        location($scheme, "$name-cookie", $both, 'secure_token_source $cookie_token;'),
        $scheme->{client_ip} eq 'never' ? () : location($scheme, "$name-bound", $both, $bound),
    )
} schemes();
$nginx->configure(http => "server { listen unix:DIR/nginx.sock; @locations }")->start;

# A link of a scheme, by the command.
sub signed {
    my ($scheme, $path, %with) = @_;
    local $ENV{SECRET} = $with{secret} // $new;
    my @expiry = defined $with{expires} ? ('--expires-at', $with{expires}) : qw(--expires-in 1h);
    my ($rc, $link) = $nginx->run(undef, $command, 'sign', '--scheme', $scheme->{name}, '--secret-env', 'SECRET', @expiry,
        defined $with{ip} ? ('--client-ip', $with{ip}) : (), $path);
    $rc == 0 or die "$scheme->{name}: $link\n";
    # There may be a warning beside it.
    return $link =~ m{^(/\S*)$}m ? $1 : die "no link: $link\n";
}

# The reason that a request is refused for; empty where it opens.
sub reason {
    my ($link, @headers) = @_;
    my $answer = $nginx->get($link, @headers);
    my ($reason) = ($answer->{header}{'x-reason'} // '?') =~ /<(.*)>/;
    $reason = "status $answer->{status}" if ($reason // '?') eq '' && $answer->{status} != 200;
    return $reason // "status $answer->{status}";
}

sub opens { is reason($_[0], @_[2 .. $#_]), '', $_[1] }

sub refused {
    my ($link, $what, $reasons, @headers) = @_;
    like reason($link, @headers), qr/^(?:$reasons)$/, $what;
}

# Where the token's value begins in a link, and how long it is.
sub token_in {
    my ($scheme, $link) = @_;
    my $name = $scheme->{parameters}{token};
    my $form = defined $name ? qr/[?&]\Q$name\E=\K[^&#]*/ : qr/\?\K[^&#]*/;
    $link =~ $form or die "no token in $link\n";
    return ($-[0], $+[0] - $-[0]);
}

# The link with other characters at a place of its token.
sub altered {
    my ($scheme, $link, $at, $text) = @_;
    my ($start, $length) = token_in($scheme, $link);
    $at += $length if $at < 0;
    substr($link, $start + $at, length $text) = $text;
    return $link;
}

sub other { $_[0] eq 'A' ? 'B' : 'A' }

for my $scheme (schemes()) {
    my $name = $scheme->{name};
    my $path = "/$name/dir/film10";
    subtest $name => sub {
        my $link = signed($scheme, $path);
        my ($start, $length) = token_in($scheme, $link);
        my ($query) = $link =~ /\?(.*)/;
        my $expires = $scheme->{parameters}{expires};

        opens $link, 'a link that was signed opens';
        opens signed($scheme, $path, secret => $old), 'with an older secret as well';
        refused signed($scheme, $path, secret => 'another-secret'), 'with another it does not', 'signature';
        refused signed($scheme, $path, secret => "$new$old"), 'nor with both at once', 'signature';

        # The path.
        refused "/$name/dir/$_?$query", "tampering: another path: $_", 'signature|url'
            for qw(film11 film1 Film10 ../film10);
        refused "/$name/?$query", 'tampering: the directory', 'signature|url';
        refused "$path/?$query", 'tampering: a slash behind it', 'signature|url' if $scheme->{scope} eq 'exact';
        opens "/$name//dir/./x/../film10?$query", 'path tricks: the path that counts is the one that is served';
        opens $path =~ s{dir/}{dir%2F}r . "?$query", 'path tricks: an encoded slash is one';
        refused "/$name%2Fdir%00/film10?$query", 'path tricks: a NUL is refused', 'status 400';

        # The token.
        for my $at (0, 1, int($length / 2), -2) {
            my ($was) = substr $link, $start + ($at < 0 ? $length + $at : $at), 1;
            refused altered($scheme, $link, $at, other($was)), "tampering: character $at", 'signature|malformed';
        }
        refused substr($link, 0, $start + $length - 1) . substr($link, $start + $length), 'a token cut short', 'malformed|signature';
        refused altered($scheme, $link, 0, 'AAAA' . substr $link, $start, $length), 'a token that is longer', 'malformed|signature';
        refused altered($scheme, $link, 0, 'A' x 7000), 'a token of 7,000 characters', 'malformed|signature';
        refused $path . '?' . $query =~ s/([\w-])(?==|$|&)/sprintf '%%25%02X', ord $1/er, 'encoded twice', 'malformed|missing|signature';
        my $encoded = $link;
        substr($encoded, $start, 1) = sprintf '%%%02X', ord substr $link, $start, 1;
        opens $encoded, 'encodings: a character of it percent-encoded';

        # None, and two.
        refused $path, 'no token', 'missing';
        refused substr($link, 0, $start) . substr($link, $start + $length), 'an empty token', 'missing';
        if (defined $scheme->{parameters}{token}) {
            my $bad = "$scheme->{parameters}{token}=" . 'A' x $length;
            refused "$path?$bad&$query", 'duplicate: a bad one first', 'duplicate';
            refused "$path?$query&$bad", 'duplicate: a bad one behind', 'duplicate';
            opens "$path?x=1&$query&y=2", 'other parameters may stand around it';
        } else {
            opens "$path?$query&y=2", 'other parameters may stand behind it';
        }

        # Its carrier.
        refused $path, 'in a cookie that nobody asked for', 'missing', "Cookie: token=$query";
        opens "/$name-cookie/x?", 'in a cookie that is asked for',
            'Cookie: token=' . (signed($scheme, "/$name-cookie/x") =~ /\?(.*)/)[0];
        refused signed($scheme, "/$name-cookie/x"), 'in the query where a cookie is asked for', 'missing';

        # Its expiry.
        refused signed($scheme, $path, expires => earlier(1)), 'expired by a second', 'expired';
        refused signed($scheme, $path, expires => 1), 'expired in 1970', 'expired';
        if (defined $expires) {
            my ($at) = $link =~ /\b\Q$expires\E=(\d+)/;
            for my $other ($at + 1, $at - 1, "${at}0") {
                refused $link =~ s/\b\Q$expires\E=\d+/$expires=$other/r, "tampering: expiry $other", 'signature|malformed';
            }
            for my $form ("+$at", "%20$at", "0$at", "$at%20", "-$at", '99999999999999999999', '0x7fffffff', '') {
                refused $link =~ s/\b\Q$expires\E=\d+/$expires=$form/r, "an expiry of the form \"$form\"", 'malformed';
            }
            refused "$path?" . $query =~ s/&?\b\Q$expires\E=\d+//r, 'no expiry', 'malformed';
            refused "$link&$expires=$at", 'duplicate: the expiry', 'duplicate';
            for my $other (map { chr } 0x21, 0x24, 0x28 .. 0x2f, 0x3a .. 0x40, 0x7e) {
                my $form = substr($at, 0, 4) . $other . substr $at, 5;
                refused $link =~ s/\b\Q$expires\E=\d+/"$expires=" . percent_encode($form)/er, "an expiry with \"$other\" in it", 'malformed';
            }
            # A link that was signed with a length of time in place of an expiry, whose path ends like the beginning of one.
            my ($short) = signed($scheme, "/$name/film-2026", expires => 3600) =~ /\?(.*)/;
            refused "/$name/film?" . $short =~ s/\b\Q$expires\E=3600/$expires=-20263600/r, 'boundary shift: the end of a name', 'malformed|signature';
            # A digit at the border of path and expiry.
            refused $path =~ s/10$/1/r . '?' . $query =~ s/\b\Q$expires\E=/$expires=0/r, 'boundary shift: the path\'s zero', 'malformed|signature';
            my ($first, $rest) = $at =~ /^(.)(.*)/;
            refused "$path$first?" . $query =~ s/\b\Q$expires\E=\d+/$expires=$rest/r, 'boundary shift: the expiry\'s first digit',
                'expired|signature|malformed';
        }

        # The client's address.
        return if $scheme->{client_ip} eq 'never';
        my $bound = signed($scheme, "/$name-bound/a", ip => '192.0.2.7');
        opens $bound, 'bound: from its address', 'X-Client: 192.0.2.7';
        opens $bound, 'bound: the same address, mapped', 'X-Client: ::ffff:192.0.2.7';
        refused $bound, "bound: from $_", 'signature|client_ip', "X-Client: $_" for '192.0.2.8', '192.0.2.70', '::1';
        refused $bound, 'bound: from no address', 'signature|client_ip';
        my $six = signed($scheme, "/$name-bound/a", ip => '2001:db8::1');
        opens $six, 'bound: IPv6 in another spelling', 'X-Client: 2001:DB8:0:0:0:0:0:1';
        refused $six, 'bound: another IPv6 address', 'signature|client_ip', 'X-Client: 2001:db8::2';
    };
}

is $nginx->alarms, '', 'and nothing went wrong on the way';

done_testing;
