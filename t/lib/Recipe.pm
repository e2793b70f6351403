package Recipe;

# A section of a document that shows how something is done: configurations, and commands that sign. They
# are taken from there and done, in a real NGINX.
#
#   my $recipe = Recipe->new("$ROOT/docs/recipes.md", 'The host');
#   my $nginx  = $recipe->nginx(0);
#   my $link   = $recipe->link($nginx, 0);     # what its first command prints, without the host
#   $recipe->done;                             # nothing of it was left out
#
# What the commands say about /etc/nginx is meant where that NGINX has its configuration.

use strict;
use warnings;

use File::Basename qw(dirname);
use Test::More ();

use Documents;

sub new {
    my ($class, $document, $heading) = @_;
    my @blocks = blocks($document, heading => $heading) or die "$document has no section \"$heading\"\n";
    my @config = map { $_->{text} } grep { $_->{lang} eq 'nginx' } @blocks;
    my @commands = map { split /\n/, $_->{text} } grep { $_->{lang} eq 'sh' } @blocks;
    return bless { heading => $heading, config => \@config, commands => \@commands, used => {} }, $class;
}

# An NGINX with one of the configurations, not started. What is to be another here is written `[this, that]`;
# what has no brackets is more of a configuration.
sub nginx {
    my ($self, $number, @more) = @_;
    my $config = $self->{config}[$number] // die "$self->{heading}: no configuration $number\n";
    $self->{used}{"configuration $number"} = 1;
    for my $change (grep { ref } @more) {
        my ($this, $that) = @$change;
        $config =~ s/\Q$this\E/$that/g or die "$self->{heading}: no \"$this\" in configuration $number\n";
    }
    return Documents::Nginx->new($config, grep { !ref } @more);
}

# The link that a command prints, without the host: `expired`, or with changes as above made to the command.
sub link {
    my ($self, $nginx, $number, @changes) = @_;
    my $command = $self->{commands}[$number] // die "$self->{heading}: no command $number\n";
    $self->{used}{"command $number"} = 1;
    for my $change (@changes) {
        my ($this, $that) = ref $change ? @$change : ($command =~ /(--expires-in \S+)/, '--expires-at ' . (time - 5));
        $command =~ s/\Q$this\E/$that/ or die "$self->{heading}: no \"$this\" in command $number\n";
    }
    $command =~ s{/etc/nginx/}{$nginx->{dir}/conf/}g;
    local $ENV{PATH} = dirname($ENV{SECURE_TOKEN_CLI} // "$ROOT/build/secure-token") . ":$ENV{PATH}";
    # An expired link is warned of.
    my $printed = grep({ !ref } @changes) ? `{ $command; } 2>/dev/null` : `$command`;
    $printed =~ m{\Ahttps://[^/]+(/\S+)\n\z} or Test::More::fail("$command: prints a link, and not \"$printed\"");
    return $1;
}

# What a command prints, with changes as above made to it.
sub run {
    my ($self, $nginx, $number, @changes) = @_;
    my $command = $self->{commands}[$number] // die "$self->{heading}: no command $number\n";
    $self->{used}{"command $number"} = 1;
    for my $change (@changes) {
        my ($this, $that) = @$change;
        $command =~ s/\Q$this\E/$that/ or die "$self->{heading}: no \"$this\" in command $number\n";
    }
    $command =~ s{/etc/nginx/}{$nginx->{dir}/conf/}g;
    $command =~ s{/var/log/nginx/}{$nginx->{dir}/logs/}g;
    $command =~ s{http://127\.0\.0\.1/}{http://127.0.0.1:$nginx->{port}/}g;
    local $ENV{PATH} = dirname($ENV{SECURE_TOKEN_CLI} // "$ROOT/build/secure-token") . ":$ENV{PATH}";
    return scalar `{ $command; } 2>&1`;
}

# Whether all of the section was tried.
sub done {
    my ($self) = @_;
    my @all = (map({ "configuration $_" } 0 .. $#{ $self->{config} }), map { "command $_" } 0 .. $#{ $self->{commands} });
    Test::More::is_deeply([grep { !$self->{used}{$_} } @all], [], "$self->{heading}: all of it was tried");
}

1;
