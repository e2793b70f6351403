// What a link looks like: ?st={token}&e={expires}, /{token}/{expires:hex}{path}.

import { FormatString } from "./error.mjs";
import { LinkFields } from "./fields.mjs";
import { checkBorders, linkPieces } from "./lexer.mjs";
import { pathLink } from "./path.mjs";

/** { carrier, params, prefix, token, rest, time, fields }: see format.mjs. */
export function parseLink(text) {
  const source = new FormatString("link", text);
  const fields = new LinkFields(source);
  let link;
  if (text.startsWith("?")) link = queryLink(source, fields);
  else if (text.startsWith("/")) link = pathLink(source, fields);
  else source.failUntold('it begins with neither "?" nor "/"; write "?st={token}&e={expires}" or "/{token}/{expires}{path}"');
  if (fields.others.some(({ kind }) => kind === "ttl") && fields.time?.event !== "time") {
    source.failInAll("{ttl} counts from the time of issue; write {time} as well, and no {expires}");
  }
  return { ...link, time: fields.time, fields: fields.others };
}

function queryLink(source, fields) {
  const args = [];
  for (const near of source.text.slice(1).split("&")) args.push(argumentOf(source, near, args));
  // The fields of the token's own text come first wherever it stands, so that one format has one form.
  const holder = args.find(({ pieces }) => pieces.some(({ name }) => name === "token"));
  if (!holder) source.failInAll('there is no {token}; write "?st={token}" for one');
  const add = (piece) => {
    if (piece.isRest) source.fail(piece.near, `only in a path a field takes all that is left; write {${piece.name}}`);
    return fields.add(piece);
  };
  const token = holder.pieces.map((piece) => (piece.text === undefined ? add(piece) : { text: piece.text }));
  checkBorders(source, holder.pieces, fields);
  const params = { token: holder.name, expires: undefined, fields: [] };
  for (const { name, near, pieces } of args.filter((arg) => arg !== holder)) {
    if (pieces.length !== 1 || pieces[0].text !== undefined) {
      source.fail(near, "only the token's argument may hold text or several fields; write \"name={field}\", and leave out " +
        "what is the application's");
    }
    const { field } = add(pieces[0]);
    if (field === fields.time?.event) params.expires = name;
    else params.fields.push({ name, field });
  }
  return { carrier: "query", params, prefix: [], token, rest: undefined };
}

function argumentOf(source, near, others) {
  const at = near.indexOf("=");
  if (at < 0) source.fail(near, 'an argument has a name and a value; write "st={token}" for one');
  const name = near.slice(0, at);
  if (!/^[A-Za-z0-9\-._~]+$/.test(name)) {
    source.fail(near, "this name has another spelling in a link; write letters, digits, or one of -._~");
  }
  if (others.some((other) => other.name === name)) {
    source.fail(near, "the argument stands there twice; give the field another one");
  }
  return { name, near, pieces: linkPieces(source, near.slice(at + 1)) };
}
