# What docs/secure-token.md shows comes out of the command, to the letter but for what is new every time.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use Test::More;
use Documents;

my $guide = "$ROOT/docs/secure-token.md";
my $command = abs_path($ENV{SECURE_TOKEN_CLI} // "$ROOT/build/secure-token");
defined $command && -x $command
    or die "the command secure-token is not there; build it with: make build/secure-token\n";

my $dir = tempdir('secure-token-guide-XXXXXX', TMPDIR => 1, CLEANUP => 1);
spill("$dir/key", "replace-me-openssl-rand-hex-16\n");
chmod 0600, "$dir/key";
spill("$dir/urls", join '', map { "https://cdn.example.com/videos/$_.mp4\n" } 1, '2 2', 3);
spill("$dir/bin/secure-token", qq{#!/bin/sh\nexec '$command' "\$@"\n});
spill("$dir/bin/make", "#!/bin/sh\n");    # what make would build is there
chmod 0755, glob "$dir/bin/*";
spill("$dir/build/secure-token", slurp($command));
$ENV{PATH} = "$dir/bin:$ENV{PATH}";
$ENV{TZ} = 'UTC';

# Runs the commands of a block; what is said about /usr/local is meant here.
sub run {
    my ($commands) = @_;
    $commands =~ s{(/usr/local/|/etc/nginx/)}{$dir$1}g;
    spill("$dir/commands", $commands);
    return scalar qx{cd '$dir' && sh commands 2>&1};
}

# Tokens and times that are new every time.
sub settled {
    my ($text) = @_;
    return $text =~ s/(?<![\w-])[\w-]{39,}(?![\w-])/ECTOKEN/gr =~ s/(?:(?<=st=)|(?<=md5=)|^)[\w-]{22}(?![\w-])/TOKEN/mgr
        =~ s/\b[12][0-9]{9}\b/TIME/gr;
}

# What the first commands need: directories that are there on every system.
run("mkdir -p /usr/local/share/bash-completion/completions\n");

run_command('make cli');

my @blocks = blocks($guide);
spill("$dir/etc/nginx/nginx.conf", $_->{text}) for grep { $_->{lang} eq 'nginx' && $_->{heading} eq 'From a configuration' } @blocks;
for my $number (0 .. $#blocks) {
    my ($block, $next) = @blocks[ $number, $number + 1 ];
    next if $block->{lang} ne 'sh';
    my $output = run($block->{text});
    my $is_shown = $next && $next->{lang} =~ /^(?:text|json)$/ && $next->{heading} eq $block->{heading};
    my $shown = $is_shown ? $next->{text} : '';
    if ($block->{text} =~ /--expires-in|keygen/) {
        is settled($output), settled($shown), "$block->{where}: what comes out, but for tokens and times";
    }
    else {
        is $output, $shown, "$block->{where}: what comes out";
    }
}
is sprintf('%o', (stat "$dir/videos-2027")[2] & 0777), '600', 'the file of keygen is its owner\'s';
like slurp("$dir/usr/local/share/man/man1/secure-token-sign.1"), qr/^\.TH secure-token-sign 1/m, 'the manual pages are there';
like slurp("$dir/usr/local/share/bash-completion/completions/secure-token"), qr/complete /, 'and the completions';
ok -x "$dir/usr/local/bin/secure-token", 'and the command';

# The names of options that are told of.
my $help = join '', map { run("secure-token $_ --help\n") } qw(sign verify explain playlist revoke keygen schemes reasons mistakes man);
for my $option (slurp($guide) =~ /`(--[a-z0-9_-]+)/g) {
    like $help, qr/^ +\Q$option\E\b/m, "$option is one";
}

# The names in JSON that are told of.
my $link = 'https://h/a?st=AAAAAAAAAAAAAAAAAAAAAA&e=1';
my %printed = (
    sign    => run("secure-token sign --json --scheme azion --secret-file key --expires-in 1h - <<X\n/a\nb\nX\n"),
    verify  => run("secure-token verify --json --scheme azion --secret-file key '$link'\n"),
    explain => run("secure-token explain --json --scheme ectoken --secret-file key '" . (slurp($guide) =~ m{(https://\S+\?[\w-]{39,})})[0] . "'\n")
        . run("secure-token explain --json --secret-file key '$link'\n"),
    playlist => run("secure-token playlist --json --sign --scheme azion --secret-file key --expires-in 1h --url /films/master.m3u8 master.m3u8\n"),
    schemes => run("secure-token schemes --json\n"),
    reasons => run("secure-token reasons --json\n"),
    mistakes => run("secure-token mistakes --json\n"),
    keygen => run("secure-token keygen --json\n") . run("secure-token keygen --json --out another\n"),
);
my %rows = slurp($guide) =~ /^\| `(sign|verify|explain|playlist|keygen|schemes|reasons|mistakes)` \| (.*) \|$/mg;
$rows{explain} .= $rows{verify};
for my $name (sort keys %printed) {
    my %told = map { $_ => 1 } grep { !/^(?:PASSED|EXPIRED|REJECTED)$/ } $rows{$name} =~ /`(\w+)`/g;
    my %said = map { $_ => 1 } $printed{$name} =~ /"(\w+)":/g;
    is_deeply [sort keys %said], [sort keys %told], "$name: the names in JSON";
}

done_testing;
