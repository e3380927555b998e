// SPDX-License-Identifier: Apache-2.0
package io.tallystick.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.fixtures.TestKeys;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TrustRootDraftTest {
    private static final String LEDGER = "ledger.example.com";
    private static final Instant ISSUED = TestKeys.ISSUED;
    private static final Instant EXPIRES = TestKeys.EXPIRES;
    private static final SigningKey ALICE = TestKeys.key(KeyAlgorithm.ECDSA_P256, "alice");
    private static final SigningKey BOB = TestKeys.key(KeyAlgorithm.ED25519, "bob");
    private static final SigningKey CAROL = TestKeys.key(KeyAlgorithm.ECDSA_P256, "carol");
    private static final SigningKey STRANGER = TestKeys.key(KeyAlgorithm.ECDSA_P256, "stranger");

    private static TrustedKey listed(SigningKey key, TrustRole role) {
        try {
            return new TrustedKey(
                    PublicKey.of(key.spki()),
                    Set.of(role),
                    role == TrustRole.ROOT ? List.of() : List.of(LEDGER, LEDGER + "/*"),
                    ISSUED,
                    EXPIRES,
                    KeyStatus.ACTIVE,
                    Optional.empty());
        } catch (KeyException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TrustRootDraft twoOfTwo() {
        return TrustRootDraft.first(
                LEDGER,
                ISSUED,
                EXPIRES,
                List.of(
                        listed(ALICE, TrustRole.ROOT),
                        listed(BOB, TrustRole.ROOT),
                        listed(TestKeys.checkpointP256(), TrustRole.CHECKPOINT),
                        listed(TestKeys.bundle(), TrustRole.BUNDLE)),
                2);
    }

    private static TrustRoot complete(TrustRootDraft draft, SigningKey... signers) throws TrustException {
        TrustRootDraft signed = draft;
        for (SigningKey signer : signers) {
            signed = TrustRootDraft.parse(signed.sign(signer).encode());
        }
        return signed.complete();
    }

    @Test
    void aDraftIsATrustRootOnceItsThresholdHasSigned() throws TrustException {
        TrustRootDraft draft = twoOfTwo();
        assertThat(draft.missingSigners()).hasSize(2);

        TrustRoot root = complete(draft, ALICE, BOB);

        assertThat(root.fingerprint()).isEqualTo(draft.fingerprint());
        assertThat(TrustRoot.parse(root.encode())).isEqualTo(root);
    }

    @Test
    void tooFewRootKeysAreRefused() {
        assertThatExceptionOfType(TrustException.class).isThrownBy(() -> complete(twoOfTwo()));
        assertThatExceptionOfType(TrustException.class).isThrownBy(() -> complete(twoOfTwo(), ALICE));
        assertThatExceptionOfType(TrustException.class).isThrownBy(() -> complete(twoOfTwo(), ALICE, ALICE));
        assertThatExceptionOfType(TrustException.class)
                .isThrownBy(() -> complete(twoOfTwo(), ALICE, STRANGER))
                .withMessageContaining("1 root keys, 2 are needed");
    }

    @Test
    void aChangeDropsTheSignatures() throws TrustException {
        TrustRootDraft signed = twoOfTwo().sign(ALICE).sign(BOB);

        TrustRootDraft changed = signed.withExpiry(EXPIRES.minusSeconds(1));

        assertThat(changed.signers()).isEmpty();
        assertThat(changed.fingerprint()).isNotEqualTo(signed.fingerprint());
        assertThatExceptionOfType(TrustException.class).isThrownBy(changed::complete);
    }

    @Test
    void aFalseSignatureOfARootKeyIsNotTakenOver() {
        byte[] file = twoOfTwo().sign(ALICE).encode();
        String changed = new String(file, StandardCharsets.UTF_8).replace("\"threshold\":2", "\"threshold\":1");

        assertThatExceptionOfType(TrustException.class)
                .isThrownBy(() -> TrustRootDraft.parse(changed.getBytes(StandardCharsets.UTF_8)))
                .withMessageContaining("does not verify");
    }

    @Test
    void aTooLargeFileIsRefusedBeforeItIsRead() {
        assertThatExceptionOfType(TrustException.class)
                .isThrownBy(() -> TrustRootDraft.parse(new byte[TrustRoot.SIZE_MAX + 1]));
    }

    @Test
    void theNextVersionNeedsOldAndNewRootKeys() throws TrustException {
        TrustRoot first = complete(twoOfTwo(), ALICE, BOB);
        TrustRootDraft next = TrustRootDraft.following(first, ISSUED.plusSeconds(60))
                .withKey(listed(CAROL, TrustRole.ROOT))
                .withKey(BOB.keyId(), key -> key.with(KeyStatus.RETIRED, ISSUED.plusSeconds(60), Optional.empty()));

        TrustRoot second = complete(next, ALICE, BOB, CAROL);

        assertThatCode(() -> first.verifySuccessor(second)).doesNotThrowAnyException();
        assertThat(second.rootKeyIds()).containsExactly(ALICE.keyId(), CAROL.keyId());
        assertThat(second.version()).isEqualTo(2);
        TrustRoot withoutBob = complete(next, ALICE, CAROL);
        assertThatExceptionOfType(TrustException.class).isThrownBy(() -> first.verifySuccessor(withoutBob));
        assertThatExceptionOfType(TrustException.class).isThrownBy(() -> complete(next, ALICE, BOB));
    }

    @Test
    void aVersionOfAnotherHistoryDoesNotFollow() throws TrustException {
        TrustRoot first = complete(twoOfTwo(), ALICE, BOB);
        TrustRoot other = complete(twoOfTwo().withExpiry(EXPIRES.minusSeconds(9)), ALICE, BOB);
        TrustRoot next = complete(TrustRootDraft.following(other, ISSUED.plusSeconds(1)), ALICE, BOB);

        assertThatExceptionOfType(TrustException.class)
                .isThrownBy(() -> first.verifySuccessor(next))
                .withMessageContaining("names another one");
    }

    @Test
    void whatBreaksARuleOfTrustRootsIsRefused() {
        TrustRootDraft draft = twoOfTwo();

        assertThatIllegalArgumentException().isThrownBy(() -> draft.withThreshold(3));
        assertThatIllegalArgumentException().isThrownBy(() -> draft.withThreshold(0));
        assertThatIllegalArgumentException().isThrownBy(() -> draft.withKey(listed(ALICE, TrustRole.BUNDLE)));
        assertThatIllegalArgumentException().isThrownBy(() -> draft.withExpiry(ISSUED));
        assertThatIllegalArgumentException().isThrownBy(() -> draft.withRequiredForCheckpoints(List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> draft.withKey(STRANGER.keyId(), key -> key));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> draft.withKey(ALICE.keyId(), key -> listed(STRANGER, TrustRole.ROOT)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> draft.withKey(
                        ALICE.keyId(), key -> key.with(KeyStatus.REVOKED, key.notAfter(), Optional.empty())));
    }

    @Test
    void everyKeyStaysListed() throws TrustException {
        TrustRoot first = complete(twoOfTwo(), ALICE, BOB);
        List<String> before = new ArrayList<>();
        first.keys().forEach(key -> before.add(key.keyId()));

        TrustRootDraft next = TrustRootDraft.following(first, ISSUED.plusSeconds(1))
                .withRequiredForCheckpoints(List.of(Set.of(KeyAlgorithm.ECDSA_P256), Set.of(KeyAlgorithm.ML_DSA_44)))
                .withAnchors(first.anchors(), new TrustPolicy(Set.of(), 0, 30))
                .withKey(
                        TestKeys.checkpointP256().keyId(),
                        key -> key.with(KeyStatus.COMPROMISED, key.notAfter(), Optional.of(ISSUED)));

        assertThat(next.keys()).extracting(TrustedKey::keyId).containsExactlyElementsOf(before);
        assertThat(next.policy().minRetentionDays()).isEqualTo(30);
    }
}
