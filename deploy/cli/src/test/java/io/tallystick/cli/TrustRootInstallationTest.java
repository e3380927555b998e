// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.avro.Cut;
import io.tallystick.avro.SignedCheckpoint;
import io.tallystick.note.NoteSignature;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.note.SignedNote;
import io.tallystick.topic.AdminOrder;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.KeyStatus;
import io.tallystick.trust.PublicKey;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustRole;
import io.tallystick.trust.TrustRoot;
import io.tallystick.trust.TrustRootDraft;
import io.tallystick.trust.TrustedKey;
import io.tallystick.verify.ExitCode;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions that {@code trust-root update} made are put in force, whatever fails, and only if they may be. */
class TrustRootInstallationTest extends KeyChangeFixture {
    private static final Instant SINCE = Instant.parse("2026-11-01T00:00:00Z");

    private final List<SignedCheckpoint> published = new ArrayList<>();
    private String oldId;

    @BeforeEach
    void nameKey() throws Exception {
        oldId = key(old(TrustRole.CHECKPOINT)).keyId();
    }

    private Path signed(TrustRootDraft draft) throws Exception {
        try (SigningKey root = KeyFile.read(keys.root().orElseThrow(), KeyFile.readPassphrase(keys.passphrase()))) {
            return Files.write(directory.resolve("next.json"), draft.sign(root).encode());
        }
    }

    private Path saying(UnaryOperator<TrustedKey> change) throws Exception {
        return signed(TrustRootDraft.following(inForce(), NOW).withKey(oldId, change));
    }

    private Path compromised(Instant since) throws Exception {
        return saying(key -> key.with(KeyStatus.COMPROMISED, key.notAfter(), Optional.of(since)));
    }

    private Path become(KeyStatus status) throws Exception {
        return saying(key -> key.with(status, key.notAfter(), Optional.empty()));
    }

    private Path ending(Instant end) throws Exception {
        return saying(key -> key.with(KeyStatus.ACTIVE, end, Optional.empty()));
    }

    private Path retired(Instant end) throws Exception {
        return signed(TrustRootDraft.following(inForce(), T1.plusMillis(1))
                .withKey(oldId, key -> key.with(KeyStatus.RETIRED, end, Optional.empty())));
    }

    private TrustRoot install(Path file) {
        return install(file, ORDER);
    }

    private TrustRoot install(Path file, AdminOrder order) {
        return install(file, order, false);
    }

    private TrustRoot install(Path file, AdminOrder order, boolean despiteBacklog) {
        return new TrustRootInstallation(
                        ConfigFile.settings(ConfigFile.read(config)),
                        keys.trustRoot(),
                        chain,
                        order,
                        role -> signedUntil,
                        (from, wanted) -> published.stream()
                                .filter(checkpoint -> !checkpoint
                                        .getWindowStart()
                                        .plus(WINDOW)
                                        .isBefore(from))
                                .filter(wanted)
                                .findFirst(),
                        despiteBacklog)
                .carryOut(file, T1);
    }

    private void refused(String why, Path file) throws Exception {
        assertThatThrownBy(() -> install(file))
                .isInstanceOfSatisfying(CommandException.class, failed -> assertThat(failed.exitCode())
                        .isEqualTo(ExitCode.USAGE))
                .hasMessageContaining(why);
        requireNothingChanged();
    }

    @Test
    void aCompromisedKeyIsToldWithItsTime() throws Exception {
        TrustRoot before = inForce();
        Path next = compromised(SINCE);

        install(next);

        assertThat(inForce()).isEqualTo(TrustRoot.parse(Files.readAllBytes(next)));
        assertThat(TrustRoot.parse(Files.readAllBytes(keys.trustRoot().resolveSibling("trust-root-1.json"))))
                .isEqualTo(before);
        assertThat(chain.types()).containsExactly("ledger.key.compromised", "ledger.trust-root.published");
        assertThat(chain.payload(0).string("keyId")).isEqualTo(oldId);
        assertThat(chain.payload(0).string("since")).isEqualTo("2026-11-01T00:00:00.000Z");
        assertThat(chain.payload(0).string("role")).isEqualTo("checkpoint");
        assertThat(chain.payload(0).string("by")).isEqualTo("ada");
        assertThat(chain.payload(0).string("reason")).isEqualTo("yearly");
        assertThat(chain.payload(0).string("fingerprint"))
                .isEqualTo(inForce().fingerprint().toString());
    }

    @Test
    void aRevokedKeyIsTold() throws Exception {
        install(become(KeyStatus.REVOKED));

        assertThat(chain.types()).containsExactly("ledger.key.revoked", "ledger.trust-root.published");
        assertThat(chain.payload(0).string("keyId")).isEqualTo(oldId);
    }

    @Test
    void aKeyIsEndedFirstAndRetiredThen() throws Exception {
        install(ending(T1));
        install(retired(T1));

        assertThat(inForce().key(oldId).orElseThrow())
                .returns(KeyStatus.RETIRED, TrustedKey::status)
                .returns(T1, TrustedKey::notAfter);
        assertThat(chain.types())
                .containsExactly("ledger.trust-root.published", "ledger.key.retired", "ledger.trust-root.published");
        assertThat(chain.payload(1).string("keyId")).isEqualTo(oldId);
    }

    @Test
    void aKeyIsNotRetiredWhileWindowsWaitForIt() throws Exception {
        install(ending(T1));
        Path next = retired(T1);

        signedUntil = Optional.of(T1.minus(WINDOW));
        assertThatThrownBy(() -> install(next))
                .isInstanceOfSatisfying(CommandException.class, failed -> assertThat(failed.remedy())
                        .contains("tally windows", "--despite-backlog"))
                .hasMessageContaining("end after " + T1.minus(WINDOW) + " wait for it");
        signedUntil = Optional.empty();
        assertThatThrownBy(() -> install(next)).hasMessageContaining("no window is sealed");
        assertThatThrownBy(() -> install(next, new AdminOrder("ada", Optional.empty(), true)))
                .as("a rehearsal")
                .hasMessageContaining("no window is sealed");
        assertThat(inForce().version()).isEqualTo(2);

        install(next, ORDER, true);
        assertThat(inForce().key(oldId).orElseThrow().status()).isEqualTo(KeyStatus.RETIRED);
        install(next);
        assertThat(chain.types()).filteredOn("ledger.key.retired"::equals).hasSize(1);
    }

    /** What it signed between its end and the installation would fail for ever. */
    @Test
    void aKeyThatHasSignedSinceIsNotRetired() throws Exception {
        Path next = retired(T1);

        signedUntil = Optional.of(T1.plus(WINDOW));
        for (boolean despiteBacklog : List.of(false, true)) {
            assertThatThrownBy(() -> install(next, ORDER, despiteBacklog))
                    .isInstanceOf(CommandException.class)
                    .hasMessageContainingAll("comes too late", T1.plus(WINDOW).toString());
        }
        requireNothingChanged();
        signedUntil = Optional.of(T1);
        install(next);
        assertThat(inForce().key(oldId).orElseThrow().notAfter()).isEqualTo(T1);
    }

    @Test
    void aRootKeyIsRetiredWithoutALookAtTheLedger() throws Exception {
        install(adding(added(TrustRole.ROOT)));
        signedUntil = Optional.empty();
        String rootId = key(fresh(TrustRole.ROOT)).keyId();

        install(signed(TrustRootDraft.following(inForce(), NOW)
                .withKey(rootId, key -> key.with(KeyStatus.RETIRED, NOW, Optional.empty()))));

        assertThat(inForce().key(rootId).orElseThrow().status()).isEqualTo(KeyStatus.RETIRED);
    }

    /** The registry is signed at a window's end by the key of the ledger, and by others. */
    private void signedAt(Instant end, TrustedKey... others) throws Exception {
        List<NoteSignature> lines = new ArrayList<>();
        lines.add(line(inForce().key(oldId).orElseThrow()));
        for (TrustedKey key : others) {
            lines.add(line(key));
        }
        byte[] note = SignedNote.of((LEDGER + "\n1\n" + "A".repeat(43) + "=\n").getBytes(US_ASCII), lines)
                .encode();
        published.add(SignedCheckpoint.newBuilder()
                .setOrigin(LEDGER)
                .setSize(1)
                .setRoot(ByteBuffer.allocate(32))
                .setNote(ByteBuffer.wrap(note))
                .setCut(Cut.WINDOW)
                .setWindowStart(end.minus(WINDOW))
                .build());
        signedUntil = Optional.of(end);
    }

    private static NoteSignature line(TrustedKey key) {
        return new NoteSignature(
                LEDGER, NoteVerifiers.of(LEDGER, key.publicKey()).keyId(), new byte[] {1});
    }

    private TrustedKey postQuantum(Instant from) throws Exception {
        try (SigningKey key = KeyFile.generate(KeyAlgorithm.ML_DSA_44, new SecureRandom())) {
            return new TrustedKey(
                    PublicKey.of(key.spki()),
                    Set.of(TrustRole.CHECKPOINT),
                    List.of(LEDGER, LEDGER + "/*"),
                    from,
                    inForce().expires(),
                    KeyStatus.ACTIVE,
                    Optional.empty());
        }
    }

    private TrustRootDraft demanding(TrustRootDraft draft) {
        return draft.withRequiredForCheckpoints(
                List.of(Set.of(KeyAlgorithm.ECDSA_P256), Set.of(KeyAlgorithm.ML_DSA_44)));
    }

    private TrustRootDraft following() throws Exception {
        return TrustRootDraft.following(inForce(), NOW);
    }

    @Test
    void aSignatureIsNotDemandedOfWindowsThatAreSignedWithoutIt() throws Exception {
        Path next = signed(demanding(following().withKey(postQuantum(T1))));

        for (Instant signed : List.of(T1, T2)) {
            published.clear();
            signedAt(signed);
            refused("comes too late: it requires an ml-dsa-44 signature of windows that end at " + T1, next);
        }
        published.clear();
        signedAt(T1.minus(WINDOW));
        install(next);
        assertThat(inForce().require(TrustRole.CHECKPOINT)).hasSize(2);
        signedAt(T2);
        install(signed(following().withExpiry(END)));
        assertThat(inForce().version()).isEqualTo(3);
    }

    @Test
    void theSignatureOfAKeyThatWasListedEarlierIsDemandedOnlyIfEveryWindowSinceHasIt() throws Exception {
        // Given: a key that is valid since T1, and a first window signed with it
        TrustedKey key = postQuantum(T1);
        install(adding(key));
        signedAt(T1, key);
        Path next = signed(demanding(following()));

        // When, Then: the window after it was signed without
        signedAt(T1.plus(WINDOW));
        assertThatThrownBy(() -> install(next))
                .isInstanceOfSatisfying(CommandException.class, failed -> assertThat(failed.remedy())
                        .contains("--key " + key.keyId() + " --valid-from"))
                .hasMessageContainingAll(
                        "comes too late", "is signed at " + T1.plus(WINDOW).toString());
        assertThat(inForce().version()).isEqualTo(2);

        // When, Then: it was signed with it
        published.remove(1);
        signedAt(T1.plus(WINDOW), key);
        install(next);
        assertThat(inForce().require(TrustRole.CHECKPOINT)).hasSize(2);
    }

    @Test
    void aKeyThatHasSignedNothingMayBeginLaterAndItsSignatureIsDemandedThen() throws Exception {
        // Given: listed, valid since T1, and never used
        TrustedKey key = postQuantum(T1);
        install(adding(key));
        signedAt(T1);
        Instant later = T1.plus(WINDOW.multipliedBy(4));

        // When
        install(signed(demanding(following().withKey(key.keyId(), listed -> listed.withNotBefore(later)))));

        // Then
        assertThat(inForce().requiredFrom(Set.of(KeyAlgorithm.ML_DSA_44), TrustRole.CHECKPOINT, LEDGER))
                .contains(later);
    }

    @Test
    void aKeyThatHasSignedDoesNotBeginLater() throws Exception {
        TrustedKey key = postQuantum(T1);
        install(adding(key));
        signedAt(T1, key);
        Path next = signed(following().withKey(key.keyId(), listed -> listed.withNotBefore(T2)));

        assertThatThrownBy(() -> install(next))
                .isInstanceOfSatisfying(CommandException.class, failed -> assertThat(failed.exitCode())
                        .isEqualTo(ExitCode.USAGE))
                .hasMessageContaining("key " + key.keyId() + " valid from " + T2 + " on, and the key has signed");
        assertThat(inForce().version()).isEqualTo(2);
    }

    /** Until the first demand begins all of them hold: one alone that begins later is demanded of what is signed already. */
    @Test
    void aDemandIsNotPutInThePlaceOfOneThatOldWindowsMeet() throws Exception {
        signedAt(NOW);
        Path next = signed(following()
                .withKey(postQuantum(T1))
                .withRequiredForCheckpoints(List.of(Set.of(KeyAlgorithm.ML_DSA_44))));

        refused("comes too late", next);
    }

    @Test
    void aKeyThatWasCompromisedEarlierThanThoughtIsToldAgain() throws Exception {
        install(compromised(SINCE));

        install(compromised(SINCE.minusSeconds(1)));

        assertThat(chain.types())
                .containsExactly(
                        "ledger.key.compromised",
                        "ledger.trust-root.published",
                        "ledger.key.compromised",
                        "ledger.trust-root.published");
        assertThat(chain.payload(2).string("since")).isEqualTo("2026-10-31T23:59:59.000Z");
    }

    @Test
    void aVersionWithARetiredKeyThatIsValidYetIsFollowed() throws Exception {
        // Given
        try (SigningKey root = KeyFile.read(keys.root().orElseThrow(), KeyFile.readPassphrase(keys.passphrase()))) {
            RewrittenTrustRoot.retire(keys.trustRoot(), List.of(oldId), root);
        }
        TrustRoot before = TrustRoot.parseToFollow(Files.readAllBytes(keys.trustRoot()));
        Instant now = before.issued().plusSeconds(60);

        // When
        install(signed(TrustRootDraft.following(before, now)));

        // Then
        assertThat(inForce().version()).isEqualTo(2);
        assertThat(inForce().key(oldId).orElseThrow())
                .returns(KeyStatus.RETIRED, TrustedKey::status)
                .returns(now, TrustedKey::notAfter);
    }

    private Path adding(TrustedKey... added) throws Exception {
        TrustRootDraft draft = TrustRootDraft.following(inForce(), NOW);
        for (TrustedKey key : added) {
            draft = draft.withKey(key);
        }
        return signed(draft);
    }

    private TrustedKey added(TrustRole role) throws Exception {
        return new TrustedKey(
                key(fresh(role)),
                Set.of(role),
                role == TrustRole.ROOT ? List.of() : List.of(LEDGER, LEDGER + "/*"),
                NOW,
                inForce().expires(),
                KeyStatus.ACTIVE,
                Optional.empty());
    }

    @Test
    void eachKeyThatIsNewIsToldOnce() throws Exception {
        TrustedKey checkpoint = added(TrustRole.CHECKPOINT);
        TrustedKey root = added(TrustRole.ROOT);
        Path next = adding(checkpoint, root);

        install(next);
        install(next);

        assertThat(chain.types())
                .containsExactly("ledger.key.introduced", "ledger.key.introduced", "ledger.trust-root.published");
        assertThat(List.of(chain.payload(0).string("role"), chain.payload(1).string("role")))
                .containsExactlyInAnyOrder("checkpoint", "root");
        assertThat(List.of(chain.payload(0).string("keyId"), chain.payload(1).string("keyId")))
                .containsExactlyInAnyOrder(checkpoint.keyId(), root.keyId());
        assertThat(chain.payload(0).has("replaces")).isFalse();
    }

    @Test
    void aKeyThatARotationIntroducedIsNotToldAgain() throws Exception {
        carryOut(introduction(TrustRole.CHECKPOINT));
        install(signed(TrustRootDraft.following(inForce(), NOW).withExpiry(END.plusSeconds(1))));

        assertThat(chain.types())
                .containsExactly("ledger.key.introduced", "ledger.trust-root.published", "ledger.trust-root.published");
    }

    @Test
    void aNewKeyThatIsTakenBackBeforeItIsToldIsNotToldAsNew() throws Exception {
        TrustedKey key = added(TrustRole.CHECKPOINT);
        Path next = adding(key.with(KeyStatus.REVOKED, key.notAfter(), Optional.empty()));

        install(next);

        assertThat(chain.types()).containsExactly("ledger.key.revoked", "ledger.trust-root.published");
    }

    @Test
    void ofWhatStaysOnlyTheTrustRootIsTold() throws Exception {
        install(become(KeyStatus.REVOKED));

        install(signed(TrustRootDraft.following(inForce(), NOW).withExpiry(END)));

        assertThat(chain.types())
                .containsExactly("ledger.key.revoked", "ledger.trust-root.published", "ledger.trust-root.published");
    }

    @ParameterizedTest
    @CsvSource({"0, false", "0, true", "1, false", "1, true"})
    void whatWasNotToldIsToldWhenItIsRepeated(int told, boolean persisted) throws Exception {
        Path next = compromised(SINCE);
        chain.failsAfter = told;
        chain.persisted = persisted;
        assertThatThrownBy(() -> install(next))
                .isInstanceOfSatisfying(CommandException.class, failed -> assertThat(failed.exitCode())
                        .isEqualTo(ExitCode.UNREACHABLE))
                .hasMessageContaining("version 2 of the trust root is in force");

        install(next);
        install(next);

        assertThat(chain.types()).containsExactly("ledger.key.compromised", "ledger.trust-root.published");
    }

    @Test
    void aChainThatCannotBeReadStopsItBeforeItBegins() throws Exception {
        Path next = compromised(SINCE);
        chain.away = true;

        assertThatThrownBy(() -> install(next)).isInstanceOf(KafkaException.class);

        requireNothingChanged();
    }

    @Test
    void aRehearsalChangesNothing() throws Exception {
        TrustRoot would = install(compromised(SINCE), new AdminOrder("ada", Optional.empty(), true));

        assertThat(would.version()).isEqualTo(2);
        requireNothingChanged();
    }

    @Test
    void whatLacksSignaturesOrDoesNotFollowIsRefused() throws Exception {
        TrustRootDraft next = TrustRootDraft.following(inForce(), NOW);
        Path unsigned = Files.write(directory.resolve("unsigned.json"), next.encode());
        Path stranger = directory.resolve("stranger.json");
        try (SigningKey key = KeyFile.generate(KeyAlgorithm.ECDSA_P256, new SecureRandom())) {
            Files.write(stranger, next.sign(key).encode());
        }
        TrustRoot second = TrustRoot.parse(Files.readAllBytes(signed(next)));
        Path third = signed(TrustRootDraft.following(second, NOW));

        refused("cannot use " + unsigned, unsigned);
        refused("cannot use " + stranger, stranger);
        refused("version 3 does not follow version 1", third);
        refused("cannot use", directory.resolve("none.json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2029-12-31T23:59:59.999Z", "2029-12-01T00:00:00Z"})
    void aKeyThatSignsOnIsNotEndedInThePast(Instant end) throws Exception {
        refused("comes too late", saying(key -> key.with(KeyStatus.ACTIVE, end, Optional.empty())));
    }

    @Test
    void aKeyMayBeEndedInTheFuture() throws Exception {
        install(saying(key -> key.with(KeyStatus.ACTIVE, T1, Optional.empty())));

        assertThat(inForce().key(oldId).orElseThrow().notAfter()).isEqualTo(T1);
        assertThat(chain.types()).containsExactly("ledger.trust-root.published");
    }
}
