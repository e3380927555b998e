// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallystick.anchor.RegistryTopology.RegistryProgress;
import io.tallystick.anchor.sign.CheckpointKey;
import io.tallystick.anchor.sign.CheckpointSigner;
import io.tallystick.anchor.sign.SigningGuard;
import io.tallystick.anchor.sign.UnfitSignerException;
import io.tallystick.anchor.sign.UnfitSignerException.Reason;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SealingMetricsTest {
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final Duration WINDOW = Duration.ofMinutes(15);
    private static final InstantSource CLOCK = InstantSource.fixed(NOON);

    @TempDir
    private Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final SealingMetrics metrics = new SealingMetrics(meters, CLOCK);

    private double unsealed() {
        return meters.get("ledger.oldest.unsealed.window").gauge().value();
    }

    private void registered(Instant until) {
        metrics.registered(Optional.of(new RegistryProgress(until, 7, List.of(0))));
    }

    /** A counter that begins with its first count cannot be seen to grow. */
    @Test
    void whatHasNotHappenedIsCountedAsZeroBeforeAnythingStarts() {
        SimpleMeterRegistry fresh = new SimpleMeterRegistry();

        AnchorApplication application =
                new AnchorApplication(new AnchorConfig(Settings.valid(directory)), fresh, fault -> {});

        assertThat(fresh.get("ledger.chain.fork.detected").counter().count()).isZero();
        for (Reason reason : Reason.values()) {
            assertThat(fresh.get("ledger.signer.unfit")
                            .tag("reason", reason.label())
                            .counter()
                            .count())
                    .isZero();
        }
        application.close();
    }

    @Test
    void whereNeitherRegistryNorSignerRunsNothingIsUnsealed() {
        assertThat(unsealed()).isZero();
        assertThat(meters.get("ledger.signer.active").gauge().value()).isZero();
    }

    @Test
    void anUnregisteredWindowIsUnsealedSinceItsStart() {
        registered(NOON.minus(WINDOW));

        assertThat(unsealed()).isEqualTo(900);
    }

    @Test
    void aWindowThatIsRegisteredAndNotSignedIsUnsealed() {
        registered(NOON.minusSeconds(1));
        metrics.signer().waits(NOON.minus(WINDOW.multipliedBy(2)));
        metrics.signer().waits(NOON.minus(WINDOW));

        assertThat(unsealed()).isEqualTo(1800);
    }

    @Test
    void aPublishedWindowIsSealedAndTheNextIsNot() {
        registered(NOON.minusSeconds(1));
        metrics.signer().waits(NOON.minus(WINDOW.multipliedBy(2)));

        metrics.signer().published(NOON.minus(WINDOW));

        assertThat(unsealed()).isEqualTo(900);
    }

    @Test
    void whatWasSignedBeforeAndComesAgainIsNotUnsealed() {
        metrics.signer().waits(NOON.minus(WINDOW.multipliedBy(9)));
        metrics.signer().passed(NOON.minus(WINDOW.multipliedBy(8)));
        metrics.signer().published(NOON);
        metrics.signer().passed(NOON.minus(WINDOW.multipliedBy(7)));

        assertThat(unsealed()).isZero();
    }

    @Test
    void aFailureDoesNotHideWhatWaits() {
        metrics.signer().active(true);
        metrics.signer().waits(NOON.minus(WINDOW));

        metrics.signer().interrupted();
        metrics.signer().active(false);

        assertThat(unsealed()).isEqualTo(900);
        assertThat(meters.get("ledger.signer.interruptions").counter().count()).isEqualTo(1);
    }

    @Test
    void whatAnotherProcessHasTakenOverIsNotToldHere() {
        registered(NOON.minus(WINDOW.multipliedBy(5)));
        metrics.signer().active(true);
        metrics.signer().waits(NOON.minus(WINDOW.multipliedBy(6)));

        metrics.registered(Optional.empty());
        metrics.signer().standBy();

        assertThat(unsealed()).isZero();
        assertThat(meters.get("ledger.signer.active").gauge().value()).isZero();
    }

    @Test
    void aLedgerClockThatIsAheadLeavesNothingNegative() {
        registered(NOON.plusSeconds(5));
        metrics.signer().published(NOON.plusSeconds(5));

        assertThat(unsealed()).isZero();
        assertThat(meters.get("ledger.window.seal.delay").timer().totalTime(TimeUnit.SECONDS))
                .isZero();
    }

    @Test
    void eachPublishedWindowIsABatchWithItsDelay() {
        metrics.signer().published(NOON.minusSeconds(30));
        metrics.signer().published(NOON.minusSeconds(10));

        assertThat(meters.get("ledger.merkle.batches").counter().count()).isEqualTo(2);
        assertThat(meters.get("ledger.window.seal.delay").timer().totalTime(TimeUnit.SECONDS))
                .isEqualTo(40);
        assertThat(metrics.signer().publishedUntil()).contains(NOON.minusSeconds(10));
    }

    @Test
    void skippedRootsAreCounted() {
        metrics.signer().skipped(3);

        assertThat(meters.get("ledger.signer.roots.skipped").counter().count()).isEqualTo(3);
        assertThat(metrics.signer().skippedRoots()).isEqualTo(3);
    }

    private double forks() {
        return meters.get("ledger.chain.fork.detected").counter().count();
    }

    private double unfit(Reason reason) {
        return meters.get("ledger.signer.unfit")
                .tag("reason", reason.label())
                .counter()
                .count();
    }

    @Test
    void onlyABrokenInvariantIsAFork() {
        metrics.stopped(new TimeoutException("no answer"));
        assertThat(forks()).isZero();

        metrics.stopped(new LedgerIntegrityException("forked"));
        assertThat(forks()).isEqualTo(1);
        for (Reason reason : Reason.values()) {
            assertThat(unfit(reason)).isZero();
        }
    }

    /** Who is paged for a fork must not find a disk that is not mounted. */
    @ParameterizedTest
    @EnumSource(Reason.class)
    void whatIsWrongWithTheSignerAloneIsNoFork(Reason reason) {
        metrics.stopped(new UnfitSignerException(reason, "mend it"));

        assertThat(forks()).isZero();
        for (Reason other : Reason.values()) {
            assertThat(unfit(other)).isEqualTo(other == reason ? 1 : 0);
        }
    }

    @Test
    void aGuardFileThatIsMissingOrDamagedIsNoFork() throws IOException {
        Path file = directory.resolve("guard");
        metrics.stopped(catchThrowable(() -> GuardFile.open(file, EntryChain.ORIGIN)));
        Files.writeString(file, "torn");
        metrics.stopped(catchThrowable(() -> GuardFile.open(file, EntryChain.ORIGIN)));

        assertThat(unfit(Reason.GUARD_FILE)).isEqualTo(2);
        assertThat(forks()).isZero();
    }

    @Test
    void aGuardThatIsBehindTheTopicIsNoForkAndOneThatContradictsItIs() {
        SigningGuard file = new SigningGuard();
        file.record(EntryChain.ORIGIN, new TreeHead(7, Hash.sha256()));
        SigningGuard topic = new SigningGuard();
        topic.record(EntryChain.ORIGIN, new TreeHead(8, Hash.sha256()));
        metrics.stopped(catchThrowable(() -> file.requireCovers(topic, "restore it")));
        assertThat(unfit(Reason.GUARD_FILE)).isEqualTo(1);
        assertThat(forks()).isZero();

        file.record(EntryChain.ORIGIN, new TreeHead(8, Hash.ZERO));
        metrics.stopped(catchThrowable(() -> file.requireCovers(topic, "restore it")));
        assertThat(unfit(Reason.GUARD_FILE)).isEqualTo(1);
        assertThat(forks()).isEqualTo(1);
    }

    @Test
    void aKeyThatIsNotValidIsNoFork() {
        CheckpointSigner signer = new CheckpointSigner(
                List.of(key(KeyAlgorithm.ECDSA_P256, "old", NOON.minusSeconds(9), NOON.minusSeconds(1))), CLOCK);

        metrics.stopped(catchThrowable(() -> signer.sign(EntryChain.ORIGIN, new TreeHead(1, Hash.ZERO), NOON)));

        assertThat(unfit(Reason.KEY)).isEqualTo(1);
        assertThat(forks()).isZero();
    }

    private static CheckpointKey key(KeyAlgorithm algorithm, String name, Instant notBefore, Instant notAfter) {
        return new CheckpointKey(TestKeys.key(algorithm, name), notBefore, notAfter);
    }

    private double expiry(KeyAlgorithm algorithm, CheckpointKey... keys) {
        CheckpointSigner signer = new CheckpointSigner(List.of(keys), CLOCK);
        metrics.watch(signer);
        return meters.get("ledger.signer.key.expiry")
                .tag("algorithm", algorithm.wireName())
                .gauge()
                .value();
    }

    @Test
    void keysThatFollowEachOtherExpireWithTheLast() {
        assertThat(expiry(
                        KeyAlgorithm.ECDSA_P256,
                        key(KeyAlgorithm.ECDSA_P256, "new", NOON.plusSeconds(50), NOON.plusSeconds(1000)),
                        key(KeyAlgorithm.ECDSA_P256, "old", NOON.minusSeconds(1), NOON.plusSeconds(60)),
                        key(KeyAlgorithm.ED25519, "ed", NOON.minusSeconds(1), NOON.plusSeconds(5000))))
                .isEqualTo(1000);
    }

    @Test
    void aBreakBetweenTwoKeysIsAnExpiry() {
        assertThat(expiry(
                        KeyAlgorithm.ECDSA_P256,
                        key(KeyAlgorithm.ECDSA_P256, "new", NOON.plusSeconds(61), NOON.plusSeconds(1000)),
                        key(KeyAlgorithm.ECDSA_P256, "old", NOON.minusSeconds(1), NOON.plusSeconds(60))))
                .isEqualTo(60);
    }

    @Test
    void keysThatAreNotValidNowHaveNoTimeLeft() {
        assertThat(expiry(
                        KeyAlgorithm.ECDSA_P256,
                        key(KeyAlgorithm.ECDSA_P256, "gone", NOON.minusSeconds(9), NOON.minusSeconds(1)),
                        key(KeyAlgorithm.ECDSA_P256, "later", NOON.plusSeconds(1), NOON.plusSeconds(9))))
                .isZero();
    }

    @Test
    void aKeyWithoutATrustRootNeverExpires() {
        assertThat(expiry(KeyAlgorithm.ECDSA_P256, CheckpointKey.always(TestKeys.checkpointP256())))
                .isInfinite();
    }

    @Test
    void aRestoreIsShownFromBeginToEndHoweverItEnds() {
        Instant[] now = {NOON};
        Restores restores = new Restores(meters, "trees", () -> now[0]);
        TopicPartition changelog = new TopicPartition("changelog", 3);
        restores.onRestoreStart(changelog, "store", 0, 9);
        now[0] = NOON.plusSeconds(8);
        restores.onRestoreStart(new TopicPartition("changelog", 4), "store", 0, 9);
        now[0] = NOON.plusSeconds(10);

        assertThat(restoring()).isEqualTo(10);
        restores.onRestoreEnd(changelog, "store", 9);
        assertThat(restoring()).isEqualTo(2);
        restores.onRestoreSuspended(new TopicPartition("changelog", 4), "store", 5);
        assertThat(restoring()).isZero();
        assertThatIllegalStateException()
                .isThrownBy(() -> restores.rebuild("partition 0", () -> {
                    now[0] = now[0].plusSeconds(5);
                    assertThat(restoring()).isEqualTo(5);
                    throw new IllegalStateException("away");
                }));
        assertThat(restoring()).isZero();
    }

    private double restoring() {
        return meters.get("ledger.state.restore").tag("stage", "trees").gauge().value();
    }
}
