package Soak::Unrest;

# The NGINX that is soaked, and what is done to it: reloads, logs that are put aside, workers that are killed, and the
# binary upgraded while clients ask.

use strict;
use warnings;

use IO::Socket::INET ();
use Time::HiRes qw(sleep);
use SecureToken::Metrics qw(metrics);
use SecureToken::Nginx;
use SecureToken::Port;
use SecureToken::Wait qw(wait_for);
use Soak::Conf qw(conf write_files);
use Soak::Process qw(children holders);

my $workers = 2;

sub new {
    my ($class) = @_;
    my %port  = map { $_ => free_port() } qw(http1 http2 origin even odd);
    my $nginx = SecureToken::Nginx->new(main => "worker_processes $workers;\n", level => 'notice');
    my $self  = bless { nginx => $nginx, port => \%port, round => 0, generation => 0, logs => 0, killed => {}, size => '1m', leaving => {}, done => {}, before => {} }, $class;
    write_files($nginx);
    $self->configure;
    $nginx->start;
    $self->{masters} = [$nginx->{pid}];
    return $self;
}

sub port { return $_[0]{port}{ $_[1] } }
sub size { $_[0]{size} }
sub done { $_[0]{done} }
# The one that stays, as far as is known.
sub master { $_[0]{masters}[0] }

sub configure {
    my ($self) = @_;
    my $metrics = $self->{port}{ metrics_port($self->{generation}) };
    $self->{nginx}->configure(http => conf(++$self->{round}, $self->{size}, %{ $self->{port} }, metrics => $metrics));
    return;
}
sub metrics_port { return $_[0] % 2 ? 'odd' : 'even' }

sub signal {
    my ($self, $signal, $pid) = @_;
    $self->{done}{$signal}++;
    kill $signal => $pid or die "there is no process $pid to send $signal\n";
    return;
}

# --- What can be done at any time ------------------------------------------------------------------------------------

# Of the newest NGINX: the old one of an upgrade would only get more workers of it.
sub reload {
    my ($self) = @_;
    $self->configure;
    $self->{leaving} = { map { $_ => 1 } $self->workers($self->{masters}[-1]) };
    return $self->signal(HUP => $self->{masters}[-1]);
}

# Of the zones: NGINX gives them other memory at the next reload, and what was counted begins anew.
sub resize {
    my ($self, $size) = @_;
    $self->{size}   = $size;
    $self->{before} = {};
    return;
}

# As logrotate does it.
sub put_logs_aside {
    my ($self) = @_;
    my $dir = $self->{nginx}->dir;
    rename "$dir/error.log", sprintf '%s/error.log.%d', $dir, ++$self->{logs};
    rename "$dir/access.log", "$dir/access.log.old";
    $self->signal(USR1 => $_) for @{ $self->{masters} };
    wait_for(sub { -e "$dir/error.log" && -e "$dir/access.log" }) or die "USR1: no new logs\n";
    return;
}

sub kill_worker {
    my ($self) = @_;
    my @workers = $self->workers($self->master);
    my $victim  = $workers[rand @workers] // return;
    # One whose time has come may be gone already.
    kill KILL => $victim or return;
    $self->{killed}{$victim}++;
    $self->{done}{KILL}++;
    return;
}

# Those too that only end what they have begun.
sub workers {
    my ($self, $master) = @_;
    my %is_master = map { $_ => 1 } @{ $self->{masters} };
    return grep { !$is_master{$_} } children($master);
}

# --- An upgrade -------------------------------------------------------------------------------------------------------

sub start_new_binary {
    my ($self) = @_;
    my $dir = $self->{nginx}->dir;
    # A reload that was just asked for is to read what was meant for it.
    wait_for(sub { grep { !$self->{leaving}{$_} } $self->workers($self->master) }) or die "HUP: no new workers\n";
    $self->{generation}++;
    $self->configure;
    $self->signal(USR2 => $self->master);
    my $new = sub { my ($pid) = $self->{nginx}->read('nginx.pid') =~ /(\d+)/; $pid };
    wait_for(sub { -e "$dir/nginx.pid.oldbin" && $new->() && $new->() != $self->master }) or die "USR2: no new NGINX\n";
    push @{ $self->{masters} }, $new->();
    wait_for(sub { $self->workers($new->()) == $workers }) or die "USR2: the new NGINX has no workers\n";
    return;
}

sub retire_old_workers { my ($self) = @_; return $self->signal(WINCH => $self->master) }
sub recall_old_workers { my ($self) = @_; return $self->signal(HUP => $self->master) }

# `new` or `old` stays. An old NGINX that has called its workers back must: told to end, it would leave them behind.
sub end_upgrade {
    my ($self, $stays) = @_;
    my ($old, $new) = @{ $self->{masters} };
    if ($stays eq 'new') {
        $self->retire_old_workers;
        wait_for(sub { !$self->workers($old) }) or die "WINCH: the workers of $old go on\n";
    }
    my $leaves = $stays eq 'new' ? $old : $new;
    $self->signal(QUIT => $leaves);
    # A child of the old one is its to wait for, and one of nobody is the system's.
    wait_for(sub { !kill 0 => $leaves }) or die "QUIT: $leaves goes on\n";
    $self->{masters} = [$stays eq 'new' ? $new : $old];
    $self->{nginx}{pid} = $self->master;
    $self->{done}{"the $stays one stays"}++;
    if ($stays eq 'old') {
        $self->{generation}--;
        wait_for(sub { !-e $self->{nginx}->dir . '/nginx.pid.oldbin' }) or die "QUIT: the old NGINX does not take its name back\n";
    }
    $self->reload;
    return $self->settle;
}

# --- Behind a round ---------------------------------------------------------------------------------------------------

# Returns once every NGINX has its workers, and no other ones.
sub settle {
    my ($self) = @_;
    for my $master (@{ $self->{masters} }) {
        my $is_settled = sub { my @all = $self->workers($master); @all == $workers && !grep { $self->{leaving}{$_} } @all };
        # A reload that has just been asked for takes a moment to begin.
        my $times = 0;
        wait_for(sub { sleep 0.1; $times = $is_settled->() ? $times + 1 : 0; $times >= 4 }, 120) or die "$master has other workers than it should have\n";
    }
    return;
}

# What all of them have counted since the last time.
sub counted {
    my ($self) = @_;
    my %sum;
    my $generation = $self->{generation} - $#{ $self->{masters} };
    for my $master (@{ $self->{masters} }) {
        my $now    = metrics($self->ask($self->{port}{ metrics_port($generation++) }));
        my $before = $self->{before}{$master} // {};
        for my $name (grep { !/^(?:lifetime|build_info)/ } keys %$now) {
            my $more = $now->{$name} - ($before->{$name} // 0);
            $sum{$name} += $more if $more;
        }
        $self->{before}{$master} = $now;
    }
    return \%sum;
}

sub ask {
    my ($self, $port) = @_;
    my $connection = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 60) // die "metrics: $@\n";
    syswrite $connection, "GET /metrics HTTP/1.0\r\n\r\n";
    return SecureToken::Nginx::parse(do { local $/; readline $connection })->{body};
}

# What NGINX has complained of, but for the workers that were killed here.
sub complaints {
    my ($self) = @_;
    my $dir   = $self->{nginx}->dir;
    my %alive = %{ $self->{killed} };
    my @lines;
    for my $log (glob("$dir/error.log.*"), "$dir/error.log", "$dir/start.log") {
        open my $in, '<', $log or next;
        while (my $line = readline $in) {
            # It was quicker than the signal.
            $alive{$1}-- if $line =~ /worker process (\d+) exited with code 0$/ && $alive{$1};
            next unless $line =~ /\[(?:crit|alert|emerg)\]|exited on signal|exited with code [1-9]|panic|internal error/;
            next if $line =~ /\[alert\] .* worker process (\d+) exited on signal 9$/ && ($alive{$1} // 0) > 0 && $alive{$1}--;
            push @lines, $line;
        }
    }
    return @lines, map { "nothing is in the log of the worker $_, which was killed\n" } grep { $alive{$_} > 0 } keys %alive;
}

# Whether nothing of it is left.
sub stop {
    my ($self) = @_;
    $self->{nginx}->stop('QUIT');
    return wait_for(sub { !holders($self->{nginx}->dir) });
}

1;
