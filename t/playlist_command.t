# The command "secure-token playlist" writes what NGINX sends, byte for byte.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken;
use SecureToken::Nginx;
use SecureToken::Port;

my $command = $ENV{SECURE_TOKEN_CLI} // "$FindBin::Bin/../build/secure-token";
# It asks our own NGINX.
delete @ENV{grep { /_proxy\z/i } keys %ENV};

my $nginx = SecureToken::Nginx->new;
my $port = free_port();
my %links = (
    azion       => sub { azion($_[0]) },
    'alibaba-b' => sub { alibaba_b($_[0]) },
    ectoken     => sub { by_command('ectoken', '--url-allow', '/vod/', $_[0]) },
    fastly      => sub { fastly($_[0]) },
    directory   => sub { azion($_[0], signs => '/vod/') },
    above       => sub { alibaba_b($_[0], signs => '/vod/') },
    'gcore-video' => sub { by_command('gcore-video', "/videos/1_ab$_[0]") },
);
my %rules = (
    azion       => 'secure_token azion; secure_token_playlist sign;',
    'alibaba-b' => 'secure_token alibaba-b; secure_token_ttl 30m; secure_token_playlist sign;',
    ectoken     => 'secure_token ectoken; secure_token_playlist sign under=/vod/sub/;',
    fastly      => "secure_token fastly; secure_token_secret $BASE64; secure_token_playlist sign;",
    directory   => 'secure_token azion; secure_token_uri /vod/; secure_token_playlist pass;',
    'gcore-video' => 'secure_token gcore-video; secure_token_playlist sign;',
    above       => 'secure_token alibaba-b; secure_token_ttl 30m; secure_token_uri /vod/; secure_token_playlist pass;',
);
# A link as the command signs it, for a scheme whose tokens no short program makes.
sub by_command {
    my ($scheme, @args) = @_;
    chomp(my $link = `$command sign --scheme $scheme --secret-file @{[$nginx->dir]}/key --expires-in 1h @args`);
    return $link;
}
$nginx->write('key', "$SECRET\n");
chmod 0600, $nginx->dir . '/key';
$nginx->configure(http => "types { application/vnd.apple.mpegurl m3u8; application/dash+xml mpd; } secure_token_secret $SECRET;"
    . join('', map { "server { listen unix:DIR/$_.sock; server_name $_; location ^~ / { $rules{$_} } }" } sort keys %rules)
    . "server { listen 127.0.0.1:$port; server_name plain; location = /refused.m3u8 { return 403; }"
    . ' location = /moved.m3u8 { return 302 /vod/all.m3u8; } location /open/ { alias DIR/html/vod/; } location / { } }');

$nginx->write('html/vod/all.m3u8', my $hls = join "\r\n", "\xef\xbb\xbf#EXTM3U", '#EXT-X-DEFINE:NAME="a",VALUE="sub"', '#EXT-X-KEY:METHOD=AES-128,URI="k.key"',
    '#EXT-X-MEDIA:TYPE=AUDIO,URI="{$a}/audio.m3u8?x=1#f"', '#EXT-X-MAP:URI="data:,x"', '1.ts', '  ./sub/../2%20b.ts?st=old ', '/vod/sub/3.ts?', '{$b}/4.ts', '/other/5.ts',
    '//localhost/vod/6.ts', 'https://example.com/vod/7.ts', '../vod/8.ts');
$nginx->write('html/vod/all.mpd', my $mpd = <<'MPD');
<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:xlink="http://www.w3.org/1999/xlink">
  <Location>http://localhost/vod/all.mpd</Location>
  <Period><BaseURL>sub/</BaseURL>
    <AdaptationSet><SegmentTemplate media="$RepresentationID$/$Number$.m4s" initialization='$RepresentationID$/i.mp4?a&amp;b'/>
      <Representation id="1" bandwidth="1"/></AdaptationSet>
    <AdaptationSet><BaseURL>/vod/sub/</BaseURL><SegmentTemplate media="$Time$.m4s" index="/vod/x"/><Representation id="2"/></AdaptationSet>
    <AdaptationSet><Representation id="3"><BaseURL>file.mp4</BaseURL></Representation></AdaptationSet>
    <AdaptationSet><BaseURL>//example.com/</BaseURL><Representation id="4"><BaseURL>/vod/y</BaseURL></Representation></AdaptationSet>
  </Period>
</MPD>
MPD
# The token of gcore-video stands behind the first two segments.
$nginx->write('html/videos/1_ab/vod/all.m3u8', $hls);
$nginx->write('html/videos/1_ab/vod/all.mpd', $mpd);
$nginx->start;

# What the command prints, its status, and what it says beside.
sub run {
    my (@args) = @_;
    my ($status, $text) = $nginx->run(undef, 'sh', '-c', 'exec "$@" 2>"$0"', $nginx->dir . '/said', $command, 'playlist', @args);
    return wantarray ? ($text, $status >> 8, $nginx->read('said')) : $text;
}
sub file { $nginx->dir . "/html$_[0]" }

for my $name (sort keys %rules) {
    for my $playlist ('/vod/all.m3u8', '/vod/all.mpd') {
        my $link = $links{$name}->($playlist);
        my $sent = $nginx->raw("GET $link HTTP/1.0\r\nHost: localhost\r\n\r\n", "$name.sock");
        is $sent->{status}, 200, "$name: $playlist opens";
        isnt $sent->{body}, $playlist =~ /m3u8/ ? $hls : $mpd, 'and its links get tokens';
        my @path = $rules{$name} =~ /secure_token_uri (\S+);/ ? ('--path', $1) : ();
        my ($text, $status) = run('--config', $nginx->dir . '/nginx.conf', '--location', '^~ /', '--server', $name, @path, '--url', "http://localhost$link", file($playlist));
        is $text, $sent->{body}, "$name: $playlist: the command writes the same by the same configuration";
        is $status, 0, 'and says that it is done';
    }
}
{
    my $link = azion('/vod/all.m3u8');
    my $sent = $nginx->raw("GET $link HTTP/1.0\r\nHost: localhost\r\n\r\n", 'azion.sock')->{body};
    my @scheme = ('--scheme', 'azion', '--secret-file', $nginx->dir . '/key');
    is run('--sign', @scheme, '--url', "http://localhost$link", "http://127.0.0.1:$port/open/all.m3u8"), $sent, 'by options, of a playlist that is fetched elsewhere';
    is run('--sign', @scheme, '--url', "http://localhost$link", "http://127.0.0.1:$port/moved.m3u8"), $sent, 'or is moved';
    my ($text, $status, $said) = run('--sign', @scheme, "http://127.0.0.1:$port/refused.m3u8?st=x&e=1");
    is "$text$status", 2, 'one that is refused is not rewritten';
    like $said, qr/answers 403; find out why with: secure-token explain/, 'which is said';
    # It is rewritten by the command as it was by NGINX: nothing of it changes.
    $nginx->write('html/vod/again.m3u8', $sent);
    is run('--sign', @scheme, '--url', "http://localhost$link", file('/vod/again.m3u8')), $sent, 'what was rewritten is not rewritten again';
    my $explained = run('--sign', @scheme, '--explain', '--url', "http://localhost$link", file('/vod/all.m3u8'));
    like $explained, qr{^ ?3  signed     EXT-X-KEY +k\.key -> /vod/k\.key$}m, 'each link is explained';
    like $explained, qr{^ ?9  left +URI line +\{\$b\}/4\.ts: with a variable that is not known}m, 'with the reason';
}

is $nginx->alarms, '', 'nothing alarming in the log';
done_testing;
