// The whole journey of a member and of a facilitator in a browser that runs no
// scripts: sign in, follow, start, look at it before sending, answer, edit,
// find, moderate, sign out.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually, idOf, more, opening, press, reply, said } from "../acts.mjs";
import { launch, open, signIn } from "../browser.mjs";
import { fits, shot, watch, wellFormed } from "../checks.mjs";
import { person, startInstance } from "../server.mjs";

const title = "Do gel packs last longer than ice?";
const text = "We try **gel** since May.\n\n- 12 packs\n- reused daily";

describe("without scripts", () => {
  let browser;
  let instance;
  let logins;
  let page;
  let heard;
  before(async () => {
    [instance, browser] = await Promise.all([startInstance(), launch()]);
    logins = { amina: await person(instance, "amina", "Amina Diallo"), carla: await person(instance, "carla", "Carla Reyes") };
    await instance.copse(["group", "create", "coldchain", "--name", "Vaccine Cold Chain", "--facilitator", "amina"]);
    page = await open(browser, { scripts: false, width: 390 });
    heard = watch(page, { allow: [/status of 422/] });
  });
  after(async () => {
    await browser?.close();
    await instance?.stop();
  });

  it("signs in and follows a community", async () => {
    await page.goto(`${instance.origin}/c/coldchain`);
    await page.getByRole("link", { name: "Sign in", exact: true }).click();
    await page.getByLabel("Handle or mail address").fill("carla");
    await page.getByLabel("Password").fill("not the right one");
    await page.locator('form[action="/sign-in"] button').click();
    await page.getByText("do not fit together").first().waitFor();
    assert.equal(await page.getByLabel("Handle or mail address").inputValue(), "carla");
    await page.getByLabel("Password").fill(logins.carla.password);
    await page.locator('form[action="/sign-in"] button').click();
    await page.getByRole("heading", { level: 1, name: "Vaccine Cold Chain" }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/c/coldchain", "back where the reader was");
    await press(page, "Follow");
    await page.locator("main summary", { hasText: "Following" }).waitFor();
    heard.quiet();
  });

  it("writes a discussion, sees it first, mends it and sends it", async () => {
    await page.locator("main").getByRole("link", { name: "Start a discussion" }).first().click();
    await page.getByLabel("Title").fill(title);
    await page.locator("#write").fill(text);
    await press(page, "Preview");
    const { y } = await page.getByText("How it will read").boundingBox();
    assert.ok(y > 0 && y < 600, `the preview is in sight, not at ${y}`);
    assert.equal(await page.locator(".door strong", { hasText: "gel" }).count() > 0, true);
    assert.equal(await page.locator("#write").inputValue(), text);
    await shot(page, "compose-preview");
    assert.equal(await page.getByRole("group", { name: "Formatting" }).count(), 0, "no buttons that need scripts");
    await page.locator("#composer button.primary").click();
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    await wellFormed(page, { dir: "ltr" });
    await fits(page);
    heard.quiet();
  });

  it("answers after a look at it, thanks and edits", async () => {
    const discussion = `${instance.origin}/d/${idOf(page)}`;
    await page.locator("#write").fill("Gel **won** by 5 h.");
    await press(page, "Preview");
    const preview = page.getByRole("region", { name: "Preview" });
    await preview.locator("strong", { hasText: "won" }).waitFor();
    const { y } = await preview.boundingBox();
    assert.ok(y > 0 && y < 600, `the preview is in sight, not at ${y}`);
    await press(page, "Reply");
    await said(page, "Gel won by 5 h.").waitFor();
    await more(said(page, "Gel won by 5 h."), "Edit");
    await page.locator("#write").fill("Gel **won** by 6 h.");
    await press(page, "Save the change");
    await page.goto(discussion);
    await said(page, "Gel won by 6 h.").getByRole("link", { name: /^edited/ }).click();
    await page.locator("main").getByText("by 5").first().waitFor();

    const amina = await open(browser, { scripts: false });
    await signIn(amina, logins.amina);
    await amina.goto(discussion);
    await said(amina, "Gel won by 6 h.").getByRole("button", { name: /^Helpful/ }).click();
    await said(amina, "Gel won by 6 h.").locator('button[aria-pressed="true"]').waitFor();
    await reply(amina, "Which make?", said(amina, "Gel won by 6 h."));
    await amina.close();
    await page.goto(discussion);
    await said(page, "Gel won by 6 h.").getByText("1 found it helpful").waitFor();
    await said(page, "Which make?").waitFor();
    heard.quiet();
  });

  it("finds what was said", async () => {
    await page.goto(`${instance.origin}/search`);
    await page.locator("main").getByRole("searchbox").first().fill("gel packs");
    await page.locator("main form[role=search] button").click();
    await page.locator("main").getByRole("link", { name: title }).first().click();
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    heard.quiet();
  });

  it("moderates: report, remove, put back, lock, log", async () => {
    const discussion = `${instance.origin}/d/${idOf(page)}`;
    await more(said(page, "Which make?"), "Report");
    await page.getByLabel("What is wrong").fill("Asks for makes.");
    await press(page, "Send the report");

    const amina = await open(browser, { scripts: false });
    await signIn(amina, logins.amina);
    await amina.getByRole("navigation", { name: "Main", exact: true }).getByRole("link", { name: "Reports" }).click();
    await amina.locator("#open a.title").click();
    await amina.getByLabel("What was decided, and why").fill("Makes may be asked for.");
    await press(amina, "Close the report");
    await amina.goto(discussion);
    await more(said(amina, "Gel won by 6 h."), "Remove");
    await amina.getByLabel("Reason").fill("measured elsewhere");
    await press(amina, "Remove");
    await amina.locator(".reply.gone").getByRole("link", { name: "Put it back" }).click();
    await press(amina, "Put it back");
    await said(amina, "Gel won by 6 h.").waitFor();
    await more(opening(amina), "Lock");
    await amina.getByLabel("Reason").fill("all said");
    await press(amina, "Lock");
    await eventually(page, discussion, (p) => p.locator("main .banner", { hasText: "all said" }));
    await amina.goto(`${instance.origin}/c/coldchain/log`);
    await amina.getByText("Makes may be asked for.").first().waitFor();
    await amina.close();
    heard.quiet();
  });

  it("signs out", async () => {
    await page.goto(`${instance.origin}/`);
    const account = page.locator("header details.menu").last();
    await account.locator("summary").click();
    await account.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("link", { name: "Sign in", exact: true }).first().waitFor();
    heard.quiet();
  });
});
