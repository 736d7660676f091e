// What people set for themselves holds on every page and in every browser they
// are signed in with: sessions, language and direction, colours.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { press } from "../acts.mjs";
import { launch, open, signIn } from "../browser.mjs";
import { shot, watch, wellFormed } from "../checks.mjs";
import { person, startInstance } from "../server.mjs";

describe("settings", () => {
  let browser;
  let instance;
  let amina;
  let page;
  let heard;
  before(async () => {
    [instance, browser] = await Promise.all([startInstance(), launch()]);
    amina = await person(instance, "amina", "Amina Diallo");
    await instance.copse(["group", "create", "coldchain", "--name", "Vaccine Cold Chain", "--facilitator", "amina"]);
    page = await open(browser);
    heard = watch(page);
    await signIn(page, amina);
  });
  after(async () => {
    await browser?.close();
    await instance?.stop();
  });

  it("end the session of another browser", async () => {
    const other = await open(browser);
    await signIn(other, amina);
    await page.goto(`${instance.origin}/settings/access`);
    const sessions = page.locator("main ul.rows > li");
    assert.equal(await sessions.count(), 2);
    await shot(page, "settings-access");
    await sessions.getByRole("button", { name: "Sign out" }).click();
    await page.waitForFunction(() => document.querySelectorAll("main ul.rows > li").length === 1);
    await other.goto(`${instance.origin}/settings`);
    assert.equal(new URL(other.url()).pathname, "/sign-in");
    await other.close();
    heard.quiet();
  });

  it("set the language, and with it the direction", async () => {
    await page.goto(`${instance.origin}/settings/reading`);
    await page.locator("#language").selectOption("ar");
    await press(page, "Save");
    await page.waitForFunction(() => document.documentElement.lang === "ar");
    await wellFormed(page, { dir: "rtl" });
    await page.goto(`${instance.origin}/c/coldchain`);
    await wellFormed(page, { dir: "rtl" });
    const rail = await page.locator("nav.rail").boundingBox();
    assert.ok(rail.x > 640, "the rail stands on the right");
    const handle = page.locator("main bdi.handle, main .handle").first();
    assert.equal(await handle.evaluate((e) => getComputedStyle(e).direction), "ltr", "addresses stay left to right");
    await page.goto(`${instance.origin}/settings/reading`);
    await page.locator("#language").selectOption("en");
    await page.locator("main button.primary").click();
    await page.waitForFunction(() => document.documentElement.lang === "en");
    heard.quiet();
  });

  it("choose the colours", async () => {
    const ink = () => page.evaluate(() => getComputedStyle(document.body).color);
    await page.goto(`${instance.origin}/`);
    const light = await ink();
    await page.locator("header details.menu").last().locator("summary").click();
    await page.locator('button[name="theme"][value="dark"]').click();
    await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
    const dark = await ink();
    assert.notEqual(dark, light);
    await page.goto(`${instance.origin}/settings/reading`);
    assert.equal(await ink(), dark, "on the next page as well");
    await page.locator('input[name="theme"][value="light"]').check();
    await press(page, "Save");
    await page.waitForFunction(() => document.documentElement.dataset.theme === "light");
    assert.equal(await ink(), light);
    heard.quiet();
  });

  it("act on single keys until they are switched off", async () => {
    await page.goto(`${instance.origin}/`);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "q");
    await page.goto(`${instance.origin}/settings/reading`);
    await page.getByLabel("Single keys act").uncheck();
    await press(page, "Save");
    await page.goto(`${instance.origin}/`);
    await page.keyboard.press("?");
    assert.equal(await page.getByRole("dialog").count(), 0);
    heard.quiet();
  });
});
