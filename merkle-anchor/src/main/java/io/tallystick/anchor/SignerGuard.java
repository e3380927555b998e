// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.anchor.sign.SigningGuard;
import io.tallystick.serde.LedgerSerdes;
import java.io.IOException;
import java.nio.file.Path;

/** Makes the signer's guard file outside Kafka; the signer itself never does. */
public final class SignerGuard {
    private SignerGuard() {}

    /** What {@link #create} does if the ledger has signed already. */
    public enum Past {
        /** Makes no file: there should be one. */
        REFUSE,
        /** Takes the intents in the topic for true. */
        ADOPT
    }

    /**
     * Makes the file the configuration names, from the intents in {@code ledger.signer}.
     *
     * @return how many origins the topic has an intent for; above 0 with {@link Past#REFUSE} no file was made
     * @throws java.nio.file.FileAlreadyExistsException if there is a file; it stays as it is
     * @throws IOException if it cannot be written
     * @throws IllegalArgumentException if the configuration names none
     * @throws io.tallystick.topic.LedgerIntegrityException if the intents contradict each other
     * @throws org.apache.kafka.common.KafkaException if the broker cannot be reached
     */
    public static int create(AnchorConfig config, Past past) throws IOException {
        Path file = config.guardFile()
                .orElseThrow(() -> new IllegalArgumentException("the configuration has no " + AnchorConfig.GUARD_FILE));
        LedgerSerdes serdes = new LedgerSerdes(config.ledger().schemaRegistryUrl());
        SigningGuard intents = new SigningGuard();
        SignerEnds.of(config, serdes.records()).readIntents(record -> SignerSession.readIntent(record, intents));
        int origins = intents.heads().size();
        if (origins == 0 || past == Past.ADOPT) {
            GuardFile.create(file, config.ledger().origin(), intents);
        }
        return origins;
    }
}
