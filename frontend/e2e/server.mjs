// Runs the built binary (COPSE_TEST_BIN) in a folder of its own and stops it again.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";

// What lets servers on this machine talk with one another over plain http.
const lab = { COPSE_LAB_HTTP: "true", COPSE_LAB_ALLOW_NETWORKS: "127.0.0.0/8" };

/**
 * startDemo runs "copse demo" with fresh data until stop(), on ports of its own,
 * and waits for all three. Its at(org) runs commands against the data of one.
 */
export async function startDemo() {
  const port = await freePorts(3);
  const origins = Object.fromEntries(["rco", "health", "agri"].map((org, n) => [org, `http://${org}.localhost:${port + n}`]));
  const server = await start(["demo", "--port", String(port)], {}, Object.values(origins));
  const at = (org) => (args, input) =>
    run(args, input, {
      cwd: server.folder,
      env: { ...surroundings(), ...lab, COPSE_URL: origins[org], COPSE_DATA: path.join(server.folder, "data", "demo", org) },
    });
  return { ...server, origins, at, host: (org) => new URL(origins[org]).host };
}

/**
 * startInstance runs one instance with an empty database under a name of this
 * machine until stop(). Its copse(args, input) runs a command against the same
 * data, for instance copse(["user", "create", "ana", "--email", "ana@example.org",
 * "--password-stdin"], "secret words"), and resolves to what the command printed.
 * halt() ends the process and keeps the data; resume() starts it again.
 */
export async function startInstance({ name = "copse.localhost", env = {} } = {}) {
  const port = await freePorts(1);
  const host = `${name}:${port}`;
  const origin = `http://${host}`;
  const settings = {
    COPSE_URL: origin,
    COPSE_LISTEN: `127.0.0.1:${port}`,
    COPSE_METRICS_LISTEN: "",
    COPSE_PDF_RENDERER: process.env.COPSE_TEST_CHROMIUM ?? "/usr/bin/chromium",
    COPSE_LOG_FORMAT: "text",
    ...lab,
    ...env,
  };
  const server = await start(["serve"], settings, [origin]);
  return { ...server, origin, host };
}

/** person makes an account and returns what signIn needs. */
export async function person(instance, handle, name, { admin = false } = {}) {
  const password = `long words of ${handle}`;
  const args = ["user", "create", handle, "--email", `${handle}@example.org`, "--name", name, "--password-stdin"];
  await instance.copse(admin ? [...args, "--admin"] : args, password);
  return { origin: instance.origin, login: handle, password };
}

// surroundings are the variables of this process without settings of a Copse that
// may run here as well.
function surroundings() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("COPSE_")));
}

function binary() {
  const bin = process.env.COPSE_TEST_BIN;
  if (!bin) throw new Error("COPSE_TEST_BIN must name the built copse binary");
  return path.resolve(bin);
}

async function start(args, env, origins) {
  const folder = await mkdtemp(path.join(os.tmpdir(), "copse-e2e-"));
  const options = { cwd: folder, env: { ...surroundings(), COPSE_DATA: path.join(folder, "data"), ...env } };
  const log = [];
  let child;
  const halt = async () => {
    const late = setTimeout(() => child.process.kill("SIGKILL"), 60_000);
    child.process.kill("SIGTERM");
    await child.ended;
    clearTimeout(late);
  };
  const stop = async () => {
    await halt();
    await rm(folder, { recursive: true, force: true });
  };
  const resume = async () => {
    child = launched(args, options, log);
    await Promise.all(origins.map((origin) => ready(origin, child.ended, log)));
  };
  await resume().catch(async (error) => {
    await stop();
    throw error;
  });
  return { folder, log, copse: (more, input) => run(more, input, options), halt, resume, stop };
}

function launched(args, options, log) {
  const child = spawn(binary(), args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => log.push(text) > 500 && log.shift());
  }
  const ended = new Promise((resolve) => {
    child.once("error", (error) => resolve(String(error)));
    child.once("exit", (code, signal) => resolve(`ended with ${code ?? signal}`));
  });
  return { process: child, ended };
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
      { host: "127.0.0.1", port: url.port, path: url.pathname, headers: { host: url.host }, timeout: 10_000 },
      (response) => response.resume() && resolve(response.statusCode),
    );
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(0));
  });
}

// freePorts finds so many free ports in a row and names the first.
async function freePorts(count) {
  for (let tries = 0; tries < 50; tries++) {
    const first = await taken(0, (port) => port);
    const rest = Array.from({ length: count - 1 }, (_, n) => first + 1 + n);
    if ((await Promise.all(rest.map((port) => taken(port, () => true)))).every(Boolean)) return first;
  }
  throw new Error(`no ${count} free ports in a row`);
}

// taken takes a port for a moment; 0 is any.
function taken(port, done) {
  return new Promise((resolve) => {
    const probe = net.createServer().once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => {
      const { port: got } = probe.address();
      probe.close(() => resolve(done(got)));
    });
  });
}
