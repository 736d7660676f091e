package delivery

import "time"

// signing bounds the one costly step of delivery: never more signatures at once than cores. While
// what came in waits to be worked on, it takes a quarter of the machine at most, and never nothing:
// a reader of a busy group sees replies late otherwise, because each of them causes many
// deliveries.
type signing struct {
	cores  chan struct{}
	modest chan struct{} // while busy
	// rest is how many times its own length a signature is followed by idleness while busy.
	rest int
	busy func() bool
}

// share is the part of the cores that signing takes while busy, as one in so many.
const share = 4

func newSigning(cores int, busy func() bool) *signing {
	few := max(1, cores/share)
	return &signing{
		cores: make(chan struct{}, cores), modest: make(chan struct{}, few),
		rest: max(0, share*few/cores-1), busy: busy,
	}
}

func (s *signing) do(sign func() error) error {
	if !s.busy() {
		s.cores <- struct{}{}
		defer func() { <-s.cores }()
		return sign()
	}
	s.modest <- struct{}{}
	defer func() { <-s.modest }()
	s.cores <- struct{}{}
	start := time.Now()
	err := sign()
	took := time.Since(start)
	<-s.cores
	if s.rest > 0 && s.busy() {
		<-time.After(time.Duration(s.rest) * took) // others wait for the place, this one with them
	}
	return err
}
