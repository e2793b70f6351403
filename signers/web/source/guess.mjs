// Which scheme a link is of.

import { FACTS } from "./facts.mjs";
import { findInPath, findInQuery, splitToken } from "./carry.mjs";
import { percentDecoded } from "./bytes.mjs";
import { SIGNED } from "./signed.mjs";
import { allFormats, isSealed, renamed } from "./schemes.mjs";
import { readTime } from "./time.mjs";
import { digestOf } from "./token.mjs";

// IV, one pair and tag are longer than any name of a parameter.
export const looksSealed = (text) => /^[A-Za-z0-9_+/-]{38,}={0,2}$/.test(text);

/**
 * The names of the schemes that a link looks like. `readings`: the pieces of its query, and of what may have been meant
 * by it. `chosen`: names of the parameters.
 */
export function guess(path, readings, { token, expires }) {
  const formats = allFormats().map((format) => renamed(format, token, expires));
  const inQuery = formats.filter(({ carrier }) => carrier === "query");
  const finds = (format) => readings.map((pieces) => findInQuery(format, pieces)).filter((found) => found.token !== "");
  const sealed = Object.keys(FACTS).filter(isSealed);
  const values = readings.flat().flatMap(({ text, value }) => [text, percentDecoded(value)]);
  const guesses = [
    () => Object.keys(SIGNED).filter((name) => SIGNED[name].looksLike(path, readings.flat(), { token })).map((name) => ({ name })),
    // One name alone may well be another thing's.
    () => inQuery.filter((format) => finds(format).some((found) => found.time !== undefined || looksLikeToken(format, found.token))),
    () => formats.filter((format) => format.carrier === "path" && findInPath(format, path)),
    () => (values.some(looksSealed) ? sealed.map((name) => ({ name })) : []),
    () => inQuery.filter((format) => format.params.expires && finds(format).length > 0),
    () => inQuery.filter((format) => finds(format).some((found) => splitToken(format, percentDecoded(found.token)))),
  ];
  for (const found of guesses) {
    const names = found().map(({ name }) => name);
    if (names.length > 0) return names;
  }
  return [];
}

// Whether a text has the parts of a token with a time beside it, and one of them at least has its form.
function looksLikeToken(format, sent) {
  const parts = splitToken(format, percentDecoded(sent));
  if (!parts) return false;
  const time = parts[format.time?.event];
  // Any digits are a time of some age, and tokens of others begin with digits too.
  return digestOf(parts.token, format.digest) !== undefined || (time !== undefined && readTime(format.time.spelling, time) !== undefined);
}
