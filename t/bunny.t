# The scheme bunny: every other argument is signed as well, what the token demands stands in arguments of its own, and the
# token may stand in the first segment of the path.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(hmac_sha256_base64 sha256_base64);
use Test::More;
use SecureToken;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new;
$nginx->write("html/$_", "file $_\n") for 'a.txt', 'my film.txt', 'v/1.txt', 'v/sub/2.txt', 'w/1.txt';
$nginx->configure(http => <<"CONF");
    map \$http_x_address \$address { volatile; default \$http_x_address; }
    log_format seen '\$uri <\$args> <\$secure_token_args> <\$secure_token_query> \$secure_token_expires';

    server {
        listen     unix:DIR/nginx.sock;
        add_header X-Reason "<\$secure_token_reason>" always;
        access_log DIR/access.log seen;

        secure_token           bunny;
        secure_token_secret    $SecureToken::SECRET;
        secure_token_client_ip \$address;
        secure_token_country   \$http_x_country;

        location /          { }
        location /cookie/   { secure_token_source \$cookie_link; try_files /a.txt =404; }
        location /named/    { secure_token_param token=sig expires=until; try_files /a.txt =404; }
        location /stripped/ { secure_token_strip on; proxy_pass http://unix:DIR/origin.sock; }
        location /written/  { rewrite ^ /a.txt?b=2 break; secure_token_strip on; proxy_pass http://unix:DIR/origin.sock; }
        location ~ ^/bcdn_token=[^/]*(?:/v/[^/]*)?/proxied/ { secure_token_strip on; proxy_pass http://unix:DIR/origin.sock; }
    }
    server {
        listen unix:DIR/origin.sock;
        location / { return 200 "\$request_method \$request_uri\\n"; }
    }
CONF
$nginx->start;

my $later = later();
sub url { return $_[0] =~ tr{+/}{-_}r }

# A link: path and query, and what of it is signed: the path, the address as bytes, and the arguments as they are meant.
sub bunny {
    my ($target, %with) = @_;
    my ($path, $query) = split /\?/, $target, 2;
    my $text  = join '', $with{path} // $path, $with{expires} // $later, $with{address} // '', $with{signs} // $query // '';
    my $token = 'HS256-' . (defined $with{address} ? '1-' : '') . url(hmac_sha256_base64($text, $SecureToken::SECRET));
    my $ends  = 'expires=' . ($with{expires} // $later);
    return "/bcdn_token=$token&" . (defined $query ? "$query&" : '') . "$ends$path" if $with{in_path};
    return "$path?token=$token&" . (defined $query ? "$query&" : '') . $ends;
}
sub answer {
    my ($link, @headers) = @_;
    my $answer = $nginx->get($link, @headers);
    return $answer->{body} =~ s/\n\z//r if $answer->{status} == 200;
    return join ' ', $answer->{status}, ($answer->{header}{'x-reason'} // '') =~ /<(.+)>/;
}

# --- What is signed ---------------------------------------------------------------------------------

is answer(bunny('/a.txt')), 'file a.txt', 'a link opens';
is answer(bunny('/a.txt', expires => earlier())), '403 expired', 'one that is too old does not';
is answer(bunny('/a.txt') . '&x=1'), '403 signature', 'nor one with an argument that nobody signed';
is answer(bunny('/a.txt?a=b%20c&d', signs => 'a=b c&d=')), 'file a.txt', 'arguments are signed as they are meant';
is answer(bunny('/a.txt?d=1&c=2', signs => 'c=2&d=1')), 'file a.txt', 'and sorted';
is answer(bunny('/a.txt?token_ignore_params=true') . '&x=1&x=2'), 'file a.txt', 'or not at all';
is answer(bunny('/a.txt?a=%00', signs => "a=\0")), '403 malformed', 'a control byte is refused';
is answer(bunny('/a.txt?a=1%26token_countries%3DDE', signs => 'a=1&token_countries=DE')), '403 malformed',
    'and what hides a restriction';
is answer(bunny('/my%20film.txt')), 'file my film.txt', 'a path is signed as it is sent';
is answer('/a.txt?token=' . url(sha256_base64("$SecureToken::SECRET/a.txt$later")) . "&expires=$later"), 'file a.txt',
    'the older form opens as well';

# --- What it demands --------------------------------------------------------------------------------

my %prefix = (path => '/v/', signs => 'token_path=/v/');
is answer(bunny('/v/sub/2.txt?token_path=%2Fv%2F', %prefix)), 'file v/sub/2.txt', 'a token for a directory opens what is in it';
is answer(bunny('/w/1.txt?token_path=%2Fv%2F', %prefix)), '403 url', 'and nothing beside it';
is answer(bunny($_ . '?token_path=%2Fv%2F', %prefix)), '403 url', "nor by way of it: $_"
    for '/v/../w/1.txt', '/v/%2E%2E/w/1.txt', '/v/..%2Fw/1.txt', '/v/sub/../../w/1.txt';
my $german = bunny('/a.txt?token_countries=DE%2CFR', signs => 'token_countries=DE,FR');
is answer($german, 'X-Country: DE'), 'file a.txt', 'a country that is listed';
is answer($german, 'X-Country: US'), '403 country', 'another';
is answer($german), '403 country', 'none that is known';
my $bound = bunny('/a.txt', address => pack 'C4', 192, 0, 2, 7);
is answer($bound, 'X-Address: 192.0.2.7'), 'file a.txt', 'the client that it is bound to';
is answer($bound, 'X-Address: 192.0.2.8'), '403 signature', 'another client';
is answer($bound), '403 client_ip', 'a client without an address';
my $network = bunny('/a.txt', address => pack 'n4x8', 0x2001, 0xdb8, 7, 8);
is answer($network, 'X-Address: 2001:db8:7:8::9'), 'file a.txt', 'of IPv6 the whole network';
is answer($network, 'X-Address: 2001:db8:7:9::9'), '403 signature', 'and not the next one';

# --- In the path ------------------------------------------------------------------------------------

is answer(bunny('/a.txt', in_path => 1)), 'file a.txt', 'the token in the path is no part of it';
is answer(bunny('/my%20film.txt', in_path => 1)), 'file my film.txt', 'whatever is escaped behind it';
my $inside = bunny('/v/sub/2.txt?token_path=%2Fv%2F', %prefix, in_path => 1);
is answer($inside), 'file v/sub/2.txt', 'and where it has slashes itself';
my $last = $inside =~ s{^(/.*)(&token_path=[^&]*)(&expires=\d+)}{$1$3$2}r;
like $last, qr{%2F/v/sub/}, 'where its last argument ends with a slash';
is answer($last), 'file v/sub/2.txt', 'that slash is not the one behind it';
is answer($last =~ s{/v/sub/2.txt\z}{/w/1.txt}r), '403 url', 'and it opens no other directory';
is answer($last =~ s{/v/sub/2.txt\z}{/../w/1.txt}r), '403 malformed', 'nor by way of itself';
is answer($inside =~ s{%2F}{/}gr), '403 malformed', 'which have to be escaped';
is answer($inside =~ s{/v/sub/2.txt\z}{/w/1.txt}r), '403 url', 'it opens its own directory only';
is answer("$inside?x=1"), '403 signature', 'and no argument in the query that is not signed';
is answer($inside =~ s{/v/sub/2.txt\z}{/../a.txt}r), '403 malformed', 'a path that climbs over it is another';
is answer($inside =~ s{%2Fv%2F}{%2F..%2Fv%2F}r), '403 malformed', 'nor is one within it';
is answer('/x' . bunny('/a.txt', in_path => 1)), '403 missing', 'it stands in front';

# --- Where it is looked for, and what is left -------------------------------------------------------

is answer('/cookie/a', 'Cookie: link=' . (bunny('/cookie/a') =~ /\?(.*)/)[0]), 'file a.txt', 'in a cookie';
is answer(bunny('/cookie/a')), '403 missing', 'and not in the query then';
is answer(bunny('/named/a') =~ s/token=/sig=/r =~ s/expires=/until=/r), 'file a.txt', 'by other names';
is answer(bunny('/named/a')), '403 missing', 'and not by its own then';

my $full = bunny('/stripped/a?a=1&limit=5&token_countries=DE&token_path=%2F&z',
    path => '/', signs => 'a=1&limit=5&token_countries=DE&token_path=/&z=');
is answer($full, 'X-Country: DE'), 'GET /stripped/a?a=1&limit=5&z', 'the token is taken out with all that is its own';
is answer(bunny('/written/a?a=1&token_path=%2F', path => '/', signs => 'a=1&token_path=/')), 'GET /a.txt?b=2&a=1',
    'also of a query that was rewritten';
is answer(bunny('/proxied/a', in_path => 1)), 'GET /proxied/a', 'and out of the path';

$nginx->write('access.log', '');
$nginx->wait_for(sub {
    answer(bunny('/a.txt?a=1&token_path=%2F', path => '/', signs => 'a=1&token_path=/'));
    -s $nginx->dir . '/access.log';
});
like $nginx->read('access.log'), qr{^/a\.txt <.*> <a=1> <token=HS256-[\w-]{43}&token_path=%2F&expires=$later> $later$}m,
    'the variables have what is its own, and what is not';

done_testing;
