// Explains a link: what it says, what the module makes of it, and why.

import { addressText, digestMessage, keyOf, SCHEMES, toBytes } from "../../javascript/secure_token.mjs";
import { FACTS } from "./facts.mjs";
import { concat, hashOf, hmac } from "./hash.mjs";
import { hasTokenInPath, isSealed, issueSeconds, readLink, toLatin1 } from "./link.mjs";
import { quote, usual } from "./mistake.mjs";
import { findMistakes } from "./mistakes.mjs";
import { readClaims } from "./restrictions.mjs";
import { damagedText, findSealingMistakes, open, unseal } from "./sealed.mjs";
import { alterationOf, damageOf, digestsOf, formOf, isToken, shapeOf, written } from "./token.mjs";
import { pathField } from "./ways.mjs";

/**
 * `given`: secrets (a list), clientIp, country, referrer, now (Unix seconds), skew (seconds that a link
 * opens after its expiry), lifetime (seconds that it opens, where it says when it was issued), and what
 * readLink may be told. Returns
 *
 *   link      what readLink found
 *   reason    why it is refused: a word of the module; "" where it passes, undefined where nobody knows
 *   fits      position of the secret that fits, from 0
 *   expires   the expiry in Unix seconds, where there is one
 *   message   what the module hashes, as digestMessage has it; computed: the token that comes out;
 *             signed: what the signer hashed instead, where that was found out
 *   claims    what an ectoken says, as readClaims has it
 *   visit     what its claims were held against: path, client, country, referrer, host, protocol
 *   mistakes  what is wrong, and what to do: { what } or { what, instead } each, the usual ones with their id
 *   ask       what would have to be known to be sure
 *   hint      what to try where nothing was found
 *   late      whether it passes only by the skew
 */
export async function explain(pasted, given) {
  const link = readLink(pasted, given);
  const mistakes = link.escapedAmpersand
    ? [{ what: "The link has &amp; where an & belongs.", instead: "Write & : the longer form is for HTML only." }]
    : [];
  if (link.meant) mistakes.push(usual("place-second-question-mark"));
  const result = { link, mistakes, ask: [] };
  if (link.token === "" && !link.duplicate) {
    const found = await missing(link, given);
    return { ...result, ...found, mistakes: [...mistakes, ...found.mistakes] };
  }
  if (link.duplicate) {
    mistakes.push({ what: `${link.duplicate} is there more than once.`, instead: "Leave one of them." });
    return { ...result, reason: "duplicate" };
  }
  const found = await (isSealed(link.scheme) ? explainSealed : explainDigest)(link, given, mistakes);
  return { ...result, ...found };
}

async function missing(link, given) {
  const mistakes = [];
  if (link.elsewhere?.length > 0) {
    for (const secret of given.secrets) {
      mistakes.push(...((await findSealingMistakes(link, secret))?.mistakes ?? []));
    }
  }
  if (mistakes.length === 0 && !link.meant && !link.escapedAmpersand) {
    mistakes.push(hasTokenInPath(link.scheme)
      ? { what: "The path does not begin with a token.", instead: `A link of ${link.scheme} looks like ${SCHEMES[link.scheme].link}.` }
      : link.query === ""
      ? { what: "The link has no query.", instead: "Copy the whole link, with the ? and what is behind it." }
      : { what: `No token was found${link.tokenName ? ` in the parameter ${link.tokenName}` : ""}.`,
          instead: "Choose the scheme, or say how the parameters are called." });
  }
  return { reason: "missing", mistakes };
}

// ---- Digests

async function explainDigest(link, given, mistakes) {
  const { token, scheme } = link;
  const form = formOf(scheme);
  // What a second ? did to the expiry has been said.
  const expires = readExpiry(link, given, link.meant ? [] : mistakes);
  const address = FACTS[scheme].clientIp !== "never" && given.clientIp ? addressText(given.clientIp) : "";
  const isBare = isToken(token, form);
  const wellFormed = isBare && expires.isOfForm && !pathHasControls(link.path, mistakes);
  const right = pathOf(link);
  const fieldsOf = (secret) => ({ secret, [pathField(SCHEMES[scheme].message)]: right, expires: link.expires ?? "",
    time: link.expires ?? "", client_ip: address });
  const computed = [];
  for (const secret of given.secrets) computed.push(await tokenOf(scheme, form, fieldsOf, secret));
  const bare = form.isHex ? token : token.replace(/={1,2}$/, "");
  const fits = computed.indexOf(bare);
  const message = digestMessage(scheme, fieldsOf(toBytes("secret")));
  const result = { expires: expires.seconds, computed: computed[Math.max(fits, 0)], message };
  if (wellFormed && fits >= 0) {
    const isLate = (now) => (FACTS[scheme].exclusive ? now >= expires.seconds : now > expires.seconds);
    const expired = isLate(given.now - (given.skew ?? 0));
    if (expired && given.now === expires.seconds) mistakes.push(VERY_SECOND);
    return { ...result, fits, reason: expired ? "expired" : "", late: !expired && isLate(given.now) };
  }
  const found = await mistakesOf(link, given, { form, right, address, computed: computed.filter(Boolean) });
  mistakes.push(...found.mistakes.filter(({ what }) => mistakes.every((other) => other.what !== what)));
  const reason = given.secrets.length > 0 ? "signature" : undefined;
  return { ...result, signed: found.message, hint: found.mistakes.length > 0 ? undefined : hintOf(scheme, address),
    reason: wellFormed ? reason : "malformed" };
}

// What has to be signed for the path, as bytes.
function pathOf(link) {
  const raw = link.stated ? link.path : toBytes(link.rawPath);
  const query = link.others.length > 0 ? toBytes(`?${link.others.join("&")}`) : [];
  return { path: link.path, "path:raw": raw, "uri:raw": concat([raw, query]) }[pathField(SCHEMES[link.scheme].message)];
}

// The token that the module computes. Undefined for a secret that is not written as the scheme has it.
async function tokenOf(scheme, form, fieldsOf, secret) {
  let key;
  try {
    key = keyOf(scheme, secret);
  } catch {
    return undefined;
  }
  const { digest } = SCHEMES[scheme];
  const hash = await hashOf(/md5|sha1/.exec(digest)[0]);
  const text = concat(digestMessage(scheme, fieldsOf(key)).map(([, bytes]) => bytes));
  return written(form, digest.startsWith("hmac-") ? hmac(hash, key, text) : hash(text));
}

function hintOf(scheme, address) {
  const { clientIp } = FACTS[scheme];
  if (clientIp === "never") return undefined;
  if (address) return `The link may be for another address than ${address}.`;
  return clientIp === "always"
    ? "The link is most likely bound to the client’s address, which cannot be read from it: give it, unless the location has secure_token_client_ip off."
    : "The link may be bound to the client’s address, which cannot be read from it: give it if the location has secure_token_client_ip.";
}

const VERY_SECOND = {
  what: "This is the very second of its expiry.", instead: "A link of this scheme opens until the second before it.",
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

const MILLISECONDS = {
  what: "The expiry is in milliseconds.", instead: "Write it in seconds: divide by 1000 and round down.",
};

function readExpiry({ scheme, expires, expiresName, tokenName }, { now, lifetime }, mistakes) {
  if (expires === undefined) {
    mistakes.push(expiresName
      ? { what: `The parameter ${expiresName} with the expiry is not there.`, instead: "Write it into the link." }
      : { what: `There is no expiry in ${tokenName}.`, instead: `Write it as ${SCHEMES[scheme].link}.` });
    return { isOfForm: false };
  }
  if (SCHEMES[scheme].lifetime !== null) return readIssue(scheme, expires, lifetime, mistakes);
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

function readIssue(scheme, text, lifetime, mistakes) {
  const issued = issueSeconds(text);
  if (issued !== undefined) return { isOfForm: true, seconds: issued + Number(lifetime || SCHEMES[scheme].lifetime) };
  mistakes.push({ what: `The time "${text}" is no minute of any day.`, instead: "Write it as YYYYMMDDHHMM, by the clock of UTC+8." });
  return { isOfForm: false };
}

function pathHasControls(path, mistakes) {
  const found = path.some((byte) => byte < 32 || byte === 127);
  if (found) mistakes.push({ what: "The path has a control character.", instead: "Rename the file." });
  return found;
}

async function mistakesOf(link, given, { form, right, address, computed }) {
  const isReadAs = (fit) => digestsOf(link.token, form).some(({ bytes }) => written(form, bytes) === fit);
  const damage = computed.map((fit) => !isReadAs(fit) && damageOf(link.token, fit)).find(Boolean);
  if (damage) return { mistakes: [damage] };
  for (const { link: reading, mistake } of readingsOf(link)) {
    const digests = digestsOf(reading.token, form);
    if (digests.length === 0) continue;
    const found = await firstOf(given.secrets, (secret) =>
      findMistakes(reading, right, secret, { address, given: given.clientIp }, digests));
    if (found) return { ...found, mistakes: mistake ? [mistake, ...found.mistakes] : found.mistakes };
  }
  const digests = digestsOf(link.token, form);
  if (digests.length === 0) return { mistakes: [shapeOf(link.token, form)] };
  const altered = computed.map((fit) => alterationOf(link.token, fit)).find(Boolean);
  return { mistakes: altered ? [altered] : digests.filter(({ what }) => what).map(({ id, what }) => ({ id, what })) };
}

// The link as it is, with its two parameters swapped, and with another parameter for its expiry. What a second
// ? means has been said.
function readingsOf(link) {
  const readings = [{ link }];
  if (link.meant) readings.push({ link: { ...link, ...link.meant } });
  if (!link.expiresName) return readings;
  const looksLikeTime = (text) => /^\d{9,13}$/.test(text);
  const names = { token: quote(link.tokenName), expires: quote(link.expiresName) };
  if (link.expires !== undefined && looksLikeTime(link.token)) {
    readings.push({ link: { ...link, token: link.expires, expires: link.token }, mistake: usual("place-swapped", names) });
  }
  if (link.expires === undefined) {
    readings.push(...link.pieces.filter(({ value }) => looksLikeTime(value)).map(({ name, value }) => (
      { link: { ...link, expires: value }, mistake: usual("place-expiry-name", { ...names, sent: quote(name) }) })));
  }
  return readings;
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
    const damaged = found ? undefined : await firstOf(given.secrets, (secret) => damagedText(link.token, secret));
    mistakes.push(...(found?.mistakes ?? (damaged ? [damaged] : sealedShape(link, bytes))));
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

function sealedShape({ token, scheme }, bytes) {
  if (/^(?:[0-9a-f]{2}){15,}$/i.test(token)) {
    return [usual("token-old-version", { scheme, word: "legacy" })];
  }
  return bytes ? [] : [{ what: `The token (${token.length} characters) is not base64url of 28 bytes or more.`,
    instead: "Copy the whole link, and write the token directly behind the ?." }];
}
