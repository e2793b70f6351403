// The tokens of ectoken: decrypting them, also when they were made or written in a wrong way.

import { ectokenKey, toBase64url, toBytes, webCrypto } from "../../javascript/secure_token.mjs";
import { quote, usual } from "./mistake.mjs";
import { percentDecoded, toLatin1 } from "./bytes.mjs";
import { secrets } from "./ways.mjs";

/** The bytes of a token, or undefined where it has not the form of one. */
export function unseal(token) {
  const bare = token.replace(/={1,2}$/, "");
  if (token.length > 6144) return undefined;
  const bytes = fromBase64url(bare);
  return bytes && bytes.length >= 28 && toBase64url(bytes) === bare ? bytes : undefined;
}

function fromBase64url(text) {
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) return undefined;
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}

/** The text of a token, or undefined where the secret does not fit. */
export async function open(bytes, secret) {
  return decrypt(bytes, await ectokenKey(toBytes(secret), "decrypt"));
}

async function decrypt(bytes, key) {
  const { subtle } = await webCrypto();
  try {
    const iv = bytes.slice(0, 12);
    return new Uint8Array(await subtle.decrypt({ name: "AES-GCM", iv }, key, bytes.slice(12)));
  } catch {
    return undefined;
  }
}

/** What the signer did instead: { text, mistakes }, or undefined where nothing fits. */
export async function findSealingMistakes(link, secret) {
  const tokens = [{ token: link.token }, ...spellingsOf(link.token), ...places(link)];
  for (const { token, mistake } of tokens) {
    const bytes = unseal(token);
    if (!bytes) continue;
    for (const way of secrets(secret)) {
      const text = await decrypt(bytes, await ectokenKey(way.value, "decrypt"));
      if (text) return { text, mistakes: [mistake, way.mistake].filter(Boolean) };
    }
    for (const { key, ...made } of await rawKeys(secret)) {
      const text = await decrypt(bytes, key);
      if (text) return { text, mistakes: [mistake, made].filter(Boolean) };
    }
  }
  return undefined;
}

function spellingsOf(token) {
  const again = percentDecoded(token);
  const found = again === token ? [] : [{ token: again, mistake: usual("token-encoded-twice") }];
  const plain = token.replaceAll(/[+ ]/g, "-").replaceAll("/", "_");
  const bare = plain.replace(/=+$/, "");
  if (bare !== token) {
    found.push({ token: bare, mistake: usual(plain === token ? "token-padding" : "token-standard-base64") });
  }
  return found;
}

function places({ elsewhere = [], tokenName }) {
  return elsewhere.map(({ token, piece }) => ({ token: token.replace(/=+$/, ""), mistake: placed(token === piece.text, piece, tokenName) }));
}

function placed(isBare, { name }, tokenName) {
  if (isBare) return tokenName ? usual("place-token-without-name", { name: tokenName }) : usual("place-token-behind");
  return tokenName ? usual("place-token-name", { sent: quote(name), right: quote(tokenName) })
    : usual("place-token-in-parameter", { sent: quote(name), name });
}

// Keys that are not the SHA-256 of anything.
async function rawKeys(secret) {
  const { subtle } = await webCrypto();
  const raw = (bytes) => subtle.importKey("raw", bytes, "AES-GCM", false, ["decrypt"]);
  const sha = "The key is the SHA-256 of the secret's text.";
  const found = [];
  if (/^[0-9a-f]{64}$/i.test(secret)) {
    const bytes = Uint8Array.from(secret.match(/../g), (pair) => parseInt(pair, 16));
    found.push({ key: await raw(bytes), what: "The secret's hexadecimal digits were used as the key itself.", instead: sha });
  }
  if (toBytes(secret).length === 32) {
    found.push({ key: await raw(toBytes(secret)), what: "The secret was used as the key itself.", instead: sha });
  }
  return found;
}

/**
 * What a token says whose end was cut off or which was altered: nobody vouches for it. Undefined where it makes
 * no sense, and the secret is another one.
 */
export async function damagedText(token, secret) {
  const whole = token.length % 4 === 1 ? token.slice(0, -1) : token;
  const bytes = fromBase64url(whole);
  if (!bytes || bytes.length < 16) return undefined;
  const { subtle } = await webCrypto();
  const hash = await subtle.digest("SHA-256", toBytes(secret));
  const key = await subtle.importKey("raw", hash, "AES-CTR", false, ["decrypt"]);
  // GCM begins to count at 2; 1 is for the tag.
  const counter = Uint8Array.from([...bytes.slice(0, 12), 0, 0, 0, 2]);
  const text = toLatin1(new Uint8Array(await subtle.decrypt({ name: "AES-CTR", counter, length: 32 }, key, bytes.slice(12))));
  if (!text.includes("ec_")) return undefined;
  return /^[ -~]*$/.test(text) ? usual("token-sealed-cut-off", { text: quote(text) })
    : usual("token-sealed-altered", { text: quote(text.slice(0, -16)) });
}
