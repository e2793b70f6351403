# Formats of one's own whose token stands in the path: its segments are taken out before content, alias, try_files,
# proxy_pass and the cache key see it, and what stands in front of them stays.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Format;
use SecureToken::Nginx;

my %format = (
    front => { link => '/{token}/{expires:hex}{path}', digest => 'hmac-sha256:base64url', message => '{expires}{path}' },
    dl    => { link => '/dl/{token}/{expires}{path}', digest => 'hmac-sha1:hex', message => '{expires}{path}' },
    joint => { link => '/dl/v1/x{expires}-{token}{path}', digest => 'hmac-sha1:base64url', message => '{expires}{path}' },
    user  => { link => '/u/{user}/{token},{expires?}{path}', digest => 'md5:hex', message => '{user}\n{path}\n{expires}{secret}' },
    rest  => { link => '/s/{token}/{expires}/{what*}', digest => 'sha512:base64url', message => '{secret}{expires}/{what}' },
    dir   => { link => '/p/{token}/{expires}{path}', digest => 'hmac-sha256:hex', message => '{expires}{parent}' },
    start => { link => '/v/{start}-{expires}/{token}{path}', digest => 'hmac-sha256:hex', message => '{start}-{expires}{path:raw}' },
);
my $formats = join '', map { "secure_token_format $_ " . format_words($format{$_}) . ";\n" } sort keys %format;

my $nginx = SecureToken::Nginx->new;
$nginx->write("html/$_", "html $_\n") for 'film/b.txt', 'dl/film/a.txt', 'dl/v1/a.txt', 'u/joe/a.txt', 'u/ann/a.txt', 's/a.txt', 'p/x/y/z.txt', 'p/x/a.txt', 'v/a.txt', 'dl/dir/index.html', 'fallback.txt', 'dl/a b.txt';
$nginx->write("data/$_", "data $_\n") for 'film/a.txt', 'a.txt', 'dl/a.txt';
my $origin = 'http://unix:DIR/origin.sock';
$nginx->configure(http => <<"CONF");
    $formats
    proxy_cache_path DIR/cache keys_zone=cache:1m;
    secure_token_secret $SECRET;
    add_header X-Reason "<\$secure_token_reason>" always;
    add_header X-Path   "<\$secure_token_path>" always;
    add_header X-Query  "<\$secure_token_query>" always;
    add_header X-Args   "<\$secure_token_args>" always;
    add_header X-Cache  "\$upstream_cache_status" always;
    add_header X-Told   "\$uri \$request_uri" always;
    server { listen unix:DIR/origin.sock; location / { add_header Cache-Control max-age=60; return 200 "\$request_uri"; } }
    server {
        listen unix:DIR/nginx.sock;
        location /   { secure_token front; }
        location /dl/ {
            secure_token dl;
            location /dl/v1/ { secure_token joint; }
        }
        location /u/ { secure_token user; }
        location /s/ { secure_token rest; }
        location /p/ { secure_token dir; }
        location /v/ { secure_token start; }
        error_page 404 = \@none;
        location \@none { return 404 "none"; }
    }
    server { listen unix:DIR/alias.sock;  secure_token dl; location /dl/ { alias DIR/data/; } }
    server { listen unix:DIR/aliased.sock; secure_token dl; location ~ ^/dl/[^/]+/[^/]+/(?<file>.*) { alias DIR/data/\$file; } }
    server { listen unix:DIR/nested.sock; secure_token dl; location /dl/ { alias DIR/data/; location ~ \.txt\$ { } location /dl/film/ { deny all; } } }
    server { listen unix:DIR/root.sock;   secure_token dl; location /dl/ { root DIR/data; } }
    server { listen unix:DIR/tried.sock;  secure_token dl; location /dl/ { try_files \$uri \$uri/index.html /fallback.txt; } location = /fallback.txt { secure_token off; } }
    server { listen unix:DIR/as_is.sock;  secure_token dl; location /dl/ { proxy_pass $origin; } }
    server { listen unix:DIR/mapped.sock; secure_token dl; location /dl/ { proxy_pass $origin:/films/; } }
    server { listen unix:DIR/made.sock;   secure_token dl; location /dl/ { proxy_pass $origin:\$uri\$is_args\$args; } }
    server { listen unix:DIR/cached.sock; secure_token dl; location /dl/ { proxy_cache cache; proxy_pass $origin; } }
    server { listen unix:DIR/stated.sock; secure_token dl; location /dl/ { secure_token_uri /other; } }
    server { listen unix:DIR/off.sock;    location /dl/ { secure_token dl; secure_token_dry_run on; } }
    server { listen unix:DIR/case.sock;   secure_token dl; secure_token_ignore_case on; location /dl/ { } }
CONF
$nginx->start;

sub asked { my ($server, $link, @headers) = @_; return $nginx->raw(join("\r\n", "GET $link HTTP/1.1", 'Host: localhost', 'Connection: close', @headers, '', ''), "$server.sock") }

# What is served, or why nothing is.
sub answer {
    my ($server, $link) = @_;
    my $answer = asked($server, $link);
    my ($reason) = ($answer->{header}{'x-reason'} // '') =~ /<(.*)>/;
    return $answer->{status} == 200 ? $answer->{body} =~ s/\n\z//r : $answer->{status} . ($reason ? " $reason" : '');
}
sub served { my ($name, $uri, @more) = @_; return answer(nginx => link_of($format{$name}, $uri, @more)) }
sub header { my ($name, $server, $link) = @_; return asked($server, $link)->{header}{"x-$name"} // 'none' }

subtest 'the file has the name that is left without the token\'s segments' => sub {
    is served(front => '/film/b.txt'), 'html film/b.txt', 'a token that stands first';
    is served(dl => '/dl/film/a.txt'), 'html dl/film/a.txt', 'behind a segment, which stays';
    is served(joint => '/dl/v1/a.txt'), 'html dl/v1/a.txt', 'two of them, and token and time in one';
    is served(user => '/u/joe/a.txt'), 'html u/joe/a.txt', 'behind a field, which stays as well';
    is served(rest => '/s/a.txt'), 'html s/a.txt', 'before all that is left';
    is served(dir => '/p/x/y/z.txt', parent => $_), 'html p/x/y/z.txt', "before a file of the directory $_" for '/x/y', '/x';
    is served(start => '/v/a.txt', start => earlier(60)), 'html v/a.txt', 'before a path as it is sent';
    is served(dl => '/dl/dir/'), 'html dl/dir/index.html', 'the index of a directory';
    is served(dl => '/dl/a%20b.txt'), 'html dl/a b.txt', 'a name that is encoded';
    is served(dl => '/dl/film/none'), '404', 'a file that is not there';
};

subtest 'what stands in front of the token has to be there' => sub {
    my $link = link_of($format{dl}, '/dl/film/a.txt');
    like answer(nginx => $link =~ s{^/dl}{}r), qr/^403 /, 'left out';
    is answer(nginx => $link =~ s{^/dl}{/dl/x}r), '403 missing', 'something more behind it';
    is answer(nginx => '/dl/film/a.txt'), '403 missing', 'no token, and a path of as many segments';
    is answer(nginx => '/dl/a.txt'), '403 missing', 'or fewer';
    is answer(nginx => '/dl//a.txt'), '403 missing', 'or empty ones';
    is answer(nginx => $link =~ s{^/dl}{/%64l}r), '403 missing', 'encoded, where it is compared as it was sent';
    my $user = link_of($format{user}, '/u/joe/a.txt');
    is answer(nginx => $user =~ s/joe/ann/r), '403 signature', 'a field in front that is hashed';
    is answer(nginx => $user =~ s/joe//r), '403 malformed', 'an empty one';
    is answer(nginx => link_of($format{user}, '/u/joe/a.txt', expires => '')), 'html u/joe/a.txt', 'an expiry that may be absent';
    is answer(nginx => $user =~ s/,\d+/,/r), '403 signature', 'and nobody takes away';
    is answer(nginx => $user =~ s/,\d+//r), '403 signature', 'nor with its comma';
    is answer(nginx => link_of($format{user}, '/u/joe/a.txt', expires => '') =~ s/,//r), 'html u/joe/a.txt', 'which may be absent as well';
};

subtest 'the token is for the path behind it alone' => sub {
    for my $name (qw(dl joint front)) {
        my $link = link_of($format{$name}, { dl => '/dl/film/a.txt', joint => '/dl/v1/a.txt', front => '/film/b.txt' }->{$name});
        is answer(nginx => $link =~ s{/(\w)\.txt}{/$1.jpg}r), '403 signature', "$name: another file";
        is answer(nginx => "$link?x=1&sig=2"), answer(nginx => $link), "$name: a query is the application's";
        is header(args => nginx => "$link?x=1"), '<x=1>', "$name: all of it";
        is header(query => nginx => $link), '<>', "$name: and of the token nothing is in it";
    }
    my $link = link_of($format{dl}, '/dl/film/a.txt');
    is answer(nginx => $link =~ s{/film}{//film/.}r), 'html dl/film/a.txt', 'the path that counts is the one that is served';
    is answer(nginx => link_of($format{start}, '/v/a.txt', start => earlier(60)) =~ s/a\.txt/%61.txt/r), '403 signature', 'or the one that was sent, as the format says';
    is header(path => nginx => $link), '</film/a.txt>', '$secure_token_path is what the token is for, which does not begin with what is in front of it';
    my $rest = link_of($format{rest}, '/s/a.txt?x=1');
    is answer(nginx => $rest), 'html s/a.txt', 'all that is left has the query in it';
    is answer(nginx => "$rest&y"), '403 signature', 'and a longer one is another';
    is answer(nginx => link_of($format{dir}, '/p/x/y/z.txt') =~ s{/x/y/z}{/x/a}r), '403 signature', 'a directory above is another one';
    is answer(nginx => link_of($format{dir}, '/p/x/a.txt') =~ s{/x/a}{/xx/a}r), '403 signature', 'and so is one that begins alike';
    is answer(nginx => link_of($format{dir}, '/p/x/a.txt') =~ s{/x/a}{/x/../x2/a}r), '403 signature', 'or is led out of';
    is answer(stated => link_of($format{dl}, '/dl/a.txt', signs => '/other')), '404', 'secure_token_uri says what it is for';
    is answer(case => link_of($format{dl}, '/dl/FILM/a.txt', signs => '/film/a.txt')), '404', 'secure_token_ignore_case';
};

subtest 'alias, root, try_files' => sub {
    my $link = link_of($format{dl}, '/dl/film/a.txt');
    is answer(alias => $link), 'data film/a.txt', 'alias replaces what is in front of the token';
    is answer(aliased => $link), 'data film/a.txt', 'an alias with a capture, which is of the whole path';
    is answer(nested => $link), 'data film/a.txt', 'an alias that a location within takes over';
    is answer(nested => $link =~ s{/\d+/}{/0000000000/}r), '403 malformed', 'which is closed as well';
    is answer(nested => $link =~ s{^(/dl/\w+)/(\d+)/film/}{$1/$2/../film/}r), '403 malformed', 'dots that take the token out of the path are no way past it';
    is answer(root => link_of($format{dl}, '/dl/a.txt')), 'data dl/a.txt', 'root';
    is answer(tried => $link), 'html dl/film/a.txt', 'try_files: the file';
    is answer(tried => link_of($format{dl}, '/dl/dir')), 'html dl/dir/index.html', 'the second of them';
    is answer(tried => link_of($format{dl}, '/dl/none')), 'html fallback.txt', 'the last of them';
};

subtest 'proxy_pass and the cache' => sub {
    my ($link, $again) = map { link_of($format{dl}, '/dl/film/a%20b.txt', expires => later($_)) } 3600, 7200;
    is answer(as_is => "$link?x=1"), '/dl/film/a%20b.txt?x=1', 'proxy_pass without a path';
    is answer(mapped => "$link?x=1"), '/films/film/a%20b.txt?x=1', 'with one';
    is answer(made => link_of($format{dl}, '/dl/a.txt') . '?x=1'), '/dl/a.txt?x=1', 'with variables';
    is join(' ', map { header(cache => cached => $_) } $link, $again), 'MISS HIT', 'the cache key has no token: two links, one file';
    is header(cache => cached => $link =~ s/a%20b/a%20c/r), 'none', 'and who has no right to it gets none of it';
    is header(told => nginx => link_of($format{dl}, '/dl/film/a.txt?x')) =~ s{/dl/\w{40}/\d+}{/dl/TOKEN}r, '/dl/film/a.txt /dl/TOKEN/film/a.txt?x', '$uri is without the token, $request_uri stays the client\'s';
};

subtest 'a dry run takes out what a secret opened, and nothing else' => sub {
    is answer(off => link_of($format{dl}, '/dl/film/a.txt')), 'html dl/film/a.txt', 'a link';
    is answer(off => link_of($format{dl}, '/dl/film/a.txt', expires => earlier())), 'html dl/film/a.txt', 'one that is too old';
    is answer(off => link_of($format{dl}, '/dl/film/a.txt', secret => 'another-secret')), '404 signature', 'one that nobody signed';
    is answer(off => '/dl/film/a.txt'), 'html dl/film/a.txt', 'and none';
};

is $nginx->alarms, '', 'and nothing went wrong on the way';

done_testing;
