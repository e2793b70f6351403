# What the documents for developers say of the project: files, targets, commands and names that they tell of
# are there, and the crates depend on each other as they say.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use File::Basename qw(basename);
use File::Find qw(find);
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
            my ($crate, $test) = ({ token => 'token', 'secure-token' => 'cli' }->{$1}, $2);
            like slurp("$ROOT/$crate/Cargo.toml"), qr/^name = "\Q$1\E"$/m, "$name: $code: the crate";
            ok -e "$ROOT/$crate/tests/$test.rs", "$name: $code: the test" if defined $test;
        }
        elsif ($code =~ m{^[\w.*-]*/[\w./*-]*$} || $code =~ /^[\w-]+\.(?:rs|md|toml|lock|t)$/) {
            next if $code =~ m{^build/};    # what `make build` leaves
            my @there = glob "$ROOT/$code";
            ok @there && -e $there[0], "$name: $code is there";
        }
    }
    # `NAME` in `file`
    while ($text =~ /`(\w+)`\s+in\s+`([\w\/]+\.rs)`/g) {
        my ($word, $file) = ($1, $2);
        like slurp("$ROOT/$file"), qr/\b\Q$word\E\b/, "$name: $file has $word";
    }
    unlike $text, qr/\t| $/m, "$name: no tabs, no blanks at ends of lines";
}

like slurp("$ROOT/README.md"), qr/\]\(\Q$_\E\)/, "README.md leads to $_" for qw(CONTRIBUTING.md SECURITY.md RELEASING.md docs/architecture.md);
like slurp("$ROOT/docs/security.md"), qr/\(\.\.\/SECURITY\.md\)/, 'and docs/security.md to SECURITY.md';

# --- Which way things depend, and rules that a program can hold --------------------------------------

# The sections of a manifest that name dependencies.
sub dependencies {
    my ($manifest) = @_;
    my $text = slurp("$ROOT/$manifest");
    return map { /^([\w-]+) = /mg } $text =~ /^\[(?:build-|dev-)?dependencies\]\n(.*?)(?=^\[|\z)/msg;
}

my %ours = map { $_ => 1 } qw(token explain secure-token ngx_http_secure_token_module);
my %uses = ('token/Cargo.toml' => [], 'explain/Cargo.toml' => ['token'], 'cli/Cargo.toml' => ['explain', 'token'], 'Cargo.toml' => ['token']);
for my $manifest (sort keys %uses) {
    my @dependencies = dependencies($manifest);
    ok scalar @dependencies, "$manifest: has dependencies";
    is_deeply [grep { $ours{$_} } @dependencies], $uses{$manifest}, "$manifest: of ours it uses (@{ $uses{$manifest} })";
    is_deeply [grep { /^(?:ngx|nginx-sys)$/ } @dependencies], $manifest eq 'Cargo.toml' ? ['nginx-sys', 'ngx'] : [], "$manifest: and of NGINX";
}
like slurp("$ROOT/token/src/lib.rs"), qr/^#!\[$_\]$/m, "token: $_" for 'no_std', 'forbid\(unsafe_code\)';

my (%lines, %text);
find({ no_chdir => 1, wanted => sub {
    return unless /\.rs$/ && -f;
    my $file = s{^\Q$ROOT\E/}{}r;
    $text{$file} = slurp($_);
    $lines{$file} = () = $text{$file} =~ /\n/g;
} }, map { "$ROOT/$_" } qw(src token explain cli));
cmp_ok scalar keys %lines, '>', 50, 'there are sources';
my ($most) = slurp("$ROOT/CONTRIBUTING.md") =~ /none of Rust has more than (\d+) lines/;
is_deeply [sort grep { $lines{$_} > $most } keys %lines], [], "no file of Rust has more than $most lines";

for my $file (sort grep { $text{$_} =~ /\bunsafe \{/ } keys %text) {
    next if $file =~ m{^src/(?:nginx/|nginx\.rs)};
    like $text{$file}, qr/^(?:pub\(crate\) )?unsafe (?:extern "C" fn|impl) /m, "$file: has unsafe where C calls it, or promises something to src\/nginx";
}

my @schemes = slurp("$ROOT/token/src/scheme.rs") =~ /^mod (\w+);$/mg;
for my $scheme (grep { $_ ne 'digest' } @schemes) {
    my @others = grep { $_ ne $scheme && $_ ne 'digest' } @schemes;
    ok !(grep { $text{"token/src/scheme/$scheme.rs"} =~ /\bsuper::$_\b|scheme::$_\b/ } @others), "the scheme $scheme does not know the others";
}

done_testing;
