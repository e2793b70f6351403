# What docs/formats.md says works: each of its formats opens the links that stand below it, whose tokens are computed here
# again; and NGINX says of the others what the document says.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::MD5 qw(md5);
use Digest::SHA ();
use MIME::Base64 qw(encode_base64 encode_base64url);
use Test::More;
use Documents;
use Facts;

my $guide = "$ROOT/docs/formats.md";
my @blocks = blocks($guide);

# --- Examples --------------------------------------------------------------------------------------

# Of a digest as formats name it.
sub token_of {
    my ($digest, $text, $secret) = @_;
    my ($function, $encoding) = split /:/, $digest;
    my $bytes = $function =~ /^hmac-(\w+)$/ ? Digest::SHA->can("hmac_$1")->($text, $secret) : md5($text);
    return { hex => sub { unpack 'H*', $_[0] }, base64 => sub { encode_base64($_[0], '') }, base64url => \&encode_base64url }->{$encoding}->($bytes);
}

sub encoded { return $_[0] =~ s/([+=\/])/sprintf '%%%02X', ord $1/ger }

# A link, with a cookie where the token stands in one.
sub status_of {
    my ($nginx, $link, $cookie) = @_;
    return $nginx->status($link, '-H', 'Host: cdn.example.com', $cookie ? ('-H', "Cookie: $cookie") : ());
}

my ($nginx, $format, $secret);
my $examples = 0;
for my $block (@blocks) {
    my $text = $block->{text};
    if ($block->{lang} eq 'nginx') {
        $nginx->stop if $nginx;
        $nginx = Documents::Nginx->new($text);
        ($format) = reverse $text =~ /^secure_token_format +\S+ +".*?" +(\S+)/mg;
        ($secret) = $text =~ /^ *secure_token_secret +(\S+?)[; ]/m;
        $secret = pack 'H*', $secret if $text =~ /secret=hex/;
        for my $file ('films/a.mp4', 'films/my film.mp4', 'films/42/part/1.ts', 'personal/a.mp4', 'downloads/a.zip') {
            $nginx->file("$_/$file", "a file\n") for 'html', 'srv/www';
        }
        $nginx->start;
        next;
    }
    my %is = $text =~ /^(\w+): +(.*)$/mg;
    next unless $is{hashed};
    my ($where, $link, $cookie) = ("$block->{where} ($block->{heading})", $is{link}, $is{cookie});
    my $token = encoded(token_of($is{digest} // $format, $is{hashed} =~ s/\\n/\n/gr, $secret));
    my $carrier = $cookie // $link;
    like $carrier, qr/\Q$token\E/, "$where: its token is of what is hashed";
    is status_of($nginx, $link, $cookie), 200, "$where: it opens";
    my $altered = $token =~ s/^(.)/$1 eq 'a' ? 'b' : 'a'/er;
    my @altered = map { defined $_ ? s/\Q$token\E/$altered/r : undef } $link, $cookie;
    is status_of($nginx, @altered), 403, "$where: altered it does not";
    is status_of($nginx, $link =~ s/\.(?=\w+(?:\?|$))/x./r, $cookie), $block->{heading} =~ /cookie/ ? 404 : 403, "$where: nor for another file";
    $examples++;
}
is $examples, scalar(grep { $_->{text} =~ /^hashed:/m } @blocks), 'every example was tried';
$nginx->stop;

# Some things that the text says beside.
{
    my %text = map { $_->{heading} => $_->{text} } grep { $_->{lang} eq 'nginx' } @blocks;
    my $start = sub { my $nginx = Documents::Nginx->new($text{ $_[0] }); $nginx->file("html/$_[1]", "a file\n"); return $nginx->start };

    my $club = $start->('A token in a cookie', 'films/43/part/1.ts');
    my $cookie = 'Cookie: access=t=' . token_of('hmac-sha256:base64url', '4102444800:/films/42', 'replace-me-openssl-rand-hex-16') . '&e=4102444800';
    is $club->status('/films/43/part/1.ts', '-H', $cookie), 403, 'a cookie for a directory does not open another one';
    $club->stop;

    my $paced = $start->('What may be absent', 'personal/a.mp4');
    my $bound = '/personal/a.mp4?t=' . token_of('hmac-sha256:hex', "4102444800\n127.0.0.1\n/personal/a.mp4", 'replace-me-openssl-rand-hex-16') . '&e=4102444800';
    is $paced->status($bound), 200, 'a link for an address opens to it';
    is $paced->status($bound, '--interface', '127.0.0.2'), 403, 'and to no other one';
    $paced->stop;

    my $api = $start->('The query, the method and a value of your own', 'films/a.mp4');
    my $signed = sub { encoded(token_of('hmac-sha256:base64', "$_[0]\nGET\n/films/a.mp4?b=2\n4102444800", 'replace-me-openssl-rand-hex-16')) };
    my $link = '/films/a.mp4?b=2&sig=' . $signed->('example') . '&exp=4102444800';
    is status_of($api, $link), 200, 'a link for a method and a query';
    is status_of($api, $link =~ s/b=2/b=3/r), 403, 'not with another query';
    is $api->status($link, '-H', 'Host: cdn.example.com', '-X', 'POST'), 403, 'not with another method';
    is $api->status($link), 403, 'not for another tenant';
    $api->stop;

    my $both = $start->('From one digest to another', 'films/a.mp4');
    my $old = token_of('md5:base64url', '4102444800/films/a.mp4 the-secret-of-the-old-links-16');
    is $both->status("/films/a.mp4?md5=$old&expires=4102444800"), 200, 'links of the old digest still open';
    $both->stop;

    my $exclusive = $start->('A key in hexadecimal digits', 'films/a.mp4');
    my $past = time - 10;
    my $expired = token_of('hmac-sha512:base64url', "$past/films/a.mp4", pack 'H*', '000102030405060708090a0b0c0d0e0f');
    is $exclusive->status("/films/a.mp4?h=$expired&e=$past"), 403, 'an expired link is refused as any, where no status is said';
    $exclusive->stop;
    my $shop = $start->('Several fields in one argument', 'downloads/a.zip');
    $expired = token_of('hmac-sha256:base64url', "anna.$past./downloads/a.zip", 'replace-me-openssl-rand-hex-16');
    is $shop->status("/downloads/a.zip?key=anna.$past.$expired"), 410, 'and with that one where it is';
    $shop->stop;
}

# --- What is said of others ------------------------------------------------------------------------

sub checked {
    my ($ok, $said) = Documents::Nginx->new("$_[0]\nlocation / { secure_token @{[ $_[0] =~ /^\S+ +(\S+)/ ]}; secure_token_secret replace-me-openssl-rand-hex-16; }")->check;
    return ($ok, $said);
}

for my $block (grep { $_->{text} =~ /^secure_token_format / } grep { $_->{lang} eq 'text' } @blocks) {
    my ($line, $message) = split /\n/, $block->{text};
    my $is_warned = $block->{heading} ne 'What nginx -t refuses';
    my ($ok, $said) = checked($line);
    is !!$ok, $is_warned, "$block->{where}: " . ($is_warned ? 'is taken' : 'is refused');
    my $level = $is_warned ? 'warn' : 'emerg';
    like $said, qr/\[$level\] [^"]*"secure_token_format": \Q$message\E in /, "$block->{where}: and this is said";
    is scalar(() = $said =~ /\[warn\]/g), $is_warned ? 1 : 0, "$block->{where}: and nothing else";
}

# What is said of the built-in ones, where they are copied.
{
    my %kind = (
        'a border that nothing tells'     => qr/^nothing tells where/,
        'a digest that can be carried on' => qr/^a plain \w+ can be carried on/,
        'a segment that can be changed'   => qr/^whoever has a link can change its/,
        'a link for ever'                 => qr/^links open for ever/,
    );
    my (%told, %said);
    my $table = slurp($guide);
    $table =~ /^\| \Q$_\E \| (.*) \|$/m and $told{$_} = [sort $1 =~ /`([^`]+)`/g] for keys %kind;
    my @formats = grep { $_->{anatomy} eq 'digest' } schemes();
    my ($ok, $said) = Documents::Nginx->new(join "\n", 'location / { }',
        map { qq(secure_token_format my-$_->{name} "$_->{link}" $_->{digest} "$_->{message}" @{ $_->{options} };) } @formats)->check;
    ok $ok, 'each built-in format can be copied' or diag $said;
    while ($said =~ /"secure_token_format": "my-([\w-]+)": (.*)/g) {
        my ($name, $message) = ($1, $2);
        my ($kind) = grep { $message =~ $kind{$_} } keys %kind;
        push @{ $said{ $kind // $message } }, $name;
    }
    $_ = [sort @$_] for values %said;
    is_deeply \%told, \%said, 'and what is said of it then is told';
}

# Both links of a pair open by the token of one.
{
    my ($line, $first, $second) = map { my ($line, $message) = split /\n/; ($line, $message =~ m{such as (/.*?) and (/.*)$}) }
        map { $_->{text} } grep { $_->{heading} eq 'A border that nothing tells' && $_->{lang} eq 'text' } @blocks;
    my $paired = Documents::Nginx->new("$line\nlocation / { secure_token acme; secure_token_secret replace-me-openssl-rand-hex-16; secure_token_client_ip \$http_x_client; }");
    $paired->file("html/$_", "a file\n") for qw(video video2);
    $paired->start;
    my ($hashed) = slurp($guide) =~ /^`(2222222222\S+)` and the secret/m;
    my $token = token_of('md5:base64url', "$hashed replace-me-openssl-rand-hex-16");
    for ([$first, 'the one'], [$second, 'the other']) {
        my ($link, $client) = $_->[0] =~ /^(\S+) of the client (\S+)$/;
        is $paired->status($link =~ s/TOKEN/$token/r, '-H', "X-Client: $client"), 200, "the pair of the warning: $_->[1]";
        is $paired->status($link =~ s/TOKEN/$token/r, '-H', 'X-Client: 192.0.2.7'), 403, "and not for any client: $_->[1]";
    }
    $paired->stop;
}

# --- What the tables say of each field --------------------------------------------------------------

{
    my ($soon, $past) = (time + 3600, time - 3600);
    my @cases = (
        # The link, the message, and options; what is sent, what was hashed, and what comes of it.
        ['?t={token}&e={expires}', '{expires}{path}', '', "/films/my%20film.mp4?t=TOKEN&e=$soon", "$soon/films/my film.mp4", 200],
        ['?t={token}&e={expires}', '{expires}{path}', '', "/films//./my%20film.mp4?t=TOKEN&e=$soon", "$soon/films/my film.mp4", 200],
        ['?t={token}&e={expires}', '{expires}{path:raw}', '', "/films//my%20film.mp4?t=TOKEN&e=$soon", "$soon/films//my%20film.mp4", 200],
        ['?t={token}&e={expires}', '{expires}{uri:raw}', '', "/films/a.mp4?x=%41&t=TOKEN&e=$soon&y", "$soon/films/a.mp4?x=%41&y", 200],
        ['?t={token}&e={expires}', '{expires}{uri:raw}', '', "/films/a.mp4?t=TOKEN&e=$soon", "$soon/films/a.mp4", 200],
        ['?t={token}&e={expires}', '{expires}:{args}:{path}', '', "/films/a.mp4?x=%41&t=TOKEN&e=$soon&y", "$soon:x=%41&y:/films/a.mp4", 200],
        ['?t={token}&e={expires}', '{expires}:{args}:{path}', '', "/films/a.mp4?x=%42&t=TOKEN&e=$soon&y", "$soon:x=%41&y:/films/a.mp4", 403],
        ['?t={token}&e={expires}', '{expires}{dir}', '', "/films/42/part/1.ts?t=TOKEN&e=$soon", "$soon/films/42/part/", 200],
        ['?t={token}&e={expires}', '{expires}{dir}', '', "/films/42/part/1.ts?t=TOKEN&e=$soon", "$soon/films/42/", 403],
        ['?t={token}&e={expires}', '{expires}{stream}', '', "/films/42/part/1.ts?t=TOKEN&e=$soon", "${soon}films/42/part", 200],
        ['?t={token}&e={expires}', '{expires}{parent}', '', "/films/42/part/1.ts?t=TOKEN&e=$soon", "$soon/films/42/part", 200],
        ['?t={token}&e={expires}', '{expires}{parent}', '', "/films/42/part/1.ts?t=TOKEN&e=$soon", "$soon/films", 200],
        ['?t={token}&e={expires}', '{expires}{parent}', '', "/films/42/part/1.ts?t=TOKEN&e=$soon", "$soon/film", 403],
        ['?t={token}&e={expires}&s={s}', '{expires}:{s}:{path}', '', "/films/a.mp4?t=TOKEN&e=$soon&s=%41%20b", "$soon:%41%20b:/films/a.mp4", 200],
        ['?t={expires}.{s}.{token}', '{expires}:{s}:{path}', '', "/films/a.mp4?t=$soon.%41%20b.TOKEN", "$soon:A b:/films/a.mp4", 200],
        ['?t={token}&e={expires}', '{expires}{{{path}}}\\$\\[\\]\\|\\\\\\\\', '', "/films/a.mp4?t=TOKEN&e=$soon", "$soon\{/films/a.mp4}\$[]|\\", 200],
        ['/{token}/{expires}{path}', '{expires}{path}', '', "/TOKEN/$soon/films/a.mp4", "$soon/films/a.mp4", 200],
        ['/films/{token}/{rest*}', '{rest}', '', '/films/TOKEN/a.mp4?x=%41', 'a.mp4?x=%41', 200],
        ['?t={token}&b={time}', '{time}{path}', 'ttl=2h', "/films/a.mp4?t=TOKEN&b=$past", "$past/films/a.mp4", 200],
        ['?t={token}&b={time}', '{time}{path}', 'ttl=59m', "/films/a.mp4?t=TOKEN&b=$past", "$past/films/a.mp4", 403],
        ['?t={token}&b={time}', '{time}{path}', 'ttl=59m expired_status=410', "/films/a.mp4?t=TOKEN&b=$past", "$past/films/a.mp4", 410],
        ['?t={token}&b={time}', '{time}{path}', 'ttl=10m', "/films/a.mp4?t=TOKEN&b=$soon", "$soon/films/a.mp4", 200],
        ['?t={token}&b={time}', '{time}{path}', 'ttl=10m window', "/films/a.mp4?t=TOKEN&b=$soon", "$soon/films/a.mp4", 403],
        ['?t={token}&b={time}&l={ttl}', '{time}:{ttl}:{path}', '', "/films/a.mp4?t=TOKEN&b=$past&l=7200", "$past:7200:/films/a.mp4", 200],
        ['?t={token}&b={time}&l={ttl}', '{time}:{ttl}:{path}', '', "/films/a.mp4?t=TOKEN&b=$past&l=60", "$past:60:/films/a.mp4", 403],
        ['?t={token}&b={time}&l={ttl}', '{time}:{ttl}:{path}', '', "/films/a.mp4?t=TOKEN&b=$past&l=0", "$past:0:/films/a.mp4", 200],
        ['?t={token}&e={expires}&b={start}', '{expires}:{start}:{path}', '', "/films/a.mp4?t=TOKEN&e=$soon&b=$past", "$soon:$past:/films/a.mp4", 200],
        ['?t={token}&e={expires}&b={start}', '{expires}:{start}:{path}', '', "/films/a.mp4?t=TOKEN&e=$soon&b=" . ($soon - 60), "$soon:" . ($soon - 60) . ':/films/a.mp4', 403],
        ['?t={token}&e={expires}&b={start}', '{expires}:{start}:{path}', '', "/films/a.mp4?t=TOKEN&e=$soon&b=0", "$soon:0:/films/a.mp4", 200],
    );
    # A server for each, of one NGINX.
    my $config = '';
    for my $number (0 .. $#cases) {
        my ($link, $message, $options) = @{ $cases[$number] };
        $config .= qq(secure_token_format f$number "$link" hmac-sha256:hex "$message" $options;
            server { listen 80; server_name s$number; location ^~ / { root html; secure_token f$number; secure_token_secret replace-me-openssl-rand-hex-16; } }\n);
    }
    my $all = Documents::Nginx->new($config);
    $all->file("html/films/$_", "a film\n") for 'a.mp4', 'my film.mp4', '42/part/1.ts';
    $all->start;
    for my $number (0 .. $#cases) {
        my ($link, $message, $options, $sent, $hashed, $expected) = @{ $cases[$number] };
        my $token = token_of('hmac-sha256:hex', $hashed, 'replace-me-openssl-rand-hex-16');
        is $all->status($sent =~ s/TOKEN/$token/r, '-H', "Host: s$number"), $expected, "$link $message $options: $hashed";
    }
    $all->stop;
}

# --- The tables of words ---------------------------------------------------------------------------

my $document = slurp($guide);
# What the parser lists is what the document has.
my ($fields) = $document =~ /there is no field "pth"; write (.*), or a field/;
for my $field (split /, /, $fields) {
    like $document, qr/^\| (?:`[^`]*`, )?`\Q$field\E`/m, "the tables have $field";
}
my (undef, $said) = checked('secure_token_format acme "?st={token}&e={expires}" hmac-sha256:hex "{path}{expires}" nonsense;');
my ($options) = $said =~ /there is no such option; write (.*?) in /;
like $document, qr/^\| `\Q$_\E/m, "the table of options has $_" for map { s/=.*/=/r } $options =~ /"([^"]+)"/g;
(undef, $said) = checked('secure_token_format acme "?st={token}&e={expires:x}" hmac-sha256:hex "{path}{expires}";');
like $document, qr/^\| `\Q$_\E` \|/m, "the table of times has $_" for $said =~ /(\{expires[^}]*\})(?= for decimal|,|,? or|\})/g;
# The spellings of one and the same second.
for my $row ($document =~ /^(\| `\{expires\S*\}` \| .*)$/mg) {
    my ($field, $example) = $row =~ /^\| `(\{expires[^`]*\})` \| .* \| `(.*)` \|$/;
    next unless defined $field;    # another table
    my $dated = Documents::Nginx->new(qq(secure_token_format acme "?st={token}&e=$field" hmac-sha256:hex "{path}{expires}";
        location / { secure_token acme; secure_token_secret replace-me-openssl-rand-hex-16; add_header X-Expires \$secure_token_expires; }));
    $dated->file('html/a.mp4', "a film\n");
    $dated->start;
    my $link = '/a.mp4?st=' . token_of('hmac-sha256:hex', "/a.mp4$example", 'replace-me-openssl-rand-hex-16') . "&e=$example";
    like scalar `curl -sI 'http://127.0.0.1:$dated->{port}$link'`, qr/^HTTP\S+ 200.*^X-Expires: 4102444800\r$/ms, "$field: $example";
    $dated->stop;
}

done_testing;
