// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.entry.Body;
import io.tallystick.entry.ChainId;
import io.tallystick.entry.Closed;
import io.tallystick.entry.Entry;
import io.tallystick.entry.EntryCodec;
import io.tallystick.entry.Event;
import io.tallystick.entry.Genesis;
import io.tallystick.entry.PayloadRef;
import io.tallystick.entry.SourceRange;
import io.tallystick.entry.SourceTopic;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeHead;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Writes the entries of a chain as the sequencer would. */
public final class EntryChain {
    public static final String ORIGIN = "ledger.example.com";

    private final ChainId chain;
    private final List<Hash> leaves = new ArrayList<>();

    public EntryChain(String chain) {
        this.chain = ChainId.parse(chain);
    }

    public ChainId id() {
        return chain;
    }

    public long size() {
        return leaves.size();
    }

    public Hash lastLeaf() {
        return leaves.isEmpty() ? Hash.ZERO : leaves.get(leaves.size() - 1);
    }

    /** The head of the first entries. */
    public TreeHead head(int size) {
        CompactRange range = CompactRange.EMPTY;
        for (Hash leaf : leaves.subList(0, size)) {
            range = range.append(leaf);
        }
        return range.head();
    }

    public TreeHead head() {
        return head(leaves.size());
    }

    /** The next entry: a genesis, then events. */
    public byte[] next(Instant recorded) {
        return append(draft(recorded));
    }

    /** The entry that ends the chain. */
    public byte[] close(Instant recorded) {
        return append(new Entry(chain, size(), lastLeaf(), recorded, new Closed(Closed.CLOSED)));
    }

    /** Makes an entry the chain's next one, also a wrong one. */
    public byte[] append(Entry entry) {
        byte[] bytes = EntryCodec.encode(entry);
        leaves.add(Rfc6962.leafHash(bytes));
        return bytes;
    }

    /** What would come next; the chain stays as it is. */
    public Entry draft(Instant recorded) {
        return draft(size(), lastLeaf(), recorded);
    }

    /** An entry with a sequence and a previous hash of its own; the chain stays as it is. */
    public Entry draft(long seq, Hash prev, Instant recorded) {
        return new Entry(chain, seq, prev, recorded, seq == 0 ? genesis() : event(seq));
    }

    private Body genesis() {
        return new Genesis(
                chain.origin(ORIGIN),
                new SourceTopic(
                        "cluster-1", "ledger.in." + chain.tenant(), "AAAAAAAAAAAAAAAAAAAAAA", chain.partition()));
    }

    private static Body event(long seq) {
        byte[] payload = ("{\"n\":" + seq + "}").getBytes(StandardCharsets.UTF_8);
        return new Event(
                new SourceRange(seq - 1, seq, Optional.empty()),
                "event-" + seq,
                "event",
                Optional.empty(),
                Optional.empty(),
                new PayloadRef(payload.length, Hash.sha256(payload), PayloadRef.JSON, Optional.empty()),
                Optional.empty(),
                OptionalLong.empty());
    }
}
