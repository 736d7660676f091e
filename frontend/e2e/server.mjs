// Runs the built binary (COPSE_TEST_BIN) in a folder of its own and stops it again.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";

/** The organisations of the demo, as "copse demo" starts them. */
export const demoOrigins = {
  rco: "http://rco.localhost:8081",
  health: "http://health.localhost:8082",
  agri: "http://agri.localhost:8083",
};

/** startDemo runs "copse demo" with fresh data until stop() and waits for all three. */
export async function startDemo({ args = [] } = {}) {
  const server = await start(["demo", ...args], {});
  await Promise.all(Object.values(demoOrigins).map((origin) => server.ready(origin)));
  return { ...server, origins: demoOrigins };
}

/**
 * startInstance runs one instance with an empty database under a name of this
 * machine until stop(). Its copse(args, input) runs a command against the same
 * data, for instance copse(["user", "create", "ana", "--email", "ana@example.org",
 * "--password-stdin"], "secret words"), and resolves to what the command printed.
 */
export async function startInstance({ name = "copse.localhost", env = {} } = {}) {
  const port = await freePort();
  const origin = `http://${name}:${port}`;
  const server = await start(["serve"], {
    COPSE_URL: origin,
    COPSE_LISTEN: `127.0.0.1:${port}`,
    COPSE_LOG_FORMAT: "text",
    COPSE_LAB_HTTP: "true",
    COPSE_LAB_ALLOW_NETWORKS: "127.0.0.0/8",
    ...env,
  });
  await server.ready(origin);
  return { ...server, origin };
}

function binary() {
  const bin = process.env.COPSE_TEST_BIN;
  if (!bin) throw new Error("COPSE_TEST_BIN must name the built copse binary");
  return path.resolve(bin);
}

async function start(args, env) {
  const bin = binary();
  const folder = await mkdtemp(path.join(os.tmpdir(), "copse-e2e-"));
  const options = { cwd: folder, env: { ...process.env, COPSE_DATA: path.join(folder, "data"), ...env } };
  const log = [];
  const child = spawn(bin, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => log.push(text) > 500 && log.shift());
  }
  const ended = new Promise((resolve) => {
    child.once("error", (error) => resolve(String(error)));
    child.once("exit", (code, signal) => resolve(`ended with ${code ?? signal}`));
  });
  const stop = async () => {
    if (child.exitCode == null && child.signalCode == null) child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(late);
    await rm(folder, { recursive: true, force: true });
  };
  return {
    folder,
    log,
    copse: (more, input) => run(more, input, options),
    ready: (origin) =>
      ready(origin, ended, log).catch(async (error) => {
        await stop();
        throw error;
      }),
    stop,
  };
}

async function run(args, input, options) {
  const child = spawn(binary(), args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (err += text));
  child.stdin.end(input ?? "");
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`copse ${args.join(" ")} ended with ${code}:\n${err}`);
  return out;
}

async function ready(origin, ended, log) {
  let over = "";
  void ended.then((how) => (over = how));
  const last = Date.now() + 60_000;
  while (Date.now() < last) {
    if (over !== "") throw new Error(`copse ${over} before it was ready:\n${log.join("")}`);
    if ((await status(new URL("/readyz", origin))) === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${origin} was not ready within a minute:\n${log.join("")}`);
}

// Names under .localhost are this machine to a browser, but not to every resolver.
function status(url) {
  return new Promise((resolve) => {
    const request = http.get(
      { host: "127.0.0.1", port: url.port, path: url.pathname, headers: { host: url.host }, timeout: 2000 },
      (response) => response.resume() && resolve(response.statusCode),
    );
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(0));
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
