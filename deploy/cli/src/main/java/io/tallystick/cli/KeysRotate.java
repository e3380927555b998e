// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.entry.LedgerTime;
import io.tallystick.json.JsonObject;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import io.tallystick.verify.ExitCode;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tally keys rotate}. */
@Command(
        name = "rotate",
        description = {
            "Begin to replace a checkpoint key or a bundle key.",
            "Makes the new key and a new version of the trust root in which it is valid from one instant on (T1) and the",
            "old one until another (T2), adds the key to the setting for its place, and tells operator/0. May be repeated,",
            "whatever failed: what is done stays, the rest is done.",
            "",
            "Checkpoints: between T1 and T2 both keys sign. Give auditors the new trust root; restart 'run anchor' (and",
            "'run export', which publishes the trust root) before T1. Witnesses know the Ed25519 key: give them the new one"
                    + " before T2.",
            "Bundles: the new key signs those of windows that end at T1 or later; old bundles stand as they are. Give"
                    + " auditors",
            "the new trust root before T1, and restart 'run export' before T2.",
            "",
            "Which key signs a window is decided by the window alone, so the moment of the restart leaves no trace.",
            "Once 'tally windows' shows windows after T2 sealed and exported: 'tally keys retire'."
        })
final class KeysRotate implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private KeyChangeOptions change;

    @Option(
            names = "--key",
            required = true,
            paramLabel = KeyPlace.LABEL,
            description = "The key to be replaced, one of ledger.signing.key.files, ledger.bundle.key.file or"
                    + " ledger.signing.pkcs11.keys.")
    private String oldPlace;

    @Option(
            names = "--new",
            required = true,
            paramLabel = KeyPlace.LABEL,
            description = {
                "The new key: a file, which is made if it does not exist, or the label of a key that was made in the ledger's"
                        + " token",
                "(ledger.signing.pkcs11.config, .pin.file and .keys, which may be empty before its first key)."
            })
    private String freshPlace;

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
            description = "How long both are valid (default: 7d).")
    private Duration overlap;

    @Option(
            names = "--valid",
            paramLabel = "DURATION",
            defaultValue = "3653d",
            converter = DurationText.class,
            description = {
                "How long the new key is valid from T1 on (default: 3653d, ten years); the trust root expires no earlier."
            })
    private Duration valid;

    @Override
    public void run() {
        LedgerKeys keys = change.keys();
        KeyPlace old = new KeyPlace(oldPlace);
        KeyPlace fresh = new KeyPlace(freshPlace);
        KeySetting ring = old.isInToken() ? change.token().having(old.label()) : keys.ring(old.file());
        KeySetting with = with(keys, ring, old, fresh);
        PublicKey before = publicKey(keys, old);
        Pair pair = new Pair(before, fresh(keys, fresh, before.algorithm()));
        KeyIntroduction.Overlap when =
                KeyIntroduction.Overlap.of(Instant.now(), in, overlap, valid, change.windowSize());
        KeyIntroduction step = new KeyIntroduction(with, pair.old().keyId(), pair.fresh(), when);
        PrintWriter out = spec.commandLine().getOut();
        change.carryOut(step, out, new Rotation(pair, ring.role()));
    }

    private final class Rotation implements KeyChangeOptions.Report {
        private final Pair pair;
        private final TrustRole role;

        Rotation(Pair pair, TrustRole role) {
            this.pair = pair;
            this.role = role;
        }

        @Override
        public void print(PrintWriter out, TrustRoot root) {
            report(out, root, old(root), fresh(root), role);
        }

        @Override
        public void add(JsonObject.Builder json, TrustRoot root) {
            json.put("keyId", fresh(root).keyId())
                    .put("oldKeyId", old(root).keyId())
                    .put("t1", LedgerTime.format(fresh(root).notBefore()))
                    .put("t2", LedgerTime.format(old(root).notAfter()))
                    .put("vkey", vkey(root, fresh(root), role));
        }

        private TrustedKey old(TrustRoot root) {
            return root.key(pair.old().keyId()).orElseThrow();
        }

        private TrustedKey fresh(TrustRoot root) {
            return root.key(pair.fresh().keyId()).orElseThrow();
        }
    }

    /** What witnesses have to be told. */
    private static Optional<String> vkey(TrustRoot root, TrustedKey key, TrustRole role) {
        return role == TrustRole.CHECKPOINT && key.algorithm() == KeyAlgorithm.ED25519
                ? Optional.of(NoteVerifiers.vkey(root.ledger(), key.algorithm(), key.spki()))
                : Optional.empty();
    }

    private void report(PrintWriter out, TrustRoot root, TrustedKey before, TrustedKey after, TrustRole role) {
        String would = change.order().dryRun() ? "would be " : "";
        out.println(
                "trust root version " + root.version() + " " + would + "in force, fingerprint " + root.fingerprint());
        out.println("  T1  " + after.notBefore() + "  " + after.keyId() + " begins to sign");
        out.println("  T2  " + before.notAfter() + "  " + before.keyId() + " signs its last window");
        out.println(
                role == TrustRole.BUNDLE
                        ? "  give out the trust root before T1; restart 'tally run export' before T2; retire the old key"
                                + " after T2"
                        : "  restart 'tally run anchor' before T1, and 'tally run export'; retire the old key after"
                                + " T2");
        vkey(root, after, role)
                .ifPresent(vkey -> out.println(
                        "  give every witness this verifier key before T2, beside the one it has: " + vkey));
    }

    private record Pair(PublicKey old, PublicKey fresh) {}

    /** The setting that is to name the new key as well. */
    private KeySetting with(LedgerKeys keys, KeySetting ring, KeyPlace old, KeyPlace fresh) {
        if (fresh.isInToken()) {
            if (ring.role() == TrustRole.BUNDLE) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "bundle keys are files, " + fresh + " is in a token",
                        "Name a file with --new.");
            }
            return change.token().with(fresh.label());
        }
        return old.isInToken()
                ? keys.ring(Set.of(ring.role())).with(fresh.file())
                : keys.ring(old.file()).with(old.file(), fresh.file());
    }

    private PublicKey publicKey(LedgerKeys keys, KeyPlace place) {
        if (place.isInToken()) {
            return change.token().publicKey(place.label());
        }
        return PassphraseOptions.use(keys.passphrase(), secret -> read(place.file(), secret));
    }

    private static PublicKey read(Path file, char[] secret) throws KeyException {
        try (SigningKey key = KeyFile.read(file, secret)) {
            return PublicKey.of(key.spki());
        }
    }

    /** A file that does not exist is made, in a rehearsal elsewhere. */
    private PublicKey fresh(LedgerKeys keys, KeyPlace place, KeyAlgorithm algorithm) {
        if (place.isInToken() || Files.exists(place.file())) {
            return publicKey(keys, place);
        }
        return PassphraseOptions.use(keys.passphrase(), secret -> {
            try (SigningKey key = KeyFile.generate(algorithm, new SecureRandom())) {
                if (!change.order().dryRun()) {
                    KeyFile.write(place.file(), key, secret);
                }
                return PublicKey.of(key.spki());
            }
        });
    }
}
