// SPDX-License-Identifier: Apache-2.0

// Verifies what a ledger of ours writes with other people's code, and has that code refuse changed copies of it. See
// README.md beside this folder.
//
//	note vkey <origin>                                   of the Ed25519 key whose PEM is on standard input
//	note check <bucket> <file with the trust root's C2SP policy> <vkey of a witness> <folder with .tlog-proof files>
package main

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"os"

	"golang.org/x/mod/sumdb/note"
)

func check(what string, err error) {
	if err != nil {
		log.Fatalf("FAIL %s: %v", what, err)
	}
}

func require(ok bool, format string, values ...any) {
	if !ok {
		log.Fatalf("FAIL "+format, values...)
	}
}

func main() {
	log.SetFlags(0)
	switch {
	case len(os.Args) == 3 && os.Args[1] == "vkey":
		printVkey(os.Args[2])
	case len(os.Args) == 6 && os.Args[1] == "check":
		checkAll(os.Args[2], os.Args[3], os.Args[4], os.Args[5])
	default:
		log.Fatal("usage: see the comment at the top")
	}
}

func printVkey(origin string) {
	text, err := io.ReadAll(os.Stdin)
	check("standard input", err)
	block, _ := pem.Decode(text)
	require(block != nil, "no PEM on standard input")
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	check("SPKI", err)
	vkey, err := note.NewEd25519VerifierKey(origin, key.(ed25519.PublicKey))
	check("vkey", err)
	fmt.Println(vkey)
}

func checkAll(bucket, policyFile, witnessVkey, proofs string) {
	keys := readPolicy(policyFile)
	audit := &audit{}
	registry := readRegistry(bucket, keys, audit)
	readBundles(bucket, keys, registry, audit)
	readCosignatures(bucket, keys, registry, witnessVkey, audit)
	readTlogProofs(proofs, keys, audit)
	audit.print()
}

// What was accepted as it must be, and what refused, each with how often.
type audit struct {
	order []string
	count map[string]int
}

func (a *audit) add(what string) {
	if a.count == nil {
		a.count = map[string]int{}
	}
	if a.count[what] == 0 {
		a.order = append(a.order, what)
	}
	a.count[what]++
}

// Must be so; ends the program otherwise.
func (a *audit) holds(what, where string, err error) {
	if err != nil {
		log.Fatalf("FAIL %s: %s: %v", where, what, err)
	}
	a.add("ok      " + what)
}

// Must not be accepted; ends the program otherwise.
func (a *audit) refuses(what, where string, err error) {
	if err == nil {
		log.Fatalf("FAIL %s: accepted although %s", where, what)
	}
	a.add("refused " + what)
}

func (a *audit) print() {
	var held, refused int
	for _, what := range a.order {
		fmt.Printf("%s (%d)\n", what, a.count[what])
		if what[0] == 'o' {
			held += a.count[what]
		} else {
			refused += a.count[what]
		}
	}
	if refused <= held {
		log.Fatalf("FAIL only %d changed copies for %d originals", refused, held)
	}
	fmt.Printf("%d originals accepted, %d changed copies refused\n", held, refused)
}
