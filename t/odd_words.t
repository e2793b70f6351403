# Odd words in a configuration: `nginx -t` says what is wrong, and never crashes.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Nginx;

my @directives = qw(
    secure_token secure_token_secret secure_token_secret_file secure_token_uri secure_token_client_ip
    secure_token_source secure_token_param secure_token_denied_status secure_token_expired_status
    secure_token_ignore_case secure_token_clock_skew secure_token_max_lifetime secure_token_preflight
    secure_token_log_level secure_token_dry_run
);
my @words = (
    q(''), q("") , q(' '), 'x', 'on', 'off', '0', '-1', '403', '4294967699', '18446744073709551616', '1e9', '5m', '-5m', '9223372036854775807', '106751991167301d',
    '292471208678y', '$', '$$', '"${"', '"${}"', '"${x"', '$1', '$9', '$host', '$HOST', '${host}x', 'a$host-$', '$nowhere_to_be_found', '$arg_', '$arg_x', '$http_', '$cookie_', '$uri$uri',
    '"$\\\\"', "\xff\xfe\x80", "\xc3\x28", "'\x01\x02\x7f'", "\"a\nb\"", "'%s%n%x'", '%00', '../../../../etc/passwd', '/', '.', '/dev/null', '/proc/self/mem', '/nowhere/at/all',
    'id=', 'id=x', 'token=', 'token=a', 'expires=token', '=', '==', 'a=b=c', "'token=a b'", 'azion', 'AZION', 'args', '#', "'#'", q("it's"), q('"'), '\\\\', '\\n', 'A' x 3000,
    join(' ', ('x') x 50), 'x id=x', 'x id=', 'id=x x', 'x id=x id=y', "x 'id=\xff'", 'azion legacy', 'args args', 'token=a expires=a', 'token=a token=b', '', q(x '') , q('' ''),
);
my $nginx = SecureToken::Nginx->new;
for my $directive (@directives) {
    my (@crashed, @silent, @odd);
    # What else is needed for the directive to mean something.
    my $around = $directive eq 'secure_token' ? 'secure_token_secret a-secret-for-tests;'
        : $directive =~ /secret/ ? 'secure_token azion;' : 'secure_token gcore; secure_token_secret a-secret-for-tests;';
    for my $words (@words) {
        $nginx->configure(http => "server { listen unix:DIR/nginx.sock; location / { $around\n$directive $words;\n} }");
        my ($status, $text) = $nginx->test;
        next if $status == 0;
        push @crashed, "$words: $status $text" if $status != 256 || $text =~ /panicked|internal error|RUST_BACKTRACE/;
        # NGINX's own complaints about a word are about the word, or the variable, that it names.
        my $says = $text =~ /\[emerg\] .*(?:"$directive|"secure_token )/
            || $text =~ /\[emerg\] .*(?:unexpected|unknown "\w*" variable|invalid variable name|the closing bracket in|too long parameter)/;
        push @silent, "$words: $text" unless $says;
        push @odd,    "$words: $text" unless $text =~ / in \Q@{[$nginx->dir]}\E\/nginx\.conf:\d+$/m || $text =~ /unknown "\w*" variable/;
    }
    is_deeply \@crashed, [], "$directive: no word crashes nginx -t";
    is_deeply \@silent, [], "$directive: what is wrong is said";
    is_deeply \@odd, [], "$directive: and where";
}

done_testing;
