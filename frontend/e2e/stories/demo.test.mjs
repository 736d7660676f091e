// The demonstration as its first page tells it: three organisations, people one
// press away, an answer that crosses over, one organisation switched off, and
// the talk looked after.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually, idOf, more, press, reply, said } from "../acts.mjs";
import { launch, open } from "../browser.mjs";
import { accessible, fits, shot, watch, wellFormed } from "../checks.mjs";
import { startDemo } from "../server.mjs";

const title = "Fridge fails at 43 °C in Karu";
const first = "We had the same at Low Ferry. A shade net over the roof took four degrees off.";
const later = "The net costs less than one callout, and it came with the panels.";

describe("the demonstration", () => {
  let browser;
  let demo;
  let page;
  let heard;
  before(async () => {
    [demo, browser] = await Promise.all([startDemo(), launch()]);
    page = await open(browser);
    heard = watch(page);
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  const startPage = () => `${demo.origins.rco}/demo`;
  const be = async (name) => {
    await page.goto(startPage());
    await page.getByRole("button", { name: `Be ${name}`, exact: true }).first().click();
    await page.getByRole("heading", { level: 1, name: new RegExp(name) }).waitFor();
  };
  const toDiscussion = async () => {
    await page.getByRole("navigation", { name: "Main", exact: true }).getByRole("link", { name: "Vaccine Cold Chain Sarela" }).click();
    await page.locator("main").getByRole("link", { name: title }).first().click();
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    return `${new URL(page.url()).origin}/d/${idOf(page)}`;
  };

  it("tells on its first page what runs where", async () => {
    await page.goto(startPage());
    await wellFormed(page, { dir: "ltr" });
    for (const origin of Object.values(demo.origins)) await page.locator(`main a[href="${origin}/"]`).waitFor();
    assert.equal(await page.getByRole("button", { name: /^Be / }).count(), 8, "six people, two of them in the story again");
    await fits(page);
    await shot(page, "demo-start");
    heard.quiet();
  });

  it("is read by a stranger", async () => {
    await page.goto(startPage());
    await page.getByRole("link", { name: "Open", exact: true }).first().click();
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    await page.getByRole("link", { name: "Sign in to reply" }).waitFor();
    assert.ok((await page.locator("article.reply").count()) >= 5);
    heard.quiet();
  });

  it("is answered from another organisation within moments", async () => {
    await be("Carla");
    assert.equal(new URL(page.url()).origin, demo.origins.health);
    await toDiscussion();
    await reply(page, first);
    await more(said(page, first), "Where it has arrived");
    await page.getByRole("heading", { level: 1 }).waitFor();
    heard.quiet();

    await be("Amina");
    const there = await toDiscussion();
    const took = await eventually(page, there, (p) => said(p, first));
    assert.ok(took < 5_000, `the answer took ${took} ms`);
    assert.match(await said(page, first).innerText(), /Carla Reyes/);
    heard.quiet();
  });

  it("loses nothing while an organisation is switched off, and sends nothing twice", async () => {
    await page.goto(startPage());
    const row = page.getByRole("row").filter({ hasText: "agri.localhost" });
    await row.getByRole("button", { name: "Stop AG" }).click();
    await row.getByText("Stopped").waitFor();
    await shot(page, "demo-stopped");

    await be("Binh");
    await toDiscussion();
    await reply(page, later, said(page, first));
    await eventually(page, startPage(), (p) => p.getByRole("row").filter({ hasText: "agri.localhost" }).locator("td.n", { hasText: /^[1-9]/ }).first());

    await page.getByRole("row").filter({ hasText: "agri.localhost" }).getByRole("button", { name: "Start AG" }).click();
    await page.getByRole("row").filter({ hasText: "agri.localhost" }).getByText(/In step|Catching up/).waitFor();
    await be("David");
    assert.equal(new URL(page.url()).origin, demo.origins.agri);
    const there = await toDiscussion();
    await eventually(page, there, (p) => said(p, later), 60_000);
    await page.reload();
    assert.equal(await page.locator("article.reply").filter({ hasText: later }).count(), 1, "it came once");
    assert.equal(await page.locator("article.reply").filter({ hasText: first }).count(), 1, "the one before came once");
    heard.quiet();
  });

  it("is looked after by its facilitator, and all servers show it", async () => {
    await be("Amina");
    await toDiscussion();
    await more(said(page, "wet jute"), "Remove");
    await page.getByLabel("Reason").fill("moved to the practice page");
    await press(page, "Remove");
    await page.locator(".reply.gone").first().waitFor();
    assert.equal(await page.getByText("wet jute").count(), 0);

    await be("Binh");
    const there = await toDiscussion();
    await eventually(page, there, (p) => p.locator(".reply.gone"));
    assert.equal(await page.getByText("wet jute").count(), 0);
    heard.quiet();
    await accessible(page);
  });
});
