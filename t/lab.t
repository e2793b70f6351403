# The lab, signers/web/index.html, in a real browser: what it signs opens at the module, it can be used by
# everybody, and what is typed there stays there. What it explains is in t/lab_explain.t.

use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::MD5 qw(md5_hex);
use Test::More;

use Documents qw($ROOT slurp);
use Lab;
use SecureToken qw($SECRET azion);

subtest 'the page is the one that signers/web/build makes' => sub {
    my $made = `node $ROOT/signers/web/build -`;
    is $?, 0, 'it can be made';
    ok $made eq slurp("$ROOT/signers/web/index.html"), 'and is the same; else run signers/web/build';
    my $library = slurp("$ROOT/signers/web/vendor/js-md5/md5-lite.js");
    cmp_ok index($made, $library), '>', 0, 'the library is in it as it was published';
    like $made, qr/THE SOFTWARE IS PROVIDED "AS IS"/, 'with its licence';
    unlike $made =~ s{<script.*}{}sr, qr{(?:src|href)="?(?:https?:)?//}, 'nothing is from elsewhere';
};

subtest 'its MD5 is MD5' => sub {
    open_lab();
    my $digests = js('Array.from({ length: 200 }, (_, length) => md5(new Uint8Array(length + 1).fill(length)))');
    is_deeply $digests, [map { md5_hex(chr($_) x ($_ + 1)) } 0 .. 199], 'of 200 texts';
};

# As in the configuration of Lab.pm.
my %ACME = (
    scheme => 'own', link => '?sig={token}&exp={expires}&n={nonce}', digest => 'hmac-sha256:hex',
    message => '{expires}\n{path}\n$tenant\n{nonce}', options => '',
);

subtest 'what it signs opens' => sub {
    my %links = (
        azion   => { scheme => 'azion', url => "$home/azion/my%20film.txt?x=1" },
        gcore   => { scheme => 'gcore', url => "$home/gcore/%C3%BC+%2B.txt#part" },
        'gcore, bound to a client' => { scheme => 'gcore', url => "$home/bound/a.txt", clientIp => '127.0.0.1' },
        'gcore, a directory'       => { scheme => 'gcore', url => "$home/vod/1/b.txt", path => '/vod/1/' },
        'other names'              => { scheme => 'azion', url => "$home/named/a.txt", tokenParam => 'sig', expiresParam => 'until' },
        leaseweb    => { scheme => 'leaseweb', url => "$home/shows/my%20film.txt", clientIp => '127.0.0.1' },
        fastly      => { scheme => 'fastly', url => "$home/trailers/my%20film.txt?x=1", secret => $BASE64 },
        'alibaba-b' => { scheme => 'alibaba-b', url => "$home/clips/my%20film.txt?x=1#part" },
        'alibaba-a' => { scheme => 'alibaba-a', url => "$home/clicks/my%20film.txt?x=1", 'field-uid' => 42 },
        lighttpd    => { scheme => 'lighttpd', url => "$home/downloads/my%20film.txt", ttl => 7200 },
        'akamai, one URL' => { scheme => 'akamai', secret => '00ff10', url => "$home/edge/my%20film.txt?x=1" },
        'akamai, patterns' => { scheme => 'akamai', secret => '00ff10', url => "$home/edge/a.txt", clientIp => '127.0.0.1', 'claim-acl' => '/edge/*!/x' },
        bunny => { scheme => 'bunny', url => "$home/hops/my%20film.txt?x=1", clientIp => '127.0.0.1' },
        'a format of one\'s own' => {
            %ACME, url => "$home/acme/my%20film.txt", 'field-nonce' => 5, 'variable-tenant' => 'films',
        },
        ectoken => { scheme => 'ectoken', url => "$home/films/my%20film.mp4?x=1" },
        'ectoken, restricted'      => {
            scheme => 'ectoken', url => "$home/films/a.mp4", url_allow => '/films/', proto_allow => 'http', host_allow => '127.0.0.1',
            clientip => '127.0.0.0/8', ref_deny => 'www.example.com',
        },
    );
    for my $title (sort keys %links) {
        my $link = sign(%{ $links{$title} });
        like $link, qr/^\Q$home\E\S+$/, "$title: a link" or diag text('#sign .result');
        is_quiet($title);
        ask(click => at => '#sign .buttons button:nth-of-type(3)');
        ask(wait => js => 'document.querySelector("#sign .said").textContent');
        is text('#sign .said'), 'The server answered 200.', "$title: opens";
        is_quiet("$title, tried", $link =~ s/#.*//r);

        # Handed over to be explained, with all that belongs to it.
        ask(click => at => '#sign .buttons button:nth-of-type(2)');
        ask(wait => js => 'document.querySelector("#explain .verdict")');
        my $ask = $title =~ /restricted/ ? 'It depends' : 'It opens';
        is text('#explain .verdict h2'), $ask, "$title: it says so" or diag text('#explain .result');
        like text('#explain .result'), qr/in (?:1 hour|60 minutes|59 minutes)/, "$title: and until when";
        is js('document.activeElement.name'), 'url', "$title: and the focus is there";
    }
};

subtest 'a link that opens for ever' => sub {
    my $link = sign(scheme => 'cdn77', url => "$home/ever/a.txt", lifetime => 'never');
    like $link, qr/\?secure=[\w-]{22},$/, 'has no expiry';
    like text('#sign .result'), qr/Expires\s+Never\./, 'which is said';
    is status($link), 200, 'and opens';
    choose(scheme => 'azion');
    isnt js('document.querySelector("#sign form").elements.lifetime.value'), 'never', 'where there is none, it cannot be chosen';
};

subtest 'who changes a format has one of their own' => sub {
    open_lab('sign');
    choose(scheme => 'fastly');
    unfold();
    is js('document.querySelector("#sign form").elements.message.value'), '{uri:raw}{expires}', 'a scheme shows its format';
    write_format({ message => '{uri:raw}|{expirs}' });
    is js('document.querySelector("#sign form").elements.scheme.value'), 'own', 'a change makes another of it';
    like text('#sign .format .failure'), qr/at "\{expirs\}": there is no field "expirs"; write \{expires\}/, 'what is wrong is said at once';
    fill(url => '/a');
    fill(secret => $BASE64);
    ask(press => key => 'Enter');
    ask(wait => js => 'document.querySelector("#sign .result .failure")');
    like text('#sign .result'), qr/^In the message, at "\{expirs\}"/, 'and when it is signed';
    write_format({ message => '{uri:raw}|{expires}' });
    is js('document.querySelector("#sign .format .failure").hidden'), JSON::PP::true(), 'nothing is said of what is right';
    ask(click => at => '#sign .main');
    ask(wait => js => 'document.querySelector("#signed")');
    like text('#signed'), qr{^/a\?token=\d{10}_[0-9a-f]{40}$}, 'a link';
    like text('#sign .result'), qr/secure_token_format own "\?token=\{expires\}_\{token\}" hmac-sha1:hex "\{uri:raw\}\|\{expires\}" secret=base64/,
        'and the line for the configuration';
    sign(%ACME, url => '/a', 'field-nonce' => 5, 'variable-tenant' => 'films');
    like text('#sign .result'), qr/secure_token_format own "\?sig=\{token\}&exp=\{expires\}&n=\{nonce\}" hmac-sha256:hex "\{expires\}\\n\{path\}\\n\$tenant\\n\{nonce\}"/,
        'which is the one of the configuration here';
    is_quiet('a format');
};

subtest 'what it signs shows what was signed, but not the secret' => sub {
    sign(scheme => 'gcore', url => '/gcore/my%20film.txt', clientIp => '2001:DB8::0:7');
    like text('#sign .result'), qr{\d{10}\s+expiry\s+/gcore/my␣film\.txt\s+path\s+2001:db8::7\s+client.s address\s+␣\s+a space\s+•+\s+secret},
        'piece by piece';
    unlike js('document.body.innerText'), qr/\Q$SECRET\E/, 'the secret is nowhere';
    is js('document.querySelector("#sign [name=secret]").type'), 'password', 'not even in its field';
    ask(click => at => '#sign .secret button');
    is js('document.querySelector("#sign [name=secret]").type'), 'text', 'until it is asked for';
    ask(click => at => '#sign .secret button');
    is js('document.querySelector("#sign [name=secret]").type'), 'password', 'and not any longer than that';
    ask(click => at => '#sign .buttons button');
    ask(wait => js => 'document.querySelector("#sign .said").textContent');
    like text('#sign .said'), qr/Copied|selected/, 'the link can be copied';
};

subtest 'lifetimes' => sub {
    my $left = sub { my ($expires) = $_[0] =~ /&e=(\d+)/; return ($expires // 0) - time };
    my %link = (scheme => 'azion', url => '/a');
    cmp_ok abs($left->(sign(%link)) - 3600), '<', 60, 'an hour';
    cmp_ok abs($left->(sign(%link, lifetime => 86400)) - 86400), '<', 60, 'a day';
    cmp_ok abs($left->(sign(%link, lifetime => 'other', count => 5)) - 300), '<', 60, 'five minutes';
    open_lab('sign');
    choose(lifetime => 'until');
    js('document.querySelector("[name=until]").value = "2030-01-02T03:04:05"');
    fill(url => '/a');
    fill(secret => $SECRET);
    ask(click => at => '#sign .main');
    ask(wait => js => 'document.querySelector("#signed")');
    my $time = js('Date.parse("2030-01-02T03:04:05")') / 1000;
    like text('#signed'), qr/&e=$time$/, 'an exact time, by the reader\'s own clock';
};

subtest 'a number that is none keeps nothing back once it is not asked for' => sub {
    is sign(scheme => 'azion', url => '/a', lifetime => 'other', count => 0), '(not there)', 'no seconds: no link';
    choose(lifetime => 3600);
    ask(click => at => '#sign .main');
    ask(wait => js => 'document.querySelector("#signed")');
    like text('#signed'), qr{^/a\?st=}, 'another choice: a link';
};

subtest 'what cannot be signed' => sub {
    my %wrong = (
        'no path'             => [{ scheme => 'azion', url => 'https://cdn.example.com' }, qr{^The URL has no path: write https://}],
        'a blank'             => [{ scheme => 'azion', url => '/my film' }, qr/write " " as %20/],
        'a network as client' => [{ scheme => 'gcore', url => '/a', clientIp => '10.0.0.0/8' }, qr/no address: write one such as/],
        'an & in a claim'     => [{ scheme => 'ectoken', url => '/a', ref_allow => 'a&b' }, qr/ref_allow contains an &/],
    );
    for my $title (sort keys %wrong) {
        my ($fields, $message) = @{ $wrong{$title} };
        is sign(%$fields), '(not there)', "$title: no link";
        like text('#sign .result'), $message, "$title: what to write";
        like text('#sign [role=status]'), $message, "$title: also for those who hear the page";
    }
};

subtest 'without a mouse' => sub {
    open_lab();
    # Goes on with Tab until an element has the focus; how often, and whether it could be seen on the way.
    my $tab_to = sub {
        my ($selector) = @_;
        for my $times (1 .. 20) {
            ask(press => key => 'Tab');
            my ($there, $visible) = @{ js("(() => {
                const at = document.activeElement, label = at.closest('label');
                const outlined = (element) => element && getComputedStyle(element).outlineStyle !== 'none';
                return [at.matches('$selector'), Boolean(outlined(at) || outlined(label))];
            })()") };
            return 'where it is cannot be seen' if !$visible;
            return $times if $there;
        }
        return 'not reached';
    };
    like $tab_to->('[name=scheme]'), qr/^\d+$/, 'Tab reaches the schemes';
    ask(press => key => 'ArrowRight');
    is js('document.querySelector("#sign form").elements.scheme.value'), 'gcore', 'an arrow chooses one';
    is $tab_to->('summary'), 1, 'the next one is its format';
    is $tab_to->('[name=url]'), 1, 'then the URL';
    ask(type => text => "$home/gcore/a.txt");
    is $tab_to->('[name=secret]'), 1, 'then the secret';
    ask(type => text => $SECRET);
    is $tab_to->('.secret button'), 1, 'then the button that shows it';
    like $tab_to->('#sign .main'), qr/^[1-6]$/, 'and a few steps on the button that signs';
    ask(press => key => 'Enter');
    ask(wait => js => 'document.querySelector("#signed")');
    is status(text('#signed')), 200, 'Enter signs';
    is $tab_to->('#sign .buttons button:nth-of-type(2)'), 2, 'what can be done with the link is next';
    ask(press => key => 'Space');
    ask(wait => js => 'document.querySelector("#explain .verdict")');
    is text('#explain .verdict h2'), 'It opens', 'and Space explains it';
    like text('#explain [role=status]'), qr/^It opens/, 'those who hear the page hear it';
    ask(press => key => 'Enter');
    is js('document.querySelector("#explain textarea").value.includes("\n")'), JSON::PP::false(), 'Enter in the link makes no new line';
    is js('[...document.querySelectorAll("input, select, textarea")].filter((field) => !field.labels.length).length'), 0,
        'every field has a label';
    is_quiet('without a mouse');
};

subtest 'on a phone' => sub {
    ask(size => width => 360, height => 740);
    my $link = sign(scheme => 'ectoken', url => "$home/films/" . 'a' x 60, country_allow => 'US', clientip => '2001:db8:1111:2222:3333:4444:5555:6666');
    is js('document.documentElement.scrollWidth'), 360, 'what was signed fits in the width';
    js('scrollTo(0, 0)');
    fill(url => '/films/b');
    ask(press => key => 'Enter');
    ok ask(wait => js => 'document.querySelector("#sign .result").getBoundingClientRect().top < 740'), 'and is brought into view';
    my ($verdict) = explained(url => $link, clientIp => '192.0.2.7');
    is $verdict, 'Refused: client_ip', 'it explains';
    is js('document.documentElement.scrollWidth'), 360, 'what it explains fits in the width';
    explained(url => azion('/' . '%20b' x 50, secret => "$SECRET\n"));
    is js('document.documentElement.scrollWidth'), 360, 'so do a long path and a mistake';
    ask(size => width => 1200, height => 900);
};

subtest 'a link to the page may fill in everything but a secret' => sub {
    open_lab("sign&scheme=gcore&url=/gcore/a.txt&clientIp=192.0.2.7&secret=planted&path=/x");
    is_deeply js('["scheme", "url", "clientIp", "secret", "path"].map((name) => document.querySelector("#sign form").elements[name].value)'),
        ['gcore', "$home/gcore/a.txt", '192.0.2.7', '', ''], 'scheme, URL and client';
    open_lab('sign&scheme=own&link=?t={token}&digest=hmac-md5:hex&message={path}'  =~ s/link=\K\?t=/%3Ft%3D/r);
    is_deeply js('["scheme", "link", "digest", "message"].map((name) => document.querySelector("#sign form").elements[name].value)'),
        ['own', '?t={token}', 'hmac-md5:hex', '{path}'], 'or a format';
    open_lab('explain&url=<img src=x onerror=alert(1)>?st=<b>&e=1');
    ask(click => at => '#explain .main');
    ask(wait => js => '!document.querySelector("#explain .empty")');
    is js('document.querySelectorAll("main img, main .result b b").length'), 0, 'what is filled in is text and no HTML';
    is_quiet('markup in the link');
};

subtest 'what is typed stays in the page' => sub {
    my $link = sign(scheme => 'azion', url => "$home/azion/a.txt");
    ask(click => at => '#sign .buttons button:nth-of-type(2)');
    ask(wait => js => 'document.querySelector("#explain .verdict")');
    unlike js('location.href + document.cookie + JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state])'),
        qr/\Q$SECRET\E|st=/, 'not in the address, the history, cookies or a store';
    is_quiet('signed and explained');
    my $refused = js("fetch('http://127.0.0.1:$elsewhere/').then(() => 'talked to', () => 'refused')");
    is $refused, 'refused', 'the browser lets it talk to no other server';
    js('try { const script = document.createElement("script"); script.textContent = "globalThis.planted = 1"; document.head.append(script) } catch {}');
    is js('typeof planted'), 'undefined', 'and run no other script';
    ask('seen');
};

subtest 'from a file, without a server' => sub {
    ask(open => url => 'about:blank');
    ask(open => url => "file://$ROOT/signers/web/index.html");
    ask('seen');
    choose(scheme => 'ectoken');
    fill(url => "$home/films/a.mp4");
    fill(secret => $SECRET);
    ask(press => key => 'Enter');
    ask(wait => js => 'document.querySelector("#signed")');
    is status(text('#signed')), 200, 'it signs as well';
    is js('document.querySelectorAll("#sign .buttons button").length'), 2, 'and cannot try the link';
    is_quiet('from a file');
};

is $nginx->alarms, '', 'nothing alarming is in the log of NGINX';
done_testing;
