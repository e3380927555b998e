// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.anchor.client.TestParty.Reply;
import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.Answer;
import io.tallystick.anchor.external.RegistryCheckpoint;
import io.tallystick.anchor.external.Submission;
import io.tallystick.anchor.witness.AddCheckpoint;
import io.tallystick.anchor.witness.CosigningRule;
import io.tallystick.anchor.witness.WitnessAnchor;
import io.tallystick.entry.Bytes;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.note.NoteVerifier;
import io.tallystick.note.NoteVerifiers;
import io.tallystick.receipt.AnchoredCheckpoint;
import io.tallystick.receipt.Cosigner;
import io.tallystick.receipt.Witness;
import io.tallystick.tree.TreeHead;
import io.tallystick.trust.KeyAlgorithm;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WitnessAnchorTest extends HttpAnchorContract {
    private final Cosigner cosigner = Cosigner.of("witness.example/w1", TestKeys.key(KeyAlgorithm.ED25519, "witness"));
    private final Witness witness = cosigner.witness();
    private final List<String> setBack = new ArrayList<>();

    /** By the ledger's clock. */
    private Instant here = TestRegistry.START.plus(Duration.ofDays(1));

    /** By the witness' clock. */
    private Instant now = TestRegistry.START.plus(Duration.ofDays(1));

    /** A witness with its state in memory. */
    private final class MemoryWitness implements TestParty.Service {
        private final CosigningRule rule;
        private TreeHead stands = TreeHead.EMPTY;

        MemoryWitness(NoteVerifier known) {
            rule = new CosigningRule(List.of(known));
        }

        @Override
        public Reply answer(String path, byte[] body) {
            assertThat(path).isEqualTo("/party/add-checkpoint");
            AddCheckpoint request = AddCheckpoint.parse(body);
            if (rule.open(request) instanceof CosigningRule.Ended ended) {
                return refusal(ended.refusal());
            }
            var checkpoint = ((CosigningRule.Genuine) rule.open(request)).checkpoint();
            CosigningRule.Verdict verdict = rule.decide(request, checkpoint, stands);
            if (verdict instanceof CosigningRule.Conflict conflict) {
                return new Reply(409, WitnessAnchor.SIZE_TYPE, Bytes.utf8(conflict.size() + "\n"));
            }
            if (verdict instanceof CosigningRule.Refuse refuse) {
                return refusal(refuse);
            }
            stands = checkpoint.head();
            String line = cosigner.cosign(checkpoint, now).encode();
            String other = Cosigner.of("other.example", TestKeys.key(KeyAlgorithm.ED25519, "other"))
                    .cosign(checkpoint, now)
                    .encode();
            return new Reply(200, "text/plain; charset=utf-8", Bytes.utf8(other + line));
        }
    }

    private static Reply refusal(CosigningRule.Refuse refuse) {
        return new Reply(refuse.status(), "text/plain", Bytes.utf8(refuse.reason()));
    }

    @Override
    TestParty.Service service() {
        return new MemoryWitness(TestRegistry.verifier());
    }

    @Override
    Anchor anchor(URI address, Duration timeout) {
        return new WitnessAnchor(
                "w1",
                witness,
                address,
                timeout,
                TestRegistry.clockAt(here),
                (stands, cosigned) -> setBack.add(stands + " of " + cosigned));
    }

    @Override
    void verify(Bytes receipt, RegistryCheckpoint checkpoint) throws Exception {
        var unused = witness.verify(
                receipt.toByteArray(),
                AnchoredCheckpoint.parse(checkpoint.note().toByteArray()).checkpoint());
    }

    @Test
    void aCosignatureOfATimeBeforeThereWasACheckpointIsNotTakenUntilTheClockIsSet() {
        // Given: the window ended at 03:30
        now = Instant.parse("2024-11-21T02:29:59Z");
        try (Anchor anchor = anchor()) {
            // When
            Answer early = anchor.submit(registry.submission(1, 0));
            now = now.plusSeconds(1);
            Answer set = anchor.submit(registry.submission(1, 0));

            // Then
            assertThat(early)
                    .isEqualTo(
                            new Answer.Failed(
                                    "its clock is behind (it says 2024-11-21T02:29:59Z, the window's end is"
                                            + " 2024-11-21T03:30:00Z, here it is 2024-11-22T03:00:00Z): its operator has to set it"));
            assertThat(set).isInstanceOf(Answer.Confirmed.class);
        }
    }

    @Test
    void whereTheLedgersOwnClockIsAheadItIsNotTheWitnessThatIsBlamed() {
        // Given
        now = TestRegistry.START.minus(Duration.ofHours(2));
        here = now;
        try (Anchor anchor = anchor()) {
            // When
            Answer answer = anchor.submit(registry.submission(1, 0));

            // Then
            assertThat(answer)
                    .isEqualTo(
                            new Answer.Failed("the ledger's clock is ahead (it says 2024-11-21T01:00:00Z, the window's"
                                    + " end is 2024-11-21T03:30:00Z, here it is 2024-11-21T01:00:00Z): set the clocks of the"
                                    + " brokers and of all stages"));
        }
    }

    @Test
    void aWitnessThatStandsFurtherThanThoughtIsGivenAProofFromThere() {
        try (Anchor anchor = anchor()) {
            anchor.submit(registry.submission(3, 0));

            assertThat(anchor.submit(registry.submission(7, 1))).isInstanceOf(Answer.Confirmed.class);
        }
        assertThat(setBack).isEmpty();
    }

    @Test
    void aWitnessThatLostItsStateBeginsAgain() {
        try (Anchor anchor = anchor()) {
            assertThat(anchor.submit(registry.submission(7, 4))).isInstanceOf(Answer.Confirmed.class);
        }
        assertThat(setBack).containsExactly("0 of " + TestRegistry.size(4));
    }

    @Test
    void aWitnessThatWasSetBackIsToldOfOnceForEachSizeItIsFoundAt() {
        try (Anchor anchor = anchor()) {
            anchor.submit(registry.submission(2, 0));

            assertThat(anchor.submit(withoutProofs(5, 4))).isEqualTo(new Answer.Behind(TestRegistry.size(2)));
            assertThat(anchor.submit(registry.submission(5, 4))).isInstanceOf(Answer.Confirmed.class);
            assertThat(anchor.submit(registry.submission(6, 5))).isInstanceOf(Answer.Confirmed.class);
        }
        assertThat(setBack).containsExactly(TestRegistry.size(2) + " of " + TestRegistry.size(4));
    }

    @Test
    void aWitnessWithAnotherRootForTheSameSizeContradicts() {
        try (Anchor anchor = anchor()) {
            anchor.submit(new TestRegistry("fork").submission(2, 0));

            assertThat(anchor.submit(registry.submission(2, 2))).isInstanceOf(Answer.Contradicted.class);
        }
    }

    @Test
    void aWitnessThatFindsTheProofWrongContradicts() {
        try (Anchor anchor = anchor()) {
            anchor.submit(new TestRegistry("fork").submission(2, 0));

            assertThat(anchor.submit(registry.submission(3, 2))).isInstanceOf(Answer.Contradicted.class);
        }
    }

    @Test
    void aWitnessThatStaysAheadOfTheNewestCheckpointContradictsTheSecondTime() {
        try (Anchor anchor = anchor()) {
            anchor.submit(registry.submission(5, 0));

            assertThat(anchor.submit(registry.submission(3, 3))).isInstanceOf(Answer.Failed.class);
            assertThat(anchor.submit(registry.submission(4, 3))).isInstanceOf(Answer.Contradicted.class);
        }
    }

    @Test
    void aWitnessThatWasAheadOnceIsConfirmedWhenTheLedgerHasCaughtUp() {
        try (Anchor anchor = anchor()) {
            anchor.submit(registry.submission(5, 0));
            anchor.submit(registry.submission(3, 3));

            assertThat(anchor.submit(registry.submission(6, 3))).isInstanceOf(Answer.Confirmed.class);
        }
    }

    /** After a rotation, until it is given the new verifier key. */
    @Test
    void aWitnessThatDoesNotKnowTheKeyIsToldApart() {
        NoteVerifier old = NoteVerifiers.of(
                TestRegistry.ORIGIN,
                KeyAlgorithm.ED25519,
                TestKeys.key(KeyAlgorithm.ED25519, "old").spki());
        try (TestParty stranger = new TestParty(new MemoryWitness(old));
                Anchor anchor = anchor(stranger.address(), Duration.ofSeconds(20))) {
            assertThat(anchor.submit(registry.submission(2, 0)))
                    .isInstanceOfSatisfying(Answer.Failed.class, failed -> assertThat(failed.reason())
                            .contains("knows none of the keys", "verifier key of a new one", "HTTP 403"));
        }
    }

    /** As after months, when what is known of the registry begins later. */
    private Submission withoutProofs(int n, int confirmed) {
        return new Submission(
                registry.checkpoint(n),
                TestRegistry.size(confirmed),
                from -> from == 0 ? Optional.of(List.of()) : Optional.empty());
    }

    @Test
    void aWitnessNotHeardOfForLongIsAskedWhereItStands() {
        try (Anchor anchor = anchor()) {
            anchor.submit(registry.submission(4, 0));

            assertThat(anchor.submit(withoutProofs(9, 2))).isEqualTo(new Answer.Behind(TestRegistry.size(4)));
        }
        assertThat(setBack).isEmpty();
    }

    @Test
    void aWitnessNotHeardOfForLongThatLostItsStateBeginsAgain() {
        try (Anchor anchor = anchor()) {
            assertThat(anchor.submit(withoutProofs(9, 2))).isInstanceOf(Answer.Confirmed.class);
        }
        assertThat(setBack).containsExactly("0 of " + TestRegistry.size(2));
    }

    /** So the registry is not read for a witness that is not there. */
    @Test
    void aWitnessThatIsStillAwayIsNotBehind() {
        party.close();
        try (Anchor anchor = anchor()) {
            assertThat(anchor.submit(withoutProofs(9, 2))).isInstanceOf(Answer.Failed.class);
        }
    }

    @Test
    void aWitnessAtASizeFromWhichNothingCanBeProvenIsBehind() {
        try (Anchor anchor = anchor()) {
            anchor.submit(registry.submission(2, 0));
            Submission forgetful = new Submission(
                    registry.checkpoint(4),
                    TestRegistry.size(3),
                    from -> from == TestRegistry.size(3)
                            ? registry.submission(4, 3).proofs().from(from)
                            : Optional.empty());

            assertThat(anchor.submit(forgetful)).isEqualTo(new Answer.Behind(TestRegistry.size(2)));
        }
    }
}
