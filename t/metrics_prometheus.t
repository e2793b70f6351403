# The metrics, the alerts and the dashboard against a real Prometheus. Where that is not installed all of
# it is left out, or with SECURE_TOKEN_SKIP_NOTHING set, a failure.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use JSON::PP ();
use Test::More;
use Documents;
use SecureToken;
use SecureToken::Metrics;
use SecureToken::Nginx;
use SecureToken::Port;
use SecureToken::Prometheus;

if (my $missing = SecureToken::Prometheus::missing()) {
    plan skip_all => $missing unless $ENV{SECURE_TOKEN_SKIP_NOTHING};
    fail $missing;
    done_testing;
    exit;
}

# --- promtool

my $port  = free_port();
my $nginx = SecureToken::Nginx->new(http => <<"CONF")->start;
secure_token_zone tokens:1m;
secure_token_links links:1m;
server {
    listen unix:DIR/nginx.sock;
    listen 127.0.0.1:$port;
    secure_token_secret $SECRET id=2027;
    secure_token_secret the-old-secret-for-tests id=2026;
    location /films/     { secure_token azion; secure_token_label films; alias DIR/html/; }
    location /odd/       { secure_token gcore; secure_token_label 'a "quote", a \\\\ and a ü'; alias DIR/html/; }
    location /plain/     { secure_token azion; alias DIR/html/; }
    location /rehearsal/ { secure_token azion; secure_token_label rehearsal; secure_token_dry_run on; alias DIR/html/; }
    location = /metrics  { secure_token_metrics; }
}
CONF

# One request of every kind.
sub ask {
    $nginx->get($_) for azion('/films/a.txt'), azion('/films/a.txt', secret => 'the-old-secret-for-tests'), azion('/films/a.txt', expires => earlier()),
        azion('/films/a.txt', secret => 'x'), gcore('/odd/a.txt'), azion('/plain/a.txt'), '/rehearsal/a.txt', azion('/rehearsal/a.txt', expires => earlier());
}

sub promtool {
    my ($name, @command) = @_;
    my ($status, $said) = $nginx->run(undef, 'promtool', @command);
    is $status, 0, $name or diag $said;
    return $said;
}
ask();
my ($status, $said) = $nginx->run(undef, 'sh', '-c', "curl -s http://127.0.0.1:$port/metrics | promtool check metrics");
is "$status $said", '0 ', 'promtool has nothing to say against the metrics';
promtool('nor against the alerts', qw(check rules), "$ROOT/docs/monitoring/alerts.yml");
promtool("the alerts do what they should: $_", qw(test rules), "$ROOT/t/alerts/$_.yml") for qw(hours weeks);
my $tests = join '', map { slurp("$ROOT/t/alerts/$_.yml") } qw(hours weeks);
for my $alert (slurp("$ROOT/docs/monitoring/alerts.yml") =~ /- alert: (\w+)/g) {
    like $tests, qr/alertname: $alert\n.*\n\s+exp_alerts:\n\s+- /, "there is a test in which $alert is raised";
    like $tests, qr/alertname: (?:$alert),.* exp_alerts: \[\]|^  - name: many links that have expired$/m, "and one in which $alert is not";
}

# --- Prometheus

my ($config) = map { $_->{text} } blocks("$ROOT/docs/monitoring.md", lang => 'yaml', heading => 'Prometheus');
$config =~ s/127\.0\.0\.1:9145/127.0.0.1:$port/ or die 'the documents name another port';
$config =~ s{secure-token/alerts\.yml}{$ROOT/docs/monitoring/alerts.yml} or die 'the documents name another file';
my $prometheus = SecureToken::Prometheus->new("global:\n  scrape_interval: 1s\n  evaluation_interval: 1s\n$config")->start;
ok $prometheus->wait_for(sub { ($prometheus->number('up{job="nginx"}') // 0) == 1 }), 'Prometheus reads the metrics, with the configuration of the documents'
    or diag explain $prometheus->api('targets');

# So that there is something to see between two readings.
my $until = time + 6;
while (time < $until) {
    ask();
    select undef, undef, undef, 0.3;
}
my $counted = metrics($nginx->get('/metrics')->{body});
my $films   = 'label="films",scheme="azion"';
# A reading may fall between the last questions, so the next one is waited for.
sub arrives {
    my ($selector, $number, $what) = @_;
    my $query = "secure_token_requests_total{$films,$selector}";
    ok $prometheus->wait_for(sub { ($prometheus->number($query) // 0) == $number }), $what;
}
arrives('status="passed"', $counted->{ requests('films', 'azion', 'passed') }, 'a number arrives as it is');
arrives('reason="signature"', $counted->{ requests('films', 'azion', 'rejected', 'signature') }, 'and so does one of refusals');
my $odd = $prometheus->query('secure_token_requests_total{scheme="gcore",status="passed"}');
is_deeply [map { $_->{metric}{label} } @$odd], ["a \"quote\", a \\ and a \x{fc}"], 'a label with odd characters arrives as it is';
is scalar @{ $prometheus->query('secure_token_requests_total{label="",status="passed"}') }, 1, 'a place without a label has none';
is $prometheus->number('histogram_quantile(0.5, sum by (le) (secure_token_lifetime_seconds_bucket))') > 900, 1, 'lifetimes are a histogram';

my @rules = map { @{ $_->{rules} } } @{ $prometheus->api('rules')->{groups} };
cmp_ok scalar @rules, '>=', 11, 'Prometheus has taken the alerts of the documents';
ok $prometheus->wait_for(sub { !grep { $_->{health} eq 'unknown' } map { @{ $_->{rules} } } @{ $prometheus->api('rules')->{groups} } }), 'and looks at them';
is_deeply [map { "$_->{name}: " . ($_->{lastError} // '') } grep { $_->{health} ne 'ok' } map { @{ $_->{rules} } } @{ $prometheus->api('rules')->{groups} }], [], 'without an error';

# --- the documents' queries

for my $block (map { blocks("$ROOT/docs/$_.md", lang => 'promql') } qw(monitoring rotation)) {
    my $result = eval { $prometheus->query($block->{text} =~ s/\[(?:\d+[mhd])\]/[10s]/gr) };
    ok $result && @$result, "$block->{where}: the query has a result" or diag $@;
}

# --- the dashboard

my $dashboard = JSON::PP::decode_json(slurp("$ROOT/docs/monitoring/grafana.json"));
my @panels    = @{ $dashboard->{panels} };
cmp_ok scalar @panels, '>=', 6, 'the dashboard has panels';
my (%id, %square);
$id{ $_->{id} }++ for @panels;
is_deeply [grep { $id{$_} > 1 } keys %id], [], 'each with an id of its own';
for my $panel (@panels) {
    my $at = $panel->{gridPos};
    for my $x ($at->{x} .. $at->{x} + $at->{w} - 1) { $square{"$x $_"}++ for $at->{y} .. $at->{y} + $at->{h} - 1 }
    my $name = "panel \"$panel->{title}\"";
    cmp_ok $at->{x} + $at->{w}, '<=', 24, "$name: fits into Grafana's 24 columns";
    is $_->{uid}, '${datasource}', "$name: asks the data source that is chosen" for $panel->{datasource}, map { $_->{datasource} } @{ $panel->{targets} };
    for my $target (@{ $panel->{targets} }) {
        my $expression = $target->{expr};
        $expression =~ s/\$__rate_interval|\$__range/10s/g;
        $expression =~ s/\$(?:instance|label)\b/.*/g;
        unlike $expression, qr/\$/, "$name, $target->{refId}: has no other variable";
        my $result = eval { $prometheus->query($expression) };
        ok $result && @$result, "$name, $target->{refId}: its query has a result" or diag "$expression\n$@";
        my ($legend) = $target->{legendFormat} =~ /\{\{(\w+)\}\}\z/ or next;
        ok((grep { defined $_->{metric}{$legend} } @$result), "$name, $target->{refId}: with the label of its legend");
    }
}
is_deeply [grep { $square{$_} > 1 } keys %square], [], 'no panel covers another';
for my $variable (grep { $_->{type} eq 'query' } @{ $dashboard->{templating}{list} }) {
    my ($metric, $label) = $variable->{query}{query} =~ /^label_values\((\w+), (\w+)\)$/ or fail $variable->{name};
    my $values = $prometheus->api("label/$label/values", 'match[]' => $metric);
    ok scalar @$values, "variable $variable->{name}: has values";
}

$prometheus->stop;
$nginx->stop;
is $nginx->alarms, '', 'nothing alarming in the log';

done_testing;
