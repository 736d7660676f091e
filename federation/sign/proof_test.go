package sign_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/copse-social/copse/federation/sign"
)

const proofKeyID = "https://copse.test/ap/people/1#ed25519-key"

func prover() *sign.Signer { return &sign.Signer{ProofKeyID: proofKeyID, Ed25519: edKey()} }

const note = `{
  "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"],
  "type": "Note", "id":"https://copse.test/ap/objects/1",
  "content": "Caf\u00e9 <p>é</p>", "z": 1.0, "a": [true, null]
}
`

func proved(t testing.TB, doc string) []byte {
	t.Helper()
	out, err := sign.Prove([]byte(doc), prover(), noon)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestProve_keepsEveryByte(t *testing.T) {
	t.Parallel()
	out := proved(t, note)
	head := strings.TrimRight(strings.TrimSpace(note), "}")
	if !bytes.HasPrefix(out, []byte(strings.TrimSpace(head)+`,"proof":{"@context":["https://www.w3.org/ns/activitystreams", `)) {
		t.Errorf("got %s", out)
	}
	if err := sign.VerifyProof(out, edPublic().Ed25519); err != nil {
		t.Error(err)
	}
}

func TestProve_forms(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{`{}`, `{"a":1}`, ` { "a" : {} } `, `{"a":"}"}`, `{"@context":"https://www.w3.org/ns/activitystreams"}`} {
		if err := sign.VerifyProof(proved(t, doc), edPublic().Ed25519); err != nil {
			t.Errorf("%s: %v", doc, err)
		}
	}
}

func TestProve_refused(t *testing.T) {
	t.Parallel()
	for _, doc := range []string{
		"", "null", "[]", `"a"`, `{"a":1,"a":2}`, `{"a":1}{}`, `{"a":1} x`, `{"a":9007199254740993}`,
		"{\"a\":\"\xff\"}", `{"proof":{}}`, `{"proof":null}`, `{"a":`, strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40),
	} {
		if out, err := sign.Prove([]byte(doc), prover(), noon); err == nil {
			t.Errorf("%s became %s", doc, out)
		}
	}
	for _, s := range []*sign.Signer{{}, {ProofKeyID: proofKeyID}, {Ed25519: edKey()}, {ProofKeyID: "\xff", Ed25519: edKey()}} {
		if _, err := sign.Prove([]byte(note), s, noon); err == nil {
			t.Errorf("proved with %+v", s)
		}
	}
}

func TestProofOf_reads(t *testing.T) {
	t.Parallel()
	got, err := sign.ProofOf(proved(t, note))
	if err != nil {
		t.Fatal(err)
	}
	want := &sign.Proof{VerificationMethod: proofKeyID, Cryptosuite: "eddsa-jcs-2022", Created: noon}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got, err = sign.ProofOf([]byte(`{"proof":{"verificationMethod":"k","created":"2026-11-21T12:00:00Z","expires":"2026-11-22T12:00:00Z"}}`))
	if err != nil || !got.Expires.Equal(noon.Add(24*time.Hour)) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestProofOf_refused(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]error{
		note:             sign.ErrNoProof,
		`{"Proof":{}}`:   sign.ErrNoProof,
		`[]`:             sign.ErrMalformed,
		`{"proof":[]}`:   sign.ErrMalformed,
		`{"proof":null}`: sign.ErrMalformed,
		`{"proof":"x"}`:  sign.ErrMalformed,
		`{"proof":{}}`:   sign.ErrMalformed,
		`{"proof":{"created":"2026-11-21T12:00:00Z"}}`:                                                   sign.ErrMalformed,
		`{"proof":{"created":"today","verificationMethod":"k"}}`:                                         sign.ErrMalformed,
		`{"proof":{"created":"2026-11-21T12:00:00Z","expires":"x","verificationMethod":"k"}}`:            sign.ErrMalformed,
		`{"proof":{"created":"2026-11-21T12:00:00Z","verificationMethod":["k"]}}`:                        sign.ErrMalformed,
		`{"proof":{},"proof":{"created":"2026-11-21T12:00:00Z","verificationMethod":"k"}}`:               sign.ErrMalformed,
		`{"proof":{"verificationMethod":"k","verificationMethod":"l","created":"2026-11-21T12:00:00Z"}}`: sign.ErrMalformed,
	} {
		if _, err := sign.ProofOf([]byte(doc)); !errors.Is(err, want) {
			t.Errorf("%.90s: got %v, want %v", doc, err, want)
		}
	}
}

// Layout is not proved, content is.
func TestVerifyProof_layoutMayChange(t *testing.T) {
	t.Parallel()
	doc := string(proved(t, note))
	for _, change := range [][2]string{
		{"\n", " "}, {`Caf\u00e9`, "Café"}, {`"z": 1.0`, `"z": 1`}, {`"type": "Note", "id":"https://copse.test/ap/objects/1"`, `"id":"https://copse.test/ap/objects/1","type":"Note"`},
	} {
		out := strings.ReplaceAll(doc, change[0], change[1])
		if out == doc {
			t.Fatalf("%q does not occur", change[0])
		}
		if err := sign.VerifyProof([]byte(out), edPublic().Ed25519); err != nil {
			t.Errorf("%q: %v", change[0], err)
		}
	}
}

func TestVerifyProof_contentMayNot(t *testing.T) {
	t.Parallel()
	doc := string(proved(t, note))
	for _, change := range [][2]string{
		{`"Note"`, `"Page"`},
		{`"z": 1.0`, `"z": 1.1`},
		{`"a": [`, `"b": 1, "a": [`},
		{`"a": [`, `"A": [`},
		{`, "z": 1.0`, ``},
		{`true, null`, `null, true`},
		{`"created":"2026`, `"created":"2025`},
		{proofKeyID, "https://evil.test/k"},
		{`"assertionMethod"`, `"authentication"`},
		{`"eddsa-jcs-2022"`, `"eddsa-rdfc-2022"`},
		{`"DataIntegrityProof"`, `"Ed25519Signature2020"`},
		{`"proofPurpose"`, `"domain":"x","proofPurpose"`},
		{`"proofValue":"z`, `"proofValue":"u`},
		{`"proofValue":"z`, `"proofValue":"z1`},
		{`"@context": ["https://www.w3.org/ns/activitystreams",`, `"@context": ["https://evil.test/context",`},
		{`data-integrity/v2"],` + "\n", `data-integrity/v2", "https://evil.test/c"],` + "\n"},
		{`"z": 1.0`, `"z": 1.0, "z": 1.0`},
		{`"z": 1.0`, `"z": 1.0, "proof": {}`},
	} {
		out := strings.Replace(doc, change[0], change[1], 1)
		if out == doc {
			t.Fatalf("%q does not occur", change[0])
		}
		refused(t, sign.VerifyProof([]byte(out), edPublic().Ed25519))
	}
	if err := sign.VerifyProof([]byte(note), edPublic().Ed25519); !errors.Is(err, sign.ErrNoProof) {
		t.Errorf("without proof: %v", err)
	}
}

// JCS rounds numbers to doubles: without the bound on integers the last digit
// of an id could be changed under the proof.
func TestVerifyProof_integerBeyondDouble(t *testing.T) {
	t.Parallel()
	doc := string(proved(t, `{"n":9007199254740991}`))
	if err := sign.VerifyProof([]byte(doc), edPublic().Ed25519); err != nil {
		t.Error(err)
	}
	refused(t, sign.VerifyProof([]byte(strings.Replace(doc, "740991", "740993", 1)), edPublic().Ed25519))
}

func TestVerifyProof_otherKey(t *testing.T) {
	t.Parallel()
	other := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	if err := sign.VerifyProof(proved(t, note), other); !errors.Is(err, sign.ErrMismatch) {
		t.Errorf("got %v", err)
	}
	if err := sign.VerifyProof(proved(t, note), other[:31]); !errors.Is(err, sign.ErrKey) {
		t.Errorf("short key: %v", err)
	}
	if err := sign.VerifyProof([]byte("["), other); !errors.Is(err, sign.ErrMalformed) {
		t.Errorf("no document: %v", err)
	}
}

// An object with its own proof inside an activity with another (FEP-8b32).
func TestVerifyProof_nested(t *testing.T) {
	t.Parallel()
	inner := string(proved(t, note))
	outer := proved(t, `{"type":"Create","object":`+inner+`}`)
	if err := sign.VerifyProof(outer, edPublic().Ed25519); err != nil {
		t.Error(err)
	}
	if err := sign.VerifyProof([]byte(inner), edPublic().Ed25519); err != nil {
		t.Error(err)
	}
	refused(t, sign.VerifyProof(bytes.Replace(outer, []byte("Create"), []byte("Update"), 1), edPublic().Ed25519))
}

// Vectors: the W3C's (vc-di-eddsa, appendix B) with the context in the proof;
// FEP-8b32's older one, without; and one hashed as Fedify does, with the
// document's context though the proof as sent has none.
func TestVerifyProof_vectors(t *testing.T) {
	t.Parallel()
	k, err := sign.ParseMultikey(w3cPublic)
	if err != nil {
		t.Fatal(err)
	}
	const w3c = `{"@context":["https://www.w3.org/ns/credentials/v2","https://www.w3.org/ns/credentials/examples/v2"],
		"id":"urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33","type":["VerifiableCredential","AlumniCredential"],
		"name":"Alumni Credential","description":"A minimum viable example of an Alumni Credential.",
		"issuer":"https://vc.example/issuers/5678","validFrom":"2023-01-01T00:00:00Z",
		"credentialSubject":{"id":"did:example:abcdefgh","alumniOf":"The School of Examples"},
		"proof":{"type":"DataIntegrityProof","cryptosuite":"eddsa-jcs-2022","created":"2023-02-24T23:36:38Z",
		"verificationMethod":"did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
		"proofPurpose":"assertionMethod",
		"@context":["https://www.w3.org/ns/credentials/v2","https://www.w3.org/ns/credentials/examples/v2"],
		"proofValue":"z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"}}`
	const fep = `{"@context":["https://www.w3.org/ns/activitystreams","https://w3id.org/security/data-integrity/v1"],
		"type":"Create","actor":"https://server.example/users/alice","object":{"type":"Note","content":"Hello world"},
		"proof":{"type":"DataIntegrityProof","cryptosuite":"eddsa-jcs-2022",
		"verificationMethod":"https://server.example/users/alice#ed25519-key","proofPurpose":"assertionMethod",
		"proofValue":"z3sXaxjKs4M3BRicwWA9peyNPJvJqxtGsDmpt1jjoHCjgeUf71TRFz56osPSfDErszyLp5Ks1EhYSgpDaNM977Rg2",
		"created":"2023-02-24T23:36:38Z"}}`
	for name, doc := range map[string]string{"W3C": w3c, "FEP-8b32": fep} {
		if err := sign.VerifyProof([]byte(doc), k.Ed25519); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	const context = `"@context":"https://www.w3.org/ns/activitystreams"`
	sent := strings.Replace(string(proved(t, `{`+context+`,"a":1}`)), `{`+context+`,"type"`, `{"type"`, 1)
	if strings.Count(sent, "@context") != 1 {
		t.Fatalf("got %s", sent)
	}
	if err := sign.VerifyProof([]byte(sent), edPublic().Ed25519); err != nil {
		t.Errorf("Fedify: %v", err)
	}
}

// A proof with a context on a document without one proves another document.
func TestVerifyProof_contextDropped(t *testing.T) {
	t.Parallel()
	const context = `"@context":"https://www.w3.org/ns/activitystreams"`
	doc := strings.Replace(string(proved(t, `{`+context+`,"a":1}`)), context+`,"a"`, `"a"`, 1)
	refused(t, sign.VerifyProof([]byte(doc), edPublic().Ed25519))
}

// Fedify proves an activity, then signs it as linked data for old Mastodons. That signature is
// not proved, and takes nothing away from what is.
func TestVerifyProof_linkedDataSignatureBeside(t *testing.T) {
	t.Parallel()
	const ld = `"signature":{"type":"RsaSignature2017","creator":"https://copse.test/ap/people/1#main-key","signatureValue":"AAAA"}`
	after := strings.Replace(string(proved(t, note)), `"proof":`, ld+`,"proof":`, 1)
	if err := sign.VerifyProof([]byte(after), edPublic().Ed25519); err != nil {
		t.Errorf("signed after it was proved: %v", err)
	}
	before := string(proved(t, strings.Replace(note, `"z": 1.0`, `"z": 1.0, `+ld, 1)))
	if err := sign.VerifyProof([]byte(before), edPublic().Ed25519); err != nil {
		t.Errorf("signed before it was proved: %v", err)
	}
	for name, doc := range map[string]string{
		"another member":    strings.Replace(string(proved(t, note)), `"proof":`, `"signatures":{},"proof":`, 1),
		"in another case":   strings.Replace(string(proved(t, note)), `"proof":`, `"Signature":{},"proof":`, 1),
		"content changed":   strings.Replace(after, `"z": 1.0`, `"z": 2.0`, 1),
		"given twice":       strings.Replace(after, `"proof":`, ld+`,"proof":`, 1),
		"inside the object": strings.Replace(string(proved(t, `{"object":{"a":1}}`)), `"a":1`, `"a":1,`+ld, 1),
	} {
		t.Log(name)
		refused(t, sign.VerifyProof([]byte(doc), edPublic().Ed25519))
	}
}
