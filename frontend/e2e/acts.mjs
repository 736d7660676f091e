// What people do on pages, by the words they read there. All of it works with
// scripts off as well.

import assert from "node:assert/strict";

/**
 * eventually opens an address again and again until a locator made from the page
 * is there, and tells how many milliseconds that took.
 */
export async function eventually(page, address, locate, within = 60_000) {
  const begun = Date.now();
  for (;;) {
    await page.goto(address);
    if ((await locate(page).count()) > 0) return Date.now() - begun;
    if (Date.now() - begun > within) assert.fail(`not at ${address} after ${within} ms: ${locate(page)}`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

/** said is the reply that holds a text. */
export function said(page, text) {
  return page.locator("article.reply").filter({ hasText: text }).last();
}

/** opening is the article that a discussion starts with. */
export function opening(page) {
  return page.locator("main article").first();
}

/** more chooses an entry of the menu under a post. */
export async function more(article, entry) {
  const menu = article.locator("details.menu").last();
  await menu.locator("summary").click();
  await menu.getByRole("link", { name: entry, exact: true }).click();
}

/** press presses the button of that name in the main part of the page. */
export async function press(page, name) {
  await page.locator("main").getByRole("button", { name, exact: true }).click();
}

/** reply answers the post whose article is given, or the discussion without one. */
export async function reply(page, text, article) {
  if (article) await article.locator("> .acts, > div > .acts, .acts").first().getByRole("link", { name: "Reply" }).click();
  await page.locator("#write").fill(text);
  await page.getByRole("button", { name: /^Reply( to .*)?$/ }).click();
  await said(page, text).waitFor();
}

/** start writes a discussion on the page that has the form and ends on its page. */
export async function start(page, title, text) {
  await page.getByLabel("Title").fill(title);
  await page.locator("#write").fill(text);
  await page.locator("#composer button.primary").click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
}

/** idOf is the number in the address of a discussion or post. */
export function idOf(page) {
  return /\/[dp]\/(\d+)/.exec(page.url())?.[1];
}
