// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.fixtures.TestKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process notices of a trust root that is replaced under its feet. */
class TrustRootWatchTest {
    private static final String LEDGER = "ledger.example.com";
    private static final String CHAIN = LEDGER + "/acme/3";
    private static final TrustRoot ROOT = TestKeys.trustRoot(LEDGER);
    private static final String KEY = TestKeys.checkpointP256().keyId();

    /** End of the last window the key signs by the next version. */
    private static final Instant LAST = Instant.parse("2026-11-21T12:00:00Z");

    private static final Instant LATER = LAST.plusSeconds(900);

    @TempDir
    private Path directory;

    private final List<String> told = new ArrayList<>();
    private Path file;
    private TrustRootWatch watch;

    @BeforeEach
    void start() throws IOException {
        file = directory.resolve("trust-root.json");
        install(ROOT.encode());
        watch = new TrustRootWatch(file, ROOT, told::add);
    }

    /** As the command line does it. */
    private void install(byte[] content) throws IOException {
        Path fresh = Files.write(directory.resolve("trust-root.json.new"), content);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static TrustRootBuilder next(TrustRoot before) {
        return new TrustRootBuilder(LEDGER, TestKeys.ISSUED, TestKeys.EXPIRES).following(before);
    }

    /** The next version, with the key as given. */
    private static TrustRoot listing(KeyStatus status, Instant notAfter, Optional<Instant> compromisedSince)
            throws Exception {
        TrustedKey key = new TrustedKey(
                PublicKey.of(TestKeys.checkpointP256().spki()),
                Set.of(TrustRole.CHECKPOINT),
                List.of(LEDGER, LEDGER + "/*"),
                TestKeys.ISSUED,
                notAfter,
                status,
                compromisedSince);
        return next(ROOT).key(key).sign(TestKeys.root());
    }

    private static TrustRoot endingTheKey() throws Exception {
        return listing(KeyStatus.ACTIVE, LAST, Optional.empty());
    }

    private Optional<String> objection(Instant windowEnd) {
        return watch.objection(KEY, TrustRole.CHECKPOINT, CHAIN, windowEnd);
    }

    @Test
    void whatWasLoadedIsNotStale() throws Exception {
        assertThat(watch.isStale()).isFalse();
        install(ROOT.encode());

        assertThat(watch.isStale()).isFalse();
        assertThat(objection(LATER)).isEmpty();
        assertThat(told).isEmpty();
    }

    @Test
    void aNewVersionIsToldOnceAndForbidsWhatItEnds() throws Exception {
        assertThat(watch.isStale()).isFalse();
        install(endingTheKey().encode());

        assertThat(watch.isStale()).isTrue();
        assertThat(objection(LAST)).isEmpty();
        assertThat(objection(LATER)).hasValueSatisfying(why -> assertThat(why)
                .startsWith("restart: trust root version 2")
                .contains(KEY, LATER.toString()));
        assertThat(told)
                .singleElement()
                .asString()
                .contains("version 2", "version 1", endingTheKey().fingerprint().toString());
    }

    @Test
    void aVersionThatWasPutThereBeforeTheFirstLookIsFound() throws Exception {
        install(endingTheKey().encode());

        assertThat(objection(LATER)).isPresent();
        assertThat(told).hasSize(1);
    }

    @Test
    void aNewVersionThatLeavesTheKeyAloneIsNoObjection() throws Exception {
        install(listing(KeyStatus.ACTIVE, TestKeys.EXPIRES, Optional.empty()).encode());

        assertThat(watch.isStale()).isTrue();
        assertThat(objection(LATER)).isEmpty();
    }

    /** A window that waits for a key is signed with it, though it is retired by now. */
    @Test
    void aRetiredKeySignsUntilItsEnd() throws Exception {
        TrustRoot retired = new TrustRootBuilder(LEDGER, LATER, TestKeys.EXPIRES)
                .following(ROOT)
                .key(endingTheKey().key(KEY).orElseThrow().with(KeyStatus.RETIRED, LAST, Optional.empty()))
                .sign(TestKeys.root());
        install(retired.encode());

        assertThat(objection(LAST)).isEmpty();
        assertThat(objection(LATER)).isPresent();
    }

    @Test
    void aNewVersionForbidsWhatLacksASignatureThatItDemands() throws Exception {
        assertThat(lacking(LATER)).isEmpty();
        TrustedKey demanded = new TrustedKey(
                PublicKey.of(TestKeys.key(KeyAlgorithm.ML_DSA_44, "demanded").spki()),
                Set.of(TrustRole.CHECKPOINT),
                List.of(LEDGER, LEDGER + "/*"),
                LATER,
                TestKeys.EXPIRES,
                KeyStatus.ACTIVE,
                Optional.empty());
        install(next(ROOT)
                .checkpointKey(TestKeys.checkpointP256().spki())
                .key(demanded)
                .requireForCheckpoints(List.of(Set.of(KeyAlgorithm.ECDSA_P256), Set.of(KeyAlgorithm.ML_DSA_44)))
                .sign(TestKeys.root())
                .encode());

        assertThat(lacking(LAST)).isEmpty();
        assertThat(lacking(LATER)).hasValueSatisfying(why -> assertThat(why)
                .startsWith("restart: trust root version 2")
                .contains("requires an ml-dsa-44 signature", LATER.toString()));
        assertThat(watch.objection(
                        List.of(KeyAlgorithm.ECDSA_P256, KeyAlgorithm.ML_DSA_44), TrustRole.CHECKPOINT, CHAIN, LATER))
                .isEmpty();
    }

    private Optional<String> lacking(Instant windowEnd) {
        return watch.objection(List.of(KeyAlgorithm.ECDSA_P256), TrustRole.CHECKPOINT, CHAIN, windowEnd);
    }

    @Test
    void aKeyThatIsRevokedOrCompromisedOrNoLongerListedSignsNothing() throws Exception {
        List<TrustRoot> versions = List.of(
                listing(KeyStatus.REVOKED, TestKeys.EXPIRES, Optional.empty()),
                listing(KeyStatus.COMPROMISED, TestKeys.EXPIRES, Optional.of(LATER)),
                next(ROOT).checkpointKey(TestKeys.checkpointEd25519().spki()).sign(TestKeys.root()),
                next(ROOT).bundleKey(TestKeys.checkpointP256().spki()).sign(TestKeys.root()));
        for (TrustRoot version : versions) {
            install(version.encode());
            assertThat(objection(LAST)).as(version.toString()).isPresent();
        }
    }

    @Test
    void anOlderVersionIsToldAndBindsNobody() throws Exception {
        TrustRoot second = next(ROOT)
                .checkpointKey(TestKeys.key(KeyAlgorithm.ECDSA_P256, "second").spki())
                .sign(TestKeys.root());
        watch = new TrustRootWatch(file, second, told::add);

        assertThat(watch.isStale()).isTrue();
        assertThat(watch.objection(
                        TestKeys.key(KeyAlgorithm.ECDSA_P256, "second").keyId(), TrustRole.CHECKPOINT, CHAIN, LATER))
                .isEmpty();
        assertThat(told).hasSize(1);
    }

    @Test
    void aFileThatCannotBeUsedIsToldOnceAndStopsNobody() throws Exception {
        List<byte[]> unusable = List.of(
                "{}".getBytes(StandardCharsets.UTF_8),
                new byte[TrustRoot.SIZE_MAX + 1],
                TestKeys.trustRoot("other.example.com").encode());
        for (byte[] content : unusable) {
            told.clear();
            install(content);
            assertThat(watch.isStale()).isTrue();
            assertThat(watch.isStale()).isTrue();
            assertThat(objection(LATER)).isEmpty();
            assertThat(told).singleElement().asString().contains("cannot be used now");
        }
        told.clear();
        Files.delete(file);
        assertThat(watch.isStale()).isTrue();
        assertThat(watch.isStale()).isTrue();
        assertThat(told).singleElement().asString().contains("NoSuchFile");
    }

    @Test
    void theNewestVersionFoundIsGivenAlthoughAnOlderOneIsPutBack() throws Exception {
        assertThat(watch.newest()).isEqualTo(ROOT);

        TrustRoot next = endingTheKey();
        install(next.encode());
        assertThat(watch.newest()).isEqualTo(next);

        install(ROOT.encode());
        assertThat(watch.newest()).isEqualTo(next);
        assertThat(watch.loaded()).isEqualTo(ROOT);
    }

    @Test
    void whatWasSeenCountsAlthoughTheFileIsGoneAgain() throws Exception {
        install(endingTheKey().encode());
        assertThat(watch.isStale()).isTrue();

        Files.delete(file);
        assertThat(objection(LATER)).isPresent();
        install(ROOT.encode());
        assertThat(objection(LATER)).isPresent();
    }

    @Test
    void whatIsThereAgainIsNotStaleAndTheNextChangeIsToldAgain() throws Exception {
        Files.delete(file);
        assertThat(watch.isStale()).isTrue();

        install(ROOT.encode());
        assertThat(watch.isStale()).isFalse();
        assertThat(objection(LATER)).isEmpty();
        Files.delete(file);
        assertThat(watch.isStale()).isTrue();
        assertThat(told).hasSize(2);
    }
}
