# Thousands of odd links: the command signs them, NGINX opens them, and what was meddled with opens where nothing that is
# signed was changed, and nowhere else. It holds what the module takes for granted when it parses a request line a second time.
#
#   make test-nginx TESTS=t/link_fuzz.t SEED=7 COUNT=5000      another choice, and more: so many links for each scheme and setting

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Facts;
use OddLinks;
use Oracle;
use SecureToken;
use SecureToken::Client;
use SecureToken::Nginx;
use SecureToken::Schemes;

my $command = $ENV{SECURE_TOKEN_CLI} // die "SECURE_TOKEN_CLI is not set\n";
my $seed    = $ENV{SEED} || 1;
my $count   = $ENV{COUNT} || 300;
diag "SEED=$seed COUNT=$count";
srand $seed;

my %scheme = map { $_->{name} => $_ } schemes();
my @names  = qw(azion fastly akamai bunny ectoken alibaba-b secure-link-secret gcore-video);

# What the command says no to beside what NGINX answers 400 to, and paths with control characters.
my %refuses = (
    # Its claims are divided by these, and end without blanks. And no token is endless.
    ectoken => sub { my ($path) = @_; $path =~ /[,&]| \z/ || length $path > 2000 },
    akamai => sub { my ($path) = @_; length $path > 2000 },
    # Arguments that could be read in two ways.
    bunny => sub { my ($path, $url) = @_; $url =~ /\?/ },
    # What has no place for a token when it is normalised, or something that looks like one.
    map {
        my $prefix = prefix_of($scheme{$_});
        ($_ => sub { my ($path, $url) = @_; $path !~ m{^\Q$prefix\E/.} || $url =~ m{(?:\.|%2e){2}}i || $url =~ m{\Q$prefix\E/[^/]{22}/} });
    } qw(secure-link-secret gcore-video)
);

# Each scheme has a server of its own, for paths are of any kind: one where NGINX's own view of the request is what was
# sent, and one where nothing of it is left.
my $nginx   = SecureToken::Nginx->new;
my @servers = map {
    my $merge = $_;
    my $server = sub { my ($name, $text) = @_; "server { listen unix:DIR/$name-$merge.sock; merge_slashes $merge; $text }" };
    (
        $server->(path => 'location / { return 200 $uri; }'),
        map {
            my $gate = "secure_token $_; secure_token_secret '" . secret_of($scheme{$_}, $SECRET) . "'; empty_gif;";
            ($server->($_, "location / { $gate }"), $server->("$_-rewritten", "rewrite ^ /moved?; location = /moved { $gate }"));
        } @names
    );
} qw(on off);
$nginx->configure(level => 'crit', http => "keepalive_requests 1000000; keepalive_timeout 1h; large_client_header_buffers 4 64k; @servers")->start;

# What a server answers: status and body.
my %connection;
sub ask {
    my ($server, $target) = @_;
    my $response = '';
    for my $try (1, 2) {
        $connection{$server} //= $nginx->connect("$server.sock");
        $response = SecureToken::Client::answer($connection{$server}, $target, 1);
        delete $connection{$server} if $response !~ /\r\n\r\n/ || $response =~ /^Connection: close\r$/m;
        last if $response ne '';
    }
    my ($status, $body) = $response =~ m{\AHTTP/1\.1 (\d+).*?\r\n\r\n(.*)}s;
    return ($status // 'nothing', $body // '');
}

# The path that NGINX makes of a target, if it makes one.
sub path_of {
    my ($merge, $target) = @_;
    my ($status, $path) = ask("path-$merge", $target);
    return $status == 200 ? $path : undef;
}

# The command's word for each URL, which is empty where it does not sign.
sub signed_by_command {
    my ($name, $merge, @urls) = @_;
    my $file  = $nginx->write('urls', join '', map { "$_\n" } @urls);
    my @slash = $merge eq 'off' ? '--keep-slashes' : ();
    my @time  = !grep({ $scheme{$name}{link} =~ /\{$_\b/ } qw(expires time)) && $scheme{$name}{anatomy} eq 'digest' ? '--never' : ('--expires-in', '20m');
    local $ENV{SECRET} = secret_of($scheme{$name}, $SECRET);
    my @command = ($command, 'sign', '--scheme', $name, '--secret-env', 'SECRET', @time, @slash, '-');
    open my $out, '-|:raw', join(' ', map { "'$_'" } @command) . " <'$file' 2>'$file.log'" or die "$command: $!";
    chomp(my @links = <$out>);
    return @links;
}

for my $name (@names) {
    for my $merge (qw(on off)) {
        my @urls  = map { odd_url(prefix_of($scheme{$name})) } 1 .. $count;
        my @links = signed_by_command($name, $merge, @urls);
        is scalar @links, $count, "$name, merge_slashes $merge: the command has a word for each URL";
        my (%seen, @closed, @unsigned, @wrong);
        for my $i (0 .. $#urls) {
            my $link = $links[$i];
            if ($link eq '') {
                my $path = path_of($merge, $urls[$i]);
                my $is_refused = !defined $path || $path =~ /[\x00-\x1f\x7f]/ || $urls[$i] =~ / / || ($refuses{$name} && $refuses{$name}->($path, $urls[$i]));
                push @unsigned, $urls[$i] unless $is_refused;
                next;
            }
            $seen{signed}++;
            for my $server ("$name-$merge", "$name-rewritten-$merge") {
                my ($status) = ask($server, $link);
                push @closed, "$status $server $link" if $status != 200;
            }
            my $signed = { target => $link, path => path_of($merge, $link) // '' };
            my $first  = opens($name, $link, $signed->{path}, $signed);
            push @wrong, "the oracle says no: $link" if defined $first && !$first;
            for (1 .. 2) {
                my $meddled  = meddled($link);
                my $path     = path_of($merge, $meddled);
                my $expected = defined $path ? opens($name, $meddled, $path, $signed) : 0;
                for my $server ("$name-$merge", "$name-rewritten-$merge") {
                    my ($status) = ask($server, $meddled);
                    $seen{ $status == 200 ? 'opened' : 'refused' }++;
                    push @wrong, "$status $server $meddled, which was $link" if defined $expected && $expected != ($status == 200);
                }
            }
        }
        my $what = "$name, merge_slashes $merge";
        ok $seen{signed} > $count / 2, "$what: the command signs most of them";
        none(\@closed, "$what: each that it signed opens, directly and after a rewrite");
        none(\@unsigned, "$what: none that it did not sign would NGINX have taken");
        none(\@wrong, "$what: what was meddled with opens where nothing signed was changed, and nowhere else");
        cmp_ok $seen{$_} // 0, '>', $count / 10, "$what: there are many that were $_ although meddled with" for qw(opened refused);
        note "$what: ", join ', ', map { "$_ $seen{$_}" } sort keys %seen;
    }
}

sub none {
    my ($found, $what) = @_;
    is scalar @$found, 0, $what or diag join "\n", "SEED=$seed COUNT=$count", map { s/([^\x21-\x7e ])/sprintf '\\x%02x', ord $1/ger } grep { defined } @$found[0 .. 9];
}

$nginx->stop;
is $nginx->alarms, '', 'nothing alarming in the log';
done_testing;
