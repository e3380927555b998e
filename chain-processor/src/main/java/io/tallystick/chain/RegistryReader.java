// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.avro.ChainTreeHead;
import io.tallystick.avro.Cut;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.chain.recover.ChainSeals;
import io.tallystick.chain.recover.KnownSizes;
import io.tallystick.chain.recover.RecoveryRefusedException;
import io.tallystick.chain.recover.RegisteredHeads;
import io.tallystick.chain.recover.RegistryFold;
import io.tallystick.chain.recover.RegistrySeal;
import io.tallystick.chain.recover.SignedRegistry;
import io.tallystick.entry.ChainId;
import io.tallystick.topic.LedgerSettings;
import io.tallystick.topic.TenantDescriptor;
import io.tallystick.topic.TenantDirectory;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.TrustRoot;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads what was signed of a ledger from its topics. For one thread. */
final class RegistryReader {
    private final LedgerSettings ledger;
    private final CommittedRecords<SpecificRecord> reader;
    private Optional<SignedCheckpoint> last = Optional.empty();
    private ChainSeals chains;

    RegistryReader(LedgerSettings ledger, CommittedRecords<SpecificRecord> reader) {
        this.ledger = ledger;
        this.reader = reader;
    }

    /**
     * The last registry checkpoint; the first in offset order of those with the largest size. Finds those of the chains, too.
     *
     * @throws RecoveryRefusedException if it has another form, or there are two for one size
     */
    Optional<RegistrySeal> seal() {
        last = Optional.empty();
        chains = new ChainSeals(ledger.origin());
        read(ledger.topics().checkpoints(), record -> {
            if (record instanceof SignedCheckpoint checkpoint) {
                if (checkpoint.getOrigin().equals(ledger.origin())) {
                    take(checkpoint);
                } else {
                    takeOfChain(checkpoint);
                }
            }
        });
        return last.map(checkpoint -> RegistrySeal.parse(ledger.origin(), bytes(checkpoint.getNote())));
    }

    /** The newest checkpoints of the chains that {@link #seal} found. */
    ChainSeals chains() {
        return chains;
    }

    private void takeOfChain(SignedCheckpoint checkpoint) {
        try {
            chains.add(
                    checkpoint.getOrigin(),
                    new TreeHead(checkpoint.getSize(), Hash.of(bytes(checkpoint.getRoot()))),
                    checkpoint.getWindowStart().plus(ledger.windowSize()),
                    bytes(checkpoint.getNote()));
        } catch (IllegalArgumentException e) {
            throw RecoveryRefusedException.disagrees(
                    "the checkpoints topic holds a checkpoint of " + checkpoint.getOrigin() + " that is none: "
                            + e.getMessage(),
                    e);
        }
    }

    private void take(SignedCheckpoint checkpoint) {
        if (last.isEmpty() || checkpoint.getSize() > last.get().getSize()) {
            last = Optional.of(checkpoint);
        } else if (checkpoint.getSize() == last.get().getSize()
                && !checkpoint.getRoot().equals(last.get().getRoot())) {
            throw RecoveryRefusedException.disagrees("there are two registry checkpoints of size "
                    + checkpoint.getSize() + " with different roots: a split view");
        }
    }

    /**
     * The leaves under a checkpoint, and its signatures, verified.
     *
     * @throws RecoveryRefusedException if they do not fit
     */
    SignedRegistry signed(RegistrySeal seal, TrustRoot trustRoot) {
        RegistryFold fold = new RegistryFold(seal.head().size());
        read(ledger.topics().registry(), record -> {
            if (record instanceof RegistryWindow window) {
                long index = window.getFirstIndex();
                for (ByteBuffer leaf : window.getLeaves()) {
                    fold.add(index++, bytes(leaf));
                }
            }
        });
        return seal.verify(trustRoot, fold);
    }

    /**
     * The chain heads that the leaves commit to.
     *
     * @throws RecoveryRefusedException if one cannot be found
     */
    Map<String, RegisteredHeads.Registered> heads(SignedRegistry registry) {
        RegisteredHeads heads = new RegisteredHeads(ledger.origin(), registry);
        try (TenantDirectory directory = new TenantDirectory(ledger)) {
            Map<String, TenantDescriptor> tenants = directory.refresh();
            read(ledger.topics().heads(), record -> {
                if (record instanceof ChainTreeHead head && head.getCut() == Cut.WINDOW) {
                    propose(heads, head, tenants);
                }
            });
        }
        return heads.all();
    }

    /** The sizes of all heads that the trees have made, signed or not. */
    void addTo(KnownSizes known) {
        read(ledger.topics().heads(), record -> {
            if (record instanceof ChainTreeHead head) {
                known.seen(head.getChain(), head.getSize(), "the heads topic");
            }
        });
    }

    private static void propose(RegisteredHeads heads, ChainTreeHead record, Map<String, TenantDescriptor> tenants) {
        try {
            ChainId chain = ChainId.parse(record.getChain());
            if (!heads.wants(chain)) {
                return;
            }
            TenantDescriptor tenant = tenants.get(chain.tenant());
            if (tenant == null) {
                throw RecoveryRefusedException.disagrees("tenant " + chain.tenant()
                        + " has registered heads but no descriptor, and so no blind to open them with");
            }
            TreeHead head = new TreeHead(record.getSize(), Hash.of(bytes(record.getRoot())));
            heads.propose(chain, record.getWindow(), head, tenant.blind());
        } catch (IllegalArgumentException e) {
            throw RecoveryRefusedException.disagrees(
                    "the heads topic holds a head of " + record.getChain() + " that is none: " + e.getMessage(), e);
        }
    }

    private void read(String topic, Consumer<SpecificRecord> visitor) {
        TopicPartition partition = new TopicPartition(topic, 0);
        reader.read(
                partition, reader.begin(partition), reader.end(partition), record -> visitor.accept(record.value()));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
