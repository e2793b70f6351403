// What is wrong with a format, and what to write instead: in the words of the module.

/** A format that cannot be taken as it is written. */
export class FormatError extends Error {
  name = "FormatError";

  /** `near`: the characters that it is about; all of them where it is what is missing. Without a text none is told. */
  constructor(place, text, near, what) {
    const shown = Array.from(near || text, (char) => (/[\x00-\x1f\x7f]/.test(char) ? escapedControl(char) : char)).join("");
    const where = text === "" ? `in the ${place}: ` : near === text ? `in the ${place} "` : near === "" ? `at the end of the ${place} "` : `in the ${place}, at "`;
    super(text === "" ? where + what : `${where}${shown}": ${what}`);
    Object.assign(this, { place, near, what });
  }
}

const escapedControl = (char) => ({ "\n": "\\n", "\t": "\\t", "\r": "\\r" })[char] ?? `\\u{${char.codePointAt(0).toString(16)}}`;

const LONGEST_STRING = 512;

/** One of the strings of a format, while it is parsed. */
export class FormatString {
  constructor(place, text) {
    Object.assign(this, { place, text });
    const { length } = new TextEncoder().encode(text);
    if (length > LONGEST_STRING) this.failUntold(`it is too long; write at most ${LONGEST_STRING} bytes`);
  }

  fail(near, what) {
    throw new FormatError(this.place, this.text, near, what);
  }

  failInAll(what) {
    this.fail(this.text, what);
  }

  /** The same of a text that may be a secret which somebody wrote in the wrong place. */
  failUntold(what) {
    throw new FormatError(this.place, "", "", what);
  }
}
