// The main job, over two servers that know one another only by what they send:
// a community on one is found by its address on the other, followed, talked in,
// and looked after by its facilitator.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually, idOf, more, opening, press, reply, said, start } from "../acts.mjs";
import { launch, open, signIn } from "../browser.mjs";
import { shot, watch } from "../checks.mjs";
import { person, startInstance } from "../server.mjs";

const title = "Which cold boxes hold five days?";
const text = "We carry to **three islands**, two days each way.\n\n* 20 litres\n* no power on the way";
const answer = "The long range ones held 5.5 days at 43 °C, with ten ice packs.";
const advert = "Cheap boxes at my cousin's shop, ask for Benno.";

describe("a conversation over two servers", () => {
  let browser;
  let home;
  let away;
  let amina;
  let binh;
  let carla;
  let heard;
  let atHome; // the discussion on the home server
  let there; // and on the other

  before(async () => {
    [home, away, browser] = await Promise.all([
      startInstance({ name: "alpha.localhost" }),
      startInstance({ name: "beta.localhost" }),
      launch(),
    ]);
    const logins = [await person(home, "amina", "Amina Diallo"), await person(away, "binh", "Dr Binh Tran")];
    await home.copse(["group", "create", "coldchain", "--name", "Vaccine Cold Chain", "--facilitator", "amina"]);
    [amina, binh] = await Promise.all([open(browser), open(browser, { width: 390 })]);
    heard = [watch(amina, { allow: [/status of 422/] }), watch(binh)];
    await signIn(amina, logins[0]);
    await signIn(binh, logins[1]);
  });
  after(async () => {
    await browser?.close();
    await Promise.all([home?.stop(), away?.stop()]);
  });
  const quiet = () => heard.forEach((each) => each.quiet());

  it("finds a community on another server by its address, and follows it", async () => {
    await binh.goto(`${away.origin}/communities`);
    await binh.locator('input[name="open"]').fill(`@coldchain@${home.host}`);
    await press(binh, "Open");
    await binh.getByRole("heading", { level: 1, name: "Vaccine Cold Chain" }).waitFor();
    assert.equal(new URL(binh.url()).pathname, `/c/coldchain@${home.host}`);
    await shot(binh, "community-elsewhere");
    await press(binh, "Follow");
    await eventually(binh, `${away.origin}/c/coldchain@${home.host}`, (p) => p.locator("main summary", { hasText: /^\s*Following/ }));
    await amina.goto(`${home.origin}/c/coldchain/people?show=followers`);
    await amina.locator("main").getByText(`@binh@${away.host}`).first().waitFor();
    quiet();
  });

  it("starts a discussion there, and it stands in the community at home", async () => {
    await binh.goto(`${away.origin}/c/coldchain@${home.host}/new`);
    await start(binh, title, text);
    there = `${away.origin}/d/${idOf(binh)}`;
    await eventually(amina, `${home.origin}/c/coldchain`, (p) => p.locator("main").getByRole("link", { name: title }));
    await amina.locator("main").getByRole("link", { name: title }).click();
    await amina.getByRole("heading", { level: 1, name: title }).waitFor();
    atHome = `${home.origin}/d/${idOf(amina)}`;
    assert.equal(await opening(amina).locator("strong", { hasText: "three islands" }).count(), 1, "Markdown came over");
    quiet();
  });

  it("is answered, thanked, edited and deleted across", async () => {
    await reply(amina, answer);
    await eventually(binh, there, (p) => said(p, answer));
    const helpful = said(binh, answer).getByRole("button", { name: /^Helpful/ });
    const sent = binh.waitForResponse((r) => r.url().endsWith("/like"));
    await helpful.click();
    await said(binh, answer).locator('button[aria-pressed="true"]').waitFor();
    await sent;
    await eventually(amina, atHome, (p) => said(p, answer).getByText("1 found it helpful"));

    await more(opening(binh), "Edit");
    await binh.locator("#write").fill(`${text}\n* back the same week`);
    await press(binh, "Save the change");
    await binh.getByRole("heading", { level: 1, name: title }).waitFor();
    await eventually(amina, atHome, (p) => opening(p).getByText("back the same week"));
    await amina.getByRole("link", { name: /^edited/ }).first().click();
    await amina.getByRole("heading", { level: 1 }).waitFor();
    await shot(amina, "history");

    await reply(binh, "Never mind this line.", said(binh, answer));
    await eventually(amina, atHome, (p) => said(p, "Never mind this line."));
    await more(said(binh, "Never mind this line."), "Delete");
    await press(binh, "Delete");
    await eventually(amina, atHome, (p) => p.locator(".reply.gone"));
    assert.equal(await amina.getByText("Never mind this line.").count(), 0);
    quiet();
  });

  it("is pinned and locked by the facilitator, and both servers know", async () => {
    await amina.goto(atHome);
    await more(opening(amina), "Pin");
    await press(amina, "Pin");
    await amina.getByText("Pinned.").waitFor();
    await eventually(binh, `${away.origin}/c/coldchain@${home.host}`, (p) => p.locator("main li", { hasText: title }).getByText("pinned"));

    await amina.goto(atHome);
    await more(opening(amina), "Lock");
    await amina.getByLabel("Reason").fill("The answer is on the practice page now.");
    await press(amina, "Lock");
    await amina.getByText("Locked.").waitFor();
    await eventually(binh, there, (p) => p.locator("main .banner", { hasText: /locked/i }));
    assert.equal(await binh.locator("#write").count(), 0, "no field to write in while it is locked");

    await amina.goto(atHome);
    await more(opening(amina), "Unlock");
    await press(amina, "Unlock");
    await eventually(binh, there, (p) => p.locator("#write"));
    quiet();
  });

  it("takes a report across, removes the text everywhere and closes the community to its author", async () => {
    const login = await person(away, "carla", "Carla Reyes");
    carla = await open(browser);
    heard.push(watch(carla));
    await signIn(carla, login);
    await carla.goto(there);
    await reply(carla, advert);

    await eventually(binh, there, (p) => said(p, advert));
    await eventually(amina, atHome, (p) => said(p, advert));
    await binh.goto(there);
    await more(said(binh, advert), "Report");
    await shot(binh, "report-form");
    await binh.getByLabel("What is wrong").fill("An advertisement.");
    await press(binh, "Send the report");
    await binh.getByRole("heading", { level: 1, name: title }).waitFor();

    await eventually(amina, `${home.origin}/reports`, (p) => p.locator("#open li"));
    await shot(amina, "reports");
    await amina.locator("#open a.title").first().click();
    await amina.getByText("An advertisement.").waitFor();
    await amina.locator(".sheet", { hasText: advert }).waitFor();
    await amina.getByLabel("What was decided, and why").fill("No advertisements here.");
    await press(amina, "Remove it and close the community to them");
    await amina.goto(`${home.origin}/reports`);
    await amina.getByRole("heading", { level: 1, name: "Reports" }).waitFor();
    assert.equal(await amina.locator("#open li").count(), 0, "no report is open");
    await eventually(binh, there, (p) => p.locator(".reply.gone").nth(1));
    assert.equal(await binh.getByText(advert).count(), 0);
    await eventually(binh, `${away.origin}/reports`, (p) => p.locator("main", { hasText: "No advertisements here." }));
    quiet();
  });

  it("has a moderator of another organisation hear the appeal, and opens the community again", async () => {
    await amina.goto(`${home.origin}/c/coldchain/people/binh@${away.host}`);
    await amina.locator('button[formaction$="/moderator"]').click();
    await amina.locator('button[formaction$="/withdraw-moderator"]').waitFor();

    await carla.goto(`${away.origin}/c/coldchain@${home.host}/appeal`);
    await carla.getByText("The community is closed to you until").waitFor();
    await shot(carla, "appeal-form");
    await carla.locator("textarea").fill("Benno is the ministry's store.");
    await press(carla, "Send the appeal");
    await carla.getByText("What is decided stands under Reports").waitFor();

    await eventually(binh, `${away.origin}/reports`, (p) => p.locator("#open a.title, #appeals a.title"));
    await binh.locator("#open a.title, #appeals a.title").first().click();
    await binh.getByText("Benno is the ministry's store.").waitFor();
    await shot(binh, "appeal-case");
    await binh.getByLabel("What was decided, and why").fill("A store of the ministry is no shop.");
    await press(binh, "Open the community to them");

    await eventually(carla, `${away.origin}/reports`, (p) => p.locator("main", { hasText: "A store of the ministry is no shop." }));
    await carla.goto(there);
    await reply(carla, "Thank you.");
    await eventually(amina, atHome, (p) => said(p, "Thank you."));
    quiet();
  });
});
