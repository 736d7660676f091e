// The public door: notes each request and how it was proved, then lets Fedify
// answer. Fedify's own verdict decides; the second look here is for the record,
// because Fedify takes an integrity proof before it looks at the HTTP signature,
// and a test wants to know about each.

import { detachSignature, verifyObject, verifyRequestDetailed } from "@fedify/fedify";
import { Activity } from "@fedify/vocab";

/** inboxDoor answers one request of another server. */
export function inboxDoor(federation, world) {
  return async (request) => {
    const entry = await look(request.clone(), federation.createContext(request, world));
    world.requests.push(entry);
    const response = await answer(request, federation, world);
    entry.status = response.status;
    return response;
  };
}

async function answer(request, federation, world) {
  const refusing = world.refusing;
  if (request.method === "POST" && refusing != null) {
    const headers = refusing.retryAfter == null ? {} : { "retry-after": String(refusing.retryAfter) };
    return new Response("refused by the test\n", { status: refusing.status, headers });
  }
  const gone = goneNote(request, federation, world);
  if (gone != null) return gone;
  return federation.fetch(request, { contextData: world });
}

/** A deleted post answers 410, as Mastodon does. */
function goneNote(request, federation, world) {
  const parsed = federation.createContext(request, world).parseUri(new URL(request.url));
  const kept = parsed?.type === "object" ? world.notes.get(Number(parsed.values.number)) : null;
  return kept?.gone ? new Response(null, { status: 410 }) : null;
}

async function look(request, ctx) {
  const url = new URL(request.url);
  const text = request.method === "POST" ? await request.clone().text() : "";
  return {
    at: new Date().toISOString(),
    method: request.method,
    path: url.pathname + url.search,
    headers: Object.fromEntries(request.headers),
    body: text,
    ...(await signatureOf(request, ctx)),
    ...(await proofOf(text, ctx)),
  };
}

async function signatureOf(request, ctx) {
  const spec = request.headers.has("signature-input")
    ? "rfc9421"
    : request.headers.has("signature")
      ? "draft-cavage-http-signatures-12"
      : "";
  if (spec === "") return { signature: "" };
  try {
    const verdict = await verifyRequestDetailed(request, loaders(ctx));
    if (verdict.verified) return { signature: spec, verified: true, key: verdict.key.id?.href };
    return { signature: spec, verified: false, reason: verdict.reason.type };
  } catch (error) {
    return { signature: spec, verified: false, reason: String(error) };
  }
}

async function proofOf(text, ctx) {
  if (!text.includes('"proof"')) return { proof: "none" };
  try {
    const proved = await verifyObject(Activity, detachSignature(JSON.parse(text)), loaders(ctx));
    return { proof: proved == null ? "bad" : "good" };
  } catch (error) {
    return { proof: `unreadable: ${error}` };
  }
}

function loaders(ctx) {
  return { documentLoader: ctx.documentLoader, contextLoader: ctx.contextLoader };
}
