// Evaluates JavaScript in which `signer` is signers/javascript/secure_token.mjs, `explain` that of the lab and
// `lab` what else there is in it: one line of JSON for one line of JSON.
//
//   {"js":EXPRESSION,"with":VALUE}     its value; the expression may wait, and VALUE is `given` there

import { createInterface } from "node:readline";

import * as signer from "../../signers/javascript/secure_token.mjs";
import { bestOf, explain } from "../../signers/web/source/explain.mjs";
import { readLinks } from "../../signers/web/source/link.mjs";
import { formatOf, ownFormat } from "../../signers/web/source/schemes.mjs";
import { signLink } from "../../signers/web/source/sign.mjs";
import { judge } from "../../signers/web/source/verdict.mjs";

const lab = { bestOf, readLinks, formatOf, ownFormat, judge, signLink };
const AsyncFunction = (async () => {}).constructor;

for await (const line of createInterface({ input: process.stdin })) {
  const { js, with: given } = JSON.parse(line);
  let answer;
  try {
    const evaluate = new AsyncFunction("signer", "explain", "lab", "given", `return ${js}`);
    answer = { ok: (await evaluate(signer, explain, lab, given)) ?? null };
  } catch (error) {
    answer = { error: `${error.name}: ${error.message}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
