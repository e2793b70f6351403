# What `make soak` does for ten minutes, in small: clients of all kinds, and a reload that gives the zones other memory. With
# SANITIZE=address or VALGRIND=1 it is what of the module's memory is tried over a life of NGINX.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib", "$FindBin::Bin/../soak/lib";

use Test::More;
use SecureToken::Nginx;
use Soak::Client;
use Soak::Tally;
use Soak::Unrest;

plan skip_all => 'this NGINX is built without HTTP/2' unless $SecureToken::Nginx::V =~ /--with-http_v2_module/;

my $unrest = Soak::Unrest->new;
for my $size (qw(1m 1m 2m)) {
    $unrest->resize($size) if $size ne $unrest->size;
    $unrest->reload;
    $unrest->settle;
    my $tally = Soak::Tally->new;
    $tally->add($_->end) for Soak::Client->all($unrest, seconds => 3);
    $unrest->settle;
    cmp_ok $tally->{requests}, '>', 50, "zones of $size: clients ask";
    is_deeply $tally->{wrong}, [], 'and get what is expected';
    is $tally->{unanswered}, 0, 'each of them';
    is_deeply [$tally->miscounted($unrest->counted)], [], 'and that is what is counted';
}
ok $unrest->stop, 'NGINX ends';
is join('', $unrest->complaints), '', 'nothing alarming in the log';

done_testing;
