// What the parts of a message are, as bytes.

import { fromLatin1 } from "./bytes.mjs";

/** How the value of a part is called: "$host" of a variable. Undefined for a text. */
export const partKey = ({ name, variable }) => (variable === undefined ? name : `$${variable}`);

/** The part of a format's message that is the path; the path itself where it has none. */
export const pathPart = ({ message }) =>
  message.map(({ name }) => name).find((name) => ["path", "path:raw", "uri:raw", "dir", "parent", "stream"].includes(name)) ?? "path";

/**
 * The values of all parts but the secret. `link`: { path, rawPath, others, fields } as texts, fields with the time.
 * `address`: as it is hashed. `variables`: texts by their names.
 */
export function partValues(format, { path, rawPath, others, fields }, address, variables = {}) {
  const args = others.join("&");
  const texts = {
    path, "path:raw": rawPath, "uri:raw": rawPath + (others.length > 0 ? `?${args}` : ""), args,
    dir: directoryOf(path), stream: directoryOf(path).replace(/^\//, "").replace(/\/$/, ""), parent: parentsOf(path)[0] ?? "",
    client_ip: address,
  };
  for (const { name } of format.fields) texts[name] = fields[name] ?? "";
  if (format.time) texts[format.time.event] = fields[format.time.event] ?? "";
  for (const name of format.variables) texts[`$${name}`] = variables[name] ?? "";
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fromLatin1(text)]));
}

const directoryOf = (path) => path.slice(0, path.lastIndexOf("/") + 1);

const MOST_PARENTS = 32;

/** Each directory above a file, the deepest first, without a slash at its end; not the root. */
export function parentsOf(path) {
  const all = [];
  for (let end = path.lastIndexOf("/"); end > 0 && all.length < MOST_PARENTS; end = path.lastIndexOf("/", end - 1)) {
    all.push(path.slice(0, end));
  }
  return all;
}

/** The parts that are hashed: of every choice those that are chosen. */
export const chosenParts = (parts, values) => parts.every(({ choice }) => choice === undefined) ? parts
  : parts.flatMap((part) => (!part.choice ? [part] : isThere(part.choice, values) ? part.choice : part.otherwise));

// Whether the part that may be empty is not.
const isThere = (parts, values) =>
  parts.filter(({ text }) => text === undefined).every((part) => values[partKey(part)].length > 0);

const encodedTexts = new Map();

/** The bytes of a part. */
export function bytesOf(part, values) {
  if (part.name !== undefined) return values[part.name];
  if (part.variable !== undefined) return values[partKey(part)];
  if (!encodedTexts.has(part.text)) encodedTexts.set(part.text, new TextEncoder().encode(part.text));
  return encodedTexts.get(part.text);
}

/** What is hashed, piece by piece: { part, bytes } each. */
export const messagePieces = (parts, values) => chosenParts(parts, values).map((part) => ({ part, bytes: bytesOf(part, values) }));

/** The variables of the server that a URL itself tells. */
export const ofUrl = ({ host, protocol }) =>
  ({ ...(host && { host: host.toLowerCase().replace(/:\d*$/, "") }), ...(protocol && { scheme: protocol }) });
