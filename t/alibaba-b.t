# The scheme alibaba-b: the token stands in the path, with the time of its issue, and is taken out of it before
# anything else looks at the path.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new;
$nginx->write("html/$_", "file $_\n") for 'b.txt', 'my film.txt', "\xc3\xbcber.txt", 'dir/index.html', 'dir/b.txt', 'x/y.txt', 'secret/a.txt',
    'fallback.txt', '100%.txt', 'a?b=1',
    'vod/film/all.txt', 'vod/film/720p/1.txt', 'vod/film-2/all.txt', 'vod/my film/1.txt';
$nginx->write('aliased/a.txt', "aliased a.txt\n");

# A server for each way to serve, for the location is one for all paths: its name, what stands in the location, and
# what beside it.
my @servers = (
    [files    => ''],
    [off      => '', 'location ^~ /secret/ { secure_token off; }'],
    [hour     => 'secure_token_ttl 1h;'],
    [given    => '', 'secure_token_ttl 1h;'],
    [shorter  => 'secure_token_ttl 5m;', 'secure_token_ttl 1h;'],
    [skewed   => 'secure_token_clock_skew 120s;'],
    [bounded  => 'secure_token_max_lifetime 31m;'],
    [two      => 'secure_token_secret another-secret-of-ours id=new; secure_token_secret a-secret-for-tests id=old;'],
    [tried    => 'try_files $uri $uri/index.html /fallback.txt;'],
    [named    => 'try_files /none @up;', 'location @up { proxy_pass http://unix:DIR/origin.sock; }'],
    [proxied  => 'proxy_pass http://unix:DIR/origin.sock;'],
    [placed   => 'proxy_pass http://unix:DIR/origin.sock:/to/;'],
    [varied   => 'proxy_pass http://unix:DIR/origin.sock:$uri$is_args$args;'],
    [cached   => 'proxy_pass http://unix:DIR/origin.sock; proxy_cache c; proxy_cache_valid 1h; add_header X-Cache $upstream_cache_status;'],
    [keyed    => 'proxy_pass http://unix:DIR/origin.sock; proxy_cache c; proxy_cache_valid 1h; proxy_cache_key "k $uri$is_args$args"; add_header X-Cache $upstream_cache_status;'],
    [aliased  => 'alias DIR/aliased/;'],
    [narrow   => '', 'location ^~ /20 { alias DIR/aliased/; }'],
    [tied     => '', 'location ^~ /20 { proxy_pass http://unix:DIR/origin.sock:/to/; }'],
    [written  => 'rewrite ^ /b.txt break;'],
    [captured => 'rewrite "^/[0-9]+/[0-9a-f]+(?<rest>/.*)" $rest break;'],
    [last     => 'rewrite "^/[0-9]+/[0-9a-f]+(?<rest>/.*)" /plain$rest last;', 'location /plain/ { alias DIR/html/; }'],
    [error    => 'error_page 403 /x/y.txt; error_page 404 /b.txt;', 'location = /x/y.txt { secure_token off; } location = /b.txt { secure_token off; }'],
    [inside   => 'error_page 403 /x/y.txt;'],
    [any      => 'satisfy any; deny all;'],
    [let      => 'satisfy any; allow all;'],
    [dry      => 'secure_token_dry_run on;'],
    [drysent  => 'secure_token_dry_run on; proxy_pass http://unix:DIR/origin.sock;'],
    [stripped => 'secure_token_strip on; proxy_pass http://unix:DIR/origin.sock;'],
    [unmerged => 'proxy_pass http://unix:DIR/origin.sock;', 'merge_slashes off;'],
    [nested   => 'location ~ "^/[0-9]+/[0-9a-f]+/x/" { add_header X-Nested yes; } location ~ ^/x/ { return 200 "nobody gets here\n"; }'],
    [matched  => '', 'location ~ ^/(?!20) { secure_token off; return 200 "unprotected\n"; }'],
    [asked    => 'auth_request /ask;', 'location = /ask { internal; secure_token off; proxy_pass http://unix:DIR/origin.sock; proxy_set_header X-Uri $request_uri; proxy_pass_request_body off; }'],
    [included => 'ssi on; ssi_types text/plain;'],
    [mirrored => 'mirror /copy; proxy_pass http://unix:DIR/origin.sock;', 'location = /copy { internal; secure_token off; proxy_pass http://unix:DIR/mirror.sock:$request_uri; }'],
    [lower    => 'secure_token_ignore_case on;'],
    [listed   => 'autoindex on;'],
    [titled   => 'location ~ "^/[0-9]{12}/[0-9a-f]{32}(?<title>/vod/[^/]+/)" { secure_token_uri $title; }'],
);
my $has_auth_request = $SecureToken::Nginx::V =~ /http_auth_request_module/;
@servers = grep { $_->[0] ne 'asked' } @servers unless $has_auth_request;
my $servers = join '', map { my ($name, $words, $beside) = @$_; "
    server {
        listen unix:DIR/$name.sock;
        access_log DIR/access.log seen;
        @{[$beside // '']}
        location " . ($name eq 'matched' ? '' : '^~ ') . "/ { $words }
    }" } @servers;
$nginx->configure(http => <<"CONF");
    proxy_cache_path DIR/cache keys_zone=c:1m;
    log_format seen '\$uri <\$args> <\$secure_token_args> <\$secure_token_query> \$secure_token_status \$secure_token_expires \$secure_token_key';
    log_format line '\$request_uri';
    add_header X-Reason "<\$secure_token_reason>" always;

    secure_token        alibaba-b;
    secure_token_secret a-secret-for-tests;
    $servers
    server {
        listen unix:DIR/origin.sock;
        secure_token off;
        merge_slashes off;
        location / { return 200 "\$request_method \$request_uri\\n"; }
    }
    server {
        listen unix:DIR/mirror.sock;
        secure_token off;
        access_log DIR/mirror.log line;
        location / { return 204; }
    }
CONF
$nginx->start;

sub ask {
    my ($server, $uri, %with) = @_;
    my $method = $with{method} // 'GET';
    return $nginx->raw(join("\r\n", "$method $uri HTTP/" . ($with{http} // '1.1'), 'Host: localhost', 'Connection: close', @{ $with{headers} // [] }, '', ''), "$server.sock");
}
sub status { return ask(@_)->{status} }
# The body where it opens, or else the status and the reason.
sub answer {
    my ($answer) = ask(@_);
    return $answer->{body} =~ s/\n\z//r if $answer->{status} == 200;
    return join ' ', $answer->{status}, ($answer->{header}{'x-reason'} // '') =~ /<(.+)>/;
}

# --- The link ---------------------------------------------------------------------------------------

my $link = alibaba_b('/b.txt');
my (undef, $stamp, $digest) = split m{/}, $link;
is answer(files => $link), 'file b.txt', 'a link opens the file behind its token';
is answer(files => alibaba_b('/dir/b.txt')), 'file dir/b.txt', 'and one in a directory';
is answer(files => '/b.txt'), '403 missing', 'the file alone does not';
is answer(files => $link =~ s/b\.txt/a.txt/r), '403 signature', 'another file';
is answer(files => "$link/"), '403 signature', 'a slash more';
is answer(files => alibaba_b('/b.txt', secret => 'another-secret-of-theirs')), '403 signature', 'another secret';
is answer(two => alibaba_b('/b.txt', secret => $_)), 'file b.txt', 'either of two' for 'another-secret-of-ours', $SecureToken::SECRET;
is answer(files => alibaba_b('/none')), '404', 'a file that is not there';
is answer(files => "$link?a=1&st=2"), 'file b.txt', 'whatever the query';
is answer(files => "/b.txt?/$stamp/$digest"), '403 missing', 'no token in it';
is status(files => $link, method => 'HEAD'), 200, 'HEAD';
is ask(files => $link, method => 'HEAD')->{body}, '', 'without a body';
is answer(files => $link, headers => ['Range: bytes=5-6']), '206', 'a part of it';
is answer(files => "http://localhost$link"), 'file b.txt', 'an absolute URL';

my %malformed = (
    'upper case'           => "/$stamp/" . uc($digest) . '/b.txt',
    '31 digits'            => "/$stamp/" . substr($digest, 1) . '/b.txt',
    '33 digits'            => "/$stamp/${digest}0/b.txt",
    'no hexadecimal one'   => "/$stamp/g" . substr($digest, 1) . '/b.txt',
    'the wrong way'        => "/$digest/$stamp/b.txt",
    'nothing behind'       => "/$stamp/$digest",
    'a query behind'       => "/$stamp/$digest?/b.txt",
    'a time alone'         => "/$stamp/b.txt",
    'a token alone'        => "/$digest/b.txt",
    'something in front'   => "/x$link",
    'a slash in front'     => "/$link",
    'a slash between'      => "/$stamp//$digest/b.txt",
    'an encoded one'       => "/$stamp%2F$digest/b.txt",
    'an encoded one behind' => "/$stamp/$digest%2Fb.txt",
    'an encoded digit'     => sprintf('/%%%02X%s/%s/b.txt', ord $stamp, substr($stamp, 1), $digest),
    'one of the token'     => sprintf('/%s/%%%02X%s/b.txt', $stamp, ord $digest, substr $digest, 1),
    'dots in front'        => "/x/..$link",
    'a dot in front'       => "/.$link",
    'dots between'         => "/$stamp/x/../$digest/b.txt",
    'encoded dots between' => "/$stamp/x/%2e%2e/$digest/b.txt",
);
like answer(files => $malformed{$_}), qr/^403 (?:missing|malformed)$/, "its form: $_" for sort keys %malformed;
is answer(files => alibaba_b('/b.txt', stamp => $_)), '403 malformed', "no time: $_"
    for '20300101080', '2030010108000', 203013010800, 203000010800, 203001000800, 203001320800, 203002290800, 203001012400, 203001010860, 1893456000,
    '+20300101080', '197001010000';

# Who can have the path signed cannot lead out of it.
for my $climb ('/../b.txt', '/../../b.txt', '/..', '/x/../../b.txt', '/%2e%2e/b.txt', '/x%2F..%2F../b.txt', "/../$digest/b.txt", "/../../$stamp/b.txt") {
    like answer(files => alibaba_b($climb)), qr/^403 (?:malformed|missing)$|^400/, "climbing over the token: $climb";
}
unlike answer(proxied => alibaba_b('/../b.txt')), qr/[0-9a-f]{32}/, 'climbing over the token: the upstream sees no token';
is answer(files => alibaba_b('/x/../b.txt')), 'file b.txt', 'dots that stay behind it';
is answer(files => alibaba_b('/x/../b.txt', signs => '/b.txt')), '403 signature', 'are signed';
is answer(files => alibaba_b('/./b.txt')), 'file b.txt', 'a dot';
is answer(files => alibaba_b('//b.txt')), 'file b.txt', 'two slashes';
is answer(files => alibaba_b('//b.txt', signs => '/b.txt')), '403 signature', 'are signed too';
is answer(files => alibaba_b('/x%2Fy.txt')), 'file x/y.txt', 'an encoded slash';
is answer(files => alibaba_b('/x%2Fy.txt', signs => '/x/y.txt')), '403 signature', 'is not a slash to the signer';
is answer(files => alibaba_b('/my%20film.txt')), 'file my film.txt', 'a blank, as it was sent';
is answer(files => alibaba_b('/my%20film.txt', signs => '/my film.txt')), '403 signature', 'and not decoded';
is answer(files => alibaba_b('/%C3%BCber.txt')), "file \xc3\xbcber.txt", 'an umlaut';
is answer(files => alibaba_b('/%c3%bcber.txt')), "file \xc3\xbcber.txt", 'in small digits';
is answer(files => alibaba_b('/%c3%bcber.txt', signs => '/%C3%BCber.txt')), '403 signature', 'each signed as it is';
is answer(files => alibaba_b('/100%25.txt')), 'file 100%.txt', 'a percent sign';
is answer(files => alibaba_b('/a%3Fb=1')), 'file a?b=1', 'a question mark that begins no query';
is answer(files => alibaba_b('/a?b=1', signs => '/a%3Fb=1')), '403 signature', 'is not one that does';
is status(files => alibaba_b('/b.txt%00')), 400, 'a NUL NGINX does not take';
is answer(files => alibaba_b($link)), '404', 'a link to a path that looks like a link: one token is taken out';
is answer(files => alibaba_b('/b.txt') . '#x'), 'file b.txt', 'a fragment that should not have been sent';

# --- Times ------------------------------------------------------------------------------------------

# A link says the minute, so what is asked here stays away from the border by more than that.
is answer(files => alibaba_b('/b.txt', time => time - 28 * 60)), 'file b.txt', 'half an hour: not yet';
is answer(files => alibaba_b('/b.txt', time => time - 32 * 60)), '403 expired', 'half an hour: over, and refused as any';
is answer(hour => alibaba_b('/b.txt', time => time - 58 * 60)), 'file b.txt', 'an hour: not yet';
is answer($_ => alibaba_b('/b.txt', time => time - 62 * 60)), '403 expired', "an hour: over ($_)" for qw(hour given);
is answer(given => alibaba_b('/b.txt', time => time - 58 * 60)), 'file b.txt', 'an hour, of an outer block: not yet';
is answer(shorter => alibaba_b('/b.txt', time => time - 7 * 60)), '403 expired', 'five minutes, of the inner one: over';
is answer(skewed => alibaba_b('/b.txt', time => time - 30 * 60 - $_->[0])), $_->[1], "skew: $_->[0] seconds" for [0, 'file b.txt'], [180, '403 expired'];
is answer(files => alibaba_b('/b.txt', time => time + 86400)), 'file b.txt', 'a time that lies ahead';
is answer(files => alibaba_b('/b.txt', time => time - 8 * 3600)), '403 expired', 'a time in UTC is hours too old';
is answer(bounded => alibaba_b('/b.txt')), 'file b.txt', 'a life that is not too long';
is answer(bounded => alibaba_b('/b.txt', time => time + 180)), '403 lifetime', 'one that is';
is answer(files => alibaba_b('/b.txt', time => time - 32 * 60, secret => 'another-secret-of-theirs')), '403 signature', 'forged comes before expired';
is answer(files => alibaba_b('/b.txt', stamp => 202802290000 + 0)) =~ s/^403 expired$|^file b\.txt$/read/r, 'read', 'a leap day is one';

# --- What comes behind ------------------------------------------------------------------------------

is answer(files => alibaba_b('/dir/')), 'file dir/index.html', 'index';
my $redirect = ask(files => alibaba_b('/dir'));
is $redirect->{status}, 301, 'a directory without its slash';
unlike $redirect->{head}, qr/$digest|$_/, 'and the redirect has no token' for alibaba_b('/dir') =~ m{/(\w{32})/};
is answer(listed => alibaba_b('/x/')) =~ /y\.txt/ ? 'listed' : '', 'listed', 'autoindex';
is answer(tried => $link), 'file b.txt', 'try_files $uri';
is answer(tried => alibaba_b('/dir')), 'file dir/index.html', 'try_files $uri/index.html';
is answer(tried => alibaba_b('/none')), 'file fallback.txt', 'try_files: the last one';
is answer(tried => $link =~ s/b\.txt/none/r), '403 signature', 'try_files: not without a link';
is answer(named => alibaba_b('/a/b?x=1')), 'GET /a/b?x=1', 'try_files: a named location';
is answer(named => '/a/b?x=1'), '403 missing', 'try_files: a named location, not without a link';

my %sent = ('/a/b' => '/a/b', '/a%20b' => '/a%20b', '/a%2Bb' => '/a+b', '/a%2Fb' => '/a/b', '/a//b' => '/a/b', '/x/../b' => '/b', '/100%25' => '/100%25',
    '/a%3Fb' => '/a%3Fb', '/%c3%bc' => '/%C3%BC', '/' => '/');
for my $path (sort keys %sent) {
    is answer(proxied => alibaba_b($path)), "GET $sent{$path}", "proxy_pass: $path";
    is answer(proxied => alibaba_b("$path?x=%2F&/y")), "GET $sent{$path}?x=%2F&/y", "proxy_pass: $path with its query";
}
is answer(proxied => '/a/b'), '403 missing', 'proxy_pass: not without a link';
is status(proxied => alibaba_b('/a/b'), method => 'POST', headers => ['Content-Length: 0']), 200, 'proxy_pass: POST';
is answer(stripped => alibaba_b('/a%20b?x=1&st=2')), 'GET /a%20b?x=1&st=2', 'secure_token_strip takes no more out';
is answer(unmerged => alibaba_b('/a//b')), 'GET /a//b', 'merge_slashes off: two slashes stay';
is answer(unmerged => alibaba_b('//b')), 'GET //b', 'merge_slashes off: in front as well';
is answer(unmerged => "/$link"), '403 missing', 'merge_slashes off: not in front of the token';
is answer(placed => alibaba_b('/a/b?x=1')), 'GET /to/a/b?x=1', 'proxy_pass with a path: in place of the location\'s name';
is answer(tied => alibaba_b('/a/b?x=1')), 'GET /a/b?x=1', 'proxy_pass with a path, where the rest has another beginning: as after a rewrite';
is answer(tied => alibaba_b('/20/a/b?x=1')), 'GET /to//a/b?x=1', 'and where it has the same';
is answer(varied => alibaba_b('/a/b?x=1')), 'GET /a/b?x=1', 'proxy_pass of $uri';

is ask(cached => alibaba_b('/c?x=1'))->{header}{'x-cache'}, 'MISS', 'cache: the first one';
is ask(cached => alibaba_b('/c?x=1', time => time - 600))->{header}{'x-cache'}, 'HIT', 'cache: with another token';
is ask(cached => alibaba_b('/c?x=2'))->{header}{'x-cache'}, 'MISS', 'cache: with another query';
is ask(cached => alibaba_b('/d?x=1'))->{header}{'x-cache'}, 'MISS', 'cache: another path';
is status(cached => '/c?x=1'), 403, 'cache: not without a link';
is ask(keyed => alibaba_b('/c'))->{header}{'x-cache'}, 'MISS', 'cache: a key of $uri';
is ask(keyed => alibaba_b('/c', time => time - 600))->{header}{'x-cache'}, 'HIT', 'cache: a key of $uri, with another token';

is answer(aliased => alibaba_b('/b.txt')), '404', 'alias: nothing from elsewhere';
is answer(aliased => alibaba_b('/a.txt')), 'aliased a.txt', 'alias: the file that is there';
# NGINX would take as many bytes off the path as the location's name has.
is answer(narrow => alibaba_b('/a.txt')), '500', 'alias under the beginning of a time: no file, and certainly no wrong one';
like $nginx->log, qr/"alias" cannot be used in location "\/20" where URI was rewritten/, 'alias: and the log says why';
is answer(narrow => alibaba_b('/20/a.txt')), 'aliased a.txt', 'alias: but where the rest begins so too';
isnt answer(aliased => alibaba_b('/../aliased/a.txt')), 'aliased a.txt', 'alias: no dots';

is answer(written => $link), 'file b.txt', 'rewrite: goes its way';
is answer(written => alibaba_b('/a.txt')), 'file b.txt', 'rewrite: also with another path';
is answer(written => '/a.txt'), '403 missing', 'rewrite: not without a link';
is answer(captured => $link), 'file b.txt', 'rewrite that takes the token out itself';
is answer(last => $link), 'file b.txt', 'rewrite into another location: the client\'s own path is checked there';
is answer(last => $link =~ s/b\.txt/a.txt/r), '403 signature', 'and refused';

is answer(error => $link), 'file b.txt', 'error_page: not without an error';
is ask(error => '/b.txt')->{status}, 200, 'error_page: what is open is open';
my $refusal = ask(error => '/x.txt');
is "$refusal->{status} $refusal->{body}", "403 file x/y.txt\n", 'error_page: of a refusal';
my $absent = ask(error => alibaba_b('/none'));
is "$absent->{status} $absent->{body}", "404 file b.txt\n", 'error_page: of a file that is not there';
my $inside = ask(inside => '/x.txt');
is $inside->{status}, 403, 'error_page inside: a refusal';
unlike $inside->{body}, qr/^file/, 'error_page inside: is not opened by it';

is answer(any => $link), 'file b.txt', 'satisfy any: a link is enough';
is status(any => '/b.txt'), 403, 'satisfy any: without one nothing is';
is answer(let => '/b.txt'), 'file b.txt', 'satisfy any: somebody else lets it in';
is answer(let => $link), 'file b.txt', 'satisfy any: with a link the file is the same';
is answer(let => alibaba_b('/b.txt', time => time - 86400)), 'file b.txt', 'satisfy any: with one that has expired too';

is answer(dry => $link), 'file b.txt', 'dry run: a link';
is answer(dry => $link =~ s/b\.txt/a.txt/r), '404 signature', 'dry run: what nobody signed is part of the path, and there is no such file';
is answer(dry => alibaba_b('/a.txt', time => time - 86400)), 'file a.txt', 'dry run: one that has expired is taken out';
is answer(dry => '/b.txt'), 'file b.txt', 'dry run: no token';
my $forged = $link =~ s/b\.txt/a%20b?x=1/r;
is answer(drysent => $forged), "GET $forged", 'dry run: the upstream sees it as it was sent';
is answer(drysent => '/x/../a%20b?x=1'), 'GET /x/../a%20b?x=1', 'dry run: without a token it is what was sent';

is answer(off => '/secret/a.txt'), 'file secret/a.txt', 'a place without a scheme';
is answer(off => alibaba_b('/secret/a.txt')), 'file secret/a.txt', 'has no part in it: the location is found by the whole path';
is ask(nested => alibaba_b('/x/y.txt'))->{header}{'x-nested'}, 'yes', 'a nested location is found by the whole path';
is answer(nested => alibaba_b('/x/y.txt')), 'file x/y.txt', 'and no other by what is left';
is answer(matched => $link), 'file b.txt', 'nor a regular expression beside it';

is answer(lower => alibaba_b('/B.TXT', signs => '/b.txt')), '404', 'secure_token_ignore_case: signed in lower case, and the file is what was asked for';

my $title = alibaba_b('', signs => '/vod/film/');
is answer(titled => "$title/vod/film/$_"), "file vod/film/$_", "secure_token_uri: one token for a directory: $_" for 'all.txt', '720p/1.txt';
is answer(titled => "$title/x/../vod/film/all.txt"), 'file vod/film/all.txt', 'secure_token_uri: dots on the way there';
is answer(titled => "$title$_"), '403 signature', "secure_token_uri: nothing else: $_" for qw(/vod/film-2/all.txt /vod/film/../film-2/all.txt /vod/film%2F..%2Ffilm-2/all.txt /b.txt /vod/);
is answer(titled => alibaba_b('', signs => '/vod/my film/') . '/vod/my%20film/1.txt'), 'file vod/my film/1.txt', 'secure_token_uri: it is decoded';
like answer(titled => "$title$_"), qr/^40[03]/, "secure_token_uri: climbing over the token: $_" for "/../../$stamp/$digest/vod/film/all.txt", '/../../b.txt', '/../../../vod/film/all.txt';

SKIP: {
    skip 'this NGINX has no auth_request', 2 unless $has_auth_request;
    is answer(asked => $link), 'file b.txt', 'auth_request: asked behind the check';
    is answer(asked => '/b.txt'), '403 missing', 'auth_request: and not before';
}
$nginx->write('html/page.txt', 'a <!--#include virtual="/b.txt" --> b');
like answer(included => alibaba_b('/page.txt'), http => '1.0'), qr/^a file b\.txt\s+b$/, 'a subrequest has its own path';
is answer(mirrored => alibaba_b('/m?x=1')), 'GET /m?x=1', 'mirror: the upstream sees no token';

# --- Variables and logs -----------------------------------------------------------------------------

my $time = time;
my $expires = $time - $time % 60 + 1800;
my $line = qr{^/b\.txt <x=1&y> <x=1&y> <[^>]*> PASSED $expires 1$}m;
status(files => alibaba_b('/b.txt?x=1&y', time => $time));
like $nginx->written('access.log', $line), $line, 'the access log: $uri is the rest, the query is whole';
my $foreign = alibaba_b('/b.txt', time => $time, secret => 'another-secret-of-theirs');
status(dry => $foreign);
$line = qr{^\Q$foreign\E <-?> <> <> REJECTED_DRY_RUN -? *-?$}m;
like $nginx->written('access.log', $line), $line, 'the access log of a dry run';

# NGINX's own word for an alias that does not fit.
is $nginx->alarms =~ s/.*"alias" cannot be used.*\n//r, '', 'and nothing went wrong on the way';
unlike $nginx->log, qr/a-secret-for-tests|another-secret/, 'no secret in the log';

# --- What is never written, not at the level debug either -------------------------------------------

SKIP: {
    skip "this NGINX is built without --with-debug", 1 unless SecureToken::Nginx::has_debug();
    my $debug = SecureToken::Nginx->new(level => 'debug', http => 'server { listen unix:DIR/nginx.sock; location / { secure_token alibaba-b; secure_token_secret a-secret-for-tests; } }')->start;
    my $right = alibaba_b('/a.txt', stamp => $stamp);
    my ($token) = $right =~ m{/([0-9a-f]{32})/};
    my $wrong = $right =~ s{/[0-9a-f]{32}}{'/' . '0' x 32}er;
    is $debug->get(alibaba_b('/index.html', stamp => $stamp))->{status}, 200, 'a link that opens';
    is $debug->get($wrong)->{status}, 403, 'and one whose token is for others to find';
    $debug->wait_for(sub { $debug->log =~ /secure_token: signature/ });
    unlike $debug->log, qr/\Q$_\E/, 'never written: ' . ($_ =~ tr/ -~//cdr) for 'a-secret-for-tests', $token, pack('H*', $token), "$stamp/a.txt";
}

# --- nginx -t ---------------------------------------------------------------------------------------

sub complaint {
    my ($words, $outside) = @_;
    my $with = SecureToken::Nginx->new(http => "@{[$outside // '']} server { listen unix:DIR/other.sock; location ^~ / { secure_token alibaba-b; secure_token_secret a-secret-for-tests; $words } }");
    my ($rc, $said) = $with->test;
    return $rc == 0 ? $said =~ /\[(?:warn|emerg)\]/ ? $said : '' : $said;
}
is complaint(''), '', 'two directives are enough';
is complaint("secure_token_ttl $_;"), '', "secure_token_ttl $_" for qw(30m 1h 60 7d);
like complaint("secure_token_ttl $_;"), qr/\[emerg\] .*"secure_token_ttl"/, "secure_token_ttl $_" for qw(nonsense -1 1.5h 500ms $arg_ttl "");
like complaint('secure_token_ttl 1h; secure_token_ttl 2h;'), qr/\[emerg\] .*"secure_token_ttl"/, 'secure_token_ttl twice';
like complaint("secure_token $_; secure_token_ttl 1h;" =~ s/^/} location ^~ \/o\/ { secure_token_secret a-secret-for-tests; /r), qr/\[emerg\] .*"secure_token_ttl"/, "secure_token_ttl with $_"
    for qw(azion gcore ectoken leaseweb);
is complaint('} location ^~ /o/ { secure_token azion; secure_token_secret a-secret-for-tests; ', 'secure_token_ttl 1h;'), '', 'from an outer block it is for whom it may concern';
is complaint('', 'secure_token_source $cookie_x; secure_token_param token=x expires=y; secure_token_client_ip $http_x_c;'), '', 'what an outer block says of other carriers';
like complaint("$_;"), qr/\[emerg\] .*"secure_token_/, $_ for 'secure_token_client_ip $remote_addr', 'secure_token_param token=x', 'secure_token_param expires=x';
like complaint('secure_token_source $cookie_link;'), qr/\[emerg\] .*"secure_token_source".* in the path/, 'secure_token_source';

done_testing;
