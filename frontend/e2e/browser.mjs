// Starts Debian's Chromium and opens pages in it. Every page gets a context of
// its own: no cookies, no cache, nothing left of the page before.

import { chromium } from "playwright-core";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Widths at which pages must hold: a small phone (also 1280 at 400 %), a phone, a desk. */
export const widths = [320, 390, 1280];

/** looks is every combination of theme and direction that a page has to be good in. */
export const looks = [
  { name: "light", theme: "light", locale: "en", width: 1280 },
  { name: "dark", theme: "dark", locale: "en", width: 390 },
  { name: "rtl light", theme: "light", locale: "ar", width: 390 },
  { name: "rtl dark", theme: "dark", locale: "ar", width: 1280 },
];

/** launch starts the browser with a fresh profile; COPSE_TEST_CHROMIUM names another one. */
export function launch() {
  return chromium.launch({ executablePath: process.env.COPSE_TEST_CHROMIUM ?? "/usr/bin/chromium", args: flags });
}

/**
 * open makes a page in a context of its own.
 *   theme    light (default) or dark
 *   locale   language asked for, en by default; ar for right-to-left
 *   width    in CSS pixels, 1280 by default
 *   scripts  false for a browser without JavaScript
 *   from     another page whose sign-in the new one shares
 */
export async function open(browser, { theme = "light", locale = "en", width = 1280, scripts = true, from } = {}) {
  const context = await browser.newContext({
    colorScheme: theme,
    locale,
    viewport: { width, height: width < 600 ? 800 : 900 },
    hasTouch: width < 600,
    javaScriptEnabled: scripts,
    reducedMotion: "reduce",
    storageState: from ? await from.context().storageState() : undefined,
  });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  page.on("close", () => context.close().catch(() => {})); // the browser may be closing as well
  return page;
}

/** signIn signs in by the form at /sign-in, as a person would. */
export async function signIn(page, { origin, login, password }) {
  await page.goto(new URL("/sign-in", origin).href);
  const form = page.locator('form[action="/sign-in"]');
  await form.locator('input[name="login"]').fill(login);
  await form.locator('input[name="password"]').fill(password);
  await form.locator("button").click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}
