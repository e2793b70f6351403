// Text and fields in braces, told apart.

/** Reads the field at the beginning of a text: { near, name, form, isOptional, isRest }. */
export function readField(source, text) {
  const [near] = /^\{[^{}]*\}/.exec(text) ?? [];
  if (near === undefined) source.fail(Array.from(text).slice(0, 16).join(""), 'the brace is not closed; write "}" behind the field');
  const inside = near.slice(1, -1);
  const [isOptional, isRest] = [inside.endsWith("?"), inside.endsWith("*")];
  const bare = isOptional || isRest ? inside.slice(0, -1) : inside;
  const colon = bare.indexOf(":");
  const name = colon < 0 ? bare : bare.slice(0, colon);
  if (!/^[a-z0-9_]+$/.test(name)) {
    source.fail(near, 'this is no name of a field; write small letters, digits and "_", such as {user_id}');
  }
  return { near, name, form: colon < 0 ? undefined : bare.slice(colon + 1), isOptional, isRest };
}

/** Takes a stretch of a link apart: { text } or what readField returns, each. */
export function linkPieces(source, stretch) {
  const pieces = [];
  for (let rest = stretch; rest !== "";) {
    if (rest[0] === "{") {
      pieces.push(readField(source, rest));
      rest = rest.slice(pieces.at(-1).near.length);
    } else {
      const [text] = /^[^{]+/.exec(rest);
      checkLinkText(source, text);
      pieces.push({ text });
      rest = rest.slice(text.length);
    }
  }
  return pieces;
}

// A character that has another spelling in a link, or ends what it stands in.
function checkLinkText(source, text) {
  const [char] = /[^A-Za-z0-9\-._~!'()*,:;@/=]/u.exec(text) ?? [];
  if (char === undefined) return;
  source.fail(char, {
    "}": "no brace is open here; write fields such as {token}",
    $: "a link has no variables; write a field such as {host}, or the variable in the message",
  }[char] ?? "a link cannot hold this as it is; write letters, digits, or one of -._~!'()*,:;@/=");
}

/** Makes sure that fields side by side can be told apart. */
export function checkBorders(source, pieces, fields) {
  for (const [index, piece] of pieces.entries()) {
    const behind = pieces[index + 1];
    if (piece.text !== undefined || behind === undefined) continue;
    if (behind.text === undefined) {
      source.fail(behind.near, `nothing tells where ${piece.near} ends; write a character between the two that it cannot hold`);
    }
    if (mayHold(piece, fields, behind.text[0])) {
      source.fail(behind.text, `${piece.near} may have this character itself, so that nothing tells where it ends; write another one`);
    }
  }
}

const HOLDS = { seconds: /[0-9]/, minutes: /[0-9]/, hex: /[0-9a-f]/i, iso: /[a-z0-9+\-:.,%]/i };

// A digest is as long as it is, and a free field ends where the text begins that stands behind it.
function mayHold({ name }, { time, others }, char) {
  const other = others.find((field) => field.name === name);
  const spelling = name === time?.event ? time.spelling : other?.kind === "ttl" ? { kind: "seconds" } : other?.spelling;
  return spelling !== undefined && HOLDS[spelling.kind].test(char);
}
