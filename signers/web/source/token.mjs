// The token of a link that is an MD5: which bytes it stands for, also where it is not written as it has
// to be.

const bytesOf = (base64) => {
  const url = base64.replaceAll("-", "+").replaceAll("_", "/");
  try {
    return Uint8Array.from(atob(url), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
};

const bytesOfHex = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));

const BASE64URL = "Encode the 16 bytes as base64url, without padding.";

/** Whether the module takes it for a token: one spelling, with or without padding. */
export const isToken = (token) => /^[A-Za-z0-9_-]{21}[AQgw](?:==)?$/.test(token);

/** The digests that a token can stand for, with { what, instead } where it should not be written so. */
export function digestsOf(token) {
  if (isToken(token)) return [{ bytes: bytesOf(token.slice(0, 22)) }];
  const found = [];
  if (/^[0-9a-f]{32}$/i.test(token)) {
    found.push({ bytes: bytesOfHex(token), what: "The token is hexadecimal.", instead: BASE64URL });
  }
  if (/^[A-Za-z0-9+/_-]{22}(?:={1,2})?$/.test(token)) {
    const [what, instead] = /[+/]/.test(token)
      ? ["The token is in base64's standard alphabet.", "Write - for + and _ for /."]
      : /[^=]=$/.test(token)
        ? ["The token has one = at its end.", "Write two of them or, better, none."]
        : ["The token's last character was altered: another one stands for the same bytes.", BASE64URL];
    found.push({ bytes: bytesOf(token.slice(0, 22)), what, instead });
  }
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(token)) {
    const text = String.fromCharCode(...bytesOf(token.slice(0, 43)));
    if (/^[0-9a-f]{32}$/i.test(text)) {
      found.push({
        bytes: bytesOfHex(text),
        what: "The token is the base64 of 32 hexadecimal digits.",
        instead: BASE64URL,
      });
    }
  }
  return found;
}

/** What is wrong with a token that stands for no MD5 at all. */
export function shapeOf(token) {
  const hash = { 20: "SHA-1", 32: "SHA-256", 64: "SHA-512" }[
    /^[0-9a-f]{40,}$/i.test(token) ? token.length / 2 : bytesOf(token).length];
  if (hash) return { what: `The token is as long as a ${hash}.`, instead: "This scheme signs with MD5." };
  const length = token.length;
  return { what: `The token has ${length} characters.`, instead: "An MD5 in base64url has 22." };
}

/** What happened to a right token on its way, if that can be seen. */
export function damageOf(token, right) {
  if (token.length >= 6 && token.length < right.length && right.startsWith(token)) {
    return { what: "The end of the token is missing.", instead: "Copy the whole link." };
  }
  if (token.toLowerCase() === right.toLowerCase()) {
    return { what: "Somebody changed capital letters of the token.", instead: "Leave a link as it was signed." };
  }
  return undefined;
}
