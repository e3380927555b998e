// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.trust.KeyFile;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tally keys retire}. */
@Command(
        name = "retire",
        description = {
            "End a rotation: after T2, a new version of the trust root calls the old key retired, an event in"
                    + " operator/0 says",
            "so, and the file is taken out of ledger.signing.key.files. What the key signed stands for ever. Keep the"
                    + " file until",
            "'run anchor' was restarted. May be repeated if it was stopped."
        })
final class KeysRetire implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private KeyChange change;

    @Option(names = "--key", required = true, paramLabel = "FILE", description = "The key file that signs no more.")
    private Path file;

    @Override
    public void run() {
        LedgerKeys keys = change.keys();
        TrustRoot now = TrustRootFile.read(keys.trustRoot());
        String keyId = PassphraseOptions.use(keys.passphrase(), secret -> {
            try (SigningKey key = KeyFile.read(file, secret)) {
                return key.keyId();
            }
        });
        PrintWriter out = spec.commandLine().getOut();
        if (now.key(keyId)
                .map(TrustedKey::status)
                .filter(KeyStatus.RETIRED::equals)
                .isEmpty()) {
            Optional<TrustRoot> next = change.apply(
                    KeyRotation.retire(now, keyId, Instant.now()),
                    (events, root) -> events.retired(root.key(keyId).orElseThrow(), root, change.order()));
            if (next.isEmpty()) {
                out.println(KeyChange.unsigned(keys));
                out.flush();
                return;
            }
            now = next.get();
        }
        if (change.order().dryRun()) {
            out.println("key " + keyId + " would be retired in version " + now.version() + " of the trust root");
        } else {
            removeFromConfig(keys);
            out.println("key " + keyId + " is retired; trust root version " + now.version() + ", fingerprint "
                    + now.fingerprint());
        }
        out.flush();
    }

    private void removeFromConfig(LedgerKeys keys) {
        Path gone = file.toAbsolutePath().normalize();
        String left = keys.signing().stream()
                .filter(kept -> !kept.toAbsolutePath().normalize().equals(gone))
                .map(Path::toString)
                .collect(Collectors.joining(","));
        if (!left.equals(keys.signing().stream().map(Path::toString).collect(Collectors.joining(",")))) {
            change.config().set(LedgerKeys.SIGNING_KEY_FILES, left);
        }
    }
}
