# secure_token_playlist sign, for every scheme that there is: what `secure-token schemes --json` tells is what is tried.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Facts;
use SecureToken;
use SecureToken::Ectoken;
use SecureToken::Format;
use SecureToken::Nginx;
use SecureToken::Schemes;

my %own = (link => '?sig={token}&until={expires}&user={user}&from={start?}', digest => 'hmac-sha256:hex', message => '{expires}\n{user}\n{start}\n{path}\n$http_x_tenant');

my $nginx = SecureToken::Nginx->new;
# What stands in a scheme's location beside the scheme. A token in the path stands in front of the location's name.
sub location {
    my ($scheme, $place, @more) = @_;
    my $where = in_path($scheme) ? "~ ^(?:/[^/]*)*/$place/" : "/$place/";
    my $secret = secret_of($scheme, $SECRET);
    return "location $where { secure_token $scheme->{name} @more; secure_token_secret $secret; secure_token_playlist sign; secure_token_country \$http_x_country; add_header X-Reason <\$secure_token_reason> always; }";
}
my $client = 'secure_token_client_ip $http_x_client';
my @locations = map { location($_, $_->{name}, $_->{client_ip} eq 'never' ? () : "; $client") } schemes();
my ($ectoken) = grep { $_->{name} eq 'ectoken' } schemes();
$nginx->configure(http => <<"CONF");
    types { application/vnd.apple.mpegurl m3u8; video/mp2t ts; application/dash+xml mpd; }
    secure_token_format own @{[format_words(\%own)]};
    server {
        listen unix:DIR/nginx.sock;
        root DIR/html;
        @locations
        @{[location($ectoken, 'legacy', 'legacy')]}
        @{[location({ name => 'own', link => '?', secret => 'text' }, 'own')]}
    }
CONF
my $m3u8 = "#EXTM3U\n#EXT-X-MAP:URI=\"init%20a.ts\"\na.ts\nsub/c.ts?x=1\n/elsewhere/d.ts\nb.ts";
for my $scheme (schemes(), { name => 'legacy' }, { name => 'own' }) {
    my $directory = 'html' . prefix_of($scheme) . "/$scheme->{name}";
    $nginx->write("$directory/list.m3u8", $m3u8);
    $nginx->write("$directory/list.mpd", '<MPD><Period><AdaptationSet><SegmentList><SegmentURL media="a.ts"/></SegmentList><Representation id="1"/></AdaptationSet></Period></MPD>');
    $nginx->write("$directory/$_", "file $_") for 'a.ts', 'b.ts', 'init a.ts', 'sub/c.ts';
}
$nginx->start;

sub reason {
    my ($link, @headers) = @_;
    my $answer = $nginx->get($link, @headers);
    my ($reason) = ($answer->{header}{'x-reason'} // '<?>') =~ /<(.*)>/;
    return $reason eq '' && $answer->{status} == 200 ? "opens: $answer->{body}" : $reason || "status $answer->{status}";
}
# What a player asks for that was sent a link.
sub resolved {
    my ($base, $link) = @_;
    return $link =~ m{^/} ? $link : $base =~ s{\?.*}{}r =~ s{[^/]*$}{}r . $link;
}
# The links of a playlist, by the names of the files they lead to.
sub links_of {
    my ($link, @headers) = @_;
    # HTTP/1.0 has no chunks.
    my $body = $nginx->raw(join "\r\n", "GET $link HTTP/1.0", 'Host: localhost', @headers, '', '')->{body};
    my @links = grep { !/^#|^$/ } map { /URI="(.*)"/ ? $1 : $_ } split /\n/, $body;
    return map { (m{([^/?]*\.ts)} ? $1 : $_) => resolved($link, $_) } @links;
}

for my $scheme (schemes()) {
    my $name = $scheme->{name};
    my $path = prefix_of($scheme) . "/$name/list.m3u8";
    my $is_bound = $scheme->{client_ip} ne 'never';
    my @bound = $is_bound ? (ip => '192.0.2.7') : ();
    my @client = ('X-Client: 192.0.2.7');
    subtest $name => sub {
        my $link = signed($scheme, $path, @bound);
        my %link = links_of($link, @client);
        is reason($link{'a.ts'}, @client), 'opens: file a.ts', 'a link of the playlist opens';
        is reason($link{'init%20a.ts'}, @client), 'opens: file init a.ts', 'and so does one with an escape';
        is reason($link{'c.ts'}, @client), 'opens: file sub/c.ts', 'and one in a directory, with a query';
        is_deeply { links_of($link, @client) }, \%link, 'the same is made each time';
        is $link{'d.ts'}, '/elsewhere/d.ts', 'what lies elsewhere is left';

        # The alphabet that needs no percent-encoding opens as well.
        my $altered = $link{'a.ts'} =~ s{(\?.*)}{$1 =~ tr(+/)(-_)r =~ s/=+$//r}er;
        my ($start, $length) = field_in($scheme, $altered, 'token');
        for (substr $altered, $start + int $length / 2, 1) { $_ = $_ eq '0' ? '1' : '0' }
        like reason($altered, @client), qr/^(?:signature|malformed|missing)$/, 'a token that was altered does not open';
        if (!in_path($scheme)) {
            my $mpd = signed($scheme, $path =~ s/m3u8$/mpd/r, @bound);
            my ($media) = $nginx->raw(join "\r\n", "GET $mpd HTTP/1.0", 'Host: localhost', @client, '', '')->{body} =~ /media="([^"]*)"/;
            is reason(resolved($mpd, $media =~ s/&amp;/&/gr), @client), 'opens: file a.ts', 'and one of a DASH manifest';
        }
        unlike reason($link{'a.ts'} =~ s/a\.ts/b.ts/r, @client), qr/^opens/, 'nor another path' if $scheme->{scope} =~ /^(?:exact|prefix|pattern)$/;
        like reason($link{'a.ts'}, 'X-Client: 198.51.100.9'), qr/^(?:signature|client_ip)$/, 'nor for another client' if $is_bound;
    };
}

# --- What a token says beside that -------------------------------------------------------------------------

my $later = later();
{
    my %link = links_of(ectoken('/ectoken/list.m3u8', "ec_expire=$later&ec_url_allow=/ectoken/&ec_country_allow=DE"), 'X-Country: DE');
    is reason($link{'a.ts'}, 'X-Country: DE'), 'opens: file a.ts', 'ectoken: a country that is allowed';
    is reason($link{'a.ts'}, 'X-Country: FR'), 'country', 'and another';
    is reason($link{'a.ts'} =~ s/a\.ts/b.ts/r, 'X-Country: DE'), 'url', 'a token for a directory makes one for a file';
}
{
    my %link = links_of(legacy_ectoken('/legacy/list.m3u8', "ec_expire=$later"));
    unlike $link{'a.ts'}, qr/\?/, 'ectoken: none is made after a version 2 token, which nobody authenticates';
    like $nginx->log, qr/\[info\] [^\n]*: a link of the playlist is left, no other can be made after the token that opened it\b/, 'which is logged';
}

{
    my @tenant = ('X-Tenant: one');
    my %link = links_of(link_of(\%own, '/own/list.m3u8', expires => $later, fields => { user => '7' }, start => earlier(), variables => { http_x_tenant => 'one' }), @tenant);
    like $link{'a.ts'}, qr/&until=$later&user=7&from=\d+$/, 'a format of your own: its fields are the same';
    is reason($link{'a.ts'}, @tenant), 'opens: file a.ts', 'and it opens';
    is reason($link{'a.ts'}, 'X-Tenant: two'), 'signature', 'where the variables are the same';
    is reason($link{'a.ts'} =~ s/user=7/user=8/r, @tenant), 'signature', 'and the fields';
}

is $nginx->alarms, '', 'no alarms';
done_testing;
