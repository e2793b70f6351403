# Several schemes in one location: which one decides, what a secret with for= opens, and what variables, log, counters
# and secure_token_strip say then.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Nginx;

my $all = '$secure_token_status/$secure_token_reason/$secure_token_scheme/$secure_token_key';
my $nginx = SecureToken::Nginx->new(http => <<"CONF");
    log_format told '\$request_uri $all';
    map \$secure_token_args \$client { default 192.0.2.8; user=7 192.0.2.7; }
    secure_token_zone tokens:1m;
    server {
        listen unix:DIR/origin.sock;
        return 200 "\$request_uri";
    }
    server {
        listen unix:DIR/nginx.sock;
        secure_token_secret a-secret-for-tests id=both;
        secure_token_log_level warn;
        add_header X-All   "$all" always;
        add_header X-Path  "<\$secure_token_path>" always;
        add_header X-Args  "<\$secure_token_args>" always;
        add_header X-Query "<\$secure_token_query>" always;
        location = /metrics { secure_token off; secure_token_metrics; }

        location /ae/ { secure_token azion ectoken; secure_token_label films; try_files /a.txt =404; }
        location /ea/ { secure_token ectoken azion; try_files /a.txt =404; }
        location /agf/ {
            secure_token azion gcore fastly;
            secure_token_secret one-secret-for-azion     for=azion id=a;
            secure_token_secret one-secret-for-gcore     id=g for=gcore;
            secure_token_secret $BASE64 for=fastly;
            secure_token_secret another-secret-for-azion for=azion;
            try_files /a.txt =404;
            location /agf/gcore/ { secure_token gcore; try_files /a.txt =404; }
            location /agf/leaseweb/ { secure_token gcore leaseweb; secure_token_secret one-secret-for-both; secure_token_client_ip \$http_x_client; try_files /a.txt =404; }
        }
        location /gone/  { secure_token azion ectoken; secure_token_expired_status 404; try_files /a.txt =404; }
        location /strip/ { secure_token azion gcore ectoken; secure_token_strip on; proxy_pass http://unix:DIR/origin.sock; }
        location /uri/   { secure_token azion gcore ectoken; secure_token_uri "/signed/\$secure_token_args"; try_files /a.txt =404; }
        location /known/ { secure_token gcore azion; secure_token_client_ip \$client; try_files /a.txt =404; }
        location /cycle/ { secure_token azion ectoken; secure_token_uri \$secure_token_path; try_files /a.txt =404; }
        location /any/   { satisfy any; deny all; secure_token gcore ectoken; try_files /a.txt =404; }
        location /dry/   { secure_token azion ectoken; secure_token_dry_run on; try_files /a.txt =404; }
        location /flight/ { secure_token ectoken azion; secure_token_preflight on; try_files /a.txt =404; }
        location /page/  { secure_token azion ectoken; error_page 403 410 /why; }
        location = /why  { secure_token off; access_log DIR/told.log told; return 403; }
        location /asks/  { auth_request /ask; try_files /a.txt =404; }
        location = /ask  { secure_token azion ectoken; secure_token_uri /ask; if (\$secure_token_status != PASSED) { return 403; } return 204; }
        location /legacy/ { secure_token ectoken legacy azion; try_files /a.txt =404; }
        location /cookie/ { secure_token azion gcore; secure_token_source \$cookie_t args; try_files /a.txt =404; }
        location ~ "^(?:/[0-9]{12}/[0-9a-f]{32})?/seg/" { secure_token alibaba-b azion; secure_token_ttl 1h; try_files /a.txt =404; }
        location ~ "^(?:/[0-9]{12}/[0-9a-f]{32})?/ges/" { secure_token azion alibaba-b; secure_token_ttl 1h; try_files /a.txt =404; }
    }
CONF
$nginx->start;

sub query { return $_[0] =~ s/^[^?]*\?//r }
sub header { my ($name, $link, @more) = @_; return $nginx->get($link, @more)->{header}{"x-$name"} // 'none' }
sub all_is { my ($link, $expected, $what, @more) = @_; is header('all', $link, @more), $expected, $what }

my ($live, $over) = ('ec_expire=' . later(), 'ec_expire=' . earlier());
my $bad_azion   = 'st=' . 'A' x 22 . '&e=' . later();
my $bad_ectoken = ectoken_token($live, 'another-secret');

subtest 'the first scheme whose token the request carries decides' => sub {
    for my $place (qw(ae ea)) {
        all_is azion("/$place/x"),          'PASSED//azion/both',   "$place: azion";
        all_is ectoken("/$place/x", $live), 'PASSED//ectoken/both', "$place: ectoken";
    }
    all_is "/ae/x", 'REJECTED/missing/azion/', 'no token of any: it is missing, and told of the first';
    all_is "/ea/x", 'REJECTED/missing/ectoken/', 'whichever that is';
    all_is '/ae/x?st=&e=1', 'REJECTED/missing/azion/', 'an empty one is none';
    is $nginx->get('/ae/x')->{status}, 403, 'and refused';
    all_is legacy_ectoken('/legacy/x', $live), 'PASSED//ectoken/both', 'a word behind a scheme is still its own';
    all_is azion('/legacy/x'), 'PASSED//azion/both', 'and what stands behind that is the next scheme';
    isnt header('all', legacy_ectoken('/ea/x', $live)), 'PASSED//ectoken/both', 'which it is not without the word';
};

subtest 'what that scheme decides is final' => sub {
    my ($good_azion, $good_ectoken) = (query(azion('/ae/x')), ectoken_token($live));
    # The token of ectoken stands in front, or nobody finds it.
    all_is "/ae/x?$good_ectoken&$bad_azion", 'REJECTED/signature/azion/', 'a broken token of the first beside a good one of the second';
    all_is "/ae/x?$good_ectoken&st=x&e=1", 'REJECTED/malformed/azion/', 'a malformed one';
    all_is "/ae/x?$good_ectoken&$good_azion&$good_azion", 'REJECTED/duplicate/azion/', 'one given twice';
    all_is "/ae/x?$good_ectoken&" . query(azion('/ae/x', expires => earlier())), 'EXPIRED/expired/azion/both', 'an expired one';
    all_is "/ae/x?$good_ectoken&$good_azion", 'PASSED//azion/both', 'both good: the first';
    all_is "/ae/x?$bad_ectoken&$good_azion", 'PASSED//azion/both', 'a broken one of the second is not looked at';
    my $sent = query(azion('/ea/x'));
    all_is "/ea/x?$good_ectoken&$bad_azion", 'PASSED//ectoken/both', 'in the other order it is the other one';
    all_is "/ea/x?$bad_ectoken&$sent", 'REJECTED/signature/ectoken/', 'and refuses';
    all_is '/ea/x?' . ectoken_token($over) . "&$sent", 'EXPIRED/expired/ectoken/both', 'too old';
    is $nginx->get('/ea/x?' . ectoken_token($over))->{status}, 403, 'the status of an expired link is that of its scheme: ectoken';
    is $nginx->get(azion('/ea/x', expires => earlier()))->{status}, 410, 'and azion';
    is $nginx->get($_)->{status}, 404, 'unless one is given to all' for azion('/gone/x', expires => earlier()), ectoken('/gone/x', $over);
    all_is '/ea/x?what-the-application-looks-for&' . query(azion('/ea/x')), 'REJECTED/malformed/ectoken/', 'what looks like a token of the first is one';
    all_is '/ae/x?what-the-application-looks-for&' . query(azion('/ae/x')), 'PASSED//azion/both', 'and nobody asks the last';
};

subtest 'a secret with for= opens that scheme alone' => sub {
    my ($azion, $gcore, $other) = qw(one-secret-for-azion one-secret-for-gcore another-secret-for-azion);
    all_is azion('/agf/x', secret => $azion), 'PASSED//azion/a', 'azion';
    all_is azion('/agf/x', secret => $other), 'PASSED//azion/4', 'its second, whose id is the position in the block';
    all_is azion('/agf/x', secret => $gcore), 'REJECTED/signature/azion/', 'not by that of gcore';
    all_is azion('/agf/x', secret => $BASE64), 'REJECTED/signature/azion/', 'not by that of fastly';
    all_is gcore('/agf/x', secret => $gcore), 'PASSED//gcore/g', 'gcore';
    all_is gcore('/agf/x', secret => $azion), 'REJECTED/signature/gcore/', 'not by that of azion';
    all_is gcore('/agf/x', secret => $SECRET), 'REJECTED/signature/gcore/', 'nor by one of the block around it';
    all_is fastly('/agf/x'), 'PASSED//fastly/3', 'fastly';
    all_is gcore('/agf/gcore/x', secret => $gcore), 'PASSED//gcore/g', 'inherited, where the others are not in force';
    all_is gcore('/agf/gcore/x', secret => $azion), 'REJECTED/signature/gcore/', 'they open nothing there';
};

subtest 'what some of the schemes can do is for those' => sub {
    my @client = ('X-Client: 192.0.2.7');
    all_is gcore('/agf/leaseweb/x', secret => 'one-secret-for-both', ip => '192.0.2.7'), 'PASSED//gcore/1', 'the client address', @client;
    all_is leaseweb('/agf/leaseweb/x', secret => 'one-secret-for-both', ip => '192.0.2.7'), 'PASSED//leaseweb/1', 'of both', @client;
    all_is gcore('/agf/leaseweb/x', secret => 'one-secret-for-both', ip => '192.0.2.8'), 'REJECTED/signature/gcore/', 'and of no other', @client;
};

subtest 'every source is looked at for the first scheme, and then for the second' => sub {
    my ($azion, $gcore) = map { query($_) } azion('/cookie/x'), gcore('/cookie/x');
    # A cookie ends at a semicolon, and may have ampersands.
    all_is "/cookie/x?$azion", 'PASSED//azion/both', 'azion in the query, gcore in the cookie', "Cookie: t=$gcore";
    all_is "/cookie/x?$gcore", 'PASSED//azion/both', 'and the other way round', "Cookie: t=$azion";
    all_is "/cookie/x?$bad_azion", 'REJECTED/signature/azion/', 'a broken one of the first in the last source is final', "Cookie: t=$gcore";
    is header('args', "/cookie/x?x=1&$gcore", "Cookie: t=$azion"), "<x=1&$gcore>", 'what has the names of another scheme is the application\'s';
};

subtest 'a token in the path beside one in the query' => sub {
    my $issued = time - 60;
    all_is alibaba_b('/seg/x', time => $issued), 'PASSED//alibaba-b/both', 'in the path';
    is header('path', alibaba_b('/seg/x', time => $issued)), '</seg/x>', 'whose path is the rest of it';
    all_is azion('/seg/x'), 'PASSED//azion/both', 'in the query';
    is header('path', azion('/seg/x')), '</seg/x>', 'whose path is all of it';
    my $both = alibaba_b('/seg/x', time => $issued) . "?$bad_azion";
    all_is $both, 'PASSED//alibaba-b/both', 'both: the first';
    is header('args', $both), "<$bad_azion>", 'and the query stays as it is';
    all_is alibaba_b('/seg/x', time => $issued, secret => 'another-secret') . '?' . query(azion('/seg/x')), 'REJECTED/signature/alibaba-b/', 'which may refuse';
    my $path = alibaba_b('/ges/x', time => $issued);
    all_is $path, 'PASSED//alibaba-b/both', 'the path last';
    all_is "$path?$bad_azion", 'REJECTED/signature/azion/', 'beside a broken one in the query';
    all_is "$path?" . query(azion('/ges/x')), 'REJECTED/signature/azion/', 'which has to be for the whole path';
};

subtest 'secure_token_strip takes out what belongs to the scheme that decided' => sub {
    my ($azion, $gcore, $ectoken) = (query(azion('/strip/x')), query(gcore('/strip/x')), ectoken_token($live));
    my $body = sub { $nginx->get("/strip/x?$_[0]")->{body} };
    is $body->("a=1&$azion&b=2"), '/strip/x?a=1&b=2', 'azion';
    is $body->("a=1&$gcore&b=2"), '/strip/x?a=1&b=2', 'gcore';
    is $body->("$ectoken&b=2"), '/strip/x?b=2', 'ectoken';
    is $body->("$ectoken&a=1&$gcore&$azion"), "/strip/x?$ectoken&a=1&$gcore", 'all three: the others stay';
    is $body->("$ectoken&a=1&$gcore"), "/strip/x?$ectoken&a=1", 'two of them';
};

subtest 'the query without the token, and the token alone' => sub {
    my ($azion, $gcore) = (query(azion('/ae/x')), query(gcore('/strip/x')));
    my $ectoken = ectoken_token($live);
    is header('args', "/ae/x?$ectoken&a=1&$azion"), "<$ectoken&a=1>", 'without that of the scheme that decided';
    is header('query', "/ae/x?$ectoken&a=1&$azion"), "<$azion>", 'which is the one';
    is header('args', "/ae/x?$ectoken&a=1&e=2"), '<a=1&e=2>', 'another scheme, other names';
    is header('query', "/ae/x?$ectoken&a=1&e=2"), "<$ectoken>", 'and its token';
    is header('args', "/ae/x?$bad_ectoken&a=1&e=2"), '<a=1&e=2>', 'whether or not it is right';
    is header('args', '/strip/x?e=1&a=1&expires=2&b=2'), '<a=1&b=2>', 'where there is none, without what has a name of any';
    # A path that is put together with it, while the decision is made.
    all_is '/uri/x?a=1&' . query(azion('/uri/x', signs => '/signed/a=1')), 'PASSED//azion/both', 'it may be part of what is signed';
    all_is "/uri/x?a=1&e=7&" . query(gcore('/uri/x', signs => '/signed/a=1&e=7')), 'PASSED//gcore/both', 'by each scheme without its own';
    is header('path', "/uri/x?a=1&e=7&" . query(gcore('/uri/x', signs => '/signed/a=1&e=7'))), '</signed/a=1&e=7>', 'and is told as the path';
    all_is "/uri/x?a=1&e=7&" . query(gcore('/uri/x', signs => '/signed/a=1')), 'REJECTED/signature/gcore/', 'and not without those of another';
    # So may an address: it is not asked for to find out whose token is there.
    all_is '/known/x?user=7&' . query(gcore('/known/x', ip => '192.0.2.7')), 'PASSED//gcore/both', 'the client address may be told by it';
    all_is '/known/x?user=7&' . query(gcore('/known/x', ip => '192.0.2.8')), 'REJECTED/signature/gcore/', 'and no other opens';
    unlike $nginx->log, qr/cycle while evaluating variable "client"/, 'without going round and round';
};

subtest 'the path that the token is for' => sub {
    is header('path', azion('/ae/a%20b', signs => '/ae/a b')), '</ae/a b>', 'decoded';
    is header('path', '/ae//c/../d?x=1'), '</ae/d>', 'normalised, and of a refused request as well';
    is header('path', '/why'), '<>', 'nothing where the scheme is off';
    is header('all', '/why'), '///', 'nor a scheme';
    is $nginx->get('/cycle/x?st=' . 'A' x 22 . '&e=' . later())->{status}, 500, 'it cannot depend on itself';
};

subtest 'satisfy any, dry run, preflights and subrequests' => sub {
    is $nginx->get(gcore('/any/x'))->{status}, 200, 'satisfy any: the first scheme';
    is $nginx->get(ectoken('/any/x', $live))->{status}, 200, 'the second';
    is $nginx->get(gcore('/any/x', expires => earlier()))->{status}, 403, 'a refusal is 403 there';
    is $nginx->get('/any/x?' . ectoken_token($live) . '&md5=x&expires=1')->{status}, 403, 'a broken token of the first is final there too';
    is $nginx->get('/dry/x?' . ectoken_token($live) . "&$bad_azion")->{status}, 200, 'a dry run refuses nobody';
    all_is '/dry/x?' . ectoken_token($live) . "&$bad_azion", 'REJECTED_DRY_RUN/signature/azion/', 'and says what it would have';
    all_is ectoken('/dry/x', $over), 'EXPIRED_DRY_RUN/expired/ectoken/both', 'and who';
    my @flight = ('Origin: http://x', 'Access-Control-Request-Method: GET');
    my $answer = $nginx->raw(join "\r\n", 'OPTIONS /flight/x HTTP/1.1', 'Host: localhost', 'Connection: close', @flight, '', '');
    is $answer->{header}{'x-all'}, 'PASSED//ectoken/', 'a preflight passes, and is told of the first';
    is $nginx->get(azion('/asks/x', signs => '/ask'))->{status}, 200, 'auth_request: azion';
    is $nginx->get(ectoken('/asks/x', $live))->{status}, 200, 'ectoken';
    is $nginx->get('/asks/x?' . ectoken_token($live) . "&$bad_azion")->{status}, 403, 'and a broken token of the first';
};

subtest 'log and counters tell of the scheme that decided' => sub {
    $nginx->get("/page/x?$bad_azion");
    $nginx->get("/page/x?$bad_ectoken");
    $nginx->get('/page/x');
    my @told = map { m{^/page/\S* (.*)} ? $1 : () } split /\n/, $nginx->written('told.log', 3);
    is_deeply \@told, ['REJECTED/signature/azion/', 'REJECTED/signature/ectoken/', 'REJECTED/missing/azion/'], 'the access log, of a request that ended in an error page';
    my @lines = $nginx->read('error.log') =~ m{secure_token: ([^\n]*?), client: [^\n]* "GET /page/}g;
    is_deeply \@lines, ['signature, scheme: azion', 'signature, scheme: ectoken', 'missing, scheme: azion'], 'the error log';
    my %count = $nginx->get('/metrics')->{body} =~ /^secure_token_(\w+\{label="films"[^}]*\}) (\d+)/mg;
    my $before = sub { $count{qq(requests_total{label="films",scheme="$_[0]",status="$_[1]",reason="$_[2]"})} // 0 };
    my @was = map { $before->(@$_) } my @cases = (['azion', 'passed', ''], ['ectoken', 'passed', ''], ['azion', 'rejected', 'missing'], ['ectoken', 'rejected', 'missing'], ['ectoken', 'rejected', 'signature']);
    my $key = $count{'key_passed_total{label="films",key="both"}'};
    $nginx->get($_) for azion('/ae/x'), ectoken('/ae/x', $live), ectoken('/ae/x', $live), '/ae/x', "/ae/x?$bad_ectoken";
    %count = $nginx->get('/metrics')->{body} =~ /^secure_token_(\w+\{label="films"[^}]*\}) (\d+)/mg;
    is_deeply [map { $before->(@$_) - shift @was } @cases], [1, 2, 1, 0, 1], 'the counters: a series for each scheme, and missing under the first';
    is $count{'key_passed_total{label="films",key="both"}'} - $key, 3, 'a secret of both is counted once';
};

# --- What `nginx -t` says ----------------------------------------------------------------------------

my $checked = SecureToken::Nginx->new;

sub told {
    my ($directives) = @_;
    $checked->configure(http => "server { listen unix:DIR/nginx.sock;\n$directives\n}");
    return $checked->test;
}

sub error {
    my ($what, $directives, $message) = @_;
    my ($status, $text) = told($directives);
    my @lines = split /\n/, $checked->read('nginx.conf');
    my ($line) = grep { $lines[$_ - 1] =~ /# here/ } 1 .. @lines;
    subtest $what => sub {
        is $status, 256, 'nginx -t fails';
        like $text, qr/\[emerg\] [^\n]*$message[^\n]* in [^\n]*nginx\.conf:$line\n/, 'what it says, and where';
        unlike $text, qr/SeCrEt/, 'no secret in it';
    };
}

sub silent {
    my ($what, $directives) = @_;
    my ($status, $text) = told($directives);
    is $status, 0, $what;
    unlike $text, qr/secure_token/, "$what: without a word";
}

my $secret = 'secure_token_secret SeCrEt-of-16-bytes';
my ($both, $three) = ("secure_token azion gcore; $secret;", "secure_token azion gcore ectoken;");

error 'a scheme twice', "location / {\nsecure_token azion gcore azion; # here\n$secret; }", qr/"secure_token": "azion" is given twice; remove one of the two/;
error 'a scheme twice, with a word and without', "location / {\nsecure_token ectoken ectoken legacy; # here\n$secret; }", qr/"ectoken" is given twice/;
error 'off behind a scheme', "location / {\nsecure_token azion off; # here\n$secret; }", qr/what stands behind "azion" is no scheme; remove it or write one of "gcore", /;
error 'a scheme behind off', "location / {\nsecure_token off azion; # here\n}", qr/"off" takes no further parameter/;
error 'a secret among the schemes', "location / {\nsecure_token azion gcore SeCrEt; # here\n}", qr/what stands behind "gcore" is no scheme; remove it or write one of "gcore-video", [^\n]*"leaseweb"/;
error 'two schemes whose tokens have one name', "location / {\nsecure_token azion ectoken leaseweb; # here\n$secret; }",
    qr/"secure_token": tokens of "leaseweb" have the same name in a query as those of "azion", which would decide about all of them; remove one of the two/;
error "two schemes whose tokens stand in one place: @$_", "location / {\nsecure_token $_->[0] azion $_->[1]; secure_token_ttl 1h; # here\n$secret; }",
    qr/"secure_token": tokens of "$_->[1]" stand in a path where one cannot tell them from those of "$_->[0]", which would decide about all of them; remove one of the two/
    for ['alibaba-c', 'tencent-c'], ['lighttpd', 'alibaba-c'];
silent "schemes whose tokens stand elsewhere in a path: $_", "secure_token $_; secure_token_ttl 1h; $secret;" for 'alibaba-b alibaba-c', 'alibaba-c cdn77-path', 'gcore-video tencent-c';
error 'for= and no scheme', "location / { secure_token azion gcore; $secret;\nsecure_token_secret SeCrEt-of-16-bytes for=SeCrEt; # here\n}",
    qr/"secure_token_secret": "for=" needs the name of a scheme; write one of "for=azion", "for=gcore", /;
error 'for= twice', "location / { $both\nsecure_token_secret SeCrEt-of-16-bytes for=azion for=gcore; # here\n}", qr/takes a secret and at most "id=name" and "for=scheme"/;
error "for= and no secret: $_", "location / { $both\nsecure_token_secret $_; # here\n}", qr/has a name and no secret/
    for 'for=azion', 'for=azion id=x', 'id=x for=azion', 'for=azion for=gcore', 'id=x id=y';
error 'for= a scheme that is in force nowhere', "$three $secret;\nlocation / {\nsecure_token_secret SeCrEt-of-16-bytes for=fastly; # here\n$secret id=x; }",
    qr/"secure_token_secret": the secret is for "fastly", which is in force neither in this block nor in any that inherits the secret; add "fastly" to "secure_token", or write "for=azion" or "for=ectoken" or "for=gcore" instead/;
silent 'for= a scheme that a location inside has', "secure_token azion; $secret;\nsecure_token_secret SeCrEt-of-16-bytes for=gcore; location /a/ { } location /g/ { secure_token gcore; }";
silent 'for= where nothing is in force', "secure_token off; secure_token_secret SeCrEt-of-16-bytes for=gcore;";
error 'a scheme that is left without a secret', "location / {\n$three # here\n$secret for=azion; secure_token_secret SeCrEt-of-16-bytes id=x for=gcore; }",
    qr/"secure_token ectoken" has no secret in location "\/", nothing could open it; add "secure_token_secret" or "secure_token_secret_file" there or around it, with "for=ectoken" or without "for="/;
error 'a scheme that inherits no secret for it', "$secret for=gcore;\nlocation /g/ { secure_token gcore; } location / {\nsecure_token azion gcore; # here\n}", qr/"secure_token azion" has no secret in location "\/"/;
error 'a secret that one of the schemes cannot use', "location / { secure_token azion fastly;\n$secret; # here\n}",
    qr/"secure_token_secret": the secret of the scheme "fastly" is not base64, .*; if it is for "azion", write "for=azion" behind it/;
silent 'unless it is for the other alone', "location / { secure_token azion fastly; $secret for=azion; secure_token_secret @{[ $BASE64 ]} for=fastly; }";
error 'names of parameters, and two schemes', "location / { $both\nsecure_token_param token=t; # here\n}",
    qr/"secure_token_param": the schemes "azion" and "gcore" are in force here, and it does not say whose parameters are meant; remove the directive/;
silent 'names of parameters that are inherited', "secure_token_param token=t; location / { $both }";
silent 'a client address that one of the schemes can be bound to', "location / { $both secure_token_client_ip \$remote_addr; }";
error 'a client address that none can', "location / { secure_token azion fastly; $secret for=azion; secure_token_secret $BASE64 for=fastly;\nsecure_token_client_ip \$remote_addr; # here\n}",
    qr/tokens of the schemes "azion" and "fastly" carry no client address; .* instead of "azion" and "fastly"/;
silent 'a lifetime that one of the schemes needs', "location ~ /x { secure_token azion alibaba-b; $secret; secure_token_ttl 1h; secure_token_source args; }";
error 'a lifetime that none does', "location / { secure_token azion gcore ectoken; $secret;\nsecure_token_ttl 1h; # here\n}",
    qr/links of the schemes "azion", "gcore" and "ectoken" say themselves when they expire/;
my ($status, $text) = told("location /a/ { $both return 200; }");
like $text, qr/\[warn\] [^\n]*"secure_token azion gcore": "return 200"/, 'a warning names all the schemes';

done_testing;
