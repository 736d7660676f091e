// Package content says what text may contain: Markdown goes in, HTML that is
// safe to print comes out, and from it the plainer forms that other servers,
// search and mail can show.
//
// Everything a person wrote, here or elsewhere, passes Sanitise (or Markdown,
// which ends in it) before it is stored, and is escaped again where it is
// printed. This room knows no post, no actor and no address of ours; it
// imports nothing of ours and opens no connection.
//
// Read sanitise.go for what is let through, tree.go for how broken HTML is
// made whole, reduce.go for what leaves for microblogs, title.go for how a
// post gets its title.
package content
