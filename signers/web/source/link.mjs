// A link as the module reads it: which scheme, which token, which times, which path.

import { percentEncode, splitUrl, toBytes } from "../../javascript/secure_token.mjs";
import { percentDecoded, strictlyDecoded, toLatin1 } from "./bytes.mjs";
import { behindToken, findInPath, findInQuery, piecesOf, splitToken } from "./carry.mjs";
import { guess, looksSealed } from "./guess.mjs";
import { SIGNED } from "./signed.mjs";
import { formatOf, isSealed, ownFormat, OWN, renamed } from "./schemes.mjs";
import { readTime } from "./time.mjs";

/**
 * Takes a pasted link apart. `chosen` may have a scheme, or the format of one of one's own (format), names for the
 * parameters (token, expires) and the path that the token is for (path, as secure_token_uri makes it). Where no scheme is
 * chosen, there is a link for each that it looks like.
 */
export function readLinks(pasted, chosen = {}) {
  const url = readUrl(pasted);
  if (chosen.scheme === OWN) return [digestLink(url, renamed(ownFormat(chosen.format), chosen.token, chosen.expires), chosen)];
  const pieces = piecesOf(url.query);
  const names = chosen.scheme ? [chosen.scheme] : guess(url.sentPath, [pieces, piecesOf(url.query.replaceAll("?", "&"))], chosen);
  const read = (name) => (SIGNED[name] ? signedLinks(url, name, chosen) : isSealed(name) ? sealedLink(url, name, chosen)
    : digestLink(url, renamed(formatOf(name), chosen.token, chosen.expires), chosen));
  return names.length > 0 ? names.flatMap(read) : [{ ...url, ...stated(url, chosen), scheme: "", token: "", others: pieces.map(({ text }) => text) }];
}

/** A link of one format. */
export const readLink = (pasted, format, chosen) => digestLink(readUrl(pasted), format, chosen);

function readUrl(pasted) {
  const text = pasted.trim();
  // As a browser sends what was typed.
  const url = text.replace(/[^!-~]/gu, (character) => percentEncode(toBytes(character)));
  // Slashes in front of the path are the path's.
  const [, site, more] = /^(\w+:\/\/[^/?#]+)(\/+)(?=\/)/.exec(url) ?? [undefined, "", ""];
  const { origin, path: bare, query } = splitUrl(site + url.slice(site.length + more.length));
  const sentPath = more + bare;
  return {
    origin,
    host: origin.replace(/^\w+:\/\/(?:[^@/]*@)?/, ""),
    protocol: /^\w+(?=:)/.exec(origin)?.[0].toLowerCase() ?? "",
    query,
    sentPath,
    target: sentPath + (url.includes("?") ? `?${query}` : ""),
    escapedAmpersand: /[?&]amp;|&amp;/.test(text),
  };
}

// The path that is checked, where the token is not in it.
const stated = (url, chosen, path = url.sentPath) => ({
  ...normalise(percentDecoded(path)), rawPath: path,
  ...(chosen.path && { path: toLatin1(toBytes(chosen.path)), rawPath: toLatin1(toBytes(chosen.path)), isStated: true }),
});

// ---- Digests

function digestLink(url, format, chosen) {
  const found = format.carrier === "path" ? tokenInPath(url, format, chosen) : tokenInQuery(url, format, chosen);
  return { ...url, ...found, scheme: format.name, format, token: found.fields.token ?? "", expires: found.fields[format.time?.event] };
}

function tokenInPath(url, format, chosen) {
  const found = findInPath(format, url.sentPath);
  const whole = stated(url, chosen);
  const others = url.query === "" ? [] : [url.query];
  if (!found) return { ...whole, others, isFound: false, fields: {} };
  const { front, token, behind, fields } = found;
  if (format.rest) fields[format.rest] = url.target.slice(url.sentPath.length - behind.length + 1);
  const rest = normalise(percentDecoded(behind));
  const path = behindToken(format, whole.isStated ? normalise(percentDecoded(url.sentPath)).path : whole.path, token);
  return {
    ...whole, ...rest,
    path: whole.isStated ? whole.path : path ?? rest.path,
    // A path that climbs over its token is another than the one behind it, and a token has one spelling there.
    isMoved: path === undefined,
    rawPath: whole.isStated ? whole.rawPath : behind,
    front, others, isFound: true, isReadable: true,
    fields: withInside(fields, splitToken(format, token)),
  };
}

const withInside = (own, inside) =>
  ({ ...own, ...Object.fromEntries(Object.entries(inside ?? {}).filter(([name, text]) => text !== "" || own[name] === undefined)) });

// Bytes of the longest token and of the longest time once their escapes are undone.
const LONGEST_TOKEN = 384;
const LONGEST_TIME = 128;

function tokenInQuery(url, format, chosen) {
  const read = (query) => readArguments(format, piecesOf(query));
  const sent = read(url.query);
  return { ...stated(url, chosen), ...sent, meant: meantBy(sent, read(url.query.replaceAll("?", "&"))) };
}

function readArguments(format, pieces) {
  const { token, time, fields, duplicate, others } = findInQuery(format, pieces);
  const decoded = strictlyDecoded(token);
  const inside = splitToken(format, decoded ?? percentDecoded(token));
  const all = withInside({ token: percentDecoded(token), ...fields }, inside);
  if (time !== undefined) Object.assign(all, timeFields(format.time, time));
  return {
    isFound: token !== "", duplicate, others, pieces, fields: all,
    tokenName: format.params.token, expiresName: format.params.expires,
    isReadable: inside !== undefined && decoded !== undefined && decoded.length <= LONGEST_TOKEN,
  };
}

// A time in an argument of its own, as it is hashed.
function timeFields({ event, spelling }, sent) {
  if (readTime(spelling, sent) !== undefined) return { [event]: sent };
  const decoded = strictlyDecoded(sent);
  const isRead = decoded !== undefined && decoded.length <= LONGEST_TIME;
  // Digits need no escapes. Times that do are hashed as they were sent.
  if (spelling.kind === "iso") return { [event]: sent, decodedTime: isRead ? decoded : undefined };
  return { [event]: isRead ? decoded : sent };
}

// What is read where a second ? is taken for the & that was meant, if that is another token or time.
function meantBy(sent, joined) {
  const isOther = JSON.stringify([sent.fields, sent.elsewhere]) !== JSON.stringify([joined.fields, joined.elsewhere]);
  return isOther && (joined.fields.token !== "" || joined.elsewhere?.length > 0) ? joined : undefined;
}

// ---- Claims that are signed

function signedLinks(url, scheme, chosen) {
  const read = (query) => SIGNED[scheme].read({ ...url, query, ...stated(url, chosen) }, chosen).map((link) => ({ ...link, scheme }));
  const joined = read(url.query.replaceAll("?", "&"));
  return read(url.query).map((link) => ({ ...link, meant: meantBy(link, joined[0]) }));
}

// ---- Encrypted tokens

function sealedLink(url, scheme, chosen) {
  const read = (query) => bareToken(piecesOf(query), chosen);
  const sent = read(url.query);
  const meant = meantBy(sent, read(url.query.replaceAll("?", "&")));
  return { ...url, ...stated(url, chosen), ...sent, scheme, token: sent.fields.token, meant };
}

// The first piece of the query, unless the parameter has a name.
function bareToken(pieces, chosen) {
  const found = chosen.token
    ? pieces.filter((piece) => piece.name === chosen.token)
    : pieces.slice(0, 1).filter((piece) => /^[^=]{22,}=*$/.test(piece.text));
  const others = pieces.filter((piece) => !found.includes(piece));
  return {
    tokenName: chosen.token,
    fields: { token: (chosen.token ? found[0] && percentDecoded(found[0].value) : found[0] && percentDecoded(found[0].text)) ?? "" },
    duplicate: found.length > 1 && chosen.token,
    others: others.map((piece) => piece.text),
    // For those who put it elsewhere, or gave it a name that the server was not told.
    elsewhere: pieces.flatMap((piece) => [piece.text, percentDecoded(piece.value)].map((token) => ({ token, piece })))
      .filter(({ token, piece }) => looksSealed(token) && !found.includes(piece)),
  };
}

// ---- Paths

/** NGINX resolves /./ and /../ and merges slashes before it chooses what to serve. */
export function normalise(decoded) {
  const kept = [];
  const segments = decoded.split("/").slice(1);
  const last = segments.at(-1);
  for (const segment of segments) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  const end = ["", ".", ".."].includes(last) && kept.length > 0 ? "/" : "";
  return { path: `/${kept.join("/")}${end}`, decoded, unmerged: withDotsResolved(segments) };
}

// As with merge_slashes off.
function withDotsResolved(segments) {
  const kept = [];
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === "..") kept.pop();
    if (segment !== ".." && segment !== ".") kept.push(segment);
    else if (isLast) kept.push("");
  }
  return `/${kept.join("/")}`;
}
