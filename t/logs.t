# The error log: one line for a refusal, at the level that is configured, and never a secret.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Nginx;

use Digest::MD5 qw(md5_hex);

my $server = 'server { listen unix:DIR/nginx.sock; set_real_ip_from unix:; real_ip_header X-Forwarded-For; %s }';

# --- levels

for my $level (qw(info notice warn error)) {
    my $nginx = SecureToken::Nginx->new(
        level => $level,
        http  => sprintf $server, "location / { secure_token azion; secure_token_secret $SECRET; secure_token_log_level $level; }",
    )->start;
    $nginx->get('/a.txt');
    like $nginx->log, qr/ \[$level\] \d+#\d+: \*\d+ secure_token: missing, scheme: azion, client: /, "a refusal is logged at the level $level";
    $nginx->stop;
}
my %above = (info => 'notice', notice => 'warn', warn => 'error', error => 'crit');
for my $level (qw(info notice warn error)) {
    my $nginx = SecureToken::Nginx->new(
        level => $above{$level},
        http  => sprintf $server, "location / { secure_token azion; secure_token_secret $SECRET; secure_token_log_level $level; }",
    )->start;
    is $nginx->get('/a.txt')->{status}, 403, "at the level $level a refusal is one";
    unlike $nginx->log, qr/secure_token/, "and is not in a log that begins at $above{$level}";
    $nginx->stop;
}

# --- what a line says

{
    my $nginx = SecureToken::Nginx->new(http => sprintf $server, <<"    CONF")->start;
        server_name cdn.example.com;
        secure_token_secret $SECRET;
        location / { secure_token azion; secure_token_max_lifetime 2h; }
        location /gcore/ { secure_token gcore; secure_token_client_ip \$http_x_client; }
        location /tenant/ { secure_token azion; secure_token_secret \$arg_none; }
    CONF
    my %reason = (
        missing   => '/a.txt',
        malformed => '/a.txt?st=x&e=1',
        duplicate => '/a.txt?st=x&st=y',
        signature => azion('/a.txt', secret => 'x'),
        expired   => azion('/a.txt', expires => earlier()),
        lifetime  => azion('/a.txt', expires => later(9999)),
        client_ip => gcore('/gcore/a.txt'),
        no_secret => azion('/tenant/a.txt'),
    );
    for my $reason (sort keys %reason) {
        $nginx->clear_log;
        $nginx->get($reason{$reason}, 'X-Forwarded-For: 192.0.2.7');
        my $scheme = $reason eq 'client_ip' ? 'gcore' : 'azion';
        # A slow machine is still telling that its workers start.
        my $log = join '', grep { !/ \[notice\] / } split /^/, $nginx->log;
        like $log, qr/\A[^\n]* \[error\] [^\n]* secure_token: $reason, scheme: $scheme, client: 192\.0\.2\.7, server: cdn\.example\.com, request: "GET \/[^\n]*\n\z/,
            "a refusal leaves one line: $reason";
    }
    $nginx->clear_log;
    is $nginx->get(azion('/a.txt'))->{status}, 200, 'a request that passes';
    is join('', grep { /secure_token/ || !/ \[notice\] / } split /^/, $nginx->log), '', 'leaves none';
    is $nginx->get('/a.txt?' . 'x' x 6000)->{status}, 403, 'a request line longer than a line of the log';
    like $nginx->log, qr/secure_token: missing, scheme: azion, client: /, 'leaves the reason all the same';
    $nginx->clear_log;
    $nginx->get("/a.txt?st=x&e=%0A2026/11/23 [error] forged");
    $nginx->get("/a.txt?st=x\xff\xfe\x80&e=1");
    is scalar(() = $nginx->log =~ /\n/g), scalar(() = $nginx->log =~ /^\d{4}\/\d\d\/\d\d /mg), 'a client cannot begin a line of the log';
    $nginx->stop;
}

# --- secrets in logs

SKIP: {
    skip 'this NGINX is built without --with-debug', 12 unless SecureToken::Nginx::has_debug();
    my %secret = map { $_ => "SeCrEt-$_-0123456789" } qw(literal file map text other);
    my $nginx  = SecureToken::Nginx->new(level => 'debug');
    $nginx->write(key => "$secret{file}\n");
    chmod 0600, $nginx->dir . '/key';
    my $places = '';
    for my $scheme (qw(azion gcore)) {
        my $ip = $scheme eq 'gcore' ? 'secure_token_client_ip $remote_addr;' : '';
        $places .= "location /$scheme/literal/ { secure_token $scheme; $ip secure_token_secret $secret{other}; secure_token_secret $secret{literal}; alias DIR/html/; }\n"
            . "location /$scheme/file/ { secure_token $scheme; $ip secure_token_secret_file key; alias DIR/html/; }\n"
            . "location /$scheme/map/ { secure_token $scheme; $ip secure_token_secret \$tenant; alias DIR/html/; }\n"
            . "location /$scheme/text/ { secure_token $scheme; $ip secure_token_secret $secret{text}-\$scheme; alias DIR/html/; }\n";
    }
    $nginx->configure(http => "log_format v '\$secure_token_status \$secure_token_reason \$secure_token_key \$secure_token_expires \$secure_token_args';\n"
        . "map \$uri \$tenant { default $secret{map}; }\n" . sprintf $server, "access_log DIR/access.log v; $places");
    $nginx->start;

    my $asked = 0;
    for my $kind (qw(literal file map text)) {
        my (@never, %expected);
        $nginx->clear_log;
        for my $scheme (qw(azion gcore)) {
            my $path    = "/$scheme/$kind/a.txt";
            my $secret  = $secret{$kind} . ($kind eq 'text' ? '-http' : '');
            my %with    = (secret => $secret, $scheme eq 'gcore' ? (ip => '192.0.2.7') : ());
            my $sign    = $scheme eq 'gcore' ? \&gcore : \&azion;
            my $expires = later(777);
            my ($token, $name) = $scheme eq 'gcore' ? ('md5', 'expires') : ('st', 'e');
            my @requests = (
                [200, $sign->($path, %with)],
                [410, $sign->($path, %with, expires => earlier())],
                [403, $path],
                [403, "$path?$token=" . 'A' x 22 . "&$name=$expires"],
                [403, $sign->($path, %with, secret => 'x', expires => $expires)],
                [403, $sign->($path, %with, signs => '/x', expires => $expires)],
                [403, "$path?$token=x&$name=$expires"],
                [403, "$path?$token=a&$token=b"],
            );
            $nginx->get($_->[1], 'X-Forwarded-For: 192.0.2.7')->{status} == $_->[0] or $expected{$_->[1]} = $_->[0] for @requests;
            $asked += @requests;
            my $text = $scheme eq 'gcore' ? "$expires${path}192.0.2.7 $secret" : "$secret$path$expires";
            my $right = $scheme eq 'gcore' ? gcore_token($secret, $path, $expires, '192.0.2.7') : azion_token($secret, $path, $expires);
            push @never, $secret, $text, $right, md5_hex($text), $scheme eq 'gcore' ? "$expires$path" : "$path$expires";
        }
        push @never, $secret{other}, 'SeCrEt';
        is_deeply \%expected, {}, "$kind secret: the requests are answered as they should be";
        # NGINX's map writes into the debug log what comes out of it. That is no doing of the module.
        my $log = join '', grep { $kind ne 'map' || !/ http map: / } split /^/, $nginx->log;
        ok length $log > 10_000, 'there is a debug log';
        my @found = grep { index($log, $_) >= 0 } @never;
        is_deeply \@found, [], "secrets in logs: $kind secret: neither it, the signed text nor the right signature is in the debug log"
            or diag grep { my $line = $_; grep { index($line, $_) >= 0 } @never } split /^/, $log;
    }
    is $nginx->alarms, '', 'nothing alarming in the log';
    unlike $nginx->written('access.log', $asked), qr/SeCrEt/, 'nor is a secret in the access log';
    $nginx->stop;
}

done_testing;
