# Exchanging a secret while links of the old and of the new one are asked for: none is lost.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use Time::HiRes qw(sleep);
use SecureToken::Rotation;

# `nginx -s reload`, and until only new workers are left.
sub reload {
    my @old = $nginx->workers;
    my ($status, $said) = $nginx->run(undef, $nginx->command('-s', 'reload'));
    is $status, 0, 'nginx -s reload' or diag $said;
    unlike $said, qr/\[warn\]/, 'without a warning';
    gone(@old);
}

write_files('secrets', files_with('secrets', 2026));
configure('secrets');
$nginx->start;
my @old = clients(2026);
many(\&used, 2026);
is answer(2027), '403', 'at first nobody knows the new secret';

write_files('secrets', files_with('secrets', 2026, 2027));
is answer(2027), '403', 'files alone change nothing';
reload();
is used(2027), 0, 'the new secret is added: its counter tells that the server knows it';
is answer(2027), '200 2027', 'it opens';
is answer(2026), '200 2026', 'and so does the old one';
is used(2027), 1, 'the counter of the new secret tells that it is used';

my @new = clients(2027);
many(\&used, 2027);
write_files('secrets', files_with('secrets', 2027, 2026));
reload();
is answer(2026), '200 2026', 'the new secret comes first: the old one still opens';
is answer(2027), '200 2027', 'and so does the new one';
many(\&used, 2026);

my $with_old = all_opened(2026, @old);
my $at_end   = used(2026);
is $at_end, $with_old + 2, 'the counter of the old secret has them all';
sleep 0.5;
is used(2026), $at_end, 'and stands still once the signers have gone over to the new one';

unlink "$dir/secrets/films-2026" or die $!;
write_files('secrets', files_with('secrets', 2027));
reload();
is answer(2026), '403', 'the old secret is removed: it opens nothing any more';
is answer(2027), '200 2027', 'and the new one still does';
many(\&used, 2027);
my $with_new = all_opened(2027, @new);
is used(2027), $with_new + 3, 'the counter of the new secret has them all';

# --- a leaked secret

@old = clients(2027);
many(\&used, 2027);
write_files('secrets', files_with('secrets', 2028));
reload();
my $now = used(2027);
many(\&refused);
my $seen = together(@old);
is_deeply [sort keys %$seen], ['2027 200 2027', '2027 403'], 'a leaked secret is replaced at once: its links opened, and now are refused' or diag explain $seen;
is used(2027), $now, 'not one of them after the reload';
is answer(2028), '200 2028', 'and the new one opens';

$nginx->stop('QUIT');
is $nginx->alarms, '', 'nothing alarming in the log';

done_testing;
