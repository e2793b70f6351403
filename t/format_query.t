# Formats of one's own whose token stands in the query, or in whatever secure_token_source names: which arguments are the
# token's, several fields in one of them, fields that may be absent, and what variables and secure_token_strip make of it.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Format;
use SecureToken::Nginx;

my %format = (
    plain  => { link => '?sig={token}&exp={expires}', digest => 'hmac-sha256:hex', message => '{expires}{path}' },
    last   => { link => '?exp={expires}&user={user}&sig={token}', digest => 'hmac-sha1:base64url', message => '{expires}\n{user}\n{path}' },
    one    => { link => '?auth={expires}.{user}~{token}', digest => 'hmac-sha512:base64url', message => '{user}\n{expires}{path}' },
    first  => { link => '?auth={token}~{user}~{expires}', digest => 'md5:hex', message => '{user}|{path}|{expires}|{secret}' },
    speed  => { link => '?sig={token}&exp={expires}&speed={speed?}', digest => 'sha256:base64url', message => '{path}{expires}[\nspeed={speed}]\n{secret}' },
    early  => { link => '?sig={token}&exp={expires}&from={start?}', digest => 'hmac-sha384:hex', message => '{expires}[:{start}|:now]{path}' },
    never  => { link => '?sig={token},{expires?}', digest => 'hmac-md5:hex', message => '{expires}{path}' },
    base64 => { link => '?sig={token}&exp={expires}', digest => 'sha384:base64', message => '{secret}{path}{expires}' },
    rest   => { link => '?sig={token}&exp={expires}', digest => 'hmac-sha256:hex', message => '{expires}{path}\n{args}' },
);
my $formats = join '', map { "secure_token_format $_ " . format_words($format{$_}) . ";\n" } sort keys %format;
my $origin = 'proxy_pass http://unix:DIR/origin.sock;';
my $closed = join '', map { "location /$_/ { secure_token $_; $origin }\n" } sort keys %format;
my $nginx = SecureToken::Nginx->new(http => <<"CONF");
    $formats
    server { listen unix:DIR/origin.sock; return 200 "\$request_uri"; }
    server {
        listen unix:DIR/nginx.sock;
        secure_token_secret $SECRET id=own;
        secure_token_strip on;
        add_header X-All   "\$secure_token_status/\$secure_token_reason/\$secure_token_scheme/\$secure_token_key" always;
        add_header X-Args  "<\$secure_token_args>" always;
        add_header X-Query "<\$secure_token_query>" always;
        add_header X-Expires "<\$secure_token_expires>" always;
        $closed
        location /paced/ { secure_token speed; secure_token_strip off; add_header X-All "\$secure_token_status/\$secure_token_reason/" always; add_header X-Speed "<\$arg_speed>"; $origin }
        location /cookie/ { secure_token plain; secure_token_source \$cookie_pass; $origin }
        location /header/ { secure_token one; secure_token_source args \$http_x_token; $origin }
        location /renamed/ { secure_token plain; secure_token_param token=t expires=e; $origin }
    }
CONF
$nginx->start;

sub query { return $_[0] =~ s/^[^?]*\?//r }

# What the origin is asked for, or why it is not.
sub answer {
    my ($link, @headers) = @_;
    my $answer = $nginx->get($link, @headers);
    return $answer->{body} if $answer->{status} == 200;
    return "$answer->{status} " . ($answer->{header}{'x-all'} // '') =~ s{^[^/]*/([^/]*)/.*}{$1}r;
}
sub header { my ($name, $link, @more) = @_; return $nginx->get($link, @more)->{header}{"x-$name"} // 'none' }
sub link_to { my ($name, $uri, @more) = @_; return link_of($format{$name eq 'paced' ? 'speed' : $name}, "/$name/$uri", @more) }

subtest 'arguments of a token have the names that the format gives, in any order, among those of the application' => sub {
    for my $name (grep { $_ ne 'rest' } sort keys %format) {
        my @with = (fields => { user => 'u1' });
        is answer(link_to($name, 'a', @with)), "/$name/a", "$name: a link opens, and is passed on without its token";
        is answer(link_to($name, 'a?x=1&y', @with) . '&z=%20'), "/$name/a?x=1&y&z=%20", "$name: around it is the application's";
        is answer(link_to($name, 'b', @with) =~ s{/b\b}{/a}r), '403 signature', "$name: it is for one path";
        is answer(link_to($name, 'a', @with, secret => 'another-secret')), '403 signature', "$name: and of one secret";
        is answer("/$name/a?x=1"), '403 missing', "$name: there is none";
    }
    my $link = link_to(last => 'a', fields => { user => 'u1' });
    is answer('/last/a?' . join '&', reverse split /&/, query($link)), '/last/a', 'in another order';
    is header(all => $link), 'PASSED//last/own', 'the scheme goes by the name of the format';
    like header(all => '/last/a'), qr{^REJECTED/missing/last/}, 'in a refusal too';
    is header(expires => link_to(plain => 'a', expires => 1_999_999_999)), '<1999999999>', '$secure_token_expires';
};

subtest 'secure_token_args and secure_token_query tell the arguments apart, however many there are' => sub {
    my $link = link_to(last => 'a?exponent=1&usersig=2', fields => { user => 'u1' });
    my ($token) = $link =~ /&(exp=.*)/;
    is header(args => "$link&z"), '<exponent=1&usersig=2&z>', 'without the token';
    is header(query => "$link&z"), "<$token>", 'the token alone';
    is answer("$link&z"), '/last/a?exponent=1&usersig=2&z', 'and secure_token_strip does as the former';
    my $speed = link_to(speed => 'a', fields => { speed => 512 });
    is header(args => $speed =~ s/\?/?a=1&/r . '&b=2'), '<a=1&b=2>', 'a field that may be absent and is there';
    is header(query => "$speed&b=2"), '<' . query($speed) . '>', 'belongs to the token';
    is header(args => '/last/a?user=1&a=1&sig='), '<a=1>', 'without a token too its names are the token\'s';
    is header(query => '/last/a?user=1&a=1'), '<>', 'and there is none to be told';
};

subtest 'every argument of a token counts once, and as it was sent' => sub {
    my $link = link_to(last => 'a', fields => { user => 'u1' });
    is answer("$link&$_"), '403 duplicate', "twice: $_" for 'sig=x', 'exp=1', 'user=u1';
    is answer($link =~ s/user=u1&//r), '403 malformed', 'a field that is missing';
    is answer($link =~ s/exp=\d+&//r), '403 malformed', 'a time that is missing';
    is answer($link =~ s/user=u1/user=u2/r), '403 signature', 'another value';
    is answer($link =~ s/user=u1/user=/r), '403 malformed', 'an empty one';
    is answer($link =~ s/\bsig=/Sig=/r), '403 missing', 'a name is a name, case and all';
    is answer(link_to(last => 'a', fields => { user => 'a%20b' })), '/last/a', 'percent-encoding is hashed as it was sent';
    is answer(link_to(last => 'a', fields => { user => 'a b' }) =~ s/user=a b/user=a%20b/r), '403 signature', 'and not as it is meant';
};

subtest 'one argument may hold several fields' => sub {
    for my $name (qw(one first)) {
        my $link = link_to($name, 'a', fields => { user => 'john' });
        is answer($link), "/$name/a", "$name: opens";
        is answer($link =~ s/john/joan/r), '403 signature', "$name: another value";
        is answer($link =~ s/[.~]john//r), '403 malformed', "$name: one that is missing";
        is answer($link =~ s/=[^&]*/=/r), '403 missing', "$name: empty, it is none";
        is answer("$link&auth=x"), '403 duplicate', "$name: twice";
        is answer(link_to($name, 'a', fields => { user => '' })), '403 malformed', "$name: an empty field, though it was signed";
        is answer(link_to($name, 'a', fields => { user => 'x' }, expires => earlier())), '403 expired', "$name: expired";
    }
};

subtest 'a field with a question mark may be absent' => sub {
    is answer(link_to(speed => 'a', fields => { speed => 512 })), '/speed/a', 'there';
    is answer(link_to(speed => 'a')), '/speed/a', 'absent';
    is answer(link_to(speed => 'a') . '&speed='), '/speed/a', 'or empty, which is the same';
    is answer(link_to(speed => 'a') . '&speed=512'), '403 signature', 'nobody adds it';
    is answer(link_to(speed => 'a', fields => { speed => 512 }) =~ s/&speed=512//r), '403 signature', 'or takes it away';
    is answer(link_to(speed => 'a', fields => { speed => 512 }) . '&speed=512'), '403 duplicate', 'twice';
    my $paced = link_to(paced => 'a', fields => { speed => 512 });
    is header(speed => $paced), '<512>', 'what the server is told by its own variable is what was signed';
    for my $more ("$paced&SPEED=9000", $paced =~ s/\?/?SPEED=9000&/r, link_to(paced => 'a') . '&Speed=9000') {
        is answer($more), '403 duplicate', "for which any case is the name: $more";
    }
    my $others = $paced =~ s/\?/?speeds=9000&xspeed&Exp=1&SIG&/r;
    is answer($others), $others, 'and no other name is';
    is answer(link_to(early => 'a')), '/early/a', 'a start that is absent is none';
    is answer(link_to(early => 'a', start => earlier(60))), '/early/a', 'one that is over';
    is answer(link_to(early => 'a', start => later(600))), '403 lifetime', 'one that is to come';
    is answer(link_to(early => 'a', start => later(600)) =~ s/&from=.*//r), '403 signature', 'cannot be left out';
    is answer(link_to(early => 'a', start => earlier(60)) =~ s/from=\d+/from=$_/r), '403 malformed', "a start that is no time: $_" for '00', '123', 'x', '-1795730000';
    is answer(link_to(early => 'a', start => 0)), '/early/a', 'and 0 is from ever on';
    is answer(link_to(never => 'a')), '/never/a', 'an expiry that may be absent';
    is answer(link_to(never => 'a', expires => '')), '/never/a', 'is for ever without';
    is header(expires => link_to(never => 'a', expires => '')), '<>', 'and none';
    is answer(link_to(never => 'a', expires => earlier())), '403 expired', 'where it is there it counts';
    is answer(link_to(never => 'a', expires => earlier()) =~ s/,\d+/,/r), '403 signature', 'and nobody takes it away';
};

subtest 'base64 may have its padding or not, and either alphabet' => sub {
    # Of a digest that has both of the characters.
    my ($link, $n) = ('', 0);
    $link = link_to(base64 => 'a' . $n++) while $link !~ /%2B.*%2F|%2F.*%2B/;
    my ($path) = $link =~ /^([^?]*)/;
    is answer($link), $path, 'percent-encoded';
    is answer($link =~ s/%2F/\//gr), $path, 'a slash as it is';
    is answer($link =~ s/%2F/_/gr =~ s/%2B/-/gr), $path, 'base64url';
    is answer($link =~ s/%2F/_/gr), '403 malformed', 'not both at once';
    is answer(link_to(last => 'a', fields => { user => 1 }) . '%3D'), '/last/a', 'padding behind base64url';
    is answer(link_to(last => 'a', fields => { user => 1 }) . '%3D%3D'), '403 malformed', 'and no more than there can be';
};

subtest '{args} is the query less the arguments of the token, in the order sent' => sub {
    is answer(link_to(rest => 'a?b=2&a=1')), '/rest/a?b=2&a=1', 'behind them';
    my $link = link_to(rest => 'a?b=2&a=1');
    my ($token) = $link =~ /&(sig=.*)/;
    is answer("/rest/a?b=2&$token&a=1"), '/rest/a?b=2&a=1', 'or around';
    is answer("/rest/a?a=1&b=2&$token"), '403 signature', 'in another order it is another query';
    is answer("$link&c"), '403 signature', 'and so is a longer one';
    is answer(link_to('rest', 'a')), '/rest/a', 'none';
};

subtest 'what stands behind the question mark describes the text of a cookie or header as well' => sub {
    my $token = query(link_of($format{plain}, '/cookie/a'));
    is answer('/cookie/a?x=1', "Cookie: pass=$token"), '/cookie/a?x=1', 'a cookie';
    is answer('/cookie/a?x=1', "Cookie: pass=y&$token"), '/cookie/a?x=1', 'with more in it';
    is header(query => '/cookie/a', "Cookie: pass=$token"), "<$token>", 'is told as it is';
    is answer("/cookie/a?$token"), '403 missing', 'and not looked for in the query';
    is answer("/cookie/a?$token", "Cookie: pass=$token"), "/cookie/a?$token", 'where it would be the application\'s';
    is answer('/cookie/a', "Cookie: pass=$token&sig=x"), '403 duplicate', 'twice';
    my $one = query(link_of($format{one}, '/header/a', fields => { user => 'u' }));
    is answer('/header/a', "X-Token: $one"), '/header/a', 'a header';
    is answer("/header/a?$one"), '/header/a', 'or the query, where both are named';
};

subtest 'secure_token_param names two of the arguments' => sub {
    my $link = link_of({ %{ $format{plain} }, link => '?t={token}&e={expires}' }, '/renamed/a');
    is answer($link), '/renamed/a', 'by these names';
    is answer($link =~ s/\bt=/sig=/r), '403 missing', 'and no others';
};

is $nginx->alarms, '', 'and nothing went wrong on the way';

done_testing;
