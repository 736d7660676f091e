package views

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/copse-social/copse/frontend/ui"
)

// fifty is a discussion with as many replies as one page shows: a tree of
// branches, half of them answered, written by a dozen people.
func fifty(s Shell) Page {
	p := discussionFull(s).(Discussion)
	people := []ui.Person{ruben, leila, grace, farid, elif, jonas}
	texts := strings.Split(longText, "\n")
	var top []ui.Reply
	for i := range 50 {
		r := ui.Reply{
			ID: fmt.Sprint(1000 + i), Author: people[i*7%len(people)], At: clock.AddDate(0, 0, -i%9),
			Body: ui.HTML("<p>" + texts[i%len(texts)] + "</p>"), Lang: "en", Helpful: i % 5,
			From: ui.Origin{Door: ui.Door(i % 4), From: "health.example"},
			May:  ui.Acts{Like: true, Reply: true, Report: true, Thread: "/d/7"},
		}
		switch {
		case i%3 == 0:
			top = append(top, r)
		case i%3 == 1:
			top[len(top)-1].Replies = append(top[len(top)-1].Replies, r)
		default:
			parent := &top[len(top)-1].Replies[0]
			parent.Replies = append(parent.Replies, r)
		}
	}
	p.Replies = top
	return p
}

const longText = `Ours is one paper strip per week, taped inside the cupboard door. Three boxes, three numbers, initials. I photographed March and can send it, if somebody tells me where it should go.
What does she do when a number is zero? The strip needs one line for that, or the number is only a number and nobody is called.
We timed it in two clinics. Strip: 42 seconds. Ministry form, second draft: two minutes ten, most of it looking for the facility code. Print the code on the sheet.
Ask for the hour as well. A reading at six in the morning and one at two in the afternoon are not the same measurement.
Printing 400 books of 12 sheets costs 1,900 dollars with the government printer. Who could print closer to the districts?
A photograph of the comparator disc would prove the number, but on our lines it costs the nurse ten minutes. Leave it out.
New here. Our pump stations keep a log at the pump, not at the tap. Would the ministry take both on one sheet?`

// web.md: a first discussion page may weigh 14 kB of HTML on the line; fifty
// posts are held to 12.
func TestBudget_fiftyReplies(t *testing.T) {
	t.Parallel()
	plain := render(t, sample{page: fifty, full: true}, "en")
	if len(plain) > 100_000 {
		t.Errorf("%d bytes, at most 100000", len(plain))
	}
	if n := compressed(t, plain); n > 12<<10 {
		t.Errorf("%d bytes compressed, at most %d", n, 12<<10)
	}
}

// Everything a stranger loads to read: page and style sheet.
func TestBudget_everyPage(t *testing.T) {
	t.Parallel()
	for _, smp := range samples() {
		if n := compressed(t, render(t, smp, "ar")); n > 9<<10 {
			t.Errorf("%s is %d bytes compressed, at most %d", smp.name, n, 9<<10)
		}
	}
}

func compressed(t *testing.T, plain []byte) int {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if _, err := z.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Len()
}

func BenchmarkDiscussion50(b *testing.B) {
	view := fifty(signedIn("en"))
	b.ReportAllocs()
	for b.Loop() {
		if err := view.View().Render(b.Context(), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
