// Bytes as strings of characters 0 to 255, on which regular expressions work, and back.

import { percentDecode } from "../../javascript/secure_token.mjs";

export const toLatin1 = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
export const fromLatin1 = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Undoes percent-encoding, whatever stands there. */
export const percentDecoded = (text) => toLatin1(percentDecode(text));

/** The same; undefined for an escape that is none. */
export const strictlyDecoded = (text) => (/%(?![0-9a-f]{2})/i.test(text) ? undefined : percentDecoded(text));

/** Whether a text may be hashed: it has no control characters. */
export const isPlain = (text) => !/[\x00-\x1f\x7f]/.test(text);
