package Facts;

# What the built programs say of themselves, for tests that hold documents against them.
#
#   schemes()    what `secure-token schemes --json` lists
#   formats()    what `secure-token formats --json` lists
#   mistakes()   what `secure-token mistakes --json` lists
#   reasons()    the words of `secure-token reasons --json`
#   statuses()   the values of $secure_token_status
#   words()      the names of the module's directives and variables
#   samples()    the names that secure_token_metrics answers with

use strict;
use warnings;

use FindBin;
use JSON::PP ();
use SecureToken::Nginx;

use Exporter qw(import);
our @EXPORT = qw(schemes formats mistakes reasons statuses words samples);

my $command = $ENV{SECURE_TOKEN_CLI} // "$FindBin::Bin/../build/secure-token";

sub listed {
    my ($what) = @_;
    open my $out, '-|', $command, $what, '--json' or die "$command: $!";
    local $/;
    return JSON::PP->new->decode(<$out> // '');
}

sub schemes { return @{ listed('schemes') } }
sub formats { return @{ listed('formats') } }
sub mistakes { return @{ listed('mistakes') } }
sub reasons { return map { $_->{reason} } @{ listed('reasons') } }

sub statuses {
    my %status = map { $_->{status} => 1 } @{ listed('reasons') };
    # What passes, no dry run has to spare.
    return 'PASSED', map { ($_, "${_}_DRY_RUN") } sort keys %status;
}

# NGINX is given both as C strings.
sub words {
    open my $in, '<:raw', $SecureToken::Nginx::MODULE or die "$SecureToken::Nginx::MODULE: $!";
    local $/;
    my %word = map { $_ => 1 } <$in> =~ /(?<!ngx_http_)(secure_token(?:_[a-z]+)*)\0/g;
    return sort keys %word;
}

sub samples {
    my $nginx = SecureToken::Nginx->new(http => <<'    CONF');
    secure_token_zone z:64k;
    secure_token_links l:64k;
    server {
        listen unix:DIR/nginx.sock;
        location / { secure_token azion; secure_token_secret a-secret-for-tests; }
        location = /metrics { secure_token_metrics; }
    }
    CONF
    $nginx->start;
    my @names = $nginx->get('/metrics')->{body} =~ /^# TYPE (\w+)/mg;
    $nginx->stop;
    return @names;
}

1;
