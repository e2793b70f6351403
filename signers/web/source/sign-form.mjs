// The form that signs.

import { addressText, azion, DIGESTS, digestMessage, ectoken, ectokenText, gcore, percentDecode, RESTRICTIONS, SigningError, splitUrl, toBytes } from "../../javascript/secure_token.mjs";
import { answer, expiryRows, h, inText, messageParts, rows, secretField, titled } from "./dom.mjs";

const SIGN = { azion, gcore, ectoken };

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

  // What belongs to another scheme or to another way to say the lifetime is not there.
  const adapt = () => {
    const chosen = [elements.scheme.value, elements.lifetime.value];
    for (const part of form.querySelectorAll("[data-for]")) {
      part.hidden = !part.dataset.for.split(" ").some((name) => chosen.includes(name));
      // What cannot be seen must not keep the form from being sent.
      for (const field of part.querySelectorAll("input, select")) field.disabled = part.hidden;
    }
    const names = DIGESTS[elements.scheme.value];
    elements.tokenParam.placeholder = names?.token ?? "none";
    elements.expiresParam.placeholder = names?.expires ?? "";
  };
  form.addEventListener("change", adapt);
  adapt();

  answer(section, async (now) => {
    const { scheme, url, secret, clientIp } = elements;
    const options = optionsOf(elements);
    const expires = expiryOfForm(elements, now);
    const signed = await SIGN[scheme.value](url.value.trim(), secret.value, expires, options);
    return [
      signedLink(signed, () => explainLink(signed, secret.value, scheme.value === "gcore" ? clientIp.value : "", elements)),
      titled("Expires", rows(expiryRows(expires, now))),
      whatWasSigned(scheme.value, url.value.trim(), expires, options),
    ];
  });
}

function optionsOf(elements) {
  const scheme = elements.scheme.value;
  const names = { azion: ["path", "tokenParam", "expiresParam"], gcore: ["path", "tokenParam", "expiresParam", "clientIp"], ectoken: ["path"] };
  const filled = (names) => names.filter((name) => elements[name].value.trim() !== "")
    .map((name) => [name, elements[name].value.trim()]);
  const options = Object.fromEntries(filled(names[scheme]));
  if (scheme === "ectoken") {
    if (elements.tokenParam.value.trim()) options.param = elements.tokenParam.value.trim();
    options.claims = Object.fromEntries(filled(Object.keys(RESTRICTIONS)));
  }
  return options;
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

function whatWasSigned(scheme, url, expires, { path, clientIp, claims }) {
  const signed = path === undefined ? percentDecode(splitUrl(url).path) : toBytes(path);
  if (scheme === "ectoken") {
    return titled("What was encrypted", h("span", { className: "bytes" }, inText(ectokenText(signed, expires, claims))));
  }
  const address = clientIp === undefined ? "" : addressText(clientIp);
  const message = digestMessage(scheme, { secret: "secret", path: signed, expires: String(expires), clientIp: address });
  return titled("What went into MD5", messageParts(message));
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
