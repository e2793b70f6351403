// The usual mistakes, which are those of `secure-token mistakes`: the lab finds what the command finds,
// and says it in the same words.

import { MISTAKES } from "./facts.mjs";
import { toLatin1 } from "./bytes.mjs";

/** A usual mistake by its id, with these values in place of the words in braces: { id, what }. */
export const usual = (id, values = {}) => ({
  id,
  what: MISTAKES[id].replace(/\{(\w+)\}/g, (_, word) => values[word] ?? "…"),
});

/** Text or bytes in quotes, as it stands in a sentence. */
export const quote = (text) => `"${new TextDecoder().decode(Uint8Array.from(
  typeof text === "string" ? text : toLatin1(text), (character) => character.charCodeAt(0) & 255))}"`;
