// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.avro.Cut;
import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.topic.LedgerSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/** The checkpoints that are signed at windows' ends: of the registry, and of the chains it commits to. */
@FunctionalInterface
interface SignedWindows {
    /** A checkpoint is published after its window's end, by clocks that do not differ by more. */
    Duration SLACK = Duration.ofDays(1);

    /** Looks into a ledger's topic each time it is asked. */
    static SignedWindows of(Map<String, String> properties) {
        return (from, wanted) -> {
            LedgerSettings settings = ConfigFile.settings(properties);
            AtomicReference<SignedCheckpoint> found = new AtomicReference<>();
            try (TopicTail tail = new TopicTail(settings, Long.MAX_VALUE)) {
                tail.readSince(settings.topics().checkpoints(), from.minus(SLACK), record -> {
                    if (found.get() == null
                            && record.value() instanceof SignedCheckpoint checkpoint
                            && checkpoint.getCut() == Cut.WINDOW
                            && !checkpoint
                                    .getWindowStart()
                                    .plus(settings.windowSize())
                                    .isBefore(from)
                            && wanted.test(checkpoint)) {
                        found.set(checkpoint);
                    }
                });
            }
            return Optional.ofNullable(found.get());
        };
    }

    /**
     * @param from first window end that is of interest; not before 1970-01-02
     * @return the first published of them that is wanted
     * @throws org.apache.kafka.common.KafkaException if the ledger cannot be read
     */
    Optional<SignedCheckpoint> first(Instant from, Predicate<SignedCheckpoint> wanted);
}
