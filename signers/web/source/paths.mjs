// What people sign for the path: pairs of a mistake's id and the texts that come of it. A text has one
// character for each byte.

import { percentEncode, toBytes } from "../../javascript/secure_token.mjs";
import { fromLatin1, percentDecoded, toLatin1 } from "./bytes.mjs";

const ENCODE_URI = /[A-Za-z0-9/\-._~!*'();:@&=+$,?#]/;
const COMPONENT = /[A-Za-z0-9\-._~]/;

const encodedBut = (text, kept) =>
  Array.from(text, (character) => (kept.test(character) ? character
    : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`)).join("");
const lower = (escaped) => escaped.replace(/%../g, (escape) => escape.toLowerCase());
const escapes = (text) => [text, lower(text)];

/** `right`: what has to be signed for the `field` of a message. `link`: as readLink has it. */
export function wrongPaths(field, right, link) {
  const tables = {
    path: [spelling, shorter, longer, withHost],
    "path:raw": [asSent, shorter, longer, withHost],
    "uri:raw": [asSent, withoutQuery, shorter, withHost],
  };
  return (tables[field] ?? [ofDirectory, shorter, longer, withHost]).flatMap((table) => table(right, link));
}

// ---- Paths that are signed decoded

function spelling(right, { rawPath: sent, path, unmerged }) {
  const once = percentDecoded(sent);
  const differs = path !== unmerged && right === path;
  const encoded = [percentEncode(fromLatin1(right)), encodedBut(right, ENCODE_URI), encodedBut(right, COMPONENT)];
  return [
    ["path-slashes-kept", differs ? [unmerged] : []],
    ["path-slashes-as-sent", differs ? [sent] : []],
    ["path-as-sent", [sent]],
    ["path-encoded", [...encoded.flatMap(escapes), lower(sent)]],
    ["path-plus-for-blank", encoded.map((text) => text.replaceAll("%20", "+"))],
    ["path-unresolved", [once]],
    ["path-decoded-twice", [percentDecoded(once)]],
    ["path-blank-for-plus", [once.replaceAll("+", " ")]],
    ["path-lower-case", [inLowerCase(right)]],
    ["path-latin-1", inLatin1(right)],
    ...["NFD", "NFC"].flatMap((form) => {
      const other = normalised(right, form);
      const id = `path-${form.toLowerCase()}`;
      return [[id, other], [`${id}-encoded`, other.flatMap((text) => escapes(percentEncode(fromLatin1(text))))]];
    }),
  ];
}

// ---- Paths that are signed as they are sent

const asSent = (right, { path, rawPath, sentPath }) => [
  ["path-raw-decoded", [percentDecoded(right), path]],
  ["path-raw-case", [inLowerCase(right)]],
  ["path-raw-spelling", escapes(percentEncode(fromLatin1(percentDecoded(right)))).reverse()],
  ["path-raw-with-token", rawPath === sentPath ? [] : [sentPath]],
  ["path-raw-newline", [`${right}\n`]],
];

const withoutQuery = (right, { path, rawPath, query }) => [
  ["path-raw-without-query", [rawPath, path]],
  ["path-raw-with-all", [`${rawPath}?${query}`, `${right}?`, `${rawPath}?`]],
];

// ---- Directories

const ofDirectory = (right, { path, sentPath }) => [
  ["path-file-for-directory", [path, sentPath]],
  ["path-directory-with-slash", [`${right}/`, `/${right}`, `/${right}/`]],
  ["path-directory-encoded", escapes(percentEncode(fromLatin1(right)))],
  ["path-directory-case", [inLowerCase(right)]],
];

// ---- All paths

// The path above and below each of its slashes, the last one first.
const cuts = (path) => [...path.matchAll(/\//g)].map(({ index }) => [path.slice(0, index), path.slice(index)]).reverse();

const shorter = (right) => [
  ["path-without-leading-slash", [right.slice(1)]],
  ["path-without-trailing-slash", [right.replace(/\/$/, "")]],
  ["path-with-trailing-slash", [`${right}/`]],
  ["path-not-signed", [""]],
  ["path-without-extension", extensions(right)],
  ["path-directory", cuts(right).flatMap(([above]) => [`${above}/`, above])],
  ["path-wildcard", cuts(right).flatMap(([above]) => [`${above}/*`, `${above}/**`])],
  ["path-without-beginning", cuts(right).flatMap(([, below]) => [below, below.slice(1)])],
];

const queriesOf = ({ others, query }) => [others.join("&"), query].filter(Boolean).map((text) => `?${text}`);

const longer = (right, link) => {
  const after = (ends) => [right, link.sentPath].flatMap((path) => ends.map((end) => path + end));
  return [
    ["path-with-query", after(queriesOf(link))],
    ["path-with-question-mark", after(["?"])],
    ["path-with-newline", after(["\n"])],
  ];
};

function withHost(right, link) {
  const hosts = [link.origin, link.host].filter(Boolean);
  const paths = [right, link.sentPath].flatMap((path) => hosts.map((host) => host + path));
  return [
    ["path-with-host", paths],
    ["path-whole-url", paths.flatMap((path) => queriesOf(link).map((query) => path + query))],
  ];
}

// ---- Other spellings

const inLowerCase = (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

function inLatin1(text) {
  const unicode = inUnicode(text);
  return unicode !== undefined && /^[\x00-\xff]*$/.test(unicode) ? [unicode] : [];
}

function normalised(text, form) {
  const unicode = inUnicode(text);
  return unicode === undefined ? [] : [toLatin1(toBytes(unicode.normalize(form)))];
}

function inUnicode(text) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(fromLatin1(text));
  } catch {
    return undefined;
  }
}

// Without ".gz", without ".tar.gz"; a name that begins with its dot has no extension.
const extensions = (path) =>
  [...path.matchAll(/(?<=[^/])\.(?=[^/]*$)/g)].map(({ index }) => path.slice(0, index)).reverse();
