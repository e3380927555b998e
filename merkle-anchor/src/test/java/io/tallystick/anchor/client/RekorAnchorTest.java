// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.anchor.client.TestParty.Reply;
import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.Answer;
import io.tallystick.anchor.external.RegistryCheckpoint;
import io.tallystick.anchor.rekor.RekorAnchor;
import io.tallystick.entry.Bytes;
import io.tallystick.fixtures.TestKeys;
import io.tallystick.receipt.AnchoredCheckpoint;
import io.tallystick.receipt.RekorLog;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RekorAnchorTest extends HttpAnchorContract {
    private final TestRekor rekor = new TestRekor();
    private final RekorLog log;

    RekorAnchorTest() throws Exception {
        log = RekorLog.of(rekor.trusted());
    }

    @Override
    TestParty.Service service() {
        return rekor;
    }

    @Override
    Anchor anchor(URI address, Duration timeout) {
        return anchor(address, TestKeys.checkpointP256().spki());
    }

    private Anchor anchor(URI address, byte[] spki) {
        return new RekorAnchor(log, List.of(spki), TestRegistry.WINDOW, address, Duration.ofSeconds(2));
    }

    @Override
    void verify(Bytes receipt, RegistryCheckpoint checkpoint) throws Exception {
        var unused = log.verify(
                receipt.toByteArray(),
                AnchoredCheckpoint.parse(checkpoint.note().toByteArray()),
                List.of(TestKeys.checkpointP256().spki()),
                checkpoint.windowStart());
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 422})
    void anEntryTheLogFindsWrongIsRefusedForGood(int status) {
        try (TestParty refusing = new TestParty((path, body) -> new Reply(status, "text/plain", Bytes.utf8("no")));
                Anchor anchor = anchor(refusing.address(), Duration.ofSeconds(20))) {
            assertThat(anchor.submit(registry.submission(1, 0))).isInstanceOf(Answer.Refused.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 409, 429, 502})
    void whatMayPassIsTriedAgain(int status) {
        try (TestParty busy = new TestParty((path, body) -> new Reply(status, "text/plain", Bytes.utf8("no")));
                Anchor anchor = anchor(busy.address(), Duration.ofSeconds(20))) {
            assertThat(anchor.submit(registry.submission(1, 0))).isInstanceOf(Answer.Failed.class);
        }
    }

    /** As the real server does: the entry is in, and only its first answer had the proof. */
    @Test
    void anEntryWhoseAnswerWasLostWaitsForANewerCheckpoint() {
        TestParty.Service once = (path, body) -> new Reply(
                409, "application/json", Bytes.utf8("{\"code\":6,\"message\":\"an equivalent entry already exists\"}"));
        try (TestParty holding = new TestParty(once);
                Anchor anchor = anchor(holding.address(), Duration.ofSeconds(20))) {
            assertThat(anchor.submit(registry.submission(1, 0)))
                    .isInstanceOfSatisfying(Answer.Failed.class, failed -> assertThat(failed.reason())
                            .contains("it holds this entry", "a newer checkpoint will cover this"));
        }
    }

    @Test
    void aCheckpointWithoutASignatureByAKeyOfThisProcessIsRefused() {
        try (Anchor anchor = anchor(party.address(), TestKeys.bundle().spki())) {
            assertThat(anchor.submit(registry.submission(1, 0))).isInstanceOf(Answer.Refused.class);
        }
    }
}
