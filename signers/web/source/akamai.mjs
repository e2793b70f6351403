// Links of Akamai EdgeAuth 2.0, whose token is claims between tildes, and behind them their HMAC.

import { SigningError } from "../../javascript/secure_token.mjs";
import { isPlain, percentDecoded, strictlyDecoded } from "./bytes.mjs";
import { findInQuery, piecesOf } from "./carry.mjs";
import { parseDigest } from "./format/options.mjs";
import { hashedAddress } from "./key.mjs";
import { inUtf8, known, or } from "./restrictions.mjs";

const LONGEST_SIGNED = 8192;

/**
 * The links that a URL may be, for what is escaped in it may be so for the URL's sake or have been hashed so. `url`: as
 * readUrl and stated have it. `chosen`: token, the parameter's name, and words, those behind the scheme's name.
 */
export function readAkamai(url, chosen) {
  const words = readWords(chosen.words);
  const params = { token: chosen.token || "hdnts", fields: [] };
  const { token: sent, duplicate, others } = findInQuery({ params }, piecesOf(url.query));
  const texts = new Set([strictlyDecoded(sent) ?? sent, sent]);
  return [...texts].flatMap((text) => {
    const { claims, token } = splitClaims(text);
    const isOfUrl = !/(?:^|~)acl=/.test(claims);
    const escaped = isOfUrl && words.isEscaped ? [asForm(url.rawPath), asComponent(url.rawPath)] : [url.rawPath];
    return escaped.map((rawPath) => ({
      ...url, rawPath, others, duplicate, token, tokenName: params.token, isFound: sent !== "",
      isReadable: token !== text && isPlain(claims) && sent.length <= LONGEST_SIGNED,
      fields: { claims, token, salt: words.salt }, format: formatOfAkamai(words, params, isOfUrl), demands: demandsOf(claims, words),
    }));
  });
}

function readWords(text = "") {
  const words = { hash: "sha256", isEscaped: false, salt: "" };
  for (const [, quoted, plain] of text.matchAll(/"((?:\\.|[^"\\])*)"|(\S+)/g)) {
    const word = plain ?? quoted.replace(/\\(.)/g, "$1");
    if (word === "sha1" || word === "md5") words.hash = word;
    else if (word === "escape_early") words.isEscaped = true;
    else if (/^salt=./.test(word)) words.salt = word.slice("salt=".length);
    else throw new SigningError(`there is no word ${word} of akamai: write sha1, md5, escape_early or salt=value`);
  }
  return words;
}

/** The word for a salt, as a configuration has it. */
export const saltWord = (salt) => (salt ? `"${`salt=${salt}`.replace(/["\\]/g, "\\$&")}"` : "");

// What has no HMAC is none of it, and a token of no form.
function splitClaims(text) {
  const [, claims = "", token = text] = /^(.*)~hmac=([^~]*)$/s.exec(text) ?? [];
  return { claims, token };
}

const formatOfAkamai = ({ hash, salt }, params, isOfUrl) => ({
  name: "akamai", isClaimed: true, clientIp: "never", carrier: "query", params, prefix: [], token: [{ field: "token" }], variables: [],
  digest: parseDigest(`hmac-${hash}:hex`), secret: "hex",
  fields: [{ name: "claims", kind: "free" }, ...(salt === "" ? [] : [{ name: "salt", kind: "unsent" }])],
  message: [{ name: "claims" }, ...(isOfUrl ? [{ text: "~url=" }, { name: "path:raw" }] : []),
    ...(salt === "" ? [] : [{ text: "~salt=" }, { name: "salt", isSecret: true }])],
  written: { link: "?hdnts={claims}~hmac={token}" },
});

// As the vendor's signers in Python and in JavaScript escape what they hash.
const escapedIn = (kept) => (text) => text.replace(kept, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
const asForm = (text) => escapedIn(/[^A-Za-z0-9_.~ -]/g)(text).replaceAll(" ", "+");
const asComponent = escapedIn(/[^A-Za-z0-9_.!()-]/g);

// ---- What is claimed

const isSeconds = (text) => /^[1-9]\d{0,9}$/.test(text);

const KNOWN_CLAIMS = {
  exp: (value) => ({ words: "When it expires.", fits: isSeconds(value), reason: "malformed" }),
  st: (value, { now, skew = 0 }) => ({
    words: `Opens from the Unix time ${value} on.`, fits: isSeconds(value) && Number(value) <= now + skew,
    reason: isSeconds(value) ? "lifetime" : "malformed",
  }),
  acl: (value, { path }) => {
    const patterns = value.split("!");
    const isList = value !== "" && patterns.length <= 32;
    return { words: `Opens paths that fit ${or(patterns)}.`, reason: isList ? "url" : "malformed",
      fits: isList && patterns.some((pattern) => fitsPattern(pattern, path)) };
  },
  ip: (value, { client }, isEscaped) => {
    const address = hashedAddress(isEscaped ? percentDecoded(value) : value);
    const isAddress = /^[0-9a-f:.]+$/.test(address);
    return { words: `Opens for the client ${address}.`, reason: isAddress ? "client_ip" : "malformed", ask: "client address",
      fits: isAddress && known(client, () => hashedAddress(client) === address) };
  },
  id: () => ({ words: "The signer’s own data, which the module ignores.", fits: true }),
  data: () => ({ words: "The signer’s own data, which the module ignores.", fits: true }),
};

/** Of a visit: its claims, as readClaims has them, when it expires, and the reason why the token cannot be read. */
const demandsOf = (text, { isEscaped }) => (visit) => {
  const pairs = text.split("~").map((pair) => /^([^=]*)(?:=(.*))?$/s.exec(pair).slice(1));
  const claims = pairs.map(([name, value], at) => {
    const refuse = (reason, words) => ({ name, value: inUtf8(value ?? ""), words, fits: false, reason, atOnce: true });
    if (value === undefined) return refuse("malformed", "It has no value.");
    if (!Object.hasOwn(KNOWN_CLAIMS, name)) return refuse("unsupported_claim", "A restriction that the module does not know.");
    if (pairs.findIndex((other) => other[0] === name) < at) return refuse("malformed", "It is there twice.");
    const said = KNOWN_CLAIMS[name](value, visit, isEscaped);
    return { name, value: inUtf8(value), ...said, words: inUtf8(said.words), atOnce: !isSeconds(value) && ["exp", "st"].includes(name) };
  });
  const exp = claims.find(({ name }) => name === "exp");
  const unread = claims.find(({ fits, atOnce }) => fits === false && atOnce)?.reason ?? (exp ? undefined : "malformed");
  return { claims, unread, expires: exp && isSeconds(exp.value) ? Number(exp.value) : undefined, sentTime: exp?.value };
};

// * stands for anything, and ? for one character. A star need not be tried again once a later one is reached.
function fitsPattern(pattern, path) {
  let [at, taken, star, since] = [0, 0, -1, 0];
  while (taken < path.length) {
    if (pattern[at] === "*") [star, since, at] = [at, taken, at + 1];
    else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === path[taken])) [at, taken] = [at + 1, taken + 1];
    else if (star >= 0) [at, since, taken] = [star + 1, since + 1, since + 1];
    else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
