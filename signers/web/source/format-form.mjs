// The choice of a scheme, with its format beside it: who changes that has a format of one's own.

import { h } from "./dom.mjs";
import { FACTS } from "./facts.mjs";
import { formatOf, OWN, ownFormat, renamed } from "./schemes.mjs";

const STRINGS = {
  link: ["Link", "what it looks like", "?sig={token}&exp={expires}"],
  digest: ["Digest", "md5, sha1, sha256, sha384 or sha512, as hmac- or not; hex, base64 or base64url", "hmac-sha256:hex"],
  message: ["Message", "what is hashed", "{expires}\\n{path}"],
  options: ["Options", "exclusive, ttl=30m, window, secret=base64", ""],
};
const NAMES_OF_STRINGS = Object.keys(STRINGS);

/**
 * Brings a form's scheme and format to life. `onChange` is told the format that is chosen: undefined where there is none,
 * or none that can be taken as it is written. Returns a function that returns it, or throws a FormatError.
 */
export function formatForm(form, onChange) {
  const { elements } = form;
  const box = form.querySelector(".format");
  const failure = h("p", { className: "failure", hidden: true });
  elements.scheme.append(...Object.entries(FACTS).map(([name, { title }]) =>
    h("option", { value: name }, `${name} · ${title}`)), h("option", { value: OWN }, "a format of your own"));
  box.append(...NAMES_OF_STRINGS.map((name) => h("label", {}, `${STRINGS[name][0]} `, h("small", {}, STRINGS[name][1]),
    h("input", { name, placeholder: STRINGS[name][2], spellcheck: false, autocapitalize: "off" }))), failure);

  const isOwn = () => elements.scheme.value === OWN;
  const format = () => {
    const own = isOwn() ? ownFormat(Object.fromEntries(NAMES_OF_STRINGS.map((name) => [name, elements[name].value.trim()])))
      : formatOf(elements.scheme.value);
    return renamed(own, (elements.tokenParam ?? elements.token).value.trim(), (elements.expiresParam ?? elements.expires).value.trim());
  };
  const fill = () => {
    const written = formatOf(elements.scheme.value)?.written;
    if (isOwn() && elements.link.value !== "") return;
    for (const name of NAMES_OF_STRINGS) {
      elements[name].value = isOwn() ? STRINGS[name][2] : [written?.[name] ?? ""].flat().join(" ");
    }
  };
  box.addEventListener("input", () => { elements.scheme.value = OWN; });
  form.addEventListener("change", ({ target }) => {
    if (!box.contains(target)) fill();
    if (isOwn() && box.localName === "details") box.open = true;
    let chosen;
    let said = "";
    try {
      chosen = format();
    } catch (error) {
      said = error.message;
    }
    failure.textContent = said;
    failure.hidden = said === "";
    box.hidden = !isOwn() && !formatOf(elements.scheme.value);
    const shape = box.querySelector("summary code");
    if (shape) shape.textContent = elements.link.value;
    onChange(chosen);
  });
  return format;
}

/** Shows a field for each of these, { name, label, hint, placeholder }, and keeps what is written in those that stay. */
export function showFields(container, wanted) {
  const names = (list) => list.map(({ name }) => name).join();
  // The one that has the focus keeps it.
  if (names([...container.querySelectorAll("input")]) === names(wanted)) return;
  const written = new Map([...container.querySelectorAll("input")].map(({ name, value }) => [name, value]));
  container.replaceChildren(...wanted.map(({ name, label, hint, placeholder = "" }) => h("label", {}, `${label} `, hint && h("small", {}, hint),
    h("input", { name, placeholder, value: written.get(name) ?? "", spellcheck: false, autocapitalize: "off" }))));
  container.hidden = wanted.length === 0;
}

/** The fields for a format's variables. */
export const variableFields = (format) => (format?.variables ?? []).map((name) => ({
  name: `variable-${name}`, label: `$${name}`, hint: ["host", "scheme"].includes(name) ? "if it is not the URL’s" : "as the server has it",
}));

/** What is written in such fields, by the names behind the prefix; those that are empty are left out. */
export const writtenIn = (container, prefix) => Object.fromEntries([...container.querySelectorAll("input")]
  .filter(({ name, value }) => name.startsWith(prefix) && value !== "").map(({ name, value }) => [name.slice(prefix.length), value]));
