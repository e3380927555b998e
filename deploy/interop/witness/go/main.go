// SPDX-License-Identifier: Apache-2.0

// What the lane needs beside the programs it runs: a key, the refusals that no existing client asks a witness for, and other
// people's parsers of a policy. See README.md beside this folder.
//
//	lane keys <name> <file for the private key> <file for the vkey>
//	lane refused <url of a witness> <its vkey> <private key of a log> <vkey of the log>
//	lane cosigned <checkpoint> <vkey of its log> <vkey of a witness>
//	lane policy <policy> <registry checkpoint> <cosignature of it>
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"filippo.io/torchwood"
	fnote "github.com/transparency-dev/formats/note"
	fwitness "github.com/transparency-dev/formats/witness"
	"github.com/transparency-dev/tessera"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(what string, err error) {
	if err != nil {
		log.Fatalf("%s: %v", what, err)
	}
}

func main() {
	log.SetFlags(0)
	switch {
	case len(os.Args) == 5 && os.Args[1] == "keys":
		keys(os.Args[2], os.Args[3], os.Args[4])
	case len(os.Args) == 6 && os.Args[1] == "refused":
		refusals(os.Args[2], os.Args[3], read(os.Args[4]), read(os.Args[5]))
	case len(os.Args) == 5 && os.Args[1] == "cosigned":
		cosigned(read(os.Args[2]), os.Args[3], os.Args[4])
	case len(os.Args) == 5 && os.Args[1] == "policy":
		policies(read(os.Args[2]), read(os.Args[3]), read(os.Args[4]))
	default:
		log.Fatal("usage: see the comment at the top")
	}
}

func read(file string) []byte {
	content, err := os.ReadFile(file)
	check("file", err)
	return content
}

func keys(name, skeyFile, vkeyFile string) {
	skey, vkey, err := note.GenerateKey(rand.Reader, name)
	check("key", err)
	check("private key", os.WriteFile(skeyFile, []byte(skey), 0o600))
	check("vkey", os.WriteFile(vkeyFile, []byte(vkey), 0o644))
}

// A published checkpoint of a log has the line of a witness.
func cosigned(checkpoint []byte, logVkey, witnessVkey string) {
	logVerifier, err := note.NewVerifier(logVkey)
	check("vkey of the log", err)
	witness, err := fnote.NewVerifierForCosignatureV1(witnessVkey)
	check("vkey of the witness", err)
	opened, err := note.Open(checkpoint, note.VerifierList(logVerifier, witness))
	check("the checkpoint", err)
	if len(opened.Sigs) != 2 {
		log.Fatalf("%d verified signatures, not two, on\n%s", len(opened.Sigs), checkpoint)
	}
	fmt.Println(strings.Split(opened.Text, "\n")[1])
}

// A growing log in memory.
type tree struct {
	signer note.Signer
	hashes []tlog.Hash
	size   int64
}

func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = t.hashes[index]
	}
	return found, nil
}

func (t *tree) grow(to int64, name string) {
	for ; t.size < to; t.size++ {
		hashes, err := tlog.StoredHashes(t.size, fmt.Appendf(nil, "%s %d", name, t.size), t)
		check("grow", err)
		t.hashes = append(t.hashes, hashes...)
	}
}

func (t *tree) checkpoint() []byte {
	root, err := tlog.TreeHash(t.size, t)
	check("root", err)
	text := fmt.Sprintf("%s\n%d\n%s\n", t.signer.Name(), t.size, root)
	signed, err := note.Sign(&note.Note{Text: text}, t.signer)
	check("sign", err)
	return signed
}

func (t *tree) proof(from int64) [][]byte {
	var proof [][]byte
	if from > 0 && from < t.size {
		hashes, err := tlog.ProveTree(t.size, from, t)
		check("proof", err)
		for _, h := range hashes {
			proof = append(proof, bytes.Clone(h[:]))
		}
	}
	return proof
}

func refusals(address, witnessVkey string, skey, vkey []byte) {
	signer, err := note.NewSigner(string(skey))
	check("key", err)
	w := strings.TrimSuffix(address, "/") + "/add-checkpoint"
	honest := &tree{signer: signer}
	honest.grow(1000, "leaf")
	accepted(w, honest, 0, string(vkey), witnessVkey)
	fork := &tree{signer: signer}
	fork.grow(1000, "fork")
	refused(w, "another root for the same size", fork.checkpoint(), 1000, nil, http.StatusConflict)
	refused(w, "a fork from the beginning", fork.checkpoint(), 0, nil, http.StatusConflict)
	fork.grow(1200, "fork")
	refused(w, "a fork", fork.checkpoint(), 1000, fork.proof(1000), http.StatusUnprocessableEntity)
	honest.grow(1200, "leaf")
	refused(w, "a stale old size", honest.checkpoint(), 7, honest.proof(7), http.StatusConflict)
	refused(w, "no proof", honest.checkpoint(), 1000, nil, http.StatusUnprocessableEntity)
	refused(w, "an unknown log", append([]byte("x"), honest.checkpoint()...), 0, nil, http.StatusNotFound)
	other := bytes.Replace(honest.checkpoint(), []byte("\n1200\n"), []byte("\n1201\n"), 1)
	refused(w, "a text that was not signed", other, 1000, honest.proof(1000), http.StatusForbidden)
	accepted(w, honest, 1000, string(vkey), witnessVkey)
}

func update(url string, old int64, checkpoint []byte, proof [][]byte) (int, []byte) {
	body := &bytes.Buffer{}
	fmt.Fprintf(body, "old %d\n", old)
	for _, hash := range proof {
		fmt.Fprintln(body, base64.StdEncoding.EncodeToString(hash))
	}
	fmt.Fprintln(body)
	body.Write(checkpoint)
	client := &http.Client{Timeout: 20 * time.Second}
	answer, err := client.Post(url, "text/plain", body)
	check("post", err)
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	check("answer", err)
	return answer.StatusCode, content
}

func accepted(url string, t *tree, old int64, vkey, witnessVkey string) {
	status, lines := update(url, old, t.checkpoint(), t.proof(old))
	if status != http.StatusOK {
		log.Fatalf("from %d to %d: status %d: %s", old, t.size, status, lines)
	}
	cosigned(append(t.checkpoint(), lines...), vkey, witnessVkey)
}

func refused(url, what string, checkpoint []byte, old int64, proof [][]byte, want int) {
	if status, _ := update(url, old, checkpoint, proof); status != want {
		log.Fatalf("%s: expected status %d, got %d", what, want, status)
	}
	fmt.Printf("refused: %s\n", what)
}

// What each parser makes of a policy: nil if a checkpoint satisfies it.
type parser struct {
	name  string
	parse func(policy []byte) (func(checkpoint []byte) error, error)
}

func satisfied(by bool) error {
	if !by {
		return fmt.Errorf("the policy is not satisfied")
	}
	return nil
}

var parsers = []parser{
	{"torchwood", func(p []byte) (func([]byte) error, error) {
		policy, err := torchwood.ParsePolicy(p)
		return func(checkpoint []byte) error {
			_, _, err := torchwood.VerifyCheckpoint(checkpoint, policy)
			return err
		}, err
	}},
	{"tessera", func(p []byte) (func([]byte) error, error) {
		group, err := tessera.NewWitnessGroupFromPolicy(withAddresses(p))
		return func(checkpoint []byte) error { return satisfied(group.Satisfied(checkpoint)) }, err
	}},
	{"formats", func(p []byte) (func([]byte) error, error) {
		group, err := fwitness.ParsePolicy(withAddresses(p))
		return func(checkpoint []byte) error { return satisfied(group.Satisfied(checkpoint)) }, err
	}},
}

// Where witnesses are is for a log to know; a trust root does not say it.
func withAddresses(policy []byte) []byte {
	var lines []string
	for _, line := range strings.Split(string(policy), "\n") {
		if strings.HasPrefix(line, "witness ") {
			line += " http://witness.invalid/"
		}
		lines = append(lines, line)
	}
	return []byte(strings.Join(lines, "\n"))
}

func policies(policy, checkpoint, cosignature []byte) {
	if bytes.Count(policy, []byte("\nlog ")) != 1 {
		log.Fatalf("not one key of the log in\n%s", policy)
	}
	both := append(bytes.Clone(checkpoint), cosignature...)
	_, stranger, err := note.GenerateKey(rand.Reader, "stranger.example")
	check("key", err)
	stranger, err = fnote.VKeyToCosignatureV1(stranger)
	check("vkey", err)
	strangers := bytes.Replace(policy, witnessKey(policy), []byte(stranger), 1)
	for _, p := range parsers {
		ours, err := p.parse(policy)
		check(p.name+" reads the policy", err)
		check(p.name+": the cosigned checkpoint", ours(both))
		if ours(checkpoint) == nil {
			log.Fatalf("%s: a checkpoint without its cosignature satisfies the policy", p.name)
		}
		theirs, err := p.parse(strangers)
		check(p.name+" reads the other policy", err)
		if theirs(both) == nil {
			log.Fatalf("%s: the cosignature of another witness satisfies the policy", p.name)
		}
		if _, err := p.parse(bytes.Replace(policy, []byte("quorum witnesses"), []byte("quorum nobody"), 1)); err == nil {
			log.Fatalf("%s reads a policy whose quorum is not defined", p.name)
		}
		fmt.Printf("policy: read by %s, which holds the checkpoint to it\n", p.name)
	}
}

func witnessKey(policy []byte) []byte {
	for _, line := range bytes.Split(policy, []byte("\n")) {
		if fields := bytes.Fields(line); len(fields) > 2 && string(fields[0]) == "witness" {
			return fields[2]
		}
	}
	log.Fatalf("no witness in\n%s", policy)
	return nil
}
