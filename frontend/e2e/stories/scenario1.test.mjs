// Scenario 1 over three instances: Amina founds a community with Binh and David,
// each on the server of their own organisation; they sign there, Carla joins from
// hers, and the charter is amended. Steps that need mail or a microblog are shown
// by the tests between instances (docs/scenarios.md).

import { after, before, describe, it } from "node:test";
import { eventually, press } from "../acts.mjs";
import { launch, open, signIn } from "../browser.mjs";
import { fits, shot, watch, wellFormed } from "../checks.mjs";
import { asks, begin, coldchain, described, invited, named, tested } from "../founding.mjs";
import { person, startInstance } from "../server.mjs";

describe("scenario 1", () => {
  let browser;
  let at;
  const pages = {};
  const heard = {};
  before(async () => {
    const [rco, health, agri, b] = await Promise.all([
      startInstance({ name: "rco.localhost" }),
      startInstance({ name: "health.localhost" }),
      startInstance({ name: "agri.localhost" }),
      launch(),
    ]);
    browser = b;
    at = { rco, health, agri };
    const people = [["amina", "Amina Diallo", rco], ["binh", "Binh Tran", health], ["carla", "Carla Reyes", health], ["david", "David Okello", agri]];
    for (const [handle, name, home] of people) {
      const login = await person(home, handle, name);
      pages[handle] = await open(browser, { scripts: handle !== "david" });
      heard[handle] = watch(pages[handle], { allow: [/status of 422/] });
      await signIn(pages[handle], login);
    }
  });
  after(async () => {
    await browser?.close();
    await Promise.all(Object.values(at ?? {}).map((one) => one.stop()));
  });
  const there = () => `/c/coldchain@${at.rco.host}`;

  it("founds: Amina goes through the steps and asks two founders elsewhere", async () => {
    await begin(pages.amina, at.rco.origin);
    await named(pages.amina);
    await tested(pages.amina);
    await described(pages.amina);
    await invited(pages.amina, [`@binh@${at.health.host}`, `@david@${at.agri.host}`]);
    await asks(pages.amina);
    await pages.amina.getByText(/1 of 3 have signed/).waitFor();
    heard.amina.quiet();
  });

  for (const [who, home] of [["binh", "health"], ["david", "agri"]]) {
    it(`founders sign: ${who} on the server of ${home}`, async () => {
      const page = pages[who];
      await eventually(page, `${at[home].origin}${there()}/charter`, (p) => p.getByRole("button", { name: "I sign", exact: true }));
      await page.getByText(coldchain.purpose).first().waitFor();
      await press(page, "I sign");
      await shot(page, `scenario1-signed-${who}`);
      await eventually(pages.amina, `${at.rco.origin}/c/coldchain/charter`, (p) => p.locator("aside").getByText(who === "binh" ? "Binh Tran" : "David Okello"));
      heard[who].quiet();
    });
  }

  it("is adopted by its rule, and is found by topic elsewhere", async () => {
    await eventually(pages.amina, `${at.rco.origin}/c/coldchain/charter`, (p) => p.getByText("In force"));
    await shot(pages.amina, "scenario1-adopted");
    for (const [who, home] of [["carla", "health"], ["david", "agri"]]) {
      await eventually(pages[who], `${at[home].origin}/search?q=cold+chain&kind=communities`, (p) => p.locator("main").getByText(coldchain.name));
    }
    const stranger = await open(browser, { scripts: false, width: 390 });
    await stranger.goto(`${at.rco.origin}/communities`);
    await stranger.locator("main").getByText(coldchain.name).first().waitFor();
    await stranger.close();
  });

  it("Carla joins: from her own server, after reading the charter", async () => {
    const page = pages.carla;
    await page.goto(`${at.health.origin}${there()}/charter`);
    await page.getByText(coldchain.purpose).first().waitFor();
    await page.getByText("Coalescing").first().waitFor();
    await page.goto(`${at.health.origin}${there()}/join`);
    await wellFormed(page, { dir: "ltr" });
    await fits(page);
    await page.locator('[name="link"]').fill("I look after the fridges of Belo district.");
    await page.locator('[name="introduction"]').fill("I am Carla from Belo; ask me about solar.");
    await page.locator('[name="commit"]').check();
    await page.locator('main form button.primary').first().click();
    await eventually(pages.amina, `${at.rco.origin}/c/coldchain/members`, (p) => p.locator("main").getByText("Carla Reyes"));
    heard.carla.quiet();
  });

  it("is amended: version 2 is proposed and stands beside version 1", async () => {
    const page = pages.amina;
    await page.goto(`${at.rco.origin}/c/coldchain/charter/write`);
    await page.locator("#outside").fill("Procurement\nCampaigns");
    await page.locator("#note").fill("Campaigns are not ours");
    await press(page, "Save the draft");
    await press(page, "Put it before the members");
    await page.goto(`${at.rco.origin}/c/coldchain/charter/compare?from=1&to=2`);
    await page.locator("ins", { hasText: "Campaigns" }).waitFor();
    await shot(page, "scenario1-compare");
    await eventually(pages.carla, `${at.health.origin}${there()}/charter/2`, (p) => p.getByText("Campaigns"));
    heard.amina.quiet();
  });
});
