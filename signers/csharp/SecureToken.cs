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
/// Signs links for nginx-secure-token: ectoken (version 3), and the schemes of the table Schemes.
/// </summary>
/// <remarks>
/// Copy this file into your project. .NET 5 or newer, .NET Core 3, or Mono; Mono's library has no
/// AES-GCM, so there ectoken throws.
///
///     long expires = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 3600;
///     SecureToken.Azion("https://cdn.example.com/my%20film.mp4", secret, expires);
///     SecureToken.Sign("fastly", "https://cdn.example.com/a.mp4?x=1", secret, expires);
///
/// The URL is the one that will be requested: percent-encoded and in normal form, without //, /./ and
/// /../ in the path. It comes back with the token in its query or in front of its path; all else stays as
/// it is. What cannot be signed throws an ArgumentException.
///
///     expires      Unix time in seconds
///     clientIp     the only address that the link is good for (gcore, leaseweb)
///     path         sign this path as it is and not the URL's: for a directory
///     lifetime     seconds that the server lets a link open (alibaba-b); 1800 if not given
///     tokenParam, expiresParam, param     other names for the token's parameters
/// </remarks>
public static class SecureToken
{
    /// <summary>The expiry of an ectoken that shall have none.</summary>
    public const long Never = long.MinValue;

    public static readonly string[] Claims =
    {
        "url_allow", "country_allow", "country_deny", "ref_allow", "ref_deny", "host_allow", "host_deny",
        "proto_allow", "proto_deny", "clientip",
    };

    // One character for each byte: what is signed is put together as text and hashed as bytes.
    private static readonly Encoding Latin1 = Encoding.GetEncoding("ISO-8859-1");

    /// <summary>A scheme that is a digest.</summary>
    private sealed class Scheme
    {
        public string Name, Link, Digest, Message, Secret;
        /// <summary>How many seconds a link opens that says when it was issued; null for others.</summary>
        public long? Lifetime;
    }

    // What a link looks like, how the message is hashed and the token written, what the message is, and how
    // the secret is written.
    private static readonly Scheme[] Schemes =
    {
        new Scheme { Name = "azion", Link = "?st={token}&e={expires}", Digest = "md5:base64url",
            Message = "{secret}{path}{expires}", Secret = "text" },
        new Scheme { Name = "gcore", Link = "?md5={token}&expires={expires}", Digest = "md5:base64url",
            Message = "{expires}{path}{client_ip} {secret}", Secret = "text" },
        new Scheme { Name = "leaseweb", Link = "?st={token}&e={expires}", Digest = "md5:base64url",
            Message = "{secret}{client_ip}{path}{expires}", Secret = "text" },
        new Scheme { Name = "fastly", Link = "?token={expires}_{token}", Digest = "hmac-sha1:hex",
            Message = "{uri:raw}{expires}", Secret = "base64" },
        new Scheme { Name = "alibaba-b", Link = "/{time:yyyymmddhhmm+8}/{token}{path}", Digest = "md5:hex",
            Message = "{secret}{time}{path:raw}", Secret = "text", Lifetime = 1800 },
    };

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

    /// <summary>Signs in any scheme of the table.</summary>
    public static string Sign(string scheme, string url, byte[] secret, long expires, string clientIp = null,
        string path = null, string tokenParam = null, string expiresParam = null, long? lifetime = null)
    {
        Scheme row = Schemes.FirstOrDefault(one => one.Name == scheme);
        Check(row != null, "unknown scheme " + scheme + ": write " + Names(", ") + " or ectoken");
        Check(clientIp == null || row.Message.Contains("{client_ip}"),
            scheme + " binds no client_ip: take gcore, or ectoken with the claim clientip");
        Check(lifetime == null || row.Lifetime != null, scheme + " has no lifetime: its links say when they expire");
        var link = new Link(url, path);
        string key = row.Secret == "base64" ? FromBase64(Text(secret)) : Text(secret);
        string raw = path == null ? link.Raw : link.Path;
        string time = row.Lifetime == null ? "" : Issue(expires, (lifetime ?? row.Lifetime).Value);
        var fields = new Dictionary<string, string>
        {
            { "secret", key }, { "path", link.Path }, { "path:raw", raw },
            { "uri:raw", link.Query == "" ? raw : raw + "?" + link.Query }, { "expires", Expiry(expires) },
            { "client_ip", clientIp == null ? "" : Address(clientIp) },
            { "time", time }, { "time:yyyymmddhhmm+8", time },
        };
        fields["token"] = Digest(row.Digest, key, Filled(row.Message, fields));

        if (row.Link[0] == '/')
        {
            Check(tokenParam == null && expiresParam == null,
                scheme + " has its token in the path, and no parameter to rename");
            fields["path"] = link.Raw;
            return link.Joined(Filled(row.Link, fields), link.Query);
        }
        string[] parameters = row.Link.Substring(1).Split('&', '=');
        Check(expiresParam == null || parameters.Length > 2, scheme + " has no parameter of the expiry's own");
        for (int i = 0; i < parameters.Length; i += 2)
        {
            parameters[i] = (i == 0 ? tokenParam : expiresParam) ?? parameters[i];
            parameters[i + 1] = Filled(parameters[i + 1], fields);
        }
        return link.With(parameters);
    }

    private static string Names(string between)
    {
        return string.Join(between, Schemes.Select(scheme => scheme.Name));
    }

    private static string Filled(string form, Dictionary<string, string> fields)
    {
        return Regex.Replace(form, @"\{([^}]+)\}", field => fields[field.Groups[1].Value]);
    }

    /// <summary>A time of issue to the minute, by the clock of UTC+8.</summary>
    private static string Issue(long expires, long lifetime)
    {
        Check(lifetime >= 1 && lifetime <= expires, "the lifetime must be a number of seconds, from 1 to the expiry");
        return DateTimeOffset.FromUnixTimeSeconds(expires - lifetime).ToOffset(TimeSpan.FromHours(8))
            .ToString("yyyyMMddHHmm", CultureInfo.InvariantCulture);
    }

    private static string FromBase64(string secret)
    {
        byte[] key = new byte[0];
        try
        {
            key = Convert.FromBase64String(secret);
        }
        catch (FormatException)
        {
            // As for any other text that is not the base64 of something.
        }
        Check(Convert.ToBase64String(key) == secret, "the secret must be written in base64, with its = at the end");
        return Latin1.GetString(key);
    }

    /// <summary>
    /// Claims are those of Claims by name, such as country_allow and "DE,FR". Without url_allow the link
    /// opens whatever begins with the URL's path. Without param the token is the first piece of the query.
    /// </summary>
    public static string Ectoken(string url, byte[] secret, long expires,
        IEnumerable<KeyValuePair<string, string>> claims = null, string path = null, string param = null)
    {
        var link = new Link(url, path);
        var given = (claims ?? new Dictionary<string, string>()).ToList();
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
        foreach (var claim in given)
        {
            Check(Claims.Contains(claim.Key),
                "there is no claim " + claim.Key + ": write one of " + string.Join(", ", Claims));
            Check(given.Count(other => other.Key == claim.Key) == 1,
                "the claim " + claim.Key + " is there twice: separate the entries of a list by commas");
            Check(Regex.IsMatch(claim.Value, @"\A[^\x00-\x1f\x7f&]+\z"),
                "the claim " + claim.Key + " is empty, or has an & or a control character");
            pairs.Add("ec_" + claim.Key + "=" + Bytes(claim.Value));
        }
        string token = Sealed(string.Join("&", pairs), Text(secret));
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
            // No + becomes a blank: in a path, it is a plus.
            Path = signed != null ? Bytes(signed) : Regex.Replace(Raw, "%(..)",
                code => ((char)Convert.ToByte(code.Groups[1].Value, 16)).ToString());
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

    private static string Text(byte[] secret)
    {
        Check(secret.Length > 0, "the secret is empty: take 16 random bytes or more");
        return Latin1.GetString(secret);
    }

    private static string Expiry(long expires)
    {
        Check(expires >= 1 && expires <= 9999999999,
            "the expiry must be a Unix time in seconds, not milliseconds: 1 to 9999999999");
        return expires.ToString();
    }

    /// <summary>As it is hashed: IPv6 in its canonical short form, a mapped IPv4 address as such.</summary>
    private static string Address(string text)
    {
        IPAddress address;
        Check(IPAddress.TryParse(text, out address) && Regex.IsMatch(text, @"\A[0-9A-Fa-f:.]+\z")
            && (text.Contains(":") || address.ToString() == text),
            "the client's address must be like 192.0.2.7 or 2001:db8::1");
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }
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

    private static string Digest(string digest, string key, string message)
    {
        byte[] made;
        using (HashAlgorithm hash = digest.StartsWith("hmac-sha1:", StringComparison.Ordinal)
            ? (HashAlgorithm)new HMACSHA1(Latin1.GetBytes(key)) : MD5.Create())
        {
            made = hash.ComputeHash(Latin1.GetBytes(message));
        }
        return digest.EndsWith(":hex", StringComparison.Ordinal)
            ? string.Concat(made.Select(one => one.ToString("x2"))) : Base64Url(made);
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
            return string.Join("\n", Schemes.Select(row => string.Join("\t", row.Name, row.Link, row.Digest,
                row.Message, row.Secret, row.Lifetime == null ? "-" : row.Lifetime.ToString())));
        }
        string usage = "usage: SecureToken --scheme " + Names("|") + "|ectoken --secret-file FILE"
            + " (--expires-in SECONDS | --expires-at UNIX) [--client-ip ADDRESS] [--path PATH]"
            + " [--lifetime SECONDS] [--claim name=value]... [--param NAME] URL";
        string[] known =
        {
            "--scheme", "--secret-file", "--expires-in", "--expires-at", "--client-ip", "--path", "--lifetime", "--param",
        };
        var given = new Dictionary<string, string>();
        var claims = new List<KeyValuePair<string, string>>();
        for (int i = 0; i < args.Length; i++)
        {
            string name = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i] : "URL";
            Check(name == "URL" || i + 1 < args.Length, args[i] + " has no value; " + usage);
            string value = name == "URL" ? args[i] : args[++i];
            if (name == "--claim")
            {
                string[] claim = value.Split(new[] { '=' }, 2);
                claims.Add(new KeyValuePair<string, string>(claim[0], claim.Length > 1 ? claim[1] : ""));
                continue;
            }
            Check((name == "URL" || known.Contains(name)) && !given.ContainsKey(name),
                name + " is unknown or there twice; " + usage);
            given[name] = value;
        }
        Func<string, string> option = name => given.ContainsKey(name) ? given[name] : null;
        string scheme = option("--scheme"), file = option("--secret-file"), param = option("--param");
        string ip = option("--client-ip"), path = option("--path"), url = option("URL");
        string seconds = option("--expires-in") ?? option("--expires-at");
        Check(scheme != null && !string.IsNullOrEmpty(file) && url != null && seconds != null
            && given.ContainsKey("--expires-in") != given.ContainsKey("--expires-at"), usage);
        foreach (string number in new[] { seconds, option("--lifetime") ?? "1" })
        {
            Check(Regex.IsMatch(number, @"\A[1-9][0-9]{0,9}\z"),
                "SECONDS and UNIX are positive numbers of at most ten digits, not milliseconds");
        }
        long start = given.ContainsKey("--expires-in") ? DateTimeOffset.UtcNow.ToUnixTimeSeconds() : 0;
        long expires = start + long.Parse(seconds);
        long? lifetime = given.ContainsKey("--lifetime") ? long.Parse(given["--lifetime"]) : (long?)null;
        Check(scheme == "ectoken" ? ip == null && lifetime == null : claims.Count == 0,
            "--claim goes with ectoken (--claim clientip=ADDRESS), --client-ip and --lifetime with others");
        byte[] secret = Latin1.GetBytes(Regex.Replace(Latin1.GetString(File.ReadAllBytes(file)), @"\r?\n\z", ""));
        return scheme == "ectoken" ? Ectoken(url, secret, expires, claims, path, param)
            : Sign(scheme, url, secret, expires, ip, path, param, null, lifetime);
    }
#endif
}
