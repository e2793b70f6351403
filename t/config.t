# What `nginx -t` says about a configuration: errors, warnings, where they are, and no secret.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use File::Basename qw(basename);
use Test::More;
use Facts;
use SecureToken::Nginx;

# Every secret of this file has this in it, and no message may.
my $secret = 'SeCrEt-of-16-bytes';
my $nginx  = SecureToken::Nginx->new;

# Puts directives into a server and returns what `nginx -t` says about them.
sub told {
    my ($directives, %with) = @_;
    $nginx->configure(http => ($with{http} // '') . "\nserver { listen unix:DIR/nginx.sock;\n$directives\n}");
    return $nginx->test(%with);
}

# The line that has the mark "# here".
sub marked_line {
    my @lines = split /\n/, $nginx->read('nginx.conf');
    my ($line) = grep { $lines[$_ - 1] =~ /# here/ } 1 .. @lines;
    return $line;
}

sub error {
    my ($name, $directives, $message, %with) = @_;
    subtest $name => sub {
        my ($status, $text) = told($directives, %with);
        is $status, 256, 'nginx -t fails' or diag $text;
        like $text, qr/\[emerg\] [^\n]*$message/, 'the message';
        my $line = marked_line();
        like $text, qr{\[emerg\] [^\n]* in \Q@{[$nginx->dir]}\E/nginx\.conf:$line\n}, 'its place' if $line;
        unlike $text, qr/SeCrEt/, 'no secret in it';
    };
}

sub warning_only {
    my ($name, $directives, $message, %with) = @_;
    subtest $name => sub {
        my ($status, $text) = told($directives, %with);
        is $status, 0, 'nginx -t succeeds' or diag $text;
        like $text, qr/\[warn\] [^\n]*$message/, 'the message';
        my $line = marked_line();
        like $text, qr{\[warn\] [^\n]* in \Q@{[$nginx->dir]}\E/nginx\.conf:$line\n}, 'its place' if $line;
        unlike $text, qr/SeCrEt/, 'no secret in it';
    };
}

sub silent {
    my ($name, $directives, %with) = @_;
    subtest $name => sub {
        my ($status, $text) = told($directives, %with);
        is $status, 0, 'nginx -t succeeds' or diag $text;
        unlike $text, qr/\[\w+\] .*secure_token/, 'and says nothing about it';
        unlike $text, qr/SeCrEt/, 'no secret in it';
    };
}

my $good = "secure_token azion;\nsecure_token_secret $secret;";

# --- what is fine

silent 'the smallest configuration is fine', "location / { $good }";
silent 'a scheme and a secret in the server protect all its locations', "$good location / { }";
silent 'a secret may stand outside and the scheme inside', "secure_token_secret $secret; location / { secure_token gcore; }";
silent 'secure_token off needs no secret', 'location / { secure_token off; }';
silent 'every directive together is fine', <<"CONF";
    location / {
        $good
        secure_token_secret        another-$secret id=second;
        secure_token_uri           \$request_uri;
        secure_token_source        args \$http_x_token "st=\$cookie_st&e=\$cookie_e";
        secure_token_param         token=t expires=x;
        secure_token_denied_status 404;
        secure_token_expired_status 404;
        secure_token_ignore_case   on;
        secure_token_clock_skew    5s;
        secure_token_max_lifetime  1d;
        secure_token_preflight     on;
        secure_token_log_level     info;
        secure_token_dry_run       on;
    }
CONF
silent 'a directive may stand in http, server and location', "secure_token_clock_skew 1s; location / { secure_token_clock_skew 2s; location /a { } }",
    http => "secure_token azion; secure_token_secret $secret; secure_token_clock_skew 3s;";
silent 'a secret may be of variables', "location / { secure_token azion; secure_token_secret \$tenant_secret; }",
    http => "map \$host \$tenant_secret { default $secret; }";
silent 'a variable may be spelled in capitals, as everywhere in nginx.conf', "location / { secure_token azion; secure_token_secret \$Tenant_Secret; }",
    http => "map \$host \$Tenant_Secret { default $secret; }";
silent 'a variable may be set in the location', "location / { set \$mine $secret; secure_token azion; secure_token_secret \$mine; }";
silent 'a variable may be a named capture', "location ~ ^/(?<tenant>\\w+)/ { secure_token azion; secure_token_secret \"$secret-\$tenant\"; }";
silent 'a secret may have quotes, blanks and semicolons', "location / { secure_token azion; secure_token_secret 'a; \"$secret\" {}'; }";
silent 'secure_token_client_ip off is fine with azion', "location / { $good secure_token_client_ip off; }";
silent 'an inherited client address is ignored by azion', "secure_token_client_ip \$remote_addr; location / { $good }";
silent 'a client address with ectoken is fine, and a country', "location / { secure_token ectoken; secure_token_secret $secret; secure_token_client_ip \$http_x_client; secure_token_country \$country; }",
    http => 'map $http_x_from $country { default ""; paris FR; }';
silent 'a country is fine where no scheme asks for it', "secure_token_country \$http_x_country; location / { $good }";
silent 'the name of an expiry that is inherited is ignored by ectoken', "secure_token_param token=t expires=x; location / { secure_token ectoken; secure_token_secret $secret; } location /azion/ { $good }";
silent 'the name of an expiry that is inherited from another scheme is too', "$good secure_token_param expires=x; location / { secure_token ectoken; }";
silent 'what would be one name for two is fine where there is one', "secure_token_param token=e; location / { secure_token ectoken; secure_token_secret $secret; }";
silent 'the lowest and the highest status are fine', "location / { $good secure_token_denied_status 400; secure_token_expired_status 599; }";

# --- secure_token

error 'an unknown scheme is refused and the known ones are listed', "location / {\nsecure_token imperva; # here\nsecure_token_secret $secret; }",
    qr/"secure_token": unknown scheme; write one of @{[join ', ', map { "\"$_\"" } 'off', map { $_->{name} } schemes()]}, or define a format of your own with "secure_token_format" above in/;
error 'a scheme in capitals is unknown', "location / {\nsecure_token Azion; # here\nsecure_token_secret $secret; }", qr/"secure_token": unknown scheme;/;
error "what a scheme is really called is told: $_->[0]", "location / {\nsecure_token $_->[0]; # here\n}", qr/"secure_token": unknown scheme; write "$_->[1]" in/ for ['AZION', 'azion'], ['cdn77_path', 'cdn77-path'];
error 'an empty scheme is unknown', "location / {\nsecure_token ''; # here\n}", qr/"secure_token": unknown scheme;/;
error 'secure_token cannot be switched by a variable', "location / {\nsecure_token \$arg_scheme; # here\nsecure_token_secret $secret; }",
    qr/"secure_token": unknown scheme;/;
error 'a word behind a scheme is another scheme or nothing', "location / {\nsecure_token azion newest; # here\nsecure_token_secret $secret; }",
    qr/"secure_token": what stands behind "azion" is no scheme; remove it or write one of "gcore", /;
error "what may stand behind ectoken is told: $_", "location / {\nsecure_token ectoken $_; # here\nsecure_token_secret $secret; }",
    qr/"secure_token": what stands behind "ectoken" is no scheme; remove it or write one of "legacy", "azion", /
    for 'v2', 'v3 legacy', 'LEGACY', '$arg_x', 'legacy=on', 'on', 'off';
error 'of two further words one is too many', "location / {\nsecure_token ectoken legacy v3; # here\nsecure_token_secret $secret; }",
    qr/"secure_token": what stands behind "ectoken" is no scheme; remove it or write one of "azion", /;
error "a word is given once, and none that says otherwise: $_", "location / {\nsecure_token $_; # here\nsecure_token_secret 00112233; }",
    qr/"secure_token": "\w+" is given twice, or a word in front of it says otherwise; remove one of the two in/
    for 'ectoken legacy legacy', 'akamai sha1 sha1', 'akamai sha1 md5', "akamai salt=$secret sha1 salt=$secret", "akamai salt=$secret salt=b";
error "a word that takes a value has one: $_->[0]", "location / {\nsecure_token akamai $_->[1]; # here\nsecure_token_secret 00112233; }",
    qr/"secure_token": "salt" takes a value without control characters; write "salt=value" in/
    for ['none', 'salt'], ['an empty one', 'salt='], ['with a newline', "\"salt=$secret\\n\""], ['behind another word', 'sha1 salt'];
error "a word stands behind its own scheme: $_->[0]", "location / {\nsecure_token $_->[0]; # here\nsecure_token_secret 00112233; }",
    qr/"secure_token": "$_->[1]" is for the scheme "$_->[2]", and stands behind "$_->[3]"; write it behind "$_->[2]", or remove it in/
    for ['azion legacy', qw(legacy ectoken azion)], ["azion salt=$secret", qw(salt=value akamai azion)], ["akamai bunny salt=$secret", qw(salt=value akamai bunny)], ["azion salt", qw(salt=value akamai azion)];
error "what may stand behind akamai is told: $_->[0]", "location / {\nsecure_token akamai $_->[0]; # here\nsecure_token_secret 00112233; }",
    qr/"secure_token": what stands behind "akamai" is no scheme; remove it or write one of $_->[1], "azion", /
    for ["SALT=$secret", '"sha1", "md5", "escape_early", "salt=value"'], ["sha1 sha1=$secret", '"escape_early", "salt=value"'], ["salt=$secret $secret", '"sha1", "md5", "escape_early"'];
silent 'a salt is a word of akamai, in whichever order', "location / { secure_token akamai escape_early \"salt=$secret and more\" sha1 azion; secure_token_secret 00112233445566778899aabbccddeeff; secure_token_secret $secret for=azion; }";
error 'off takes no further word', "location / {\nsecure_token off legacy; # here\n}", qr/"secure_token": "off" takes no further parameter; remove what stands behind it/;
warning_only 'version 2 of ectoken is a warning', "location / {\nsecure_token ectoken legacy; # here\nsecure_token_secret $secret; }",
    qr/"secure_token": version 2 tokens \(Blowfish\) are not authenticated, and whoever has one can alter it, .*remove "legacy"/;
error 'secure_token without a word is refused', "location / {\nsecure_token; # here\n}", qr/invalid number of arguments in "secure_token" directive/;
error 'secure_token twice is refused', "location / { secure_token azion;\nsecure_token gcore; # here\nsecure_token_secret $secret; }", qr/"secure_token": is given twice/;
error 'a scheme without a secret is refused', "location / {\nsecure_token azion; # here\n}", qr/"secure_token azion" has no secret in location "\/", nothing could open it/;
error 'a secret of a sibling location does not count', "location /a { secure_token_secret $secret; }\nlocation /b {\nsecure_token azion; # here\n}",
    qr/"secure_token azion" has no secret in (?:location "\/b"|a server without a name)/;
error 'a scheme in http without a secret anywhere is refused', 'location / { }', qr/"secure_token gcore" has no secret in location "\/"/, http => "secure_token gcore; # here\n";
warning_only 'a scheme in the server with secrets in its locations only is a warning', "secure_token azion; # here\nlocation / { secure_token_secret $secret; }",
    qr/"secure_token azion" has no secret in (?:location "\/b"|a server without a name)/;

# --- secure_token_secret

error 'an empty secret is refused', "location / { secure_token azion;\nsecure_token_secret ''; # here\n}", qr/"secure_token_secret": the secret is empty/;
error 'a secret of two words is refused, and not repeated', "location / { secure_token azion;\nsecure_token_secret $secret two-$secret; # here\n}",
    qr/"secure_token_secret": takes a secret and at most "id=name"/;
error 'a secret of three words is refused, and not repeated', "location / { secure_token azion;\nsecure_token_secret $secret id=a $secret; # here\n}",
    qr/"secure_token_secret": takes a secret and at most "id=name"/;
error 'no secret at all is refused', "location / { secure_token azion;\nsecure_token_secret; # here\n}", qr/invalid number of arguments in "secure_token_secret" directive/;
error 'an id without a secret is refused', "location / { secure_token azion;\nsecure_token_secret id=SeCrEt; # here\n}", qr/"secure_token_secret": has a name and no secret/;
warning_only "a secret that the client sends is a warning: $_", "location / { secure_token azion;\nsecure_token_secret $_; # here\n}",
    qr/"secure_token_secret": the secret is what the client sends/ for '$http_x_key', '$arg_a$cookie_b', '$Args', '${request_uri}';
error 'an empty id is refused', "location / { secure_token azion;\nsecure_token_secret $secret id=; # here\n}", qr/"secure_token_secret": "id=" needs a name/;
error 'an id with a blank is refused', "location / { secure_token azion;\nsecure_token_secret $secret 'id=a b'; # here\n}", qr/"secure_token_secret": "id=" needs a name/;
error 'an id of 65 characters is refused', "location / { secure_token azion;\nsecure_token_secret $secret id=" . 'x' x 65 . "; # here\n}", qr/"secure_token_secret": "id=" needs a name/;
error 'two secrets of one id are refused', "location / { secure_token azion; secure_token_secret $secret id=a;\nsecure_token_secret other-$secret id=a; # here\n}",
    qr/"secure_token_secret": another secret of this block goes by the name "a"/;
error 'an id that is the number of another secret is refused', "location / { secure_token azion; secure_token_secret $secret id=2;\nsecure_token_secret other-$secret; # here\n}",
    qr/"secure_token_secret": another secret of this block goes by the name "2"/;
error 'a variable that does not exist is refused, and not repeated', "location / { secure_token azion;\nsecure_token_secret SeCrEt\$SeCrEt; # here\n}",
    qr/"secure_token_secret": names a variable that does not exist/;
error "a dollar that begins no variable is refused: $_", "location / { secure_token azion;\nsecure_token_secret '$_'; # here\n}", qr/"secure_token_secret": has a "\$" that begins no variable/
    for 'SeCrEt$', '$', 'SeCrEt$-x', 'SeCrEt$$', 'SeCrEt$5', '$1', '${SeCrEt', 'SeCrEt${}', 'SeCrEt${1}', 'SeCrEt${a-b}', 'SeCrEt$host$';
warning_only 'a secret shorter than 16 bytes is a warning', "location / { secure_token azion;\nsecure_token_secret SeCrEt-15-bytes; # here\n}",
    qr/"secure_token_secret": the secret has 15 bytes .* at least 16/;

# --- secure_token_secret_file

$nginx->write($_->[0], $_->[1]) for ['good', "$secret\n"], ['empty', ''], ['newline', "\n"], ['crlf', "\r\n"], ['short', "SeCrEt\n"], ['world', "$secret\n"],
    ['big', 'SeCrEt' x 20000];
chmod 0600, $nginx->dir . "/$_" for qw(good empty newline crlf short big);
chmod 0644, $nginx->dir . '/world';
mkdir $nginx->dir . '/directory';
POSIX::mkfifo($nginx->dir . '/fifo', 0600);

silent 'a secret file is fine', 'location / { secure_token azion; secure_token_secret_file good; }';
silent 'a secret file with an id is fine', 'location / { secure_token azion; secure_token_secret_file good id=file; }';
error "a secret file that is $_->[0] is refused", "location / { secure_token azion;\nsecure_token_secret_file $_->[1]; # here\n}", qr/"secure_token_secret_file": $_->[2]/
    for ['missing', 'nowhere', 'cannot read the file: No such file or directory .*; name one that holds the secret, and write a secret itself with "secure_token_secret"'], ['empty', 'empty', '".*empty" is empty'], ['an empty line', 'newline', '".*newline" is empty'],
    ['an empty line of Windows', 'crlf', '".*crlf" is empty'], ['a directory', 'directory', '".*directory" is not a file'], ['a pipe', 'fifo', '".*fifo" is not a file'],
    ['a device', '/dev/zero', '"/dev/zero" is not a file'], (map { ['made up by the kernel', $_, "\"$_\" is empty"] } grep { -r } '/proc/version', '/proc/kmsg'),
    ['too big', 'big', '".*big" has more than 64 KiB'], ['no name', "''", ''],
    ['below a file', 'good/x', 'cannot read the file: Not a directory'];
warning_only 'the name of a secret file as the secret is a warning', "location / { secure_token azion;\nsecure_token_secret @{[$nginx->dir]}/good; # here\n}",
    qr/"secure_token_secret": the secret is the name of a file, and whoever guesses that can sign; name the file with "secure_token_secret_file" instead/;
warning_only 'the secret of the examples is a warning', "location / { secure_token azion;\nsecure_token_secret replace-me-openssl-rand-hex-16; # here\n}",
    qr/"secure_token_secret": the secret is the one of an example, and everybody can sign with it; use one of your own, for example from "openssl rand -hex 16"/;
warning_only 'and so is one beside nginx.conf', "location / { secure_token azion;\nsecure_token_secret ./good; # here\n}", qr/"secure_token_secret": the secret is the name of a file/;
silent 'a secret that begins with a slash is fine', "location / { secure_token azion; secure_token_secret /$secret; }";
error 'a secret file given as two words is refused', "location / { secure_token azion;\nsecure_token_secret_file good bad; # here\n}", qr/"secure_token_secret_file": takes a file and at most "id=name"/;
warning_only 'a secret file that others can read is a warning', "location / { secure_token azion;\nsecure_token_secret_file world; # here\n}",
    qr/"secure_token_secret_file": others can read ".*world"/;
warning_only 'a secret file with a short secret is a warning', "location / { secure_token azion;\nsecure_token_secret_file short; # here\n}", qr/"secure_token_secret_file": the secret has 6 bytes/;

SKIP: {
    my $uid = $> == 0 ? scalar getpwnam 'nobody' : undef;
    skip 'no user nobody', 1 if $> == 0 && !defined $uid;
    chmod 0000, $nginx->dir . '/good' if $> != 0;
    # Another user has to get at NGINX and the module, wherever the checkout is: below /root, say.
    local ($SecureToken::Nginx::BINARY, $SecureToken::Nginx::MODULE) = map {
        my ($from, $to) = ($_, $nginx->dir . '/reached-' . basename($_));
        File::Copy::copy($from, $to) or die "$from: $!";
        chmod 0755, $to;
        $to;
    } $SecureToken::Nginx::BINARY, $SecureToken::Nginx::MODULE;
    chmod 0777, $nginx->dir;
    error 'a secret file that may not be read is refused', "location / { secure_token azion;\nsecure_token_secret_file good; # here\n}",
        qr/"secure_token_secret_file": cannot read ".*good": Permission denied/, uid => $uid;
}

# --- the others

error 'an empty secure_token_uri is refused', "location / { $good\nsecure_token_uri ''; # here\n}", qr/"secure_token_uri": is empty/;
error 'secure_token_uri off is refused', "location / { $good\nsecure_token_uri off; # here\n}", qr/"secure_token_uri": cannot be switched off; remove it/;
error 'secure_token_uri with an unknown variable is refused', "location / { $good\nsecure_token_uri \$nowhere_set;\n}", qr/"secure_token_uri": names a variable that does not exist; name one that NGINX or a "map" knows/;
error "secure_token_uri $_ is refused", "location / { $good\nsecure_token_uri '$_'; # here\n}", qr/"secure_token_uri": has a "\$" that begins no variable/
    for '/a$', '${uri', '/$/', '$$uri';
error 'a constant client address is refused', "location / { secure_token gcore; secure_token_secret $secret;\nsecure_token_client_ip 192.0.2.7; # here\n}",
    qr/"secure_token_client_ip": is the same for every client/;
error 'an empty client address is refused', "location / { secure_token gcore; secure_token_secret $secret;\nsecure_token_client_ip ''; # here\n}", qr/"secure_token_client_ip": is the same/;
error 'secure_token_client_ip on is refused', "location / { secure_token gcore; secure_token_secret $secret;\nsecure_token_client_ip on; # here\n}", qr/"secure_token_client_ip": is the same/;
error 'a client address with azion is refused', "location / { $good\nsecure_token_client_ip \$remote_addr; # here\n}",
    qr/"secure_token_client_ip": tokens of the scheme "azion" carry no client address/;
error 'a client address with azion is refused in http too', 'location / { }', qr/"secure_token_client_ip": tokens of the scheme "azion"/,
    http => "$good\nsecure_token_client_ip \$remote_addr; # here\n";
error "secure_token_country '$_' is refused", "location / { secure_token ectoken; secure_token_secret $secret;\nsecure_token_country '$_'; # here\n}",
    qr/"secure_token_country": is the same for every client; write a variable that has the client's country/ for 'US', '', 'off', 'geoip_country_code';
error 'secure_token_country with an unknown variable is refused', "location / { secure_token ectoken; secure_token_secret $secret;\nsecure_token_country \$nowhere_set; # here\n}",
    qr/"secure_token_country": names a variable that does not exist; name one that NGINX or a "map" knows/;
error "secure_token_country $_ is refused", "location / { secure_token ectoken; secure_token_secret $secret;\nsecure_token_country '$_'; # here\n}", qr/"secure_token_country": has a "\$" that begins no variable/
    for '$', 'US$', '${country';
error "ectoken has its expiry inside: $_->[0]", $_->[1], qr/"secure_token_param": tokens of the scheme "ectoken" have their expiry inside; remove "expires="/, http => $_->[2]
    for ['expires=', "location / { secure_token ectoken; secure_token_secret $secret;\nsecure_token_param expires=x; # here\n}"],
    ['token= and expires=', "location / { secure_token ectoken; secure_token_secret $secret;\nsecure_token_param token=t expires=x; # here\n}"],
    ['one name for both', "location / { secure_token ectoken; secure_token_secret $secret;\nsecure_token_param token=x expires=x; # here\n}"],
    ['a scheme from outside', "secure_token ectoken; secure_token_secret $secret; location / {\nsecure_token_param expires=x; # here\n}"],
    ['in the server', "secure_token ectoken; secure_token_secret $secret;\nsecure_token_param expires=x; # here\nlocation / { }"],
    ['in http', 'location / { }', "secure_token ectoken; secure_token_secret $secret;\nsecure_token_param expires=x; # here\n"];
error 'a name for both is refused again where azion inherits it', "secure_token_secret $secret; secure_token ectoken;\nsecure_token_param token=e; # here\nlocation / { } location /azion/ { secure_token azion; }",
    qr/"secure_token_param": token and expiry of the scheme "azion" would have the same name/;
error 'a constant source is refused', "location / { $good\nsecure_token_source 'st=x&e=1'; # here\n}", qr/"secure_token_source": has a word that is the same for every request/;
error 'sources in one pair of quotes are refused', "location / { $good\nsecure_token_source 'args \$cookie_st'; # here\n}", qr/"secure_token_source": has a blank within a word, and no token has one; write each source as a word of its own/;
error 'an empty source is refused', "location / { $good\nsecure_token_source args ''; # here\n}", qr/"secure_token_source": has a word that is the same for every request/;
error 'secure_token_source cookie is refused', "location / { $good\nsecure_token_source cookie; # here\n}", qr/"secure_token_source": has a word that is the same for every request/;
error 'secure_token_source without a word is refused', "location / { $good\nsecure_token_source; # here\n}", qr/invalid number of arguments in "secure_token_source"/;
error "secure_token_param $_->[0] is refused", "location / { $good\nsecure_token_param $_->[0]; # here\n}", qr/"secure_token_param": $_->[1]/
    for ['st', 'unknown parameter;'], ['client_ip=ip', 'unknown parameter;'], ['token=', '"token=" has no name behind it'], ['expires=', '"expires=" has no name behind it'],
    ['"token=a b"', '"token=" has no name behind it'], ['token=a&b', '"token=" has no name behind it'], ['token=a=b', '"token=" has no name behind it'], ['token=%73t', '"token=" has no name behind it'],
    ['token=$arg_x', '"token=" has no name behind it'], ['token=a token=b', '"token=" is given twice'], ['expires=a expires=a', '"expires=" is given twice'], ['TOKEN=a', 'unknown parameter;'],
    ['token=e', 'token and expiry of the scheme "azion" would have the same name'], ['token=x expires=x', 'token and expiry of the scheme "azion" would have the same name'];
error "secure_token_denied_status $_ is refused", "location / { $good\nsecure_token_denied_status $_; # here\n}", qr/"secure_token_denied_status": must be a status from 400 to 599/
    for 0, 200, 302, 399, 600, 4030, -403, '+403', '4o3', '""', '403.0', '0x193', '$arg_x', '99999999999999999999';
error "secure_token_expired_status $_ is refused", "location / { $good\nsecure_token_expired_status $_; # here\n}", qr/"secure_token_expired_status": must be a status from 400 to 599/
    for 200, 600, 'gone';
for my $directive (qw(secure_token_ignore_case secure_token_preflight secure_token_dry_run)) {
    error "$directive $_ is refused", "location / { $good\n$directive $_; # here\n}", qr/"$directive": must be "on" or "off"/ for 'yes', '1', '""', '$arg_x';
}
for my $directive (qw(secure_token_clock_skew secure_token_max_lifetime)) {
    error "$directive $_ is refused", "location / { $good\n$directive $_; # here\n}", qr/"$directive": must be a time/ for 'soon', '-1', '1.5h', '""', '5x', '10ms', '$arg_x', '9' x 30;
}
error "secure_token_max_lifetime $_ is refused", "location / { $good\nsecure_token_max_lifetime $_; # here\n}", qr/"secure_token_max_lifetime": is a time of a second at least; write for example "30m"/ for '0', '0s';
my $issued = "secure_token alibaba-b; secure_token_secret $secret;";
warning_only 'links that live longer than they may are a warning', "location / { $issued secure_token_ttl 2h;\nsecure_token_max_lifetime 1h; # here\n}",
    qr/"secure_token_max_lifetime": links of the scheme "alibaba-b" open for longer than that from their issue on, and are refused until less is left; make "secure_token_ttl" shorter, or this longer/;
silent 'links that live as long as they may are fine', "location / { $issued secure_token_ttl 1h; secure_token_max_lifetime 1h; }";
error "secure_token_log_level $_ is refused", "location / { $good\nsecure_token_log_level $_; # here\n}", qr/"secure_token_log_level": must be "info", "notice", "warn" or "error"/
    for 'debug', 'crit', 'off', 'ERROR', '""';
for my $twice (
    ['secure_token_uri', '/a'], ['secure_token_client_ip', 'off'], ['secure_token_country', '$http_x'], ['secure_token_source', 'args'], ['secure_token_param', 'token=t'], ['secure_token_denied_status', 404],
    ['secure_token_expired_status', 404], ['secure_token_ignore_case', 'on'], ['secure_token_clock_skew', '5s'], ['secure_token_max_lifetime', '5s'], ['secure_token_preflight', 'on'],
    ['secure_token_dry_run', 'on'], ['secure_token_log_level', 'warn'])
{
    my ($directive, $value) = @$twice;
    error "$directive twice is refused", "location / { $good $directive $value;\n$directive $value; # here\n}", qr/"$directive": is given twice in this block/;
    error "$directive without a word is refused", "location / { $good\n$directive; # here\n}", qr/invalid number of arguments in "$directive" directive/;
}
error 'a directive outside of http is refused', 'location / { }', qr/"secure_token" directive is not allowed here/, http => "upstream u { server localhost;\nsecure_token off; # here\n}\n";
error 'a directive in an if block is refused', "location / { $good if (\$arg_x) {\nsecure_token off; # here\n} }", qr/"secure_token" directive is not allowed here/;

done_testing;
