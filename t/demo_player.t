# The player of the demonstration, in a browser: what its page promises of the stream is so.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use File::Temp qw(tempdir);
use Test::More;
use NodeJS;
use SecureToken::Port;
use SecureToken::Wait;

NodeJS::needs(node => 'nodejs', chromium => 'chromium');

$ENV{NGINX_BINARY}        = $ENV{TEST_NGINX_BINARY} // die "TEST_NGINX_BINARY is not set\n";
$ENV{SECURE_TOKEN_MODULE} = $ENV{TEST_NGINX_SECURE_TOKEN_MODULE} // die "TEST_NGINX_SECURE_TOKEN_MODULE is not set\n";
$ENV{SECURE_TOKEN_CLI} // die "SECURE_TOKEN_CLI is not set\n";
$ENV{no_proxy} = '*';
$ENV{PORT}     = free_port();
delete $ENV{LISTEN};
my $home = "http://127.0.0.1:$ENV{PORT}";

my $dir = tempdir('secure-token-demo-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $demo = fork // die "fork: $!\n";
if (!$demo) {
    setpgrp;
    $ENV{TMPDIR} = $dir;
    open STDOUT, '>',  "$dir/out" or die $!;
    open STDERR, '>&', \*STDOUT   or die $!;
    exec "$FindBin::Bin/../demo/run" or die "demo/run: $!\n";
}
my $browser;
END {
    local $?;
    undef $browser;
    if ($demo) {
        kill TERM => $demo;
        waitpid $demo, 0;
    }
}
written("$dir/out", qr/Ctrl-C/);

$browser = NodeJS->new('browser.mjs', 'chromium');
sub ask  { my ($do, %with) = @_; return $browser->ask({ do => $do, %with }) }
sub js   { return ask(eval => js => $_[0]) }
sub text { return js("document.querySelector('#stream $_[0]').innerText") }
sub comes { my ($js, $title) = @_; ok ask(wait => js => $js), $title or diag text('') }

my $verdict = 'document.querySelector("#stream [role=status]")';
my $video   = 'document.querySelector("#stream video")';

ask(open => url => "$home/");
is text('[role=status]'), '', 'nothing is played before somebody asks for it';

# With the keyboard alone.
js('document.querySelector("#stream h2").setAttribute("tabindex", -1); document.querySelector("#stream h2").focus()');
ask(press => key => $_) for qw(Tab Enter);
comes("$video.ended", 'the stream plays to its end, with the keyboard');
cmp_ok js("$video.currentTime"), '>=', 7.9, 'all eight seconds of it';
is text('[role=status]'), 'It plays.', 'and the page says so';
my @asked = split /\n/, text('ol');
is scalar(grep { m{^200 /stream/\S+\?st=[\w-]{22}&e=\d+$} } @asked), 7, 'all seven files were asked for with tokens of their own' or diag "@asked";
is scalar(@asked), 7, 'and nothing else was';
ask('seen');

# On a phone, in the dark.
ask(size => width => 360, height => 740);
ask(dark => on => JSON::PP::true);
ask(press => key => $_) for qw(Tab Space);
comes("/missing/.test($verdict.textContent)", 'without a token it does not play');
is text('[role=status]'), 'Closed: 403 missing: the link has no token', 'and the reason is there';
is text('ol'), '403 /stream/all.m3u8', 'the playlist was all that it asked for';
ok js("$video.readyState === 0"), 'and nothing is shown';
ask(click => at => '#stream button:nth-of-type(3)');
comes("/expired/.test($verdict.textContent)", 'with an old link it does not play');
is text('[role=status]'), 'Closed: 410 expired: the link was good, but its time is over', 'and the reason is another';
is js('document.documentElement.scrollWidth'), 360, 'on a phone nothing is wider than the screen';
is js('[...document.querySelectorAll("#stream button")].filter((button) => button.offsetHeight < 24).length'), 0, 'and the buttons are large enough for a finger';
ask(click => at => '#stream button');
comes("$video.currentTime > 0.5", 'after a refusal it plays as before');

is js('document.querySelector("#stream [aria-pressed=true]").innerText'), 'Play with the signed link', 'what is chosen is told also to who does not see it';
is js("$video.getAttribute('aria-label')"), 'Test picture, eight seconds', 'and what the picture is';
my $seen = ask('seen');
is_deeply [grep { !m{^(?:\Q$home\E/|data:|blob:\Q$home\E/)} } @{ $seen->{requests} }], [], 'nothing comes from elsewhere';
is_deeply [grep { !/status of 4(?:03|10)/ } @{ $seen->{errors} }], [], 'and the page has no errors';

done_testing;
