// Hashes that need not be waited for, for a search that makes a hundred thousand of them.

import { sha1 } from "./sha1.mjs";
import { sha256, sha384, sha512 } from "./sha2.mjs";

/** A function that makes a digest of bytes: md5, sha1, sha256, sha384 or sha512. */
export async function hashOf(name) {
  if (name !== "md5") return { sha1, sha256, sha384, sha512 }[name];
  if (globalThis.md5) return (bytes) => new Uint8Array(globalThis.md5.arrayBuffer(bytes));
  const { createHash } = await import("node:crypto");
  return (bytes) => Uint8Array.from(createHash("md5").update(bytes).digest());
}

/** A function of key and message: HMAC (RFC 2104) with such a hash, or the hash of the message alone. */
export async function macOf({ hash: name, isKeyed }) {
  const hash = await hashOf(name);
  const block = ["sha384", "sha512"].includes(name) ? 128 : 64;
  if (!isKeyed) return (_, message) => hash(message);
  const paddings = new WeakMap();
  const paddedKeys = (key) => {
    const short = key.length > block ? hash(key) : key;
    return [0x36, 0x5c].map((byte) => Uint8Array.from({ length: block }, (_, i) => (short[i] ?? 0) ^ byte));
  };
  return (key, message) => {
    if (!paddings.has(key)) paddings.set(key, paddedKeys(key));
    const [inner, outer] = paddings.get(key);
    return hash(concat([outer, hash(concat([inner, message]))]));
  };
}

/** About how long such a digest of so many bytes takes: in blocks of a short hash, and one for all around it. */
export function blocksOf({ hash, isKeyed }, length) {
  const [size, effort] = ["sha384", "sha512"].includes(hash) ? [128, 8] : [64, 1];
  return 1 + effort * ((isKeyed ? 3 : 0) + Math.ceil((length + 9) / size));
}

/** Pieces of bytes as one. */
export function concat(pieces) {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
