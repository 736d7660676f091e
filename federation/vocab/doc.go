// Package vocab holds the documents of the wire: what other instances send,
// read once into one tolerant value, and what we send, written in one fixed
// shape.
//
// Decode reads ActivityStreams as plain JSON with known member names. It
// fetches no context, follows no graph and believes nothing: who signed a
// document, whether its author may speak for its id and what it is allowed
// to do are questions for the rooms above. The *Doc types are the outgoing
// side; their member order is fixed and held by golden files in testdata.
//
// This room imports nothing of ours, opens no connection and knows no rule.
// Read object.go and decode.go for the way in, postdoc.go and encode.go for
// the way out, then federation for who uses them.
package vocab
