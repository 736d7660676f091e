// A fresh server tells one link in its log. Whoever opens it makes the first
// account, is signed in by that, and the link is spent.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launch, open, signIn } from "../browser.mjs";
import { accessible, fits, shot, watch, wellFormed } from "../checks.mjs";
import { startInstance } from "../server.mjs";

const password = "a sentence is easy to remember";

describe("the first run", () => {
  let browser;
  let instance;
  before(async () => {
    [instance, browser] = await Promise.all([startInstance(), launch()]);
  });
  after(async () => {
    await browser?.close();
    await instance?.stop();
  });

  it("leads from the link in the log to today's page", async () => {
    const link = /http:\/\/\S+\/setup\?token=[\w-]+/.exec(instance.log.join(""))?.[0];
    assert.ok(link, `no link in the log:\n${instance.log.join("")}`);
    const page = await open(browser);
    const heard = watch(page, { allow: [/status of 422/] });
    await page.goto(link);
    await wellFormed(page, { dir: "ltr" });
    await fits(page);
    await accessible(page);
    await shot(page, "setup");

    const fill = async (words) => {
      for (const [name, value] of Object.entries(words)) await page.locator(`input[name="${name}"]`).fill(value);
      await page.getByRole("button", { name: "Finish and sign in" }).click();
    };
    await fill({ organisation: "Health Agency", name: "Theo Tessera", handle: "theo", mail: "theo@example.org", password: "short" });
    await page.getByText("Use at least 12 characters.").first().waitFor();
    assert.equal(await page.locator('input[name="name"]').inputValue(), "Theo Tessera");
    await fits(page);
    await accessible(page);
    await shot(page, "setup-again");

    await fill({ password });
    await page.getByRole("heading", { level: 1, name: /Theo/ }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/");
    await page.getByText("Health Agency").first().waitFor();

    const again = await page.goto(link);
    assert.equal(again.status(), 404, "the link works once");
    assert.deepEqual(heard.heard.filter((line) => !/status of 404/.test(line)), []);
    await page.close();
  });

  it("lets the first admin in again", async () => {
    const page = await open(browser);
    const heard = watch(page);
    await signIn(page, { origin: instance.origin, login: "theo@example.org", password });
    await page.getByRole("navigation", { name: "Main", exact: true }).getByRole("link", { name: "Federation" }).click();
    await page.getByRole("heading", { level: 1, name: "Federation" }).waitFor();
    heard.quiet();
    await page.close();
  });
});
