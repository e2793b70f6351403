package SecureToken::Format;

# Signs links of any format, for the tests: from the strings that `secure_token_format` takes, read anew here.
#
#   link_of({ link => '?st={token}&e={expires}', digest => 'md5:hex', message => '{path}{expires}{secret}' }, '/a.txt')
#
# The path is the one that is served, so that what a link has in front of the token stands in it. Further words:
#
#   secret    the key's bytes
#   expires, time, ttl, start   seconds; a link that says when it was issued was so just now
#   fields    the text of any field, by name
#   signs     what is hashed as {path} and {path:raw}, where that is not the path that is sent
#   parent    the directory that is hashed as {parent}, where that is not the deepest
#   ip        the client's address
#   variables values of NGINX's, by name

use strict;
use warnings;

use Digest::MD5 ();
use Digest::SHA ();
use MIME::Base64 qw(encode_base64);
use POSIX qw(strftime);

use SecureToken qw($SECRET later);

use Exporter qw(import);
our @EXPORT = qw(link_of token_of format_words);

my %PLAIN = (md5 => \&Digest::MD5::md5, map { my $name = $_; ($name => \&{"Digest::SHA::$name"}) } qw(sha1 sha256 sha384 sha512));
my %KEYED = (md5 => \&hmac_md5, map { my $name = $_; ($name => \&{"Digest::SHA::hmac_$name"}) } qw(sha1 sha256 sha384 sha512));

# RFC 2104; Digest::HMAC is no part of Perl.
sub hmac_md5 {
    my ($text, $key) = @_;
    $key = Digest::MD5::md5($key) if length $key > 64;
    my ($inner, $outer) = map { (chr($_) x 64) ^ $key ^ "\0" x 64 } 0x36, 0x5c;
    return Digest::MD5::md5($outer . Digest::MD5::md5($inner . $text));
}

# The words of a format as they stand in a configuration.
sub format_words {
    my ($format) = @_;
    return join ' ', map { '"' . s/(["\\])/\\$1/gr . '"' } @$format{qw(link digest message)}, @{ $format->{options} // [] };
}

sub token_of {
    my ($digest, $message, $secret) = @_;
    my ($keyed, $hash, $encoding) = $digest =~ /^(hmac-)?(\w+):(\w+)$/ or die "no digest: $digest\n";
    my $bytes = $keyed ? $KEYED{$hash}->($message, $secret) : $PLAIN{$hash}->($message);
    return unpack 'H*', $bytes if $encoding eq 'hex';
    my $text = encode_base64($bytes, '');
    return $encoding eq 'base64' ? $text : $text =~ tr{+/}{-_}r =~ s/=+\z//r;
}

sub spelled {
    my ($seconds, $form) = @_;
    return $seconds if ($form // 'iso') eq 'iso' || $seconds eq '';
    return sprintf '%08x', $seconds if $form eq 'hex';
    my ($zone) = $form =~ /^yyyymmddhhmm([+-]\d+)$/ or die "no form of a time: $form\n";
    return strftime('%Y%m%d%H%M', gmtime $seconds + 3600 * $zone);
}

sub link_of {
    my ($format, $uri, %with) = @_;
    my ($path, $query) = split /\?/, $uri, 2;
    my ($link, $secret) = ($format->{link}, $with{secret} // $SECRET);
    my %value = (ttl => $with{ttl} // 3600, rand => 'r4nd', uid => 0, salt => 's4lt');
    my %form = $link =~ /\{(\w+):([^}]*)\}/g;
    for my $time (qw(expires time start)) {
        my $seconds = $with{$time} // { expires => later(), time => time, start => '' }->{$time};
        $value{$time} = spelled($seconds, $form{$time});
    }
    %value = (%value, %{ $with{fields} // {} });

    # What stands in front of the token, and behind it.
    my ($front, $behind) = ('', $path);
    if ($link =~ m{^/}) {
        my ($prefix) = $link =~ m{^((?:/(?:(?!\{(?:token|expires|time|start|ttl)\b)[^/])*(?=/))*)};
        my @names;
        my $pattern = $prefix =~ s/\{(\w+)\}|([^{]+)/defined $1 ? (push(@names, $1), '([^\/]+?)')[1] : quotemeta $2/ger;
        my @found = $path =~ m{^($pattern)(/.*)} or die "$path has no $prefix in front\n";
        ($front, $behind) = (shift @found, pop @found);
        @value{@names} = @found;
        $link = substr $link, length $prefix;
    }
    my ($rest) = $link =~ m{/\{(\w+)\*\}$};
    $value{$rest} = substr($behind, 1) . (defined $query ? "?$query" : '') if defined $rest;

    my $signs = $with{signs} // $behind;
    my $decoded = $with{signs} // $behind =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger;
    my ($dir) = $decoded =~ m{^(.*/)};
    my %hashed = (
        %value,
        secret     => $secret,
        path       => $decoded,
        'path:raw' => $signs,
        'uri:raw'  => $signs . (defined $query ? "?$query" : ''),
        args       => $query // '',
        dir        => $dir,
        parent     => $with{parent} // $dir =~ s{/\z}{}r,
        stream     => $dir =~ s{^/|/\z}{}gr,
        client_ip  => $with{ip} // '',
    );
    $value{token} = token_of($format->{digest}, message($format->{message}, \%hashed, $with{variables} // {}), $secret);
    $value{token} =~ s{([+/=])}{sprintf '%%%02X', ord $1}ge;

    my $filled = sub { $_[0] =~ s/\{(\w+)(?::[^}]*)?[?*]?\}/$value{$1} \/\/ ''/ger };
    if ($link =~ s/^\?//) {
        my @arguments = map { my $text = $filled->($_); /=\{\w+(?::[^}]*)?\?\}$/ && $text =~ /=$/ ? () : $text } split /&/, $link;
        return "$path?" . join '&', defined $query ? $query : (), @arguments;
    }
    return $front . $filled->($link =~ s{/?\{(?:path|\w+\*)\}$}{}r) . $behind . (defined $query ? "?$query" : '');
}

sub message {
    my ($text, $field, $variable) = @_;
    my $out = '';
    my $value = sub { $field->{$_[0]} // '' };
    my %escape = (n => "\n", t => "\t", r => "\r");
    while ($text =~ /\G(?:(\{\{|\}\})|\{([\w:]+)\}|\\(.)|\$\{?(\w+)\}?|\[((?:[^\]\\]|\\.)*)\]|([^{}\\\$\[]+))/gcs) {
        if    (defined $1) { $out .= substr $1, 0, 1 }
        elsif (defined $2) { $out .= $value->($2) }
        elsif (defined $3) { $out .= $escape{$3} // $3 }
        elsif (defined $4) { $out .= $variable->{$4} // '' }
        elsif (defined $5) {
            my ($some, $none) = split /(?<!\\)\|/, $5, 2;
            my $is = $some =~ /\{([\w:]+)\}/ ? $value->($1) : $variable->{ ($some =~ /\$\{?(\w+)/)[0] } // '';
            $out .= message($is ne '' ? $some : $none // '', $field, $variable);
        }
        else { $out .= $6 }
    }
    die "no message: $text\n" if (pos $text // 0) != length $text;
    return $out;
}

1;
