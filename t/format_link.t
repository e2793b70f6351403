# secure_token_link and secure_token_digest: a built-in format, or one's own, by other names and in another place; that a
# block inherits both; and a configuration that is read again with another format.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Format;
use SecureToken::Nginx;

my %row = (
    azion     => { link => '?st={token}&e={expires}', digest => 'md5:base64url', message => '{secret}{path}{expires}' },
    tencent_a => { link => '?sign={time}-{rand}-{uid}-{token}', digest => 'md5:hex', message => '{path:raw}-{time}-{rand}-{uid}-{secret}' },
    huawei_a  => { link => '?auth_key={time}-{rand}-{uid}-{token}', digest => 'md5:hex', message => '{path:raw}-{time}-{rand}-{uid}-{secret}' },
    alibaba_b => { link => '/{time:yyyymmddhhmm+8}/{token}{path}', digest => 'md5:hex', message => '{secret}{time}{path:raw}' },
    gcore     => { link => '?md5={token}&expires={expires}', digest => 'md5:base64url', message => '{expires}{path}{client_ip} {secret}' },
    hmac      => { link => '?st={token}&ts={time:iso}&e={ttl}', digest => 'hmac-sha256:base64url', message => '{path}|{time}|{ttl}' },
    own       => { link => '?sig={token}&exp={expires}&u={user}', digest => 'hmac-sha256:hex', message => '{expires}\n{user}\n{path}' },
);
sub in { my ($name, $link, $digest) = @_; return { %{ $row{$name} }, link => $link // $row{$name}{link}, digest => $digest // $row{$name}{digest} } }

my $nginx = SecureToken::Nginx->new;
$nginx->write("html/$_", "file $_\n") for 'films/a.txt', 'dl/a.txt', 'in/a.txt';
my $own = 'secure_token_format own ' . format_words($row{own}) . ';';
my $http = <<"CONF";
    OWN
    secure_token_secret $SECRET;
    add_header X-All   "\$secure_token_status/\$secure_token_reason/\$secure_token_scheme" always;
    add_header X-Args  "<\$secure_token_args>" always;
    add_header X-Query "<\$secure_token_query>" always;
    # http: the link is that of every server that has none
    secure_token azion;
    secure_token_link "?a={token}&b={expires}";
    server {
        listen unix:DIR/nginx.sock;
        location / { try_files /a.txt =404; }
        location /names/  { secure_token_link "?x={token}&y={expires}"; try_files /a.txt =404; }
        location /param/  { secure_token_link "?x={token}&y={expires}"; secure_token_param expires=z; try_files /a.txt =404; }
        location /one/    { secure_token_link "?t={expires}.{token}"; secure_token_strip on; proxy_pass http://unix:DIR/origin.sock; }
        location /dl/     { secure_token_link "/dl/{token}/{expires}{path}"; }
        location /cookie/ { secure_token_link "?t={token}.{expires}"; secure_token_source \$cookie_pass; try_files /a.txt =404; }
        location /off/    { secure_token off; try_files /a.txt =404; }
        location /own/    { secure_token own; secure_token_link "?s={token}.{user}&until={expires}"; try_files /a.txt =404; }
        location /many/   { secure_token tencent-a; secure_token_link "?auth={token}&ts={time}&r={rand}&u={uid}"; secure_token_strip on; proxy_pass http://unix:DIR/origin.sock; }
        location /fewer/  { secure_token huawei-a; secure_token_link "?auth_key={time}-{rand}-{uid}-{token}"; secure_token_digest sha256:hex; try_files /a.txt =404; }
        location /query/  { secure_token alibaba-b; secure_token_link "?t={time:yyyymmddhhmm+8}&s={token}"; try_files /a.txt =404; }
        location /bound/  { secure_token gcore; secure_token_link "?x={token}&y={expires}"; secure_token_client_ip \$http_x_client; try_files /a.txt =404; }
    }
    server { listen unix:DIR/origin.sock; secure_token off; return 200 "\$request_uri"; }
    server {
        listen unix:DIR/server.sock;
        secure_token_link "?c={token}&d={expires}";
        location / { try_files /a.txt =404; location /in/ { try_files /a.txt =404; } }
        location /own/ { secure_token_link "?e={token}&f={expires}"; try_files /a.txt =404; if (\$arg_q) { set \$x 1; } location /own/in/ { try_files /a.txt =404; } }
        location /new/ { secure_token azion; try_files /a.txt =404; }
    }
    server { listen unix:DIR/digest.sock; secure_token huawei-a; secure_token_link "?k={time}-{rand}-{uid}-{token}"; secure_token_digest sha256:hex; location / { try_files /a.txt =404; } location /md5/ { secure_token_digest md5:hex; try_files /a.txt =404; } }
    server { listen unix:DIR/hmac.sock; secure_token secure-link-hmac; secure_token_link "?st={token}&ts={time:iso}&e={ttl}"; location / { try_files /a.txt =404; } location /sha1/ { secure_token_digest hmac-sha1:base64url; try_files /a.txt =404; } location /md5/ { secure_token_digest hmac-md5:base64url; try_files /a.txt =404; } }
CONF
sub configure { my ($format) = @_; $nginx->configure(http => $http =~ s/OWN/$format/r) }
configure($own);
$nginx->start;

sub answer {
    my ($link, $server, @headers) = @_;
    my $answer = $nginx->raw(join("\r\n", "GET $link HTTP/1.1", 'Host: localhost', 'Connection: close', @headers, '', ''), ($server // 'nginx') . '.sock');
    return $answer->{status} == 200 ? $answer->{body} =~ s/\n\z//r : "$answer->{status} " . ($answer->{header}{'x-all'} // '//') =~ s{^.*?/(.*?)/.*}{$1}r;
}
sub header { my ($name, $link) = @_; return $nginx->get($link)->{header}{"x-$name"} }

subtest 'names, order and place of the fields are the block\'s' => sub {
    my $link = link_of(in(azion => '?x={token}&y={expires}'), '/names/a');
    is answer($link), 'file a.txt', 'other names';
    is answer(link_of($row{azion}, '/names/a')), '403 missing', 'and the vendor\'s no longer';
    is header(all => $link), 'PASSED//azion', 'the scheme stays what it is';
    is header(args => "$link&st=1&e=2"), '<st=1&e=2>', 'what has the vendor\'s names is the application\'s';
    is answer(link_of(in(azion => '?x={token}&z={expires}'), '/param/a')), 'file a.txt', 'secure_token_param names what the link has';
    is answer(link_of(in(azion => '?t={expires}.{token}'), '/one/a?q=1')), '/one/a?q=1', 'two arguments made one';
    is answer(link_of(in(azion => '/dl/{token}/{expires}{path}'), '/dl/a.txt')), 'file dl/a.txt', 'a query made a path';
    is answer(link_of($row{azion}, '/dl/a.txt')), '403 missing', 'and no query any more';
    is answer(link_of(in(alibaba_b => '?t={time:yyyymmddhhmm+8}&s={token}'), '/query/a')), 'file a.txt', 'a path made a query';
    my $many = link_of(in(tencent_a => '?auth={token}&ts={time}&r={rand}&u={uid}'), '/many/a?q=1');
    is answer("$many&z"), '/many/a?q=1&z', 'one argument made four, of which secure_token_strip takes out each';
    is answer($many =~ s/&r=[^&]*//r), '403 malformed', 'and each has to be there';
    is answer($many =~ s/&u=0/&u=1/r), '403 signature', 'as it was signed';
    is answer(link_of(in(own => '?s={token}.{user}&until={expires}'), '/own/a', fields => { user => 'u' })), 'file a.txt', 'a format of one\'s own';
    is answer(link_of(in(gcore => '?x={token}&y={expires}'), '/bound/a', ip => '192.0.2.7'), undef, 'X-Client: 192.0.2.7'), 'file a.txt', 'what else a scheme has stays: the address';
    is answer(link_of(in(gcore => '?x={token}&y={expires}'), '/bound/a', ip => '192.0.2.7'), undef, 'X-Client: 192.0.2.8'), '403 signature', 'which counts';
    is answer(link_of(in(azion => '?x={token}&y={expires}'), '/names/a', expires => earlier())), '410 expired', 'the status of an expired link';
    my $token = link_of(in(azion => '?t={token}.{expires}'), '/cookie/a') =~ s/.*\?//r;
    is answer('/cookie/a', undef, "Cookie: pass=$token"), 'file a.txt', 'a cookie has the same form';
};

subtest 'a digest that the vendor leaves the choice of' => sub {
    is answer(link_of(in(huawei_a => undef, 'sha256:hex'), '/fewer/a')), 'file a.txt', 'the one';
    is answer(link_of($row{huawei_a}, '/fewer/a')), '403 malformed', 'is not the other';
    my $link = '?k={time}-{rand}-{uid}-{token}';
    is answer(link_of(in(huawei_a => $link, 'sha256:hex'), '/a'), 'digest'), 'file a.txt', 'of a server';
    is answer(link_of(in(huawei_a => $link, 'md5:hex'), '/md5/a'), 'digest'), 'file a.txt', 'a location has its own';
    is answer(link_of(in(huawei_a => $link, 'sha256:hex'), '/md5/a'), 'digest'), '403 malformed', 'instead, with the server\'s link';
    my $hmac = sub { answer(link_of(in(hmac => undef, "hmac-$_[0]:base64url"), $_[1], fields => { ttl => 3600 }), 'hmac') };
    is $hmac->(@$_), 'file a.txt', "the secret of a server is made the key of $_->[0]" for ['sha256', '/a'], ['sha1', '/sha1/a'], ['md5', '/md5/a'];
    is $hmac->(@$_), '403 malformed', "$_->[1]: and not of $_->[0]" for ['sha1', '/a'], ['sha256', '/sha1/a'], ['sha1', '/md5/a'];
};

subtest 'a block takes over the link of the one around it, until it has its own' => sub {
    my %of = map { ($_->[0] => in(azion => "?$_->[0]={token}&$_->[1]={expires}")) } ['a', 'b'], ['c', 'd'], ['e', 'f'], ['st', 'e'];
    my @where = (['nginx', '/x', 'a'], ['server', '/x', 'c'], ['server', '/in/x', 'c'], ['server', '/own/x', 'e'], ['server', '/own/in/x', 'e'], ['server', '/new/x', 'c']);
    for (@where) {
        my ($server, $path, $right) = @$_;
        # One of the names is that of a token here and of a time there.
        like answer(link_of($of{$_}, $path), $server), $_ eq $right ? qr/^file a\.txt$/ : qr/^403 (?:missing|malformed)$/, "$server $path: by the names $_" for sort keys %of;
    }
    is answer('/off/x'), 'file a.txt', 'where no scheme is in force it means nothing';
    # Which takes over no try_files.
    is answer(link_of($of{e}, '/own/in?q=1'), 'server'), '404 ', 'an "if" takes it over as well: a file that is not there';
    is answer(link_of($of{c}, '/own/in?q=1'), 'server'), '403 missing', 'and nothing by other names';
};

subtest 'a configuration that is read again' => sub {
    my ($old, $new) = map { link_of($_, '/own/a', fields => { user => 'u' }) }
        map { { %{ $row{own} }, link => '?s={token}.{user}&until={expires}', %$_ } } {}, { message => '{user}|{expires}|{path}', digest => 'hmac-sha512:base64url' };
    is answer($old), 'file a.txt', 'before, the old format';
    is answer($new), '403 malformed', 'and not the new one';
    configure($own =~ s/"hmac-sha256:hex" "[^"]*"/"hmac-sha512:base64url" "{user}|{expires}|{path}"/r);
    $nginx->renew;
    is answer($new), 'file a.txt', 'after, the new one';
    is answer($old), '403 malformed', 'and not the old';
    $nginx->clear_log;
    configure($own =~ s/\{path\}/{paht}/r);
    kill HUP => $nginx->{pid};
    ok $nginx->wait_for(sub { $nginx->log =~ /\[emerg\] [^\n]*in the message, at "\{paht\}": there is no field "paht"/ }), 'one that is wrong is refused';
    is answer($new), 'file a.txt', 'and the one before stays in force';
    $nginx->clear_log;
    configure($own);
    $nginx->renew;
    is answer($old), 'file a.txt', 'until it is mended';
};

is $nginx->alarms, '', 'and nothing went wrong on the way';

done_testing;
