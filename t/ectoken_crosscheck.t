# ectoken and a program of others, that of the crate `ectoken` (crates.io): what the one signs, the other
# opens. It is compiled once, into build/tools. Where it cannot be had the test is left out or, with
# SECURE_TOKEN_SKIP_NOTHING set, a failure.

use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/lib";

use Encode qw(encode_utf8);
use Test::More;
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Nginx;

my $crate   = 'ectoken@0.4.4';
my $tools   = "$FindBin::Bin/../build/tools";
my $program = "$tools/bin/ectoken";
my $command = $ENV{SECURE_TOKEN_CLI} // die "SECURE_TOKEN_CLI is not set\n";
my $nginx   = SecureToken::Nginx->new;

if (!-x $program) {
    # With the dependencies that its authors locked, and a target directory of its own. A clock that the tests
    # were given by LD_PRELOAD is not for rustc, which hangs there.
    diag "compiling $crate, which takes a minute or two, once";
    my ($rc, $said) = $nginx->run(undef, qw(env -u LD_PRELOAD -u CARGO_TARGET_DIR CARGO_NET_RETRY=1 cargo install --quiet --locked --root), $tools, $crate);
    if ($rc != 0) {
        my $why = "cargo cannot install $crate: " . (($said =~ /\S/ ? $said : 'there is no cargo') =~ s/\s+/ /gr);
        plan skip_all => $why unless $ENV{SECURE_TOKEN_SKIP_NOTHING};
        fail $why;
        done_testing;
        exit 1;
    }
}

# What a program prints, or undef where it fails.
sub said_by {
    my ($rc, $said) = $nginx->run(undef, map { encode_utf8 $_ } @_);
    chomp $said;
    return $rc == 0 ? $said : undef;
}
sub theirs { return said_by($program, 'encrypt', @_) }
sub opened_by_them { return said_by($program, 'decrypt', @_) }
sub ours {
    my ($secret, $path, @options) = @_;
    local $ENV{SECRET} = encode_utf8 $secret;
    return said_by($command, qw(sign --scheme ectoken --secret-env SECRET), @options, percent_encode(encode_utf8 $path));
}

my %secrets = (plain => 'a-secret-for-tests', short => 'x', long => 'long-' x 200, odd => 'schlüssel mit "blanks", $dollars & \\ all');
for my $name (keys %secrets) {
    $nginx->write("$name.key", encode_utf8 $secrets{$name});
    chmod 0600, $nginx->dir . "/$name.key";
}
my $locations = join '', map {"
        location /$_/ { secure_token_secret_file DIR/$_.key; try_files /a.txt =404; }"} keys %secrets;
$nginx->configure(http => <<"CONF")->start;
    server {
        listen unix:DIR/nginx.sock;
        secure_token           ectoken;
        secure_token_client_ip \$http_x_client;
        add_header             X-Reason \$secure_token_reason always;
        $locations
    }
CONF

# "opens", or the reason why it does not.
sub outcome {
    my $response = $nginx->get(@_);
    return $response->{status} == 200 ? 'opens' : $response->{header}{'x-reason'};
}

my $later   = later();
my $earlier = earlier();
for my $name (sort keys %secrets) {
    my $secret = $secrets{$name};
    my %expected = (
        "ec_expire=$later" => 'opens',
        "ec_expire=$earlier" => 'expired',
        "ec_expire=$later&ec_url_allow=/$name/" => 'opens',
        "ec_expire=$later&ec_url_allow=/other/,/$name/ü" => 'opens',
        'ec_url_allow=/other/' => 'url',
        'ec_clientip=192.0.2.0/24&ec_host_allow=*.host,localhost' => 'opens',
        'ec_clientip=198.51.100.7' => 'client_ip',
        'user=42' => 'opens',
        'ec_new_thing=1' => 'unsupported_claim',
        'ec_url_allow=' . '/x,' x 1000 . "/$name/" => 'opens',
    );
    for my $claims (sort keys %expected) {
        my $shown = length $claims > 70 ? substr($claims, 0, 70) . '…' : $claims;
        my $token = theirs($secret, $claims) // '';
        is outcome("/$name/%C3%BC.mp4?$token", 'X-Client: 192.0.2.7'), $expected{$claims}, encode_utf8 "$name secret: what they sign does what it says: $shown";
        is opened_by_them($secret, ectoken_token(encode_utf8($claims), encode_utf8 $secret)), encode_utf8($claims), encode_utf8 "$name secret: what these tests sign they open: $shown";
    }
    my $theirs = theirs($secret, 'user=42');
    isnt theirs($secret, 'user=42'), $theirs, "$name secret: no two of their tokens are the same";
    is outcome("/$name/a?" . theirs("$secret.", 'user=42')), 'signature', "$name secret: and with another secret they do not open";

    for my $path ("/$name/a.txt", "/$name/ü b/c.mp4", '/') {
        my $link = ours($secret, $path, '--expires-at', $later) // '';
        my ($token) = $link =~ /\?([\w-]+)$/ or fail "$name secret: a link for $path";
        is opened_by_them($secret, $token), encode_utf8("ec_expire=$later&ec_url_allow=$path"), encode_utf8 "$name secret: what we sign says what it should: $path";
        is opened_by_them("$secret.", $token), undef, encode_utf8 "$name secret: and not with another secret: $path";
    }
    my ($token) = (ours($secret, "/$name/a", qw(--expires-in 60s --client-ip 2001:db8::7)) // '') =~ /\?([\w-]+)$/;
    like opened_by_them($secret, $token // ''), qr{^ec_expire=\d{10}&ec_url_allow=/$name/a&ec_clientip=2001:db8::7$}, "$name secret: an address too";
}

is $nginx->alarms, '', 'nothing alarming is in the log';
$nginx->stop;
done_testing;
