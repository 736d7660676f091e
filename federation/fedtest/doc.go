// Package fedtest is a federation in memory for tests: a Network that carries
// requests between hosts, and Peers, scripted servers with real keys that
// behave like Mastodon, GoToSocial, Lemmy or NodeBB where it matters, as seen on
// running servers in 2026.
//
// A story looks like this:
//
//	net := &fedtest.Network{}
//	// … start the instance under test with net as its transport …
//	net.Handle("alpha.example", alphaHandler)
//
//	masto := fedtest.New(t, net, "masto.example", fedtest.Mastodon())
//	ana := masto.Person("ana")
//	reply := masto.Post(ana, "https://alpha.example/ap/inbox", ana.Activity("Follow", group))
//	if reply.Status != http.StatusAccepted { … }
//	// … step the workers of the instance …
//	if len(masto.Received("Accept")) != 1 { … }
//
// What a peer has and does:
//
//   - Person, Group and Instance make actors; their documents, WebFinger and
//     the host's NodeInfo are served at once, in the shape and at the paths of
//     the kind.
//   - Note, Thread, Answer and Activity on an Actor compose documents in the
//     kind's shape and put them where their ids say. Put, Serve, Delete and Gone
//     change what stands at an address.
//   - Post and Get send signed requests; Request, Sign and Send take the steps
//     apart, for tests that tamper.
//   - Every request a peer gets is kept: Requests for all, Received for the
//     activities it took in. Signatures of POSTs are verified for real, with
//     the key fetched over the Network, and what the kind's software is known
//     to choke on is refused with its status (Request.Problem says why).
//   - Refuse, Busy, RefuseReads, Stall, Vanish and Recover make it a bad peer.
//
// The package must not be imported by anything but tests, and knows no rule of
// Copse: it only says what other servers would. Read next: network.go, peer.go,
// kind.go.
package fedtest
