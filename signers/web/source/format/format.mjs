// Formats: a scheme in a few strings, made into data.

import { FormatString } from "./error.mjs";
import { parseLink } from "./link.mjs";
import { parseMessage } from "./message.mjs";
import { parseDigest, parseOptions } from "./options.mjs";

/**
 * `written`: { name, link, digest, message, options }, of which the options are a list of words; and what a scheme has
 * besides, client_ip. Returns
 *
 *   name, clientIp   the scheme's, and whether its tokens are bound to the client's address: never, optional, always
 *   carrier          query or path; params: the names of its arguments, { token, expires, fields }
 *   prefix, token    what stands in front of the token and what holds it, { text } or { field } each
 *   rest             the field that is all that stands behind the token
 *   time             { event, spelling, isOptional }; fields: the others, { name, kind, spelling, isOptional }
 *   digest           { text, hash, isKeyed, encoding, bytes, characters }; secret: how that is written
 *   message          the parts that are hashed; variables: the server's that are among them
 *   exclusive, lifetime, window
 *
 * Throws a FormatError that says what to write instead.
 */
export function parseFormat(written) {
  const link = parseLink(written.link);
  const digest = parseDigest(written.digest);
  if (link.carrier === "path" && digest.encoding === "base64") {
    new FormatString("link", written.link).failInAll("a slash that is in a token would end its segment; write \"base64url\" or " +
      "\"hex\" into the digest, or a link that begins with \"?\"");
  }
  const { parts, variables } = parseMessage(written.message, link);
  const names = flatParts(parts).map(({ name }) => name);
  checkSecret(written.message, digest, names);
  checkTimes(written.message, link, names);
  const options = parseOptions(written.options ?? [], link);
  const clientIp = written.client_ip ?? (names.includes("client_ip") ? "optional" : "never");
  return { name: written.name, clientIp, ...link, digest, message: parts, variables, ...options, written };
}

/** All parts of a message, also those that stand in brackets. */
export const flatParts = (parts) => parts.flatMap((part) => (part.choice ? [...part.choice, ...part.otherwise] : [part]));

function checkSecret(message, digest, names) {
  const source = new FormatString("message", message);
  if (digest.isKeyed && names.includes("secret")) source.failUntold(`the secret is the key of ${digest.text}; leave out {secret}`);
  if (!digest.isKeyed && !names.includes("secret")) {
    source.failUntold(`anybody could make such a token; write {secret} into the message, or "hmac-${digest.text}" as the digest`);
  }
}

// Times that whoever has a link could change.
function checkTimes(message, { time, fields }, names) {
  const times = [time?.event, ...fields.filter(({ kind }) => kind !== "free").map(({ name }) => name)];
  const name = times.find((other) => other !== undefined && !names.includes(other));
  if (name !== undefined) {
    new FormatString("message", message).failUntold(
      `whoever has a link could change its {${name}}; write {${name}} into the message as well`);
  }
}

/** The words of a line: separated by blanks. */
export const wordsOf = (text) => text.split(/\s+/).filter((word) => word !== "");
