// How the peer writes a post: like Mastodon, with the mentions first in the text
// and in the tags, and with the people of the parent mentioned in a reply.

import { Create, Mention, Note, PUBLIC_COLLECTION } from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

/**
 * newNote makes and keeps a Note of body.as:
 *   text         HTML of the post, without mentions
 *   to           handles to mention
 *   inReplyTo    id of the parent
 *   visibility   public (default), unlisted, followers or direct
 *   summary      content warning
 *   alone        true: mention nobody but those in "to", not even the parent's people
 */
export async function newNote({ ctx, world }, body, resolve) {
  const parent = body.inReplyTo ? await resolve(body.inReplyTo) : null;
  const mentioned = new Map();
  for (const handle of body.to ?? []) keep(mentioned, await resolve(handle), handle);
  if (parent != null && !body.alone) await keepParents(mentioned, parent, ctx, resolve);
  mentioned.delete(ctx.getActorUri(body.as).href);

  const number = ++world.lastNumber;
  const place = { identifier: body.as, number: String(number) };
  const people = [...mentioned.values()];
  const audience = audienceOf(ctx, body, people);
  const now = Temporal.Now.instant();
  const note = new Note({
    id: ctx.getObjectUri(Note, place),
    url: new URL(`/@${body.as}/${number}`, ctx.canonicalOrigin),
    attribution: ctx.getActorUri(body.as),
    content: withMentions(body.text, people),
    summary: body.summary,
    sensitive: body.summary != null,
    replyTarget: parent?.id,
    published: now,
    tags: people.map(({ actor, handle }) => new Mention({ href: actor.id, name: handle })),
    ...audience,
  });
  const create = new Create({
    id: ctx.getObjectUri(Create, place),
    actor: ctx.getActorUri(body.as),
    object: note,
    published: now,
    ...audience,
  });
  const followers = body.visibility === "direct" ? [] : [...world.people.get(body.as).followers.values()];
  const kept = { owner: body.as, note, create, recipients: [...people.map((p) => p.actor), ...followers], gone: false };
  world.notes.set(number, kept);
  return kept;
}

/** rewritten is note with new text; its mentions stay. */
export function rewritten(note, text) {
  const mentions = String(note.content).match(/^<p>((<span class="h-card".*?<\/span><\/a><\/span> )*)/)?.[1] ?? "";
  return note.clone({ content: inFirstParagraph(text, mentions), updated: Temporal.Now.instant() });
}

function keep(mentioned, actor, handle) {
  mentioned.set(actor.id.href, { actor, handle: handle.startsWith("@") ? handle : `@${handle}` });
}

async function keepParents(mentioned, parent, ctx, resolve) {
  const author = await parent.getAttribution(ctx);
  if (author?.id != null) keep(mentioned, author, `@${author.preferredUsername}@${author.id.host}`);
  for await (const tag of parent.getTags(ctx)) {
    if (!(tag instanceof Mention) || tag.href == null || mentioned.has(tag.href.href)) continue;
    const actor = await resolve(tag.href.href);
    keep(mentioned, actor, `@${actor.preferredUsername}@${actor.id.host}`);
  }
}

function audienceOf(ctx, body, people) {
  const ids = people.map(({ actor }) => actor.id);
  const followers = ctx.getFollowersUri(body.as);
  switch (body.visibility ?? "public") {
    case "public":
      return { tos: [PUBLIC_COLLECTION], ccs: [followers, ...ids] };
    case "unlisted":
      return { tos: [followers], ccs: [PUBLIC_COLLECTION, ...ids] };
    case "followers":
      return { tos: [followers], ccs: ids };
    case "direct":
      return { tos: ids };
    default:
      throw new Error(`no such visibility: ${body.visibility}`);
  }
}

function withMentions(text, people) {
  const links = people.map(({ actor, handle }) => {
    const href = actor.url instanceof URL ? actor.url.href : actor.id.href;
    const name = handle.slice(1).split("@")[0];
    return `<span class="h-card" translate="no"><a href="${href}" class="u-url mention">@<span>${name}</span></a></span> `;
  });
  return inFirstParagraph(text, links.join(""));
}

function inFirstParagraph(text, mentions) {
  return text.startsWith("<p>") ? text.replace("<p>", `<p>${mentions}`) : `<p>${mentions}${text}</p>`;
}
