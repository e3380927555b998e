// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.recover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.chain.recover.RegisteredHeads.Registered;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.note.Checkpoint;
import io.tallystick.note.NoteException;
import io.tallystick.note.NoteSigners;
import io.tallystick.note.SignedNote;
import io.tallystick.tree.Hash;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import io.tallystick.trust.KeyException;
import io.tallystick.trust.SigningKey;
import io.tallystick.trust.TrustRoot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Which checkpoints of chains are believed. */
class ChainSealsTest {
    private static final String LEDGER = "ledger.example.com";
    private static final String CHAIN = "acme/0";
    private static final String ORIGIN = LEDGER + "/" + CHAIN;
    private static final Instant WINDOW = Instant.parse("2026-11-21T03:15:00Z");
    private static final TrustRoot TRUST_ROOT = TestKeys.trustRoot(LEDGER);

    private final ChainSeals seals = new ChainSeals(LEDGER);

    private static TreeHead head(long size) {
        return head(size, (byte) size);
    }

    private static TreeHead head(long size, byte seed) {
        return new TreeHead(size, Hash.sha256(new byte[] {seed}));
    }

    private static byte[] note(TreeHead head, SigningKey key) {
        try {
            return SignedNote.sign(new Checkpoint(ORIGIN, head).text(), List.of(NoteSigners.of(ORIGIN, key)))
                    .encode();
        } catch (NoteException e) {
            throw new IllegalStateException(e);
        }
    }

    private void add(TreeHead head) {
        add(head, TestKeys.checkpointP256());
    }

    private void add(TreeHead head, SigningKey key) {
        seals.add(ORIGIN, head, WINDOW, note(head, key));
    }

    private static void refuses(ThrowingCallable call, String... says) {
        assertThatThrownBy(call)
                .isInstanceOf(RecoveryRefusedException.class)
                .hasMessageContainingAll(says)
                .satisfies(thrown -> assertThat(((RecoveryRefusedException) thrown).kind())
                        .isEqualTo(RecoveryRefusedException.Kind.DISAGREES));
    }

    @Test
    void theLargestCounts() {
        add(head(5));
        add(head(9));
        add(head(7));

        assertThat(seals.verify(TRUST_ROOT, Map.of())).isEqualTo(Map.of(CHAIN, head(9)));
    }

    @Test
    void whatIsOfNoChainOfThisLedgerIsPassedOver() {
        for (String origin : List.of(LEDGER, "other.example.com/acme/0", LEDGER + "/acme", LEDGER + "/Acme/0")) {
            seals.add(origin, head(3), WINDOW, new byte[] {1});
        }

        assertThat(seals.isEmpty()).isTrue();
    }

    @Test
    void twoRootsForOneSizeAreASplitView() {
        add(head(5));
        add(head(5));

        refuses(() -> add(head(5, (byte) 99)), CHAIN, "size 5", "split view");
    }

    @Test
    void aStrangersSignatureIsRefused() throws KeyException {
        add(head(5), TestKeys.key(KeyAlgorithm.ECDSA_P256, "stranger"));

        refuses(() -> seals.verify(TRUST_ROOT, Map.of()), "checkpoint of chain acme/0 of size 5", "not signed by");
    }

    @Test
    void aSignatureThatIsRequiredAndMissingIsRefused() {
        add(head(5), TestKeys.checkpointEd25519());

        refuses(() -> seals.verify(TRUST_ROOT, Map.of()), "lacks a signature");
    }

    @Test
    void aKeyThatWasNotValidAtTheEndOfTheWindowIsRefused() {
        TreeHead head = head(5);
        Instant before = TestKeys.ISSUED.minus(Duration.ofDays(4_000));
        seals.add(ORIGIN, head, before, note(head, TestKeys.checkpointP256()));

        refuses(() -> seals.verify(TRUST_ROOT, Map.of()), "NOT_YET_VALID", before.toString());
    }

    @Test
    void aNoteThatSaysAnotherHeadThanItIsPublishedWithIsRefused() {
        seals.add(ORIGIN, head(5), WINDOW, note(head(6), TestKeys.checkpointP256()));

        refuses(() -> seals.verify(TRUST_ROOT, Map.of()), "published with size 5", "its note says 6");
    }

    @Test
    void whatIsNoNoteIsRefused() {
        seals.add(ORIGIN, head(5), WINDOW, "nothing".getBytes(UTF_8));

        refuses(() -> seals.verify(TRUST_ROOT, Map.of()), "is none");
    }

    @Test
    void whatTheRegistryImpliesNeedsNoKeyAndWhatContradictsItIsRefused() throws KeyException {
        // Given: a key of long ago
        add(head(5), TestKeys.key(KeyAlgorithm.ECDSA_P256, "stranger"));

        // When, Then
        assertThat(seals.verify(TRUST_ROOT, registered(head(8)))).containsEntry(CHAIN, head(5));
        assertThat(seals.verify(TRUST_ROOT, registered(head(5)))).containsEntry(CHAIN, head(5));
        refuses(() -> seals.verify(TRUST_ROOT, registered(head(5, (byte) 99))), CHAIN, "size 5", "split view");
    }

    private static Map<String, Registered> registered(TreeHead head) {
        return Map.of(CHAIN, new Registered(WINDOW, head));
    }

    @Test
    void aTrustRootOfAnotherLedgerIsRefused() {
        add(head(5));

        refuses(() -> seals.verify(TestKeys.trustRoot("other.example.com"), Map.of()), "other.example.com");
    }
}
