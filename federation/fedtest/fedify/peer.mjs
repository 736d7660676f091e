// The peer's entry: reads its settings, opens two listeners on loopback and
// prints where they are. Read next: federation.mjs (what it says to other
// servers), control.mjs (what a test may ask of it), world.mjs (what it keeps).

import dns from "node:dns";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { control } from "./control.mjs";
import { buildFederation } from "./federation.mjs";
import { inboxDoor } from "./door.mjs";
import { listener } from "./web.mjs";
import { newWorld } from "./world.mjs";

/** Settings, one JSON object as the first argument; every one has a default. */
function readSettings() {
  return {
    bind: "127.0.0.1",
    host: "127.0.0.1",
    port: 0,
    cert: "",
    key: "",
    users: ["farid", "hugo"],
    software: "fedifypeer",
    version: "1.0.0",
    firstKnock: "draft-cavage-http-signatures-12",
    secure: false,
    manual: [],
    ...JSON.parse(process.argv[2] ?? "{}"),
  };
}

/** Names reserved for tests mean this machine; DNS is never asked for them. */
function keepNamesHome() {
  const ask = dns.lookup;
  dns.lookup = (name, options, done) => {
    const reserved = /(^|\.)(localhost|example|test|invalid)$/.test(name);
    return ask(reserved ? "127.0.0.1" : name, options, done);
  };
}

function listen(server, port, bind) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, bind, () => resolve(server.address().port));
  });
}

async function main() {
  const settings = readSettings();
  keepNamesHome();
  const secure = settings.cert !== "";
  const scheme = secure ? "https" : "http";

  // The origin holds the port, and the port is known only after listening.
  let door = async () => new Response(null, { status: 503 });
  const serve = listener(scheme, (request) => door(request));
  const server = secure
    ? https.createServer({ cert: readFileSync(settings.cert), key: readFileSync(settings.key) }, serve)
    : http.createServer(serve);
  const port = await listen(server, settings.port, settings.bind);
  settings.scheme = scheme;
  settings.origin = `${scheme}://${settings.host}:${port}`;

  const world = await newWorld(settings);
  const federation = buildFederation(world, settings);
  door = inboxDoor(federation, world);

  const desk = http.createServer(listener("http", control(federation, world, settings)));
  const deskPort = await listen(desk, 0, "127.0.0.1");
  console.log(JSON.stringify({ origin: settings.origin, control: `http://127.0.0.1:${deskPort}` }));

  // Whoever started the peer holds its standard input: when that ends, so does the peer.
  process.stdin.resume();
  process.stdin.on("end", () => process.exit(0));
  void federation.startQueue(world);
}

await main();
