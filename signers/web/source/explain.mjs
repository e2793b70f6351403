// Explains a link: what it says, what the module makes of it, and why.

import { toBytes } from "../../javascript/secure_token.mjs";
import { toLatin1 } from "./bytes.mjs";
import { readTime } from "./time.mjs";
import { readLinks } from "./link.mjs";
import { quote, usual } from "./mistake.mjs";
import { findMistakes } from "./mistakes.mjs";
import { readClaims } from "./restrictions.mjs";
import { judgeLink } from "./signed.mjs";
import { linkText, OWN } from "./schemes.mjs";
import { damagedText, findSealingMistakes, open, unseal } from "./sealed.mjs";
import { lengthOfTime, MILLISECONDS, wrongFields, wrongSeconds } from "./shape.mjs";
import { alterationOf, damageOf, digestsOf, shapeOf, written } from "./token.mjs";
import { ofUrl } from "./values.mjs";

/**
 * `given`: secrets (a list), clientIp, country, referrer, variables (texts by their names), now (Unix seconds), skew
 * (seconds that a link opens after its expiry), lifetime (seconds that it opens, where it says when it was issued), and
 * what readLinks may be told. Returns
 *
 *   link      what readLinks found; of several schemes that it looks like the one whose token fits, or else the first
 *   reason    why it is refused: a word of the module; "" where it passes, undefined where nobody knows
 *   fits      position of the secret that fits, from 0
 *   expires   the expiry in Unix seconds, where there is one
 *   message   what the module hashes, as messagePieces has it; computed: the token that comes out;
 *             signed: what the signer hashed instead, where that was found out
 *   claims    what an ectoken says, as readClaims has it
 *   visit     what its claims were held against: path, client, country, referrer, host, protocol
 *   mistakes  what is wrong, and what to do: { what } or { what, instead } each, the usual ones with their id
 *   ask       what would have to be known to be sure
 *   hint      what to try where nothing was found
 *   late      whether it passes only by the skew
 */
export async function explain(pasted, given) {
  const { link, judged } = await bestOf(readLinks(pasted, given), given);
  const mistakes = link.escapedAmpersand
    ? [{ what: "The link has &amp; where an & belongs.", instead: "Write & : the longer form is for HTML only." }]
    : [];
  if (link.meant) mistakes.push(usual("place-second-question-mark"));
  const result = { link, mistakes, ask: [] };
  if (link.duplicate) {
    mistakes.push({ what: `${link.duplicate} is there more than once.`, instead: "Leave one of them." });
    return { ...result, reason: "duplicate" };
  }
  if (link.token === "") {
    const found = await missing(link, given);
    return { ...result, ...found, mistakes: [...mistakes, ...found.mistakes] };
  }
  const found = link.format ? await explainDigest(link, judged, given, mistakes) : await explainSealed(link, given, mistakes);
  return { ...result, ...found };
}

/** Of links that the text may be, the one whose token fits, or the first: { link, judged }. */
export async function bestOf(links, given) {
  const all = [];
  for (const link of links) {
    all.push({ link, judged: link.format ? await judgeLink(link, visitOfDigest(link, given)) : undefined });
  }
  return all.find(({ judged }) => judged?.isOfForm && judged.fits >= 0) ?? all[0];
}

const visitOfDigest = (link, given) =>
  ({ ...given, address: given.clientIp || undefined, variables: { ...ofUrl(link), ...given.variables } });

async function missing(link, given) {
  const mistakes = [];
  if (link.elsewhere?.length > 0) {
    for (const secret of given.secrets) {
      mistakes.push(...((await findSealingMistakes(link, secret))?.mistakes ?? []));
    }
  }
  if (mistakes.length === 0 && !link.meant && !link.escapedAmpersand) {
    mistakes.push(link.format?.carrier === "path"
      ? { what: "The path does not begin with a token.", instead: `A link of ${nameOf(link)} looks like ${linkText(link.format)}.` }
      : link.query === ""
      ? { what: "The link has no query.", instead: "Copy the whole link, with the ? and what is behind it." }
      : { what: `No token was found${link.tokenName ? ` in the parameter ${link.tokenName}` : ""}.`,
          instead: "Choose the scheme, or say how the parameters are called." });
  }
  return { reason: "missing", mistakes };
}

const nameOf = ({ scheme }) => (scheme === OWN ? "your format" : scheme);

// ---- Digests

async function explainDigest(link, judged, given, mistakes) {
  const { format } = link;
  const isTimed = format.time && link.expires !== undefined && link.expires !== "";
  // What a second ? did to the time has been said.
  const wrong = wrongFields(link, given, link.meant);
  const { expires, message, fits } = judged;
  const { claims } = judged;
  const result = { message, computed: judged.computed[Math.max(fits, 0)], expires: isFinite(expires) ? expires : undefined,
    claims, visit: claims && visitOf(link, given) };
  if (claims && !format.time && judged.sentTime !== undefined) wrong.push(...wrongSeconds(judged.sentTime, given.now));
  if (judged.isOfForm && fits >= 0) {
    const ask = format.variables.filter((name) => visitOfDigest(link, given).variables[name] === undefined).map((name) => `variable $${name}`);
    if (isTimed && format.time.event === "time" && judged.lifetime === undefined && !(given.lifetime || format.lifetime)) {
      ask.push("seconds that a link opens");
    }
    if (claims) ask.push(...new Set(claims.filter((claim) => claim.fits === undefined).map((claim) => claim.ask)));
    if (judged.reason === "expired" && given.now === expires) mistakes.push(VERY_SECOND);
    if (["expired", "malformed"].includes(judged.reason)) mistakes.push(...wrong);
    if (judged.reason === "lifetime" && judged.starts) mistakes.push(early(judged.starts));
    return { ...result, fits, ask, reason: judged.reason, late: judged.late };
  }
  if (format.isClaimed && judged.reason === "client_ip") return { ...result, reason: "client_ip" };
  const found = await mistakesOf(link, given, judged);
  for (const mistake of [...wrong, ...found.mistakes]) {
    if (mistakes.every(({ what }) => what !== mistake.what)) mistakes.push(mistake);
  }
  const reason = given.secrets.length > 0 ? "signature" : undefined;
  return { ...result, signed: found.message, hint: found.mistakes.length > 0 ? undefined : hintOf(format, given.clientIp),
    reason: judged.isOfForm ? reason : "malformed" };
}

const early = (starts) => ({
  what: `The link opens from the Unix time ${starts} on.`, instead: "Wait, or sign one that opens at once.",
});

function hintOf({ clientIp }, address) {
  if (clientIp === "never") return undefined;
  if (address) return `The link may be for another address than ${address}.`;
  return clientIp === "always"
    ? "The link is most likely bound to the client’s address, which cannot be read from it: give it, unless the location has secure_token_client_ip off."
    : "The link may be bound to the client’s address, which cannot be read from it: give it if the location has secure_token_client_ip.";
}

const VERY_SECOND = {
  what: "This is the very second of its expiry.", instead: "A link of this scheme opens until the second before it.",
};

async function mistakesOf(link, given, { values, computed }) {
  const { digest } = link.format;
  const right = computed.filter(Boolean);
  const isReadAs = (fit) => digestsOf(link.token, digest).some(({ bytes }) => written(digest, bytes) === fit);
  const damage = right.map((fit) => !isReadAs(fit) && damageOf(link.token, fit)).find(Boolean);
  if (damage) return { mistakes: [damage] };
  for (const { link: reading, mistake } of readingsOf(link)) {
    const digests = digestsOf(reading.token, digest);
    if (digests.length === 0) continue;
    const found = await firstOf(given.secrets, (secret) => findMistakes(reading, values, secret, given.clientIp, digests));
    if (found) return { ...found, mistakes: mistake ? [mistake, ...found.mistakes] : found.mistakes };
  }
  const digests = digestsOf(link.token, digest);
  if (digests.length === 0) return { mistakes: [shapeOf(link.token, digest)] };
  const altered = right.map((fit) => alterationOf(link.token, fit)).find(Boolean);
  return { mistakes: altered ? [altered] : digests.filter(({ what }) => what).map(({ id, what }) => ({ id, what })) };
}

// The link as it is, with its two parameters swapped, and with another parameter for its time. What a second
// ? means has been said.
function readingsOf(link) {
  const readings = [{ link }];
  const event = link.format.time?.event;
  if (link.meant) readings.push({ link: { ...link, ...link.meant, token: link.meant.fields.token } });
  if (!link.expiresName) return readings;
  const looksLikeTime = (text) => /^\d{9,13}$/.test(text) || readTime(link.format.time.spelling, text) !== undefined;
  const names = { token: quote(link.tokenName), expires: quote(link.expiresName) };
  const reading = (token, time, mistake) => readings.push({ link: { ...link, token, fields: { ...link.fields, token, [event]: time } }, mistake });
  if (link.expires !== undefined && looksLikeTime(link.token)) reading(link.expires, link.token, usual("place-swapped", names));
  if (link.expires === undefined) {
    for (const { name, value } of link.pieces.filter((piece) => looksLikeTime(piece.value))) {
      reading(link.token, value, usual("place-expiry-name", { ...names, sent: quote(name) }));
    }
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
  path: link.path,
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
