# Inheritance of each directive: what stands in http or in a server holds in every block within, until a block
# has one of its own, which then holds instead and as a whole. A directive that this file knows nothing of
# fails it.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Facts qw(words);
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Format;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new;
my $later = later(5400);
my $secret = "secure_token_secret $SECRET;";
my $azion = "secure_token azion; $secret";
my $gcore = "secure_token gcore; $secret";
my $sealed = "secure_token ectoken; $secret";
$nginx->write("$_.key", "the-$_-secret-in-a-file\n") for qw(first second third);
chmod 0600, "@{[$nginx->dir]}/$_.key" for qw(first second third);

# Each link of its own.
my $links = 0;
$nginx->write("$_.revoked", "key $_\n") for qw(first second);

# What an answer says, to requests at a path that differ in what the directive is about. A request is its line
# with headers behind it.
sub statuses {
    my (@requests) = @_;
    return sub {
        my ($at, $ask) = @_;
        return join ' ', map { $_->{status} } map { $ask->($_->($at)) } @requests;
    };
}

sub opened_by { my ($name) = @_; return sub { get(azion($_[0], secret => $name)) } }
my $refused = sub { get($_[0]) };
my $expired = sub { get(azion($_[0], expires => earlier(1800))) };

# For each directive that blocks inherit
#
#   beside   what stands with it, in the outermost block
#   outer    the directive, in a block
#   inner    the directive, in a block within
#   answers  what a location answers
#   says     what that is where the outer one is in force, and where the inner one is, and where none is; undef
#            where NGINX takes no configuration without one
my %inherited = (
    secure_token => {
        beside  => $secret,
        outer   => 'secure_token azion;',
        inner   => 'secure_token gcore;',
        answers => statuses(sub { get(azion($_[0])) }, sub { get(gcore($_[0])) }),
        says    => ['200 403', '403 200', '200 200'],
    },
    secure_token_secret => {
        beside  => 'secure_token azion;',
        outer   => 'secure_token_secret the-first-secret-of-two; secure_token_secret the-second-secret-of-two;',
        inner   => 'secure_token_secret a-secret-of-its-own;',
        answers => statuses(map { opened_by($_) } qw(the-first-secret-of-two the-second-secret-of-two a-secret-of-its-own)),
        says    => ['200 200 403', '403 403 200', undef],
    },
    secure_token_secret_file => {
        beside  => 'secure_token azion;',
        outer   => 'secure_token_secret_file first.key; secure_token_secret_file second.key;',
        inner   => 'secure_token_secret_file third.key;',
        answers => statuses(map { opened_by("the-$_-secret-in-a-file") } qw(first second third)),
        says    => ['200 200 403', '403 403 200', undef],
    },
    secure_token_uri => {
        beside  => $azion,
        outer   => 'secure_token_uri /outer;',
        inner   => 'secure_token_uri /inner;',
        answers => statuses(map { my $signs = $_; sub { get(azion($_[0], signs => $signs // $_[0])) } } '/outer', '/inner', undef),
        says    => ['200 403 403', '403 200 403', '403 403 200'],
    },
    secure_token_client_ip => {
        beside  => $gcore,
        outer   => 'secure_token_client_ip $http_x_outer;',
        inner   => 'secure_token_client_ip $http_x_inner;',
        answers => statuses(map { my $ip = $_; sub { get(gcore($_[0], ip => $ip)), 'X-Outer: 192.0.2.1', 'X-Inner: 192.0.2.2' } } '192.0.2.1', '192.0.2.2', undef),
        says    => ['200 403 403', '403 200 403', '403 403 200'],
    },
    secure_token_source => {
        beside  => $azion,
        outer   => 'secure_token_source $http_x_one $http_x_two;',
        inner   => 'secure_token_source $http_x_three;',
        answers => statuses(
            (map { my $name = $_; sub { my ($path, $token) = split /\?/, azion($_[0]); get($path), "X-$name: $token" } } qw(One Two Three)),
            sub { get(azion($_[0])) },
        ),
        says    => ['200 200 403 403', '403 403 200 403', '403 403 403 200'],
    },
    secure_token_param => {
        beside  => $azion,
        outer   => 'secure_token_param token=t expires=x;',
        inner   => 'secure_token_param token=u;',
        answers => statuses(map { my @names = @$_; sub { get(azion($_[0], @names)) } } [token => 't', e => 'x'], [token => 'u', e => 'x'], [token => 'u'], []),
        says    => ['200 403 403 403', '403 403 200 403', '403 403 403 200'],
    },
    secure_token_link => {
        beside  => $azion,
        outer   => 'secure_token_link "?t={token}&x={expires}";',
        inner   => 'secure_token_link "?u={token}&x={expires}";',
        answers => statuses(map { my @names = @$_; sub { get(azion($_[0], @names)) } } [token => 't', e => 'x'], [token => 'u', e => 'x'], []),
        says    => ['200 403 403', '403 200 403', '403 403 200'],
    },
    secure_token_digest => {
        beside  => "secure_token edgeone-d; $secret",
        outer   => 'secure_token_digest sha256:hex;',
        inner   => 'secure_token_digest md5:hex;',
        answers => statuses(map { my $digest = $_; sub { get(link_of({ link => '?sign={token}&t={time}', digest => $digest, message => '{secret}{path:raw}{time}' }, $_[0])) } } qw(sha256:hex md5:hex)),
        says    => ['200 403', '403 200', '403 200'],
    },
    secure_token_denied_status => {
        beside  => $azion,
        outer   => 'secure_token_denied_status 404;',
        inner   => 'secure_token_denied_status 451;',
        answers => statuses($refused, $expired),
        says    => ['404 410', '451 410', '403 410'],
    },
    secure_token_expired_status => {
        beside  => $azion,
        outer   => 'secure_token_expired_status 404;',
        inner   => 'secure_token_expired_status 451;',
        answers => statuses($refused, $expired),
        says    => ['403 404', '403 451', '403 410'],
    },
    secure_token_ignore_case => {
        beside  => $azion,
        outer   => 'secure_token_ignore_case on;',
        inner   => 'secure_token_ignore_case off;',
        answers => statuses(map { my $end = $_; sub { get(azion("$_[0]/UPPER.txt", signs => "$_[0]/$end")) } } qw(upper.txt UPPER.txt)),
        says    => ['200 403', '403 200', '403 200'],
    },
    secure_token_country => {
        beside  => $sealed,
        outer   => 'secure_token_country $http_x_outer;',
        inner   => 'secure_token_country $http_x_inner;',
        answers => statuses(map { my $country = $_; sub { get(ectoken($_[0], "ec_country_allow=$country")), 'X-Outer: FR', 'X-Inner: US' } } qw(FR US)),
        says    => ['200 403', '403 200', '403 403'],
    },
    secure_token_clock_skew => {
        beside  => $azion,
        outer   => 'secure_token_clock_skew 1h;',
        inner   => 'secure_token_clock_skew 3h;',
        answers => statuses($expired, sub { get(azion($_[0], expires => earlier(7200))) }),
        says    => ['200 410', '200 200', '410 410'],
    },
    secure_token_max_lifetime => {
        beside  => $azion,
        outer   => 'secure_token_max_lifetime 1h;',
        inner   => 'secure_token_max_lifetime 3h;',
        answers => statuses(map { my $from_now = $_; sub { get(azion($_[0], expires => later($from_now))) } } 7200, 86400),
        says    => ['403 403', '200 403', '200 200'],
    },
    secure_token_ttl => {
        beside  => "secure_token alibaba-b; $secret",
        outer   => 'secure_token_ttl 1h;',
        inner   => 'secure_token_ttl 3h;',
        answers => statuses(map { my $ago = $_; sub { get(alibaba_b($_[0], time => time - $ago)) } } 2700, 7200),
        says    => ['200 403', '200 200', '403 403'],
    },
    secure_token_strip => {
        beside  => $azion,
        outer   => 'secure_token_strip on;',
        inner   => 'secure_token_strip off;',
        answers => sub { my ($at, $ask) = @_; return $ask->(get(azion($at) . '&a=1'))->{header}{'x-args'} =~ s/\b(st|e)=[^&>]+/$1/gr },
        says    => ['<a=1>', '<st&e&a=1>', '<st&e&a=1>'],
    },
    secure_token_playlist => {
        beside  => $azion,
        outer   => 'secure_token_playlist sign;',
        inner   => 'secure_token_playlist off;',
        answers => is_rewritten('m3u8'),
        says    => ['with a token', 'as it was', 'as it was'],
    },
    secure_token_playlist_types => {
        beside  => "$azion secure_token_playlist sign;",
        outer   => 'secure_token_playlist_types text/html text/plain;',
        inner   => 'secure_token_playlist_types text/html;',
        answers => is_rewritten('list'),
        says    => ['with a token', 'as it was', 'as it was'],
    },
    secure_token_playlist_max => {
        beside  => "$azion secure_token_playlist sign;",
        outer   => 'secure_token_playlist_max 64;',
        inner   => 'secure_token_playlist_max 1k;',
        answers => is_rewritten('mpd'),
        says    => ['as it was', 'with a token', 'with a token'],
    },
    secure_token_cookie => {
        beside  => $azion,
        outer   => 'secure_token_cookie token;',
        inner   => 'secure_token_cookie off;',
        answers => sub { my ($at, $ask) = @_; return ($ask->(get(azion($at)))->{header}{'set-cookie'} // 'none') =~ s/=.*//r },
        says    => ['token', 'none', 'none'],
    },
    secure_token_playback_grace => {
        # A cookie lasts as long as the token opens.
        beside  => "$azion secure_token_cookie token; secure_token_playback_zone viewers:1m;",
        outer   => 'secure_token_playback_grace 100d;',
        inner   => 'secure_token_playback_grace 200d;',
        answers => sub { my ($at, $ask) = @_; return int(($ask->(get(azion($at)))->{header}{'set-cookie'} =~ /Max-Age=(\d+)/)[0] / 86400) },
        says    => [100, 200, 0],
    },
    secure_token_max_clients => {
        beside  => "$azion secure_token_links links:1m; secure_token_client_ip \$arg_client;",
        outer   => 'secure_token_max_clients 1;',
        inner   => 'secure_token_max_clients 2;',
        answers => sub { my ($at, $ask) = @_; my $link = azion($at, expires => $later + ++$links); return join ' ', map { $ask->(get("$link&client=192.0.2.$_"))->{status} } 1 .. 3 },
        says    => ['200 403 403', '200 200 403', '200 200 200'],
    },
    secure_token_max_uses => {
        beside  => "$azion secure_token_links links:1m;",
        outer   => 'secure_token_max_uses 1;',
        inner   => 'secure_token_max_uses 2;',
        answers => sub { my ($at, $ask) = @_; my $link = azion($at, expires => $later + ++$links); return join ' ', map { $ask->(get($link))->{status} } 1 .. 3 },
        says    => ['200 403 403', '200 200 403', '200 200 200'],
    },
    secure_token_revoked_file => {
        beside  => 'secure_token azion; secure_token_secret the-first-secret-of-two id=first; secure_token_secret the-second-secret-of-two id=second;',
        outer   => 'secure_token_revoked_file first.revoked;',
        inner   => 'secure_token_revoked_file second.revoked;',
        answers => statuses(map { opened_by($_) } qw(the-first-secret-of-two the-second-secret-of-two)),
        says    => ['403 200', '200 403', '200 200'],
    },
    secure_token_preflight => {
        beside  => $azion,
        outer   => 'secure_token_preflight on;',
        inner   => 'secure_token_preflight off;',
        # A file answers no such question: 405.
        answers => statuses(sub { request_of('OPTIONS', $_[0]), 'Origin: https://example.com', 'Access-Control-Request-Method: GET' }, $refused),
        says    => ['405 403', '403 403', '403 403'],
    },
    secure_token_dry_run => {
        beside  => $azion,
        outer   => 'secure_token_dry_run on;',
        inner   => 'secure_token_dry_run off;',
        answers => statuses($refused),
        says    => ['200', '403', '403'],
    },
    secure_token_log_level => {
        beside  => $azion,
        outer   => 'secure_token_log_level warn;',
        inner   => 'secure_token_log_level notice;',
        answers => logged(qr/\[(\w+)\] [^\n]*secure_token: missing/),
        says    => ['warn', 'notice', 'error'],
    },
    secure_token_label => {
        beside  => $azion,
        outer   => 'secure_token_label films;',
        inner   => 'secure_token_label music;',
        answers => logged(qr/secure_token: missing, scheme: azion(?:, label: (\w+))?,/),
        says    => ['films', 'music', ''],
    },
);

# Whether a playlist has a token in it.
sub is_rewritten {
    my ($extension) = @_;
    return sub { my ($at, $ask) = @_; return $ask->(get(azion("$at.$extension")))->{body} =~ /a\.ts\?st=/ ? 'with a token' : 'as it was' };
}

# What the line of a refusal says.
sub logged {
    my ($pattern) = @_;
    return sub {
        my ($at, $ask) = @_;
        $nginx->clear_log;
        $ask->(get($at));
        return $nginx->log =~ $pattern ? $1 // '' : 'no line';
    };
}

# Those that no block inherits, and the tests that say so are below.
my @own = qw(secure_token_format secure_token_zone secure_token_playback_zone secure_token_links secure_token_metrics secure_token_revoke);

# --- Every directive --------------------------------------------------------------------------------

sub is_directive {
    my ($word) = @_;
    $nginx->configure(http => "$word;");
    my ($status, $said) = $nginx->test;
    return $said !~ /unknown directive "\Q$word\E"/;
}
is_deeply [sort keys %inherited, @own], [grep { is_directive($_) } words()], 'each directive is told of here';

# --- What blocks inherit ----------------------------------------------------------------------------

# A server with every kind of block in it, and what is in force there: 0 what the server has, 1 what is set within.
sub server {
    my ($name, $in_server, $within) = @_;
    my $own = '';
    $own = <<"    CONF" if defined $within;
        location /own { $within location /own/deep { } location /own/if { if (\$request_uri) { set \$x 1; } } location /own/limit { limit_except POST { allow all; } } }
        location /deep/own { location /deep/own/er { $within } }
    CONF
    return <<"    CONF";
    server {
        listen unix:DIR/$name.sock;
        add_header X-Args "<\$args>" always;
        # Of a token in the path the locations below know nothing.
        rewrite "^/\\d{12}/[0-9a-f]{32}(/.*)" \$1;
        $in_server
        location /plain { }
        location /deep { location /deep/er { } }
        location /if { if (\$request_uri) { set \$x 1; } }
        location /limit { limit_except POST { allow all; } }
        location ~ ^/regex { }
        location /named { try_files /nowhere \@named; }
        location \@named { try_files \$uri =404; }
        $own
    }
    CONF
}
my %outside = ('/plain' => 'a location', '/deep/er' => 'a location in a location', '/if' => 'an if', '/limit' => 'a limit_except',
    '/regex' => 'a location of a regular expression', '/named' => 'a named location');
my %inside = ('/own' => 'a location', '/own/deep' => 'a location in it', '/own/if' => 'an if in it', '/own/limit' => 'a limit_except in it',
    '/deep/own/er' => 'a location in a location');

# A file for each, and one in another case.
for my $at (keys %outside, keys %inside) {
    $nginx->write("html$at/index.html", "$at\n");
    $nginx->write("html$at/UPPER.txt", "$at\n");
    $nginx->write("html$at/a", "$at\n");
    $nginx->write("html$at/a.$_", "#EXTM3U\na.ts\n") for qw(m3u8 list);
    $nginx->write("html$at/a.mpd", '<MPD><Period><AdaptationSet><Representation id="1"><BaseURL>a.ts</BaseURL></Representation></AdaptationSet></Period></MPD>');
}

sub answers_at {
    my ($case, $server, $at) = @_;
    my $ask = sub {
        my ($line, @headers) = @_;
        return $nginx->raw(join("\r\n", "$line HTTP/1.1", 'Host: localhost', 'Connection: close', @headers, '', ''), "$server.sock");
    };
    return $case->{answers}->($at, $ask);
}

for my $directive (sort keys %inherited) {
    my $case = $inherited{$directive};
    my ($outer, $inner, $none) = @{ $case->{says} };
    my $ignores_case = $directive eq 'secure_token_ignore_case';
    my $says = sub {
        my ($says, $server, $at, $name) = @_;
        is answers_at($case, $server, $ignores_case ? $at : "$at/a"), $says, $name;
    };
    subtest $directive => sub {
        isnt $outer, $inner, 'the two can be told apart';
        $nginx->configure(http => "$case->{beside} $case->{outer}"
                . server('inherits', '', $case->{inner}) . server('own', $case->{inner}));
        $nginx->start;
        $says->($outer, 'inherits', $_, "set in http, $outside{$_} inherits it")                for sort keys %outside;
        $says->($inner, 'inherits', $_, "set in http, $inside{$_} has what the location sets") for sort keys %inside;
        $says->($inner, 'own',      $_, "set in http, $outside{$_} has what the server sets")  for sort keys %outside;
        is $nginx->alarms, '', 'nothing alarming in the log';
        $nginx->stop;

        $nginx->configure(http => $case->{beside} . server('outer', $case->{outer}, $case->{inner}) . (defined $none ? server('none', '') : ''));
        $nginx->start;
        $says->($outer, 'outer', $_, "set in a server, $outside{$_} inherits it")               for sort keys %outside;
        $says->($inner, 'outer', $_, "set in a server, $inside{$_} has what the location sets") for sort keys %inside;
        if (defined $none) {
            $says->($none, 'none', $_, "set in another server, $outside{$_} has the default") for sort keys %outside;
        }
        is $nginx->alarms, '', 'nothing alarming in the log';
        $nginx->stop;
    };
}

# --- What they do not -------------------------------------------------------------------------------

subtest 'secure_token_playback_zone: stands in http alone, and is there in every block' => sub {
    for my $block ('server { listen unix:DIR/nginx.sock; HERE }', 'server { listen unix:DIR/nginx.sock; location / { HERE } }') {
        $nginx->configure(http => $block =~ s/HERE/secure_token_playback_zone viewers:1m;/r);
        my ($status, $said) = $nginx->test;
        like $said, qr/"secure_token_playback_zone" directive is not allowed here/, 'not in a server or location';
    }
    $nginx->configure(http => "secure_token_playback_zone viewers:1m; $azion" . server('graceful', '', 'secure_token_playback_grace 5m;'));
    my ($status, $said) = $nginx->test;
    is $status, 0, 'a location within a location has it' or diag $said;
};

subtest 'secure_token_zone: stands in http alone, and counts in every block' => sub {
    $nginx->configure(http => 'server { listen unix:DIR/nginx.sock; secure_token_zone tokens:1m; }');
    my ($status, $said) = $nginx->test;
    like $said, qr/"secure_token_zone" directive is not allowed here/, 'not in a server';

    $nginx->configure(http => "secure_token_zone tokens:1m; $azion" . server('counted', '', 'secure_token_label own;')
            . 'server { listen unix:DIR/nginx.sock; location / { secure_token off; secure_token_metrics; } }');
    $nginx->start;
    my $case = { answers => statuses($refused) };
    is answers_at($case, 'counted', $_), 403, "$outside{$_}" for sort keys %outside;
    is answers_at($case, 'counted', $_), 403, "$inside{$_}"  for sort keys %inside;
    my $body = $nginx->get('/')->{body};
    my %refused = $body =~ /^secure_token_requests_total\{label="(\w*)",scheme="azion",status="rejected",reason="missing"\} (\d+)/mg;
    is_deeply \%refused, { '' => scalar keys %outside, own => scalar keys %inside }, 'what was asked of each is counted, by its label';
    $nginx->stop;
};

subtest 'secure_token_metrics: answers in its very location, whatever stands around it' => sub {
    $nginx->configure(http => 'secure_token_zone tokens:1m;' . server('answers', '', 'secure_token_metrics json;'));
    my ($status, $said) = $nginx->test;
    is $status, 0, 'the configuration is taken' or diag $said;
    $nginx->start;
    my $case = { answers => sub { my ($at, $ask) = @_; my $answer = $ask->(get($at)); return $answer->{body} =~ /^\{"version":/ ? 'counters' : $answer->{body} } };
    is answers_at($case, 'answers', '/own'), 'counters', 'the location itself';
    is answers_at($case, 'answers', '/own/deep/a'), "/own/deep\n", 'a location in it does not';
    is answers_at($case, 'answers', '/plain/a'), "/plain\n", 'nor does one beside it';
    $nginx->configure(http => <<'    CONF');
    secure_token_zone tokens:1m;
    server {
        listen unix:DIR/answers.sock;
        location /if { secure_token_metrics json; if ($request_uri) { set $x 1; } }
        location /limit { secure_token_metrics json; limit_except POST { allow all; } }
    }
    CONF
    ok $nginx->renew, 'another configuration';
    is answers_at($case, 'answers', $_), 'counters', "$outside{$_} in it does" for '/if', '/limit';
    is $nginx->alarms, '', 'nothing alarming in the log';
    $nginx->stop;
};

subtest 'secure_token_revoke: answers in its very location, whatever stands around it' => sub {
    my $zone = 'secure_token_links links:1m; allow unix:; deny all;';
    $nginx->configure(http => $zone . server('revokes', '', 'secure_token_revoke;'));
    my ($status, $said) = $nginx->test;
    is $status, 0, 'the configuration is taken' or diag $said;
    $nginx->start;
    my $case = { answers => sub { my ($at, $ask) = @_; my $answer = $ask->(get($at)); return $answer->{body} =~ /^tokens 0$/m ? 'how much' : $answer->{body} } };
    is answers_at($case, 'revokes', '/own'), 'how much', 'the location itself';
    is answers_at($case, 'revokes', '/own/deep/a'), "/own/deep\n", 'a location in it does not';
    is answers_at($case, 'revokes', '/plain/a'), "/plain\n", 'nor does one beside it';
    $nginx->configure(http => $zone . <<'    CONF');
    server {
        listen unix:DIR/revokes.sock;
        location /if { secure_token_revoke; if ($request_uri) { set $x 1; } }
        location /limit { secure_token_revoke; limit_except POST { allow all; } }
    }
    CONF
    ok $nginx->renew, 'another configuration';
    is answers_at($case, 'revokes', $_), 'how much', "$outside{$_} in it does" for '/if', '/limit';
    is $nginx->alarms, '', 'nothing alarming in the log';
    $nginx->stop;
};

done_testing;
