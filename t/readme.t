# What README.md says works: its configurations, its commands, and the programs that sign.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use File::Basename qw(dirname);
use Crypt::AuthEnc::GCM qw(gcm_encrypt_authenticate);
use Digest::SHA qw(sha256);
use MIME::Base64 qw(encode_base64url);
use Test::More;
use Documents;

my $readme = "$ROOT/README.md";

sub config_of {
    my ($heading) = @_;
    return map { $_->{text} } blocks($readme, heading => $heading, lang => 'nginx');
}

# --- The smallest configuration, and who signs for it ----------------------------------------------

my $smallest = Documents::Nginx->new(config_of('The smallest configuration'));
for my $dir (qw(videos downloads personal films shop)) {
    $smallest->file("html/$dir/my film.mp4", "a film\n");
}
$smallest->start;
is $smallest->status("/$_/my%20film.mp4"), 403, "/$_/ without a token" for qw(videos downloads personal films shop);

# The links that the commands print, and the program.
my ($commands) = map { $_->{text} } blocks($readme, heading => 'Signing links', lang => 'sh');
my %links;
{
    local $ENV{PATH} = dirname($ENV{SECURE_TOKEN_CLI}) . ":$ENV{PATH}";
    my $dir = "$smallest->{dir}/signing";
    $smallest->file('signing/commands', $commands);
    push @{ $links{'secure-token'} }, split /\n/, `cd '$dir' && sh ./commands 2>&1`;
}
SKIP: {
    skip 'cargo is not installed', 1 unless has_program('cargo');
    my ($program) = map { $_->{text} } blocks($readme, heading => 'Rust', lang => 'rust');
    my ($output, $code) = run_rust($program);
    is $code, 0, 'Rust: the program runs' or diag $output;
    push @{ $links{Rust} }, split /\n/, $output;
}

for my $signer (sort keys %links) {
    my @links = @{ $links{$signer} };
    my $count = $signer eq 'Rust' ? 3 : 4;
    is scalar @links, $count, "$signer: there are $count links" or diag join "\n", @links;
    for my $link (@links) {
        my ($uri, $dir) = $link =~ m{^https://cdn\.example\.com(/(\w+)/my%20film\.mp4\?[^\s"<>]+)$}
            or fail("$signer: \"$link\" is a URL"), next;
        # The format of one's own hashes the host as well.
        my @host = ('-H', 'Host: cdn.example.com');
        is $smallest->status($uri, @host), 200, "$signer: /$dir/: opens";
        is $smallest->status($uri), $dir eq 'shop' ? 403 : 200, "$signer: /$dir/: on another host";
        is $smallest->status($uri =~ s/\?/x?/r, @host), $dir eq 'films' ? 404 : 403, "$signer: /$dir/: another file";
        is $smallest->status($uri =~ s/(\?\w*=?.{8})(.)/$1 . ($2 eq 'A' ? 'B' : 'A')/er, @host), 403, "$signer: /$dir/: token altered";
        is $smallest->status($uri, '--interface', '127.0.0.2'), 403, "$signer: /$dir/: does not open to another client"
            if $dir eq 'personal';
    }
}

# In a crate of its own, as a user would have it. Nothing is downloaded: what the token crate needs
# is there once the module has been built.
sub run_rust {
    my ($text) = @_;
    my $dir = "$ROOT/build/readme-rust";
    my ($dependencies) = map { $_->{text} } blocks($readme, heading => 'Rust', lang => 'toml');
    $dependencies =~ s{/path/to/nginx-secure-token/}{$ROOT/};
    my ($edition) = slurp("$ROOT/Cargo.toml") =~ /^edition = "(\d+)"/m;
    # Written only where it changed, for cargo goes by the time of a file.
    my %files = (
        'Cargo.toml' => "[package]\nname = \"readme\"\nversion = \"0.0.0\"\nedition = \"$edition\"\n\n"
            . "$dependencies\n[workspace]\n",
        'src/main.rs' => $text,
    );
    for my $name (keys %files) {
        my $file = "$dir/$name";
        spill($file, $files{$name}) unless -e $file && slurp($file) eq $files{$name};
    }
    # The same versions of everything.
    spill("$dir/Cargo.lock", slurp("$ROOT/Cargo.lock"));
    local $ENV{CARGO_TARGET_DIR} = "$dir/target";
    local $ENV{RUSTFLAGS} = '-Dwarnings';
    my $errors = "$smallest->{dir}/cargo";
    # A clock that the tests were given by LD_PRELOAD is for the program, and not for rustc, which hangs there.
    my $output = `cd '$dir' && env -u LD_PRELOAD cargo build --quiet --offline 2>'$errors' && target/debug/readme 2>>'$errors'`;
    return $? == 0 ? ($output, 0) : (slurp($errors), $? >> 8);
}

# --- The links that a signer can be checked with ---------------------------------------------------

my @rows = slurp($readme) =~ m{^\| `([\w-]+)` \| `([\w+/=]+)` \| (\S*) ?\| `(/\S+)` \|$}mg;
is @rows / 4, 6, 'links to check a signer with';
while (my ($scheme, $secret, $ip, $link) = splice @rows, 0, 4) {
    $ip =~ tr/`//d;
    my $address = $ip ? "secure_token_client_ip \$address;" : '';
    my $nginx = Documents::Nginx->new(
        "map '' \$address { default '$ip'; } server { listen 80; location / {
            secure_token $scheme; secure_token_secret $secret; $address } }"
    );
    my ($path) = $link =~ m{^(?:/\d{12}/[0-9a-f]{32})?(/[^?]+)};
    $nginx->file("html$path", "x\n");
    $nginx->start;
    my %expired = (azion => 410, 'alibaba-b' => 403);
    is $nginx->status($link), $expired{$scheme} // 200, "$scheme: $link";
    like $nginx->log, $expired{$scheme} ? qr/secure_token: expired, scheme: \Q$scheme\E,/ : qr/\A(?!.*secure_token:)/s, "$scheme: and the log has it";
    is $nginx->status($link =~ s/^[^?]*\K/x/r), 403, "$scheme: $link, path altered";
    like $nginx->log, qr/secure_token: signature,/, "$scheme: and no other reason";
    $nginx->stop;
}

{
    my ($secret, $claims, $nonce, $token) =
        slurp($readme) =~ /With the secret `(\w+)`, the claims\s+`(\S+)` and the nonce `(\w+)` it is\s+`([\w-]+)`/
        or fail 'an ectoken to check a signer with';
    my ($sealed, $tag) = gcm_encrypt_authenticate('AES', sha256($secret), pack('H*', $nonce), '', $claims);
    is encode_base64url(pack('H*', $nonce) . $sealed . $tag), $token, 'ectoken: what a signer should make';

    my $nginx = Documents::Nginx->new("location / { secure_token ectoken; secure_token_secret $secret; }");
    $nginx->start;
    is $nginx->status("/a.txt?$token"), 403, 'ectoken: it does not open';
    like $nginx->log, qr/secure_token: expired, scheme: ectoken/, 'ectoken: because it has expired';
    $nginx->stop;
}

# --- When a link does not open ---------------------------------------------------------------------

my $help = 'When a link does not open';
my ($header, $dry_run) = config_of($help);
my $header_nginx = Documents::Nginx->new($header);
$header_nginx->file('html/videos/my film.mp4', "a film\n");
$header_nginx->file('etc/nginx/secrets/azion', 'replace-me-openssl-rand-hex-16');
$header_nginx->start;
$header_nginx->status('/videos/my%20film.mp4');    # something for the log

my $spared = Documents::Nginx->new($dry_run);
$spared->file('html/videos/my film.mp4', "a film\n");
$spared->start;
is $spared->status('/videos/my%20film.mp4'), 200, 'a dry run refuses nobody';
like $spared->log, qr/secure_token: missing, scheme: azion, dry run, client: /, 'and logs';
$spared->stop;

# --- Commands --------------------------------------------------------------------------------------

for my $block (grep { $_->{heading} ne 'Signing links' } blocks($readme, lang => 'sh')) {
    my $nginx = $block->{heading} eq $help ? $header_nginx : $smallest;
    for my $line (split /\n/, $block->{text}) {
        run_command($line, $nginx) or fail "$block->{where}: there is no test for \"$line\"";
    }
}

# --- What the README says about Debian and about other versions -------------------------------------

SKIP: {
    my $nginx = '/usr/sbin/nginx';
    skip 'this is not Debian\'s NGINX', 1
        unless -x $nginx && `$nginx -V 2>&1` =~ m{--modules-path=/usr/lib/nginx/modules};
    is readlink('/usr/share/nginx/modules'), '../../lib/nginx/modules', 'where Debian has modules';
}

my ($version) = slurp("$ROOT/Cargo.toml") =~ /^rust-version = "([\d.]+)"/m;
like slurp($readme), qr{\[Rust\]\([^)]+\) \Q$version\E or newer}, 'the Rust that is needed';

$_->stop for $smallest, $header_nginx;
done_testing;
