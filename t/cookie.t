# secure_token_cookie: the token of a link, kept by a browser for what it asks for next.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(hmac_sha256_base64 hmac_sha256_hex);
use Test::More;
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Nginx;
use SecureToken::Player;
use SecureToken::Wait qw(seconds_until);

my $nginx   = SecureToken::Nginx->new;
my $dir     = $nginx->dir;
my $has_ssl = $SecureToken::Nginx::V =~ /--with-http_ssl_module/;
my ($rc, $said) = $nginx->run(undef, qw(openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost),
    -keyout => "$dir/tls.key", -out => "$dir/tls.crt");
$rc == 0 or die "openssl makes no certificate: $said";

my $hex    = '0123456789abcdef' x 4;
my $places = <<"CONF";
    secure_token         gcore;
    secure_token_secret  $SECRET;
    secure_token_source  args \$cookie_st;
    secure_token_cookie  st;

    location ~ ^(?<title>/vod/[^/]+/)  { secure_token_uri \$title; rewrite ^ /film/all.m3u8 break; }
    location ~ ^(?<title>/play/[^/]+/) { secure_token_uri \$title; rewrite ^/play/[^/]+/(.*) /film/\$1 break; }
    location /any/       { secure_token_uri /any/; alias DIR/html/film/; }
    location /skew/      { secure_token_uri /any/; secure_token_clock_skew 1h; alias DIR/html/film/; }
    location /off/       { secure_token_uri /any/; secure_token_cookie off; alias DIR/html/film/; }
    location /path/      { secure_token_uri /any/; secure_token_cookie st path=/; alias DIR/html/film/; }
    location /domain/    { secure_token_uri /any/; secure_token_cookie st path=/domain/ domain=example.com samesite=strict; alias DIR/html/film/; }
    location /lax/       { secure_token_uri /any/; secure_token_cookie st samesite=lax; alias DIR/html/film/; }
    location /none/      { secure_token_uri /any/; secure_token_cookie st samesite=none; alias DIR/html/film/; }
    location /secure/    { secure_token_uri /any/; secure_token_cookie __Secure-st; secure_token_source args \$http_cookie; alias DIR/html/film/; }
    location /variables/ { secure_token_uri /any/; secure_token_cookie st path=\$http_x_path domain=\$http_x_domain; alias DIR/html/film/; }
    location /strip/     { secure_token_uri /any/; secure_token_strip on; proxy_pass http://unix:DIR/origin.sock:/film/; }
    location /cached/    { secure_token_uri /any/; secure_token_strip on; proxy_cache cache; proxy_cache_valid 1h; proxy_pass http://unix:DIR/origin.sock:/film/; add_header X-Cache \$upstream_cache_status; }
    location /strict/    { secure_token_uri /any/; proxy_pass http://unix:DIR/origin.sock:/strict/; }
    location /public/    { secure_token_uri /any/; proxy_pass_header X-Accel-Expires; proxy_pass http://unix:DIR/origin.sock:/public/; }
    location /accel/     { secure_token_uri /any/; proxy_pass http://unix:DIR/origin.sock:/accel/; }
    location /inside/    { internal; secure_token off; alias DIR/html/film/; }
    location /try/       { secure_token_uri /any/; try_files /nothing \@named; }
    location \@named     { secure_token_uri /any/; rewrite ^ /film/all.m3u8 break; }
    location /redirect/  { secure_token_uri /any/; rewrite ^/redirect/(.*) /elsewhere/\$1 last; }
    location /elsewhere/ { secure_token_uri /any/; alias DIR/html/film/; }
    location /refusing/  { secure_token_uri /any/; try_files /nothing /closed/; }
    location /closed/    { secure_token_uri /closed/; alias DIR/html/film/; }
    location /denied/    { secure_token_uri /any/; deny all; error_page 403 =200 /page; }
    location /missing/   { secure_token_uri /any/; error_page 404 =200 /page; }
    location /login/     { secure_token_uri /any/; error_page 403 410 =200 /page; alias DIR/html/film/; }
    location = /page     { secure_token off; alias DIR/html/film/all.m3u8; }
    location /routed/    { error_page 418 = \@routed; secure_token off; return 418; }
    location \@routed    { secure_token_uri /any/; rewrite ^ /film/all.m3u8 break; }
    location /satisfy/   { secure_token_uri /any/; satisfy any; allow all; alias DIR/html/film/; }
    location /dry/       { secure_token_uri /any/; secure_token_dry_run on; alias DIR/html/film/; }
    location /preflight/ { secure_token_uri /any/; secure_token_preflight on; proxy_pass http://unix:DIR/origin.sock:/film/; }
    location /header/    { secure_token_uri /any/; secure_token_source args \$cookie_st \$http_x_token; alias DIR/html/film/; }
    location /ssi/       { secure_token_uri /any/; ssi on; ssi_types *; alias DIR/html/ssi/; }
    location /ectoken/   { secure_token ectoken; alias DIR/html/film/; }
    location /akamai/    { secure_token akamai; secure_token_secret $hex; alias DIR/html/film/; }
    location /bunny/     { secure_token bunny; alias DIR/html/film/; }
    location /forever/   { secure_token forever; secure_token_uri /any/; alias DIR/html/film/; }
    location /several/   { secure_token ectoken gcore; secure_token_uri /any/; alias DIR/html/film/; }
    location /beside/    { secure_token_uri /any/; add_header Set-Cookie a=b; alias DIR/html/film/; }
    location /expires/   { secure_token_uri /any/; expires 1h; alias DIR/html/film/; }
CONF
$nginx->configure(http => <<"CONF");
    types { application/vnd.apple.mpegurl m3u8; video/mp2t ts; }
    proxy_cache_path DIR/cache keys_zone=cache:1m;
    secure_token_format forever "?key={token}" md5:hex "{secret}{path}";
    server { listen unix:DIR/nginx.sock; $places }
    @{[$has_ssl ? "server { listen unix:DIR/tls.sock ssl; ssl_certificate DIR/tls.crt; ssl_certificate_key DIR/tls.key; $places }" : '']}
    server {
        listen unix:DIR/origin.sock;
        location /film/   { alias DIR/html/film/; }
        location /strict/ { add_header Cache-Control "max-age=5, no-store"; alias DIR/html/film/; }
        location /public/ {
            add_header Cache-Control "public, max-age=60"; add_header CDN-Cache-Control max-age=60; add_header Example-CDN-Cache-Control max-age=60;
            add_header Surrogate-Control max-age=60; add_header Edge-Control max-age=60; add_header X-Accel-Expires 60; alias DIR/html/film/;
        }
        location /accel/  { add_header X-Accel-Redirect /inside/all.m3u8; return 200 ""; }
    }
CONF
$nginx->write("html/film/$_", $SecureToken::Player::STREAM{$_}) for keys %SecureToken::Player::STREAM;
$nginx->write('html/ssi/all.m3u8', '<!--#include virtual="/any/all.m3u8" -->');
$nginx->start;

my $expires = later();
# A link to a file below /any/, for which the token always is.
sub link_to { my ($path, %with) = @_; return gcore($path, signs => '/any/', expires => $expires, %with) }
sub query_of { return $_[0] =~ s/.*\?//r }
my $query = query_of(link_to(''));

sub ask {
    my ($uri, @headers) = @_;
    my ($method) = $uri =~ /^([A-Z]+) / ? $1 : 'GET';
    $uri =~ s/^[A-Z]+ //;
    return $nginx->raw(join "\r\n", "$method $uri HTTP/1.1", 'Host: localhost', 'Connection: close', @headers, '', '');
}
sub cookies { my ($answer) = @_; return $answer->{head} =~ /^Set-Cookie: ([^\r]*)/mg }
# A cookie's attributes: how long it lasts is not told here, but for whether it is.
sub cookie { my @cookies = cookies(@_); return join ' + ', map { s/Max-Age=\d+/Max-Age/r } @cookies }
sub private { my ($answer) = @_; return scalar(() = $answer->{head} =~ /^Cache-Control: private\r?$/mg) }

sub sets {
    my ($uri, $cookie, $name, @headers) = @_;
    my $answer = ask($uri, @headers);
    is cookie($answer), $cookie, $name;
    is private($answer), 1, '... and no cache keeps it for others';
    return $answer;
}
sub sets_none {
    my ($uri, $status, $name, @headers) = @_;
    my $answer = ask($uri, @headers);
    is_deeply [$answer->{status}, cookie($answer), private($answer)], [$status, '', 0], $name;
    return $answer;
}

# --- What a cookie says -----------------------------------------------------------------------------------------

my $plain = "st=$query; Path=/any/; Max-Age; HttpOnly";
sets(link_to('/any/all.m3u8'), $plain, 'an accepted token is set as a cookie, as it was sent');
{
    my $lasts = sub {
        my ($link, $end, $name) = @_;
        my $most = seconds_until($end);
        my ($age) = map { /Max-Age=(\d+)/ } cookies(ask($link));
        my $least = seconds_until($end);
        ok $age >= $least && $age <= $most, $name or diag "$age, $least to $most";
    };
    $lasts->(link_to('/any/all.m3u8'), $expires, 'which lasts until the token expires');
    $lasts->(link_to('/skew/all.m3u8'), $expires + 3600, 'and as long as it opens after that');
    my $expired = earlier(60);
    $lasts->(link_to('/skew/all.m3u8', expires => $expired), $expired + 3600, 'also where it has expired');
}
sets(link_to('/any/all.m3u8') . '&x=1', $plain, 'other parameters are not the token\'s');
sets('/any/all.m3u8?x=1&' . join('&y=2&', split /&/, $query), $plain, 'wherever they stand');
sets('HEAD ' . link_to('/any/all.m3u8'), $plain, 'HEAD');
sets(link_to('/any/all.m3u8'), $plain, 'a reload sets it again', "Cookie: st=$query");
sets(link_to('/path/all.m3u8'), "st=$query; Path=/; Max-Age; HttpOnly", 'a path');
sets(link_to('/domain/all.m3u8'), "st=$query; Path=/domain/; Domain=example.com; Max-Age; HttpOnly; SameSite=Strict", 'a domain, strict');
sets(link_to('/lax/all.m3u8'), "st=$query; Path=/lax/; Max-Age; HttpOnly; SameSite=Lax", 'lax');
sets(link_to('/none/all.m3u8'), "st=$query; Path=/none/; Max-Age; HttpOnly; Secure; SameSite=None", 'none is taken by browsers over TLS only, and says so');
sets(link_to('/secure/all.m3u8'), "__Secure-st=$query; Path=/secure/; Max-Age; HttpOnly; Secure", 'a name that says so too');
SKIP: {
    skip 'this NGINX is built without TLS', 2 unless $has_ssl;
    my $over_tls = sub {
        my $head = `curl -sSk -o /dev/null -D - --max-time 20 --unix-socket '$dir/tls.sock' 'https://localhost@{[link_to($_[0])]}'`;
        return { head => $head };
    };
    is cookie($over_tls->('/any/all.m3u8')), "st=$query; Path=/any/; Max-Age; HttpOnly; Secure", 'over TLS it goes over TLS only';
    is cookie($over_tls->('/none/all.m3u8')), "st=$query; Path=/none/; Max-Age; HttpOnly; Secure; SameSite=None", 'and says so once';
}

# --- The directory of the request, as the client has it ----------------------------------------------------------

# What is sent, the title that it is of, and the directory that links in the answer begin at.
for (
    ['/vod/a/x', '/vod/a/', '/vod/a/'], ['/vod/a/', '/vod/a/', '/vod/a/'], ['/vod/a/b/c/x', '/vod/a/', '/vod/a/b/c/'], ['/vod/a/b/../x', '/vod/a/', '/vod/a/'], ['/vod/b/../a/./b/x', '/vod/a/', '/vod/a/b/'],
    ['/vod/a/b/%2e%2E/x', '/vod/a/', '/vod/a/'], ['/vod//a/x', '/vod/a/', '/vod//a/'], ['/%76od/a/x', '/vod/a/', '/%76od/a/'], ['/vod/%c3%bc/x', "/vod/\xc3\xbc/", '/vod/%c3%bc/'], ['/vod/a%3bb/x', '/vod/a;b/', '/vod/a%3bb/'],
    ["/vod/'(a),b=c/x", "/vod/'(a),b=c/", "/vod/'(a),b=c/"], ['/vod/a%2Fb/x', '/vod/a/', '/vod/a%2Fb/'], ['/vod/a/b%3F/x', '/vod/a/', '/vod/a/b%3F/'],
    )
{
    my ($path, $title, $directory) = @$_;
    my $signed = gcore($path, signs => $title, expires => $expires);
    is cookie(ask($signed)), 'st=' . query_of($signed) . "; Path=$directory; Max-Age; HttpOnly", "the directory of $path";
}
is cookie(ask('http://localhost' . gcore('/vod/a/x', signs => '/vod/a/', expires => $expires))), 'st=' . query_of(gcore('', signs => '/vod/a/', expires => $expires)) . '; Path=/vod/a/; Max-Age; HttpOnly', 'the directory of a whole URL';
{
    $nginx->clear_log;
    my $signed = gcore('/vod/a;b/x', signs => '/vod/a;b/');
    is_deeply [ask($signed)->{status}, cookie(ask($signed))], [200, ''], 'a directory with a semicolon is no path of a cookie';
    like $nginx->log, qr/\[warn\] [^\n]*secure_token: cookie not set, for its path does not begin with a slash, or has a semicolon [^\n]*; write another "path=" in "secure_token_cookie",/, 'which is logged';
    $signed = gcore("/vod/\xc3\xbc/x", signs => "/vod/\xc3\xbc/");
    is_deeply [ask($signed)->{status}, cookie(ask($signed))], [200, ''], 'nor is one that is not ASCII';
}

# --- Values with variables -------------------------------------------------------------------------------------------

{
    my $variables = sub { my ($path, $domain) = @_; ask(link_to('/variables/all.m3u8'), "X-Path: $path", "X-Domain: $domain") };
    is cookie($variables->('/a/', 'example.com')), "st=$query; Path=/a/; Domain=example.com; Max-Age; HttpOnly", 'path and domain by variables';
    is cookie($variables->('', '')), "st=$query; Max-Age; HttpOnly", 'empty ones are left out';
    for (['/a;b', '', 'path'], ['a', '', 'path'], ["/\xc3\xbc", '', 'path'], ["/\t/", '', 'path'], ['', 'a;b', 'domain'], ['', 'a b', 'domain']) {
        my ($path, $domain, $what) = @$_;
        $nginx->clear_log;
        my $answer = $variables->($path, $domain);
        is_deeply [$answer->{status}, cookie($answer), private($answer)], [200, '', 0], "no cookie for such a $what: $path$domain";
        like $nginx->log, qr/\[warn\] [^\n]*secure_token: cookie not set, for its $what /, '... which is logged';
    }
}

# --- Which tokens -----------------------------------------------------------------------------------------------

sets_none('/any/all.m3u8', 200, 'a token that came in a cookie is not set', "Cookie: st=$query");
sets_none('/header/all.m3u8', 200, 'nor one that came in a header', "X-Token: $query");
sets_none(link_to('/off/all.m3u8'), 200, 'nor where it is off');
{
    my $token = ectoken_token('ec_expire=' . $expires);
    sets("/ectoken/all.m3u8?$token&x=1", "st=$token; Path=/ectoken/; Max-Age; HttpOnly", 'ectoken: the token alone, which has no name');
    is ask('/ectoken/720p/1.ts', "Cookie: st=$token")->{status}, 200, '... which opens from the cookie';
    my $endless = ectoken_token('ec_url_allow=/ectoken/');
    sets("/ectoken/all.m3u8?$endless", "st=$endless; Path=/ectoken/; HttpOnly", 'a token that never expires: until the browser is closed');
    my $forever = 'key=' . Digest::MD5::md5_hex("$SECRET/any/");
    sets("/forever/all.m3u8?$forever", "st=$forever; Path=/forever/; HttpOnly", '... of a format without an expiry');
    sets("/several/all.m3u8?$token", "st=$token; Path=/several/; Max-Age; HttpOnly", 'several schemes: one');
    sets(link_to('/several/all.m3u8'), "st=$query; Path=/several/; Max-Age; HttpOnly", 'and the other');
}
{
    my $akamai = sub { my ($claims) = @_; return "hdnts=$claims~hmac=" . hmac_sha256_hex($claims, pack 'H*', $hex) };
    my $token = $akamai->("exp=$expires~acl=/akamai/*!/other/*");
    sets("/akamai/all.m3u8?$token", "st=$token; Path=/akamai/; Max-Age; HttpOnly", 'akamai: a token for patterns');
    is ask('/akamai/720p/1.ts', "Cookie: a=b; st=$token")->{status}, 200, '... which opens from the cookie';
    for my $byte (';', ',', '"', '\\') {
        $nginx->clear_log;
        my $answer = ask('/akamai/all.m3u8?' . $akamai->("exp=$expires~acl=/akamai/*~data=a${byte}b"));
        is_deeply [$answer->{status}, cookie($answer), private($answer)], [200, '', 0], "a token with a $byte opens and is not set";
        like $nginx->log, qr/\[warn\] [^\n]*secure_token: cookie not set, for the token has a byte that cannot stand in one; let the signer escape /, '... which is logged';
    }
}

{
    my $token  = 'token=HS256-' . (hmac_sha256_base64("/bunny/${expires}token_path=/bunny/", $SECRET) =~ tr{+/}{-_}r) . "&token_path=%2Fbunny%2F&expires=$expires";
    sets("/bunny/all.m3u8?$token", "st=$token; Path=/bunny/; Max-Age; HttpOnly", 'bunny: a token for a directory, with all that is signed');
    is ask('/bunny/720p/1.ts', "Cookie: st=$token")->{status}, 200, '... which opens from the cookie';
}

# --- Refusals and errors -------------------------------------------------------------------------------------------

sets_none(link_to('/any/all.m3u8', expires => earlier()), 410, 'an expired token is not set');
sets_none(link_to('/any/all.m3u8', secret => 'another-secret-here'), 403, 'nor one that does not fit');
sets_none('/any/all.m3u8', 403, 'nor none');
sets_none(link_to('/any/none.m3u8'), 404, 'an error sets none');
sets_none(link_to('/denied/all.m3u8'), 200, 'nor does the page for what another check refused');
sets_none(link_to('/missing/all.m3u8'), 200, 'nor that for an error');
sets_none(link_to('/login/all.m3u8', expires => earlier()), 200, 'nor that for an expired link');
sets_none(link_to('/refusing/all.m3u8'), 403, 'nor where another location refuses in the end');
sets_none('/satisfy/all.m3u8?' . query_of(link_to('', secret => 'x')), 200, 'nor where something else lets the request in');
sets(link_to('/satisfy/all.m3u8'), $plain =~ s/any/satisfy/r, 'but where the token does');
sets_none('/dry/all.m3u8?' . query_of(link_to('', secret => 'x')), 200, 'dry run: a token that does not fit is not set');
sets(link_to('/dry/all.m3u8'), $plain =~ s/any/dry/r, 'dry run: one that fits is');
sets_none('OPTIONS /preflight/all.m3u8', 405, 'a preflight sets none', 'Origin: https://example.com', 'Access-Control-Request-Method: GET');

# --- Other answers than the whole file --------------------------------------------------------------------------------

{
    my $whole = sets(link_to('/any/all.m3u8'), $plain, 'a file');
    is sets(link_to('/any/all.m3u8'), $plain, 'what has not changed since', "If-None-Match: $whole->{header}{etag}")->{status}, 304, '... which is 304';
    is sets(link_to('/any/720p/1.ts'), $plain =~ s{any}{any/720p}r, 'a part of it', 'Range: bytes=0-3')->{status}, 206, '... which is 206';
    is ask(link_to('/any/720p/1.ts'), 'Range: bytes=9999-')->{status}, 416, 'a part that is not there stays an error';
    is sets(link_to('/any/720p'), $plain, 'a directory without its slash')->{status}, 301, '... which is a redirect';
}
sets(link_to('/try/all.m3u8'), $plain =~ s/any/try/r, 'try_files and a named location');
sets(link_to('/redirect/all.m3u8'), $plain =~ s/any/redirect/r, 'rewrite: the path is that of the client');
sets(link_to('/accel/all.m3u8'), $plain =~ s/any/accel/r, 'X-Accel-Redirect to a place without a token');
sets(link_to('/routed/all.m3u8'), $plain =~ s/any/routed/r, 'an error page that only leads to the location');
sets(link_to('/ssi/all.m3u8'), $plain =~ s/any/ssi/r, 'once, whatever the answer is put together of');
is cookie(ask(link_to('/beside/all.m3u8'))), "$plain + a=b" =~ s/any/beside/r, 'beside a cookie of the operator';

# --- Caches --------------------------------------------------------------------------------------------------------

{
    my $first = sets(link_to('/cached/all.m3u8'), $plain =~ s/any/cached/r, 'an answer that NGINX caches');
    is $first->{header}{'x-cache'}, 'MISS', '... for the first time';
    my $other = link_to('/cached/all.m3u8', expires => $expires + 60);
    my $hit = sets($other, 'st=' . query_of($other) . '; Path=/cached/; Max-Age; HttpOnly', 'has for another client the cookie of its own');
    is $hit->{header}{'x-cache'}, 'HIT', '... from the cache';
    is sets_none('/cached/all.m3u8', 200, 'and none for who sends it', "Cookie: st=$query")->{header}{'x-cache'}, 'HIT', '... from the cache';
    my @files = glob "$dir/cache/*";
    ok @files == 1, 'one file is cached';
    unlike $nginx->read('cache/' . $files[0] =~ s{.*/}{}r), qr/Set-Cookie|\Q$query\E/, '... without a cookie';
}
my $strict = ask(link_to('/strict/all.m3u8'));
is_deeply [cookie($strict), $strict->{head} =~ /^Cache-Control: ([^\r]*)/mg], [$plain =~ s/any/strict/r, 'max-age=5, no-store'], 'what is stricter stays';
my $public = ask(link_to('/public/all.m3u8'));
is_deeply [cookie($public), $public->{head} =~ /^Cache-Control: ([^\r]*)/mg], [$plain =~ s/any/public/r, 'private, max-age=60'], 'what is for shared caches is not said';
my $for_caches = qr/^((?:\S*CDN-Cache-Control|Surrogate-Control|Edge-Control|X-Accel-Expires):)/mi;
is_deeply [$public->{head} =~ /$for_caches/g], [], '... nor in headers that those heed above all others';
is scalar(() = ask(link_to('/public/all.m3u8') =~ s/\?.*//r, "Cookie: st=$query")->{head} =~ /$for_caches/g), 5, '... which stay where nothing is for one client';
is_deeply [ask(link_to('/expires/all.m3u8'))->{head} =~ /^Cache-Control: ([^\r\n]*)/mg], ['private, max-age=3600'], 'also beside expires';
is_deeply [sets(link_to('/strip/all.m3u8'), $plain =~ s/any/strip/r, 'secure_token_strip')->{status}], [200], '... opens';

# --- The whole way -----------------------------------------------------------------------------------------------------

{
    my $open = gcore('/play/42/all.m3u8', signs => '/play/42/', expires => $expires);
    my ($cookie) = map { /^([^;]+)/ } cookies(ask($open));
    my @files = sort keys %SecureToken::Player::STREAM;
    is_deeply [map { ask("/play/42/$_")->{status} } @files], [map { 403 } @files], 'without a cookie nothing of the stream opens';
    is_deeply [map { ask("/play/42/$_", "Cookie: $cookie")->{status} } @files], [map { 200 } @files], 'with the cookie of the link all of it does';
    is ask('/play/42/720p/1.ts?_HLS_msn=1', "Cookie: x=y; $cookie")->{status}, 200, 'whatever the player adds to the query';
    is_deeply [map { ask("/play/43/$_", "Cookie: $cookie")->{status} } @files], [map { 403 } @files], 'and nothing of another stream';
    is ask('/play/42/all.m3u8', 'Cookie: st=' . query_of(gcore('', signs => '/play/42/', secret => 'of-another-site-here')))->{status}, 403, 'the cookie of another site is refused';
    is ask('/play/42/all.m3u8', 'Cookie: st=' . query_of(gcore('', signs => '/play/42/', expires => earlier())))->{status}, 410, 'and one whose token has expired';
    my $again = gcore('/play/42/all.m3u8', signs => '/play/42/', expires => $expires + 5);
    is cookie(ask($again, "Cookie: $cookie")), 'st=' . query_of($again) . '; Path=/play/42/; Max-Age; HttpOnly', 'a new link is a new cookie, though there is one';
}

is $nginx->alarms, '', 'nothing alarming in the log';
done_testing;
