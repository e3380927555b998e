// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.anchor.sign.CheckpointSigner;
import io.tallystick.anchor.sign.UnfitSignerException;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootBuilder;
import io.tallystick.trust.TrustRootWatch;
import io.tallystick.trust.TrustedKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rotation whose restart was forgotten: the files, the keys and the signer as the application puts them together. */
class StaleTrustRootTest {
    private static final String CHAIN = EntryChain.ORIGIN + "/acme/3";
    private static final TreeHead HEAD = new TreeHead(42, Hash.sha256());

    /** T2 of the rotation. */
    private static final Instant LAST = Instant.parse("2026-11-21T12:00:00Z");

    private static final Instant LATER = LAST.plusSeconds(900);

    @TempDir
    private Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final SigningKey old = TestKeys.checkpointP256();
    private Path file;
    private TrustRoot before;

    @BeforeEach
    void install() throws Exception {
        file = directory.resolve("trust-root.json");
        before = new TrustRootBuilder(EntryChain.ORIGIN, TestKeys.ISSUED, TestKeys.EXPIRES)
                .checkpointKey(old.spki())
                .sign(TestKeys.root());
        Files.write(file, before.encode());
    }

    private TrustRoot rotated() throws Exception {
        TrustedKey ending = new TrustedKey(
                PublicKey.of(old.spki()),
                Set.of(TrustRole.CHECKPOINT),
                List.of(EntryChain.ORIGIN, EntryChain.ORIGIN + "/*"),
                TestKeys.ISSUED,
                LAST,
                KeyStatus.ACTIVE,
                Optional.empty());
        return new TrustRootBuilder(EntryChain.ORIGIN, TestKeys.ISSUED, TestKeys.EXPIRES)
                .following(before)
                .key(ending)
                .checkpointKey(TestKeys.key(KeyAlgorithm.ECDSA_P256, "new").spki())
                .sign(TestKeys.root());
    }

    private CheckpointSigner start() throws Exception {
        Path passphrase = Files.writeString(directory.resolve("passphrase"), "correct horse battery staple\n");
        Files.setPosixFilePermissions(passphrase, PosixFilePermissions.fromString("rw-------"));
        Path key = directory.resolve("checkpoint-p256.pem");
        KeyFile.write(key, old, KeyFile.readPassphrase(passphrase));
        Optional<TrustRootWatch> trustRoot = Optional.of(SigningKeys.trustRoot(file, EntryChain.ORIGIN));
        new SealingMetrics(meters, InstantSource.fixed(LAST)).watch(trustRoot);
        return SigningKeys.open(List.of(key), passphrase).signer(EntryChain.ORIGIN, trustRoot);
    }

    private double stale() {
        return meters.get("ledger.signer.trust.root.stale").gauge().value();
    }

    @Test
    void theOldKeySignsUntilItsLastWindowAndThenTheProcessStops() throws Exception {
        CheckpointSigner signer = start();
        assertThat(signer.sign(EntryChain.ORIGIN, HEAD, LATER)).isNotNull();
        assertThat(stale()).isZero();

        Files.write(file, rotated().encode());

        assertThat(stale()).isEqualTo(1);
        assertThat(signer.sign(EntryChain.ORIGIN, HEAD, LAST)).isNotNull();
        for (String origin : List.of(EntryChain.ORIGIN, CHAIN)) {
            assertThatExceptionOfType(UnfitSignerException.class)
                    .isThrownBy(() -> signer.sign(origin, HEAD, LATER))
                    .returns(UnfitSignerException.Reason.TRUST_ROOT, UnfitSignerException::reason)
                    .withMessageStartingWith("restart: trust root version 2")
                    .withMessageContainingAll(old.keyId(), file.toString());
        }
    }

    /** Nobody has to read the metric for the signer to notice. */
    @Test
    void theSignerLooksByItself() throws Exception {
        CheckpointSigner signer = start();
        Files.write(file, rotated().encode());

        assertThatExceptionOfType(UnfitSignerException.class)
                .isThrownBy(() -> signer.sign(EntryChain.ORIGIN, HEAD, LATER));
    }

    /** The next version demands a signature that this process cannot give, from the window that ends then on. */
    private TrustRoot demanding(Instant from) throws Exception {
        TrustedKey demanded = new TrustedKey(
                PublicKey.of(TestKeys.key(KeyAlgorithm.ML_DSA_44, "demanded").spki()),
                Set.of(TrustRole.CHECKPOINT),
                List.of(EntryChain.ORIGIN, EntryChain.ORIGIN + "/*"),
                from,
                TestKeys.EXPIRES,
                KeyStatus.ACTIVE,
                Optional.empty());
        return new TrustRootBuilder(EntryChain.ORIGIN, TestKeys.ISSUED, TestKeys.EXPIRES)
                .following(before)
                .checkpointKey(old.spki())
                .key(demanded)
                .requireForCheckpoints(List.of(Set.of(KeyAlgorithm.ECDSA_P256), Set.of(KeyAlgorithm.ML_DSA_44)))
                .sign(TestKeys.root());
    }

    @Test
    void whatLacksASignatureThatIsDemandedByNowIsNotSigned() throws Exception {
        CheckpointSigner signer = start();
        Files.write(file, demanding(LATER).encode());

        assertThat(signer.sign(EntryChain.ORIGIN, HEAD, LAST)).isNotNull();
        for (String origin : List.of(EntryChain.ORIGIN, CHAIN)) {
            assertThatExceptionOfType(UnfitSignerException.class)
                    .isThrownBy(() -> signer.sign(origin, HEAD, LATER))
                    .returns(UnfitSignerException.Reason.TRUST_ROOT, UnfitSignerException::reason)
                    .withMessageStartingWith("restart: trust root version 2")
                    .withMessageContaining("requires an ml-dsa-44 signature");
        }
    }

    @Test
    void aSignerWithoutAKeyThatTheTrustRootDemandsStopsBeforeItsTime() throws Exception {
        Files.write(file, demanding(LATER).encode());
        CheckpointSigner signer = start();

        assertThatCode(() -> SigningKeys.requireEnough(signer, EntryChain.ORIGIN, LAST))
                .doesNotThrowAnyException();
        assertThat(signer.sign(EntryChain.ORIGIN, HEAD, LAST)).isNotNull();
        assertThatExceptionOfType(UnfitSignerException.class)
                .isThrownBy(() -> signer.sign(CHAIN, HEAD, LATER))
                .returns(UnfitSignerException.Reason.KEY, UnfitSignerException::reason)
                .withMessageContaining("requires an ml-dsa-44 signature");
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> SigningKeys.requireEnough(signer, EntryChain.ORIGIN, LATER))
                .withMessageContainingAll("requires an ml-dsa-44 signature", AnchorConfig.SIGNING_KEY_FILES);
    }

    @Test
    void aTrustRootThatCannotBeReadNowShowsAndStopsNothing() throws Exception {
        CheckpointSigner signer = start();
        Files.writeString(file, "{");

        assertThat(signer.sign(EntryChain.ORIGIN, HEAD, LATER)).isNotNull();
        assertThat(stale()).isEqualTo(1);
        Files.delete(file);
        assertThat(signer.sign(EntryChain.ORIGIN, HEAD, LATER)).isNotNull();
        assertThat(stale()).isEqualTo(1);
        Files.write(file, before.encode());
        assertThat(stale()).isZero();
    }

    @Test
    void withoutATrustRootNothingIsStale() {
        new SealingMetrics(meters, InstantSource.fixed(LAST)).watch(Optional.empty());

        assertThat(stale()).isZero();
    }

    @Test
    void whatIsNoTrustRootOfTheLedgerIsRefusedAtStart() throws Exception {
        for (byte[] content : List.of(
                new byte[TrustRoot.SIZE_MAX + 1],
                TestKeys.trustRoot("other.example.com").encode())) {
            Files.write(file, content);
            assertThatExceptionOfType(ConfigException.class)
                    .isThrownBy(() -> SigningKeys.trustRoot(file, EntryChain.ORIGIN))
                    .withMessageContaining(AnchorConfig.TRUST_ROOT_FILE);
        }
    }
}
