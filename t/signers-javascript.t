# The signer for JavaScript as a library: what it takes, what it makes of it, and what it refuses.
# t/signers.t tries it as a command, together with those for other languages.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP qw(decode_json);
use Test::More;
use Time::Local qw(timegm);

use Documents qw($ROOT slurp);
use NodeJS;

NodeJS::needs(node => 'nodejs');

my $node = NodeJS->new('modules.mjs');

sub js { my ($js, $given) = @_; return $node->ask({ js => $js, with => $given }) }

# What it throws.
sub error { my ($js, $given) = @_; return eval { js($js, $given); 1 } ? '(nothing)' : $@ }

# The part of a signed link that is the token.
my %TOKEN = (
    azion => qr/[?&]st=([^&=]+)/, leaseweb => qr/[?&]st=([^&=]+)/, gcore => qr/[?&]md5=([^&=]+)/,
    fastly => qr/[?&]token=([^&]+)/, 'alibaba-b' => qr{^(?:https?://[^/]*)?/(\d{12}/[0-9a-f]{32})/},
);

# When a link expires, and its URL without the token.
sub before {
    my ($scheme, $url, $token) = @_;
    if ($scheme eq 'alibaba-b') {
        my ($year, $month, $day, $hour, $minute) = $token =~ /^(....)(..)(..)(..)(..)/;
        return (timegm(0, $minute, $hour, $day, $month - 1, $year) - 8 * 3600, $url =~ s{/\Q$token\E}{}r);
    }
    my ($expires) = $scheme eq 'fastly' ? $token =~ /^(\d+)_/ : $url =~ /[?&]e(?:xpires)?=(\d+)/;
    return ($expires, $url =~ s/(?<=[?&])(?:st|e|md5|expires|token)=[^&]*&?//gr =~ s/[?&]$//r);
}

subtest 'it signs what the vectors say' => sub {
    for my $scheme (sort keys %TOKEN) {
        my $vectors = decode_json(slurp("$ROOT/token/tests/data/$scheme.json"));
        my $signed = 0;
        for my $vector (grep { $_->{expect} eq 'valid' && !ref $_->{key} } @$vectors) {
            my $params = $vector->{params} // {};
            my ($token) = $vector->{url} =~ $TOKEN{$scheme} or next;
            # The signers encode no token.
            next if $token =~ /%/ || $params->{param};
            my ($expires, $url) = before($scheme, $vector->{url}, $token);
            next if $url =~ m{^(?:https?://[^/]*)?//} || ($scheme ne 'alibaba-b' && $url =~ m{[?&](?:st|token)=});
            my %options;
            $options{clientIp} = $vector->{client_ip} if $params->{ip} // $scheme eq 'leaseweb';
            $options{path} = $url =~ s{^https?://[^/]*(.*/)[^/]*$}{$1}r if $params->{dir};
            if ($scheme eq 'alibaba-b') {
                $options{lifetime} = $params->{ttl} // 1800;
                $expires += $options{lifetime};
            }
            my $made = js("signer.sign(given.scheme, given.url, given.key, given.expires, given.options)",
                { scheme => $scheme, url => $url, key => $vector->{key}, expires => $expires, options => \%options });
            is +($made =~ $TOKEN{$scheme})[0], $token =~ s{=+$}{}r, "$scheme: $vector->{description}";
            $signed++;
        }
        cmp_ok $signed, '>', 2, "$scheme: has vectors";
    }
};

subtest 'what it is handed' => sub {
    my $good = js('signer.azion("/a", "secret", 1893456000)');
    is js('signer.azion("/a", new TextEncoder().encode("secret"), 1893456000n)'), $good,
        'a secret may be bytes, and an expiry a BigInt';
    is js('signer.azion("/a", "secret", 1893456000, { md5: () => "00".repeat(16) })'),
        '/a?st=AAAAAAAAAAAAAAAAAAAAAA&e=1893456000', 'an MD5 of the caller\'s own may return digits';
    is js('signer.azion("/a", "secret", 1893456000, { md5: async () => new Uint8Array(16) })'),
        '/a?st=AAAAAAAAAAAAAAAAAAAAAA&e=1893456000', 'or bytes, and may take its time';
    is js('signer.gcore("/a", "s", 1893456000, { tokenParam: "sig", expiresParam: "until" })')
        =~ s/=[\w-]{22}/=X/r, '/a?sig=X&until=1893456000', 'parameters may be called otherwise';
    like js('signer.ectoken("/a?x=1", "s", 1893456000, { param: "token" })'), qr{^/a\?x=1&token=[\w-]+$},
        'a named ectoken stands behind the rest';
    my $never = js('signer.ectoken("/a", "s", "never", { claims: { clientip: "192.0.2.7" } })');
    is_deeply [claims($never, 's')], ['ec_url_allow=/a', 'ec_clientip=192.0.2.7'], 'an ectoken may be for ever';
    isnt js('signer.ectoken("/a", "s", "never")'), js('signer.ectoken("/a", "s", "never")'),
        'no two ectokens are alike';
    is js('signer.gcore("/a", "s", 1893456000, { clientIp: "2001:DB8:0:0:8:0:0:1" })'),
        js('signer.gcore("/a", "s", 1893456000, { clientIp: "2001:db8::8:0:0:1" })'), 'spellings of an address are one';
    is js('signer.gcore("/a", "s", 1893456000, { clientIp: "::ffff:c000:207" })'),
        js('signer.gcore("/a", "s", 1893456000, { clientIp: "192.0.2.7" })'), 'also that of an IPv4 address as IPv6';
};

subtest 'what it refuses says what to write instead' => sub {
    my %wrong = (
        'a secret that is no text'       => ['signer.azion("/a", 5, 1893456000)', qr/neither a string nor a Uint8Array/],
        'a secret that is not there'     => ['signer.azion("/a", undefined, 1893456000)', qr/neither a string/],
        'an empty secret'                => ['signer.azion("/a", "", 1893456000)', qr/empty: write one/],
        'an expiry that is a date'       => ['signer.azion("/a", "s", new Date())', qr/Unix time.*write seconds/],
        'an expiry with a fraction'      => ['signer.azion("/a", "s", 1893456000.5)', qr/Unix time/],
        'no expiry'                      => ['signer.ectoken("/a", "s")', qr/Unix time/],
        'no expiry for azion'            => ['signer.azion("/a", "s", "never")', qr/Unix time/],
        'a misspelled option'            => ['signer.gcore("/a", "s", 1893456000, { clientIP: "192.0.2.7" })', qr/no option clientIP: it has .*clientIp/],
        'an option of another scheme'    => ['signer.azion("/a", "s", 1893456000, { clientIp: "192.0.2.7" })', qr/no client_ip: take gcore/],
        'a URL that is none'             => ['signer.azion(new URL("http://a/b"), "s", 1893456000)', qr/URL is no string/],
        'letters that are not encoded'   => ['signer.azion("/\u00fc", "s", 1893456000)', qr/as %C3%BC/],
        'a country that is none'         => ['signer.ectoken("/a", "s", 1893456000, { claims: { country_allow: "DE,Austria" } })', qr/"Austria": write two letters/],
        'a protocol that is none'        => ['signer.ectoken("/a", "s", 1893456000, { claims: { proto_allow: "ftp" } })', qr/http or https/],
        'a network that is none'         => ['signer.ectoken("/a", "s", 1893456000, { claims: { clientip: "home" } })', qr/192\.0\.2\.0\/24/],
        'an MD5 that is none'            => ['signer.azion("/a", "s", 1893456000, { md5: () => "00" })', qr/no 16 bytes/],
    );
    like error($wrong{$_}[0]), qr/^SigningError: .*$wrong{$_}[1]/, $_ for sort keys %wrong;
};

# The claims of an ectoken, decrypted by the lab.
sub claims {
    my ($url, $key) = @_;
    my $found = js('explain(given.url, { secrets: [given.key], now: 0 })', { url => $url, key => $key });
    return map { "$_->{name}=$_->{value}" } @{ $found->{claims} // [] };
}

done_testing;
