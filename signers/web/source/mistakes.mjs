// Looks for what the signer did instead: of every part there is a list of ways, the right one first, and the
// combination with the fewest mistakes is named. A digest has 128 bits or more: what fits is what was done.

import { messageOf, SCHEMES } from "../../javascript/secure_token.mjs";
import { concat, hashOf, hmac } from "./hash.mjs";
import { addresses, expiries, messages, pathField, paths, secrets } from "./ways.mjs";

// As many as the command looks for.
const MOST_AT_ONCE = 2;

/**
 * `right`: the path that has to be signed, as bytes. `address`: the one that is signed, `given` the one that
 * was typed. Returns the mistakes, { id, what } each, and the message that was hashed, as digestMessage has
 * it. Undefined where nothing fits.
 */
export async function findMistakes(link, right, secret, { address, given }, digests) {
  const { digest, message, secret: spelling } = SCHEMES[link.scheme];
  const hash = await hashOf(/md5|sha1/.exec(digest)[0]);
  const path = pathField(message);
  const lists = [
    messages(link.scheme, address !== ""), secrets(secret, spelling === "base64"), paths(link, right),
    expiries(link), addresses(address, given),
  ].map(withoutRepetitions);
  for (let mistakes = 0; mistakes <= MOST_AT_ONCE; mistakes++) {
    for (const choices of combinations(lists, mistakes)) {
      const [form, key, signed, time, client] = choices.map(({ value }) => value);
      const fields = { secret: key, [path]: signed, expires: time, time, client_ip: client };
      const pieces = partsOf(form.form).map((part) => (typeof part === "string" ? fields[part] : part));
      const text = concat(pieces);
      const made = form.isKeyed ? hmac(hash, key, text) : hash(text);
      const written = digests.find(({ bytes }) => isSame(bytes, made));
      if (!written) continue;
      const found = choices.map(({ mistake }) => mistake).filter(Boolean);
      return { mistakes: written.id ? [...found, written] : found, message: messageOf(form.form, fields) };
    }
  }
  return undefined;
}

const isSame = (one, other) => one[0] === other[0] && one[1] === other[1] && String(one) === String(other);

// A message in parts: the name of a field, or bytes.
const parts = new Map();
function partsOf(form) {
  if (!parts.has(form)) {
    parts.set(form, form.split(/\{([^}]+)\}/).map((text, index) => (index % 2 ? text : new TextEncoder().encode(text))));
  }
  return parts.get(form);
}

// The choices, one out of each list, of which so many are not the first.
function* combinations([list, ...rest], mistakes) {
  if (list === undefined) {
    if (mistakes === 0) yield [];
    return;
  }
  const [right, ...wrong] = list;
  for (const others of combinations(rest, mistakes)) yield [right, ...others];
  if (mistakes === 0) return;
  for (const choice of wrong) {
    for (const others of combinations(rest, mistakes - 1)) yield [choice, ...others];
  }
}

function withoutRepetitions(list) {
  const seen = new Map();
  for (const choice of list) {
    const key = choice.value instanceof Uint8Array ? String(choice.value) : JSON.stringify(choice.value);
    if (!seen.has(key)) seen.set(key, choice);
  }
  return [...seen.values()];
}
