// A link as the module reads it: which scheme, which token, which expiry, which path.

import { issueTime, percentDecode, percentEncode, SCHEMES, splitUrl, toBytes } from "../../javascript/secure_token.mjs";
import { FACTS } from "./facts.mjs";

// Bytes as a string of characters 0 to 255, on which regular expressions work.
export const toLatin1 = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
export const fromLatin1 = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Whether the tokens of a scheme stand in front of the path. */
export const hasTokenInPath = (scheme) => FACTS[scheme]?.carrier === "path";

/** Whether the tokens of a scheme are encrypted. */
export const isSealed = (scheme) => FACTS[scheme]?.anatomy === "sealed";

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
  const sent = more + bare;
  const pieces = piecesOf(query);
  const joined = piecesOf(query.replaceAll("?", "&"));
  const scheme = chosen.scheme || inPath(sent)?.scheme || recognise(pieces) || recognise(joined);
  const segments = inPath(sent, scheme);
  const read = (list) => {
    if (segments) return { token: segments.token, expires: segments.expires, others: list.map((piece) => piece.text) };
    if (hasTokenInPath(scheme)) return { token: "", others: list.map((piece) => piece.text) };
    return isSealed(scheme) ? bareToken(list, chosen) : named(list, scheme, chosen);
  };
  const path = segments?.path ?? sent;
  const link = {
    origin,
    host: origin.replace(/^\w+:\/\/(?:[^@/]*@)?/, ""),
    protocol: /^\w+(?=:)/.exec(origin)?.[0].toLowerCase() ?? "",
    query,
    escapedAmpersand: /[?&]amp;|&amp;/.test(text),
    ...normalise(toLatin1(percentDecode(path))),
    ...read(pieces),
    sentPath: sent,
    rawPath: path,
    scheme,
  };
  if (chosen.path) Object.assign(link, { path: toBytes(chosen.path), stated: true });
  return Object.assign(link, { meant: segments ? undefined : meantBy(read(pieces), read(joined)) });
}

// ---- Tokens in the path

// A link's form as a regular expression: strict where the scheme has to be recognised by it.
function pathForm(form, isStrict) {
  const kinds = isStrict ? { time: "\\d{12}", token: "[0-9a-f]{32}" } : { time: "[^/]*", token: "[^/]*" };
  const text = form.replace(/\{(time|token|path)[^}]*\}/g, (_, name) => `(?<${name}>${name === "path" ? "/.*" : kinds[name]})`);
  return new RegExp(`^${text}$`);
}

function inPath(path, chosen) {
  for (const [scheme, { link }] of Object.entries(SCHEMES)) {
    if (!hasTokenInPath(scheme) || (chosen && chosen !== scheme)) continue;
    const { groups } = pathForm(link, !chosen).exec(path) ?? {};
    if (groups) return { scheme, token: groups.token, expires: groups.time, path: groups.path };
  }
  return undefined;
}

/** The Unix time of a time of issue, twelve digits by the clock of UTC+8. Undefined for what is none. */
export function issueSeconds(text) {
  const [, year, month, day, hour, minute] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text) ?? [];
  const seconds = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour) - 8, Number(minute)) / 1000;
  return year !== undefined && seconds >= 0 && issueTime(seconds) === text ? seconds : undefined;
}

// ---- Tokens in the query

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
  const has = (form) => digests().find(([, { token }]) =>
    pieces.some(({ name, value }) => name === token.name && token[form].test(value)))?.[0];
  const looksLikeOne = pieces.some(({ text, value }) => looksSealed(text) || looksSealed(value));
  const sealed = looksLikeOne ? Object.keys(FACTS).find(isSealed) : undefined;
  return has("strict") ?? sealed ?? has("form") ?? "";
}

// The schemes with their tokens in the query: how the parameters are called, and what the token's holds.
const digests = () => Object.keys(SCHEMES).filter((name) => !hasTokenInPath(name)).map((name) => [name, parametersOf(name)]);

/** How a scheme's parameters are called, where it has any. */
export function parametersOf(scheme) {
  if (!SCHEMES[scheme] || hasTokenInPath(scheme)) return {};
  const [token, expires] = SCHEMES[scheme].link.slice(1).split("&").map((param) => param.split("="));
  const holding = (kind) => new RegExp(`^${token[1].replace(/\{(\w+)\}/g, (_, name) =>
    `(?<${name}>${name === "token" ? ".*" : kind})`)}$`, "s");
  return { token: { name: token[0], form: holding("[^_]*"), strict: holding("\\d{10}") }, expires: expires && { name: expires[0] } };
}

// IV, one pair and tag are longer than any name of a parameter.
const looksSealed = (text) => /^[A-Za-z0-9_+/-]{38,}={0,2}$/.test(text);

function named(pieces, scheme, chosen) {
  const names = parametersOf(scheme);
  const tokenName = chosen.token || names.token?.name;
  const expiresName = names.expires && (chosen.expires || names.expires.name);
  const tokens = pieces.filter((piece) => piece.name === tokenName);
  const expiries = pieces.filter((piece) => piece.name === expiresName);
  const inside = names.token?.form.exec(tokens[0]?.value ?? "")?.groups;
  return {
    tokenName,
    expiresName,
    token: inside?.token ?? tokens[0]?.value ?? "",
    expires: inside?.expires ?? expiries[0]?.value,
    duplicate: tokens.length > 1 ? tokenName : expiries.length > 1 && expiresName,
    others: pieces.filter((piece) => ![tokenName, expiresName].includes(piece.name)).map((piece) => piece.text),
    pieces,
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
