# Formats of one's own beside other schemes, and what NGINX does around a decision: error pages, subrequests, satisfy any,
# dry runs, preflights, logs and counters. Most of it of a format whose token stands in the path behind a prefix.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Format;
use SecureToken::Nginx;

my %format = (
    dl   => { link => '/dl/{token}/{expires}{path}', digest => 'hmac-sha256:hex', message => '{expires}{path}', options => ['expired_status=410'] },
    user => { link => '?sig={token}&exp={expires}&u={user}', digest => 'hmac-sha256:hex', message => '{expires}\n{user}\n{path}' },
    args => { link => '?sig={token}&exp={expires}', digest => 'hmac-sha256:hex', message => '{expires}{path}?$others' },
    hex  => { link => '?key={token}.{expires}', digest => 'hmac-sha1:hex', message => '{expires}{path}', options => ['secret=hex'] },
);
my $formats = join '', map { "secure_token_format $_ " . format_words($format{$_}) . ";\n" } sort keys %format;
my $bytes = join '', map { chr } 100 .. 120;
my $hex = unpack 'H*', $bytes;
my $all = '$secure_token_status/$secure_token_reason/$secure_token_scheme/$secure_token_key';

my $nginx = SecureToken::Nginx->new;
$nginx->write("html/$_", "file $_\n") for 'dl/a.txt', 'dl/b.txt', 'denied.txt', 'dl/film/a.txt';
$nginx->write('html/dl/page.shtml', 'page <!--#include virtual="/dl/b.txt" -->|<!--#echo var="secure_token_path" -->');
$nginx->configure(http => <<"CONF");
    $formats
    map \$secure_token_args \$others { default \$secure_token_args; }
    log_format told '\$request_uri $all';
    secure_token_zone tokens:1m;
    secure_token_secret $SECRET id=s;
    secure_token_log_level warn;
    add_header X-All   "$all" always;
    add_header X-Args  "<\$secure_token_args>" always;
    add_header X-Query "<\$secure_token_query>" always;
    server { listen unix:DIR/origin.sock; return 200 "\$request_uri"; }
    server {
        listen unix:DIR/nginx.sock;
        location = /metrics { secure_token_metrics; }
        location /open/ { }
        location /dl/ { secure_token dl; secure_token_label downloads; }
        location /both/ { secure_token user azion ectoken; try_files /a.txt =404; }
        location /args/ { secure_token azion args; try_files /a.txt =404; }
        location /turned/ { secure_token azion user; try_files /a.txt =404; }
        location /for/ {
            secure_token user hex azion;
            secure_token_secret one-secret-for-the-user for=user id=u;
            secure_token_secret $hex for=hex;
            secure_token_secret one-secret-for-azion for=azion id=a;
            try_files /a.txt =404;
        }
        location /strip/ { secure_token user hex azion; secure_token_secret $SECRET for=user; secure_token_secret $hex for=hex; secure_token_secret $SECRET for=azion; secure_token_strip on; proxy_pass http://unix:DIR/origin.sock; }
    }
    server {
        listen unix:DIR/page.sock;
        location /dl/ { secure_token dl; error_page 403 410 /denied.txt; error_page 404 /dl/b.txt; }
        location = /denied.txt { secure_token off; access_log DIR/told.log told; }
    }
    server {
        listen unix:DIR/refused.sock;
        # The page itself is closed, and no link of the request opens it.
        location /dl/ { secure_token dl; error_page 403 /dl/b.txt; }
    }
    server { listen unix:DIR/ssi.sock; ssi on; default_type text/html; secure_token dl; location /dl/ { } location = /dl/b.txt { secure_token off; } }
    server { listen unix:DIR/ssi_closed.sock; ssi on; default_type text/html; secure_token dl; location /dl/ { } }
    server { listen unix:DIR/asks.sock; location /dl/ { auth_request /ask; } location = /ask { internal; secure_token dl; if (\$secure_token_status != PASSED) { return 403; } return 204; } }
    server { listen unix:DIR/any.sock; location /dl/ { satisfy any; deny all; secure_token dl; } }
    server { listen unix:DIR/allowed.sock; location /dl/ { satisfy any; allow all; secure_token dl; } }
    server { listen unix:DIR/dry.sock; location /dl/ { secure_token dl; secure_token_dry_run on; } }
    server { listen unix:DIR/flight.sock; location /dl/ { secure_token dl; secure_token_preflight on; proxy_pass http://unix:DIR/origin.sock; } }
    server { listen unix:DIR/mixed.sock; location /dl/ { secure_token dl user; secure_token_strip on; } }
    server { listen unix:DIR/mirror.sock; location /dl/ { secure_token dl; mirror /copy; } location = /copy { internal; access_log DIR/copied.log told; proxy_pass http://unix:DIR/origin.sock:/copied\$uri; } }
    server { listen unix:DIR/rewritten.sock; rewrite ^/old/(.*) /dl/\$1; location /dl/ { secure_token dl; } }
CONF
$nginx->start;

sub asked { my ($server, $link, @headers) = @_; return $nginx->raw(join("\r\n", ($link =~ / / ? $link : "GET $link") . ' HTTP/1.1', 'Host: localhost', 'Connection: close', @headers, '', ''), "$server.sock") }
sub answer { my $answer = asked(@_); return $answer->{status} == 200 ? $answer->{body} =~ s/\n\z//r : $answer->{status} }
sub all_is { my ($link, $expected, $what, $server) = @_; is asked($server // 'nginx', $link)->{header}{'x-all'}, $expected, $what }
sub dl { return link_of($format{dl}, @_) }
sub user { my ($path, @more) = @_; return link_of($format{user}, $path, fields => { user => 'u' }, @more) }
sub query { return $_[0] =~ s/^[^?]*\?//r }

subtest 'the first scheme whose token the request carries decides' => sub {
    for my $place (qw(both turned)) {
        all_is user("/$place/a"), 'PASSED//user/s', "$place: one's own";
        all_is azion("/$place/a"), 'PASSED//azion/s', "$place: a built-in one";
        my $bad = user("/$place/a", secret => 'another-secret');
        all_is $bad . '&' . query(azion("/$place/a")), $place eq 'both' ? 'REJECTED/signature/user/' : 'PASSED//azion/s', "$place: a broken token of one's own beside a good one of the other";
    }
    all_is ectoken('/both/a', 'ec_expire=' . later()), 'PASSED//ectoken/s', 'the third';
    all_is '/both/a', 'REJECTED/missing/user/', 'none: told of the first';
    all_is '/both/a?u=1&exp=2', 'REJECTED/missing/user/', 'other fields of a token are none';
    all_is dl('/dl/a.txt'), 'PASSED//dl/s', 'a path: in it', 'mixed';
    all_is user('/dl/a.txt'), 'PASSED//user/s', 'or beside it, in the query', 'mixed';
    is answer(mixed => $_), 'file dl/a.txt', 'and the same file is served' for dl('/dl/a.txt'), user('/dl/a.txt');
    my $args = sub { link_of($format{args}, "/args/a?$_[0]", variables => { others => $_[0] }) };
    all_is $args->('x=1'), 'PASSED//args/s', 'what is hashed of the other arguments';
    all_is $args->('x=1') =~ s/x=1/x=2/r, 'REJECTED/signature/args/', 'and not of those that were signed';
    unlike $nginx->log, qr/cycle/, 'which asks for no answer that it is part of';
    is answer(mixed => dl('/dl/a.txt', secret => 'x') . '?' . query(user('/dl/a.txt'))), 403, 'a broken one in the path is final';
};

subtest 'a secret with for= is for one of them, in its own spelling' => sub {
    all_is user('/for/a', secret => 'one-secret-for-the-user'), 'PASSED//user/u', 'one\'s own';
    all_is link_of($format{hex}, '/for/a', secret => $bytes), 'PASSED//hex/2', 'one whose secrets are hexadecimal';
    all_is azion('/for/a', secret => 'one-secret-for-azion'), 'PASSED//azion/a', 'a built-in one';
    all_is user('/for/a', secret => $_), 'REJECTED/signature/user/', 'no other opens one\'s own' for 'one-secret-for-azion', $hex, $bytes, $SECRET;
    all_is azion('/for/a', secret => $_), 'REJECTED/signature/azion/', 'nor the built-in one' for 'one-secret-for-the-user', $hex;
};

subtest 'secure_token_strip and the variables go by the scheme that decided' => sub {
    my ($user, $azion, $key) = (query(user('/strip/a')), query(azion('/strip/a')), query(link_of($format{hex}, '/strip/a', secret => $bytes)));
    is answer(nginx => "/strip/a?x=1&$user&y=2"), '/strip/a?x=1&y=2', 'three arguments';
    is answer(nginx => "/strip/a?x=1&$key&y=2"), '/strip/a?x=1&y=2', 'one';
    is answer(nginx => "/strip/a?$azion&x=1&$key"), "/strip/a?$azion&x=1", 'those of another scheme stay';
    is asked(nginx => "/strip/a?x=1&$user")->{header}{"x-$_->[0]"}, $_->[1], "\$secure_token_$_->[0]" for ['args', '<x=1>'], ['query', "<$user>"];
    is asked(nginx => '/both/a?u=1&e=2&x=3&exp=4&key=5')->{header}{'x-args'}, '<x=3&key=5>', 'without a token it is without what has the name of any';
};

subtest 'error pages' => sub {
    is asked(page => '/dl/a.txt')->{status}, 403, 'a refusal keeps its status';
    is asked(page => $_)->{body}, "file denied.txt\n", 'and has the page' for dl('/dl/a.txt', secret => 'x'), dl('/dl/a.txt', expires => earlier());
    is asked(page => dl('/dl/none'))->{body}, "file dl/b.txt\n", 'the page of a file that is not there, in the same location, opens by the same link';
    unlike asked(refused => '/dl/a.txt')->{body}, qr/file/, 'a page that is closed itself is not shown';
    is answer(page => dl('/dl/a.txt')), 'file dl/a.txt', 'and a link opens';
    my @told = split /\n/, $nginx->written('told.log', sub { $_[0] =~ tr/\n// >= 3 });
    is_deeply [map { (split / /)[1] } @told], ['REJECTED/missing/dl/', 'REJECTED/signature/dl/', 'EXPIRED/expired/dl/s'], 'the access log tells why';
};

subtest 'subrequests' => sub {
    my $page = dl('/dl/page.shtml');
    like answer(ssi => $page), qr{page .*file dl/b\.txt.*\|/page\.shtml}s, 'an included file of an open location, and the path of the token';
    like answer(ssi_closed => $page), qr{page .*file dl/b\.txt.*\|/page\.shtml}s, 'of a closed one as well: NGINX checks no access of a subrequest';
    is answer(asks => dl('/dl/a.txt')), 404, 'auth_request: the token is right, and stays in the path of the request that asked';
    is answer(asks => '/dl/a.txt'), 403, 'none';
    is answer(asks => dl('/dl/a.txt', secret => 'x')), 403, 'a broken one';
    is answer(mirror => dl('/dl/a.txt')), 'file dl/a.txt', 'a mirrored request is served';
    is answer(rewritten => dl('/dl/a.txt')), 'file dl/a.txt', 'beside a rewrite that does not match';
    is answer(rewritten => dl('/dl/a.txt') =~ s{^/dl}{/old}r), 403, 'a path that was rewritten has no token where the client sent none';
};

subtest 'satisfy any' => sub {
    is answer(any => dl('/dl/a.txt')), 'file dl/a.txt', 'the token opens what deny closes';
    is answer(any => $_), 403, 'nothing else does' for '/dl/a.txt', dl('/dl/a.txt', secret => 'x'), dl('/dl/a.txt', expires => earlier());
    is answer(allowed => '/dl/a.txt'), 'file dl/a.txt', 'allow opens what has no token';
    is answer(allowed => dl('/dl/a.txt', expires => earlier())), 'file dl/a.txt', 'a link that is too old is taken out of the path';
    is answer(allowed => dl('/dl/a.txt', secret => 'x')), 404, 'one that nobody signed is not';
};

subtest 'a dry run and a preflight' => sub {
    is answer(dry => '/dl/a.txt'), 'file dl/a.txt', 'without a token';
    all_is '/dl/a.txt', 'REJECTED_DRY_RUN/missing/dl/', 'which is told', 'dry';
    all_is dl('/dl/a.txt', expires => earlier()), 'EXPIRED_DRY_RUN/expired/dl/s', 'one that is too old', 'dry';
    is answer(dry => dl('/dl/film/a.txt', expires => earlier())), 'file dl/film/a.txt', 'and is served all the same';
    is answer(dry => dl('/dl/a.txt', secret => 'x')), 404, 'one that nobody signed stays in the path';
    my @flight = ('Origin: https://example.com', 'Access-Control-Request-Method: GET');
    my $link = dl('/dl/a.txt', secret => 'x');
    is answer(flight => "OPTIONS $link", @flight), $link, 'a preflight passes, with its path as it was sent';
    is answer(flight => "OPTIONS $link"), 403, 'what is none does not';
};

subtest 'logs and counters have the name of the format' => sub {
    $nginx->clear_log;
    my %count = $nginx->get('/metrics')->{body} =~ /^secure_token_(\w+\{label="downloads"[^}]*\}) (\d+)/mg;
    my $name = sub { qq(requests_total{label="downloads",scheme="dl",status="$_[0]",reason="$_[1]"}) };
    my @was = map { $count{ $name->(@$_) } // 0 } my @cases = (['passed', ''], ['rejected', 'missing'], ['rejected', 'signature'], ['expired', 'expired']);
    asked(nginx => $_) for dl('/dl/a.txt'), '/dl/a.txt', dl('/dl/a.txt', secret => 'x'), dl('/dl/a.txt', expires => earlier()), dl('/dl/a.txt');
    my @lines = $nginx->log =~ m{secure_token: ([^\n]*?), client: [^\n]* "GET /dl/}g;
    is_deeply \@lines, [map { "$_, scheme: dl, label: downloads" } qw(missing signature expired)], 'the error log';
    %count = $nginx->get('/metrics')->{body} =~ /^secure_token_(\w+\{label="downloads"[^}]*\}) (\d+)/mg;
    is_deeply [map { ($count{ $name->(@$_) } // 0) - shift @was } @cases], [2, 1, 1, 1], 'the counters';
};

is $nginx->alarms, '', 'and nothing went wrong on the way';

done_testing;
