// Drives a headless Chromium for a test: reads requests from standard input and answers each on
// standard output, one line of JSON for one line of JSON.
//
// usage: node t/lib/browser.mjs CHROMIUM [PREFERENCES]     (JSON, as in a profile of Chromium's)
//
//   {"do":"open","url":URL}            go there and wait until it is loaded
//   {"do":"eval","js":EXPRESSION}      its value; promises are waited for
//   {"do":"wait","js":EXPRESSION}      wait until it is true
//   {"do":"click","at":SELECTOR}       with the mouse
//   {"do":"type","text":TEXT}          into what has the focus
//   {"do":"press","key":KEY}           Tab, Shift+Tab, Enter, Space, ArrowRight
//   {"do":"size","width":W,"height":H} of the window; narrow ones are phones
//   {"do":"dark","on":BOOLEAN}
//   {"do":"shot","file":NAME}          a picture of the whole page
//   {"do":"seen"}                      requests and errors since the last time
//
// It talks to Chromium through pipes, which needs no port and no WebSocket.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const profile = mkdtempSync(join(tmpdir(), "secure-token-browser-"));
if (process.argv[3]) {
  mkdirSync(join(profile, "Default"));
  writeFileSync(join(profile, "Default", "Preferences"), process.argv[3]);
}
const chromium = spawn(process.argv[2], [
  "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions",
  "--disable-component-update", "--disable-background-networking", "--no-proxy-server",
  "--hide-scrollbars", "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank",
], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
const [, , , toChromium, fromChromium] = chromium.stdio;
process.on("SIGTERM", () => process.exit(1));
chromium.on("error", (error) => {
  process.stderr.write(`browser: ${error.message}\n`);
  process.exit(1);
});
let status = 1;
chromium.on("exit", () => process.exit(status));
process.on("exit", () => {
  chromium.kill("SIGKILL");
  try {
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  } catch {
    // A process of Chromium's was still writing. It is a temporary directory.
  }
});

// ---- Chromium's protocol: JSON, each message ended by a NUL.

const waiting = new Map();
const listeners = new Set();
let lastId = 0;
let session;
let unread = Buffer.alloc(0);

fromChromium.on("data", (data) => {
  unread = Buffer.concat([unread, data]);
  for (let end; (end = unread.indexOf(0)) >= 0; unread = unread.subarray(end + 1)) {
    const message = JSON.parse(unread.subarray(0, end));
    const answer = waiting.get(message.id);
    waiting.delete(message.id);
    if (!answer) listeners.forEach((listen) => listen(message));
    else if (message.error) answer.reject(new Error(message.error.message));
    else answer.resolve(message.result);
  }
});

function call(method, params = {}) {
  const id = ++lastId;
  toChromium.write(`${JSON.stringify({ id, method, params, sessionId: session })}\0`);
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

const event = (method) => new Promise((resolve) => {
  listeners.add(function listen(message) {
    if (message.method !== method) return;
    listeners.delete(listen);
    resolve(message.params);
  });
});

// ---- What the page does

let seen = { requests: [], errors: [] };

listeners.add(({ method, params }) => {
  if (method === "Network.requestWillBeSent") seen.requests.push(params.request.url);
  if (method === "Runtime.exceptionThrown") {
    const { exception, text } = params.exceptionDetails;
    seen.errors.push(exception?.description ?? text);
  }
  if (method === "Log.entryAdded" && params.entry.level === "error") seen.errors.push(params.entry.text);
  if (method === "Runtime.consoleAPICalled" && ["error", "assert"].includes(params.type)) {
    seen.errors.push(params.args.map(({ value, description }) => value ?? description).join(" "));
  }
});

async function evaluate(expression) {
  const options = { expression, awaitPromise: true, returnByValue: true, userGesture: true };
  const { result, exceptionDetails } = await call("Runtime.evaluate", options);
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
}

const KEYS = { Tab: [9], Enter: [13, "\r"], Space: [32, " "], ArrowRight: [39] };

const work = {
  async open({ url }) {
    const loaded = event("Page.loadEventFired");
    // A change of the hash alone loads nothing.
    const { loaderId, errorText } = await call("Page.navigate", { url });
    if (errorText) throw new Error(errorText);
    if (loaderId) await loaded;
  },
  eval: ({ js }) => evaluate(js),
  async wait({ js }) {
    for (let tries = 0; tries < 600; tries++) {
      if (await evaluate(`Boolean(${js})`)) return true;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return false;
  },
  async click({ at }) {
    const [x, y] = await evaluate(`(() => {
      const element = document.querySelector(${JSON.stringify(at)});
      element.scrollIntoView({ block: "center" });
      const { x, y, width, height } = element.getBoundingClientRect();
      return [x + width / 2, y + height / 2];
    })()`);
    for (const type of ["mousePressed", "mouseReleased"]) {
      await call("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
    }
  },
  type: ({ text }) => call("Input.insertText", { text }),
  async press({ key }) {
    const [, shift, name] = /^(Shift\+)?(.*)$/.exec(key);
    const [windowsVirtualKeyCode, text] = KEYS[name];
    const params = { key: text === " " ? " " : name, code: name, windowsVirtualKeyCode, modifiers: shift ? 8 : 0 };
    await call("Input.dispatchKeyEvent", { ...params, type: "keyDown", text });
    await call("Input.dispatchKeyEvent", { ...params, type: "keyUp" });
  },
  size: ({ width, height }) =>
    call("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 600 }),
  dark: ({ on }) =>
    call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: on ? "dark" : "light" }] }),
  async shot({ file }) {
    const { data } = await call("Page.captureScreenshot", { captureBeyondViewport: true });
    writeFileSync(file, Buffer.from(data, "base64"));
  },
  seen() {
    const all = seen;
    seen = { requests: [], errors: [] };
    return all;
  },
};

const { targetId } = await call("Target.createTarget", { url: "about:blank" });
({ sessionId: session } = await call("Target.attachToTarget", { targetId, flatten: true }));
for (const domain of ["Page", "Runtime", "Log", "Network"]) await call(`${domain}.enable`);

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = { ok: (await work[request.do](request)) ?? null };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
status = 0;
session = undefined;
call("Browser.close");
