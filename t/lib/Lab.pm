package Lab;

# The lab in a headless Chromium, beside an NGINX with the module: what t/lab.t and t/lab_explain.t have
# in common.

use strict;
use warnings;
use utf8;

use MIME::Base64 qw(encode_base64);
use Test::More;

use Documents qw($ROOT);
use NodeJS;
use SecureToken qw($SECRET);
use SecureToken::Nginx;
use SecureToken::Port;

use Exporter qw(import);
our @EXPORT = qw($BASE64 $home $elsewhere $nginx ask js text is_quiet open_lab fill choose unfold write_format sign explained status);

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
NodeJS::needs(node => 'nodejs', chromium => 'chromium');

# The secret, as those write it whose keys are in base64.
our $BASE64 = encode_base64($SECRET, '');

# Beside the server that the page is from, one that it must not talk to.
our ($home, $elsewhere, $nginx);
my $port;
($port, $elsewhere) = (free_port(), free_port());
$home = "http://127.0.0.1:$port";
$nginx = SecureToken::Nginx->new(http => <<"CONF");
    secure_token_format acme "?sig={token}&exp={expires}&n={nonce}" hmac-sha256:hex "{expires}\\n{path}\\n\$tenant\\n{nonce}";
    map \$host \$tenant { default films; }
    map \$host \$country { default DE; }
    server {
        listen 127.0.0.1:$port;
        listen unix:DIR/nginx.sock;
        types { text/html html; }
        secure_token_secret $SECRET;
        add_header X-Secure-Token-Reason \$secure_token_reason always;
        location /lab/ { alias $ROOT/signers/web/; }
        location /azion/ { secure_token azion; try_files /a.txt =404; }
        location /gcore/ { secure_token gcore; try_files /a.txt =404; }
        location /bound/ { secure_token gcore; secure_token_client_ip \$remote_addr; try_files /a.txt =404; }
        location ~ ^(?<dir>/vod/[^/]+/) { secure_token gcore; secure_token_uri \$dir; try_files /a.txt =404; }
        location /named/ { secure_token azion; secure_token_param token=sig expires=until; try_files /a.txt =404; }
        location /films/ { secure_token ectoken; try_files /a.txt =404; }
        location /shows/ { secure_token leaseweb; secure_token_client_ip \$remote_addr; try_files /a.txt =404; }
        location /trailers/ { secure_token fastly; secure_token_secret $BASE64; try_files /a.txt =404; }
        location /clicks/ { secure_token alibaba-a; try_files /a.txt =404; }
        location /edge/ { secure_token akamai; secure_token_secret 00ff10; try_files /a.txt =404; }
        location /hops/ { secure_token bunny; secure_token_country \$country; try_files /a.txt =404; }
        location /ever/ { secure_token cdn77; try_files /a.txt =404; }
        location /acme/ { secure_token acme; try_files /a.txt =404; }
        location ~ "^/[0-9a-f]{32}/[0-9a-f]{8}/downloads/" { secure_token lighttpd; secure_token_ttl 2h; try_files /a.txt =404; }
        location ~ "^/[0-9]{12}/[0-9a-f]{32}/clips/" { secure_token alibaba-b; try_files /a.txt =404; }
    }
    server {
        listen 127.0.0.1:$elsewhere;
        add_header Access-Control-Allow-Origin *;
        return 200 "elsewhere";
    }
CONF
$nginx->start;

my $browser = NodeJS->new('browser.mjs', 'chromium');

# Also when a test dies.
END {
    local $?;
    undef $browser;
    undef $nginx;
}

sub ask  { my ($do, %with) = @_; return $browser->ask({ do => $do, %with }) }
sub js   { return ask(eval => js => $_[0]) }
sub text { return js("document.querySelector('$_[0]')?.innerText ?? '(not there)'") }

# What has become of the page since the last time: it asked nobody for anything, and has no errors.
sub is_quiet {
    my ($title, @requests) = @_;
    my $seen = ask('seen');
    my @asked = grep { !/^data:/ } @{ $seen->{requests} };
    is_deeply \@asked, \@requests, "$title: no request leaves the page" . (@requests ? ' but these' : '');
    is_deeply $seen->{errors}, [], "$title: no errors on the console";
}

# Opens the page anew, with something behind the #.
sub open_lab {
    my ($hash) = @_;
    ask(open => url => 'about:blank');
    ask(open => url => "$home/lab/index.html#" . ($hash // ''));
    ask('seen');
}

# Writes into a field as a keyboard does.
sub fill {
    my ($field, $value) = @_;
    js("{ const field = document.querySelector('section:not([hidden]) [name=$field]'); field.focus(); field.select?.() }");
    ask(type => text => "$value");
}

# Chooses in a list or among buttons, and opens what is folded.
sub choose {
    my ($field, $value) = @_;
    js("{ const field = document.querySelector('section:not([hidden]) form').elements['$field'];
        field.value = '$value'; (field[0] ?? field).dispatchEvent(new Event('change', { bubbles: true })) }");
}
sub unfold { js('for (const details of document.querySelectorAll("details")) details.open = true') }

# Writes a format, on which it depends what other fields there are.
sub write_format {
    my ($fields) = @_;
    for my $string (grep { defined $fields->{$_} } qw(link digest message options)) {
        fill($string => delete $fields->{$string});
        js('document.activeElement.blur()');
    }
}

sub sign {
    my (%fields) = @_;
    open_lab('sign');
    choose(scheme => delete $fields{scheme});
    choose(lifetime => delete $fields{lifetime}) if $fields{lifetime};
    unfold();
    write_format(\%fields);
    fill(secret => delete $fields{secret} // $SECRET);
    fill($_ => $fields{$_}) for sort keys %fields;
    ask(click => at => '#sign .main');
    ask(wait => js => q{!document.querySelector("#sign .empty") || document.querySelector("#sign :invalid")});
    return text('#signed');
}

# Its verdict, and all that it says.
sub explained {
    my (%fields) = @_;
    open_lab('explain');
    unfold();
    choose(scheme => delete $fields{scheme}) if $fields{scheme};
    write_format(\%fields);
    fill(secret => delete $fields{secret} // $SECRET);
    fill($_ => $fields{$_}) for sort keys %fields;
    ask(click => at => '#explain .main');
    ask(wait => js => 'document.querySelector("#explain .verdict, #explain .result .failure")');
    return (text('#explain .verdict h2'), text('#explain .result'));
}

sub status {
    my ($url, @headers) = @_;
    return $nginx->get($url =~ s{^\Q$home\E}{}r, 'X-None: 1', @headers)->{status};
}

1;
