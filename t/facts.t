# The tables of the documents that tell what schemes and reasons there are: they say what the command says, and
# `make docs` sees to it.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use File::Copy qw(copy);
use File::Temp qw(tempdir);
use Test::More;
use Documents;
use Facts;

# A program: its status, and what it printed.
sub run {
    my $said = qx{$_[0] 2>&1};
    return ($? >> 8, $said);
}

is_deeply [run("'$ROOT/tools/docs' --check")], [0, ''], 'every table is what `make docs` would write';

# A project with one document.
my $dir = tempdir('secure-token-facts-XXXXXX', TMPDIR => 1, CLEANUP => 1);
mkdir "$dir/$_" for qw(tools docs signers);
copy("$ROOT/tools/docs", "$dir/tools/docs") or die "tools/docs: $!";
chmod 0755, "$dir/tools/docs";
spill("$dir/$_.md", "Nothing.\n") for qw(CONTRIBUTING signers/README docs/guide);
sub document { my ($facts, $table) = @_; return "Before.\n\n<!-- facts: $facts -->\n$table<!-- /facts -->\n\nBehind.\n" }

for my $facts (qw(links formats vendors rules reasons), 'vendor links', 'secure-token schemes', 'secure-token reasons') {
    spill("$dir/README.md", document($facts, ''));
    my ($status, $said) = run("$dir/tools/docs --check");
    is $status, 1, "$facts: a table that is not there is found";
    like $said, qr/^tools\/docs: README\.md .*make docs/, "$facts: and told";
    is slurp("$dir/README.md"), document($facts, ''), "$facts: and left as it is";

    is_deeply [run("$dir/tools/docs")], [0, "tools/docs: wrote README.md\n"], "$facts: written";
    my $text = slurp("$dir/README.md");
    like $text, qr/\ABefore\.\n\n<!-- facts: \Q$facts\E -->\n\n(?:\||```)/, "$facts: where it belongs";
    like $text, qr/\n\n<!-- \/facts -->\n\nBehind\.\n\z/, "$facts: and nowhere else";
    is_deeply [run("$dir/tools/docs")], [0, ''], "$facts: once";
    for my $name ($facts =~ /reasons/ ? reasons() : map { $_->{name} } grep { $facts ne 'formats' || $_->{anatomy} eq 'digest' } schemes()) {
        like $text, qr/\b\Q$name\E\b/, "$facts: has $name";
    }

    my ($altered) = $text =~ s/(?<=\| `)(\w)|(?<=```text\n)(\w)/x/r;
    spill("$dir/README.md", $altered);
    is + (run("$dir/tools/docs --check"))[0], 1, "$facts: a table with another word is found";
}

spill("$dir/README.md", document('links gcore ectoken', ''));
run("$dir/tools/docs");
is_deeply [slurp("$dir/README.md") =~ /^\| `([\w-]+)` \|/mg], ['gcore', 'ectoken'], 'a table may have some schemes alone';
spill("$dir/README.md", document('links nonsense', ''));
like + (run("$dir/tools/docs"))[1], qr/there is no scheme "nonsense"/, 'and not one that there is not';

spill("$dir/README.md", document('nonsense', ''));
like + (run("$dir/tools/docs"))[1], qr/there are no facts "nonsense"; there are: .*\blinks\b/, 'facts that there are not';
spill("$dir/README.md", document('links', '') =~ s{<!-- /facts -->}{}r);
my ($status, $said) = run("$dir/tools/docs --check");
isnt $status, 0, 'a mark without its end';
like $said, qr/README\.md: 1 marks .* 0 that end one/, 'and it is told';
isnt + (run("$dir/tools/docs --chekc"))[0], 0, 'an option that there is not';

done_testing;
