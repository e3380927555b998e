// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tallystick.entry.Bytes;
import io.tallystick.fixtures.RemoteKey;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSignature;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.note.SignedNote;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyFile;
import io.tallystick.trust.SigningKey;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CheckpointSignerTest {
    private static final String ORIGIN = "ledger.example.com/acme/3";
    private static final Instant END = Instant.parse("2026-11-21T12:15:00Z");
    private static final TreeHead HEAD = new TreeHead(42, Hash.sha256());

    private final SigningKey ed25519 = key(KeyAlgorithm.ED25519);
    private final SigningKey p256 = key(KeyAlgorithm.ECDSA_P256);

    private static SigningKey key(KeyAlgorithm algorithm) {
        return KeyFile.generate(algorithm, new SecureRandom());
    }

    @Test
    void ed25519StandsBeforeP256WhateverTheOrderOfTheKeys() throws NoteException {
        SigningKey newer = key(KeyAlgorithm.ECDSA_P256);
        CheckpointSigner signer = new CheckpointSigner(List.of(p256, newer, ed25519));

        SignedNote note = SignedNote.parse(signer.sign(ORIGIN, HEAD, END).toByteArray());

        assertThat(note.signatures())
                .extracting(NoteSignature::keyId)
                .containsExactly(id(ed25519), id(p256), id(newer));
        assertThat(note.signatures()).extracting(NoteSignature::keyName).containsOnly(ORIGIN);
        assertThat(Checkpoint.parse(note.text())).isEqualTo(new Checkpoint(ORIGIN, HEAD));
        assertThat(note.verify(List.of(NoteVerifiers.of(ORIGIN, KeyAlgorithm.ED25519, ed25519.spki()))))
                .hasSize(1);
    }

    private static int id(SigningKey key) {
        return NoteVerifiers.of(ORIGIN, key.algorithm(), key.spki()).keyId();
    }

    @Test
    void signingAgainGivesTheSameBytes() {
        Bytes first = new CheckpointSigner(List.of(ed25519, p256)).sign(ORIGIN, HEAD, END);
        Bytes second = new CheckpointSigner(List.of(p256, ed25519)).sign(ORIGIN, HEAD, END);

        assertThat(second).isEqualTo(first);
    }

    @Test
    void aKeyOfP256IsNeeded() {
        assertThatIllegalArgumentException().isThrownBy(() -> new CheckpointSigner(List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> new CheckpointSigner(List.of(ed25519)));
    }

    @Test
    void aKeyThatIsNotOfTheAlgorithmItClaimsIsRefused() {
        SigningKey mlDsa = new OtherSignatures(p256, KeyAlgorithm.ML_DSA_44);

        assertThatIllegalArgumentException().isThrownBy(() -> new CheckpointSigner(List.of(p256, mlDsa)));
    }

    @Test
    void anMlDsaLineStandsLastAndStatesTheSigningTime() throws NoteException {
        SigningKey mlDsa = key(KeyAlgorithm.ML_DSA_44);
        Instant now = Instant.parse("2026-11-21T12:15:01Z");
        CheckpointSigner signer = new CheckpointSigner(
                List.of(CheckpointKey.always(mlDsa), CheckpointKey.always(p256)), InstantSource.fixed(now));

        SignedNote note = SignedNote.parse(signer.sign(ORIGIN, HEAD, END).toByteArray());

        assertThat(note.signatures()).extracting(NoteSignature::keyId).containsExactly(id(p256), id(mlDsa));
        assertThat(note.verify(List.of(NoteVerifiers.of(ORIGIN, KeyAlgorithm.ML_DSA_44, mlDsa.spki()))))
                .hasSize(1);
        assertThat(ByteBuffer.wrap(note.signatures().get(1).signature()).getLong())
                .isEqualTo(now.getEpochSecond());
    }

    @Test
    void betweenTwoInstantsBothKeysSignTheOldOneFirst() throws NoteException {
        SigningKey newer = key(KeyAlgorithm.ECDSA_P256);
        CheckpointSigner signer = new CheckpointSigner(
                List.of(
                        new CheckpointKey(newer, END.plusSeconds(900), Instant.MAX),
                        new CheckpointKey(p256, Instant.MIN, END.plusSeconds(1800))),
                InstantSource.system());

        assertThat(signers(signer, END)).containsExactly(id(p256));
        assertThat(signers(signer, END.plusSeconds(900))).containsExactly(id(p256), id(newer));
        assertThat(signers(signer, END.plusSeconds(1800))).containsExactly(id(p256), id(newer));
        assertThat(signers(signer, END.plusSeconds(2700))).containsExactly(id(newer));
    }

    private static List<Integer> signers(CheckpointSigner signer, Instant windowEnd) throws NoteException {
        return SignedNote.parse(signer.sign(ORIGIN, HEAD, windowEnd).toByteArray()).signatures().stream()
                .map(NoteSignature::keyId)
                .toList();
    }

    @Test
    void aWindowForWhichNoP256KeyIsValidIsNotSigned() {
        CheckpointSigner signer = new CheckpointSigner(
                List.of(CheckpointKey.always(ed25519), new CheckpointKey(p256, Instant.MIN, END)),
                InstantSource.system());

        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> signer.sign(ORIGIN, HEAD, END.plusMillis(1)))
                .withMessageContainingAll("no ECDSA P-256 key", "trust root");
        assertThatIllegalArgumentException().isThrownBy(() -> new CheckpointKey(p256, END, END.minusMillis(1)));
    }

    @Test
    void aKeyThatSomethingForbidsDoesNotSign() {
        CheckpointSigner signer = new CheckpointSigner(
                List.of(CheckpointKey.always(ed25519), new CheckpointKey(p256, Instant.MIN, END.plusSeconds(900))),
                InstantSource.system(),
                RequiredAlgorithms.NO_MORE,
                (keyId, origin, windowEnd) ->
                        windowEnd.isAfter(END) ? Optional.of("restart " + keyId + origin) : Optional.empty());

        assertThat(signer.sign(ORIGIN, HEAD, END)).isNotNull();
        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> signer.sign(ORIGIN, HEAD, END.plusMillis(1)))
                .withMessageContainingAll("restart", ORIGIN);
    }

    /** The objection is to a signature, so a key that signs nothing then is none. */
    @Test
    void aKeyThatIsNotValidIsNotAskedAbout() {
        CheckpointSigner signer = new CheckpointSigner(
                List.of(new CheckpointKey(ed25519, Instant.MIN, END.minusMillis(1)), CheckpointKey.always(p256)),
                InstantSource.system(),
                RequiredAlgorithms.NO_MORE,
                (keyId, origin, windowEnd) ->
                        keyId.equals(ed25519.keyId()) ? Optional.of("expired") : Optional.empty());

        assertThat(signer.sign(ORIGIN, HEAD, END)).isNotNull();
    }

    /** The key of what is required ends before the others do. */
    @Test
    void aWindowForWhichARequiredSignatureIsLackingIsNotSigned() {
        CheckpointSigner signer = new CheckpointSigner(
                List.of(
                        CheckpointKey.always(p256),
                        new CheckpointKey(key(KeyAlgorithm.ML_DSA_44), Instant.MIN, END.plusSeconds(900))),
                InstantSource.system(),
                (origin, windowEnd, algorithms) ->
                        windowEnd.isBefore(END) || algorithms.contains(KeyAlgorithm.ML_DSA_44)
                                ? List.of()
                                : List.of(Set.of(KeyAlgorithm.ML_DSA_44)),
                KeyObjection.NONE);

        assertThat(signer.sign(ORIGIN, HEAD, END.plusSeconds(900))).isNotNull();
        assertThat(signer.missing(ORIGIN, END.plusSeconds(900))).isEmpty();
        assertThatExceptionOfType(UnfitSignerException.class)
                .isThrownBy(() -> signer.sign(ORIGIN, HEAD, END.plusSeconds(1800)))
                .returns(UnfitSignerException.Reason.KEY, UnfitSignerException::reason)
                .withMessageContainingAll(
                        "requires an ml-dsa-44 signature", END.plusSeconds(1800).toString());
        assertThat(signer.missing(ORIGIN, END.plusSeconds(1800))).containsExactly(Set.of(KeyAlgorithm.ML_DSA_44));
    }

    @Test
    void aSignatureThatDoesNotVerifyNeverLeaves() {
        CheckpointSigner signer =
                new CheckpointSigner(List.of(ed25519, new OtherSignatures(p256, KeyAlgorithm.ECDSA_P256)));

        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> signer.sign(ORIGIN, HEAD, END))
                .withMessageContaining(ORIGIN);
    }

    @Test
    void aKeyServiceThatIsAwayIsNoBrokenInvariant() {
        RemoteKey remote = new RemoteKey("remote").failing(1);
        CheckpointSigner signer = new CheckpointSigner(List.of(ed25519, remote));

        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> signer.sign(ORIGIN, HEAD, END));

        assertThat(signer.sign(ORIGIN, HEAD, END))
                .isEqualTo(new CheckpointSigner(List.of(ed25519, TestKeys.key(KeyAlgorithm.ECDSA_P256, "remote")))
                        .sign(ORIGIN, HEAD, END));
    }

    @Test
    void aSignatureThatIsNotDerNeverLeaves() {
        CheckpointSigner signer = new CheckpointSigner(List.of(new RemoteKey("remote").withoutConversion()));

        assertThatExceptionOfType(LedgerIntegrityException.class)
                .isThrownBy(() -> signer.sign(ORIGIN, HEAD, END))
                .withMessageContaining(ORIGIN);
    }

    /** A faulty device: signs something else than it is given. */
    private record OtherSignatures(SigningKey key, KeyAlgorithm algorithm) implements SigningKey {
        @Override
        public byte[] spki() {
            return key.spki();
        }

        @Override
        public byte[] sign(byte[] message) {
            byte[] other = message.clone();
            other[0] ^= 1;
            return key.sign(other);
        }

        @Override
        public void close() {
            key.close();
        }
    }
}
