<?php

declare(strict_types=1);

/**
 * Signs links for nginx-secure-token: ectoken (version 3), and the schemes of the table SCHEMES.
 *
 * Copy this file into your project. PHP 8.1 or newer; ectoken needs the extension openssl.
 *
 *     require 'secure_token.php';
 *     SecureToken::azion('https://cdn.example.com/my%20film.mp4', $secret, time() + 3600);
 *     SecureToken::sign('fastly', 'https://cdn.example.com/a.mp4?x=1', $secret, time() + 3600);
 *
 * The URL is the one that will be requested: percent-encoded and in normal form, without //, /./ and
 * /../ in the path. It comes back with the token in its query or in front of its path; all else stays as
 * it is. What cannot be signed throws an InvalidArgumentException.
 *
 *     $expires     Unix time in seconds
 *     $clientIp    the only address that the link is good for (gcore, leaseweb)
 *     $path        sign this path as it is and not the URL's: for a directory
 *     $lifetime    seconds that the server lets a link open (alibaba-b); 1800 if not given
 *     $tokenParam, $expiresParam, $param     other names for the token's parameters
 */
final class SecureToken
{
    /** The expiry of an ectoken that shall have none. */
    public const NEVER = PHP_INT_MIN;

    public const CLAIMS = [
        'url_allow', 'country_allow', 'country_deny', 'ref_allow', 'ref_deny', 'host_allow', 'host_deny',
        'proto_allow', 'proto_deny', 'clientip',
    ];

    /**
     * What a link looks like, how the message is hashed and the token written, what the message is, how the
     * secret is written, and how many seconds a link opens that says when it was issued.
     */
    public const SCHEMES = [
        'azion' => ['?st={token}&e={expires}', 'md5:base64url', '{secret}{path}{expires}', 'text', null],
        'gcore' => [
            '?md5={token}&expires={expires}', 'md5:base64url', '{expires}{path}{client_ip} {secret}', 'text', null,
        ],
        'leaseweb' => ['?st={token}&e={expires}', 'md5:base64url', '{secret}{client_ip}{path}{expires}', 'text', null],
        'fastly' => ['?token={expires}_{token}', 'hmac-sha1:hex', '{uri:raw}{expires}', 'base64', null],
        'alibaba-b' => [
            '/{time:yyyymmddhhmm+8}/{token}{path}', 'md5:hex', '{secret}{time}{path:raw}', 'text', 1800,
        ],
    ];

    public static function azion(
        string $url,
        string $secret,
        int $expires,
        ?string $path = null,
        ?string $tokenParam = null,
        ?string $expiresParam = null,
    ): string {
        return self::sign('azion', $url, $secret, $expires, null, $path, $tokenParam, $expiresParam);
    }

    public static function gcore(
        string $url,
        string $secret,
        int $expires,
        ?string $clientIp = null,
        ?string $path = null,
        ?string $tokenParam = null,
        ?string $expiresParam = null,
    ): string {
        return self::sign('gcore', $url, $secret, $expires, $clientIp, $path, $tokenParam, $expiresParam);
    }

    /** Signs in any scheme of the table. */
    public static function sign(
        string $scheme,
        string $url,
        string $secret,
        int $expires,
        ?string $clientIp = null,
        ?string $path = null,
        ?string $tokenParam = null,
        ?string $expiresParam = null,
        ?int $lifetime = null,
    ): string {
        [$form, $digest, $message, $written, $usual] = self::SCHEMES[$scheme]
            ?? self::fail("unknown scheme $scheme: write " . implode(', ', array_keys(self::SCHEMES)) . ' or ectoken');
        if ($clientIp !== null && !str_contains($message, '{client_ip}')) {
            self::fail("$scheme binds no address: take gcore, or ectoken with the claim clientip");
        }
        if ($lifetime !== null && $usual === null) {
            self::fail("$scheme has no lifetime: its links say when they expire");
        }
        self::check($secret, $expires);
        $link = self::parse($url, $path);
        $key = $written === 'base64' ? self::fromBase64($secret) : $secret;
        $time = $usual === null ? '' : self::issue($expires, $lifetime ?? $usual);
        $fields = [
            '{secret}' => $key,
            '{client_ip}' => $clientIp === null ? '' : self::address($clientIp),
            '{path}' => $link['path'],
            '{path:raw}' => $path ?? $link['raw'],
            '{uri:raw}' => ($path ?? $link['raw']) . ($link['query'] === '' ? '' : "?{$link['query']}"),
            '{expires}' => $expires,
            '{time}' => $time,
            '{time:yyyymmddhhmm+8}' => $time,
        ];
        $fields['{token}'] = self::digest($digest, $key, strtr($message, $fields));
        if (str_starts_with($form, '/')) {
            if ($tokenParam !== null || $expiresParam !== null) {
                self::fail("$scheme has its token in the path, and no parameter to rename");
            }
            $signed = strtr($form, ['{path}' => $link['raw']] + $fields);
            return self::joined(['raw' => $signed] + $link, $link['query']);
        }
        $params = array_map(fn ($param) => explode('=', $param), explode('&', substr($form, 1)));
        if ($expiresParam !== null && count($params) < 2) {
            self::fail("$scheme has no parameter of the expiry's own");
        }
        foreach ([$tokenParam, $expiresParam] as $i => $name) {
            if (isset($params[$i])) {
                $params[$i] = [$name ?? $params[$i][0], strtr($params[$i][1], $fields)];
            }
        }
        return self::withParams($link, $params);
    }

    /**
     * Claims are those of CLAIMS by name, such as ['country_allow' => 'DE,FR']. Without url_allow the
     * link opens whatever begins with the URL's path. Without $param the token is the first piece of
     * the query.
     */
    public static function ectoken(
        string $url,
        string $secret,
        int $expires,
        array $claims = [],
        ?string $path = null,
        ?string $param = null,
    ): string {
        self::check($secret, $expires === self::NEVER ? 1 : $expires);
        $link = self::parse($url, $path);
        $pairs = $expires === self::NEVER ? [] : ["ec_expire=$expires"];
        if (!isset($claims['url_allow'])) {
            if (preg_match('/[,&]| \z/', $link['path'])) {
                self::fail('a path with a comma, an & or a blank at its end is no url_allow: write url_allow yourself');
            }
            $pairs[] = "ec_url_allow={$link['path']}";
        } elseif ($path !== null) {
            self::fail('path and url_allow say the same thing: write one of them');
        }
        foreach ($claims as $name => $value) {
            if (!in_array($name, self::CLAIMS, true)) {
                self::fail("there is no claim $name: write one of " . implode(', ', self::CLAIMS));
            }
            if (!preg_match('/\A[^\x00-\x1f\x7f&]+\z/', $value)) {
                self::fail("the claim $name is empty, or has an & or a control character");
            }
            $pairs[] = "ec_$name=$value";
        }
        $token = self::sealed(implode('&', $pairs), $secret);
        if (strlen($token) > 6144) {
            self::fail('the token is longer than 6144 characters: give it shorter claims');
        }
        if ($param !== null) {
            return self::withParams($link, [[$param, $token]]);
        }
        return self::joined($link, $link['query'] === '' ? $token : "$token&{$link['query']}");
    }

    private static function fail(string $message): never
    {
        throw new InvalidArgumentException($message);
    }

    private static function check(string $secret, int $expires): void
    {
        if ($secret === '') {
            self::fail('the secret is empty: take 16 random bytes or more');
        }
        if ($expires < 1 || $expires > 9999999999) {
            self::fail('the expiry must be a Unix time in whole seconds, not milliseconds: 1 to 9999999999');
        }
    }

    private static function parse(string $url, ?string $path): array
    {
        $form = '~\A(?<origin>https?://[^/?#]+)?(?<raw>/(?!/)[^?#]*)(?:\?(?<query>[^#]*))?(?<fragment>#.*)?\z~is';
        if (!preg_match($form, $url, $link)) {
            self::fail('the URL has no path: write https://host/path or /path');
        }
        if (preg_match('/[^!-~]/', $url) || preg_match('/%(?![0-9A-Fa-f]{2})/', $link['raw'])) {
            self::fail('the URL must be percent-encoded: %20 for a blank, %25 for a %');
        }
        // Not urldecode: in a path, + is a plus.
        $path ??= rawurldecode($link['raw']);
        if (!str_starts_with($path, '/')) {
            self::fail('the path to sign must begin with /');
        }
        if (preg_match('/[\x00-\x1f\x7f]/', $path)) {
            self::fail('the path has a control character, and no link opens it: rename it');
        }
        return ['path' => $path] + $link + ['query' => '', 'fragment' => ''];
    }

    private static function withParams(array $link, array $params): string
    {
        $pieces = $link['query'] === '' ? [] : explode('&', $link['query']);
        foreach ($params as [$name, $value]) {
            if (!preg_match('/\A[\w.~-]+\z/', $name)) {
                self::fail('names of parameters have only letters, digits, - . _ ~');
            }
            if (preg_grep('/\A' . preg_quote($name, '/') . '(=|\z)/', $pieces)) {
                self::fail("there is a parameter $name already: sign without it, or take another name");
            }
            $pieces[] = "$name=$value";
        }
        return self::joined($link, implode('&', $pieces));
    }

    private static function joined(array $link, string $query): string
    {
        return $link['origin'] . $link['raw'] . ($query === '' ? '' : "?$query") . $link['fragment'];
    }

    /** A time of issue to the minute, by the clock of UTC+8. */
    private static function issue(int $expires, int $lifetime): string
    {
        if ($lifetime < 1 || $lifetime > $expires) {
            self::fail('the lifetime must be a number of seconds, from 1 to the expiry');
        }
        return gmdate('YmdHi', $expires - $lifetime + 8 * 3600);
    }

    private static function fromBase64(string $secret): string
    {
        $key = base64_decode($secret, true);
        if ($key === false || base64_encode($key) !== $secret) {
            self::fail('the secret must be written in base64, with its = at the end');
        }
        return $key;
    }

    private static function digest(string $digest, string $key, string $message): string
    {
        [$function, $encoding] = explode(':', $digest);
        $made = str_starts_with($function, 'hmac-')
            ? hash_hmac(substr($function, 5), $message, $key, true)
            : hash($function, $message, true);
        return $encoding === 'hex' ? bin2hex($made) : self::base64url($made);
    }

    private static function address(string $text): string
    {
        if (!filter_var($text, FILTER_VALIDATE_IP)) {
            self::fail("the client's address must be like 192.0.2.7 or 2001:db8::1");
        }
        $bytes = inet_pton($text);
        $mapped = str_starts_with($bytes, str_repeat("\0", 10) . "\xff\xff");
        return inet_ntop($mapped ? substr($bytes, 12) : $bytes);
    }

    private static function base64url(string $bytes): string
    {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }

    private static function sealed(string $text, string $secret): string
    {
        if (!extension_loaded('openssl')) {
            throw new RuntimeException('ectoken needs the PHP extension openssl');
        }
        $key = hash('sha256', $secret, true);
        $nonce = random_bytes(12);
        $sealed = openssl_encrypt($text, 'aes-256-gcm', $key, OPENSSL_RAW_DATA, $nonce, $tag);
        return self::base64url($nonce . $sealed . $tag);
    }

    /** The command line: returns what is to be printed. */
    public static function run(array $args): string
    {
        $usage = 'usage: secure_token.php --scheme ' . implode('|', array_keys(self::SCHEMES)) . '|ectoken --secret-file FILE'
            . ' (--expires-in SECONDS | --expires-at UNIX) [--client-ip ADDRESS] [--path PATH]'
            . ' [--lifetime SECONDS] [--claim name=value]... [--param NAME] URL';
        if ($args === ['--schemes']) {
            $line = fn ($name, $row) => implode("\t", [$name, ...array_map(fn ($value) => $value ?? '-', $row)]);
            return implode("\n", array_map($line, array_keys(self::SCHEMES), self::SCHEMES));
        }
        $known = [
            'scheme', 'secret-file', 'expires-in', 'expires-at', 'client-ip', 'path', 'lifetime', 'claim', 'param',
        ];
        $given = $claims = [];
        while ($args) {
            $arg = array_shift($args);
            $name = str_starts_with($arg, '--') ? substr($arg, 2) : 'url';
            $value = $name === 'url' ? $arg : array_shift($args);
            if (!in_array($name, [...$known, 'url'], true) || isset($given[$name]) || $value === null) {
                self::fail("$arg: unknown, given twice or without a value; $usage");
            }
            if ($name !== 'claim') {
                $given[$name] = $value;
                continue;
            }
            [$claim, $value] = explode('=', $value, 2) + ['', ''];
            if (isset($claims[$claim])) {
                self::fail("the claim $claim is there twice: separate the entries of a list by commas");
            }
            $claims[$claim] = $value;
        }
        $seconds = $given['expires-in'] ?? $given['expires-at'] ?? '';
        if (!isset($given['url'], $given['secret-file'], $given['scheme'])
            || isset($given['expires-in']) === isset($given['expires-at'])) {
            self::fail($usage);
        }
        foreach ([$seconds, $given['lifetime'] ?? 1] as $number) {
            if (!preg_match('/\A[0-9]{1,10}\z/', "$number") || $number < 1) {
                self::fail('SECONDS and UNIX are positive numbers of at most ten digits, not milliseconds');
            }
        }
        $scheme = $given['scheme'];
        if ($scheme === 'ectoken' && isset($given['client-ip']) || $scheme !== 'ectoken' && $claims) {
            self::fail('--claim goes with ectoken, and --client-ip with others (--claim clientip=ADDRESS)');
        }
        if ($scheme === 'ectoken' && isset($given['lifetime'])) {
            self::fail('ectoken has no --lifetime: its links say when they expire');
        }
        $secret = @file_get_contents($given['secret-file']);
        if ($secret === false) {
            self::fail("{$given['secret-file']}: no file that can be read");
        }
        $secret = preg_replace('/\r?\n\z/', '', $secret);
        $expires = (int) $seconds + (isset($given['expires-in']) ? time() : 0);
        $path = $given['path'] ?? null;
        $param = $given['param'] ?? null;
        if ($scheme === 'ectoken') {
            return self::ectoken($given['url'], $secret, $expires, $claims, $path, $param);
        }
        return self::sign($scheme, $given['url'], $secret, $expires, $given['client-ip'] ?? null, $path, $param,
            lifetime: isset($given['lifetime']) ? (int) $given['lifetime'] : null);
    }
}

if (PHP_SAPI === 'cli' && realpath($_SERVER['SCRIPT_FILENAME']) === __FILE__) {
    try {
        echo SecureToken::run(array_slice($argv, 1)), "\n";
    } catch (InvalidArgumentException | RuntimeException $error) {
        fwrite(STDERR, "secure_token.php: {$error->getMessage()}\n");
        exit(2);
    }
}
