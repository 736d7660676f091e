// Figures for the budgets of a page: what it weighs, how soon it shows, how
// quickly it answers. Each takes a page made by open().

/**
 * weigh counts requests and transferred bytes (headers and compressed bodies)
 * while act runs, until the network is at rest. Files from the browser's cache
 * count as requests of no bytes.
 */
export async function weigh(page, act) {
  const session = await page.context().newCDPSession(page);
  const kinds = new Map();
  const sizes = new Map();
  session.on("Network.responseReceived", ({ requestId, type, response }) => {
    kinds.set(requestId, { type, url: response.url, cached: response.fromDiskCache === true });
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => sizes.set(requestId, encodedDataLength));
  await session.send("Network.enable");
  await act();
  await page.waitForLoadState("networkidle");
  await session.detach();
  const files = [...kinds].map(([id, kind]) => ({ ...kind, bytes: kind.cached ? 0 : (sizes.get(id) ?? 0) }));
  const bytes = (of) => of.reduce((sum, file) => sum + file.bytes, 0);
  const byType = Object.fromEntries(
    [...new Set(files.map((f) => f.type))].map((type) => [type, bytes(files.filter((f) => f.type === type))]),
  );
  return { requests: files.length, bytes: bytes(files), byType, files };
}

/**
 * slow makes the line and the machine slow from now on.
 *   kbit      of the line, per second, both ways
 *   latency   in ms, of a round trip
 *   cpu       how many times slower the processor is
 */
export async function slow(page, { kbit, latency = 0, cpu = 1 }) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const throughput = kbit ? (kbit * 1000) / 8 : -1;
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency,
    downloadThroughput: throughput,
    uploadThroughput: throughput,
  });
  await session.send("Emulation.setCPUThrottlingRate", { rate: cpu });
}

/** The lines for which a budget is set. */
export const lines = {
  mobile: { kbit: 1600, latency: 150 },
  poor: { kbit: 400, latency: 400 },
};

/**
 * vitals tells of the page as loaded so far: lcp (ms until the largest part was
 * painted), cls (how much moved by itself), inp (ms, the slowest answer to a
 * person's act, 0 without one).
 */
export function vitals(page) {
  return page.evaluate(async () => {
    const seen = (type, more = {}) =>
      new Promise((resolve) => {
        const observer = new PerformanceObserver((list) => {
          observer.disconnect();
          resolve(list.getEntries());
        });
        observer.observe({ type, buffered: true, ...more });
        setTimeout(() => resolve(observer.takeRecords()), 200);
      });
    const [paints, shifts, events] = await Promise.all([
      seen("largest-contentful-paint"),
      seen("layout-shift"),
      seen("event", { durationThreshold: 16 }),
    ]);
    return {
      lcp: Math.round(paints.at(-1)?.startTime ?? 0),
      cls: shifts.filter((s) => !s.hadRecentInput).reduce((sum, s) => sum + s.value, 0),
      inp: Math.max(0, ...events.filter((e) => e.interactionId > 0).map((e) => e.duration)),
    };
  });
}
