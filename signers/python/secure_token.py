#!/usr/bin/env python3
"""Signs links for nginx-secure-token: ectoken (version 3), and the schemes of the table SCHEMES.

Copy this file into your project. Python 3.8 or newer; ectoken needs the package `cryptography`.

    import time, secure_token
    secure_token.azion("https://cdn.example.com/my%20film.mp4", secret, int(time.time()) + 3600)
    secure_token.sign("fastly", "https://cdn.example.com/a.mp4?x=1", secret, int(time.time()) + 3600)

The URL is the one that will be requested: percent-encoded and in normal form, without `//`, `/./`
and `/../` in the path. It comes back with the token in its query or in front of its path; all else
stays as it is. What cannot be signed raises ValueError.

    secret       str or bytes
    expires      Unix time in seconds
    client_ip    the only address that the link is good for (gcore, leaseweb)
    path         sign this path as it is and not the URL's: for a directory
    lifetime     seconds that the server lets a link open (alibaba-b); 1800 if not given
    token_param, expires_param, param     other names for the token's parameters
"""

import argparse
import binascii
import hashlib
import hmac
import ipaddress
import os
import re
import sys
import time
from base64 import b64decode, b64encode, urlsafe_b64encode
from urllib.parse import unquote_to_bytes

NEVER = object()  # the expiry of an ectoken that shall have none
CLAIMS = ("url_allow", "country_allow", "country_deny", "ref_allow", "ref_deny", "host_allow",
          "host_deny", "proto_allow", "proto_deny", "clientip")


# What a link looks like, how the message is hashed and the token written, what the message is, how the
# secret is written, and how many seconds a link opens that says when it was issued.
SCHEMES = {
    "azion": ("?st={token}&e={expires}", "md5:base64url", "{secret}{path}{expires}", "text", None),
    "gcore": ("?md5={token}&expires={expires}", "md5:base64url",
              "{expires}{path}{client_ip} {secret}", "text", None),
    "leaseweb": ("?st={token}&e={expires}", "md5:base64url",
                 "{secret}{client_ip}{path}{expires}", "text", None),
    "fastly": ("?token={expires}_{token}", "hmac-sha1:hex", "{uri:raw}{expires}", "base64", None),
    "alibaba-b": ("/{time:yyyymmddhhmm+8}/{token}{path}", "md5:hex", "{secret}{time}{path:raw}",
                  "text", 1800),
}


def sign(scheme, url, secret, expires, **options):
    """Signs in any of the schemes. The options are those of azion and gcore, or of ectoken."""
    if scheme == "ectoken":
        return ectoken(url, secret, expires, **options)
    if scheme not in SCHEMES:
        raise ValueError(f"unknown scheme {scheme}: write {', '.join(SCHEMES)} or ectoken")
    return _digest_link(scheme, url, secret, expires, **options)


def azion(url, secret, expires, **options):
    return _digest_link("azion", url, secret, expires, **options)


def gcore(url, secret, expires, **options):
    return _digest_link("gcore", url, secret, expires, **options)


def _digest_link(scheme, url, secret, expires, *, client_ip=None, path=None, token_param=None,
                 expires_param=None, lifetime=None):
    form, digest, message, written, usual = SCHEMES[scheme]
    if client_ip is not None and "{client_ip}" not in message:
        raise ValueError(f"{scheme} binds no client_ip: take gcore, or the claim clientip of ectoken")
    link, key = _Link(url, path), _secret(secret, written)
    raw = link.raw.encode() if path is None else link.path
    fields = {
        "secret": key,
        "client_ip": b"" if client_ip is None else _address(client_ip),
        "path": link.path,
        "path:raw": raw,
        "uri:raw": raw + (b"?" + link.query.encode() if link.query else b""),
        "expires": _expiry(expires),
    }
    if usual is not None:
        fields["time"] = fields["time:yyyymmddhhmm+8"] = _issue(
            expires, usual if lifetime is None else lifetime)
    elif lifetime is not None:
        raise ValueError(f"{scheme} has no lifetime: its links say when they expire")
    fields["token"] = _digest(digest, key, _filled(message, fields)).encode()
    return link.with_fields(scheme, form, fields, token_param, expires_param)


def _filled(form, fields):
    return re.sub(rb"\{([^}]+)\}", lambda field: fields[field[1].decode()], form.encode())


def _digest(digest, key, message):
    function, _, encoding = digest.partition(":")
    _, keyed, name = function.rpartition("hmac-")
    made = hmac.new(key, message, name) if keyed else hashlib.new(name, message)
    return made.hexdigest() if encoding == "hex" else _base64url(made.digest())


def ectoken(url, secret, expires, *, path=None, param=None, **claims):
    """Claims are CLAIMS by name, such as country_allow="DE,FR".

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
    for name, value in claims.items():
        if name not in CLAIMS:
            raise ValueError(f"there is no claim {name}: write one of {', '.join(CLAIMS)}")
        if not re.fullmatch(r"[^\x00-\x1f\x7f&]+", value):
            raise ValueError(f"the claim {name} is empty, or has an & or a control character")
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

    def with_fields(self, scheme, form, fields, token_param, expires_param):
        if form.startswith("/"):
            if token_param or expires_param:
                raise ValueError(f"{scheme} has its token in the path, and no parameter to rename")
            fields["path"] = self.raw.encode()
            return self._joined(_filled(form, fields).decode(), self.query)
        params = [param.split("=") for param in form[1:].split("&")]
        if expires_param and len(params) < 2:
            raise ValueError(f"{scheme} has no parameter of the expiry's own")
        names = [token_param, expires_param]
        return self.with_params(*((new or name, _filled(value, fields).decode())
                                  for (name, value), new in zip(params, names)))

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


def _secret(secret, written="text"):
    if not secret:
        raise ValueError("the secret is empty: take 16 random bytes or more")
    if written == "text":
        return _bytes(secret)
    try:
        key = b64decode(secret)
    except binascii.Error:
        key = b""
    if b64encode(key) != _bytes(secret):
        raise ValueError("the secret must be written in base64, with its = at the end")
    return key


def _expiry(expires):
    if not isinstance(expires, int) or not 1 <= expires <= 9999999999:
        raise ValueError("the expiry must be a Unix time in whole seconds, not milliseconds: "
                         "1 to 9999999999")
    return b"%d" % expires


def _issue(expires, lifetime):
    if not isinstance(lifetime, int) or not 1 <= lifetime <= expires:
        raise ValueError("the lifetime must be a whole number of seconds, from 1 to the expiry")
    # To the minute, by the clock of UTC+8.
    return time.strftime("%Y%m%d%H%M", time.gmtime(expires - lifetime + 8 * 3600)).encode()


def _address(text):
    try:
        if "%" in str(text):  # a zone, which means something on one machine only
            raise ValueError
        address = ipaddress.ip_address(str(text))
    except ValueError:
        raise ValueError("the client's address must be like 192.0.2.7 or 2001:db8::1") from None
    return str(getattr(address, "ipv4_mapped", None) or address).encode()


def _base64url(data):
    return urlsafe_b64encode(data).decode().rstrip("=")


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
        self.exit(2, f"{self.prog}: {message}\n")


def _digits(text):
    if not re.fullmatch("[0-9]+", text):
        raise argparse.ArgumentTypeError("write a whole number of seconds, such as 3600")
    return int(text)


def _main():
    if sys.argv[1:] == ["--schemes"]:
        for name, row in SCHEMES.items():
            print(name, *("-" if value is None else value for value in row), sep="\t")
        return
    parser = _Arguments(description="Signs a link.", allow_abbrev=False)
    parser.add_argument("--scheme", required=True, choices=(*SCHEMES, "ectoken"))
    parser.add_argument("--secret-file", required=True, metavar="FILE")
    until = parser.add_mutually_exclusive_group(required=True)
    until.add_argument("--expires-in", type=_digits, metavar="SECONDS")
    until.add_argument("--expires-at", type=_digits, metavar="UNIX")
    parser.add_argument("--client-ip", metavar="ADDRESS", help="gcore and leaseweb")
    parser.add_argument("--path", type=os.fsencode, help="sign this path as it is, not the URL's")
    parser.add_argument("--lifetime", type=_digits, metavar="SECONDS",
                        help="alibaba-b: how long the server lets a link open")
    parser.add_argument("--claim", action="append", default=[], metavar="name=value",
                        help="ectoken only")
    parser.add_argument("--param", metavar="NAME", help="another name for the token's parameter")
    parser.add_argument("url", metavar="URL")
    args = parser.parse_args()

    options = {"path": args.path}
    if args.param is not None:
        options["param" if args.scheme == "ectoken" else "token_param"] = args.param
    if args.client_ip is not None:
        if args.scheme == "ectoken":
            parser.error("ectoken has no --client-ip: write --claim clientip=ADDRESS")
        options["client_ip"] = args.client_ip
    if args.lifetime is not None:
        if args.scheme == "ectoken":
            parser.error("ectoken has no --lifetime: its links say when they expire")
        options["lifetime"] = args.lifetime
    for claim in args.claim:
        name, _, value = claim.partition("=")
        if args.scheme != "ectoken" or name not in CLAIMS or name in options:
            parser.error("--claim goes with ectoken as name=value, once for each name; the names are "
                         + ", ".join(CLAIMS))
        options[name] = value
    if args.expires_in is not None and args.expires_in < 1:
        parser.error("--expires-in must be a positive number of seconds")
    expires = args.expires_at if args.expires_in is None else int(time.time()) + args.expires_in
    try:
        with open(args.secret_file, "rb") as file:
            secret = re.sub(rb"\r?\n\Z", b"", file.read())
        print(sign(args.scheme, args.url, secret, expires, **options))
    except (ValueError, ImportError, OSError) as error:
        parser.error(error)


if __name__ == "__main__":
    _main()
