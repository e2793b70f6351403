# The lab reads formats as the command does: it signs the same links with all of them, and says the same of what is
# wrong. Without a browser, as t/lab_verdicts.t.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";

use File::Temp ();
use MIME::Base64 qw(encode_base64);
use Test::More;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output);

use Documents qw($ROOT spill);
use Facts qw(schemes);
use NodeJS;

NodeJS::needs(node => 'nodejs');

my $node = NodeJS->new('modules.mjs');
my $command = $ENV{SECURE_TOKEN_CLI} // "$ROOT/build/secure-token";
my $tmp = File::Temp->newdir;
my $now = time;
my $expires = $now + 7000;

# --- What the two say ------------------------------------------------------------------------------

# A link, or what is wrong.
sub of_the_command {
    my ($secret, $url, @args) = @_;
    spill("$tmp/secret", $secret);
    chmod 0600, "$tmp/secret";
    my $pid = open(my $out, '-|') // die "fork: $!";
    if ($pid == 0) {
        open STDERR, '>&', \*STDOUT or die;
        exec $command, 'sign', @args, '--secret-file', "$tmp/secret", $url;
    }
    binmode $out, ':encoding(UTF-8)';
    my $said = do { local $/; <$out> };
    # What it warns of is not the lab's.
    return $said =~ s/^secure-token: warning: .*\n//mgr =~ s/\n.*//sr;
}

sub of_the_lab {
    my ($secret, $url, $format, %options) = @_;
    return $node->ask({ js => '(async () => {
        const format = given.name ? lab.formatOf(given.name) : lab.ownFormat(given.format);
        const expires = format.time ? given.expires : undefined;
        return (await lab.signLink(format, given.url, given.secret, expires, { lifetime: format.lifetime, ...given.options })).url;
    })()', with => {
        secret => $secret, url => $url, expires => $expires, options => { now => $now, %options },
        ref $format ? (format => $format) : (name => $format),
    } });
}

# --- Signing ---------------------------------------------------------------------------------------

my @URLS = ('https://CDN.example.com:8080/videos/1_a/b/my%20film.mp4', '/videos/1_a/%C3%BC/b+%2B.mp4?x=1&&y=%20#part');

subtest 'it signs as the command does with every scheme that is a digest' => sub {
    my @digests = grep { $_->{anatomy} eq 'digest' } schemes();
    cmp_ok scalar(@digests), '>', 30, 'there are many';
    for my $scheme (@digests) {
        my $secret = $scheme->{secret} eq 'base64' ? encode_base64('a secret of the tests', '') : 'a secret of the tests';
        # Those of the path stand in the URL already.
        my %fields = map { $_->{name} => "some-$_->{name}" =~ tr/-/./r } grep { $_->{kind} eq 'free' && $scheme->{link} =~ /\?.*\{$_->{name}\b/ } @{ $scheme->{fields} };
        my @args = ('--scheme', $scheme->{name}, map { ('--field', "$_=$fields{$_}") } sort keys %fields);
        push @args, '--expires-at', $expires if $scheme->{link} =~ /\{(?:expires|time)\b/;
        my %client = $scheme->{client_ip} eq 'never' ? () : (clientIp => '2001:DB8::0:7');
        push @args, '--client-ip', $client{clientIp} if %client;
        for my $url (@URLS) {
            my $lab = of_the_lab($secret, $url, $scheme->{name}, fields => \%fields, %client);
            # The command takes the time of issue from its own clock.
            my ($ttl) = $lab =~ /&e=(\d+)/;
            push @args, '--field', "ttl=$ttl" if $scheme->{link} =~ /\{ttl\}/ && !grep { /^ttl=/ } @args;
            is $lab, of_the_command($secret, $url, @args), "$scheme->{name}: $url";
        }
    }
};

subtest 'it signs as the command does with a format of one\'s own' => sub {
    for my $case (
        ['?sig={token}&exp={expires:iso}&n={nonce} hmac-sha512:base64 {expires}\n{path}\n$host[x{args}|none]{nonce}', ['nonce']],
        ['/videos/{who}/{token}-{time:yyyymmddhhmm-3}{path} sha384:base64url {secret}{time}{who}{dir}|{uri:raw} ttl=2h exclusive', []],
        ['?t={token}.{expires:hex} hmac-sha256:hex {parent}|${scheme}|{stream}{expires}[{client_ip}] secret=hex', []],
        ['/{token}/{rest*} hmac-md5:hex {rest}', []],
        ['?t={token} sha256:base64url {secret}\t{path}{{x}}\$', []],
    ) {
        my ($line, $fields) = @$case;
        my ($link, $digest, $message, @options) = split / /, $line;
        my $secret = $line =~ /secret=hex/ ? 'a1b2c3d4e5f60718a1b2c3d4e5f60718' : 'a secret of the tests';
        my %fields = map { $_ => 'some.value' } @$fields;
        my @args = ('--format', $line, map { ('--field', "$_=$fields{$_}") } sort keys %fields);
        push @args, '--expires-at', $expires if $link =~ /\{(?:expires|time)\b/;
        push @args, '--client-ip', '192.0.2.7' if $message =~ /client_ip/;
        my $lab = of_the_lab($secret, $URLS[0], { link => $link, digest => $digest, message => $message, options => "@options" },
            fields => \%fields, $message =~ /client_ip/ ? (clientIp => '192.0.2.7') : ());
        is $lab, of_the_command($secret, $URLS[0], @args), $line;
    }
};

# --- Errors ----------------------------------------------------------------------------------------

subtest 'it says what the command says of a format that is wrong' => sub {
    my ($link, $digest, $message) = ('?st={token}&e={expires}', 'hmac-sha256:hex', '{path}{expires}');
    my @wrong = (
        map({ [$_, $digest, $message] } 'st={token}', '?{token}', '?st={token', '?st={Token}', '?e={expires}', '?st={token}&e={token}',
            '?st={token:hex}', '?st={token?}', '?st={token}&e={expires}&t={time}', '?st={token}&e={expires:base64}', '?st={token}&p={path}',
            '?st={token}&p={secret}', '?st={token}&e={expires}&u={uid:hex}', '?st={token}{expires}', '?st={expires:hex}a{token}',
            '?st={token}&st={expires}', '?s%t={token}', '?st={token}&e=x{expires}', '?st={token}&e={expires}&r={rest*}', '?st={token}$host',
            '?st={token}&e={expires}&ttl={ttl}', '/{token}/{expires}', '/{token}/{expires}/{path}', '/{token}/x/{expires}{path}',
            '/{token}/{expires?}{path}', '/{token}//{expires}{path}', '/{token}/../{expires}{path}', '/{token}{rest*}', '/{expires}{path}',
            '/{token}/{time*}', '/{token}/{path?}'),
        map({ [$link, $_, $message] } 'md5', 'md6', 'md6:hex', 'md6:base32', 'md5:base32', 'md5:hex', 'hmac-:hex'),
        ['/{token}/{expires}{path}', 'hmac-md5:base64', $message],
        map({ [$link, $digest, $_] } '{toekn}', '{path}{time}', '{path', '{path}}', '{token}', '{path:hex}{expires}', '{path}{expires:hex}',
            '{path}', '{secret}{path}{expires}', '{path?}', '[{path}]{expires}', '[x]{expires}', '[{expires}', '{expires}]', '[[{expires}]]',
            '[{expires}|a|b]', '[{expires}{client_ip}]', '[{expires}|{args}]', '{expires}\x', '{expires}$', '{expires}$1', '{expires}${host'),
        ['/{token}/{rest*}', 'hmac-md5:hex', '{path}'],
        map({ [$link, $digest, $message, $_] } 'ttl=3h', 'window', 'exclusive exclusive', 'exclusive=1', 'secret=rot13', 'expired_status=200', 'fast'),
        map({ ['?st={token}&t={time}', $digest, '{path}{time}', $_] } 'ttl=0', 'ttl=x', 'ttl=1m1h', 'ttl'),
        ['?st={token}', $digest, '{path}', 'exclusive'], ['?st={token}&t={time}&e={ttl}', $digest, '{time}{ttl}{path}', 'ttl=1m'],
    );
    for my $case (@wrong) {
        my %format = (options => '');
        @format{qw(link digest message)} = @$case;
        $format{options} = $case->[3] // '';
        my $lab = eval { of_the_lab('a secret of the tests', '/a', \%format) } // $@ =~ s/^FormatError: |\n\z//gr;
        my $said = of_the_command('a secret of the tests', '/a', '--format', join ' ', grep { $_ ne '' } @format{qw(link digest message options)});
        $said =~ s/^error: invalid value .* for '--format <LINK DIGEST MESSAGE>': //;
        $said =~ s/^secure-token: error: .*?<LINK DIGEST MESSAGE>': //;
        is $lab, $said, "@$case";
    }
};

done_testing;
