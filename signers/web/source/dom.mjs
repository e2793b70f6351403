// Small things that both forms need. Text gets into the page as text only, never as HTML.

/** An element: h("p", { className: "hint" }, "text", otherElement). */
export function h(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.flat().filter(Boolean));
  return element;
}

export const titled = (title, ...children) => h("section", {}, h("h2", {}, title), ...children);

/** A field for a secret, with a button that shows what is in it. */
export function secretField(label) {
  const input = h("input", { type: "password", name: "secret", autocomplete: "off", spellcheck: false });
  const button = h("button", { type: "button", ariaLabel: `Show ${label.toLowerCase()}`, ariaPressed: "false" }, "Show");
  const warning = h("small", { hidden: true }, "Shorter than 16 bytes: it can be guessed.");
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.ariaPressed = String(shown);
    button.textContent = shown ? "Hide" : "Show";
  });
  input.addEventListener("input", () => {
    warning.hidden = input.value === "" || new TextEncoder().encode(input.value).length >= 16;
  });
  return h("div", { className: "secret" }, h("label", {}, label, input), button, warning);
}

// ---- Bytes

const DOTS = "••••••••";

/** Bytes as text: what is no text as \xNN, a blank so that it can be seen. */
export function inText(bytes) {
  const text = new TextDecoder("utf-8", { ignoreBOM: true });
  const shown = text.decode(bytes).includes("\ufffd")
    ? Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : escaped(byte))).join("")
    : text.decode(bytes);
  return shown.replace(/[\x00-\x1f\x7f]/g, (control) => escaped(control.charCodeAt(0))).replaceAll(" ", "␣");
}

const escaped = (byte) => `\\x${byte.toString(16).padStart(2, "0")}`;

const LABELS = { secret: "secret", path: "path", "path:raw": "path as in the URL", "uri:raw": "path and query as in the URL",
  dir: "directory", parent: "directory", stream: "directory without slashes", args: "query without the token",
  claims: "claims", salt: "salt", token_path: "path that it is for", "args:sorted": "other arguments", expires: "expiry", time: "time of issue", client_ip: "client’s address" };
const BETWEEN_LABELS = { " ": "a space", "\n": "a newline", "\r\n": "a newline" };

function labelOf({ text, name, variable }) {
  if (text !== undefined) return BETWEEN_LABELS[text] ?? "between";
  return variable === undefined ? LABELS[name] ?? `{${name}}` : `$${variable}`;
}

/** What is hashed, piece by piece, without what is secret; but a newline that is signed with it is shown. */
export const messageParts = (message) =>
  h("div", { className: "parts" }, message.filter(({ bytes }) => bytes.length > 0).map(({ part, bytes }) =>
    h("span", { className: isSecret(part) ? "secret-part" : "" },
      h("span", { className: "bytes" }, isSecret(part) ? DOTS + inText(newlines(bytes)) : inText(bytes)),
      h("small", {}, labelOf(part)))));

const isSecret = (part) => part.name === "secret" || part.isSecret;
const newlines = (bytes) => bytes.slice(bytes.findLastIndex((byte) => byte !== 10 && byte !== 13) + 1);

// ---- Times

const UNITS = [["year", 31556952], ["month", 2629746], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** "in 3 hours", "2 days ago", "this second"; "in 90 minutes", since "in 1 hour" would say too little. */
export function fromNow(time, now) {
  const distance = time - now;
  if (distance === 0) return "this second";
  const says = ([, size]) => Math.abs(distance) >= 2 * size || Math.abs(distance) === size;
  const [unit, size] = UNITS.find(says) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat("en").format(Math.round(distance / size), unit);
}

// Dates reach to the year 275760.
const isDate = (time) => time <= 8.64e12;

export const inUtc = (time) =>
  isDate(time) ? `${new Date(time * 1000).toISOString().replace("T", " ").slice(0, -5)} UTC` : "beyond all calendars";

export const inLocalTime = (time) =>
  isDate(time) ? new Date(time * 1000).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "long" }) : "beyond all calendars";

export const expiryRows = (time, now) => [
  ["from now", fromNow(time, now)],
  ["your time", inLocalTime(time)],
  ["UTC", inUtc(time)],
  ["Unix time", h("code", {}, String(time))],
];

export const rows = (pairs) =>
  h("dl", {}, pairs.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));

// ---- Forms

/**
 * Answers a form: what `work` makes of the time or, if it cannot, why, is shown beside the form. Who
 * only hears the page hears the first of it.
 */
export function answer(section, work) {
  const result = section.querySelector(".result");
  let latest = 0;
  section.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    let shown;
    const turn = ++latest;
    result.ariaBusy = "true";
    try {
      shown = await work(Math.floor(Date.now() / 1000));
    } catch (error) {
      shown = [h("p", { className: "failure" }, inWords(error))];
    }
    // Who asks again does not want to know any more.
    if (turn !== latest) return;
    result.ariaBusy = "false";
    result.replaceChildren(...shown);
    section.querySelector("[role=status]").textContent = shown[0].innerText;
    // On a phone it is below the form.
    if (result.getBoundingClientRect().top > innerHeight * 0.8) result.scrollIntoView();
  });
}

function inWords(error) {
  if (error.name === "FormatError") return `${error.message[0].toUpperCase()}${error.message.slice(1)}.`;
  if (error.name !== "SigningError") return String(error);
  // Names stay as they are.
  return `${error.message.replace(/^(?:the|there)\b/, (word) => `T${word.slice(1)}`)}.`;
}
