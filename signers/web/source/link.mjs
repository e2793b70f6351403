// A link as the module reads it: which scheme, which token, which expiry, which path.

import { DIGESTS, percentDecode, percentEncode, splitUrl, toBytes } from "../../javascript/secure_token.mjs";

// Bytes as a string of characters 0 to 255, on which regular expressions work.
export const toLatin1 = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
export const fromLatin1 = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/**
 * Takes a pasted link apart. `chosen` may have a scheme, names for the parameters (token, expires)
 * and the path that the token is for (path, as secure_token_uri makes it).
 */
export function readLink(pasted, chosen = {}) {
  const text = pasted.trim();
  // As a browser sends what was typed.
  const url = text.replace(/[^!-~]/gu, (character) => percentEncode(toBytes(character)));
  // Slashes in front of the path are the path's.
  const [, site, more] = /^(\w+:\/\/[^/?#]+)(\/+)(?=\/)/.exec(url) ?? [undefined, "", ""];
  const { origin, path: bare, query } = splitUrl(site + url.slice(site.length + more.length));
  const path = more + bare;
  const pieces = piecesOf(query);
  const joined = piecesOf(query.replaceAll("?", "&"));
  const scheme = chosen.scheme || recognise(pieces) || recognise(joined);
  const read = (list) => (scheme === "ectoken" ? bareToken(list, chosen) : named(list, scheme, chosen));
  const link = {
    origin,
    host: origin.replace(/^\w+:\/\/(?:[^@/]*@)?/, ""),
    protocol: /^\w+(?=:)/.exec(origin)?.[0].toLowerCase() ?? "",
    rawPath: path,
    query,
    scheme,
    escapedAmpersand: /[?&]amp;|&amp;/.test(text),
    ...normalise(toLatin1(percentDecode(path))),
  };
  if (chosen.path) Object.assign(link, { path: toBytes(chosen.path) });
  return Object.assign(link, read(pieces), { meant: meantBy(read(pieces), read(joined)) });
}

const piecesOf = (query) => (query === "" ? [] : query.split("&").map(readPiece));

// What is read where a second ? is taken for the & that was meant, if that is another token or expiry.
function meantBy(sent, joined) {
  const isOther = joined.token !== sent.token || joined.expires !== sent.expires;
  return isOther && (joined.token !== "" || joined.elsewhere?.length > 0) ? joined : undefined;
}

function readPiece(text) {
  const at = text.indexOf("=");
  const name = at < 0 ? text : text.slice(0, at);
  const value = at < 0 ? "" : text.slice(at + 1);
  return { text, name, value: toLatin1(percentDecode(value)) };
}

function recognise(pieces) {
  for (const [scheme, { token }] of Object.entries(DIGESTS)) {
    if (pieces.some((piece) => piece.name === token)) return scheme;
  }
  return pieces.some(({ text, value }) => looksSealed(text) || looksSealed(value)) ? "ectoken" : "";
}

// IV, one pair and tag are longer than any name of a parameter.
const looksSealed = (text) => /^[A-Za-z0-9_+/-]{38,}={0,2}$/.test(text);

function named(pieces, scheme, chosen) {
  const names = DIGESTS[scheme] ?? {};
  const tokenName = chosen.token || names.token;
  const expiresName = chosen.expires || names.expires;
  const tokens = pieces.filter((piece) => piece.name === tokenName);
  const expiries = pieces.filter((piece) => piece.name === expiresName);
  return {
    tokenName,
    expiresName,
    token: tokens[0]?.value ?? "",
    expires: expiries[0]?.value,
    duplicate: tokens.length > 1 ? tokenName : expiries.length > 1 && expiresName,
    others: pieces.filter((piece) => ![tokenName, expiresName].includes(piece.name)).map((piece) => piece.text),
  };
}

// The first piece of the query, unless the parameter has a name.
function bareToken(pieces, chosen) {
  const found = chosen.token
    ? pieces.filter((piece) => piece.name === chosen.token)
    : pieces.slice(0, 1).filter((piece) => /^[^=]{22,}=*$/.test(piece.text));
  const others = pieces.filter((piece) => !found.includes(piece));
  return {
    tokenName: chosen.token,
    token: (chosen.token ? found[0]?.value : found[0] && toLatin1(percentDecode(found[0].text))) ?? "",
    duplicate: found.length > 1 && chosen.token,
    others: others.map((piece) => piece.text),
    // For those who put it elsewhere, or gave it a name that the server was not told.
    elsewhere: pieces.flatMap((piece) => [piece.text, piece.value].map((token) => ({ token, piece })))
      .filter(({ token, piece }) => looksSealed(token) && !found.includes(piece)),
  };
}

// NGINX resolves /./ and /../ and merges slashes before it chooses what to serve.
function normalise(decoded) {
  const kept = [];
  const segments = decoded.split("/").slice(1);
  const last = segments.at(-1);
  for (const segment of segments) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  const end = ["", ".", ".."].includes(last) && kept.length > 0 ? "/" : "";
  const path = `/${kept.join("/")}${end}`;
  return { path: fromLatin1(path), decoded: fromLatin1(decoded), unmerged: fromLatin1(withDotsResolved(segments)) };
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
