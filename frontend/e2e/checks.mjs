// What must hold on every page. Each check throws an error that names the page
// and what is wrong with it; none changes the page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { widths } from "./browser.mjs";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The rule sets of web.md's gate: WCAG 2.0 to 2.2, A and AA, and good practice. */
const axeTags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * watch notes from now on what the browser complains about. Its quiet() throws
 * if there was anything: console errors and warnings (violations of the content
 * security policy are among them), uncaught exceptions, requests that failed,
 * answers of 500 and more, and requests to other origins. stop() ends it.
 *   allow   patterns of complaints that the story expects
 */
export function watch(page, { allow = [], origins = [] } = {}) {
  const heard = [];
  const note = (kind, text) => {
    if (!allow.some((pattern) => pattern.test(text))) heard.push(`${kind}: ${text}`);
  };
  const ears = {
    console: (message) => {
      if (!["error", "warning"].includes(message.type())) return;
      const text = message.text();
      note(/content security policy|trusted ?type/i.test(text) ? "csp" : `console ${message.type()}`, text);
    },
    pageerror: (error) => note("exception", String(error)),
    requestfailed: (request) => {
      const why = request.failure()?.errorText ?? "";
      if (why !== "net::ERR_ABORTED") note("request", `${request.url()} ${why}`);
    },
    response: (response) => {
      if (response.status() >= 500) note("answer", `${response.status()} ${response.url()}`);
    },
    request: (request) => {
      const { origin, protocol } = new URL(request.url());
      if (/^https?:$/.test(protocol) && origins.length > 0 && !origins.includes(origin)) note("foreign", request.url());
    },
  };
  for (const [event, ear] of Object.entries(ears)) page.on(event, ear);
  return {
    heard,
    quiet() {
      assert.deepEqual(heard, [], `complaints at ${page.url()}`);
    },
    stop() {
      for (const [event, ear] of Object.entries(ears)) page.off(event, ear);
    },
  };
}

/** accessible runs axe; what it finds serious or critical fails. It needs scripts. */
export async function accessible(page) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axeSource);
  const { violations } = await page.evaluate(
    (tags) => globalThis.axe.run(document, { runOnly: tags, resultTypes: ["violations"], preload: false }),
    axeTags,
  );
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = grave.map((v) => `${v.impact} ${v.id}: ${v.help}\n  ${v.nodes.map((n) => n.html.slice(0, 200)).join("\n  ")}`);
  assert.deepEqual(told, [], `axe at ${page.url()}`);
}

/** fits checks that nothing scrolls sideways, at each of the widths. */
export async function fits(page, at = widths) {
  const before = page.viewportSize();
  for (const width of at) {
    await page.setViewportSize({ width, height: before.height });
    const out = await page.evaluate(sticksOut);
    assert.deepEqual(out, [], `wider than ${width} px: ${page.url()}`);
  }
  await page.setViewportSize(before);
}

// Runs in the page: the elements that make it wider than the window.
function sticksOut() {
  const room = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= room) return [];
  const wide = [...document.querySelectorAll("body *")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && (box.right > room + 0.5 || box.left < -0.5);
  });
  return wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 160)).concat(wide.length === 0 ? ["(page)"] : []);
}

/** wellFormed checks what a reader with a screen reader meets first. */
export async function wellFormed(page, { dir } = {}) {
  const facts = await page.evaluate(() => ({
    title: document.title.trim(),
    lang: document.documentElement.lang,
    dir: getComputedStyle(document.documentElement).direction,
    headings: document.querySelectorAll("h1").length,
    mains: document.querySelectorAll("main").length,
    lost: [...document.querySelectorAll("nav")]
      .filter((nav) => nav.querySelectorAll('[aria-current="page"]').length > 1)
      .map((nav) => nav.getAttribute("aria-label")),
    ids: [...document.querySelectorAll("[id]")].map((e) => e.id).filter((id, i, all) => all.indexOf(id) !== i),
  }));
  const where = `at ${page.url()}`;
  assert.notEqual(facts.title, "", `no title ${where}`);
  assert.notEqual(facts.lang, "", `no language ${where}`);
  assert.equal(facts.headings, 1, `number of h1 ${where}`);
  assert.equal(facts.mains, 1, `number of main ${where}`);
  assert.deepEqual(facts.ids, [], `ids used twice ${where}`);
  assert.deepEqual(facts.lost, [], `navigation with two current pages ${where}`);
  if (dir) assert.equal(facts.dir, dir, `direction ${where}`);
}

/** shot saves a picture of the whole page in the folder COPSE_TEST_SHOTS, if that is set. */
export async function shot(page, name) {
  const folder = process.env.COPSE_TEST_SHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name.replace(/[^\w.-]+/g, "-")}.png`), fullPage: true });
}
