# What docs/recipes.md shows: each configuration in a real NGINX, asked with the links that the commands
# there print and with others that must not open.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use File::Temp ();
use Test::More;
use Documents;
use Recipe;
use SecureToken::Gateway;

my $recipes = "$ROOT/docs/recipes.md";
my %done;

# Tries one section. The code gets it, and ends with `done` of it.
sub recipe {
    my ($heading, $try) = @_;
    $done{$heading} = 1;
    my $recipe = Recipe->new($recipes, $heading);
    my $missing = join ', ', map { Documents::Nginx->new($_)->lacks || () } @{ $recipe->{config} };
    subtest $heading => sub {
        plan skip_all => "this NGINX has no $missing" if $missing;
        $try->($recipe);
        $recipe->done;
    };
}

# What curl gets: the body, or with -i all of it.
sub body {
    my ($nginx, $uri, @options) = @_;
    open my $curl, '-|', 'curl', '-sS', '--path-as-is', @options, "http://127.0.0.1:$nginx->{port}$uri" or die "curl: $!\n";
    local $/;
    return scalar(<$curl>) // '';
}

# An upstream that tells what it was asked.
sub origin {
    return Documents::Nginx->new('merge_slashes off; location / { return 200 "$request_method $request_uri at $http_host <$http_authorization$http_cookie>\n"; }')->start;
}

recipe 'The query is signed too' => sub {
    my ($recipe) = @_;
    my $origin = origin();
    my @upstream = (['127.0.0.1:8081', "127.0.0.1:$origin->{port}"]);
    my $nginx = $recipe->nginx(0, @upstream)->start;
    my $link = $recipe->link($nginx, 0);
    like body($nginx, $link), qr{^GET /images/a\.jpg\?w=200&h=100 at }, 'the link, and the service sees what was signed';
    is $nginx->status($link =~ s/(.*)\?(.*)&(st=.*)/$1?$3&$2/r), 200, 'the token in front';
    is $nginx->status($recipe->link($nginx, 0, 'expired')), 410, 'expired';
    my %altered = (
        'another size'     => $link =~ s/w=200/w=9000/r,
        'a second size'    => "$link&w=9000",
        'another name'     => "$link&x=1",
        'another order'    => $link =~ s/w=200&h=100/h=100&w=200/r,
        'another spelling' => $link =~ s/w=200/w=%3200/r,
        'no size'          => $link =~ s/w=200&h=100&//r,
        'another image'    => $link =~ s/a\.jpg/b.jpg/r,
        'no token'         => $link =~ s/&st=.*//r,
    );
    is $nginx->status($altered{$_}), 403, $_ for sort keys %altered;
    my $bare = $recipe->link($nginx, 0, ["'/images/a.jpg?w=200&h=100'", "'/images/a.jpg?'"], ['a.jpg?w=200&h=100', 'a.jpg']);
    is $nginx->status($bare), 200, 'no query: signed with its mark';
    $nginx->stop;

    # What is said of $arg_w.
    $nginx = $recipe->nginx(0, @upstream, ['$uri?$secure_token_args', '$uri?w=$arg_w'])->start;
    $link = $recipe->link($nginx, 0, ['w=200&h=100', 'w=200'], ['w=200&h=100', 'w=200']);
    is $nginx->status($link), 200, '$arg_w: opens';
    is $nginx->status($link =~ s/w=200/w=201/r), 403, '$arg_w: but not for another';
    like body($nginx, $link =~ s/w=200/$_/r), qr{^GET /images/a\.jpg\?\Q$_\E at }, "\$arg_w: and with $_" for 'w=200&w=9000', 'W=200&w=9000', 'w=200&anything=else';
    $_->stop for $nginx, $origin;
};

recipe 'A link that reads and a link that writes' => sub {
    my ($recipe) = @_;
    my $nginx = $recipe->nginx(0);
    $nginx->file('srv/www/exchange/report.txt', "as it was\n");
    $nginx->start;
    my ($read, $write) = map { $recipe->link($nginx, $_) } 0, 1;
    my @put = ('-T', "$nginx->{dir}/upload");
    $nginx->file('upload', "as it is\n");
    is $nginx->status($read), 200, 'reading';
    is $nginx->status($read, '-I'), 200, 'asking for the head';
    is $nginx->status($read, @put), 403, 'writing with a link that reads';
    is $nginx->status($write), 403, 'reading with a link that writes';
    is $nginx->status($write =~ s/report/other/r, @put), 403, 'writing another file';
    is $nginx->status($_, '-X', 'DELETE'), 403, 'another method' for $read, $write;
    is $nginx->status('/exchange/report.txt', @put), 403, 'writing without a link';
    is $nginx->status($recipe->link($nginx, 1, 'expired'), @put), 410, 'writing too late';
    is slurp("$nginx->{dir}/srv/www/exchange/report.txt"), "as it was\n", 'nothing of that wrote anything';
    is $nginx->status($write, @put), 204, 'writing';
    is body($nginx, $read), "as it is\n", 'what was written';
    $nginx->stop;
};

recipe 'A link for one host' => sub {
    my ($recipe) = @_;
    my $nginx = $recipe->nginx(0);
    $nginx->file('html/videos/film.mp4', "a film\n");
    $nginx->start;
    my $link = $recipe->link($nginx, 0);
    is $nginx->status($link, '-H', "Host: $_->[0]"), $_->[1], "at $_->[0]"
        for ['cdn.example.com', 200], ['CDN.example.com:8080', 200], ['www.example.com', 403], ['cdn.example.com.evil.example', 403];
    is $nginx->status($link), 403, 'at an address';
    is $nginx->status($link, '--http1.0', '-H', 'Host:'), 403, 'at nobody';
    is $nginx->status('/videos/film.mp4', '-H', 'Host: cdn.example.com'), 403, 'no token';
    is $nginx->status($recipe->link($nginx, 0, 'expired'), '-H', 'Host: cdn.example.com'), 410, 'expired';
    $nginx->stop;
};

recipe 'A network in place of an address' => sub {
    my ($recipe) = @_;
    # Here a client may say where it is.
    my $nginx = $recipe->nginx(0, ['secure_token  ', 'set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For; secure_token  ']);
    $nginx->file('html/personal/film.mp4', "a film\n");
    $nginx->start;
    my @links = map { $recipe->link($nginx, $_) } 0, 1;
    my %opens = (
        '192.0.2.7'           => [200, 403], '192.0.2.255'     => [200, 403], '::ffff:192.0.2.9' => [200, 403], '192.0.3.7' => [403, 403],
        '2001:db8:1:2::7'     => [403, 200], '2001:DB8:1:2:3:4:5:6' => [403, 200],
        '2001:db8:1:3::7'     => [403, 403], '2001:db8::7'     => [403, 403], '::1' => [403, 403],
    );
    for my $client (sort keys %opens) {
        is $nginx->status($links[$_], '-H', "X-Forwarded-For: $client"), $opens{$client}[$_], "link $_ from $client" for 0, 1;
    }
    my $whole = $recipe->link($nginx, 1, ['2001:db8:1:2::', '2001:db8::7']);
    is $nginx->status($whole, '-H', "X-Forwarded-For: $_->[0]"), $_->[1], "an address that stays whole, from $_->[0]" for ['2001:db8::7', 200], ['2001:db8::8', 403];
    is $nginx->status($recipe->link($nginx, 0, 'expired'), '-H', 'X-Forwarded-For: 192.0.2.7'), 410, 'expired';
    $nginx->stop;
};

recipe 'Names with a percent sign' => sub {
    my ($recipe) = @_;
    my ($name) = slurp($recipes) =~ /The file is called `([^`]+)`/;
    for my $number (0, 1) {
        my $nginx = $recipe->nginx($number);
        $nginx->file("html/files/$name", "the file\n");
        $nginx->start;
        my $link = $recipe->link($nginx, $number);
        is body($nginx, $link), "the file\n", "way $number: it opens";
        is $nginx->status($link =~ s/ /x/r =~ s/100/101/r), 403, "way $number: not another";
        is $nginx->status($link =~ s/%25/%2525/r), 403, "way $number: not encoded twice";
        is $nginx->status($link =~ s/%25/%/r), 400, "way $number: a percent sign that begins nothing";
        is $nginx->status($link =~ s/\+/%2b/r), $number == 0 ? 200 : 403, "way $number: another spelling";
        is $nginx->status($link =~ s/\?.*//r), 403, "way $number: no token";
        is $nginx->status($recipe->link($nginx, $number, 'expired')), 410, "way $number: expired";
        is $nginx->status($recipe->link($nginx, 1 - $number)), 403, "way $number: signed in the other way";
        $nginx->stop;
    }
};

recipe 'NGINX as the verifier of another server' => sub {
    my ($recipe) = @_;
    my $listen = ['listen 127.0.0.1:9000', 'listen 80'];
    my $verifier = $recipe->nginx(0, $listen)->start;
    my $link = $recipe->link($verifier, 0);
    my $expired = $recipe->link($verifier, 0, 'expired');
    my %altered = ('no token' => '/videos/film.mp4', expired => $expired, 'another film' => $link =~ s/film/other/r,
        'another film behind dots' => $link =~ s{film}{film/../other}r, 'a later expiry' => $link =~ s/(\d+)\z/$1 + 1/er);
    is $verifier->status($link), 204, 'the verifier: yes';
    is $verifier->status($altered{$_}), 403, "the verifier: $_" for sort keys %altered;
    is $verifier->status($_), 403, "the verifier: $_, of which it knows nothing" for '/', '/index.html', '/none';

    my $other = $recipe->nginx(1, ['127.0.0.1:9000', "127.0.0.1:$verifier->{port}"]);
    $other->file("srv/www/videos/$_.mp4", "a film\n") for qw(film other);
    $other->start;
    is body($other, $link), "a film\n", 'the other server: opens';
    is $other->status($link, '-X', 'POST', '-d', 'x=1'), 405, 'the other server: asked with a body, by a method that files have not';
    is $other->status($altered{$_}), 403, "the other server: $_" for sort keys %altered;
    is $other->status('/verify'), 404, 'the other server: not to be asked from outside';
    $_->stop for $other, $verifier;

    # What is said of 410.
    $verifier = $recipe->nginx(0, $listen, ['secure_token_expired_status  403;', ''])->start;
    $other = $recipe->nginx(1, ['127.0.0.1:9000', "127.0.0.1:$verifier->{port}"])->start;
    is $other->status($expired), 500, 'a 410 of the verifier is a 500';
    $_->stop for $other, $verifier;

    my $header = $recipe->nginx(2, $listen)->start;
    my $ask = sub { $header->status('/verify', '-H', "X-Forwarded-Uri: $_[0]") };
    is $ask->($link), 204, 'by the header: yes';
    is $ask->($altered{$_}), 403, "by the header: $_" for sort keys %altered;
    is $ask->($link =~ s/film/%66ilm/r), 403, 'by the header: another spelling';
    is $ask->(''), 403, 'by the header: empty';
    is $header->status('/verify' . $link =~ s/.*(?=\?)//r), 403, 'by the header: the token of the question itself';
    is $header->status($link), 404, 'by the header: nowhere else';
    $header->stop;
};

recipe 'A login page that knows the reason' => sub {
    my ($recipe) = @_;
    my @nginx = map { $recipe->nginx($_) } 0, 1;
    my ($page) = map { $_->{text} } blocks($recipes, heading => $recipe->{heading}, lang => 'html');
    for my $nginx (@nginx) {
        $nginx->file('html/videos/film.mp4', "a film\n");
        $nginx->file('srv/www/errors/link.html', $page);
        $nginx->start;
    }
    my ($redirects, $shows) = @nginx;
    my $link = $recipe->link($redirects, 0);
    my %refused = (missing => '/videos/film.mp4', signature => $link =~ s/film/other/r, expired => $recipe->link($redirects, 0, 'expired'));
    is $_->status($link), 200, 'a link opens' for @nginx;
    for my $reason (sort keys %refused) {
        like body($redirects, $refused{$reason}, '-i'), qr{\AHTTP/1\.1 302 .*^Location: https://www\.example\.com/login\?reason=$reason\r$}ms, "$reason: to the login page";
        my $answer = body($shows, $refused{$reason}, '-i');
        my $status = $reason eq 'expired' ? 410 : 403;
        like $answer, qr{\AHTTP/1\.1 $status }, "$reason: the page has the status";
        like $answer, $reason eq 'expired' ? qr/^<p>Its time is over\./m : qr/altered \($reason\)\.<\/p>$/m, "$reason: and the reason";
    }
    like body($shows, '/videos/film.mp4?reason=expired'), qr/altered \(missing\)/, 'the reason is ours and not the client\'s';
    is $shows->status('/errors/link.html?reason=x'), 404, 'the page is for refusals only';
    $_->stop for @nginx;
};

recipe 'Files in S3' => sub {
    my ($recipe) = @_;
    my $origin = origin();
    my $bucket = "127.0.0.1:$origin->{port}";
    my $nginx = $recipe->nginx(0, ['https://$bucket', 'http://$bucket'], ['my-bucket.s3.eu-central-1.amazonaws.com', $bucket])->start;
    my $link = $recipe->link($nginx, 0);
    my $seen = "GET /videos/film.mp4 at $bucket <>\n";
    is body($nginx, $link), $seen, 'the bucket is asked without the token';
    is body($nginx, "$link&$_"), $seen, "and without $_" for 'acl', 'response-content-type=text/html', 'x=1';
    is body($nginx, $link =~ s/\?/?acl&/r), $seen, 'and without what stands in front';
    is body($nginx, $link, '-H', 'Authorization: AWS4 x', '-b', 'a=1'), $seen, 'and without who the client says it is';
    like body($nginx, $link, '-I'), qr{\AHTTP/1\.1 200 }, 'the head';
    is $nginx->status($link, '-X', $_), 403, "$_: never" for qw(PUT POST DELETE);
    is $nginx->status($link =~ s/film/other/r), 403, 'another film';
    is $nginx->status('/videos/film.mp4?acl'), 403, 'no token';
    is $nginx->status($recipe->link($nginx, 0, 'expired')), 410, 'expired';
    my $blank = $recipe->link($nginx, 0, ['film.mp4', 'my%20film%3F.mp4']);
    is body($nginx, $blank), "GET /videos/my%20film%3F.mp4 at $bucket <>\n", 'a name with a blank and a mark';
    $_->stop for $nginx, $origin;
};

recipe 'WordPress' => sub {
    my ($recipe) = @_;
    my $prepared = sub {
        my ($nginx) = @_;
        $nginx->file("srv/www/$_", "the file $_\n")
            for qw(index.php wp-content/uploads/open.pdf), map { "wp-content/uploads/members/$_" } qw(report.pdf other.pdf shell.php);
        return $nginx->start;
    };
    # PHP, as far as its server is concerned. The path of a socket must not be long.
    my $socket = File::Temp->newdir('secure-token-php-XXXXXX', TMPDIR => 1);
    chmod 0755, "$socket";
    my $php = SecureToken::Gateway->new(fastcgi => "$socket/php.sock", qw(SCRIPT_FILENAME REQUEST_URI));
    my @php = (['/run/php/php-fpm.sock', "$socket/php.sock"]);
    my $nginx = $prepared->($recipe->nginx(0, @php));
    my $link = $recipe->link($nginx, 0);
    like body($nginx, '/2026/a-post/?a=1'), qr{^SCRIPT_FILENAME=<\Q$nginx->{dir}\E/srv/www/index\.php>\nREQUEST_URI=</2026/a-post/\?a=1>}, 'a post is for the front controller';
    is $nginx->status('/wp-content/uploads/open.pdf'), 200, 'an upload for everybody';
    is body($nginx, $link), "the file wp-content/uploads/members/report.pdf\n", 'a link opens';
    is $nginx->status($link =~ s/report/other/r), 403, 'not another file';
    is $nginx->status($link =~ s/\?.*//r), 403, 'not without a token';
    is $nginx->status('/wp-content/uploads/members/' . $_), 403, "members/$_ without a token" for '', 'none.pdf', 'shell.php', 'shell.php/x.pdf', '%72eport.pdf';
    is $nginx->status('/wp-content//uploads/./members/report.pdf'), 403, 'another spelling of the path without a token';
    is body($nginx, $recipe->link($nginx, 0, ['report.pdf', 'shell.php'])), "the file wp-content/uploads/members/shell.php\n", 'a program there is not run';
    is $nginx->status($recipe->link($nginx, 0, 'expired')), 410, 'expired';
    $nginx->stop;

    # What is said of ^~.
    $nginx = $prepared->($recipe->nginx(0, @php, ['location ^~ ', 'location ']));
    is $nginx->status('/wp-content/uploads/members/report.pdf'), 200, 'without ^~ it opens to everybody';
    $nginx->stop;
};

recipe 'WebDAV' => sub {
    my ($recipe) = @_;
    my $nginx = $recipe->nginx(0);
    $nginx->file("srv/dav/$_/old.txt", "old, of $_\n") for qw(anna bert);
    $nginx->file('upload', "new\n");
    $nginx->start;
    my ($dir, $link) = ("$nginx->{dir}/srv/dav", $recipe->link($nginx, 0));
    like $link, qr{^/dav/[\w-]{22}/\d+/anna/$}, 'a link with the token in the path';
    my @put = ('-T', "$nginx->{dir}/upload");
    is body($nginx, "${link}old.txt"), "old, of anna\n", 'reading';
    is $nginx->status("${link}sub/new.txt", @put), 201, 'writing';
    is slurp("$dir/anna/sub/new.txt"), "new\n", 'what was written';
    is $nginx->status("${link}dir/", '-X', 'MKCOL'), 201, 'making a directory';
    ok -d "$dir/anna/dir", 'it is there';
    is $nginx->status("${link}sub/new.txt", '-X', 'DELETE'), 204, 'deleting';
    ok !-e "$dir/anna/sub/new.txt", 'it is gone';
    is $nginx->status($link, '-X', 'DELETE'), 409, 'not all of it at once';
    is $nginx->status("${link}old.txt", '-X', $_, '-H', "Destination: http://127.0.0.1:$nginx->{port}" . $link =~ s/anna/bert/r . 'x.txt'), 405, "not $_" for qw(COPY MOVE);

    my $expired = $recipe->link($nginx, 0, 'expired');
    for my $what (['-X', 'GET'], [@put], ['-X', 'DELETE'], ['-X', 'MKCOL']) {
        my $name = "old.txt (@{[$what->[0] eq '-T' ? 'PUT' : $what->[1]]})";
        is $nginx->status($link =~ s/anna/bert/r . 'old.txt', @$what), 403, "another's $name";
        is $nginx->status("${link}../bert/old.txt", @$what), 403, "another's $name, behind dots";
        is $nginx->status("${link}%2e%2e%2fbert/old.txt", @$what), 403, "another's $name, behind encoded dots";
        is $nginx->status('/dav/anna/old.txt', @$what), 403, "without a token: $name";
        is $nginx->status("${expired}old.txt", @$what), 410, "too late: $name";
    }
    is slurp("$dir/$_/old.txt"), "old, of $_\n", "nothing happened to the file of $_" for qw(anna bert);
    $nginx->stop;
};

my @headings = grep { $_ ne 'Recipes' } slurp($recipes) =~ /^#+ (.*)$/mg;
is_deeply [sort keys %done], [sort @headings], 'every recipe was tried';

done_testing;
