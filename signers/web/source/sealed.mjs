// The tokens of ectoken: decrypting them, also when they were made or written in a wrong way.

import { ectokenKey, toBase64url, toBytes, webCrypto } from "../../javascript/secure_token.mjs";

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
  const tokens = [{ token: link.token }, ...spellings(link.token), ...places(link)];
  for (const { token, ...written } of tokens) {
    const bytes = unseal(token);
    if (!bytes) continue;
    for (const { key, ...made } of await keys(secret)) {
      const text = await decrypt(bytes, await key);
      if (text) return { text, mistakes: [written, made].filter(({ what }) => what) };
    }
  }
  return undefined;
}

function spellings(token) {
  const found = [];
  const plain = token.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  if (/[+/]/.test(token)) {
    found.push({ token: plain, what: "The token is in base64's standard alphabet.", instead: "Write - for + and _ for /." });
  }
  if (plain !== token) {
    found.push({ token: plain, what: "The padding of the token is not right.", instead: "Leave the = away." });
  }
  return found;
}

function places({ elsewhere = [], tokenName }) {
  return elsewhere.map(({ token, piece }) => ({
    token: token.replace(/=+$/, ""),
    ...(token === piece.text
      ? { what: tokenName ? `The token has no name, and ${tokenName} is what it must be called.`
          : "The token is not the first piece of the query.",
        instead: tokenName ? `Write ${tokenName}= in front of it.` : "Write it directly behind the ?, and what else there is behind it." }
      : { what: `The token is in the parameter ${piece.name}.`,
        instead: `Set secure_token_param token=${piece.name}, or write the token alone directly behind the ?.` }),
  }));
}

async function keys(secret) {
  const { subtle } = await webCrypto();
  const hashed = (text) => ectokenKey(toBytes(text), "decrypt");
  const raw = (bytes) => subtle.importKey("raw", bytes, "AES-GCM", false, ["decrypt"]);
  const found = [
    { key: hashed(secret) },
    { key: hashed(`${secret}\n`), what: "The secret was used with a newline at its end.", instead: "Drop it before signing." },
    { key: hashed(`${secret}\r\n`), what: "The secret was used with CR LF at its end.", instead: "Drop it before signing." },
  ];
  if (secret.trim() !== secret) {
    found.push({ key: hashed(secret.trim()), what: "The secret was used without the blanks around it.",
      instead: "Write it on both sides with them or without." });
  }
  const sha = "The key is the SHA-256 of the secret's text.";
  if (/^(?:[0-9a-f]{2})+$/i.test(secret)) {
    const bytes = Uint8Array.from(secret.match(/../g), (pair) => parseInt(pair, 16));
    found.push({ key: hashed(bytes), what: "The secret's hexadecimal digits were turned into bytes.", instead: sha });
    if (bytes.length === 32) {
      found.push({ key: raw(bytes), what: "The secret's hexadecimal digits were used as the key itself.", instead: sha });
    }
  }
  if (toBytes(secret).length === 32) {
    found.push({ key: raw(toBytes(secret)), what: "The secret was used as the key itself.", instead: sha });
  }
  return found;
}
