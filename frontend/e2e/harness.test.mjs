// The checks themselves: each passes a good page and fails the page with the
// fault it is there for. Needs no Copse.

import assert from "node:assert/strict";
import http from "node:http";
import { after, before, describe, it } from "node:test";
import { launch, open, signIn } from "./browser.mjs";
import { accessible, fits, watch, wellFormed } from "./checks.mjs";
import { lines, slow, vitals, weigh } from "./measure.mjs";

const policy =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; script-src 'self'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'";

const frame = (body, head = "") =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
  <title>A page</title><link rel="stylesheet" href="/a.css"><link rel="icon" href="/icon.svg">${head}</head>
  <body><main><h1>A page</h1>${body}</main></body></html>`;

const bodies = {
  "/good": frame("<p>All is well.</p>"),
  "/wide": frame(`<p class="wide">Too wide.</p>`),
  "/pale": frame(`<p class="pale">Hard to read.</p>`),
  "/nameless": frame("<form><input name=a></form>"),
  "/inline": frame(`<p style="color:red">Styled in line.</p>`),
  "/sink": frame(`<p id="s">Text.</p>`, `<script src="/sink.js"></script>`),
  "/throws": frame("<p>Text.</p>", `<script src="/throws.js"></script>`),
  "/twice": frame(`<p id="a">One</p><p id="a">Two</p>`),
  "/lost": frame(`<nav aria-label="Main"><a href="/a" aria-current="page">A</a><a href="/b" aria-current="page">B</a></nav>`),
  "/sign-in": frame(`<form method="post" action="/sign-in"><label>Name <input name="login"></label>
    <label>Password <input type="password" name="password"></label><button>Sign in</button></form>`),
};

const files = {
  "/icon.svg": ["image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"/>`],
  "/a.css": ["text/css", ".wide{width:500px}.pale{color:#ccc;background:#fff}"],
  "/sink.js": ["text/javascript", "addEventListener('load',()=>{document.getElementById('s').innerHTML='<b>x</b>'})"],
  "/throws.js": ["text/javascript", "throw new Error('broken')"],
};

function answer(request, response) {
  const path = request.url.split("?")[0];
  if (request.method === "POST") {
    let text = "";
    request.on("data", (chunk) => (text += chunk));
    request.on("end", () => response.writeHead(303, { location: `/good?${text}` }).end());
    return;
  }
  const [type, text] = files[path] ?? ["text/html", bodies[path]];
  if (text == null) return void response.writeHead(500, { "content-type": "text/plain" }).end("none");
  const headers = { "content-type": type, "content-security-policy": policy, "cache-control": "max-age=600" };
  response.writeHead(200, headers).end(text);
}

describe("the harness", () => {
  let browser;
  let origin;
  const server = http.createServer(answer);
  before(async () => {
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://pages.localhost:${server.address().port}`;
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    server.closeAllConnections();
    server.close();
  });

  const visit = async (path, look) => {
    const page = await open(browser, look);
    const heard = watch(page);
    await page.goto(origin + path, { waitUntil: "load" });
    return { page, heard };
  };

  it("finds nothing on a good page, under a strict policy", async () => {
    const { page, heard } = await visit("/good", { width: 390, theme: "dark" });
    await wellFormed(page, { dir: "ltr" });
    await fits(page);
    await accessible(page);
    heard.quiet();
    assert.equal(page.viewportSize().width, 390);
    assert.equal(await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches), true);
  });

  it("finds sideways scrolling", async () => {
    const { page } = await visit("/wide");
    await fits(page, [1280]);
    await assert.rejects(fits(page, [320]), /wider than 320 px/);
  });

  it("finds what axe calls serious", async () => {
    await assert.rejects(accessible((await visit("/pale")).page), /color-contrast/);
    await assert.rejects(accessible((await visit("/nameless")).page), /label/);
  });

  it("hears violations of the policy", async () => {
    const inline = await visit("/inline");
    assert.match(inline.heard.heard.join(), /csp: .*style/);
    const sink = await visit("/sink");
    assert.match(sink.heard.heard.join(), /csp: |exception: .*TrustedHTML/);
  });

  it("hears exceptions and broken answers", async () => {
    const { heard } = await visit("/throws");
    assert.throws(() => heard.quiet(), /broken/);
    const none = await visit("/missing");
    assert.throws(() => none.heard.quiet(), /500/);
  });

  it("finds ids used twice", async () => {
    await assert.rejects(wellFormed((await visit("/twice")).page), /ids used twice/);
  });

  it("finds navigation that shows two places", async () => {
    await assert.rejects(wellFormed((await visit("/lost")).page), /two current pages/);
  });

  it("runs no scripts where it should not", async () => {
    const { page, heard } = await visit("/throws", { scripts: false });
    heard.quiet();
    assert.equal(await page.locator("h1").innerText(), "A page");
    await wellFormed(page, { dir: "ltr" });
    await fits(page);
  });

  it("signs in by the form", async () => {
    const { page } = await visit("/good");
    await signIn(page, { origin, login: "ana", password: "open sesame" });
    assert.match(page.url(), /login=ana&password=open\+sesame/);
  });

  it("weighs a first and a second page", async () => {
    const page = await open(browser);
    const first = await weigh(page, () => page.goto(`${origin}/good`));
    assert.equal(first.requests, 3); // page, style sheet, icon
    assert.ok(first.bytes > 400 && first.bytes < 4000, `first page: ${first.bytes}`);
    assert.ok(first.byType.Stylesheet > 0);
    const second = await weigh(page, () => page.goto(`${origin}/pale`));
    assert.equal(second.byType.Stylesheet ?? 0, 0, "the style sheet came from the cache");
    assert.ok(second.bytes > 0 && second.bytes < first.bytes);
  });

  it("measures on a slow line", async () => {
    const page = await open(browser);
    await slow(page, { ...lines.poor, cpu: 4 });
    await page.goto(`${origin}/good`);
    const { lcp, cls, inp } = await vitals(page);
    assert.ok(lcp > 400, `lcp ${lcp}`);
    assert.ok(cls < 0.05, `cls ${cls}`);
    assert.equal(inp, 0);
  });
});
