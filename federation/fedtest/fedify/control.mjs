// The tests' desk: JSON over HTTP on a port of its own. Each act answers once it
// is done; deliveries are made at once, so a refusal by the other server is the
// answer, unless the body says "queued": true (then Fedify's queue retries).

import * as acts from "./acts.mjs";
import { receivedAfter } from "./world.mjs";
import { json } from "./web.mjs";

/** control answers the requests of a test. */
export function control(federation, world, settings) {
  const ctx = federation.createContext(new URL(settings.origin), world);
  const views = {
    health: () => ({ ok: true, origin: settings.origin }),
    inbox: (query) => receivedAfter(world, Number(query.get("after") ?? 0), Number(query.get("wait") ?? 0)),
    requests: () => world.requests,
    failures: () => world.failures,
    following: (query) => following(world, query.get("as")),
    followers: (query) => [...world.people.get(query.get("as")).followers.keys()],
  };
  return async (request) => {
    const url = new URL(request.url);
    const name = url.pathname.replace(/^\/control\//, "");
    try {
      if (request.method === "GET" && Object.hasOwn(views, name)) return json(await views[name](url.searchParams));
      if (request.method === "POST" && Object.hasOwn(acts, name)) {
        return json(await acts[name]({ ctx, world, settings }, await request.json()));
      }
    } catch (error) {
      return json(wordsOf(error), 502);
    }
    return json({ error: `no such act: ${request.method} ${name}` }, 404);
  };
}

function following(world, name) {
  return Object.fromEntries([...world.people.get(name).following].map(([id, f]) => [id, f.state]));
}

// A delivery to several inboxes fails with an AggregateError.
function wordsOf(error) {
  const first = error.errors?.[0] ?? error;
  const status = first.statusCode ?? first.response?.status ?? 0;
  return { error: String(first.message ?? first), status, detail: first.responseBody ?? "" };
}
