// What the peer knows: its people, their posts, and what it received. All of it
// is in memory and gone when the process ends.

/** newWorld makes the people named in the settings, each with both kinds of key. */
export async function newWorld(settings) {
  const people = new Map();
  for (const name of settings.users) people.set(name, await newPerson(name, "Person"));
  people.set("instance", await newPerson("instance", "Application"));
  return {
    people,
    notes: new Map(), // number -> { owner, note, create, recipients, gone }
    likes: new Map(), // owner + object -> the Like that an Undo takes back
    boosts: new Map(),
    followRequests: new Map(), // id of an unanswered Follow -> what to answer
    received: [], // activities whose sender was proved
    requests: [], // every request of other servers, proved or not
    failures: [], // deliveries that went wrong
    refusing: null, // { status, retryAfter } while inboxes answer only that
    waiting: new Set(), // calls that wait for something to be received
    lastNumber: 0,
  };
}

async function newPerson(name, type) {
  return {
    name,
    type,
    keys: await newKeys(),
    gone: false,
    followers: new Map(), // actor id -> { id, inboxId, endpoints }
    following: new Map(), // actor id -> { state, follow, target }
  };
}

/** newKeys makes a key for HTTP signatures and one for integrity proofs. */
export async function newKeys() {
  return [await rsaPair(), await ed25519Pair()];
}

// Fedify makes RSA keys of 4096 bits; the servers it stands in for use 2048.
function rsaPair() {
  const kind = {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: "SHA-256",
  };
  return crypto.subtle.generateKey(kind, true, ["sign", "verify"]);
}

function ed25519Pair() {
  return crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
}

/** record files a received activity and wakes the calls that wait for one. */
export function record(world, entry) {
  world.received.push({ n: world.received.length + 1, at: new Date().toISOString(), ...entry });
  for (const wake of [...world.waiting]) wake();
}

/** receivedAfter resolves to the entries later than n, at once or within ms. */
export function receivedAfter(world, n, ms) {
  const later = () => world.received.slice(n);
  if (later().length > 0 || ms <= 0) return Promise.resolve(later());
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      world.waiting.delete(done);
      resolve(later());
    };
    const timer = setTimeout(done, ms);
    world.waiting.add(done);
  });
}
