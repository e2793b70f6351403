package SecureToken::Streams;

# Streams for real players: ten seconds of test picture and sound in two sizes, made by ffmpeg. The picture is
# compressed once and then only wrapped, which takes no time.
#
#   my $streams = SecureToken::Streams->new("$dir/html");
#   $streams->make('hls-ts');                        # html/hls-ts/all.m3u8 and what it names
#   $streams->broadcast('hls-live');                 # the same, growing, until it is stopped
#
# Each is in a directory of its name. What is not live lasts $LENGTH seconds.

use strict;
use warnings;

use File::Path qw(make_path);
use SecureToken::Wait ();

our $LENGTH = 6;
our $KEY    = 'sixteen bytes !!';

my @ffmpeg = qw(ffmpeg -nostdin -v error -y);
# Sound begins a little before zero, in an edit list that only MP4 has.
my @input  = qw(-ignore_editlist 1);
# Two pictures and two times the sound, or each once where the sound is apart.
my @muxed  = (qw(-map 0:v:0 -map 0:a -map 0:v:1 -map 0:a -c copy -var_stream_map), 'v:0,a:0 v:1,a:1');
my @apart  = qw(-map 0:v:0 -map 0:v:1 -map 0:a -c copy);
my @hls    = qw(-f hls -hls_time 1 -master_pl_name all.m3u8);
my @vod    = (@hls, qw(-hls_playlist_type vod));
my @dash   = (@apart, qw(-f dash -seg_duration 1 -adaptation_sets), 'id=0,streams=0,1 id=1,streams=2');
my $levels = 'level%v/index.m3u8';

my %options = (
    'hls-ts'   => [@muxed, @vod, $levels],
    'hls-fmp4' => [@apart, @vod, qw(-hls_segment_type fmp4 -var_stream_map), 'v:0,agroup:sound v:1,agroup:sound a:0,agroup:sound', $levels],
    'hls-aes'  => [@muxed, @vod, qw(-hls_key_info_file key-info), $levels],
    # What low-latency.mjs tells of, for seven minutes: in those the players have to begin.
    'hls-parts' => [qw(-map 0:v:1 -map 0:a -c copy -f hls -hls_time 0.5 -hls_segment_type fmp4 -hls_segment_filename %d.m4s parts.m3u8)],
    'dash-number'  => [@dash, qw(-use_timeline 0 all.mpd)],
    'dash-time'    => [@dash, '-media_seg_name', '$RepresentationID$-$Time$.m4s', 'all.mpd'],
    'dash-list'    => [@dash, qw(-use_template 0 -use_timeline 0 all.mpd)],
    'dash-file'    => [@dash, qw(-single_file 1 all.mpd)],
    # Seven minutes, more than a player asks for at first.
    'mp4-long'     => [qw(-map 0:v:1 -map 0:a -c copy -movflags +faststart all.mp4)],
    'mp4'          => [qw(-map 0:v:1 -map 0:a -c copy -movflags +faststart all.mp4)],
);
my %length = ('hls-parts' => [qw(-stream_loop 41)], 'mp4-long' => [qw(-stream_loop 41)]);
my %live = (
    # A window that slides, and a playlist that only grows.
    'hls-live'  => [@muxed, @hls, qw(-hls_list_size 8 -hls_delete_threshold 30 -hls_flags delete_segments), $levels],
    'hls-event' => [@muxed, @hls, qw(-hls_playlist_type event), $levels],
    'dash-live' => [@dash, qw(-window_size 8 -extra_window_size 30 -update_period 1 -remove_at_exit 0 all.mpd)],
);

sub new {
    my ($class, $dir) = @_;
    my $self = bless { dir => $dir, owner => $$ }, $class;
    make_path("$dir/source");
    ffmpeg("$dir/source", qw(-f lavfi -i testsrc=size=320x180:rate=10:duration=10 -f lavfi -i sine=frequency=440:sample_rate=44100:duration=10
        -map 0:v -map 0:v -map 1:a -c:v libx264 -preset ultrafast -profile:v baseline -pix_fmt yuv420p -g 5 -keyint_min 5 -sc_threshold 0
        -s:v:0 160x90 -b:v:0 60k -b:v:1 200k -c:a aac -b:a 32k -ac 1 all.mp4));
    return $self;
}

sub ffmpeg {
    my ($dir, @args) = @_;
    my $pid = fork // die "fork: $!\n";
    if (!$pid) {
        chdir $dir and exec @ffmpeg, @args;
        die "ffmpeg: $!\n";
    }
    waitpid $pid, 0;
    $? == 0 or die "ffmpeg @args: exit status $?\n";
}

# The name of what the link is to.
sub entry { my ($name) = @_; return $name =~ /^dash/ ? 'all.mpd' : $name =~ /^mp4/ ? 'all.mp4' : 'all.m3u8' }

sub place {
    my ($self, $name) = @_;
    my $dir = "$self->{dir}/$name";
    make_path($dir);
    if ($name eq 'hls-aes') {
        spill("$dir/film.key", $KEY);
        spill("$dir/key-info", "../film.key\nfilm.key\n");
    }
    return $dir;
}

sub make {
    my ($self, @names) = @_;
    for my $name (@names) {
        my @length = @{ $length{$name} // ['-t', $LENGTH] };
        ffmpeg($self->place($name), @input, @length, '-i', '../source/all.mp4', @{ $options{$name} });
        next if $name ne 'hls-fmp4';
        # ffmpeg offers the sound alone as well, as the smallest of the sizes.
        my $all = SecureToken::Wait::contents("$self->{dir}/$name/all.m3u8");
        $all =~ s/#EXT-X-STREAM-INF:\S*CODECS="mp4a[^\n]*\n[^\n]*\n// or die "no sound in $all";
        spill("$self->{dir}/$name/all.m3u8", $all);
    }
    return $self;
}

# As fast as it is played, and again and again, but not for ever where nobody stops it; returns once there is something to play.
sub broadcast {
    my ($self, @names) = @_;
    for my $name (@names) {
        my $dir = $self->place($name);
        my $pid = fork // die "fork: $!\n";
        if (!$pid) {
            open STDERR, '>', "$dir/ffmpeg.log";
            chdir $dir and exec @ffmpeg, @input, qw(-re -stream_loop -1 -t 600 -i ../source/all.mp4), @{ $live{$name} };
            die "ffmpeg: $!\n";
        }
        $self->{live}{$name} = $pid;
    }
    for my $name (@names) {
        my $entry = "$self->{dir}/$name/" . entry($name);
        my @needed = $name =~ /^hls/ ? glob("$self->{dir}/$name/level{0,1}/index.m3u8") : $entry;
        SecureToken::Wait::wait_for(sub { -s $entry && !grep { !/EXTINF.*EXTINF|<S t|SegmentTemplate/s } map { SecureToken::Wait::contents($_) } @needed })
            or die "ffmpeg broadcasts no $name: " . SecureToken::Wait::contents("$self->{dir}/$name/ffmpeg.log");
    }
    return $self;
}

# The end of a broadcast, of which the playlist tells.
sub stop {
    my ($self, @names) = @_;
    for my $name (@names) {
        my $pid = delete $self->{live}{$name} // next;
        kill INT => $pid;
        waitpid $pid, 0;
    }
}

sub DESTROY {
    my ($self) = @_;
    local ($?, $!, $@);
    $self->stop(sort keys %{ $self->{live} }) if $self->{owner} == $$;
}

sub spill {
    my ($file, $text) = @_;
    open my $out, '>:raw', $file or die "$file: $!\n";
    print {$out} $text;
    close $out or die "$file: $!\n";
}

1;
