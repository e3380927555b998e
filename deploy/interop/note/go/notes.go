// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"

	f_log "github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
)

// The signature bytes of which one in so many is changed, where verifying takes long (ML-DSA-44: 2,428 bytes).
const stepOfLong = 101

func open(msg []byte, by ...note.Verifier) error {
	_, err := note.Open(msg, note.VerifierList(by...))
	return err
}

func parse(msg []byte, v verifiers) error {
	_, _, _, err := f_log.ParseCheckpoint(msg, v.origin, v.ed25519)
	return err
}

// Opens a checkpoint with each of its keys and parses it; then changes whatever can be changed in it.
func checkNote(msg []byte, v verifiers, where string, a *audit) *f_log.Checkpoint {
	opened, err := note.Open(msg, note.VerifierList(v.ed25519))
	if err == nil && (len(opened.Sigs) != 1 || len(opened.UnverifiedSigs) != len(v.others)) {
		err = fmt.Errorf("%d lines known and %d unknown", len(opened.Sigs), len(opened.UnverifiedSigs))
	}
	a.holds("note opened by its Ed25519 line, other lines ignored (sumdb/note)", where, err)
	checkpoint, rest, opened, err := f_log.ParseCheckpoint(msg, v.origin, v.ed25519, v.others...)
	if err == nil && (len(rest) != 0 || len(opened.Sigs) != len(v.all())) {
		err = fmt.Errorf("%d lines verified, %d further bytes of text", len(opened.Sigs), len(rest))
	}
	a.holds("checkpoint parsed, all lines verified (formats)", where, err)
	for _, one := range v.others {
		a.holds("note opened by its other lines alone (formats)", where, open(msg, one))
	}
	changeText(msg, v, where, a)
	changeSignatures(msg, v, where, a)
	changeKeys(msg, v, where, a)
	return checkpoint
}

func changeText(msg []byte, v verifiers, where string, a *audit) {
	text := bytes.Index(msg, []byte("\n\n")) + 2
	for _, one := range v.all() {
		for i := 0; i < text; i++ {
			changed := flipped(msg, i)
			if one == v.byMeaning && saysTheSame(msg, changed) {
				continue
			}
			a.refuses("a byte of a note's text is another", where, open(changed, one))
		}
	}
	extended := append(bytes.Clone(msg[:text-1]), "extension\n"...)
	a.refuses("a note has one more line of text", where, open(append(extended, msg[text-1:]...), v.ed25519))
	a.refuses("a note is cut off", where, open(msg[:len(msg)-1], v.ed25519))
	a.refuses("a note has a byte too many", where, open(append(bytes.Clone(msg), 'x'), v.ed25519))
	a.refuses("a note has no signatures", where, open(msg[:text], v.ed25519))
}

// Whether formats reads the same checkpoint in both: its base64 does not look at bits of the last character that mean nothing.
func saysTheSame(original, changed []byte) bool {
	var one, other f_log.Checkpoint
	_, err := one.Unmarshal(original)
	check("checkpoint", err)
	_, err = other.Unmarshal(changed)
	return err == nil && one.Origin == other.Origin && one.Size == other.Size && bytes.Equal(one.Hash, other.Hash)
}

// Changes the bytes of each signature; the line stays well-formed.
func changeSignatures(msg []byte, v verifiers, where string, a *audit) {
	for _, one := range v.all() {
		opened, err := note.Open(msg, note.VerifierList(one))
		check(where, err)
		signed := opened.Sigs[0].Base64
		sig, err := base64.StdEncoding.DecodeString(signed)
		check(where, err)
		step := 1
		if len(sig) > 200 {
			step = stepOfLong
		}
		for i := 0; i < len(sig); i += step {
			changed := base64.StdEncoding.EncodeToString(flipped(sig, i))
			copied := bytes.Replace(msg, []byte(signed), []byte(changed), 1)
			a.refuses("a byte of a note's signature is another", where, open(copied, one))
		}
		a.refuses("the line of the only known key is gone", where, open(without(msg, signed), one))
	}
}

func changeKeys(msg []byte, v verifiers, where string, a *audit) {
	_, other := stranger(v.origin)
	a.refuses("the key is another of the same name", where, open(msg, other))
	_, renamed := stranger(v.origin + "x")
	a.refuses("the key has another name", where, open(msg, renamed))
	elsewhere := v
	elsewhere.origin += "/9"
	a.refuses("the checkpoint's origin is another", where, parse(msg, elsewhere))
}

func flipped(original []byte, at int) []byte {
	copied := bytes.Clone(original)
	copied[at] ^= 1
	return copied
}

// The note without the signature line that ends so.
func without(msg []byte, end string) []byte {
	var kept []string
	for _, line := range strings.SplitAfter(string(msg), "\n") {
		if !strings.HasSuffix(line, " "+end+"\n") {
			kept = append(kept, line)
		}
	}
	return []byte(strings.Join(kept, ""))
}
