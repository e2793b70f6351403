package SecureToken::Schemes;

# Signs links of every scheme that there is, for the tests, by the facts that `secure-token schemes --json` tells of it.
#
#   my ($scheme) = grep { $_->{name} eq 'azion' } schemes();
#   signed($scheme, '/a.txt', expires => later())
#
# The words behind the path are those of SecureToken::Format. A token with claims is for that path alone, or for those
# that begin so.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_base64 hmac_sha256_hex);
use MIME::Base64 qw(encode_base64);
use Socket qw(AF_INET AF_INET6 inet_pton);

use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Format;

use Exporter qw(import);
our @EXPORT = qw(signed secret_of prefix_of in_path signs_query is_raw field_in);

my %CLAIMS = (ectoken => \&claimed_by_ectoken, akamai => \&akamai, bunny => \&bunny);

# A secret as it stands in a configuration.
sub secret_of {
    my ($scheme, $key) = @_;
    my %spelled = (hex => sub { unpack 'H*', $key }, base64 => sub { encode_base64($key, '') });
    return ($spelled{ $scheme->{secret} } // sub { $key })->();
}

sub in_path { $_[0]{link} =~ m{^/} }
# Whether the path that is hashed is the one that was sent.
sub is_raw { ($_[0]{message} // '') =~ /:raw\}|\{link\}/ }
sub signs_query { ($_[0]{message} // '') =~ /\{uri:raw\}|\{args\b|\{link\}/ }

# What stands in front of a path that is signed, where links have something in front of the token.
sub prefix_of {
    my ($scheme) = @_;
    return { 'gcore-video' => '/videos/7_v1', 'secure-link-secret' => '/p' }->{ $scheme->{name} } // '';
}

sub signed {
    my ($scheme, $path, %with) = @_;
    return $CLAIMS{ $scheme->{name} }->($path, expires => later(), %with) if $scheme->{anatomy} ne 'digest';
    # Links that say when they were issued expire when their lifetime is over.
    $with{time} //= $with{expires} - ($scheme->{lifetime} // 3600) if defined $with{expires};
    my $link = link_of($scheme, $path, start => earlier(60), %with);
    # Of the two alphabets the one that needs no percent-encoding, where either will do.
    $link =~ s{(?<==)([^&?]*)$}{$1 =~ s/%2B/-/gr =~ s/%2F/_/gr =~ s/%3D//gr}e if $scheme->{digest} =~ /:base64$/;
    return $link;
}

sub claimed_by_ectoken {
    my ($path, %with) = @_;
    my $claims = "ec_expire=$with{expires}&ec_url_allow=" . $path =~ s/\?.*//r;
    $claims .= "&ec_clientip=$with{ip}" if defined $with{ip};
    return ectoken($path, $claims, secret => $with{secret});
}

# exp=time~hmac=HMAC(exp=time~url=path)
sub akamai {
    my ($path, %with) = @_;
    my $claims = (defined $with{ip} ? "ip=$with{ip}~" : '') . "exp=$with{expires}";
    return "$path?hdnts=$claims~hmac=" . hmac_sha256_hex("$claims~url=$path", $with{secret} // $SECRET);
}

# HS256-, then HMAC(path time address arguments), without its padding
sub bunny {
    my ($path, %with) = @_;
    my ($address, $mark) = ('', '');
    if (defined $with{ip}) {
        my $is_new = $with{ip} =~ /:/;
        $address = inet_pton($is_new ? AF_INET6 : AF_INET, $with{ip});
        # Of these the network counts.
        substr($address, 8) = "\0" x 8 if $is_new;
        $mark = '1-';
    }
    my $token = hmac_sha256_base64("$path$with{expires}$address", $with{secret} // $SECRET) =~ tr{+/}{-_}r;
    return "$path?token=HS256-$mark$token&expires=$with{expires}";
}

# Where a field's text begins in a link of a scheme, and how long it is: `time` is whatever tells the time.
sub field_in {
    my ($scheme, $link, $field) = @_;
    my %text = (time => qr/[0-9a-f]*/, token => $scheme->{anatomy} eq 'digest' && $scheme->{digest} =~ /:hex$/ ? qr/[0-9a-f]+/ : qr/[^&#?\/,]+/);
    my $group = sub {
        my ($name) = @_;
        $name = 'time' if $name eq 'expires';
        my $text = $text{$name} // qr/[^&#?\/]*?/;
        return $name eq $field ? "($text)" : $text;
    };
    my $form_of = sub {
        return join '', map { $_ eq '{path}' ? '(?=/)' : /^\{(\w+)\*\}/ ? '.*' : /^\{(\w+)/ ? $group->($1) : quotemeta } $_[0] =~ /\{[^}]*\}|[^{]+/g;
    };
    my $form;
    if (in_path($scheme)) {
        $form = $form_of->($scheme->{link});
    } else {
        # Parameters may stand anywhere, and those that may be absent are.
        my @arguments = grep { !/=\{\w+\?\}$/ } split /&/, $scheme->{link} =~ s/^\?//r;
        $form = join '', map { '(?=.*[?&]' . $form_of->($_) . '(?:[&#]|$))' } @arguments;
    }
    $link =~ /^$form/ && defined $-[1] or die "no $field in $link\n";
    return ($-[1], $+[1] - $-[1]);
}

1;
