// Every way that people take the parts of what is signed: first the right one, then those with a mistake,
// each { value, mistake }. What they put in front of what is in messages.mjs.

import { addressText, toBase64url, toBytes, toHex } from "../../javascript/secure_token.mjs";
import { fromLatin1, percentDecoded, toLatin1 } from "./bytes.mjs";
import { formOf, keyBytes } from "./key.mjs";
import { quote, usual } from "./mistake.mjs";
import { wrongPaths } from "./paths.mjs";
import { readTime, writeTime } from "./time.mjs";
import { parentsOf, pathPart } from "./values.mjs";

const wrong = (value, id, values) => ({ value, mistake: usual(id, values) });

/** Of several directories above a file any is right. */
export function paths(link, values) {
  const part = pathPart(link.format);
  const text = toLatin1(values[part]);
  const right = part === "parent" ? parentsOf(toLatin1(values.path)).map(fromLatin1) : [values[part]];
  return [...right.map((value) => ({ value })), ...wrongPaths(part, text, link).flatMap(([id, texts]) =>
    texts.map((signed) => wrong(fromLatin1(signed), id, { signed: quote(signed), right: quote(text) })))];
}

const QUOTES = ['"', "'", "`"];

/** `format`: undefined for a token that is encrypted, whose secret is a text. */
export function secrets(secret, format) {
  const text = toLatin1(toBytes(secret));
  const isText = format === undefined || format.secret === "text";
  const asText = isText ? { value: fromLatin1(text) } : wrong(fromLatin1(text), "secret-not-decoded", { secret: "The secret", form: formOf(format) });
  const said = (id, ...values) => values.filter((value) => value !== undefined && value !== "")
    .map((value) => wrong(fromLatin1(value), id, { secret: "The secret" }));
  return [
    ...(isText ? [] : decodedKey(secret, format)),
    asText,
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
    ...said("secret-from-base64", ofBase64Text(text)),
    ...said("secret-encoded", ...encodings(fromLatin1(text))),
    ...said("secret-case", text.toLowerCase(), text.toUpperCase()),
    ...said("secret-byte-order-mark", `\xef\xbb\xbf${text}`),
    ...[["", "nothing at all"], ...["undefined", "null", "None"].map((word) => [word, `the word "${word}"`])]
      .map(([value, word]) => wrong(toBytes(value), "secret-not-set", { word })),
  ];
}

function decodedKey(secret, format) {
  for (const text of [secret, secret.trimEnd()]) {
    try {
      return [{ value: keyBytes(format, text) }];
    } catch {
      // The next one may be.
    }
  }
  return [];
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

export function expiries({ format, fields }) {
  const { event, spelling = { kind: "seconds" } } = format.time ?? {};
  const sent = fields[event] ?? "";
  const ways = [{ value: toBytes(sent) }];
  const add = (text, id, values) => text !== undefined && ways.push(wrong(toBytes(text), id, values));
  if (sent !== "") add("", "expiry-not-signed");
  const seconds = anySeconds(spelling, sent);
  if (seconds === undefined) return ways;
  const isSeconds = spelling.kind === "seconds";
  add(String(seconds * 1000), "expiry-signed-in-milliseconds");
  if (isSeconds) add(String(Math.floor(seconds / 1000)), "expiry-sent-in-milliseconds");
  else add(String(seconds), "expiry-signed-as-seconds");
  for (let off = QUARTER; off <= 56 * QUARTER; off += QUARTER) {
    for (const [other, direction] of [[seconds + off, "later"], [seconds - off, "earlier"]]) {
      if (other >= 0) add(writeTime(spelling, other), "expiry-another-zone", { length: hours(off), direction });
    }
  }
  return ways;
}

/** Unix seconds of a time that is written in any length, so that more can be said of it. */
export function anySeconds(spelling, text) {
  if (spelling.kind === "seconds") return /^\d{1,14}$/.test(text) ? Number(text) : undefined;
  return readTime(spelling, spelling.kind === "iso" ? percentDecoded(text) : text);
}

function hours(seconds) {
  const [whole, minutes] = [Math.floor(seconds / 3600), (seconds % 3600) / 60];
  if (whole === 0) return `${minutes} minutes`;
  if (minutes > 0) return `${whole} h ${minutes} min`;
  return whole === 1 ? "1 hour" : `${whole} hours`;
}

/**
 * `right`: the address that is hashed, as bytes; empty where links are not bound. `given`: as it was typed. `isClaimed`:
 * whether the token says itself that it is bound.
 */
export function addresses(right, given, isClaimed) {
  const ways = [{ value: right }];
  const add = (text, id, values) => ways.push(wrong(toBytes(text), id, values));
  if (right.length > 0) {
    add("", "address-not-signed");
    for (const spelling of isClaimed ? [] : spellings(given)) add(spelling, "address-spelling");
    return ways;
  }
  if (isClaimed) return ways;
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
