# The signers in signers/ sign in every built-in format, in formats of one's own, and with akamai and bunny: the
# command and the module open what they sign, and nothing else. What they refuse, and all of ectoken, is in
# t/signers.t. A language that is not installed is left out, or with SECURE_TOKEN_SKIP_NOTHING set, a failure.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use MIME::Base64 qw(encode_base64 encode_base64url);
use Test::More;
use Facts qw(schemes);
use SecureToken::Nginx;
use Signers;

$ENV{LC_ALL} = 'C.UTF-8';
my $command = $ENV{SECURE_TOKEN_CLI} // "$FindBin::Bin/../build/secure-token";

my $key    = "\0\xff a key of any bytes \n";
my %SECRET = (
    text      => "  a secret\r\n with \xff and \$signs\\n ",
    base64    => encode_base64($key, ''),
    base64url => encode_base64url($key),
    hex       => unpack('H*', $key),
);

# --- What is signed --------------------------------------------------------------------------------

my $FILE = '/films/my%20film%C3%BC+.mp4?x=1&y=%20+%2B';
# Fields stand in front of the token here, and are part of the file's path.
my %FILE = ('gcore-video' => '/videos/12_ab_c/a%20b/film.m3u8?x=1');
my %IN_PATH = ('gcore-video' => 1, 'secure-link-secret' => 1);

# Name, arguments of the signer, what the command verifies with, and what the location says.
sub cases_of {
    my ($facts) = @_;
    my ($name, $binds) = @$facts{qw(name client_ip)};
    my $has_time = $facts->{link} =~ /\{(?:expires|time)\b/ || $facts->{anatomy} ne 'digest';
    my @until = !$has_time ? '--never' : ('--expires-in', 600);
    # A minute, which links of lighttpd have, may pass before a slow language is asked.
    my $is_short = $facts->{lifetime} && $facts->{lifetime} < 600;
    my %common = (
        scheme => $name, secret => $facts->{secret}, same_path => $name eq 'gcore-video', directory => $facts->{message} =~ /\{(?:parent|stream)\}/ ? 1 : 0, url => $FILE{$name} // $FILE,
        sign => ['--scheme', $name], verify => ['--scheme', $name, $is_short ? ('--ttl', '600s') : ()],
        is => "secure_token $name;" . ($is_short ? ' secure_token_ttl 600s;' : ''),
        also => $facts->{link} =~ /\{link\*\}/ || $facts->{message} =~ /\{(?:uri:raw|args)/ ? 403 : 200,
    );
    my $unbound = $binds eq 'always' ? 'secure_token_client_ip off;' : '';
    my @cases = { %common, title => $name, until => \@until, rules => $unbound };
    push @cases, { %common, title => "$name for ever", until => ['--never'], rules => $unbound }
        if $facts->{link} =~ /\{(?:expires\?|ttl)\}/;
    push @cases, map {
        my ($what, $ip) = @$_;
        my $rule = $binds eq 'claimed' ? '' : 'secure_token_client_ip $remote_addr;';
        +{ %common, title => "$name for an $what client", until => \@until, rules => $rule, ip => $ip };
    } ['IPv4', '192.0.2.7'], ['IPv6', '2001:DB8:0:0::0001'] if $binds ne 'never';
    my @fields = grep { $_ ne 'ttl' } map { ref ? $_->{name} : $_ } @{ $facts->{fields} };
    push @cases, {
        %common, title => "$name with its fields", until => \@until, rules => $unbound,
        more => [map { ('--field', "$_=" . ($_ eq 'start' ? $^T - 60 : "7$_")) } @fields],
    } if @fields && !$IN_PATH{$name};
    return @cases;
}

# The claims of the schemes that have some.
my %CLAIMS = (
    akamai => [['acl=/films/*', 'id=a b', 'data=x/y'], ['st=1000000000', 'acl=/nowhere/*!/films/*']],
    bunny  => [['token_path=/films/'], ['token_countries=DE,FR', 'token_countries_blocked=US']],
);

# Formats of one's own: every digest in every way to write one, and all that a message may hold.
my @ENCODINGS = qw(hex base64 base64url);
my @OWN = map {
    my $hash = $_;
    map {
        my $secret = $_ ? '' : ' {secret}';
        ["?sig={token}&exp={expires}", ($_ ? 'hmac-' : '') . "$hash:" . push_first(\@ENCODINGS), "{path} {expires}$secret"]
    } 0, 1;
} qw(md5 sha1 sha256 sha384 sha512);
push @OWN, (
    ['?exp={expires:hex}&sig={token}', 'md5:hex', '{dir}\n{path}\t{stream}|{{x}}|{expires}{secret}'],
    ['?t={expires:yyyymmddhhmm-3}-{id}-{token}', 'hmac-sha1:hex', '[{client_ip}|nobody] {id} [\[{args}\]] {path:raw} {expires}', ['--field', 'id=42']],
    ['?t={token},{who?}&e={expires}', 'hmac-sha256:hex', '[<{who}>|nobody]{path}{expires}'],
    ['/dl/{id}/{token}.{expires:hex}{path}', 'hmac-sha256:base64url', '{id} {parent} {expires}'],
    ['?sig={token}&exp={expires}&from={start:hex}', 'hmac-sha256:hex', "{start} {expires} {path}", ['--field', 'start=' . ($^T - 60)], 'hex'],
    ['?sig={token}&exp={expires}', 'hmac-sha512:base64url', "{expires} {uri:raw}", [], 'base64url'],
    ['?sig={token}&exp={expires}', 'md5:hex', '{secret}{path}{expires}', [], 'hex'],
    ['?sig={token}&exp={expires}', 'sha256:base64url', '{expires}{path}{secret}', [], 'base64'],
    ['?sig={token}&exp={expires}', 'hmac-sha512:base64', "{expires} {path} \xc3\xa9", [], 'base64'],
);

# Takes the first of a list, and puts it at its end.
sub push_first { my ($list) = @_; push @$list, shift @$list; return $list->[-1] }

# A word as it is written in a configuration.
sub quoted { return qq{"$_[0]"} }

sub own_cases {
    my $number = 0;
    return map {
        my ($link, $digest, $message, $more, $secret) = @$_;
        $number++;
        my $words = join ' ', quoted($link), $digest, quoted($message), $secret ? "secret=$secret" : ();
        +{
            title => "a format of one's own: $link $digest $message", scheme => "own$number", secret => $secret // 'text',
            url => $link =~ m{^/dl} ? "/dl/7$FILE" : $FILE, until => ['--expires-in', 600], more => $more // [],
            sign => ['--link', $link, '--digest', $digest, '--message', $message, $secret ? ('--secret-form', $secret) : ()],
            verify => ['--format', $words], format => "secure_token_format own$number $words;", is => "secure_token own$number;",
            rules => $message =~ /client_ip/ ? 'secure_token_client_ip off;' : '', also => $message =~ /args|uri:raw/ ? 403 : 200,
            directory => scalar($message =~ /\{parent\}/),
        };
    } @OWN;
}

my @SCHEMES = grep { $_->{name} ne 'ectoken' } schemes();
my @CASES = (map { cases_of($_) } @SCHEMES);
for my $name (sort keys %CLAIMS) {
    my ($facts) = grep { $_->{name} eq $name } @SCHEMES;
    my ($plain) = cases_of($facts);
    push @CASES, map {
        +{ %$plain, title => "$name with the claims @$_", more => [map { ('--claim', $_) } @$_], same_path => 1, also => $name eq 'bunny' ? 403 : 200,
            rules => 'set $country DE; secure_token_country $country;', country => 'DE' }
    } @{ $CLAIMS{$name} };
}
# Another link and another digest than the vendor's usual ones.
push @CASES, {
    title => 'another link of a scheme', scheme => 'tencent-a', secret => 'text', url => $FILE, until => ['--expires-in', 600], also => 200,
    sign => ['--scheme', 'tencent-a', '--link', '?auth={time}-{rand}-{uid}-{token}'], rules => 'secure_token_link "?auth={time}-{rand}-{uid}-{token}";',
    verify => ['--scheme', 'tencent-a', '--link', '?auth={time}-{rand}-{uid}-{token}'], is => 'secure_token tencent-a;',
}, {
    title => 'another digest of a scheme', scheme => 'huawei-a', secret => 'text', url => $FILE, until => ['--expires-in', 600], also => 200,
    sign => ['--scheme', 'huawei-a', '--digest', 'sha256:hex'], verify => ['--scheme', 'huawei-a', '--digest', 'sha256:hex'],
    is => 'secure_token huawei-a;', rules => 'secure_token_digest sha256:hex;',
};
push @CASES, own_cases();
$_->{also} = 403 for grep { $_->{scheme} eq 'bunny' } @CASES;

# --- Who opens it ----------------------------------------------------------------------------------

my $nginx = SecureToken::Nginx->new;
chmod 0600, $nginx->write("secret-$_" => "$SECRET{$_}\n") for keys %SECRET;
my $servers = '';
for my $number (0 .. $#CASES) {
    my $case = $CASES[$number];
    $case->{host} = "case$number";
    $servers .= <<"CONF";
    @{[ $case->{format} // '' ]}
    server {
        listen unix:DIR/nginx.sock;
        server_name $case->{host};
        set_real_ip_from unix:;
        real_ip_header X-Real-IP;
        location / { $case->{is} secure_token_secret_file DIR/secret-$case->{secret}; $case->{rules} proxy_pass http://unix:DIR/origin.sock; }
    }
CONF
}
$nginx->configure(http => "server_names_hash_max_size 2048;\n$servers server { listen unix:DIR/origin.sock; return 200 found; }");
$nginx->start;

# The status that the module answers with.
sub module_says {
    my ($case, $uri, $ip) = @_;
    my @lines = ("GET $uri HTTP/1.1", "Host: $case->{host}", 'Connection: close', defined $ip ? "X-Real-IP: $ip" : ());
    return $nginx->raw(join "\r\n", @lines, '', '')->{status};
}

# What the command prints: PASSED, or what is wrong.
sub command_says {
    my ($case, $uri, $ip) = @_;
    my @args = ('verify', @{ $case->{verify} }, '--secret-file', $nginx->dir . "/secret-$case->{secret}", '--json');
    push @args, '--client-ip', $ip if defined $ip;
    push @args, '--country', $case->{country} if defined $case->{country};
    my ($status, $out) = $nginx->run(undef, $command, @args, $uri);
    return $out =~ /"status": *"(\w+)"/ ? $1 : $out;
}

sub arguments {
    my ($case) = @_;
    return [@{ $case->{sign} }, '--secret-file', $nginx->dir . "/secret-$case->{secret}", @{ $case->{until} },
        @{ $case->{more} // [] }, defined $case->{ip} ? ('--client-ip', $case->{ip}) : (), $case->{url}];
}

# Another character in the name of the directory or of the file, or in the longest word, which is the token.
sub other_directory { return $_[0] =~ s{/films/}{/filmx/}r }
sub other_path      { return $_[0] =~ s{film(?=[^/?]*(?:\?|\z))}{fil2}r }

sub other_token {
    my ($uri) = @_;
    my ($longest) = sort { length $b <=> length $a } $uri =~ /([\w%-]{22,})/g;
    my $other = $longest =~ s/^.{5}\K./$& eq 'a' ? 'b' : 'a'/er;
    return $uri =~ s/\Q$longest\E/$other/r;
}

sub opens {
    my ($signer, $case) = @_;
    my ($title, $ip) = @$case{qw(title ip)};
    my $ran = $signer->sign(@{ arguments($case) });
    my $good = is "$ran->{status}$ran->{err}", '0', "$title: is signed" or return 0;
    $good &&= like $ran->{out}, qr/\A[!-~]+\n\z/, "$title: one line" or return 0;
    chomp(my $uri = $ran->{out});
    $good &= is command_says($case, $uri, $ip), 'PASSED', "$title: the command opens $uri";
    $good &= is module_says($case, $uri, $ip), 200, "$title: the module opens it";
    for my $other ($case->{same_path} ? () : ['path', $case->{directory} ? other_directory($uri) : other_path($uri)], ['token', other_token($uri)]) {
        my ($what, $altered) = @$other;
        isnt $altered, $uri, "$title: has another $what" or return 0;
        $good &= is module_says($case, $altered, $ip), 403, "$title: not with another $what";
    }
    $good &= is module_says($case, $uri . ($uri =~ /\?/ ? '&' : '?') . 'more=1', $ip), $case->{also}, "$title: with another argument";
    $good &= is module_says($case, $uri, '192.0.2.8'), 403, "$title: not for another client" if defined $ip;
    return $good;
}

# --- Every language --------------------------------------------------------------------------------

my @matrix;
for my $signer (Signers::all()) {
    my $name = $signer->{name};
    if (my $packages = $signer->missing) {
        Signers::left_out($name, $packages);
        push @matrix, [$name, '-', 'left out', ''];
        next;
    }
    subtest $name => sub {
        is $signer->install, '', 'is ready to run' or return;
        $signer->sign_all(map { arguments($_) } @CASES);
        my $passed = grep { opens($signer, $_) } @CASES;
        push @matrix, [$name, scalar @SCHEMES, scalar @CASES, $passed];
    };
}
is $nginx->alarms, '', 'nothing alarming is in the log of NGINX';
diag sprintf '%-12s %7s %6s %6s', qw(language schemes cases passed);
diag sprintf '%-12s %7s %6s %6s', @$_ for @matrix;
done_testing;
