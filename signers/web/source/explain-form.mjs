// The form that explains a link, and how what was found is shown.

import { toBytes } from "../../javascript/secure_token.mjs";
import { fromLatin1 } from "./bytes.mjs";
import { answer, expiryRows, h, inText, messageParts, rows, secretField, titled } from "./dom.mjs";
import { explain } from "./explain.mjs";
import { REASONS } from "./facts.mjs";
import { formatForm, showFields, variableFields, writtenIn } from "./format-form.mjs";

/** Brings the form to life. Returns how a link is put into it. */
export function explainForm(section) {
  const form = section.querySelector("form");
  const { elements } = form;
  const list = section.querySelector(".secrets");
  const addSecret = () => list.append(secretField(list.children.length === 0 ? "Secret" : `Secret ${list.children.length + 1}`));
  addSecret();
  const open = section.querySelector(".open");
  formatForm(form, (chosen) => showFields(open, variableFields(chosen)));
  elements.scheme.dispatchEvent(new Event("change", { bubbles: true }));
  elements.add.addEventListener("click", () => {
    addSecret();
    list.lastElementChild.querySelector("input").focus();
  });
  // There is no second line in a link.
  elements.url.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });

  answer(section, async (now) => {
    const value = (name) => elements[name].value.trim();
    const names = ["clientIp", "country", "referrer", "scheme", "words", "path", "token", "expires"];
    const found = await explain(elements.url.value, {
      ...Object.fromEntries(names.map((name) => [name, value(name)])),
      secrets: [...list.querySelectorAll("input")].map((input) => input.value).filter((secret) => secret !== ""),
      format: Object.fromEntries(["link", "digest", "message", "options"].map((name) => [name, value(name)])),
      variables: writtenIn(open, "variable-"),
      skew: Number(value("skew")),
      lifetime: Number(value("ttl")),
      now,
    });
    return report(found, now);
  });

  return (values) => {
    form.reset();
    while (list.children.length > 1) list.lastElementChild.remove();
    const { scheme, link, digest, message, options, ...others } = values;
    Object.assign(elements.scheme, { value: scheme });
    for (const [name, text] of Object.entries({ link, digest, message, options })) elements[name].value = text;
    // What else there is to say is up to them.
    elements.scheme.dispatchEvent(new Event("change", { bubbles: true }));
    for (const [name, text] of Object.entries(others)) {
      if (name === "secret") list.querySelector("input").value = text;
      else elements[name].value = text;
    }
    form.requestSubmit();
  };
}

function report(found, now) {
  const { link, mistakes, expires, message, signed, claims, visit } = found;
  return [
    verdict(found),
    mistakes.length > 0 && titled(found.reason === "" ? "But look at this" : "What is wrong", h("ul", { className: "findings" },
      mistakes.map(({ what, instead }) => h("li", {}, instead ? [h("b", {}, what), h("span", {}, instead)] : what)))),
    titled("What the link says", rows(linkRows(link))),
    expires && titled("Expires", rows(expiryRows(expires, now))),
    message && titled("What is hashed", messageParts(message)),
    signed && titled("What the signer hashed", messageParts(signed)),
    message && titled("Token", rows(tokenRows(found))),
    claims && titled("What the token says", claimList(claims, visit)),
  ].filter(Boolean);
}

function verdict({ reason, fits, ask, mistakes, computed, hint, late }) {
  const show = (className, title, ...texts) =>
    h("div", { className: `verdict ${className}` }, h("h2", {}, title), texts.filter(Boolean).map((words) => h("p", {}, words)));
  if (reason === undefined) return show("unknown", "Not checked", "Give the secret to find out whether it opens.");
  const which = fits > 0 ? `Secret ${fits + 1} fits.` : "";
  if (reason === "" && ask.length > 0) {
    return show("late", "It depends", `The secret fits. Give the ${ask.join(", the ")} to find out whether it opens.`, which);
  }
  if (reason === "") {
    return show("yes", "It opens", which || `The secret fits${late ? "." : ", and it is in time."}`,
      late && "Its time is over: only the clock skew lets it in.");
  }
  const unexplained = reason === "signature" && mistakes.length === 0;
  return show(reason === "expired" ? "late" : "no", ["Refused: ", h("code", {}, reason)], sentence(REASONS[reason]),
    unexplained && (computed ? `None of the usual mistakes gives this token. Look at the secret and at whether the link was altered after it was signed.${
      hint ? ` ${hint}` : ""}`
      : "None of the usual mistakes fits. Look at the secret, and at whether the link was altered."), which);
}

const isSigned = ({ format }) => format?.message.some(({ name }) => ["uri:raw", "args", "args:sorted"].includes(name));
const sentence = (summary) => `${summary[0].toUpperCase()}${summary.slice(1)}.`;

function linkRows(link) {
  const code = (value) => h("code", {}, value);
  const decoded = inText(fromLatin1(link.path));
  return [
    ["scheme", link.scheme ? code(link.scheme) : "not recognised"],
    link.origin && ["host", code(link.origin)],
    ["path", code(link.rawPath)],
    decoded !== link.rawPath && ["checked as", code(decoded)],
    link.token && [link.tokenName || link.format?.carrier === "path" ? "token" : "token, bare", [link.tokenName && code(`${link.tokenName} `), code(link.token)]],
    link.expires !== undefined && [link.format?.time?.event === "time" ? "issued" : "expiry", [link.expiresName && code(`${link.expiresName} `), code(link.expires)]],
    ...(link.format?.fields ?? []).filter(({ name, kind }) => kind !== "unsent" && link.fields[name]).map(({ name }) => [`{${name}}`, code(link.fields[name])]),
    link.others?.length > 0 && [isSigned(link) ? "signed with it" : "not signed", code(link.others.join("&"))],
  ].filter(Boolean);
}

const tokenRows = ({ link, computed, fits }) => [
  ["in the link", h("code", {}, link.token)],
  computed ? ["computed", h("code", { className: fits >= 0 ? "yes" : "no" }, computed)] : ["computed", "no secret was given"],
];

// What it is that does not meet a claim.
const VISITS = {
  url: ({ path }) => `path is ${path}`,
  client_ip: ({ client }) => `client is ${client}`,
  country: ({ country }) => `country is ${country.toUpperCase()}`,
  referrer: ({ referrer }) => (referrer === "" ? "visitor comes from no page" : `visitor comes from ${referrer}`),
  host: ({ host }) => `host is ${host}`,
  protocol: ({ protocol }) => `protocol is ${protocol}`,
};

const claimList = (claims, visit) => h("div", { className: "claims" },
  claims.map(({ name, value, words, fits, reason, ask }) => h("div", {},
    h("code", {}, inText(toBytes(`${name}=${value}`))), h("p", {}, words,
      fits === false && VISITS[reason] && h("b", { className: "no" }, ` Not met: the ${VISITS[reason](visit)}.`),
      fits === undefined && h("b", { className: "late" }, ` Give the ${ask} to find out.`)))));
