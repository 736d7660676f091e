// Between Node's http module and the web's Request and Response.

/** listener answers Node requests with what handle(Request) resolves to. */
export function listener(scheme, handle) {
  return async (incoming, outgoing) => {
    try {
      send(outgoing, await handle(await toRequest(scheme, incoming)), incoming.method);
    } catch (error) {
      console.error(error);
      if (!outgoing.headersSent) outgoing.writeHead(500, { "content-type": "text/plain" });
      outgoing.end(String(error));
    }
  };
}

async function toRequest(scheme, incoming) {
  const headers = new Headers();
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i], incoming.rawHeaders[i + 1]);
  }
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const bodiless = incoming.method === "GET" || incoming.method === "HEAD";
  return new Request(`${scheme}://${incoming.headers.host}${incoming.url}`, {
    method: incoming.method,
    headers,
    body: bodiless ? undefined : Buffer.concat(chunks),
  });
}

async function send(outgoing, response, method) {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(method === "HEAD" ? undefined : Buffer.from(await response.arrayBuffer()));
}

/** json is a response that carries value as JSON. */
export function json(value, status = 200) {
  return new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });
}
