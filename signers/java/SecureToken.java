import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs links for nginx-secure-token: ectoken (version 3), and the schemes of the table SCHEMES.
 *
 * <p>Copy this file into your project. Java 11 or newer, nothing but its own library.
 *
 * <pre>{@code
 * long expires = Instant.now().getEpochSecond() + 3600;
 * SecureToken.azion("https://cdn.example.com/my%20film.mp4", secret, expires);
 * SecureToken.sign("fastly", "https://cdn.example.com/a.mp4?x=1", secret, expires);
 * }</pre>
 *
 * <p>The URL is the one that will be requested: percent-encoded and in normal form, without {@code //},
 * {@code /./} and {@code /../} in the path. It comes back with the token in its query or in front of its
 * path; all else stays as it is. What cannot be signed throws an IllegalArgumentException.
 */
public final class SecureToken {
    /** The expiry of an ectoken that shall have none. */
    public static final long NEVER = Long.MIN_VALUE;

    public static final List<String> CLAIMS =
            List.of("url_allow", "country_allow", "country_deny", "ref_allow", "ref_deny",
                    "host_allow", "host_deny", "proto_allow", "proto_deny", "clientip");

    /** A scheme that is a digest. */
    private static final class Scheme {
        final String name;
        final String link;
        final String digest;
        final String message;
        final String secret;
        /** How many seconds a link opens that says when it was issued; null for others. */
        final Long lifetime;

        Scheme(String name, String link, String digest, String message, String secret, Long lifetime) {
            this.name = name;
            this.link = link;
            this.digest = digest;
            this.message = message;
            this.secret = secret;
            this.lifetime = lifetime;
        }
    }

    // What a link looks like, how the message is hashed and the token written, what the message is, and how the
    // secret is written.
    private static final List<Scheme> SCHEMES = List.of(
            new Scheme("azion", "?st={token}&e={expires}", "md5:base64url",
                    "{secret}{path}{expires}", "text", null),
            new Scheme("gcore", "?md5={token}&expires={expires}", "md5:base64url",
                    "{expires}{path}{client_ip} {secret}", "text", null),
            new Scheme("leaseweb", "?st={token}&e={expires}", "md5:base64url",
                    "{secret}{client_ip}{path}{expires}", "text", null),
            new Scheme("fastly", "?token={expires}_{token}", "hmac-sha1:hex",
                    "{uri:raw}{expires}", "base64", null),
            new Scheme("alibaba-b", "/{time:yyyymmddhhmm+8}/{token}{path}", "md5:hex",
                    "{secret}{time}{path:raw}", "text", 1800L));

    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

    private static final Pattern URL = Pattern.compile(
            "(https?://[^/?#]+)?(/(?!/)[^?#]*)(?:\\?([^#]*))?(#.*)?", Pattern.CASE_INSENSITIVE);

    /** What a link may have besides URL, secret and expiry. */
    public static final class Options {
        private String path;
        private String clientIp;
        private String tokenParam;
        private String expiresParam;
        private Long lifetime;
        private final Map<String, String> claims = new LinkedHashMap<>();

        /** Signs this path as it is and not the URL's: for a directory. */
        public Options path(String path) {
            this.path = path;
            return this;
        }

        /** How many seconds the server lets a link open (alibaba-b); 1800 if not given. */
        public Options lifetime(long seconds) {
            this.lifetime = seconds;
            return this;
        }

        /** The only address that the link is good for (gcore, leaseweb). */
        public Options clientIp(String clientIp) {
            this.clientIp = address(clientIp);
            return this;
        }

        /** Another name for the token's parameter. Without it an ectoken is the first piece of the query. */
        public Options tokenParam(String name) {
            this.tokenParam = name;
            return this;
        }

        /** Another name for the parameter of the expiry. */
        public Options expiresParam(String name) {
            this.expiresParam = name;
            return this;
        }

        /** One of CLAIMS (ectoken). Without url_allow the link opens whatever begins with its path. */
        public Options claim(String name, String value) {
            check(CLAIMS.contains(name), "there is no claim " + name + ": write one of " + String.join(", ", CLAIMS));
            check(value.matches("[^\\x00-\\x1f\\x7f&]+"),
                    "the claim " + name + " is empty, or has an & or a control character");
            check(claims.put(name, value) == null,
                    "the claim " + name + " is there twice: separate the entries of a list by commas");
            return this;
        }
    }

    private SecureToken() {}

    public static String azion(String url, byte[] secret, long expires) {
        return azion(url, secret, expires, new Options());
    }

    public static String azion(String url, byte[] secret, long expires, Options options) {
        return sign("azion", url, secret, expires, options);
    }

    public static String gcore(String url, byte[] secret, long expires) {
        return gcore(url, secret, expires, new Options());
    }

    public static String gcore(String url, byte[] secret, long expires, Options options) {
        return sign("gcore", url, secret, expires, options);
    }

    public static String sign(String scheme, String url, byte[] secret, long expires) {
        return sign(scheme, url, secret, expires, new Options());
    }

    /** Signs in any of the schemes, also with ectoken. */
    public static String sign(String name, String url, byte[] secret, long expires, Options options) {
        if (name.equals("ectoken")) {
            return ectoken(url, secret, expires, options);
        }
        Scheme scheme = SCHEMES.stream().filter(row -> row.name.equals(name)).findFirst().orElseThrow(() ->
                new IllegalArgumentException("unknown scheme " + name + ": write " + names(", ") + " or ectoken"));
        check(options.claims.isEmpty(), "only ectoken has claims");
        check(options.clientIp == null || scheme.message.contains("{client_ip}"),
                name + " binds no client_ip: take gcore, or ectoken with the claim clientip");
        check(options.lifetime == null || scheme.lifetime != null,
                name + " has no lifetime: its links say when they expire");
        Link link = new Link(url, options.path);
        String key = scheme.secret.equals("base64") ? fromBase64(secret(secret)) : secret(secret);
        String raw = options.path == null ? link.raw : link.path;
        String time = scheme.lifetime == null ? ""
                : issue(expiry(expires), options.lifetime == null ? scheme.lifetime : options.lifetime);
        Map<String, String> fields = new HashMap<>(Map.of("secret", key, "path", link.path,
                "path:raw", raw, "uri:raw", link.query.isEmpty() ? raw : raw + "?" + link.query,
                "expires", "" + expiry(expires), "client_ip", or(options.clientIp, ""),
                "time", time, "time:yyyymmddhhmm+8", time));
        fields.put("token", digest(scheme.digest, key, filled(scheme.message, fields)));

        if (scheme.link.startsWith("/")) {
            check(options.tokenParam == null && options.expiresParam == null,
                    name + " has its token in the path, and no parameter to rename");
            fields.put("path", link.raw);
            return link.joined(filled(scheme.link, fields), link.query);
        }
        String[] params = scheme.link.substring(1).split("[&=]");
        check(options.expiresParam == null || params.length > 2, name + " has no parameter of the expiry's own");
        String[] renamed = {options.tokenParam, options.expiresParam};
        for (int i = 0; i < params.length; i += 2) {
            params[i] = or(renamed[i / 2], params[i]);
            params[i + 1] = filled(params[i + 1], fields);
        }
        return link.with((Object[]) params);
    }

    private static String names(String between) {
        return SCHEMES.stream().map(scheme -> scheme.name).collect(Collectors.joining(between));
    }

    private static String filled(String form, Map<String, String> fields) {
        return Pattern.compile("\\{([^}]+)\\}").matcher(form)
                .replaceAll(field -> Matcher.quoteReplacement(fields.get(field.group(1))));
    }

    /** To the minute, by the clock of UTC+8. */
    private static String issue(long expires, long lifetime) {
        check(lifetime >= 1 && lifetime <= expires, "the lifetime must be a number of seconds, from 1 to the expiry");
        return DateTimeFormatter.ofPattern("yyyyMMddHHmm").withZone(ZoneOffset.ofHours(8))
                .format(Instant.ofEpochSecond(expires - lifetime));
    }

    private static String fromBase64(String secret) {
        String key = "";
        try {
            key = text(Base64.getDecoder().decode(secret));
        } catch (IllegalArgumentException e) {
            // As for any other text that is not the base64 of something.
        }
        check(Base64.getEncoder().encodeToString(key.getBytes(ISO_8859_1)).equals(secret),
                "the secret must be written in base64, with its = at the end");
        return key;
    }

    public static String ectoken(String url, byte[] secret, long expires) {
        return ectoken(url, secret, expires, new Options());
    }

    public static String ectoken(String url, byte[] secret, long expires, Options options) {
        check(options.clientIp == null, "ectoken has the client's address as a claim: clientip");
        check(options.lifetime == null, "ectoken has no lifetime: its links say when they expire");
        Link link = new Link(url, options.path);
        List<String> pairs = new ArrayList<>();
        if (expires != NEVER) {
            pairs.add("ec_expire=" + expiry(expires));
        }
        if (!options.claims.containsKey("url_allow")) {
            check(link.path.indexOf(',') < 0 && link.path.indexOf('&') < 0 && !link.path.endsWith(" "),
                    "a path with a comma, an & or a blank at its end is no url_allow: write url_allow yourself");
            pairs.add("ec_url_allow=" + link.path);
        } else {
            check(options.path == null, "path and url_allow say the same thing: write one of them");
        }
        options.claims.forEach((name, value) -> pairs.add("ec_" + name + "=" + text(value.getBytes(UTF_8))));
        String token = sealed(String.join("&", pairs), secret(secret));
        check(token.length() <= 6144, "the token is longer than 6144 characters: give it shorter claims");
        if (options.tokenParam != null) {
            return link.with(options.tokenParam, token);
        }
        return link.joined(link.raw, token + (link.query.isEmpty() ? "" : "&" + link.query));
    }

    private static void check(boolean good, String message) {
        if (!good) {
            throw new IllegalArgumentException(message);
        }
    }

    private static String or(String given, String usual) {
        return given == null ? usual : given;
    }

    /** A URL taken apart. Its path is a text of bytes, as everything that is signed: see text(). */
    private static final class Link {
        final String origin;
        final String raw;
        final String path;
        final String query;
        final String fragment;

        Link(String url, String signed) {
            Matcher match = URL.matcher(url);
            check(match.matches(), "the URL has no path: write https://host/path or /path");
            check(url.matches("[!-~]*") && !match.group(2).matches(".*%(?![0-9A-Fa-f]{2}).*"),
                    "the URL must be percent-encoded: %20 for a blank, %25 for a %");
            origin = or(match.group(1), "");
            raw = match.group(2);
            query = or(match.group(3), "");
            fragment = or(match.group(4), "");
            path = signed == null ? decoded(match.group(2)) : text(signed.getBytes(UTF_8));
            check(path.startsWith("/"), "the path to sign must begin with /");
            check(!path.chars().anyMatch(c -> c < 0x20 || c == 0x7f),
                    "the path has a control character, and no link opens it: rename it");
        }

        /** Not URLDecoder: in a path, + is a plus. */
        private static String decoded(String raw) {
            return Pattern.compile("%(..)").matcher(raw).replaceAll(code -> Matcher.quoteReplacement(
                    String.valueOf((char) Integer.parseInt(code.group(1), 16))));
        }

        /** Names and values in turn. */
        String with(Object... params) {
            List<String> pieces = new ArrayList<>();
            if (!query.isEmpty()) {
                pieces.addAll(List.of(query.split("&", -1)));
            }
            for (int i = 0; i < params.length; i += 2) {
                String name = (String) params[i];
                check(name.matches("[A-Za-z0-9._~-]+"), "names of parameters have only letters, digits, - . _ ~");
                check(pieces.stream().noneMatch(piece -> piece.equals(name) || piece.startsWith(name + "=")),
                        "there is a parameter " + name + " already: sign without it, or take another name");
                pieces.add(name + "=" + params[i + 1]);
            }
            return joined(raw, String.join("&", pieces));
        }

        String joined(String path, String query) {
            return origin + path + (query.isEmpty() ? "" : "?" + query) + fragment;
        }
    }

    private static String secret(byte[] secret) {
        check(secret.length > 0, "the secret is empty: take 16 random bytes or more");
        return text(secret);
    }

    private static long expiry(long expires) {
        check(expires >= 1 && expires <= 9_999_999_999L,
                "the expiry must be a Unix time in seconds, not milliseconds: 1 to 9999999999");
        return expires;
    }

    /** Bytes as a text with one character for each, so that they can be put together with other text. */
    private static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }

    /** As it is hashed: an IPv6 address in its canonical short form, a mapped IPv4 address as such. */
    private static String address(String text) {
        if (text.matches("(" + BYTE + "\\.){3}" + BYTE)) {
            return text;
        }
        InetAddress address = null;
        try {
            // With a colon it cannot be a name, and nobody is asked what it stands for.
            if (text.matches("[0-9A-Fa-f:][0-9A-Fa-f:.]*") && text.contains(":")) {
                address = InetAddress.getByName(text);
            }
        } catch (UnknownHostException e) {
            // As for any other text that is no address.
        }
        check(address != null, "the client's address must be like 192.0.2.7 or 2001:db8::1");
        String groups = address.getHostAddress();
        for (int zeros = 8; zeros > 1; zeros--) {
            Matcher run = Pattern.compile("(^|:)0(:0){" + (zeros - 1) + "}(:|$)").matcher(groups);
            if (run.find()) {
                return run.replaceFirst("::");
            }
        }
        return groups;
    }

    private static String digest(String digest, String key, String message) {
        byte[] made;
        try {
            if (digest.startsWith("hmac-sha1:")) {
                Mac mac = Mac.getInstance("HmacSHA1");
                mac.init(new SecretKeySpec(key.getBytes(ISO_8859_1), "HmacSHA1"));
                made = mac.doFinal(message.getBytes(ISO_8859_1));
            } else {
                made = MessageDigest.getInstance("MD5").digest(message.getBytes(ISO_8859_1));
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java does not have " + digest, e);
        }
        if (!digest.endsWith(":hex")) {
            return base64url(made);
        }
        StringBuilder hex = new StringBuilder();
        for (byte b : made) {
            hex.append(String.format("%02x", b));
        }
        return hex.toString();
    }

    private static String sealed(String text, String secret) {
        try {
            byte[] key = MessageDigest.getInstance("SHA-256").digest(secret.getBytes(ISO_8859_1));
            byte[] nonce = new byte[12];
            new SecureRandom().nextBytes(nonce);
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
            byte[] sealed = cipher.doFinal(text.getBytes(ISO_8859_1));
            byte[] token = Arrays.copyOf(nonce, nonce.length + sealed.length);
            System.arraycopy(sealed, 0, token, nonce.length, sealed.length);
            return base64url(token);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no AES-256-GCM", e);
        }
    }

    private static String base64url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    // --- The command line -----------------------------------------------------------------------------

    private static final String USAGE =
            "usage: java SecureToken.java --scheme " + names("|") + "|ectoken --secret-file FILE"
                    + " (--expires-in SECONDS | --expires-at UNIX) [--client-ip ADDRESS] [--path PATH]"
                    + " [--lifetime SECONDS] [--claim name=value]... [--param NAME] URL";

    public static void main(String[] args) {
        try {
            System.out.println(run(args));
        } catch (IOException e) {
            fail("the secret file cannot be read: " + e.getMessage());
        } catch (IllegalArgumentException | IllegalStateException e) {
            fail(e.getMessage());
        }
    }

    private static void fail(String message) {
        System.err.println("SecureToken: " + message);
        System.exit(2);
    }

    private static String table() {
        return SCHEMES.stream()
                .map(row -> String.join("\t", row.name, row.link, row.digest, row.message, row.secret,
                        row.lifetime == null ? "-" : row.lifetime.toString()))
                .collect(Collectors.joining("\n"));
    }

    private static String run(String[] args) throws IOException {
        if (args.length == 1 && args[0].equals("--schemes")) {
            return table();
        }
        Set<String> known = Set.of("--scheme", "--secret-file", "--expires-in", "--expires-at", "--client-ip",
                "--path", "--lifetime", "--claim", "--param");
        Options options = new Options();
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < args.length; i++) {
            String name = args[i].startsWith("--") ? args[i] : "URL";
            check(name.equals("URL") || known.contains(name) && i + 1 < args.length, args[i] + ": " + USAGE);
            String value = name.equals("URL") ? args[i] : args[++i];
            check(value.indexOf('\uFFFD') < 0, "Java cannot read " + name + " in this locale: set LC_ALL=C.UTF-8");
            if (name.equals("--claim")) {
                String[] claim = value.split("=", 2);
                options.claim(claim[0], claim.length > 1 ? claim[1] : "");
            } else {
                check(given.put(name, value) == null, name + " is there twice: " + USAGE);
            }
        }
        check(given.keySet().containsAll(Set.of("--scheme", "--secret-file", "URL"))
                && given.containsKey("--expires-in") != given.containsKey("--expires-at"), USAGE);
        String seconds = or(given.get("--expires-in"), given.get("--expires-at"));
        long start = given.containsKey("--expires-in") ? Instant.now().getEpochSecond() : 0;
        long expires = start + number(seconds);
        if (given.containsKey("--lifetime")) {
            options.lifetime(number(given.get("--lifetime")));
        }
        if (given.containsKey("--client-ip")) {
            options.clientIp(given.get("--client-ip"));
        }
        options.path(given.get("--path")).tokenParam(given.get("--param"));
        byte[] secret = withoutNewline(Files.readAllBytes(Path.of(given.get("--secret-file"))));
        return sign(given.get("--scheme"), given.get("URL"), secret, expires, options);
    }

    private static long number(String text) {
        check(text.matches("[1-9][0-9]{0,9}"),
                "SECONDS and UNIX are positive numbers of at most ten digits, not milliseconds");
        return Long.parseLong(text);
    }

    private static byte[] withoutNewline(byte[] secret) {
        return text(secret).replaceFirst("\\r?\\n\\z", "").getBytes(ISO_8859_1);
    }
}
