# docs/rotation.md: its configurations and commands, from the first to the last, exchange a secret.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Documents;
use SecureToken;
use SecureToken::Metrics;
use SecureToken::Wait;

my $guide = "$ROOT/docs/rotation.md";

sub blocks_of { my ($heading, $lang) = @_; return map { $_->{text} } blocks($guide, heading => $heading, lang => $lang) }

{
    my ($site, @steps) = blocks_of('Step by step', 'nginx');
    my @commands = map { split /\n/ } blocks_of('Step by step', 'sh');
    my $nginx = Documents::Nginx->new($site);
    my $conf  = "$nginx->{dir}/etc/nginx/secrets";
    # All at once: NGINX may be reading it.
    my $write = sub {
        spill("$conf/films.conf.new", shift(@steps) =~ s{/etc/nginx/secrets}{$conf}gr);
        rename "$conf/films.conf.new", "$conf/films.conf" or die "$conf/films.conf: $!\n";
    };
    my %secret;
    my $opens = sub { join ' ', map { $nginx->status(azion('/films/a.txt', secret => $secret{$_})) } 2026, 2027 };
    my $run   = sub {
        my ($what) = @_;
        my $command = shift @commands;
        like $command, $what, "the next command: $command";
        return scalar `${\($command =~ s/:9145/:$nginx->{metrics_port}/r)}` if $command =~ /^curl/;
        return run_command($command, $nginx) if $command =~ /^(?:install|\(umask|nginx)/;
        return is system($command =~ s{/etc/nginx}{$nginx->{dir}/etc/nginx}gr), 0, $command;
    };
    my $becomes = sub { my ($name, $statuses) = @_; my $now; wait_for(sub { ($now = $opens->()) eq $statuses }); is $now, $statuses, $name };
    $nginx->file('html/films/a.txt', "a\n");

    spill("$conf/films-2026", ($secret{2026} = '0123456789abcdef-of-2026') . "\n");
    chmod 0600, "$conf/films-2026";
    $secret{2027} = 'not yet';
    $write->();
    $nginx->start;
    is $opens->(), '200 403', 'before: the old secret opens';

    $run->(qr/^install/);
    $run->(qr/films-2027/);
    chomp($secret{2027} = slurp("$conf/films-2027"));
    $write->();
    $run->(qr/^nginx -t/);
    $run->(qr/^nginx -s reload/);
    $becomes->('2. both secrets open', '200 200');
    is metrics($run->(qr/^curl/))->{ key('films', '2027') } > 0, 1, 'and the counter of the new one is there';
    $write->();
    run_command('nginx -s reload', $nginx);
    $becomes->('4. and so they do in the other order', '200 200');
    $write->();
    $run->(qr/^nginx -t/);
    $run->(qr/^nginx -s reload/);
    $becomes->('6. the old secret opens nothing any more', '403 200');
    $run->(qr/^shred/);
    ok !-e "$conf/films-2026", 'and its file is gone';
    is_deeply [@steps, @commands], [], 'nothing of the document was left out';
    unlike $nginx->log, qr/\[(?:emerg|alert|warn)\]/, 'and NGINX complained of nothing';
    $nginx->stop;
}

# The commands about clusters and containers need one. What can be seen without: the files that they name.
for my $line (map { split /\n/ } map { blocks_of($_, 'sh') } qw(Kubernetes Docker)) {
    my @named = grep { !m{^secrets/} } $line =~ /(?:--from-file=|-f )([\w.][\w.\/-]*)/g;
    is_deeply [grep { !-e "$ROOT/$_" } @named], [], "the files of: $line";
    next unless has_program('kubectl') && $line =~ /--dry-run=client/;
    my $dir = File::Temp->newdir;
    spill("$dir/secrets/films.conf", "x\n");
    my $said = `cd '$dir' && ${\($line =~ s/ \|.*//r)} 2>&1`;
    like $said, qr/^kind: Secret$/m, 'and what kubectl makes of it';
}

done_testing;
