<?php

declare(strict_types=1);

/**
 * Signs links for nginx-secure-token, in the schemes azion, gcore and ectoken (version 3).
 *
 * Copy this file into your project. PHP 8.1 or newer; ectoken needs the extension openssl.
 *
 *     require 'secure_token.php';
 *     SecureToken::azion('https://cdn.example.com/my%20film.mp4', $secret, time() + 3600);
 *
 * The URL is the one that will be requested: percent-encoded and in normal form, without //, /./ and
 * /../ in the path. It comes back with the token in its query; all else stays as it is. What cannot be
 * signed throws an InvalidArgumentException.
 *
 *     $expires     Unix time in seconds
 *     $clientIp    the only address that the link is good for (gcore)
 *     $path        sign this decoded path and not the URL's: for a directory
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

    public static function azion(
        string $url,
        string $secret,
        int $expires,
        ?string $path = null,
        string $tokenParam = 'st',
        string $expiresParam = 'e',
    ): string {
        self::check($secret, $expires);
        $link = self::parse($url, $path);
        $token = self::base64url(md5($secret . $link['path'] . $expires, true));
        return self::withParams($link, [[$tokenParam, $token], [$expiresParam, $expires]]);
    }

    public static function gcore(
        string $url,
        string $secret,
        int $expires,
        ?string $clientIp = null,
        ?string $path = null,
        string $tokenParam = 'md5',
        string $expiresParam = 'expires',
    ): string {
        self::check($secret, $expires);
        $link = self::parse($url, $path);
        $address = $clientIp === null ? '' : self::address($clientIp);
        $token = self::base64url(md5("$expires{$link['path']}$address $secret", true));
        return self::withParams($link, [[$tokenParam, $token], [$expiresParam, $expires]]);
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
        $query = $link['query'] === '' ? $token : "$token&{$link['query']}";
        return "{$link['front']}?$query{$link['fragment']}";
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
        $form = '~\A(?<front>(?:https?://[^/?#]+)?(?<raw>/(?!/)[^?#]*))(?:\?(?<query>[^#]*))?(?<fragment>#.*)?\z~is';
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
        return $link['front'] . '?' . implode('&', $pieces) . $link['fragment'];
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
        $usage = 'usage: secure_token.php --scheme azion|gcore|ectoken --secret-file FILE'
            . ' (--expires-in SECONDS | --expires-at UNIX) [--client-ip ADDRESS] [--path PATH]'
            . ' [--claim name=value]... [--param NAME] URL';
        $known = ['scheme', 'secret-file', 'expires-in', 'expires-at', 'client-ip', 'path', 'claim', 'param'];
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
        if (!preg_match('/\A[0-9]{1,10}\z/', $seconds) || $seconds < 1) {
            self::fail('SECONDS and UNIX are positive numbers of at most ten digits, not milliseconds');
        }
        $scheme = $given['scheme'];
        if (isset($given['client-ip']) && $scheme !== 'gcore' || $claims && $scheme !== 'ectoken') {
            self::fail('--client-ip goes with gcore, --claim with ectoken (--claim clientip=ADDRESS)');
        }
        $secret = @file_get_contents($given['secret-file']);
        if ($secret === false) {
            self::fail("{$given['secret-file']}: no file that can be read");
        }
        $secret = preg_replace('/\r?\n\z/', '', $secret);
        $expires = (int) $seconds + (isset($given['expires-in']) ? time() : 0);
        $sign = [$given['url'], $secret, $expires, 'path' => $given['path'] ?? null];
        $param = $given['param'] ?? null;
        return match ($scheme) {
            'azion' => self::azion(...$sign, tokenParam: $param ?? 'st'),
            'gcore' => self::gcore(...$sign, tokenParam: $param ?? 'md5', clientIp: $given['client-ip'] ?? null),
            'ectoken' => self::ectoken(...$sign, param: $param, claims: $claims),
            default => self::fail("unknown scheme $scheme: write azion, gcore or ectoken"),
        };
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
