// An origin of low-latency HLS: a stream whose segments are told of in parts, while they come into being. Answers
// a request for a playlist or a part that is yet to be (`_HLS_msn`, `_HLS_part`, EXT-X-PRELOAD-HINT) once it is there.
//
// usage: node t/lib/low-latency.mjs PORT DIRECTORY     (init.mp4 and 0.m4s, 1.m4s, ...: parts of half a second)
//
// Answers whatever stands before the last slash. Of the parts there are it begins again when they are over.

import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";

const [port, directory] = process.argv.slice(2);
const LENGTH = 0.5;
const PARTS = 4;
const WINDOW = 4;

const read = (name) => readFileSync(`${directory}/${name}`);
const files = readdirSync(directory).filter((name) => /^\d+\.m4s$/.test(name)).length;
const begun = Date.now() - 3 * PARTS * LENGTH * 1000;
const there = () => Math.min(files, Math.floor((Date.now() - begun) / 1000 / LENGTH));

function playlist() {
  const parts = there();
  const whole = Math.floor(parts / PARTS);
  const first = Math.max(0, whole - WINDOW);
  const lines = [
    "#EXTM3U", "#EXT-X-VERSION:9", `#EXT-X-TARGETDURATION:${PARTS * LENGTH}`, `#EXT-X-MEDIA-SEQUENCE:${first}`,
    `#EXT-X-PART-INF:PART-TARGET=${LENGTH}`,
    `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${3 * LENGTH}`, '#EXT-X-MAP:URI="init.mp4"',
  ];
  for (let segment = first; segment * PARTS < parts; segment++) {
    for (let part = segment * PARTS; part < Math.min(parts, (segment + 1) * PARTS); part++) {
      lines.push(`#EXT-X-PART:DURATION=${LENGTH},URI="part${part}.m4s",INDEPENDENT=YES`);
    }
    if (segment < whole) lines.push(`#EXTINF:${PARTS * LENGTH},`, `segment${segment}.m4s`);
  }
  lines.push(parts < files ? `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part${parts}.m4s"` : "#EXT-X-ENDLIST", "");
  return lines.join("\n");
}

// How many parts have to be there before the answer, and what it is.
function wanted(name, query) {
  const [, kind, number] = /^(part|segment)?(\d+)?/.exec(name);
  const first = Number(number) * (kind === "segment" ? PARTS : 1);
  const count = kind === "segment" ? PARTS : 1;
  const all = Array.from({ length: count }, (_, i) => `${first + i}.m4s`);
  if (kind) return { after: first + count, type: "video/mp4", body: () => Buffer.concat(all.map(read)) };
  if (name === "init.mp4") return { after: 0, type: "video/mp4", body: () => read(name) };
  if (name !== "all.m3u8") return undefined;
  const after = Number(query.get("_HLS_msn") ?? 0) * PARTS + Number(query.get("_HLS_part") ?? (query.has("_HLS_msn") ? PARTS : 0));
  return { after: after + query.has("_HLS_part"), type: "application/vnd.apple.mpegurl", body: playlist };
}

createServer(async ({ url }, response) => {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const answer = wanted(pathname.replace(/.*\//, ""), searchParams);
  if (!answer || answer.after > files) {
    response.writeHead(404).end();
    return;
  }
  while (there() < answer.after) await new Promise((resolve) => setTimeout(resolve, 20));
  response.writeHead(200, { "Content-Type": answer.type, "Cache-Control": "no-cache" });
  response.end(answer.body());
}).listen(port, "127.0.0.1");

// Not for ever, where nobody stops it.
setTimeout(() => process.exit(1), 600_000);
