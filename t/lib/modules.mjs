// Evaluates JavaScript in which `signer` is signers/javascript/secure_token.mjs and `explain` that of
// the lab: one line of JSON for one line of JSON.
//
//   {"js":EXPRESSION,"with":VALUE}     its value; the expression may wait, and VALUE is `given` there

import { createInterface } from "node:readline";

import * as signer from "../../signers/javascript/secure_token.mjs";
import { explain } from "../../signers/web/source/explain.mjs";

const AsyncFunction = (async () => {}).constructor;

for await (const line of createInterface({ input: process.stdin })) {
  const { js, with: given } = JSON.parse(line);
  let answer;
  try {
    const evaluate = new AsyncFunction("signer", "explain", "given", `return ${js}`);
    answer = { ok: (await evaluate(signer, explain, given)) ?? null };
  } catch (error) {
    answer = { error: `${error.name}: ${error.message}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
