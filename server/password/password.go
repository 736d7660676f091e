// Package password hashes and compares the passwords of accounts, and refuses those that anybody
// would guess. It reads and writes no account; who may sign in is decided by the doors. Start with
// Hash and Matches.
package password

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"github.com/copse-social/copse/server/community"
)

// What a password may be. The upper bound keeps a form from feeding megabytes to the hash; nothing
// below it is cut off.
const (
	Min = 12    // characters
	Max = 1_000 // bytes
)

// common are long enough and still among the first that are tried, one a line.
//
//go:embed common_passwords.txt
var common string

// hashing holds as many passwords as may be hashed at once: each takes 19 MiB, and a storm of
// sign-ins must wait rather than fill the memory.
var hashing = make(chan struct{}, 4)

// absentHash is compared with where there is no account, so that the answer takes as long.
const absentHash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdCBvZiBub2JvZHk$3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Hash hashes a new password with argon2id at the strength OWASP asks for. It refuses with
// "password-short", "password-long" or "password-common".
func Hash(password string) (string, error) {
	password = norm.NFC.String(password)
	if err := check(password); err != nil {
		return "", err
	}
	hashing <- struct{}{}
	defer func() { <-hashing }()
	hash, err := argon2id.CreateHash(password, &argon2id.Params{
		Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32,
	})
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// Matches compares a password with the hash of an account. An empty hash, for an account
// that is not there, takes the same time and matches nothing.
func Matches(hash, password string) bool {
	if len(password) > Max {
		return false
	}
	there := hash != ""
	if !there {
		hash = absentHash
	}
	hashing <- struct{}{}
	defer func() { <-hashing }()
	match, err := argon2id.ComparePasswordAndHash(norm.NFC.String(password), hash)
	return err == nil && match && there
}

func check(password string) error {
	switch {
	case utf8.RuneCountInString(password) < Min:
		return community.RefuseField("password", "password-short")
	case len(password) > Max:
		return community.RefuseField("password", "password-long")
	case guessable(password):
		return community.RefuseField("password", "password-common")
	}
	return nil
}

// guessable says that a password is one of the first that anybody tries: a known one, a short
// piece over and over, or a run of neighbours.
func guessable(password string) bool {
	plain := strings.ToLower(password)
	for line := range strings.Lines(common) {
		if plain == strings.TrimSpace(line) {
			return true
		}
	}
	return repeats(plain) || runs(plain)
}

// repeats says that s is one piece of at most four characters over and over.
func repeats(s string) bool {
	all := []rune(s)
	for n := 1; n <= 4; n++ {
		same := true
		for i := n; i < len(all) && same; i++ {
			same = all[i] == all[i-n]
		}
		if same {
			return true
		}
	}
	return false
}

// runs says that s follows the alphabet, the digits or a row of keys up or down, round the end,
// with at most three characters that do not.
func runs(s string) bool {
	breaks := 0
	last := rune(-1)
	for _, r := range s {
		if last >= 0 && !neighbours(last, r) {
			breaks++
		}
		last = r
	}
	return breaks <= 3
}

func neighbours(a, b rune) bool {
	if unicode.IsLetter(a) && (b == a+1 || b == a-1) {
		return true
	}
	for _, row := range []string{"12345678901", "qwertyuiop", "asdfghjkl", "zxcvbnm"} {
		if strings.Contains(row, string([]rune{a, b})) || strings.Contains(row, string([]rune{b, a})) {
			return true
		}
	}
	return false
}
