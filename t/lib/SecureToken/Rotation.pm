package SecureToken::Rotation;

# What the tests of rotation have in common: an NGINX whose secrets are in a directory of their own, and
# clients that have links of one secret.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(sleep);
use SecureToken;
use SecureToken::Client;
use SecureToken::Metrics;
use SecureToken::Nginx;

use Exporter qw(import);
our @EXPORT = qw($nginx $dir files_with write_files configure gone answer used refused many becomes clients together all_opened);

our $nginx = SecureToken::Nginx->new(main => "worker_processes 2;\n");
our $dir   = $nginx->dir;

sub secret { return "the-secret-of-the-year-$_[0]" }

# The files of a directory of secrets: one for each, and the one that names them in order.
sub files_with {
    my ($place, @ids) = @_;
    my %file = ('films.conf' => join '', map { "secure_token_secret_file $dir/$place/films-$_ id=$_;\n" } @ids);
    $file{"films-$_"} = secret($_) . "\n" for @ids;
    return %file;
}

sub write_files {
    my ($place, %file) = @_;
    for my $name (sort keys %file) {
        # Nobody but root may write to what is there.
        unlink "$dir/$place/$name";
        $nginx->write("$place/$name", $file{$name});
        chmod 0400, "$dir/$place/$name";
    }
}

sub configure {
    my ($place) = @_;
    $nginx->configure(http => <<"    CONF");
    secure_token_zone tokens:64k;
    server {
        listen unix:DIR/nginx.sock backlog=511;
        keepalive_requests 100000;
        location / {
            secure_token       azion;
            secure_token_label films;
            include            $dir/$place/films.conf;
            add_header         X-Key \$secure_token_key always;
        }
        location = /metrics { secure_token_metrics; }
    }
    CONF
}

sub gone {
    my (@old) = @_;
    ok $nginx->wait_for(sub { my %now = map { $_ => 1 } $nginx->workers; !grep { $now{$_} } @old }), 'new workers run';
}

# Status and secret of one request with a link of that secret; how often the secret was used.
sub answer { my $answer = $nginx->get(azion('/a.txt', secret => secret($_[0]))); return join ' ', $answer->{status}, $answer->{header}{'x-key'} // () }
sub counter { return metrics($nginx->get('/metrics')->{body})->{ $_[0] } }
sub used    { return counter(key('films', $_[0])) }
sub refused { return counter(requests('films', 'azion', 'rejected', 'signature')) }

# What the answer is sooner or later.
sub becomes {
    my ($id, $expected, $name) = @_;
    my $answer;
    $nginx->wait_for(sub { ($answer = answer($id)) eq $expected });
    is $answer, $expected, $name;
}

# Returns once clients have asked often, by a counter.
sub many {
    my ($count, @of) = @_;
    my $before = $count->(@of) // 0;
    ok $nginx->wait_for(sub { ($count->(@of) // 0) > $before + 100 }), 'clients ask on and on';
}

# Two clients that ask until they are ended: one with a new connection each time, one that keeps its own.
sub clients {
    my ($id) = @_;
    my $link = azion('/a.txt', secret => secret($id));
    return map { SecureToken::Client->new($nginx, keep => $_, asks => sub { sleep 0.001; ($id, $link) }) } 0, 1;
}

# What became of all their requests.
sub together {
    my %seen;
    for my $seen (map { $_->end } @_) { $seen{$_} += $seen->{$_} for keys %$seen }
    return \%seen;
}

# Ends clients none of whose requests may have been lost; returns how many there were.
sub all_opened {
    my ($id, @clients) = @_;
    my $seen = together(@clients);
    is_deeply [keys %$seen], ["$id 200 $id"], "no request with a link of $id was lost, and that secret opened them all" or diag explain $seen;
    my $number = $seen->{"$id 200 $id"} // 0;
    cmp_ok $number, '>', 100, "and there were many";
    note "$number requests";
    return $number;
}

1;
