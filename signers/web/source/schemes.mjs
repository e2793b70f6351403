// The schemes that have a name, and those that people make themselves.

import { FACTS } from "./facts.mjs";
import { parseFormat, wordsOf } from "./format/format.mjs";

/** The name that stands for a format of one's own, as in the command. */
export const OWN = "own";

/** Whether the tokens of a scheme are encrypted. */
export const isSealed = (name) => FACTS[name]?.anatomy === "sealed";

const formats = new Map(Object.entries(FACTS).filter(([, { anatomy }]) => anatomy === "digest")
  .map(([name, row]) => [name, parseFormat({ ...row, name })]));

/** The formats of all schemes that have one. */
export const allFormats = () => [...formats.values()];

/** The format of that name. Undefined for a scheme that has none. */
export const formatOf = (name) => formats.get(name);

/** A format of one's own: { link, digest, message, options }, the options as one text. Throws a FormatError. */
export const ownFormat = ({ link, digest, message, options = "" }) =>
  parseFormat({ name: OWN, link, digest, message, options: wordsOf(options) });

/** The same format with other names of its parameters, where they are given. */
export function renamed(format, token, expires) {
  if (!format || format.carrier === "path" || !(token || expires)) return format;
  const { params } = format;
  return { ...format, params: { ...params, token: token || params.token, expires: params.expires && (expires || params.expires) } };
}

/** What a link of a format looks like. */
export function linkText({ written, params }) {
  if (!params.token) return written.link;
  const pieces = written.link.slice(1).split("&").map((piece) => {
    const [name, value] = [piece.slice(0, piece.indexOf("=")), piece.slice(piece.indexOf("=") + 1)];
    const other = value.includes("{token}") ? params.token : /^\{(?:expires|time)\b/.test(value) ? params.expires : name;
    return `${other}=${value}`;
  });
  return `?${pieces.join("&")}`;
}
