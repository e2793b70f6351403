// The form that signs.

import { CLAIMS, ectoken, ectokenText, percentDecode, RESTRICTIONS, SigningError, splitUrl, toBytes } from "../../javascript/secure_token.mjs";
import { answer, expiryRows, h, inText, messageParts, rows, secretField, titled } from "./dom.mjs";
import { formatForm, showFields, variableFields, writtenIn } from "./format-form.mjs";
import { isSealed, OWN } from "./schemes.mjs";
import { SIGNED } from "./signed.mjs";
import { openFields, signClaims, signLink, usualField } from "./sign.mjs";
import { timeForm } from "./time.mjs";

const NAMES = {
  url_allow: ["Paths", "/films/, /trailers/"],
  country_allow: ["Only in countries", "US, FR"],
  country_deny: ["Not in countries", "US, FR"],
  ref_allow: ["Only from pages", "www.example.com, *.example.org/films"],
  ref_deny: ["Not from pages", "*.example.org, missing"],
  host_allow: ["Only on hosts", "cdn.example.com"],
  host_deny: ["Not on hosts", "*.example.org"],
  proto_allow: ["Only over", "https"],
  proto_deny: ["Not over", "http"],
  clientip: ["Clients", "192.0.2.7, 2001:db8::/32"],
};

/** Brings the form to life. `explainLink(url, secret, clientIp)` is for a link to be taken over there. */
export function signForm(section, explainLink) {
  const form = section.querySelector("form");
  const { elements } = form;
  section.querySelector(".secret").replaceWith(secretField("Secret"));
  elements.secret.required = true;
  section.querySelector(".restrictions").append(...Object.keys(RESTRICTIONS).map((name) =>
    h("label", {}, `${NAMES[name][0]} `, h("small", {}, name),
      h("input", { name, placeholder: NAMES[name][1], spellcheck: false, autocapitalize: "off" }))));

  const open = form.querySelector(".open");
  const format = formatForm(form, (chosen) => {
    showFields(open, [...(chosen ? openFields(chosen).map(fieldInput) : []), ...variableFields(chosen), ...claimFields(elements.scheme.value)]);
    adapt(form, chosen);
  });
  elements.scheme.dispatchEvent(new Event("change", { bubbles: true }));

  answer(section, async (now) => {
    const { scheme, url, secret, clientIp } = elements;
    const expires = elements.lifetime.disabled || elements.lifetime.value === "never" ? undefined : expiryOfForm(elements, now);
    const [fields, claims, variables] = ["field-", "claim-", "variable-"].map((prefix) => writtenIn(open, prefix));
    const signed = await signOfForm(format(), elements, expires, { now, fields, claims, variables });
    const ends = Number.isFinite(signed.expires);
    return [
      signedLink(signed.url, () => explainLink(signed.url, secret.value, clientIp.disabled ? "" : clientIp.value, elements)),
      titled("Expires", ends ? rows(expiryRows(signed.expires, now)) : h("p", {}, "Never.")),
      signed.starts > now && titled("Opens from", rows(expiryRows(signed.starts, now))),
      signed.text ? titled("What was encrypted", h("span", { className: "bytes" }, inText(signed.text)))
        : titled("What was hashed", messageParts(signed.message)),
      scheme.value === OWN && titled("In the configuration", h("code", { className: "bytes" }, directiveOf(elements))),
    ].filter(Boolean);
  });
}

// What belongs to another scheme or to another way to say the lifetime is not there.
function adapt(form, format) {
  const { elements } = form;
  const traits = traitsOf(elements.scheme.value, format);
  if (elements.lifetime.value === "never" && !traits.includes("never")) elements.lifetime.value = "3600";
  const chosen = [...(traits.includes("expires") ? [elements.lifetime.value] : []), ...traits];
  for (const part of form.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").some((name) => chosen.includes(name));
  // What cannot be seen must not keep the form from being sent.
  for (const field of form.querySelectorAll("[data-for] :is(input, select), option[data-for]")) field.disabled = field.closest("[hidden]") !== null;
  elements.tokenParam.placeholder = format?.params.token ?? "none";
  elements.expiresParam.placeholder = format?.params.expires ?? "";
  elements.ttl.placeholder = format?.lifetime ?? "";
}

// What a scheme has, for the parts of the form that are for it.
function traitsOf(scheme, format) {
  if (SIGNED[scheme]) return ["clientIp", "tokenParam", "expires"];
  if (!format) return isSealed(scheme) ? ["claims", "tokenParam", "expires", "path"] : ["expires"];
  const hasTtl = format.fields.some(({ kind }) => kind === "ttl");
  return [
    "path",
    format.params.token && "tokenParam",
    format.params.expires && "expiresParam",
    format.clientIp !== "never" && "clientIp",
    format.time?.event === "time" && !hasTtl && "ttl",
    format.time && "expires",
    (format.time?.isOptional || hasTtl) && "never",
  ].filter(Boolean);
}

const fieldInput = ({ name, kind, spelling, isOptional }) => ({
  name: `field-${name}`, label: `{${name}}`, hint: kind === "start" ? timeForm(spelling) : isOptional ? "may be left out" : "",
  placeholder: ["rand", "salt"].includes(name) ? "random" : usualField({ name, kind }),
});

const CLAIM_HINTS = {
  acl: ["for these paths", "/films/*!/trailers/*"], st: ["opens from", "1795514400"], id: ["your own", ""], data: ["your own", ""],
  salt: ["not sent", ""], token_path: ["paths from here", "/films/"], token_countries: ["only in", "DE,FR"], token_countries_blocked: ["not in", "US"],
};
const claimFields = (scheme) => (SIGNED[scheme] ? CLAIMS[scheme] : []).map((name) =>
  ({ name: `claim-${name}`, label: name, hint: CLAIM_HINTS[name][0], placeholder: CLAIM_HINTS[name][1] }));

const filledIn = (elements, names) => Object.fromEntries(names.filter((name) => !elements[name].disabled && elements[name].value.trim() !== "")
  .map((name) => [name, elements[name].value.trim()]));

async function signOfForm(format, elements, expires, more) {
  const [url, secret] = [elements.url.value.trim(), elements.secret.value];
  const { ttl, ...options } = filledIn(elements, ["path", "clientIp", "ttl"]);
  if (format) return signLink(format, url, secret, expires, { ...options, ...more, lifetime: Number(ttl) || format.lifetime });
  const { tokenParam: param } = filledIn(elements, ["tokenParam"]);
  const scheme = elements.scheme.value;
  if (SIGNED[scheme]) return signClaims(scheme, url, secret, expires, { param, clientIp: options.clientIp, claims: more.claims });
  const claims = filledIn(elements, Object.keys(RESTRICTIONS));
  const { path } = options;
  const signed = await ectoken(url, secret, expires, { claims, ...(path !== undefined && { path }), ...(param !== undefined && { param }) });
  const text = ectokenText(path === undefined ? percentDecode(splitUrl(url).path) : toBytes(path), expires, claims);
  return { url: signed, expires, text };
}

// The line that gives the server this format, as NGINX takes strings in quotes.
function directiveOf({ link, digest, message, options }) {
  // There \\ is one backslash, and \n is a newline as it is here.
  const quoted = (text) => `"${text.trim().replace(/\\.|"/g, (pair) => ({ '"': '\\"', "\\\\": "\\\\\\\\" })[pair] ?? pair)}"`;
  const words = [OWN, quoted(link.value), digest.value.trim(), quoted(message.value), options.value.trim()];
  return `secure_token_format ${words.filter(Boolean).join(" ")};`;
}

function expiryOfForm({ lifetime, count, unit, until }, now) {
  if (lifetime.value === "until") {
    const time = Date.parse(until.value);
    if (Number.isNaN(time)) throw new SigningError("there is no time in “Your local time”: choose one");
    return Math.floor(time / 1000);
  }
  const seconds = lifetime.value === "other" ? Number(count.value) * Number(unit.value) : Number(lifetime.value);
  if (!(seconds >= 1)) throw new SigningError("“How many” is not a number from 1: write one");
  return now + Math.floor(seconds);
}

// The link to copy, and to try where it leads to the server that this page is from.
function signedLink(url, toExplain) {
  const text = h("code", { className: "bytes", id: "signed" }, url);
  const said = h("p", { className: "said", role: "status" });
  const button = (label, work) => {
    const element = h("button", { type: "button" }, label);
    element.addEventListener("click", work);
    return element;
  };
  const copy = button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(url);
      said.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(text);
      said.textContent = "The browser does not let this page copy. The link is selected: copy it yourself.";
    }
  });
  const buttons = [copy, button("Explain it", toExplain)];
  if (isOurs(url)) {
    buttons.push(button("Try it here", async () => {
      said.textContent = await tried(url);
    }));
  }
  return titled("Signed link", text, h("div", { className: "buttons" }, buttons), said);
}

const isOurs = (url) => location.protocol.startsWith("http") && new URL(url, location.href).origin === location.origin;

async function tried(url) {
  try {
    const options = { cache: "no-store", credentials: "omit", redirect: "manual" };
    const response = await fetch(url, options);
    const reason = response.headers.get("X-Secure-Token-Reason");
    return response.type === "opaqueredirect"
      ? "The server answered with a redirect."
      : `The server answered ${response.status}${reason ? ` ${reason}` : ""}.`;
  } catch (error) {
    return `The server did not answer: ${error.message}.`;
  }
}
