package SecureToken::Ectoken;

# Signs ectokens, for the tests. The ciphers are LibTomCrypt's (Crypt::*), which the module knows
# nothing of, and the format is written out anew.
#
# Claims are the text that is encrypted, such as 'ec_expire=1893456000&ec_url_allow=/video/', so that a
# test can sign whatever it likes.

use strict;
use warnings;

use Crypt::AuthEnc::GCM qw(gcm_encrypt_authenticate);
use Crypt::Mode::CFB;
use Crypt::PRNG qw(random_bytes);
use Digest::SHA qw(sha256);
use MIME::Base64 qw(encode_base64url);

use SecureToken qw($SECRET);

use Exporter qw(import);
our @EXPORT = qw(ectoken ectoken_token legacy_ectoken legacy_ectoken_token blowfish claims_of_length);

# A link: the path as it is sent and the token behind it.
#
#   secret  what it is signed with
#   param   the name of the token's parameter, where it has one
sub ectoken {
    my ($path, $claims, %with) = @_;
    return link_with($path, ectoken_token($claims, $with{secret}), %with);
}

sub legacy_ectoken {
    my ($path, $claims, %with) = @_;
    return link_with($path, legacy_ectoken_token($claims, $with{secret}), %with);
}

sub link_with {
    my ($path, $token, %with) = @_;
    return "$path?" . (defined $with{param} ? "$with{param}=" : '') . $token;
}

# base64url(nonce AES-256-GCM(claims) tag), the key being SHA-256(secret)
sub ectoken_token {
    my ($claims, $secret) = @_;
    my $nonce = random_bytes(12);
    my ($sealed, $tag) = gcm_encrypt_authenticate('AES', sha256($secret // $SECRET), $nonce, '', $claims);
    return encode_base64url($nonce . $sealed . $tag);
}

# Version 2. The number is that of all characters, and its own part always has 14.
sub legacy_ectoken_token {
    my ($claims, $secret) = @_;
    return blowfish(sprintf('ec_secure=%03d&%s', 14 + length $claims, $claims), $secret);
}

# hex(Blowfish-CFB64(text)), the key being the secret
sub blowfish {
    my ($text, $secret) = @_;
    return unpack 'H*', Crypt::Mode::CFB->new('Blowfish')->encrypt($text, $secret // $SECRET, "\0" x 8);
}

# Claims that say nothing and make a token of that many characters.
sub claims_of_length {
    my ($characters) = @_;
    my $bytes = int($characters * 3 / 4) - 12 - 16;
    return 'x=' . 'x' x ($bytes - 2);
}

1;
