// Links of bunny.net's advanced token authentication, whose token is of the path, the expiry, the client's address and
// all other arguments.

import { addressBytes, addressText } from "../../javascript/secure_token.mjs";
import { percentDecoded, strictlyDecoded, toLatin1 } from "./bytes.mjs";
import { findInQuery, piecesOf } from "./carry.mjs";
import { parseDigest } from "./format/options.mjs";
import { hashedAddress } from "./key.mjs";
import { inUtf8, known, or } from "./restrictions.mjs";

const OWN_ARGUMENTS = ["token_path", "token_countries", "token_countries_blocked", "token_ignore_params"];
const MOST_ARGUMENTS = 64;

/** The links that a URL may be. `url`: as readUrl and stated have it. `chosen`: names of the parameters, token and expires. */
export function readBunny(url, chosen) {
  const { params, text, ...place } = placeOfBunny(url, chosen);
  const { token: sent, time = "", duplicate, others } = findInQuery({ params }, piecesOf(text));
  const all = [...others, ...(place.isInPath ? piecesOf(url.query).map((piece) => piece.text) : [])].filter(Boolean);
  const args = readSigned(all);
  const { flags, token } = splitFlags(strictlyDecoded(sent) ?? sent);
  const isKnown = ["", "HS256-", "HS256-1-"].includes(flags);
  // The old form does not say whether it is bound to an address.
  const bindings = flags === "" ? ["never", "claimed"] : [flags === "HS256-" || !isKnown ? "never" : "claimed"];
  return bindings.map((clientIp) => ({
    ...url, ...place, others: all, duplicate: duplicate ?? args.duplicate, token, tokenName: params.token, expiresName: params.expires,
    pieces: piecesOf(text), isFound: sent !== "", isReadable: isKnown && args.isReadable && !(flags === "HS256-" && args.mayHideAddress),
    expires: strictlyDecoded(time) ?? time, demands: demandsOfBunny(args.own),
    fields: { token, expires: strictlyDecoded(time) ?? time, token_path: args.own.token_path, "args:sorted": args.text },
    format: formatOfBunny({ params, isOld: flags === "", clientIp, hasPath: args.own.token_path !== undefined }),
  }));
}

function placeOfBunny(url, { token, expires }) {
  const [beginning, segment] = /^\/(bcdn_token=[^/&][^/]*)(?=\/)/.exec(url.sentPath) ?? [];
  if (segment === undefined) return { text: url.query, params: { token: token || "token", expires: expires || "expires", fields: [] } };
  // A path that climbs over its token is another than the one behind it.
  const whole = percentDecoded(beginning);
  const rests = url.path.startsWith(whole) ? [url.path.slice(whole.length), url.path.slice(whole.length - 1)] : [];
  const path = rests.find((rest) => rest.startsWith("/"));
  const rawPath = url.sentPath.slice(beginning.length);
  const params = { token: "bcdn_token", expires: "expires", fields: [] };
  return { text: segment, params, isInPath: true, isMoved: !url.isStated && path === undefined, ...(!url.isStated && { path: path ?? "", rawPath }) };
}

function splitFlags(text) {
  const bare = text.replace(/=$/, "");
  const digest = bare.slice(-43);
  const [flags] = /^(?:HS256-(?:1-)?)?/.exec(bare);
  return bare.length >= 43 ? { flags: bare.slice(0, -43), token: digest } : { flags, token: bare.slice(flags.length) };
}

const formatOfBunny = ({ params, isOld, clientIp, hasPath }) => ({
  name: "bunny", isClaimed: true, clientIp, carrier: "query", params, prefix: [], token: [{ field: "token" }], variables: [],
  digest: parseDigest(isOld ? "sha256:base64url" : "hmac-sha256:base64url"), secret: "text",
  addressOf: isOld ? hashedAddress : packedAddress,
  time: { event: "expires", spelling: { kind: "seconds" } },
  fields: [...(hasPath ? [{ name: "token_path", kind: "unsent" }] : []), { name: "args:sorted", kind: "unsent", isOptional: true }],
  message: [isOld && { name: "secret" }, { name: hasPath ? "token_path" : "path:raw" }, { name: "expires" },
    clientIp !== "never" && { name: "client_ip" }, { name: "args:sorted" }].filter(Boolean),
  written: { link: "?token=HS256-{token}&expires={expires}" },
});

// Undefined for a client that has no address.
function packedAddress(text) {
  try {
    return toLatin1(Uint8Array.from(addressBytes(addressText(text))));
  } catch {
    return undefined;
  }
}

// ---- Arguments

const isWhole = (text) => strictlyDecoded(text) !== undefined;
const meant = (text) => percentDecoded(text.replaceAll("+", " "));

// What is signed of them: in the order of their names, and nothing that could be read as something else.
function readSigned(texts) {
  const all = piecesOf(texts.join("&")).map((piece) => ({ ...piece, meantName: meant(piece.name), meantValue: meant(piece.value) }));
  const named = (name) => all.filter(({ meantName }) => meantName === name);
  const own = Object.fromEntries(OWN_ARGUMENTS.map((name) => [name, named(name)[0]?.meantValue]));
  const isFree = own.token_ignore_params === "true";
  const signed = all.filter(({ meantName }) => !isFree || ["token_path", "token_ignore_params"].includes(meantName))
    .sort((one, other) => (one.meantName < other.meantName ? -1 : 1));
  const isOfOneReading = ({ name, value, meantName, meantValue }) => isWhole(name) && isWhole(value) &&
    /^[A-Za-z_][\w.~[\]-]*$/.test(meantName) && !/[\x00-\x1f\x7f&]/.test(meantValue);
  return {
    own, text: signed.map(({ meantName, meantValue }) => `${meantName}=${meantValue}`).join("&"),
    duplicate: [...new Set([...signed.map(({ meantName }) => meantName), ...OWN_ARGUMENTS])].find((name) => named(name).length > 1),
    isReadable: signed.length <= MOST_ARGUMENTS && signed.every(isOfOneReading) && (own.token_path ?? "/").startsWith("/") &&
      all.every(({ name, meantName }) => name === meantName || !OWN_ARGUMENTS.includes(meantName)),
    mayHideAddress: [...OWN_ARGUMENTS, "limit"].includes(signed[0]?.meantName.slice(4)),
  };
}

// ---- What is claimed

/** Of a visit: its claims, as readClaims has them. */
const demandsOfBunny = (own) => ({ path, country }) => {
  const isCountry = /^[a-z0-9]{2}$/i.test(country);
  const listed = (list, opens) => {
    const codes = list.split(",").map((code) => code.replace(/^ +| +$/g, ""));
    const isList = codes.every((code) => /^[A-Za-z0-9]{2}$/.test(code));
    const isIn = codes.some((code) => code.toUpperCase() === country?.toUpperCase());
    return { words: `${opens ? "Opens" : "Does not open"} in ${or(codes.map((code) => code.toUpperCase()))}.`, ask: "country",
      reason: isList || (country && !isCountry) ? "country" : "malformed", fits: known(country, () => isCountry && isList && isIn === opens) };
  };
  const claims = {
    token_path: (prefix) => ({ words: `Opens paths that begin with ${prefix}.`, fits: path.startsWith(prefix), reason: "url" }),
    token_countries: (list) => listed(list, true),
    token_countries_blocked: (list) => listed(list, false),
    token_ignore_params: (value) => ({ words: value === "true" ? "Other arguments need not be signed." : "Other arguments are signed.", fits: true }),
  };
  return { claims: OWN_ARGUMENTS.filter((name) => own[name] !== undefined).map((name) => {
    const said = claims[name](own[name]);
    return { name, value: inUtf8(own[name]), ...said, words: inUtf8(said.words) };
  }) };
};
