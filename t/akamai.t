# The scheme akamai: the claims of a token, what it is for, and the words that change how it is hashed.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Digest::SHA qw(hmac_sha1_hex hmac_sha256_hex);
use Test::More;
use SecureToken;
use SecureToken::Format;
use SecureToken::Nginx;

my $key = join '', map { chr } 1 .. 24;
my $hex = unpack 'H*', $key;
my $nginx = SecureToken::Nginx->new(http => <<"CONF");
    secure_token_secret $hex id=hex;
    add_header X-Reason  "<\$secure_token_reason>" always;
    add_header X-Expires "<\$secure_token_expires>" always;
    add_header X-Args    "<\$secure_token_args>" always;
    server { listen unix:DIR/origin.sock; return 200 "\$request_uri"; }
    server {
        listen unix:DIR/nginx.sock;
        secure_token_client_ip \$http_x_client;
        location /a/     { secure_token akamai; try_files /a.txt =404; }
        location /sha1/  { secure_token akamai sha1; try_files /a.txt =404; }
        location /md5/   { secure_token akamai md5; try_files /a.txt =404; }
        location /early/ { secure_token akamai escape_early; try_files /a.txt =404; }
        location /both/  { secure_token akamai escape_early sha1; try_files /a.txt =404; }
        location /salt/  { secure_token akamai "salt=pe pp=er~"; try_files /a.txt =404; }
        location /salted/ { secure_token akamai sha1 salt=$hex escape_early; try_files /a.txt =404; }
        location /named/ { secure_token akamai; secure_token_param token=__token__; try_files /a.txt =404; }
        location /cookie/ { secure_token akamai; secure_token_source \$cookie_hdntl; secure_token_param token=hdntl; try_files /a.txt =404; }
        location /case/  { secure_token akamai; secure_token_ignore_case on; try_files /a.txt =404; }
        location /max/   { secure_token akamai; secure_token_max_lifetime 1h; secure_token_clock_skew 1m; try_files /a.txt =404; }
        location /strip/ { secure_token akamai; secure_token_strip on; proxy_pass http://unix:DIR/origin.sock; }
        location /map/   { secure_token akamai; secure_token_secret \$http_x_secret; try_files /a.txt =404; }
    }
CONF
$nginx->start;

my %hmac = (sha256 => \&hmac_sha256_hex, sha1 => \&hmac_sha1_hex, md5 => sub { unpack 'H*', SecureToken::Format::hmac_md5(@_) });

# A token of these claims: what is hashed behind them is for one URL, unless they name paths.
sub token {
    my ($claims, %with) = @_;
    my $url = $with{url} // '';
    my $hash = $hmac{ $with{hash} // 'sha256' };
    my $salt = $with{salt} // '';
    return "$claims~hmac=" . $hash->($claims . ($url ne '' ? "~url=$url" : '') . ($salt ne '' ? "~salt=$salt" : ''), $with{key} // $key);
}
sub for_url { my ($path, %with) = @_; return "$path?hdnts=" . token($with{claims} // 'exp=' . later(), url => $path, %with) }
sub for_paths { my ($path, $acl, %with) = @_; return "$path?hdnts=" . token('exp=' . later() . "~acl=$acl", %with) }
# Escaped as a signer does it early: in lower case, a blank being a plus or not.
sub escaped { return $_[0] =~ s/([^A-Za-z0-9_.~*-])/sprintf '%%%02x', ord $1/ger }

sub reason {
    my ($link, @headers) = @_;
    my $answer = $nginx->get($link, @headers);
    my ($reason) = ($answer->{header}{'x-reason'} // '') =~ /<(.*)>/;
    return $reason // "status $answer->{status}";
}
sub opens { is reason($_[0], @_[2 .. $#_]), '', $_[1] }
sub refused { my ($link, $reason, $what, @headers) = @_; is reason($link, @headers), $reason, $what }

subtest 'a token for one URL' => sub {
    my $link = for_url('/a/film.mp4');
    opens $link, 'that one';
    refused $link =~ s/film/firm/r, 'signature', 'no other';
    refused $link =~ s{/a/}{/a//}r, 'signature', 'nor in another spelling';
    opens for_url('/a//film%20one.mp4'), 'as it was sent';
    opens "$link&x=1", 'whatever query there is beside it';
    refused for_url('/a/x', key => 'another key'), 'signature', 'another key';
    refused for_url('/a/x', key => $hex), 'signature', 'the key is what the hexadecimal digits mean';
    refused $link =~ s/exp=\d/exp=2/r, 'signature', 'another expiry';
    refused $link =~ s/~hmac=.*//r, 'malformed', 'no HMAC';
    refused $link =~ s/(hmac=)(.*)/$1 . uc $2/er, 'malformed', 'capital digits';
    refused for_url('/a/x', claims => 'exp=' . earlier()), 'expired', 'expired';
    is $nginx->get(for_url('/a/x', claims => 'exp=1999999999'))->{header}{'x-expires'}, '<1999999999>', '$secure_token_expires';
    is $nginx->get("$link&x=1")->{header}{'x-args'}, '<x=1>', '$secure_token_args';
    is $nginx->get(for_url('/strip/x') . '&x=1')->{body}, '/strip/x?x=1', 'secure_token_strip';
};

subtest 'a token for the paths that it names' => sub {
    opens for_paths('/a/dir/film.mp4', $_), "acl=$_" for '/a/*', '/a/dir/film.mp4', '/a/*.mp4', '/a/d?r/*', '*', '/b/*!/a/*', '/a/*/film.mp?', '/a/**/film*';
    refused for_paths('/a/dir/film.mp4', $_), 'url', "acl=$_" for '/b/*', '/a/', '/a/dir', '/a/*.mp3', '/a/dir/film.mp4?', 'a/*', '/A/*', '/a/dir/*/film.mp4', '/b/*!/c/*';
    my $link = for_paths('/a/dir/x', '/a/dir/*');
    refused $link =~ s{/a/dir/x}{/a/dir/../other}r, 'url', 'it is the path that is served that counts';
    opens $link =~ s{/a/dir/x}{/a/other/../dir/x}r, 'in whatever spelling';
    refused for_paths('/a/x', join '!', ('/b/*') x 33), 'malformed', 'more patterns than anybody writes';
    refused for_paths('/a/x', ''), 'malformed', 'none';
    opens for_paths('/case/DIR/x', '/CASE/dir/*'), 'secure_token_ignore_case';
    refused for_url('/a/x') =~ s/(exp=\d+)/$1~acl=\/a\/*/r, 'signature', 'a token for one URL is not made one for many';
    refused '/a/x?hdnts=' . token('exp=' . later() . '~acl=/a/*', url => '/a/x'), 'signature', 'nor is both hashed';
};

subtest 'claims' => sub {
    my $with = sub { my ($more) = @_; return '/a/x?hdnts=' . token('exp=' . later() . "~$more~acl=/a/*") };
    opens $with->($_), $_ for 'id=session-1', 'data=anything', 'id=1~data=2', 'st=' . earlier();
    refused $with->('st=' . later()), 'lifetime', 'from later on';
    refused $with->($_), 'unsupported_claim', "a claim that nobody knows: $_" for 'x=1', 'url=/a/x', 'salt=1', 'EXP=1', '=1';
    refused $with->($_), 'malformed', "a claim that is none: $_" for 'x', 'exp=1', 'acl=/b/*', 'st=x', 'st=0' . later(), '';
    refused '/a/x?hdnts=' . token('acl=/a/*'), 'malformed', 'no expiry';
    refused '/a/x?hdnts=' . token("exp=$_~acl=/a/*"), 'malformed', "an expiry that is none: $_" for '', '0', 'never', '+' . later(), '-1';
    my $bound = $with->('ip=192.0.2.7');
    opens $bound, 'an address', 'X-Client: 192.0.2.7';
    refused $bound, 'client_ip', 'another', 'X-Client: 192.0.2.70';
    refused $bound, 'client_ip', 'none';
    opens $with->('ip=2001:DB8::1'), 'one in another spelling', 'X-Client: 2001:db8:0::1';
    refused $with->('ip=somewhere'), 'client_ip', 'one that is none is nobody\'s', 'X-Client: 192.0.2.7';
    opens for_url('/max/x', claims => 'exp=' . later(1800)), 'secure_token_max_lifetime';
    refused for_url('/max/x', claims => 'exp=' . later(7200)), 'lifetime', 'which is exceeded';
    opens for_url('/max/x', claims => 'exp=' . earlier(30)), 'secure_token_clock_skew';
};

subtest 'words behind the scheme' => sub {
    opens for_url("/$_/x", hash => $_), "$_: its HMAC" for qw(sha1 md5);
    refused for_url("/$_/x"), 'malformed', "$_: and no other" for qw(sha1 md5);
    refused for_url('/a/x', hash => 'sha1'), 'malformed', 'which is not known without the word';
    opens for_url('/early/film.mp4', url => escaped('/early/film.mp4')), 'escape_early: the URL is hashed escaped';
    refused for_url('/early/film.mp4'), 'signature', 'and not as it is';
    opens for_url('/both/film.mp4', url => escaped('/both/film.mp4'), hash => 'sha1'), 'both';
};

subtest 'a salt' => sub {
    my $salt = 'pe pp=er~';
    opens for_url('/salt/x', salt => $salt), 'behind the URL';
    opens for_paths('/salt/x', '/salt/*', salt => $salt), 'behind the claims';
    refused for_url('/salt/x'), 'signature', 'a token without it';
    refused for_url('/salt/x', salt => $_), 'signature', "a token with another: $_" for 'pe pp=er', 'Pe pp=er~', 'pe%20pp=er~';
    refused for_url('/a/x', salt => $salt), 'signature', 'a token with one where there is none';
    refused '/salt/x?hdnts=' . token('exp=' . later() . "~salt=pepper~acl=/salt/*", salt => $salt), 'unsupported_claim', 'one that is sent is none';
    opens for_url('/salted/film.mp4', url => escaped('/salted/film.mp4'), salt => $hex, hash => 'sha1'), 'with the other words';
    refused for_url('/salted/film.mp4', url => escaped('/salted/film.mp4'), salt => $key, hash => 'sha1'), 'signature', 'it is no key in hexadecimal digits';
    unlike $nginx->log, qr/pp=er|$hex/, 'and no line of the log has it';
};

subtest 'where a token stands, and by what name' => sub {
    opens for_url('/named/x') =~ s/hdnts/__token__/r, 'secure_token_param';
    refused for_url('/named/x'), 'missing', 'which is the only name then';
    my $token = token('exp=' . later() . '~acl=/cookie/*');
    opens '/cookie/x', 'a cookie', "Cookie: hdntl=hdntl=$token";
    refused "/cookie/x?hdntl=$token", 'missing', 'and not the query';
    refused for_url('/a/x') . '&hdnts=x', 'duplicate', 'two';
    opens for_url('/a/x') =~ s/~/%7E/gr, 'percent-encoded';
};

subtest 'a secret that a variable has' => sub {
    opens for_url('/map/x'), 'hexadecimal', "X-Secret: $hex";
    refused for_url('/map/x'), 'no_secret', 'not hexadecimal', 'X-Secret: xyz';
    refused for_url('/map/x'), 'no_secret', 'none';
};

is $nginx->alarms, '', 'and nothing went wrong on the way';

done_testing;
