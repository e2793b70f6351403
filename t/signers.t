# The signers in signers/: what they sign opens at the module, and only that; what they cannot sign, they
# say. All built-in formats are in t/signers_formats.t: here are some that differ, and ectoken, with all that a
# URL may have. A language that is not installed is left out, or with SECURE_TOKEN_SKIP_NOTHING set, a failure.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use MIME::Base64 qw(encode_base64);
use Test::More;
use Documents qw($ROOT slurp blocks);
use Facts qw(schemes);
use SecureToken::Nginx;
use Signers;

$ENV{LC_ALL} = 'C.UTF-8';
my $readme = "$ROOT/signers/README.md";

# What the command says of each scheme.
my %FACTS  = map { $_->{name} => $_ } schemes();
my @TABLE  = grep { $FACTS{$_}{anatomy} eq 'digest' } sort keys %FACTS;
my @DIGEST = qw(alibaba-b azion fastly gcore leaseweb);

# All bytes of a file are the secret, but for one newline at its end. Some schemes have it in base64.
my %SECRET = (
    secret          => "  lines\r\n and \xff \$bytes\\n \n\n",
    'secret-crlf'   => "a secret of Windows \r\n",
    'secret-base64' => encode_base64("\0\xff a key of any bytes \n", '') . "\n",
);

# The file with the secret of a scheme.
sub secret_of { return $FACTS{ $_[0] }{secret} eq 'base64' ? 'secret-base64' : 'secret' }

# Where the token stands in the path, the location's name comes behind it.
sub location {
    my ($scheme, $suffix, $rules, %with) = @_;
    my $name = "$scheme$suffix";
    my $file = $with{secret} // secret_of($scheme);
    $rules = "secure_token $scheme; $rules";
    my $inner = $with{dir} ? "location ~ ^(?<dir>/$name/[^/]+/) { secure_token_uri \$dir; $rules proxy_pass \$origin; }" : '';
    my $front = $FACTS{$scheme}{link} =~ m{^/} ? qq{~ "^(?:/\\d{12}/\\w{32})?/$name/"} : "/$name/";
    return "location $front { secure_token_secret_file DIR/$file; $rules $inner proxy_pass \$origin; }\n";
}

my $bound = 'secure_token_client_ip $remote_addr;';
my $named = 'secure_token_param token=sig;';

# Those of a scheme, by what it says of itself.
sub locations {
    my ($scheme) = @_;
    my %facts = %{ $FACTS{$scheme} };
    my $nobody = $facts{client_ip} eq 'always' ? 'secure_token_client_ip off; ' : '';
    return location($scheme, '', $nobody)
        . ($facts{link} =~ m{^/} ? '' : location($scheme, '-param', "$nobody$named"))
        . ($facts{link} =~ m{^/} || !defined $facts{message} ? '' : location($scheme, '-dir', $nobody, dir => 1))
        . ($facts{client_ip} =~ /always|optional/ ? location($scheme, '-bound', $bound) : '');
}

my %locations = (
    (map { $_ => locations($_) } @DIGEST, 'ectoken'),
    crlf => location('azion', '-crlf', '', secret => 'secret-crlf'),
    readme => join '', map {
        my ($dir, $rules) = @$_;
        "location $dir { $rules secure_token_secret replace-me-openssl-rand-hex-16; proxy_pass \$origin; }\n"
    } ['/videos/' => 'secure_token azion;'], ['/downloads/' => "secure_token gcore; $bound"], ['/films/' => 'secure_token ectoken;'],
        [q{~ "^/\d{12}/\w{32}/shows/"} => 'secure_token alibaba-b;'],
        ['/own/' => 'secure_token own;'], ['/renamed/' => 'secure_token azion; secure_token_param token=sig expires=until;'],
);

my $nginx = SecureToken::Nginx->new;
chmod 0600, $nginx->write($_ => $SECRET{$_}) for keys %SECRET;
$nginx->configure(http => <<"CONF");
    secure_token_format own "?sig={token}&exp={expires}" hmac-sha256:hex "{expires}\\n{path}";
    server {
        listen unix:DIR/nginx.sock;
        set_real_ip_from unix:;
        real_ip_header X-Real-IP;
        set \$origin http://unix:DIR/origin.sock;
        add_header X-Without-Token "\$secure_token_args";
        @locations{sort keys %locations}
    }
    server {
        listen unix:DIR/origin.sock;
        return 200 "\$args";
    }
CONF
$nginx->start;
my $file = $nginx->dir . '/secret';
my $base64 = "$file-base64";

sub status { my ($url, @header) = @_; return $nginx->get($url, @header)->{status} }

# The part of a URL that a browser sends.
sub sent { return $_[0] =~ s{^https?://[^/]+}{}r =~ s/#.*//sr }

# --- What is signed --------------------------------------------------------------------------------

# Behind the directory of the scheme: what a path may have in it, and what may follow it.
my @URLS = (
    ['a plain path'                      => 'plain.txt'],
    ['blanks'                            => 'my%20film%20.mp4'],
    ['letters that are not ASCII'        => '%C3%BCber/%e6%97%a5%E6%9C%AC.mp4'],
    ['bytes that are not UTF-8'          => 'caf%E9.txt'],
    ['a plus, which is no blank'         => 'a+b.txt'],
    ['an encoded plus'                   => 'a%2Bb.txt'],
    ['a percent sign'                    => '100%25.txt'],
    ['what looks encoded once decoded'   => 'a%2520b.txt'],
    ['marks that a shell would take'     => q{it's$HOME;(1)!*%22%5Cn%60.txt}],
    ['encoded marks of a URL'            => 'a%3Fb%23c.txt'],
    ['a query'                           => 'q.txt?z=1&a=%20+&z=2&flag&&e1=&last'],
    ['an empty query'                    => 'q.txt?'],
    ['a fragment'                        => 'f.txt#part?not=a&query'],
    ['a query and a fragment'            => 'f.txt?x=1#part'],
);

# Another character in a path, and in a token.
sub other_path  { return $_[0] =~ s/(.)(?=\?|\z)/$1 eq 'x' ? 'y' : 'x'/er }
sub other_token { my ($url, $token) = @_; return $url =~ s/(\Q$token\E)/substr($token, 0, 5) . (substr($token, 5, 1) eq 'a' ? 'b' : 'a') . substr $token, 6/er }

# What a signed link looks like, with the token as a name in it.
my %TOKEN = ('md5:base64url' => '[\w-]{22}', 'md5:hex' => '[0-9a-f]{32}', 'hmac-sha1:hex' => '[0-9a-f]{40}', '' => '[\w-]+');

sub form {
    my ($scheme, $url, $param) = @_;
    my ($origin, $path, $query, $fragment) = $url =~ m{^(https?://[^/]*)?([^?#]*)(?:\?([^#]*))?(#.*)?$};
    my ($before, $token) = (length($query // '') ? "$query&" : '', "(?<token>$TOKEN{ $FACTS{$scheme}{digest} // '' })");
    my $form = quotemeta $FACTS{$scheme}{link};
    # Named, an ectoken comes last.
    $form =~ s/\\\?\K(?=\\\{token\\\}\z)/\Q$param\E=/ if defined $param;
    $form =~ s/\\\?\K(?:[\w\\-]+\\=)?(?=.*token)/\Q$param\E=/ if defined $param && $form =~ /\\=/;
    $form =~ s/\\\{token\\\}/$token/;
    $form =~ s/\\\{expires\\\}/\\d+/;
    $form =~ s/\\\{time[^}]*\\\}/\\d{12}/;
    if ($form =~ m{^\\/}) {
        $form =~ s/\\\{path\\\}/\Q$path\E/;
        $form .= quotemeta "?$query" if length $before;
    }
    elsif ($scheme eq 'ectoken' && !defined $param) {
        $form = "\Q$path\E$form" . (length $before ? quotemeta "&$query" : '');
    }
    else {
        $form =~ s/^\\\?/\\?\Q$before\E/;
        $form = "\Q$path\E$form";
    }
    my ($front, $end) = map { quotemeta($_ // '') } $origin, $fragment;
    return qr/^$front$form$end$/;
}

# What a case is signed with.
sub arguments {
    my ($scheme, $title, $url, %with) = @_;
    my $until = $with{until} // ['--expires-in', 600];
    return ['--scheme', $scheme, '--secret-file', $with{secret} // $nginx->dir . '/' . secret_of($scheme), @$until, @{ $with{args} // [] }, $url];
}

# One link, and what becomes of it when it is altered. `header` is what the client sends.
sub opens {
    my ($signer, $scheme, $case) = @_;
    my ($title, $url, %with) = @$case;
    $title = "$scheme, $title";
    my $ran = $signer->sign(@{ arguments($scheme, @$case) });
    my $good = is "$ran->{status}$ran->{err}", '0', "$title: is signed";
    $good &&= like $ran->{out}, qr/\A[!-~]+\n\z/, "$title: one line";
    return unless $good;
    chomp(my $signed = $ran->{out});

    my $query = $url =~ /^[^?#]*\?([^#]*)/ ? $1 : '';
    my $form = form($scheme, $url, $with{param});
    like $signed, $form, "$title: nothing else was changed" or return;
    my $token = $signed =~ $form ? $+{token} : '';

    my $uri = sent($signed);
    my @header = @{ $with{header} // [] };
    my $answer = $nginx->get($uri, @header);
    if (($with{status} // 200) != 200) {
        return $good & is $answer->{status}, $with{status}, "$title: $with{status}";
    }
    $good &= is $answer->{status}, 200, "$title: opens";
    $good &= is $answer->{body}, $uri =~ s/^[^?]*\??//r, "$title: the whole query arrives";
    $good &= is $answer->{header}{'x-without-token'} // '', $query, "$title: and without the token the one of before";
    $good &= is status(other_token($uri, $token), @header), 403, "$title: not with another token";
    $good &= is status(other_path($uri), @header), 403, "$title: not at another path" unless $with{same_path};
    my $bare = $uri =~ s{^/\d{12}/\w{32}(?=/)}{}r =~ s/(.*)\?.*/$1?$query/r;
    $good &= is status($bare, @header), 403, "$title: not without the token";
    my $more = $uri . ($uri =~ /\?/ ? '&' : '?') . 'more=1';
    my $is_signed = ($FACTS{$scheme}{message} // '') =~ /\{uri:raw\}/;
    $good &= is status($more, @header), $is_signed ? 403 : 200, "$title: another argument" unless $with{same_path};
    $good &= is status($uri, @{$_->[1]}), $_->[2], "$title: $_->[0]" for @{ $with{others} // [] };
    return $good;
}

sub client { return ["X-Real-IP: $_[0]"] }

# Title, URL and the rest of what opens() takes.
sub cases {
    my ($scheme) = @_;
    my @cases = (
        (map { [$_->[0], "/$scheme/$_->[1]"] } @URLS),
        ['a whole URL', "https://cdn.example.com:8443/$scheme/plain.txt?x=https://a/b"],
        ['an expiry far ahead', "/$scheme/plain.txt", until => ['--expires-at', 4102444800]],
        ['an expiry that is past', "/$scheme/plain.txt", until => ['--expires-at', $^T - 5],
            status => $FACTS{$scheme}{expired_status} // 403],
    );
    push @cases, ['another name of the parameter', "/$scheme-param/plain.txt?x=1", args => ['--param', 'sig'], param => 'sig']
        if $FACTS{$scheme}{link} !~ m{^/};
    if ($FACTS{$scheme}{link} !~ m{^/} && $scheme ne 'ectoken') {
        push @cases, map {
            my ($title, $name, $status) = @$_;
            [$title, "/$scheme-dir/$name", status => $status, same_path => 1,
                args => ['--path', "/$scheme-dir/s\xc3\xa9rie 1/"]]
        } ['a directory', 's%C3%A9rie%201/01.ts', 200], ['a directory and a file further down', 's%C3%A9rie%201/a/02.ts?x', 200],
            ['another directory', 's%C3%A9rie%202/01.ts', 403];
    }
    push @cases, ['a lifetime that is not the server\'s', "/$scheme/plain.txt", args => ['--lifetime', 3600], status => 403]
        if $FACTS{$scheme}{lifetime};
    push @cases, ['a secret with CR LF behind it', '/azion-crlf/plain.txt', secret => "$file-crlf"] if $scheme eq 'azion';
    if ($FACTS{$scheme}{client_ip} =~ /always|optional/) {
        my @others = (['not to another client', client('192.0.2.8'), 403], ['not to nobody', [], 403]);
        push @cases, map {
            my ($title, $signed, $asks) = @$_;
            [$title, "/$scheme-bound/plain.txt", args => ['--client-ip', $signed], header => client($asks), others => \@others]
        } ['an IPv4 client', '192.0.2.7', '192.0.2.7'], ['an IPv6 client', '2001:DB8:0:0::0001', '2001:db8::1'],
            ['an IPv6 client with two gaps', '2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
            ['an IPv4 client, written as IPv6', '::FFFF:192.0.2.7', '192.0.2.7'];
    }
    if ($scheme eq 'ectoken') {
        my $claim = sub { map { ('--claim', $_) } @_ };
        push @cases, [
            'a directory', '/ectoken/show/a+b.ts', same_path => 1, args => [$claim->('url_allow=/ectoken/show/')],
        ], [
            'a directory as path', '/ectoken/my%20show/a.ts', same_path => 1, args => ['--path', '/ectoken/my show/'],
        ], [
            'another directory', '/ectoken/show/a.ts', status => 403, args => [$claim->('url_allow=/ectoken/other/,/x')],
        ], [
            'a path with a comma', '/ectoken/a,b.ts', args => [$claim->('url_allow=/ectoken/a')], same_path => 1,
        ], [
            'claims that hold', '/ectoken/plain.txt', header => [@{ client('2001:db8::7') }, 'Referer: https://www.example.com/a'],
            args => [$claim->('proto_allow=http', 'host_allow=localhost', 'ref_allow=*.example.com', 'clientip=2001:DB8::/32')],
            others => [
                ['not to another client', [@{ client('2001:db9::7') }, 'Referer: https://www.example.com/a'], 403],
                ['not from another page', client('2001:db8::7'), 403],
            ],
        ], map {
            ["a claim that does not hold: $_", '/ectoken/plain.txt', status => 403, args => [$claim->($_)]]
        } 'proto_allow=https', 'proto_deny=http', 'host_allow=*.localhost', 'host_deny=localhost', 'ref_allow=a.example',
            'ref_deny=missing', 'country_allow=DE,FR', 'country_deny=DE', 'clientip=192.0.2.7';
    }
    return @cases;
}

# --- What is not signed ----------------------------------------------------------------------------

my $empty = $nginx->write(empty => "\n");
my @azion = (qw(--scheme azion --secret-file), $file);
my @soon  = qw(--expires-in 60);
my @gcore = (qw(--scheme gcore --secret-file), $file, @soon);
my @ectoken = (qw(--scheme ectoken --secret-file), $file, @soon);
my @alibaba = (qw(--scheme alibaba-b --secret-file), $file, @soon);
my @fastly  = (qw(--scheme fastly --secret-file), $base64, @soon);

my @fields = (qw(--scheme alibaba-a --secret-file), $file, @soon);
my @bunny  = (qw(--scheme bunny --secret-file), $file, @soon);
my @akamai = (qw(--scheme akamai --secret-file), $nginx->write('secret-hex' => "00ff\n"), @soon);
my @own    = (qw(--link ?t={token}&id={id}&e={expires} --secret-file), $file, @soon, '--digest');

# Title, arguments, and what the message has to name.
my @USAGE = (
    ['no arguments', [], qr/--scheme/],
    ['a scheme that there is not', [qw(--scheme edgio --secret-file), $file, @soon, '/a'], qr/azion.*gcore/],
    ['no secret', [qw(--scheme azion), @soon, '/a'], qr/secret-file/],
    ['a secret file that is not there', [qw(--scheme azion --secret-file /nowhere/secret), @soon, '/a'], qr/secret/],
    ['an empty secret', [qw(--scheme azion --secret-file), $empty, @soon, '/a'], qr/secret is empty/],
    ['a secret on the command line', [@azion, @soon, qw(--secret x /a)], qr/--secret\b/],
    ['no expiry', [@azion, '/a'], qr/expires-in.*expires-at/],
    ['two expiries', [@azion, @soon, qw(--expires-at 4102444800 /a)], qr/expires-in.*expires-at|expires-at.*expires-in/],
    ['an expiry in milliseconds', [@azion, qw(--expires-at 4102444800000 /a)], qr/milliseconds/],
    ['an expiry of 0', [@azion, qw(--expires-at 0 /a)], qr/seconds|UNIX/],
    ['an expiry that is no number', [@azion, qw(--expires-at tomorrow /a)], qr/seconds|UNIX/],
    ['a lifetime of 0', [@azion, qw(--expires-in 0 /a)], qr/number/],
    ['a lifetime in words', [@azion, qw(--expires-in 1h /a)], qr/number|SECONDS/],
    ['no URL', [@azion, @soon], qr/URL/],
    ['two URLs', [@azion, @soon, '/a', '/b'], qr{URL|/b}],
    ['a URL without a path', [@azion, @soon, 'https://cdn.example.com'], qr{/path}],
    ['a URL with nothing but a query', [@azion, @soon, 'https://cdn.example.com?x=1'], qr{/path}],
    ['a URL without a slash', [@azion, @soon, 'a.mp4'], qr{/path}],
    ['a URL without a protocol', [@azion, @soon, '//cdn.example.com/a.mp4'], qr{https://.*/path}],
    ['a URL with a blank', [@azion, @soon, '/my film.mp4'], qr/percent-encoded/],
    ['a percent sign that encodes nothing', [@azion, @soon, '/100%.txt'], qr/%25/],
    ['a control character in the path', [@azion, @soon, '/a%0Ab'], qr/control character/],
    ['a NUL byte in the path', [@azion, @soon, '/a%00b'], qr/control character/],
    ['a control character in another path', [@azion, @soon, '--path', "/a\x7f", '/a'], qr/control character/],
    ['another path without a slash', [@azion, @soon, qw(--path a/ /a)], qr/begin/],
    ['an empty other path', [@azion, @soon, '--path', '', '/a'], qr/begin|--?path/],
    ['a token that is already there', [@azion, @soon, '/a?x=1&st=2'], qr/\bst already/],
    ['an expiry that is already there', [@gcore, '/a?expires'], qr/\bexpires already/],
    ['a name that cannot be in a query', [@azion, @soon, qw(--param a=b /a)], qr/letters, digits/],
    ['one name for both parameters', [@azion, @soon, qw(--param e /a)], qr/already|two names/],
    ['an option without a value', [@azion, @soon, qw(/a --param)], qr/param|URL/],
    ['an address that is none', [@gcore, qw(--client-ip 192.0.2.300 /a)], qr/192\.0\.2\.7 or 2001:db8::/],
    ['an address with leading zeros', [@gcore, qw(--client-ip 192.0.02.7 /a)], qr/192\.0\.2\.7 or 2001:db8::/],
    ['a network for an address', [@gcore, qw(--client-ip 192.0.2.0/24 /a)], qr/192\.0\.2\.7 or 2001:db8::/],
    ['an address with a zone', [@gcore, qw(--client-ip fe80::1%eth0 /a)], qr/192\.0\.2\.7 or 2001:db8::/],
    ['an empty address', [@gcore, '--client-ip', '', '/a'], qr/192\.0\.2\.7 or 2001:db8::|client-ip/],
    ['an address for azion', [@azion, @soon, qw(--client-ip 192.0.2.7 /a)], qr/gcore|client_ip/],
    ['an address for fastly', [@fastly, qw(--client-ip 192.0.2.7 /a)], qr/gcore|client_ip/],
    ['a secret that is not base64', [qw(--scheme fastly --secret-file), $file, @soon, '/a'], qr/base64/],
    ['a token that is already there, of fastly', [@fastly, '/a?token=1'], qr/\btoken already/],
    ['a name for a token in the path', [@alibaba, qw(--param sig /a)], qr/in the path/],
    ['a lifetime for azion', [@azion, @soon, qw(--lifetime 60 /a)], qr/lifetime/],
    ['a lifetime that is no number', [@alibaba, qw(--lifetime 1h /a)], qr/number|SECONDS/],
    ['a lifetime of nothing', [@alibaba, qw(--lifetime 0 /a)], qr/number|SECONDS/],
    ['a lifetime beyond the expiry', [qw(--scheme alibaba-b --secret-file), $file, qw(--expires-at 60 --lifetime 61 /a)], qr/lifetime/],
    ['no expiry where there must be one', [qw(--scheme azion --never --secret-file), $file, '/a'], qr/expiry/],
    ['an expiry and none', [@azion, @soon, qw(--never /a)], qr/never/],
    ['an expiry where there is none', [qw(--scheme keycdn-image --secret-file), $file, @soon, '/a'], qr/do not expire/],
    ['a field that the link does not have', [@azion, @soon, qw(--field uid=42 /a)], qr/field uid|no field/],
    ['a field that would end early', [@fields, qw(--field uid=4-2 /a)], qr/field uid/],
    ['a field with a blank', [@fields, '--field', 'uid=4 2', '/a'], qr/field uid/],
    ['a field with a quotation mark', [@fields, '--field', 'uid=4"2', '/a'], qr/field uid/],
    ['a field without a value', [@own, 'hmac-md5:hex', '--message', '{id}', '/a'], qr/field id/],
    ['a path without what stands in front of the token', [qw(--scheme gcore-video --secret-file), $file, @soon, '/a/b/c'], qr/begin/],
    ['a path without a directory', [qw(--scheme cdn77-path --secret-file), $file, @soon, '/a'], qr/directory/],
    ['a link without a digest and a message', [qw(--link ?t={token} --secret-file), $file, '--never', '/a'], qr/--message/],
    ['a message for a scheme', [@azion, @soon, qw(--message {path} /a)], qr/--message/],
    ['a digest that there is not', [@own, 'md4:hex', '--message', '{secret}', qw(--field id=1 /a)], qr/md5:hex/],
    ['a variable in a message', [@own, 'hmac-md5:hex', '--message', '{path}$host', qw(--field id=1 /a)], qr/variables of NGINX/],
    ['a field in a message that the link does not have', [@own, 'hmac-md5:hex', '--message', '{uid}', qw(--field id=1 /a)], qr/uid/],
    ['such a field in brackets', [@own, 'hmac-md5:hex', '--message', '[{uid}|0]{path}', qw(--field id=1 /a)], qr/uid/],
    ['a lifetime for a time that has none', [qw(--link ?t={time}-{token} --digest hmac-md5:hex --message {path}{time} --secret-file), $file, @soon, '/a'], qr/lifetime/],
    ['a secret that is not hexadecimal', [qw(--scheme akamai --secret-file), $file, @soon, '/a'], qr/hex/],
    ['a claim of akamai that ends early', [@akamai, qw(--claim id=a~b /a)], qr/id.*~/],
    ['a claim of bunny that ends early', [@bunny, '--claim', 'token_path=/a&b', '/a'], qr/token_path.*&/],
    ['a claim that bunny does not have', [@bunny, qw(--claim acl=/ /a)], qr/token_path/],
    ['bunny for ever', [qw(--scheme bunny --never --secret-file), $file, '/a'], qr/expiry/],
    ['a field for akamai', [@akamai, qw(--field id=1 /a)], qr/field/],
    ['a lifetime for bunny', [@bunny, qw(--lifetime 60 /a)], qr/lifetime/],
    ['a claim for gcore', [@gcore, qw(--claim country_allow=DE /a)], qr/ectoken|claim/],
);
my @ECTOKEN_USAGE = (
    ['a claim that there is not', [@ectoken, qw(--claim country=DE /a)], qr/country_allow/],
    ['a claim of an option\'s name', [@ectoken, qw(--claim path=/ /a)], qr/country_allow/],
    ['a claim without a value', [@ectoken, qw(--claim country_allow /a)], qr/empty|name=value/],
    ['a claim with an &', [@ectoken, '--claim', 'country_allow=DE&ec_expire=0', '/a'], qr/an &/],
    ['a claim with a newline', [@ectoken, '--claim', "country_allow=DE\n", '/a'], qr/control character/],
    ['a claim that is given twice', [@ectoken, qw(--claim country_allow=DE --claim country_allow=FR /a)], qr/twice|once/],
    ['a path with a comma', [@ectoken, '/a,b'], qr/url_allow/],
    ['a path with an &', [@ectoken, '/a&b'], qr/url_allow/],
    ['a path that is said twice', [@ectoken, qw(--path /a --claim url_allow=/b /a)], qr/one of them/],
    ['an address of its own', [@ectoken, qw(--client-ip 192.0.2.7 /a)], qr/clientip|client_ip/],
    ['a lifetime of ectoken', [@ectoken, qw(--lifetime 60 /a)], qr/lifetime/],
    ['an expiry of 0, which is never', [qw(--scheme ectoken --secret-file), $file, qw(--expires-at 0 /a)], qr/seconds|UNIX/],
    ['a token that is too long', [@ectoken, '--claim', 'ref_allow=' . 'a' x 4600, '/a'], qr/6144/],
);

sub refuses {
    my ($signer, $title, $args, $message) = @_;
    my $ran = $signer->sign(@$args);
    my $good = is "$ran->{status}$ran->{out}", 2, "$title: status 2 and nothing printed";
    $good &= like $ran->{err}, qr/\A[^\n]+\n\z/, "$title: one line on standard error";
    return $good & like $ran->{err}, $message, "$title: says what to write";
}

# --- Every language --------------------------------------------------------------------------------

# The rows of the table of signers: what it says of a language.
my %row = Signers::rows();
my %LANG = ('C#' => 'csharp', Shell => 'sh');
my @matrix;

for my $signer (Signers::all()) {
    my $name = $signer->{name};
    if (my $packages = $signer->missing) {
        Signers::left_out($name, $packages);
        push @matrix, [$name, '-', 'left out', ''];
        next;
    }
    subtest $name => sub {
        my $wrong = $signer->install;
        is $wrong, '', 'is ready to run' or return;
        my $ectoken = $row{$name}[2] // '';
        like $row{$name}[1] // '', qr/\($signer->{files}[-1]\)|\(go.*\.go\)/, 'the README names its file';

        my $table = $signer->shell($signer->{command}, '--schemes');
        is_deeply [sort split /\n/, $table->{out}], [map { row($_) } @TABLE], 'its table is the one of the command';

        my @schemes = @DIGEST;
        my $without = $signer->ectoken_missing;
        if (!defined $without) {
            unlike $ectoken, qr/^yes/, 'the README says that it has no ectoken';
        }
        elsif ($without ne '') {
            Signers::left_out("ectoken in $name", $without);
        }
        else {
            push @schemes, 'ectoken';
        }

        my $has_ectoken = @schemes - @DIGEST;
        my @cases = map { my $scheme = $_; map { [$scheme, $_] } cases($scheme) } @schemes;
        my @usage = (@USAGE, $has_ectoken ? @ECTOKEN_USAGE : ());
        push @usage, ['ectoken, which it cannot do', [@ectoken, '/a'], qr/AES-GCM/] unless defined $without;
        $signer->sign_all((map { arguments($_->[0], @{ $_->[1] }) } @cases), map { $_->[1] } @usage);

        my ($cases, $passed) = (0, 0);
        my $count = sub { $cases++; $passed++ if $_[0] };
        $count->(opens($signer, @$_)) for @cases;
        $count->(refuses($signer, @$_)) for @usage;

        my $ran = $signer->shell($signer->{command}, @gcore, '/gcore/plain.txt');
        $count->(is status(sent($ran->{out} =~ s/\n//r)), 200, "as the README says: $signer->{command}") or diag $ran->{err};
        # They sign with azion, gcore and alibaba-b and, where the signer has it, with ectoken.
        unless ($without) {
            my ($block) = blocks($readme, heading => $name, lang => $LANG{$name} // lc $name);
            $count->(prints($signer, 'the example in the README', $block->{text}, 3 + $has_ectoken));
            my $options = $signer->options_example('replace-me-openssl-rand-hex-16');
            $count->(prints($signer, 'options of the library', $options, 1 + $has_ectoken));
        }
        push @matrix, [$name, $signer->{version_text} // '?', $cases, $passed];
    };
}

# A scheme as a signer has it in its table.
sub row {
    my ($name) = @_;
    return join "\t", $name, map { $_ // '-' } @{ $FACTS{$name} }{qw(link digest message secret lifetime)};
}

# The links that a program prints: they open, and nothing else does.
sub prints {
    my ($signer, $title, $program, $links) = @_;
    my $ran = $signer->run_example($program // '');
    my $good = is "$ran->{status}$ran->{err}", '0', "$title: runs";
    my @printed = split /\n/, $ran->{out};
    $good &= is scalar @printed, $links, "$title: prints its links" or diag $ran->{out};
    for my $link (@printed) {
        my $uri = sent($link);
        $good &= is status($uri, @{ client('192.0.2.7') }), 200, "$title: $link opens";
        $good &= is status(other_path($uri), @{ client('192.0.2.7') }), 403, 'and nothing else';
    }
    return $good;
}

for my $block (blocks($readme, heading => 'As a command', lang => 'sh')) {
    my $python = (Signers::all())[0];
    $python->install;
    Documents::spill("$python->{dir}/secret", "replace-me-openssl-rand-hex-16\n");
    my $ran = $python->shell($block->{text} =~ s/\n//r);
    is status(sent($ran->{out} =~ s/\n//r), @{ client('192.0.2.7') }), 200, "the README's command: $block->{text}" or diag $ran->{err};
}
my ($named_schemes) = slurp($readme) =~ /^All of them sign with (.*?)\./ms;
is_deeply [sort $named_schemes =~ /`([^`]+)`/g], [grep { $FACTS{$_}{anatomy} eq 'signed' } sort keys %FACTS],
    'the README names the schemes of all signers that are no format';
for my $link (slurp($readme) =~ /\]\(([^)#]+)/g) {
    ok -e "$ROOT/signers/$link", "the README points at something: $link";
}
is_deeply [sort keys %row], [sort map { $_->{name} } Signers::all()], 'the README has all signers and no other';
is $nginx->alarms, '', 'nothing alarming is in the log of NGINX';
diag sprintf '%-12s %-10s %6s %6s', qw(language version cases passed);
diag sprintf '%-12s %-10s %6s %6s', @$_ for @matrix;
done_testing;
