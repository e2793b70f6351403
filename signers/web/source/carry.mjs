// Where the fields of a format stand in a link, as they were sent.

import { readTime } from "./time.mjs";

/** Takes the text apart that holds the token: its fields by their names. Undefined for a text that has not those parts. */
export function splitToken(format, text) {
  const found = {};
  return takeParts(format, format.token, text, found) === "" ? found : undefined;
}

// Takes these parts from the beginning of a text, and returns what stands behind them.
function takeParts(format, parts, text, found) {
  let rest = text;
  for (let at = 0; at < parts.length; at++) {
    const { field, text: literal } = parts[at];
    if (literal !== undefined) {
      if (!rest.startsWith(literal)) return undefined;
      rest = rest.slice(literal.length);
      continue;
    }
    const behind = parts[at + 1]?.text;
    // A digest may have the character that ends it.
    const shortest = field === "token" && behind !== undefined ? format.digest.characters : 0;
    if (rest.length < shortest) return undefined;
    let end = behind === undefined ? rest.length : rest.indexOf(behind, shortest);
    if (end < 0) {
      // What may be absent may be so with the text in front of it.
      if (!parts.slice(at + 1).every((part) => mayBeAbsent(format, part))) return undefined;
      [end, at] = [rest.length, parts.length];
    }
    found[field] = rest.slice(0, end);
    rest = rest.slice(end);
  }
  return rest;
}

const mayBeAbsent = ({ time, fields }, { field }) =>
  field === undefined || (field === time?.event ? time : fields.find(({ name }) => name === field))?.isOptional === true;

/**
 * Takes a path apart at the place of the token: { front, rest, fields }, of which the last are those of the front.
 * Undefined for a path that does not begin so.
 */
export function splitFront(format, path) {
  const fields = {};
  const [front, rest] = cutBehind(path, slashesIn(format.prefix)) ?? [];
  return front !== undefined && takeParts(format, format.prefix, front, fields) === "" ? { front, rest, fields } : undefined;
}

/**
 * The token in a path as it was sent: { front, token, behind, fields }, of which the last are those in front of it.
 * Undefined where nothing there looks like one.
 */
export function findInPath(format, path) {
  const { front, rest, fields } = splitFront(format, path) ?? {};
  if (front === undefined) return undefined;
  const [token, behind] = cutBehind(rest.slice(1), slashesIn(format.token)) ?? [];
  const parts = token === undefined ? undefined : splitToken(format, token);
  if (!parts) return undefined;
  const time = parts[format.time?.event];
  const looksRight = parts.token.replace(/=+$/, "").length === format.digest.characters ||
    (time !== undefined && readTime(format.time.spelling, time) !== undefined);
  return looksRight ? { front, token, behind, fields } : undefined;
}

/** What a decoded path has behind the token. Undefined where it climbed over it. */
export function behindToken(format, path, token) {
  const [, rest] = cutBehind(path, slashesIn(format.prefix)) ?? [];
  return rest?.startsWith(`/${token}/`) ? rest.slice(token.length + 1) : undefined;
}

const slashesIn = (parts) => parts.reduce((sum, { text = "" }) => sum + text.split("/").length - 1, 0);

// The beginning of a path with so many slashes in it, and what stands behind, with the next slash.
function cutBehind(path, slashes) {
  let end = -1;
  for (let seen = 0; seen <= slashes; seen++) {
    end = path.indexOf("/", end + 1);
    if (end < 0) return undefined;
  }
  return [path.slice(0, end), path.slice(end)];
}

/** The pieces of a query: { text, name, value } each, nothing of them decoded. */
export const piecesOf = (query) => (query === "" ? [] : query.split("&").map((text) => {
  const at = text.indexOf("=");
  return at < 0 ? { text, name: text, value: "" } : { text, name: text.slice(0, at), value: text.slice(at + 1) };
}));

/** The arguments of a format among pieces: { token, time, fields, duplicate, others }; token is "" where there is none. */
export function findInQuery({ params }, pieces) {
  const names = [params.token, params.expires, ...params.fields.map(({ name }) => name)].filter(Boolean);
  const values = (name) => (name ? pieces.filter((piece) => piece.name === name).map(({ value }) => value) : []);
  const fields = params.fields.map(({ name, field }) => [field, values(name)[0]]).filter(([, value]) => value !== undefined);
  return {
    token: values(params.token).find((value) => value !== "") ?? "",
    time: values(params.expires)[0],
    fields: Object.fromEntries(fields),
    duplicate: names.find((name) => values(name).length > 1),
    others: pieces.filter(({ name }) => !names.includes(name)).map(({ text }) => text),
  };
}
