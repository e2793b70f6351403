# Numbered captures are what the regular expression that ran last has captured, and a client's header may be
# what it ran on: no directive of ours takes them. Named captures decide right, as long as no other regular
# expression has their name.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new;
$nginx->write("html/$_/x", "file $_\n") for 'free', 'paid';

# What runs between the search for a location and the access phase, on a header that the client chooses.
my %runs = (
    'a map'              => ['map $http_user_agent $bot { default ""; "~^(.*)bot" $http_host; }', 'set $x $bot;'],
    'an if'              => ['', 'if ($http_user_agent ~ "^(.*)bot") { set $x y; }'],
    'a limit_req key'    => ['map $http_user_agent $bot { default ""; "~^(.*)bot" $http_host; } limit_req_zone $bot zone=bots:1m rate=1000r/s;', 'limit_req zone=bots burst=1000;'],
    'a limit_conn key'   => ['map $http_user_agent $bot { default ""; "~^(.*)bot" $http_host; } limit_conn_zone $bot zone=bots:1m;', 'limit_conn bots 1000;'],
    'no other expression' => ['', ''],
);
# What a client could have had read out of its own header.
my %directives = (
    secure_token_uri       => ['gcore',   '/$1',          '/$path'],
    secure_token_client_ip => ['gcore',   '$1',           '$path'],
    secure_token_country   => ['ectoken', '$1',           '$path'],
    secure_token_source    => ['gcore',   'args "md5=$1"', 'args "md5=$path"'],
    secure_token_secret    => ['gcore',   'secret-of-$1', 'secret-of-$path'],
);

sub configure {
    my ($run, $directive, $value, $scheme) = @_;
    my ($http, $location) = @{ $runs{$run} };
    my $secret = $directive eq 'secure_token_secret' ? '' : 'secure_token_secret a-secret-for-tests;';
    my $regex = $value =~ /\$path/ ? '(?<path>.*)' : '(.*)';
    $nginx->configure(http => "$http\nserver { listen unix:DIR/nginx.sock;\nlocation ~ ^/$regex\$ { secure_token $scheme; $secret $location\n$directive $value;\n} }");
    return $nginx->test;
}

for my $directive (sort keys %directives) {
    my ($scheme, $numbered, $named) = @{ $directives{$directive} };
    for my $run (sort keys %runs) {
        for my $spelling ($numbered, $numbered =~ s/\$1/\${1}/r, $numbered =~ s/\$1/\$9/r, $numbered =~ s/\$1/\$0/r, $numbered =~ s/\$1/\$1\$host/r) {
            my ($status, $text) = configure($run, $directive, $spelling, $scheme);
            is $status, 256, "$directive $spelling with $run is refused";
            my $why = $directive eq 'secure_token_secret' ? qr/has a "\$" that begins no variable/ : qr/has a numbered capture .*name the capture: "\(\?<path>\.\.\.\)"/;
            like $text, qr{\[emerg\] .*"$directive": $why.* in \Q@{[$nginx->dir]}\E/nginx\.conf:\d+\n}, 'and why, and where';
        }
        my ($status, $text) = configure($run, $directive, $named, $scheme);
        is $status, 0, "$directive $named with $run is taken" or diag $text;
    }
}

# The link is for /free/x. With "$1" and a map, an if or a limit_req key, it opened /paid/x as well.
for my $run (sort keys %runs) {
    configure($run, 'secure_token_uri', '/$path', 'azion');
    $nginx->start;
    my ($free, $paid) = map { s{^/}{}r } azion('/free/x'), azion('/paid/x');
    for my $agent ('', 'free/xbot', 'paid/xbot', '/free/xbot', 'bot', 'curl') {
        my @header = $agent eq '' ? () : "User-Agent: $agent";
        is $nginx->get("/$free", @header)->{status}, 200, "$run, '$agent': the link opens its file";
        is $nginx->get('/paid/x' . $free =~ s/.*\?/?/r, @header)->{status}, 403, "$run, '$agent': and no other";
        is $nginx->get('/free/x' . $paid =~ s/.*\?/?/r, @header)->{status}, 403, "$run, '$agent': nor the other one's this";
    }
    is $nginx->alarms, '', 'nothing is wrong';
    $nginx->stop;
}

# NGINX has one variable for all captures of a name: the documents say to take names of one's own.
for my $run ('a map', 'a limit_req key', 'an if') {
    my @as_before = @{ $runs{$run} };
    s/\Q(.*)\E/(?<path>.*)/ for @{ $runs{$run} };
    configure($run, 'secure_token_uri', '/$path', 'azion');
    $nginx->start;
    my $query = azion('/free/x') =~ s/.*\?/?/r;
    is $nginx->get("/paid/x$query", 'User-Agent: free/xbot')->{status}, 200, "$run: another capture of the same name is the same variable";
    s/\Q(?<path>\E/(?<agent>/ for @{ $runs{$run} };
    configure($run, 'secure_token_uri', '/$path', 'azion');
    ok $nginx->renew, 'a name of its own';
    is $nginx->get("/paid/x$query", 'User-Agent: free/xbot')->{status}, 403, "$run: a name of its own keeps them apart";
    is $nginx->get("/free/x$query", 'User-Agent: free/xbot')->{status}, 200, "$run: and the link opens its file";
    $nginx->stop;
    $runs{$run} = \@as_before;
}

done_testing;
