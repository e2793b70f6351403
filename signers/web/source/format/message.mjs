// What is hashed: {expires}\n{path}\n$host.

import { FormatString } from "./error.mjs";
import { readField } from "./lexer.mjs";

// What is not the link's, as it is written.
const OWN_PARTS = ["secret", "path", "path:raw", "dir", "parent", "stream", "uri:raw", "args", "client_ip"];
const ALWAYS_THERE = ["secret", "path", "path:raw", "dir", "parent", "stream", "uri:raw"];

/**
 * The parts of a message over a link: { text }, { name } of a field, { variable }, and { choice, otherwise }, lists of
 * which the second stands in place of the first where that is empty. With them the names of all variables.
 */
export function parseMessage(text, link) {
  const parser = new MessageParser(new FormatString("message", text), link);
  for (let rest = text; rest !== "";) rest = rest.slice(parser.take(rest));
  return parser.finish();
}

class MessageParser {
  parts = [];
  variables = [];
  text = "";
  bracket = undefined;

  constructor(source, link) {
    Object.assign(this, { source, link });
  }

  // Takes what a text begins with, and returns how long that is.
  take(text) {
    const char = String.fromCodePoint(text.codePointAt(0));
    if (text.startsWith("{{") || text.startsWith("}}")) return this.#pushChar(char, 2);
    if (char === "{") {
      const field = readField(this.source, text);
      this.#push(field.near, { name: messagePart(this.source, field, this.link) });
      return field.near.length;
    }
    if (char === "}") this.source.fail("}", 'no brace is open here; write "}}" for the character');
    if (char === "\\") return this.#takeEscape(text);
    if (char === "$") return this.#takeVariable(text);
    if (char === "[") return this.#open(text);
    if (char === "|" && this.bracket) return this.#takeBar();
    if (char === "]") return this.#close();
    if (/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(char)) {
      this.source.fail(char, "no message has this character; write \\n, \\t or \\r for a control character");
    }
    return this.#pushChar(char, char.length);
  }

  #pushChar(char, length) {
    this.text += char;
    return length;
  }

  #list() {
    return this.bracket ? this.bracket.otherwise ?? this.bracket.choice : this.parts;
  }

  #pushText() {
    if (this.text !== "") this.#list().push({ text: this.text });
    this.text = "";
  }

  #push(near, part) {
    const { bracket } = this;
    if (bracket) {
      const what = bracket.otherwise ? "behind the bar there is text; write the field elsewhere"
        : bracket.hasField ? "brackets hold one field; write brackets of its own for this one"
        : ALWAYS_THERE.includes(part.name) && "this one is always there; write it without brackets";
      if (what) this.source.fail(near, what);
      bracket.hasField = true;
    }
    this.#pushText();
    this.#list().push(part);
  }

  #takeEscape(text) {
    const [escape, char] = /^\\([ntr\\[\]|${}])/.exec(text) ?? [];
    if (escape === undefined) {
      this.source.fail(Array.from(text).slice(0, 2).join(""), "there is no such escape; write \\n, \\t, \\r, \\$, \\[, \\], \\| or \\\\");
    }
    return this.#pushChar({ n: "\n", t: "\t", r: "\r" }[char] ?? char, 2);
  }

  #takeVariable(text) {
    const [near, braced, plain] = /^\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/.exec(text) ?? [];
    if (near === undefined) {
      this.source.fail(Array.from(text).slice(0, 16).join(""),
        'here is no variable\'s name; write "$host" or "${host}" for one, and \\$ for the character');
    }
    const name = (braced ?? plain).toLowerCase();
    if (/^\d/.test(name)) {
      this.source.fail(near, "a capture is known by its name alone; write (?<name>…) into the expression and $name here");
    }
    if (!this.variables.includes(name)) this.variables.push(name);
    this.#push(near, { variable: name });
    return near.length;
  }

  #open(text) {
    if (this.bracket) this.source.fail("[", "brackets do not stand in brackets; write \\[ for the character");
    this.#pushText();
    this.bracket = { near: text, choice: [], otherwise: undefined, hasField: false };
    return 1;
  }

  #takeBar() {
    if (this.bracket.otherwise) this.source.fail("|", "brackets have one bar; write \\| for the character");
    this.#pushText();
    this.bracket.otherwise = [];
    return 1;
  }

  #close() {
    this.#pushText();
    if (!this.bracket) this.source.fail("]", "no bracket is open here; write \\] for the character");
    const { near, choice, otherwise = [], hasField } = this.bracket;
    if (!hasField) {
      this.source.fail(near.slice(0, near.indexOf("]") + 1), "brackets are left out where their field is empty; write one into " +
        "them, or \\[ and \\] for the characters");
    }
    this.bracket = undefined;
    this.parts.push({ choice, otherwise });
    return 1;
  }

  finish() {
    if (this.bracket) {
      this.source.fail(this.bracket.near, 'the bracket is not closed; write "]" behind it, or \\[ for the character');
    }
    this.#pushText();
    if (this.parts.length === 0) this.source.failUntold('nothing would be hashed; write "{path}{expires}" for one');
    return { parts: this.parts, variables: this.variables };
  }
}

// The part of a message that a field is, by its name.
function messagePart(source, { near, name, form, isOptional, isRest }, link) {
  const fail = (what) => source.fail(near, what);
  if (isOptional || isRest) fail(`the link says so, and the message need not; write {${name}}`);
  if (name === "token") fail("the token is made of the message; leave it out");
  const own = OWN_PARTS.filter((part) => part.split(":")[0] === name);
  if (own.length > 0) {
    const part = form === undefined ? name : `${name}:${form}`;
    if (!own.includes(part)) fail(`it is not written so; write ${own.map((other) => `{${other}}`).join(" or ")}`);
    if (link.rest && isOfPath(part)) {
      fail(`the link ends with {${link.rest}*}, which is all that is left of it; write {${link.rest}}`);
    }
    return part;
  }
  const fields = [link.time?.event, ...link.fields.map((field) => field.name)].filter(Boolean);
  if (!fields.includes(name)) {
    const known = [...fields, ...OWN_PARTS.filter((part) => !link.rest || !isOfPath(part))].map((part) => `{${part}}`);
    fail(`there is no field "${name}"; write ${known.join(", ")}, or a field that the link has`);
  }
  if (form !== undefined) fail(`a field is hashed as it was sent; write {${name}}`);
  return name;
}

// Whether a part is of the path or query that a token opens.
const isOfPath = (part) => part !== "secret" && part !== "client_ip";
