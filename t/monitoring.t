# docs/monitoring.md: what it shows is so, and its commands do what they are said to do. Its queries are
# asked in t/metrics_prometheus.t.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use Test::More;
use Documents;
use SecureToken;
use SecureToken::Nginx;

my $guide = "$ROOT/docs/monitoring.md";
my $text  = slurp($guide);

sub blocks_of { my ($heading, $lang) = @_; return map { $_->{text} } blocks($guide, heading => $heading, lang => $lang) }

# The command that asks for the metrics, of this NGINX.
my ($command) = blocks_of('Switching it on', 'sh');
sub numbers { my ($nginx) = @_; return scalar `${\($command =~ s/:9145/:$nginx->{metrics_port}/r)}` }

# --- the configurations

{
    my ($switching_on) = blocks_of('Switching it on', 'nginx');
    my ($shown)        = blocks_of('Switching it on', 'text');
    my $nginx = Documents::Nginx->new($switching_on);
    $nginx->file('html/films/a.txt', "a\n");
    $nginx->start;
    my $secret = 'replace-me-openssl-rand-hex-16';
    $nginx->status($_) for azion('/films/a.txt', secret => $secret), azion('/films/a.txt', secret => 'x'), azion('/films/a.txt', secret => $secret, expires => earlier());
    my $output = numbers($nginx);
    my ($real, $documented) = map { [map { s/ \d+$//r } split /\n/] } $output, $shown;
    is_deeply [@$real[0 .. $#$documented]], $documented, 'the metrics begin as it is shown';
    my %type = $output =~ /^# TYPE (\w+) (\w+)$/mg;
    my %told = $text =~ /^\| `(secure_token_\w+)` \| (\w+) \|/mg;
    is_deeply \%told, \%type, 'the table has all metrics with their types';
    my %labels  = map { $_ => 1 } $output =~ /(\w+)="/g;
    my ($table) = $text =~ /^\| label \| value \|\n\| --- .*\n((?:\|.*\n)+)/m;
    is_deeply [sort map { (split /\|/)[1] =~ /`(\w+)`/g } split /\n/, $table], [sort keys %labels], 'and the other one all labels';
    $nginx->stop;

    my ($restricted) = blocks_of('Who may read it', 'nginx');
    $nginx = Documents::Nginx->new($restricted)->start;
    is $nginx->status('/metrics'), 200, 'those who are allowed read the metrics';
    $nginx->stop;
    $nginx = Documents::Nginx->new($restricted =~ s/allow 127\.0\.0\.1;//r)->start;
    is $nginx->status('/metrics'), 403, 'and others do not';
    $nginx->stop;

    my ($json) = blocks_of('The metrics', 'json');
    $nginx = Documents::Nginx->new($switching_on =~ s/secure_token_metrics;/secure_token_metrics json;/r)->start;
    $nginx->status('/films/a.txt');
    my ($is, $should) = map { my $data = JSON::PP::decode_json($_); [map { my $list = ref $_ eq 'ARRAY' ? $_->[0] : $_; ref $list ? [sort keys %$list] : '' } @$data{ sort keys %$data }] } numbers($nginx), $json;
    is_deeply $is, $should, 'JSON has the lists that are shown, of what is shown';
    $nginx->stop;
}

# --- how many labels a zone has room for

{
    my $nginx = SecureToken::Nginx->new;
    my %room  = ('1m' => [$text =~ /have room for (\d+) labels with one secret each, (\d+) with two, or (\d+) with four/], '32k' => [$text =~ /takes (\d+) labels with one secret/]);
    for my $size (sort keys %room) {
        my @secrets = (1, 2, 4);
        for my $number (@{ $room{$size} }) {
            my $secrets = join ' ', map { "secure_token_secret the-secret-number-$_ id=$_;" } 1 .. (my $count = shift @secrets);
            for my $more (0, 1) {
                my $labels = join '', map { "location /$_/ { secure_token azion; secure_token_label label-$_; }\n" } 1 .. $number + $more;
                $nginx->configure(http => "secure_token_zone tokens:$size; server { listen unix:DIR/nginx.sock; $secrets\n$labels }");
                my ($status) = $nginx->test;
                is $status, $more ? 256 : 0, "$size: " . ($more ? 'and not for one more' : "room for $number labels with $count secrets");
            }
        }
    }
}

# --- the alerts

my @alerts = slurp("$ROOT/docs/monitoring/alerts.yml") =~ /- alert: (\w+)/g;
is_deeply [$text =~ /^\| `(SecureToken\w+)` \|/mg], \@alerts, 'the table has all alerts, in the order of the file';
SKIP: {
    skip 'no promtool: apt-get install --no-install-recommends prometheus', 1 unless has_program('promtool');
    my ($check) = blocks_of('Alerts', 'sh');
    my $dir = File::Temp->newdir;
    symlink "$ROOT/docs/monitoring", "$dir/secure-token" or die $!;
    my $said = `cd '$dir' && $check 2>&1`;
    like $said, qr/SUCCESS: \d+ rules found/, 'the command that checks the alerts';
}

done_testing;
