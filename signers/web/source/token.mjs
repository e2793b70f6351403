// The token of a link that is a digest: which bytes it stands for, also where it is not written as it has
// to be.

import { SCHEMES, percentDecode, toBase64url, toHex } from "../../javascript/secure_token.mjs";
import { toLatin1 } from "./link.mjs";
import { usual } from "./mistake.mjs";

/** How tokens of a scheme are written: the bytes of the digest, and whether as hexadecimal digits. */
export function formOf(scheme) {
  const [name, encoding] = SCHEMES[scheme].digest.split(":");
  return { bytes: name.endsWith("sha1") ? 20 : 16, isHex: encoding === "hex", hash: name.endsWith("sha1") ? "SHA-1" : "MD5" };
}

/** A digest in this form. */
export const written = ({ isHex }, bytes) => (isHex ? toHex(bytes) : toBase64url(bytes));

function ofBase64(text) {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

const ofHex = (text) =>
  /^(?:[0-9a-f]{2})+$/i.test(text) ? Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16)) : undefined;
const standard = (text) => text.replaceAll("-", "+").replaceAll("_", "/");
const unpadded = (text) => text.trimEnd().replace(/=+$/, "");

/** Whether the module takes it for a token: one spelling, with or without padding. */
export function isToken(token, form) {
  if (form.isHex) return new RegExp(`^[0-9a-f]{${form.bytes * 2}}$`).test(token);
  const bare = token.replace(/={1,2}$/, "");
  const bytes = /^[A-Za-z0-9_-]+$/.test(bare) ? ofBase64(standard(bare)) : undefined;
  const isPadded = token.length === bare.length || token.length % 4 === 0;
  return bytes?.length === form.bytes && toBase64url(bytes) === bare && isPadded;
}

/** The digests that a token can stand for, with { id, what } where it should not be written so. */
export function digestsOf(token, form) {
  const read = form.isHex ? readHex : readBase64;
  const again = percentDecoded(token);
  const found = [...read(token), ...(again === token ? [] : read(again).map((reading) => ({ ...reading, id: "token-encoded-twice" })))];
  const values = { bytes: form.bytes, characters: written(form, new Uint8Array(form.bytes)).length };
  return found.filter(({ bytes }) => bytes?.length === form.bytes)
    .map(({ bytes, id }) => ({ bytes, ...(id && usual(id, values)) }));
}

export const percentDecoded = (text) => toLatin1(percentDecode(text));

function readBase64(token) {
  const bare = unpadded(token);
  const isPadded = token.length === bare.length || token.length === Math.ceil(bare.length / 4) * 4;
  const lenient = ofBase64(standard(bare.replaceAll(" ", "+")));
  const isStrict = /^[A-Za-z0-9_-]+$/.test(bare) && lenient && toBase64url(lenient) === bare;
  const inside = lenient && ofHex(toLatin1(lenient));
  return [
    isStrict ? { bytes: lenient, id: isPadded ? undefined : "token-padding" }
      : { bytes: lenient, id: /[+/ ]/.test(bare) ? "token-standard-base64" : "token-last-character" },
    { bytes: inside, id: "token-hex-in-base64" },
    { bytes: ofHex(token), id: "token-hex" },
  ];
}

function readHex(token) {
  const inside = ofBase64(standard(unpadded(token).replaceAll(" ", "+")));
  return [
    { bytes: ofHex(token), id: token === token.toLowerCase() ? undefined : "token-upper-case" },
    { bytes: inside && ofHex(toLatin1(inside)), id: "token-hex-in-base64" },
    { bytes: inside, id: "token-not-hex" },
  ];
}

/** What is wrong with a token that stands for no such digest at all. */
export function shapeOf(token, form) {
  const right = written(form, new Uint8Array(form.bytes)).length;
  const length = /^[0-9a-f]{32,}$/i.test(token) ? token.length / 2 : ofBase64(standard(unpadded(token)))?.length;
  const hash = { 16: "MD5", 20: "SHA-1", 32: "SHA-256", 64: "SHA-512" }[length];
  if (hash && hash !== form.hash) {
    return { what: `The token is as long as a ${hash}.`, instead: `This scheme signs with ${form.hash}.` };
  }
  return { what: `The token has ${token.length} characters.`,
    instead: `${form.hash} ${form.isHex ? "in hexadecimal digits" : "in base64url"} has ${right}.` };
}

/** What happened to a right token on its way, if that can be seen. */
export function damageOf(token, right) {
  if (token !== right && token.toLowerCase() === right.toLowerCase()) return usual("token-case");
  if (token.length >= 8 && token.length < right.length && right.startsWith(token)) return usual("token-cut-off");
  if (token.length > right.length && token.startsWith(right) && !/^=+$/.test(token.slice(right.length))) return usual("token-appended");
  return undefined;
}

/** The same where nothing else explains it: a few characters are others. */
export function alterationOf(token, right) {
  const bare = token.replace(/=+$/, "");
  if (bare.length !== right.length) return undefined;
  const differing = [...right].flatMap((character, index) => (character === bare[index] ? [] : [index + 1]));
  if (differing.length === 0 || differing.length > 3) return undefined;
  return usual("token-altered", { positions: differing.join(", ").replace(/, (?=\d+$)/, " and ") });
}

