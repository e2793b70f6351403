// What is put in front of what: the format's own message first, and then what people hash in its place, the likeliest
// first, each { value: { parts, isKeyed }, mistake }.

import { quote, usual } from "./mistake.mjs";
import { allFormats } from "./schemes.mjs";
import { hashName } from "./token.mjs";
import { chosenParts, partKey, pathPart } from "./values.mjs";

const BETWEEN = ["", " ", "_", "-", ":", "|", "/", "&", "\n"];
const ENDS = ["\n", "\r\n"];
// More parts than these are not tried in every order.
const MOST_ORDERED = 5;

export function messages({ format }, values, mayHaveAddress) {
  const { isKeyed } = format.digest;
  const hasAddress = values.client_ip.length > 0;
  const chosen = chosenParts(format.message, values).filter((part) => !isForgettable(part, format) || values[partKey(part)].length > 0);
  const right = partsInWords(chosen, format, hasAddress);
  const words = { scheme: format.name, right, hash: hashName(format.digest) };
  const way = (parts, id, more, keyed = isKeyed) => ({ value: { parts, isKeyed: keyed }, mistake: id && usual(id, { ...words, ...more }) });
  const every = (keyed) => BETWEEN.flatMap((between) => orders(chosen, format, keyed, mayHaveAddress).map((order) => separated(order, between)));
  const parts = (list) => ({ parts: partsInWords(list, format, true) });
  return [
    way(format.message),
    ...ENDS.map((end) => way([...format.message, { text: end }], "message-newline")),
    ...otherFormats(format).map((other) => way(other.message, "message-of-another-scheme",
      { other: other.name, parts: partsInWords(other.message, format, hasAddress) }, other.digest.isKeyed)),
    ...withOneLeftOut(chosen, (part) => isForgettable(part, format)).map(([part, rest]) => way(rest, "message-left-out", { part: partsInWords([part], format, true) })),
    ...[...withOwnBetween(chosen), ...every(isKeyed)].map((list) => way(list, "message-order", parts(list))),
    ...[...withOtherUse(chosen, isKeyed), ...every(!isKeyed)].flatMap((list) => (isKeyed ? [way(list, "message-not-hmac", parts(list), false)] : [
      ...ENDS.map((end) => way([...list, { text: end }], "message-hmac-newline", {}, true)),
      way(list, "message-hmac", {}, true),
    ])),
  ];
}

const isForgettable = ({ name, variable }, { fields }) =>
  variable !== undefined || name === "args" || fields.some((field) => field.name === name);

// Formats whose tokens stand in the same place, are as long, and are for the same path and fields. The hash is the own one's.
function otherFormats(format) {
  const kind = ({ carrier, digest, ...other }) => [carrier, digest.bytes, pathPart(other)].join(" ");
  const known = (part) => (part.choice ? [...part.choice, ...part.otherwise].every(known)
    : part.variable === undefined && (part.text !== undefined || OWN_NAMES.has(part.name) || format.fields.some(({ name }) => name === part.name)));
  const asOwn = ({ name, ...part }, time) => ({ ...part, ...(name !== undefined && { name: name === time?.event ? format.time.event : name }) });
  return allFormats().filter((other) => other.name !== format.name && kind(other) === kind(format))
    .filter((other) => format.time || !other.time)
    .map((other) => ({ ...other, message: other.message.map((part) => asOwn(part, other.time)) }))
    .filter((other) => other.message.every((part) => known(part) || part.name === format.time?.event));
}

const OWN_NAMES = new Set(["secret", "path", "path:raw", "uri:raw", "dir", "parent", "stream", "args", "client_ip"]);

// Each such part, and the message without it, also without what stands in front of it or behind it.
const withOneLeftOut = (parts, isLeftOut) => parts.flatMap((part, at) => {
  if (part.text !== undefined || !isLeftOut(part)) return [];
  const without = (from, to) => [part, parts.filter((_, other) => other < from || other > to)];
  const isText = (other) => parts[other]?.text !== undefined;
  return [without(at, at), ...(isText(at - 1) ? [without(at - 1, at)] : []), ...(isText(at + 1) ? [without(at, at + 1)] : [])];
});

// The own message with the other use of the secret: as the key, and not among the parts, or in front of them or behind.
const withOtherUse = (chosen, isKeyed) => (isKeyed
  ? [[{ name: "secret" }, ...chosen], [...chosen, { name: "secret" }]]
  : withOneLeftOut(chosen, ({ name }) => name === "secret").map(([, parts]) => parts));

// What a newline becomes where "\n" is two characters, as in PHP and the shell between single quotes, where lines end as in
// Windows, or where something else joins.
const FOR_NEWLINE = ["\\n", "\r\n", "", " ", ":"];

// The parts in their own order, with something else for newlines, and in every order, with what is between where it was.
function withOwnBetween(chosen) {
  const own = chosen.some(({ text }) => text?.includes("\n")) ? FOR_NEWLINE.map((newline) =>
    chosen.map((part) => (part.text === undefined ? part : { ...part, text: part.text.replaceAll("\n", newline) }))) : [];
  const parts = chosen.filter(({ text }) => text === undefined);
  if (parts.length > MOST_ORDERED) return own;
  const placed = (order) => {
    const next = order.values();
    return chosen.map((part) => (part.text === undefined ? next.next().value : part));
  };
  return [...own, ...permutations(parts).map(placed)];
}

// Every order of the parts, and then every order of them and the address.
function orders(chosen, format, isKeyed, mayHaveAddress) {
  const parts = chosen.filter(({ text, name }) => text === undefined && name !== "secret" && name !== "client_ip");
  const path = pathPart(format);
  if (parts.every(({ name }) => name !== path)) parts.unshift({ name: path });
  if (!isKeyed) parts.unshift({ name: "secret" });
  if (parts.length > MOST_ORDERED) return [];
  const withAddress = mayHaveAddress && parts.length < MOST_ORDERED ? permutations([...parts, { name: "client_ip" }]) : [];
  return [...permutations(parts), ...withAddress];
}

const permutations = (list) => list.length < 2 ? [list] : list.flatMap((item) =>
  permutations(list.filter((other) => other !== item)).map((rest) => [item, ...rest]));

const separated = (order, between) =>
  order.flatMap((part, at) => (at > 0 && between !== "" ? [{ text: between }, part] : [part]));

const PART_WORDS = {
  secret: "secret", path: "path", "path:raw": "path as it is sent", "uri:raw": "path and query as they are sent", dir: "directory",
  parent: "directory without a slash at its end", stream: "directory without its outer slashes", args: "query without the token",
  expires: "expiry", time: "time", client_ip: "address",
};
const TEXT_WORDS = { " ": "a blank", "\n": "a newline" };

// secret, path and expiry
function partsInWords(parts, format, hasAddress) {
  const words = parts.map(({ text, name, variable, choice }) => {
    // So that a backslash and an "n" do not look like a newline.
    if (text !== undefined) return TEXT_WORDS[text] ?? quote(text.replaceAll("\\", "\\\\"));
    if (choice || (name === "client_ip" && !hasAddress)) return undefined;
    if (variable !== undefined) return `variable $${variable}`;
    return format.fields.some((field) => field.name === name) ? `field {${name}}` : PART_WORDS[name];
  });
  return words.filter(Boolean).join(", ").replace(/, (?=[^,]*$)/, " and ");
}
