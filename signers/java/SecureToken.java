import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.math.BigInteger;
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
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs links for nginx-secure-token: the formats of the table SCHEMES and those of your own, akamai, bunny, and
 * ectoken (version 3).
 *
 * <p>Copy this file into your project. Java 11 or newer, nothing but its own library.
 *
 * <pre>{@code
 * long expires = Instant.now().getEpochSecond() + 3600;
 * SecureToken.sign("azion", "https://cdn.example.com/my%20film.mp4", secret, expires);
 * SecureToken.sign("alibaba-a", "https://cdn.example.com/a.mp4?x=1", secret, expires, new Options().field("uid", "42"));
 * var own = new SecureToken.Scheme("?sig={token}&exp={expires}", "hmac-sha256:hex", "{expires}\\n{path}");
 * own.sign("https://cdn.example.com/a.mp4", secret, expires, new Options());
 * }</pre>
 *
 * <p>The URL is the one that will be requested: percent-encoded and in normal form, without {@code //},
 * {@code /./} and {@code /../} in the path. It comes back with the token in its query or in its path; all
 * else stays as it is. What cannot be signed throws an IllegalArgumentException.
 */
public final class SecureToken {
    /** The expiry of a link that shall have none. */
    public static final long NEVER = Long.MIN_VALUE;

    public static final Map<String, List<String>> CLAIMS = Map.of(
            "ectoken", List.of("url_allow", "country_allow", "country_deny", "ref_allow", "ref_deny",
                    "host_allow", "host_deny", "proto_allow", "proto_deny", "clientip"),
            "akamai", List.of("st", "acl", "id", "data", "salt"),
            "bunny", List.of("token_path", "token_countries", "token_countries_blocked"));

    // The name, what a link looks like, how the message is hashed and the token written, what the message is, how the
    // secret is written, and how many seconds a link opens that says when it was issued.
    private static final String[] SCHEMES = {
            "azion  ?st={token}&e={expires}  md5:base64url  {secret}{path}{expires}  text  -",
            "gcore  ?md5={token}&expires={expires}  md5:base64url  {expires}{path}{client_ip} {secret}  text  -",
            "gcore-video  /{kind}/{account}_{video}/{token}/{expires}{path}  md5:base64url  {account}_{video}_{secret}_{expires}_{client_ip}  text  -",
            "gcore-mp4  ?md5={token}&expires={expires}&speed={speed?}&buffer={buffer?}  md5:base64url  {path}_{secret}_{expires}_{speed}_{buffer}_{client_ip}  text  -",
            "secure-link  ?md5={token}&expires={expires}  md5:base64url  {expires}{path}{client_ip} {secret}  text  -",
            "secure-link-secret  /{prefix}/{token}/{link*}  md5:hex  {link}{secret}  text  -",
            "secure-link-hmac  ?st={token}&ts={time:iso}&e={ttl}  hmac-sha256:base64url  {path}|{time}|{ttl}  text  -",
            "leaseweb  ?st={token}&e={expires}  md5:base64url  {secret}{client_ip}{path}{expires}  text  -",
            "bunny-basic  ?token={token}&expires={expires}  md5:base64url  {secret}{path}{expires}{client_ip}  text  -",
            "keycdn  ?token={token}&expire={expires}  md5:base64url  {path}{secret}{expires}  text  -",
            "keycdn-image  ?token={token}  md5:base64url  {path}{args}{secret}  text  -",
            "cdn77  ?secure={token},{expires?}  md5:base64url  {expires}{path}{secret}  text  -",
            "cdn77-path  /{token},{expires?}{path}  md5:base64url  {expires}{parent}{secret}  text  -",
            "cdnsun  ?secure={token}&expires={expires}  md5:base64url  {expires}{path}{secret}{client_ip}  text  -",
            "cdnvideo  ?md5={token}&e={expires}  md5:base64url  {secret}:{expires}:[{client_ip}:]{path}  text  -",
            "cloudflare  ?verify={time}-{token}  hmac-sha256:base64  {uri:raw}{time}  text  10800",
            "fastly  ?token={expires}_{token}  hmac-sha1:hex  {uri:raw}{expires}  base64  -",
            "alibaba-a  ?auth_key={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800",
            "huawei-a  ?auth_key={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800",
            "tencent-a  ?sign={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800",
            "edgeone-a  ?sign={time}-{rand}-{uid}-{token}  md5:hex  {path:raw}-{time}-{rand}-{uid}-{secret}  text  1800",
            "alibaba-b  /{time:yyyymmddhhmm+8}/{token}{path}  md5:hex  {secret}{time}{path:raw}  text  1800",
            "tencent-b  /{time:yyyymmddhhmm+8}/{token}{path}  md5:hex  {secret}{time}{path:raw}  text  1800",
            "alibaba-c  /{token}/{time:hex}{path}  md5:hex  {secret}{path:raw}{time}  text  1800",
            "edgeone-c  /{token}/{time:hex}{path}  md5:hex  {secret}{path:raw}{time}  text  1800",
            "alibaba-c2  ?KEY1={token}&KEY2={time:hex}  md5:hex  {secret}{path:raw}{time}  text  1800",
            "tencent-c  /{token}/{time}{path}  md5:hex  {secret}{time}{path:raw}  text  1800",
            "tencent-d  ?sign={token}&t={time}  md5:hex  {secret}{path:raw}{time}  text  1800",
            "edgeone-d  ?sign={token}&t={time}  md5:hex  {secret}{path:raw}{time}  text  1800",
            "qiniu  ?sign={token}&t={expires:hex}  md5:hex  {secret}{path:raw}{expires}  text  -",
            "flussonic  ?token={token}-{salt}-{expires}-{start}  sha1:hex  {stream}[{client_ip}|no_check_ip]{start}{expires}{secret}{salt}  text  -",
            "lighttpd  /{token}/{time:hex}{path}  md5:hex  {secret}{path}{time}  text  60",
            "lighttpd-hmac-sha1  /{token}/{time:hex}{path}  hmac-sha1:base64url  /{time}{path}  text  60",
            "lighttpd-hmac-sha256  /{token}/{time:hex}{path}  hmac-sha256:base64url  /{time}{path}  text  60"
    };

    private static final Pattern FIELD = Pattern.compile("\\{([a-z0-9_]+):?([^{}?*]*)([?*]?)\\}([^{&/]*)");
    private static final Pattern OF_TOKEN = Pattern.compile("\\{(token|expires|time|start|ttl)\\b");
    private static final Pattern OF_TIME = Pattern.compile("\\{(expires|time)\\b");
    private static final Pattern PIECE = Pattern.compile("\\\\(.)|\\[((?:\\\\.|[^\\]\\\\|])*)(?:\\|((?:\\\\.|[^\\]\\\\])*))?\\]"
            + "|\\{\\{|\\}\\}|\\{([^{}]*)\\}|\\$", Pattern.DOTALL);
    // The characters that a field may have.
    private static final String PLAIN = "[!$'\\-.0-<>@-\\[\\]-~]";

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
        private String link;
        private String digest;
        private final Map<String, String> fields = new LinkedHashMap<>();
        private final Map<String, String> claims = new LinkedHashMap<>();

        /** Another link than the scheme's, as secure_token_link says. */
        public Options link(String link) {
            this.link = link;
            return this;
        }

        /** Another digest than the scheme's, as secure_token_digest says. */
        public Options digest(String digest) {
            this.digest = digest;
            return this;
        }

        /**
         * Another field of the link. Without, rand and salt are random, uid and start are 0, and what may be absent
         * is.
         */
        public Options field(String name, String value) {
            this.fields.put(name, value);
            return this;
        }

        /** Signs this path as it is and not the URL's: for a directory. */
        public Options path(String path) {
            this.path = path;
            return this;
        }

        /** How many seconds the server lets a link open that has its time of issue, if not the usual. */
        public Options lifetime(long seconds) {
            this.lifetime = seconds;
            return this;
        }

        /** The only address that the link is good for, where {client_ip} is in the message. */
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

        /**
         * One of CLAIMS. Without url_allow an ectoken opens whatever begins with its path, and without acl a link of
         * akamai that path alone.
         */
        public Options claim(String name, String value) {
            check(claims.put(name, value) == null,
                    "the claim " + name + " is there twice: separate the entries of a list by commas");
            return this;
        }

        private void checkClaims(String scheme, String end) {
            claims.forEach((name, value) -> {
                check(CLAIMS.get(scheme).contains(name),
                        "there is no claim " + name + ": write one of " + String.join(", ", CLAIMS.get(scheme)));
                check(!value.isEmpty() && !value.contains(end) && !isControlled(value),
                        "the claim " + name + " is empty, or has an " + end + " or a control character");
            });
        }

        private boolean hasOfDigests() {
            return lifetime != null || link != null || digest != null || !fields.isEmpty();
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

    /** Signs in any of the schemes, also with akamai, bunny and ectoken. */
    public static String sign(String name, String url, byte[] secret, long expires, Options options) {
        switch (name) {
            case "ectoken":
                return ectoken(url, secret, expires, options);
            case "akamai":
                return akamai(url, secret, expires, options);
            case "bunny":
                return bunny(url, secret, expires, options);
            default:
        }
        for (String scheme : SCHEMES) {
            String[] row = scheme.split(" {2}");
            if (row[0].equals(name)) {
                return new Scheme(row[1], row[2], row[3], row[4], row[5].equals("-") ? null : Long.valueOf(row[5]))
                        .sign(url, secret, expires, options);
            }
        }
        throw new IllegalArgumentException("unknown scheme " + name + ": write " + names());
    }

    private static String names() {
        return Arrays.stream(SCHEMES).map(row -> row.substring(0, row.indexOf(' '))).collect(Collectors.joining(", "))
                + ", akamai, bunny or ectoken";
    }

    /** A scheme that is a digest: link, digest and message as in secure_token_format. */
    public static final class Scheme {
        private final String link;
        private final String digest;
        private final String message;
        /** How the secret is written. */
        private final String form;
        /** How many seconds a link opens that says when it was issued; null for others. */
        private final Long lifetime;

        public Scheme(String link, String digest, String message) {
            this(link, digest, message, "text", null);
        }

        /** With a secret that is written as text, hex, base64 or base64url, and a lifetime or null. */
        public Scheme(String link, String digest, String message, String form, Long lifetime) {
            this.link = link;
            this.digest = digest;
            this.message = message;
            this.form = form;
            this.lifetime = lifetime;
        }

        public String sign(String url, byte[] secret, long expires, Options options) {
            check(options.claims.isEmpty(), "only ectoken, akamai and bunny have claims");
            check(options.clientIp == null || message.contains("{client_ip}"),
                    "the message binds no client_ip: take gcore, or ectoken with the claim clientip");
            String form = or(options.link, link);
            Link link = new Link(url, options.path);
            Map<String, String> fields = new HashMap<>();
            String front = front(form, link.raw, fields);
            String raw = link.raw.substring(front.length());
            String key = key(secret, this.form);
            fill(fields, form, link, raw, expires, options);
            fields.put("secret", key);
            fields.put("token", token(or(options.digest, digest), key, filled(text(message.getBytes(UTF_8)), fields)));
            fields.put("path", raw);

            if (form.startsWith("/")) {
                check(options.tokenParam == null && options.expiresParam == null,
                        "the token stands in the path, and there is no parameter to rename");
                String[] segments = form.split("/", -1);
                int first = front.split("/", -1).length;
                String token = String.join("/", Arrays.copyOfRange(segments, first, segments.length));
                return link.joined(front + "/" + linked(token, fields), form.contains("*}") ? "" : link.query);
            }
            List<Object> params = new ArrayList<>();
            String until = options.expiresParam;
            for (String param : form.substring(1).split("&")) {
                String[] is = param.split("=", 2);
                if (is[1].contains("{token}")) {
                    is[0] = or(options.tokenParam, is[0]);
                } else if (OF_TIME.matcher(is[1]).find()) {
                    is[0] = or(until, is[0]);
                    until = null;
                }
                if (!linked(is[1], fields).isEmpty()) {
                    params.addAll(List.of(is[0], linked(is[1], fields)));
                }
            }
            check(until == null, "there is no parameter of the expiry's own to rename");
            return link.with(params.toArray());
        }

        /** What stays in front of a token in the path, and the fields in it. */
        private static String front(String form, String raw, Map<String, String> fields) {
            List<String> segments = List.of(form.split("/"));
            int first = 0;
            while (first < segments.size() && !OF_TOKEN.matcher(segments.get(first)).find()) {
                first++;
            }
            if (!form.startsWith("/") || first < 2) {
                return "";
            }
            String front = String.join("/", segments.subList(0, first));
            List<String> names = new ArrayList<>();
            String shape = Pattern.compile("\\{(\\w+)\\}|[^{]+").matcher(front).replaceAll(piece -> {
                if (piece.group(1) == null) {
                    return Matcher.quoteReplacement(Pattern.quote(piece.group()));
                }
                names.add(piece.group(1));
                return Matcher.quoteReplacement("(" + PLAIN + "+?)");
            });
            Matcher match = Pattern.compile("(?:" + shape + ")(?=/)").matcher(raw);
            check(match.lookingAt(), "the path must begin with " + front + "/, behind which the token comes");
            for (String name : names) {
                fields.put(name, match.group(names.indexOf(name) + 1));
            }
            return match.group();
        }

        /** What may be hashed and stand in a link, but for secret and token. */
        private void fill(
                Map<String, String> fields, String form, Link link, String raw, long expires, Options options) {
            String signed = options.path == null ? link.path.substring(link.raw.length() - raw.length()) : link.path;
            String unread = options.path == null ? raw : link.path;
            String query = link.query.isEmpty() ? "" : "?" + link.query;
            String directory = signed.substring(0, signed.lastIndexOf('/'));
            fields.putAll(Map.of("path", signed, "path:raw", unread, "uri:raw", unread + query, "args", link.query,
                    "dir", directory + "/", "parent", directory, "client_ip", or(options.clientIp, ""),
                    "stream", directory.isEmpty() ? "" : directory.substring(1)));
            check(!message.contains("{parent}") || !directory.isEmpty(),
                    "there is no directory above the file: sign a path that has one");
            times(fields, form, expires, options.lifetime);
            Map<String, String> given = new HashMap<>(options.fields);
            Matcher field = FIELD.matcher(form);
            while (field.find()) {
                String name = field.group(1);
                if (name.equals("token") || fields.containsKey(name)) {
                    continue;
                }
                fields.put(name, field.group(3).equals("*") ? raw.substring(1) + query : value(field, given.remove(name)));
            }
            check(given.isEmpty(), "the link has no field " + String.join(", ", given.keySet()) + ", or it is not given so");
        }

        /** The time, and the lifetime where the link says it. */
        private void times(Map<String, String> fields, String form, long expires, Long given) {
            Matcher time = Pattern.compile("\\{(expires|time):?([^{}?]*)(\\??)\\}").matcher(form);
            boolean hasTime = time.find();
            boolean hasTtl = form.contains("{ttl}");
            boolean isIssue = hasTime && time.group(1).equals("time");
            boolean never = expires == NEVER;
            check(given == null || isIssue,
                    "these links have no lifetime: they say when they expire, or open for ever");
            if (!hasTime) {
                check(never, "these links do not expire: leave the expiry out (NEVER)");
                return;
            }
            long now = Instant.now().getEpochSecond();
            if (never && !time.group(3).isEmpty()) {
                fields.put(time.group(1), "");
                return;
            }
            if (never && hasTtl) {
                fields.putAll(Map.of(time.group(1), written(now, time.group(2)), "ttl", "0"));
                return;
            }
            long seconds = expiry(expires);
            if (isIssue) {
                Long usual = given == null ? lifetime : given;
                // Where the link says how long it opens, that is from now on.
                long lasting = usual != null ? usual : hasTtl ? Math.max(1, seconds - now) : 0;
                check(lasting >= 1 && lasting <= seconds,
                        "the lifetime must be a number of seconds, from 1 to the expiry");
                seconds -= lasting;
                if (hasTtl) {
                    fields.put("ttl", "" + lasting);
                }
            }
            fields.put(time.group(1), written(seconds, time.group(2)));
        }

        private static String written(long seconds, String spelling) {
            if (spelling.startsWith("yyyymmddhhmm")) {
                ZoneOffset zone = ZoneOffset.ofHours(Integer.parseInt(spelling.substring(12)));
                return DateTimeFormatter.ofPattern("yyyyMMddHHmm").withZone(zone).format(Instant.ofEpochSecond(seconds));
            }
            return spelling.equals("hex") ? String.format("%08x", seconds) : "" + seconds;
        }

        private static String value(Matcher field, String given) {
            String name = field.group(1);
            String value = given;
            if (given == null) {
                byte[] random = new byte[16];
                new SecureRandom().nextBytes(random);
                value = Set.of("rand", "salt").contains(name) ? hex(random)
                        : Set.of("uid", "start").contains(name) ? "0" : "";
            }
            check(value.matches(PLAIN + "*") && (field.group(4).isEmpty() || !value.contains(field.group(4))),
                    "the field " + name + " has characters that would end it: write letters and digits");
            check(!value.isEmpty() || !field.group(3).isEmpty(), "the link has a field " + name + ": give it a value");
            return name.equals("start") && !value.equals("0") ? written(Long.parseLong(value), field.group(2)) : value;
        }

        private static String linked(String form, Map<String, String> fields) {
            return FIELD.matcher(form).replaceAll(
                    field -> Matcher.quoteReplacement(fields.get(field.group(1)) + field.group(4)));
        }

        private static String filled(String message, Map<String, String> fields) {
            return PIECE.matcher(message).replaceAll(piece -> Matcher.quoteReplacement(filled(piece, fields)));
        }

        private static String filled(MatchResult piece, Map<String, String> fields) {
            if (piece.group(1) != null) {
                return piece.group(1).equals("n") ? "\n" : piece.group(1).equals("t") ? "\t" : piece.group(1);
            }
            if (Set.of("{{", "}}").contains(piece.group())) {
                return piece.group().substring(1);
            }
            if (piece.group(2) != null) {
                Matcher of = Pattern.compile("\\{(.*?)\\}").matcher(piece.group(2));
                boolean isThere = !of.find() || !"".equals(fields.get(of.group(1)));
                return filled(isThere ? piece.group(2) : or(piece.group(3), ""), fields);
            }
            check(fields.containsKey(piece.group(4)), "the message has " + piece.group()
                    + ", which the link has not: no variables of NGINX can be signed here");
            return fields.get(piece.group(4));
        }
    }

    public static String akamai(String url, byte[] secret, long expires) {
        return akamai(url, secret, expires, new Options());
    }

    /** The token's parameter is hdnts without another name. */
    public static String akamai(String url, byte[] secret, long expires, Options options) {
        check(options.path == null && !options.hasOfDigests(), "akamai has neither path, lifetime nor fields, but claims");
        options.checkClaims("akamai", "~");
        Link link = new Link(url, null);
        Map<String, String> said = new HashMap<>(options.claims);
        said.put("exp", "" + expiry(expires));
        said.put("ip", options.clientIp);
        String body = Stream.of("ip", "st", "exp", "acl", "id", "data").filter(name -> said.get(name) != null)
                .map(name -> name + "=" + text(said.get(name).getBytes(UTF_8))).collect(Collectors.joining("~"));
        String message = body + (said.containsKey("acl") ? "" : "~url=" + link.raw)
                + (said.containsKey("salt") ? "~salt=" + text(said.get("salt").getBytes(UTF_8)) : "");
        String code = token("hmac-sha256:hex", key(secret, "hex"), message);
        return link.with(or(options.tokenParam, "hdnts"), escaped(body, "-._~!*'(),;:@/?=$") + "~hmac=" + code);
    }

    public static String bunny(String url, byte[] secret, long expires) {
        return bunny(url, secret, expires, new Options());
    }

    public static String bunny(String url, byte[] secret, long expires, Options options) {
        check(options.path == null && !options.hasOfDigests(), "bunny has neither path, lifetime nor fields, but claims");
        options.checkClaims("bunny", "&");
        Link link = new Link(url, null);
        Map<String, String> pairs = new TreeMap<>();
        options.claims.forEach((name, value) -> pairs.put(name, text(value.getBytes(UTF_8))));
        for (String piece : link.query.isEmpty() ? new String[0] : link.query.replace('+', ' ').split("&")) {
            String[] is = piece.split("=", 2);
            pairs.put(Link.decoded(is[0]), is.length > 1 ? Link.decoded(is[1]) : "");
        }
        String path = options.claims.containsKey("token_path") ? pairs.get("token_path") : link.raw;
        String address = options.clientIp == null ? "" : packed(options.clientIp);
        String message = path + expiry(expires) + address + pairs.entrySet().stream()
                .map(pair -> pair.getKey() + "=" + pair.getValue()).collect(Collectors.joining("&"));
        String made = token("hmac-sha256:base64url", key(secret, "text"), message);
        List<Object> params = new ArrayList<>(List.of(or(options.tokenParam, "token"),
                "HS256-" + (address.isEmpty() ? "" : "1-") + made, "expires", "" + expires));
        options.claims.forEach((name, value) -> params.addAll(List.of(name, escaped(pairs.get(name), "-._~"))));
        return link.with(params.toArray());
    }

    /** The bytes of an address; of IPv6, the network counts. */
    private static String packed(String address) {
        try {
            byte[] bytes = InetAddress.getByName(address).getAddress();
            Arrays.fill(bytes, Math.min(8, bytes.length), bytes.length, (byte) 0);
            return text(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Percent-encodes all but letters, digits and these. */
    private static String escaped(String text, String plain) {
        return Pattern.compile("[^A-Za-z0-9" + Pattern.quote(plain) + "]").matcher(text)
                .replaceAll(one -> String.format("%%%02X", (int) one.group().charAt(0)));
    }

    private static boolean isControlled(String text) {
        return text.chars().anyMatch(c -> c < 0x20 || c == 0x7f);
    }

    private static String key(byte[] secret, String form) {
        check(secret.length > 0, "the secret is empty: take 16 random bytes or more");
        String text = text(secret);
        byte[] key = {};
        try {
            switch (form) {
                case "text":
                    return text;
                case "hex":
                    key = text.matches("([0-9A-Fa-f]{2})+") ? new BigInteger("01" + text, 16).toByteArray() : key;
                    key = Arrays.copyOfRange(key, Math.min(1, key.length), key.length);
                    break;
                case "base64":
                    key = Base64.getDecoder().decode(text);
                    check(Base64.getEncoder().encodeToString(key).equals(text), "");
                    break;
                default:
                    key = Base64.getUrlDecoder().decode(text);
                    check(base64url(key).equals(text.replaceFirst("=*\\z", "")), "");
            }
        } catch (IllegalArgumentException e) {
            key = new byte[0];
        }
        check(key.length > 0, "the secret must be written in " + form + ", base64 with its = at the end");
        return text(key);
    }

    public static String ectoken(String url, byte[] secret, long expires) {
        return ectoken(url, secret, expires, new Options());
    }

    public static String ectoken(String url, byte[] secret, long expires, Options options) {
        check(options.clientIp == null && !options.hasOfDigests(),
                "ectoken has no lifetime and no fields, and the client's address as a claim: clientip");
        options.checkClaims("ectoken", "&");
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
        String token = sealed(String.join("&", pairs), key(secret, "text"));
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
            check(!isControlled(path),
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

    private static long expiry(long expires) {
        check(expires != NEVER, "these links must have an expiry");
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

    private static String token(String form, String key, String message) {
        Matcher is = Pattern.compile("(hmac-)?(md5|sha1|sha256|sha384|sha512):(hex|base64|base64url)").matcher(form);
        check(is.matches(), "there is no digest " + form + ": write md5:hex or hmac-sha256:base64url, for example");
        byte[] made;
        try {
            if (is.group(1) != null) {
                Mac mac = Mac.getInstance("Hmac" + is.group(2).toUpperCase(Locale.ROOT));
                mac.init(new SecretKeySpec(key.getBytes(ISO_8859_1), "HMAC"));
                made = mac.doFinal(message.getBytes(ISO_8859_1));
            } else {
                String name = is.group(2).replace("sha", "SHA-").replace("md", "MD");
                made = MessageDigest.getInstance(name).digest(message.getBytes(ISO_8859_1));
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java does not have " + form, e);
        }
        switch (is.group(3)) {
            case "hex":
                return hex(made);
            case "base64":
                // In a query, + is a blank.
                return escaped(Base64.getEncoder().encodeToString(made), "");
            default:
                return base64url(made);
        }
    }

    private static String hex(byte[] bytes) {
        StringBuilder hex = new StringBuilder();
        for (byte b : bytes) {
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
            "usage: java SecureToken.java (--scheme NAME | --link LINK --digest DIGEST --message MESSAGE)"
                    + " --secret-file FILE (--expires-in SECONDS | --expires-at UNIX | --never) [--client-ip ADDRESS]"
                    + " [--path PATH] [--lifetime SECONDS] [--field name=value]... [--claim name=value]..."
                    + " [--param NAME] URL; the NAMEs are " + names();

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

    private static String run(String[] args) throws IOException {
        if (args.length == 1 && args[0].equals("--schemes")) {
            return String.join("\n", SCHEMES).replace("  ", "\t");
        }
        Set<String> known = Set.of("--scheme", "--link", "--digest", "--message", "--secret-form", "--secret-file",
                "--expires-in", "--expires-at", "--client-ip", "--path", "--lifetime", "--claim", "--field", "--param");
        Options options = new Options();
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < args.length; i++) {
            boolean isAlone = !args[i].startsWith("--") || args[i].equals("--never");
            String name = args[i].startsWith("--") ? args[i] : "URL";
            check(isAlone || known.contains(name) && i + 1 < args.length, args[i] + ": " + USAGE);
            String value = isAlone ? args[i] : args[++i];
            check(value.indexOf('\uFFFD') < 0, "Java cannot read " + name + " in this locale: set LC_ALL=C.UTF-8");
            String[] pair = (value + "=").split("=", 2);
            if (name.equals("--claim")) {
                options.claim(pair[0], pair[1].replaceFirst("=\\z", ""));
            } else if (name.equals("--field")) {
                options.field(pair[0], pair[1].replaceFirst("=\\z", ""));
            } else {
                check(given.put(name, value) == null, name + " is there twice: " + USAGE);
            }
        }
        String scheme = given.get("--scheme");
        long until = Stream.of("--expires-in", "--expires-at", "--never").filter(given::containsKey).count();
        check(given.keySet().containsAll(Set.of("--secret-file", "URL")) && until == 1, USAGE);
        check(scheme != null ? !given.containsKey("--message")
                : given.keySet().containsAll(Set.of("--link", "--digest", "--message")), USAGE);
        long expires = NEVER;
        if (!given.containsKey("--never")) {
            expires = number(or(given.get("--expires-in"), given.get("--expires-at")));
        }
        if (given.containsKey("--expires-in")) {
            expires += Instant.now().getEpochSecond();
        }
        if (given.containsKey("--lifetime")) {
            options.lifetime(number(given.get("--lifetime")));
        }
        if (given.containsKey("--client-ip")) {
            options.clientIp(given.get("--client-ip"));
        }
        options.path(given.get("--path")).tokenParam(given.get("--param"));
        options.link(given.get("--link")).digest(given.get("--digest"));
        byte[] secret = withoutNewline(Files.readAllBytes(Path.of(given.get("--secret-file"))));
        if (scheme != null) {
            return sign(scheme, given.get("URL"), secret, expires, options);
        }
        String form = or(given.get("--secret-form"), "text");
        return new Scheme(given.get("--link"), given.get("--digest"), given.get("--message"), form, null)
                .sign(given.get("URL"), secret, expires, options);
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
