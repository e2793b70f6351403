// Schemes whose tokens are a digest of claims, which may be read in the link: akamai and bunny.

import { akamai, bunny } from "../../javascript/secure_token.mjs";
import { readAkamai } from "./akamai.mjs";
import { readBunny } from "./bunny.mjs";
import { judge } from "./verdict.mjs";

/** How the links of each are read and signed. */
export const SIGNED = {
  akamai: { read: readAkamai, sign: akamai, looksLike: (path, pieces, { token = "hdnts" }) =>
    pieces.some(({ name, value }) => name === (token || "hdnts") && value !== "" || /~hmac(?:=|%3d)[0-9a-f]{32,}$/i.test(value)) },
  bunny: { read: readBunny, sign: bunny, looksLike: (path, pieces) =>
    path.startsWith("/bcdn_token=") || pieces.some(({ name, value }) => /^HS256-/.test(value) || (name === "token" && /^[\w-]{43}=?$/.test(value))) },
};

// In which the module looks at claims.
const ORDER = ["lifetime", "malformed", "url", "client_ip", "country"];

/** What the module decides about a link, as judge has it; with what it claims: claims, and when it expires. */
export async function judgeLink(link, visit) {
  const judged = await judge(link.format, link, visit);
  const isForUnknown = judged.reason === "signature" && link.format.isClaimed && link.format.clientIp !== "never" && visit.address === undefined;
  if (isForUnknown) judged.reason = "client_ip";
  if (!link.demands || !link.isFound) return judged;
  const { now, skew = 0 } = visit;
  const { claims, unread, expires = judged.expires, sentTime = link.expires } = link.demands({ ...visit, path: link.path, client: visit.address });
  const said = { ...judged, claims, expires, sentTime };
  if (judged.reason !== "") return said;
  const failed = claims.filter(({ fits }) => fits === false).map((claim) => claim.reason);
  const reason = unread ?? (now - skew > expires ? "expired" : undefined) ?? ORDER.find((one) => failed.includes(one)) ?? "";
  return { ...said, reason, late: reason === "" && now > expires };
}
