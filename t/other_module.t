# Another module that has a directive of one of our names. NGINX asks the modules in the order in which they
# were loaded and hands a directive to the first that knows it: the location would look protected.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use Config;
use Test::More;
use SecureToken::Nginx;

my $nginx = SecureToken::Nginx->new;
my $dir = $nginx->dir;
my $good = 'secure_token azion; secure_token_secret a-secret-for-tests;';

plan skip_all => 'the module below is written for pointers of 64 bits' if $Config{ptrsize} != 8;

# A module without NGINX's headers: the signature is that of NGINX's build, which our own module has too.
my $ours = do { local (@ARGV, $/) = $SecureToken::Nginx::MODULE; <> };
my ($signature) = $ours =~ /(8,[48],8,[01]{20,})/ or die 'our module has no signature';
my ($version) = $SecureToken::Nginx::V =~ m{nginx version: \w+/(\d+\.\d+\.\d+)} or die 'no version';
$version = sprintf '%d%03d%03d', split /\./, $version;

sub module {
    my ($name, $directive, $answer) = @_;
    $answer = $answer ? "\"$answer\"" : 0;
    $nginx->write("$name.c", <<"    C");
    typedef unsigned long word;
    typedef struct { word length; char *data; } text;
    typedef struct { text name; word type; char *(*set)(void *, void *, void *); word conf, offset; void *post; } command;
    typedef struct { word ctx_index, index; const char *name; word spare0, spare1, version; const char *signature;
        void *ctx; command *commands; word type; void *hooks[7]; word spare[8]; } module;
    static char *take(void *a, void *b, void *c) { return $answer; }
    static command commands[] = { { { sizeof "$directive" - 1, "$directive" }, 0x0e000000 | 0x01000000 | 0x00000800, take, 0, 0, 0 }, { { 0, 0 } } };
    static void *context[8];
    module ngx_$name = { -1, -1, 0, 0, 0, $version, "$signature", context, commands, 0x50545448 };
    module *ngx_modules[] = { &ngx_$name, 0 };
    char *ngx_module_names[] = { "ngx_$name", 0 };
    char *ngx_module_order[] = { 0 };
    C
    system('cc', '-shared', '-fPIC', '-w', '-o', "$dir/$name.so", "$dir/$name.c") == 0 or die 'cc failed';
    return "$dir/$name.so";
}

my $other = module(other => 'secure_token');
my $param = module(param => 'secure_token_param');
my $apart = module(apart => 'secure_link_token');

# The configuration loads our module first; `first` is loaded before it.
sub told {
    my (%with) = @_;
    $nginx->configure(http => "server { listen unix:DIR/nginx.sock; location / { $with{location} } }", main => $with{last} ? "load_module $with{last};" : '');
    $nginx->write('nginx.conf', "load_module $with{first};\n" . $nginx->read('nginx.conf')) if $with{first};
    return $nginx->test;
}

for ([first => $other, 'other', 'secure_token'], [last => $other, 'other', 'secure_token'], [first => $param, 'param', 'secure_token_param'], [last => $param, 'param', 'secure_token_param']) {
    my ($when, $file, $name, $directive) = @$_;
    for my $location ($good, '') {
        my ($status, $text) = told($when => $file, location => $location);
        is $status, 256, "a module with $directive, loaded $when, is refused" . ($location ? '' : ', also where it is not used');
        like $text, qr/\[emerg\] .*the module "ngx_$name" has the directive "$directive" too, and NGINX would hand it to whichever of the two was loaded first; load one of them only/, 'and named';
    }
}
for my $when ('first', 'last') {
    my ($status, $text) = told($when => $apart, location => "$good secure_link_token x;");
    is $status, 0, "a module with names of its own, loaded $when, is fine" or diag $text;
}

# What NGINX does of itself: the first one takes the word, and the last one never hears of it.
{
    my ($one, $two) = map { module($_ => 'secure_link_token', "is taken by $_") } 'one', 'two';
    for ([$one, $two, 'one'], [$two, $one, 'two']) {
        my ($first, $last, $taker) = @$_;
        my (undef, $text) = told(first => $first, last => $last, location => "$good secure_link_token x;");
        like $text, qr/"secure_link_token" directive is taken by $taker /, "of two other modules with one name the first one gets it: $taker";
    }
}

done_testing;
