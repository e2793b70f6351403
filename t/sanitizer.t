# With SANITIZE=address, what the sanitizers are there for is reported: without it, a test that they find nothing in says
# nothing. The directive `fault` is of tools/sanitizer, which that NGINX has compiled in.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Test::More;
use SecureToken::Nginx;

plan skip_all => 'NGINX is built without sanitizers (SANITIZE=address)' unless $SecureToken::Nginx::V =~ m{--add-module=\S*/tools/sanitizer\b};

my ($build) = $SecureToken::Nginx::MODULE =~ m{(.*)/};
my %faults = (
    pool       => qr/ERROR: AddressSanitizer: heap-buffer-overflow .*ngx_pnalloc/s,
    allocation => qr/ERROR: AddressSanitizer: heap-buffer-overflow .*ngx_alloc/s,
    freed      => qr/ERROR: AddressSanitizer: heap-use-after-free /,
    stack      => qr/ERROR: AddressSanitizer: stack-buffer-overflow /,
    overflow   => qr/runtime error: signed integer overflow/,
    leak       => qr/ERROR: LeakSanitizer: detected memory leaks.*Direct leak of 16 byte/s,
);

for my $fault (sort keys %faults) {
    my $nginx = SecureToken::Nginx->new(http => "server { listen unix:DIR/nginx.sock; location / { fault $fault; } }");
    $nginx->start;
    my @workers = $nginx->workers;
    # Where it ends the worker, there is no answer.
    $nginx->get('/');
    $nginx->stop('QUIT');
    # It is meant, and none of those that fail the run.
    my $text = '';
    for my $report (grep { -e } map { "$build/reports/report.$_" } @workers) {
        $text .= SecureToken::Wait::contents($report);
        unlink $report;
    }
    like $text, $faults{$fault}, "$fault: it is reported";
    like $text, qr/ngx_http_fault_handler/, "$fault: and where";
}

like SecureToken::Wait::contents($SecureToken::Nginx::MODULE), qr/__asan_report_load8/, 'the module is compiled to report as well';

done_testing;
