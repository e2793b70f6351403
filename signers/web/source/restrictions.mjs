// What an ectoken says, in words, and whether a request meets it. The rules are those of
// docs/directives.md.

import { addressText } from "../../javascript/secure_token.mjs";
import { toLatin1 } from "./bytes.mjs";

const inert = (words) => () => ({ words: `${words}, which changes nothing here.`, fits: true });

// Each restriction in the order in which the module looks at them: what it says, and whether it fits;
// undefined where the request is not known well enough. A list that cannot be read throws.
const KNOWN = {
  ec_url_allow: { reason: "url", judge: (list, { path }) => ({
    words: `Opens paths that begin with ${or(filled(list))}.`,
    fits: any(filled(list), (entry) => demand(entry.startsWith("/")) && path.startsWith(entry)),
  }) },
  ec_clientip: { reason: "client_ip", judge: (list, { client }) => ({
    words: `Opens for the client ${or(filled(list))}.`,
    fits: any(filled(list), (entry) => inNetwork(entry, client)),
    ask: "client address",
  }) },
  ...pair("country", "country", (list, { country }) => ({
    words: (opens) => `${opens} in ${or(filled(list).map((code) => code.toUpperCase()))}.`,
    fits: any(filled(list), (entry) =>
      demand(/^[a-z0-9]{2}$/i.test(entry)) && known(country, () => same(entry, country))),
    ask: "country",
  })),
  ...pair("ref", "referrer", (list, { referrer }) => ({
    words: (opens) => `${opens} from ${or(entries(list).map(pageInWords))}.`,
    fits: any(entries(list), (entry) => referrerFits(entry, referrer)),
  })),
  ...pair("host", "host", (list, { host }) => ({
    words: (opens) => `${opens} on the host ${or(filled(list))}.`,
    fits: any(filled(list), (entry) =>
      demand(!/:[^\]]*$/.test(entry)) && hostFits(entry, known(host, () => host.replace(/:\d+$/, "")))),
    ask: "host: paste the whole URL",
  })),
  ...pair("proto", "protocol", (list, { protocol }) => ({
    words: (opens) => `${opens} over ${or(filled(list))}.`,
    fits: any(filled(list), (entry) =>
      demand(/^https?$/i.test(entry)) && known(protocol, () => same(entry, protocol))),
    ask: "protocol: paste the whole URL",
  })),
  ec_rate: { judge: inert("A rate of download") },
  ec_prebuf: { judge: inert("How much is not slowed down") },
  ec_secure: { judge: inert("The length of the text") },
};

// Where there is a list of what is allowed, the list of what is not does not count.
function pair(name, reason, read) {
  return {
    [`ec_${name}_allow`]: { reason, judge: (list, request) => {
      const { words, ...rest } = read(list, request);
      return { ...rest, words: words("Opens") };
    } },
    [`ec_${name}_deny`]: { reason, judge: (list, request, claims) => {
      const { words, fits, ...rest } = read(list, request);
      if (claims.has(`ec_${name}_allow`)) return { words: `Does not count beside ec_${name}_allow.`, fits: true };
      return { ...rest, words: words("Does not open"), fits: fits === undefined ? undefined : !fits };
    } },
  };
}

/**
 * Reads the text of an ectoken. Returns its claims in order, each { name, value, words, fits, reason,
 * ask }, its expiry (undefined for never), and the reason of the first check that fails.
 */
export function readClaims(bytes, request, now) {
  const text = toLatin1(bytes);
  const pairs = text.split("&").map((pair) => /^([^=]*)(?:=(.*))?$/s.exec(pair).slice(1));
  const values = new Map(pairs);
  const claims = pairs.map(([name, value], index) => {
    const twice = pairs.findIndex((other) => other[0] === name) < index;
    return { name, value: inUtf8(value ?? ""), ...describe(name, value, twice, request, values) };
  });
  const expire = values.get("ec_expire");
  const expires = /^\d{1,19}$/.test(expire) && Number(expire) > 0 ? Number(expire) : undefined;
  const order = Object.keys(KNOWN);
  const failed = claims.filter(({ fits }) => fits === false);
  const first = failed.find(({ atOnce }) => atOnce)
    ?? (now > expires ? { reason: "expired" } : undefined)
    ?? failed.sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name))[0];
  return { claims, expires, reason: first?.reason };
}

function describe(name, value, twice, request, values) {
  const refuse = (reason, words) => ({ words, fits: false, reason, atOnce: true });
  if (name !== "ec_expire" && !Object.hasOwn(KNOWN, name)) {
    return /^\s*ec_/i.test(name)
      ? refuse("unsupported_claim", "A restriction that the module does not know.")
      : { words: "The signer's own data, which the module ignores.", fits: true };
  }
  if (value === undefined) return refuse("malformed", "It has no value.");
  if (twice) return refuse("malformed", "It is there twice.");
  if (name === "ec_expire") {
    if (!/^\d{1,19}$/.test(value)) return refuse("malformed", "It is not a Unix time in seconds.");
    return { words: Number(value) === 0 ? "Never expires." : "When it expires.", fits: true };
  }
  const { reason, judge } = KNOWN[name];
  try {
    const judged = judge(value, request, values);
    return { ...judged, words: inUtf8(judged.words), reason };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { words: "It is not of the form that it must have.", fits: false, reason: "malformed" };
  }
}

// ---- Lists

class Unreadable extends Error {}

function demand(condition) {
  if (!condition) throw new Unreadable();
  return true;
}

const entries = (list) => list.split(",").map((entry) => entry.trim());

function filled(list) {
  const found = entries(list).filter((entry) => entry !== "");
  demand(found.length > 0);
  return found;
}

// Every entry is read, even when one fits already.
function any(list, fits) {
  const answers = list.map(fits);
  return answers.includes(true) || (answers.includes(undefined) ? undefined : false);
}

export const known = (value, then) => (value ? then() : undefined);
const same = (one, other) => one.toLowerCase() === other.toLowerCase();
export const or = (list) => (list.length < 2 ? list.join() : `${list.slice(0, -1).join(", ")} or ${list.at(-1)}`);
export const inUtf8 = (latin1) => new TextDecoder().decode(Uint8Array.from(latin1, (c) => c.charCodeAt(0) & 255));

// `undefined` for a host that is not known.
function hostFits(entry, host) {
  const [, below, name] = /^(\*\.)?(.*)$/s.exec(entry);
  demand(/^[\w.[\]:\x80-\xff-]+$/.test(name));
  if (host === undefined) return undefined;
  return below ? host.length > name.length + 1 && same(host.slice(-name.length - 1), `.${name}`) : same(host, name);
}

const isMissing = (entry) => entry === "" || same(entry, "missing");
const pageInWords = (entry) => (isMissing(entry) ? "nowhere (no Referer header)" : entry);

function referrerFits(entry, referrer) {
  if (isMissing(entry)) return referrer === "";
  const [, site, path] = /^([^/]*)(.*)$/s.exec(entry);
  const [, name, port] = /^(.*?)(?::(\d+))?$/s.exec(site);
  demand(!/:[^\]]*$/.test(name));
  const page = /^(?:[A-Za-z0-9+-]*:\/\/)?(?:[^/?#]*@)?([^/?#]*?)\.?(?::(\d*))?(\/[^?#]*)?(?:[?#].*)?$/s.exec(referrer) ?? [];
  const fits = hostFits(name, page[1] ?? "");
  return fits && (port === undefined || port === page[2]) && (page[3] ?? "/").startsWith(path);
}

function inNetwork(entry, client) {
  const [, network, , length] = /^([^/]*)(\/(\d{1,3}))?$/.exec(entry) ?? demand(false);
  const bits = addressBits(network);
  demand(bits);
  const width = network.includes(":") ? 128 : 32;
  const prefix = length === undefined ? width : Number(length);
  demand(prefix <= width);
  const end = 128 - width + prefix;
  return known(client, () => {
    const asked = addressBits(client);
    // Only a network of mapped addresses is one of IPv4 addresses: ::/0 is not.
    return asked?.slice(0, end) === bits.slice(0, end) && (end >= MAPPED.length || !asked.startsWith(MAPPED));
  });
}

const MAPPED = "0".repeat(80) + "1".repeat(16);

// 128 digits; an IPv4 address is the IPv6 address that it is mapped to.
function addressBits(address) {
  let text;
  try {
    text = addressText(address);
  } catch {
    return undefined;
  }
  const binary = (number, length) => number.toString(2).padStart(length, "0");
  if (!text.includes(":")) {
    return MAPPED + text.split(".").map((part) => binary(Number(part), 8)).join("");
  }
  const [head, tail] = text.split("::").map((half) => half.split(":").filter((group) => group !== ""));
  const missing = tail ? Array(8 - head.length - tail.length).fill("0") : [];
  return [...head, ...missing, ...(tail ?? [])].map((group) => binary(parseInt(group, 16), 16)).join("");
}
