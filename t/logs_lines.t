# The error log's line for each reason, of all schemes: with the scheme, and with the label of the place
# where there is one. And none for a request that passes.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Facts qw(reasons);
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Nginx;

my $places = '';
for my $scheme (qw(azion gcore ectoken)) {
    my $ip = $scheme eq 'gcore' ? 'secure_token_client_ip $http_x_client;' : '';
    $places .= <<"    CONF";
        location /$scheme/         { secure_token $scheme; $ip }
        location /$scheme/label/   { secure_token $scheme; $ip secure_token_label "Films & series, 2. Staffel"; }
        location /$scheme/dry-run/ { secure_token $scheme; $ip secure_token_label films; secure_token_dry_run on; }
        location /$scheme/empty/   { secure_token $scheme; $ip secure_token_label films; secure_token_secret \$arg_none; }
        location /$scheme/revoked/ { secure_token $scheme; $ip secure_token_label films; secure_token_revoked_file DIR/revoked; }
        location /$scheme/used/    { secure_token $scheme; $ip secure_token_label films; secure_token_max_uses 1; }
        location /$scheme/shared/  { secure_token $scheme; $ip secure_token_label films; secure_token_max_clients 1; alias DIR/html/; }
        location /$scheme/inner/   { secure_token $scheme; $ip secure_token_label ""; }
    CONF
}
my $nginx = SecureToken::Nginx->new;
$nginx->write('revoked', "key 1\n");
$nginx->configure(http => <<"CONF")->start;
    secure_token_links links:1m;
    secure_token_label outermost;
    server {
        listen unix:DIR/nginx.sock;
        server_name cdn.example.com;
        set_real_ip_from unix:;
        real_ip_header X-Forwarded-For;
        secure_token_secret $SECRET;
        secure_token_max_lifetime 2h;
        $places
    }
CONF

my $soon   = later(600);
my @client = ('X-Forwarded-For: 192.0.2.7', 'X-Client: 192.0.2.7');

# For each scheme what is refused, and why. CLAIMS are those of a token that would open.
sub refused {
    my ($scheme, $file) = @_;
    my %digest = (
        azion => [\&azion, 'st',  'e'],
        gcore => [sub { gcore(@_, ip => '192.0.2.7') }, 'md5', 'expires'],
    );
    if (my $is = $digest{$scheme}) {
        my ($sign, $token, $expires) = @$is;
        return (
            missing   => $file,
            malformed => "$file?$token=x&$expires=1",
            duplicate => "$file?$token=x&$token=y",
            signature => $sign->($file, secret => 'x'),
            expired   => $sign->($file, expires => earlier()),
            lifetime  => $sign->($file, expires => later(9999)),
        );
    }
    my $with = sub { ectoken($file, "ec_expire=$soon&$_[0]") };
    return (
        missing           => "$file?a=1",
        malformed         => $with->('ec_clientip=nonsense'),
        signature         => ectoken($file, "ec_expire=$soon", secret => 'x'),
        unsupported_claim => $with->('ec_nonsense=1'),
        expired           => ectoken($file, 'ec_expire=1'),
        lifetime          => ectoken($file, 'a=1'),
        url               => $with->('ec_url_allow=/other/'),
        client_ip         => $with->('ec_clientip=192.0.2.8'),
        country           => $with->('ec_country_allow=FR'),
        referrer          => $with->('ec_ref_allow=www.example.com'),
        host              => $with->('ec_host_allow=www.example.com'),
        protocol          => $with->('ec_proto_allow=https'),
    );
}

# What a request leaves in the log. A slow machine is still telling that its workers start.
sub left_by {
    my ($link) = @_;
    $nginx->clear_log;
    $nginx->get($link, @client);
    return join '', grep { !/ \[notice\] /} split /^/, $nginx->log;
}

my %label = ('' => 'outermost', 'label/' => 'Films & series, 2. Staffel', 'dry-run/' => 'films, dry run', 'inner/' => '');
my %tried;
for my $scheme (qw(azion gcore ectoken)) {
    for my $place (sort keys %label) {
        my %link  = refused($scheme, "/$scheme/${place}a.txt");
        my $label = $label{$place} eq '' ? '' : ", label: $label{$place}";
        for my $reason (sort keys %link) {
            $tried{$reason}++;
            my $log = left_by($link{$reason});
            # A file that is not there has a line of NGINX's own where a dry run lets the request in.
            $log =~ s/^.* open\(\) .*\n//mg if $place eq 'dry-run/';
            like $log, qr/\A\S+ \S+ \[error\] \d+#\d+: \*\d+ secure_token: $reason, scheme: $scheme\Q$label\E, client: 192\.0\.2\.7, server: cdn\.example\.com, request: "GET [^\n]*", host: "localhost"\n\z/,
                "one line: $scheme" . ($place ? " in $place" : '') . ": $reason";
        }
    }
    my $log = left_by({ refused($scheme, "/$scheme/empty/a.txt") }->{signature});
    like $log, qr/\A[^\n]* secure_token: no_secret, scheme: $scheme, label: films, client: [^\n]*\n\z/, "one line: $scheme: no_secret";
}
$nginx->clear_log;
$nginx->get(gcore('/gcore/a.txt'));
like $nginx->log, qr/secure_token: client_ip, scheme: gcore, label: outermost, client: unix:/, 'one line: gcore: client_ip';

for my $scheme (qw(azion gcore ectoken)) {
    my %opens = (azion => sub { azion(@_) }, gcore => sub { gcore(@_, ip => '192.0.2.7') }, ectoken => sub { ectoken($_[0], "ec_expire=$soon") });
    # Links that are bound to an address have one client anyway.
    for my $reason (qw(revoked used), $scheme eq 'gcore' ? () : 'shared') {
        my $link = $opens{$scheme}->("/$scheme/$reason/a.txt");
        $nginx->get($link, @client) if $reason ne 'revoked';
        $nginx->clear_log;
        $nginx->get($link, $reason eq 'shared' ? ('X-Forwarded-For: 192.0.2.8', 'X-Client: 192.0.2.7') : @client);
        like $nginx->log, qr/\A[^\n]* \[error\] [^\n]* secure_token: $reason, scheme: $scheme, label: films, client: 192\.0\.2\.[78], [^\n]*\n\z/, "one line: $scheme: $reason";
        $tried{$reason}++;
    }
}

is_deeply [sort keys %{ { %tried, no_secret => 1 } }], [sort(reasons())], 'every reason was tried';

for my $link (azion('/azion/a.txt', expires => $soon), gcore('/gcore/a.txt', expires => $soon, ip => '192.0.2.7'), ectoken('/ectoken/a.txt', "ec_expire=$soon")) {
    unlike left_by($link), qr/secure_token/, 'a request that passes leaves no line: ' . $link =~ s/\?.*//r;
}

$nginx->stop;
is $nginx->alarms, '', 'nothing alarming in the log';
done_testing;
