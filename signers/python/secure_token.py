#!/usr/bin/env python3
"""Signs links for nginx-secure-token: the formats of the table SCHEMES and those of your own, akamai,
bunny, and ectoken (version 3).

Copy this file into your project. Python 3.8 or newer; ectoken needs the package `cryptography`.

    import time, secure_token
    expires = int(time.time()) + 3600
    secure_token.sign("azion", "https://cdn.example.com/my%20film.mp4", secret, expires)
    secure_token.sign("alibaba-a", "https://cdn.example.com/a.mp4?x=1", secret, expires, fields={"uid": "42"})
    secure_token.sign_format("?sig={token}&exp={expires}", "hmac-sha256:hex", "{expires}\\n{path}",
                             "https://cdn.example.com/a.mp4", secret, expires)

The URL is the one that will be requested: percent-encoded and in normal form, without `//`, `/./`
and `/../` in the path. It comes back with the token in its query or in its path; all else stays as
it is. What cannot be signed raises ValueError.

    secret       str or bytes
    expires      Unix time in seconds, or NEVER where the format has no expiry or may leave it out
    client_ip    the only address that the link is good for, where {client_ip} is in the message
    path         sign this path as it is and not the URL's: for a directory
    lifetime     seconds that the server lets a link open that has its time of issue, if not the usual
    link, digest     another link or digest than the scheme's, as secure_token_link and _digest say
    token_param, expires_param, param     other names for the token's parameters
    fields       the values of other fields of the link; without, rand and salt are random, uid and
                 start are 0, and what may be absent is
"""

import argparse
import base64
import binascii
import hashlib
import hmac
import ipaddress
import os
import re
import secrets
import sys
import time
from urllib.parse import quote, unquote_to_bytes

NEVER = object()  # the expiry of a link that shall have none
CLAIMS = {
    "ectoken": ("url_allow", "country_allow", "country_deny", "ref_allow", "ref_deny", "host_allow",
                "host_deny", "proto_allow", "proto_deny", "clientip"),
    "akamai": ("st", "acl", "id", "data", "salt"),
    "bunny": ("token_path", "token_countries", "token_countries_blocked"),
}

# The name, what a link looks like, how the message is hashed and the token written, what the message
# is, how the secret is written, and how many seconds a link opens that says when it was issued.
SCHEMES = {row[0]: row[1:] for row in (line.split("  ") for line in """
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
""".strip().splitlines())}


def sign(scheme, url, secret, expires, **options):
    """Signs in any of the schemes."""
    if scheme in CLAIMS:
        return globals()[scheme](url, secret, expires, **options)
    if scheme not in SCHEMES:
        raise ValueError(f"unknown scheme {scheme}: write {', '.join((*SCHEMES, *CLAIMS))}")
    link, digest, message, form, usual = SCHEMES[scheme]
    link, digest = options.pop("link", link), options.pop("digest", digest)
    if usual != "-":
        options.setdefault("lifetime", int(usual))
    return sign_format(link, digest, message, url, secret, expires, secret_form=form, **options)


def azion(url, secret, expires, **options):
    return sign("azion", url, secret, expires, **options)


def gcore(url, secret, expires, **options):
    return sign("gcore", url, secret, expires, **options)


def sign_format(form, digest, message, url, secret, expires, *, secret_form="text", client_ip=None,
                path=None, token_param=None, expires_param=None, lifetime=None, fields=None):
    """Signs in a format: what a link looks like, its digest and its message, as in secure_token_format."""
    if client_ip is not None and "{client_ip}" not in message:
        raise ValueError("the message binds no client_ip: take gcore, or the claim clientip of ectoken")
    link, key = _Link(url, path), _secret(secret, secret_form)
    front, raw, in_path = link.split(form)
    # All that is hashed is text with one character for each byte.
    signed = (link.path if path is not None else link.path[len(link.raw) - len(raw):]).decode("latin-1")
    unread = signed if path is not None else raw
    values = {
        "secret": key.decode("latin-1"), "path": signed, "path:raw": unread, "args": link.query,
        "uri:raw": unread + (f"?{link.query}" if link.query else ""),
        "dir": signed[:signed.rindex("/") + 1], "parent": signed[:signed.rindex("/")],
        "client_ip": "" if client_ip is None else _address(client_ip),
    }
    values["stream"] = values["dir"].strip("/")
    given, known = dict(fields or {}), _FIELD.findall(form)
    values.update(_times(known, expires, lifetime))
    for name, spelling, mark, behind in known:
        if name in in_path:
            values[name] = in_path[name]
        elif mark == "*":
            values[name] = raw[1:] + (f"?{link.query}" if link.query else "")
        elif name not in ("token", "path", *values):
            values[name] = _field(name, spelling, mark, behind, given.pop(name, None))
    if given:
        raise ValueError(f"the link has no field {', '.join(given)}, or it is not given so")
    if "{parent}" in message and not values["parent"]:
        raise ValueError("there is no directory above the file: sign a path that has one")
    values["token"] = _digest(digest, key, _filled(message, values).encode("latin-1"))
    return link.with_fields(form, front, {**values, "path": raw}, token_param, expires_param)


_FIELD = re.compile(r"\{([a-z0-9_]+):?([^{}?*]*)([?*]?)\}([^{&/]*)")


def _filled(message, values):
    def piece(match):
        escaped, inside, otherwise, field = match.groups()
        if escaped:
            return {"n": "\n", "t": "\t"}.get(escaped, escaped)
        if inside is not None:
            empty = values.get(re.sub(r".*\{(.*?)\}.*", r"\1", inside)) == ""
            return _filled((otherwise or "") if empty else inside, values)
        if match[0] in ("{{", "}}"):
            return match[0][0]
        if field not in values:
            raise ValueError(f"the message has {match[0]}, which the link has not: no variables of NGINX "
                             "can be signed here")
        return values[field]
    message = message if message.isascii() else message.encode().decode("latin-1")
    return re.sub(r"\\(.)|\[((?:\\.|[^]\\|])*)(?:\|((?:\\.|[^]\\])*))?\]|\{\{|\}\}|\{([^{}]*)\}|\$",
                  piece, message)


def _times(known, expires, lifetime):
    names = {name: (spelling, mark) for name, spelling, mark, _ in known}
    name = next((name for name in ("expires", "time") if name in names), None)
    if lifetime is not None and name != "time":
        raise ValueError("these links have no lifetime: they say when they expire, or open for ever")
    if name is None or (expires is NEVER and names[name][1]):
        if expires is not NEVER:
            raise ValueError("these links do not expire: leave the expiry out (NEVER)")
        return {name: ""} if name else {}
    values = {}
    if expires is NEVER and "ttl" in names:
        expires, values["ttl"] = int(time.time()), "0"
    seconds = int(_expiry(expires))
    if "ttl" in names and not values:
        # Where the link says how long it opens, that is from now on.
        lifetime = max(1, seconds - int(time.time())) if lifetime is None else lifetime
        values["ttl"] = str(lifetime)
    if name == "time" and values.get("ttl") != "0":
        if not isinstance(lifetime, int) or not 1 <= lifetime <= seconds:
            raise ValueError("the lifetime must be a whole number of seconds, from 1 to the expiry")
        seconds -= lifetime
    return {name: _written(seconds, names[name][0]), **values}


def _written(seconds, spelling):
    if spelling.startswith("yyyymmddhhmm"):
        return time.strftime("%Y%m%d%H%M", time.gmtime(seconds + int(spelling[12:]) * 3600))
    return f"{seconds:08x}" if spelling == "hex" else str(seconds)


def _field(name, spelling, mark, behind, value):
    if value is None:
        value = secrets.token_hex(16) if name in ("rand", "salt") else "0" if name in ("uid", "start") else ""
    if not re.fullmatch(r"[!$'-.0-<>@-\[\]-~]*", value) or (behind and behind in value):
        raise ValueError(f"the field {name} has characters that would end it: write letters and digits")
    if not value and not mark:
        raise ValueError(f"the link has a field {name}: give it a value")
    return _written(int(value), spelling) if name == "start" and value != "0" else value


def _digest(digest, key, message):
    function, _, encoding = digest.partition(":")
    _, keyed, name = function.rpartition("hmac-")
    if name not in ("md5", "sha1", "sha256", "sha384", "sha512") or encoding not in ("hex", "base64", "base64url"):
        raise ValueError(f"there is no digest {digest}: write md5:hex or hmac-sha256:base64url, for example")
    made = hmac.new(key, message, name) if keyed else hashlib.new(name, message)
    if encoding == "hex":
        return made.hexdigest()
    # In a query, + is a blank.
    return _base64url(made.digest()) if encoding == "base64url" else quote(base64.b64encode(made.digest()), "")


def akamai(url, secret, expires, *, client_ip=None, param="hdnts", **claims):
    """Claims are those of CLAIMS, such as acl="/films/*". Without acl the link opens the URL's path alone."""
    link, key = _Link(url, None), _secret(secret, "hex")
    pairs = {"ip": client_ip if client_ip is None else _address(client_ip), "st": None,
             "exp": _expiry(expires).decode(), **_claims("akamai", claims, "~")}
    salt = pairs.pop("salt", None)
    body = "~".join(f"{name}={value}" for name, value in pairs.items() if value is not None)
    message = body + ("" if "acl" in claims else f"~url={link.raw}") + (f"~salt={salt}" if salt else "")
    token = quote(body, "-._~!*'(),;:@/?=$")
    return link.with_params((param, f"{token}~hmac={hmac.new(key, message.encode(), 'sha256').hexdigest()}"))


def bunny(url, secret, expires, *, client_ip=None, param="token", **claims):
    """Claims are those of CLAIMS, such as token_path="/films/", which the link then opens with all below."""
    link, claims, until = _Link(url, None), _claims("bunny", claims, "&"), _expiry(expires)
    address = b""
    if client_ip is not None:
        address = ipaddress.ip_address(_address(client_ip)).packed
        # Of IPv6, the network counts.
        address = address if len(address) == 4 else address[:8] + bytes(8)
    pairs = [(name.encode(), value.encode()) for name, value in claims.items()]
    for piece in filter(None, link.query.split("&")):
        name, _, value = piece.replace("+", " ").partition("=")
        pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    message = claims.get("token_path", link.raw).encode() + until + address + b"&".join(
        b"%s=%s" % pair for pair in sorted(pairs))
    made = _base64url(hmac.new(_secret(secret), message, "sha256").digest())
    return link.with_params((param, f"HS256-{'1-' if address else ''}{made}"), ("expires", until.decode()),
                            *((name, quote(value, "")) for name, value in claims.items()))


def _claims(scheme, claims, end):
    for name, value in claims.items():
        if name not in CLAIMS[scheme]:
            raise ValueError(f"there is no claim {name}: write one of {', '.join(CLAIMS[scheme])}")
        if not re.fullmatch(rf"[^\x00-\x1f\x7f{end}]+", value):
            raise ValueError(f"the claim {name} is empty, or has an {end} or a control character")
    return claims


def ectoken(url, secret, expires, *, path=None, param=None, **claims):
    """Claims are those of CLAIMS by name, such as country_allow="DE,FR".

    Without url_allow the link opens whatever begins with the URL's path. Without param the token
    is the first piece of the query.
    """
    link = _Link(url, path)
    pairs = [] if expires is NEVER else [b"ec_expire=" + _expiry(expires)]
    if "url_allow" not in claims:
        if re.search(rb"[,&]| \Z", link.path):
            raise ValueError("a path with a comma, an & or a blank at its end is no url_allow: "
                             "write url_allow yourself")
        pairs.append(b"ec_url_allow=" + link.path)
    elif path is not None:
        raise ValueError("path and url_allow say the same thing: write one of them")
    for name, value in _claims("ectoken", claims, "&").items():
        pairs.append(f"ec_{name}={value}".encode())
    token = _sealed(_secret(secret), b"&".join(pairs))
    if len(token) > 6144:
        raise ValueError("the token is longer than 6144 characters: give it shorter claims")
    return link.with_token(token) if param is None else link.with_params((param, token))


class _Link:
    _URL = re.compile(r"(https?://[^/?#]+)?(/(?!/)[^?#]*)(?:\?([^#]*))?(#.*)?", re.IGNORECASE)

    def __init__(self, url, path):
        match = self._URL.fullmatch(url)
        if not match:
            raise ValueError("the URL has no path: write https://host/path or /path")
        self.origin, self.raw, self.query, self.fragment = match.groups("")
        if not re.fullmatch(r"[!-~]*", url) or re.search("%(?![0-9A-Fa-f]{2})", self.raw):
            raise ValueError("the URL must be percent-encoded: %20 for a blank, %25 for a %")
        # Not unquote_plus: in a path, + is a plus.
        self.path = unquote_to_bytes(self.raw) if path is None else _bytes(path)
        if not self.path.startswith(b"/"):
            raise ValueError("the path to sign must begin with /")
        if re.search(rb"[\x00-\x1f\x7f]", self.path):
            raise ValueError("the path has a control character, and no link opens it: rename it")

    def split(self, form):
        """What stays in front of a token in the path, what is behind it, and the fields in front of it."""
        segments = form.split("/")
        first = next((i for i, segment in enumerate(segments)
                      if re.search(r"\{(token|expires|time|start|ttl)\b", segment)), 0)
        if not form.startswith("/") or first < 2:
            return "", self.raw, {}
        front = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[!$'-.0-<>@-\\[\\]-~]+?)", re.escape("/".join(segments[:first])))
        match = re.match(rf"{front}(?=/)", self.raw)
        if not match:
            raise ValueError(f"the path must begin with {'/'.join(segments[:first])}/, behind which the token comes")
        return match[0], self.raw[match.end():], match.groupdict()

    def with_fields(self, form, front, values, token_param, expires_param):
        def filled(text):
            return _FIELD.sub(lambda field: values[field[1]] + field[4], text)

        if form.startswith("/"):
            if token_param or expires_param:
                raise ValueError("the token stands in the path, and there is no parameter to rename")
            behind = "" if "*}" in form else self.query
            token = "/".join(form.split("/")[front.count("/") + 1:])
            return self._joined(f"{front}/{filled(token)}", behind)
        params, renamed = [], expires_param
        for name, _, value in (param.partition("=") for param in form[1:].split("&")):
            if "{token}" in value:
                name = token_param or name
            elif re.search(r"\{(expires|time)\b", value):
                name, renamed = expires_param or name, None
            value = filled(value)
            if value:
                params.append((name, value))
        if renamed:
            raise ValueError("there is no parameter of the expiry's own to rename")
        return self.with_params(*params)

    def with_params(self, *params):
        pieces = self.query.split("&") if self.query else []
        for name, value in params:
            if not re.fullmatch(r"[\w.~-]+", name, re.ASCII):
                raise ValueError("names of parameters have only letters, digits, - . _ ~")
            if name in (piece.split("=")[0] for piece in pieces):
                raise ValueError(f"there is a parameter {name} already: sign without it, or take "
                                 "another name")
            pieces.append(f"{name}={value}")
        return self._joined(self.raw, "&".join(pieces))

    def with_token(self, token):
        return self._joined(self.raw, f"{token}{'&' if self.query else ''}{self.query}")

    def _joined(self, path, query):
        return f"{self.origin}{path}{'?' if query else ''}{query}{self.fragment}"


def _bytes(text):
    return text.encode() if isinstance(text, str) else text


def _secret(secret, form="text"):
    if not secret:
        raise ValueError("the secret is empty: take 16 random bytes or more")
    secret = _bytes(secret)
    try:
        if form == "hex":
            return binascii.unhexlify(secret)
        if form == "base64url":
            secret, form = secret.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/")), "base64"
            secret += b"=" * (-len(secret) % 4)
        key = secret if form == "text" else base64.b64decode(secret, validate=True)
    except binascii.Error:
        key = b""
    if form == "base64" and base64.b64encode(key) != secret or not key:
        raise ValueError(f"the secret must be written in {form}, base64 with its = at the end")
    return key


def _expiry(expires):
    if expires is NEVER:
        raise ValueError("these links must have an expiry")
    if not isinstance(expires, int) or not 1 <= expires <= 9999999999:
        raise ValueError("the expiry must be a Unix time in whole seconds, not milliseconds: "
                         "1 to 9999999999")
    return b"%d" % expires


def _address(text):
    try:
        if "%" in str(text):  # a zone, which means something on one machine only
            raise ValueError
        address = ipaddress.ip_address(str(text))
    except ValueError:
        raise ValueError("the client's address must be like 192.0.2.7 or 2001:db8::1") from None
    return str(getattr(address, "ipv4_mapped", None) or address)


def _base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _sealed(secret, text):
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError:
        raise ImportError("ectoken needs the package cryptography: pip install cryptography") from None
    nonce = os.urandom(12)
    return _base64url(nonce + AESGCM(hashlib.sha256(secret).digest()).encrypt(nonce, text, None))


# --- The command line ------------------------------------------------------------------------------

class _Arguments(argparse.ArgumentParser):
    def error(self, message):
        hint = "" if len(sys.argv) > 1 else "; --scheme NAME or --link, --digest and --message too, and an expiry"
        self.exit(2, f"{self.prog}: {message}{hint}\n")


def _digits(text):
    if not re.fullmatch("[0-9]+", text):
        raise argparse.ArgumentTypeError("write a whole number of seconds, such as 3600")
    return int(text)


def _main():
    if sys.argv[1:] == ["--schemes"]:
        for name, row in SCHEMES.items():
            print(name, *row, sep="\t")
        return
    parser = _Arguments(description="Signs a link.", allow_abbrev=False)
    parser.add_argument("--scheme", choices=(*SCHEMES, *CLAIMS))
    for name in ("link", "digest", "message"):
        parser.add_argument(f"--{name}", help="that of a format of your own, in place of the scheme's")
    parser.add_argument("--secret-form", choices=("text", "hex", "base64", "base64url"), default="text",
                        help="of a format of your own: how its secret is written")
    parser.add_argument("--secret-file", required=True, metavar="FILE")
    until = parser.add_mutually_exclusive_group(required=True)
    until.add_argument("--expires-in", type=_digits, metavar="SECONDS")
    until.add_argument("--expires-at", type=_digits, metavar="UNIX")
    until.add_argument("--never", action="store_true", help="where the scheme has that")
    parser.add_argument("--client-ip", metavar="ADDRESS", help="where the scheme binds it")
    parser.add_argument("--path", type=os.fsencode, help="sign this path as it is, not the URL's")
    parser.add_argument("--lifetime", type=_digits, metavar="SECONDS",
                        help="how long the server lets a link open that has its time of issue")
    parser.add_argument("--field", action="append", default=[], metavar="name=value", help="of the link")
    parser.add_argument("--claim", action="append", default=[], metavar="name=value",
                        help="ectoken, akamai and bunny")
    parser.add_argument("--param", metavar="NAME", help="another name for the token's parameter")
    parser.add_argument("url", metavar="URL")
    args = parser.parse_args()

    own = (args.link, args.digest, args.message)
    if args.scheme is None and None in own:
        parser.error("write --scheme, or --link, --digest and --message")
    options, claims = {}, CLAIMS.get(args.scheme, ())
    for name, value in (("path", args.path), ("client_ip", args.client_ip), ("lifetime", args.lifetime),
                        ("link", args.link), ("digest", args.digest), ("message", args.message)):
        if value is None or (args.scheme is None and value in own):
            continue
        if name == "message" or (claims and name != ("path" if args.scheme == "ectoken" else "client_ip")):
            parser.error(f"{args.scheme} has no --{name.replace('_', '-')}, but claims: {', '.join(claims)}")
        options[name] = value
    if args.param is not None:
        options["param" if claims else "token_param"] = args.param
    for claim in args.claim:
        name, _, value = claim.partition("=")
        if name not in claims or name in options:
            parser.error("--claim goes with ectoken, akamai and bunny as name=value, once for each name; the names "
                         f"are {', '.join(claims or CLAIMS['ectoken'])}")
        options[name] = value
    if args.field and claims:
        parser.error(f"{args.scheme} has no fields, but claims")
    if args.field:
        options["fields"] = dict(pair.partition("=")[::2] for pair in args.field)
    if args.expires_in is not None and args.expires_in < 1:
        parser.error("--expires-in must be a positive number of seconds")
    expires = NEVER if args.never else args.expires_at
    if args.expires_in is not None:
        expires = int(time.time()) + args.expires_in
    try:
        with open(args.secret_file, "rb") as file:
            secret = re.sub(rb"\r?\n\Z", b"", file.read())
        if args.scheme is None:
            print(sign_format(*own, args.url, secret, expires, secret_form=args.secret_form, **options))
        else:
            print(sign(args.scheme, args.url, secret, expires, **options))
    except (ValueError, ImportError, OSError) as error:
        parser.error(error)


if __name__ == "__main__":
    _main()
