package Documents;

# Reads the project's Markdown, and brings what stands there to life: fragments of configuration in
# a real NGINX, commands in a shell. Everything is done in a temporary directory, and what the
# documents say about /etc/nginx, /var/log/nginx and the like is meant there.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use IO::Socket::INET ();
use SecureToken::Port ();
use SecureToken::Wait ();
use Test::More ();

use Exporter qw(import);
our @EXPORT = qw($ROOT documents slurp spill blocks has_program make_says run_command);

our $ROOT = abs_path(dirname(__FILE__) . '/../..');

sub documents { ("$ROOT/README.md", sort glob "$ROOT/docs/*.md") }

sub slurp {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!\n";
    local $/;
    return scalar <$in>;
}

sub spill {
    my ($file, $text) = @_;
    make_path(dirname($file));
    open my $out, '>', $file or die "$file: $!\n";
    print {$out} $text;
    close $out or die "$file: $!\n";
}

# The fenced blocks of a document: language, text, the heading they stand under, and where.
sub blocks {
    my ($file, %only) = @_;
    my ($heading, @blocks, $block) = ('');
    my $number = 0;
    for my $line (split /^/, slurp($file)) {
        $number++;
        if ($line =~ /^```(\w*)$/) {
            if ($block) {
                push @blocks, $block;
                undef $block;
            }
            else {
                my $where = basename($file) . ":$number";
                $block = { lang => $1, heading => $heading, where => $where, text => '' };
            }
        }
        elsif ($block)                   { $block->{text} .= $line }
        elsif ($line =~ /^#+ (.*\S)\s*$/) { $heading = $1 }
    }
    die "$file: a block is not closed\n" if $block;
    for my $key (keys %only) {
        @blocks = grep { $_->{$key} eq $only{$key} } @blocks;
    }
    return @blocks;
}

# tools/another-day names those that do not run there.
sub has_program {
    my ($name) = @_;
    return if " @{[$ENV{SECURE_TOKEN_WITHOUT} // '']} " =~ / \Q$name\E /;
    return grep { -x "$_/$name" } split /:/, $ENV{PATH};
}

# What the Makefile makes of an expression.
sub make_says {
    my ($expression, @variables) = @_;
    local $ENV{NGINX};
    delete $ENV{NGINX};
    my $said = `cd '$ROOT' && make -s @variables --eval='said: ; \@echo "$expression"' said 2>&1`;
    chomp $said;
    return $said;
}

# Does what a line of a `sh` block says, as near as a test may come to it. Undef for a command that
# there is no test for. `nginx` is the NGINX that the command is about, where there is one.
sub run_command {
    my ($line, $nginx) = @_;
    my $is = \&Test::More::is;
    my $like = \&Test::More::like;
    my $local = sub {
        my ($command) = @_;
        my $dir = $nginx->{dir};
        $command =~ s{(?<![\w/.])(/etc/nginx|/usr/lib/nginx)}{$dir$1}g;
        $command =~ s{/var/log/nginx}{$dir/logs}g;
        $command =~ s{\bnginx (-[ts])}{$nginx->{binary} -p $dir -c conf/nginx.conf -e logs/error.log $1};
        $command =~ s{http://127\.0\.0\.1/}{http://127.0.0.1:$nginx->{port}/}g;
        my $output = `$command 2>&1`;
        return ($output, $? >> 8);
    };

    if ($line =~ /^make /) {
        my ($targets, $variables) = ([], []);
        for my $word (split ' ', $line =~ s/^make //r) {
            if   ($word =~ /^(\w+)=/) { push @$variables, $1 }
            else                      { push @$targets, $word }
        }
        my $makefile = slurp("$ROOT/Makefile");
        $like->($makefile, qr/^\Q$_\E: ## /m, "$line: the target $_") for @$targets;
        $like->($makefile, qr/\b\Q$_\E\b/, "$line: the variable $_") for @$variables;
    }
    elsif ($line =~ m{^install -D -m 644 (build/(\w+)/\S+\.so) (/\S+)$}) {
        my ($built, $flavour, $installed) = ($1, $2, $3);
        $is->(make_says('$(MODULE)', "NGINX=$flavour"), $built, "$line: what make leaves");
        my ($output, $code) = $local->($line =~ s/\Q$built\E/$ENV{TEST_NGINX_SECURE_TOKEN_MODULE}/r);
        $is->("$code$output", '0', $line);
        Test::More::ok(-s "$nginx->{dir}$installed", "$line: the module is there");
    }
    elsif ($line eq 'openssl rand -hex 16') {
        my ($output, $code) = $local->($line);
        $like->($output, qr/^[0-9a-f]{32}$/, $line);
    }
    elsif ($line =~ m{^install -d -m 700 (/etc/nginx/\S+)$}) {
        my ($dir) = $1;
        my ($output, $code) = $local->($line);
        $is->("$code$output", '0', $line);
        $is->(sprintf('%o', (stat "$nginx->{dir}$dir")[2] & 0777), '700', "$line: mode");
    }
    elsif ($line =~ m{^\(umask 077 && openssl rand -hex 16 > (/etc/nginx/\S+)\)$}) {
        my ($file) = $1;
        my ($output, $code) = $local->($line);
        $is->("$code$output", '0', $line);
        $like->(slurp("$nginx->{dir}$file"), qr/^[0-9a-f]{32}$/, "$line: the secret");
        $is->(sprintf('%o', (stat "$nginx->{dir}$file")[2] & 0777), '600', "$line: mode");
    }
    elsif ($line =~ m{^\(umask 077 && cat > (/etc/nginx/\S+)\)$}) {
        my ($file) = $1;
        my ($output, $code) = $local->("echo testkey123 | $line");
        $is->("$code$output", '0', $line);
        $is->(slurp("$nginx->{dir}$file"), "testkey123\n", "$line: what was typed");
        $is->(sprintf('%o', (stat "$nginx->{dir}$file")[2] & 0777), '600', "$line: mode");
    }
    elsif ($line =~ /^nginx -t$/ || $line =~ /^nginx -s reload$/) {
        my ($output, $code) = $local->($line);
        $is->($code, 0, $line) or Test::More::diag($output);
    }
    elsif ($line =~ m{^grep secure_token: /var/log/nginx/error\.log$}) {
        my ($output, $code) = $local->($line);
        $like->($output, qr/^\S+ \S+ \[error\] \d+#\d+: \*\d+ secure_token: \w+, scheme: \w+, client: /, $line);
    }
    elsif ($line =~ /^grep .* \| sort \| uniq -c$/) {
        my ($output, $code) = $local->($line);
        $like->($output, qr/\A(?: *\d+ secure_token: \w+, scheme: \w+, dry run\n)+\z/, $line);
    }
    elsif ($line =~ /^curl .*--connect-to/) {
        my ($output, $code) = $local->($line =~ s/(::127\.0\.0\.1:)/$1$nginx->{port}/r);
        $like->($output, qr/^HTTP\S+ 403 .*^X-Secure-Token-Reason: missing\r$/ms, $line);
    }
    elsif ($line =~ /^curl /) {
        my ($output, $code) = $local->($line);
        $like->($output, qr/^X-Secure-Token-Reason: missing\r$/m, $line);
    }
    elsif ($line =~ /^secure-token /) {
        local $ENV{PATH} = dirname($ENV{SECURE_TOKEN_CLI} // "$ROOT/build/secure-token") . ":$ENV{PATH}";
        my ($output, $code) = $local->($line);
        Test::More::ok($code < 2, $line) or Test::More::diag($output);
    }
    elsif ($line =~ /^docker build -t \S+ \.$/) {
        Test::More::ok(-e "$ROOT/Dockerfile", "$line: there is a Dockerfile");
    }
    elsif ($line =~ /^docker run --rm (?:.* )?-p (\d+):(\d+) (?:.* )?nginx-secure-token(?: nginx -g 'daemon off;')?$/) {
        $like->(slurp("$ROOT/Dockerfile"), qr/^EXPOSE $2$/m, "$line: the port");
        # What the reader brings along has no file here.
        Test::More::ok(-e "$ROOT/docs/containers/$_", "$line: $_") for grep { !/^(?:secrets|films)$/ } $line =~ /\$PWD\/([^:]+):/g;
    }
    elsif ($line eq 'docker compose up -d') {
        Test::More::ok(-e "$ROOT/docs/containers/compose.yml", "$line: there is a compose.yml");
    }
    elsif ($line =~ m{^apt install \./(\S+)/\*\.deb$}) {
        # tools/try-deb types it.
        $like->(slurp("$ROOT/tools/deb"), qr{^out=\$PWD/\Q$1\E$}m, "$line: where the packages are");
    }
    else {
        return;
    }
    return 1;
}

# An NGINX with the module and with configuration out of the documents.
package Documents::Nginx {
    my @running;

    sub new {
        my ($class, @fragments) = @_;
        my $dir = File::Temp::tempdir('secure-token-docs-XXXXXX', TMPDIR => 1, CLEANUP => 1);
        chmod 0755, $dir;
        File::Path::make_path(map { "$dir/$_" } qw(conf logs temp html));
        my $self = bless {
            dir    => $dir,
            binary => $ENV{TEST_NGINX_BINARY} // die("TEST_NGINX_BINARY names no NGINX\n"),
            port   => SecureToken::Port::free_port(),
        }, $class;
        Documents::spill("$dir/conf/nginx.conf", $self->{text} = $self->whole(@fragments));
        return $self;
    }

    # Where directives may stand that a fragment has at its top level. All others go into a location,
    # or beside those of the fragment that are not as deep.
    my %LEVEL = (
        (map { $_ => 'main' } qw(load_module events http user worker_processes)),
        (map { $_ => 'http' } qw(server map geo geoip2 log_format proxy_cache_path limit_req_zone upstream secure_token_zone secure_token_playback_zone secure_token_links secure_token_format set_real_ip_from real_ip_header types)),
        (map { $_ => 'server' } qw(listen server_name location)),
    );

    # Splits a fragment into its statements: name and text.
    sub statements {
        my ($text) = @_;
        my ($depth, $from, @statements) = (0, 0);
        while ($text =~ /\G(?:\s+|#[^\n]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\$\{|[^\s;{}"']+|[;{}])/gcs) {
            my $token = substr $text, $-[0], $+[0] - $-[0];
            $depth++ if $token eq '{';
            $depth-- if $token eq '}';
            if ($depth == 0 && $token =~ /^[;}]$/) {
                my $statement = substr $text, $from, pos($text) - $from;
                $from = pos $text;
                my ($name) = $statement =~ /^\s*(?:#.*\n\s*)*(\w+)/ or die "no directive: $statement";
                push @statements, [$name, $statement];
            }
        }
        die "not a configuration:\n$text" if substr($text, $from) =~ /\S/;
        return @statements;
    }

    # Makes a whole configuration of fragments.
    sub whole {
        my ($self, @fragments) = @_;
        my %at = map { $_ => '' } qw(main http server location);
        for my $fragment (@fragments) {
            my @statements = statements($fragment);
            my %has = map { ($LEVEL{ $_->[0] } // 'location') => 1 } @statements;
            my $else = $has{server} ? 'server' : 'location';
            $at{ $LEVEL{ $_->[0] } // $else } .= $_->[1] for @statements;
        }

        my $dir = $self->{dir};
        my $module = $ENV{TEST_NGINX_SECURE_TOKEN_MODULE} // die "TEST_NGINX_SECURE_TOKEN_MODULE is not set\n";
        # A fragment may leave the scheme to what is around it.
        $at{location} .= 'secure_token azion;' if $at{location} =~ /\bsecure_token_secret/ && "@at{qw(main http server location)}" !~ /\bsecure_token\s/;
        $at{location} = "location / { $at{location} }" if $at{location} =~ /\S/;
        $at{http} .= "server { listen 80; $at{server} $at{location} }\n"
            if "$at{server}$at{location}" =~ /\S/;
        $at{http} = "secure_token_playback_zone viewers:1m;\n$at{http}"
            if "@at{qw(main http)}" =~ /\bsecure_token_playback_grace\b/ && "@at{qw(main http)}" !~ /\bsecure_token_playback_zone\b/;
        $at{http} = "secure_token_zone tokens:1m;\n$at{http}"
            if "@at{qw(main http)}" =~ /\bsecure_token_metrics\b/ && "@at{qw(main http)}" !~ /\bsecure_token_zone\b/;
        $at{http} = "secure_token_links links:1m;\n$at{http}"
            if "@at{qw(main http)}" =~ /\bsecure_token_(?:max_(?:clients|uses)\s+\d|revoke;)/ && "@at{qw(main http)}" !~ /\bsecure_token_links\b/;
        $at{main} .= "\nevents {}\n" if $at{main} !~ /\bevents\s*\{/;
        $at{main} .= "\nhttp { $at{http} }\n" if $at{main} !~ /\bhttp\s*\{/;
        $at{main} = "load_module $module;\n$at{main}" if $at{main} !~ /\bload_module\b/;
        for ($at{main}) {
            # Not every NGINX can have Debian's geoip2 module: here a client may say where it is.
            # t/examples.t uses the module itself.
            s{load_module\s+\S+geoip2\S+;\n}{}g;
            s{\bgeoip2\s+\S+\s*\{.*?(\$\w+)\s+country iso_code;\s*\}}{map \$http_x_country $1 { default \$http_x_country; }}gs;
            s{load_module\s+\S+;}{load_module $module;}g;
            s{\blisten\s+80;}{listen 127.0.0.1:$self->{port};}g;
            s{\b127\.0\.0\.1:9145;}{127.0.0.1:@{[$self->{metrics_port} //= SecureToken::Port::free_port()]};}g;
            s{(/etc/nginx|/srv/|/var/cache/nginx)}{$dir$1}g;
            s{/var/log/nginx}{$dir/logs}g;
            my $temp = join '', map { "${_}_temp_path $dir/temp/$_;\n" }
                qw(client_body proxy fastcgi uwsgi scgi);
            my $log = /access_log/ ? '' : "access_log $dir/logs/access.log;\n";
            s/\bhttp\s*\{/http {\n$temp$log/;
        }
        # Of a user whom it may change to if it likes; the files here are those of this one.
        my $user = $> == 0 ? "user root;\n" : '';
        my $text = "${user}pid $dir/logs/nginx.pid;\nerror_log $dir/logs/error.log;\n$at{main}";

        # The files that it names.
        while ($text =~ /\bsecure_token_secret_file\s+(\S+?)(?:;|\s)/g) {
            my $file = substr($1, 0, 1) eq '/' ? "$1" : "$dir/conf/$1";
            Documents::spill($file, "replace-me-openssl-rand-hex-16\n");
            chmod 0600, $file;
        }
        Documents::spill("$dir/conf/$1", "# nothing\n") while $text =~ /\bsecure_token_revoked_file\s+([^\/\s;]+)/g;
        # And those that name secrets.
        while ($text =~ m{\binclude\s+(/\S+/secrets/\S+\.conf);}g) {
            Documents::spill("$1", "secure_token_secret replace-me-openssl-rand-hex-16;\n");
        }
        # And what distributions put beside the configuration.
        Documents::spill("$dir/conf/fastcgi_params", join '', map { "fastcgi_param " . uc . " \$$_;\n" } qw(query_string request_method request_uri))
            if $text =~ /\binclude\s+fastcgi_params;/;
        File::Path::make_path("$dir/var/cache/nginx");
        return $text;
    }

    # nginx -t: what it says, and whether it likes it.
    sub check {
        my ($self) = @_;
        my $said = `'$self->{binary}' -t -p '$self->{dir}' -c conf/nginx.conf -e stderr 2>&1`;
        my $is_ok = $? == 0;
        # Examples have the secret of examples.
        $said =~ s/.*\[warn\].*: the secret is the one of an example, .*\n//g;
        return ($is_ok, $said);
    }

    # Modules of NGINX's own that a configuration needs and that this NGINX was built without.
    sub lacks {
        my ($self) = @_;
        my %MODULE = (auth_request => 'http_auth_request', dav_methods => 'http_dav', secure_link => 'http_secure_link', sub_filter => 'http_sub');
        my $options = `'$self->{binary}' -V 2>&1`;
        return join ', ', map { "$MODULE{$_}_module" }
            grep { $self->{text} =~ /\b$_\b/ && $options !~ /--with-$MODULE{$_}_module(?!=dynamic)/ } sort keys %MODULE;
    }

    sub file {
        my ($self, $name, $text) = @_;
        Documents::spill("$self->{dir}/$name", $text);
    }

    sub start {
        my ($self) = @_;
        my ($ok, $said) = $self->check;
        die "$said\n$self->{text}" unless $ok;
        my $pid = fork // die "fork: $!\n";
        if (!$pid) {
            open STDOUT, '>', "$self->{dir}/logs/stdout";
            open STDERR, '>&', \*STDOUT;
            exec $self->{binary}, '-p', $self->{dir}, '-c', 'conf/nginx.conf', '-e', 'logs/error.log',
                '-g', 'daemon off;';
            exit 127;
        }
        $self->{pid} = $pid;
        push @running, $self;
        SecureToken::Wait::wait_for(sub { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{port}) })
            or die "NGINX does not answer:\n" . $self->log;
        return $self;
    }

    # Has it read its configuration anew; returns when new workers answer.
    sub reload {
        my ($self) = @_;
        my $workers = sub { my $pids = `pgrep -P $self->{pid}`; return map { $_ => 1 } $pids =~ /\d+/g };
        my %old = $workers->();
        kill HUP => $self->{pid};
        return SecureToken::Wait::wait_for(sub { my %now = $workers->(); %now && !grep { $old{$_} } keys %now });
    }

    sub stop {
        my ($self) = @_;
        my $pid = delete $self->{pid} or return;
        kill TERM => $pid;
        waitpid $pid, 0;
    }

    END {
        local $?;
        $_->stop for @running;
    }

    sub log { Documents::slurp("$_[0]{dir}/logs/error.log") }

    # An access log, once it is `enough`.
    sub written { return SecureToken::Wait::written("$_[0]{dir}/logs/$_[1]", $_[2]) }

    # The status that a request is answered with.
    sub status {
        my ($self, $uri, @options) = @_;
        open my $curl, '-|', 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--path-as-is',
            @options, "http://127.0.0.1:$self->{port}$uri"
            or die "curl: $!\n";
        return scalar <$curl>;
    }
}

1;
