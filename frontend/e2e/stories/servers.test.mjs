// Where two servers meet on pages: a visitor follows from their own server by
// typing a handle, and an admin sees the other server and shuts it out.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually, idOf, press, said, reply, start } from "../acts.mjs";
import { launch, open, signIn } from "../browser.mjs";
import { accessible, fits, shot, watch } from "../checks.mjs";
import { person, startInstance } from "../server.mjs";

describe("two servers", () => {
  let browser;
  let home;
  let away;
  let theo;
  let binh;
  let heard;
  before(async () => {
    [home, away, browser] = await Promise.all([
      startInstance({ name: "alpha.localhost" }),
      startInstance({ name: "beta.localhost" }),
      launch(),
    ]);
    const logins = [await person(home, "theo", "Theo Tessera", { admin: true }), await person(away, "binh", "Dr Binh Tran")];
    await home.copse(["group", "create", "coldchain", "--name", "Vaccine Cold Chain", "--facilitator", "theo"]);
    await home.copse(["post", "create", "--group", "coldchain", "--author", "theo", "--title", "Which lids stay on?"], "In the wind.");
    [theo, binh] = await Promise.all([open(browser), open(browser)]);
    heard = [watch(theo, { allow: [/status of (422|404)/] }), watch(binh, { allow: [/status of (422|404)/] })];
    await signIn(theo, logins[0]);
    await signIn(binh, logins[1]);
  });
  after(async () => {
    await browser?.close();
    await Promise.all([home?.stop(), away?.stop()]);
  });
  const quiet = () => heard.forEach((each) => each.quiet());

  it("follow by a handle typed on the other server's page", async () => {
    await binh.goto(`${home.origin}/c/coldchain`); // a stranger here, at home on beta
    await binh.locator("main header").getByRole("link", { name: "Follow from your own server" }).click();
    const account = binh.getByLabel("Your address in the fediverse");
    await account.fill("binh");
    await press(binh, "Find my server");
    await binh.getByText("Write it as name and server").first().waitFor();
    assert.equal(await account.inputValue(), "binh");
    await account.fill(`@binh@${away.host}`);
    await press(binh, "Find my server");
    await shot(binh, "remote-follow-found");
    await fits(binh);
    await accessible(binh);
    await binh.getByRole("link", { name: `Go to ${away.host} and follow` }).click();
    await binh.getByRole("heading", { level: 1, name: "Vaccine Cold Chain" }).waitFor();
    assert.equal(binh.url(), `${away.origin}/c/coldchain@${home.host}`);
    await press(binh, "Follow");
    await eventually(binh, binh.url(), (p) => p.locator("main summary", { hasText: /^\s*Following/ }));

    await binh.goto(`${home.origin}/follow/coldchain`);
    assert.equal(await account.inputValue(), `binh@${away.host}`, "the address is remembered");
    quiet();
  });

  it("answer from home what was found on the other server", async () => {
    await theo.goto(`${home.origin}/c/coldchain/new`);
    await start(theo, "Which locks?", "For the new fridges.");
    const there = theo.url();
    await eventually(binh, `${away.origin}/c/coldchain@${home.host}`, (p) => p.locator("main").getByRole("link", { name: "Which locks?" }));
    await binh.goto(`${home.origin}/follow/d/${idOf(theo)}`);
    await press(binh, "Find my server");
    await binh.getByRole("link", { name: `Go to ${away.host} and answer` }).click();
    await binh.getByRole("heading", { level: 1, name: "Which locks?" }).waitFor();
    assert.equal(new URL(binh.url()).origin, away.origin);
    await reply(binh, "None. Trust the nurses.");
    await eventually(theo, there, (p) => said(p, "None. Trust the nurses."));
    quiet();
  });

  it("show an admin how it goes with the other, and shut it out", async () => {
    await theo.goto(`${home.origin}/admin/federation`);
    const row = theo.locator("main table tr", { hasText: away.host });
    await row.getByText("In step").waitFor();
    assert.match(await row.innerText(), /copse/);
    await row.getByRole("link", { name: away.host }).click();
    await theo.getByRole("heading", { level: 1, name: away.host }).waitFor();
    await shot(theo, "admin-peer");
    await theo.locator('input[name="policy"][value="blocked"]').check();
    await theo.locator('input[name="reason"]').fill("Drill of the year.");
    await press(theo, "Save");
    await theo.goto(`${home.origin}/admin/federation`);
    await theo.locator("main table tr", { hasText: away.host }).getByText("Blocked").waitFor();
    await theo.goto(`${home.origin}/admin/log`);
    await theo.getByText("Drill of the year.").first().waitFor();
    quiet();
  });

  it("take nothing from a server that is shut out", async () => {
    await binh.goto(`${away.origin}/c/coldchain@${home.host}`);
    await binh.locator("main").getByRole("link", { name: "Which locks?" }).first().click();
    await reply(binh, "Are you there?");
    await eventually(theo, `${home.origin}/admin/federation`, (p) => p.locator("main table tr", { hasText: away.host }).getByText("Blocked"));
    await theo.goto(`${home.origin}/c/coldchain`);
    await theo.locator("main").getByRole("link", { name: "Which locks?" }).first().click();
    assert.equal(await theo.getByText("Are you there?").count(), 0);
    quiet();
  });

  it("say what is missing or not theirs in their own words", async () => {
    const lost = await theo.goto(`${home.origin}/d/1`);
    assert.equal(lost.status(), 404);
    await theo.getByRole("heading", { level: 1, name: "There is nothing at this address" }).waitFor();
    await theo.locator("main").getByRole("searchbox").waitFor();
    const answer = await binh.goto(`${away.origin}/admin/people`);
    assert.equal(answer.status(), 403);
    await binh.getByRole("heading", { level: 1, name: "This is not yours to do" }).waitFor();
    assert.deepEqual(heard[1].heard.filter((line) => !/status of 403/.test(line)), []);
    await accessible(binh);
  });
});
