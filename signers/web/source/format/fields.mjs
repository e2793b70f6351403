// The fields of a link.

// Names that the message has for other things.
const OF_THE_MESSAGE = ["secret", "path", "dir", "parent", "stream", "uri", "args", "client_ip"];
const MOST_FIELDS = 8;

/** Those that were found so far: time is { event, spelling, isOptional }, the others { name, kind, spelling, isOptional }. */
export class LinkFields {
  hasToken = false;
  time = undefined;
  others = [];

  constructor(source) {
    this.source = source;
  }

  /** Adds a field, and returns it as a part of the link. */
  add(field) {
    const { name, near, isOptional } = field;
    const fail = (what) => this.source.fail(near, what);
    if (name === "token") {
      if (this.hasToken) fail("there is one token; write {token} once");
      if (field.form !== undefined) fail("the digest says how a token is written; write {token}, and md5:hex for one");
      if (isOptional) fail("no link opens without a token; write {token}");
      this.hasToken = true;
    } else if (name === "expires" || name === "time") {
      this.#addTime(field, fail);
    } else if (name === "path") {
      fail('the path stands at the end of a link that begins with "/", and nowhere else; leave it out');
    } else if (OF_THE_MESSAGE.includes(name)) {
      fail(`{${name}} is something else in a message; give the field another name`);
    } else {
      this.#addOther(field, fail);
    }
    return { field: name };
  }

  #addTime({ name, form, isOptional }, fail) {
    if (this.time) {
      fail(this.time.event === name ? `the field stands there twice; write {${name}} once`
        : "a link has one time; write {expires} for the second at which it ends, or {time} for the one at which it was issued");
    }
    this.time = { event: name, spelling: spellingOf(name, form, fail), isOptional };
  }

  #addOther({ name, form, isOptional }, fail) {
    if (this.others.some((other) => other.name === name)) fail(`the field stands there twice; write {${name}} once`);
    const spelling = name === "start" ? spellingOf(name, form, fail) : undefined;
    if (form !== undefined && !spelling) fail(`only times have a form; write {${name}}`);
    if (this.others.length >= MOST_FIELDS) {
      fail(`a link has at most ${MOST_FIELDS} fields besides token and time; leave this one out`);
    }
    this.others.push({ name, kind: { start: "start", ttl: "ttl" }[name] ?? "free", spelling, isOptional });
  }
}

function spellingOf(name, form = "seconds", fail) {
  if (["seconds", "hex", "iso"].includes(form)) return { kind: form };
  const [, sign, digits] = /^yyyymmddhhmm([+-])(\d|1\d)$/.exec(form) ?? [];
  const east = Number(`${sign}${digits}`);
  if (sign !== undefined && east >= -12 && east <= 14 && `${sign}${digits}` !== "-0") return { kind: "minutes", east };
  return fail(`no time is written so; write {${name}} for decimal seconds, {${name}:hex}, {${name}:iso}, or ` +
    `{${name}:yyyymmddhhmm+8} with the hours of the zone from -12 to +14`);
}
