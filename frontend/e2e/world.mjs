// The demonstration with more in it than it starts with, so that every page has
// something to show: a draft, a report, a post that waits, a locked discussion
// with a gap, an edited reply, a decision about a server.

import { open } from "./browser.mjs";

/**
 * enter opens the demonstration to everybody and prepares what is missing. Its
 * who(name, locale) is the tab of a person ("" for a stranger).
 */
export async function enter(browser, demo) {
  await demo.at("agri")(
    ["user", "create", "hugo", "--email", "hugo@agri.example", "--name", "Hugo Sand", "--password-stdin"],
    "long words of hugo",
  );
  const tabs = new Map();
  const who = async (name, locale = "en") => {
    const key = `${name} ${locale}`;
    if (!tabs.has(key)) {
      const page = await open(browser, { locale });
      if (name) await send(page, demo.origins[homes[name]], `/demo/be/${name}`);
      tabs.set(key, page);
    }
    return tabs.get(key);
  };
  return { who, demo, ids: await prepared(demo, who) };
}

/** homes is who is at home where. */
export const homes = { amina: "rco", theo: "rco", binh: "health", carla: "health", david: "agri", esi: "agri", hugo: "agri" };

// send sends a form as the person whose tab it is and resolves to where that led.
async function send(page, origin, path, form = {}) {
  if (!page.url().startsWith(origin)) await page.goto(`${origin}/demo`);
  const [status, address] = await page.evaluate(
    async ([to, fields]) => {
      const answer = await fetch(to, { method: "POST", body: new URLSearchParams(fields) });
      return [answer.status, answer.url];
    },
    [path, form],
  );
  if (status >= 400) throw new Error(`POST ${origin}${path} answered ${status}`);
  return address;
}

async function prepared(demo, who) {
  const { rco, health, agri } = demo.origins;
  const [amina, theo, binh, hugo] = await Promise.all(["amina", "theo", "binh", "hugo"].map((name) => who(name)));
  const cold = `/c/coldchain@${demo.host("rco")}`;
  const linked = async (page, address, title) => {
    await page.goto(address);
    const link = page.locator("main a.title", { hasText: title }).first();
    return /\d{6,}/.exec(await link.getAttribute("href"))[0];
  };

  const fridge = await linked(amina, `${rco}/c/coldchain`, "Fridge fails");
  const fridgeThere = await linked(binh, `${health}${cold}`, "Fridge fails");

  const locked = idIn(await send(amina, rco, "/c/coldchain/new", { title: "Old stock of gas bottles", text: "Who takes **eleven** bottles?" }));
  await send(theo, rco, `/d/${locked}/replies`, { text: "Ask the port.", to: locked });
  await send(amina, rco, `/d/${locked}/replies`, { text: "The port took four.", to: locked });
  const gap = await replyAt(amina, `${rco}/d/${locked}`, "Ask the port.");
  const edited = await replyAt(amina, `${rco}/d/${locked}`, "The port took four.");
  await send(amina, rco, `/p/${edited}/edit`, { text: "The port took five." });
  await send(amina, rco, `/p/${gap}/remove`, { reason: "said twice" });
  await send(amina, rco, `/p/${locked}/lock?on=1`, { reason: "All are taken." });

  await send(binh, health, `${cold}/new?save=1`, { title: "Vents in the roof", text: "We cut two vents and" });

  const reply = await replyAt(amina, `${rco}/d/${fridge}`, "Panels lose about");
  await send(theo, rco, `/p/${reply}/report`, { words: "The table is from a shop." });
  await send(theo, rco, "/u/esi@" + demo.host("agri") + "/report", { words: "Writes the same everywhere." });
  await amina.goto(`${rco}/reports`);
  const report = /\d+/.exec(await amina.locator("#open a.title").first().getAttribute("href"))[0];

  const fridgeAgri = await linked(hugo, `${agri}${cold}`, "Fridge fails");
  await send(hugo, agri, `/d/${fridgeAgri}/replies`, { text: "A wet cloth over the lid?", to: fridgeAgri });
  const held = await until(amina, `${rco}/reports`, '#held a[href^="/held/"]');

  await send(theo, rco, "/admin/federation", { host: "spam.example", reason: "Advertisements, twice warned.", policy: "blocked" });
  return { fridge, fridgeThere, locked, gap, edited, reply, report, held };
}

const idIn = (address) => /\d{6,}/.exec(new URL(address).pathname)[0];

async function replyAt(page, address, text) {
  await page.goto(address);
  return /\d+/.exec(await page.locator("article.reply").filter({ hasText: text }).last().getAttribute("id"))[0];
}

async function until(page, address, selector) {
  for (let tries = 0; tries < 300; tries++) {
    await page.goto(address);
    const found = await page.locator(selector).first().getAttribute("href", { timeout: 200 }).catch(() => null);
    if (found) return /\d+/.exec(found)[0];
  }
  throw new Error(`no ${selector} at ${address}`);
}
