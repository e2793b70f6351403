// The usual mistakes of those who sign with MD5. Of every thing that is signed there is a list: first
// as it is right, then what else people sign. The combination with the fewest mistakes is named.

import { addressText, DIGESTS, joinBytes, md5, percentEncode, toBytes } from "../../javascript/secure_token.mjs";
import { fromLatin1, toLatin1 } from "./link.mjs";

const MOST_AT_ONCE = 3;

/**
 * What the signer did instead: the mistakes, { what, instead } each, and the message that was hashed,
 * as digestMessage has it. Undefined where nothing fits.
 */
export async function findMistakes(link, secret, clientIp, digests) {
  const lists = [
    paths(link), messages(link.scheme, clientIp), secrets(secret), expiries(link.expires ?? ""), addresses(clientIp),
  ].map(withoutRepetitions);
  for (let mistakes = 0; mistakes <= MOST_AT_ONCE; mistakes++) {
    for (const choices of combinations(lists, mistakes)) {
      const [path, message, key, expires, address] = choices.map(({ value }) => value);
      const fields = { path, secret: key, expires, clientIp: address };
      const pieces = message.map((name) => [name, toBytes(fields[name] ?? name)]);
      const hash = String(await md5(joinBytes(pieces.map(([, bytes]) => bytes))));
      const written = digests.find(({ bytes }) => String(bytes) === hash);
      if (written) return { mistakes: [...choices, written].filter(({ what }) => what), message: pieces };
    }
  }
  return undefined;
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
  const keyOf = ({ value }) => JSON.stringify(Array.from(value));
  const seen = new Map();
  for (const choice of list) if (!seen.has(keyOf(choice))) seen.set(keyOf(choice), choice);
  return [...seen.values()];
}

function paths({ path, decoded, unmerged, rawPath, origin, host, query, others }) {
  const text = toLatin1(path);
  const signed = new TextDecoder().decode(path);
  const escaped = percentEncode(path);
  const whole = others.join("&");
  const add = (what, instead, ...values) =>
    values.map((value) => ({ value: typeof value === "string" ? fromLatin1(value) : value, what, instead }));
  const parents = [...text.slice(0, -1).matchAll(/\//g)].map(({ index }) => text.slice(0, index + 1)).reverse();
  const itself = `Sign ${signed}.`;
  return [
    { value: path },
    ...add("The path was signed with //, and NGINX merges slashes.",
      `${itself} Or set merge_slashes off.`, unmerged),
    ...(/\/\//.test(rawPath) ? add("The path was signed as it stands in the URL, with //.",
      `Sign it decoded and with its slashes merged: ${signed}. Or set merge_slashes off.`, rawPath) : []),
    ...add("The path was signed as it was written, and NGINX resolves //, /./ and /../.",
      `Write it in normal form: ${signed}`, decoded),
    ...add("The path was signed percent-encoded, as it stands in the URL.", `Sign it decoded: ${signed}`,
      rawPath, escaped, escaped.replace(/%../g, (escape) => escape.toLowerCase())),
    ...add("The slashes of the path were percent-encoded before it was signed.", `Sign it decoded: ${signed}`,
      escaped.replaceAll("/", "%2F")),
    ...add("The query was signed with the path.", `Sign the path alone: ${signed}`,
      `${text}?${whole}`, `${rawPath}?${whole}`, `${text}?${query}`, `${rawPath}?${query}`, `${text}?`),
    ...add("The path was signed without the slash at its end.", itself, text.replace(/\/$/, "")),
    ...add("The path was signed with a slash at its end.", itself, `${text}/`),
    ...add("The path was signed without its first slash.", itself, text.slice(1), rawPath.slice(1)),
    ...add("The host was signed with the path.", `Sign the path alone: ${signed}`,
      origin + text, origin + rawPath, host + text, host + rawPath),
    ...parents.flatMap((parent) => add(`The directory ${parent} was signed, not the file.`,
      `${itself} Or let secure_token_uri make the directory of the path.`, parent)),
    ...parents.slice(0, -1).flatMap((parent) => add(
      `The directory ${parent} was signed without the slash at its end, and not the file.`, itself,
      parent.slice(0, -1))),
    ...parents.flatMap((parent) => add(`The path was signed as ${parent}*, where * is a plain character.`,
      `${itself} Or let secure_token_uri make the directory of the path, and sign that without the *.`,
      `${parent}*`, `${parent}**`)),
    ...extensionsOf(text).map((bare) => ({ value: fromLatin1(bare), what: "The path was signed without its extension.",
      instead: itself })),
    ...["NFC", "NFD"].flatMap((form) => add(
      `The path was signed in ${form}, and the URL has the other normal form of Unicode, which looks the same.`,
      "Sign the bytes of the URL, decoded.",
      toBytes(signed.normalize(form)), percentEncode(toBytes(signed.normalize(form))))),
    ...add("Only the file's name was signed.", itself, text.replace(/.*\//s, "")),
    ...add("The path was signed in lower case.", `${itself} Or turn on secure_token_ignore_case.`,
      text.toLowerCase()),
    ...add("A plus in the path was signed as a blank.", "In a path, a plus is a plus.", text.replaceAll("+", " ")),
    ...add("The path was not signed.", itself, ""),
  ];
}

// The path without ".gz", without ".tar.gz"; a name that begins with its dot has no extension.
const extensionsOf = (path) =>
  [...path.matchAll(/(?<=[^/])\.(?=[^/]*$)/g)].map(({ index }) => path.slice(0, index)).reverse();

const WORDS = { secret: "secret", path: "path", expires: "expiry", clientIp: "address", " ": "a space" };

function messages(scheme, clientIp) {
  const right = DIGESTS[scheme].message;
  const inWords = (message) =>
    message.filter((name) => clientIp || name !== "clientIp").map((name) => WORDS[name]).join(", ");
  const instead = `Sign ${inWords(right)}.`;
  const known = Object.keys(DIGESTS).filter((name) => name !== scheme).map((name) => ({
    value: DIGESTS[name].message,
    what: `It was signed in the order of ${name}: ${inWords(DIGESTS[name].message)}.`,
    instead,
  }));
  const others = permutations(["secret", "path", "expires"]).flatMap(spacings).flatMap((value) =>
    [value.flatMap((name) => (name === "path" ? [name, "clientIp"] : [name])),
      ["clientIp", ...value], [...value, "clientIp"]]);
  const newlines = ["\n", "\r\n"].map((end) => ({
    value: [...right, end],
    what: "There was a newline at the end of the hashed text, as echo writes it.",
    instead: "Use printf '%s', or echo -n.",
  }));
  return [{ value: right }, ...newlines, ...known, ...others.map((value) => ({
    value,
    what: `It was signed in another order: ${inWords(value)}.`,
    instead,
  }))];
}

const permutations = (list) => list.length < 2 ? [list] : list.flatMap((item) =>
  permutations(list.filter((other) => other !== item)).map((rest) => [item, ...rest]));

const spacings = (list) => [
  list,
  list.flatMap((name, index) => (index > 0 && name === "secret" ? [" ", name] : [name])),
  list.flatMap((name, index) => (index > 0 ? [" ", name] : [name])),
];

function secrets(secret) {
  const instead = "Drop it before signing: a file or an editor put it there.";
  const hex = /^(?:[0-9a-f]{2})+$/i.test(secret) ? secret.match(/../g).map((pair) => parseInt(pair, 16)) : secret;
  return [
    { value: toBytes(secret) },
    { value: toBytes(`${secret}\n`), what: "The secret was signed with a newline at its end.", instead },
    { value: toBytes(`${secret}\r\n`), what: "The secret was signed with CR LF at its end.", instead },
    { value: toBytes(secret.trim()), what: "The secret was signed without the blanks around it.",
      instead: "Write it on both sides with them or without." },
    { value: toBytes(hex), what: "The secret's hexadecimal digits were turned into bytes.",
      instead: "Sign with the text of the secret as it stands in the configuration." },
  ];
}

function expiries(expires) {
  const list = [{ value: expires }];
  if (/^\d{12,14}$/.test(expires)) {
    list[0] = { value: expires, ...MILLISECONDS };
    list.unshift({ value: expires.slice(0, -3), ...MILLISECONDS });
  }
  return [
    ...list,
    { value: `${expires}000`, what: "The expiry was signed in milliseconds, and is in seconds in the link.",
      instead: "Sign it as it stands in the link." },
    { value: "", what: "The expiry was not signed.", instead: "Sign it as it stands in the link." },
  ];
}

export const MILLISECONDS = {
  what: "The expiry is in milliseconds.", instead: "Write it in seconds: divide by 1000 and round down.",
};

function addresses(clientIp) {
  if (!clientIp) {
    return [{ value: "" }, ...["127.0.0.1", "::1"].map((value) => ({
      value, what: `The client's address ${value} was signed.`,
      instead: "Leave it out, or bind the location to it with secure_token_client_ip.",
    }))];
  }
  return [
    { value: addressText(clientIp) },
    { value: "", what: "The client's address was left out.",
      instead: "Sign it behind the path, or leave out secure_token_client_ip." },
    { value: clientIp, what: "The client's address was not signed in its short form.",
      instead: `Sign ${addressText(clientIp)}.` },
  ];
}
