// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"

	f_log "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/tlog"
)

// One tree grown from leaf data by two implementations at once: tlog keeps all hashes, merkle a compact range.
type tree struct {
	leaves [][]byte
	hashes []tlog.Hash
	rng    *compact.Range
}

func newTree() *tree {
	factory := compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	return &tree{rng: factory.NewEmptyRange(0)}
}

func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = t.hashes[index]
	}
	return found, nil
}

func (t *tree) size() int64 { return int64(len(t.leaves)) }

func (t *tree) add(leaf []byte) {
	hashes, err := tlog.StoredHashes(t.size(), leaf, t)
	check("grow", err)
	t.hashes = append(t.hashes, hashes...)
	t.leaves = append(t.leaves, leaf)
	check("grow", t.rng.Append(rfc6962.DefaultHasher.HashLeaf(leaf), nil))
}

func (t *tree) root(size int64) tlog.Hash {
	root, err := tlog.TreeHash(size, t)
	check("root", err)
	return root
}

// The tree as it is now must be the one of the checkpoint, for both implementations.
func (t *tree) holds(what, where string, head *f_log.Checkpoint, a *audit) {
	a.holds(what+" (tlog)", where, isHead(head, t.size(), t.hash()))
	byMerkle, err := t.rng.GetRootHash(nil)
	check("root", err)
	a.holds(what+" (merkle)", where, isHead(head, t.size(), byMerkle))
	if n := t.size(); n > 1 {
		a.refuses("a leaf is missing at the end", where, isHead(head, n-1, bytes.Clone(slice(t.root(n-1)))))
	}
	for i := int64(0); i < t.size() && i < 50; i++ {
		a.refuses("a leaf is another", where, isHead(head, t.size(), t.withChanged(i)))
	}
}

func (t *tree) hash() []byte { return slice(t.root(t.size())) }

func slice(hash tlog.Hash) []byte { return bytes.Clone(hash[:]) }

// The root if one byte of one leaf were another.
func (t *tree) withChanged(index int64) []byte {
	factory := compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	rng := factory.NewEmptyRange(0)
	for i, leaf := range t.leaves {
		if int64(i) == index {
			leaf = flipped(leaf, len(leaf)/2)
		}
		check("grow", rng.Append(rfc6962.DefaultHasher.HashLeaf(leaf), nil))
	}
	root, err := rng.GetRootHash(nil)
	check("root", err)
	return root
}

func isHead(head *f_log.Checkpoint, size int64, root []byte) error {
	if head.Size != uint64(size) || !bytes.Equal(head.Hash, root) {
		return fmt.Errorf("size %d and root %x, the checkpoint has %d and %x", size, root, head.Size, head.Hash)
	}
	return nil
}

// That a leaf is in a tree.
type inclusion struct {
	index, size int64
	leaf        []byte
	path        [][]byte
	root        []byte
}

func (p inclusion) byMerkle() error {
	hash := rfc6962.DefaultHasher.HashLeaf(p.leaf)
	return proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(p.index), uint64(p.size), hash, p.path, p.root)
}

func (p inclusion) byTlog() error {
	path, root, err := hashes(p.path, p.root)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(path, p.size, root, p.index, tlog.RecordHash(p.leaf))
}

func (p inclusion) holds(what, where string, a *audit) {
	a.holds(what+" (merkle)", where, p.byMerkle())
	a.holds(what+" (tlog)", where, p.byTlog())
	refuse := func(why string, changed inclusion) {
		a.refuses(why+" (merkle)", where, changed.byMerkle())
		a.refuses(why+" (tlog)", where, changed.byTlog())
	}
	for i := range p.path {
		changed := p
		changed.path = with(p.path, i, flipped(p.path[i], 31))
		refuse("a hash of an inclusion proof is another", changed)
	}
	changed := p
	changed.path = append(with(p.path, -1, nil), p.root)
	refuse("an inclusion proof is too long", changed)
	if len(p.path) > 0 {
		changed.path = p.path[:len(p.path)-1]
		refuse("an inclusion proof is too short", changed)
	}
	changed = p
	changed.leaf = flipped(p.leaf, len(p.leaf)-1)
	refuse("the leaf is another", changed)
	changed = p
	changed.root = flipped(p.root, 0)
	refuse("the root is another", changed)
	for _, index := range []int64{p.index ^ 1, p.size, p.index + p.size, -1} {
		if p.size > 1 || index != p.index^1 {
			changed = p
			changed.index = index
			refuse("the index is another", changed)
		}
	}
	// Not size + 1: in a tree that is a little larger the same leaf can have a path of the same shape.
	for _, size := range []int64{2 * p.size, p.index, 0} {
		changed = p
		changed.size = size
		refuse("the size is another", changed)
	}
}

// That a tree is a prefix of a larger one.
type consistency struct {
	from, to         int64
	path             [][]byte
	fromRoot, toRoot []byte
}

func (p consistency) byMerkle() error {
	return proof.VerifyConsistency(
		rfc6962.DefaultHasher, uint64(p.from), uint64(p.to), p.path, p.fromRoot, p.toRoot)
}

func (p consistency) byTlog() error {
	path, root, err := hashes(p.path, p.toRoot)
	if err != nil {
		return err
	}
	_, fromRoot, err := hashes(nil, p.fromRoot)
	if err != nil {
		return err
	}
	return tlog.CheckTree(tlog.TreeProof(path), p.to, root, p.from, fromRoot)
}

func (p consistency) holds(what, where string, a *audit) {
	a.holds(what+" (merkle)", where, p.byMerkle())
	a.holds(what+" (tlog)", where, p.byTlog())
	refuse := func(why string, changed consistency) {
		a.refuses(why+" (merkle)", where, changed.byMerkle())
		a.refuses(why+" (tlog)", where, changed.byTlog())
	}
	for i := range p.path {
		changed := p
		changed.path = with(p.path, i, flipped(p.path[i], 31))
		refuse("a hash of a consistency proof is another", changed)
	}
	changed := p
	changed.path = append(with(p.path, -1, nil), p.toRoot)
	refuse("a consistency proof is too long", changed)
	changed.path = p.path[:len(p.path)-1]
	refuse("a consistency proof is too short", changed)
	changed = p
	changed.fromRoot = flipped(p.fromRoot, 0)
	refuse("the earlier root is another", changed)
	changed = p
	changed.toRoot = flipped(p.toRoot, 0)
	refuse("the later root is another", changed)
	changed = p
	changed.fromRoot, changed.toRoot = p.toRoot, p.fromRoot
	refuse("the roots are exchanged", changed)
	for _, from := range []int64{p.to, p.to + 1, 0} {
		changed = p
		changed.from = from
		refuse("the earlier size is another", changed)
	}
}

// For tlog, whose hashes cannot have another length.
func hashes(path [][]byte, root []byte) (all []tlog.Hash, last tlog.Hash, err error) {
	for _, hash := range append(with(path, -1, nil), root) {
		if len(hash) != tlog.HashSize {
			return nil, last, errors.New("a hash of another length")
		}
		all = append(all, tlog.Hash(hash))
	}
	return all[:len(path)], all[len(path)], nil
}

// A copy with one hash replaced.
func with(path [][]byte, at int, hash []byte) [][]byte {
	copied := append([][]byte(nil), path...)
	if at >= 0 {
		copied[at] = hash
	}
	return copied
}

// What tlog itself would prove must be, hash by hash, what was written.
func (t *tree) equals(what, where string, written [][]byte, proven []tlog.Hash, a *audit) {
	var err error
	if len(written) != len(proven) {
		err = fmt.Errorf("%d hashes, tlog has %d", len(written), len(proven))
	}
	for i := 0; err == nil && i < len(proven); i++ {
		if !bytes.Equal(written[i], proven[i][:]) {
			err = fmt.Errorf("hash %d is %x, tlog has %s", i, written[i], proven[i])
		}
	}
	a.holds(what, where, err)
}

func (t *tree) proveRecord(size, index int64) []tlog.Hash {
	path, err := tlog.ProveRecord(size, index, t)
	check("prove", err)
	return path
}

func (t *tree) proveTree(size, from int64) []tlog.Hash {
	path, err := tlog.ProveTree(size, from, t)
	check("prove", err)
	return path
}
