// Starting and stopping the binary, tried on a stand-in for it.

import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { startInstance } from "./server.mjs";

const standIn = `#!${process.execPath}
const [act] = process.argv.slice(2);
if (act === "serve") {
  if (process.env.BROKEN) { console.error("no database"); process.exit(3); }
  const [host, port] = process.env.COPSE_LISTEN.split(":");
  let asked = 0;
  require("node:http").createServer((q, s) => s.writeHead(++asked > 2 ? 200 : 503).end()).listen(port, host);
} else if (act === "say") {
  process.stdin.on("data", (text) => process.stdout.write(process.env.COPSE_URL + " " + text));
} else {
  console.error("unknown command"); process.exit(2);
}
`;

describe("the binary", () => {
  let folder;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "copse-stand-in-"));
    const file = path.join(folder, "copse");
    await writeFile(file, standIn);
    await chmod(file, 0o755);
    process.env.COPSE_TEST_BIN = file;
  });
  after(() => rm(folder, { recursive: true }));

  it("is waited for, obeys commands and leaves nothing behind", async () => {
    const instance = await startInstance();
    assert.match(instance.origin, /^http:\/\/copse\.localhost:\d+$/);
    assert.equal(await instance.copse(["say"], "hello"), `${instance.origin} hello`);
    await assert.rejects(instance.copse(["sing"]), /unknown command/);
    await instance.halt();
    await instance.resume();
    assert.equal(await instance.copse(["say"], "again"), `${instance.origin} again`);
    await instance.stop();
    await assert.rejects(stat(instance.folder), /ENOENT/);
  });

  it("tells why it did not start", async () => {
    await assert.rejects(startInstance({ env: { BROKEN: "1" } }), /ended with 3 .*\n.*no database/);
  });
});
