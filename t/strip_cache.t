# secure_token_strip with a cache: one copy of a file for all tokens, in which nothing is left of them.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use File::Find qw(find);
use Test::More;
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Nginx;

my $slice = $SecureToken::Nginx::V =~ /--with-http_slice_module/
    ? 'location /slice/ { slice 1k; proxy_cache_key $uri$is_args$args$slice_range; proxy_set_header Range $slice_range; proxy_pass http://unix:DIR/origin.sock; }
       location /slice-default/ { slice 1k; proxy_cache_key $proxy_host$secure_token_args$uri$slice_range; proxy_set_header Range $slice_range; proxy_pass http://unix:DIR/origin.sock; }'
    : '';
my $nginx = SecureToken::Nginx->new;
$nginx->write($_, join '', map { sprintf "%03d.......\n", $_ } 0 .. 930) for map { "html/$_/film.txt" } qw(slice slice-default);
$nginx->configure(http => <<"CONF");
    log_format asked '\$request range=\$http_range';
    proxy_cache_path DIR/cache levels=1:2 keys_zone=cache:4m use_temp_path=off;
    upstream origin { server unix:DIR/origin.sock; }
    server {
        listen unix:DIR/nginx.sock;
        secure_token        azion;
        secure_token_secret $SECRET;
        secure_token_strip  on;
        set \$upstream origin;

        proxy_http_version 1.1;
        proxy_cache        cache;
        proxy_cache_valid  200 206 1h;
        proxy_cache_lock   on;
        add_header X-Cache \$upstream_cache_status;
        add_header X-Asked \$request_uri always;

        location /default/  { proxy_pass http://origin; }
        location /uri/      { proxy_pass http://origin; proxy_cache_key \$uri\$is_args\$args; }
        location /whole/    { proxy_pass http://origin; proxy_cache_key \$scheme\$proxy_host\$uri\$is_args\$args; }
        location /moved/    { proxy_pass http://origin/to/; }
        location /variable/ { proxy_pass http://\$upstream; }
        location /gcore/    { secure_token gcore; proxy_pass http://origin; }
        location /ectoken/  { secure_token ectoken; proxy_pass http://origin; }
        location /off/      { secure_token_strip off; proxy_pass http://origin; }
        location /dry-run/  { secure_token_dry_run on; proxy_pass http://origin; }
        $slice
    }
    server {
        listen unix:DIR/origin.sock;
        access_log DIR/origin.log asked;
        location /      { return 200 "\$request_uri"; }
        location /slice { root DIR/html; }
    }
CONF
$nginx->start;

my $sign = later(100_000);
my %link = (gcore => \&gcore, ectoken => sub { ectoken($_[0], "ec_expire=$sign", secret => $SECRET) });

# So many links of a file, each with another token, and what follows it.
sub links {
    my ($count, $file, $behind) = @_;
    my ($scheme) = $file =~ m{^/(\w+)};
    my $make = $link{$scheme} // \&azion;
    return map { $make->($file, expires => $sign++) . ($behind // '') } 1 .. $count;
}

# What the cache says about each of them: how often which word.
sub cached {
    my (@links) = @_;
    my %count;
    for my $link (@links) {
        my $answer = $nginx->get($link);
        $count{ $answer->{header}{'x-cache'} // $answer->{status} }++;
        fail "\$request_uri is $answer->{header}{'x-asked'} for $link" if ($answer->{header}{'x-asked'} // '') ne $link;
    }
    return \%count;
}

# The requests that came to the origin since this was asked last, once there are so many.
sub asked {
    my ($count) = @_;
    my @lines = split /\n/, $nginx->written('origin.log', $count);
    truncate $nginx->dir . '/origin.log', 0;
    return @lines;
}

# The header of every file in the cache, where its key stands.
sub keys_in_cache {
    my @keys;
    find({ no_chdir => 1, wanted => sub { push @keys, $nginx->read(substr $_, 1 + length $nginx->dir) =~ /^KEY: (.*)$/m if -f } }, $nginx->dir . '/cache');
    return @keys;
}

# --- one copy

for my $case (
    ['/default/film',  1000, 'with the default key'],
    ['/uri/film',      1000, 'with $uri$is_args$args'],
    ['/whole/film',    20,   'with the key that NGINX documents as the default, without the token'],
    ['/moved/film',    20,   'with a path in proxy_pass'],
    ['/variable/film', 20,   'with a variable in proxy_pass'],
    ['/gcore/film',    20,   'of gcore'],
    ['/ectoken/film',  20,   'of ectoken'],
    ['/default/a%20b%2Fc', 20, 'with a path that is encoded anew'],
) {
    my ($file, $count, $how) = @$case;
    my @links = map { s/^[^?]*/$file/r } links($count, $file =~ s/%20/ /r =~ s/%2F/\//r);
    is_deeply cached(@links), { MISS => 1, HIT => $count - 1 }, "a file has one copy for $count tokens, $how";
    is scalar(asked(1)), 1, 'and the origin was asked once';
}

# --- and one for each query of the application

is_deeply cached(links(3, '/default/film', '&b=1')), { MISS => 1, HIT => 2 }, 'another query has another copy';
is_deeply cached(links(3, '/default/film', '&b=2')), { MISS => 1, HIT => 2 }, 'and yet another';
is_deeply cached(map { s/\?/?b=2&/r } links(3, '/default/film')), { HIT => 3 }, 'wherever the token stands in it';
is_deeply cached(links(3, '/default/film?b=1')), { 403 => 3 }, 'a link for a path with a question mark is no link with a query';
is_deeply cached(map { s/\?b=1/%3Fb=1/r } links(2, '/default/film?b=1')), { MISS => 1, HIT => 1 }, 'and its file is another copy';
my @seen = asked(3);
is_deeply [map { /^GET (\S+)/ } @seen], ['/default/film?b=1', '/default/film?b=2', '/default/film%3Fb=1'], 'the origin saw each of them once, without a token';

# --- to whom it is served

is_deeply cached('/default/film', azion('/default/film', secret => 'x'), azion('/default/film', expires => earlier())), { 403 => 2, 410 => 1 },
    'what is cached does not open without a token that is right';
my @refused = map { azion('/dry-run/film', secret => 'x', expires => later($_)) } 1, 2;
is_deeply cached(@refused, @refused), { MISS => 2, HIT => 2 }, 'a link that a dry run spares has a copy of its own';
is_deeply cached(links(3, '/dry-run/film')), { MISS => 1, HIT => 2 }, 'and one that is right shares';

# --- what is left of the token

my @all  = keys_in_cache();
my @kept = grep { /\b(?:st|md5|e|expires)=|\?[\w-]{40}/ } @all;
is scalar(@all), 14, 'each copy is a file of the cache';
is scalar(@kept), 2, 'and no key has a token, but those of the two that a dry run spared' or diag join "\n", @kept;
is_deeply cached(links(3, '/off/film')), { MISS => 3 }, 'without secure_token_strip each token has a copy';
is scalar(grep { /\?st=[\w-]{22}&e=\d{10}$/ } keys_in_cache()), 5, 'and stands in its key';
is scalar(asked(6)), 6, 'and all of them came from the origin';

# --- slices

SKIP: {
    skip 'this NGINX is built without the slice module', 1 unless $slice;
    my $file = $nginx->read('html/slice/film.txt');
    for my $place (qw(slice slice-default)) {
        my ($whole, @others) = links(12, "/$place/film.txt");
        my $answer = $nginx->curl('-w', ' %{http_code}', "http://localhost$whole");
        ok $answer eq "$file 200", "$place: a file comes whole out of its slices";
        my $slices   = int(length($file) / 1024) + 1;
        my @requests = asked($slices);
        is scalar(@requests), $slices, "$place: the origin was asked for each slice";
        is_deeply [grep { !m{^GET /$place/film\.txt HTTP/1\.1 range=bytes=\d+-\d+$} } @requests], [], "$place: by requests without a token";
        my $from = 0;
        for my $link (@others) {
            my $part = $nginx->curl('-w', ' %{http_code}', '-r', $from . '-' . ($from + 1500), "http://localhost$link");
            is $part, substr($file, $from, 1501) . ' 206', "$place: with another token, the bytes from $from";
            $from += 777;
        }
        is_deeply [asked(0)], [], "$place: out of the cache";
    }
    is_deeply [grep { /slice/ && /\bst=/ } keys_in_cache()], [], 'no key of a slice has a token';
}

$nginx->stop;
is $nginx->alarms, '', 'nothing alarming in the log';
done_testing;
