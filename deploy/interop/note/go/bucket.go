// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	f_log "github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	fproof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/formats/witness"
	"golang.org/x/mod/sumdb/note"
)

// The registry of a bucket: its tree, and the checkpoint of each window by the folder's name.
type registryLog struct {
	tree        *tree
	checkpoints map[string][]byte
	heads       map[string]*f_log.Checkpoint
	bySize      map[uint64]string
}

func read(file string) []byte {
	content, err := os.ReadFile(file)
	check("read", err)
	return content
}

func found(parts ...string) []string {
	files, err := filepath.Glob(filepath.Join(parts...))
	check("list", err)
	sort.Strings(files)
	return files
}

func readRegistry(bucket string, keys ledgerKeys, a *audit) registryLog {
	r := registryLog{newTree(), map[string][]byte{}, map[string]*f_log.Checkpoint{}, map[uint64]string{}}
	for _, file := range found(bucket, "v1", "registry", "dt=*", "window_start=*", "checkpoint") {
		folder := filepath.Dir(file)
		window := filepath.Base(folder)
		for _, leaf := range lines(read(filepath.Join(folder, "leaves.ndjson"))) {
			r.tree.add(leaf)
		}
		msg := read(file)
		head := checkNote(msg, keys.verifiers(keys.origin), window, a)
		r.tree.holds("registry checkpoint has the root of all leaves", window, head, a)
		r.checkpoints[window], r.heads[window], r.bySize[head.Size] = msg, head, window
	}
	require(len(r.heads) >= 3, "only %d windows in %s", len(r.heads), bucket)
	return r
}

func lines(content []byte) [][]byte {
	return bytes.Split(bytes.TrimSuffix(content, []byte("\n")), []byte("\n"))
}

// Of manifest.json.
type manifest struct {
	Blind string
	Data  []struct{ Name string }
}

// proofs/registry.json.
type registryProofs struct {
	Consistency []string
	Heads       []struct {
		Chain string
		Index int64
		Proof []string
	}
	PreviousRoot, Root string
	PreviousSize, Size int64
	Window             struct {
		Index int64
		Leaf  json.RawMessage
		Proof []string
	}
}

func readBundles(bucket string, keys ledgerKeys, r registryLog, a *audit) {
	chains := map[string]*tree{}
	var heads int
	for _, file := range found(bucket, "v1", "tenant=*", "dt=*", "window_start=*", "checkpoint") {
		folder := filepath.Dir(file)
		window := filepath.Base(folder)
		tenant := strings.TrimPrefix(filepath.Base(filepath.Dir(filepath.Dir(folder))), "tenant=")
		where := tenant + " " + window
		var m manifest
		check(where, json.Unmarshal(read(filepath.Join(folder, "manifest.json")), &m))
		require(bytes.Equal(read(file), r.checkpoints[window]), "%s: not the registry's checkpoint", where)
		for _, data := range m.Data {
			growChain(chains, tenant, filepath.Join(folder, data.Name+".zst"))
		}
		for _, signed := range found(folder, "checkpoints", "chain-*") {
			partition, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(signed), "chain-"))
			check(where, err)
			chain := fmt.Sprintf("%s/%d", tenant, partition)
			head := checkNote(read(signed), keys.verifiers(keys.origin+"/"+chain), where, a)
			chains[chain].holds("chain checkpoint has the root of all entries", where, head, a)
		}
		heads += checkProofs(folder, where, r, m, keys, a)
	}
	require(heads >= 3, "only %d heads in the bundles of %s", heads, bucket)
}

// The entries of a data file, byte for byte, to the tree of their chain.
func growChain(chains map[string]*tree, tenant, file string) {
	decoder, err := zstd.NewReader(nil)
	check("zstd", err)
	defer decoder.Close()
	content, err := decoder.DecodeAll(read(file), nil)
	check(file, err)
	partition, err := strconv.Atoi(strings.Split(filepath.Base(file), "-")[1])
	check(file, err)
	chain := fmt.Sprintf("%s/%d", tenant, partition)
	if chains[chain] == nil {
		chains[chain] = newTree()
	}
	for _, line := range lines(content) {
		var parsed struct{ Entry json.RawMessage }
		check(file, json.Unmarshal(line, &parsed))
		chains[chain].add(parsed.Entry)
	}
}

// Verifies proofs/registry.json of one bundle; returns how many heads it proves.
func checkProofs(folder, where string, r registryLog, m manifest, keys ledgerKeys, a *audit) int {
	var p registryProofs
	check(where, json.Unmarshal(read(filepath.Join(folder, "proofs", "registry.json")), &p))
	head := r.heads[filepath.Base(folder)]
	root := unhex(p.Root)
	require(head.Size == uint64(p.Size) && bytes.Equal(head.Hash, root), "%s: proofs of another checkpoint", where)
	for _, one := range p.Heads {
		_, partition, _ := strings.Cut(one.Chain, "/")
		number, err := strconv.Atoi(partition)
		check(where, err)
		signed := read(filepath.Join(folder, "checkpoints", fmt.Sprintf("chain-%04d", number)))
		leaf := headLeaf(keys.origin+"/"+one.Chain, signed, m.Blind, p.Window.Leaf)
		path := unhexAll(one.Proof)
		inclusion{one.Index, p.Size, leaf, path, root}.holds("chain head is in the registry", where, a)
		r.tree.equals("its proof is tlog's own", where, path, r.tree.proveRecord(p.Size, one.Index), a)
	}
	path := unhexAll(p.Window.Proof)
	inclusion{p.Window.Index, p.Size, p.Window.Leaf, path, root}.holds("window leaf is in the registry", where, a)
	r.tree.equals("its proof is tlog's own", where, path, r.tree.proveRecord(p.Size, p.Window.Index), a)
	if p.PreviousSize > 0 {
		path := unhexAll(p.Consistency)
		consistency{p.PreviousSize, p.Size, path, unhex(p.PreviousRoot), root}.
			holds("registry is consistent with the window before", where, a)
		r.tree.equals("its proof is tlog's own", where, path, r.tree.proveTree(p.Size, p.PreviousSize), a)
	}
	return len(p.Heads)
}

// The leaf that a chain's checkpoint must have in the registry: blinded, so computed rather than found.
func headLeaf(origin string, signed []byte, blind string, window json.RawMessage) []byte {
	var leaf struct{ Start string }
	check("window leaf", json.Unmarshal(window, &leaf))
	text, _, _ := bytes.Cut(signed, []byte("\n\n"))
	chain := sha256.Sum256([]byte("tallystick/chain/v1\x00" + origin))
	head := sha256.Sum256([]byte("tallystick/head/v1\x00" + string(unhex(blind)) + string(text) + "\n"))
	return fmt.Appendf(nil, `{"chain":"%x","head":"%x","kind":"head","v":1,"window":"%s"}`, chain, head, leaf.Start)
}

func unhex(text string) []byte {
	value, err := hex.DecodeString(text)
	check("hex", err)
	return value
}

func unhexAll(texts []string) [][]byte {
	var all [][]byte
	for _, text := range texts {
		all = append(all, unhex(text))
	}
	return all
}

func readCosignatures(bucket string, keys ledgerKeys, r registryLog, witnessVkey string, a *audit) {
	cosigner, err := fnote.NewVerifierForCosignatureV1(witnessVkey)
	check("vkey of the witness", err)
	files := found(bucket, "v1", "anchors", "dt=*", "*", "cosignature-*")
	require(len(files) >= 3, "only %d cosignatures in %s", len(files), bucket)
	v := keys.verifiers(keys.origin)
	for _, file := range files {
		size, err := strconv.ParseUint(filepath.Base(filepath.Dir(file)), 10, 64)
		check(file, err)
		window, sealed := r.bySize[size]
		if !sealed {
			continue // of a window whose leaves were not exported when the ledger stopped
		}
		line := read(file)
		cosigned := append(bytes.Clone(r.checkpoints[window]), line...)
		checkCosignature(cosigned, line, v, cosigner, window, a)
		changePolicy(cosigned, witnessVkey, window, a)
		for other, checkpoint := range r.checkpoints {
			if other != window {
				moved := append(bytes.Clone(checkpoint), line...)
				a.refuses("a cosignature stands on another checkpoint", window, open(moved, cosigner))
			}
		}
	}
}

func checkCosignature(cosigned, line []byte, v verifiers, cosigner note.Verifier, where string, a *audit) {
	_, _, opened, err := f_log.ParseCheckpoint(cosigned, v.origin, v.ed25519, cosigner)
	if err == nil && len(opened.Sigs) != 2 {
		err = fmt.Errorf("%d lines verified", len(opened.Sigs))
	}
	a.holds("cosignature verified beside the ledger's line (formats)", where, err)
	opened, err = note.Open(cosigned, note.VerifierList(cosigner))
	check(where, err)
	at, err := fnote.CoSigV1Timestamp(opened.Sigs[0])
	if err == nil && (time.Since(at) < -time.Minute || time.Since(at) > 24*time.Hour) {
		err = fmt.Errorf("it states %s", at)
	}
	a.holds("cosignature states a time of this run (formats)", where, err)
	text := bytes.Index(cosigned, []byte("\n\n")) + 2
	for i := 0; i < text; i++ {
		a.refuses("a byte of a cosigned text is another", where, open(flipped(cosigned, i), cosigner))
	}
	alone := verifiers{origin: v.origin, ed25519: cosigner}
	changeSignatures(cosigned, alone, where, a)
	_, other := stranger(cosigner.Name())
	a.refuses("the witness's key is another", where, open(line2note(cosigned, line), other))
}

// The checkpoint with the cosignature as its only line.
func line2note(cosigned, line []byte) []byte {
	text := bytes.Index(cosigned, []byte("\n\n")) + 2
	return append(bytes.Clone(cosigned[:text]), line...)
}

// A quorum of witnesses, as a log or client that uses the formats module would ask for it.
func changePolicy(cosigned []byte, witnessVkey, where string, a *audit) {
	nowhere, err := url.Parse("http://witness.invalid")
	check("url", err)
	ours, err := witness.New(witnessVkey, nowhere)
	check("witness", err)
	skey, _ := stranger(ours.Key.Name())
	unsigned, err := fnote.NewSignerForCosignatureV1(skey)
	check("witness", err)
	absent := witness.Witness{Key: unsigned.Verifier()}
	a.holds("a quorum of one witness is met (formats)", where, met(witness.NewGroup(1, ours, absent), cosigned))
	a.refuses("a quorum needs another witness", where, met(witness.NewGroup(1, absent), cosigned))
	a.refuses("a quorum needs one witness more", where, met(witness.NewGroup(2, ours, absent), cosigned))
}

func met(group witness.Group, cosigned []byte) error {
	if !group.Satisfied(cosigned) {
		return fmt.Errorf("the quorum is not met")
	}
	return nil
}

func readTlogProofs(folder string, keys ledgerKeys, a *audit) {
	files := found(folder, "*.tlog-proof")
	require(len(files) == 3, "%d proofs in %s", len(files), folder)
	for _, file := range files {
		where := filepath.Base(file)
		var p fproof.TLogProof
		a.holds("C2SP tlog-proof parsed (formats)", where, p.Unmarshal(read(file)))
		origin, _, _ := strings.Cut(string(p.Checkpoint), "\n")
		require(strings.HasPrefix(origin, keys.origin), "%s is about %s", where, origin)
		head := checkNote(p.Checkpoint, keys.verifiers(origin), where, a)
		var path [][]byte
		for _, hash := range p.Hashes {
			path = append(path, bytes.Clone(hash[:]))
		}
		leaf := read(strings.TrimSuffix(file, ".tlog-proof") + ".leaf")
		inclusion{int64(p.Index), int64(head.Size), leaf, path, head.Hash}.holds("leaf of a tlog-proof is in its tree", where, a)
	}
}
