package Signers;

# The signers in signers/, each in a directory of the test's own as if somebody had copied it: how it
# is run, how it is installed, and what came out.

use strict;
use warnings;

use File::Copy qw(copy);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use POSIX ();
use Test::More ();

use Documents qw($ROOT slurp spill has_program);

my $tmp = tempdir('secure-token-signers-XXXXXX', TMPDIR => 1, CLEANUP => 1);

my ($AT_A_TIME) = `nproc 2>/dev/null` =~ /(\d+)/;
$AT_A_TIME //= 2;

# The package of Debian is there for Debian's Python alone.
my ($python) = grep { system(qq{$_ -c "import cryptography" 2>/dev/null}) == 0 } qw(python3 /usr/bin/python3);
$python //= 'python3';

# What it takes to run them. `fast` is a command for many runs, which `build` makes; `example` runs the
# example of signers/README.md, and `ectoken` succeeds where the scheme has what it needs.
my @LANGUAGES = (
    {
        name    => 'Python',
        files   => ['python/secure_token.py'],
        needs   => [python3 => 'python3'],
        version => "$python --version",
        # Without what may stand between the name and the program.
        build   => qq{$python -c 'import sys; print("exec", sys.executable, "secure_token.py \\"\$@\\"")' >fast},
        fast    => 'sh fast',
        ectoken => [qq{$python -c "import cryptography"}, 'python3-cryptography'],
        example => ['example.py', "$python example.py"],
    },
    {
        name    => 'PHP',
        files   => ['php/secure_token.php'],
        needs   => [php => 'php-cli'],
        version => 'php --version',
        ectoken => [q{php -r 'exit(extension_loaded("openssl") ? 0 : 1);'}, 'php-cli'],
        example => ['example.php', 'php example.php'],
    },
    {
        name    => 'JavaScript',
        files   => ['javascript/secure_token.mjs'],
        needs   => [node => 'nodejs'],
        version => 'node --version',
        example => ['example.mjs', 'node example.mjs'],
    },
    {
        name    => 'Go',
        files   => [map { "go/securetoken/$_" } qw(go.mod securetoken.go cmd/secure-token/main.go)],
        needs   => [go => 'golang-go'],
        version => 'go version',
        build   => 'go build -o fast ./cmd/secure-token',
        fast    => './fast',
        # In a module of its own, with the package as a part of it.
        example => ['example/main.go', 'mkdir -p example/securetoken && cp securetoken.go example/securetoken/'
                . ' && cd example && echo module example.com/shop >go.mod && go run .'],
    },
    {
        name    => 'Java',
        files   => ['java/SecureToken.java'],
        needs   => [javac => 'default-jdk-headless'],
        version => 'java -version 2>&1',
        build   => 'javac -Xlint:all -Werror -d fast SecureToken.java',
        fast    => 'java -Xshare:auto -XX:TieredStopAtLevel=1 -cp fast SecureToken',
        example => ['Example.java', 'javac -d out Example.java SecureToken.java && java -cp out Example'],
    },
    {
        name    => 'Ruby',
        files   => ['ruby/secure_token.rb'],
        needs   => [ruby => 'ruby'],
        version => 'ruby --version',
        fast    => 'ruby --disable-gems secure_token.rb',
        example => ['example.rb', 'ruby -w example.rb'],
    },
    {
        name    => 'Perl',
        files   => ['perl/SecureToken.pm'],
        needs   => [perl => 'perl'],
        version => q{perl -e 'print $^V'},
        ectoken => ['perl -MCryptX -e 1', 'libcryptx-perl'],
        example => ['example.pl', 'perl example.pl'],
    },
    {
        name    => 'C#',
        files   => ['csharp/SecureToken.cs'],
        needs   => [mcs => 'mono-mcs', mono => 'mono-runtime'],
        version => 'mono --version',
        build   => 'mcs -warnaserror -d:SECURE_TOKEN_COMMAND -out:fast.exe SecureToken.cs',
        fast    => 'mono fast.exe',
        ectoken => undef,
        example => ['Example.cs', 'mcs -warnaserror Example.cs SecureToken.cs && mono Example.exe'],
    },
    {
        name    => 'Shell',
        files   => ['shell/secure_token.sh'],
        needs   => [bash => 'bash', openssl => 'openssl'],
        version => 'bash --version',
        ectoken => undef,
        example => ['example.sh', 'bash -eu example.sh'],
    },
);

# What only the library can: a link with both parameters renamed and, where there is ectoken, one that
# does not expire.
my %OPTIONS = (
    Python => <<'END',
import secure_token
print(secure_token.azion("/renamed/a.txt", b"SECRET", 4102444800, token_param="sig", expires_param="until"))
print(secure_token.ectoken("/films/a.txt", b"SECRET", secure_token.NEVER))
END
    PHP => <<'END',
<?php
require 'secure_token.php';
echo SecureToken::azion('/renamed/a.txt', 'SECRET', 4102444800, tokenParam: 'sig', expiresParam: 'until'), "\n";
echo SecureToken::ectoken('/films/a.txt', 'SECRET', SecureToken::NEVER), "\n";
END
    JavaScript => <<'END',
import { azion, ectoken } from "./secure_token.mjs";
console.log(await azion("/renamed/a.txt", "SECRET", 4102444800, { tokenParam: "sig", expiresParam: "until" }));
console.log(await ectoken("/films/a.txt", "SECRET", "never"));
END
    Go => <<'END',
package main

import (
	"fmt"

	"example.com/shop/securetoken"
)

func main() {
	renamed := securetoken.Options{TokenParam: "sig", ExpiresParam: "until"}
	link, _ := securetoken.Azion("/renamed/a.txt", []byte("SECRET"), 4102444800, renamed)
	fmt.Println(link)
	link, _ = securetoken.Ectoken("/films/a.txt", []byte("SECRET"), securetoken.Never, securetoken.Options{})
	fmt.Println(link)
}
END
    Java => <<'END',
class Example {
    public static void main(String[] args) {
        var renamed = new SecureToken.Options().tokenParam("sig").expiresParam("until");
        System.out.println(SecureToken.azion("/renamed/a.txt", "SECRET".getBytes(), 4102444800L, renamed));
        System.out.println(SecureToken.ectoken("/films/a.txt", "SECRET".getBytes(), SecureToken.NEVER));
    }
}
END
    Ruby => <<'END',
require_relative "secure_token"
puts SecureToken.azion("/renamed/a.txt", "SECRET", 4102444800, token_param: "sig", expires_param: "until")
puts SecureToken.ectoken("/films/a.txt", "SECRET", SecureToken::NEVER)
END
    Perl => <<'END',
use lib '.';
use SecureToken qw(azion ectoken);
print azion('/renamed/a.txt', 'SECRET', 4102444800, token_param => 'sig', expires_param => 'until'), "\n";
print ectoken('/films/a.txt', 'SECRET', 'never'), "\n";
END
    'C#' => <<'END',
static class Example
{
    static void Main()
    {
        byte[] secret = System.Text.Encoding.UTF8.GetBytes("SECRET");
        System.Console.WriteLine(SecureToken.Azion("/renamed/a.txt", secret, 4102444800, tokenParam: "sig", expiresParam: "until"));
    }
}
END
    Shell => <<'END',
. ./secure_token.sh
secure_token_azion /renamed/a.txt SECRET 4102444800 token_param=sig expires_param=until
END
);

sub options_example { my ($self, $secret) = @_; return $OPTIONS{ $self->{name} } =~ s/SECRET/$secret/gr }

# Go keeps what it has compiled: not in anybody's home.
@ENV{qw(GOCACHE GOPATH)} = map { "$ROOT/build/$_" } qw(go-cache go);
$ENV{GOFLAGS} = '-buildvcs=false';

# Says that a language, or part of it, was not tried. Under SECURE_TOKEN_SKIP_NOTHING that is a failure.
sub left_out {
    my ($what, $packages) = @_;
    my $how = "$what (apt-get install $packages)";
    return Test::More::fail("missing: $how") if $ENV{SECURE_TOKEN_SKIP_NOTHING};
    # prove shows what is said so, and not why something was skipped.
    Test::More::diag("left out: $how");
    SKIP: { Test::More::skip("skipped: $how", 1) }
}

sub all { map { bless {%$_}, __PACKAGE__ } @LANGUAGES }

# What has to be installed, as an argument list for apt-get; empty where all is there.
sub missing {
    my ($self) = @_;
    my %needs = @{ $self->{needs} };
    return join ' ', map { $needs{$_} } sort grep { !has_program($_) } keys %needs;
}

# The same for ectoken. Undef where the signer cannot do it at all.
sub ectoken_missing {
    my ($self) = @_;
    return '' unless exists $self->{ectoken};
    my ($command, $package) = @{ $self->{ectoken} // return };
    return $self->shell($command)->{status} == 0 ? '' : $package;
}

# The rows of the table in signers/README.md, by language.
sub rows {
    my @rows = map { [split / \| /, $_] } slurp("$ROOT/signers/README.md") =~ /^\| (.* \| .* \| .* \| .* \| `.*`) \|$/mg;
    return map { $_->[0] => $_ } @rows;
}

# Copies the signer and makes it ready for many runs; returns what went wrong.
sub install {
    my ($self) = @_;
    ($self->{root}) = $self->{files}[0] =~ m{^(\w+(?:/securetoken)?)/};
    $self->{dir} = "$tmp/$self->{root}";
    for my $file (@{ $self->{files} }) {
        my ($directory) = "$tmp/$file" =~ m{(.*)/};
        make_path($directory);
        copy("$ROOT/signers/$file", "$tmp/$file") or return "$file: $!";
        chmod 0755, "$tmp/$file" if -x "$ROOT/signers/$file";
    }
    my %row = rows();
    $self->{command} = ($row{ $self->{name} }[4] // '') =~ tr/`//dr;
    ($self->{version_text}) = $self->shell($self->{version})->{out} =~ /(\d+(?:\.\d+)+)/;
    my $built = $self->shell($self->{build} // 'true');
    return $built->{status} == 0 ? '' : $built->{err};
}

# Signs: status, what it printed, and what it printed to standard error.
sub sign {
    my ($self, @args) = @_;
    return $self->{signed}{join "\0", @args} // die "not among those that were signed: @args\n";
}

# Runs the command with each of these lists of arguments, some at a time: to start it is what takes long.
sub sign_all {
    my ($self, @lists) = @_;
    my %running;
    my $wait = sub {
        my $pid = waitpid -1, 0;
        my $number = delete $running{$pid} // return;
        $self->{signed}{join "\0", @{ $lists[$number] }} = outcome($?, $number);
    };
    for my $number (0 .. $#lists) {
        $wait->() while keys %running >= $AT_A_TIME;
        $running{ $self->start($number, $self->{fast} // $self->{command}, @{ $lists[$number] }) } = $number;
    }
    $wait->() while %running;
}

# Runs a program that uses the signer as a library.
sub run_example {
    my ($self, $text) = @_;
    my ($file, $command) = @{ $self->{example} };
    spill("$self->{dir}/$file", $text);
    return $self->shell($command);
}

# Runs a shell command in the signer's directory, with more arguments at its end.
sub shell {
    my ($self, $command, @args) = @_;
    waitpid $self->start('one', $command, @args), 0;
    return outcome($?, 'one');
}

sub start {
    my ($self, $name, $command, @args) = @_;
    my $pid = fork // die "fork: $!\n";
    return $pid if $pid;
    chdir($self->{dir} // $tmp);
    open STDIN,  '<', '/dev/null';
    open STDOUT, '>', "$tmp/$name.out";
    open STDERR, '>', "$tmp/$name.err";
    exec 'sh', '-c', qq{$command "\$\@"}, 'sh', @args or POSIX::_exit(127);
}

sub outcome {
    my ($status, $name) = @_;
    return { status => $status >> 8, out => slurp("$tmp/$name.out") // '', err => slurp("$tmp/$name.err") // '' };
}

1;
