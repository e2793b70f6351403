// SHA-256, SHA-384 and SHA-512 (FIPS 180-4), which browsers have as well, but only for those who wait: too slow for a
// search.

// The square and cube roots of the first primes, of which the digits behind the point are constants there.
const PRIMES = Array.from({ length: 408 }, (_, n) => n + 2).filter((n, at, all) => all.slice(0, at).every((less) => n % less > 0)).slice(0, 80);

function rootOf(power, number) {
  const wanted = BigInt(number) << BigInt(64 * power);
  let root = 0n;
  for (let bit = 1n << 69n; bit > 0n; bit >>= 1n) {
    if ((root + bit) ** BigInt(power) <= wanted) root += bit;
  }
  return BigInt.asUintN(64, root);
}

// As pairs of 32 bits.
const halves = (numbers) => Int32Array.from(numbers.flatMap((number) => [Number(number >> 32n) | 0, Number(number & 0xffffffffn) | 0]));
const cubeRoots = halves(PRIMES.map((prime) => rootOf(3, prime)));
const squareRoots = halves(PRIMES.slice(0, 16).map((prime) => rootOf(2, prime)));
const everySecond = (pairs) => pairs.filter((_, at) => at % 2 === 0);
const ROUNDS_OF_256 = everySecond(cubeRoots).slice(0, 64);
const START_OF_256 = everySecond(squareRoots).slice(0, 8);

/** The 32 bytes of the digest. */
export function sha256(bytes) {
  const view = paddedView(bytes, 64);
  const state = START_OF_256.slice();
  const words = new Int32Array(64);
  const turn = (word, by) => (word >>> by) | (word << (32 - by));
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(block + 4 * i);
    for (let i = 16; i < 64; i++) {
      const [before, behind] = [words[i - 15], words[i - 2]];
      words[i] = words[i - 16] + (turn(before, 7) ^ turn(before, 18) ^ (before >>> 3)) + words[i - 7] +
        (turn(behind, 17) ^ turn(behind, 19) ^ (behind >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS_OF_256[i] + words[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] += word; });
  }
  return wordsAsBytes(state);
}

// With a bit behind it, zeros, and the length in bits.
function paddedView(bytes, size) {
  const padded = new Uint8Array(Math.ceil((bytes.length + 1 + size / 8) / size) * size);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, bytes.length * 8);
  return view;
}

function wordsAsBytes(words) {
  const view = new DataView(new ArrayBuffer(4 * words.length));
  words.forEach((word, i) => view.setInt32(4 * i, word));
  return new Uint8Array(view.buffer);
}

/** The 64 bytes of the digest. */
export const sha512 = (bytes) => longDigest(bytes, squareRoots.slice(0, 16));

/** The 48 bytes of the digest, which begins with the next eight primes. */
export const sha384 = (bytes) => longDigest(bytes, squareRoots.slice(16)).slice(0, 48);

// Numbers of 64 bits stand in two of 32, the higher one first.
function longDigest(bytes, state) {
  const view = paddedView(bytes, 128);
  const words = new Int32Array(160);
  for (let block = 0; block < view.byteLength; block += 128) {
    for (let i = 0; i < 32; i++) words[i] = view.getInt32(block + 4 * i);
    for (let i = 32; i < 160; i += 2) {
      const [high, low] = [words[i - 30], words[i - 29]];
      const [higher, lower] = [words[i - 4], words[i - 3]];
      put(words, i, [
        words[i - 32], words[i - 31], words[i - 14], words[i - 13],
        turned(high, low, 1) ^ turned(high, low, 8) ^ (high >>> 7), turned(low, high, 1) ^ turned(low, high, 8) ^ shifted(high, low, 7),
        turned(higher, lower, 19) ^ turned(lower, higher, 29) ^ (higher >>> 6),
        turned(lower, higher, 19) ^ turned(higher, lower, 29) ^ shifted(higher, lower, 6),
      ]);
    }
    const work = state.slice();
    for (let i = 0; i < 160; i += 2) longRound(work, words, i);
    for (let i = 0; i < 16; i += 2) put(state, i, [state[i], state[i + 1], work[i], work[i + 1]]);
  }
  return wordsAsBytes(state);
}

// One half of a number that is turned to the right: the other half comes first for more than 32 bits.
const turned = (high, low, by) => (high >>> by) | (low << (32 - by));
const shifted = (high, low, by) => (low >>> by) | (high << (32 - by));

// The sum of numbers.
function put(list, at, terms) {
  let [high, low] = [0, 0];
  for (let i = 0; i < terms.length; i += 2) {
    high += terms[i] >>> 0;
    low += terms[i + 1] >>> 0;
  }
  list[at] = high + Math.floor(low / 2 ** 32);
  list[at + 1] = low;
}

function longRound(work, words, i) {
  const [a, aLow, b, bLow, c, cLow] = work;
  const [e, eLow, f, fLow, g, gLow] = work.slice(8);
  const first = new Int32Array(2);
  put(first, 0, [
    work[14], work[15], cubeRoots[i], cubeRoots[i + 1], words[i], words[i + 1],
    turned(e, eLow, 14) ^ turned(e, eLow, 18) ^ turned(eLow, e, 9), turned(eLow, e, 14) ^ turned(eLow, e, 18) ^ turned(e, eLow, 9),
    (e & f) ^ (~e & g), (eLow & fLow) ^ (~eLow & gLow),
  ]);
  const second = [
    turned(a, aLow, 28) ^ turned(aLow, a, 2) ^ turned(aLow, a, 7), turned(aLow, a, 28) ^ turned(a, aLow, 2) ^ turned(a, aLow, 7),
    (a & b) ^ (a & c) ^ (b & c), (aLow & bLow) ^ (aLow & cLow) ^ (bLow & cLow),
  ];
  work.copyWithin(2, 0, 14);
  put(work, 8, [work[8], work[9], ...first]);
  put(work, 0, [...first, ...second]);
}
