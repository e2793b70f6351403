# Exchanging a secret that Kubernetes mounts: a link is exchanged, and reload-on-change does the rest.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);
use SecureToken::Rotation;

# As the kubelet does it: a directory with a name of its own, the link `..data` to it, which is exchanged
# in one step, and links to what is in there.
my $mounted = 0;
sub mount {
    my (%file) = @_;
    my ($data, $before) = ('..2026_11_23_' . ++$mounted, readlink "$dir/volume/..data");
    write_files("volume/$data", %file);
    symlink $data, "$dir/volume/..data_tmp" or die $!;
    rename "$dir/volume/..data_tmp", "$dir/volume/..data" or die $!;
    -l "$dir/volume/$_" or symlink "..data/$_", "$dir/volume/$_" or die $! for keys %file;
    -e $_ or unlink $_ or die $! for glob "$dir/volume/*";
    system 'rm', '-rf', "$dir/volume/$before" if defined $before;
}
mount(files_with('volume', 2026));
configure('volume');
$nginx->start;
is answer(2026), '200 2026', 'a secret is read through the links of a mounted volume';

mount(files_with('volume', 2027));
is answer(2027), '403', 'another volume alone changes nothing';
ok $nginx->renew, 'NGINX is reloaded';
is answer(2027), '200 2027', 'and has the secret of the volume that is there now';
is answer(2026), '403', 'and not the one that was there before';
mount(files_with('volume', 2026));

# The script of the documents, with an `nginx` that is the one under test.
$nginx->write('bin/nginx', "#!/bin/sh\nexec " . join(' ', map { "'$_'" } $nginx->command) . ' "$@"' . "\n");
chmod 0755, "$dir/bin/nginx";
my @workers = $nginx->workers;
my $script  = fork // die $!;
if (!$script) {
    $ENV{PATH} = "$dir/bin:$ENV{PATH}";
    open STDOUT, '>', "$dir/script.log" or die $!;
    open STDERR, '>&', \*STDOUT or die $!;
    exec "$FindBin::Bin/../docs/rotation/reload-on-change", "$dir/volume", '0.2' or POSIX::_exit(127);
}
END { kill TERM => $script if $script }
sub reloads { return scalar(() = $nginx->read('script.log') =~ /NGINX was told to read/g) }
ok $nginx->wait_for(sub { reloads() == 1 }), 'reload-on-change reloads NGINX once at the beginning';
gone(@workers);
becomes 2026, '200 2026', 'so that what changed before is not missed';

# Another volume, and nothing else.
sub changes {
    my ($name, @ids) = @_;
    my ($before, @workers) = (reloads(), $nginx->workers);
    mount(files_with('volume', @ids));
    ok $nginx->wait_for(sub { reloads() > $before }), $name;
    gone(@workers);
}
my @old = clients(2026);
changes('a second secret is added to the volume', 2026, 2027);
becomes 2027, '200 2027', 'which opens';
my @new = clients(2027);
changes('the new one comes first', 2027, 2026);
many(\&used, 2026);
all_opened(2026, @old);
changes('the old one is removed', 2027);
becomes 2026, '403', 'and opens nothing any more';
many(\&used, 2027);
all_opened(2027, @new);
ok !-l "$dir/volume/films-2026", 'its file is gone';

# What it saw while the volume was being exchanged is a change of its own.
my $reloads = -1;
$nginx->wait_for(sub { my $before = $reloads; $reloads = reloads(); sleep 4; $before == $reloads });
sleep 1;
is reloads(), $reloads, 'without a change there is no reload';

mount(files_with('volume', 2027), 'films.conf' => "secure_token_secret_file $dir/volume/forgotten;\n");
ok $nginx->wait_for(sub { $nginx->read('script.log') =~ /keeps the old configuration; next try in 0\.2 s/ }), 'a volume in which a secret was forgotten is not taken';
like $nginx->read('script.log'), qr/\[emerg\] .*"secure_token_secret_file": cannot read the file: No such file .* in .*films\.conf:1$/m, 'and NGINX says why';
is answer(2027), '200 2027', 'the secrets go on as they were';
changes('once it is repaired it is taken', 2027, 2026);
becomes 2026, '200 2026', 'and opens';

kill TERM => $script;
waitpid $script, 0;
undef $script;
unlike $nginx->read('script.log'), qr/\[warn\]|the-secret-of/, 'the script shows no secret, and NGINX warns of nothing';
$nginx->stop('QUIT');
is $nginx->alarms =~ s/.*forgotten.*\n//gr, '', 'nothing alarming in the log';

done_testing;
