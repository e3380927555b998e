// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.bundle.BundleLayout;
import io.tallystick.embedded.EmbeddedLedger;
import io.tallystick.embedded.LedgerExtension;
import io.tallystick.entry.LedgerTime;
import io.tallystick.note.NoteSignature;
import io.tallystick.note.NoteVerifier;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.note.SignedNote;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.PublicKeys;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustedKey;
import io.tallystick.verify.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoint keys come and go while all stages run, by the commands an operator types; what the whole verifier says of it. */
@ExtendWith(LedgerExtension.class)
class CheckpointKeysIT {
    private static final int ML_DSA_LINE_MIN = 3000;

    @TempDir
    private Path directory;

    private static TrustRoot read(Path file) throws Exception {
        return TrustRoot.parse(Files.readAllBytes(file));
    }

    private static List<SignedCheckpoint> checkpoints(RunningStages stages) {
        return stages.records(stages.settings.topics().checkpoints()).stream()
                .map(SignedCheckpoint.class::cast)
                .toList();
    }

    private static Instant end(RunningStages stages, SignedCheckpoint checkpoint) {
        return checkpoint.getWindowStart().plus(stages.settings.windowSize());
    }

    /** The keys a checkpoint has lines of, in their order; a line by another key fails. */
    private static List<String> signers(SignedCheckpoint checkpoint, TrustRoot root) throws Exception {
        byte[] note = new byte[checkpoint.getNote().remaining()];
        checkpoint.getNote().duplicate().get(note);
        return SignedNote.parse(note).signatures().stream()
                .map(line -> signer(line, checkpoint.getOrigin(), root))
                .toList();
    }

    private static String signer(NoteSignature line, String origin, TrustRoot root) {
        return root.keys().stream()
                .filter(key -> {
                    NoteVerifier verifier = NoteVerifiers.of(origin, key.publicKey());
                    return verifier.keyId() == line.keyId() && verifier.name().equals(line.keyName());
                })
                .map(TrustedKey::keyId)
                .findFirst()
                .orElseThrow(() -> new AssertionError("a line by a stranger on a checkpoint of " + origin));
    }

    private static void awaitSealed(RunningStages stages, Instant windowEnd) {
        await().atMost(RunningStages.PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> {
                    assertThat(stages.fatal).hasNullValue();
                    return checkpoints(stages).stream()
                            .anyMatch(checkpoint -> checkpoint.getOrigin().equals(stages.settings.origin())
                                    && !end(stages, checkpoint).isBefore(windowEnd));
                });
    }

    private static TallyRun verify(Path target, Path trustRoot) {
        return TallyRun.of("verify", target.toString(), "--trust-root", trustRoot.toString());
    }

    @Test
    void aKeyIsReplacedWhileEventsAreSealedAndOldAndNewEvidenceVerifies(EmbeddedLedger broker) throws Exception {
        try (RunningStages stages = new RunningStages(broker, directory.resolve("ledger"))) {
            // Given: windows signed with the old key
            LedgerKeys keys = LedgerKeys.of(ConfigFile.read(stages.home.config()));
            Path oldFile = keys.signing().get(1);
            Path freshFile = stages.home.keys().resolve("checkpoint-p256-2.pem");
            String ed25519 = keyId(keys.signing().get(0), keys);
            String old = keyId(oldFile, keys);
            stages.start();
            stages.ok("tenant", "create", "acme");
            stages.produce("acme", List.of("{\"n\":0}"), Map.of());
            stages.awaitAccepted("acme", 1);

            // When: rotated, and restarted before T1
            stages.ok(
                    "keys",
                    "rotate",
                    "--key",
                    oldFile.toString(),
                    "--new",
                    freshFile.toString(),
                    "--in",
                    "60s",
                    "--overlap",
                    "20s",
                    "--by",
                    "ada");
            TrustRoot rotated = read(stages.home.trustRoot());
            String fresh = keyId(freshFile, keys);
            Instant first = rotated.key(fresh).orElseThrow().notBefore();
            Instant last = rotated.key(old).orElseThrow().notAfter();
            stages.restart(RunCommand.Stage.ANCHOR);
            assertThat(Instant.now()).as("restarted in time").isBefore(first);
            stages.restart(RunCommand.Stage.EXPORT);

            // When: events in windows before T1, in the overlap and after it; then the old key is retired
            Duration window = stages.settings.windowSize();
            int events = 1;
            for (Instant end : List.of(first.minus(window), first, last, last.plus(window))) {
                awaitSealed(stages, end.minus(window));
                stages.produce("acme", List.of("{\"n\":" + events++ + "}"), Map.of());
            }
            awaitSealed(stages, last.plus(window.multipliedBy(2)));
            stages.ok("keys", "retire", "--key", oldFile.toString(), "--by", "ada");
            stages.restart(RunCommand.Stage.ANCHOR);
            stages.produce("acme", List.of("{\"n\":" + events++ + "}"), Map.of());
            stages.awaitAccepted("acme", events);
            stages.stop();

            // Then: each checkpoint, of the registry, the chains and within windows, by the window's keys, the old
            // before the new
            TrustRoot now = read(stages.home.trustRoot());
            assertThat(now.key(old).orElseThrow().status()).isEqualTo(KeyStatus.RETIRED);
            assertSignedByTheWindow(stages, now, List.of(ed25519, old, fresh), first, last);

            // Then: each step stands in the operator's chain, once
            List<String> told = stages.entries("operator/0");
            assertThat(told)
                    .filteredOn(entry -> entry.contains("\"ledger.key.introduced\""))
                    .hasSize(1);
            assertThat(told)
                    .filteredOn(entry -> entry.contains("\"ledger.key.retired\""))
                    .hasSize(1);
            assertThat(told)
                    .filteredOn(entry -> entry.contains("\"ledger.trust-root.published\""))
                    .hasSize(2);

            // Then: all of it verifies, by this trust root and by that of the overlap; without the new key nothing
            // after T2 does
            for (Path trusted : List.of(stages.home.trustRoot(), TrustRootFile.kept(stages.home.trustRoot(), 2))) {
                TallyRun all = verify(stages.home.bucket(), trusted);
                assertThat(all.exitCode()).as(all.everything()).isZero();
            }
            TallyRun uninformed = verify(stages.home.bucket(), TrustRootFile.kept(stages.home.trustRoot(), 1));
            assertThat(uninformed.exitCode()).as(uninformed.everything()).isEqualTo(ExitCode.UNTRUSTED);

            // Then: so does each bundle by itself, those of the overlap also by the trust root before the rotation
            int overlapping = 0;
            for (Path bundle : BundleCounts.bundles(stages.home.bucket(), "acme")) {
                Instant end = BundleCounts.manifest(bundle).window().end();
                TallyRun alone = verify(bundle, stages.home.trustRoot());
                assertThat(alone.exitCode()).as(alone.everything()).isZero();
                if (!end.isBefore(first) && !end.isAfter(last)) {
                    overlapping++;
                    TallyRun before = verify(bundle, TrustRootFile.kept(stages.home.trustRoot(), 1));
                    assertThat(before.exitCode()).as(before.everything()).isZero();
                }
            }
            assertThat(overlapping).isPositive();

            // Then: what all of them have may be demanded, and nothing that one lacks
            assertThat(install(stages, keys, "--require", "ecdsa-p256", "--require", "ed25519")
                            .exitCode())
                    .isZero();
            Path mlDsa = directory.resolve("ml-dsa-44.pub");
            try (SigningKey key = KeyFile.generate(KeyAlgorithm.ML_DSA_44, new SecureRandom())) {
                Files.write(mlDsa, PublicKeys.pem(key.spki()));
            }
            TallyRun late = install(
                    stages,
                    keys,
                    "--add-checkpoint-key",
                    mlDsa.toString(),
                    "--not-before",
                    LedgerTime.format(last),
                    "--require",
                    "ecdsa-p256",
                    "--require",
                    "ml-dsa-44");
            assertThat(late.exitCode()).as(late.everything()).isEqualTo(ExitCode.USAGE);
            assertThat(late.err()).contains("comes too late", "is signed at " + last);
        }
    }

    /** Makes the next version, has it signed, and asks whether it could be put in force. */
    private TallyRun install(RunningStages stages, LedgerKeys keys, String... changes) throws Exception {
        Path next = directory.resolve("next.json");
        Files.deleteIfExists(next);
        List<Object> update = new ArrayList<>(List.of("update", keys.trustRoot(), next));
        update.addAll(List.of(changes));
        ok(update.toArray());
        ok("sign", next, "--key", keys.root().orElseThrow(), "--passphrase-file", keys.passphrase());
        return stages.tally("trust-root", "install", next.toString(), "--dry-run");
    }

    private static void assertSignedByTheWindow(
            RunningStages stages, TrustRoot root, List<String> edOldFresh, Instant first, Instant last)
            throws Exception {
        int before = 0;
        int between = 0;
        int after = 0;
        for (SignedCheckpoint checkpoint : checkpoints(stages)) {
            Instant end = end(stages, checkpoint);
            List<String> expected = edOldFresh;
            if (end.isBefore(first)) {
                expected = edOldFresh.subList(0, 2);
                before++;
            } else if (end.isAfter(last)) {
                expected = List.of(edOldFresh.get(0), edOldFresh.get(2));
                after++;
            } else {
                between++;
            }
            assertThat(signers(checkpoint, root))
                    .as("%s at size %d, window that ends %s", checkpoint.getOrigin(), checkpoint.getSize(), end)
                    .isEqualTo(expected);
        }
        assertThat(List.of(before, between, after)).allMatch(count -> count > 1);
        assertThat(checkpoints(stages)).extracting(SignedCheckpoint::getOrigin).contains("ledger.example.com/acme/0");
    }

    private static String keyId(Path file, LedgerKeys keys) {
        return PassphraseOptions.use(keys.passphrase(), secret -> {
            try (var key = KeyFile.read(file, secret)) {
                return key.keyId();
            }
        });
    }

    @Test
    void anMlDsaLineThatTheTrustRootDemandsIsMadeAndMissed(EmbeddedLedger broker) throws Exception {
        try (RunningStages stages = new RunningStages(
                broker,
                directory.resolve("ledger"),
                home -> Map.of(
                        LedgerKeys.SIGNING_KEY_FILES,
                        Stream.of("ed25519", "p256", "ml-dsa-44")
                                .map(name -> home.keys()
                                        .resolve("checkpoint-" + name + ".pem")
                                        .toString())
                                .reduce((one, other) -> one + "," + other)
                                .orElseThrow()))) {
            // Given: a trust root that requires the third line, before anything is signed
            LedgerKeys keys = LedgerKeys.of(ConfigFile.read(stages.home.config()));
            Path next = directory.resolve("next.json");
            ok("update", keys.trustRoot(), next, "--require", "ecdsa-p256", "--require", "ml-dsa-44");
            ok("sign", next, "--key", keys.root().orElseThrow(), "--passphrase-file", keys.passphrase());
            stages.ok("trust-root", "install", next.toString());

            // When
            stages.start();
            stages.ok("tenant", "create", "acme");
            stages.produce("acme", List.of("{\"n\":1}", "{\"n\":2}"), Map.of());
            stages.awaitAccepted("acme", 2);
            stages.stop();

            // Then
            for (SignedCheckpoint checkpoint : checkpoints(stages)) {
                assertThat(signers(checkpoint, read(keys.trustRoot()))).hasSize(3);
            }
            TallyRun whole = stages.verify();
            assertThat(whole.exitCode()).as(whole.everything()).isZero();

            // When: somebody takes the line off a bundle's checkpoint
            Path bundle = BundleCounts.bundles(stages.home.bucket(), "acme").get(0);
            Path checkpoint = bundle.resolve(BundleLayout.CHECKPOINT);
            String signed = Files.readString(checkpoint);
            String stripped = signed.lines()
                    .filter(line -> line.length() < ML_DSA_LINE_MIN)
                    .map(line -> line + "\n")
                    .reduce("", String::concat);
            assertThat(stripped).hasSizeBetween(1, signed.length() - ML_DSA_LINE_MIN);
            Files.write(checkpoint, stripped.getBytes(UTF_8));

            // Then: it fails where the line is required, and nowhere else
            TallyRun demanded = verify(bundle, keys.trustRoot());
            assertThat(demanded.exitCode()).as(demanded.everything()).isEqualTo(ExitCode.FAILED);
            assertThat(demanded.out()).contains("no ml-dsa-44 signature");
            TallyRun optional = verify(bundle, TrustRootFile.kept(keys.trustRoot(), 1));
            assertThat(optional.out()).doesNotContain("ml-dsa-44 signature");
        }
    }

    private static void ok(Object... arguments) {
        String[] all = Stream.concat(
                        Stream.of("trust-root"), Stream.of(arguments).map(Object::toString))
                .toArray(String[]::new);
        TallyRun run = TallyRun.of(all);
        assertThat(run.exitCode()).as(run.everything()).isZero();
    }
}
