# What `nginx -t` warns of in a format that it takes: each warning, what it says to write instead, and that what it
# warns of is so. A format that follows the advice is taken without a word.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Format;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new;

# The warnings about a format, without where they stand.
sub warnings {
    my ($format) = @_;
    $nginx->configure(http => "# or there\nsecure_token_format own " . format_words($format) . "; # here\nserver { listen unix:DIR/nginx.sock; location ~ (?<title>/a) { } }");
    my ($status, $text) = $nginx->test;
    is $status, 0, 'taken';
    my @lines = split /\n/, $nginx->read('nginx.conf');
    my ($line) = grep { $lines[$_ - 1] =~ /# here/ } 1 .. @lines;
    return $text =~ /\[warn\] [^\n]*?"secure_token_format": "own": ([^\n]*) in [^\n]*nginx\.conf:$line\n/g;
}
sub format_of { my ($link, $digest, $message) = @_; return { link => $link, digest => $digest, message => $message } }

my $query = '?s={token}&e={expires}';
my %said = (
    extended => qr/^a plain (\w+) can be carried on from where it ends, and the secret stands in front of \{\w+\}: whoever has a link can make the token of a longer one; write "hmac-\1:\w+", and leave out \{secret\}/,
    cut      => qr/^nothing tells where \S+ ends and \S+ begins; write "\\n" between them, or one token opens two links, such as \S+/,
    any      => qr/^one token opens every path, for none is hashed; write \{path\}, \{dir\} or \{parent\} into the message$/,
    free     => qr/^whoever has a link can change its \{\w+\}, which is part of the path that is served; write \{\w+\} into the message as well$/,
    endless  => qr/^links open for ever, for they carry no time; write \{expires\} or \{time\} into link and message$/,
);

sub warned {
    my ($what, $format, @kinds) = @_;
    subtest $what => sub {
        my @warnings = warnings($format);
        is scalar @warnings, scalar @kinds, 'as many as there are: ' . join ' | ', @warnings;
        like $warnings[$_], $said{ $kinds[$_] }, "$kinds[$_]" for 0 .. $#kinds;
    };
}

warned 'a plain digest with the secret in front', format_of($query, $_, '{secret}{path}{expires}'), 'extended' for qw(md5:hex sha1:hex sha256:base64url sha512:hex);
warned 'wherever in the text behind', format_of($query, 'md5:hex', 'x{secret}{expires}{path}'), 'extended';
warned 'not one with the secret behind', format_of($query, 'md5:hex', '{expires}{path}{secret}');
warned 'nor one of a digest that is cut', format_of($query, 'sha384:hex', '{secret}{path}{expires}');
warned 'nor a HMAC, which is the advice', format_of($query, 'hmac-md5:hex', '{path}{expires}');

warned 'a path and a field that touch', format_of("$query&u={user}", 'hmac-md5:hex', '{expires}{path}{user}'), 'cut';
warned 'not with a line between them, which is the advice', format_of("$query&u={user}", 'hmac-md5:hex', '{expires}{path}\n{user}');
warned 'two fields that touch', format_of("$query&u={user}&v={other}", 'hmac-md5:hex', '{expires}{path}\n{user}{other}'), 'cut';
warned 'or have between them what both may have', format_of("$query&u={user}&v={other}", 'hmac-md5:hex', '{expires}{path}\n{user}-{other}'), 'cut';
warned 'a path and an address', format_of($query, 'md5:hex', '{expires}{path}{client_ip}{secret}'), 'cut';
warned 'a path and a variable', format_of($query, 'hmac-sha1:hex', '{expires}{path}$host'), 'cut';
warned 'not a path and digits, whose number is fixed', format_of($query, 'hmac-sha1:hex', '{path}{expires}');
warned 'hexadecimal ones neither', format_of('?s={token}&e={expires:hex}', 'hmac-sha1:hex', '{path}{expires}');

warned 'no path', format_of($query, 'hmac-sha1:hex', '{expires}\n$host'), 'any';
warned 'not where there is a directory', format_of($query, 'hmac-sha1:hex', "{expires}$_") for '{dir}', '{stream}', '{parent}', '{path:raw}', '{uri:raw}', '$uri', '$request_uri', '$title';
warned 'a field in front of the token that is not hashed', format_of('/u/{user}/{token}/{expires}{path}', 'hmac-sha1:hex', '{expires}{path}'), 'free';
warned 'not where it is, which is the advice', format_of('/u/{user}/{token}/{expires}{path}', 'hmac-sha1:hex', '{expires}\n{user}{path}');
warned 'nor beside the token, where it is taken out', format_of('/u/{user}-{token}/{expires}{path}', 'hmac-sha1:hex', '{expires}{path}');
warned 'no time', format_of('?s={token}', 'hmac-sha1:hex', '{path}'), 'endless';
warned 'all of them', format_of('?s={token}&u={user}&v={other}', 'md5:hex', '{secret}{user}{other}'), qw(extended cut any endless);
warned 'none for what the documents give as an example', format_of('?sig={token}&exp={expires}', 'hmac-sha256:hex', '{expires}\n{path}\n$host');

# --- That it is so ----------------------------------------------------------------------------------

my %pair = (
    path  => format_of("$query&u={user}", 'hmac-md5:hex', '{expires}{path}{user}'),
    two   => format_of("$query&u={user}&v={other}", 'hmac-sha256:hex', '{expires}{path}\n{user}{other}'),
    one   => format_of('?s={user}.{other}.{token}&e={expires}', 'hmac-sha256:hex', '{expires}{path}\n{user}{other}'),
    front => format_of('/{user}/{token}/{expires}{path}', 'hmac-sha256:base64url', '{expires}{user}{path}'),
    ip    => format_of($query, 'md5:hex', '{expires}{path}{client_ip}{secret}'),
    host  => format_of($query, 'hmac-sha1:hex', '{expires}{path}$host'),
);
my $free = format_of('/u/{user}/{token}/{expires}{path}', 'hmac-sha1:hex', '{expires}{path}');
my %links = map { ($_ => [(warnings($pair{$_}))[0] // '']) } sort keys %pair;
my $written = join '', map { "secure_token_format $_ " . format_words($pair{$_}) . ";\n" } sort keys %pair;
my $servers = join '', map { "server { listen unix:DIR/$_.sock; location / { secure_token $_; " . ($_ eq 'ip' ? 'secure_token_client_ip $http_x_client;' : '') . " try_files /a.txt =404; } }\n" } sort keys %pair;
$nginx->configure(http => "$written secure_token_secret $SECRET;\n$servers");
$nginx->start;

sub status {
    my ($name, $link, $of) = @_;
    my ($host) = ($of // '') =~ /\$host is "([^"]*)"/;
    my ($client) = ($of // '') =~ /of the client ([0-9a-f:.]+)/;
    # A client that names no host speaks the older version.
    my @request = ($host // 'localhost') eq '' ? "GET $link HTTP/1.0" : ("GET $link HTTP/1.1", 'Host: ' . ($host // 'localhost'));
    return $nginx->raw(join("\r\n", @request, 'Connection: close', $client ? "X-Client: $client" : (), '', ''), "$name.sock")->{status};
}

for my $name (sort keys %pair) {
    subtest "one token opens the two links that the warning names: $name" => sub {
        my ($said) = @{ $links{$name} };
        my ($one, $other) = $said =~ /such as (.*) and (\/.*)$/ or return $name eq 'front' ? is $said, '', 'a segment ends where it ends' : fail "no links: $said";
        my ($link, $of, $twin, $of_twin) = map { /^(\S+?),?(?: (.*))?$/ } $one, $other;
        # Of the one the path, its fields, and what else is hashed.
        my ($path, @values) = $link =~ m{^(/[^?]*)\?(.*)};
        my %argument = map { split /=/, $_, 2 } split /&/, $values[0];
        my ($user, $second) = $argument{s} =~ /^(.*?)\.(.*?)\./ ? ($1, $2) : @argument{qw(u v)};
        my %fields = (user => $user, other => $second);
        my ($ip) = ($of // '') =~ /of the client ([0-9a-f:.]+)/;
        my ($host) = ($of // '') =~ /\$host is "([^"]*)"/;
        my $signed = link_of($pair{$name}, $path, expires => $argument{e}, fields => \%fields, ip => $ip, variables => { host => $host });
        my ($token) = $signed =~ /\bs=([^&]*)/;
        $token =~ s/.*\.//;
        isnt $link, $twin, 'they are two' if ($of // '') eq ($of_twin // '');
        s/TOKEN/$token/ for $link, $twin;
        is status($name, $link, $of), 200, "the one: $link";
        is status($name, $twin, $of_twin), 200, "and the other: $twin";
    };
}

subtest 'and one that is not hashed leads elsewhere' => sub {
    $nginx->stop;
    $nginx->write("html/u/$_/a.txt", "$_\n") for qw(ann joe);
    $nginx->configure(http => 'secure_token_format user ' . format_words($free) . "; server { listen unix:DIR/nginx.sock; location / { secure_token user; secure_token_secret $SECRET; } }");
    $nginx->start;
    my $link = link_of($free, '/u/ann/a.txt');
    is $nginx->get($link)->{body}, "ann\n", 'the one';
    is $nginx->get($link =~ s/ann/joe/r)->{body}, "joe\n", 'and the other';
    $nginx->write('html/u/ann/joe/a.txt', "below\n");
    is $nginx->get($link =~ s/ann/ann%2Fjoe/r)->{status}, 403, 'but none below it';
};

# What a link of another shape leaves out is warned of where that is written.
for (
    ['the path that was its only one', 'gcore-video', '?k={kind}&t={token}&e={expires}&a={account}&v={video}', qr/one token opens every path/],
    ['where a field ends',             'gcore-video', '/{kind}/{account}/{video}/{token}/{expires}{path}',    qr/nothing tells where \{account\} ends and \{video\} begins/],
    ['nothing',                        'azion',       '/{token}/{expires}{path}',                             undef],
    ['nothing that was not so before', 'gcore',       '?t={token}&e={expires}',                               undef])
{
    my ($what, $scheme, $link, $said) = @$_;
    $nginx->configure(http => "server { listen unix:DIR/nginx.sock; location ^~ / { secure_token $scheme; secure_token_secret $SECRET; secure_token_link '$link'; } }");
    my ($status, $text) = $nginx->test;
    is $status, 0, "a link without $what is taken";
    $said ? like $text, qr/\[warn\] [^\n]*"secure_token_link": [^\n]*$said/, 'and warned of' : unlike $text, qr/\[warn\]/, 'without a word';
}

done_testing;
