// Every page of pages.mjs, in every look, as a stranger: it answers, it is
// complete without scripts, the browser and axe find nothing wrong with it.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launch, looks, open } from "../browser.mjs";
import { accessible, fits, shot, watch, wellFormed } from "../checks.mjs";
import { pages } from "../pages.mjs";
import { startDemo } from "../server.mjs";

describe("pages of the demo", () => {
  let demo;
  let browser;
  before(async () => {
    demo = await startDemo();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  for (const { at = "rco", path, status = 200 } of pages) {
    for (const look of looks) {
      it(`${at} ${path} in ${look.name}`, async () => {
        const page = await open(browser, look);
        const heard = watch(page, status === 200 ? {} : { allow: [new RegExp(`status of ${status}`)] });
        const answer = await page.goto(demo.origins[at] + path);
        assert.equal(answer.status(), status);
        await wellFormed(page, { dir: look.locale === "ar" ? "rtl" : "ltr" });
        heard.quiet(); // before axe, whose own scripts are not the page's
        await fits(page);
        await accessible(page);
        await shot(page, `${at}${path}-${look.name}`);
        await page.close();
      });
    }

    it(`${at} ${path} without scripts`, async () => {
      const page = await open(browser, { scripts: false });
      const answer = await page.goto(demo.origins[at] + path);
      assert.equal(answer.status(), status);
      assert.equal(await page.locator("h1").count(), 1);
      assert.notEqual((await page.locator("main").innerText()).trim(), "");
      await page.close();
    });
  }
});
