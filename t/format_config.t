# What `nginx -t` says of secure_token_format, secure_token_link, secure_token_digest and secure_token_ttl where they
# cannot be taken: the place in the string, what to write instead, file and line.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Facts;
use SecureToken;
use SecureToken::Format;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new;

sub told {
    my ($http) = @_;
    $nginx->configure(http => $http);
    my ($status, $text) = $nginx->test;
    my @lines = split /\n/, $nginx->read('nginx.conf');
    my ($line) = grep { $lines[$_ - 1] =~ /# here/ } 1 .. @lines;
    return ($status, $text, $line);
}

sub error {
    my ($what, $http, $message) = @_;
    my ($status, $text, $line) = told($http);
    subtest $what => sub {
        isnt $status, 0, 'refused';
        like $text, qr/\[emerg\] [^\n]*$message[^\n]* in [^\n]*nginx\.conf:$line\n/, 'what it says, and where';
        unlike $text, qr/panic|\[alert\]/, 'and nothing worse';
        unlike $text, qr/\Q$SECRET\E/, 'no secret';
    };
}

# A format that is wrong: its words, and what is said.
sub wrong {
    my ($what, $words, $message) = @_;
    error $what, "# or there\nsecure_token_format acme $words; # here\nserver { listen unix:DIR/nginx.sock; }", qr/"secure_token_format": [^\n]*\Q$message\E/;
}
sub link_wrong { my ($what, $link, $message) = @_; wrong $what, qq("$link" hmac-sha256:hex "{path}"), $message }
sub message_wrong { my ($what, $text, $message, $digest) = @_; wrong $what, qq("?s={token}&e={expires}&u={user}" @{[$digest // 'hmac-sha256:hex']} "$text"), $message }
sub option_wrong { my ($what, $options, $message, $link) = @_; wrong $what, qq("@{[$link // '?s={token}&e={expires}']}" hmac-sha256:hex "{path}@{[($link // '{expires}') =~ /(\{(?:expires|time)\})/]}" $options), $message }

# --- The words --------------------------------------------------------------------------------------

wrong 'too few words', '"?s={token}" md5:hex', 'takes a name, a link, a digest, a message and options; write for example secure_token_format acme';
error 'no words at all', "secure_token_format; # here\n", qr/"secure_token_format"/;
my $words = '"?s={token}&e={expires}" hmac-sha256:hex "{path}{expires}"';
error "a name that is taken: $_", "secure_token_format $_ $words; # here\n", qr/"secure_token_format": the name "$_" is taken; give the format another one, such as "my-$_"/
    for 'off', 'legacy', 'sha1', map { $_->{name} } schemes();
error 'a name that is taken by another format', "secure_token_format acme $words;\nsecure_token_format acme $words; # here\n", qr/the name "acme" is taken/;
error "a name that is none: $_", "secure_token_format $_ $words; # here\n", qr/"secure_token_format": the name is none; write 1 to 64 letters/
    for '""', '"a b"', 'a.b', '$host', 'x' x 65, "\xc3\xa4", 'for=x', '"<a>"';
error 'a name that comes later', "server { listen unix:DIR/nginx.sock;\nsecure_token acme; # here\nsecure_token_secret $SECRET; }\nsecure_token_format acme $words;", qr/"secure_token": unknown scheme; .*"bunny", or define a format of your own with "secure_token_format" above/;
error 'an unknown scheme beside one\'s own', "secure_token_format acme $words;\nserver { listen unix:DIR/nginx.sock;\nsecure_token akme; # here\n}", qr/unknown scheme; write one of "off", .*"bunny", "acme", or/;
error "in a $_->[0]", "server { listen unix:DIR/nginx.sock; $_->[1] \nsecure_token_format acme $words; # here\n$_->[2] }", qr/"secure_token_format" directive is not allowed here/
    for ['server', '', ''], ['location', 'location / {', '}'];
wrong 'bytes that are no UTF-8', "\"?s={token}\" hmac-md5:hex \"{path}\xff\"", 'has bytes that are no UTF-8; write them otherwise';
wrong 'a string that is far too long', '"?s={token}" hmac-md5:hex "' . 'x' x 600 . '{path}"', 'in the message: it is too long; write at most 512 bytes';

# --- The link ---------------------------------------------------------------------------------------

link_wrong 'a link that begins otherwise', 's={token}', 'in the link: it begins with neither "?" nor "/"; write "?st={token}&e={expires}" or "/{token}/{expires}{path}"';
link_wrong 'an empty link', '', 'in the link: it begins with neither';
link_wrong 'no token', '?e={expires}', 'in the link "?e={expires}": there is no {token}; write "?st={token}" for one';
link_wrong 'no token in a path', '/{expires}{path}', 'in the link "/{expires}{path}": there is no {token}';
link_wrong 'two tokens', '?s={token}&t={token}', 'in the link, at "{token}": there is one token; write {token} once';
link_wrong 'two times', '?s={token}&e={expires}&t={time}', 'in the link, at "{time}": a link has one time';
link_wrong 'a field twice', '?s={token}&a={user}&b={user}', 'in the link, at "{user}": the field stands there twice; write {user} once';
link_wrong 'an argument twice', '?s={token}&s={user}', 'in the link, at "s={user}": the argument stands there twice; give the field another one';
link_wrong 'an argument without a name', '?{token}', 'in the link, at "{token}": an argument has a name and a value; write "st={token}" for one';
link_wrong 'an argument of the application', '?s={token}&x=1', 'in the link, at "x=1": only the token\'s argument may hold text or several fields';
link_wrong 'a brace that is not closed', '?s={token', 'in the link, at "{token": the brace is not closed; write "}" behind the field';
link_wrong 'a name that is none', '?s={token}&u={User}', 'in the link, at "{User}": this is no name of a field; write small letters, digits and "_", such as {user_id}';
link_wrong 'a name that means something else', '?s={token}&u={secret}', 'in the link, at "{secret}": {secret} is something else in a message; give the field another name';
link_wrong 'a form of a time that is none', '?s={token}&e={expires:octal}', 'in the link, at "{expires:octal}": no time is written so; write {expires} for decimal seconds, {expires:hex}, {expires:iso}, or {expires:yyyymmddhhmm+8}';
link_wrong 'a zone that is none', '?s={token}&e={expires:yyyymmddhhmm+15}', 'in the link, at "{expires:yyyymmddhhmm+15}": no time is written so';
link_wrong 'a form of what is no time', '?s={token}&u={user:hex}', 'in the link, at "{user:hex}": only times have a form; write {user}';
link_wrong 'fields that touch', '?s={token}{user}', 'in the link, at "{user}": nothing tells where {token} ends; write a character between the two that it cannot hold';
link_wrong 'a path in a query', '?s={token}&p={path}', 'in the link, at "{path}": the path stands at the end of a link that begins with "/"';
link_wrong 'a rest in a query', '?s={token}&p={rest*}', 'in the link, at "{rest*}": only in a path a field takes all that is left; write {rest}';
link_wrong 'a path without its end', '/{token}/{expires}', 'at the end of the link "/{token}/{expires}": the path is missing that the token opens; write {path} there, or "/{rest*}"';
link_wrong 'a slash too many', '/{token}/{path}', 'in the link, at "{path}": the path begins with a slash itself; leave out the one in front of it';
link_wrong 'a rest without its slash', '/{token}{rest*}', 'in the link, at "{rest*}": what is left begins behind a slash; write "/{rest*}"';
link_wrong 'a segment behind the token', '/{token}/x{path}', 'in the link, at "x": the segments of token and time stand side by side';
link_wrong 'a segment that may be absent', '/{token}/{expires?}{path}', 'in the link, at "{expires?}": a segment cannot be absent';
link_wrong 'two slashes', '//{token}{path}', 'in the link, at "/": the server makes one of two slashes; write one';
link_wrong 'dots', '/../{token}{path}', 'in the link, at "..": the server takes this segment out of a path; write another one';
link_wrong 'a variable', '?s={token}&h=$host', 'a link has no variables; write a field such as {host}, or the variable in the message';
link_wrong 'a blank', '?s=a {token}', 'in the link, at " ": a link cannot hold this as it is';
link_wrong '{ttl} beside {expires}', '?s={token}&e={expires}&t={ttl}', '{ttl} counts from the time of issue; write {time} as well, and no {expires}';

# --- The digest -------------------------------------------------------------------------------------

for my $case (
    ['md5', 'in the digest "md5": it does not say how the digest is written; write one of '],
    ['md4:hex', 'in the digest, at "md4": no digest has this name; write one of md5, sha1, sha256, sha384, sha512, with "hmac-" in front for a HMAC'],
    ['MD5:hex', 'in the digest, at "MD5": no digest has this name'],
    ['hmac:hex', 'in the digest, at "hmac": no digest has this name'],
    ['sha256:HEX', 'in the digest, at "HEX": no digest is written so; write one of '],
    ['', 'in the digest: it does not say'],
) {
    message_wrong "the digest \"$case->[0]\"", '{path}{expires}', $case->[1], "\"$case->[0]\"";
}
wrong 'base64 in a path', '"/{token}/{expires}{path}" hmac-md5:base64 "{path}{expires}"', 'a slash that is in a token would end its segment; write "base64url" or "hex" into the digest';

# --- The message ------------------------------------------------------------------------------------

message_wrong 'an unknown field', '{path}{expires}{usr}', 'in the message, at "{usr}": there is no field "usr"; write {expires}, {user}, {secret}, {path}';
message_wrong 'a field that the link does not have', '{path}{expires}{time}', 'in the message, at "{time}": there is no field "time"';
message_wrong 'a form that a field has not', '{path:hex}{expires}', 'in the message, at "{path:hex}": it is not written so; write {path} or {path:raw}';
message_wrong 'the token', '{path}{expires}{token}', 'in the message, at "{token}": the token is made of the message; leave it out';
message_wrong 'a plain digest without a secret', '{path}{expires}', 'anybody could make such a token; write {secret} into the message, or "hmac-md5:hex" as the digest', 'md5:hex';
message_wrong 'a HMAC with one', '{secret}{path}{expires}', 'the secret is the key of hmac-sha256:hex; leave out {secret}';
message_wrong 'a time that is not hashed', '{path}{user}', 'in the message: whoever has a link could change its {expires}; write {expires} into the message as well';
wrong 'a start that is not hashed', '"?s={token}&e={expires}&b={start}" hmac-md5:hex "{path}{expires}"', 'whoever has a link could change its {start}';
wrong 'a lifetime that is not hashed', '"?s={token}&t={time}&b={ttl}" hmac-md5:hex "{path}{time}"', 'whoever has a link could change its {ttl}';
message_wrong 'an empty message', '', 'in the message: nothing would be hashed; write "{path}{expires}" for one';
message_wrong 'a brace that is not open', '{path}}{expires}', 'in the message, at "}": no brace is open here; write "}}" for the character';
message_wrong 'a bracket that is not open', '{path}]{expires}', 'in the message, at "]": no bracket is open here; write \\] for the character';
message_wrong 'a bracket that is not closed', '{path}{expires}[x{user}', 'in the message, at "[x{user}": the bracket is not closed; write "]" behind it';
message_wrong 'brackets without a field', '{path}{expires}[x]', 'in the message, at "[x]": brackets are left out where their field is empty; write one into them';
message_wrong 'brackets in brackets', '{path}{expires}[[{user}]]', 'in the message, at "[": brackets do not stand in brackets';
message_wrong 'two bars', '{path}{expires}[{user}|a|b]', 'in the message, at "|": brackets have one bar; write \\| for the character';
message_wrong 'a path in brackets', '[{path}]{expires}', 'in the message, at "{path}": this one is always there; write it without brackets';
message_wrong 'an escape that is none', '{path}\\q{expires}', 'in the message, at "\\q": there is no such escape; write \\n, \\t, \\r, ';
message_wrong 'a dollar that is no variable', '{path}$ {expires}', 'here is no variable\'s name; write "$host" or "${host}" for one, and \\$ for the character';
message_wrong "a numbered capture: $_", "{path}$_\{expires}", "in the message, at \"$_\": a capture is known by its name alone; write (?<name>…) into the expression and \$name here" for '$1', '$0', '${2}';
message_wrong "what is known once a request was checked: $_", "{path}\$$_\{expires}", "\"\$$_\" is known once a request was checked, and the message is what it is checked by; hash another variable"
    for (grep { /^secure_token_(?:status|reason|expires|key|args|query|path|scheme)$/ } words()), 'Secure_Token_Args';
message_wrong 'an unknown variable', '{path}$nobody{expires}', 'names a variable that does not exist; name one that NGINX or a "map" knows';
error 'an unknown variable of a format that nobody uses, and a prefix NGINX knows', "secure_token_format one '?s={token}' hmac-md5:hex '{path}\$http_x\$cookie_y\$arg_z'; \nsecure_token_format two '?s={token}' hmac-md5:hex '{path}\$httpx'; # here\n", qr/"secure_token_format": names a variable that does not exist/;

# --- Options ----------------------------------------------------------------------------------------

option_wrong 'an unknown option', 'inclusive', 'in the option: there is no such option; write "exclusive", "ttl=time", "window", "expired_status=code" or "secret=text|hex|base64|base64url"';
option_wrong 'one that takes no value', 'exclusive=1', 'in the option: there is no such option';
option_wrong 'one twice', 'exclusive exclusive', 'in the option: "exclusive" stands there twice; write it once';
option_wrong 'a status out of range', "expired_status=$_", "in the option \"expired_status=$_\": it is a status from 400 to 599; write \"expired_status=410\" for one" for qw(200 399 600 4100 x +410);
option_wrong 'a spelling of secrets that is none', 'secret=utf8', 'in the option, at "secret": no secret is written so; write "secret=text", "secret=hex", "secret=base64" or "secret=base64url"';
option_wrong 'a lifetime of links that say when they expire', 'ttl=1h', 'in the option "ttl=1h": links carry no time of issue; write {time} into the link';
option_wrong 'a window of such', 'window', 'in the option "window": links carry no time of issue';
option_wrong 'a lifetime that is none', "ttl=$_", "in the option \"ttl=$_\": it is a time of a second at least; write \"ttl=30m\" for one", '?s={token}&t={time}' for qw(0 1x -1 1.5h), '';
wrong 'a secret in the message', qq("?s={token}&e={expires}" $_), 'in the message: '
    for qq(md5:hex "{expires}{path} $SECRET"), "md5:hex $SECRET", qq(hmac-md5:hex "{secret}{expires}{path}$SECRET"), qq(hmac-md5:hex "{path}{{$SECRET"), qq(md5:hex "\\q$SECRET");
wrong 'a secret as an option', qq("?s={token}&e={expires}" hmac-md5:hex "{expires}{path}" $_), 'in the option'
    for $SECRET, "secret=$SECRET", "key=$SECRET";
wrong 'a secret as the digest', qq("?s={token}&e={expires}" $_ "{secret}{expires}{path}"), 'in the digest: '
    for $SECRET, "$SECRET:1k";
wrong 'a secret as the link', qq($_ hmac-md5:hex "{path}"), 'in the link: ' for $SECRET, "?$SECRET", "?s=$SECRET", "/$SECRET";
wrong 'exclusive without a time', '"?s={token}" hmac-md5:hex "{path}" exclusive', 'in the option "exclusive": links carry no time; write {expires} or {time} into the link';
wrong 'a lifetime of links that say it themselves', '"?s={token}&t={time}&for={ttl}" hmac-md5:hex "{path}{time}{ttl}" ttl=1h', 'in the option "ttl=1h": every link says so itself; leave it out, or write {ttl?} into the link';

# --- secure_token_link, secure_token_digest, secure_token_ttl ---------------------------------------

sub inside { my ($what, $server, $message) = @_; error $what, "secure_token_format acme '?s={token}&t={time}' hmac-sha256:hex '{path}\\n{time}';\nsecure_token_format may '?s={token}&t={time}&for={ttl?}' hmac-sha256:hex '{path}\\n{time}[\\n{ttl}]';\nsecure_token_secret $SECRET;\nserver { listen unix:DIR/nginx.sock; $server }", $message }

inside 'a link without a field of the scheme', "secure_token tencent-a;\nsecure_token_link '?a={time}-{rand}-{token}'; # here\n", qr/"secure_token_link": in the link "\?a=\{time\}-\{rand\}-\{token\}": links of tencent-a have \{uid\} as well; write it into the link/;
inside 'a link with one more', "secure_token azion;\nsecure_token_link '?a={token}&b={expires}&c={user}'; # here\n", qr/"secure_token_link": .*links of azion have no \{user\}; leave it out/;
inside 'a link with another', "secure_token azion;\nsecure_token_link '?a={token}&b={time}'; # here\n", qr/links of azion have \{expires\}, and no \{time\}; write \{expires\} instead/;
inside 'a time in another form', "secure_token azion;\nsecure_token_link '?a={token}&b={expires:hex}'; # here\n", qr/links of azion have \{expires\}, and no \{expires:hex\}/;
inside 'a link that is none', "secure_token azion;\nsecure_token_link 'a={token}'; # here\n", qr/"secure_token_link": in the link: it begins with neither/;
inside "a link of $_, which has its fields inside", "secure_token $_;\nsecure_token_link '?a={token}'; # here\n", qr/"secure_token_link": in the link "\?a=\{token\}": a token of $_ has all its fields inside; leave it out/ for qw(ectoken bunny);
inside 'a link of several schemes', "secure_token azion gcore;\nsecure_token_link '?a={token}&b={expires}'; # here\n", qr/"secure_token_link": the schemes "azion" and "gcore" are in force here, and it does not say whose links are meant; remove the directive, or choose one of the schemes/;
inside 'a link that an inner block takes over', "secure_token azion;\nsecure_token_link '?a={token}&b={expires}'; # here\nlocation / { secure_token alibaba-a; }", qr/links of alibaba-a have \{time\}, and no \{expires\}/;
error 'an address that the message does not have', "secure_token_format acme $words;\nserver { listen unix:DIR/nginx.sock; location / { secure_token acme; secure_token_secret $SECRET;\nsecure_token_client_ip \$remote_addr; # here\n} }",
    qr/"secure_token_client_ip": tokens of the scheme "acme" carry no client address; [^\n]* or write \{client_ip\} into the message of the format/;
inside 'a secret as the link', "secure_token azion;\nsecure_token_link $SECRET; # here\n", qr/"secure_token_link": in the link: it begins with neither/;
inside 'a secret as the digest', "secure_token azion;\nsecure_token_digest $SECRET; # here\n", qr/"secure_token_digest": in the digest: it does not say/;
inside 'a link twice', "secure_token azion; secure_token_link '?a={token}&b={expires}';\nsecure_token_link '?a={token}&b={expires}'; # here\n", qr/"secure_token_link"/;
inside 'two words', "secure_token azion;\nsecure_token_link '?a={token}' x; # here\n", qr/invalid number of arguments in "secure_token_link"/;
inside 'a token of base64 in a path', "secure_token cloudflare;\nsecure_token_link '/{token}/{time}{path}'; # here\n", qr/a slash that is in a token would end its segment/;
inside 'a digest where the vendor leaves no choice', "secure_token azion;\nsecure_token_digest sha256:hex; # here\n", qr/"secure_token_digest": in the digest "sha256:hex": the vendor of azion leaves no choice; leave it out, or write "md5:base64url"/;
inside 'one that is not among the vendor\'s', "secure_token huawei-a;\nsecure_token_digest sha1:hex; # here\n", qr/"secure_token_digest": in the digest "sha1:hex": no link of huawei-a has it; write one of "md5:hex", "sha256:hex"/;
inside 'one for a format of one\'s own', "secure_token acme; secure_token_ttl 1h;\nsecure_token_digest sha256:hex; # here\n", qr/"secure_token_digest": .*the format has its own; write it in "secure_token_format"/;
inside 'one for claims', "secure_token ectoken;\nsecure_token_digest sha256:hex; # here\n", qr/"secure_token_digest": .*the tokens of ectoken are no digests of this kind; leave it out/;
inside 'one that is none', "secure_token huawei-a;\nsecure_token_digest sha257:hex; # here\n", qr/in the digest, at "sha257": no digest has this name/;
inside 'a digest of several schemes', "secure_token azion huawei-a;\nsecure_token_digest sha256:hex; # here\n", qr/"secure_token_digest": the schemes "azion" and "huawei-a" are in force here, and it does not say whose digests are meant/;
inside "a time of issue and nobody who says how long ($_)", "\nsecure_token $_; # here\n", qr/"secure_token $_": links say when they were issued, and nothing says how long they open from then on; add "secure_token_ttl 30m" here, or "ttl=30m" to the format/ for qw(acme may);
inside 'a lifetime of links that say when they expire', "secure_token azion;\nsecure_token_ttl 1h; # here\n", qr/"secure_token_ttl": links of the scheme "azion" say themselves when they expire/;
error "a secret that is not $_->[1]", "secure_token_format acme '?s={token}' $_->[2] secret=$_->[0];\nserver { listen unix:DIR/nginx.sock; location / { secure_token acme;\nsecure_token_secret $SECRET-no; # here\n} }", qr/"secure_token_secret": the secret of the scheme "acme" is not \Q$_->[1]\E, as this scheme's are written/
    for map { my $digest = $_; map { [@$_, $digest] } ['hex', 'hexadecimal'], ['base64', 'base64'] } 'hmac-md5:hex "{path}"', 'md5:hex "{path}{secret}"';
inside 'a name of a parameter in a path', "secure_token azion; secure_token_link '/{token}/{expires}{path}';\nsecure_token_param token=x; # here\n", qr/"secure_token_param": tokens of the scheme "azion" stand in the path and have no parameters; remove the directive/;
inside 'a source of a token in a path', "secure_token azion; secure_token_link '/{token}/{expires}{path}';\nsecure_token_source \$cookie_x; # here\n", qr/"secure_token_source": tokens of the scheme "azion" stand in the path and are looked for nowhere else; remove the directive/;
error 'the same in http', "secure_token azion; secure_token_link '/{token}/{expires}{path}'; secure_token_secret $SECRET;\nsecure_token_source \$cookie_x; # here\nserver { listen unix:DIR/nginx.sock; }", qr/"secure_token_source": tokens of the scheme "azion" stand in the path/;

# --- What is taken ----------------------------------------------------------------------------------

sub silent {
    my ($what, $http) = @_;
    my ($status, $text) = told($http);
    is $status, 0, $what;
    unlike $text, qr/\[(?:warn|error|emerg|alert)\]/, "$what: not a word";
}
silent 'a token in the query instead of the path, in http', "secure_token alibaba-b; secure_token_link '?t={time:yyyymmddhhmm+8}&s={token}'; secure_token_source args \$cookie_x; secure_token_secret $SECRET; server { listen unix:DIR/nginx.sock; }";
silent 'a lifetime for links that need not say it', "secure_token_format may '?s={token}&t={time}&for={ttl?}' hmac-sha256:hex '{path}\\n{time}[\\n{ttl}]'; server { listen unix:DIR/nginx.sock; secure_token may; secure_token_secret $SECRET; secure_token_ttl 1h; }";
silent 'one\'s own by every name of one, and a link where no scheme is in force', "secure_token_format A-z_09 $words; server { listen unix:DIR/nginx.sock; secure_token A-z_09; secure_token_link '?x={token}&y={expires}'; secure_token_secret $SECRET for=A-z_09; location /open/ { secure_token off; } }";

# Each built-in format is what one's own would be.
my @own = map { "secure_token_format my-$_->{name} " . format_words($_) . ";\n" } formats();
my ($status, $text) = told(join '', @own, 'server { listen unix:DIR/nginx.sock; }');
is $status, 0, 'every built-in format may be written out by another name';
cmp_ok scalar @own, '>', 30, 'all of them';
unlike $text, qr/\[emerg\]/, 'nothing is wrong with any';

done_testing;
