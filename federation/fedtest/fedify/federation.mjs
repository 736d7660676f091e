// What the peer says and accepts: Fedify's dispatchers and inbox listeners over
// the people and posts of world.mjs. Paths and shapes follow Mastodon's, because
// that is the server this peer stands in for.

import {
  createExponentialBackoffPolicy,
  createFederation,
  InProcessMessageQueue,
  MemoryKvStore,
} from "@fedify/fedify";
import {
  Accept,
  Activity,
  Application,
  Create,
  Endpoints,
  Follow,
  Note,
  Person,
  PUBLIC_COLLECTION,
  Reject,
  Tombstone,
  Undo,
} from "@fedify/vocab";
import { record } from "./world.mjs";

/** buildFederation wires Fedify to a world. Signatures are always verified. */
export function buildFederation(world, settings) {
  const quick = createExponentialBackoffPolicy({ initialDelay: { milliseconds: 200 }, maxAttempts: 6 });
  const federation = createFederation({
    kv: new MemoryKvStore(),
    queue: new InProcessMessageQueue({ pollInterval: { milliseconds: 50 } }),
    origin: settings.origin,
    allowPrivateAddress: true,
    firstKnock: settings.firstKnock,
    circuitBreaker: false,
    userAgent: { software: `${settings.software}/${settings.version}`, url: settings.origin },
    outboxRetryPolicy: quick,
    inboxRetryPolicy: quick,
    onOutboxError: (error, activity) => {
      world.failures.push({ activity: activity?.id?.href ?? "", error: String(error), status: error.statusCode ?? 0 });
    },
  });
  serveNodeInfo(federation, settings);
  serveActors(federation, world, settings);
  serveCollections(federation, world);
  serveNotes(federation, world, settings);
  takeActivities(federation, world, settings);
  return federation;
}

function serveNodeInfo(federation, settings) {
  federation.setNodeInfoDispatcher("/nodeinfo/2.1", (ctx) => ({
    software: { name: settings.software, version: settings.version },
    protocols: ["activitypub"],
    usage: { users: { total: ctx.data.people.size - 1 }, localPosts: ctx.data.notes.size, localComments: 0 },
  }));
}

function serveActors(federation, world, settings) {
  federation
    .setActorDispatcher("/users/{identifier}", async (ctx, name) => {
      const person = world.people.get(name);
      if (person == null) return null;
      if (person.gone) return new Tombstone({ id: ctx.getActorUri(name) });
      const keys = await ctx.getActorKeyPairs(name);
      const kind = person.type === "Application" ? Application : Person;
      return new kind({
        id: ctx.getActorUri(name),
        preferredUsername: name,
        name: name[0].toUpperCase() + name.slice(1),
        summary: `<p>${name} of ${ctx.host}</p>`,
        url: new URL(`/@${name}`, ctx.canonicalOrigin),
        inbox: ctx.getInboxUri(name),
        outbox: ctx.getOutboxUri(name),
        followers: ctx.getFollowersUri(name),
        following: ctx.getFollowingUri(name),
        endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
        manuallyApprovesFollowers: settings.manual.includes(name),
        publicKey: keys[0].cryptographicKey,
        assertionMethods: keys.map((key) => key.multikey),
      });
    })
    .setKeyPairsDispatcher((_, name) => world.people.get(name)?.keys ?? []);
}

function serveCollections(federation, world) {
  federation
    .setFollowersDispatcher("/users/{identifier}/followers", (_, name) => {
      const person = world.people.get(name);
      return person == null ? null : { items: [...person.followers.values()] };
    })
    .setCounter((_, name) => world.people.get(name)?.followers.size ?? 0);
  federation
    .setFollowingDispatcher("/users/{identifier}/following", (_, name) => {
      const person = world.people.get(name);
      if (person == null) return null;
      const accepted = [...person.following].filter(([, f]) => f.state === "accepted");
      return { items: accepted.map(([id]) => new URL(id)) };
    })
    .setCounter((_, name) => world.people.get(name)?.following.size ?? 0);
  federation
    .setOutboxDispatcher("/users/{identifier}/outbox", (_, name, cursor) => {
      if (!world.people.has(name)) return null;
      if (cursor == null) return null;
      return { items: publicPosts(world, name).map((kept) => kept.create) };
    })
    .setFirstCursor(() => "all")
    .setCounter((_, name) => publicPosts(world, name).length);
}

function publicPosts(world, name) {
  return [...world.notes.values()].filter((kept) => kept.owner === name && !kept.gone && isPublic(kept.note)).reverse();
}

function isPublic(note) {
  return [...note.toIds, ...note.ccIds].some((id) => id.href === PUBLIC_COLLECTION.href);
}

function serveNotes(federation, world, settings) {
  const find = (values) => {
    const kept = world.notes.get(Number(values.number));
    return kept == null || kept.gone || kept.owner !== values.identifier ? null : kept;
  };
  const mayRead = async (ctx, values) => {
    const kept = find(values);
    if (kept == null) return true; // becomes 404
    const open = isPublic(kept.note);
    if (open && !settings.secure) return true;
    const reader = await ctx.getSignedKeyOwner({ documentLoader: ctx.documentLoader });
    if (reader == null) return false;
    return open || isAddressed(kept, reader.id.href, world);
  };
  federation
    .setObjectDispatcher(Note, "/users/{identifier}/statuses/{number}", (_, v) => find(v)?.note ?? null)
    .authorize(mayRead);
  federation
    .setObjectDispatcher(Create, "/users/{identifier}/statuses/{number}/activity", (_, v) => find(v)?.create ?? null)
    .authorize(mayRead);
}

function isAddressed(kept, reader, world) {
  const ids = [...kept.note.toIds, ...kept.note.ccIds].map((id) => id.href);
  if (ids.includes(reader)) return true;
  const toFollowers = ids.some((id) => id.endsWith("/followers"));
  return toFollowers && world.people.get(kept.owner).followers.has(reader);
}

function takeActivities(federation, world, settings) {
  federation
    .setInboxListeners("/users/{identifier}/inbox", "/inbox")
    .setSharedKeyDispatcher(() => ({ identifier: "instance" }))
    .on(Follow, async (ctx, follow) => {
      await takeFollow(ctx, world, settings, follow);
      await file(ctx, world, follow);
    })
    .on(Undo, async (ctx, undo) => {
      const undone = await undo.getObject(ctx);
      if (undone instanceof Follow) followed(ctx, world, undone)?.followers.delete(undo.actorId.href);
      await file(ctx, world, undo);
    })
    .on(Accept, async (ctx, accept) => {
      await settleFollow(ctx, world, accept, "accepted");
      await file(ctx, world, accept);
    })
    .on(Reject, async (ctx, reject) => {
      await settleFollow(ctx, world, reject, "rejected");
      await file(ctx, world, reject);
    })
    .on(Activity, (ctx, activity) => file(ctx, world, activity))
    .onUnverifiedActivity((_, activity, reason) => {
      record(world, {
        verified: false,
        reason: reason.type,
        type: activity.constructor.name,
        id: activity.id?.href ?? "",
        actor: activity.actorId?.href ?? "",
        object: activity.objectId?.href ?? "",
      });
    })
    .onError((_, error) => {
      console.error("inbox:", error);
    });
}

async function file(ctx, world, activity) {
  record(world, {
    verified: true,
    inbox: ctx.recipient ?? "",
    type: activity.constructor.name,
    id: activity.id?.href ?? "",
    actor: activity.actorId?.href ?? "",
    object: activity.objectId?.href ?? "",
    json: await activity.toJsonLd(ctx),
  });
}

function followed(ctx, world, follow) {
  const parsed = ctx.parseUri(follow.objectId);
  return parsed?.type === "actor" ? world.people.get(parsed.identifier) : undefined;
}

async function takeFollow(ctx, world, settings, follow) {
  const person = followed(ctx, world, follow);
  const follower = await follow.getActor(ctx);
  if (person == null || follower?.id == null) return;
  if (settings.manual.includes(person.name)) {
    world.followRequests.set(follow.id.href, { person: person.name, follow, follower });
    return;
  }
  await answerFollow(ctx, world, { person: person.name, follow, follower }, Accept);
}

/** answerFollow sends Accept or Reject (answer) and remembers the follower. */
export async function answerFollow(ctx, world, request, answer) {
  const { person, follow, follower } = request;
  world.followRequests.delete(follow.id?.href);
  if (answer === Accept) world.people.get(person).followers.set(follower.id.href, follower);
  await ctx.sendActivity(
    { identifier: person },
    follower,
    new answer({
      id: new URL(`#${answer.name.toLowerCase()}s/follows/${++world.lastNumber}`, ctx.getActorUri(person)),
      actor: ctx.getActorUri(person),
      object: follow,
    }),
  );
}

async function settleFollow(ctx, world, answer, state) {
  const follow = await answer.getObject({ ...ctx, crossOrigin: "trust" });
  const id = answer.actorId?.href;
  for (const person of world.people.values()) {
    const pending = person.following.get(id);
    if (pending == null) continue;
    const answered = follow?.id ?? answer.objectId;
    if (answered == null || answered.href === pending.follow.id.href) pending.state = state;
  }
}
