// Package rig is the laboratory of the fault drills: it runs real copse processes, PostgreSQL and
// Redis on this machine, twenty scripted peers that keep ledgers, a proxy before each of them that
// breaks connections, and a load of posts and replies.
//
// A drill gets a Rig, does its harm and lets Judge compare three ledgers: what the instance answered
// 2xx to, what its database holds, what the peers got. The rig treats copse as a program: it knows
// its pages, its inbox and the tables of its database, and imports none of its rules. It is no part
// of the binary and never runs beside a real instance.
//
// Read next: rig.go for what a drill is given, load.go for what is asked of the instance, peer.go
// for who listens, judge.go for the verdict. The drills themselves are in cmd/drills.
package rig
