# secure_token_zone, secure_token_label, secure_token_metrics: what is counted, and where.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Metrics;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new(main => "worker_processes 2;\n");
$nginx->write("html/$_", "a\n") for qw(videos/a.txt personal/a.txt films/a.txt tenants/a.txt rehearsal/a.txt open/a.txt);
$nginx->configure(http => <<"CONF");
secure_token_zone tokens:1m;
secure_token_label everything;
map \$arg_x \$tenant { default ""; }
server {
    listen unix:DIR/nginx.sock;
    secure_token_secret $SECRET;

    location /videos/ {
        secure_token        azion;
        secure_token_secret the-secret-of-2027 id=2027;
        secure_token_secret the-secret-of-2026 id=2026;
        secure_token_secret the-one-without-id;
        secure_token_label  videos;
        secure_token_max_lifetime 60d;
        secure_token_clock_skew   10m;
    }
    location /personal/  { secure_token gcore; secure_token_client_ip \$http_x_client; }
    location /films/     { secure_token ectoken; secure_token_label films; secure_token_country \$http_x_country; }
    location /tenants/   { secure_token azion; secure_token_secret \$tenant; secure_token_label tenants; }
    location /rehearsal/ { secure_token azion; secure_token_label rehearsal; secure_token_dry_run on; }
    location /open/      { }
    location = /metrics  { secure_token_metrics; }
}
CONF
$nginx->start;

# A request, its status, and all that it adds to the numbers.
sub adds {
    my ($name, $uri, $status, $expected, @headers) = @_;
    subtest $name => sub {
        my $change = counted($nginx, sub { is $nginx->get($uri, @headers)->{status}, $status, 'the status' });
        is_deeply $change, { map { $_ => 1 } @$expected }, 'the counters' or diag explain $change;
    };
}

my $before = metrics($nginx->get('/metrics')->{body});
is $before->{ requests('videos', 'azion', 'passed') }, 0, 'before the first request there is a number of those that passed, and it is 0';
is_deeply [map { $before->{ key('videos', $_) } } qw(2027 2026 3)], [0, 0, 0], 'so there is for every secret';
is_deeply [grep { /rejected|expired/ } keys %$before], [], 'what never happened is not there';

# --- passed, and by which secret

sub video { azion('/videos/a.txt', secret => 'the-secret-of-2027', @_) }
my $passed = requests('videos', 'azion', 'passed');
adds 'a request that passes, and the secret by its id', video(), 200, [$passed, key('videos', '2027')];
adds 'the second secret', video(secret => 'the-secret-of-2026'), 200, [$passed, key('videos', '2026')];
adds 'a secret without an id, by its position', video(secret => 'the-one-without-id'), 200, [$passed, key('videos', 3)];
adds 'an expired one within the clock skew', video(expires => earlier(10)), 200, [$passed, key('videos', '2027')];
adds 'one that leads to nothing', azion('/videos/b.txt', secret => 'the-secret-of-2027'), 404, [$passed, key('videos', '2027')];
adds 'a label from outside, where the location has none', gcore('/personal/a.txt', ip => '192.0.2.7'), 200,
    [requests('everything', 'gcore', 'passed'), key('everything', 1)], 'X-Client: 192.0.2.7';
adds 'a location without secure_token', '/open/a.txt', 200, [];

# --- every reason

my %refused = (
    missing   => ['/videos/a.txt', 403],
    malformed => ['/videos/a.txt?st=x&e=1', 403],
    duplicate => ['/videos/a.txt?st=x&st=y', 403],
    signature => [video(secret => 'x'), 403],
    lifetime  => [video(expires => later(61 * 86_400)), 403],
);
adds "refused: $_", @{ $refused{$_} }, [requests('videos', 'azion', 'rejected', $_)] for sort keys %refused;
adds 'refused: expired', video(expires => earlier()), 410, [requests('videos', 'azion', 'expired', 'expired')];
adds 'refused: no_secret', azion('/tenants/a.txt'), 403, [requests('tenants', 'azion', 'rejected', 'no_secret')];
adds 'refused: client_ip', gcore('/personal/a.txt'), 403, [requests('everything', 'gcore', 'rejected', 'client_ip')];

my %claims = (
    url               => 'ec_url_allow=/sound/',
    client_ip         => 'ec_clientip=192.0.2.7',
    country           => 'ec_country_allow=FR',
    referrer          => 'ec_ref_allow=www.example.com',
    host              => 'ec_host_allow=www.example.com',
    protocol          => 'ec_proto_allow=https',
    unsupported_claim => 'ec_new=1',
    malformed         => 'ec_expire=soon',
);
adds "refused: $_ of an ectoken", ectoken('/films/a.txt', $claims{$_}), 403, [requests('films', 'ectoken', 'rejected', $_)], 'X-Country: US'
    for sort keys %claims;
adds 'refused: an expired ectoken', ectoken('/films/a.txt', 'ec_expire=' . earlier()), 403, [requests('films', 'ectoken', 'expired', 'expired')];

# --- dry run

adds 'dry run: one that passes', azion('/rehearsal/a.txt'), 200, [requests('rehearsal', 'azion', 'passed'), key('rehearsal', 1)];
adds 'dry run: one that would be refused', '/rehearsal/a.txt', 200, [requests('rehearsal', 'azion', 'rejected_dry_run', 'missing')];
adds 'dry run: one that has expired', azion('/rehearsal/a.txt', expires => earlier()), 200, [requests('rehearsal', 'azion', 'expired_dry_run', 'expired')];

# --- lifetimes

my @bounds = (60, 300, 900, 3600, 10_800, 43_200, 86_400, 604_800, 2_592_000);

# The lowest bucket of a label that this raises, and the seconds that it adds.
sub lifetime_of {
    my ($label, @request) = @_;
    my ($old, $new) = map { $nginx->get(@request) if $_; metrics($nginx->get('/metrics')->{body}) } 0, 1;
    my @raised = grep { $new->{ lifetime($label, $_) } - $old->{ lifetime($label, $_) } } @bounds, '+Inf';
    my ($sum, $count) = map { my $name = qq(lifetime_seconds_$_\{label="$label"}); $new->{$name} - $old->{$name} } qw(sum count);
    is $count, scalar @raised ? 1 : 0, 'the number of lifetimes goes with the buckets';
    return ($raised[0] // 'none', $sum);
}
for my $i (0 .. $#bounds) {
    my $bound = $bounds[$i];
    # A slow machine may take some seconds from the signing to the check.
    my ($below, $seconds) = lifetime_of('videos', video(expires => later($bound - 1)));
    is $below, $bound, "lifetimes: a link for $bound seconds at most";
    cmp_ok abs($bound - 1 - $seconds), '<=', 10, 'and the sum of them';
    my ($above) = lifetime_of('videos', video(expires => later($bound + 15)));
    is $above, $bounds[$i + 1] // '+Inf', 'and one for more';
}
is_deeply [lifetime_of('videos', video(expires => earlier(5)))], [60, 0], 'lifetimes: a link that opens by the clock skew has none left';
is_deeply [lifetime_of('videos', '/videos/a.txt')], ['none', 0], 'lifetimes: a refused request has none';
is_deeply [lifetime_of('films', ectoken('/films/a.txt', 'x=1'))], ['none', 0], 'lifetimes: a token that never expires has none';

# --- versions

my ($version) = do { open my $in, '<', "$FindBin::Bin/../Cargo.toml" or die $!; local $/; <$in> =~ /^version = "(.*?)"/m };
my ($nginx_version) = $SecureToken::Nginx::V =~ m{nginx/([\d.]+)};
is metrics($nginx->get('/metrics')->{body})->{qq(build_info{version="$version",nginx="$nginx_version"})}, 1, 'the versions of the module and of NGINX';

# --- the log

$nginx->clear_log;
$nginx->get($_) for '/videos/a.txt', '/rehearsal/a.txt', '/personal/a.txt';
my @said = $nginx->log =~ / secure_token: (.*?), client: /g;
is_deeply \@said, ['missing, scheme: azion, label: videos', 'missing, scheme: azion, label: rehearsal, dry run', 'missing, scheme: gcore, label: everything'],
    'the line of a refusal has the label';

$nginx->stop;
is $nginx->alarms, '', 'nothing alarming in the log';

done_testing;
