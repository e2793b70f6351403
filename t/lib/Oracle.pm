package Oracle;

# Says whether a link opens, by the path that NGINX makes of it and the vendors' descriptions: nothing here is taken from
# the module or the command.
#
#   opens('azion', $target, $path)               1, 0, or undef where this does not know
#   opens('ectoken', $target, $path, $signed)    the same; signed: {target, path} of the link as it was signed
#
# `path` is what NGINX says in $uri. An ectoken is looked at from the outside only.

use strict;
use warnings;

use Digest::MD5 qw(md5 md5_hex);
use Digest::SHA qw(hmac_sha1_hex hmac_sha256_base64 hmac_sha256_hex);
use SecureToken;

use Exporter qw(import);
our @EXPORT = qw(opens);

my $CONTROL = qr/[\x00-\x1f\x7f]/;
my $EXPIRY  = qr/[1-9]\d{0,9}/;

my %OPENS = (
    azion                => \&by_azion,
    fastly               => \&by_fastly,
    akamai               => \&by_akamai,
    bunny                => \&by_bunny,
    ectoken              => \&by_ectoken,
    'alibaba-b'          => \&by_alibaba_b,
    'gcore-video'        => \&by_gcore_video,
    'secure-link-secret' => \&by_secure_link_secret,
);

sub opens {
    my ($scheme, $target, $path, $signed) = @_;
    # NGINX ends the URI at a fragment, what stands in front of the path is no part of it, and an absent path is "/".
    s{^[A-Za-z][\w+.-]*://[^/?#]*/?}{/}, s/#.*//s for $target, my $as_signed = $signed ? $signed->{target} : '';
    return $OPENS{$scheme}->($target, $path, $signed && { %$signed, target => $as_signed });
}

sub path_of { return (split /\?/, $_[0], 2)[0] }
sub query_of { return (split /\?/, $_[0], 2)[1] // '' }
sub params_of { return split /&/, query_of($_[0]), -1 }
sub decoded { return $_[0] =~ s/%([0-9a-fA-F]{2})/pack 'H2', $1/ger }

# The value of the one parameter of that name; undef where there is none, or more, or one that cannot be decoded.
sub value {
    my ($target, $name) = @_;
    my @values = map { /^\Q$name\E=(.*)/s } params_of($target);
    return @values == 1 && $values[0] !~ /%(?![0-9a-fA-F]{2})/ ? decoded($values[0]) : undef;
}

sub others { my ($target, @names) = @_; my $own = join '|', @names; return grep { !/^(?:$own)(?:=|$)/ } params_of($target) }

# What is no other token, but not spelled as it was signed, may open.
sub same {
    my ($token, $right) = @_;
    return 1 if $token eq $right;
    return $token =~ tr{+/}{-_}r =~ s/={1,2}\z//r eq $right ? undef : 0;
}

sub is_over { return $_[0] < time }

sub by_azion {
    my ($target, $path) = @_;
    my ($token, $expires) = map { value($target, $_) // return 0 } qw(st e);
    return 0 if $path =~ $CONTROL || $expires !~ /^$EXPIRY\z/ || is_over($expires);
    return same($token, azion_token($SECRET, $path, $expires));
}

# What is signed is what was sent, but for the token.
sub by_fastly {
    my ($target, $path) = @_;
    my ($expires, $token) = (value($target, 'token') // return 0) =~ /^($EXPIRY)_([0-9a-fA-F]{40})\z/ or return 0;
    my @others = others($target, 'token');
    my $signed = path_of($target) . (@others ? '?' . join '&', @others : '');
    return 0 if is_over($expires) || lc $token ne hmac_sha1_hex("$signed$expires", $SECRET);
    return $token eq lc $token ? 1 : undef;
}

# A token without `acl` is for the path as it was sent. One with it names paths, of which only plain ones are known here. It is
# hashed as it stands in the link, or as that was before a client escaped it.
sub by_akamai {
    my ($target, $path) = @_;
    my ($sent, $other) = map { /^hdnts=(.*)/s } params_of($target);
    return 0 if !defined $sent || defined $other;
    for my $text (grep { defined } $sent, value($target, 'hdnts')) {
        my ($claims, $hmac) = $text =~ /^(exp=$EXPIRY(?:~acl=[^~]*)?)~hmac=([0-9a-fA-F]{64})\z/ or next;
        my ($expires, $acl) = $claims =~ /^exp=(\d+)(?:~acl=(.*))?/s;
        my $message = defined $acl ? $claims : "$claims~url=" . path_of($target);
        next if lc $hmac ne hmac_sha256_hex($message, $SECRET);
        my $is_plain = ($acl // '') !~ /[*?!\\]/;
        return 0 if is_over($expires) || $path =~ $CONTROL || (defined $acl && $is_plain && $acl ne $path);
        return $hmac eq lc $hmac && $is_plain ? 1 : undef;
    }
    return 0;
}

# The other arguments are signed as they are meant, in the order of their names.
sub by_bunny {
    my ($target, $path) = @_;
    my ($token, $expires) = map { value($target, $_) // return 0 } qw(token expires);
    my @others = sort map { decoded(/=/ ? $_ : "$_=") } grep { $_ ne '' } others($target, qw(token expires));
    my $right  = 'HS256-' . hmac_sha256_base64(path_of($target) . $expires . join('&', @others), $SECRET) =~ tr{+/}{-_}r;
    return 0 if $expires !~ /^$EXPIRY\z/ || is_over($expires);
    my $same = same($token, $right);
    return $same && @others ? undef : $same;
}

# Sealed: what opens has the token, and a path that begins with the one that it was made for.
sub by_ectoken {
    my ($target, $path, $signed) = @_;
    my ($token) = params_of($signed->{target});
    return 0 if index($path, $signed->{path}) != 0;
    return 1 if query_of($target) eq query_of($signed->{target});
    return index(decoded(query_of($target)), $token) >= 0 ? undef : 0;
}

# Where a token stands in the path, it has to stand there still when NGINX has made of it what it serves. What is signed is as
# it was sent. A token that is not spelled as the command does may open.
sub in_path {
    my ($target, $path, $form, $signs) = @_;
    my ($front, $rest) = $target =~ m{^(/$form)(/.*)\z}s;
    if (!defined $front) {
        return $path =~ m{/[\w-]{22,32}/} ? undef : 0;
    }
    my $is_there = index($path, decoded($front) . '/') == 0;
    return $is_there && $signs->($rest, split m{/}, $front) ? 1 : 0;
}

sub by_alibaba_b {
    my ($target, $path) = @_;
    return in_path($target, $path, qr{\d{12}/[0-9a-f]{32}}, sub {
        my ($rest, undef, $stamp, $token) = @_;
        return $path !~ $CONTROL && $token eq md5_hex($SECRET . $stamp . path_of($rest));
    });
}

# What is signed has the query, too.
sub by_secure_link_secret {
    my ($target, $path) = @_;
    return in_path($target, $path, qr{[^/]+/[0-9a-f]{32}}, sub {
        my ($rest, undef, undef, $token) = @_;
        return $path !~ $CONTROL && $token eq md5_hex(substr($rest, 1) . $SECRET);
    });
}

# Of the path nothing is signed but the name of the video.
sub by_gcore_video {
    my ($target, $path) = @_;
    return in_path($target, $path, qr{[^/]+/[^/]+/[\w-]{22}/$EXPIRY}, sub {
        my (undef, undef, undef, $video, $token, $expires) = @_;
        return !is_over($expires) && $token eq SecureToken::base64url(md5("${video}_${SECRET}_${expires}_"));
    });
}

1;
