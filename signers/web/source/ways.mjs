// Every way that people take the parts of what is signed: first the right one, then those with a mistake,
// each { value, mistake }.

import { addressText, issueTime, SCHEMES, toBase64url, toBytes, toHex } from "../../javascript/secure_token.mjs";
import { FACTS } from "./facts.mjs";
import { fromLatin1, issueSeconds, toLatin1 } from "./link.mjs";
import { quote, usual } from "./mistake.mjs";
import { wrongPaths } from "./paths.mjs";
import { formOf } from "./token.mjs";

const BETWEEN = ["", " ", "_", "-", ":", "|", "/", "&", "\n"];
const ENDS = ["\n", "\r\n"];

// ---- What is hashed

/** The field of a message that is the path. */
export const pathField = (message) => /\{(path|path:raw|uri:raw)\}/.exec(message)[1];
const timeField = (message) => /\{(expires|time)\}/.exec(message)[1];

/** Messages: { form, isKeyed }, written as in the table. */
export function messages(scheme, hasAddress) {
  const { message, digest } = SCHEMES[scheme];
  const isKeyed = digest.startsWith("hmac-");
  const right = partsInWords(message, hasAddress);
  const { hash } = formOf(scheme);
  const path = pathField(message);
  const every = (keyed) => orders([...(keyed ? [] : ["secret"]), path, timeField(message)])
    .flatMap((order) => BETWEEN.map((between) => order.map((name) => `{${name}}`).join(between)));
  const way = (form, id, values, keyed = isKeyed) =>
    ({ value: { form, isKeyed: keyed }, mistake: id && usual(id, { scheme, right, hash, ...values }) });
  return [
    way(message),
    ...ENDS.map((end) => way(message + end, "message-newline")),
    ...alike(scheme).map(([other, row]) =>
      way(row.message, "message-of-another-scheme", { other, parts: partsInWords(row.message, hasAddress) })),
    ...every(isKeyed).map((form) => way(form, "message-order", { parts: partsInWords(form, true) })),
    ...every(!isKeyed).flatMap((form) => (isKeyed
      ? [way(form, "message-not-hmac", { parts: partsInWords(form, true) }, false)]
      : [...ENDS.map((end) => way(form + end, "message-hmac-newline", {}, true)), way(form, "message-hmac", {}, true)])),
  ];
}

// Schemes whose tokens stand in the same place, are as long, and are for the same path.
function alike(scheme) {
  const kind = (name) => {
    const { digest, message } = SCHEMES[name];
    return `${FACTS[name].carrier} ${digest.replace(/.*:/, "")} ${pathField(message)}`;
  };
  return Object.entries(SCHEMES).filter(([name]) => name !== scheme && kind(name) === kind(scheme));
}

const orders = (names) => [...permutations(names), ...permutations([...names, "client_ip"])];

const permutations = (list) => list.length < 2 ? [list] : list.flatMap((item) =>
  permutations(list.filter((other) => other !== item)).map((rest) => [item, ...rest]));

const WORDS = { secret: "secret", path: "path", "path:raw": "path as it is sent", "uri:raw": "path and query as they are sent",
  expires: "expiry", time: "expiry", client_ip: "address" };
const LITERALS = { " ": "a blank", "\n": "a newline" };

function partsInWords(form, hasAddress) {
  const words = form.split(/\{([^}]+)\}/).map((text, index) =>
    (index % 2 ? (text !== "client_ip" || hasAddress) && WORDS[text] : text && (LITERALS[text] ?? quote(text)))).filter(Boolean);
  return words.join(", ").replace(/, (?=[^,]*$)/, " and ");
}

// ---- The fields

const wrong = (value, id, values) => ({ value, mistake: usual(id, values) });

export function paths(link, right) {
  const text = toLatin1(right);
  return [{ value: right }, ...wrongPaths(pathField(SCHEMES[link.scheme].message), text, link).flatMap(([id, values]) =>
    values.map((signed) => wrong(fromLatin1(signed), id, { signed: quote(signed), right: quote(text) })))];
}

const QUOTES = ['"', "'", "`"];

export function secrets(secret, isBase64) {
  const text = toLatin1(toBytes(secret));
  const asText = isBase64 ? [wrong(fromLatin1(text), "secret-not-decoded", { secret: "The secret" })] : [{ value: fromLatin1(text) }];
  const key = isBase64 ? ofBase64Text(text) : undefined;
  const said = (id, ...values) => values.filter((value) => value !== undefined && value !== "")
    .map((value) => wrong(fromLatin1(value), id, { secret: "The secret" }));
  return [
    ...(key === undefined ? [] : [{ value: fromLatin1(key) }]),
    ...asText,
    ...said("secret-newline", `${text}\n`),
    ...said("secret-crlf", `${text}\r\n`),
    ...said("secret-carriage-return", `${text}\r`),
    ...said("secret-two-newlines", `${text}\n\n`),
    ...said("secret-trimmed", text.replace(/^[ \t\n\r\f]+|[ \t\n\r\f]+$/g, "")),
    ...said("secret-blank", `${text} `, ` ${text}`, ` ${text} `, `${text}\t`),
    ...said("secret-quoted", ...QUOTES.map((mark) => mark + text + mark)),
    ...said("secret-unquoted", ...QUOTES.filter((mark) => text.length > 1 && text.startsWith(mark) && text.endsWith(mark))
      .map(() => text.slice(1, -1))),
    ...said("secret-from-hex", /^(?:[0-9a-f]{2})+$/i.test(text)
      ? text.replace(/../g, (pair) => String.fromCharCode(parseInt(pair, 16))) : undefined),
    ...said("secret-from-base64", isBase64 ? undefined : ofBase64Text(text)),
    ...said("secret-encoded", ...encodings(fromLatin1(text))),
    ...said("secret-case", text.toLowerCase(), text.toUpperCase()),
    ...said("secret-byte-order-mark", `\xef\xbb\xbf${text}`),
    ...[["", "nothing at all"], ...["undefined", "null", "None"].map((word) => [word, `the word "${word}"`])]
      .map(([value, word]) => wrong(toBytes(value), "secret-not-set", { word })),
  ];
}

const encodings = (bytes) =>
  [toHex(bytes), toHex(bytes).toUpperCase(), btoa(toLatin1(bytes)).replace(/=+$/, ""), btoa(toLatin1(bytes)), toBase64url(bytes)];

function ofBase64Text(text) {
  try {
    return atob(text.trimEnd().replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, ""));
  } catch {
    return undefined;
  }
}

const QUARTER = 900;

export function expiries({ expires = "", scheme }) {
  const ways = [{ value: toBytes(expires) }];
  const add = (text, id, values) => text !== undefined && ways.push(wrong(toBytes(text), id, values));
  if (expires !== "") add("", "expiry-not-signed");
  const isTime = SCHEMES[scheme].lifetime !== null;
  const seconds = isTime ? issueSeconds(expires) : /^[1-9]\d{0,13}$/.test(expires) ? Number(expires) : undefined;
  if (seconds === undefined) return ways;
  add(String(seconds * 1000), "expiry-signed-in-milliseconds");
  if (isTime) add(String(seconds), "expiry-signed-as-seconds");
  else add(String(Math.floor(seconds / 1000)), "expiry-sent-in-milliseconds");
  for (let off = QUARTER; off <= 56 * QUARTER; off += QUARTER) {
    for (const [other, direction] of [[seconds + off, "later"], [seconds - off, "earlier"]]) {
      add(isTime ? issueTime(other) : String(other), "expiry-another-zone", { length: hours(off), direction });
    }
  }
  return ways;
}

function hours(seconds) {
  const [whole, minutes] = [Math.floor(seconds / 3600), (seconds % 3600) / 60];
  if (whole === 0) return `${minutes} minutes`;
  if (minutes > 0) return `${whole} h ${minutes} min`;
  return whole === 1 ? "1 hour" : `${whole} hours`;
}

export function addresses(right, given) {
  const ways = [{ value: toBytes(right) }];
  const add = (text, id, values) => ways.push(wrong(toBytes(text), id, values));
  if (right !== "") {
    add("", "address-not-signed");
    for (const spelling of spellings(given)) add(spelling, "address-spelling");
    return ways;
  }
  for (const address of [given, "127.0.0.1", "::1"].filter(Boolean)) {
    for (const spelling of spellings(address)) add(spelling, "address-not-looked-at", { address });
  }
  return ways;
}

// As people write an address: as it is, short, mapped, and with all groups in full or without zeros in front.
function spellings(given) {
  const all = [given];
  const short = addressOf(given);
  if (short) {
    const long = short.includes(":") ? short : `::ffff:${short}`;
    const groups = groupsOf(long);
    all.push(short, long, groups.map((group) => group.padStart(4, "0")).join(":"), groups.join(":"));
  }
  return all.flatMap((text) => [text, text.toUpperCase(), `[${text}]`]);
}

function addressOf(text) {
  try {
    return addressText(text);
  } catch {
    return undefined;
  }
}

function groupsOf(long) {
  const plain = long.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts) =>
    [0, 2].map((at) => (parts[at] * 256 + Number(parts[at + 1])).toString(16)).join(":"));
  const [head, tail] = plain.split("::").map((half) => half.split(":").filter((group) => group !== ""));
  return tail ? [...head, ...Array(8 - head.length - tail.length).fill("0"), ...tail] : head;
}
