// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.avro.AnchorKind;
import io.tallystick.avro.Attestation;
import io.tallystick.avro.AttestationState;
import io.tallystick.topic.LedgerSettings;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/** The receipts of outside parties that are stored, or about to be. */
@FunctionalInterface
interface ConfirmedReceipts {
    /** Looks into a ledger's topic each time it is asked. */
    static ConfirmedReceipts of(Map<String, String> properties) {
        return (anchor, from, wanted) -> {
            LedgerSettings settings = ConfigFile.settings(properties);
            AtomicReference<Instant> found = new AtomicReference<>();
            try (TopicTail tail = new TopicTail(settings, Long.MAX_VALUE)) {
                tail.readSince(settings.topics().attestations(), from.minus(SignedWindows.SLACK), record -> {
                    if (found.get() == null
                            && record.value() instanceof Attestation said
                            && said.getState() == AttestationState.CONFIRMED
                            && said.getAnchor().equals(anchor)) {
                        Instant at = said.getKind() == AnchorKind.TSA
                                ? Instant.ofEpochMilli(record.timestamp())
                                : said.getWindowStart().plus(settings.windowSize());
                        if (wanted.test(at)) {
                            found.set(at);
                        }
                    }
                });
            }
            return Optional.ofNullable(found.get());
        };
    }

    /**
     * @param anchor id of an authority or a log
     * @param from nothing before it is of interest; not before 1970-01-02
     * @param wanted asked of when an authority stamped, of the end of the window that a log's entry is for
     * @return the first that is wanted
     * @throws org.apache.kafka.common.KafkaException if the ledger cannot be read
     */
    Optional<Instant> first(String anchor, Instant from, Predicate<Instant> wanted);
}
