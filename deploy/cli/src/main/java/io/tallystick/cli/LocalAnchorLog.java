// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.note.NoteVerifiers;
import io.tallystick.receipt.LocalLog;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustAnchors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The one anchor a ledger on one machine has from the start: a log file in its data directory. On the same disk it proves
 * little; it shows how anchoring works, and is there to be moved to another owner's disk.
 */
final class LocalAnchorLog {
    private static final String ID = "log";
    private static final String KEYS = "ledger.anchor." + ID + ".";
    private static final Instant END = Instant.parse("9999-12-31T23:59:59Z");

    private LocalAnchorLog() {}

    /** Its configuration. */
    static Map<String, String> defaults(LedgerHome home) {
        return Map.of(
                "ledger.anchors",
                ID,
                KEYS + "type",
                "log",
                KEYS + "file",
                home.directory().resolve("anchors").resolve("log.ndjson").toString(),
                KEYS + "key.file",
                home.keys().resolve("anchor-log-ed25519.pem").toString());
    }

    /**
     * Makes its key if it is configured and does not exist.
     *
     * @param passphrase file with the passphrase of the ledger's keys
     * @return what a trust root says of it; empty if the ledger has no such log
     * @throws KeyException if the key cannot be made or read
     */
    static Optional<TrustAnchors> createMissing(Map<String, String> properties, String origin, Path passphrase)
            throws KeyException {
        String file = properties.get(KEYS + "key.file");
        List<String> anchors = Arrays.stream(
                        properties.getOrDefault("ledger.anchors", "").split(","))
                .map(String::strip)
                .toList();
        if (file == null || !anchors.contains(ID)) {
            return Optional.empty();
        }
        char[] secret = KeyFile.readPassphrase(passphrase);
        try {
            if (!Files.exists(Path.of(file))) {
                try (SigningKey fresh = KeyFile.generate(KeyAlgorithm.ED25519, new SecureRandom())) {
                    KeyFile.write(Path.of(file), fresh, secret);
                }
            }
            try (SigningKey key = KeyFile.read(Path.of(file), secret)) {
                return Optional.of(trusted(origin + "/" + ID, key));
            }
        } finally {
            Arrays.fill(secret, '\0');
        }
    }

    private static TrustAnchors trusted(String origin, SigningKey key) {
        String vkey = NoteVerifiers.vkey(origin, key.algorithm(), key.spki());
        TrustAnchors.ValidFor always = new TrustAnchors.ValidFor(Instant.EPOCH, END);
        TrustAnchors.Log log = new TrustAnchors.Log(ID, LocalLog.KIND, origin, vkey, always);
        return new TrustAnchors(List.of(), List.of(log), List.of());
    }
}
