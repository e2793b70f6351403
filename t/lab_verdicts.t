# What the lab (signers/web) knows about links: it comes to the same verdict as the module, and it finds the
# usual mistakes of signers. Without a browser; how it shows what it knows is in t/lab_explain.t.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::MD5 qw(md5 md5_hex);
use JSON::PP qw(decode_json);
use MIME::Base64 qw(encode_base64);
use Test::More;

use Documents qw($ROOT slurp);
use Facts qw(schemes);
use NodeJS;
use SecureToken ();
use SecureToken::Nginx;

NodeJS::needs(node => 'nodejs');

my $node = NodeJS->new('modules.mjs');
my $secret = 'a-secret-of-the-tests';
my $base64 = encode_base64($secret, '');
my $later  = time + 3600;

sub js { my ($js, $given) = @_; return $node->ask({ js => $js, with => $given }) }

sub base64url { return SecureToken::base64url(@_) }

my %HAS_CLAIMS = map { $_->{name} => 1 } grep { $_->{anatomy} eq 'signed' } schemes();
my %ALWAYS_BOUND = map { $_->{name} => $_->{client_ip} eq 'always' } schemes();

# --- The verdict -----------------------------------------------------------------------------------

subtest 'it explains the vectors as they are meant' => sub {
    for my $file (sort glob "$ROOT/token/tests/data/*.json") {
        my $vectors = decode_json(slurp($file));
        my ($name) = $file =~ m{([^/]+)\.json$};
        my (@wrong, $seen);
        for my $vector (@$vectors) {
            # Version 2 and the case of paths are not the lab's.
            next if $vector->{scheme} eq 'ectoken_v2' || $vector->{params}{ignore_case};
            $seen++;
            my $found = $vector->{scheme} eq 'ectoken_v3' ? explained_ectoken($vector)
                : $HAS_CLAIMS{$name} ? judged_with_claims($vector) : judged($vector);
            my $verdict = {
                '' => 'valid', expired => 'expired', map({ $_ => 'invalid' } qw(missing malformed duplicate signature)),
            }->{ $found->{reason} // 'unknown' } // 'denied';
            push @wrong, "$vector->{description}: $found->{reason}, and not $vector->{expect}" if $verdict ne $vector->{expect};
        }
        ok !@wrong && $seen, "$name: $seen vectors" or diag join "\n", @wrong;
    }
};

# Of a digest the verdict alone, which is what a vector has: looking for mistakes takes a while.
sub judged {
    my ($vector) = @_;
    my $is_bound = $ALWAYS_BOUND{ $vector->{scheme} } ? $vector->{params}{ip} // 1 : $vector->{params}{ip};
    return js('(() => {
        const [link] = lab.readLinks(given.url, given);
        return lab.judge(link.format, link, given).then(({ reason }) => ({ reason }));
    })()', {
        url => $vector->{url}, now => $vector->{now}, scheme => $vector->{scheme},
        secrets => ref $vector->{key} ? $vector->{key} : [$vector->{key}],
        $is_bound ? (address => $vector->{client_ip}) : (),
        lifetime => $vector->{params}{ttl} // 0,
        path => $vector->{params}{dir} ? $vector->{url} =~ s{^https?://[^/]*([^?]*/).*}{$1}r : '',
    });
}

# The visitor's country and address are what the module is told, which may be nothing.
sub judged_with_claims {
    my ($vector) = @_;
    my $params = $vector->{params};
    my $found = js('lab.bestOf(lab.readLinks(given.url, given), given).then(({ judged }) => judged)', {
        url => $vector->{url}, now => $vector->{now}, scheme => $vector->{scheme}, secrets => ref $vector->{key} ? $vector->{key} : [$vector->{key}],
        clientIp => $vector->{client_ip}, country => $vector->{headers}{'X-Test-Country'} // '', token => $params->{param} // '',
        words => join(' ', map { qq("$_") } @{ $params->{words} // [] }, defined $params->{salt} ? "salt=$params->{salt}" : ()),
    });
    my ($unknown) = grep { !exists $_->{fits} } @{ $found->{claims} // [] };
    return { reason => $found->{reason} || ($unknown ? $unknown->{reason} : '') };
}

sub explained_ectoken {
    my ($vector) = @_;
    my %headers = %{ $vector->{headers} // {} };
    return js('explain(given.url, given)', {
        url => $vector->{url}, now => $vector->{now}, scheme => 'ectoken',
        secrets => ref $vector->{key} ? $vector->{key} : [$vector->{key}],
        country => $headers{'X-Test-Country'} // '', referrer => $headers{Referer} // '',
        clientIp => $vector->{client_ip}, token => $vector->{params}{param} // '',
    });
}

my $nginx = SecureToken::Nginx->new(http => <<"CONF");
    server {
        listen unix:DIR/nginx.sock;
        set_real_ip_from unix:;
        real_ip_header X-Real-IP;
        secure_token_secret $secret;
        add_header X-Reason "<\$secure_token_reason>" always;
        location /azion/ { secure_token azion; try_files /a.txt =404; }
        location /gcore/ { secure_token gcore; try_files /a.txt =404; }
        location /bound/ { secure_token gcore; secure_token_client_ip \$remote_addr; try_files /a.txt =404; }
        location /shows/ { secure_token leaseweb; secure_token_client_ip \$remote_addr; try_files /a.txt =404; }
        location /trailers/ { secure_token fastly; secure_token_secret $base64; try_files /a.txt =404; }
        location ~ "^/[^/]*/[^/]*/clips/" { secure_token alibaba-b; try_files /a.txt =404; }
        location /ec/ { secure_token ectoken; secure_token_country \$http_x_country; try_files /a.txt =404; }
    }
CONF
$nginx->start;

# What the module says of a request, and what the lab says: both have to be the same.
sub agree {
    my ($title, $uri, %visit) = @_;
    my @headers = (
        defined $visit{client} ? "X-Real-IP: $visit{client}" : (),
        defined $visit{country} ? "X-Country: $visit{country}" : (),
        defined $visit{referrer} ? "Referer: $visit{referrer}" : (),
    );
    my $answer = $nginx->get($uri, @headers);
    my ($reason) = ($answer->{header}{'x-reason'} // '(no header)') =~ /^<(.*)>$/;
    # Who says nothing else comes by the socket.
    my $client = $uri =~ m{^/ec/} ? $visit{client} // 'unix:' : $visit{client} // '';
    my $found = js('explain(given.url, given)', {
        url => "http://localhost$uri", secrets => [$visit{secret} // $secret], now => time, clientIp => $client,
        country => $visit{country} // '', referrer => $visit{referrer} // '', scheme => $visit{scheme} // '',
    });
    is $found->{reason}, $reason, "$title: " . ($reason || 'opens') or diag(JSON::PP->new->canonical->pretty->encode($found));
}

subtest 'of a link with an MD5 it says what the module says' => sub {
    my $azion = js('signer.azion("/azion/a%20b.txt", given.secret, given.later)', { secret => $secret, later => $later });
    my $gcore = js('signer.gcore("/gcore/a.txt?x=1", given.secret, given.later)', { secret => $secret, later => $later });
    my $token = base64url(md5("$later/gcore/a.txt $secret"));
    my $binary = $token =~ s/(.)$/chr(ord($1) + 1)/er;
    agree('a good link', $_) for $azion, $gcore;
    agree("$_->[0]", $_->[1]) for
        ['another path', $azion =~ s/b\.txt/c.txt/r],
        ['a later expiry', $azion =~ s/e=(\d+)/'e=' . ($1 + 1)/er],
        ['a path that NGINX resolves', $gcore =~ s{/gcore/a}{/gcore//x/../a}r],
        ['a path that is encoded more than it must be', $gcore =~ s{/a\.txt}{/%61.txt}r],
        ['no token', '/gcore/a.txt'], ['an empty token', "/gcore/a.txt?md5=&expires=$later"],
        ['two tokens', "$gcore&md5=$token"], ['two expiries', "$gcore&expires=$later"],
        ['no expiry', "/gcore/a.txt?md5=$token"], ['an expiry with a sign', "/gcore/a.txt?md5=$token&expires=+$later"],
        ['an expiry with a zero in front', "/gcore/a.txt?md5=$token&expires=0$later"],
        ['a padded token', "/gcore/a.txt?md5=$token==&expires=$later"],
        ['an encoded padding', "/gcore/a.txt?md5=$token%3D%3d&expires=$later"],
        ['half a padding', "/gcore/a.txt?md5=$token=&expires=$later"],
        ['other spare bits', "/gcore/a.txt?md5=$binary&expires=$later"],
        ['a hexadecimal token', "/gcore/a.txt?md5=" . md5_hex("$later/gcore/a.txt $secret") . "&expires=$later"],
        ['a name in capitals', $gcore =~ s/md5=/MD5=/r];
    for my $past (time - 60) {
        agree('an old link of azion', js('signer.azion("/azion/a", given.secret, given.past)', { secret => $secret, past => $past }));
        agree('an old link of gcore', js('signer.gcore("/gcore/a", given.secret, given.past)', { secret => $secret, past => $past }));
    }
    my $bound = js('signer.gcore("/bound/a", given.secret, given.later, { clientIp: "2001:db8::7" })',
        { secret => $secret, later => $later });
    agree('the client that it is bound to', $bound, client => '2001:db8::7');
    agree('another client', $bound, client => '2001:db8::8');
};

subtest 'of a HMAC and of a token in the path it says what the module says' => sub {
    my $fastly = js('signer.sign("fastly", "/trailers/a%20b.txt?x=1", given.secret, given.later)', { secret => $base64, later => $later });
    my ($expires, $token) = $fastly =~ /token=(\d+)_(\w+)/;
    agree($_->[0], $_->[1], secret => $base64, scheme => 'fastly') for
        ['a good link', $fastly], ['a moved token', "/trailers/a%20b.txt?token=${expires}_$token&x=1"], ['another argument', "$fastly&y=2"],
        ['another spelling of the path', $fastly =~ s/%20/%2520/r], ['another path', $fastly =~ s/b\.txt/c.txt/r],
        ['capital digits', $fastly =~ s/_(\w+)/_\U$1/r], ['no expiry', "/trailers/a?token=$token"], ['a token alone', "/trailers/a?token=_$token"],
        ['no token', '/trailers/a?x=1'], ['two tokens', "$fastly&token=1_2"],
        ['an old link', js('signer.sign("fastly", "/trailers/a", given.secret, given.past)', { secret => $base64, past => time - 60 })];

    my $alibaba = js('signer.sign("alibaba-b", "/clips/a%20b.txt?x=1", given.secret, given.later)', { secret => $secret, later => $later });
    agree($_->[0], $_->[1], scheme => 'alibaba-b') for
        ['a good link', $alibaba], ['another query', "$alibaba&y=2"], ['another path', $alibaba =~ s/b\.txt/c.txt/r],
        ['another spelling', $alibaba =~ s/%20/%2520/r], ['capital digits', $alibaba =~ s{^(/\d+/\w+)}{\U$1}r],
        ['a digit less', $alibaba =~ s{^/\d}{/}r], ['a minute that is none', $alibaba =~ s{^/(\d{10})\d\d}{/${1}60}r],
        ['an old link', js('signer.sign("alibaba-b", "/clips/a", given.secret, given.past)', { secret => $secret, past => time - 60 })];

    my $leaseweb = js('signer.sign("leaseweb", "/shows/a", given.secret, given.later, { clientIp: "2001:db8::7" })',
        { secret => $secret, later => $later });
    agree('its client', $leaseweb, client => '2001:db8::7', scheme => 'leaseweb');
    agree('another client', $leaseweb, client => '2001:db8::8', scheme => 'leaseweb');
};

subtest 'of an ectoken it says what the module says' => sub {
    my $seal = sub {
        js('(async () => {
            const bytes = new Uint8Array(12);
            globalThis.crypto ??= (await import("node:crypto")).webcrypto;
            const key = await signer.ectokenKey(signer.toBytes(given.secret), "encrypt");
            const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: bytes }, key, signer.toBytes(given.text));
            return signer.toBase64url(signer.joinBytes([bytes, new Uint8Array(sealed)]));
        })()', { secret => $secret, text => $_[0] });
    };
    my %german = (country => 'DE');
    my @cases = (
        ["ec_expire=$later"], ['ec_expire=1'], ['ec_expire=0'], ['ec_expire='], ['ec_expire=+1'], ['ec_expire=1x'],
        ["ec_expire=$later&ec_expire=$later"], ['ec_expire'], ['my=data&x'], ['ec_unknown=1'], ['EC_EXPIRE=1'], ['&&'],
        ['ec_url_allow=/ec/'], ['ec_url_allow=/ec/a b'], ['ec_url_allow=/e'], ['ec_url_allow=/x, /ec/a'], ['ec_url_allow=/EC/'],
        ['ec_url_allow=/other'], ['ec_url_allow='], ['ec_url_allow=,'], ['ec_url_allow=/ec/,x'], ['ec_url_allow=http://localhost/ec/'],
        ['ec_clientip=192.0.2.7'], ['ec_clientip=192.0.2.7', client => '192.0.2.7'], ['ec_clientip=192.0.2.9/29', client => '192.0.2.15'],
        ['ec_clientip=192.0.2.9/29', client => '192.0.2.16'], ['ec_clientip=192.0.2.7/33', client => '192.0.2.7'],
        ['ec_clientip=::ffff:192.0.2.7', client => '192.0.2.7'], ['ec_clientip=192.0.2.7', client => '::ffff:192.0.2.7'],
        ['ec_clientip=2001:db8::/32', client => '2001:DB8:1::1'], ['ec_clientip=2001:db8::/32', client => '2001:db9::1'],
        ['ec_clientip=::/0', client => '192.0.2.7'], ['ec_clientip=0.0.0.0/0', client => '2001:db8::1'], ['ec_clientip=here', client => '192.0.2.7'],
        ['ec_clientip=10.0.0.1,192.0.2.0/24', client => '192.0.2.7'],
        ['ec_country_allow=DE, at', %german], ['ec_country_allow=US,FR', %german], ['ec_country_deny=de', %german], ['ec_country_deny=US', %german],
        ['ec_country_allow=DE&ec_country_deny=DE', %german], ['ec_country_allow=Germany', %german], ['ec_country_deny=,,', %german],
        ['ec_ref_allow=a.example'], ['ec_ref_allow=a.example,'], ['ec_ref_allow=missing,b.example'], ['ec_ref_deny=a.example'], ['ec_ref_deny=missing'],
        (map { ["ec_ref_allow=$_", referrer => 'https://www.a.example:8443/shop/1?x#y'] } qw(
            www.a.example a.example *.a.example *.www.a.example WWW.A.EXAMPLE www.a.example/shop www.a.example/Shop www.a.example/shop/2
            www.a.example:8443 www.a.example:443 *.a.example/shop www.*.example https://www.a.example missing)),
        (map { ["ec_ref_deny=$_", referrer => 'http://b.example'] } qw(b.example b.example/ b.example/x *.example c.example)),
        ['ec_ref_allow=b.example', referrer => 'http://user@b.example./x'], ['ec_ref_allow=*.b.example', referrer => 'http://.b.example'],
        (map { ["ec_host_$_"] } 'allow=localhost', 'allow=LOCALHOST', 'allow=*.localhost', 'allow=a.example', 'deny=localhost',
            'deny=a.example', 'allow=localhost:80', 'allow='),
        (map { ["ec_proto_$_"] } 'allow=http', 'allow=HTTP,https', 'allow=https', 'deny=http', 'deny=https', 'allow=ftp'),
        ['ec_expire=1&ec_url_allow=/other'], ['ec_url_allow=/other&ec_clientip=10.0.0.1', client => '192.0.2.7'],
        ['ec_proto_allow=https&ec_host_allow=a.example'], ['ec_unknown=1&ec_expire=1'], ['ec_rate=5&ec_prebuf=9&ec_secure=033'],
    );
    for my $case (@cases) {
        my ($text, %visit) = @$case;
        my $visit = join ', ', map { "$_ $visit{$_}" } sort keys %visit;
        agree("$text, $visit", '/ec/a%20b?' . $seal->($text), %visit, scheme => 'ectoken');
    }
    my $good = $seal->('ec_expire=0');
    my $spare = $seal->('ec_expire=00');
    agree($_->[0], "/ec/a?$_->[1]", scheme => 'ectoken') for
        ['behind a parameter', "x=1&$good"], ['in front of one', "$good&x=1"], ['padded', "$good="], ['wrongly padded', "$good=="], ['with spare bits', $spare], ['other spare bits', $spare =~ s/(.)$/chr(ord($1) + 1)/er],
        ['encoded', $good =~ s/(.)/sprintf '%%%02X', ord $1/er], ['too short', substr $good, 0, 30], ['altered', $good =~ s/^./B/r],
        ['a flag', 'autoplay'], ['nothing', '&'], ['no name', '=x'], ['the standard alphabet', "$good+/"];
};

# --- Mistakes --------------------------------------------------------------------------------------

# Links that somebody signed in a wrong way, each made here from scratch.
sub mistakes {
    my ($url, %given) = @_;
    my $found = js('explain(given.url, given)', { secrets => [$secret], now => time, clientIp => '', %given, url => $url });
    return ($found->{reason}, join ' ', map { $_->{what} } @{ $found->{mistakes} });
}

subtest 'it names the usual mistakes' => sub {
    my $expires = $later;
    my $link = sub {
        my ($path, $text, $token) = @_;
        $token //= base64url(md5($text));
        return "https://cdn.example.com$path" . ($path =~ /\?/ ? '&' : '?') . "md5=$token&expires=$expires";
    };
    my $path = '/films/my%20film.mp4';
    my @cases = (
        ['malformed', qr/as long as a SHA-256/, $link->('/a', '', 'a' x 64)],
        ['malformed', qr/milliseconds/, $link->('/a', "$expires/a $secret") =~ s/(expires=\d+)/${1}000/r],
        ['malformed', qr/&amp;/, $link->('/a', "$expires/a $secret") =~ s/&/&amp;/r],
        ['malformed', qr/newline.*hexadecimal/, $link->('/a', '', md5_hex("$expires/a $secret\n"))],
        ['missing', qr/no query/, 'https://cdn.example.com/a'],
        ['missing', qr/second "\?"/, $link->('/a?DVR', "$expires/a $secret") =~ s/&md5/?md5/r],
        ['malformed', qr/second "\?"/, $link->('/a', "$expires/a $secret") . '?1592838041'],
        ['malformed', qr/second "\?".*newline/, $link->('/a', "$expires/a $secret\n") . '?1592838041'],
        ['malformed', qr/second "\?"/, $link->('/a', "$expires/a $secret") =~ s/&expires/?expires/r],
        ['signature', qr{merges adjacent slashes}, $link->('//a/b', "$expires//a/b $secret")],
        ['signature', qr{merges adjacent slashes}, $link->('/a//x/../b%20c', "$expires/a//b c $secret")],
        ['signature', qr/without its extension/, $link->('/films/a.tar.gz', "$expires/films/a $secret")],
        ['malformed', qr/3600 is a length of time/, $link->('/a', "3600/a $secret") =~ s/expires=\d+/expires=3600/r],
        ['malformed', qr/3600 is a length of time/, $link->('/a', "3600/a other") =~ s/expires=\d+/expires=3600/r],
        ['malformed', qr/1h is a length of time/, $link->('/a', "1h/a $secret") =~ s/expires=\d+/expires=1h/r],
    );
    for my $case (@cases) {
        my ($reason, $mistake, $url, %given) = @$case;
        my ($is, $what) = mistakes($url, %given);
        is $is, $reason, "$mistake: the reason";
        like $what, $mistake, "$mistake: is found";
        ok length $what < 300, "$mistake: and little else";
    }
    my ($reason, $what) = mistakes($link->('/a', "$expires/a another"));
    is "$reason $what", 'signature ', 'with another secret it names no mistake';
    my $bound = { url => $link->('/a', "$expires/a198.51.100.7 $secret"), secrets => [$secret], now => time };
    like js('explain(given.url, given)', $bound)->{hint}, qr/may be bound to the client.s address/, 'gcore without an address';
    my $always = { %$bound, url => "https://h/a?st=" . ('A' x 22) . "&e=$expires", scheme => 'leaseweb' };
    like js('explain(given.url, given)', $always)->{hint}, qr/unless the location has secure_token_client_ip off/, 'leaseweb without one';
    like js('explain(given.url, given)', { %$bound, clientIp => '192.0.2.7' })->{hint}, qr/another address than 192\.0\.2\.7/,
        'gcore with another address';
    ($reason, $what) = mistakes($link->($path, '', md5_hex("$expires$path $secret\n")));
    like $what, qr/newline.*stands in the URL.*hexadecimal/, 'several at once are named together';
};

subtest 'it knows the second of the expiry and the skew' => sub {
    my $signed = sub { js("signer.$_[0]('/a', given.secret, given.later)", { secret => $secret, later => $later }) };
    my $at = sub { js('explain(given.url, given)', { url => $_[0], secrets => [$secret], now => $later + $_[1], skew => $_[2] }) };
    for my $case (['azion', 0, 0, ''], ['azion', 1, 0, 'expired'], ['gcore', -1, 0, ''], ['gcore', 0, 0, 'expired'],
        ['ectoken', 0, 0, ''], ['ectoken', 1, 0, 'expired'], ['ectoken', 31, 30, 'expired'], ['azion', 31, 30, 'expired'],
        ['gcore', 30, 30, 'expired']) {
        my ($scheme, $off, $skew, $reason) = @$case;
        my $found = $at->($signed->($scheme), $off, $skew);
        is $found->{reason}, $reason, "$scheme, $off seconds later with a skew of $skew: " . ($reason || 'opens');
        ok !$found->{late}, "$scheme: not by the skew";
    }
    for my $case (['azion', 1], ['azion', 30], ['gcore', 0], ['gcore', 29], ['ectoken', 1], ['ectoken', 30]) {
        my ($scheme, $off) = @$case;
        my $found = $at->($signed->($scheme), $off, 30);
        is $found->{reason}, '', "$scheme, $off seconds later with a skew of 30: opens";
        ok $found->{late}, "$scheme: and by the skew only";
    }
    like join(' ', map { $_->{what} } @{ $at->($signed->('gcore'), 0, 0)->{mistakes} }), qr/very second/, 'gcore: why';
};

subtest 'it names the usual mistakes with ectokens' => sub {
    my $token = js('signer.ectoken("/a", given + "\n", "never")', $secret) =~ s/.*\?//r;
    my ($reason, $what) = mistakes("/a?$token");
    is $reason, 'signature', 'a secret with a newline: the reason';
    like $what, qr/newline/, 'a secret with a newline';

    my ($good, $standard);
    do {
        $good = js('signer.ectoken("/a", given, "never")', $secret) =~ s/.*\?//r;
    } until $good =~ /[-_]/;
    ($reason, $what) = mistakes('/a?' . ($good =~ tr{-_}{+/}r));
    is $reason, 'malformed', 'the standard alphabet: the reason';
    like $what, qr/standard base64 alphabet/, 'the standard alphabet';

    ($reason, $what) = mistakes("/a?x=1&$good");
    is $reason, 'missing', 'behind another parameter: the reason';
    like $what, qr/behind other parameters/, 'behind another parameter';

    ($reason, $what) = mistakes("/a?token=$good");
    is $reason, 'missing', 'with a name: the reason';
    like $what, qr/in the parameter "token"/, 'with a name';

    # Some tokens begin like an expiry with its token behind it.
    ($reason) = mistakes('/a?token=82_' . substr $good, 3);
    is $reason, 'missing', 'with a name, and digits in front: the reason';

    for my $case (['malformed', "/a?DVR?$good"], ['missing', "/a?$good?x=1"], ['malformed', "/a?$good?1592838041"]) {
        ($reason, $what) = mistakes($case->[1]);
        is $reason, $case->[0], 'a second ?: the reason';
        like $what, qr/second "\?"/, 'a second ?';
    }
    my $length = js('signer.ectoken("/a", given, 3600)', $secret);
    ($reason, $what) = mistakes($length);
    is "$reason $what", 'expired The expiry 3600 is a length of time, and not a Unix time.', 'a length of time';

    ($reason, $what) = mistakes('/a?' . '0' x 80);
    like $what, qr/version 2/, 'version 2';
};

is $nginx->alarms, '', 'nothing alarming is in the log of NGINX';
done_testing;
