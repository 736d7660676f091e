// What somebody wrote is never lost: not by a refused send, not by a server
// that went away, not by a closed page.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually, idOf, press, said, start } from "../acts.mjs";
import { launch, open, signIn } from "../browser.mjs";
import { accessible, fits, shot, watch } from "../checks.mjs";
import { person, startInstance } from "../server.mjs";

const title = "Who has a spare thermometer?";
const lost = "I have two, one of them calibrated in May.";

describe("drafts", () => {
  let browser;
  let instance;
  let amina;
  let page;
  let heard;
  before(async () => {
    [instance, browser] = await Promise.all([startInstance(), launch()]);
    amina = await person(instance, "amina", "Amina Diallo");
    await instance.copse(["group", "create", "coldchain", "--name", "Vaccine Cold Chain", "--facilitator", "amina"]);
    page = await open(browser, { width: 390 });
    heard = watch(page, { allow: [/status of 422/, /ERR_CONNECTION_REFUSED/] });
    await signIn(page, amina);
  });
  after(async () => {
    await browser?.close();
    await instance?.stop();
  });

  it("come back with what to mend when a send is refused", async () => {
    await page.goto(`${instance.origin}/c/coldchain/new`);
    await page.getByLabel("Title").fill("No");
    await page.locator("#write").fill("Ours fell down.");
    const answer = page.waitForResponse((r) => r.request().method() === "POST" && r.url().endsWith("/new"));
    await page.locator("#composer button.primary").click();
    assert.equal((await answer).status(), 422);
    await page.locator("#errors").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.id), "errors", "what is wrong has the focus");
    assert.equal(await page.locator("#write").inputValue(), "Ours fell down.");
    await fits(page);
    await accessible(page);
    await shot(page, "compose-again");
    await start(page, title, "Ours fell down.");
    heard.quiet();
  });

  it("outlive a server that is gone when the text is sent", async () => {
    const discussion = `${instance.origin}/d/${idOf(page)}`;
    await page.goto(discussion);
    await page.locator("#write").fill(lost);
    await page.getByText("Kept on this device").waitFor();
    await instance.halt();
    await page.getByRole("button", { name: "Reply", exact: true }).click();
    await page.waitForURL(/chrome-error:|replies/);
    await instance.resume();
    await page.goto(discussion);
    await page.getByText("Restored what you wrote on this device.").waitFor();
    assert.equal(await page.locator("#write").inputValue(), lost);
    await fits(page);
    await accessible(page);
    await shot(page, "draft-restored");
    await page.getByRole("button", { name: "Reply", exact: true }).click();
    await said(page, lost).waitFor();
    await page.goto(discussion);
    assert.equal(await page.locator("#write").inputValue(), "", "what was sent is no draft any more");
    heard.quiet();
  });

  it("outlive a session that ended in between", async () => {
    const discussion = page.url();
    await page.locator("#write").fill("Written while signed in.");
    const other = await open(browser);
    await signIn(other, amina);
    await other.goto(`${instance.origin}/settings/access`);
    await press(other, "Sign out everywhere else");
    await page.getByRole("button", { name: "Reply", exact: true }).click();
    await page.getByLabel("Handle or mail address").fill(amina.login);
    await page.getByLabel("Password").fill(amina.password);
    await page.locator('form[action="/sign-in"] button').click();
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    assert.equal(page.url().replace(/#.*/, ""), discussion.replace(/#.*/, ""), "back where it was written");
    await page.getByText("Restored what you wrote on this device.").waitFor();
    assert.equal(await page.locator("#write").inputValue(), "Written while signed in.");
    await page.getByRole("button", { name: "Reply", exact: true }).click();
    await said(page, "Written while signed in.").waitFor();
    await other.close();
    heard.quiet();
  });

  it("wait on the page of drafts, on any device", async () => {
    const begun = "I could lend one from";
    await page.goto(`${instance.origin}/c/coldchain/new`);
    await page.getByLabel("Title").fill("Lend and borrow");
    await page.locator("#write").fill(begun);
    await page.goto(`${instance.origin}/communities`); // leaving sends what is there
    const other = await open(browser);
    await signIn(other, amina);
    await eventually(other, `${instance.origin}/drafts`, (p) => p.getByRole("link", { name: "Lend and borrow" }));
    await shot(other, "drafts");
    await other.locator("main a.title", { hasText: "Lend and borrow" }).click();
    await other.locator("#write").waitFor();
    assert.equal(await other.locator("#write").inputValue(), begun);
    assert.equal(await other.getByLabel("Title").inputValue(), "Lend and borrow");
    await press(other, "Start empty");
    assert.equal(await other.locator("#write").inputValue(), "");
    await other.goto(`${instance.origin}/drafts`);
    await other.getByText("You have no drafts.").waitFor();
    await other.close();
    heard.quiet();
  });
});
