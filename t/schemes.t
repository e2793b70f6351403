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
use SecureToken::Schemes;

my $command = $ENV{SECURE_TOKEN_CLI} // die "SECURE_TOKEN_CLI is not set\n";
my $nginx   = SecureToken::Nginx->new;

# Whether the expiry is a parameter of its own.
sub has_parameter_of_time { defined $_[0]{parameters}{expires} }
sub has_time { $_[0]{link} =~ /\{(?:expires|time)\b/ }
sub is_digest { $_[0]{anatomy} eq 'digest' }
# How exactly a link tells its time, in seconds.
sub grain { $_[0]{link} =~ /:yyyymmddhhmm/ ? 60 : 1 }

# What stands in a scheme's location beside the scheme itself. A token in the path stands in front of the location's name.
sub location {
    my ($scheme, $place, @more) = @_;
    my $where = in_path($scheme) ? "~ ^(?:/[^/]*)*/$place/" : "/$place/";
    return qq{
        location $where {
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
    my ($one, $two) = map { secret_of($scheme, $_) } $new, $old;
    my $both   = "secure_token_secret $one; secure_token_secret $two id=old;";
    my $free   = $scheme->{client_ip} eq 'always' ? 'secure_token_client_ip off;' : '';
    my $bound  = 'secure_token_client_ip $http_x_client;';
    (
        location($scheme, $name, $both, $free),
        in_path($scheme) ? () : location($scheme, "$name-cookie", $both, $free, 'secure_token_source $cookie_token;'),
        $scheme->{client_ip} eq 'never' ? () : location($scheme, "$name-bound", $both, $bound),
    )
} schemes();
$nginx->configure(http => "server { listen unix:DIR/nginx.sock; @locations }")->start;

# The same link by the command.
sub signed_by_command {
    my ($scheme, $path) = @_;
    local $ENV{SECRET} = secret_of($scheme, $new);
    my @expiry = has_time($scheme) || !is_digest($scheme) ? ('--expires-in', grain($scheme) > 1 ? '10m' : '50s') : '--never';
    my ($rc, $link) = $nginx->run(undef, $command, 'sign', '--scheme', $scheme->{name}, '--secret-env', 'SECRET', @expiry, $path);
    # There may be a warning beside it.
    return $rc == 0 && $link =~ m{^(/\S*)$}m ? $1 : die "$scheme->{name}: $link\n";
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

# The link with other characters at a place of its token.
sub altered {
    my ($scheme, $link, $at, $text) = @_;
    my ($start, $length) = field_in($scheme, $link, 'token');
    $at += $length if $at < 0;
    substr($link, $start + $at, length $text) = $text;
    return $link;
}

# The link with another text as its time.
sub at_time {
    my ($scheme, $link, $text) = @_;
    my ($start, $length) = field_in($scheme, $link, 'time');
    substr($link, $start, $length) = $text;
    return $link;
}

# The token of a link, at another path.
sub moved {
    my ($scheme, $link, $path) = @_;
    return $path . $link =~ s/^[^?]*//r unless in_path($scheme);
    my ($segments) = $scheme->{link} =~ m{^(.*?)(?:\{path\}|/\{\w+\*\})$};
    $segments = $segments =~ tr{/}{};
    my ($front) = $link =~ m{^((?:/[^/]*){$segments})} or die "no token in $link\n";
    return $front . $path;
}

# Paths that a link of /name/dir/film10 does not open, and others that it does.
sub elsewhere {
    my ($scheme) = @_;
    my ($name, $message) = ($scheme->{name}, $scheme->{message} // '');
    return ([map { "/$name/$_" } qw(film10 Dir/film10 di/film10 dir2/film10)], ["/$name/dir/film11", "/$name/dir/sub/film10"]) if $message =~ /\{parent\}/;
    return ([map { "/$name/$_" } qw(film10 Dir/film10 di/film10 dir2/film10 dir/sub/film10)], ["/$name/dir/film11"]) if $message =~ /\{(?:dir|stream)\}/;
    # What is in front of the token is all that counts.
    return ([], ["/$name/dir/film11", "/$name/film10", "/$name/"]) if is_digest($scheme) && $message !~ /\{(?:path|uri|link)\b/;
    return [(map { "/$name/dir/$_" } qw(film11 film1 Film10 ../film10)), "/$name/", $scheme->{scope} eq 'prefix' ? () : "/$name/dir/film10/"], [];
}

sub other { $_[0] eq 'A' ? 'B' : $_[0] eq '0' ? '1' : $_[0] =~ /[0-9a-f]/ ? '0' : 'A' }

# In the form of the scheme's own times.
sub plus { my ($time, $by) = @_; return $_[2] ? sprintf '%08x', $by + hex $time : $time + $by }

for my $scheme (schemes()) {
    my $name = $scheme->{name};
    my ($prefix, $behind) = (prefix_of($scheme), "/$name/dir/film10");
    my $path = "$prefix$behind";
    # A path in which no token is looks as if it had none.
    my ($malformed, $missing) = in_path($scheme) ? ('malformed|missing', 'missing|malformed') : ('malformed', 'missing');
    subtest $name => sub {
        my $link = signed($scheme, $path);
        my ($start, $length) = field_in($scheme, $link, 'token');
        my ($query) = $link =~ /\?(.*)/;
        my $at = sub { moved($scheme, $link, $_[0]) };

        opens $link, 'a link that was signed opens';
        opens signed_by_command($scheme, $path), 'and so does one that the command signs';
        opens signed($scheme, $path, secret => $old), 'with an older secret as well';
        refused signed($scheme, $path, secret => 'another-secret'), 'with another it does not', 'signature';
        refused signed($scheme, $path, secret => "$new$old"), 'nor with both at once', 'signature';

        # The path.
        my ($elsewhere, $also) = elsewhere($scheme);
        refused $at->($_), "tampering: another path: $_", 'signature|url' for @$elsewhere;
        opens $at->($_), "the same link is for $_" for @$also;
        my %spelled = ("/$name//dir/./x/../film10" => 'dots and slashes', $behind =~ s{dir/}{dir%2F}r => 'an encoded slash', $behind =~ s/film/f%69lm/r => 'an encoded letter');
        for my $spelling (sort keys %spelled) {
            my $what = "path tricks: $spelled{$spelling}";
            if (is_raw($scheme)) {
                refused $at->($spelling), "$what: the path that counts is the one that was sent", 'signature';
                opens signed($scheme, "$prefix$spelling"), "$what: and so it may be signed";
            } else {
                opens $at->($spelling), "$what: the path that counts is the one that is served";
            }
        }
        refused $at->("/$name%2Fdir%00/film10"), 'path tricks: a NUL is refused', 'status 400';

        # The token.
        for my $place (0, 1, int($length / 2), -2) {
            my ($was) = substr $link, $start + ($place < 0 ? $length + $place : $place), 1;
            refused altered($scheme, $link, $place, other($was)), "tampering: character $place", 'signature|malformed';
        }
        my $with = sub { substr($link, 0, $start) . $_[0] . substr($link, $start + $length) };
        my $token = substr $link, $start, $length;
        refused $with->(substr $token, 0, -1), 'a token cut short', "$malformed|signature";
        refused $with->("AAAA$token"), 'a token that is longer', "$malformed|signature";
        refused $with->('A' x 7000), 'a token of 7,000 characters', "$malformed|signature";
        refused $with->(substr($token, 0, -1) . sprintf '%%25%02X', ord substr $token, -1), 'encoded twice', "$malformed|signature";
        my $encoded = $with->(sprintf('%%%02X', ord $token) . substr $token, 1);
        if (in_path($scheme)) { refused $encoded, 'encodings: a character of it percent-encoded', $malformed }
        else                  { opens $encoded, 'encodings: a character of it percent-encoded' }
        if (($scheme->{digest} // '') =~ /:hex$/) {
            refused $with->(uc $token), 'look-alike: upper case', $malformed if uc $token ne $token;
        } elsif (defined $scheme->{digest}) {
            # The last character of 16 bytes has four bits to spare, that of 20 or 32 has two.
            my @spare = $scheme->{digest} =~ /md5/ ? (1, 8, 15) : 1 .. 3;
            my $alphabet = join '', 'A' .. 'Z', 'a' .. 'z', 0 .. 9, '-', '_';
            my $last = index $alphabet, substr $token, -1;
            refused $with->(substr($token, 0, -1) . substr $alphabet, $last ^ $_, 1), "look-alike: spare bits $_", $malformed for @spare;
        }

        # The other fields of a link.
        for my $field (grep { !$_->{optional} && ($scheme->{message} // '') =~ /\{$_->{name}\}/ } @{ $scheme->{fields} }) {
            my ($begin, $width) = $scheme->{link} =~ /\{$field->{name}\*\}/ ? next : field_in($scheme, $link, $field->{name});
            refused substr($link, 0, $begin) . $_ . substr($link, $begin + $width), "tampering: $field->{name} is $_", "signature|$malformed"
                for '1', other(substr $link, $begin, 1) . substr($link, $begin + 1, $width - 1);
        }

        # None, and two.
        refused $path, 'no token', $prefix eq '' ? 'missing' : $missing;
        if (in_path($scheme)) {
            refused $with->(''), 'an empty token', $missing;
            refused "/x$link", 'something in front of it', "$missing|signature";
            if (signs_query($scheme)) { refused "$link?x=1&y=2", 'a query that was not signed behind it', 'signature' }
            else                      { opens "$link?x=1&y=2", 'a query may stand behind it' }
        } else {
            my $empty = $scheme->{parameters}{token} // '';
            refused $link =~ s/([?&]\Q$empty\E=)[^&]*/$1/r =~ s/\?[^=]*$/?/r, 'an empty token', 'missing';
            my $around = signs_query($scheme) ? sub { refused @_, 'signature' } : \&opens;
            if (defined $scheme->{parameters}{token}) {
                my $bad = "$scheme->{parameters}{token}=" . 'A' x $length;
                refused "$path?$bad&$query", 'duplicate: a bad one first', 'duplicate';
                refused "$path?$query&$bad", 'duplicate: a bad one behind', 'duplicate';
                $around->("$path?x=1&$query&y=2", 'other parameters may stand around it, unless they are signed');
            } else {
                opens "$path?$query&y=2", 'other parameters may stand behind it';
            }
        }

        # Its carrier.
        my $carried = $query // $link =~ s/\Q$behind\E$//r;
        refused $path, 'in a cookie that nobody asked for', $missing, "Cookie: token=$carried";
        if (!in_path($scheme)) {
            opens "/$name-cookie/x?", 'in a cookie that is asked for',
                'Cookie: token=' . (signed($scheme, "/$name-cookie/x") =~ /\?(.*)/)[0];
            refused signed($scheme, "/$name-cookie/x"), 'in the query where a cookie is asked for', 'missing';
        } else {
            refused "$path?$carried", 'in the query where it belongs into the path', $missing;
        }

        # Its expiry.
        if (has_time($scheme) || !is_digest($scheme)) {
            refused signed($scheme, $path, expires => earlier(grain($scheme))), 'expired just now', 'expired';
            refused signed($scheme, $path, expires => 1_000_100_000), 'expired in 2001', 'expired';
        }
        if (has_time($scheme)) {
            my ($begin, $digits) = field_in($scheme, $link, 'time');
            my ($time, $is_hex) = (substr($link, $begin, $digits), $scheme->{link} =~ /:hex\}/);
            refused at_time($scheme, $link, $_), "tampering: time $_", 'signature|malformed' for plus($time, 1, $is_hex), plus($time, -1, $is_hex), "${time}0";
            my $may_be_absent = $scheme->{link} =~ /\{expires\?\}/;
            for my $form ("+$time", "%20$time", "0$time", "$time%20", "-$time", '99999999999999999999', '0x7fffffff', '') {
                refused at_time($scheme, $link, $form), "a time of the form \"$form\"", $form eq '' && $may_be_absent ? 'signature' : $malformed;
            }
            for my $sign (map { chr } 0x21, 0x24, 0x28 .. 0x2f, 0x3a .. 0x40, 0x7e) {
                my $form = percent_encode(substr($time, 0, 4) . $sign . substr $time, 5);
                refused at_time($scheme, $link, $form), "a time with \"$sign\" in it", $malformed;
            }
        }
        if (has_parameter_of_time($scheme)) {
            my $expires = $scheme->{parameters}{expires};
            refused "$path?" . $query =~ s/&?\b\Q$expires\E=[^&]*//r, 'no expiry', 'malformed';
            refused "$link&$expires=" . later(), 'duplicate: the expiry', 'duplicate';
        }
        if (has_time($scheme) && is_digest($scheme)) {
            # A link that was signed with a length of time in place of an expiry, whose path ends like the beginning of one.
            my $short = signed($scheme, "$prefix/$name/film-2026", expires => 3600, time => 3600);
            refused at_time($scheme, moved($scheme, $short, "/$name/film"), '-20263600'), 'boundary shift: the end of a name', $malformed;
            # A digit at the border of path and expiry.
            my ($begin, $digits) = field_in($scheme, $link, 'time');
            my ($first, $rest) = substr($link, $begin, $digits) =~ /^(.)(.*)/;
            refused at_time($scheme, $at->($behind =~ s/10$/1/r), "0$first$rest"), 'boundary shift: the path\'s zero', $malformed;
            refused at_time($scheme, $at->("$behind$first"), $rest), 'boundary shift: the expiry\'s first digit', $malformed;
        }

        # The client's address.
        return if $scheme->{client_ip} eq 'never';
        my $to = "$prefix/$name-bound/a";
        my $bound = signed($scheme, $to, ip => '192.0.2.7');
        opens $bound, 'bound: from its address', 'X-Client: 192.0.2.7';
        opens $bound, 'bound: the same address, mapped', 'X-Client: ::ffff:192.0.2.7';
        refused $bound, "bound: from $_", 'signature|client_ip', "X-Client: $_" for '192.0.2.8', '192.0.2.70', '::1';
        refused $bound, 'bound: from no address', 'signature|client_ip';
        my $six = signed($scheme, $to, ip => '2001:db8::1');
        opens $six, 'bound: IPv6 in another spelling', 'X-Client: 2001:DB8:0:0:0:0:0:1';
        refused $six, 'bound: another IPv6 address', 'signature|client_ip', 'X-Client: 2001:db8:1::1';
    };
}

is $nginx->alarms, '', 'and nothing went wrong on the way';

done_testing;
