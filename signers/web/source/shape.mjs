// What is wrong with the form of a link's fields, but for the token.

import { isPlain } from "./bytes.mjs";
import { linkText } from "./schemes.mjs";
import { readTime, timeForm } from "./time.mjs";

/** What is wrong, { what, instead } each. `isTorn`: whether a second ? tore the query apart, which says enough of the time. */
export function wrongFields(link, { now }, isTorn) {
  const { format, fields } = link;
  const found = [];
  if (!isTorn && format.time) found.push(...wrongTime(link, now));
  for (const { name, kind, spelling, isOptional } of format.fields) {
    const text = fields[name] ?? "";
    if (text === "" && !isOptional) {
      found.push({ what: `The field {${name}} is empty or absent.`, instead: `A link looks like ${linkText(format)}.` });
    } else if (text !== "" && kind === "ttl" && !/^(?:0|[1-9]\d{0,9})$/.test(text)) {
      found.push({ what: `The field {${name}} is "${text}".`, instead: "Write seconds, without a leading zero; 0 is for ever." });
    } else if (text !== "" && kind === "start" && text !== "0" && readTime(spelling, text) === undefined) {
      found.push({ what: `The field {${name}} is "${text}".`, instead: `Write ${timeForm(spelling)}, or 0 for any time.` });
    }
  }
  if (!isPlain(link.path)) found.push({ what: "The path has a control character.", instead: "Rename the file." });
  if (link.isMoved) {
    found.push({ what: "The path has another spelling or climbs over the token.", instead: "Write the token into the path as it is, and the path without /../." });
  }
  return found;
}

export const MILLISECONDS = {
  what: "The expiry is in milliseconds.", instead: "Write it in seconds: divide by 1000 and round down.",
};

function wrongTime({ format, expires, expiresName, tokenName }, now) {
  const { event, spelling, isOptional } = format.time;
  const what = event === "expires" ? "expiry" : "time";
  if (expires === undefined || expires === "") {
    if (isOptional) return [];
    if (expires === "" && expiresName) return [{ what: `The parameter ${expiresName} is empty.`, instead: `Write ${timeForm(spelling)}.` }];
    return [expiresName
      ? { what: `The parameter ${expiresName} with the ${what} is not there.`, instead: "Write it into the link." }
      : { what: `There is no ${what}${tokenName ? ` in ${tokenName}` : ""}.`, instead: `Write it as ${linkText(format)}.` }];
  }
  const length = event === "expires" && lengthOfTime(expires, now);
  const isRead = readTime(spelling, expires) !== undefined;
  if (length || isRead) return length ? [length] : [];
  if (spelling.kind === "seconds" && isMilliseconds(expires)) return [MILLISECONDS];
  return [{ what: `The ${what} "${expires}" is none.`, instead: `Write ${timeForm(spelling)}.` }];
}

/** What is wrong with an expiry that should be a Unix time. */
export function wrongSeconds(text, now) {
  const length = lengthOfTime(text, now);
  if (length) return [length];
  return isMilliseconds(text) ? [MILLISECONDS] : [];
}

const isMilliseconds = (text) => /^[1-9]\d{11,13}$/.test(text);

// A Unix time before this is in 2001 or earlier.
const EARLIEST = 1e9;
const UNITS_OF_TIME = { s: 1, m: 60, h: 3600, d: 86400, w: 604800, y: 31536000 };

/** A length of time, such as 3600 or 1h, where a time should be. */
export function lengthOfTime(text, now) {
  const [, count, unit = "s"] = /^([1-9]\d{0,8})([smhdwy])?$/.exec(text) ?? [];
  const seconds = Number(count) * UNITS_OF_TIME[unit];
  return seconds < EARLIEST && {
    what: `The expiry ${text} is a length of time, and not a Unix time.`,
    instead: `Write when the link expires: from now it would be ${now + seconds}.`,
  };
}
