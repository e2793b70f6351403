#!/usr/bin/env node
// Signs links for NGINX with ngx_http_secure_token_module: the formats of the table SCHEMES and those of your
// own, akamai, bunny, and ectoken (version 3). One file without dependencies, for Node.js 18 or newer and for
// browsers.
//
//   import { sign, signFormat, ectoken } from "./secure_token.mjs";
//
//   const expires = Math.floor(Date.now() / 1000) + 3600;
//   await sign("azion", "https://cdn.example.com/videos/intro.mp4", secret, expires);
//   await sign("gcore", "/downloads/a.zip?v=2", secret, expires, { clientIp: "192.0.2.7" });
//   await sign("alibaba-a", "/films/a.mp4?quality=2", secret, expires, { fields: { uid: "42" } });
//   await signFormat({ link: "?sig={token}&exp={expires}", digest: "hmac-sha256:hex", message: "{expires}{path}" },
//     "/a.mp4", secret, expires);
//   await ectoken("/films/a.mp4", secret, expires, { claims: { country_allow: "US,FR" } });
//
// Each returns the signed URL. The URL is given as it will be requested: percent-encoded and in normal
// form, without //, /./ and /../ in the path. The secret is a string or a Uint8Array, the expiry a Unix
// time in seconds, or "never" where the format has none or may leave it out. What cannot be signed is a
// SigningError whose message says what to write instead. Sign on a server: a secret that a browser has is none.
//
// Options: path, to sign this path as it is and not the URL's, as for a directory; clientIp, the address
// of the only client that the link opens for, where {client_ip} is in the message; lifetime, the seconds that
// the server lets a link open that has its time of issue, if not the usual; fields, the values of other fields
// of the link (without, rand and salt are random, uid and start are 0, and what may be absent is); link and
// digest, others than the scheme's; tokenParam and expiresParam, other names for the parameters (of ectoken,
// akamai and bunny: param); md5 (see there).
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

// The name, what a link looks like, how the message is hashed and the token written, what the message is, how
// the secret is written, and how many seconds a link opens that says when it was issued.
const ROWS = `
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
`.trim().split("\n").map((row) => row.split("  "));

/** The schemes that are a digest. */
export const SCHEMES = Object.fromEntries(ROWS.map(([name, link, digest, message, secret, lifetime]) =>
  [name, { link, digest, message, secret, lifetime: lifetime === "-" ? null : Number(lifetime) }]));

/** Azion, formerly MaxCDN and StackPath. */
export const azion = (url, secret, expires, options = {}) =>
  sign("azion", url, secret, expires, options);

/** Gcore, EdgeCenter, Yandex Cloud CDN. */
export const gcore = (url, secret, expires, options = {}) =>
  sign("gcore", url, secret, expires, options);

/** Signs in any of the schemes. */
export async function sign(scheme, url, secret, expires, options = {}) {
  const own = { akamai, bunny, ectoken };
  if (Object.hasOwn(own, scheme)) return own[scheme](url, secret, expires, options);
  const { link, digest, ...rest } = options;
  const row = rowOf(scheme);
  return signFormat({ ...row, link: link ?? row.link, digest: digest ?? row.digest }, url, secret, expires, rest);
}

/**
 * Signs in a format of your own: link, digest and message as in secure_token_format, and where they are needed
 * secret (how it is written: "text", "hex", "base64" or "base64url") and lifetime.
 */
export async function signFormat(format, url, secret, expires, options = {}) {
  const known = ["path", "tokenParam", "expiresParam", "md5", "fields"];
  if (format.message.includes("{client_ip}")) known.push("clientIp");
  else if (options.clientIp !== undefined) fail("the message has no client_ip: take gcore, or the claim clientip of ectoken");
  if (/\{time\b/.test(format.link)) known.push("lifetime");
  allowOnly(options, known, "such a link");
  const link = splitUrl(url);
  const { front, behind } = splitPath(format.link, link.path);
  const fields = linkFields(format, url, secret, expires, options);
  const bytes = joinBytes(messageOf(format.message, fields).map(([, piece]) => piece));
  const token = await hashedToken(format.digest, fields.secret, bytes, options.md5);
  const filled = (form) => form.replace(FIELD, (_, name, spelling, mark, text) =>
    (name === "path" ? behind : { ...fields, token }[name]) + text);

  let { tokenParam, expiresParam } = options;
  if (format.link.startsWith("/")) {
    if (tokenParam !== undefined || expiresParam !== undefined) {
      fail("the token stands in the path: there is no parameter to rename");
    }
    const segments = format.link.split("/").slice(front.split("/").length || 1).join("/");
    return joinUrl({ ...link, path: `${front}/${filled(segments)}` }, format.link.includes("*}") ? "" : link.query);
  }
  const params = format.link.slice(1).split("&").map((param) => {
    let [name, value] = param.split(/=(.*)/);
    if (value.includes("{token}")) {
      name = tokenParam ?? name;
    } else if (/\{(expires|time)\b/.test(value)) {
      name = expiresParam ?? name;
      expiresParam = undefined;
    }
    return [name, filled(value)];
  }).filter(([, value]) => value !== "");
  if (expiresParam !== undefined) fail("there is no parameter of the expiry's own to rename");
  const names = params.map(([name]) => name);
  names.forEach(checkName);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) fail(`two parameters are both called ${twice}: give them two names`);
  splitUrl(url, names);
  return joinUrl(link, link.query, ...params.map((param) => param.join("=")));
}

function rowOf(scheme) {
  if (!Object.hasOwn(SCHEMES, scheme)) {
    fail(`there is no scheme ${scheme}: write ${[...Object.keys(SCHEMES), ...Object.keys(CLAIMS)].join(", ")}`);
  }
  return SCHEMES[scheme];
}

// A field of a link, and the text that ends it.
const FIELD = /\{([a-z0-9_]+):?([^{}?*]*)([?*]?)\}([^{&/]*)/g;
const PLAIN = String.raw`[!$'-.0-<>@-\[\]-~]`;

// What stays in front of a token in the path, what is behind it, and the fields in front of it.
function splitPath(form, path) {
  const segments = form.split("/");
  const first = segments.findIndex((segment) => /\{(token|expires|time|start|ttl)\b/.test(segment));
  if (!form.startsWith("/") || first < 2) return { front: "", behind: path, found: {} };
  const front = segments.slice(0, first).join("/");
  const shape = front.replace(/\{(\w+)\}|[^{]+/g, (text, name) =>
    name ? `(?<${name}>${PLAIN}+?)` : text.replace(/[^\w/-]/g, "\\$&"));
  const match = new RegExp(`^${shape}(?=/)`).exec(path);
  if (!match) fail(`the path does not begin with ${front}/, behind which the token comes: give one that does`);
  return { front: match[0], behind: path.slice(match[0].length), found: match.groups };
}

/** The fields that a message may have, as bytes or text. */
export const messageFields = (scheme, url, secret, expires, options) =>
  linkFields(rowOf(scheme), url, secret, expires, options);

function linkFields(format, url, secret, expires, { path, clientIp, lifetime, fields: given = {} } = {}) {
  const link = splitUrl(url);
  const { front, behind, found } = splitPath(format.link, link.path);
  const signed = signedPath({ ...link, path: behind }, path);
  const raw = toBytes(path ?? behind);
  const query = link.query && `?${link.query}`;
  const directory = signed.slice(0, signed.lastIndexOf(47));
  const links = [...format.link.matchAll(FIELD)];
  const fields = {
    secret: keyOf(format, secret),
    path: signed,
    "path:raw": raw,
    "uri:raw": joinBytes([raw, query]),
    args: link.query,
    dir: joinBytes([directory, "/"]),
    parent: directory,
    stream: directory.slice(1),
    client_ip: clientIp === undefined ? "" : addressText(clientIp),
    ...linkTimes(links, expires, lifetime ?? format.lifetime ?? undefined),
    ...found,
  };
  const rest = { ...given };
  for (const [, name, spelling, mark, end] of links) {
    if (name === "token" || name in fields) continue;
    fields[name] = mark === "*" ? behind.slice(1) + query : fieldOf(name, spelling, mark, end, given[name]);
    delete rest[name];
  }
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) fail(`the link has no field ${unknown}, or it is not given so: leave it out`);
  if (format.message.includes("{parent}") && directory.length === 0) {
    fail("there is no directory above the file: sign a path that has one");
  }
  return fields;
}

// The time, and the lifetime where the link says it.
function linkTimes(links, expires, lifetime) {
  const names = new Map(links.map(([, name, ...rest]) => [name, rest]));
  const name = ["expires", "time"].find((one) => names.has(one));
  const never = expires === "never";
  if (name === undefined || (never && names.get(name)[1] !== "")) {
    if (!never) fail('these links do not expire: write "never" for the expiry');
    return name === undefined ? {} : { [name]: "" };
  }
  const [spelling] = names.get(name);
  const now = Math.floor(Date.now() / 1000);
  if (never && names.has("ttl")) return { [name]: timeText(now, spelling), ttl: "0" };
  if (never) fail("these links have an expiry: write a Unix time in seconds");
  let seconds = Number(expiryText(expires));
  // Where the link says how long it opens, that is from now on.
  if (names.has("ttl")) lifetime ??= Math.max(1, seconds - now);
  if (name === "time") {
    if (!(Number.isInteger(lifetime) && lifetime >= 1 && lifetime <= seconds)) {
      fail("the lifetime is no whole number of seconds from 1 to the expiry: write 1800 for half an hour");
    }
    seconds -= lifetime;
  }
  return { [name]: timeText(seconds, spelling), ...(names.has("ttl") && { ttl: String(lifetime) }) };
}

function timeText(seconds, spelling) {
  if (spelling.startsWith("yyyymmddhhmm")) return issueTime(seconds, Number(spelling.slice(12)));
  return spelling === "hex" ? seconds.toString(16).padStart(8, "0") : String(seconds);
}

/** A time to the minute, by the clock of UTC+8 or another zone. */
export const issueTime = (seconds, east = 8) =>
  new Date((seconds + east * 3600) * 1000).toISOString().replace(/\D/g, "").slice(0, 12);

function fieldOf(name, spelling, mark, end, given) {
  const random = () => toHex(globalThis.crypto?.getRandomValues(new Uint8Array(16)) ??
    Uint8Array.from({ length: 16 }, () => Math.random() * 256));
  const usual = { rand: random, salt: random, uid: () => "0", start: () => "0" };
  const value = given ?? usual[name]?.() ?? "";
  if (!new RegExp(`^${PLAIN}*$`).test(value) || (end !== "" && value.includes(end))) {
    fail(`the field ${name} has characters that would end it: write letters and digits`);
  }
  if (value === "" && mark === "") fail(`the link has a field ${name}: give it a value`);
  return name === "start" && value !== "0" ? timeText(Number(value), spelling) : value;
}

/** What is hashed, piece by piece: pairs of a field's name (or the literal text) and its bytes. */
export const digestMessage = (scheme, fields) => messageOf(rowOf(scheme).message, fields);

const PIECE = /\\(.)|\[((?:\\.|[^\]\\|])*)(?:\|((?:\\.|[^\]\\])*))?\]|\{\{|\}\}|\{([^{}]*)\}|\$/gs;

/** The same of a message that is written as in the table. */
export function messageOf(form, fields) {
  const pieces = [];
  const literal = (text) => text !== "" && pieces.push([text, toBytes(text)]);
  let end = 0;
  for (const match of form.matchAll(PIECE)) {
    const [all, escaped, inside, otherwise = "", field] = match;
    literal(form.slice(end, match.index));
    end = match.index + all.length;
    if (escaped !== undefined) {
      literal({ n: "\n", t: "\t" }[escaped] ?? escaped);
    } else if (all === "{{" || all === "}}") {
      literal(all[0]);
    } else if (inside !== undefined) {
      const value = fields[/\{(.*?)\}/.exec(inside)?.[1]];
      pieces.push(...messageOf(value?.length === 0 ? otherwise : inside, fields));
    } else if (fields[field] === undefined) {
      fail(`the message has ${all}, which the link has not: no variables of NGINX can be signed here`);
    } else {
      pieces.push([field, toBytes(fields[field])]);
    }
  }
  literal(form.slice(end));
  return pieces;
}

/** The token of a message. `hash` is a MD5, see there. */
export const digest = (scheme, key, message, hash) => hashedToken(rowOf(scheme).digest, key, message, hash);

async function hashedToken(form, key, message, hash) {
  const match = /^(hmac-)?(md5|sha1|sha256|sha384|sha512):(hex|base64|base64url)$/.exec(form);
  if (!match) fail(`there is no digest ${form}: write md5:hex or hmac-sha256:base64url, for example`);
  const [, keyed, name, encoding] = match;
  const hashed = async (bytes) => (name === "md5" ? md5(bytes, hash)
    : new Uint8Array(await (await webCrypto()).subtle.digest(name.replace("sha", "SHA-"), bytes)));
  let bytes;
  if (keyed === undefined) {
    bytes = await hashed(message);
  } else {
    // Web Crypto has no HMAC of MD5.
    const block = new Uint8Array(/384|512/.test(name) ? 128 : 64);
    block.set(key.length > block.length ? await hashed(key) : key);
    const inner = await hashed(joinBytes([block.map((byte) => byte ^ 0x36), message]));
    bytes = await hashed(joinBytes([block.map((byte) => byte ^ 0x5c), inner]));
  }
  if (encoding === "hex") return toHex(bytes);
  // In a query, + is a blank.
  return encoding === "base64url" ? toBase64url(bytes) : encodeURIComponent(btoa(String.fromCharCode(...bytes)));
}

// ---- akamai and bunny

/** The claims of the schemes that have them. */
export const CLAIMS = {
  akamai: ["st", "acl", "id", "data", "salt"],
  bunny: ["token_path", "token_countries", "token_countries_blocked"],
  ectoken: ["url_allow", "country_allow", "country_deny", "ref_allow", "ref_deny", "host_allow", "host_deny",
    "proto_allow", "proto_deny", "clientip"],
};

/**
 * Akamai EdgeAuth 2.0. Options: param, clientIp, and claims, such as { acl: "/films/*" }. Without acl the link
 * opens the URL's path alone.
 */
export async function akamai(url, secret, expires, options = {}) {
  allowOnly(options, ["clientIp", "param", "claims"], "akamai");
  const { clientIp, param = "hdnts", claims = {} } = options;
  checkClaims("akamai", claims, "~");
  checkName(param);
  const link = splitUrl(url, [param]);
  const said = { ...claims, exp: expiryText(expires), ip: clientIp === undefined ? undefined : addressText(clientIp) };
  const body = ["ip", "st", "exp", "acl", "id", "data"].filter((name) => said[name] !== undefined)
    .map((name) => `${name}=${said[name]}`).join("~");
  const message = body + ("acl" in claims ? "" : `~url=${link.path}`) + ("salt" in claims ? `~salt=${claims.salt}` : "");
  const code = await hashedToken("hmac-sha256:hex", keyOf({ secret: "hex" }, secret), toBytes(message));
  const escaped = body.replace(/[^A-Za-z0-9._~!*'(),;:@/?=$-]+/g, encodeURIComponent);
  return joinUrl(link, link.query, `${param}=${escaped}~hmac=${code}`);
}

/**
 * bunny.net, advanced. Options: param, clientIp, and claims, such as { token_path: "/films/" }, which the link
 * then opens with all below.
 */
export async function bunny(url, secret, expires, options = {}) {
  allowOnly(options, ["clientIp", "param", "claims"], "bunny");
  const { clientIp, param = "token", claims = {} } = options;
  checkClaims("bunny", claims, "&");
  checkName(param);
  const link = splitUrl(url, [param, "expires", ...Object.keys(claims)]);
  const address = clientIp === undefined ? [] : addressBytes(addressText(clientIp));
  const said = Object.entries(claims);
  const sent = link.query.split("&").filter(Boolean).map((piece) => piece.replaceAll("+", " ").split(/=(.*)/s));
  const pairs = [
    ...said.map((pair) => pair.map(toBytes)),
    ...sent.map(([name, value = ""]) => [percentDecode(name), percentDecode(value)]),
  ].sort(([one], [other]) => (toHex(one) < toHex(other) ? -1 : 1)).map(([name, value]) => joinBytes([name, "=", value]));
  const message = joinBytes([
    claims.token_path ?? link.path, expiryText(expires), address, ...pairs.flatMap((pair, at) => (at ? ["&", pair] : [pair])),
  ]);
  const made = await hashedToken("hmac-sha256:base64url", secretBytes(secret), message);
  const token = `HS256-${address.length > 0 ? "1-" : ""}${made}`;
  return joinUrl(link, link.query, `${param}=${token}`, `expires=${expires}`,
    ...said.map(([name, value]) => `${name}=${percentEncode(toBytes(value)).replaceAll("/", "%2F")}`));
}

/** An address as bytes, of IPv6 those of its network. */
export function addressBytes(address) {
  if (address.includes(".")) return address.split(".").map(Number);
  const [front, end] = address.split("::").map((half) => half.split(":").filter(Boolean));
  const groups = end ? [...front, ...Array(8 - front.length - end.length).fill("0"), ...end] : front;
  const bytes = groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]);
  return [...bytes.slice(0, 8), ...Array(8).fill(0)];
}

function checkClaims(scheme, claims, end) {
  for (const [name, value] of Object.entries(claims)) {
    if (!CLAIMS[scheme].includes(name)) fail(`there is no claim ${name}: write one of ${CLAIMS[scheme].join(", ")}`);
    if (typeof value !== "string" || value === "" || value.includes(end) || hasControls(value)) {
      fail(`the claim ${name} is empty, or has an ${end} or a control character: write another value`);
    }
  }
}

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

/** The bytes that a secret stands for, of a scheme by its name or of a format. */
export function keyOf(scheme, secret) {
  const form = (typeof scheme === "string" ? rowOf(scheme) : scheme).secret ?? "text";
  const bytes = secretBytes(secret);
  if (form === "text") return bytes;
  const text = String.fromCharCode(...bytes);
  if (form === "hex" && /^(?:[0-9a-f]{2})+$/i.test(text)) return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
  const standard = form === "base64url" ? text.replaceAll("-", "+").replaceAll("_", "/").replace(/=*$/, "") : text;
  const padded = form === "base64url" ? standard.padEnd(Math.ceil(standard.length / 4) * 4, "=") : standard;
  const key = form !== "hex" && /^[A-Za-z0-9+/]+={0,2}$/.test(padded) && padded.length % 4 === 0 ? atob(padded) : "";
  if (key === "" || btoa(key) !== padded) fail(`the secret is not written in ${form} (base64 with its = at the end), and must be`);
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

const USAGE = `usage: node secure_token.mjs (--scheme NAME | --link LINK --digest DIGEST --message MESSAGE)
           --secret-file FILE (--expires-in SECONDS | --expires-at UNIX | --never) [--client-ip ADDRESS]
           [--path PATH] [--lifetime SECONDS] [--field name=value ...] [--claim name=value ...] [--param NAME] URL
       node secure_token.mjs --schemes

Prints the signed URL.

  --scheme NAME         ${Object.keys(CLAIMS).join(", ")}, or one of --schemes, which tells what they sign
  --link, --digest, --message    a format of your own; with --scheme, another link or digest than its own
  --secret-form FORM    of a format of your own: text, hex, base64 or base64url
  --secret-file FILE    holds the secret; one newline at its end is dropped
  --never               no expiry, where the scheme has that
  --client-ip ADDRESS   open it to this client only, where the scheme has that
  --lifetime SECONDS    that the server lets a link open that has its time of issue, where they are not the usual
  --path PATH           sign this path as it is, instead of the URL's: for example a directory
  --field name=value    another field of the link
  --claim name=value    a restriction: of ectoken ${CLAIMS.ectoken.join(", ")};
                        of akamai ${CLAIMS.akamai.join(", ")}; of bunny ${CLAIMS.bunny.join(", ")}
  --param NAME          the token's parameter, where it is called otherwise
`;

async function signFromArguments(args) {
  const { parseArgs } = await import("node:util");
  const { readFileSync } = await import("node:fs");
  const text = { type: "string", multiple: true };
  const names = ["scheme", "link", "digest", "message", "secret-form", "secret-file", "expires-in", "expires-at",
    "client-ip", "path", "lifetime", "param"];
  let given;
  try {
    given = parseArgs({
      args,
      allowPositionals: true,
      options: { ...Object.fromEntries([...names, "claim", "field"].map((name) => [name, text])), never: { type: "boolean" } },
    });
  } catch (error) {
    fail(error.message.split("\n")[0]);
  }
  const repeated = names.find((name) => given.values[name]?.length > 1);
  if (repeated !== undefined) fail(`--${repeated} is given more than once: give it once`);
  const value = Object.fromEntries(names.map((name) => [name, given.values[name]?.[0]]));

  const { scheme, link, digest: digestForm, message } = value;
  const hasClaims = Object.hasOwn(CLAIMS, scheme ?? "");
  const isOwn = scheme === undefined && ![link, digestForm, message].includes(undefined);
  if (!isOwn && !hasClaims && !Object.hasOwn(SCHEMES, scheme ?? "")) {
    fail(`write --scheme with ${[...Object.keys(SCHEMES), ...Object.keys(CLAIMS)].join(", ")}, or --link, --digest and --message`);
  }
  if (scheme !== undefined && message !== undefined) fail("the message is the scheme's: write --message without --scheme");
  if (value["secret-file"] === undefined) fail("write --secret-file with the file that holds the secret");
  if ([value["expires-in"], value["expires-at"], given.values.never].filter((one) => one !== undefined).length !== 1) {
    fail("write either --expires-in with seconds from now or --expires-at with a Unix time, or --never");
  }
  if (given.positionals.length !== 1) fail("write one URL, in quotes");

  const options = {};
  const take = (name, as, isFor = true) => {
    if (value[name] === undefined) return;
    if (!isFor) fail(`${scheme} has no --${name}; what it has are claims: ${CLAIMS[scheme].join(", ")}`);
    options[as] = value[name];
  };
  take("path", "path", !hasClaims || scheme === "ectoken");
  take("param", hasClaims ? "param" : "tokenParam");
  take("client-ip", "clientIp", scheme !== "ectoken");
  take("lifetime", "lifetime", !hasClaims);
  if (options.lifetime !== undefined) options.lifetime = secondsOf(options.lifetime, "--lifetime");
  if (!isOwn) {
    take("link", "link", !hasClaims);
    take("digest", "digest", !hasClaims);
  }
  for (const [what, isFor] of [["claim", hasClaims], ["field", !hasClaims]]) {
    for (const pair of given.values[what] ?? []) {
      if (!isFor || !pair.includes("=")) fail("--claim goes with ectoken, akamai and bunny, --field with others, as name=value");
      const name = pair.slice(0, pair.indexOf("="));
      const list = (options[`${what}s`] ??= {});
      if (name in list) fail(`--${what} ${name} is given twice: put a comma between its values`);
      list[name] = pair.slice(name.length + 1);
    }
  }

  let secret;
  try {
    secret = readFileSync(value["secret-file"]);
  } catch (error) {
    fail(`the secret file cannot be read (${error.code}): name a file that you may read`);
  }
  if (secret.at(-1) === 10) secret = secret.subarray(0, secret.at(-2) === 13 ? -2 : -1);
  const expires = given.values.never ? "never" : expiryOf(value["expires-in"], value["expires-at"]);
  const [url] = given.positionals;
  if (!isOwn) return sign(scheme, url, secret, expires, options);
  return signFormat({ link, digest: digestForm, message, secret: value["secret-form"] }, url, secret, expires, options);
}

const expiryOf = (seconds, time) =>
  seconds === undefined ? time : Math.floor(Date.now() / 1000) + secondsOf(seconds, "--expires-in");

function secondsOf(text, option) {
  if (!/^[1-9][0-9]{0,9}$/.test(text)) fail(`${option} is a number of seconds: write 3600 for an hour`);
  return Number(text);
}

const table = () => ROWS.map((row) => row.join("\t"));

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
