// Every page of the site, in light and dark, left to right and right to left:
// it answers, the browser has nothing to complain about, nothing scrolls
// sideways at any width, axe finds nothing serious.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launch, looks } from "../browser.mjs";
import { accessible, fits, shot, watch, wellFormed } from "../checks.mjs";
import { pages } from "../pages.mjs";
import { startDemo } from "../server.mjs";
import { enter, homes } from "../world.mjs";

describe("every page", () => {
  let demo;
  let browser;
  let world;
  before(async () => {
    [demo, browser] = await Promise.all([startDemo(), launch()]);
    world = await enter(browser, demo);
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  it("is good in every look", async (t) => {
    const only = process.env.COPSE_TEST_PAGES;
    for (const { who, path, status, at } of pages(world)) {
      if (only && !path.includes(only)) continue;
      const name = `${who || "stranger"} ${plain(path, world)}`;
      await t.test(name, async () => {
        for (const locale of ["en", "ar"]) {
          const page = await world.who(who, locale);
          await look(page, demo.origins[homes[who] ?? at ?? "rco"] + path, { locale, status, name });
        }
      });
    }
  });
});

// plain names a page the same in every run.
function plain(path, { ids, demo }) {
  for (const [name, id] of Object.entries(ids)) path = path.replaceAll(id, name);
  for (const org of Object.keys(demo.origins)) path = path.replaceAll(demo.host(org), org);
  return path;
}

async function look(page, address, { locale, status, name }) {
  const heard = watch(page, status === 200 ? {} : { allow: [new RegExp(`status of ${status}`)] });
  const mine = looks.filter((each) => each.locale === locale);
  await page.emulateMedia({ colorScheme: mine[0].theme, reducedMotion: "reduce" });
  const answer = await page.goto(address);
  assert.equal(answer.status(), status);
  await wellFormed(page, { dir: locale === "ar" ? "rtl" : "ltr" });
  await fits(page);
  heard.quiet(); // before axe, whose own scripts are not the page's
  heard.stop();
  for (const { theme, width, name: as } of mine) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 900 });
    await shot(page, `${name} ${as}`);
    await accessible(page);
  }
}
