<?php

declare(strict_types=1);

/**
 * Signs links for nginx-secure-token: the formats of SecureToken::schemes() and those of your own, akamai,
 * bunny, and ectoken (version 3).
 *
 * Copy this file into your project. PHP 8.1 or newer; ectoken needs the extension openssl.
 *
 *     require 'secure_token.php';
 *     SecureToken::sign('azion', 'https://cdn.example.com/my%20film.mp4', $secret, time() + 3600);
 *     SecureToken::sign('alibaba-a', 'https://cdn.example.com/a.mp4', $secret, time() + 3600, fields: ['uid' => '42']);
 *     SecureToken::signFormat('?sig={token}&exp={expires}', 'hmac-sha256:hex', '{expires}\n{path}',
 *         'https://cdn.example.com/a.mp4', $secret, time() + 3600);
 *
 * The URL is the one that will be requested: percent-encoded and in normal form, without //, /./ and
 * /../ in the path. It comes back with the token in its query or in its path; all else stays as it is. What
 * cannot be signed throws an InvalidArgumentException.
 *
 *     $expires     Unix time in seconds, or NEVER where the format has no expiry or may leave it out
 *     $clientIp    the only address that the link is good for, where {client_ip} is in the message
 *     $path        sign this path as it is and not the URL's: for a directory
 *     $lifetime    seconds that the server lets a link open that has its time of issue, if not the usual
 *     $link, $digest    another link or digest than the scheme's, as secure_token_link and _digest say
 *     $tokenParam, $expiresParam, $param     other names for the token's parameters
 *     $fields      the values of other fields of the link; without, rand and salt are random, uid and start
 *                  are 0, and what may be absent is
 */
final class SecureToken
{
    /** The expiry of a link that shall have none. */
    public const NEVER = PHP_INT_MIN;

    public const CLAIMS = [
        'ectoken' => [
            'url_allow', 'country_allow', 'country_deny', 'ref_allow', 'ref_deny', 'host_allow', 'host_deny',
            'proto_allow', 'proto_deny', 'clientip',
        ],
        'akamai' => ['st', 'acl', 'id', 'data', 'salt'],
        'bunny' => ['token_path', 'token_countries', 'token_countries_blocked'],
    ];

    // The name, what a link looks like, how the message is hashed and the token written, what the message is,
    // how the secret is written, and how many seconds a link opens that says when it was issued.
    private const SCHEMES = <<<'ROWS'
        azion  ?st={token}&e={expires}  md5:base64url  {secret}{path}{expires}  text  -
        gcore  ?md5={token}&expires={expires}  md5:base64url  {expires}{path}{client_ip} {secret}  text  -
        gcore-video  /{kind}/{account}_{video}/{token}/{expires}{path}  md5:base64url  {account}_{video}_{secret}_{expires}_{client_ip}  text  -
        gcore-mp4  ?md5={token}&expires={expires}&speed={speed?}&buffer={buffer?}  md5:base64url  {path}_{secret}_{expires}_{speed}_{buffer}_{client_ip}  text  -
        secure-link  ?md5={token}&expires={expires}  md5:base64url  {expires}{path}{client_ip} {secret}  text  -
        secure-link-secret  /{prefix}/{token}/{link*}  md5:hex  {link}{secret}  text  -
        secure-link-hmac  ?st={token}&ts={time:iso}&e={ttl}  hmac-sha256:base64url  {path}|{time}|{ttl}  text  -
        leaseweb  ?st={token}&e={expires}  md5:base64url  {secret}{client_ip}{path}{expires}  text  -
        bunny-basic  ?token={token}&expires={expires}  md5:base64url  {secret}{path}{expires}{client_ip}  text  -
        keycdn  ?token={token}&expire={expires}  md5:base64url  {path}{secret}{expires}  text  -
        keycdn-image  ?token={token}  md5:base64url  {path}{args}{secret}  text  -
        cdn77  ?secure={token},{expires?}  md5:base64url  {expires}{path}{secret}  text  -
        cdn77-path  /{token},{expires?}{path}  md5:base64url  {expires}{parent}{secret}  text  -
        cdnsun  ?secure={token}&expires={expires}  md5:base64url  {expires}{path}{secret}{client_ip}  text  -
        cdnvideo  ?md5={token}&e={expires}  md5:base64url  {secret}:{expires}:[{client_ip}:]{path}  text  -
        cloudflare  ?verify={time}-{token}  hmac-sha256:base64  {uri:raw}{time}  text  10800
        fastly  ?token={expires}_{token}  hmac-sha1:hex  {uri:raw}{expires}  base64  -
        alibaba-a  ?auth_key={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800
        huawei-a  ?auth_key={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800
        tencent-a  ?sign={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800
        edgeone-a  ?sign={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800
        alibaba-b  /{time:yyyymmddhhmm+8}/{token}{path}  md5:hex  {secret}{time}{path:raw}  text  1800
        tencent-b  /{time:yyyymmddhhmm+8}/{token}{path}  md5:hex  {secret}{time}{path:raw}  text  1800
        alibaba-c  /{token}/{time:hex}{path}  md5:hex  {secret}{path:raw}{time}  text  1800
        edgeone-c  /{token}/{time:hex}{path}  md5:hex  {secret}{path:raw}{time}  text  1800
        alibaba-c2  ?KEY1={token}&KEY2={time:hex}  md5:hex  {secret}{path:raw}{time}  text  1800
        tencent-c  /{token}/{time}{path}  md5:hex  {secret}{time}{path:raw}  text  1800
        tencent-d  ?sign={token}&t={time}  md5:hex  {secret}{path:raw}{time}  text  1800
        edgeone-d  ?sign={token}&t={time}  md5:hex  {secret}{path:raw}{time}  text  1800
        qiniu  ?sign={token}&t={expires:hex}  md5:hex  {secret}{path:raw}{expires}  text  -
        flussonic  ?token={token}-{salt}-{expires}-{start}  sha1:hex  {stream}[{client_ip}|no_check_ip]{start}{expires}{secret}{salt}  text  -
        lighttpd  /{token}/{time:hex}{path}  md5:hex  {secret}{path}{time}  text  60
        lighttpd-hmac-sha1  /{token}/{time:hex}{path}  hmac-sha1:base64url  /{time}{path}  text  60
        lighttpd-hmac-sha256  /{token}/{time:hex}{path}  hmac-sha256:base64url  /{time}{path}  text  60
        ROWS;

    private const FIELD = '~\{([a-z0-9_]+):?([^{}?*]*)([?*]?)\}([^{&/]*)~';
    // The characters that a field may have.
    private const PLAIN = '[!$\'-.0-<>@-\[\]-\x7e]';

    /** The schemes by name: link, digest, message, how the secret is written, and the lifetime or "-". */
    public static function schemes(): array
    {
        $rows = array_map(fn ($row) => explode('  ', $row), explode("\n", self::SCHEMES));
        return array_combine(array_column($rows, 0), array_map(fn ($row) => array_slice($row, 1), $rows));
    }

    public static function azion(string $url, string $secret, int $expires, mixed ...$options): string
    {
        return self::sign('azion', $url, $secret, $expires, ...$options);
    }

    public static function gcore(string $url, string $secret, int $expires, mixed ...$options): string
    {
        return self::sign('gcore', $url, $secret, $expires, ...$options);
    }

    /** Signs in any of the schemes. The options are those of signFormat, or of akamai, bunny and ectoken. */
    public static function sign(string $scheme, string $url, string $secret, int $expires, mixed ...$options): string
    {
        if (isset(self::CLAIMS[$scheme])) {
            return self::$scheme($url, $secret, $expires, ...$options);
        }
        $rows = self::schemes();
        [$link, $digest, $message, $form, $usual] = $rows[$scheme]
            ?? self::fail("unknown scheme $scheme: write " . implode(', ', array_keys($rows + self::CLAIMS)));
        [$link, $digest] = [$options['link'] ?? $link, $options['digest'] ?? $digest];
        unset($options['link'], $options['digest']);
        $usual = $usual === '-' ? null : (int) $usual;
        return self::signFormat($link, $digest, $message, $url, $secret, $expires,
            ...array_merge(['secretForm' => $form, 'lifetime' => $usual], $options));
    }

    /** Signs in a format: what a link looks like, its digest and its message, as in secure_token_format. */
    public static function signFormat(
        string $form,
        string $digest,
        string $message,
        string $url,
        string $secret,
        int $expires,
        string $secretForm = 'text',
        ?string $clientIp = null,
        ?string $path = null,
        ?string $tokenParam = null,
        ?string $expiresParam = null,
        ?int $lifetime = null,
        array $fields = [],
    ): string {
        if ($clientIp !== null && !str_contains($message, '{client_ip}')) {
            self::fail('the message binds no client_ip: take gcore, or ectoken with the claim clientip');
        }
        $key = self::key($secret, $secretForm);
        $link = self::parse($url, $path);
        [$front, $raw, $inPath] = self::split($form, $link['raw']);
        $signed = $path ?? substr($link['path'], strlen($link['raw']) - strlen($raw));
        $unread = $path ?? $raw;
        $query = $link['query'] === '' ? '' : "?{$link['query']}";
        $directory = substr($signed, 0, strrpos($signed, '/'));
        preg_match_all(self::FIELD, $form, $known, PREG_SET_ORDER);
        $values = self::times($known, $expires, $lifetime) + $inPath + [
            'secret' => $key,
            'path' => $signed,
            'path:raw' => $unread,
            'uri:raw' => $unread . $query,
            'args' => $link['query'],
            'dir' => "$directory/",
            'parent' => $directory,
            'stream' => substr($directory, 1),
            'client_ip' => $clientIp === null ? '' : self::address($clientIp),
        ];
        foreach ($known as [, $name, $spelling, $mark, $behind]) {
            if ($name === 'token' || isset($values[$name])) {
                continue;
            }
            $values[$name] = $mark === '*'
                ? substr($raw, 1) . $query
                : self::field($name, $spelling, $mark, $behind, $fields[$name] ?? null);
            unset($fields[$name]);
        }
        if ($fields) {
            self::fail('the link has no field ' . implode(', ', array_keys($fields)) . ', or it is not given so');
        }
        if (str_contains($message, '{parent}') && $directory === '') {
            self::fail('there is no directory above the file: sign a path that has one');
        }
        $values['token'] = self::digest($digest, $key, self::filled($message, $values));
        $values['path'] = $raw;
        $filled = fn ($text) => preg_replace_callback(self::FIELD, fn ($field) => $values[$field[1]] . $field[4], $text);

        if (str_starts_with($form, '/')) {
            if ($tokenParam !== null || $expiresParam !== null) {
                self::fail('the token stands in the path, and there is no parameter to rename');
            }
            $token = $filled(implode('/', array_slice(explode('/', $form), substr_count($front, '/') + 1)));
            return self::joined(['raw' => "$front/$token"] + $link, str_contains($form, '*}') ? '' : $link['query']);
        }
        $params = [];
        foreach (explode('&', substr($form, 1)) as $param) {
            [$name, $value] = explode('=', $param, 2);
            if (str_contains($value, '{token}')) {
                $name = $tokenParam ?? $name;
            } elseif (preg_match('/\{(expires|time)\b/', $value)) {
                [$name, $expiresParam] = [$expiresParam ?? $name, null];
            }
            if ($filled($value) !== '') {
                $params[] = [$name, $filled($value)];
            }
        }
        if ($expiresParam !== null) {
            self::fail("there is no parameter of the expiry's own to rename");
        }
        return self::withParams($link, $params);
    }

    /**
     * Claims are those of CLAIMS, such as ['acl' => '/films/*']. Without acl the link opens the URL's path
     * alone.
     */
    public static function akamai(
        string $url,
        string $secret,
        int $expires,
        array $claims = [],
        ?string $clientIp = null,
        string $param = 'hdnts',
    ): string {
        $link = self::parse($url, null);
        $pairs = self::checked('akamai', $claims, '~')
            + ['ip' => $clientIp === null ? null : self::address($clientIp), 'exp' => self::expiry($expires)];
        $body = [];
        foreach (['ip', 'st', 'exp', 'acl', 'id', 'data'] as $name) {
            if (isset($pairs[$name])) {
                $body[] = "$name=$pairs[$name]";
            }
        }
        $body = implode('~', $body);
        $message = $body . (isset($claims['acl']) ? '' : "~url={$link['raw']}")
            . (isset($claims['salt']) ? "~salt={$claims['salt']}" : '');
        $code = hash_hmac('sha256', $message, self::key($secret, 'hex'));
        return self::withParams($link, [[$param, self::escaped($body, "-._~!*'(),;:@/?=$") . "~hmac=$code"]]);
    }

    /**
     * Claims are those of CLAIMS, such as ['token_path' => '/films/'], which the link then opens with all
     * below.
     */
    public static function bunny(
        string $url,
        string $secret,
        int $expires,
        array $claims = [],
        ?string $clientIp = null,
        string $param = 'token',
    ): string {
        $link = self::parse($url, null);
        $address = $clientIp === null ? '' : inet_pton(self::address($clientIp));
        if (strlen($address) === 16) {
            // Of IPv6, the network counts.
            $address = substr($address, 0, 8) . str_repeat("\0", 8);
        }
        $pairs = self::checked('bunny', $claims, '&');
        foreach (array_filter(explode('&', $link['query']), 'strlen') as $piece) {
            [$name, $value] = explode('=', $piece, 2) + ['', ''];
            $pairs[urldecode($name)] = urldecode($value);
        }
        ksort($pairs, SORT_STRING);
        $args = implode('&', array_map(fn ($name, $value) => "$name=$value", array_keys($pairs), $pairs));
        $message = ($claims['token_path'] ?? $link['raw']) . self::expiry($expires) . $address . $args;
        $made = self::base64url(hash_hmac('sha256', $message, self::key($secret, 'text'), true));
        $params = [[$param, 'HS256-' . ($address === '' ? '' : '1-') . $made], ['expires', (string) $expires]];
        foreach ($claims as $name => $value) {
            $params[] = [$name, rawurlencode($value)];
        }
        return self::withParams($link, $params);
    }

    /**
     * Claims are those of CLAIMS, such as ['country_allow' => 'DE,FR']. Without url_allow the
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
        $link = self::parse($url, $path);
        $pairs = $expires === self::NEVER ? [] : ['ec_expire=' . self::expiry($expires)];
        if (!isset($claims['url_allow'])) {
            if (preg_match('/[,&]| \z/', $link['path'])) {
                self::fail('a path with a comma, an & or a blank at its end is no url_allow: write url_allow yourself');
            }
            $pairs[] = "ec_url_allow={$link['path']}";
        } elseif ($path !== null) {
            self::fail('path and url_allow say the same thing: write one of them');
        }
        foreach (self::checked('ectoken', $claims, '&') as $name => $value) {
            $pairs[] = "ec_$name=$value";
        }
        $token = self::sealed(implode('&', $pairs), self::key($secret, 'text'));
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

    /** What stays in front of a token in the path, what is behind it, and the fields in front of it. */
    private static function split(string $form, string $raw): array
    {
        $segments = explode('/', $form);
        $of = preg_grep('/\{(token|expires|time|start|ttl)\b/', $segments);
        $first = $of ? array_key_first($of) : 0;
        if (!str_starts_with($form, '/') || $first < 2) {
            return ['', $raw, []];
        }
        $front = implode('/', array_slice($segments, 0, $first));
        $shape = preg_replace('/\\\\\{(\w+)\\\\\}/', '(?<$1>' . self::PLAIN . '+?)', preg_quote($front, '~'));
        if (!preg_match("~\\A$shape(?=/)~", $raw, $match)) {
            self::fail("the path must begin with $front/, behind which the token comes");
        }
        return [$match[0], substr($raw, strlen($match[0])), array_filter($match, 'is_string', ARRAY_FILTER_USE_KEY)];
    }

    private static function filled(string $message, array $values): string
    {
        $form = '/\\\\(.)|\[((?:\\\\.|[^]\\\\|])*)(?:\|((?:\\\\.|[^]\\\\])*))?\]|\{\{|\}\}|\{([^{}]*)\}|\$/s';
        return preg_replace_callback($form, function ($piece) use ($values) {
            [$all, $escaped, $inside, $otherwise, $field] = $piece;
            if ($escaped !== null) {
                return ['n' => "\n", 't' => "\t"][$escaped] ?? $escaped;
            }
            if ($all === '{{' || $all === '}}') {
                return $all[0];
            }
            if ($inside !== null) {
                $of = preg_match('/\{(.*?)\}/', $inside, $match) ? $match[1] : '';
                return self::filled(($values[$of] ?? null) === '' ? $otherwise ?? '' : $inside, $values);
            }
            return $values[$field ?? ''] ?? self::fail(
                "the message has $all, which the link has not: no variables of NGINX can be signed here"
            );
        }, $message, flags: PREG_UNMATCHED_AS_NULL);
    }

    /** The time, and the lifetime where the link says it. */
    private static function times(array $known, int $expires, ?int $lifetime): array
    {
        $names = array_column($known, null, 1);
        $name = isset($names['expires']) ? 'expires' : (isset($names['time']) ? 'time' : null);
        $hasTtl = isset($names['ttl']);
        $never = $expires === self::NEVER;
        if ($lifetime !== null && $name !== 'time') {
            self::fail('these links have no lifetime: they say when they expire, or open for ever');
        }
        if ($name === null || $never && $names[$name][3] !== '') {
            return match (true) {
                !$never => self::fail('these links do not expire: leave the expiry out (NEVER)'),
                default => $name === null ? [] : [$name => ''],
            };
        }
        $spelling = $names[$name][2];
        if ($never && $hasTtl) {
            return [$name => self::written(time(), $spelling), 'ttl' => '0'];
        }
        $seconds = self::expiry($expires);
        if ($hasTtl) {
            // Where the link says how long it opens, that is from now on.
            $lifetime ??= max(1, $seconds - time());
        }
        if ($name === 'time') {
            if ($lifetime === null || $lifetime < 1 || $lifetime > $seconds) {
                self::fail('the lifetime must be a number of seconds, from 1 to the expiry');
            }
            $seconds -= $lifetime;
        }
        return [$name => self::written($seconds, $spelling)] + ($hasTtl ? ['ttl' => (string) $lifetime] : []);
    }

    private static function written(int $seconds, string $spelling): string
    {
        if (str_starts_with($spelling, 'yyyymmddhhmm')) {
            return gmdate('YmdHi', $seconds + (int) substr($spelling, 12) * 3600);
        }
        return $spelling === 'hex' ? sprintf('%08x', $seconds) : (string) $seconds;
    }

    private static function expiry(int $expires): int
    {
        if ($expires === self::NEVER) {
            self::fail('these links must have an expiry');
        }
        if ($expires < 1 || $expires > 9999999999) {
            self::fail('the expiry must be a Unix time in whole seconds, not milliseconds: 1 to 9999999999');
        }
        return $expires;
    }

    private static function field(string $name, string $spelling, string $mark, string $behind, ?string $value): string
    {
        $value ??= match ($name) {
            'rand', 'salt' => bin2hex(random_bytes(16)),
            'uid', 'start' => '0',
            default => '',
        };
        if (!preg_match('/\A' . self::PLAIN . '*\z/', $value) || $behind !== '' && str_contains($value, $behind)) {
            self::fail("the field $name has characters that would end it: write letters and digits");
        }
        if ($value === '' && $mark === '') {
            self::fail("the link has a field $name: give it a value");
        }
        return $name === 'start' && $value !== '0' ? self::written((int) $value, $spelling) : $value;
    }

    private static function key(string $secret, string $form): string
    {
        if ($secret === '') {
            self::fail('the secret is empty: take 16 random bytes or more');
        }
        $text = $form === 'base64url' ? rtrim(strtr($secret, '-_', '+/'), '=') : $secret;
        $key = match ($form) {
            'text' => $secret,
            'hex' => ctype_xdigit($secret) && strlen($secret) % 2 === 0 ? hex2bin($secret) : '',
            default => (string) base64_decode($text, true),
        };
        $again = base64_encode($key);
        if ($key === '' || $form === 'base64' && $again !== $text || $form === 'base64url' && rtrim($again, '=') !== $text) {
            self::fail("the secret must be written in $form, base64 with its = at the end");
        }
        return $key;
    }

    private static function digest(string $digest, string $key, string $message): string
    {
        if (!preg_match('/\A(hmac-)?(md5|sha(?:1|256|384|512)):(hex|base64|base64url)\z/', $digest, $match)) {
            self::fail("there is no digest $digest: write md5:hex or hmac-sha256:base64url, for example");
        }
        [, $keyed, $name, $encoding] = $match;
        $made = $keyed === '' ? hash($name, $message, true) : hash_hmac($name, $message, $key, true);
        return match ($encoding) {
            'hex' => bin2hex($made),
            // In a query, + is a blank.
            'base64' => rawurlencode(base64_encode($made)),
            'base64url' => self::base64url($made),
        };
    }

    private static function checked(string $scheme, array $claims, string $end): array
    {
        foreach ($claims as $name => $value) {
            if (!in_array($name, self::CLAIMS[$scheme], true)) {
                self::fail("there is no claim $name: write one of " . implode(', ', self::CLAIMS[$scheme]));
            }
            if (!preg_match("/\\A[^\\x00-\\x1f\\x7f$end]+\\z/", $value)) {
                self::fail("the claim $name is empty, or has an $end or a control character");
            }
        }
        return $claims;
    }

    /** Percent-encodes all but letters, digits and these. */
    private static function escaped(string $text, string $plain): string
    {
        $form = '/[^A-Za-z0-9' . preg_quote($plain, '/') . ']/';
        return preg_replace_callback($form, fn ($byte) => rawurlencode($byte[0]), $text);
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
        $usage = 'usage: secure_token.php (--scheme NAME | --link LINK --digest DIGEST --message MESSAGE) --secret-file FILE'
            . ' (--expires-in SECONDS | --expires-at UNIX | --never) [--client-ip ADDRESS] [--path PATH]'
            . ' [--lifetime SECONDS] [--field name=value]... [--claim name=value]... [--param NAME] URL; the NAMEs are '
            . implode(', ', array_keys(self::schemes() + self::CLAIMS));
        if ($args === ['--schemes']) {
            return implode("\n", array_map(fn ($row) => str_replace('  ', "\t", $row), explode("\n", self::SCHEMES)));
        }
        $known = [
            'scheme', 'link', 'digest', 'message', 'secret-form', 'secret-file', 'expires-in', 'expires-at', 'never',
            'client-ip', 'path', 'lifetime', 'field', 'claim', 'param', 'url',
        ];
        $given = $lists = [];
        while ($args) {
            $arg = array_shift($args);
            $name = str_starts_with($arg, '--') ? substr($arg, 2) : 'url';
            $value = $name === 'url' || $name === 'never' ? $arg : array_shift($args);
            if (!in_array($name, $known, true) || isset($given[$name]) || $value === null) {
                self::fail("$arg: unknown, given twice or without a value; $usage");
            }
            if ($name !== 'claim' && $name !== 'field') {
                $given[$name] = $value;
                continue;
            }
            [$of, $value] = explode('=', $value, 2) + ['', ''];
            if (isset($lists[$name][$of])) {
                self::fail("the $name $of is there twice: separate the entries of a list by commas");
            }
            $lists[$name][$of] = $value;
        }
        $until = array_intersect_key($given, array_flip(['expires-in', 'expires-at', 'never']));
        $own = array_intersect_key($given, array_flip(['link', 'digest', 'message']));
        $scheme = $given['scheme'] ?? null;
        if (!isset($given['url'], $given['secret-file']) || count($until) !== 1
            || ($scheme === null ? count($own) !== 3 : isset($own['message']))) {
            self::fail($usage);
        }
        foreach ([$given['expires-in'] ?? 1, $given['expires-at'] ?? 1, $given['lifetime'] ?? 1] as $number) {
            if (!preg_match('/\A[0-9]{1,10}\z/', "$number") || $number < 1) {
                self::fail('SECONDS and UNIX are positive numbers of at most ten digits, not milliseconds');
            }
        }
        $hasClaims = isset(self::CLAIMS[$scheme ?? '']);
        $barred = $hasClaims ? ['lifetime', 'link', 'digest', $scheme === 'ectoken' ? 'client-ip' : 'path'] : [];
        if (array_intersect_key($given, array_flip($barred)) || isset($lists[$hasClaims ? 'field' : 'claim'])) {
            self::fail('--claim goes with ectoken (--claim clientip=ADDRESS), akamai and bunny,'
                . ' and --lifetime and --field with the others');
        }
        $secret = @file_get_contents($given['secret-file']);
        if ($secret === false) {
            self::fail("{$given['secret-file']}: no file that can be read");
        }
        $expires = isset($given['never']) ? self::NEVER : (int) ($given['expires-at'] ?? time() + (int) $given['expires-in']);
        $options = [
            'path' => $given['path'] ?? null,
            'clientIp' => $given['client-ip'] ?? null,
            'lifetime' => isset($given['lifetime']) ? (int) $given['lifetime'] : null,
            $hasClaims ? 'param' : 'tokenParam' => $given['param'] ?? null,
            'claims' => $lists['claim'] ?? null,
            'fields' => $lists['field'] ?? null,
        ];
        $options = array_filter($options, fn ($value) => $value !== null);
        $common = [$given['url'], preg_replace('/\r?\n\z/', '', $secret), $expires];
        if ($scheme === null) {
            $options += ['secretForm' => $given['secret-form'] ?? 'text'];
            return self::signFormat($own['link'], $own['digest'], $own['message'], ...$common, ...$options);
        }
        return self::sign($scheme, ...$common, ...$own, ...$options);
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
