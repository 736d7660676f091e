// The pages that the smoke story opens. A new page is a new line here.

/**
 * Each page has a path and may have:
 *   at        organisation of the demo, rco when absent
 *   status    the answer expected, 200 when absent
 */
export const pages = [
  { path: "/" },
  { path: "/sign-in" },
  { path: "/communities" },
  { path: "/search" },
  { path: "/nothing-here", status: 404 },
];
