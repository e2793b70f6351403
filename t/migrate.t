# What docs/migrate-from-azure-cdn.md says works: its configurations, its commands and its program. (That
# every block of it loads is a matter of t/docs.t.)

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Documents;
use SecureToken;
use SecureToken::Ectoken;

my $guide = "$ROOT/docs/migrate-from-azure-cdn.md";
my $key = 'replace-me-openssl-rand-hex-16';    # what Documents writes into all files with secrets
my $film = '/videos/my%20film.mp4';
my $expires = 'ec_expire=' . later();

sub nginx_of {
    my ($heading) = @_;
    my $nginx = Documents::Nginx->new(map { $_->{text} } blocks($guide, heading => $heading, lang => 'nginx'));
    $nginx->file("html/videos/$_.mp4", "a film\n") for 'film', 'my film';
    return $nginx;
}

# A link made with the primary key.
sub signed { my ($path, $claims, %with) = @_; return ectoken($path, $claims, secret => $key, %with) }

sub header {
    my ($nginx, $uri, @options) = @_;
    open my $curl, '-|', 'curl', '-sI', @options, "http://127.0.0.1:$nginx->{port}$uri" or die "curl: $!\n";
    local $/;
    return scalar <$curl>;
}

sub country { ('-H', "X-Country: $_[0]") }

subtest 'a complete configuration' => sub {
    my $origin = Documents::Nginx->new('location / { return 200 "$request_uri"; }')->start;
    my ($block) = blocks($guide, heading => 'A complete configuration', lang => 'nginx');
    my $nginx = Documents::Nginx->new($block->{text} =~ s/127\.0\.0\.1:8081/127.0.0.1:$origin->{port}/gr);
    $nginx->file('conf/secrets/backup', "the-backup-key-of-the-test\n");
    chmod 0600, "$nginx->{dir}/conf/secrets/backup";
    $nginx->start;

    my $videos = "$expires&ec_url_allow=/videos/";
    my $body = sub { `curl -s 'http://127.0.0.1:$nginx->{port}$_[0]'` };
    is $body->(signed($film, $videos)), $film, 'a token of the primary key opens, and the origin sees none of it';
    is $nginx->status(ectoken($film, $videos, secret => 'the-backup-key-of-the-test')), 200, 'one of the backup key opens';
    is $nginx->status(ectoken($film, $videos, secret => 'some-other-key-of-the-test')), 404, 'one of another key does not';
    is $nginx->status($film), 404, 'nor does a path without one';
    is $nginx->status(signed($film, 'ec_expire=' . earlier(2))), 404, 'nor an expired one';
    is $nginx->status(signed('/videos/x', "$expires&ec_url_allow=/VIDEOS/")), 200, 'case does not count in /videos/';
    is $nginx->status(signed('/videos/x', "$expires&ec_url_allow=/downloads/")), 404, 'but the path does';

    my $france = "$expires&ec_country_allow=FR";
    is $nginx->status(signed($film, $france), country('FR')), 200, 'a token for France opens in France';
    is $nginx->status(signed($film, $france), country('US')), 404, 'and not in the United States';

    my $file = '/downloads/file.zip';
    is $nginx->status(signed("$file?x=1", $expires, param => 'ticket') =~ s/\?(?=ticket)/&/r), 200,
        '/downloads/: the parameter has the name that it was given';
    is $nginx->status(signed($file, $expires)), 404, '/downloads/: a token without it does not open';
    is $nginx->status(signed($file, "$expires&ec_url_allow=/Downloads/", param => 'ticket')), 404,
        '/downloads/: case counts';
    is $body->('/index.html?x=1'), '/index.html?x=1', 'elsewhere nothing is needed';
    is $body->('/index.html?x=2'), '/index.html?x=1', 'a file is in the cache once, whatever the query is';

    my $log = $nginx->written('links.log', 14);
    $nginx->stop;
    $origin->stop;
    like $log, qr{^127\.0\.0\.1 FR \[\S+\] "GET /videos/my film\.mp4" 200 PASSED "" key=primary$}m, 'the log says who';
    like $log, qr{" 200 PASSED "" key=backup$}m, 'and by which key';
    like $log, qr{ US \[\S+\] "GET /videos/my film\.mp4" 404 REJECTED "country" key=primary$}m, 'and why not';
    unlike $log, qr/\?/, 'without the token';
};

subtest 'redirects and passwords for those who are refused' => sub {
    my ($redirect, $password) = map { Documents::Nginx->new($_->{text})->start }
        blocks($guide, heading => 'Redirects and passwords for those who are refused', lang => 'nginx');
    for my $uri ('/videos/film.mp4', signed('/videos/film.mp4', 'ec_expire=' . earlier(2))) {
        like header($redirect, $uri), qr{^HTTP/1\.1 302 .*^Location: https://www\.example\.com/denied\r$}ms, "redirected: $uri";
        like header($password, $uri), qr{^HTTP/1\.1 401 .*^WWW-Authenticate: Basic realm="videos"\r$}ms, "asked: $uri";
    }
    is $_->status(signed('/videos/film.mp4', $expires)), 404, 'a right token is not kept from the file, if there is one'
        for $redirect, $password;
    is $password->status('/videos/film.mp4', '-u', 'name:password'), 401, 'no password opens';
    $_->stop for $redirect, $password;
};

subtest 'country filters without tokens' => sub {
    my $nginx = nginx_of('Country filters without tokens')->start;
    my $link = signed($film, $expires);
    is $nginx->status($link, country($_)), 403, "$_ is blocked, with a token" for qw(XA XB);
    is $nginx->status($link, country($_)), 200, "$_ is not" for qw(FR US);
    is $nginx->status($film, country('FR')), 403, 'but needs a token';
    $nginx->stop;
};

subtest 'what differs' => sub {
    my $nginx = nginx_of('One link')->start;
    my %reason = (
        'ec_url_allow=/videos/my film'                      => '',
        'ec_url_allow=/videos/my%20film'                    => 'url',
        'ec_url_allow=videos/'                              => 'malformed',
        'ec_url_allow=/,http://cdn.example.com/videos/'     => 'malformed',
        'ec_ref_deny=https://example.com/'                  => 'malformed',
        'ec_host_deny=example.com:80'                       => 'malformed',
        'ec_host_deny=example.com/videos'                   => 'malformed',
        'ec_host_deny=*example.com'                         => 'malformed',
        'ec_host_deny=*.example.com'                        => '',
        'ec_clientip=127.0.0.1,192.0.2.1-192.0.2.9'         => 'malformed',
        'ec_clientip=127.0.0.1&ec_clientip=127.0.0.1'       => 'malformed',
        'ec_country_allow='                                 => 'malformed',
        'ec_expire=4102444800.5'                            => 'malformed',
        'ec_expire=0'                                       => '',
        'ec_expire=4102444800000'                           => '',
        'ec_something=1'                                    => 'unsupported_claim',
        'something=1'                                       => '',
        'ec_rate=1&ec_prebuf=1&ec_secure=1'                 => '',
        'ec_proto_allow=https'                              => 'protocol',
    );
    for my $claims (sort keys %reason) {
        my ($reason) = header($nginx, signed($film, $claims)) =~ /^X-Secure-Token-Reason: (\w+)/m;
        is $reason // '', $reason{$claims}, "$claims: " . ($reason{$claims} || 'opens');
    }

    my $long = signed($film, 'x=' . 'x' x 3000);
    is $nginx->status($long), 200, 'a token of ' . length($long) . ' characters opens';

    my ($link) = signed($film, $expires);
    is $nginx->status("$link&ec_rate=1&ec_prebuf=1"), 200, 'the rest of the query does not count';
    my ($old) = legacy_ectoken($film, $expires, secret => $key);
    like header($nginx, $old), qr/^X-Secure-Token-Reason: (?:signature|malformed)\r$/m, 'a token of version 2';
    $nginx->stop;
};

# --- Commands --------------------------------------------------------------------------------------

my $moving = nginx_of('The move')->start;
is $moving->status($_), 200, "in a dry run nobody is refused: $_"
    for $film, signed($film, 'ec_expire=' . earlier(2)), signed($film, 'ec_country_allow=FR');

my $asked = nginx_of('One link')->start;
my ($program) = map { $_->{text} } blocks($guide, heading => 'What is in a token', lang => 'javascript');
my ($claims)  = map { $_->{text} } blocks($guide, heading => 'What is in a token', lang => 'text');
for my $block (blocks($guide, lang => 'sh')) {
    my $nginx = $block->{heading} eq 'One link' ? $asked : $moving;
    for my $line (split /\n/, $block->{text}) {
        if ($line =~ m{^node decrypt\.js /etc/nginx/secrets/primary ([\w-]+)$}) {
            decrypts("$nginx->{dir}/etc/nginx/secrets/primary", $1);
        }
        else {
            run_command($line, $nginx) or fail "$block->{where}: there is no test for \"$line\"";
        }
    }
}
$_->stop for $moving, $asked;

# With the key that run_command has typed.
sub decrypts {
    my ($file, $token) = @_;
    SKIP: {
        skip 'node is not installed', 3 unless has_program('node');
        $moving->file('decrypt.js', $program);
        my $node = "node '$moving->{dir}/decrypt.js' '$file'";
        is scalar `$node $token 2>&1`, $claims, 'the program shows what is in the token';
        my $own = ectoken_token("ec_ref_allow=\xc3\xa9.example&x=", 'testkey123');
        is scalar `$node $own 2>&1`, "ec_ref_allow=\xc3\xa9.example&x=\n", 'and in one of our own';
        my $altered = $token =~ s/.\z/w/r eq $token ? $token =~ s/.\z/A/r : $token =~ s/^./A/r;
        like scalar `$node $altered 2>&1`, qr/unable to authenticate data/, 'and that one was altered';
    }
}

done_testing;
