package SecureToken;

# Signs links, for the tests. Nothing here is taken from the module: MD5 and base64 are Perl's own,
# and the formats are written out anew from the vendors' descriptions, so that a mistake in the one
# is not hidden by the same mistake in the other.

use strict;
use warnings;

use Digest::MD5 qw(md5 md5_hex);
use Digest::SHA qw(hmac_sha1_hex);
use MIME::Base64 qw(decode_base64 encode_base64);

use Exporter qw(import);
our @EXPORT = qw(
    $SECRET $BASE64 azion azion_token gcore gcore_token leaseweb fastly alibaba_b issued get request_of later earlier percent_encode
);

# What links are signed with unless a test says otherwise.
our $SECRET = 'a-secret-for-tests';
# The same for schemes whose secrets are base64.
our $BASE64 = encode_base64('a+secret/of-24-bytes>for', '');

# An expiry that no test run lives to see, and one that is past.
sub later   { time + (shift // 3600) }
sub earlier { time - (shift // 3600) }

sub base64url {
    my $text = encode_base64(shift, '');
    $text =~ tr{+/}{-_};
    $text =~ s/=+\z//;
    return $text;
}

# MD5(secret path expiry)
sub azion_token {
    my ($secret, $path, $expires) = @_;
    return base64url(md5($secret . $path . $expires));
}

# MD5(expiry path [address] " " secret)
sub gcore_token {
    my ($secret, $path, $expires, $ip) = @_;
    return base64url(md5($expires . $path . ($ip // '') . ' ' . $secret));
}

# A link: the path as it is sent and the signed query behind it.
#
#   secret    what it is signed with
#   expires   its expiry
#   signs     the path that is signed, where that is not the one that is sent
#   ip        the address that it is bound to (gcore)
#   token, e  (gcore: token, expires_name) names of the parameters
sub azion {
    my ($path, %with) = @_;
    my $expires = $with{expires} // later();
    my $token = azion_token($with{secret} // $SECRET, $with{signs} // $path, $expires);
    return sprintf '%s?%s=%s&%s=%s', $path, $with{token} // 'st', $token, $with{e} // 'e', $expires;
}

sub gcore {
    my ($path, %with) = @_;
    my $expires = $with{expires} // later();
    my $token =
        gcore_token($with{secret} // $SECRET, $with{signs} // $path, $expires, $with{ip});
    return sprintf '%s?%s=%s&%s=%s', $path, $with{token} // 'md5', $token,
        $with{expires_name} // 'expires', $expires;
}

# MD5(secret address path expiry)
sub leaseweb {
    my ($path, %with) = @_;
    my $expires = $with{expires} // later();
    my $token = base64url(md5(($with{secret} // $SECRET) . ($with{ip} // '') . ($with{signs} // $path) . $expires));
    return "$path?st=$token&e=$expires";
}

# HMAC-SHA1(URL without host and token, expiry), whose key is the secret decoded. The path may have a query.
#
#   query     the query that is sent, in which TOKEN is the token's argument; else it stands behind all others
sub fastly {
    my ($uri, %with) = @_;
    my $expires = $with{expires} // later();
    my $digest = hmac_sha1_hex(($with{signs} // $uri) . $expires, decode_base64($with{secret} // $BASE64));
    my ($path, $query) = split /\?/, $uri, 2;
    $query = $with{query} // (defined $query ? "$query&TOKEN" : 'TOKEN');
    return "$path?" . $query =~ s/TOKEN/token=${expires}_$digest/r;
}

# A time as the links of alibaba-b have it.
sub issued {
    my ($time) = @_;
    my ($minute, $hour, $day, $month, $year) = (gmtime $time + 8 * 3600)[1 .. 5];
    return sprintf '%04d%02d%02d%02d%02d', $year + 1900, $month + 1, $day, $hour, $minute;
}

# MD5(secret time path), in front of the path. The path may have a query, which is not signed.
#
#   time      the second of its issue
#   stamp     the same as it stands in the link
sub alibaba_b {
    my ($uri, %with) = @_;
    my $stamp = $with{stamp} // issued($with{time} // time);
    my ($path) = split /\?/, $uri;
    return "/$stamp/" . md5_hex(($with{secret} // $SECRET) . $stamp . ($with{signs} // $path)) . $uri;
}

# The line that asks for a link.
sub get        { "GET $_[0]" }
sub request_of { "$_[0] $_[1]" }

sub percent_encode {
    my ($bytes) = @_;
    $bytes =~ s{([^A-Za-z0-9/._~-])}{sprintf '%%%02X', ord $1}ge;
    return $bytes;
}

1;
