# tools/build: a build that fails leaves nothing to load that is of another tree.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use File::Copy qw(copy);
use File::Temp qw(tempdir);
use Test::More;

use Documents qw($ROOT spill slurp);

# With another day's clock rustc hangs (tools/another-day). What is tried here asks for no time.
delete $ENV{LD_PRELOAD};

# A project of the test's own, in which cargo does what the test wants.
my $dir = tempdir('secure-token-build-XXXXXX', TMPDIR => 1, CLEANUP => 1);
for my $tool (qw(build cargo while-silent)) {
    spill("$dir/tools/$tool", '');
    copy("$ROOT/tools/$tool", "$dir/tools/$tool") or die $!;
    chmod 0755, "$dir/tools/$tool";
}
my $module = 'ngx_http_secure_token_module.so';
spill("$dir/tree/objs/nginx", "an NGINX\n");
chmod 0755, "$dir/tree/objs/nginx";
local $ENV{PATH} = "$dir/bin:$ENV{PATH}";
local @ENV{qw(NGINX_SOURCE_DIR NGINX_BUILD_DIR)} = ("$dir/tree", "$dir/tree/objs");

sub built {
    my ($cargo) = @_;
    spill("$dir/bin/cargo", "#!/bin/sh\n$cargo\n");
    chmod 0755, "$dir/bin/cargo";
    my $said = `$dir/tools/build custom 2>&1`;
    return ($? >> 8, $said);
}

my $library = "$dir/lib$module";
spill($library, "a module\n");
my ($status, $said) = built(qq{echo '{"reason":"compiler-artifact","filenames":["$library"]}'});
is $status, 0, 'a build' or diag $said;
is slurp("$dir/build/custom/$module"), "a module\n", 'leaves the module';
ok -x "$dir/build/custom/nginx", 'and NGINX';

($status, $said) = built('test "$1" = metadata || { echo "error: no such field" >&2; exit 101; }');
is $status, 101, 'a build that fails';
like $said, qr/^error: no such field$/m, 'says why';
unlike $said, qr/network/, 'and nothing of a network';
ok !-e "$dir/build/custom/$_", "and leaves no $_" for $module, 'nginx';

($status, $said) = built('exit 101');
is $status, 101, 'a build without the crates fails';
like $said, qr/^cargo: no network: crates that Cargo\.lock names are not on this machine/m, 'and says so';

unlike `cd '$ROOT' && make -n build cli 2>&1`, qr/^make.*(?:Circular|warning)/m, 'make knows in which order';

done_testing;
