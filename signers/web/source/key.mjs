// Secrets and addresses as they are hashed.

import { addressText, SigningError, toBytes } from "../../javascript/secure_token.mjs";
import { fromLatin1, toLatin1 } from "./bytes.mjs";

/** The bytes that a secret is hashed as, or is the key of a HMAC as. Throws a SigningError. */
export function keyBytes({ secret: spelling }, secret) {
  const text = toLatin1(toBytes(secret));
  if (text === "") throw new SigningError("the secret is empty: write one, for example from openssl rand -hex 16");
  const key = spelling === "text" ? text : SPELLINGS[spelling].read(text);
  if (!key) throw new SigningError(`the secret is not written in ${SPELLINGS[spelling].name}${SPELLINGS[spelling].more ?? ""}, and must be`);
  return fromLatin1(key);
}

/** How a format's secrets are written, for a reader. */
export const formOf = ({ secret }) => SPELLINGS[secret].name;

const canonicalBase64 = (text) => {
  try {
    const bytes = atob(text);
    return btoa(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
};

const withPadding = (text) => text + "=".repeat((4 - (text.length % 4)) % 4);

const SPELLINGS = {
  hex: {
    name: "hexadecimal digits",
    read: (text) => (/^(?:[0-9a-f]{2})+$/i.test(text)
      ? text.replace(/../g, (pair) => String.fromCharCode(parseInt(pair, 16))) : undefined),
  },
  base64: { name: "base64", more: " with its = at the end", read: canonicalBase64 },
  base64url: {
    name: "base64url",
    read: (text) => {
      const bare = text.replace(/={1,2}$/, "");
      return /^[\w-]+$/.test(bare) ? canonicalBase64(withPadding(bare.replaceAll("-", "+").replaceAll("_", "/"))) : undefined;
    },
  },
};

/** An address as it is hashed: in the one spelling that it has. */
export function hashedAddress(text) {
  try {
    return addressText(text);
  } catch {
    return text;
  }
}
