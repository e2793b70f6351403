// Links whose token stands in the path.

import { checkBorders, linkPieces } from "./lexer.mjs";

/** A link that begins with a slash. */
export function pathLink(source, fields) {
  const pieces = linkPieces(source, source.text);
  const last = pieces.at(-1)?.isRest || pieces.at(-1)?.name === "path" ? pieces.pop() : undefined;
  const segments = segmentsOf(source, pieces);
  for (const segment of segments) segment.parts = segmentParts(source, segment, fields);
  const rest = restOf(source, last, segments, fields);
  for (const segment of segments) checkSegment(source, segment);
  if (!fields.hasToken) source.failInAll('there is no {token}; write "/{token}{path}" for one');
  const isToken = ({ parts }) => parts.some(({ field }) => ["token", fields.time?.event].includes(field ?? "") ||
    fields.others.some(({ name, kind }) => name === field && kind !== "free"));
  const first = segments.findIndex(isToken);
  const stray = segments.slice(first).find((segment) => !isToken(segment));
  if (stray) {
    source.fail(nearOf(stray), "the segments of token and time stand side by side, and behind them the path; write this one in " +
      "front of them");
  }
  const joined = (list) => merged(list.flatMap(({ parts }) => [{ text: "/" }, ...parts]));
  return {
    carrier: "path", params: { token: undefined, expires: undefined, fields: [] },
    prefix: joined(segments.slice(0, first)), token: merged(joined(segments.slice(first)).flatMap(withoutFirstSlash)), rest,
  };
}

const withoutFirstSlash = (part, index) => (index > 0 ? [part] : part.text === "/" ? [] : [{ text: part.text.slice(1) }]);

// Texts side by side become one.
function merged(parts) {
  const all = [];
  for (const part of parts) {
    if (part.text !== undefined && all.at(-1)?.text !== undefined) all.splice(-1, 1, { text: all.at(-1).text + part.text });
    else all.push(part);
  }
  return all;
}

// What stands between two slashes.
function segmentsOf(source, pieces) {
  const segments = [];
  for (const piece of pieces) {
    if (piece.isRest) source.fail(piece.near, "it takes all that is left; write it at the end");
    if (piece.text === undefined) {
      segments.at(-1).pieces.push(piece);
      continue;
    }
    for (const [index, text] of piece.text.split("/").entries()) {
      // Behind a slash, which a link begins with.
      if (index > 0) segments.push({ pieces: [] });
      if (text !== "") segments.at(-1).pieces.push({ text });
    }
  }
  return segments;
}

function segmentParts(source, { pieces }, fields) {
  const parts = pieces.map((piece) => {
    if (piece.text !== undefined) return piece;
    if (piece.isOptional && pieces.length === 1) {
      source.fail(piece.near, 'a segment cannot be absent; write the field into that of another one, as in "/{token},{expires?}{path}"');
    }
    return fields.add(piece);
  });
  checkBorders(source, pieces, fields);
  return parts;
}

const nearOf = ({ pieces }) => pieces.map(({ text, near }) => text ?? near).join("");

// What the server would not keep.
function checkSegment(source, segment) {
  const near = nearOf(segment);
  if (near === "") source.fail("/", "the server makes one of two slashes; write one");
  if ([".", ".."].includes(near)) source.fail(near, "the server takes this segment out of a path; write another one");
}

// The field at the end, where that is not the path.
function restOf(source, last, segments, fields) {
  if (!last) {
    source.fail("", 'the path is missing that the token opens; write {path} there, or "/{rest*}" for all that is left as it was sent');
  }
  const { name, near, form, isOptional, isRest } = last;
  const isBehindSlash = segments.at(-1)?.pieces.length === 0;
  if (!isRest) {
    if (form !== undefined || isOptional) source.fail(near, "the path is what it is; write {path}");
    if (isBehindSlash) source.fail(near, "the path begins with a slash itself; leave out the one in front of it");
    return undefined;
  }
  if (!isBehindSlash) source.fail(near, `what is left begins behind a slash; write "/{${name}*}"`);
  if (["token", "expires", "time", "start", "ttl", "path"].includes(name)) {
    source.fail(near, `{${name}} is not all that is left; write "/{rest*}"`);
  }
  segments.pop();
  return fields.add(last).field;
}
