# The scheme fastly: the whole URL is signed as it was sent, expiry and digest are one parameter, and secrets are
# base64.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use MIME::Base64 qw(encode_base64);
use Test::More;
use SecureToken;
use SecureToken::Nginx;

my $other = encode_base64('another/secret>of?24+byt', '');
my $nginx = SecureToken::Nginx->new;
$nginx->write('secret', "$SecureToken::BASE64\n");
chmod 0600, $nginx->dir . '/secret';
$nginx->write("html/$_", "file $_\n") for 'my film.txt', "\xc3\xbcber.txt", 'dir/index.html';
$nginx->configure(http => <<"CONF");
    map \$http_x_secret \$secret  { volatile; default \$http_x_secret; }
    map \$http_x_second \$second  { volatile; default \$http_x_second; }
    log_format seen '\$uri <\$args> <\$secure_token_args> <\$secure_token_query> \$secure_token_expires \$secure_token_key';

    server {
        listen     unix:DIR/nginx.sock;
        add_header X-Reason "<\$secure_token_reason>" always;
        access_log DIR/access.log seen;

        secure_token        fastly;
        secure_token_secret $SecureToken::BASE64;

        location /          { }
        location /file/     { secure_token_secret_file DIR/secret; try_files /a.txt =404; }
        location /two/      { secure_token_secret $other id=new; secure_token_secret $SecureToken::BASE64 id=old; try_files /a.txt =404; }
        location /tenant/   { secure_token_secret \$secret; secure_token_secret \$second; try_files /a.txt =404; }
        location /proxied/  { proxy_pass http://unix:DIR/origin.sock; }
        location /stripped/ { secure_token_strip on; proxy_pass http://unix:DIR/origin.sock; }
        location /tried/    { try_files /none /dir/index.html?b=2; }
        location /written/  { rewrite ^ /a.txt?b=2 break; }
        location /moved/    { rewrite ^/moved/(?<rest>.*) /\$rest last; }
        location /named/    { secure_token_param token=sig; try_files /a.txt =404; }
        location /cookie/   { secure_token_source \$cookie_link; try_files /a.txt =404; }
        location /skewed/   { secure_token_clock_skew 60s; try_files /a.txt =404; }
        location /short/    { secure_token_max_lifetime 60s; try_files /a.txt =404; }
        location /dry/      { secure_token_dry_run on; proxy_pass http://unix:DIR/origin.sock; }
    }
    server {
        listen unix:DIR/origin.sock;
        location / { return 200 "\$request_method \$request_uri\\n"; }
    }
CONF
$nginx->start;

sub answer_of { my ($answer) = @_; return join ' ', $answer->{status}, ($answer->{header}{'x-reason'} // '') =~ /<(.+)>/ }
sub answer { return answer_of($nginx->get(@_)) }

# --- What is signed ---------------------------------------------------------------------------------

is answer(fastly('/a.txt')), 200, 'a link opens';
is answer(fastly('/a.txt', secret => $other)), '403 signature', 'one of another secret does not';
is answer(fastly('/a.txt', expires => earlier(2))), '410 expired', 'one that just expired is gone';
is answer(fastly('/a.txt', signs => '/b.txt')), '403 signature', 'one for another path does not open';

is answer(fastly('/a.txt?x=1&y')), 200, 'parameters in front of the token';
is answer(fastly('/a.txt?x=1&y', query => 'TOKEN&x=1&y')), 200, 'behind it';
is answer(fastly('/a.txt?x=1&y', query => 'x=1&TOKEN&y')), 200, 'around it';
is answer(fastly('/a.txt?x=1&y', query => $_)), '403 signature', "altered: $_"
    for 'y&TOKEN&x=1', 'x=2&TOKEN&y', 'x=1&TOKEN', 'TOKEN&y', 'TOKEN', 'x=1&TOKEN&y&z', 'x=1&x=1&TOKEN&y', 'x=%31&TOKEN&y', 'X=1&TOKEN&y';
is answer(fastly('/a.txt') . '&x=1'), '403 signature', 'nobody can add one';
is answer(fastly('/a.txt', signs => '/a.txt?')), '403 signature', 'there is no ? where nothing is left';
is answer(fastly('/a.txt?x=/?y=%3F+%20', query => 'x=/?y=%3F+%20&TOKEN')), 200, 'whatever characters they have';
is answer(fastly('/a.txt?mytoken=1')), 200, 'a name that ends alike is another name';
is answer(fastly('/a.txt') . '&token=1'), '403 duplicate', 'two tokens';
is answer(fastly('/a.txt') =~ s/token/t%6Fken/r), '403 missing', 'a name is not decoded';

is answer(fastly('/my%20film.txt')), 200, 'a blank as it was sent';
is answer(fastly('/my%20film.txt', signs => '/my film.txt')), '403 signature', 'and not decoded';
is answer(fastly('/%C3%BCber.txt')), 200, 'an umlaut as it was sent';
is answer(fastly('/%c3%bcber.txt')), 200, 'and so sent';
is answer(fastly('/%c3%bcber.txt', signs => '/%C3%BCber.txt')), '403 signature', 'but each is itself';
is answer(fastly('/x/../a.txt')), 200, 'dots, signed with dots';
is answer(fastly('/x/../a.txt', signs => '/a.txt')), '403 signature', 'dots, signed without';
is answer(fastly('/a.txt', signs => '/x/../a.txt')), '403 signature', 'nor the other way round';
is answer(fastly('//a.txt')), 200, 'two slashes';
is answer(fastly('//a.txt', signs => '/a.txt')), '403 signature', 'two slashes, signed as one';
is $nginx->get(fastly('/a.txt%00'))->{status}, 400, 'a NUL NGINX does not take';
is answer(fastly('/a.txt%0A')), '404', 'a line break is sent as three plain characters';

# --- Its one parameter ------------------------------------------------------------------------------

my ($at, $digest) = fastly('/a.txt') =~ /token=(\d+)_(\w+)/;
my %refused = (
    'upper case'         => "${at}_" . uc $digest,
    'another border'     => "$at-$digest",
    'no border'          => "$at$digest",
    'two borders'        => "${at}__$digest",
    'the wrong way'      => "${digest}_$at",
    'nothing in front'   => "_$digest",
    'nothing behind'     => "${at}_",
    'more behind'        => "${at}_${digest}_1",
    'a digit too few'    => "${at}_" . substr($digest, 1),
    'a digit too many'   => "${at}_${digest}0",
    'no hexadecimal one' => "${at}_g" . substr($digest, 1),
    'a sign'             => "+${at}_$digest",
    'a zero'             => "0${at}_$digest",
    'eleven digits'      => "${at}0_$digest",
    'hexadecimal time'   => sprintf('%x_%s', $at, $digest),
);
is answer("/a.txt?token=$refused{$_}"), '403 malformed', "its form: $_" for sort keys %refused;
is answer("/a.txt?token=$at%5F$digest"), 200, 'it is decoded once';
is answer("/a.txt?token=$at%255F$digest"), '403 malformed', 'and not twice';
is answer("/a.txt?token=$_"), '403 missing', 'an empty one is none' for '', '&a=1';

is answer(fastly('/named/a') =~ s/token=/sig=/r), 200, 'with another name';
is answer(fastly('/named/a')), '403 missing', 'and not with its own then';

# The border between what is signed and the expiry.
my $expires = later();
is answer(fastly('/a1', signs => '/a12', expires => $expires) =~ s/(?<=token=)/2/r), '403 malformed', 'a digit of the path moved into the expiry';
my ($first, $rest) = $expires =~ /^(.)(.*)/;
like answer(fastly('/a', expires => $expires) =~ s{/a}{/a$first}r =~ s/(?<=token=)./''/er), qr/^(?:410 expired|403 malformed)$/, 'a digit of the expiry moved into the path';
like answer(fastly("/a?n=1", expires => $expires) =~ s{n=1}{n=1$first}r =~ s/(?<=token=)./''/er), qr/^(?:410 expired|403 malformed)$/, 'or into another parameter';

# --- Times ------------------------------------------------------------------------------------------

is answer(fastly('/skewed/a', expires => earlier(30))), 200, 'a clock that is behind';
is answer(fastly('/skewed/a', expires => earlier(90))), '410 expired', 'too far behind';
is answer(fastly('/short/a', expires => later(30))), 200, 'a life that is not too long';
is answer(fastly('/short/a', expires => later(90))), '403 lifetime', 'one that is';

# --- Secrets ----------------------------------------------------------------------------------------

is answer(fastly('/file/a')), 200, 'from a file, whose newline does not count';
is answer(fastly('/two/a', secret => $_)), 200, 'either of two' for $other, $SecureToken::BASE64;
is answer(fastly('/tenant/a'), "X-Secret: $SecureToken::BASE64"), 200, 'of a variable';
is answer(fastly('/tenant/a'), "X-Secret: $other"), '403 signature', 'of a variable: another';
is answer(fastly('/tenant/a')), '403 no_secret', 'of a variable: none';
for my $wrong ('not base64!', $SecureToken::BASE64 =~ s/....\z/ab/r, "$SecureToken::BASE64=", 'YQ', 'YR==', '====', '=') {
    is answer(fastly('/tenant/a'), "X-Secret: $wrong"), '403 no_secret', "of a variable: $wrong is none";
    is answer(fastly('/tenant/a'), "X-Secret: $wrong", "X-Second: $SecureToken::BASE64"), 200, 'but the second is one';
}

# --- What comes behind ------------------------------------------------------------------------------

is $nginx->get(fastly('/proxied/a?x=1'))->{body} =~ s/token=\w+/TOKEN/r, "GET /proxied/a?x=1&TOKEN\n", 'the upstream sees the link';
is $nginx->get(fastly('/stripped/a?x=1&y', query => 'x=1&TOKEN&y'))->{body}, "GET /stripped/a?x=1&y\n", 'or what is left of it';
is $nginx->get(fastly('/stripped/a'))->{body}, "GET /stripped/a\n", 'without a ?';
is $nginx->get(fastly('/tried/a?x=1'))->{body}, "file dir/index.html\n", 'try_files: the client\'s own URL counts';
is answer(fastly('/written/a?x=1')), 200, 'rewrite: the same';
is $nginx->get(fastly('/moved/a.txt?x=1'))->{body}, "file a.txt\n", 'rewrite into another location: the same';
is answer(fastly('/moved/a.txt', signs => '/a.txt')), '403 signature', 'and not what became of it';
is answer(fastly('/dir/')), 200, 'index: the same';
is answer_of($nginx->raw('HEAD ' . fastly('/a.txt') . " HTTP/1.0\r\n\r\n")), 200, 'HEAD';
is answer('http://localhost' . fastly('/a.txt?x=1')), 200, 'an absolute URL is signed without its host';
is answer('http://localhost' . fastly('/a.txt', signs => 'http://localhost/a.txt')), '403 signature', 'and not with it';
is answer(fastly('/dry/a') . '&x=1'), '200 signature', 'a dry run refuses nobody';
is $nginx->get(fastly('/dry/a') . '&x=1')->{body} =~ s/token=\w+/TOKEN/r, "GET /dry/a?TOKEN&x=1\n", 'and changes nothing';

my ($argument) = fastly('/cookie/a?x=1') =~ /(token=\w+)/;
is answer('/cookie/a?x=1', "Cookie: link=$argument"), 200, 'in a cookie: the query is signed as it is';
is answer('/cookie/a?x=2', "Cookie: link=$argument"), '403 signature', 'and no other';
is answer(fastly('/cookie/a')), '403 missing', 'and not in the query then';

$nginx->get(fastly('/a.txt?x=1&y', query => 'x=1&TOKEN&y', expires => $expires));
my $line = qr{^/a\.txt <x=1&token=${expires}_\w+&y> <x=1&y> <token=${expires}_\w+> $expires 1$}m;
like $nginx->written('access.log', $line), $line, 'the variables';

is $nginx->alarms, '', 'and nothing went wrong on the way';
unlike $nginx->log, qr/\Q$_\E/, 'no secret in the log' for $SecureToken::BASE64, $other, 'a+secret/of-24-bytes';

# --- What is never written, not at the level debug either -------------------------------------------

SKIP: {
    skip "this NGINX is built without --with-debug", 1 unless SecureToken::Nginx::has_debug();
    my $debug = SecureToken::Nginx->new(level => 'debug', http => 'server { listen unix:DIR/nginx.sock; location / { secure_token fastly; secure_token_secret ' . $SecureToken::BASE64 . '; } }')->start;
    my $right = fastly('/a.txt?x=1', expires => $expires);
    my ($token) = $right =~ /_(\w{40})/;
    my $wrong = $right =~ s/_\w{40}/'_' . '0' x 40/er;
    is $debug->get(fastly('/a.txt', expires => $expires + 1))->{status}, 200, 'a link that opens';
    is $debug->get($wrong)->{status}, 403, 'and one whose token is for others to find';
    $debug->wait_for(sub { $debug->log =~ /secure_token: signature/ });
    unlike $debug->log, qr/\Q$_\E/, 'never written: ' . ($_ =~ tr/ -~//cdr) for $SecureToken::BASE64, 'a+secret/of-24-bytes>for', $token, pack('H*', $token), "/a.txt?x=1$expires";
}

# --- nginx -t ---------------------------------------------------------------------------------------

sub complaint {
    my ($words, $outside) = @_;
    my $dir = $nginx->dir;
    my $with = SecureToken::Nginx->new(http => "@{[$outside // '']} server { listen unix:DIR/other.sock; location ^~ /x/ { secure_token fastly; $words } }" =~ s{FILE}{$dir/text}r);
    my ($rc, $said) = $with->test;
    return $rc == 0 ? $said =~ /\[(?:warn|emerg)\]/ ? $said : '' : $said;
}
$nginx->write('text', "certainly-no-base64-text\n");
chmod 0600, $nginx->dir . '/text';
is complaint("secure_token_secret $SecureToken::BASE64;"), '', 'a secret in base64';
for my $wrong ('certainly-no-base64-text', 'certainlynobase64', "'certainly no base64 text'", 'Y2VydGFpbmx5LW5vLWJhc2U2NC10ZXh0Zg=', 'Y2VydGFpbmx5LW5vLWJhc2U2NC10ZXh0_-8=') {
    my $said = complaint("secure_token_secret $wrong;");
    like $said, qr/\[emerg\] .*base64.* in \S+nginx\.conf:\d+/, "no base64: $wrong";
    unlike $said, qr/ertainly|Y2Vy/, 'and it is not repeated';
}
my $said = complaint('secure_token_secret_file FILE;');
like $said, qr/\[emerg\] .*base64/, 'nor in a file';
unlike $said, qr/certainly/, 'which is not repeated either';
like complaint('', 'secure_token_secret certainly-no-base64-text;'), qr/\[emerg\] .*base64/, 'nor from an outer block';
unlike complaint('secure_token_secret no-base64-of-any-kind;'), qr/16 bytes/, 'what is no key is not weighed';
like complaint('secure_token_secret c2hvcnQ=;'), qr/\[warn\] .*16 bytes/, 'a short one: its bytes count';
like complaint("secure_token_secret MDEyMzQ1Njc4OWFiY2Rl; "), qr/\[warn\] .*16 bytes/, 'fifteen bytes are short, whatever base64 makes of them';
like complaint("secure_token_secret $SecureToken::BASE64; $_;"), qr/\[emerg\] .*"secure_token_/, $_
    for 'secure_token_client_ip $remote_addr', 'secure_token_ttl 1h';

done_testing;
