# What a format of one's own hashes: NGINX's variables, the parts of path and query, the client's address, brackets and
# escapes, and the secrets it is hashed with.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use MIME::Base64 qw(encode_base64 encode_base64url);
use Test::More;
use SecureToken;
use SecureToken::Format;
use SecureToken::Nginx;

my $query = '?sig={token}&exp={expires}';
my %message = (
    host    => '{expires}\n{path}\n$host',
    braced  => '${host}_${request_method}\n{path}\n{expires}',
    mapped  => '{expires}\n{path}\n$tenant',
    method  => '{expires}\n{path}\n$request_method',
    header  => '{expires}\n{path}\n[$http_x_session|none]',
    capture => '{expires}$title',
    arg     => '{expires}\n{path}\n$arg_quality',
    ip      => '{expires}\n{path}[\n{client_ip}|\nany]',
    ipplain => '{expires}{path}\n{client_ip}',
    dir     => '{expires}{dir}',
    stream  => '{expires}\n{stream}',
    parent  => '{expires}{parent}',
    uri     => '{expires}{uri:raw}',
    raw     => '{expires}{path:raw}',
    escapes => '\$\[\]\|\\\\\t{{{expires}}}\r\n{path}',
    cycle   => '{expires}{path}\n$again',
);
my %format = map { ($_ => { link => $query, digest => 'hmac-sha256:hex', message => $message{$_} }) } keys %message;
my $written = join '', map { "secure_token_format $_ " . format_words($format{$_}) . ";\n" } sort keys %format;
my $closed  = join '', map { "location /$_/ { secure_token $_; try_files /a.txt =404; }\n" } grep { !/^(?:capture|ip|ipplain)$/ } sort keys %format;

# One message for every way to write a secret.
my $key = join '', map { chr } 0 .. 31;
my %spelled = (hex => unpack('H*', $key), base64 => encode_base64($key, ''), base64url => encode_base64url($key), text => 'a-secret-as-it-is-written');
my %keyed = map {
    my $spelling = $_;
    map { ("$spelling-" . s/\W.*//r => { link => $query, digest => $_, message => /^hmac/ ? '{path}{expires}' : '{path}{expires}{secret}', options => ["secret=$spelling"] }) } 'hmac-sha256:hex', 'md5:hex'
} keys %spelled;
my $keyed = join '', map { "secure_token_format $_ " . format_words($keyed{$_}) . ";\n" } sort keys %keyed;
my $locations = join '', map {
    my $spelling = s/-.*//r;
    "location /$_/     { secure_token $_; secure_token_secret $spelled{$spelling} id=written; try_files /a.txt =404; }\n"
        . "location /$_-map/ { secure_token $_; secure_token_secret \$http_x_secret id=asked; try_files /a.txt =404; }\n"
} sort keys %keyed;

my $nginx = SecureToken::Nginx->new(http => <<"CONF");
    map \$host \$tenant { films.example 1001; default ''; }
    map \$secure_token_status \$again { default x; }
    $written $keyed
    # What is written may stand on several lines.
    secure_token_format lines
        "$query"
        hmac-sha256:hex
        "{expires}
{path}	end";
    add_header X-Reason "<\$secure_token_reason>" always;
    add_header X-Key    "<\$secure_token_key>" always;
    server {
        listen unix:DIR/nginx.sock;
        secure_token_secret $SECRET;
        error_page 405 =200 /405;
        $closed
        location /lines/ { secure_token lines; try_files /a.txt =404; }
        location ~ ^/capture/(?<title>[^/]+)/ { secure_token capture; try_files /a.txt =404; }
        location /ip/ { secure_token ip; secure_token_client_ip \$http_x_client; try_files /a.txt =404; }
        location /ip-off/ { secure_token ip; try_files /a.txt =404; }
        location /ipplain/ { secure_token ipplain; secure_token_client_ip \$http_x_client; try_files /a.txt =404; }
        location /rewritten/ { rewrite ^/rewritten/(.*) /host/\$1 last; }
        $locations
    }
CONF
$nginx->start;

sub reason {
    my ($link, @headers) = @_;
    my ($method, $uri) = $link =~ /^([A-Z]+) (.*)/ ? ($1, $2) : ('GET', $link);
    @headers = ('Host: films.example', @headers) if !grep { /^Host:/ } @headers;
    my $answer = $nginx->raw(join "\r\n", "$method $uri HTTP/1.1", 'Connection: close', @headers, '', '');
    my ($reason) = ($answer->{header}{'x-reason'} // '') =~ /<(.*)>/;
    return $reason // "status $answer->{status}";
}
sub opens { is reason($_[0], @_[2 .. $#_]), '', $_[1] }
sub closed { is reason($_[0], @_[2 .. $#_]), 'signature', $_[1] }
sub link_to { my ($name, $uri, @more) = @_; return link_of($format{$name}, "/$name/$uri", @more) }

subtest 'variables' => sub {
    my $link = link_to(host => 'a', variables => { host => 'films.example' });
    opens $link, '$host: this one';
    closed $link, 'and no other', 'Host: music.example';
    opens $link, 'whatever the case', 'Host: FILMS.example';
    opens link_to(mapped => 'a', variables => { tenant => 1001 }), 'a map';
    closed link_to(mapped => 'a', variables => { tenant => 1001 }), 'which says otherwise', 'Host: music.example';
    opens link_to(mapped => 'a'), 'or nothing', 'Host: music.example';
    my $get = link_to(method => 'a', variables => { request_method => 'GET' });
    opens $get, '$request_method: GET';
    closed "POST $get", 'is no POST';
    closed "HEAD $get", 'and no HEAD';
    opens 'HEAD ' . link_to(method => 'a', variables => { request_method => 'HEAD' }), 'which may be signed';
    opens link_to(braced => 'a', variables => { host => 'films.example', request_method => 'GET' }), 'in braces, where text stands behind it';
    opens link_to(header => 'a', variables => { http_x_session => 's1' }), 'a header, in brackets', 'X-Session: s1';
    closed link_to(header => 'a', variables => { http_x_session => 's1' }), 'which is absent';
    opens link_to(header => 'a'), 'and something else was signed in its place';
    closed link_to(header => 'a'), 'which is not the same as to send that', 'X-Session: x';
    opens link_of($format{capture}, '/capture/film/a', variables => { title => 'film' }), 'a capture of the location';
    opens link_of($format{capture}, '/capture/film/b/c', variables => { title => 'film' }), 'every file of it';
    closed link_of($format{capture}, '/capture/other/a', variables => { title => 'film' }), 'and of no other';
    opens link_to(arg => 'a?quality=hd', variables => { arg_quality => 'hd' }), 'an argument of the application';
    closed link_to(arg => 'a?quality=sd', variables => { arg_quality => 'hd' }), 'which was changed';
    my $rewritten = link_of($format{host}, '/rewritten/a', variables => { host => 'films.example' });
    opens $rewritten, 'a path that was rewritten: the client\'s counts';
};

subtest 'a variable that depends on the verdict, by way of a map, is empty, and NGINX says so' => sub {
    closed link_to(cycle => 'a', variables => { again => 'PASSED' }), 'it never says that';
    like $nginx->log, qr/cycle while evaluating variable/, 'the line';
    $nginx->clear_log;
};

subtest 'parts of path and query' => sub {
    my %of = (
        dir    => { opens => ['dir/b'], closed => ['a', 'dir/sub/a', 'dir2/a', 'Dir/a'] },
        stream => { opens => ['dir/b'], closed => ['a', 'dir/sub/a', 'dir2/a'] },
        parent => { opens => ['dir/b', 'dir/sub/a', 'dir/s/u/b/a'], closed => ['a', 'dir2/a', 'dir'] },
        raw    => { opens => [], closed => ['dir/b', 'dir//a', 'dir/%61', 'x/../dir/a'] },
        uri    => { opens => [], closed => ['dir/b', 'dir//a', 'dir/%61', 'dir/a?x=1'] },
    );
    for my $name (sort keys %of) {
        my $link = link_to($name, 'dir/a');
        my $token = $link =~ s/.*\?//r;
        my $to = sub { "/$name/$_[0]" . ($_[0] =~ /\?/ ? '&' : '?') . $token };
        opens $link, "$name: the path that was signed";
        opens $to->($_), "$name: $_" for @{ $of{$name}{opens} };
        closed $to->($_), "$name: not $_" for @{ $of{$name}{closed} };
    }
    opens link_to(raw => 'dir//./%61'), 'raw: as it was sent';
    opens link_to(uri => 'a?b=1&c'), 'uri: with a query';
    my ($path, $token) = link_to(uri => 'a?b=1&c') =~ /(.*)&(sig=.*)/;
    opens "/uri/a?b=1&$token&c", 'uri: without the arguments of the token, wherever they stand';
    closed "$path&$token&d", 'uri: and with every other';
    opens link_of($format{parent}, '/parent/a/b/c', parent => '/parent'), 'parent: any directory above';
    my $deep = '/parent' . '/d' x 31;
    opens link_of($format{parent}, "$deep/a", parent => '/parent'), 'parent: 32 directories';
    closed link_of($format{parent}, "$deep/d/a", parent => '/parent'), 'parent: and no more';
    opens link_of($format{parent}, "$deep/d/a", parent => '/parent/d'), 'parent: of which the deepest are tried';
};

subtest 'the client\'s address' => sub {
    for my $name (qw(ip ipplain)) {
        my $link = link_to($name, 'a', ip => '192.0.2.7');
        opens $link, "$name: from there", 'X-Client: 192.0.2.7';
        opens $link, "$name: in another spelling", 'X-Client: ::ffff:192.0.2.7';
        closed $link, "$name: from elsewhere", 'X-Client: 192.0.2.8';
        closed link_to($name, 'a'), "$name: one that is bound to none", 'X-Client: 192.0.2.7';
        isnt reason($link), '', "$name: from no address";
        isnt reason(link_to($name, 'a')), '', "$name: nor is that a way to be bound to none";
    }
    opens link_of($format{ip}, '/ip-off/a'), 'bound to none unless the configuration says to what';
    closed link_of($format{ip}, '/ip-off/a', ip => '127.0.0.1'), 'and then it must not be';
};

subtest 'escapes and lines' => sub {
    opens link_to(escapes => 'a'), 'characters that mean something else';
    opens link_of({ link => $query, digest => 'hmac-sha256:hex', message => '{expires}\n{path}\tend' }, '/lines/a'), 'a line that ends, or \n, in quotes';
};

subtest 'secrets: as they are written, and as a variable has them' => sub {
    for my $name (sort keys %keyed) {
        my $spelling = $name =~ s/-.*//r;
        my $bytes = $spelling eq 'text' ? $spelled{text} : $key;
        opens link_of($keyed{$name}, "/$name/a", secret => $bytes), "$name: written in the configuration";
        closed link_of($keyed{$name}, "/$name/a", secret => $spelled{$spelling}), "$name: the key is what the text means" if $spelling ne 'text';
        closed link_of($keyed{$name}, "/$name/a", secret => $bytes ^ "\1" . "\0" x 40), "$name: another";
        my $asked = link_of($keyed{$name}, "/$name-map/a", secret => $bytes);
        opens $asked, "$name: from a variable", "X-Secret: $spelled{$spelling}";
        closed $asked, "$name: another one", 'X-Secret: ' . ($spelled{$spelling} =~ tr/0-9a-y/1-9a-z/r =~ s/^(.)/$1/r) if $spelling eq 'text';
        is reason($asked), 'no_secret', "$name: an empty one";
        is reason($asked, 'X-Secret: ~~~ not a key ~~~'), $spelling eq 'text' ? 'signature' : 'no_secret', "$name: one that is not written so";
    }
};

is $nginx->alarms, '', 'and nothing went wrong on the way';

done_testing;
