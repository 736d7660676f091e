// Starting a community by the steps of the wizard, as a person does: by the words
// on the page. All of it works with scripts off as well.

import { press } from "./acts.mjs";

/** coldchain is what scenario 1 writes. */
export const coldchain = {
  name: "Vaccine Cold Chain Sarela",
  handle: "coldchain",
  purpose: "Keeping vaccines cold from port to post, in clinics that lose power at night.",
  inside: "Storage\nTransport",
  outside: "Procurement",
  why: "We discard doses every summer.",
  join: "To lose fewer of them.",
  who: "Whoever opens a fridge.",
  behaviours: "Say what failed.",
  knowledge: "Which fridges survive the heat.",
};

/** heading is the heading of each step, in order. */
export const headings = [
  "What is it called?",
  "Is it a community, or does something else serve you better?",
  "Is there one already?",
  "What do you care about together?",
  "Who is it for?",
  "What will you work on?",
  "How do you decide?",
  "Who founds it with you?",
  "What happens in the first weeks?",
  "Read it as others will",
];

/** on waits for a step by its number. */
export async function on(page, number) {
  await page.getByRole("heading", { level: 1, name: headings[number - 1] }).waitFor();
}

/** begin opens a new founding and ends on its first step. */
export async function begin(page, origin) {
  await page.goto(`${origin}/start`);
  await press(page, "Begin");
  await on(page, 1);
}

/** next leaves a step for the one after. */
export async function next(page, number) {
  await press(page, "Save and go on");
  await on(page, number + 1);
}

/** named is the first step. */
export async function named(page, { name, handle } = coldchain) {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Handle").fill(handle);
  await next(page, 1);
}

/** tested answers the five questions, "y" or "n" each, and reads the advice. */
export async function tested(page, answers = "yyyyy") {
  const groups = page.locator("main fieldset.rule");
  for (const [n, answer] of [...answers].entries()) {
    await groups.nth(n).locator("label.chip", { hasText: answer === "y" ? "Yes" : "Not really" }).click();
  }
  await press(page, "Save and go on");
  const advice = await page.locator("main .callout").innerText();
  await next(page, 2);
  return advice;
}

/** described is steps 3 to 7. */
export async function described(page, c = coldchain, { rule = "consent", days = "7", second = "" } = {}) {
  await next(page, 3);
  await page.locator("#purpose").fill(c.purpose);
  await page.locator("#inside").fill(c.inside);
  await page.locator("#outside").fill(c.outside);
  await page.locator("#why").fill(c.why);
  await page.locator("#join").fill(c.join);
  await next(page, 4);
  await page.locator("#who").fill(c.who);
  await page.locator("#behaviours").fill(c.behaviours);
  await next(page, 5);
  await page.locator("#knowledge").fill(c.knowledge);
  await page.locator("label.chip", { hasText: "Solving problems together" }).click();
  await page.locator("#weight-meetings").selectOption("4");
  await page.locator("#weight-publishing").selectOption("5");
  await next(page, 6);
  await page.locator("#rule").selectOption(rule);
  await page.locator("#days").fill(days);
  await page.locator("#second").fill(second);
  await next(page, 7);
}

/** invited is steps 8 and 9. */
export async function invited(page, founders) {
  await page.locator("#founders").fill(founders.join("\n"));
  await next(page, 8);
  await page.locator("#query").fill("Which fridges survive 43 °C?");
  await page.locator("#event").fill("Fridge clinic 1");
  await page.locator("#first").fill("What we carry when the technician is weeks away");
  await next(page, 9);
}

/** asks is the last step: the founders are asked, and the charter is shown. */
export async function asks(page) {
  await page.locator('main button[value="ask"]').click();
  await page.waitForURL((url) => url.pathname.endsWith("/charter"));
}
