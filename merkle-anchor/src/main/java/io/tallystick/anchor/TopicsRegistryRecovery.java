// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.registry.Registry;
import io.tallystick.anchor.registry.SealedWindow;
import io.tallystick.avro.RegistryWindow;
import io.tallystick.topic.LedgerIntegrityException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rebuilds the registry from {@code ledger.registry}, which holds its frontier, and from all of {@code ledger.heads}. */
final class TopicsRegistryRecovery implements RegistryRecovery {
    private static final Logger LOGGER = LoggerFactory.getLogger(TopicsRegistryRecovery.class);

    private final AnchorConfig config;
    private final Supplier<CommittedReader> readers;
    private final Restores restores;

    TopicsRegistryRecovery(AnchorConfig config, Supplier<CommittedReader> readers, Restores restores) {
        this.config = config;
        this.readers = readers;
        this.restores = restores;
    }

    @Override
    public Registry.Base registered() {
        try (CommittedReader reader = readers.get()) {
            Last last = new Last();
            TopicPartition registry = new TopicPartition(config.topics().registry(), 0);
            restores.rebuild("frontier", () -> reader.readAll(registry, last::take));
            return last.base;
        }
    }

    @Override
    public void replay(long before, Registry registry) {
        try (CommittedReader reader = readers.get()) {
            TopicPartition heads = new TopicPartition(config.topics().heads(), 0);
            restores.rebuild("heads", () -> reader.read(heads, 0, before, record -> offer(registry, record)));
            LOGGER.atWarn()
                    .addKeyValue("offset", before)
                    .log(
                            "registry rebuilt from its topics, the local state and its changelog were empty or incomplete");
        }
    }

    private void offer(Registry registry, ConsumerRecord<String, SpecificRecord> record) {
        List<SealedWindow> sealed = RegistryRecords.offer(
                registry,
                record.offset(),
                record.key(),
                record.value(),
                config.ledger().partitions());
        if (!sealed.isEmpty()) {
            throw new LedgerIntegrityException("the window from "
                    + sealed.get(0).start()
                    + " was sealed by offset " + record.offset() + " of " + record.topic() + ", but is missing in "
                    + config.topics().registry());
        }
    }

    /** The last complete window. */
    private static final class Last {
        private final WindowParts parts = new WindowParts();
        private Registry.Base base = Registry.Base.NONE;

        void take(ConsumerRecord<String, SpecificRecord> record) {
            if (!(record.value() instanceof RegistryWindow part)) {
                throw new LedgerIntegrityException(
                        "offset " + record.offset() + " of " + record.topic() + " holds no window");
            }
            parts.add(part).ifPresent(window -> base = new Registry.Base(window.extended(), Optional.of(window.end())));
        }
    }
}
