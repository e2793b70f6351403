# What the documents for developers say of the project: files, targets and commands that they tell of are there,
# and the crates depend on each other as they say. What they say of the sources, tools/sources holds.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use File::Basename qw(basename);
use Test::More;
use Documents;

my @documents = map { "$ROOT/$_.md" } qw(CONTRIBUTING SECURITY RELEASING docs/architecture);

# --- Files, targets, commands -----------------------------------------------------------------------

for my $document (@documents) {
    my ($name, $text) = (basename($document), slurp($document));
    # Inline code, and the lines of blocks, which may stand in a list.
    my @code = $text =~ /(?<!`)`([^`\n]+)`(?!`)/g;
    while ($text =~ /^ *```sh\n(.*?)^ *```$/msg) { push @code, map { s/^ +//r } split /\n/, $1 }

    my %seen;
    for my $code (grep { !$seen{$_}++ } @code) {
        if ($code =~ /^make /) {
            run_command($code);
        }
        elsif ($code =~ /^cargo test -p (\S+)(?: --test (\S+))?$/) {
            my ($crate, $test) = ({ 'secure-token-core' => 'token', 'secure-token' => 'cli' }->{$1}, $2);
            like slurp("$ROOT/$crate/Cargo.toml"), qr/^name = "\Q$1\E"$/m, "$name: $code: the crate";
            ok -e "$ROOT/$crate/tests/$test.rs", "$name: $code: the test" if defined $test;
        }
        elsif ($code =~ m{^[\w.*-]*/[\w./*-]*$} || $code =~ /^[\w-]+\.(?:rs|md|toml|lock|t)$/) {
            next if $code =~ m{^build/};    # what `make build` leaves
            my @there = glob "$ROOT/$code";
            ok @there && -e $there[0], "$name: $code is there";
        }
    }
    unlike $text, qr/\t| $/m, "$name: no tabs, no blanks at ends of lines";
}

like slurp("$ROOT/README.md"), qr/\]\(\Q$_\E\)/, "README.md leads to $_" for qw(CONTRIBUTING.md SECURITY.md RELEASING.md docs/architecture.md);
like slurp("$ROOT/docs/security.md"), qr/\(\.\.\/SECURITY\.md\)/, 'and docs/security.md to SECURITY.md';

# --- Which way things depend -------------------------------------------------------------------------

# The sections of a manifest that name dependencies.
sub dependencies {
    my ($manifest) = @_;
    my $text = slurp("$ROOT/$manifest");
    return map { /^([\w-]+) = /mg } $text =~ /^\[(?:build-|dev-)?dependencies\]\n(.*?)(?=^\[|\z)/msg;
}

my %ours = map { $_ => 1 } qw(token playlist explain secure-token ngx_http_secure_token_module);
my %uses = ('token/Cargo.toml' => [], 'playlist/Cargo.toml' => [], 'explain/Cargo.toml' => ['token'], 'cli/Cargo.toml' => ['explain', 'playlist', 'token'], 'Cargo.toml' => ['playlist', 'token']);
for my $manifest (sort keys %uses) {
    my @dependencies = dependencies($manifest);
    ok scalar @dependencies, "$manifest: has dependencies";
    is_deeply [grep { $ours{$_} } @dependencies], $uses{$manifest}, "$manifest: of ours it uses (@{ $uses{$manifest} })";
    is_deeply [grep { /^(?:ngx|nginx-sys)$/ } @dependencies], $manifest eq 'Cargo.toml' ? ['nginx-sys', 'ngx'] : [], "$manifest: and of NGINX";
}

done_testing;
