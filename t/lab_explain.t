# The lab in a real browser: links that the module refuses are explained, with the module's own words and
# with what the signer did instead. All that it can find is in t/lab_verdicts.t.

use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::MD5 qw(md5_hex);
use Digest::SHA qw(hmac_sha256_hex);
use Test::More;

use Lab;
use SecureToken qw($SECRET later earlier azion gcore);

subtest 'what is wrong with a link' => sub {
    my $expires = later();
    my %given = (url => $home . azion('/azion/a.txt'));
    my ($verdict, $all) = explained(%given);
    is $verdict, 'It opens', 'a good link';
    like $all, qr/Token\s+in the link\s+([\w-]{22})\s+computed\s+\1\b/, 'both tokens are shown';
    is_quiet('a good link');

    my $altered = $given{url} =~ s/a\.txt/b.txt/r;
    is status($altered), 403, 'an altered path: the module refuses it';
    ($verdict, $all) = explained(url => $altered);
    is $verdict, 'Refused: signature', 'an altered path: so does the lab';
    like $all, qr/None of the usual mistakes/, 'an altered path: nothing else is claimed';
    like $all, qr/computed\s+[\w-]{22}/, 'an altered path: what the token would be';

    my $old = $home . gcore('/gcore/a.txt', expires => earlier(2 * 86400 + 60));
    is status($old), 410, 'an old link: the module says that it has expired';
    ($verdict, $all) = explained(url => $old);
    is $verdict, 'Refused: expired', 'an old link: so does the lab';
    like $all, qr/2 days ago/, 'an old link: and when';
    like $all, qr/UTC\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/, 'an old link: also in UTC';

    my $encoded = $home . azion('/azion/my%20film.txt', expires => $expires, signs => '/azion/my%20film.txt', secret => "$SECRET\n");
    is status($encoded), 403, 'two mistakes: the module refuses it';
    ($verdict, $all) = explained(url => $encoded);
    is $verdict, 'Refused: signature', 'two mistakes: so does the lab';
    like $all, qr{newline at its end.*signed as it stands in the URL, "/azion/my%20film\.txt"}s, 'two mistakes: both are named';
    like $all, qr{What the signer hashed\s+•+\\x0a\s+secret\s+/azion/my%20film\.txt}, 'two mistakes: and what was signed';

    ($verdict, $all) = explained(url => "$home/gcore/a.txt?md5=" . md5_hex("$expires/gcore/a.txt $SECRET") . "&expires=$expires");
    is $verdict, 'Refused: malformed', 'a hexadecimal token: the reason';
    like $all, qr/The token is in hexadecimal digits.*base64url/s, 'a hexadecimal token: the mistake';

    my $twice = $home . azion('/azion/a.txt') . '?1592838041';
    is status($twice), 403, 'a second ?: the module refuses it';
    ($verdict, $all) = explained(url => $twice);
    is $verdict, 'Refused: malformed', 'a second ?: so does the lab';
    like $all, qr/There is a second "\?" in the link/, 'a second ?: the mistake';

    my $slashes = "$home/azion//a.txt" . (azion('/azion/a.txt', signs => '/azion//a.txt') =~ s/.*(?=\?)//r);
    is status($slashes), 403, 'two slashes: the module refuses them';
    ($verdict, $all) = explained(url => $slashes);
    like $all, qr{signed as "/azion//a\.txt", and NGINX merges adjacent slashes.*merge_slashes off}s, 'two slashes: the mistake';

    my $late = $home . gcore('/gcore/a.txt', expires => earlier(5));
    ($verdict, $all) = explained(url => $late, skew => 3600);
    is $verdict, 'It opens', 'a skew: opens';
    like $all, qr/Its time is over: only the clock skew lets it in/, 'a skew: and that is said';

    ($verdict, $all) = explained(url => $home . gcore('/bound/a.txt', ip => '198.51.100.7'));
    like $all, qr/may be bound to the client.s address/, 'an address that nobody named';

    my $bound = $home . gcore('/bound/a.txt', ip => '127.0.0.1');
    ($verdict) = explained(url => $bound, clientIp => '127.0.0.1');
    is $verdict, 'It opens', 'the client that it is bound to';
    ($verdict) = explained(url => $bound, clientIp => '127.0.0.2');
    is $verdict, 'Refused: signature', 'another client';

    ($verdict) = explained(url => "$home/azion/a.txt");
    is $verdict, 'Refused: missing', 'no token';
    ($verdict) = explained(url => $given{url}, secret => '');
    is $verdict, 'Not checked', 'no secret';
    ($verdict) = explained(url => $given{url} =~ s/\?st=/?sig=/r, scheme => 'azion', token => 'sig');
    is $verdict, 'It opens', 'another name of the parameter';
};

subtest 'what is wrong with a link of a format of one\'s own' => sub {
    my %format = (scheme => 'own', link => '?sig={token}&exp={expires}&n={nonce}', digest => 'hmac-sha256:hex',
        message => '{expires}\n{path}\n$tenant\n{nonce}');
    my %tenant = ('variable-tenant' => 'films');
    my $expires = later();
    my $link = sub { "$home/acme/a.txt?sig=" . hmac_sha256_hex($_[0], $SECRET) . "&exp=$expires&n=5" };
    my $good = $link->("$expires\n/acme/a.txt\nfilms\n5");
    is status($good), 200, 'a good link: the module opens it';
    my ($verdict, $all) = explained(%format, %tenant, url => $good);
    is $verdict, 'It opens', 'a good link: so does the lab';
    like $all, qr/\$tenant.*\{nonce\}/s, 'a good link: what is hashed is named';
    ($verdict, $all) = explained(%format, url => $good);
    is $verdict, 'Refused: signature', 'a variable that nobody gave';

    my $forgotten = $link->("$expires\n/acme/a.txt\nfilms");
    is status($forgotten), 403, 'a field that was forgotten: the module refuses it';
    ($verdict, $all) = explained(%format, %tenant, url => $forgotten);
    is $verdict, 'Refused: signature', 'a field that was forgotten: so does the lab';
    like $all, qr/The field \{nonce\} was not signed/, 'a field that was forgotten: the mistake';
    (undef, $all) = explained(%format, url => $good, message => '{expires}{pth}');
    like $all, qr/^In the message, at "\{pth\}": there is no field "pth"/, 'a format that is wrong: what to write instead';
    is_quiet('a format');
};

subtest 'a link is known by its look' => sub {
    my $token = 'a' x 32;
    my $expires = later();
    my %schemes = (
        "/a?auth_key=$expires-r-0-$token" => 'alibaba-a', "/$token/6b08c62b/a" => 'alibaba-c', "/a?KEY1=$token&KEY2=6b08c62b" => 'alibaba-c2',
        "/a?hdnts=exp=$expires~acl=/*~hmac=" . '0' x 64 => 'akamai', "/a?token=HS256-" . 'A' x 43 . "&expires=$expires" => 'bunny',
        "/bcdn_token=HS256-" . 'A' x 43 . "&expires=$expires/a" => 'bunny',
        "/a?verify=$expires-" . 'A' x 43 => 'cloudflare', '/' . 'A' x 22 . ",$expires/a/b" => 'cdn77-path',
    );
    for my $link (sort keys %schemes) {
        my (undef, $all) = explained(url => $link, secret => '');
        like $all, qr/scheme\s+\Q$schemes{$link}\E\b/, $link;
    }
};

subtest 'two secrets' => sub {
    open_lab('explain');
    fill(url => azion('/a'));
    fill(secret => 'a-secret-that-does-not-fit');
    ask(click => at => '#explain [name=add]');
    is js('document.activeElement.name'), 'secret', 'the focus is in the new field';
    ask(type => text => $SECRET);
    ask(press => key => 'Enter');
    ask(wait => js => 'document.querySelector("#explain .verdict")');
    like text('#explain .verdict'), qr/It opens.*Secret 2 fits/s, 'the second one fits';
};

subtest 'what an ectoken says' => sub {
    my $url = "$home/films/a.mp4";
    my $link = sign(scheme => 'ectoken', url => $url, country_allow => 'US, fr', ref_allow => '*.example.com/films', clientip => '192.0.2.0/24');
    is status($link), 403, 'the module refuses it';
    my %visit = (url => $link, clientIp => '192.0.2.7', country => 'fr', referrer => 'https://www.example.com/films/1');
    my ($verdict, $all) = explained(%visit);
    is $verdict, 'It opens', 'a visit that meets all';
    like $all, qr{Opens paths that begin with /films/a\.mp4\.}, 'the path in words';
    like $all, qr{Opens in US or FR\.}, 'the countries in words';
    like $all, qr{Opens from \*\.example\.com/films\.}, 'the pages in words';
    like $all, qr{Opens for the client 192\.0\.2\.0/24\.}, 'the clients in words';
    unlike $all, qr/Not met/, 'nothing is not met';

    ($verdict, $all) = explained(%visit, country => 'DE', referrer => '');
    is $verdict, 'Refused: country', 'another country and no page';
    like $all, qr/Not met: the country is DE\./, 'the country is not met';
    like $all, qr/Not met: the visitor comes from no page\./, 'nor the page';
    ($verdict) = explained(%visit, clientIp => '198.51.100.7');
    is $verdict, 'Refused: client_ip', 'another client';
    ($verdict, $all) = explained(%visit, url => $link =~ s/a\.mp4/b.mp4/r);
    is $verdict, 'Refused: url', 'another path';
    like $all, qr{Not met: the path is /films/b\.mp4\.}, 'the path is not met';
    ($verdict, $all) = explained(%visit, country => '');
    is $verdict, 'It depends', 'a country that nobody told';
    like $all, qr/Give the country to find out/, 'is asked for';

    my $vector = 'bs4W7wyy0OjyBQMhAaahSVo2sG4gKEzuOegBf9kI-ZzG8Gz4FQuFud2ndvmuXkReeRnKFYXTJ7q5ynniGw';
    ($verdict, $all) = explained(url => "/a.jpg?$vector", secret => 'testkey123');
    is $verdict, 'Refused: expired', 'the vendor\'s example';
    like $all, qr/2009-11-08 01:07:51 UTC/, 'the vendor\'s example: when it expired';
    like $all, qr/ec_secure=33/, 'the vendor\'s example: what else it says';
    ($verdict) = explained(url => "/a.jpg?$vector", secret => 'testkey124');
    is $verdict, 'Refused: signature', 'the vendor\'s example with another secret';
    ($verdict, $all) = explained(url => $link =~ s/\?/?x=1&/r);
    is $verdict, 'Refused: missing', 'behind another parameter';
    like $all, qr/behind other parameters/, 'behind another parameter: the mistake';
};

subtest 'what akamai and bunny say' => sub {
    my %key = (secret => '00ff10');
    my $link = sign(%key, scheme => 'akamai', url => "$home/edge/a.txt", clientIp => '192.0.2.7', 'claim-acl' => '/edge/*', 'claim-salt' => 'of ours');
    my ($verdict, $all) = explained(%key, url => $link, clientIp => '192.0.2.7', words => '"salt=of ours"');
    is $verdict, 'It opens', 'akamai: a visit that meets all';
    like $all, qr{Opens for the client 192\.0\.2\.7\..*Opens paths that fit /edge/\*\.}s, 'akamai: the claims in words';
    unlike $all, qr/of.ours/, 'akamai: the salt is not shown';
    ($verdict) = explained(%key, url => $link, clientIp => '192.0.2.7');
    is $verdict, 'Refused: signature', 'akamai: without the salt';
    ($verdict, $all) = explained(%key, url => $link =~ s{/edge/}{/other/}r, clientIp => '192.0.2.8', words => '"salt=of ours"');
    is $verdict, 'Refused: url', 'akamai: another path';
    like $all, qr{Not met: the client is 192\.0\.2\.8.*Not met: the path is /other/a\.txt}s, 'akamai: and another client';
    ($verdict, $all) = explained(%key, url => $link, words => '"salt=of ours"');
    is $verdict, 'It depends', 'akamai: a client that nobody told';
    (undef, $all) = explained(%key, url => $link, words => 'sha512');
    like $all, qr/no word sha512 of akamai: write sha1, md5/, 'akamai: a word that there is not';

    my $bunny = sign(scheme => 'bunny', url => "$home/hops/a.txt?x=1", 'claim-token_path' => '/hops/', 'claim-token_countries' => 'DE,FR');
    is status($bunny), 200, 'bunny: the module opens it';
    ($verdict, $all) = explained(url => $bunny, country => 'fr');
    is $verdict, 'It opens', 'bunny: so does the lab';
    like $all, qr{Opens paths that begin with /hops/\..*Opens in DE or FR\.}s, 'bunny: the claims in words';
    is status("$bunny&y=2"), 403, 'bunny: the module refuses another argument';
    ($verdict) = explained(url => "$bunny&y=2", country => 'fr');
    is $verdict, 'Refused: signature', 'bunny: so does the lab';
    ($verdict, $all) = explained(url => $bunny, country => 'US');
    is $verdict, 'Refused: country', 'bunny: another country';
    my $bound = sign(scheme => 'bunny', url => "$home/hops/a.txt", clientIp => '2001:db8::7');
    ($verdict) = explained(url => $bound, clientIp => '2001:db8::8');
    is $verdict, 'It opens', 'bunny: a client of the same network';
    ($verdict) = explained(url => $bound);
    is $verdict, 'Refused: client_ip', 'bunny: a client that nobody told';
    is_quiet('akamai and bunny');
};

is $nginx->alarms, '', 'nothing alarming is in the log of NGINX';
done_testing;
