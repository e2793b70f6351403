using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

/// <summary>
/// Signs links for nginx-secure-token: the formats of the table Schemes and those of your own, akamai, bunny,
/// and ectoken (version 3).
/// </summary>
/// <remarks>
/// Copy this file into your project. .NET 5 or newer, .NET Core 3, or Mono; Mono's library has no
/// AES-GCM, so there ectoken throws.
///
///     long expires = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 3600;
///     SecureToken.Sign("azion", "https://cdn.example.com/my%20film.mp4", secret, expires);
///     SecureToken.Sign("alibaba-a", "https://cdn.example.com/a.mp4?x=1", secret, expires,
///         fields: new Dictionary&lt;string, string&gt; { { "uid", "42" } });
///     SecureToken.SignFormat("?sig={token}&amp;exp={expires}", "hmac-sha256:hex", @"{expires}\n{path}",
///         "https://cdn.example.com/a.mp4", secret, expires);
///
/// The URL is the one that will be requested: percent-encoded and in normal form, without //, /./ and
/// /../ in the path. It comes back with the token in its query or in its path; all else stays as it is. What
/// cannot be signed throws an ArgumentException.
///
///     expires      Unix time in seconds, or Never where the format has no expiry or may leave it out
///     clientIp     the only address that the link is good for, where {client_ip} is in the message
///     path         sign this path as it is and not the URL's: for a directory
///     lifetime     seconds that the server lets a link open that has its time of issue, if not the usual
///     link, digest     another link or digest than the scheme's, as secure_token_link and _digest say
///     tokenParam, expiresParam, param     other names for the token's parameters
///     fields       the values of other fields of the link; without, rand and salt are random, uid and start
///                  are 0, and what may be absent is
/// </remarks>
public static class SecureToken
{
    /// <summary>The expiry of a link that shall have none.</summary>
    public const long Never = long.MinValue;

    public static readonly Dictionary<string, string[]> Claims = new Dictionary<string, string[]>
    {
        { "ectoken", new[] { "url_allow", "country_allow", "country_deny", "ref_allow", "ref_deny", "host_allow",
            "host_deny", "proto_allow", "proto_deny", "clientip" } },
        { "akamai", new[] { "st", "acl", "id", "data", "salt" } },
        { "bunny", new[] { "token_path", "token_countries", "token_countries_blocked" } },
    };

    // One character for each byte: what is signed is put together as text and hashed as bytes.
    private static readonly Encoding Latin1 = Encoding.GetEncoding("ISO-8859-1");

    // The name, what a link looks like, how the message is hashed and the token written, what the message is,
    // how the secret is written, and how many seconds a link opens that says when it was issued.
    private static readonly string[] Schemes =
    {
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
        "lighttpd-hmac-sha256  /{token}/{time:hex}{path}  hmac-sha256:base64url  /{time}{path}  text  60",
    };

    private const string Field = @"\{([a-z0-9_]+):?([^{}?*]*)([?*]?)\}([^{&/]*)";
    private const string OfToken = @"\{(token|expires|time|start|ttl)\b";
    private const string Piece = @"\\(.)|\[((?:\\.|[^\]\\|])*)(?:\|((?:\\.|[^\]\\])*))?\]|\{\{|\}\}|\{([^{}]*)\}|\$";
    // The characters that a field may have.
    private const string Plain = @"[!$'\-.0-<>@-\[\]-~]";

    public static string Azion(string url, byte[] secret, long expires, string path = null,
        string tokenParam = null, string expiresParam = null)
    {
        return Sign("azion", url, secret, expires, null, path, tokenParam, expiresParam);
    }

    public static string Gcore(string url, byte[] secret, long expires, string clientIp = null,
        string path = null, string tokenParam = null, string expiresParam = null)
    {
        return Sign("gcore", url, secret, expires, clientIp, path, tokenParam, expiresParam);
    }

    /// <summary>Signs in any scheme of the table; akamai, bunny and ectoken have their own functions.</summary>
    public static string Sign(string scheme, string url, byte[] secret, long expires, string clientIp = null,
        string path = null, string tokenParam = null, string expiresParam = null, long? lifetime = null,
        string link = null, string digest = null, IEnumerable<KeyValuePair<string, string>> fields = null)
    {
        string[] row = Schemes.Select(one => one.Split(new[] { "  " }, StringSplitOptions.None))
            .FirstOrDefault(one => one[0] == scheme);
        Check(row != null, "unknown scheme " + scheme + ": write " + Names());
        return SignFormat(link ?? row[1], digest ?? row[2], row[3], url, secret, expires, row[4], clientIp, path, tokenParam,
            expiresParam, lifetime ?? (row[5] == "-" ? (long?)null : long.Parse(row[5])), fields);
    }

    private static string Names()
    {
        return string.Join(", ", Schemes.Select(row => row.Split(' ')[0]).Concat(Claims.Keys));
    }

    /// <summary>Signs in a format: link, digest and message as in secure_token_format.</summary>
    public static string SignFormat(string form, string digest, string message, string url, byte[] secret, long expires,
        string secretForm = "text", string clientIp = null, string path = null, string tokenParam = null,
        string expiresParam = null, long? lifetime = null, IEnumerable<KeyValuePair<string, string>> fields = null)
    {
        Check(clientIp == null || message.Contains("{client_ip}"),
            "the message binds no client_ip: take gcore, or ectoken with the claim clientip");
        var link = new Link(url, path);
        var values = new Dictionary<string, string>();
        string front = Front(form, link.Raw, values), raw = link.Raw.Substring(front.Length);
        string signed = path == null ? link.Path.Substring(link.Raw.Length - raw.Length) : link.Path;
        string unread = path == null ? raw : link.Path;
        string query = link.Query == "" ? "" : "?" + link.Query;
        string directory = signed.Substring(0, signed.LastIndexOf('/')), key = Key(secret, secretForm);
        values["secret"] = key;
        values["path"] = signed;
        values["path:raw"] = unread;
        values["uri:raw"] = unread + query;
        values["args"] = link.Query;
        values["dir"] = directory + "/";
        values["parent"] = directory;
        values["stream"] = directory == "" ? "" : directory.Substring(1);
        values["client_ip"] = clientIp == null ? "" : Short(Address(clientIp));
        Check(directory != "" || !message.Contains("{parent}"),
            "there is no directory above the file: sign a path that has one");
        Times(values, form, expires, lifetime);
        var given = (fields ?? new Dictionary<string, string>()).ToDictionary(pair => pair.Key, pair => pair.Value);
        foreach (Match field in Regex.Matches(form, Field))
        {
            string name = field.Groups[1].Value;
            if (name != "token" && !values.ContainsKey(name))
            {
                values[name] = field.Groups[3].Value == "*" ? raw.Substring(1) + query
                    : Value(field.Groups, given.ContainsKey(name) ? given[name] : null);
                given.Remove(name);
            }
        }
        Check(given.Count == 0, "the link has no field " + string.Join(", ", given.Keys) + ", or it is not given so");
        values["token"] = Digest(digest, key, Filled(Bytes(message), values));
        values["path"] = raw;
        Func<string, string> linked = text => Regex.Replace(text, Field,
            field => values[field.Groups[1].Value] + field.Groups[4].Value);

        if (form[0] == '/')
        {
            Check(tokenParam == null && expiresParam == null,
                "the token stands in the path, and there is no parameter to rename");
            string token = string.Join("/", form.Split('/').Skip(front.Split('/').Length));
            return link.Joined(front + "/" + linked(token), form.Contains("*}") ? "" : link.Query);
        }
        var parameters = new List<string>();
        foreach (string parameter in form.Substring(1).Split('&'))
        {
            string[] part = parameter.Split(new[] { '=' }, 2);
            if (part[1].Contains("{token}"))
            {
                part[0] = tokenParam ?? part[0];
            }
            else if (Regex.IsMatch(part[1], @"\{(expires|time)\b"))
            {
                part[0] = expiresParam ?? part[0];
                expiresParam = null;
            }
            if (linked(part[1]) != "")
            {
                parameters.AddRange(new[] { part[0], linked(part[1]) });
            }
        }
        Check(expiresParam == null, "there is no parameter of the expiry's own to rename");
        return link.With(parameters.ToArray());
    }

    /// <summary>What stays in front of a token in the path, and the fields in it.</summary>
    private static string Front(string form, string raw, Dictionary<string, string> values)
    {
        string[] segments = form.Split('/').TakeWhile(segment => !Regex.IsMatch(segment, OfToken)).ToArray();
        if (form[0] != '/' || segments.Length < 2)
        {
            return "";
        }
        string front = string.Join("/", segments);
        string shape = Regex.Replace(front, @"\{(\w+)\}|[^{]+", part => part.Value[0] == '{'
            ? "(?<" + part.Groups[1].Value + ">" + Plain + "+?)" : Regex.Escape(part.Value));
        Match match = Regex.Match(raw, @"\A" + shape + "(?=/)");
        Check(match.Success, "the path must begin with " + front + "/, behind which the token comes");
        foreach (Match field in Regex.Matches(front, @"\{(\w+)\}"))
        {
            values[field.Groups[1].Value] = match.Groups[field.Groups[1].Value].Value;
        }
        return match.Value;
    }

    /// <summary>The time, and the lifetime where the link says it.</summary>
    private static void Times(Dictionary<string, string> values, string form, long expires, long? lifetime)
    {
        Match time = Regex.Match(form, @"\{(expires|time):?([^{}?]*)(\??)\}");
        string name = time.Groups[1].Value, spelling = time.Groups[2].Value;
        bool hasTtl = form.Contains("{ttl}"), isIssue = name == "time", never = expires == Never;
        Check(lifetime == null || isIssue, "these links have no lifetime: they say when they expire, or open for ever");
        Check(time.Success || never, "these links do not expire: leave the expiry out (Never)");
        if (!time.Success || never && time.Groups[3].Value != "")
        {
            values[name] = "";
            return;
        }
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds(), seconds = now;
        if (never && hasTtl)
        {
            values["ttl"] = "0";
        }
        else
        {
            seconds = long.Parse(Expiry(expires));
            if (isIssue)
            {
                // Where the link says how long it opens, that is from now on.
                long lasting = lifetime ?? (hasTtl ? Math.Max(1, seconds - now) : 0);
                Check(lasting >= 1 && lasting <= seconds, "the lifetime must be a number of seconds, from 1 to the expiry");
                seconds -= lasting;
                values["ttl"] = lasting.ToString();
            }
        }
        values[name] = Written(seconds, spelling);
    }

    private static string Written(long seconds, string spelling)
    {
        if (spelling.StartsWith("yyyymmddhhmm", StringComparison.Ordinal))
        {
            return DateTimeOffset.FromUnixTimeSeconds(seconds).ToOffset(TimeSpan.FromHours(int.Parse(spelling.Substring(12))))
                .ToString("yyyyMMddHHmm", CultureInfo.InvariantCulture);
        }
        return spelling == "hex" ? seconds.ToString("x8") : seconds.ToString();
    }

    private static string Value(GroupCollection field, string given)
    {
        string name = field[1].Value, end = field[4].Value, value = given;
        if (given == null)
        {
            value = name == "rand" || name == "salt" ? Guid.NewGuid().ToString("N")
                : name == "uid" || name == "start" ? "0" : "";
        }
        Check(Regex.IsMatch(value, @"\A" + Plain + @"*\z") && (end == "" || !value.Contains(end)),
            "the field " + name + " has characters that would end it: write letters and digits");
        Check(value != "" || field[3].Value != "", "the link has a field " + name + ": give it a value");
        return name == "start" && value != "0" ? Written(long.Parse(value), field[2].Value) : value;
    }

    private static string Filled(string message, Dictionary<string, string> values)
    {
        return Regex.Replace(message, Piece, piece =>
        {
            string escaped = piece.Groups[1].Value, inside = piece.Groups[2].Value, field = piece.Groups[4].Value;
            if (piece.Groups[1].Success)
            {
                return escaped == "n" ? "\n" : escaped == "t" ? "\t" : escaped;
            }
            if (piece.Value == "{{" || piece.Value == "}}")
            {
                return piece.Value.Substring(1);
            }
            if (piece.Groups[2].Success)
            {
                string of = Regex.Match(inside, @"\{(.*?)\}").Groups[1].Value;
                bool isThere = !values.ContainsKey(of) || values[of] != "";
                return Filled(isThere ? inside : piece.Groups[3].Value, values);
            }
            Check(piece.Groups[4].Success && values.ContainsKey(field), "the message has " + piece.Value
                + ", which the link has not: no variables of NGINX can be signed here");
            return values[field];
        }, RegexOptions.Singleline);
    }

    /// <summary>
    /// Claims are those of Claims, such as acl and "/films/*". Without acl the link opens the URL's path alone.
    /// </summary>
    public static string Akamai(string url, byte[] secret, long expires,
        IEnumerable<KeyValuePair<string, string>> claims = null, string clientIp = null, string param = "hdnts")
    {
        var link = new Link(url, null);
        var said = Checked("akamai", claims, "~").ToDictionary(claim => claim.Key, claim => claim.Value);
        said["exp"] = Expiry(expires);
        if (clientIp != null)
        {
            said["ip"] = Short(Address(clientIp));
        }
        string body = string.Join("~", new[] { "ip", "st", "exp", "acl", "id", "data" }.Where(said.ContainsKey)
            .Select(name => name + "=" + said[name]));
        string message = body + (said.ContainsKey("acl") ? "" : "~url=" + link.Raw)
            + (said.ContainsKey("salt") ? "~salt=" + said["salt"] : "");
        string code = Digest("hmac-sha256:hex", Key(secret, "hex"), message);
        return link.With(param, Escaped(body, "-._~!*'(),;:@/?=$") + "~hmac=" + code);
    }

    /// <summary>
    /// Claims are those of Claims, such as token_path and "/films/", which the link then opens with all below.
    /// </summary>
    public static string Bunny(string url, byte[] secret, long expires,
        IEnumerable<KeyValuePair<string, string>> claims = null, string clientIp = null, string param = "token")
    {
        var link = new Link(url, null);
        var given = Checked("bunny", claims, "&");
        var pairs = given.Select(claim => new[] { claim.Key, claim.Value }).ToList();
        foreach (string piece in link.Query.Replace('+', ' ').Split(new[] { '&' }, StringSplitOptions.RemoveEmptyEntries))
        {
            string[] part = piece.Split(new[] { '=' }, 2);
            pairs.Add(new[] { Decoded(part[0]), part.Length > 1 ? Decoded(part[1]) : "" });
        }
        pairs.Sort((one, other) => string.CompareOrdinal(one[0], other[0]));
        byte[] address = clientIp == null ? new byte[0] : Address(clientIp).GetAddressBytes();
        // Of IPv6, the network counts.
        Array.Clear(address, Math.Min(8, address.Length), Math.Max(0, address.Length - 8));
        string path = given.Where(claim => claim.Key == "token_path").Select(claim => claim.Value).FirstOrDefault() ?? link.Raw;
        string message = path + Expiry(expires) + Latin1.GetString(address) + string.Join("&", pairs.Select(pair => string.Join("=", pair)));
        string made = Digest("hmac-sha256:base64url", Key(secret, "text"), message);
        var parameters = new List<string> { param, "HS256-" + (clientIp == null ? "" : "1-") + made, "expires", Expiry(expires) };
        foreach (var claim in given)
        {
            parameters.AddRange(new[] { claim.Key, Escaped(claim.Value, "-._~") });
        }
        return link.With(parameters.ToArray());
    }

    /// <summary>Their values as bytes.</summary>
    private static List<KeyValuePair<string, string>> Checked(string scheme,
        IEnumerable<KeyValuePair<string, string>> claims, string end)
    {
        var given = (claims ?? new Dictionary<string, string>()).ToList();
        foreach (var claim in given)
        {
            Check(Claims[scheme].Contains(claim.Key),
                "there is no claim " + claim.Key + ": write one of " + string.Join(", ", Claims[scheme]));
            Check(given.Count(other => other.Key == claim.Key) == 1,
                "the claim " + claim.Key + " is there twice: separate the entries of a list by commas");
            Check(Regex.IsMatch(claim.Value, @"\A[^\x00-\x1f\x7f" + end + @"]+\z"),
                "the claim " + claim.Key + " is empty, or has an " + end + " or a control character");
        }
        return given.Select(claim => new KeyValuePair<string, string>(claim.Key, Bytes(claim.Value))).ToList();
    }

    /// <summary>No + becomes a blank: in a path, it is a plus.</summary>
    private static string Decoded(string text)
    {
        return Regex.Replace(text, "%([0-9A-Fa-f]{2})", code => ((char)Convert.ToByte(code.Groups[1].Value, 16)).ToString());
    }

    /// <summary>Percent-encodes all but letters, digits and these.</summary>
    private static string Escaped(string text, string plain)
    {
        return string.Concat(text.Select(one => one < 128 && char.IsLetterOrDigit(one) || plain.IndexOf(one) >= 0
            ? one.ToString() : "%" + ((int)one).ToString("X2")));
    }

    private static string Key(byte[] secret, string form)
    {
        Check(secret.Length > 0, "the secret is empty: take 16 random bytes or more");
        string text = Latin1.GetString(secret), key = "";
        if (form == "text")
        {
            return text;
        }
        if (form == "hex")
        {
            key = Regex.IsMatch(text, @"\A([0-9A-Fa-f]{2})+\z") ? Decoded(Regex.Replace(text, "(..)", "%$1")) : "";
        }
        else
        {
            string standard = form == "base64" ? text : text.TrimEnd('=').Replace('-', '+').Replace('_', '/');
            string padded = form == "base64" ? text : standard + new string('=', (4 - standard.Length % 4) % 4);
            try
            {
                byte[] bytes = Convert.FromBase64String(padded);
                key = Convert.ToBase64String(bytes) == padded ? Latin1.GetString(bytes) : "";
            }
            catch (FormatException)
            {
                // As for any other text that is not the base64 of something.
            }
        }
        Check(key != "", "the secret must be written in " + form + ", base64 with its = at the end");
        return key;
    }

    /// <summary>
    /// Claims are those of Claims, such as country_allow and "DE,FR". Without url_allow the link
    /// opens whatever begins with the URL's path. Without param the token is the first piece of the query.
    /// </summary>
    public static string Ectoken(string url, byte[] secret, long expires,
        IEnumerable<KeyValuePair<string, string>> claims = null, string path = null, string param = null)
    {
        var link = new Link(url, path);
        var given = Checked("ectoken", claims, "&");
        var pairs = new List<string>();
        if (expires != Never)
        {
            pairs.Add("ec_expire=" + Expiry(expires));
        }
        if (given.All(claim => claim.Key != "url_allow"))
        {
            Check(!Regex.IsMatch(link.Path, @"[,&]| \z"),
                "a path with a comma, an & or a blank at its end is no url_allow: write url_allow yourself");
            pairs.Add("ec_url_allow=" + link.Path);
        }
        else
        {
            Check(path == null, "path and url_allow say the same thing: write one of them");
        }
        pairs.AddRange(given.Select(claim => "ec_" + claim.Key + "=" + claim.Value));
        string token = Sealed(string.Join("&", pairs), Key(secret, "text"));
        Check(token.Length <= 6144, "the token is longer than 6144 characters: give it shorter claims");
        if (param != null)
        {
            return link.With(param, token);
        }
        return link.Joined(link.Raw, token + (link.Query == "" ? "" : "&" + link.Query));
    }

    private static void Check(bool good, string message)
    {
        if (!good)
        {
            throw new ArgumentException(message);
        }
    }

    /// <summary>A URL taken apart.</summary>
    private sealed class Link
    {
        private static readonly Regex Url = new Regex(
            @"\A(https?://[^/?#]+)?(/(?!/)[^?#]*)(?:\?([^#]*))?(#.*)?\z",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

        public readonly string Origin, Raw, Path, Query, Fragment;

        public Link(string url, string signed)
        {
            Match match = Url.Match(url);
            Check(match.Success, "the URL has no path: write https://host/path or /path");
            Raw = match.Groups[2].Value;
            Check(Regex.IsMatch(url, @"\A[!-~]*\z") && !Regex.IsMatch(Raw, "%(?![0-9A-Fa-f]{2})"),
                "the URL must be percent-encoded: %20 for a blank, %25 for a %");
            Origin = match.Groups[1].Value;
            Query = match.Groups[3].Value;
            Fragment = match.Groups[4].Value;
            Path = signed != null ? Bytes(signed) : Decoded(Raw);
            Check(Path.StartsWith("/", StringComparison.Ordinal), "the path to sign must begin with /");
            Check(!Regex.IsMatch(Path, @"[\x00-\x1f\x7f]"),
                "the path has a control character, and no link opens it: rename it");
        }

        /// <summary>Appends names and values in turn.</summary>
        public string With(params string[] parameters)
        {
            var pieces = Query == "" ? new List<string>() : Query.Split('&').ToList();
            for (int i = 0; i < parameters.Length; i += 2)
            {
                string name = parameters[i];
                Check(Regex.IsMatch(name, @"\A[A-Za-z0-9._~-]+\z"),
                    "names of parameters have only letters, digits, - . _ ~");
                Check(pieces.All(piece => piece.Split('=')[0] != name),
                    "there is a parameter " + name + " already: sign without it, or take another name");
                pieces.Add(name + "=" + parameters[i + 1]);
            }
            return Joined(Raw, string.Join("&", pieces));
        }

        public string Joined(string path, string query)
        {
            return Origin + path + (query == "" ? "" : "?" + query) + Fragment;
        }
    }

    private static string Bytes(string text)
    {
        return Latin1.GetString(Encoding.UTF8.GetBytes(text));
    }

    private static string Expiry(long expires)
    {
        Check(expires != Never, "these links must have an expiry");
        Check(expires >= 1 && expires <= 9999999999,
            "the expiry must be a Unix time in seconds, not milliseconds: 1 to 9999999999");
        return expires.ToString();
    }

    private static IPAddress Address(string text)
    {
        IPAddress address;
        Check(IPAddress.TryParse(text, out address) && Regex.IsMatch(text, @"\A[0-9A-Fa-f:.]+\z")
            && (text.Contains(":") || address.ToString() == text),
            "the client's address must be like 192.0.2.7 or 2001:db8::1");
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <summary>As it is hashed: IPv6 in its canonical short form.</summary>
    private static string Short(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return address.ToString();
        }
        // Not ToString(), which writes the end of some addresses as IPv4.
        byte[] bytes = address.GetAddressBytes();
        string groups = string.Join(":", Enumerable.Range(0, 8)
            .Select(i => (bytes[2 * i] << 8 | bytes[2 * i + 1]).ToString("x")));
        for (int zeros = 8; zeros > 1; zeros--)
        {
            var run = new Regex("(^|:)0(:0){" + (zeros - 1) + "}(:|$)");
            if (run.IsMatch(groups))
            {
                return run.Replace(groups, "::", 1);
            }
        }
        return groups;
    }

    private static string Digest(string form, string key, string message)
    {
        Match match = Regex.Match(form, @"\A(hmac-)?(md5|sha1|sha256|sha384|sha512):(hex|base64|base64url)\z");
        Check(match.Success, "there is no digest " + form + ": write md5:hex or hmac-sha256:base64url, for example");
        byte[] made, bytes = Latin1.GetBytes(message);
        string name = match.Groups[2].Value.ToUpperInvariant();
        if (match.Groups[1].Success)
        {
            using (var hmac = Keyed(name, Latin1.GetBytes(key)))
            {
                made = hmac.ComputeHash(bytes);
            }
        }
        else
        {
            using (var hash = Plainly(name))
            {
                made = hash.ComputeHash(bytes);
            }
        }
        string encoding = match.Groups[3].Value;
        // In a query, + is a blank.
        return encoding == "hex" ? string.Concat(made.Select(one => one.ToString("x2")))
            : encoding == "base64" ? Escaped(Convert.ToBase64String(made), "") : Base64Url(made);
    }

    private static HashAlgorithm Plainly(string name)
    {
        switch (name)
        {
            case "MD5": return MD5.Create();
            case "SHA1": return SHA1.Create();
            case "SHA256": return SHA256.Create();
            case "SHA384": return SHA384.Create();
            default: return SHA512.Create();
        }
    }

    private static HMAC Keyed(string name, byte[] key)
    {
        switch (name)
        {
            case "MD5": return new HMACMD5(key);
            case "SHA1": return new HMACSHA1(key);
            case "SHA256": return new HMACSHA256(key);
            case "SHA384": return new HMACSHA384(key);
            default: return new HMACSHA512(key);
        }
    }

    private static string Sealed(string text, string secret)
    {
#if NETCOREAPP3_0_OR_GREATER || NETCOREAPP3_0 || NETCOREAPP3_1 || NET
        byte[] key, nonce = new byte[12], tag = new byte[16], plain = Latin1.GetBytes(text);
        byte[] cipher = new byte[plain.Length];
        using (var sha256 = SHA256.Create())
        {
            key = sha256.ComputeHash(Latin1.GetBytes(secret));
        }
        RandomNumberGenerator.Fill(nonce);
#if NET8_0_OR_GREATER
        using (var gcm = new AesGcm(key, tag.Length))
#else
        using (var gcm = new AesGcm(key))
#endif
        {
            gcm.Encrypt(nonce, plain, cipher, tag);
        }
        return Base64Url(nonce.Concat(cipher).Concat(tag).ToArray());
#else
        throw new PlatformNotSupportedException(
            "ectoken needs AES-GCM, which Mono and .NET Framework do not have: build it with .NET 5 or newer");
#endif
    }

    private static string Base64Url(byte[] bytes)
    {
        return Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_').TrimEnd('=');
    }

#if SECURE_TOKEN_COMMAND
    // The command line: mcs -d:SECURE_TOKEN_COMMAND SecureToken.cs && mono SecureToken.exe
    public static int Main(string[] args)
    {
        try
        {
            Console.WriteLine(Run(args));
            return 0;
        }
        catch (Exception e) when (e is ArgumentException || e is NotSupportedException || e is IOException
            || e is UnauthorizedAccessException)
        {
            Console.Error.WriteLine("SecureToken: " + e.Message);
            return 2;
        }
    }

    private static string Run(string[] args)
    {
        if (args.SequenceEqual(new[] { "--schemes" }))
        {
            return string.Join("\n", Schemes).Replace("  ", "\t");
        }
        string usage = "usage: SecureToken (--scheme NAME | --link LINK --digest DIGEST --message MESSAGE) --secret-file FILE"
            + " (--expires-in SECONDS | --expires-at UNIX | --never) [--client-ip ADDRESS] [--path PATH]"
            + " [--lifetime SECONDS] [--field name=value]... [--claim name=value]... [--param NAME] URL; the NAMEs are "
            + Names();
        string[] known =
        {
            "--scheme", "--link", "--digest", "--message", "--secret-form", "--secret-file", "--expires-in", "--expires-at",
            "--never", "--client-ip", "--path", "--lifetime", "--param", "URL",
        };
        var given = new Dictionary<string, string>();
        var lists = new[] { "--claim", "--field" }.ToDictionary(name => name, _ => new List<KeyValuePair<string, string>>());
        for (int i = 0; i < args.Length; i++)
        {
            string name = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i] : "URL";
            bool isAlone = name == "URL" || name == "--never";
            Check(isAlone || i + 1 < args.Length, args[i] + " has no value; " + usage);
            string value = isAlone ? args[i] : args[++i];
            if (lists.ContainsKey(name))
            {
                string[] pair = value.Split(new[] { '=' }, 2);
                Check(lists[name].All(one => one.Key != pair[0]), name + " " + pair[0] + " is there twice: put commas between its values");
                lists[name].Add(new KeyValuePair<string, string>(pair[0], pair.Length > 1 ? pair[1] : ""));
                continue;
            }
            Check(known.Contains(name) && !given.ContainsKey(name), name + " is unknown or there twice; " + usage);
            given[name] = value;
        }
        Func<string, string> option = name => given.ContainsKey(name) ? given[name] : null;
        string scheme = option("--scheme"), file = option("--secret-file"), param = option("--param");
        string ip = option("--client-ip"), path = option("--path"), url = option("URL"), link = option("--link");
        string digest = option("--digest"), message = option("--message");
        Check(!string.IsNullOrEmpty(file) && url != null
            && new[] { "--expires-in", "--expires-at", "--never" }.Count(given.ContainsKey) == 1
            && (scheme == null ? link != null && digest != null && message != null : message == null), usage);
        foreach (string number in new[] { "--expires-in", "--expires-at", "--lifetime" }.Select(option))
        {
            Check(number == null || Regex.IsMatch(number, @"\A[1-9][0-9]{0,9}\z"),
                "SECONDS and UNIX are positive numbers of at most ten digits, not milliseconds");
        }
        long expires = given.ContainsKey("--never") ? Never : long.Parse(option("--expires-at") ?? option("--expires-in"));
        expires += given.ContainsKey("--expires-in") ? DateTimeOffset.UtcNow.ToUnixTimeSeconds() : 0;
        long? lifetime = given.ContainsKey("--lifetime") ? long.Parse(given["--lifetime"]) : (long?)null;
        var claims = lists["--claim"];
        var fields = lists["--field"];
        bool hasClaims = Claims.ContainsKey(scheme ?? "");
        Check(hasClaims ? ((scheme == "ectoken" ? ip : path) ?? link ?? digest) == null && lifetime == null && fields.Count == 0
            : claims.Count == 0, "--claim goes with ectoken (--claim clientip=ADDRESS), akamai and bunny,"
            + " and --lifetime and --field with the others");
        byte[] secret = Latin1.GetBytes(Regex.Replace(Latin1.GetString(File.ReadAllBytes(file)), @"\r?\n\z", ""));
        switch (scheme)
        {
            case "ectoken": return Ectoken(url, secret, expires, claims, path, param);
            case "akamai": return Akamai(url, secret, expires, claims, ip, param ?? "hdnts");
            case "bunny": return Bunny(url, secret, expires, claims, ip, param ?? "token");
            case null: return SignFormat(link, digest, message, url, secret, expires, option("--secret-form") ?? "text",
                ip, path, param, null, lifetime, fields);
            default: return Sign(scheme, url, secret, expires, ip, path, param, null, lifetime, link, digest, fields);
        }
    }
#endif
}
