// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.avro.ChainTreeHead;
import io.tallystick.avro.Cut;
import io.tallystick.avro.LedgerEntry;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.bundle.RegistryLeaf;
import io.tallystick.chain.sequence.Given;
import io.tallystick.entry.ChainId;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSigners;
import io.tallystick.note.SignedNote;
import io.tallystick.topic.LedgerAdmin;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.tree.CompactRange;
import io.tallystick.tree.Hash;
import io.tallystick.tree.Rfc6962;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.SigningKey;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Seals windows of a {@link RunningLedger} as the anchor stage would: heads, registry and checkpoint, into the topics. */
final class SealedLedger {
    private static final Duration WINDOW = Duration.ofSeconds(10);

    private final RunningLedger ledger;
    private final Map<String, Hash> blinds;
    private CompactRange registry = CompactRange.EMPTY;
    private Instant start = Instant.parse("2026-11-21T03:15:00Z");
    private List<SigningKey> keys = List.of(TestKeys.checkpointEd25519(), TestKeys.checkpointP256());

    SealedLedger(RunningLedger ledger) {
        this.ledger = ledger;
        try (LedgerAdmin admin = new LedgerAdmin(ledger.settings)) {
            admin.createTenant("acme", 1, 1);
            this.blinds = admin.tenants().stream()
                    .collect(Collectors.toMap(TenantDescriptor::tenant, TenantDescriptor::blind));
        }
    }

    void signedWith(SigningKey... others) {
        keys = List.of(others);
    }

    /** One more window, with every chain as the entries topic has it now. */
    void seal() {
        seal(trees());
    }

    /** The tree head of each chain. */
    SortedMap<String, TreeHead> trees() {
        SortedMap<String, CompactRange> trees = new TreeMap<>();
        for (int partition = 0; partition < RunningLedger.N; partition++) {
            for (SpecificRecord record : ledger.entries(partition)) {
                if (record instanceof LedgerEntry entry) {
                    Hash leaf = Rfc6962.leafHash(bytes(entry.getEntry()));
                    trees.merge(
                            entry.getChain(), CompactRange.EMPTY.append(leaf), (before, first) -> before.append(leaf));
                }
            }
        }
        SortedMap<String, TreeHead> heads = new TreeMap<>();
        trees.forEach((chain, tree) -> heads.put(chain, tree.head()));
        return heads;
    }

    /** The head of a chain's tree when it had this size. */
    TreeHead head(String chain, long size) {
        CompactRange tree = CompactRange.EMPTY;
        for (SpecificRecord record : ledger.entries(RunningLedger.partition(chain))) {
            if (record instanceof LedgerEntry entry && entry.getChain().equals(chain) && entry.getSeq() < size) {
                tree = tree.append(Rfc6962.leafHash(bytes(entry.getEntry())));
            }
        }
        return tree.head();
    }

    /** One more window with these chain heads. */
    void seal(Map<String, TreeHead> heads) {
        write(
                ledger.topics().heads(),
                heads.entrySet().stream()
                        .map(head -> head(head.getKey(), head.getValue(), Cut.WINDOW))
                        .toList());
        List<byte[]> leaves = new ArrayList<>(heads.entrySet().stream()
                .map(head -> leaf(head.getKey(), head.getValue()))
                .sorted(Comparator.comparing(RegistryLeaf.Head::chain))
                .map(RegistryLeaf.Head::encode)
                .toList());
        leaves.add(new RegistryLeaf.Window(heads.size(), start.plus(WINDOW), registry.size(), start).encode());
        CompactRange before = registry;
        for (byte[] leaf : leaves) {
            registry = registry.append(Rfc6962.leafHash(leaf));
        }
        write(ledger.topics().registry(), List.of(window(before, leaves)));
        checkpoint(registry.head());
        start = start.plus(WINDOW);
    }

    /** Signs a registry root, whatever the leaves are. */
    void checkpoint(TreeHead head) {
        checkpoint(Given.ORIGIN, head, Cut.WINDOW);
    }

    /** Signs a head of a chain between two windows, whatever its entries are. */
    void checkpoint(String chain, TreeHead head) {
        checkpoint(ChainId.parse(chain).origin(Given.ORIGIN), head, Cut.FAST);
    }

    private void checkpoint(String origin, TreeHead head, Cut cut) {
        try {
            byte[] note = SignedNote.sign(
                            new Checkpoint(origin, head).text(),
                            keys.stream()
                                    .map(key -> NoteSigners.of(origin, key))
                                    .toList())
                    .encode();
            write(
                    ledger.topics().checkpoints(),
                    List.of(new SignedCheckpoint(
                            origin, head.size(), buffer(head.root()), ByteBuffer.wrap(note), cut, start)));
        } catch (NoteException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The trees have made a head between two windows, and it is not signed yet. */
    void unsignedHead(String chain, long size) {
        write(ledger.topics().heads(), List.of(head(chain, head(chain, size), Cut.FAST)));
    }

    private ChainTreeHead head(String chain, TreeHead head, Cut cut) {
        return new ChainTreeHead(
                chain,
                start,
                cut,
                head.size(),
                buffer(head.root()),
                List.of(),
                buffer(Hash.ZERO),
                RunningLedger.partition(chain),
                0L);
    }

    private RegistryLeaf.Head leaf(String chain, TreeHead head) {
        ChainId id = ChainId.parse(chain);
        String origin = id.origin(Given.ORIGIN);
        byte[] blind = blinds.get(id.tenant()).bytes();
        return new RegistryLeaf.Head(
                RegistryLeaf.chainId(origin),
                RegistryLeaf.headCommitment(blind, new Checkpoint(origin, head).text()),
                start);
    }

    private RegistryWindow window(CompactRange before, List<byte[]> leaves) {
        return new RegistryWindow(
                start,
                start.plus(WINDOW),
                0,
                1,
                before.size(),
                leaves.stream().map(ByteBuffer::wrap).toList(),
                before.size(),
                before.frontier().stream().map(SealedLedger::buffer).toList(),
                registry.size(),
                buffer(registry.root()));
    }

    private void write(String topic, List<? extends SpecificRecord> records) {
        ledger.produce(records.stream()
                .map(record -> new ProducerRecord<String, SpecificRecord>(topic, 0, Given.ORIGIN, record))
                .toList());
    }

    private static ByteBuffer buffer(Hash hash) {
        return ByteBuffer.wrap(hash.bytes());
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
