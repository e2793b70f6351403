#!/usr/bin/env node
// Signs links for NGINX with ngx_http_secure_token_module: schemes azion, gcore and ectoken
// (version 3). One file without dependencies, for Node.js 18 or newer and for browsers.
//
//   import { azion, gcore, ectoken } from "./secure_token.mjs";
//
//   const expires = Math.floor(Date.now() / 1000) + 3600;
//   await azion("https://cdn.example.com/videos/intro.mp4", secret, expires);
//   await gcore("/downloads/a.zip?v=2", secret, expires, { clientIp: "192.0.2.7" });
//   await ectoken("/films/a.mp4", secret, expires, { claims: { country_allow: "US,FR" } });
//
// Each returns the signed URL. The URL is given as it will be requested: percent-encoded and in normal
// form, without //, /./ and /../ in the path. The secret is a string or a Uint8Array, the expiry a Unix
// time in seconds. What cannot be signed is a SigningError whose message says what to write instead.
// Sign on a server: a secret that a browser has is none.
//
// Options: path, to sign this decoded path and not the URL's, as for a directory; tokenParam and
// expiresParam, other names for the parameters (ectoken: param, which has none otherwise). The expiry of
// an ectoken may be "never".
//
// In a shell: node secure_token.mjs --help

/** Why something was not signed, and what to write instead. */
export class SigningError extends Error {
  name = "SigningError";
}

const fail = (message) => {
  throw new SigningError(message);
};

const inNode = Boolean(globalThis.process?.versions?.node);

// ---- The schemes

/** Azion, formerly MaxCDN and StackPath. Options: path, tokenParam, expiresParam, md5 (see there). */
export const azion = (url, secret, expires, options = {}) =>
  signWithDigest("azion", url, secret, expires, options);

/**
 * Gcore, EdgeCenter, Yandex Cloud CDN. Options: those of azion; clientIp, the address of the only client
 * that the link opens for.
 */
export const gcore = (url, secret, expires, options = {}) =>
  signWithDigest("gcore", url, secret, expires, options);

/**
 * Edgio, formerly Verizon and EdgeCast. Options: path, param, and claims, the restrictions by name (see
 * RESTRICTIONS). Without url_allow the link is for its own path and for what begins with it.
 */
export async function ectoken(url, secret, expires, options = {}) {
  allowOnly(options, ["path", "param", "claims"], "ectoken");
  const { path, param, claims = {} } = options;
  if (param !== undefined) checkName(param);
  if (path !== undefined && "url_allow" in claims) {
    fail("path and url_allow say the same thing: give one of them");
  }
  const link = splitUrl(url, [param]);
  const text = ectokenText(signedPath(link, path), expires, claims);
  const token = await encrypt(text, secretBytes(secret));
  if (token.length > 6144) fail("the token is longer than 6144 characters: give it fewer restrictions");
  return param === undefined
    ? joinUrl(link, token, link.query)
    : joinUrl(link, link.query, `${param}=${token}`);
}

/** The schemes that are an MD5: what goes into it, in this order, and how the parameters are called. */
export const DIGESTS = {
  azion: { token: "st", expires: "e", message: ["secret", "path", "expires"] },
  gcore: {
    token: "md5",
    expires: "expires",
    message: ["expires", "path", "clientIp", " ", "secret"],
  },
};

async function signWithDigest(scheme, url, secret, expires, options) {
  const known = ["path", "tokenParam", "expiresParam", "md5"];
  allowOnly(options, scheme === "gcore" ? [...known, "clientIp"] : known, scheme);
  const { tokenParam = DIGESTS[scheme].token, expiresParam = DIGESTS[scheme].expires } = options;
  [tokenParam, expiresParam].forEach(checkName);
  if (tokenParam === expiresParam) {
    fail(`token and expiry are both called ${tokenParam}: give them two names`);
  }
  const link = splitUrl(url, [tokenParam, expiresParam]);
  const message = digestMessage(scheme, {
    secret: secretBytes(secret),
    path: signedPath(link, options.path),
    expires: expiryText(expires),
    clientIp: options.clientIp === undefined ? "" : addressText(options.clientIp),
  });
  const token = toBase64url(await md5(joinBytes(message.map(([, bytes]) => bytes)), options.md5));
  return joinUrl(link, link.query, `${tokenParam}=${token}&${expiresParam}=${expiryText(expires)}`);
}

/** What goes into MD5, piece by piece: pairs of a field's name (or the literal text) and its bytes. */
export function digestMessage(scheme, fields) {
  return DIGESTS[scheme].message.map((name) => [name, toBytes(fields[name] ?? name)]);
}

// ---- ectoken

// A list's entry, where it has a form that can be checked.
const COUNTRY = [/^[a-z0-9]{2}$/i, "two letters, for example US"];
const PROTOCOL = [/^https?$/i, "http or https"];

/** The restrictions by name. Each is a list, separated by commas. */
export const RESTRICTIONS = {
  url_allow: [/^\//, "the beginning of a path, with its first slash"],
  country_allow: COUNTRY,
  country_deny: COUNTRY,
  ref_allow: null,
  ref_deny: null,
  host_allow: null,
  host_deny: null,
  proto_allow: PROTOCOL,
  proto_deny: PROTOCOL,
  clientip: [/^[0-9a-f:.]+(\/\d{1,3})?$/i, "an address or a block such as 192.0.2.0/24"],
};

/** What an ectoken says, as bytes. */
export function ectokenText(path, expires, claims = {}) {
  const pairs = expires === "never" ? [] : [`ec_expire=${expiryText(expires)}`];
  if (!("url_allow" in claims)) pairs.push(joinBytes(["ec_url_allow=", urlAllow(path)]));
  for (const [name, value] of Object.entries(claims)) {
    checkRestriction(name, value);
    pairs.push(`ec_${name}=${value}`);
  }
  return joinBytes(pairs.flatMap((pair, index) => (index > 0 ? ["&", pair] : [pair])));
}

// The link's own path, where it can stand in a list.
function urlAllow(path) {
  const text = String.fromCharCode(...path);
  if (/[,&]|^ | $/.test(text)) {
    fail("a path with a comma, an & or a blank at its end cannot stand in url_allow: " +
      "give url_allow a path that this one begins with, for example the directory");
  }
  return path;
}

function checkRestriction(name, value) {
  if (!Object.hasOwn(RESTRICTIONS, name)) {
    fail(`${name} is no restriction: write one of ${Object.keys(RESTRICTIONS).join(", ")}`);
  }
  if (typeof value !== "string" || value.trim() === "") {
    fail(`${name} is empty: give it a value or leave it out`);
  }
  if (value.includes("&")) fail(`${name} contains an &, which ends a value: leave it out`);
  if (hasControls(value)) fail(`${name} contains a control character: leave it out`);
  const [form, hint] = RESTRICTIONS[name] ?? [/(?:)/];
  const entries = value.split(",").map((entry) => entry.trim()).filter((entry) => entry !== "");
  const wrong = entries.find((entry) => !form.test(entry));
  if (wrong !== undefined) fail(`${name} contains "${wrong}": write ${hint}`);
}

async function encrypt(text, secret) {
  const crypto = await webCrypto();
  const key = await ectokenKey(secret, "encrypt");
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, text);
  return toBase64url(joinBytes([iv, new Uint8Array(sealed)]));
}

/** The key that a secret stands for, to "encrypt" or to "decrypt". */
export async function ectokenKey(secret, use) {
  const { subtle } = await webCrypto();
  return subtle.importKey("raw", await subtle.digest("SHA-256", secret), "AES-GCM", false, [use]);
}

// ---- URLs, paths and values

/** Takes a URL apart. Parameters of the names in `free` must not be there yet. */
export function splitUrl(url, free = []) {
  if (typeof url !== "string") fail("the URL is no string");
  if (hasControls(url)) fail("the URL contains a control character: leave it out");
  const [raw] = /[^!-~]/u.exec(url) ?? [];
  if (raw) fail(`the URL must be percent-encoded: write "${raw}" as ${percentEncode(toBytes(raw))}`);
  const parts = /^(https?:\/\/[^/?#]+)?(\/(?!\/)[^?#]*)(?:\?([^#]*))?(#.*)?$/i.exec(url);
  if (!parts) fail("the URL has no path: write https://cdn.example.com/path or /path");
  const [, origin = "", path, query = "", fragment = ""] = parts;
  const [wrong] = /%(?![0-9a-f]{2}).{0,2}/i.exec(path) ?? [];
  if (wrong) fail(`${wrong} in the URL is no percent-encoding: write a percent sign as %25`);
  const taken = free.find((name) => query.split("&").some((piece) => piece.split("=")[0] === name));
  if (taken !== undefined) fail(`the URL has the parameter ${taken} already: sign it without`);
  return { origin, path, query, fragment };
}

const joinUrl = (link, ...query) =>
  `${link.origin}${link.path}?${query.filter((piece) => piece !== "").join("&")}${link.fragment}`;

/** Undoes percent-encoding; a plus stays a plus. */
export function percentDecode(text) {
  const pieces = text.split(/%([0-9a-f]{2})/i);
  return joinBytes(pieces.map((piece, index) => (index % 2 ? [parseInt(piece, 16)] : piece)));
}

/** Percent-encodes all bytes but those that need it nowhere in a path. */
export const percentEncode = (bytes) =>
  Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    const escape = `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    return /[A-Za-z0-9/._~-]/.test(character) ? character : escape;
  }).join("");

// The bytes that are signed for the path: those of the URL, or of the option, which is decoded.
function signedPath(link, path) {
  if (path !== undefined && !(typeof path === "string" && path.startsWith("/"))) {
    fail("the path to sign does not begin with a slash: write it as in /videos/");
  }
  const bytes = path === undefined ? percentDecode(link.path) : toBytes(path);
  if (bytes.some((byte) => byte < 32 || byte === 127)) {
    fail("the path contains a control character, and no link opens such a path: rename the file");
  }
  return bytes;
}

function secretBytes(secret) {
  if (!(typeof secret === "string" || secret instanceof Uint8Array)) {
    fail("the secret is neither a string nor a Uint8Array");
  }
  if (secret.length === 0) fail("the secret is empty: write one, for example from openssl rand -hex 16");
  return toBytes(secret);
}

function expiryText(expires) {
  const text = ["number", "bigint", "string"].includes(typeof expires) ? String(expires) : "";
  if (!/^[1-9][0-9]{0,9}$/.test(text)) {
    fail("the expiry is not a Unix time of 1 to 10 digits: write seconds since 1970, no milliseconds");
  }
  return text;
}

function checkName(name) {
  if (!/^[A-Za-z0-9._~-]+$/.test(name)) {
    fail("the name of a parameter consists of letters, digits, -, ., _ and ~");
  }
}

// A misspelled option would make a link that is less restricted than was meant.
function allowOnly(options, known, scheme) {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) fail(`${scheme} has no option ${unknown}: it has ${known.join(", ")}`);
}

/** An address in the one spelling that is signed: IPv6 in its short form, IPv4-mapped as IPv4. */
export function addressText(address) {
  if (/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(address) && !/\b0\d/.test(address)) {
    return address;
  }
  let short;
  try {
    // URLs have the same short form.
    short = /^[0-9a-f:.]+$/i.test(address) && new URL(`http://[${address}]/`).hostname.slice(1, -1);
  } catch {
    // No IPv6 address either.
  }
  if (!short) fail(`"${address}" is no address: write one such as 192.0.2.7 or 2001:db8::7`);
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(short);
  if (!mapped) return short;
  return mapped.slice(1).map((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255])
    .flat().join(".");
}

// ---- Bytes

const encoder = new TextEncoder();

const hasControls = (text) => /[\x00-\x1f\x7f]/.test(text);

/** Text as UTF-8. */
export const toBytes = (text) => (typeof text === "string" ? encoder.encode(text) : Uint8Array.from(text));

export const joinBytes = (pieces) => Uint8Array.from(pieces.flatMap((piece) => [...toBytes(piece)]));

export const toBase64url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/**
 * MD5, which browsers do not have. There `hash`, or else a global function `md5`, makes of a
 * Uint8Array the 16 bytes or their 32 hexadecimal digits.
 */
export async function md5(bytes, hash) {
  if (inNode && hash === undefined) {
    const { createHash } = await import("node:crypto");
    return Uint8Array.from(createHash("md5").update(bytes).digest());
  }
  hash ??= globalThis.md5;
  if (typeof hash !== "function") {
    fail("there is no MD5 here: hand in a function as the option md5, or load one that is called md5");
  }
  const digest = await hash(bytes);
  const result = typeof digest === "string"
    ? Uint8Array.from(digest.match(/../g) ?? [], (pair) => parseInt(pair, 16))
    : Uint8Array.from(digest);
  if (result.length !== 16) fail("the function for MD5 returned no 16 bytes and no 32 digits");
  return result;
}

/** Node 18 does not have it as a global, and browsers have it for safe origins only. */
export async function webCrypto() {
  const crypto = globalThis.crypto ?? (inNode && (await import("node:crypto")).webcrypto);
  if (!crypto?.subtle) {
    fail("the browser offers no encryption here: open the page by https, from 127.0.0.1 or as a file");
  }
  return crypto;
}

// ---- The command line

const USAGE = `usage: node secure_token.mjs --scheme azion|gcore|ectoken --secret-file FILE
           (--expires-in SECONDS | --expires-at UNIX) [--client-ip ADDRESS] [--path PATH]
           [--claim name=value ...] [--param NAME] URL

Prints the signed URL.

  --secret-file FILE    holds the secret; one newline at its end is dropped
  --client-ip ADDRESS   open it to this client only (gcore)
  --path PATH           sign this path, decoded, instead of the URL's: for example a directory
  --claim name=value    a restriction (ectoken): ${Object.keys(RESTRICTIONS).slice(0, 5).join(", ")},
                        ${Object.keys(RESTRICTIONS).slice(5).join(", ")}
  --param NAME          the token's parameter, where it is called otherwise
`;

async function signFromArguments(args) {
  const { parseArgs } = await import("node:util");
  const { readFileSync } = await import("node:fs");
  const text = { type: "string", multiple: true };
  const names = ["scheme", "secret-file", "expires-in", "expires-at", "client-ip", "path", "param"];
  let given;
  try {
    given = parseArgs({
      args,
      allowPositionals: true,
      options: Object.fromEntries([...names, "claim"].map((name) => [name, text])),
    });
  } catch (error) {
    fail(error.message.split("\n")[0]);
  }
  const repeated = names.find((name) => given.values[name]?.length > 1);
  if (repeated !== undefined) fail(`--${repeated} is given more than once: give it once`);
  const value = Object.fromEntries(names.map((name) => [name, given.values[name]?.[0]]));

  const sign = { azion, gcore, ectoken }[value.scheme];
  if (sign === undefined) fail("write --scheme azion, --scheme gcore or --scheme ectoken");
  if (value["secret-file"] === undefined) fail("write --secret-file with the file that holds the secret");
  if ((value["expires-in"] === undefined) === (value["expires-at"] === undefined)) {
    fail("write either --expires-in with seconds from now or --expires-at with a Unix time");
  }
  if (given.positionals.length !== 1) fail("write one URL, in quotes");

  const options = {};
  if (value.path !== undefined) options.path = value.path;
  if (value.param !== undefined) options[sign === ectoken ? "param" : "tokenParam"] = value.param;
  if (value["client-ip"] !== undefined) {
    if (sign !== gcore) fail("--client-ip goes with gcore; with ectoken write --claim clientip=ADDRESS");
    options.clientIp = value["client-ip"];
  }
  for (const claim of given.values.claim ?? []) {
    if (sign !== ectoken || !claim.includes("=")) fail("--claim goes with ectoken, as name=value");
    const name = claim.slice(0, claim.indexOf("="));
    options.claims ??= {};
    if (name in options.claims) fail(`--claim ${name} is given twice: put a comma between its values`);
    options.claims[name] = claim.slice(name.length + 1);
  }

  let secret;
  try {
    secret = readFileSync(value["secret-file"]);
  } catch (error) {
    fail(`the secret file cannot be read (${error.code}): name a file that you may read`);
  }
  if (secret.at(-1) === 10) secret = secret.subarray(0, secret.at(-2) === 13 ? -2 : -1);
  return sign(given.positionals[0], secret, expiryOf(value["expires-in"], value["expires-at"]), options);
}

function expiryOf(seconds, time) {
  if (seconds === undefined) return time;
  if (!/^[1-9][0-9]{0,9}$/.test(seconds)) fail("--expires-in is a number of seconds: write 3600 for an hour");
  return Math.floor(Date.now() / 1000) + Number(seconds);
}

async function main() {
  const { pathToFileURL } = await import("node:url");
  const { existsSync, realpathSync } = await import("node:fs");
  const [, program = "", ...args] = globalThis.process.argv;
  if (!existsSync(program) || pathToFileURL(realpathSync(program)).href !== import.meta.url) return;
  try {
    const help = args.length === 1 && args[0] === "--help";
    globalThis.process.stdout.write(help ? USAGE : `${await signFromArguments(args)}\n`);
  } catch (error) {
    if (!(error instanceof SigningError)) throw error;
    globalThis.process.stderr.write(`secure_token: ${error.message}\n`);
    globalThis.process.exitCode = 2;
  }
}

// Nobody who imports this has to wait for it.
if (inNode) main();
