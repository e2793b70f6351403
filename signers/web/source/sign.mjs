// Signs links of formats.

import { addressText, SigningError, splitUrl, toBytes, toHex } from "../../javascript/secure_token.mjs";
import { fromLatin1, isPlain, percentDecoded, toLatin1 } from "./bytes.mjs";
import { piecesOf, splitFront } from "./carry.mjs";
import { saltWord } from "./akamai.mjs";
import { bestOf } from "./explain.mjs";
import { concat, macOf } from "./hash.mjs";
import { keyBytes } from "./key.mjs";
import { normalise, readLink, readLinks } from "./link.mjs";
import { linkText } from "./schemes.mjs";
import { SIGNED } from "./signed.mjs";
import { readTime, writeTime } from "./time.mjs";
import { written } from "./token.mjs";
import { messagePieces, ofUrl, parentsOf, partValues, pathPart } from "./values.mjs";
import { judge, timesOf } from "./verdict.mjs";

const refuse = (message) => {
  throw new SigningError(message);
};

/**
 * Signs a URL. `expires`: Unix seconds, or undefined for never. `options`: path (to sign this one), clientIp, lifetime
 * (seconds that the server lets a link open), fields and variables (texts by their names), and now. Returns { url, expires,
 * starts, message }: as timesOf and messagePieces have them, and the expiry may be rounded down.
 */
export async function signLink(format, url, secret, expires, options) {
  const names = [format.params.token, format.params.expires, ...format.params.fields.map(({ name }) => name)].filter(Boolean);
  const link = splitUrl(url, names);
  const place = placeOf(format, link, options.path);
  const times = timeFieldsOf(format, expires, options);
  const fields = fieldsOf(format, place, link.query, { ...options.fields, ...times });
  const variables = variablesOf(format, link, options.variables);
  const key = keyBytes(format, secret);
  const address = options.clientIp === undefined || format.clientIp === "never" ? "" : addressText(options.clientIp);
  const others = piecesOf(link.query).map(({ text }) => text);
  const values = { ...partValues(format, { ...place, others, fields }, address, variables), secret: key };
  if (pathPart(format) === "parent") values.parent = fromLatin1(directoryToOpen(place, options.path));
  const pieces = messagePieces(format.message, values);
  const mac = await macOf(format.digest);
  const token = paddedToken(format.digest, written(format.digest, mac(key, concat(pieces.map(({ bytes }) => bytes)))));
  const signed = joined(format, link, place, { ...fields, token });
  await checkReadable(format, signed, secret, place, address, { ...options, variables });
  const message = pieces.map(({ part, bytes }) => ({ part, bytes: part.name === "secret" ? toBytes("secret") : bytes }));
  return { url: signed, ...carriedTimes(format, fields, options), message };
}

const paddedToken = ({ encoding }, token) => (encoding === "base64" ? token + "=".repeat((4 - (token.length % 4)) % 4) : token);

// The path that is signed, and what stands in front of the token.
function placeOf(format, { path: sent }, stated) {
  const decoded = normalise(percentDecoded(sent)).path;
  const [front, behind] = [splitFront(format, sent), splitFront(format, decoded)];
  if (format.carrier === "path" && !(front && behind)) {
    refuse(`the path does not begin as in ${linkText(format)}: write what stands there in front of the token into the URL`);
  }
  const own = format.carrier === "path" ? { path: behind.rest, rawPath: front.rest, front: front.front, fields: front.fields }
    : { path: decoded, rawPath: sent, front: "", fields: {} };
  const isDirectory = pathPart(format) === "parent";
  if (stated !== undefined && !stated.startsWith("/")) refuse("the path to sign does not begin with a slash: write it as in /videos/");
  const text = stated === undefined || isDirectory ? undefined : toLatin1(toBytes(stated));
  if (![own.path, text ?? ""].every(isPlain)) {
    refuse("the path contains a control character, and no link opens such a path: rename the file");
  }
  return { ...own, sent: own.rawPath, ...(text !== undefined && { path: text, rawPath: text }), isStated: text !== undefined };
}

// The directory above the file that the link opens: the deepest, or the one that is asked for.
function directoryToOpen({ path }, stated) {
  const all = parentsOf(path);
  const directory = stated === undefined ? all[0] : toLatin1(toBytes(stated)).replace(/\/$/, "");
  if (!all.includes(directory)) {
    refuse(stated === undefined ? "the file is in no directory, and such links are for one: move it into one"
      : `${stated} is no directory above the file: write one such as ${all[0] ?? "/videos/"}`);
  }
  return directory;
}

function timeFieldsOf({ time, fields }, expires, { lifetime, now }) {
  const ttl = fields.find(({ kind }) => kind === "ttl");
  if (!time) return {};
  if (expires === undefined) {
    if (ttl) return { [time.event]: writeTime(time.spelling, now), [ttl.name]: "0" };
    if (!time.isOptional) refuse("such links cannot open for ever: choose how long");
    return { [time.event]: "" };
  }
  if (ttl) return { [time.event]: writeTime(time.spelling, now), [ttl.name]: String(expires - now) };
  if (time.event === "time" && !lifetime) refuse("the link says when it was issued: write how many seconds the server lets it open");
  const seconds = time.event === "time" ? expires - lifetime : expires;
  const text = seconds >= 0 ? writeTime(time.spelling, seconds) : "";
  if (readTime(time.spelling, text) === undefined) refuse("such a time cannot stand in a link: choose another expiry");
  return { [time.event]: text };
}

const carriedTimes = (format, fields, { lifetime }) => {
  const text = fields[format.time?.event] ?? "";
  const seconds = text === "" ? undefined : readTime(format.time.spelling, text);
  const ttl = format.fields.find(({ kind }) => kind === "ttl");
  const start = format.fields.find(({ kind }) => kind === "start");
  const starts = start && fields[start.name] !== "0" ? readTime(start.spelling, fields[start.name]) ?? 0 : 0;
  return timesOf(format, { seconds, lifetime: ttl && Number(fields[ttl.name]), starts }, lifetime);
};

/** What a field is where nobody says so, as the vendors' own signers have it. */
export function usualField({ name, kind }) {
  if (kind === "start" || name === "uid") return "0";
  return ["rand", "salt"].includes(name) ? toHex(crypto.getRandomValues(new Uint8Array(16))) : "";
}

/** The fields that the URL and the times leave open. */
export const openFields = (format) => format.fields.filter(({ name, kind }) =>
  kind !== "ttl" && name !== format.rest && !format.prefix.some(({ field }) => field === name));

function fieldsOf(format, { fields: inFront, sent }, query, given) {
  const all = { ...given, ...inFront };
  for (const field of openFields(format)) {
    const text = all[field.name] || usualField(field);
    if (text === "" && !field.isOptional) refuse(`links of ${format.name} have a field {${field.name}}: give its value`);
    if (/[^!-~]|[&?#%/="\\]/.test(text)) refuse(`{${field.name}} cannot stand in a link as it is: write letters, digits, or one of -._~`);
    if (field.kind === "start" && text !== "0" && readTime(field.spelling, text) === undefined) {
      refuse(`{${field.name}} is no time: write a Unix time of ten digits, or 0 for any`);
    }
    all[field.name] = text;
  }
  return format.rest ? { ...all, [format.rest]: sent.slice(1) + (query && `?${query}`) } : all;
}

function variablesOf({ variables, name }, { origin }, given = {}) {
  const known = { ...ofUrl({ host: origin.replace(/^\w+:\/\/(?:[^@/]*@)?/, ""), protocol: /^\w+(?=:)/.exec(origin)?.[0].toLowerCase() }), ...given };
  const unknown = variables.find((variable) => known[variable] === undefined);
  if (unknown !== undefined) refuse(`links of ${name} hash the variable $${unknown}: give its value`);
  return known;
}

function joined(format, { origin, query, fragment }, { front, sent }, fields) {
  const text = format.token.map(({ field, text: literal }) => literal ?? fields[field]).join("");
  if (format.carrier === "path") return `${origin}${front}/${text}${sent}${query && `?${query}`}${fragment}`;
  const { params } = format;
  const own = [`${params.token}=${text}`, params.expires && `${params.expires}=${fields[format.time.event]}`,
    ...params.fields.filter(({ field }) => fields[field] !== "").map(({ name, field }) => `${name}=${fields[field]}`)];
  return `${origin}${front}${sent}?${[query, ...own].filter(Boolean).join("&")}${fragment}`;
}

// A field may hold what ends it, and is read otherwise then.
async function checkReadable(format, signed, secret, place, address, { variables, lifetime, path }) {
  const link = readLink(signed, format, { path: place.isStated ? path : "" });
  const { isOfForm, fits } = await judge(format, link, { secrets: [secret], address: address || undefined, variables, now: 0, lifetime });
  if (!isOfForm || fits < 0) {
    refuse(`no link of the form ${linkText(format)} can hold these fields: write values without the characters that stand between them`);
  }
}

/** The same of a scheme whose tokens are a digest of claims. What else is given may be undefined. */
export async function signClaims(scheme, url, secret, expires, { param, clientIp, claims }) {
  const given = Object.entries({ clientIp, param, claims }).filter(([, value]) => value !== undefined);
  const signed = await SIGNED[scheme].sign(url, secret, expires, Object.fromEntries(given));
  const { judged } = await bestOf(readLinks(signed, { scheme, token: param, words: saltWord(claims.salt) }), { secrets: [secret], clientIp, now: 0 });
  return { url: signed, expires, message: judged.message };
}
