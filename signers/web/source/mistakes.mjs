// Looks for what the signer did instead: of every part there is a list of ways, the right one first, and the
// combination with the fewest mistakes is named. A digest has 128 bits or more: what fits is what was done.

import { blocksOf, concat, macOf } from "./hash.mjs";
import { bytesOf, chosenParts, messagePieces, pathPart } from "./values.mjs";
import { addresses, expiries, paths, secrets } from "./ways.mjs";
import { messages } from "./messages.mjs";

// As many as the command looks for.
const MOST_AT_ONCE = 2;
// Blocks that are hashed in about a second. When so many are, nobody waits for more of the mistakes that come in pairs.
const MOST_BLOCKS = 200_000;

/**
 * `values`: of the parts, as judge has them. `given`: the address that was typed. Returns the mistakes, { id, what }
 * each, and the message that was hashed, as messagePieces has it. Undefined where nothing fits.
 */
export async function findMistakes(link, values, secret, given, digests) {
  const { format } = link;
  const path = pathPart(format);
  const time = format.time?.event ?? "expires";
  const ways = [secrets(secret, format), paths(link, values), expiries(link), addresses(values.client_ip, given, format.isClaimed)];
  const mayHaveAddress = ways[3].some(({ value }) => value.length > 0);
  const lists = ways.map(withoutRepetitions);
  const all = withoutRepetitions(messages(link, values, mayHaveAddress));
  const macs = new Map();
  for (const isKeyed of [true, false]) macs.set(isKeyed, await macOf({ ...format.digest, isKeyed }));
  const pause = new Pause();
  let blocks = 0;
  for (let mistakes = 0; mistakes <= MOST_AT_ONCE; mistakes++) {
    for (const { value: { parts, isKeyed }, mistake } of all) {
      for (const choices of combinations(lists, mistake ? mistakes - 1 : mistakes)) {
        if (pause.isDue()) await pause.take();
        const [secretBytes, signed, text, client] = choices.map(({ value }) => value);
        const chosen = { ...values, secret: secretBytes, [path]: signed, [time]: text, client_ip: client };
        const bytes = textOf(parts, chosen);
        const made = macs.get(isKeyed)(secretBytes, bytes);
        const written = digests.find((digest) => isSame(digest.bytes, made));
        if (written) {
          const found = [mistake, ...choices.map((choice) => choice.mistake), written.id && written].filter(Boolean);
          return { mistakes: found.map(({ id, what }) => ({ id, what })), message: messagePieces(parts, chosen) };
        }
        blocks += blocksOf({ ...format.digest, isKeyed }, bytes.length);
        if (blocks > MOST_BLOCKS && mistakes > 1) return undefined;
      }
    }
  }
  return undefined;
}

// A search takes a second or two, in which the page has to stay alive.
class Pause {
  #since = Date.now();

  isDue = () => Date.now() - this.#since > 200;

  async take() {
    await new Promise((resolve) => { setTimeout(resolve); });
    this.#since = Date.now();
  }
}

const textOf = (parts, values) => concat(chosenParts(parts, values).map((part) => bytesOf(part, values)));

const isSame = (one, other) => one[0] === other[0] && one[1] === other[1] && String(one) === String(other);

// The choices, one out of each list, of which so many are not right.
function* combinations([list, ...rest], mistakes) {
  if (mistakes < 0) return;
  if (list === undefined) {
    if (mistakes === 0) yield [];
    return;
  }
  for (const choice of list) {
    for (const others of combinations(rest, choice.mistake ? mistakes - 1 : mistakes)) yield [choice, ...others];
  }
}

function withoutRepetitions(list) {
  const seen = new Map();
  for (const choice of list) {
    const key = choice.value instanceof Uint8Array ? String(choice.value) : JSON.stringify(choice.value);
    if (!seen.has(key)) seen.set(key, choice);
  }
  return [...seen.values()];
}
