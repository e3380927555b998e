// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"strings"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

// Types of keys, c2sp.org/signed-note.
const (
	ed25519Key = 1
	ecdsaKey   = 2
	mldsaKey   = 6
)

// The checkpoint keys of a ledger: bytes with the type in front.
type ledgerKeys struct {
	origin string
	keys   [][]byte
}

// The verifiers of one origin: Go's own for the Ed25519 key, and those of the formats module for the others.
type verifiers struct {
	origin  string
	ed25519 note.Verifier
	others  []note.Verifier
	// The one of the others that signs what a checkpoint says and not its text: ML-DSA-44.
	byMeaning note.Verifier
}

func readPolicy(file string) ledgerKeys {
	policy, err := os.ReadFile(file)
	check("policy", err)
	var keys ledgerKeys
	for _, line := range strings.Split(string(policy), "\n") {
		// Keys of types that parsers of policies do not know stand in comments.
		fields := strings.Fields(strings.TrimPrefix(line, "# "))
		if len(fields) != 2 || fields[0] != "log" {
			continue
		}
		parts := strings.SplitN(fields[1], "+", 3)
		key, err := base64.StdEncoding.DecodeString(parts[2])
		check("vkey in the policy", err)
		keys.origin = parts[0]
		keys.keys = append(keys.keys, key)
		if derived := vkey(parts[0], key); derived != fields[1] {
			log.Fatalf("FAIL the policy says %s, derived is %s", fields[1], derived)
		}
	}
	if len(keys.keys) != 3 {
		log.Fatalf("FAIL %d log keys in the policy, not one of each type", len(keys.keys))
	}
	return keys
}

// The vkey of a key under a name. The id of an ECDSA key is that of its SPKI alone.
func vkey(name string, key []byte) string {
	named := append([]byte(name+"\n"), key...)
	if key[0] == ecdsaKey {
		named = key[1:]
	}
	id := sha256.Sum256(named)
	return fmt.Sprintf("%s+%08x+%s", name, binary.BigEndian.Uint32(id[:4]), base64.StdEncoding.EncodeToString(key))
}

func (k ledgerKeys) verifiers(origin string) verifiers {
	v := verifiers{origin: origin}
	for _, key := range k.keys {
		var err error
		switch key[0] {
		case ed25519Key:
			v.ed25519, err = note.NewVerifier(vkey(origin, key))
		case ecdsaKey, mldsaKey:
			var other note.Verifier
			other, err = fnote.NewVerifier(vkey(origin, key))
			v.others = append(v.others, other)
			if key[0] == mldsaKey {
				v.byMeaning = other
			}
		default:
			log.Fatalf("FAIL a key of type %d", key[0])
		}
		check("verifier of "+origin, err)
	}
	if v.ed25519 == nil {
		log.Fatal("FAIL the policy has no Ed25519 key")
	}
	return v
}

func (v verifiers) all() []note.Verifier {
	return append([]note.Verifier{v.ed25519}, v.others...)
}

// Another key under the same name.
func stranger(name string) (skey string, verifier note.Verifier) {
	skey, vkey, err := note.GenerateKey(rand.Reader, name)
	check("key", err)
	verifier, err = note.NewVerifier(vkey)
	check("vkey", err)
	return skey, verifier
}
