# ffmpeg plays streams whose every part is behind a token. docs/streaming.md has it in a table.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use NodeJS;
NodeJS::needs(ffmpeg => 'ffmpeg');
use SecureToken;
use SecureToken::Playback;
use SecureToken::Played;

my $site = SecureToken::Playback->new;
my @streams = qw(hls-ts hls-fmp4 hls-aes dash-file dash-list dash-number dash-time mp4);
$site->{streams}->make(@streams);

sub refused { return grep { /^(?:403|410) / } @_ }

# ffmpeg by itself does not find the end of each: what counts is that a token takes nothing away.
my %open = map { $_ => $site->ffmpeg($site->open_link($_)) } @streams;
is $open{$_}{frames}, 10 * $SecureToken::Streams::LENGTH, "$_ has all frames" for qw(hls-ts hls-fmp4 hls-aes dash-number mp4);

sub plays {
    my ($title, $way, $stream) = @_;
    my $played = $site->ffmpeg($site->link($way, 'ffmpeg', $stream));
    my @got = ($played->{status}, $played->{frames}, refused($site->asked($way, 'ffmpeg', $stream)));
    is_deeply \@got, [0, $open{$stream}{frames}], $title or diag $played->{said};
}

for my $cell (grep { $_->{player} eq 'ffmpeg' } cells(@streams)) {
    for my $way (@SecureToken::Playback::WAYS) {
        my ($title, $stream) = @$cell{qw(title stream)};
        if ($cell->{plays}{$way}) {
            plays("ffmpeg plays $title: $way", $way, $stream);
        } else {
            my $played = $site->ffmpeg($site->link($way, 'ffmpeg', $stream));
            cmp_ok $played->{frames}, '<', $open{$stream}{frames}, "ffmpeg does not play $title: $way";
            ok scalar(refused($site->asked($way, 'ffmpeg', $stream, 403))), "$title, $way: it is refused what has no token";
        }
    }
}

# --- Other ways --------------------------------------------------------------------------------------

plays("ffmpeg plays $_ with a token that says itself what it opens", 'acl', $_) for qw(hls-ts hls-aes dash-number dash-time);
# ffmpeg reads no `&amp;` in a BaseURL: with tokens of two parameters this fails.
plays('ffmpeg plays DASH of one file with a token of one parameter', 'one', 'dash-file');
plays("ffmpeg plays $_ with tokens in front of the path, one for each file", 'issued', $_) for qw(hls-ts hls-fmp4 mp4);
plays("ffmpeg plays $_ with one token of a format of one's own in front of the path", 'folder', $_) for qw(hls-ts hls-aes dash-number dash-file);

{
    # Where the link was opened elsewhere, in a browser, say.
    my ($bare, $token) = split /\?/, $site->link('cookie', 'ffmpeg', 'hls-aes');
    my $played = $site->ffmpeg($bare, options => ['-headers', "Cookie: link=$token\r\n"]);
    is $played->{frames}, $open{'hls-aes'}{frames}, 'ffmpeg plays with a cookie that it is given' or diag $played->{said};
}

# --- What does not play ------------------------------------------------------------------------------

sub refuses {
    my ($title, $link, $status) = @_;
    my $played = $site->ffmpeg($link);
    ok $played->{status} != 0, "$title: ffmpeg fails" or diag $played->{said};
    is $played->{frames}, 0, "$title: and has shown nothing";
    like $played->{said}, $status == 403 ? qr/403 Forbidden/ : qr/410/, "$title: it is told $status";
}
for my $way (qw(sign pass cookie path)) {
    my $link = $site->link($way, 'ffmpeg', 'hls-ts');
    refuses("$way: without a token", $way eq 'path' ? $link =~ s{/path/\K[^/]+/\d+/}{}r : $link =~ s/\?.*//r, 403);
    refuses("$way: with the token of another stream", $site->link($way, 'ffmpeg', 'hls-ts', of => 'hls-fmp4'), 403);
    refuses("$way: after its expiry", $site->link($way, 'ffmpeg', 'hls-ts', expires => earlier(1)), 410);
}

is $site->{nginx}->alarms, '', 'NGINX has nothing to complain of';
done_testing;
