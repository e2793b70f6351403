# What the documents of containers give to mount and to apply: the site loads and serves, and the YAML says what the
# documents say of it.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use YAML::XS qw(LoadFile);
use Documents;
use SecureToken;

my $site       = slurp("$ROOT/docs/containers/films-site.conf");
my $dockerfile = slurp("$ROOT/Dockerfile");

# --- The site, with secrets as they are mounted ----------------------------------------------------------

{
    # Ports of the test's own, and folders.
    my $nginx = Documents::Nginx->new($site =~ s/listen 8080;/listen 80;/r =~ s/listen 9145;/listen 127.0.0.1:9145;/r =~ s{/srv;}{/srv/;}r);
    my $secrets = "$nginx->{dir}/etc/nginx/secrets";
    spill("$secrets/films-2026", "0123456789abcdef-of-2026\n");
    # A group reads it where NGINX is not root.
    chmod 0440, "$secrets/films-2026";
    my ($names) = map { $_->{text} } blocks("$ROOT/docs/containers.md", lang => 'nginx', heading => 'A site of your own');
    spill("$secrets/films.conf", $names =~ s{/etc/nginx/secrets}{$secrets}r);
    $nginx->file('srv/films/a.txt', "a\n");
    my ($ok, $said) = $nginx->check;
    ok $ok, 'the site loads' or diag $said;
    unlike $said, qr/\[warn\]/, 'and NGINX warns of nothing';
    $nginx->start;
    is $nginx->status('/films/a.txt'), 403, 'a film without a token';
    is $nginx->status(azion('/films/a.txt', secret => '0123456789abcdef-of-2026')), 200, 'and with one';
    is $nginx->status('/healthz'), 204, 'what the probes ask';
    $nginx->stop;
}
my ($port) = $site =~ /listen (\d+);/;
is_deeply [$dockerfile =~ /^EXPOSE (\d+)$/mg], [$port], 'its port is the one of the image';

# --- What the image leaves writable ----------------------------------------------------------------------

my ($writable) = $dockerfile =~ /chmod 1777 (.*?) \\$/m;
is $writable, '/run /var/lib/nginx', 'the image can be used without root';
my @without_root = grep { /--read-only/ } map { split /\n/ } map { $_->{text} } blocks("$ROOT/docs/containers.md", lang => 'sh');
ok @without_root, 'there is a command for that';
for my $line (@without_root) {
    like $line, qr/--tmpfs $_:mode=1777 /, "$line: $_" for split ' ', $writable;
}

# --- Compose --------------------------------------------------------------------------------------------

my $service = LoadFile("$ROOT/docs/containers/compose.yml")->{services}{films};
is_deeply $service->{ports}, ["$port:$port"], 'Compose: the port';
is_deeply [map { s/:mode=1777$//r } @{ $service->{tmpfs} }], [split ' ', $writable], 'Compose: all that is written is in memory';
is_deeply [grep { !/:ro$/ } @{ $service->{volumes} }], [], 'Compose: what is mounted is read only';
for my $mounted (map { /^\.\/([\w.-]+)/ } @{ $service->{volumes} }) {
    ok $mounted =~ /^(?:secrets|films)$/ || -e "$ROOT/docs/containers/$mounted", "Compose: $mounted";
}
is "@{$service->{command}}", 'nginx -g daemon off;', 'Compose: NGINX stays in the foreground';
is $service->{user}, 'www-data', 'Compose: without root';

# --- Kubernetes -----------------------------------------------------------------------------------------

my ($deployment, $entrance) = LoadFile("$ROOT/docs/rotation/kubernetes.yml");
my $pod = $deployment->{spec}{template}{spec};
is_deeply $deployment->{spec}{selector}{matchLabels}, $deployment->{spec}{template}{metadata}{labels}, 'Kubernetes: the deployment finds its pods';
is_deeply $entrance->{spec}{selector}, $deployment->{spec}{template}{metadata}{labels}, 'Kubernetes: and so does the service';
ok $pod->{securityContext}{runAsNonRoot} && $pod->{securityContext}{runAsUser} > 0, 'Kubernetes: without root';
my %volume = map { $_->{name} => $_ } @{ $pod->{volumes} };
is $pod->{securityContext}{fsGroup}, $pod->{securityContext}{runAsGroup}, 'Kubernetes: the secrets are for the group of NGINX';
is oct($volume{secrets}{secret}{defaultMode}) & 0007, 0, 'Kubernetes: and for nobody else';
my %port = map { $_->{name} => $_->{containerPort} } @{ $pod->{containers}[0]{ports} };
is_deeply [sort values %port], [sort $site =~ /listen (\d+);/g], 'Kubernetes: the ports are the site\'s';
ok $port{ $entrance->{spec}{ports}[0]{targetPort} }, 'Kubernetes: the service leads to one of them';
for my $container (@{ $pod->{containers} }) {
    my $name = "Kubernetes: $container->{name}";
    ok $container->{securityContext}{readOnlyRootFilesystem}, "$name: has a file system that is read only";
    ok !$container->{securityContext}{allowPrivilegeEscalation}, "$name: becomes nobody else";
    is_deeply [grep { !$volume{ $_->{name} } } @{ $container->{volumeMounts} }], [], "$name: each mount has its volume";
    is_deeply [sort map { $_->{mountPath} } grep { !$_->{readOnly} } @{ $container->{volumeMounts} }], [split ' ', $writable], "$name: writes where it has to";
}
for my $probe (map { $pod->{containers}[0]{$_} } qw(readinessProbe livenessProbe)) {
    like $site, qr/^    location = \Q$probe->{httpGet}{path}\E \{$/m, 'Kubernetes: the site answers the probe';
    is $port{ $probe->{httpGet}{port} }, $port, 'Kubernetes: on its port';
}

done_testing;
