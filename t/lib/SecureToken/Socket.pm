package SecureToken::Socket;

# What the blocks of the t/*.t that use Test::Nginx have in common.
#
# Every block gets the module loaded and an origin at hand: `proxy_pass $ORIGIN` answers 200 to any
# method and path with "origin: METHOD URI". And there are three more sections:
#
#   --- outcomes eval
#   [get(azion('/a')) => 200, get('/a') => 403]
#
# is `request` and `error_code` in one, so that an answer stands beside its question;
#
#   --- reasons eval
#   [get(azion('/a')) => '', [get('/a'), 'X-Header: its value'] => 'missing']
#
# is the same for a location with `add_header X-Reason "<$secure_token_reason>" always`: 200 where the
# reason is empty and 403 elsewhere. In both a question may have headers. And
#
#   --- logged eval
#   [qr/secure_token: missing/]
#
# tells the lines of this module that the block leaves in the error log: each line in order, all of
# them, and no other.
#
# A file may set `$SecureToken::Socket::Config` and `$SecureToken::Socket::HttpConfig` for blocks
# that have no `config` or `http_config` of their own. Blocks that have all of their configuration in
# common share one running NGINX.

use strict;
use warnings;

use Digest::MD5 qw(md5_hex);
use Test::Nginx::Socket ();
use Test::Nginx::Util   ();
use Test::More          ();
use SecureToken::Wait;

# The package that `eval` sections are evaluated in.
package Test::Base::Filter {
    use SecureToken;
    use SecureToken::Ectoken;
}

our ($Config, $HttpConfig);

# Test::Nginx reads the logs behind every request, and sleeps before it does, for lines that come after
# the answer. This module writes its line of the error log before it, and for one of the access log a
# sleep may be too long or too short.
my $running;
{
    no warnings 'redefine';
    my $read = \&Test::Nginx::Util::error_log_data;
    *Test::Nginx::Socket::error_log_data = sub () {
        local $Test::Nginx::Util::TestNginxSleep = 0;
        return $read->();
    };
    *Test::Nginx::Socket::access_log_data = sub () {
        my $expected = $running->access_log;
        my @expected = ref $expected eq 'ARRAY' ? @$expected : ref $expected ? $expected : split /\n+/, $expected;
        my $is_there = sub { my ($text) = @_; !grep { my $line = $_; !grep { ref $line ? /$line/ : /\Q$line\E/ } split /^/, $text } @expected };
        return [split /^/, written($Test::Nginx::Util::AccLogFile, $is_there)];
    };
}

sub import {
    my $port = $ENV{TEST_NGINX_SERVER_PORT} //= $ENV{TEST_NGINX_PORT} // 1984;
    $ENV{TEST_NGINX_HTML_DIR}    //= Test::Nginx::Util::html_dir();
    $ENV{TEST_NGINX_CONF_DIR}    //= $Test::Nginx::Util::ConfDir;
    $ENV{TEST_NGINX_ORIGIN}      //= "http://127.0.0.2:$port";
    $ENV{TEST_NGINX_SECURE_TOKEN_MODULE} // die "TEST_NGINX_SECURE_TOKEN_MODULE names no module\n";

    # Files with secrets are not for others.
    umask 0077;
    Test::Nginx::Util::no_shuffle();
    Test::Nginx::Util::no_root_location();
    Test::Nginx::Util::no_long_string();
    Test::Nginx::Util::log_level('info');
    # Seconds that a machine may be busy with something else.
    Test::Nginx::Util::timeout($ENV{TEST_NGINX_TIMEOUT} // 30);
    $Test::Nginx::Util::ForceRestartOnTest = 0;
    Test::Nginx::Util::add_block_preprocessor(\&prepare);
    Test::Nginx::Util::add_test_cleanup_handler(\&look_at_log);
}

sub prepare {
    my ($block) = @_;
    $running = $block;

    my $module = $ENV{TEST_NGINX_SECURE_TOKEN_MODULE};
    $block->set_value(main_config => join "\n", $module eq 'static' ? () : "load_module $module;", $block->main_config // ());
    $block->set_value(http_config => join "\n", $block->http_config // $HttpConfig // '', origin());

    # The configuration is what decides whether NGINX starts anew: let it stand for all of it.
    my $config = $block->config // $Config // '';
    my $other  = md5_hex(map { defined $_ ? ref $_ ? map { @$_ } @$_ : $_ : '' } $block->http_config,
        $block->main_config, $block->user_files, $block->log_level);
    $block->set_value(config => "$config\n# $other\n");

    if (my $asked = $block->outcomes // $block->reasons) {
        ref $asked or Test::Nginx::Util::bail_out($block->name . " - $asked");
        my (@requests, @headers, @answers);
        while (my ($question, $answer) = splice @$asked, 0, 2) {
            my ($request, @more) = ref $question ? @$question : $question;
            push @requests, $request;
            push @headers,  join "\n", @more;
            push @answers,  $answer;
        }
        my $set = sub { my ($name, @values) = @_; $block->set_value($name => @values > 1 ? \@values : $values[0]) };
        $set->(request => @requests);
        if (grep { $_ ne '' } @headers) {
            Test::Nginx::Util::bail_out($block->name . ' - headers stand in two places') if defined $block->more_headers;
            $set->(more_headers => @headers);
        }
        if ($block->reasons) {
            $set->(response_headers => map { "X-Reason: <$_>" } @answers);
            @answers = map { $_ eq '' ? 200 : 403 } @answers;
        }
        $set->(error_code => @answers);
    }

    # A running NGINX appends, so what it wrote for other blocks can go.
    if (-e $Test::Nginx::Util::ErrLogFile) {
        truncate $Test::Nginx::Util::ErrLogFile, 0;
    }
}

# Looks at what the block that has just run left in the error log.
sub look_at_log {
    my ($block) = @_;
    my $name  = $block->name;
    my @lines = error_log_lines();

    my @alarming = grep { /\[(?:alert|emerg)\]|exited on signal/ } @lines;
    Test::More::is("@alarming", '', "$name - nothing alarming in the log");

    my $expected = $block->logged // return;
    @lines = grep { /secure_token: / } @lines;
    Test::More::is(scalar @lines, scalar @$expected, "$name - number of lines logged")
        or Test::More::diag(@lines);
    for my $i (0 .. $#$expected) {
        Test::More::like($lines[$i] // '', $expected->[$i], "$name - line " . ($i + 1));
    }
}

sub error_log_lines {
    open my $log, '<', $Test::Nginx::Util::ErrLogFile or return;
    my @lines = <$log>;
    return @lines;
}

sub origin {
    return <<"    CONF";
    server {
        # An address of its own, so that the server of the test stays the default one.
        listen 127.0.0.2:$ENV{TEST_NGINX_SERVER_PORT};
        merge_slashes off;
        access_log off;
        return 200 "origin: \$request_method \$request_uri\\n";
    }
    CONF
}

1;
