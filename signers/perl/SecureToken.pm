package SecureToken;

# Signs links for nginx-secure-token: the formats of the table @SCHEMES and those of your own, akamai,
# bunny, and ectoken (version 3).
#
# Copy this file into your project. Perl 5.14 or newer with nothing but its own modules; ectoken needs
# CryptX (Debian: libcryptx-perl).
#
#   use SecureToken qw(sign sign_format);
#   sign('azion', 'https://cdn.example.com/my%20film.mp4', $secret, time + 3600);
#   sign('alibaba-a', 'https://cdn.example.com/a.mp4?x=1', $secret, time + 3600, fields => { uid => 42 });
#   sign_format('?sig={token}&exp={expires}', 'hmac-sha256:hex', '{expires}\n{path}',
#       'https://cdn.example.com/a.mp4', $secret, time + 3600);
#
# The URL is the one that will be requested: percent-encoded and in normal form, without //, /./ and
# /../ in the path. It comes back with the token in its query or in its path; all else stays as it is. What
# cannot be signed dies. After the expiry, in Unix seconds or 'never' where the format has none or may leave
# it out, there may be options:
#
#   client_ip => '192.0.2.7'    the only address that the link is good for, where {client_ip} is in the message
#   path => '/films/'           sign this path as it is and not the URL's: for a directory
#   lifetime => 1800            seconds that the server lets a link open that has its time of issue
#   link => '?..', digest => '..'    another link or digest than the scheme's
#   token_param => 'sig', expires_param => 'until', param => 'token'    other names for parameters
#   fields => { uid => 42 }     other fields of the link; without, rand and salt are random, uid and start are
#                               0, and what may be absent is

use strict;
use warnings;

use Carp qw(croak);
use Digest::MD5 qw(md5);
use Digest::SHA qw(hmac_sha256 hmac_sha256_hex sha256);
use Exporter qw(import);
use MIME::Base64 qw(decode_base64 encode_base64);
use POSIX qw(strftime);
use Socket qw(AF_INET AF_INET6 inet_ntop inet_pton);

our @EXPORT_OK = qw(sign sign_format azion gcore akamai bunny ectoken);
our %CLAIMS    = (
    ectoken => [
        qw(url_allow country_allow country_deny ref_allow ref_deny host_allow host_deny proto_allow proto_deny clientip)
    ],
    akamai => [qw(st acl id data salt)],
    bunny  => [qw(token_path token_countries token_countries_blocked)],
);

# The name, what a link looks like, how the message is hashed and the token written, what the message is,
# how the secret is written, and how many seconds a link opens that says when it was issued.
our @SCHEMES = map { [split /  /] } split /\n/, <<'ROWS';
azion  ?st={token}&e={expires}  md5:base64url  {secret}{path}{expires}  text  -
gcore  ?md5={token}&expires={expires}  md5:base64url  {expires}{path}{client_ip} {secret}  text  -
gcore-video  /{kind}/{account}_{video}/{token}/{expires}{path}  md5:base64url  {account}_{video}_{secret}_{expires}_{client_ip}  text  -
gcore-mp4  ?md5={token}&expires={expires}&speed={speed?}&buffer={buffer?}  md5:base64url  {path}_{secret}_{expires}_{speed}_{buffer}_{client_ip}  text  -
secure-link  ?md5={token}&expires={expires}  md5:base64url  {expires}{path}{client_ip} {secret}  text  -
secure-link-secret  /{prefix}/{token}/{link*}  md5:hex  {link}{secret}  text  -
secure-link-hmac  ?st={token}&ts={time:iso}&e={ttl}  hmac-sha256:base64url  {path}|{time}|{ttl}  text  -
leaseweb  ?st={token}&e={expires}  md5:base64url  {secret}{client_ip}{path}{expires}  text  -
bunny-basic  ?token={token}&expires={expires}  md5:base64url  {secret}{path}{expires}{client_ip}  text  -
keycdn  ?token={token}&expire={expires}  md5:base64url  {path}{secret}{expires}  text  -
keycdn-image  ?token={token}  md5:base64url  {path}{args}{secret}  text  -
cdn77  ?secure={token},{expires?}  md5:base64url  {expires}{path}{secret}  text  -
cdn77-path  /{token},{expires?}{path}  md5:base64url  {expires}{parent}{secret}  text  -
cdnsun  ?secure={token}&expires={expires}  md5:base64url  {expires}{path}{secret}{client_ip}  text  -
cdnvideo  ?md5={token}&e={expires}  md5:base64url  {secret}:{expires}:[{client_ip}:]{path}  text  -
cloudflare  ?verify={time}-{token}  hmac-sha256:base64  {uri:raw}{time}  text  10800
fastly  ?token={expires}_{token}  hmac-sha1:hex  {uri:raw}{expires}  base64  -
alibaba-a  ?auth_key={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800
huawei-a  ?auth_key={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800
tencent-a  ?sign={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800
edgeone-a  ?sign={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800
alibaba-b  /{time:yyyymmddhhmm+8}/{token}{path}  md5:hex  {secret}{time}{path:raw}  text  1800
tencent-b  /{time:yyyymmddhhmm+8}/{token}{path}  md5:hex  {secret}{time}{path:raw}  text  1800
alibaba-c  /{token}/{time:hex}{path}  md5:hex  {secret}{path:raw}{time}  text  1800
edgeone-c  /{token}/{time:hex}{path}  md5:hex  {secret}{path:raw}{time}  text  1800
alibaba-c2  ?KEY1={token}&KEY2={time:hex}  md5:hex  {secret}{path:raw}{time}  text  1800
tencent-c  /{token}/{time}{path}  md5:hex  {secret}{time}{path:raw}  text  1800
tencent-d  ?sign={token}&t={time}  md5:hex  {secret}{path:raw}{time}  text  1800
edgeone-d  ?sign={token}&t={time}  md5:hex  {secret}{path:raw}{time}  text  1800
qiniu  ?sign={token}&t={expires:hex}  md5:hex  {secret}{path:raw}{expires}  text  -
flussonic  ?token={token}-{salt}-{expires}-{start}  sha1:hex  {stream}[{client_ip}|no_check_ip]{start}{expires}{secret}{salt}  text  -
lighttpd  /{token}/{time:hex}{path}  md5:hex  {secret}{path}{time}  text  60
lighttpd-hmac-sha1  /{token}/{time:hex}{path}  hmac-sha1:base64url  /{time}{path}  text  60
lighttpd-hmac-sha256  /{token}/{time:hex}{path}  hmac-sha256:base64url  /{time}{path}  text  60
ROWS

# The characters that a field may have.
my $PLAIN = qr/[!\$'-.0-<>@-\[\]-~]/;
my $FIELD = qr/\{([a-z0-9_]+):?([^{}?*]*)([?*]?)\}([^{&\/]*)/;

# Signs in any of the schemes.
sub sign {
    my ($scheme, $url, $secret, $expires, %with) = @_;
    my %own = (akamai => \&akamai, bunny => \&bunny, ectoken => \&ectoken);
    return $own{$scheme}->($url, $secret, $expires, %with) if $own{$scheme};
    my ($row) = grep { $_->[0] eq $scheme } @SCHEMES
        or croak "unknown scheme $scheme: write " . join ', ', (map { $_->[0] } @SCHEMES), sort keys %CLAIMS;
    my (undef, $link, $digest, $message, $form, $usual) = @$row;
    my ($other_link, $other_digest) = delete @with{qw(link digest)};
    $with{lifetime} //= $usual if $usual ne '-';
    return sign_format($other_link // $link, $other_digest // $digest, $message, $url, $secret, $expires,
        secret_form => $form, %with);
}

sub azion { return sign('azion', @_) }
sub gcore { return sign('gcore', @_) }

# Signs in a format: what a link looks like, its digest and its message, as in secure_token_format. Of one's
# own, it may have secret_form => 'text', 'hex', 'base64' or 'base64url': how the secret is written.
sub sign_format {
    my ($form, $digest, $message, $url, $secret, $expires, %with) = @_;
    croak 'the message binds no client_ip: take gcore, or ectoken with the claim clientip'
        if exists $with{client_ip} && $message !~ /\{client_ip\}/;
    my %given = %{ delete $with{fields} // {} };
    my $link = _link($url, $secret, $expires, \%with, qw(client_ip lifetime token_param expires_param secret_form));
    my $key = _key($secret, $with{secret_form} // 'text');
    my ($front, $raw, %in_path) = _split($form, $link->{raw});
    my $signed = $with{path} // substr $link->{path}, length($link->{raw}) - length $raw;
    my $unread = $with{path} // $raw;
    my $query = length $link->{query} ? "?$link->{query}" : '';
    my ($directory) = $signed =~ m{(.*)/}s;
    my %field = (
        secret => $key, path => $signed, 'path:raw' => $unread, 'uri:raw' => "$unread$query", args => $link->{query},
        dir => "$directory/", parent => $directory, stream => $directory =~ s{^/}{}r,
        client_ip => exists $with{client_ip} ? _canonical($with{client_ip}) : '',
        _times($form, $expires, $with{lifetime}), %in_path,
    );
    while ($form =~ /$FIELD/g) {
        my ($name, $spelling, $mark, $behind) = ($1, $2, $3, $4);
        next if $name eq 'token' || exists $field{$name};
        $field{$name} = $mark eq '*' ? substr($raw, 1) . $query : _field($name, $spelling, $mark, $behind, delete $given{$name});
    }
    croak 'the link has no field ' . join(', ', sort keys %given) . ', or it is not given so' if %given;
    croak 'there is no directory above the file: sign a path that has one' if $message =~ /\{parent\}/ && !length $directory;
    $field{token} = _digest($digest, $key, _filled($message, %field));

    my $filled = sub { $_[0] =~ s/$FIELD/$field{$1}$4/gr };
    $field{path} = $raw;
    if ($form =~ m{\A/}) {
        croak 'the token stands in the path, and there is no parameter to rename'
            if grep { exists $with{$_} } qw(token_param expires_param);
        my @segments = split m{/}, $form, -1;
        my $token = $filled->(join '/', @segments[1 + $front =~ tr{/}{} .. $#segments]);
        return _joined($link, "$front/$token", $form =~ /\*\}/ ? '' : $link->{query});
    }
    my @params;
    for (split /&/, substr $form, 1) {
        my ($name, $value) = split /=/, $_, 2;
        my $is_token = $value =~ /\{token\}/;
        $name = $with{token_param} // $name if $is_token;
        $name = delete $with{expires_param} // $name if !$is_token && $value =~ /\{(?:expires|time)\b/;
        $value = $filled->($value);
        push @params, $name, $value if length $value;
    }
    croak "there is no parameter of the expiry's own to rename" if exists $with{expires_param};
    return _with($link, @params);
}

# Claims are options of the names in $CLAIMS{akamai}, such as acl => '/films/*'. Without acl the link opens
# the URL's path alone.
sub akamai {
    my ($url, $secret, $expires, %with) = @_;
    my $link = _link($url, $secret, $expires, \%with, qw(client_ip param), @{ $CLAIMS{akamai} });
    _check_claims('akamai', '~', %with);
    my %claim = (%with, exp => _expiry($expires), ip => exists $with{client_ip} ? _canonical($with{client_ip}) : undef);
    my $body = join '~', map { "$_=$claim{$_}" } grep { defined $claim{$_} } qw(ip st exp acl id data);
    my $message = $body . (exists $with{acl} ? '' : "~url=$link->{raw}") . (exists $with{salt} ? "~salt=$with{salt}" : '');
    my $token = _escaped($body, q{-._~!*'(),;:@/?=$});
    return _with($link, $with{param} // 'hdnts', "$token~hmac=" . hmac_sha256_hex($message, _key($secret, 'hex')));
}

# Claims are options of the names in $CLAIMS{bunny}, such as token_path => '/films/', which the link then
# opens with all below.
sub bunny {
    my ($url, $secret, $expires, %with) = @_;
    my $link = _link($url, $secret, $expires, \%with, qw(client_ip param), @{ $CLAIMS{bunny} });
    _check_claims('bunny', '&', %with);
    my $address = '';
    if (exists $with{client_ip}) {
        my $text = _canonical($with{client_ip});
        # Of IPv6, the network counts.
        $address = inet_pton(AF_INET, $text) // substr(inet_pton(AF_INET6, $text), 0, 8) . "\0" x 8;
    }
    my @claims = grep { exists $with{$_} } @{ $CLAIMS{bunny} };
    my @pairs = map { [$_, $with{$_}] } @claims;
    for (grep { length } split /&/, $link->{query}) {
        my ($name, $value) = map { tr/+/ /r =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger } split /=/, $_, 2;
        push @pairs, [$name, $value // ''];
    }
    my $message = ($with{token_path} // $link->{raw}) . _expiry($expires) . $address
        . join '&', map { "$_->[0]=$_->[1]" } sort { $a->[0] cmp $b->[0] } @pairs;
    my $token = 'HS256-' . (length $address ? '1-' : '') . _base64url(hmac_sha256($message, $secret));
    return _with($link, $with{param} // 'token', $token, expires => $expires, map { ($_, _escaped($with{$_}, '-._~')) } @claims);
}

# Claims are options of the names in $CLAIMS{ectoken}, such as country_allow => 'DE,FR'. Without url_allow the
# link opens whatever begins with the URL's path. Without param the token is the first piece of the
# query. An ectoken that shall not expire has the expiry 'never'.
sub ectoken {
    my ($url, $secret, $expires, %with) = @_;
    my $never = defined $expires && $expires eq 'never';
    my @names = @{ $CLAIMS{ectoken} };
    my $link = _link($url, $secret, $expires, \%with, 'param', @names);
    if (!exists $with{url_allow}) {
        croak 'a path with a comma, an & or a blank at its end is no url_allow: write url_allow yourself'
            if $link->{path} =~ /[,&]| \z/;
        $with{url_allow} = $link->{path};
    }
    elsif (exists $with{path}) {
        croak 'path and url_allow say the same thing: write one of them';
    }
    _check_claims('ectoken', '&', %with);
    my @pairs = (($never ? () : "ec_expire=$expires"), map { "ec_$_=$with{$_}" } grep { exists $with{$_} } @names);
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
        unless defined $expires && $expires =~ /\A(?:[1-9][0-9]{0,9}|never)\z/;

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

# What stays in front of a token in the path, what is behind it, and the fields in front of it.
sub _split {
    my ($form, $raw) = @_;
    my ($front) = $form =~ m{\A(/.+?)/[^/]*\{(?:token|expires|time|start|ttl)\b} or return ('', $raw);
    return ('', $raw) if $front =~ /\{(?:token|expires|time|start|ttl)\b/;
    my $shape = join '', map { /\A\{(\w+)\}\z/ ? "(?<$1>$PLAIN+?)" : quotemeta } split /(\{\w+\})/, $front;
    $raw =~ m{\A$shape(?=/)} or croak "the path must begin with $front/, behind which the token comes";
    return (substr($raw, 0, $+[0]), substr($raw, $+[0]), %+);
}

sub _filled {
    my ($message, %field) = @_;
    utf8::encode($message) if utf8::is_utf8($message);
    my $piece = sub {
        my ($all, $escaped, $inside, $otherwise, $name) = @_;
        return { n => "\n", t => "\t" }->{$escaped} // $escaped if defined $escaped;
        return substr $all, 1 if $all =~ /\A(?:\{\{|\}\})/;
        if (defined $inside) {
            my ($of) = $inside =~ /\{(.*?)\}/;
            return _filled(($field{ $of // '' } // 'none') eq '' ? $otherwise // '' : $inside, %field);
        }
        return $field{ $name // '' } // croak "the message has $all, which the link has not: "
            . 'no variables of NGINX can be signed here';
    };
    $message =~ s/(\\(.)|\[((?:\\.|[^]\\|])*)(?:\|((?:\\.|[^]\\])*))?\]|\{\{|\}\}|\{([^{}]*)\}|\$)/$piece->($1, $2, $3, $4, $5)/gse;
    return $message;
}

# The time, and the lifetime where the link says it.
sub _times {
    my ($form, $expires, $lifetime) = @_;
    my ($name, $spelling, $mark) = $form =~ /\{(expires|time):?([^{}?]*)(\??)\}/;
    my $has_ttl = $form =~ /\{ttl\}/;
    croak 'these links have no lifetime: they say when they expire, or open for ever'
        if defined $lifetime && ($name // '') ne 'time';
    if (!$name || $expires eq 'never' && $mark) {
        croak q(these links do not expire: write 'never' for the expiry) if $expires ne 'never';
        return $name ? ($name => '') : ();
    }
    return ($name => _written(time, $spelling), ttl => 0) if $has_ttl && $expires eq 'never';
    my $seconds = _expiry($expires);
    # Where the link says how long it opens, that is from now on.
    $lifetime //= $seconds > time ? $seconds - time : 1 if $has_ttl;
    if ($name eq 'time') {
        croak 'the lifetime must be a whole number of seconds, from 1 to the expiry'
            unless ($lifetime // '') =~ /\A[1-9][0-9]{0,9}\z/ && $lifetime <= $seconds;
        $seconds -= $lifetime;
    }
    return ($name => _written($seconds, $spelling), $has_ttl ? (ttl => $lifetime) : ());
}

sub _written {
    my ($seconds, $spelling) = @_;
    return strftime('%Y%m%d%H%M', gmtime($seconds + $1 * 3600)) if $spelling =~ /\Ayyyymmddhhmm(.+)/;
    return $spelling eq 'hex' ? sprintf '%08x', $seconds : $seconds;
}

sub _expiry {
    my ($expires) = @_;
    croak 'these links must have an expiry' if $expires eq 'never';
    return $expires;
}

sub _field {
    my ($name, $spelling, $mark, $behind, $value) = @_;
    $value //= $name =~ /\A(?:rand|salt)\z/ ? _random() : $name =~ /\A(?:uid|start)\z/ ? 0 : '';
    croak "the field $name has characters that would end it: write letters and digits"
        if $value !~ /\A$PLAIN*\z/ || length $behind && index($value, $behind) >= 0;
    croak "the link has a field $name: give it a value" unless length $value || $mark;
    return $name eq 'start' && $value ? _written($value, $spelling) : $value;
}

# A name that nobody else has made; it need not be secret.
sub _random { return unpack 'H*', md5(join ' ', $$, time, map { rand } 1 .. 8) }

sub _digest {
    my ($digest, $key, $message) = @_;
    my ($keyed, $name, $encoding) = $digest =~ /\A(hmac-)?(md5|sha(?:1|256|384|512)):(hex|base64|base64url)\z/
        or croak "there is no digest $digest: write md5:hex or hmac-sha256:base64url, for example";
    my $hash = $name eq 'md5' ? \&md5 : Digest::SHA->can($name);
    my $made = $hash->($message);
    if ($keyed) {
        my $size = $name =~ /384|512/ ? 128 : 64;
        my $padded = pack "a$size", length $key > $size ? $hash->($key) : $key;
        my ($inner, $outer) = map { $padded ^ chr($_) x $size } 0x36, 0x5c;
        $made = $hash->($outer . $hash->("$inner$message"));
    }
    return unpack 'H*', $made if $encoding eq 'hex';
    # In a query, + is a blank.
    return $encoding eq 'base64' ? _escaped(encode_base64($made, ''), '') : _base64url($made);
}

sub _key {
    my ($secret, $form) = @_;
    return $secret if $form eq 'text';
    return pack 'H*', $secret if $form eq 'hex' && $secret =~ /\A(?:[0-9A-Fa-f]{2})+\z/;
    my $text = $form eq 'base64url' ? $secret =~ tr{-_}{+/}r =~ s/=*\z//r : $secret;
    $text .= '=' x (-length($text) % 4) if $form eq 'base64url';
    my $key = decode_base64($text);
    croak "the secret must be written in $form, base64 with its = at the end"
        if $form eq 'hex' || !length $key || encode_base64($key, '') ne $text;
    return $key;
}

# Percent-encodes all but letters, digits and these.
sub _escaped {
    my ($text, $plain) = @_;
    return $text =~ s/([^A-Za-z0-9\Q$plain\E])/sprintf '%%%02X', ord $1/ger;
}

sub _check_claims {
    my ($scheme, $end, %with) = @_;
    for my $name (grep { exists $with{$_} } @{ $CLAIMS{$scheme} }) {
        croak "the claim $name is empty, or has an $end or a control character"
            unless $with{$name} =~ /\A[^\x00-\x1f\x7f$end]+\z/;
    }
    return;
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

    if ("@ARGV" eq '--schemes') {
        print join("\t", @$_), "\n" for @SecureToken::SCHEMES;
        exit;
    }
    my $usage = 'usage: perl SecureToken.pm (--scheme NAME | --link LINK --digest DIGEST --message MESSAGE)'
        . ' --secret-file FILE (--expires-in SECONDS | --expires-at UNIX | --never) [--client-ip ADDRESS] [--path PATH]'
        . ' [--lifetime SECONDS] [--field name=value]... [--claim name=value]... [--param NAME] URL; the NAMEs are '
        . join ', ', (map { $_->[0] } @SecureToken::SCHEMES), sort keys %SecureToken::CLAIMS;
    my $fail = sub {
        my ($message) = @_;
        print {*STDERR} 'SecureToken: ', $message =~ s/ at \Q$0\E line \d+\.?\n.*//sr =~ tr/\n/ /r, "\n";
        exit 2;
    };
    require Getopt::Long;
    Getopt::Long::Configure(qw(no_auto_abbrev no_ignore_case));
    local $SIG{__WARN__} = sub { $fail->($_[0] =~ s/\n\z/; $usage/r) };
    my (%given, %with, @claims, $never, %fields);
    Getopt::Long::GetOptions(
        (map { +"$_=s" => \$given{$_} } qw(scheme secret-file expires-in expires-at param message)), never => \$never,
        (map { +tr/_/-/r . '=s' => \$with{$_} } qw(path lifetime client_ip link digest secret_form)),
        'claim=s' => \@claims, 'field=s' => \%fields,
    );
    delete @with{ grep { !defined $with{$_} } keys %with };
    $with{fields} = \%fields if %fields;
    my ($scheme, $message, $in, $at) = @given{qw(scheme message expires-in expires-at)};
    $fail->($usage) if @ARGV != 1 || !defined $given{'secret-file'} || 1 != grep { defined } $in, $at, $never;
    $fail->($usage) if defined $scheme ? defined $message : 3 != grep { defined } $message, @with{qw(link digest)};
    $fail->('--expires-in must be a positive number of seconds') if defined $in && $in !~ /\A[1-9][0-9]{0,9}\z/;
    my $names = $SecureToken::CLAIMS{ $scheme // '' };
    $fail->('--claim goes with ectoken (--claim clientip=ADDRESS), akamai and bunny, and --lifetime and --field with others')
        if $names ? grep { exists $with{$_} } qw(lifetime fields link digest), $scheme eq 'ectoken' ? 'client_ip' : 'path' : @claims;
    for (@claims) {
        my ($name, $value) = split /=/, $_, 2;
        $fail->("--claim is name=value, once for each name of @$names")
            if exists $with{$name} || !grep { $name eq $_ } @$names;
        $with{$name} = $value // '';
    }
    $with{ $names ? 'param' : 'token_param' } = $given{param} if defined $given{param};
    open my $file, '<:raw', $given{'secret-file'} or $fail->("$given{'secret-file'}: $!");
    my $secret = do { local $/; <$file> } // '';
    my @rest = ($ARGV[0], $secret =~ s/\r?\n\z//r, $never ? 'never' : $at // time + $in, %with);
    print eval {
        defined $scheme
            ? SecureToken::sign($scheme, @rest)
            : SecureToken::sign_format(delete @with{qw(link digest)}, $message, @rest[0 .. 2], %with);
    } // $fail->($@), "\n";
}

1;
