// SPDX-License-Identifier: Apache-2.0

// A witness and a feeder made of Go's note and tlog packages and transparency-dev's formats and merkle. See README.md
// beside this folder.
//
//	witness serve <listen address> <log vkey> <file for the witness's vkey>
//	witness feed <url of a witness> <file with its vkey> <file for the log's vkey> <file that says go>
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	f_log "github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "feeder.example/log"

func check(what string, err error) {
	if err != nil {
		log.Fatalf("%s: %v", what, err)
	}
}

func main() {
	switch {
	case len(os.Args) == 5 && os.Args[1] == "serve":
		serve(os.Args[2], os.Args[3], os.Args[4])
	case len(os.Args) == 6 && os.Args[1] == "feed":
		feed(os.Args[2], os.Args[3], os.Args[4], os.Args[5])
	default:
		log.Fatal("usage: see the comment at the top")
	}
}

// A witness of one log, without persistence: what it decides and signs is others' code.
type goWitness struct {
	mu       sync.Mutex
	verifier note.Verifier
	signer   note.Signer
	stands   f_log.Checkpoint
}

func serve(address, logVkey, vkeyFile string) {
	skey, vkey, err := note.GenerateKey(rand.Reader, "go-witness.example")
	check("key", err)
	signer, err := fnote.NewSignerForCosignatureV1(skey)
	check("signer", err)
	cosigner, err := fnote.VKeyToCosignatureV1(vkey)
	check("vkey", err)
	verifier, err := note.NewVerifier(logVkey)
	check("log vkey", err)
	w := &goWitness{verifier: verifier, signer: signer}
	http.HandleFunc("POST /add-checkpoint", w.addCheckpoint)
	check("vkey file", os.WriteFile(vkeyFile, []byte(cosigner+"\n"), 0o644))
	check("serve", http.ListenAndServe(address, nil))
}

func (w *goWitness) addCheckpoint(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	check("body", err)
	head, checkpoint, found := bytes.Cut(body, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	old, err := strconv.ParseUint(strings.TrimPrefix(lines[0], "old "), 10, 64)
	if err != nil || !found {
		http.Error(rw, "malformed", http.StatusBadRequest)
		return
	}
	var path [][]byte
	for _, line := range lines[1:] {
		hash, err := base64.StdEncoding.DecodeString(line)
		if err != nil {
			http.Error(rw, "malformed proof", http.StatusBadRequest)
			return
		}
		path = append(path, hash)
	}
	next, _, opened, err := f_log.ParseCheckpoint(checkpoint, w.verifier.Name(), w.verifier)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusForbidden)
		return
	}
	if old != w.stands.Size {
		rw.Header().Set("Content-Type", "text/x.tlog.size")
		rw.WriteHeader(http.StatusConflict)
		fmt.Fprintf(rw, "%d\n", w.stands.Size)
		return
	}
	if old > 0 {
		err = proof.VerifyConsistency(rfc6962.DefaultHasher, old, next.Size, path, w.stands.Hash, next.Hash)
	} else if len(path) > 0 {
		err = errors.New("a proof from nothing")
	}
	if err != nil {
		log.Printf("refused from %d to %d: %v", old, next.Size, err)
		http.Error(rw, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	signed, err := note.Sign(&note.Note{Text: opened.Text}, w.signer)
	check("cosign", err)
	w.stands = *next
	log.Printf("cosigned from %d to %d", old, next.Size)
	_, signatures, _ := bytes.Cut(signed, []byte("\n\n"))
	_, err = rw.Write(signatures)
	check("answer", err)
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
		hashes, err := tlog.StoredHashes(t.size, []byte(fmt.Sprintf("%s %d", name, t.size)), t)
		check("grow", err)
		t.hashes = append(t.hashes, hashes...)
	}
}

func (t *tree) checkpoint() []byte {
	root, err := tlog.TreeHash(t.size, t)
	check("root", err)
	text := fmt.Sprintf("%s\n%d\n%s\n", origin, t.size, root)
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
			proof = append(proof, append([]byte(nil), h[:]...))
		}
	}
	return proof
}

func feed(address, vkeyFile, logVkeyFile, goFile string) {
	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	check("key", err)
	signer, err := note.NewSigner(skey)
	check("signer", err)
	check("vkey file", os.WriteFile(logVkeyFile, []byte(vkey+"\n"), 0o644))
	for i := 0; ; i++ {
		if _, err := os.Stat(goFile); err == nil {
			break
		}
		if i == 600 {
			log.Fatal("nobody said go")
		}
		time.Sleep(500 * time.Millisecond)
	}
	witnessVkey, err := os.ReadFile(vkeyFile)
	check("vkey of the witness", err)
	verifier, err := fnote.NewVerifierForCosignatureV1(string(witnessVkey[:len(witnessVkey)-1]))
	check("vkey of the witness", err)
	w := feeder{strings.TrimSuffix(address, "/") + "/add-checkpoint"}
	logVerifier, err := note.NewVerifier(vkey)
	check("log vkey", err)

	honest := &tree{signer: signer}
	var stands int64
	for _, size := range []int64{1, 2, 3, 7, 8, 100, 100, 1000} {
		honest.grow(size, "leaf")
		cosigned(w, honest, stands, verifier, logVerifier)
		stands = size
	}
	fork := &tree{signer: signer}
	fork.grow(1000, "fork")
	refused(w, "another root for the same size", fork.checkpoint(), 1000, nil, http.StatusConflict)
	fork.grow(1200, "fork")
	refused(w, "a fork", fork.checkpoint(), 1000, fork.proof(1000), http.StatusUnprocessableEntity)
	honest.grow(1200, "leaf")
	refused(w, "a stale old size", honest.checkpoint(), 7, honest.proof(7), http.StatusConflict)
	refused(w, "an unknown log", []byte("x"+string(honest.checkpoint())), 0, nil, http.StatusNotFound)
	cosigned(w, honest, 1000, verifier, logVerifier)
	fmt.Println("ok")
}

// Submits checkpoints; returns status and body.
type feeder struct {
	url string
}

func (f feeder) update(old int64, checkpoint []byte, proof [][]byte) (int, []byte) {
	body := &bytes.Buffer{}
	fmt.Fprintf(body, "old %d\n", old)
	for _, hash := range proof {
		fmt.Fprintln(body, base64.StdEncoding.EncodeToString(hash))
	}
	fmt.Fprintln(body)
	body.Write(checkpoint)
	client := &http.Client{Timeout: 20 * time.Second}
	answer, err := client.Post(f.url, "text/plain", body)
	check("post", err)
	defer answer.Body.Close()
	read, err := io.ReadAll(answer.Body)
	check("answer", err)
	return answer.StatusCode, read
}

func cosigned(w feeder, t *tree, old int64, verifier, logVerifier note.Verifier) {
	checkpoint := t.checkpoint()
	status, lines := w.update(old, checkpoint, t.proof(old))
	if status != http.StatusOK {
		log.Fatalf("from %d to %d: status %d: %s", old, t.size, status, lines)
	}
	opened, err := note.Open(append(checkpoint, lines...), note.VerifierList(verifier, logVerifier))
	check("the cosigned checkpoint", err)
	if len(opened.Sigs) != 2 {
		log.Fatalf("size %d has %d verified signatures", t.size, len(opened.Sigs))
	}
	fmt.Printf("cosigned from %d to %d\n", old, t.size)
}

func refused(w feeder, what string, checkpoint []byte, old int64, proof [][]byte, want int) {
	if status, _ := w.update(old, checkpoint, proof); status != want {
		log.Fatalf("%s: expected status %d, got %d", what, want, status)
	}
	fmt.Printf("refused: %s\n", what)
}
