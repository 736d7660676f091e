// Package drill marks the places at which a fault drill may end the process, and is the clock that
// a drill may step.
//
// In the ordinary build both are nothing: Point is empty and disappears, Now is time.Now. Built with
// the tag "drill", and only then, they listen to the environment; see on.go. The room decides
// nothing and imports nothing of ours. The drills are in cmd/drills.
package drill
