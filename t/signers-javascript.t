# The signer for JavaScript as a library: what it takes, what it makes of it, and what it refuses.
# t/signers.t tries it as a command, together with those for other languages.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP qw(decode_json);
use Test::More;

use Documents qw($ROOT slurp);
use NodeJS;

NodeJS::needs(node => 'nodejs');

my $node = NodeJS->new('modules.mjs');

sub js { my ($js, $given) = @_; return $node->ask({ js => $js, with => $given }) }

# What it throws.
sub error { my ($js, $given) = @_; return eval { js($js, $given); 1 } ? '(nothing)' : $@ }

subtest 'it signs what the vectors say' => sub {
    for my $scheme (qw(azion gcore)) {
        my $vectors = decode_json(slurp("$ROOT/token/tests/data/$scheme.json"));
        for my $vector (grep { $_->{expect} eq 'valid' && !ref $_->{key} } @$vectors) {
            my ($front, $query) = $vector->{url} =~ /^([^?]*)\?(.*)$/;
            my %value = $query =~ /(\w+)=([^&]*)/g;
            my ($token, $expires) = map { $value{$_} } $scheme eq 'azion' ? qw(st e) : qw(md5 expires);
            my %options;
            $options{clientIp} = $vector->{client_ip} if $vector->{params}{ip};
            $options{path} = $front =~ s{^https?://[^/]*(.*/)[^/]*$}{$1}r if $vector->{params}{dir};
            my $signed = js("signer.$scheme(given.url, given.key, given.expires, given.options)",
                { url => $front, key => $vector->{key}, expires => $expires, options => \%options });
            like $signed, qr/[?&](?:st|md5)=\Q@{[$token =~ s{=+$}{}r]}\E&/, "$scheme: $vector->{description}";
        }
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
        'an option of another scheme'    => ['signer.azion("/a", "s", 1893456000, { clientIp: "192.0.2.7" })', qr/azion has no option clientIp/],
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
