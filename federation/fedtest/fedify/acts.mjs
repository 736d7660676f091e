// What a test can make the peer's people do. Every exported function is one act
// of the desk: name(peer, body) -> JSON. Read note.mjs for how posts are written.

import { parseNodeInfo } from "@fedify/fedify";
import { Accept, Activity, Announce, Collection, Delete, Follow, isActor, isFediverseHandle, Like } from "@fedify/vocab";
import { Object as ASObject, PUBLIC_COLLECTION, Reject, Tombstone, Undo, Update } from "@fedify/vocab";
import { FetchError } from "@fedify/vocab-runtime";
import { Temporal } from "@js-temporal/polyfill";
import { answerFollow } from "./federation.mjs";
import { newNote, rewritten } from "./note.mjs";
import { newKeys } from "./world.mjs";

/** lookup resolves { handle } (or { iri }) as Fedify does and tells what it found. */
export async function lookup(peer, { handle, iri }) {
  const found = await resolve(peer, handle ?? iri);
  return { id: found.id?.href, type: found.constructor.name, json: await found.toJsonLd(peer.ctx) };
}

/**
 * nodeinfo finds the NodeInfo of the server at { iri } and reads it by Fedify's
 * strict rules. Fedify's own lookupNodeInfo refuses loopback whatever it is told.
 */
export async function nodeinfo(_, { iri }) {
  const index = await getJSON(new URL("/.well-known/nodeinfo", iri));
  const link = index.links.find(({ rel }) => /nodeinfo\.diaspora\.software\/ns\/schema\/2\.[01]$/.test(rel));
  const parsed = parseNodeInfo(await getJSON(link.href));
  if (parsed == null) throw new Error(`Fedify cannot read the NodeInfo at ${link.href}`);
  return parsed;
}

/** fetch GETs { iri } signed by { as }: the document as sent, and as Fedify reads it. */
export async function fetch(peer, { as, iri }) {
  const reading = await readingAs(peer, as);
  const { document } = await reading.documentLoader(iri);
  const object = await ASObject.fromJsonLd(document, reading);
  return { type: object.constructor.name, document };
}

/** collection walks { iri } page by page and lists the ids of its items. */
export async function collection(peer, { as, iri }) {
  const options = await readingAs(peer, as);
  const top = await peer.ctx.lookupObject(iri, options);
  if (!(top instanceof Collection)) throw new Error(`${iri} is no collection`);
  const items = [];
  for await (const item of peer.ctx.traverseCollection(top, options)) items.push(item.id?.href ?? "");
  return { total: top.totalItems, items };
}

/** follow sends Follow from { as } to { handle }. */
export async function follow(peer, { as, handle, queued }) {
  const { ctx, world } = peer;
  const target = await resolve(peer, handle);
  const activity = new Follow({ id: freshId(peer, as, "follows"), actor: ctx.getActorUri(as), object: target.id });
  world.people.get(as).following.set(target.id.href, { state: "pending", follow: activity, target });
  await send(peer, as, [target], activity, { queued });
  return { id: activity.id.href, target: target.id.href };
}

/** unfollow takes the last Follow of { handle } back. */
export async function unfollow(peer, { as, handle, queued }) {
  const target = await resolve(peer, handle);
  const kept = peer.world.people.get(as).following.get(target.id.href);
  if (kept == null) throw new Error(`${as} does not follow ${handle}`);
  peer.world.people.get(as).following.delete(target.id.href);
  return send(peer, as, [target], undo(peer, as, kept.follow), { queued });
}

/** answer accepts or rejects the waiting Follow { follow } (people who approve by hand). */
export async function answer(peer, { follow: id, accept }) {
  const request = peer.world.followRequests.get(id);
  if (request == null) throw new Error(`no waiting follow ${id}`);
  await answerFollow(peer.ctx, peer.world, request, accept ? Accept : Reject);
  return { id };
}

/** post writes a Note and sends its Create; see note.mjs for the fields of the body. */
export async function post(peer, body) {
  const reading = await readingAs(peer, body.as);
  const kept = await newNote(peer, body, (name) => resolve(peer, name, reading));
  const sent = await send(peer, body.as, kept.recipients, kept.create, body);
  return { id: kept.note.id.href, url: kept.note.url.href, activity: sent.id };
}

/** edit gives { id } a new { text } and sends Update to whom the post went. */
export async function edit(peer, { as, id, text, queued }) {
  const kept = own(peer, as, id);
  kept.note = rewritten(kept.note, text);
  const activity = new Update({
    id: new URL(`#updates/${++peer.world.lastNumber}`, id),
    actor: peer.ctx.getActorUri(as),
    object: kept.note,
    tos: kept.note.toIds,
    ccs: kept.note.ccIds,
    updated: kept.note.updated,
  });
  return send(peer, as, kept.recipients, activity, { queued });
}

/** delete makes { id } a Tombstone and sends Delete; a GET of it answers 410 from then on. */
async function remove(peer, { as, id, queued }) {
  const kept = own(peer, as, id);
  kept.gone = true;
  const activity = new Delete({
    id: new URL("#delete", id),
    actor: peer.ctx.getActorUri(as),
    object: new Tombstone({ id: new URL(id) }),
    to: PUBLIC_COLLECTION,
  });
  return send(peer, as, kept.recipients, activity, { queued });
}
export { remove as delete };

/** like sends Like of { object } to its author. */
export async function like(peer, { as, object, queued }) {
  const { note, author } = await noteAndAuthor(peer, as, object);
  const activity = new Like({ id: freshId(peer, as, "likes"), actor: peer.ctx.getActorUri(as), object: note.id });
  peer.world.likes.set(`${as} ${object}`, activity);
  return send(peer, as, [author], activity, { queued });
}

/** unlike takes the last Like of { object } back. */
export async function unlike(peer, { as, object, queued }) {
  const { author } = await noteAndAuthor(peer, as, object);
  return send(peer, as, [author], undo(peer, as, peer.world.likes.get(`${as} ${object}`)), { queued });
}

/** announce boosts { object }: to its author and to the followers of { as }. */
export async function announce(peer, { as, object, queued }) {
  const { ctx, world } = peer;
  const { note, author } = await noteAndAuthor(peer, as, object);
  const activity = new Announce({
    id: freshId(peer, as, "boosts"),
    actor: ctx.getActorUri(as),
    object: note.id,
    to: PUBLIC_COLLECTION,
    ccs: [author.id, ctx.getFollowersUri(as)],
    published: Temporal.Now.instant(),
  });
  world.boosts.set(`${as} ${object}`, activity);
  return send(peer, as, [author, ...world.people.get(as).followers.values()], activity, { queued });
}

/** unannounce takes the last boost of { object } back. */
export async function unannounce(peer, { as, object, queued }) {
  const { author } = await noteAndAuthor(peer, as, object);
  return send(peer, as, [author], undo(peer, as, peer.world.boosts.get(`${as} ${object}`)), { queued });
}

/** send sends any activity a test writes out, to { to } (handles or ids). */
async function sendWritten(peer, { as, to, activity, queued }) {
  const parsed = await Activity.fromJsonLd(activity, peer.ctx);
  const recipients = await Promise.all(to.map((name) => resolve(peer, name)));
  return send(peer, as, recipients, parsed, { queued });
}
export { sendWritten as send };

/** leave sends Delete of { as } to { to } and the followers; the actor answers 410 from then on. */
export async function leave(peer, { as, to }) {
  const { ctx, world } = peer;
  const person = world.people.get(as);
  const told = await Promise.all((to ?? []).map((name) => resolve(peer, name)));
  const activity = new Delete({
    id: freshId(peer, as, "deletes"),
    actor: ctx.getActorUri(as),
    object: ctx.getActorUri(as),
    to: PUBLIC_COLLECTION,
  });
  person.gone = true;
  return send(peer, as, [...told, ...person.followers.values()], activity, {});
}

/** rotate gives { as } new keys under the old key ids. */
export async function rotate({ world }, { as }) {
  world.people.get(as).keys = await newKeys();
  return { id: as };
}

/** refuse makes every inbox answer { status } (0 ends it), with { retryAfter } seconds. */
export function refuse(peer, { status, retryAfter }) {
  peer.world.refusing = status > 0 ? { status, retryAfter } : null;
  return { status };
}

async function send(peer, as, recipients, activity, { queued, personal }) {
  const open = [...activity.toIds, ...activity.ccIds].some((id) => id.href === PUBLIC_COLLECTION.href);
  const options = { immediate: !queued, preferSharedInbox: open && !personal };
  if (recipients.length > 0) await peer.ctx.sendActivity({ identifier: as }, recipients, activity, options);
  return { id: activity.id.href };
}

// readingAs is how { as } reads: signed by them, as GoToSocial signs for its people. A direct Note is
// shown to whom it is for, a members-only one to members.
async function readingAs({ ctx }, as) {
  return { documentLoader: await ctx.getDocumentLoader({ identifier: as ?? "instance" }), contextLoader: ctx.contextLoader };
}

async function resolve(peer, name, options) {
  const found = await peer.ctx.lookupObject(await address(peer, name), options);
  if (found == null) throw new Error(`Fedify resolves ${name} to nothing`);
  return found;
}

// Fedify asks WebFinger of a handle's host over https only. Without TLS the peer
// asks the same question over http itself and hands Fedify the actor's id.
async function address({ settings }, name) {
  if (settings.scheme === "https" || !isFediverseHandle(name)) return name;
  const bare = name.replace(/^@/, "");
  const query = new URL(`http://${bare.slice(bare.lastIndexOf("@") + 1)}/.well-known/webfinger`);
  query.searchParams.set("resource", `acct:${bare}`);
  const { links } = await getJSON(query);
  return links.find((link) => link.rel === "self" && /activity\+json|activitystreams/.test(link.type)).href;
}

async function getJSON(url) {
  const response = await globalThis.fetch(url, { headers: { accept: "application/jrd+json, application/json" } });
  if (!response.ok) throw new FetchError(url, `${url}: ${response.status}`, response);
  return response.json();
}

async function noteAndAuthor(peer, as, iri) {
  const options = await readingAs(peer, as);
  const note = await resolve(peer, iri, options);
  const author = await note.getAttribution(options);
  if (!isActor(author)) throw new Error(`${iri} has no author`);
  return { note, author };
}

function own({ world, ctx }, as, id) {
  const number = Number(ctx.parseUri(new URL(id))?.values?.number);
  const kept = world.notes.get(number);
  if (kept?.owner !== as) throw new Error(`${id} is no post of ${as}`);
  return kept;
}

function undo(peer, as, activity) {
  if (activity == null) throw new Error("nothing to undo");
  return new Undo({ id: freshId(peer, as, "undos"), actor: peer.ctx.getActorUri(as), object: activity });
}

function freshId({ ctx, world }, as, kind) {
  return new URL(`#${kind}/${++world.lastNumber}`, ctx.getActorUri(as));
}
