// Every page of the site, as somebody who may see it. A new page is a new line.

/**
 * pages lists [who reads, path, what is special]: who is a name of the world or
 * "" for a stranger; special may have status (200 without it) and at (the
 * organisation a stranger visits, rco without it).
 */
export function pages({ ids, demo }) {
  const cold = `/c/coldchain@${demo.host("rco")}`;
  const binh = `binh@${demo.host("health")}`;
  return [
    ["", "/demo"],
    ["", "/"],
    ["", "/sign-in"],
    ["", "/communities"],
    ["", "/c/coldchain"],
    ["", "/c/coldchain/people"],
    ["", `/d/${ids.fridge}`],
    ["", `/d/${ids.locked}`],
    ["", "/u/amina"],
    ["", "/follow/coldchain"],
    ["", `/follow/d/${ids.fridge}`],
    ["", "/search"],
    ["", "/search?q=fridge"],
    ["", "/nothing-here", { status: 404 }],

    ["esi", "/"],
    ["esi", "/drafts"],
    ["esi", "/notifications"],
    ["esi", `${cold}/new`],
    ["esi", "/admin/federation", { status: 403 }],

    ["binh", "/"],
    ["binh", "/notifications"],
    ["binh", "/drafts"],
    ["binh", "/communities"],
    ["binh", cold],
    ["binh", `${cold}/people`],
    ["binh", `${cold}/new`],
    ["binh", `/d/${ids.fridgeThere}`],
    ["binh", `/u/amina@${demo.host("rco")}`],

    ["amina", "/"],
    ["amina", "/c/coldchain"],
    ["amina", "/c/coldchain/people"],
    ["amina", `/c/coldchain/people/${binh}`],
    ["amina", "/c/coldchain/settings"],
    ["amina", "/c/coldchain/log"],
    ["amina", `/d/${ids.fridge}?to=${ids.reply}`],
    ["amina", `/d/${ids.locked}`],
    ["amina", `/p/${ids.edited}/edit`],
    ["amina", `/p/${ids.edited}/delete`],
    ["amina", `/p/${ids.edited}/history`],
    ["amina", `/p/${ids.fridge}/pin`],
    ["amina", `/p/${ids.fridge}/lock`],
    ["amina", `/p/${ids.fridge}/receipts`],
    ["amina", `/p/${ids.fridge}/receipts?live=1`],
    ["amina", `/p/${ids.reply}/remove`],
    ["amina", `/p/${ids.reply}/report`],
    ["amina", `/p/${ids.gap}/restore`],
    ["amina", "/reports"],
    ["amina", `/reports/${ids.report}`],
    ["amina", `/held/${ids.held}`],
    ["amina", `/u/${binh}/report`],
    ["amina", "/search?q=Amina&kind=people"],
    ["amina", "/search?q=cold&kind=communities"],
    ["amina", "/settings"],
    ["amina", "/settings/reading"],
    ["amina", "/settings/communities"],
    ["amina", "/settings/access"],

    ["theo", "/admin/federation"],
    ["theo", `/admin/federation/${demo.host("health")}`],
    ["theo", `/admin/federation/${demo.host("health")}?ask=queue`],
    ["theo", "/admin/people"],
    ["theo", "/admin/settings"],
    ["theo", "/admin/log"],
  ].map(([who, path, { status = 200, at } = {}]) => ({ who, path, status, at }));
}
