// The token of a link that is a digest: which bytes it stands for, also where it is not written as it has
// to be.

import { toBase64url, toHex } from "../../javascript/secure_token.mjs";
import { percentDecoded, toLatin1 } from "./bytes.mjs";
import { usual } from "./mistake.mjs";

/** Bytes of a digest as the format has it. */
export const written = ({ encoding }, bytes) =>
  ({ hex: toHex, base64url: toBase64url, base64: (all) => btoa(toLatin1(all)).replace(/=+$/, "") })[encoding](bytes);

const NAMES_OF_HASHES = { md5: "MD5", sha1: "SHA-1", sha256: "SHA-256", sha384: "SHA-384", sha512: "SHA-512" };

/** A hash function's name for a reader. */
export const hashName = ({ hash }) => NAMES_OF_HASHES[hash];

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

/** The digest that the module takes a token for: one spelling, with or without padding. Undefined for none. */
export function digestOf(token, { bytes: length, encoding }) {
  if (encoding === "hex") return new RegExp(`^[0-9a-f]{${length * 2}}$`).test(token) ? ofHex(token) : undefined;
  const bare = token.replace(/={1,2}$/, "");
  const isOfAlphabet = /^[A-Za-z0-9_-]+$/.test(bare) || (encoding === "base64" && /^[A-Za-z0-9+/]+$/.test(bare));
  const bytes = isOfAlphabet ? ofBase64(standard(bare)) : undefined;
  const isPadded = token.length === bare.length || token.length % 4 === 0;
  return bytes?.length === length && toBase64url(bytes) === bare.replaceAll("+", "-").replaceAll("/", "_") && isPadded ? bytes : undefined;
}

/** The digests that a token can stand for, with { id, what } where it should not be written so. */
export function digestsOf(token, digest) {
  const read = digest.encoding === "hex" ? readHex : readBase64;
  const again = percentDecoded(token);
  const found = [...read(token), ...(again === token ? [] : read(again).map((reading) => ({ ...reading, id: "token-encoded-twice" })))];
  const values = { bytes: digest.bytes, characters: digest.characters };
  // Where a token is in base64, either alphabet is right.
  const isRight = (id) => digest.encoding === "base64" && id === "token-standard-base64";
  return found.filter(({ bytes }) => bytes?.length === digest.bytes)
    .map(({ bytes, id }) => ({ bytes, ...(id && !isRight(id) && usual(id, values)) }));
}

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
export function shapeOf(token, digest) {
  const length = /^[0-9a-f]{32,}$/i.test(token) ? token.length / 2 : ofBase64(standard(unpadded(token)))?.length;
  const hash = { 16: "MD5", 20: "SHA-1", 32: "SHA-256", 48: "SHA-384", 64: "SHA-512" }[length];
  const own = hashName(digest);
  if (hash && hash !== own) {
    return { what: `The token is as long as a ${hash}.`, instead: `This scheme signs with ${own}.` };
  }
  return { what: `The token has ${token.length} characters.`,
    instead: `${own} in ${digest.encoding === "hex" ? "hexadecimal digits" : digest.encoding} has ${digest.characters}.` };
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

