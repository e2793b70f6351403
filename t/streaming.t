# What docs/streaming.md says: each of its ways is played by one that resolves names as RFC 3986
# says and adds nothing.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use File::Basename qw(dirname);
use Test::More;
use Documents;
use Recipe;
use SecureToken::Player;

my $guide = "$ROOT/docs/streaming.md";
my $types = 'types { application/vnd.apple.mpegurl m3u8; }';

# Two titles, where the configurations look for them.
sub put_files {
    my ($nginx) = @_;
    for my $title (qw(film other film-2)) {
        for my $name (keys %SecureToken::Player::STREAM) {
            $nginx->file("$_/vod/$title/$name", $SecureToken::Player::STREAM{$name}) for qw(html srv/www);
        }
    }
    return $nginx;
}

sub at { my ($nginx, $uri) = @_; return "http://127.0.0.1:$nginx->{port}$uri" }

# What every way must keep: that nothing else opens. `elsewhere` makes a link to another title of one.
sub refuses {
    my ($recipe, $nginx, $number, $elsewhere) = @_;
    my $link = $recipe->link($nginx, $number);
    my $what = $recipe->{heading};
    is $nginx->status($_), 403, "$what: no token: $_" for '/vod/film/all.m3u8', '/vod/film/720p/1.ts', '/vod/film/';
    is $nginx->status($elsewhere->($link, $_)), 403, "$what: the token of another title: $_" for '/vod/other/', '/vod/film-2/', '/vod/film/../other/', '/vod/';
    is $nginx->status($recipe->link($nginx, $number, 'expired')), 410, "$what: an expired token";
    return;
}

# --- What a player asks for --------------------------------------------------------------------------

is join(' ', map { URI->new_abs($_, 'http://h/vod/film/all.m3u8?md5=x&expires=1')->path_query } '720p/index.m3u8', '../film/720p/1.ts', 'film.key'),
    join(' ', slurp($guide) =~ /^\| `[^`]+` \| `([^`]+)` \|$/mg), 'the names in the table come out as it says';

{
    # One token for the directory, and nothing that hands it on.
    my $recipe = Recipe->new($guide, 'The same token for all names');
    my $nginx = put_files($recipe->nginx(0, [' pass;', ' off;'], $types))->start;
    is_deeply [SecureToken::Player->new->play(at($nginx, $recipe->link($nginx, 0)))],
        ['200 /vod/film/all.m3u8', '403 /vod/film/audio/en.m3u8', '403 /vod/film/720p/index.m3u8'], 'with a query alone the playlist opens and no more';
    like $nginx->log, qr/secure_token: missing, [^\n]*"GET \/vod\/film\/720p\/index\.m3u8 HTTP/, 'missing, because the query is not there';
    is $nginx->status($recipe->link($nginx, 0) =~ s/all\.m3u8/720p\/index.m3u8/r), 200, 'though the token would open that too';
    $nginx->stop;
}

# --- A token for each name ---------------------------------------------------------------------------

{
    my $recipe = Recipe->new($guide, 'A token for each name');
    my $origin = put_files(Documents::Nginx->new("$types gzip on; gzip_types application/vnd.apple.mpegurl; gzip_min_length 1; gzip_proxied any; gzip_http_version 1.0;"))->start;
    for my $way (['files', 0, $types], ['an upstream', 1, ['127.0.0.1:8081', "127.0.0.1:$origin->{port}"]]) {
        my ($what, $number, @with) = @$way;
        my $nginx = put_files($recipe->nginx($number, @with))->start;
        my $link = $recipe->link($nginx, 0);
        is_deeply [SecureToken::Player->new->play(at($nginx, $link), @$_)], [SecureToken::Player::whole('/vod/film/')],
            "a token for each: all of it plays, from $what, asked with (@$_)" for [], ['-H', 'Accept-Encoding: gzip'];
        like(SecureToken::Player->new->ask(at($nginx, $link), '-H', 'Range: bytes=0-')->{body}, qr/^720p\/index\.m3u8\?st=/m,
            "a token for each: from $what, a range of a playlist is all of it");
        refuses($recipe, $nginx, 0, sub { $_[0] =~ s{/vod/film/}{$_[1]}r });
        is $nginx->status($link =~ s/all\.m3u8/720p\/1.ts/r), 403, "a token for each: from $what, that of the playlist opens no segment";
        $nginx->stop;
    }
    $origin->stop;
    $recipe->done;

    my $nginx = put_files($recipe->nginx(0, [' under=$title', ' under=/vod/'], $types));
    $nginx->file('html/vod/film/beside.m3u8', "#EXTM3U\n../film/720p/1.ts\n../film-2/720p/1.ts\n/etc/1.ts\n");
    $nginx->start;
    my $link = $recipe->link($nginx, 0, ['all.m3u8', 'beside.m3u8']);
    is_deeply [SecureToken::Player->new->play(at($nginx, $link))],
        ['200 /vod/film/beside.m3u8', '200 /vod/film/720p/1.ts', '200 /vod/film-2/720p/1.ts', '404 /etc/1.ts'], 'a token for each: below what is said';
    $nginx->stop;
    $nginx = put_files($recipe->nginx(0, [' under=$title', ''], $types));
    $nginx->file('html/vod/film/beside.m3u8', "#EXTM3U\n../film/720p/1.ts\n../film-2/720p/1.ts\n");
    $nginx->start;
    is_deeply [SecureToken::Player->new->play(at($nginx, $link))],
        ['200 /vod/film/beside.m3u8', '200 /vod/film/720p/1.ts', '403 /vod/film-2/720p/1.ts'], 'a token for each: below the directory of the playlist';
    $nginx->stop;
}

# --- The same token for all names --------------------------------------------------------------------

{
    my $recipe = Recipe->new($guide, 'The same token for all names');
    my $nginx = put_files($recipe->nginx(0, $types))->start;
    my $link = $recipe->link($nginx, 0);
    is_deeply [SecureToken::Player->new->play(at($nginx, $link))], [SecureToken::Player::whole('/vod/film/')], 'the same token: all of it plays';
    refuses($recipe, $nginx, 0, sub { $_[0] =~ s{/vod/film/}{$_[1]}r });
    is $nginx->status($link =~ s/all\.m3u8/720p\/1.ts/r), 200, 'the same token: it is one for the whole title';
    $nginx->stop;
    $recipe->done;
}

# --- In the path -------------------------------------------------------------------------------------

{
    my $recipe = Recipe->new($guide, 'The token in the path');
    my $nginx = put_files($recipe->nginx(0, $types, 'location /vod/ { return 403; }'))->start;
    my $link = $recipe->link($nginx, 0);
    my ($place) = $link =~ m{^(/hls/[\w-]{22}/\d+/vod/film/)all\.m3u8$} or fail "a link with the token in the path: $link";
    is_deeply [SecureToken::Player->new->play(at($nginx, $link))], [SecureToken::Player::whole($place)], 'path: all of it plays';
    is_deeply [SecureToken::Player->new->play(at($nginx, $link), '-H', 'Range: bytes=0-')],
        [map { s/^200/206/r } SecureToken::Player::whole($place)], 'path: also in ranges';
    refuses($recipe, $nginx, 0, sub { $_[0] =~ s{/vod/film/}{$_[1]}r });
    is $nginx->status($link =~ s/(?<=\/)(\d+)(?=\/vod)/$1 + 1/er), 403, 'path: a later expiry';
    is $nginx->status('/hls/vod/film/all.m3u8'), 403, 'path: no token';
    is $nginx->status($link =~ s/all\.m3u8/none.ts/r), 404, 'path: a file that is not there';
    $nginx->stop;
    $recipe->done;
}

# --- In a cookie -------------------------------------------------------------------------------------

{
    my $recipe = Recipe->new($guide, 'The token in a cookie');
    my $nginx = put_files($recipe->nginx(0, $types))->start;
    my $link = $recipe->link($nginx, 0);
    my ($query) = $link =~ /\?(.*)/;
    my $browser = SecureToken::Player->new(cookies => 1);
    is_deeply [$browser->play(at($nginx, $link))], [SecureToken::Player::whole('/vod/film/')], 'cookie: all of it plays';
    is_deeply [SecureToken::Player->new->play(at($nginx, $link))],
        ['200 /vod/film/all.m3u8', '403 /vod/film/audio/en.m3u8', '403 /vod/film/720p/index.m3u8'], 'cookie: not to who keeps none';
    my $set = sub { join ' | ', $_[0]{head} =~ /^Set-Cookie: (.*?)\r?$/mig };
    like $set->($browser->ask(at($nginx, $link))), qr{^film=\Q$query\E; Path=/vod/film/; Max-Age=\d+; HttpOnly$}, 'cookie: for this title and no script';
    is $set->($browser->ask(at($nginx, '/vod/film/720p/1.ts'))), '', 'cookie: not set anew where it came';
    is $set->($browser->ask(at($nginx, $link =~ s/film/other/r))), '', 'cookie: none with a refusal';

    is $browser->ask(at($nginx, '/vod/other/all.m3u8'))->{status}, 403, 'cookie: another title';
    is $nginx->status('/vod/other/all.m3u8', '-H', "Cookie: film=$query"), 403, 'cookie: another title, though it is sent';
    my ($old) = $recipe->link($nginx, 0, 'expired') =~ /\?(.*)/;
    is $nginx->status('/vod/film/720p/1.ts', '-H', "Cookie: film=$old"), 410, 'cookie: an expired token';
    refuses($recipe, $nginx, 0, sub { $_[0] =~ s{/vod/film/}{$_[1]}r });
    $nginx->stop;
    $recipe->done;

    # A title with a blank: the path of the cookie is the one that browsers compare.
    $nginx = $recipe->nginx(0, $types);
    $nginx->file("html/vod/my film/$_", $SecureToken::Player::STREAM{$_}) for keys %SecureToken::Player::STREAM;
    $nginx->start;
    $link = $recipe->link($nginx, 0, ['--path /vod/film/', "--path '/vod/my film/'"], ['com/vod/film/', 'com/vod/my%20film/']);
    is_deeply [$browser->play(at($nginx, $link))], [SecureToken::Player::whole('/vod/my%20film/')], 'cookie: a title with a blank';
    $nginx->stop;
}

# --- DASH --------------------------------------------------------------------------------------------

{
    my $recipe = Recipe->new($guide, 'DASH');
    my $manifest = '<MPD><Period><AdaptationSet><SegmentTemplate media="720p/$Number$.m4s"/></AdaptationSet></Period></MPD>';
    my $nginx = $recipe->nginx(0);
    for my $title (qw(film other)) {
        $nginx->file("html/dash/$title/all.mpd", $manifest);
        $nginx->file("html/dash/$title/720p/7.m4s", "the segment\n");
    }
    $nginx->start;
    my $player = SecureToken::Player->new;
    my $link = $recipe->link($nginx, 0);
    my ($media) = $player->ask(at($nginx, $link))->{body} =~ /media="([^"]+)"/;
    my $segment = '/dash/film/' . $media =~ s/\$Number\$/7/r =~ s/&amp;/&/r;
    is $player->ask(at($nginx, $segment))->{body}, "the segment\n", 'DASH: the template has the token';
    is $nginx->status($segment =~ s/film/other/r), 403, 'DASH: which is not for another title';
    is $nginx->status($segment =~ s/\?.*//r), 403, 'DASH: and without it nothing opens';
    $nginx->stop;
    $recipe->done;
}

# --- Pages of other sites ----------------------------------------------------------------------------

{
    my $recipe = Recipe->new($guide, 'Pages of other sites');
    my $nginx = put_files($recipe->nginx(0, $types))->start;
    my $link = Recipe->new($guide, 'A token for each name')->link($nginx, 0);
    for (['it opens', 200, $link], ['it does not', 403, $link =~ s/film/other/r]) {
        my ($what, $status, $uri) = @$_;
        my $answer = SecureToken::Player->new->ask(at($nginx, $uri));
        is $answer->{status}, $status, "another site: $what";
        like $answer->{head}, qr/^Access-Control-Allow-Origin: \*\r?$/mi, "another site: its page may know that $what";
    }
    $nginx->stop;
    $recipe->done;
}

# --- When it does not play ---------------------------------------------------------------------------

{
    my $recipe = Recipe->new($guide, 'A token for each name');
    my $nginx = put_files($recipe->nginx(0, $types));
    my ($link) = $recipe->link($nginx, 0);
    my ($command) = slurp($guide) =~ /^  (secure-token playlist .*)$/m;
    $command =~ s{/etc/nginx/}{$nginx->{dir}/conf/};
    $command =~ s{/usr/share/nginx/html/}{$nginx->{dir}/html/};
    $command =~ s{(?<=example\.com)/[^']+}{$link};
    local $ENV{PATH} = dirname($ENV{SECURE_TOKEN_CLI} // "$ROOT/build/secure-token") . ":$ENV{PATH}";
    like scalar `$command`, qr{^4\s+signed\s+URI line\s+720p/index\.m3u8 -> /vod/film/720p/index\.m3u8$}m, 'the command tells what becomes of a link';
}

done_testing;
