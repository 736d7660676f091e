// Starting a community by ten steps: with scripts on a desk, left half way and
// taken up again, back and forth; without scripts on a phone; each step and what
// follows in every look.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { press } from "../acts.mjs";
import { launch, looks, open, signIn } from "../browser.mjs";
import { accessible, fits, shot, watch, wellFormed } from "../checks.mjs";
import { asks, begin, coldchain, described, invited, named, next, on, tested } from "../founding.mjs";
import { person, startInstance } from "../server.mjs";

const steps = ["name", "self-test", "kin", "domain", "community", "practice", "governance", "founders", "first", "preview"];

describe("founding", () => {
  let browser;
  let instance;
  let amina;
  let page;
  let heard;
  before(async () => {
    [instance, browser] = await Promise.all([startInstance(), launch()]);
    amina = await person(instance, "amina", "Amina Diallo");
    await person(instance, "theo", "Theo Banda");
    await instance.copse(["group", "create", "supply", "--name", "Vaccine Supply Sarela", "--facilitator", "theo"]);
    page = await open(browser);
    heard = watch(page, { allow: [/status of 422/] });
    await signIn(page, amina);
  });
  after(async () => {
    await browser?.close();
    await instance?.stop();
  });

  it("keeps what was typed, right or wrong, and comes back to the step that was left", async () => {
    await begin(page, instance.origin);
    await named(page);
    assert.match(await tested(page), /community of practice/i);
    await on(page, 3);
    assert.equal(await page.locator("main").getByRole("link", { name: "Vaccine Supply Sarela" }).count(), 1, "kin is found by words");
    await page.getByLabel(/You and Vaccine Supply Sarela/).selectOption("sister");
    await next(page, 3);
    await page.locator("#purpose").fill(coldchain.purpose);
    await page.locator("main form").evaluate((form) => (form.noValidate = true)); // the server has the last word
    await press(page, "Save and go on");
    await page.locator('.error-summary a[href="#outside"], #outside[aria-invalid="true"]').first().waitFor();
    assert.equal(await page.locator("#purpose").inputValue(), coldchain.purpose);
    await press(page, "Finish later");
    await page.locator("main .title").getByText(coldchain.name).waitFor();
    heard.quiet();

    const later = await open(browser, { from: page, width: 390 });
    await later.goto(`${instance.origin}/start`);
    await later.getByRole("link", { name: coldchain.name }).click();
    await on(later, 4);
    assert.equal(await later.locator("#purpose").inputValue(), coldchain.purpose);
    await press(later, "Back");
    await on(later, 3);
    assert.equal(await later.getByLabel(/You and Vaccine Supply Sarela/).inputValue(), "sister");
    await later.close();
  });

  it("goes through all steps to a charter that asks others to sign", async () => {
    await page.goto(`${instance.origin}/start`);
    await page.getByRole("link", { name: coldchain.name }).click();
    await page.locator("nav .steps a", { hasText: "Look for kin" }).click();
    await described(page, coldchain, { second: `@theo@${instance.host}` });
    await invited(page, [`@theo@${instance.host}`, "grace@mail.example"]);
    await page.getByText("First three things, ready to go").waitFor();
    assert.equal(await page.locator("aside").getByRole("link", { name: /left for later/ }).count(), 0, "all six questions are answered");
    assert.equal(await page.locator(".badge", { hasText: "facilitates" }).count(), 1);
    await page.getByText("Sister of").first().waitFor();
    heard.quiet();
  });

  for (const look of looks) {
    it(`shows each step well, ${look.name}`, async () => {
      const seen = await open(browser, { ...look, from: page });
      const base = new URL(page.url()).pathname.replace(/\/[^/]+$/, "");
      for (const path of ["/start", ...steps.map((step) => `${base}/${step}`)]) {
        await seen.goto(instance.origin + path);
        await wellFormed(seen, { dir: look.locale === "ar" ? "rtl" : "ltr" });
        await fits(seen);
        await accessible(seen);
        await shot(seen, `founding-${path.split("/").pop()}-${look.name}`);
      }
      await seen.close();
    });
  }

  it("asks, and shows the charter, its print and its flyer in every look", async () => {
    await asks(page);
    await page.getByText(/have signed/).first().waitFor();
    await page.getByRole("link", { name: "First three things, ready to go" }).waitFor();
    heard.quiet();
    for (const look of looks) {
      const seen = await open(browser, { ...look, from: page });
      for (const path of ["/charter", "/charter/1/print", "/flyer", "/life", "/launch", "/charter/write"]) {
        await seen.goto(`${instance.origin}/c/coldchain${path}`);
        await wellFormed(seen, { dir: look.locale === "ar" ? "rtl" : "ltr" });
        await fits(seen);
        await accessible(seen);
        await shot(seen, `founded${path.replaceAll("/", "-")}-${look.name}`);
      }
      await seen.close();
    }
  });

  it("prints the charter with its title, version and date first", async () => {
    await page.goto(`${instance.origin}/c/coldchain/charter/1/print`);
    const text = await page.locator("article.paper").innerText();
    assert.match(text, /^Vaccine Cold Chain Sarela\s+Charter, version 1/);
    for (const part of [coldchain.purpose, coldchain.outside, coldchain.who, coldchain.knowledge, "Publishing what we know: 5 of 5"]) {
      assert.ok(text.includes(part), `the charter says ${part}`);
    }
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".no-print").isVisible(), false);
    await page.emulateMedia({ media: "screen" });
    const taken = (form) =>
      page.evaluate(async (form) => {
        const answer = await fetch(`/c/coldchain/charter/1/${form}`);
        return { type: answer.headers.get("content-type"), text: await answer.text() };
      }, form);
    const pdf = await taken("pdf");
    assert.deepEqual([pdf.type, pdf.text.slice(0, 5)], ["application/pdf", "%PDF-"]);
    const plain = await taken("markdown");
    assert.ok(plain.text.includes(coldchain.purpose), "its text comes as Markdown");
  });

  it("opens the first question as a draft", async () => {
    await page.goto(`${instance.origin}/c/coldchain/launch`);
    await page.getByRole("button", { name: /Which fridges survive/ }).click();
    await page.waitForURL((url) => url.pathname.endsWith("/new"));
    assert.equal(await page.getByLabel("Title").inputValue(), "Which fridges survive 43 °C?");
    heard.quiet();
  });

  it("is not listed while its founders gather", async () => {
    const stranger = await open(browser);
    for (const path of ["/communities", "/search?q=cold&kind=communities", "/"]) {
      await stranger.goto(instance.origin + path);
      assert.equal(await stranger.locator("main").getByText(coldchain.name).count(), 0, path);
    }
    await stranger.close();
  });

  it("works without scripts on a phone, and names a team where that serves better", async () => {
    const plain = await open(browser, { scripts: false, width: 390 });
    await signIn(plain, amina);
    await begin(plain, instance.origin);
    await named(plain, { name: "Quarterly report", handle: "report" });
    const advice = await tested(plain, "nnynn");
    assert.match(advice, /team/i);
    await described(plain, coldchain, { rule: "facilitator" });
    await invited(plain, [`@theo@${instance.host}`]);
    await fits(plain);
    await asks(plain);
    await press(plain, "Declare it adopted");
    await plain.getByText("In force").first().waitFor();
    const stranger = await open(browser, { scripts: false });
    await stranger.goto(`${instance.origin}/communities`);
    await stranger.locator("main").getByText("Quarterly report").first().waitFor();
    await Promise.all([plain.close(), stranger.close()]);
  });

  it("leads to joining where somebody would rather do that", async () => {
    await begin(page, instance.origin);
    await named(page, { name: "Vaccine Supply Two", handle: "supply2" });
    await tested(page);
    await page.getByLabel(/You and Vaccine Supply Sarela/).selectOption("join");
    await press(page, "Save and go on");
    await page.waitForURL((url) => url.pathname === "/c/supply/join");
    heard.quiet();
  });
});
