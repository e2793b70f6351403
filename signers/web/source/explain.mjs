// Explains a link: what it says, what the module makes of it, and why.

import { addressText, digestMessage, joinBytes, md5, toBase64url, toBytes } from "../../javascript/secure_token.mjs";
import { readLink, toLatin1 } from "./link.mjs";
import { findMistakes, MILLISECONDS } from "./mistakes.mjs";
import { readClaims } from "./restrictions.mjs";
import { findSealingMistakes, open, unseal } from "./sealed.mjs";
import { damageOf, digestsOf, isToken, shapeOf } from "./token.mjs";

/**
 * `given`: secrets (a list), clientIp, country, referrer, now (Unix seconds), skew (seconds that a link
 * opens after its expiry), and what readLink may be told. Returns
 *
 *   link      what readLink found
 *   reason    why it is refused: a word of the module; "" where it passes, undefined where nobody knows
 *   fits      position of the secret that fits, from 0
 *   expires   the expiry in Unix seconds, where there is one
 *   message   what the module hashes, as digestMessage has it; computed: the token that comes out;
 *             signed: what the signer hashed instead, where that was found out
 *   claims    what an ectoken says, as readClaims has it
 *   visit     what its claims were held against: path, client, country, referrer, host, protocol
 *   mistakes  what is wrong, and what to do: { what, instead } each
 *   ask       what would have to be known to be sure
 *   hint      what to try where nothing was found
 *   late      whether it passes only by the skew
 */
export async function explain(pasted, given) {
  const link = readLink(pasted, given);
  const mistakes = link.escapedAmpersand
    ? [{ what: "The link has &amp; where an & belongs.", instead: "Write & : the longer form is for HTML only." }]
    : [];
  if (link.meant) mistakes.push(SECOND_MARK);
  const result = { link, mistakes, ask: [] };
  if (link.token === "" && !link.duplicate) {
    const found = await missing(link, given);
    return { ...result, ...found, mistakes: [...mistakes, ...found.mistakes] };
  }
  if (link.duplicate) {
    mistakes.push({ what: `${link.duplicate} is there more than once.`, instead: "Leave one of them." });
    return { ...result, reason: "duplicate" };
  }
  const found = await (link.scheme === "ectoken" ? explainSealed : explainDigest)(link, given, mistakes);
  return { ...result, ...found };
}

const SECOND_MARK = {
  what: "There is a second ? in the link, and only the first one begins the query.", instead: "Write & in its place.",
};

async function missing(link, given) {
  const mistakes = [];
  if (link.elsewhere?.length > 0) {
    for (const secret of given.secrets) {
      mistakes.push(...((await findSealingMistakes(link, secret))?.mistakes ?? []));
    }
  }
  if (mistakes.length === 0 && !link.meant && !link.escapedAmpersand) {
    mistakes.push(link.query === ""
      ? { what: "The link has no query.", instead: "Copy the whole link, with the ? and what is behind it." }
      : { what: `No token was found${link.tokenName ? ` in the parameter ${link.tokenName}` : ""}.`,
          instead: "Choose the scheme, or say how the parameters are called." });
  }
  return { reason: "missing", mistakes };
}

// ---- azion and gcore

async function explainDigest(link, given, mistakes) {
  const { token, scheme } = link;
  // What a second ? did to the expiry has been said.
  const expires = readExpiry(link, given.now, link.meant ? [] : mistakes);
  const address = given.clientIp ? addressText(given.clientIp) : "";
  const wellFormed = isToken(token) && expires.isOfForm && !pathHasControls(link.path, mistakes);
  const messageOf = (secret) =>
    digestMessage(scheme, { secret, path: link.path, expires: link.expires ?? "", clientIp: address });
  const computed = [];
  for (const secret of given.secrets) {
    computed.push(toBase64url(await md5(joinBytes(messageOf(secret).map(([, bytes]) => bytes)))));
  }
  const fits = computed.indexOf(token.slice(0, 22));
  const result = { expires: expires.seconds, computed: computed[Math.max(fits, 0)], message: messageOf("secret") };
  if (wellFormed && fits >= 0) {
    const isLate = (now) => (scheme === "gcore" ? now >= expires.seconds : now > expires.seconds);
    const expired = isLate(given.now - (given.skew ?? 0));
    if (expired && given.now === expires.seconds) mistakes.push(VERY_SECOND);
    return { ...result, fits, reason: expired ? "expired" : "", late: !expired && isLate(given.now) };
  }
  const found = await mistakesOf({ ...link, ...link.meant }, given, computed);
  // What is wrong with the expiry has been said.
  mistakes.push(...found.mistakes.filter(({ what }) => what !== MILLISECONDS.what));
  const reason = given.secrets.length > 0 ? "signature" : undefined;
  const hint = scheme === "gcore" && found.mistakes.length === 0 && (address
    ? `The link may be for another address than ${address}.`
    : "The link may be bound to the client’s address, which cannot be read from it: give it if the location has secure_token_client_ip.");
  return { ...result, signed: found.message, hint: hint || undefined, reason: wellFormed ? reason : "malformed" };
}

const VERY_SECOND = {
  what: "This is the very second of its expiry.", instead: "A link of gcore opens until the second before it.",
};

// A Unix time before this is in 2001 or earlier.
const EARLIEST = 1e9;
const UNITS_OF_TIME = { s: 1, m: 60, h: 3600, d: 86400, w: 604800, y: 31536000 };

// A length of time, such as 3600 or 1h, where a time should be.
function lengthOfTime(text, now) {
  const [, count, unit = "s"] = /^([1-9]\d{0,8})([smhdwy])?$/.exec(text) ?? [];
  const seconds = Number(count) * UNITS_OF_TIME[unit];
  return seconds < EARLIEST && {
    what: `The expiry ${text} is a length of time, and not a Unix time.`,
    instead: `Write when the link expires: from now it would be ${now + seconds}.`,
  };
}

function readExpiry({ expires, expiresName }, now, mistakes) {
  if (expires === undefined) {
    mistakes.push({ what: `The parameter ${expiresName} with the expiry is not there.`, instead: "Write it into the link." });
    return { isOfForm: false };
  }
  const length = lengthOfTime(expires, now);
  if (length) mistakes.push(length);
  if (/^[1-9]\d{0,9}$/.test(expires)) return { isOfForm: true, seconds: Number(expires) };
  if (length) return { isOfForm: false };
  const isLong = /^[1-9]\d{11,13}$/.test(expires);
  mistakes.push(isLong ? MILLISECONDS : {
    what: `The expiry "${expires}" is not a Unix time in seconds.`,
    instead: "Write 1 to 10 digits, without a sign and without a leading zero.",
  });
  return { isOfForm: false, seconds: isLong ? Math.floor(Number(expires) / 1000) : undefined };
}

function pathHasControls(path, mistakes) {
  const found = path.some((byte) => byte < 32 || byte === 127);
  if (found) mistakes.push({ what: "The path has a control character.", instead: "Rename the file." });
  return found;
}

async function mistakesOf(link, given, computed) {
  const damage = computed.map((right) => damageOf(link.token, right)).find(Boolean);
  if (damage) return { mistakes: [damage] };
  const digests = digestsOf(link.token);
  if (digests.length === 0) return { mistakes: [shapeOf(link.token)] };
  return (await firstOf(given.secrets, (secret) => findMistakes(link, secret, given.clientIp, digests)))
    ?? { mistakes: digests.filter(({ what }) => what) };
}

// ---- ectoken

async function explainSealed(link, given, mistakes) {
  const bytes = unseal(link.token);
  let text;
  let fits = -1;
  while (bytes && !text && ++fits < given.secrets.length) text = await open(bytes, given.secrets[fits]);
  let reason = text ? "" : "malformed";
  if (!text) {
    if (bytes) reason = given.secrets.length > 0 ? "signature" : undefined;
    fits = undefined;
    const found = await firstOf(given.secrets, (secret) => findSealingMistakes(link, secret));
    mistakes.push(...(found?.mistakes ?? sealedShape(link.token, bytes)));
    text = found?.text;
  }
  if (!text) return { reason };
  const visit = visitOf(link, given);
  const claims = readClaims(text, visit, given.now - (given.skew ?? 0));
  if (claims.expires > 99999999999) mistakes.push(MILLISECONDS);
  const length = claims.expires && lengthOfTime(String(claims.expires), given.now);
  if (length) mistakes.push(length);
  const late = !reason && !claims.reason && given.now > claims.expires;
  const ask = claims.claims.filter((claim) => claim.fits === undefined && claim.ask).map((claim) => claim.ask);
  return { ...claims, reason: reason || claims.reason || "", fits, visit, late, ask: [...new Set(ask)] };
}

async function firstOf(list, find) {
  for (const item of list) {
    const found = await find(item);
    if (found) return found;
  }
  return undefined;
}

const visitOf = (link, given) => ({
  path: toLatin1(link.path),
  client: given.clientIp,
  country: given.country,
  referrer: toLatin1(toBytes(given.referrer ?? "")).trim(),
  host: link.host,
  protocol: link.protocol,
});

function sealedShape(token, bytes) {
  if (/^(?:[0-9a-f]{2}){15,}$/i.test(token)) {
    return [{ what: "The token is hexadecimal, as those of version 2 are.",
      instead: "Sign with version 3. This page does not read version 2." }];
  }
  return bytes ? [] : [{ what: `The token (${token.length} characters) is not base64url of 28 bytes or more.`,
    instead: "Copy the whole link, and write the token directly behind the ?." }];
}

/** What the reasons mean, as in docs/directives.md. */
export const REASONS = {
  missing: "The link has no token.",
  duplicate: "The token or the expiry is given more than once.",
  malformed: "The token or what it says is not of the scheme's form.",
  signature: "No secret fits. Path, expiry, address or token were altered, or the signer used another secret or signed something else.",
  expired: "The signature is right, and the expiry has passed.",
  unsupported_claim: "The token restricts something that the module does not know.",
  url: "The token is for other paths.",
  client_ip: "The token is for other clients.",
  country: "The token is for other countries.",
  referrer: "The token is for links on other pages.",
  host: "The token is for other hosts.",
  protocol: "The token is for the other protocol.",
};
