# The configurations in nginx-conf/: each is tried as the comment at its top says, line by line, and
# then some more.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(hmac_sha256 hmac_sha256_hex);
use File::Temp qw(tempdir);
use JSON::PP ();
use MIME::Base64 qw(encode_base64url);
use Test::More;

use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Port;
use SecureToken::Wait qw(wait_for_end written);

my $binary = $ENV{TEST_NGINX_BINARY}              // die "TEST_NGINX_BINARY is not set\n";
my $module = $ENV{TEST_NGINX_SECURE_TOKEN_MODULE} // die "TEST_NGINX_SECURE_TOKEN_MODULE is not set\n";

# Where it all happens. Workers of another user than ours must be able to pass.
my $dir = tempdir('secure-token-examples-XXXXXX', TMPDIR => 1, CLEANUP => 1);
chmod 0755, $dir;
my ($project, $try) = ("$dir/project", "$dir/try");
umask 0022;
$ENV{no_proxy} = '*';

# As after `make build`, wherever it was built.
system('mkdir', '-p', "$project/build/vendored", "$project/nginx-conf");
symlink $binary, "$project/build/vendored/nginx";
symlink $module, "$project/build/vendored/ngx_http_secure_token_module.so";
symlink 'vendored', "$project/build/system";
symlink "$FindBin::Bin/../nginx-conf/countries.pl", "$project/nginx-conf/countries.pl";

END { stop() }

# The ports of the examples, and the free ones that are used here instead.
my %port = map { $_ => free_port() } 8080, 8081;

# A text of the example with the places and ports of this test.
sub here {
    my ($text) = @_;
    $text =~ s{127\.0\.0\.1:(\d+)}{"127.0.0.1:" . ($port{$1} // die "unknown port $1\n")}ge;
    $text =~ s{/tmp/try}{$try}g;
    return $text;
}

sub read_file {
    my ($name) = @_;
    open my $file, '<', $name or return '';
    local $/;
    return <$file>;
}

sub pid { return read_file("$try/logs/nginx.pid") =~ s/\s//gr }

# For a test that ends early.
sub stop {
    local $?;
    my $pid = pid() or return;
    kill TERM => $pid;
    wait_for_end($pid);
}

# What a shell command prints.
sub run {
    my ($command) = @_;
    return scalar qx{cd '$project' && { $command\n} 2>&1};
}

# An answer, with its header: of a shell's curl line, or of a path on the example's server. All but the metrics
# are in the access log.
my $answered;
sub ask {
    my ($request, @options) = @_;
    if ($request =~ m{^/}) {
        $request = "curl @options 'http://127.0.0.1:$port{8080}$request'";
    }
    $request =~ s/^curl/curl -sSi --path-as-is/;
    my $answer = run($request);
    $answered += () = $answer =~ m{^HTTP/1\.1 \d}mg unless $request =~ m{/metrics};
    return $answer;
}

# The access log with all of that, and what the other server was asked for: so many requests.
sub access_log { return written("$try/logs/access.log", $answered) }
sub seen       { return written("$try/logs/origin.log", $_[0]) =~ /"(GET [^"]*) HTTP/g }

# Why countries cannot be looked up in a database, as Debian's NGINX can with Debian's packages.
my $is_debian = `$binary -V 2>&1` =~ m{--modules-path=/usr/lib/nginx/modules};
my $no_database =
      !$is_debian ? "Debian's geoip2 module does not fit this NGINX"
    : !-e '/usr/lib/nginx/modules/ngx_http_geoip2_module.so' ? 'libnginx-mod-http-geoip2 is not installed'
    : !eval { require MaxMind::DB::Writer::Tree } ? 'libmaxmind-db-writer-perl is not installed'
    :   undef;

# The same configuration, with a list in place of the database.
sub without_database {
    my ($conf) = @_;
    $conf =~ s/^load_module\s+\S+geoip2\S+;\n//m;
    my $countries = '203.0.113.0/24 FR; 198.51.100.0/24 US; 2001:db8::/32 DE;';
    $conf =~ s/\bgeoip2\s+\S+\s*\{[^}]*(\$\w+)\s+country iso_code;[^}]*\}/geo $1 { $countries }/
        or die "no block geoip2\n";
    return $conf;
}

# Starts an example as its first comment says, and tries the requests there.
sub example {
    my ($name, $more) = @_;
    my $conf = read_file("$FindBin::Bin/../nginx-conf/$name.conf");
    my ($comment) = $conf =~ /\A((?:#.*\n)+)/;
    my @commands = map { here($_) } $comment =~ /^#   (.+)/mg;

    $conf = here($conf);
    if ($conf =~ /geoip2/ && $no_database) {
        $conf = without_database($conf);
        @commands = grep { !/countries\.pl/ } @commands;
    }
    # NGINX builds have different directories for these; no other NGINX's are touched here.
    $conf =~ s/^http \{\n\K/join '', map { "    ${_}_temp_path temp;\n" } qw(client_body proxy fastcgi uwsgi scgi)/em;
    open my $file, '>', "$project/nginx-conf/$name.conf" or die "nginx-conf/$name.conf: $!\n";
    print {$file} $conf;
    close $file;

    my ($setup)     = join("\n", @commands) =~ /\A(.*?)\ncurl/s;
    my ($start)     = $setup =~ /^(build\/\w+\/nginx .*)/m;
    my ($questions) = join("\n", @commands) =~ /^(curl.*)\n/ms;

    system('rm', '-rf', $try);
    $setup =~ s/^\Q$start\E//m;
    is run($setup), '', 'prepared';
    like run("$start -t"), qr/\A[^\n]*syntax is ok\n[^\n]*test is successful\n\z/,
        'nginx -t has nothing to say against it';
    is run($start), '', 'started' or return;

    $answered = 0;
    my $asked = 0;
    for my $question (split /\n/, $questions) {
        next unless $question =~ /^(curl .*?)  # (\d+)(?:, (.*))?$/;
        my ($command, $status, $remark) = ($1, $2, $3 // '');
        my $answer = ask($command);
        my $what   = $question =~ s/.*(?='http)//r;
        like $answer, qr{\AHTTP/1\.1 $status }, $what;
        my $content = $remark =~ /playlist/ ? qr/^#EXTM3U$/m : $remark =~ /manifest/ ? qr/^<MPD>/m : qr/^It opens/m;
        like $answer, $content,                 "$what: the file" if $status == 200 && $remark !~ /numbers/;
        like $answer, qr/^\Q$remark\E\r$/m,     "$what: the header" if $remark =~ /^X-/;
        $asked++;
    }
    cmp_ok $asked, '>=', 3, 'the comment has requests to try';
    is scalar(() = $comment =~ /^#   curl/mg), $asked, 'all of them with an outcome';

    $more->();

    my $log = read_file("$try/logs/error.log");
    unlike $log, qr/\[(?:alert|emerg|crit)\]/, 'nothing alarming in the log';
    unlike $log, qr/example-secret/,           'no secret in the log';

    my $pid = pid();
    like run($commands[-1]), qr/\A(?:.*signal process started\n)?\z/, 'stopped';
    ok wait_for_end($pid), 'gone';
}

# Asks for a link and holds the status, and what else the answer must have, against it.
sub gives {
    my ($status, $link, $what, $has, @options) = @_;
    my $answer = ask($link, @options);
    like $answer, qr{\AHTTP/1\.1 $status }, "$what: $status";
    like $answer, $has,                     "$what: the answer" if $has;
}

# Where playlists lead: the names in each, as a player asks for them, so many of them deep.
sub follow {
    my ($link, $depth) = @_;
    return if !$depth;
    my ($directory) = $link =~ m{^([^?]*/)};
    my @names = map { "$directory$_" } ask($link) =~ /^([^#\s][^:\r\n]*)$/mg;
    return @names, map { follow($_, $depth - 1) } grep { /\.m3u8/ } @names;
}

my $secret = 'example-secret-replace-it';

my %more = (
    azion => sub {
        my $film = '/videos/film.txt';
        my $good = azion($film, secret => $secret);
        gives 200, $good, 'a link signed just now', qr/^It opens\.$/m;
        gives 410, azion($film, secret => $secret, expires => earlier(2)), 'a link that just expired';
        gives 403, $good =~ s/film/other/r, 'another path';
        gives 403, $good =~ s/(?<=e=)(\d+)/$1 + 60/er, 'a later expiry';
        gives 403, azion($film, secret => 'example-secret-replaced'), 'another secret';
        gives 403, $film, 'another method without a token', undef, '-X DELETE';

        my $log = access_log();
        like $log,   qr{^127\.0\.0\.1 \[.*\] "GET \Q$film\E" 200 PASSED "" \d+$}m, 'the log says who was let in';
        like $log,   qr{"GET \Q$film\E" 410 EXPIRED "expired" 1470055000$}m,       'whose link expired';
        like $log,   qr{"GET \Q$film\E" 403 REJECTED "missing" -?$}m,              'and why somebody was refused';
        unlike $log, qr/st=/,                                                      'but no token';
    },

    hls => sub {
        my ($film, $series) = ('/vod/film/all.m3u8', '/series/one/all.m3u8');
        my $at = later();
        is_deeply [follow(azion($film, secret => $secret, expires => $at), 2)],
            [azion('/vod/film/720p/index.m3u8', secret => $secret, expires => $at), azion('/vod/film/720p/1.ts', secret => $secret, expires => $at)],
            'each name has a token of its own';
        my $link = gcore('/series/one/all.m3u8', secret => $secret, signs => '/series/one/');
        is_deeply [follow($link, 2)], [map { $link =~ s/all\.m3u8/$_/r } '720p/index.m3u8', '720p/1.ts'], 'each name has the token of the link';
        gives 200, $link, 'players on other pages', qr/^Access-Control-Allow-Origin: \*\r$/m;
        gives 200, $link, 'nobody else gets the answer', qr/^Cache-Control: private\r$/m;
        gives 410, azion($film, secret => $secret, expires => earlier(2)), 'a link that just expired';
        gives 403, azion($film, secret => $secret, signs => '/vod/film/'), 'a token for the directory, where each name has its own';
    },

    dash => sub {
        my $link = gcore('/vod/film/all.mpd', secret => $secret, signs => '/vod/film/');
        my $token = $link =~ s/.*\?//r =~ s/&/&amp;/r;
        gives 200, $link, 'the template has the token', qr{ media="720p/\$Number\$\.m4s\?\Q$token\E"/};
        my $at = later();
        $token = azion('/clips/ad.mp4', secret => $secret, expires => $at) =~ s/.*\?//r =~ s/&/&amp;/r;
        gives 200, azion('/clips/ad.mpd', secret => $secret, expires => $at), 'the file has its own', qr{<BaseURL>ad\.mp4\?\Q$token\E</BaseURL>};
        gives 410, azion('/clips/ad.mpd', secret => $secret, expires => earlier(2)), 'a link that just expired';
    },

    live => sub {
        my $playlist = '/live/tv/live.m3u8';
        for my $at (later(), later(60)) {
            my ($last) = reverse follow(azion($playlist, secret => $secret, expires => $at), 1);
            is $last, azion('/live/tv/8.ts', secret => $secret, expires => $at), 'a viewer gets tokens that expire when the link does';
        }
        is_deeply [grep { /ts$/ } seen(2)], ['GET /live/tv/8.ts'], 'a segment is asked for once';
        unlike read_file("$try/logs/origin.log"), qr/st=/, 'and the origin sees no token';
        gives 410, azion($playlist, secret => $secret, expires => earlier(2)), 'a link that just expired';
        is_deeply [grep { /st=/ } split /\n/, `grep -ahr st= '$try/cache'`], [], 'nor is any in the cache';
    },

    cookie => sub {
        my $at = later();
        my $link = gcore('/vod/film/all.mpd', secret => $secret, signs => '/vod/film/', expires => $at);
        my $cookie = $link =~ s/.*\?/film=/r;
        my $answer = ask($link);
        like $answer, qr{^Set-Cookie: \Q$cookie\E; Path=/vod/film/; Max-Age=\d+; HttpOnly; SameSite=Lax\r$}m, 'the cookie';
        like $answer, qr/^Cache-Control: private\r$/m, 'is for nobody else';
        unlike ask('/vod/film/720p/1.m4s', "-H 'Cookie: $cookie'"), qr/^Set-Cookie/m, 'and is set once';
        unlike ask($link =~ s/(?<=md5=)(.)/$1 eq 'x' ? 'y' : 'x'/er), qr/^Set-Cookie/m, 'not of a wrong link';
        gives 410, '/vod/film/720p/1.m4s', 'of one that expired', undef, '-H', "'Cookie: film=" . (gcore('/vod/film/', secret => $secret, expires => earlier(2)) =~ s/.*\?//r) . "'";
        gives 200, $link, 'players of the page', qr{^Access-Control-Allow-Origin: https://www\.example\.com\r$}m, '-H Origin:https://www.example.com';
        unlike ask($link, '-H Origin:https://other.example.com'), qr/^Access-Control-Allow-Origin/m, 'and of no other';
    },

    format => sub {
        my $sign = sub {
            my ($user, $path, $key) = @_;
            my $at = later();
            return '/films/film.txt?sig=' . hmac_sha256_hex("$at\n$user\n$path", $key // $secret) . "&exp=$at&user=$user";
        };
        my $good = $sign->('anna', '/films/film.txt');
        gives 200, $good, 'a link signed just now', qr/^It opens\.$/m;
        gives 403, $sign->('anna', '/films/other.txt'), 'a link for another path';
        gives 403, $good =~ s/(?<=exp=)(\d+)/$1 + 60/er, 'a later expiry';
        gives 403, $good =~ s/&user=anna//r, 'without the user';
        gives 403, "/dl/anna/films/film.txt", 'a path without a token';
    },

    akamai => sub {
        my $token = sub { my ($claims) = @_; return "$claims~hmac=" . hmac_sha256_hex($claims, pack 'C*', 0 .. 31) };
        my $good = $token->('exp=' . later() . '~acl=/films/*');
        gives 200, "/films/film.txt?hdnts=$good", 'a token made just now', qr/^X-Key: 1\r$/m;
        gives 403, '/films/film.txt?hdnts=' . $good =~ s/films/*/r, 'another pattern';
        gives 403, "/films/film.txt?hdnts=x", 'a broken token in the query', undef, "-H 'Cookie: hdnts=$good'";
        gives 403, '/films/film.txt?hdnts=' . $token->('exp=' . earlier(2) . '~acl=/films/*'), 'a token that just expired';
    },

    bunny => sub {
        my $sign = sub {
            my ($path, $at) = ($_[0], $_[1] // later());
            return 'token=HS256-' . encode_base64url(hmac_sha256("$path$at", $secret)) . "&expires=$at";
        };
        gives 200, '/clips/film.txt?' . $sign->('/clips/film.txt'), 'a link signed just now', qr/^It opens\.$/m;
        gives 403, '/clips/film.txt?' . $sign->('/clips/other.txt'), 'a link for another path';
        gives 403, '/clips/film.txt?' . $sign->('/clips/film.txt', earlier(2)), 'a link that just expired';
        gives 403, '/clips/film.txt', 'no token';
    },

    moving => sub {
        my $film = '/films/film.txt';
        my ($new, $old) = map { "example-$_-secret-replace-it" } qw(gcore azion);
        gives 200, gcore($film, secret => $new), 'a link of the new scheme, signed just now', qr/^X-Scheme: gcore\r$/m;
        gives 200, azion($film, secret => $old), 'one of the old scheme', qr/^X-Scheme: azion\r$/m;
        gives 403, gcore($film, secret => $old), 'the old secret for the new scheme';
        gives 403, azion($film, secret => $new), 'the new secret for the old scheme';
        my $log = access_log();
        like $log, qr{"GET \Q$film\E" 200 PASSED gcore key=new$}m, 'the log says which links are new';
        like $log, qr{"GET \Q$film\E" 200 PASSED azion key=old$}m, 'and which are old';
    },

    gcore => sub {
        my ($film, $private) = ('/videos/film.txt', '/private/film.txt');
        my $good = gcore($film, secret => $secret);
        gives 200, $good, 'a link signed just now', qr/^It opens\.$/m;
        gives 410, gcore($film, secret => $secret, expires => earlier(2)), 'a link that just expired';
        gives 403, $good =~ s/film/other/r, 'another path';
        gives 403, $good =~ s/(?<=expires=)(\d+)/$1 + 60/er, 'a later expiry';
        gives 403, $good =~ s/videos/private/r, 'in the other location';
        gives 403, $film, 'no token';

        my $bound = gcore($private, secret => $secret, ip => '127.0.0.1');
        gives 200, $bound, 'bound to 127.0.0.1', qr/^It opens\.$/m;
        gives 403, $bound, 'passed on to 127.0.0.2', undef, '--interface 127.0.0.2';
        gives 403, $bound =~ s/private/videos/r, 'bound, where nothing is bound';
        gives 200, gcore($private, secret => $secret, ip => '127.0.0.2'), 'bound to 127.0.0.2', undef,
            '--interface 127.0.0.2';
    },

    leaseweb => sub {
        my $film = '/videos/film.txt';
        my $bound = leaseweb($film, secret => $secret, ip => '127.0.0.1');
        gives 200, $bound, 'a link signed just now', qr/^It opens\.$/m;
        gives 403, $bound, 'passed on to 127.0.0.2', undef, '--interface 127.0.0.2';
        gives 200, leaseweb($film, secret => $secret, ip => '127.0.0.2'), 'bound to 127.0.0.2', undef, '--interface 127.0.0.2';
        gives 410, leaseweb($film, secret => $secret, ip => '127.0.0.1', expires => earlier(2)), 'a link that just expired';
        gives 403, leaseweb($film, secret => $secret), 'bound to nobody';
        gives 200, leaseweb('/open/film.txt', secret => $secret), 'bound to nobody, where that may be', qr/^It opens\.$/m;
        gives 403, leaseweb('/open/film.txt', secret => $secret, ip => '127.0.0.1'), 'bound, where nothing is bound';
        gives 403, $film, 'no token';
    },

    fastly => sub {
        my $film = '/videos/film.txt';
        my %with = (secret => 'ZXhhbXBsZS1zZWNyZXQtcmVwbGFjZS1pdC0wMTIzNDU=');
        my $good = fastly($film, %with);
        gives 200, $good, 'a link signed just now', qr/^It opens\.$/m;
        gives 200, fastly("$film?a=1&b", %with), 'with parameters', qr/^It opens\.$/m;
        gives 403, "$good&a=1", 'one that was not signed';
        gives 410, fastly($film, %with, expires => earlier(2)), 'a link that just expired';
        gives 403, $good =~ s/film/other/r, 'another path';
        gives 403, $good =~ s/(?<=token=)(\d+)/$1 + 60/er, 'a later expiry';
        gives 403, fastly($film), 'another secret';
    },

    'alibaba-b' => sub {
        my ($film, $far) = ('/videos/film.txt', '/videos/far.txt');
        my $good = alibaba_b($film, secret => $secret);
        gives 200, $good, 'a link signed just now', qr/^It opens\.$/m;
        gives 200, alibaba_b($far, secret => $secret), 'of the other server', qr/^X-Cache: HIT\r$/m;
        gives 200, alibaba_b("$far?b=1", secret => $secret), 'with a query of its own', qr/^X-Cache: MISS\r$/m;
        gives 404, alibaba_b('/videos/none.txt', secret => $secret), 'of a file that is nowhere';
        gives 403, alibaba_b($film, secret => $secret, time => time - 32 * 60), 'a link of half an hour ago';
        gives 200, alibaba_b($film, secret => $secret, time => time - 28 * 60), 'a link of a while ago';
        gives 403, $good =~ s/film/other/r, 'another path';
        gives 403, $good =~ s{/[0-9a-f]{32}\K}{/videos/..}r, 'the same path in another spelling';
        gives 403, alibaba_b($film), 'another secret';

        is_deeply [seen(3)], ["GET $far", "GET $far?b=1", 'GET /videos/none.txt'], 'the other server was asked once for each, and saw no token';
        my $log = access_log();
        like $log,   qr{"GET \Q$film\E" 200 PASSED "" \d+$}m, 'the log says who was let in';
        like $log,   qr{ 403 EXPIRED "expired" \d+$}m,         'whose link expired';
        unlike $log, qr{[0-9a-f]{32}/\S+" 200},                'and has no token that opens';
    },

    'proxy-cache' => sub {
        my $film = '/videos/film.txt';
        my $good = azion($film, secret => $secret);
        gives 200, $good, 'cached', qr/^X-Cache: HIT\r$/m;
        gives 403, $good =~ s/(?<=e=)(\d+)/$1 + 60/er, 'cached, but a later expiry';
        gives 410, azion($film, secret => $secret, expires => earlier(2)), 'cached, but expired';
        gives 403, $good =~ s/film/other/r, 'not cached, another path';

        gives 200, "$good&b=1&a=2", 'with a query of its own', qr/^X-Cache: MISS\r$/m;
        gives 200, azion($film, secret => $secret, expires => later(60)) =~ s/\?/?b=1&/r . '&a=2',
            'the same query around another token', qr/^X-Cache: HIT\r$/m;

        # A file whose name looks like a path with a query.
        open my $file, '>', "$try/html$film?b=1" or die $!;
        print {$file} "Another file.\n";
        close $file;
        my $other = azion("$film?b=1", secret => $secret) =~ s/\?/%3F/r;
        gives 200, $other, 'a question mark in the path', qr/^Another file\.$/m;
        gives 200, "$good&b=1", 'is no query: nothing of it in the cache', qr/^It opens\.$/m;
        gives 200, $other, 'nor the other way round', qr/^Another file\.$/m;

        is_deeply [seen(4)], [
            "GET $film", "GET $film?b=1&a=2", "GET $film%3Fb=1", "GET $film?b=1",
            ], 'the origin was asked once for each, and saw no token';
    },

    tenants => sub {
        my ($one, $two) = map { azion('/film.txt', secret => "example-secret-of-$_-replace-it") } qw(one two);
        gives 200, $one, 'the link of one at one', qr/^It opens, says one\.$/m, '-H Host:one.example.com';
        gives 200, $two, 'the link of two at two', qr/^It opens, says two\.$/m, '-H Host:two.example.com';
        gives 200, $one, 'at ONE',                 qr/says one\.$/m,            '-H Host:ONE.example.com';
        gives 403, $one, 'the link of one at two',   undef, '-H Host:two.example.com';
        gives 403, $two, 'the link of two at one',   undef, '-H Host:one.example.com';
        gives 403, $one, 'at nobody',                undef, '-H Host:three.example.com';
        gives 403, $one, 'at nobody at all',         undef, '--http1.0 -H Host:';
        gives 403, azion('/film.txt', secret => ''), 'signed with the empty secret', undef,
            '-H Host:three.example.com';

        my $log = access_log();
        like $log, qr{^two\.example\.com 127\.0\.0\.1 \[.*\] "GET /film\.txt" 403 REJECTED "signature"$}m,
            'the log has the tenant and the reason';
        like $log, qr{^three\.example\.com 127\.0\.0\.1 \[.*\] "GET /film\.txt" 403 REJECTED "no_secret"$}m,
            'and where there is no tenant';
    },

    'cdn-edge' => sub {
        my ($current, $previous) = map { "example-secret-$_-replace-it" } qw(current previous);
        my ($film, $image) = ('/films/film.txt', '/images/image.txt');
        gives 200, gcore($film, secret => $current), 'a link signed just now', qr/^X-Cache: HIT\r$/m;
        gives 200, gcore($film, secret => $previous), 'with the previous secret', qr/^X-Cache: HIT\r$/m;
        gives 200, gcore($image, secret => $current, expires => later(3600 + $_)), 'an image', qr/^X-Cache: HIT\r$/m for 1 .. 3;
        gives 200, gcore($image, secret => $current) . '&b=1', 'with another query', qr/^X-Cache: MISS\r$/m;
        gives 200, gcore('/metrics', secret => $current), 'the numbers, here', qr/^secure_token_requests_total\{label="films",scheme="gcore",status="passed",reason=""\} 6$/m;
        gives 403, '/metrics', 'the numbers, elsewhere', undef, '--interface 127.0.0.2';
        gives 404, gcore('/other', secret => $current), 'elsewhere';

        # A file of more slices than one, and one whose name looks like a path with a query.
        my $long = join '', map { sprintf "%07d\n", $_ } 1 .. 400_000;
        for (["films/long.txt", $long], ["films/film.txt?b=1", "Another file.\n"]) {
            open my $file, '>', "$try/html/$_->[0]" or die $!;
            print {$file} $_->[1];
            close $file;
        }
        my $whole = ask(gcore('/films/long.txt', secret => $current)) =~ s/\A.*?\r\n\r\n//sr;
        ok $whole eq $long, 'a long film comes whole out of its slices';
        gives 206, gcore('/films/long.txt', secret => $current), 'and a part of it', qr/^0300001$/m, '-r 2400000-2400007';
        my $other = gcore("$film?b=1", secret => $current) =~ s/\?/%3F/r;
        gives 200, $other, 'a question mark in the path', qr/^Another file\.$/m;
        gives 200, gcore($film, secret => $current) . '&b=1', 'is no query: nothing of it in the cache', qr/^It opens\.$/m;

        is_deeply [sort { $a cmp $b } seen(9)], [sort "GET $film", "GET $image", "GET $image?b=1", ('GET /films/long.txt') x 4, "GET $film%3Fb=1", "GET $film?b=1"],
            'the origin was asked once for each slice, and saw no token';

        # Who keeps sending wrong links, and who does not.
        my $wrong = gcore($film, secret => 'wrong');
        my @answers = ask("$wrong&n=[1-50]", '--interface 127.0.0.3') =~ m{^HTTP/1\.1 (\d+)}mg;
        is $answers[0], 403, 'a wrong link is refused';
        ok scalar(grep { $_ == 429 } @answers), 'and too many of them are not even looked at';
        gives 200, gcore($film, secret => $current), 'a right one from the same address opens', qr/^It opens\.$/m, '--interface 127.0.0.3';
        gives 403, $wrong, 'and another client has its own count';

        # The log, also of URLs that would break a text in quotation marks.
        ask($_) for "$film%22,%22x%22:%22?$wrong", "$film%5C%0A%FF?md5=", "/\xff%22?\xff", '/%25%00';
        my @log = map { JSON::PP->new->utf8->decode($_) } split /\n/, my $text = access_log();
        cmp_ok scalar @log, '>', 50, 'each line of the log is an object of JSON';
        unlike $text, qr/md5|expires|$1/, 'in which there is no token' if $wrong =~ /md5=([^&]+)/;
        my %of = map { ("$_->{path} $_->{status}" => $_) } @log;
        is join('|', map { $of{"$film $_->[0]"}{$_->[1]} } [200, 'token'], [200, 'key'], [403, 'reason'], [410, 'token'], [410, 'key'], [429, 'reason']),
            'PASSED|current|signature|EXPIRED|current|signature', 'it has the outcome, the secret and the reason';
        ok $of{"$film%22,%22x%22:%22 403"}, 'and paths as they were sent';

        my $metrics = ask('/metrics');
        like $metrics, qr/^secure_token_key_passed_total\{label="films",key="previous"\} 2$/m, 'the numbers tell how often the previous secret opened';
        like $metrics, qr/^secure_token_requests_total\{label="films",scheme="gcore",status="rejected",reason="signature"\} \d+$/m, 'and why links were refused';
    },

    ectoken => sub {
        SKIP: {
            skip $no_database, 1 if $no_database && !($is_debian && $ENV{SECURE_TOKEN_SKIP_NOTHING});
            ok !$no_database && -s "$try/GeoLite2-Country.mmdb", 'countries come out of a database'
                or diag $no_database;
        }
        my ($primary, $backup) = map { "example-secret-$_-replace-it" } qw(primary backup);
        my $film = '/videos/film.txt';
        my $good = ectoken($film, 'ec_expire=' . later() . '&ec_url_allow=/videos/', secret => $primary);
        gives 200, $good, 'a token made just now', qr/^It opens\.$/m;
        gives 200, "$good&b=1", 'with a query of its own';
        gives 200, ectoken($film, 'ec_url_allow=/videos/', secret => $backup), 'made with the backup key';
        gives 404, ectoken($film, 'ec_url_allow=/videos/', secret => "$backup "), 'made with another key';
        gives 404, ectoken($film, 'ec_expire=' . earlier(2), secret => $primary), 'a token that just expired';
        gives 404, $good =~ s/videos/other/r, 'another path';
        gives 404, $good =~ s/\?.{20}\K(.)/$1 eq 'A' ? 'B' : 'A'/er, 'a token that was altered';
        gives 404, $film, 'no token';
        gives 200, ectoken($film, 'ec_url_allow=/VIDEOS/', secret => $primary), 'a path in another case';

        # What the claims say of clients from different countries.
        my %from = (FR => '203.0.113.7', US => '198.51.100.7', DE => '2001:db8::7', nowhere => '192.0.2.7');
        for ([allow => FR => 'FR'], [allow => 'us, DE' => 'US DE'], [deny => FR => 'US DE nowhere']) {
            my ($claim, $list, $let_in) = @$_;
            my $link = ectoken($film, "ec_country_$claim=$list", secret => $primary);
            for my $country (sort keys %from) {
                gives $let_in =~ /$country/ ? 200 : 404, $link, "ec_country_$claim=$list from $country",
                    undef, "-H X-Forwarded-For:$from{$country}";
            }
        }

        my $log = access_log();
        like $log, qr{^203\.0\.113\.7 FR \[.*\] "GET \Q$film\E" 200 PASSED "" primary$}m,
            'the log has the country and the secret';
        like $log, qr{^198\.51\.100\.7 US \[.*\] "GET \Q$film\E" 404 REJECTED "country" primary$}m,
            'and why somebody was refused';
        like $log, qr{^127\.0\.0\.1 -? \[.*\] "GET \Q$film\E" 404 EXPIRED "expired" primary$}m, 'or too late';
        unlike $log, qr/\?/, 'but no token';
    },

    directory => sub {
        my $live = gcore('', secret => $secret, signs => '/live/tv/');
        gives 200, "/live/tv/1.ts$live",      'live: a file',               qr/^It opens\.$/m;
        gives 404, "/live/tv/none$live",      'live: a file that is not there';
        gives 403, "/live/tv/720p/1.ts$live", 'live: a sub-directory';
        gives 403, "/live/tv-2/1.ts$live",    'live: a name that begins alike';
        gives 403, "/live/1.ts$live",         'live: the directory above';
        gives 403, '/live/tv/1.ts',           'live: no token';
        gives 403, "/live/tv/%2e%2e/1.ts$live",     'live: dots to the directory above';
        gives 403, "/live/tv/720p%2f1.ts$live",     'live: an encoded slash';
        gives 200, "/live/tv/720p/../1.ts$live",    'live: dots back to where it is for';
        gives 410, gcore('/live/tv/1.ts', secret => $secret, signs => '/live/tv/', expires => earlier(2)),
            'live: expired';
        gives 403, gcore('/live/tv/1.ts', secret => $secret), 'live: a token for the file';

        my $vod = gcore('', secret => $secret, signs => '/vod/film/');
        gives 200, "/vod/film/all.m3u8$vod",  'vod: a file',          qr/^It opens\.$/m;
        gives 200, "/vod/film/720p/1.ts$vod", 'vod: a sub-directory', qr/^It opens\.$/m;
        gives 403, "/vod/other/all.m3u8$vod", 'vod: another title';
        gives 403, "/vod/film-2/all.m3u8$vod", 'vod: a title that begins alike';
        gives 403, "/vod/film/../other/all.m3u8$vod", 'vod: dots to another title';
        gives 403, "/vod/film%2f..%2fother/all.m3u8$vod", 'vod: the same with encoded slashes';
        gives 403, '/vod/film/720p/1.ts' . gcore('', secret => $secret, signs => '/vod/film/720p/'),
            'vod: a token for the sub-directory';

        my $hls = join '/', '/hls', gcore('', secret => $secret, signs => '/vod/film/') =~ /md5=(.*)&expires=(.*)/;
        gives 200, "$hls/vod/film/720p/1.ts",             'hls: a sub-directory', qr/^It opens\.$/m;
        gives 200, "$hls/vod/film/720p/../all.m3u8",      'hls: dots back to where it is for';
        gives 403, "$hls/vod/other/all.m3u8",             'hls: another title';
        gives 403, "$hls/vod/film/../other/all.m3u8",     'hls: dots to another title';
        gives 403, "$hls/vod/film/%0a/../../other/all.m3u8", 'hls: the same behind a newline';
        gives 403, "$hls/live/tv/1.ts",                   'hls: what is not there for it';
        gives 403, '/hls/vod/film/all.m3u8',              'hls: no token';
        gives 403, "/hls/x/9/vod/film/all.m3u8?" . $hls =~ s{/hls/(.*)/(.*)}{md5=$1&expires=$2}r, 'hls: in the query';
        gives 410, join('/', '/hls', gcore('', secret => $secret, signs => '/vod/film/', expires => earlier(2)) =~ /md5=(.*)&expires=(.*)/)
            . '/vod/film/all.m3u8', 'hls: expired';
    },
);

my @examples = map { m{([^/]+)\.conf$} } glob "'$FindBin::Bin/../nginx-conf/*.conf'";
is_deeply [sort @examples], [sort keys %more], 'every file has its tests';
for my $name (sort @examples) {
    subtest $name => sub { example($name, $more{$name}) };
}

done_testing;
