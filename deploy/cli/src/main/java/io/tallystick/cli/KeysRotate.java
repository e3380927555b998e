// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import io.tallystick.trust.TrustedKey;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tally keys rotate}. */
@Command(
        name = "rotate",
        description = {
            "Begin to replace a checkpoint key. From one instant on (T1) the new key signs beside the old one, until"
                    + " another",
            "(T2) at which the old one signs its last window. Makes the new key, a new version of the trust root that"
                    + " says",
            "so, an event in operator/0, and adds the key to ledger.signing.key.files. May be repeated if it was"
                    + " stopped.",
            "",
            "Then: give auditors the new trust root; restart 'run anchor' (and 'run export', which publishes the trust"
                    + " root)",
            "before T1. Which key signs a window is decided by the window alone, so the moment of the restart leaves"
                    + " no trace.",
            "After T2: 'tally keys retire'."
        })
final class KeysRotate implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private KeyChange change;

    @Option(names = "--key", required = true, paramLabel = "FILE", description = "The key file to be replaced.")
    private Path old;

    @Option(
            names = "--new",
            required = true,
            paramLabel = "FILE",
            description = "The new key file; made if it does not exist.")
    private Path fresh;

    @Option(
            names = "--in",
            paramLabel = "DURATION",
            defaultValue = "24h",
            converter = DurationText.class,
            description = "From now until the new key begins to sign (default: 24h).")
    private Duration in;

    @Option(
            names = "--overlap",
            paramLabel = "DURATION",
            defaultValue = "7d",
            converter = DurationText.class,
            description = "How long both sign (default: 7d).")
    private Duration overlap;

    @Override
    public void run() {
        LedgerKeys keys = change.keys();
        requireNamed(keys);
        TrustRoot now = TrustRootFile.read(keys.trustRoot());
        Pair pair = PassphraseOptions.use(keys.passphrase(), this::open);
        PrintWriter out = spec.commandLine().getOut();
        if (now.key(pair.fresh().keyId()).isEmpty()) {
            Duration window = change.config().settings().windowSize();
            Instant first = KeyRotation.windowEnd(Instant.now().plus(in), window);
            Instant last = KeyRotation.windowEnd(first.plus(overlap), window);
            TrustRootDraft draft =
                    KeyRotation.introduce(now, pair.old().keyId(), pair.fresh().spki(), first, last, Instant.now());
            Optional<TrustRoot> next = change.apply(
                    draft,
                    (events, root) -> events.introduced(
                            root.key(pair.fresh().keyId()).orElseThrow(),
                            pair.old().keyId(),
                            root,
                            change.order()));
            if (next.isEmpty()) {
                out.println(KeyChange.unsigned(keys));
                out.flush();
                return;
            }
            now = next.get();
        }
        report(out, now, pair);
        if (!change.order().dryRun()) {
            addToConfig(keys);
        }
        out.flush();
    }

    private void report(PrintWriter out, TrustRoot root, Pair pair) {
        TrustedKey before = root.key(pair.old().keyId()).orElseThrow();
        TrustedKey after = root.key(pair.fresh().keyId()).orElseThrow();
        String would = change.order().dryRun() ? "would be " : "";
        out.println(
                "trust root version " + root.version() + " " + would + "in force, fingerprint " + root.fingerprint());
        out.println("  T1  " + after.notBefore() + "  " + after.keyId() + " begins to sign");
        out.println("  T2  " + before.notAfter() + "  " + before.keyId() + " signs its last window");
        out.println("  restart 'tally run anchor' before T1, and 'tally run export'; retire the old key after T2");
    }

    private void requireNamed(LedgerKeys keys) {
        if (keys.signing().stream().noneMatch(file -> same(file, old))) {
            throw new CommandException(
                    ExitCodes.USAGE,
                    old + " is not among the files of " + LedgerKeys.SIGNING_KEY_FILES,
                    "Give one of " + keys.signing() + ".");
        }
    }

    private static boolean same(Path one, Path other) {
        return one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize());
    }

    /** New before old would break the order of the lines. */
    private void addToConfig(LedgerKeys keys) {
        if (keys.signing().stream().anyMatch(file -> same(file, fresh))) {
            return;
        }
        List<String> files = new ArrayList<>();
        for (Path file : keys.signing()) {
            files.add(file.toString());
            if (same(file, old)) {
                files.add(fresh.toAbsolutePath().normalize().toString());
            }
        }
        change.config().set(LedgerKeys.SIGNING_KEY_FILES, String.join(",", files));
    }

    private record Pair(PublicKey old, PublicKey fresh) {}

    private Pair open(char[] secret) throws KeyException {
        PublicKey before;
        try (SigningKey key = KeyFile.read(old, secret)) {
            before = PublicKey.of(key.spki());
        }
        if (!Files.exists(fresh) && !change.order().dryRun()) {
            try (SigningKey key = KeyFile.generate(before.algorithm(), new SecureRandom())) {
                KeyFile.write(fresh, key, secret);
            }
        }
        if (!Files.exists(fresh)) {
            try (SigningKey rehearsed = KeyFile.generate(before.algorithm(), new SecureRandom())) {
                return new Pair(before, PublicKey.of(rehearsed.spki()));
            }
        }
        try (SigningKey key = KeyFile.read(fresh, secret)) {
            return new Pair(before, PublicKey.of(key.spki()));
        }
    }
}
