package SecureToken;

# Signs links for nginx-secure-token: ectoken (version 3), and the schemes of the table @SCHEMES.
#
# Copy this file into your project. Perl 5.14 or newer with nothing but its own modules; ectoken needs
# CryptX (Debian: libcryptx-perl).
#
#   use SecureToken qw(azion);
#   azion('https://cdn.example.com/my%20film.mp4', $secret, time + 3600);
#   SecureToken::sign('fastly', 'https://cdn.example.com/a.mp4?x=1', $secret, time + 3600);
#
# The URL is the one that will be requested: percent-encoded and in normal form, without //, /./ and
# /../ in the path. It comes back with the token in its query or in front of its path; all else stays as
# it is. What cannot be signed dies. After the expiry, in Unix seconds, there may be options:
#
#   client_ip => '192.0.2.7'    the only address that the link is good for (gcore, leaseweb)
#   path => '/films/'           sign this path as it is and not the URL's: for a directory
#   lifetime => 1800            seconds that the server lets a link open (alibaba-b); 1800 if not given
#   token_param => 'sig', expires_param => 'until', param => 'token'    other names for parameters

use strict;
use warnings;

use Carp qw(croak);
use Digest::MD5 qw(md5);
use Digest::SHA qw(hmac_sha1 sha256);
use Exporter qw(import);
use MIME::Base64 qw(decode_base64 encode_base64);
use POSIX qw(strftime);
use Socket qw(AF_INET AF_INET6 inet_ntop inet_pton);

our @EXPORT_OK = qw(sign azion gcore ectoken);
our @CLAIMS    = qw(url_allow country_allow country_deny ref_allow ref_deny host_allow host_deny
    proto_allow proto_deny clientip);

# What a link looks like, how the message is hashed and the token written, what the message is, how the
# secret is written, and how many seconds a link opens that says when it was issued.
our @SCHEMES = (
    [azion       => '?st={token}&e={expires}', 'md5:base64url', '{secret}{path}{expires}', 'text', undef],
    [gcore       => '?md5={token}&expires={expires}', 'md5:base64url', '{expires}{path}{client_ip} {secret}', 'text', undef],
    [leaseweb    => '?st={token}&e={expires}', 'md5:base64url', '{secret}{client_ip}{path}{expires}', 'text', undef],
    [fastly      => '?token={expires}_{token}', 'hmac-sha1:hex', '{uri:raw}{expires}', 'base64', undef],
    ['alibaba-b' => '/{time:yyyymmddhhmm+8}/{token}{path}', 'md5:hex', '{secret}{time}{path:raw}', 'text', 1800],
);

my %HASH  = (md5 => sub { md5($_[0]) }, 'hmac-sha1' => \&hmac_sha1);
my %WRITE = (hex => sub { unpack 'H*', $_[0] }, base64url => \&_base64url);

# Signs in any of the schemes, also with ectoken.
sub sign {
    my ($scheme, $url, $secret, $expires, %with) = @_;
    return ectoken($url, $secret, $expires, %with) if $scheme eq 'ectoken';
    my ($row) = grep { $_->[0] eq $scheme } @SCHEMES
        or croak "unknown scheme $scheme: write " . join(', ', map { $_->[0] } @SCHEMES) . ' or ectoken';
    my (undef, $form, $digest, $message, $written, $usual) = @$row;
    croak "$scheme binds no client_ip: take gcore, or ectoken with the claim clientip"
        if exists $with{client_ip} && $message !~ /\{client_ip\}/;
    croak "$scheme has no lifetime: its links say when they expire" if exists $with{lifetime} && !$usual;
    my $link = _link($url, $secret, $expires, \%with, qw(token_param expires_param client_ip lifetime));

    my $key = $written eq 'base64' ? _from_base64($secret) : $secret;
    my $time = $usual ? _issue($expires, $with{lifetime} // $usual) : '';
    my $raw = $with{path} // $link->{raw};
    my %field = (
        secret => $key, client_ip => exists $with{client_ip} ? _canonical($with{client_ip}) : '', path => $link->{path},
        'path:raw' => $raw, 'uri:raw' => $raw . (length $link->{query} ? "?$link->{query}" : ''), expires => $expires,
        time => $time, 'time:yyyymmddhhmm+8' => $time,
    );
    my ($hash, $write) = split /:/, $digest;
    $field{token} = $WRITE{$write}->($HASH{$hash}->(_filled($message, %field), $key));

    if ($form =~ m{\A/}) {
        croak "$scheme has its token in the path, and no parameter to rename"
            if grep { exists $with{$_} } qw(token_param expires_param);
        return _joined($link, _filled($form, %field, path => $link->{raw}), $link->{query});
    }
    my ($token, $until) = map { [split /=/] } split /&/, substr $form, 1;
    croak "$scheme has no parameter of the expiry's own" if exists $with{expires_param} && !$until;
    return _with($link, map { ($_->[1] // $_->[0][0], _filled($_->[0][1], %field)) }
        [$token, $with{token_param}], $until ? [$until, $with{expires_param}] : ());
}

sub azion { return sign('azion', @_) }
sub gcore { return sign('gcore', @_) }

# Claims are options of the names in @CLAIMS, such as country_allow => 'DE,FR'. Without url_allow the
# link opens whatever begins with the URL's path. Without param the token is the first piece of the
# query. An ectoken that shall not expire has the expiry 'never'.
sub ectoken {
    my ($url, $secret, $expires, %with) = @_;
    my $never = defined $expires && $expires eq 'never';
    my $link = _link($url, $secret, $never ? 1 : $expires, \%with, 'param', @CLAIMS);
    if (!exists $with{url_allow}) {
        croak 'a path with a comma, an & or a blank at its end is no url_allow: write url_allow yourself'
            if $link->{path} =~ /[,&]| \z/;
        $with{url_allow} = $link->{path};
    }
    elsif (exists $with{path}) {
        croak 'path and url_allow say the same thing: write one of them';
    }
    my @pairs = $never ? () : "ec_expire=$expires";
    for my $name (grep { exists $with{$_} } @CLAIMS) {
        croak "the claim $name is empty, or has an & or a control character"
            unless $with{$name} =~ /\A[^\x00-\x1f\x7f&]+\z/;
        push @pairs, "ec_$name=$with{$name}";
    }
    my $token = _sealed(join('&', @pairs), $secret);
    croak 'the token is longer than 6144 characters: give it shorter claims' if length $token > 6144;
    return _with($link, $with{param}, $token) if defined $with{param};
    return _joined($link, $link->{raw}, join '&', $token, length $link->{query} ? $link->{query} : ());
}

# What all schemes have in common: looks at everything, and takes the URL apart.
sub _link {
    my ($url, $secret, $expires, $with, @known) = @_;
    for my $name (keys %$with) {
        croak "there is no option $name: write one of " . join ', ', 'path', @known
            unless grep { $name eq $_ } 'path', @known;
        croak "$name has no value" unless defined $with->{$name};
        croak "$name has characters that are not bytes: encode it as UTF-8" if $with->{$name} =~ /[^\x00-\xff]/;
    }
    croak 'the secret is empty: take 16 random bytes or more' unless defined $secret && length $secret;
    croak 'the secret has characters that are not bytes: encode it' if $secret =~ /[^\x00-\xff]/;
    croak 'the expiry must be a Unix time in whole seconds, not milliseconds: 1 to 9999999999'
        unless defined $expires && $expires =~ /\A[1-9][0-9]{0,9}\z/;

    my ($origin, $raw, $query, $fragment) =
        $url =~ m{\A(https?://[^/?#]+)?(/(?!/)[^?#]*)(?:\?([^#]*))?(#.*)?\z}i
        or croak 'the URL has no path: write https://host/path or /path';
    croak 'the URL must be percent-encoded: %20 for a blank, %25 for a %'
        if $url =~ /[^!-~]/ || $raw =~ /%(?![0-9A-Fa-f]{2})/;
    # No + becomes a blank: in a path, it is a plus.
    my $path = $with->{path} // $raw =~ s/%(..)/chr hex $1/ger;
    croak 'the path to sign must begin with /' unless $path =~ m{\A/};
    croak 'the path has a control character, and no link opens it: rename it' if $path =~ /[\x00-\x1f\x7f]/;
    return {
        origin => $origin // '', raw => $raw, path => $path, query => $query // '', fragment => $fragment // '',
    };
}

# Appends names and values in turn.
sub _with {
    my ($link, @params) = @_;
    my @pieces = split /&/, $link->{query}, -1;
    while (my ($name, $value) = splice @params, 0, 2) {
        croak 'names of parameters have only letters, digits, - . _ ~' unless $name =~ /\A[A-Za-z0-9._~-]+\z/;
        croak "there is a parameter $name already: sign without it, or take another name"
            if grep { /\A\Q$name\E(?:=|\z)/ } @pieces;
        push @pieces, "$name=$value";
    }
    return _joined($link, $link->{raw}, join '&', @pieces);
}

sub _joined {
    my ($link, $path, $query) = @_;
    return $link->{origin} . $path . (length $query ? "?$query" : '') . $link->{fragment};
}

sub _filled {
    my ($form, %field) = @_;
    return $form =~ s/\{([^}]+)\}/$field{$1}/gr;
}

# A time of issue to the minute, by the clock of UTC+8.
sub _issue {
    my ($expires, $lifetime) = @_;
    croak 'the lifetime must be a whole number of seconds, from 1 to the expiry'
        unless $lifetime =~ /\A[1-9][0-9]{0,9}\z/ && $lifetime <= $expires;
    return strftime('%Y%m%d%H%M', gmtime($expires - $lifetime + 8 * 3600));
}

sub _from_base64 {
    my ($secret) = @_;
    my $key = decode_base64($secret);
    croak 'the secret must be written in base64, with its = at the end' unless encode_base64($key, '') eq $secret;
    return $key;
}

sub _canonical {
    my ($address) = @_;
    my $bytes = inet_pton(AF_INET, $address) // inet_pton(AF_INET6, $address)
        // croak q(the client's address must be like 192.0.2.7 or 2001:db8::1);
    $bytes =~ s/\A\0{10}\xff\xff//;
    return inet_ntop(length $bytes == 4 ? AF_INET : AF_INET6, $bytes);
}

sub _base64url {
    my ($bytes) = @_;
    return encode_base64($bytes, '') =~ tr{+/}{-_}r =~ s/=+\z//r;
}

sub _sealed {
    my ($text, $secret) = @_;
    eval { require Crypt::AuthEnc::GCM; require Crypt::PRNG }
        or croak 'ectoken needs the Perl module CryptX: apt-get install libcryptx-perl, or cpanm CryptX';
    my $nonce = Crypt::PRNG::random_bytes(12);
    my ($sealed, $tag) =
        Crypt::AuthEnc::GCM::gcm_encrypt_authenticate('AES', sha256($secret), $nonce, '', $text);
    return _base64url("$nonce$sealed$tag");
}

# --- The command line ------------------------------------------------------------------------------

unless (caller) {
    package main;

    my $names = join '|', (map { $_->[0] } @SecureToken::SCHEMES), 'ectoken';
    if ("@ARGV" eq '--schemes') {
        print join("\t", map { $_ // '-' } @$_), "\n" for @SecureToken::SCHEMES;
        exit;
    }
    my $usage = "usage: perl SecureToken.pm --scheme $names --secret-file FILE"
        . ' (--expires-in SECONDS | --expires-at UNIX) [--client-ip ADDRESS] [--path PATH]'
        . ' [--lifetime SECONDS] [--claim name=value]... [--param NAME] URL';
    my $fail = sub {
        my ($message) = @_;
        print {*STDERR} 'SecureToken: ', $message =~ s/ at \Q$0\E line \d+\.?\n.*//sr =~ tr/\n/ /r, "\n";
        exit 2;
    };
    require Getopt::Long;
    Getopt::Long::Configure(qw(no_auto_abbrev no_ignore_case));
    local $SIG{__WARN__} = sub { $fail->($_[0] =~ s/\n\z/; $usage/r) };
    my (%given, %with, @claims);
    Getopt::Long::GetOptions(
        (map { +"$_=s" => \$given{$_} } qw(scheme secret-file expires-in expires-at param)),
        'path=s' => \$with{path}, 'lifetime=s' => \$with{lifetime}, 'client-ip=s' => \$with{client_ip}, 'claim=s' => \@claims,
    );
    delete @with{ grep { !defined $with{$_} } keys %with };
    my ($scheme, $in, $at) = @given{qw(scheme expires-in expires-at)};
    $fail->($usage) if @ARGV != 1 || grep({ !defined } $scheme, $given{'secret-file'}) || defined $in == defined $at;
    $fail->('--expires-in must be a positive number of seconds') if defined $in && $in !~ /\A[1-9][0-9]{0,9}\z/;
    $fail->('--claim goes with ectoken (--claim clientip=ADDRESS), --client-ip and --lifetime with others')
        if $scheme eq 'ectoken' ? defined $with{client_ip} || defined $with{lifetime} : @claims;
    for (@claims) {
        my ($name, $value) = split /=/, $_, 2;
        $fail->("--claim is name=value, once for each name of @SecureToken::CLAIMS")
            if exists $with{$name} || !grep { $name eq $_ } @SecureToken::CLAIMS;
        $with{$name} = $value // '';
    }
    $with{ $scheme eq 'ectoken' ? 'param' : 'token_param' } = $given{param} if defined $given{param};
    open my $file, '<:raw', $given{'secret-file'} or $fail->("$given{'secret-file'}: $!");
    my $secret = do { local $/; <$file> } // '';
    print eval { SecureToken::sign($scheme, $ARGV[0], $secret =~ s/\r?\n\z//r, $at // time + $in, %with) } // $fail->($@), "\n";
}

1;
