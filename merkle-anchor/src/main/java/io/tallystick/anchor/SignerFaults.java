// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import io.tallystick.topic.LedgerIntegrityException;
import java.io.IOException;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;

/** Which faults of the signer starting over cannot mend. */
final class SignerFaults {
    private SignerFaults() {}

    /**
     * Whether the same would happen again: a broken invariant; a group without offsets; what the brokers refuse by
     * authentication, authorization or version; a record that cannot be read or written. A schema registry that is away is
     * none of these, though it shows as a record that cannot be read.
     */
    static boolean areHopeless(Throwable thrown) {
        boolean passing = false;
        boolean unreadable = false;
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof LedgerIntegrityException
                    || cause instanceof InvalidOffsetException
                    || cause instanceof InvalidConfigurationException
                    || cause instanceof RecordTooLargeException) {
                return true;
            }
            unreadable |= cause instanceof SerializationException;
            passing |= cause instanceof IOException || cause instanceof RetriableException;
        }
        return unreadable && !passing;
    }
}
