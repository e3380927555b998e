// SPDX-License-Identifier: Apache-2.0

// Command dsse checks a bundle's bundle.dsse.json with the DSSE implementation of the Secure Systems Lab, which is also
// in-toto's: the envelope's signature, then each subject's digest against the file. Arguments: public key (PEM), folders.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/secure-systems-lab/go-securesystemslib/signerverifier"
)

// named is the library's key under the id that bundles use: SHA-256 of the SubjectPublicKeyInfo.
type named struct {
	dsse.Verifier
	id string
}

func (n named) KeyID() (string, error) { return n.id, nil }

type statement struct {
	Type          string `json:"_type"`
	PredicateType string `json:"predicateType"`
	Subject       []struct {
		Name   string            `json:"name"`
		Digest map[string]string `json:"digest"`
	} `json:"subject"`
}

func verifier(file string) (*dsse.EnvelopeVerifier, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s is not PEM", file)
	}
	key, err := signerverifier.LoadKey(text)
	if err != nil {
		return nil, err
	}
	ecdsa, err := signerverifier.NewECDSASignerVerifierFromSSLibKey(key)
	if err != nil {
		return nil, err
	}
	spki := sha256.Sum256(block.Bytes)
	return dsse.NewEnvelopeVerifier(named{ecdsa, hex.EncodeToString(spki[:])})
}

func check(verifier *dsse.EnvelopeVerifier, folder string) (int, error) {
	text, err := os.ReadFile(filepath.Join(folder, "bundle.dsse.json"))
	if err != nil {
		return 0, err
	}
	var envelope dsse.Envelope
	if err := json.Unmarshal(text, &envelope); err != nil {
		return 0, err
	}
	if _, err := verifier.Verify(context.Background(), &envelope); err != nil {
		return 0, err
	}
	payload, err := envelope.DecodeB64Payload()
	if err != nil {
		return 0, err
	}
	var said statement
	if err := json.Unmarshal(payload, &said); err != nil {
		return 0, err
	}
	if envelope.PayloadType != "application/vnd.in-toto+json" || said.Type != "https://in-toto.io/Statement/v1" {
		return 0, fmt.Errorf("not an in-toto statement: %s, %s", envelope.PayloadType, said.Type)
	}
	for _, subject := range said.Subject {
		content, err := os.ReadFile(filepath.Join(folder, subject.Name))
		if err != nil {
			return 0, err
		}
		digest := sha256.Sum256(content)
		if subject.Digest["sha256"] != hex.EncodeToString(digest[:]) {
			return 0, fmt.Errorf("%s has another digest than the statement", subject.Name)
		}
	}
	return len(said.Subject), nil
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: dsse <key.pem> <bundle folder>...")
		os.Exit(2)
	}
	verifier, err := verifier(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	for _, folder := range os.Args[2:] {
		subjects, err := check(verifier, folder)
		if err != nil {
			fmt.Printf("REFUSED %s: %v\n", folder, err)
			os.Exit(1)
		}
		fmt.Printf("accepted %s: %d subjects\n", folder, subjects)
	}
}
