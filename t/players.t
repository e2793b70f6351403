# What docs/players.md says of players: each of its ways is played by one that resolves names as RFC 3986
# says and adds nothing.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Documents;
use Recipe;
use SecureToken::Player;

my $guide = "$ROOT/docs/players.md";
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
    my $recipe = Recipe->new($guide, 'The token in the playlist');
    my $nginx = put_files(Documents::Nginx->new($recipe->{config}[0] =~ s/^ *sub_filter.*\n//mgr, $types))->start;
    is_deeply [SecureToken::Player->new->play(at($nginx, $recipe->link($nginx, 0)))],
        ['200 /vod/film/all.m3u8', '403 /vod/film/audio/en.m3u8', '403 /vod/film/720p/index.m3u8'], 'with a query alone the playlist opens and no more';
    like $nginx->log, qr/secure_token: missing, [^\n]*"GET \/vod\/film\/720p\/index\.m3u8 HTTP/, 'missing, because the query is not there';
    is $nginx->status($recipe->link($nginx, 0) =~ s/all\.m3u8/720p\/index.m3u8/r), 200, 'though the token would open that too';
    $nginx->stop;
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

# --- In the playlist ---------------------------------------------------------------------------------

SKIP: {
    my $recipe = Recipe->new($guide, 'The token in the playlist');
    my $missing = $recipe->nginx(0)->lacks;
    skip "this NGINX has no $missing", 1 if $missing;
    my $origin = put_files(Documents::Nginx->new("$types gzip on; gzip_types application/vnd.apple.mpegurl; gzip_min_length 1; gzip_proxied any; gzip_http_version 1.0;"))->start;
    my @proxied = (['127.0.0.1:8081', "127.0.0.1:$origin->{port}"]);
    my $other_query = sub { $_[0] =~ s{/vod/film/}{$_[1]}r };
    for my $way (['files', 0, $types], ['an upstream', 1, @proxied]) {
        my ($what, $number, @with) = @$way;
        my $nginx = put_files($recipe->nginx($number, @with))->start;
        my $link = $recipe->link($nginx, 0);
        is_deeply [SecureToken::Player->new->play(at($nginx, $link), @$_)], [SecureToken::Player::whole('/vod/film/')],
            "playlist: all of it plays, from $what, asked with (@$_)" for [], ['-H', 'Accept-Encoding: gzip'];
        like(SecureToken::Player->new->ask(at($nginx, $link), '-H', 'Range: bytes=0-')->{body}, qr/^720p\/index\.m3u8\?md5=/m,
            "playlist: from $what, a range of it is all of it");
        refuses($recipe, $nginx, 0, $other_query);
        $nginx->stop;
    }

    # Why the upstream is asked not to compress.
    my $nginx = $recipe->nginx(1, @proxied, ['proxy_set_header  Accept-Encoding "";', ''])->start;
    my $answer = SecureToken::Player->new->ask(at($nginx, $recipe->link($nginx, 0)), '-H', 'Accept-Encoding: gzip');
    like $answer->{head}, qr/^Content-Encoding: gzip/mi, 'playlist: what is compressed comes through';
    unlike $answer->{body}, qr/\A#EXTM3U/, 'playlist: as it is';
    $_->stop for $nginx, $origin;
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
    is $set->($browser->ask(at($nginx, $link))), "link=$query; Path=/vod/film/; HttpOnly; Secure; SameSite=None", 'cookie: for this title and no script';
    is $set->($browser->ask(at($nginx, '/vod/film/720p/1.ts'))), '', 'cookie: not set anew where it came';
    is $set->($browser->ask(at($nginx, $link =~ s/film/other/r))), '', 'cookie: none with a refusal';
    is $set->($browser->ask(at($nginx, '/vod/film;Domain=example.com/../film/all.m3u8' . "?$query"))), "link=$query; Path=/vod/; HttpOnly; Secure; SameSite=None",
        'cookie: a path says nothing but a path';

    is $browser->ask(at($nginx, '/vod/other/all.m3u8'))->{status}, 403, 'cookie: another title';
    is $nginx->status('/vod/other/all.m3u8', '-H', "Cookie: link=$query"), 403, 'cookie: another title, though it is sent';
    my ($old) = $recipe->link($nginx, 0, 'expired') =~ /\?(.*)/;
    is $nginx->status('/vod/film/720p/1.ts', '-H', "Cookie: link=$old"), 410, 'cookie: an expired token';
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

done_testing;
