// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustedKey;
import io.tallystick.verify.ExitCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** How far the ledger has come with what its keys sign: windows are signed in their order, and so are bundles. */
@FunctionalInterface
interface KeyBacklog {
    /** Says that nothing waits, without having looked. */
    KeyBacklog UNASKED = role -> Optional.of(Instant.MAX);

    /** Looks at a ledger each time it is asked. */
    static KeyBacklog of(Map<String, String> properties) {
        return role -> {
            WindowTable windows = LedgerWindows.read(properties, LedgerWindows.RECORDS);
            return role == TrustRole.BUNDLE ? windows.exportedUntil() : windows.signedUntil();
        };
    }

    /**
     * @param role of the key: checkpoints or bundles
     * @return end of the last window for which they are signed; empty if they are for none
     * @throws org.apache.kafka.common.KafkaException if the ledger cannot be read
     */
    Optional<Instant> signedUntil(TrustRole role);

    /**
     * Requires that no window waits for a key whose validity has ended.
     *
     * @param role of the key
     * @param window size of a window
     * @throws CommandException if one does
     * @throws org.apache.kafka.common.KafkaException if the ledger cannot be read
     */
    default void requireDone(TrustRole role, TrustedKey key, Duration window) {
        Instant last = lastWindowEnd(key, window);
        if (last.isBefore(key.notBefore())) {
            return;
        }
        Optional<Instant> signed = signedUntil(role);
        if (signed.isEmpty() || signed.get().isBefore(last)) {
            String what = role == TrustRole.BUNDLE ? "bundles" : "checkpoints";
            String done = role == TrustRole.BUNDLE ? "exported" : "sealed";
            throw new CommandException(
                    ExitCode.USAGE,
                    "key " + key.keyId() + " signs " + what + " of windows that end until " + last + ", and "
                            + signed.map(end -> "those that end after " + end + " wait for it")
                                    .orElse("no window is " + done),
                    "Wait until 'tally windows' shows the window that ends then " + done
                            + ", and repeat. If it never will be: --despite-backlog, see --help.");
        }
    }

    private static Instant lastWindowEnd(TrustedKey key, Duration window) {
        long size = window.toMillis();
        return Instant.ofEpochMilli(Math.floorDiv(key.notAfter().toEpochMilli(), size) * size);
    }
}
