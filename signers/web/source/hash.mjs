// Hashes that need not be waited for, for a search that makes a hundred thousand of them.

import { sha1 } from "./sha1.mjs";

/** A function that makes a digest of bytes: "md5" or "sha1". */
export async function hashOf(name) {
  if (name === "sha1") return sha1;
  if (globalThis.md5) return (bytes) => Uint8Array.from(globalThis.md5.array(bytes));
  const { createHash } = await import("node:crypto");
  return (bytes) => Uint8Array.from(createHash("md5").update(bytes).digest());
}

const BLOCK = 64;

/** HMAC (RFC 2104) with such a function. */
export function hmac(hash, key, message) {
  const short = key.length > BLOCK ? hash(key) : key;
  const padded = (byte) => Uint8Array.from({ length: BLOCK }, (_, i) => (short[i] ?? 0) ^ byte);
  return hash(concat([padded(0x5c), hash(concat([padded(0x36), message]))]));
}

/** Pieces of bytes as one. */
export function concat(pieces) {
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
