// How a message becomes a token, and the words behind the strings of a format.

import { FormatString } from "./error.mjs";

const HASHES = { md5: 16, sha1: 20, sha256: 32, sha384: 48, sha512: 64 };
const ENCODINGS = ["hex", "base64", "base64url"];

const isHash = (name) => Object.hasOwn(HASHES, name.replace(/^hmac-/, ""));

/** hmac-sha256:hex as { text, hash, isKeyed, encoding, bytes, characters }. */
export function parseDigest(text) {
  const source = new FormatString("digest", text);
  const colon = text.indexOf(":");
  if (colon < 0) {
    const what = (example) => `it does not say how the digest is written; write one of ${ENCODINGS.join(", ")}, such as "${example}:hex"`;
    if (isHash(text)) source.failInAll(what(text));
    source.failUntold(what("hmac-sha256"));
  }
  const [name, encoding] = [text.slice(0, colon), text.slice(colon + 1)];
  const isKeyed = name.startsWith("hmac-");
  const hash = isKeyed ? name.slice(5) : name;
  if (!isHash(name)) {
    const what = `no digest has this name; write one of ${Object.keys(HASHES).join(", ")}, with "hmac-" in front for a HMAC`;
    if (ENCODINGS.includes(encoding)) source.fail(name, what);
    source.failUntold(what);
  }
  if (!ENCODINGS.includes(encoding)) source.fail(encoding, `no digest is written so; write one of ${ENCODINGS.join(", ")}`);
  const bytes = HASHES[hash];
  return { text, hash, isKeyed, encoding, bytes, characters: encoding === "hex" ? bytes * 2 : Math.ceil((bytes * 4) / 3) };
}

const optionName = (word) => word.replace(/=.*/s, "");

/** The words as { exclusive, lifetime, window, secret }. */
export function parseOptions(words, link) {
  const options = { exclusive: false, lifetime: undefined, window: false, secret: "text" };
  for (const [index, word] of words.entries()) {
    const source = new FormatString("option", word);
    const name = optionName(word);
    if (words.slice(0, index).some((other) => optionName(other) === name)) {
      source.failUntold(`"${name}" stands there twice; write it once`);
    }
    takeOption(options, source, name, word.includes("=") ? word.slice(name.length + 1) : undefined, link);
  }
  return options;
}

function takeOption(options, source, name, value, { time, fields }) {
  const hasValue = value !== undefined;
  if (["exclusive", "expired_status"].includes(name) && !time) {
    source.failInAll("links carry no time; write {expires} or {time} into the link");
  }
  if (["ttl", "window"].includes(name) && time?.event !== "time") {
    source.failInAll("links carry no time of issue; write {time} into the link");
  }
  if (name === "exclusive" && !hasValue) {
    options.exclusive = true;
  } else if (name === "window" && !hasValue) {
    options.window = true;
  } else if (name === "ttl" && hasValue) {
    if (fields.some(({ kind, isOptional }) => kind === "ttl" && !isOptional)) {
      source.failInAll("every link says so itself; leave it out, or write {ttl?} into the link");
    }
    options.lifetime = secondsOfTime(value);
    if (!options.lifetime) source.failInAll('it is a time of a second at least; write "ttl=30m" for one');
  } else if (name === "expired_status" && hasValue) {
    // That is for the server to answer with.
    if (!/^0*[45]\d\d$/.test(value)) source.failInAll('it is a status from 400 to 599; write "expired_status=410" for one');
  } else if (name === "secret" && hasValue) {
    if (!["text", "hex", "base64", "base64url"].includes(value)) {
      source.fail("secret", 'no secret is written so; write "secret=text", "secret=hex", "secret=base64" or "secret=base64url"');
    }
    options.secret = value;
  } else {
    source.failUntold('there is no such option; write "exclusive", "ttl=time", "window", "expired_status=code" or ' +
      '"secret=text|hex|base64|base64url"');
  }
}

const TIME_UNITS = { y: 31536000, M: 2592000, w: 604800, d: 86400, h: 3600, m: 60, s: 1, "": 1 };

// A time as NGINX's configuration writes it: units in falling order, and seconds where there is none.
function secondsOfTime(text) {
  if (!/^(?:\d+y ?)?(?:\d+M ?)?(?:\d+w ?)?(?:\d+d ?)?(?:\d+h ?)?(?:\d+m ?)?(?:\d+s?)?$/.test(text.replace(/ +/g, " "))) return undefined;
  return [...text.matchAll(/(\d+)([yMwdhms]?)/g)].reduce((sum, [, count, unit]) => sum + count * TIME_UNITS[unit], 0);
}
