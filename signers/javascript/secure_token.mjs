#!/usr/bin/env node
// Signs links for NGINX with ngx_http_secure_token_module: ectoken (version 3), and the schemes of the
// table SCHEMES. One file without dependencies, for Node.js 18 or newer and for browsers.
//
//   import { azion, gcore, ectoken, sign } from "./secure_token.mjs";
//
//   const expires = Math.floor(Date.now() / 1000) + 3600;
//   await azion("https://cdn.example.com/videos/intro.mp4", secret, expires);
//   await gcore("/downloads/a.zip?v=2", secret, expires, { clientIp: "192.0.2.7" });
//   await ectoken("/films/a.mp4", secret, expires, { claims: { country_allow: "US,FR" } });
//   await sign("fastly", "/films/a.mp4?quality=2", secret, expires);
//
// Each returns the signed URL. The URL is given as it will be requested: percent-encoded and in normal
// form, without //, /./ and /../ in the path. The secret is a string or a Uint8Array, the expiry a Unix
// time in seconds. What cannot be signed is a SigningError whose message says what to write instead.
// Sign on a server: a secret that a browser has is none.
//
// Options: path, to sign this path as it is and not the URL's, as for a directory; clientIp, the address
// of the only client that the link opens for (gcore, leaseweb); lifetime, the seconds that the server lets
// a link open (alibaba-b; 1800 if not given); tokenParam and expiresParam, other names for the parameters
// (ectoken: param, which has none otherwise); md5 (see there). The expiry of an ectoken may be "never".
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

/**
 * The schemes that are a digest: what a link looks like, how the message is hashed and the token written,
 * what the message is, how the secret is written, and how many seconds a link opens that says when it
 * was issued.
 */
export const SCHEMES = {
  azion: {
    link: "?st={token}&e={expires}", digest: "md5:base64url",
    message: "{secret}{path}{expires}", secret: "text", lifetime: null,
  },
  gcore: {
    link: "?md5={token}&expires={expires}", digest: "md5:base64url",
    message: "{expires}{path}{client_ip} {secret}", secret: "text", lifetime: null,
  },
  leaseweb: {
    link: "?st={token}&e={expires}", digest: "md5:base64url",
    message: "{secret}{client_ip}{path}{expires}", secret: "text", lifetime: null,
  },
  fastly: {
    link: "?token={expires}_{token}", digest: "hmac-sha1:hex",
    message: "{uri:raw}{expires}", secret: "base64", lifetime: null,
  },
  "alibaba-b": {
    link: "/{time:yyyymmddhhmm+8}/{token}{path}", digest: "md5:hex",
    message: "{secret}{time}{path:raw}", secret: "text", lifetime: 1800,
  },
};

/** Azion, formerly MaxCDN and StackPath. */
export const azion = (url, secret, expires, options = {}) =>
  sign("azion", url, secret, expires, options);

/** Gcore, EdgeCenter, Yandex Cloud CDN. */
export const gcore = (url, secret, expires, options = {}) =>
  sign("gcore", url, secret, expires, options);

/** Signs in any of the schemes. */
export async function sign(scheme, url, secret, expires, options = {}) {
  if (scheme === "ectoken") return ectoken(url, secret, expires, options);
  const row = rowOf(scheme);
  const known = ["path", "tokenParam", "expiresParam", "md5"];
  if (row.message.includes("{client_ip}")) known.push("clientIp");
  if (row.lifetime !== null) known.push("lifetime");
  allowOnly(options, known, scheme);
  const { tokenParam, expiresParam } = options;
  const link = splitUrl(url);
  const fields = messageFields(scheme, url, secret, expires, options);
  const message = joinBytes(digestMessage(scheme, fields).map(([, bytes]) => bytes));
  const token = await digest(scheme, fields.secret, message, options.md5);
  const filled = (form) => form.replace(/\{([^}]+)\}/g,
    (_, name) => ({ ...fields, token, path: link.path })[name.replace(/:.*/, "")]);

  if (row.link.startsWith("/")) {
    if (tokenParam !== undefined || expiresParam !== undefined) {
      fail(`${scheme} has its token in the path: there is no parameter to rename`);
    }
    return joinUrl({ ...link, path: filled(row.link) }, link.query);
  }
  const params = row.link.slice(1).split("&").map((param) => param.split("="));
  if (expiresParam !== undefined && params.length < 2) fail(`${scheme} has no parameter of the expiry's own`);
  const names = params.map(([name], index) => [tokenParam, expiresParam][index] ?? name);
  names.forEach(checkName);
  if (names[0] === names[1]) fail(`token and expiry are both called ${names[0]}: give them two names`);
  splitUrl(url, names);
  return joinUrl(link, link.query, ...params.map(([, value], index) => `${names[index]}=${filled(value)}`));
}

function rowOf(scheme) {
  if (!Object.hasOwn(SCHEMES, scheme)) {
    fail(`there is no scheme ${scheme}: write ${Object.keys(SCHEMES).join(", ")} or ectoken`);
  }
  return SCHEMES[scheme];
}

/** The fields that a message may have, as bytes or text. */
export function messageFields(scheme, url, secret, expires, { path, clientIp, lifetime } = {}) {
  const row = rowOf(scheme);
  const link = splitUrl(url);
  const raw = toBytes(path ?? link.path);
  return {
    secret: keyOf(scheme, secret),
    path: signedPath(link, path),
    "path:raw": raw,
    "uri:raw": joinBytes([raw, link.query && `?${link.query}`]),
    expires: expiryText(expires),
    time: row.lifetime === null ? "" : issueOf(expires, lifetime ?? row.lifetime),
    client_ip: clientIp === undefined ? "" : addressText(clientIp),
  };
}

/** What is hashed, piece by piece: pairs of a field's name (or the literal text) and its bytes. */
export const digestMessage = (scheme, fields) => messageOf(rowOf(scheme).message, fields);

/** The same of a message that is written as in the table. */
export const messageOf = (form, fields) =>
  form.split(/\{([^}]+)\}/).map((text, index) => [text, toBytes(index % 2 ? fields[text] : text)])
    .filter(([text]) => text !== "");

/** The token of a message. `hash` is a MD5, see there. */
export async function digest(scheme, key, message, hash) {
  const [name, encoding] = rowOf(scheme).digest.split(":");
  const bytes = name === "md5" ? await md5(message, hash) : await hmacSha1(key, message);
  return encoding === "hex" ? toHex(bytes) : toBase64url(bytes);
}

async function hmacSha1(key, message) {
  const { subtle } = await webCrypto();
  const prepared = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", prepared, message));
}

function issueOf(expires, lifetime) {
  const issued = Number(expiryText(expires)) - lifetime;
  if (!(Number.isInteger(lifetime) && lifetime >= 1 && issued >= 0)) {
    fail("the lifetime is no whole number of seconds from 1 to the expiry: write 1800 for half an hour");
  }
  return issueTime(issued);
}

/** A time of issue to the minute, by the clock of UTC+8. */
export const issueTime = (seconds) =>
  new Date((seconds + 8 * 3600) * 1000).toISOString().replace(/\D/g, "").slice(0, 12);

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

function joinUrl(link, ...pieces) {
  const query = pieces.filter((piece) => piece !== "").join("&");
  return `${link.origin}${link.path}${query && `?${query}`}${link.fragment}`;
}

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

/** The bytes that a secret stands for. */
export const keyOf = (scheme, secret) => (rowOf(scheme).secret === "base64" ? bytesOfBase64(secret) : secretBytes(secret));

function bytesOfBase64(secret) {
  const text = String.fromCharCode(...secretBytes(secret));
  const key = /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0 ? atob(text) : "";
  if (btoa(key) !== text) fail("the secret is not written in base64 with its = at the end, and must be");
  return Uint8Array.from(key, (character) => character.charCodeAt(0));
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

export const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

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

const USAGE = `usage: node secure_token.mjs --scheme NAME --secret-file FILE
           (--expires-in SECONDS | --expires-at UNIX) [--client-ip ADDRESS] [--path PATH]
           [--lifetime SECONDS] [--claim name=value ...] [--param NAME] URL
       node secure_token.mjs --schemes

Prints the signed URL.

  --scheme NAME         ${Object.keys(SCHEMES).join(", ")} or ectoken; --schemes tells what they sign
  --secret-file FILE    holds the secret; one newline at its end is dropped
  --client-ip ADDRESS   open it to this client only (gcore, leaseweb)
  --lifetime SECONDS    that the server lets a link open (alibaba-b), where they are not 1800
  --path PATH           sign this path as it is, instead of the URL's: for example a directory
  --claim name=value    a restriction (ectoken): ${Object.keys(RESTRICTIONS).slice(0, 5).join(", ")},
                        ${Object.keys(RESTRICTIONS).slice(5).join(", ")}
  --param NAME          the token's parameter, where it is called otherwise
`;

async function signFromArguments(args) {
  const { parseArgs } = await import("node:util");
  const { readFileSync } = await import("node:fs");
  const text = { type: "string", multiple: true };
  const names = ["scheme", "secret-file", "expires-in", "expires-at", "client-ip", "path", "lifetime", "param"];
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

  const isSealed = value.scheme === "ectoken";
  if (!isSealed && !Object.hasOwn(SCHEMES, value.scheme ?? "")) {
    fail(`write --scheme with ${Object.keys(SCHEMES).join(", ")} or ectoken`);
  }
  if (value["secret-file"] === undefined) fail("write --secret-file with the file that holds the secret");
  if ((value["expires-in"] === undefined) === (value["expires-at"] === undefined)) {
    fail("write either --expires-in with seconds from now or --expires-at with a Unix time");
  }
  if (given.positionals.length !== 1) fail("write one URL, in quotes");

  const options = {};
  if (value.path !== undefined) options.path = value.path;
  if (value.param !== undefined) options[isSealed ? "param" : "tokenParam"] = value.param;
  if (value["client-ip"] !== undefined) {
    if (isSealed) fail("ectoken has no --client-ip: write --claim clientip=ADDRESS");
    if (!SCHEMES[value.scheme].message.includes("{client_ip}")) fail("--client-ip goes with gcore and leaseweb");
    options.clientIp = value["client-ip"];
  }
  if (value.lifetime !== undefined) {
    if (isSealed) fail("ectoken has no --lifetime: its links say when they expire");
    options.lifetime = secondsOf(value.lifetime, "--lifetime");
  }
  for (const claim of given.values.claim ?? []) {
    if (!isSealed || !claim.includes("=")) fail("--claim goes with ectoken, as name=value");
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
  return sign(value.scheme, given.positionals[0], secret, expiryOf(value["expires-in"], value["expires-at"]), options);
}

const expiryOf = (seconds, time) =>
  seconds === undefined ? time : Math.floor(Date.now() / 1000) + secondsOf(seconds, "--expires-in");

function secondsOf(text, option) {
  if (!/^[1-9][0-9]{0,9}$/.test(text)) fail(`${option} is a number of seconds: write 3600 for an hour`);
  return Number(text);
}

const table = () => Object.entries(SCHEMES).map(([name, { link, digest, message, secret, lifetime }]) =>
  [name, link, digest, message, secret, lifetime ?? "-"].join("\t"));

async function main() {
  const { pathToFileURL } = await import("node:url");
  const { existsSync, realpathSync } = await import("node:fs");
  const [, program = "", ...args] = globalThis.process.argv;
  if (!existsSync(program) || pathToFileURL(realpathSync(program)).href !== import.meta.url) return;
  try {
    const answers = { "--help": () => USAGE, "--schemes": () => `${table().join("\n")}\n` };
    const answer = args.length === 1 && answers[args[0]];
    globalThis.process.stdout.write(answer ? answer() : `${await signFromArguments(args)}\n`);
  } catch (error) {
    if (!(error instanceof SigningError)) throw error;
    globalThis.process.stderr.write(`secure_token: ${error.message}\n`);
    globalThis.process.exitCode = 2;
  }
}

// Nobody who imports this has to wait for it.
if (inNode) main();
