// The form that signs.

import { digestMessage, ectokenText, messageFields, percentDecode, RESTRICTIONS, SCHEMES, sign, SigningError, splitUrl, toBytes } from "../../javascript/secure_token.mjs";
import { FACTS } from "./facts.mjs";
import { isSealed, parametersOf } from "./link.mjs";
import { answer, expiryRows, h, inText, messageParts, rows, secretField, titled } from "./dom.mjs";

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

  const choice = form.querySelector(".schemes");
  choice.append(...Object.entries(FACTS).map(([name, { title }], index) =>
    h("label", { title }, h("input", { type: "radio", name: "scheme", value: name, checked: index === 0 }), name)));

  // What belongs to another scheme or to another way to say the lifetime is not there.
  const adapt = () => {
    const chosen = [elements.lifetime.value, ...traitsOf(elements.scheme.value)];
    for (const part of form.querySelectorAll("[data-for]")) {
      part.hidden = !part.dataset.for.split(" ").some((name) => chosen.includes(name));
      // What cannot be seen must not keep the form from being sent.
      for (const field of part.querySelectorAll("input, select")) field.disabled = part.hidden;
    }
    const names = parametersOf(elements.scheme.value);
    elements.tokenParam.placeholder = names.token?.name ?? "none";
    elements.expiresParam.placeholder = names.expires?.name ?? "";
  };
  form.addEventListener("change", adapt);
  adapt();

  answer(section, async (now) => {
    const { scheme, url, secret, clientIp } = elements;
    const options = optionsOf(elements);
    const expires = expiryOfForm(elements, now);
    const signed = await sign(scheme.value, url.value.trim(), secret.value, expires, options);
    return [
      signedLink(signed, () => explainLink(signed, secret.value, clientIp.disabled ? "" : clientIp.value, elements)),
      titled("Expires", rows(expiryRows(expires, now))),
      whatWasSigned(scheme.value, url.value.trim(), secret.value, expires, options),
    ];
  });
}

// What a scheme has, for the parts of the form that are for it.
function traitsOf(scheme) {
  const names = parametersOf(scheme);
  return [
    isSealed(scheme) && "claims",
    (isSealed(scheme) || names.token) && "tokenParam",
    names.expires && "expiresParam",
    SCHEMES[scheme]?.message.includes("{client_ip}") && "clientIp",
    SCHEMES[scheme]?.lifetime && "ttl",
  ].filter(Boolean);
}

function optionsOf(elements) {
  const filled = (names) => names.filter((name) => !elements[name].disabled && elements[name].value.trim() !== "")
    .map((name) => [name, elements[name].value.trim()]);
  const options = Object.fromEntries(filled(["path", "tokenParam", "expiresParam", "clientIp"]));
  if (!elements.ttl.disabled && elements.ttl.value !== "") options.lifetime = Number(elements.ttl.value);
  if (!isSealed(elements.scheme.value)) return options;
  const { tokenParam: param, ...others } = options;
  return { ...others, ...(param && { param }), claims: Object.fromEntries(filled(Object.keys(RESTRICTIONS))) };
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

function whatWasSigned(scheme, url, secret, expires, options) {
  if (isSealed(scheme)) {
    const { path, claims } = options;
    const signed = path === undefined ? percentDecode(splitUrl(url).path) : toBytes(path);
    return titled("What was encrypted", h("span", { className: "bytes" }, inText(ectokenText(signed, expires, claims))));
  }
  const fields = { ...messageFields(scheme, url, secret, expires, options), secret: "secret" };
  return titled("What was hashed", messageParts(digestMessage(scheme, fields)));
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
