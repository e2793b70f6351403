# The times of a format of one's own: how they are written, when a link ends, and what exclusive, ttl, window and
# expired_status say.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use HTTP::Date qw(time2str);
use POSIX qw(strftime);
use Test::More;
use SecureToken;
use SecureToken::Wait qw(seconds_until);
use SecureToken::Format;
use SecureToken::Nginx;

my $digest = 'hmac-sha256:hex';
my %format = (
    decimal   => { link => '?s={token}&e={expires}', message => '{expires}{path}', options => [] },
    hex       => { link => '?s={token}&e={expires:hex}', message => '{expires}{path}', options => [] },
    minutes   => { link => '?s={token}&e={expires:yyyymmddhhmm+8}', message => '{expires}{path}', options => [] },
    west      => { link => '?s={token}&e={expires:yyyymmddhhmm-5}', message => '{expires}{path}', options => [] },
    iso       => { link => '?s={token}&e={expires:iso}', message => '{expires}{path}', options => [] },
    exclusive => { link => '?s={token}&e={expires}', message => '{expires}{path}', options => ['exclusive'] },
    gone      => { link => '?s={token}&e={expires}', message => '{expires}{path}', options => ['expired_status=451'] },
    ttl       => { link => '?s={token}&t={time}', message => '{time}{path}', options => ['ttl=10m'] },
    ends      => { link => '?s={token}&t={time}', message => '{time}{path}', options => ['ttl=10m', 'exclusive'] },
    window    => { link => '?s={token}&t={time}', message => '{time}{path}', options => ['ttl=10m', 'window'] },
    needs     => { link => '?s={token}&t={time:hex}', message => '{time}{path}', options => [] },
    carries   => { link => '?s={token}&t={time:iso}&for={ttl}', message => '{time}|{ttl}|{path}', options => [] },
    may       => { link => '?s={token}&t={time}&for={ttl?}', message => '{time}[\n{ttl}\n]{path}', options => ['ttl=10m'] },
);
$_->{digest} = $digest for values %format;
my $formats = join '', map { "secure_token_format $_ " . format_words($format{$_}) . ";\n" } sort keys %format;
my $closed = join '', map { "location /$_/ { secure_token $_; " . ($_ eq 'needs' ? 'secure_token_ttl 10m; ' : '') . "try_files /a.txt =404; }\n" } sort keys %format;
my $nginx = SecureToken::Nginx->new(http => <<"CONF");
    $formats
    add_header X-Reason  "<\$secure_token_reason>" always;
    add_header X-Expires "<\$secure_token_expires>" always;
    secure_token_secret $SECRET;
    server {
        listen unix:DIR/nginx.sock;
        $closed
        location /ttl/long/ { secure_token ttl; secure_token_ttl 1h; try_files /a.txt =404; }
        location /may/long/ { secure_token may; secure_token_ttl 1h; try_files /a.txt =404; }
        location /gone/404/ { secure_token gone; secure_token_expired_status 404; try_files /a.txt =404; }
        location /gone/403/ { secure_token decimal; secure_token_denied_status 402; try_files /a.txt =404; }
        location /ttl/skew/ { secure_token ttl; secure_token_clock_skew 1m; try_files /a.txt =404; }
        location /ttl/max/ { secure_token ttl; secure_token_ttl 1d; secure_token_max_lifetime 1h; try_files /a.txt =404; }
    }
CONF
$nginx->start;

sub answer {
    my ($link) = @_;
    my $answer = $nginx->get($link);
    my ($reason) = ($answer->{header}{'x-reason'} // '') =~ /<(.*)>/;
    return $answer->{status} == 200 ? 'opens' : "$answer->{status} $reason";
}
sub expires { return ($nginx->get($_[0])->{header}{'x-expires'} // '') =~ s/[<>]//gr }
sub link_to { my ($name, $uri, @more) = @_; return link_of($format{$name}, "/$name/$uri", @more) }
# A link whose time is this text, signed as it is.
sub at_text { my ($name, $text) = @_; return link_to($name, 'a', fields => { expires => $text, time => $text }) }

subtest 'a time is written in one way' => sub {
    for my $name (qw(decimal hex minutes west)) {
        is answer(link_to($name, 'a')), 'opens', "$name: to come";
        is answer(link_to($name, 'a', expires => earlier(120))), '403 expired', "$name: past";
        my $soon = later();
        $soon -= $soon % 60 if $name =~ /minutes|west/;
        is expires(link_to($name, 'a', expires => $soon)), $soon, "$name: and the second that it means";
    }
    my $soon = later();
    my %wrong = (
        decimal => ['', 0, 1, "0$soon", "+$soon", "-$soon", "$soon.0", "$soon ", "${soon}0", substr($soon, 1), '0x7fffffff', '1e9', sprintf('%08x', $soon)],
        hex     => ['', sprintf('%x', 255), sprintf('%09x', $soon), '0x' . sprintf('%08x', $soon), '+' . sprintf('%07x', 99), $soon, 'zzzzzzzz'],
        minutes => ['', '202613010000', '202600010000', '202602300000', '202601012400', '202601010060', '20260101000', '2026010100000', '2026-01-0100', $soon],
    );
    for my $name (sort keys %wrong) {
        is answer(at_text($name, $_) =~ s/([ +])/sprintf '%%%02X', ord $1/ger), '403 malformed', "$name: \"$_\" is no time" for @{ $wrong{$name} };
    }
    $soon++ until sprintf('%08x', $soon) =~ /[a-f]/;
    is answer(at_text(hex => sprintf '%08X', $soon)), 'opens', 'hexadecimal digits may be capital';
    is answer(at_text(hex => sprintf '%08X', $soon) =~ s/e=\K.*/sprintf '%08x', $soon/er), '403 signature', 'but are hashed as they were sent';
    is expires(link_to(minutes => 'a', expires => 1_999_999_980)), 1_999_999_980, 'a zone to the east';
    is expires(link_to(west => 'a', expires => 1_999_999_980)), 1_999_999_980, 'and one to the west';
};

subtest ':iso is a date, an HTTP date or seconds' => sub {
    my $soon = later(7200);
    my $encoded = sub { percent_encode($_[0]) =~ s/%2F/\//gr };
    my %text = (
        seconds       => $soon,
        UTC           => strftime('%Y-%m-%dT%H:%M:%SZ', gmtime $soon),
        'with a zone' => strftime('%Y-%m-%dT%H:%M:%S', gmtime $soon + 3600 * 2) . '+02:00',
        'west of it'  => strftime('%Y-%m-%dT%H:%M:%S', gmtime $soon - 3600 * 5) . '-05:00',
        'HTTP date'   => time2str($soon),
    );
    for my $name (sort keys %text) {
        # What is hashed is what was sent, percent-encoding and all.
        my $link = at_text(iso => $encoded->($text{$name}));
        is answer($link), 'opens', $name;
        is expires($link), $soon, "$name: the second";
    }
    is answer(at_text(iso => $encoded->($_))), '403 malformed', "\"$_\" is none" for '2026', 'tomorrow', '2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', '2026-01-01T25:00:00Z', "0$soon", '';
    is answer(at_text(iso => strftime('%Y-%m-%dT%H:%M:%SZ', gmtime earlier))), '403 expired', 'past';
};

subtest 'exclusive: at the very second of its expiry a link no longer opens' => sub {
    # Whichever second the request falls into, one that ends in it opens for the one and not for the other.
    my ($inclusive, $exclusive) = ('', '');
    for (1 .. 20) {
        my $now = time;
        ($inclusive, $exclusive) = map { answer(link_to($_, 'a', expires => $now)) } qw(decimal exclusive);
        last if seconds_until($now) == 0;
    }
    is $inclusive, 'opens', 'in that second, as a rule';
    is $exclusive, '403 expired', 'and exclusive';
    is answer(link_to(exclusive => 'a', expires => later(60))), 'opens', 'before';
    my ($issued, $ends) = ('', '');
    for (1 .. 20) {
        my $then = time - 600;
        ($issued, $ends) = map { answer(link_to($_, 'a', time => $then)) } qw(ttl ends);
        last if seconds_until($then + 600) == 0;
    }
    is $issued, 'opens', 'a lifetime that is over in this second';
    is $ends, '403 expired', 'and exclusive';
};

subtest 'expired_status, unless the configuration says otherwise' => sub {
    my $old = earlier();
    is answer(link_to(gone => 'a', expires => $old)), '451 expired', 'the format\'s';
    is answer(link_to(gone => 'a', secret => 'x')), '403 signature', 'of an expired link alone';
    is answer(link_to(gone => '404/a', expires => $old)), '404 expired', 'secure_token_expired_status';
    is answer(link_of($format{decimal}, '/gone/403/a', expires => $old)), '402 expired', 'where the format has none it is that of every refusal';
};

subtest 'ttl: how long a link opens that says when it was issued' => sub {
    is answer(link_to($_, 'a')), 'opens', "$_: issued just now" for qw(ttl needs window);
    is answer(link_to($_, 'a', time => time - 540)), 'opens', "$_: nine minutes ago" for qw(ttl needs window);
    is answer(link_to($_, 'a', time => time - 660)), '403 expired', "$_: eleven minutes ago" for qw(ttl needs window);
    my $now = time;
    is expires(link_to(ttl => 'a', time => $now)), $now + 600, 'the expiry is that of the issue and the lifetime';
    is answer(link_to(ttl => 'long/a', time => time - 1800)), 'opens', 'secure_token_ttl is stronger than the format';
    is answer(link_to(ttl => 'long/a', time => time - 3700)), '403 expired', 'both ways';
    is answer(link_to(ttl => 'skew/a', time => time - 640)), 'opens', 'secure_token_clock_skew';
    is answer(link_to(ttl => 'max/a')), '403 lifetime', 'secure_token_max_lifetime';
    is answer(link_to(ttl => 'max/a', time => time - 84000)), 'opens', 'which a link comes to be in';
};

subtest 'window: an issue that lies further ahead than the lifetime is refused' => sub {
    is answer(link_to(window => 'a', time => later(540))), 'opens', 'nine minutes ahead';
    is answer(link_to(window => 'a', time => later(660))), '403 lifetime', 'eleven minutes';
    is answer(link_to(window => 'a', time => 9_999_999_999)), '403 lifetime', 'for ever';
    is answer(link_to(ttl => 'a', time => later(86400))), 'opens', 'without it a link may be made for tomorrow';
};

subtest '{ttl}: a lifetime that the link carries' => sub {
    is answer(link_to(carries => 'a', ttl => 60)), 'opens', 'a minute';
    is answer(link_to(carries => 'a', ttl => 60, time => time - 90)), '403 expired', 'that is over';
    is answer(link_to(carries => 'a', ttl => 0, time => 1_000_000_000)), 'opens', '0 is for ever';
    is answer(link_to(carries => 'a', ttl => 60, time => time - 90) =~ s/for=60/for=600/r), '403 signature', 'nobody makes it longer';
    is answer(link_to(carries => 'a', ttl => $_)), '403 malformed', "\"$_\" is none" for '', '060', '-1', '1h', '99999999999';
    is answer(link_to(carries => 'a', ttl => '%2B60')), '403 malformed', 'nor is one with a sign';
    is answer(link_to(carries => 'a')  =~ s/&for=.*//r), '403 malformed', 'it has to be there';
    is answer(link_to(may => 'a', ttl => '')), 'opens', 'or may be absent';
    is answer(link_to(may => 'a', ttl => '', time => time - 660)), '403 expired', 'where the format says how long instead';
    is answer(link_to(may => 'long/a', ttl => '', time => time - 660)), 'opens', 'or secure_token_ttl';
    is answer(link_to(may => 'a', ttl => 3600, time => time - 660)), 'opens', 'and the link is stronger';
    is answer(link_to(may => 'long/a', ttl => 60, time => time - 660)), '403 expired', 'both ways';
};

is $nginx->alarms, '', 'and nothing went wrong on the way';

done_testing;
