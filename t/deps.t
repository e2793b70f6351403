# tools/deps says what is missing, and says it of what will be used: a command of the right name is not enough.
# It is run in a PATH of the test's own, in which one program is taken away or exchanged.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use File::Path qw(make_path);
use File::Temp qw(tempdir);
use Test::More;

use Documents qw($ROOT spill slurp);

# With another day's clock rustc hangs (tools/another-day). What is tried here asks for no time.
delete $ENV{LD_PRELOAD};

my $dir = tempdir('secure-token-deps-XXXXXX', TMPDIR => 1, CLEANUP => 1);

# All programs of this machine, the first of each name.
make_path("$dir/bin");
for my $program (map { glob "$_/*" } split /:/, $ENV{PATH}) {
    my ($name) = $program =~ m{([^/]+)$};
    symlink $program, "$dir/bin/$name" unless -l "$dir/bin/$name";
}
# Nothing is installed, and nobody is root.
program(id => 'echo 1000');

sub program {
    my ($name, $text) = @_;
    unlink "$dir/bin/$name";
    return unless defined $text;
    spill("$dir/bin/$name", "#!/bin/sh\n$text\n");
    chmod 0755, "$dir/bin/$name";
}

# What tools/deps says of a task with those programs exchanged, and its exit status.
sub deps {
    my ($task, $programs, %env) = @_;
    my %before = map { $_ => readlink "$dir/bin/$_" } keys %$programs;
    program($_ => $programs->{$_}) for keys %$programs;
    local @ENV{ 'PATH', keys %env } = ("$dir/bin", values %env);
    my $said = `$ROOT/tools/deps $task 2>&1`;
    my $status = $? >> 8;
    for my $name (keys %before) {
        program($name);
        symlink $before{$name}, "$dir/bin/$name" if $before{$name};
    }
    return ($status, $said);
}

sub misses {
    my ($title, $task, $programs, $message, %env) = @_;
    subtest $title => sub {
        my ($status, $said) = deps($task, $programs, %env);
        is $status, 1, 'tools/deps fails';
        like $said, $message, 'and names it';
    };
}

my %nothing;
is_deeply [deps('build test', \%nothing)], [0, ''], 'nothing is said where all is there';
is_deeply [deps('nonsense', \%nothing)], [2, "deps: unknown task: nonsense\n"], 'a task that there is not';

# --- libclang

my %clang = (libclang => 'libclang-99.so.1', cpp => 'libclang-cpp.so.99');
make_path("$dir/clang/$_") for 'none', 'bare', 'cpp', 'whole/clang/99/include';
spill("$dir/clang/bare/$clang{libclang}", '');
spill("$dir/clang/cpp/$clang{cpp}", '');
spill("$dir/clang/cpp/clang/99/include/stddef.h", '');
spill("$dir/clang/whole/$_", '') for $clang{libclang}, 'clang/99/include/stddef.h';
misses "no libclang: $_->[0]", 'build', {}, qr/ libclang-dev\b/, LIBCLANG_PATH => "$dir/clang/$_->[1]"
    for ['LIBCLANG_PATH of nothing', 'nowhere'], ['an empty folder', 'none'], ['the library for C++ alone', 'cpp'], ['without headers', 'bare'];
is_deeply [deps('build', {}, LIBCLANG_PATH => "$dir/clang/whole")], [0, ''], 'libclang with its headers';
is_deeply [deps('build', {}, LIBCLANG_PATH => "$dir/clang/whole/$clang{libclang}")], [0, ''], 'named as a file';

# --- Rust

misses 'no cargo', 'build', { cargo => undef }, qr{^deps: missing: Rust with cargo \(https://rustup\.rs\)$}m;
misses 'Rust of Debian', 'build', { rustc => 'echo "rustc 1.63.0"' },
    qr{^deps: missing: Rust 1\.\d+ or newer \(https://rustup\.rs\); \S+/rustc is 1\.63\.0$}m;

# --- Other programs that are there and not enough

my $fails = 'exit 1';
misses 'a Python without its library', 'test', { python3 => $fails }, qr/ python3\b/;
misses 'a Node.js of before version 18', 'test', { node => $fails }, qr/ nodejs\b/;
misses 'a PHP without OpenSSL', 'test', { php => $fails }, qr/ php-cli\b/;
SKIP: {
    my ($status) = deps('test-all', {});
    skip 'not all is installed that `make test-all` needs', 4 if $status;
    misses 'go without its toolchain', 'test-all', { go => $fails }, qr/ golang-go\b/;
    misses 'javac without java', 'test-all', { java => undef }, qr/ default-jdk-headless\b/;
    misses 'a Ruby without OpenSSL', 'test-all', { ruby => $fails }, qr/ ruby\b/;
    misses 'what test needs as well, in one list', 'test-all', { ruby => undef, curl => undef }, qr/ curl ruby$/m;
}

SKIP: {
    my ($status) = deps('bench-peers', {});
    skip 'not all is installed that `make bench-peers` needs', 1 if $status;
    misses 'what the module is held against, and with what', 'bench-peers', { wrk => undef, node => undef }, qr/ wrk nodejs$/m;
}

# --- NGINX of the system

my $abi = 'echo nginx-abi-1.22.1-7';
SKIP: {
    skip 'nginx and nginx-dev of Debian are not installed', 2 unless -x '/usr/sbin/nginx' && -e '/usr/share/nginx/src/conf_flags';
    misses 'an NGINX that Debian did not build', 'system', { 'dpkg-query' => 'echo' }, qr{^deps: missing: Debian's NGINX: /usr/sbin/nginx is another}m;
    misses 'nginx-dev of another version', 'system',
        { 'dpkg-query' => "case \$* in *Provides*) $abi ;; *nginx-dev) echo 1.22.1-9 ;; *) echo 1.22.1-8 ;; esac" }, qr/ nginx nginx-dev$/m;
}

# --- What root is told

# apt-get of the test's own, as for root. It writes down what it is called for.
sub as_root {
    my ($apt) = @_;
    return deps('run', { id => 'echo 0', curl => undef, 'apt-get' => "echo \"\$@\" >>$dir/apt.log\n$apt" });
}
my ($status, $said) = as_root('echo "Temporary failure resolving a.example"; exit 100');
is $status, 1, 'without a network it fails';
like $said, qr/\Adeps: installing curl\ndeps: no network: [^\n]*cannot be installed: curl\. Connect [^\n]*\n\z/, 'and says so, in a sentence';
($status, $said) = as_root('echo "E: Unable to locate package curl"; exit 100');
like $said, qr/Unable to locate.*deps: apt-get cannot install curl/s, 'other errors of apt are shown';
($status, $said) = as_root('exit 0');
like $said, qr/^deps: curl: installed, and it does not work\./m, 'what does not work though it is installed is not installed for ever';
like slurp("$dir/apt.log"), qr/ update$/m, 'old lists are renewed';

done_testing;
