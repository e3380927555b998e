// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.anchor.AnchorConfig;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.receipt.LocalLog;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustAnchors;
import io.tallystick.verify.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
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

    private LocalAnchorLog() {}

    /** Its configuration. */
    static Map<String, String> defaults(LedgerHome home) {
        return Map.of(
                AnchorConfig.ANCHORS,
                ID,
                KEYS + "type",
                "log",
                KEYS + "file",
                home.directory().resolve("anchors").resolve("log.ndjson").toString(),
                KEYS + "key.file",
                home.keys().resolve("anchor-log-ed25519.pem").toString());
    }

    /**
     * Adds or takes out its configuration, as {@code ledger.anchors} asks for it: it is there unless the owner of the ledger
     * names other anchors; then lines that were written here and not changed go, and come again with its id.
     *
     * @param properties the ledger's configuration; changed
     * @throws CommandException if lines of an anchor are left that {@code ledger.anchors} does not name
     */
    static void configure(LedgerHome home, Map<String, String> properties) {
        Map<String, String> ours = defaults(home);
        if (!properties.containsKey(AnchorConfig.ANCHORS)) {
            ours.forEach(properties::putIfAbsent);
        } else if (ConfiguredAnchors.ids(properties).contains(ID)) {
            if (properties.keySet().stream().noneMatch(key -> key.startsWith(KEYS))) {
                ours.forEach(properties::putIfAbsent);
            }
        } else {
            ours.forEach(properties::remove);
        }
        List<String> left = ConfiguredAnchors.leftOver(properties);
        if (!left.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    home.config() + " has " + String.join(", ", left) + ", of no anchor in " + AnchorConfig.ANCHORS
                            + "=" + properties.get(AnchorConfig.ANCHORS),
                    "Remove those lines, or add the anchor's id to " + AnchorConfig.ANCHORS + ".");
        }
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
        if (file == null || !ConfiguredAnchors.ids(properties).contains(ID)) {
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
        return TrustAnchors.NONE.with(
                new TrustAnchors.Log(ID, LocalLog.KIND, origin, vkey, TrustAnchors.ValidFor.ALWAYS));
    }
}
