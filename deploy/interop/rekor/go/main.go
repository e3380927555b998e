// SPDX-License-Identifier: Apache-2.0

// What this lane needs beside the server, from the server's own modules. See README.md beside this folder.
//
//	rekor vkey <origin>                 of the Ed25519 key whose PEM is on standard input
//	rekor verify <vkey> <receipts...>   with the verifier that rekor-tiles gives its clients
package main

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"os"

	pbs "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/sigstore/rekor-tiles/v2/pkg/verify"
	"golang.org/x/mod/sumdb/note"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

func check(what string, err error) {
	if err != nil {
		log.Fatalf("FAIL %s: %v", what, err)
	}
}

func main() {
	log.SetFlags(0)
	switch {
	case len(os.Args) == 3 && os.Args[1] == "vkey":
		printVkey(os.Args[2])
	case len(os.Args) > 3 && os.Args[1] == "verify":
		verifyAll(os.Args[2], os.Args[3:])
	default:
		log.Fatal("usage: see the comment at the top")
	}
}

func printVkey(origin string) {
	text, err := io.ReadAll(os.Stdin)
	check("standard input", err)
	block, _ := pem.Decode(text)
	if block == nil {
		log.Fatal("FAIL no PEM on standard input")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	check("SPKI", err)
	vkey, err := note.NewEd25519VerifierKey(origin, key.(ed25519.PublicKey))
	check("vkey", err)
	fmt.Println(vkey)
}

func verifyAll(vkey string, files []string) {
	verifier, err := note.NewVerifier(vkey)
	check("vkey", err)
	for _, file := range files {
		stored, err := os.ReadFile(file)
		check("receipt", err)
		var entry pbs.TransparencyLogEntry
		check(file, protojson.Unmarshal(stored, &entry))
		check(file, verify.VerifyLogEntry(&entry, verifier))
		refused(file, &entry, verifier)
	}
	fmt.Printf("%d receipts in the bucket verified by rekor-tiles' own verifier, changed copies refused\n", len(files))
}

func refused(file string, entry *pbs.TransparencyLogEntry, verifier note.Verifier) {
	changes := map[string]func(*pbs.TransparencyLogEntry){
		"another body":       func(e *pbs.TransparencyLogEntry) { e.CanonicalizedBody[0] ^= 1 },
		"another index":      func(e *pbs.TransparencyLogEntry) { e.LogIndex ^= 1 },
		"a checkpoint's end": func(e *pbs.TransparencyLogEntry) { e.InclusionProof.Checkpoint.Envelope += "x" },
		"one hash more": func(e *pbs.TransparencyLogEntry) {
			e.InclusionProof.Hashes = append(e.InclusionProof.Hashes, make([]byte, 32))
		},
	}
	for what, change := range changes {
		copied := proto.Clone(entry).(*pbs.TransparencyLogEntry)
		change(copied)
		if verify.VerifyLogEntry(copied, verifier) == nil {
			log.Fatalf("FAIL %s: accepted with %s", file, what)
		}
	}
}
