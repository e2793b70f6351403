// Which of the two forms is shown, and what a link to this page may fill in.

import { saltWord } from "./akamai.mjs";
import { explainForm } from "./explain-form.mjs";
import { signForm } from "./sign-form.mjs";

const sections = { sign: document.getElementById("sign"), explain: document.getElementById("explain") };

function show(name) {
  for (const [other, section] of Object.entries(sections)) section.hidden = other !== name;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${name}`) link.ariaCurrent = "page";
    else link.ariaCurrent = null;
  }
}

// A path alone is meant on the server that this page is from.
const here = (url) => (/^\/(?!\/)/.test(url) && location.protocol.startsWith("http") ? location.origin + url : url);

// #sign or #explain, and with them &scheme=…&url=…&clientIp=…, or scheme=own and a format; never a secret.
function follow() {
  const [name, ...rest] = location.hash.slice(1).split("&");
  const chosen = name in sections ? name : "sign";
  show(chosen);
  const { elements } = sections[chosen].querySelector("form");
  for (const [field, value] of new URLSearchParams(rest.join("&"))) {
    if (["scheme", "link", "digest", "message", "options", "url", "clientIp"].includes(field)) elements[field].value = field === "url" ? here(value) : value;
  }
  elements.scheme[0].dispatchEvent(new Event("change", { bubbles: true }));
}

const explainLink = explainForm(sections.explain);
signForm(sections.sign, (url, secret, clientIp, signed) => {
  location.hash = "explain";
  show("explain");
  explainLink({
    url, secret, clientIp, scheme: signed.scheme.value, path: signed.path.disabled ? "" : signed.path.value,
    words: saltWord(signed["claim-salt"]?.value), token: signed.tokenParam.value, expires: signed.expiresParam.value, ttl: signed.ttl.value,
    ...Object.fromEntries(["link", "digest", "message", "options"].map((name) => [name, signed[name].value])),
    ...Object.fromEntries([...signed].filter(({ name }) => name.startsWith("variable-")).map(({ name, value }) => [name, value])),
  });
  sections.explain.querySelector("textarea").focus();
});
addEventListener("hashchange", follow);
follow();
