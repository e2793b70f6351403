// What the module decides about a link whose token is a digest.

import { fromLatin1, isPlain } from "./bytes.mjs";
import { concat, macOf } from "./hash.mjs";
import { hashedAddress, keyBytes } from "./key.mjs";
import { readTime } from "./time.mjs";
import { digestOf, written } from "./token.mjs";
import { flatParts } from "./format/format.mjs";
import { bytesOf, chosenParts, messagePieces, parentsOf, partValues, pathPart } from "./values.mjs";

/**
 * `link`: as digestLink has it. `visit`: secrets (a list), address (of the client; undefined where links are not bound to
 * it), variables, now, skew, lifetime. Returns
 *
 *   reason    why it is refused; "" where it passes
 *   isOfForm  whether token, fields and path have their form
 *   fits      position of the secret that fits, from 0; -1 for none
 *   seconds   the time that the link carries; expires: when it ends; starts: the second before which it does not open
 *   late      whether it passes only by the skew
 *   values    of the parts; message: what is hashed; computed: the token of each secret, or undefined
 */
export async function judge(format, link, visit) {
  if (link.duplicate) return { reason: "duplicate", fits: -1 };
  if (!link.isFound) return { reason: "missing", fits: -1 };
  const fields = readFields(format, link);
  const isBound = format.clientIp !== "never" && visit.address !== undefined;
  const address = isBound ? (format.addressOf ?? hashedAddress)(visit.address) ?? "" : "";
  const values = partValues(format, link, address, visit.variables);
  const isOfForm = fields !== undefined && isSignable(format, link, visit.variables);
  const tokens = await tokensOf(format, link, values, visit.secrets);
  const sent = isOfForm ? written(format.digest, fields.digest) : undefined;
  const fits = tokens.findIndex((list) => list.some(({ token }) => token === sent));
  const shown = tokens[Math.max(fits, 0)] ?? [];
  const fitting = shown.find(({ token }) => token === sent) ?? shown[0];
  const result = {
    isOfForm, fits, values, ...fields,
    computed: tokens.map((list) => (list.find(({ token }) => token === sent) ?? list[0])?.token),
    message: messagePieces(format.message, { secret: SECRET, ...values, ...(fitting && { parent: fitting.parent }) }),
  };
  const times = fields && timesOf(format, fields, visit.lifetime || format.lifetime);
  const reason = reasonOf({ isOfForm, isBound, address, fits, times }, format, visit);
  return { ...result, ...times, ...reason };
}

const SECRET = new TextEncoder().encode("secret");

function reasonOf({ isOfForm, isBound, address, fits, times }, format, { now, skew = 0 }) {
  if (!isOfForm) return { reason: "malformed" };
  if (isBound && (address === "" || (!format.addressOf && !isPlain(address)))) return { reason: "client_ip" };
  if (fits < 0) return { reason: "signature" };
  const isOver = (time) => (format.exclusive ? time >= times.expires : time > times.expires);
  if (isOver(now - skew)) return { reason: "expired" };
  if (times.starts > now + skew) return { reason: "lifetime" };
  return { reason: "", late: isOver(now) };
}

// The tokens that each secret makes of the link: of one that opens a directory there is one for each directory.
async function tokensOf(format, { path }, values, secrets) {
  const mac = await macOf(format.digest);
  const parents = pathPart(format) === "parent" ? parentsOf(path).map(fromLatin1) : [values.parent];
  return secrets.map((secret) => {
    let key;
    try {
      key = keyBytes(format, secret);
    } catch {
      return [];
    }
    return parents.map((parent) => {
      const all = { secret: key, ...values, parent };
      const text = concat(chosenParts(format.message, all).map((part) => bytesOf(part, all)));
      return { parent, token: written(format.digest, mac(key, text)) };
    });
  });
}

// Digest and times of a link. Undefined where one of its fields has not its form.
function readFields(format, { fields, isReadable }) {
  const digest = isReadable ? digestOf(fields.token, format.digest) : undefined;
  const seconds = isReadable ? readOwnTime(format.time, fields) : undefined;
  if (!digest || seconds === undefined) return undefined;
  const read = { digest, seconds: seconds ?? undefined, lifetime: undefined, starts: 0 };
  for (const { name, kind, spelling, isOptional } of format.fields) {
    const text = fields[name] ?? "";
    if (text === "" && isOptional) continue;
    if (text === "" || !isPlain(text)) return undefined;
    if (kind === "ttl") {
      if (!/^(?:0|[1-9]\d{0,9})$/.test(text)) return undefined;
      read.lifetime = Number(text);
    } else if (kind === "start" && text !== "0") {
      read.starts = readTime(spelling, text);
      if (read.starts === undefined) return undefined;
    }
  }
  return read;
}

// Null where there is none and need not be.
function readOwnTime(time, fields) {
  if (!time) return null;
  const text = fields[time.event] ?? "";
  if (text === "") return time.isOptional ? null : undefined;
  return readTime(time.spelling, text) ?? (fields.decodedTime === undefined ? undefined : readTime(time.spelling, fields.decodedTime));
}

/** When a link opens and ends: Infinity for never. */
export function timesOf({ time, window }, { seconds, lifetime: own, starts }, lifetime) {
  if (seconds === undefined) return { expires: Infinity, starts };
  if (time.event === "expires") return { expires: seconds, starts };
  const length = own ?? lifetime ?? 0;
  return { expires: own === 0 ? Infinity : seconds + length, starts: window ? Math.max(starts, seconds - length) : starts };
}

// Whether the path, and what else is hashed, may be.
function isSignable(format, link, variables = {}) {
  const names = flatParts(format.message).map(({ name }) => name);
  const has = (...wanted) => wanted.some((name) => names.includes(name));
  const hasQuery = has("uri:raw", "args");
  if (link.isMoved) return false;
  if (has("path", "dir", "stream", "parent") && !(link.path !== "" && isPlain(link.path))) return false;
  if (has("path:raw", "uri:raw") && !(link.rawPath !== "" && isPlain(link.rawPath))) return false;
  // A query is hashed behind the path, and begins with the first question mark.
  if (hasQuery && link.isStated && link.path.includes("?")) return false;
  return format.variables.every((name) => isPlain(variables[name] ?? ""));
}
