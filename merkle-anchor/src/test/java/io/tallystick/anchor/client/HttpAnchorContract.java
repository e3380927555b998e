// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.anchor.client.TestParty.Mood;
import io.tallystick.anchor.external.Anchor;
import io.tallystick.anchor.external.Answer;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every anchor does that is asked over HTTP. */
abstract class HttpAnchorContract extends AnchorContract {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(300);

    TestParty party;

    /** The working party. */
    abstract TestParty.Service service() throws Exception;

    abstract Anchor anchor(URI address, Duration timeout);

    @BeforeEach
    void open() throws Exception {
        party = new TestParty(service());
    }

    @AfterEach
    void close() {
        party.close();
    }

    @Override
    final Anchor anchor() {
        return anchor(party.address(), PATIENCE);
    }

    @Override
    final void goAway() {
        party.setMood(Mood.BROKEN);
    }

    @Override
    final void comeBack() {
        party.setMood(Mood.GOOD);
    }

    /** What is no answer is a failure, within the time allowed, and the next submission works again. */
    @ParameterizedTest
    @EnumSource(names = "GOOD", mode = EnumSource.Mode.EXCLUDE)
    void whatIsNoAnswerFailsInTimeAndCanBeTriedAgain(Mood mood) {
        boolean waits = mood == Mood.SILENT || mood == Mood.DRIPPING;
        party.setMood(mood);
        try (Anchor anchor = anchor(party.address(), waits ? SHORT : PATIENCE)) {
            long begun = System.nanoTime();

            Answer answer = anchor.submit(registry.submission(1, 0));

            assertThat(answer).isInstanceOf(Answer.Failed.class);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(PATIENCE);
        }
        party.setMood(Mood.GOOD);
        try (Anchor anchor = anchor()) {
            assertThat(anchor.submit(registry.submission(1, 0))).isInstanceOf(Answer.Confirmed.class);
        }
    }

    @Test
    void aPartyThatRefusesConnectionsFails() {
        party.close();
        try (Anchor anchor = anchor()) {
            assertThat(anchor.submit(registry.submission(1, 0))).isInstanceOf(Answer.Failed.class);
        }
    }

    @Test
    void howLongABusyPartyWantsToBeLeftAloneIsHandedOn() {
        party.setMood(Mood.BUSY);
        try (Anchor anchor = anchor()) {
            Answer.Failed answer = (Answer.Failed) anchor.submit(registry.submission(1, 0));

            assertThat(answer.retryAfter()).contains(Duration.ofSeconds(777));
        }
    }

    @Test
    void theRightAnswerForAnotherCheckpointIsNotTaken() throws Exception {
        TestParty.Service genuine = service();
        byte[][] first = new byte[1][];
        try (TestParty replaying = new TestParty((path, body) -> {
                    first[0] = first[0] == null ? body : first[0];
                    return genuine.answer(path, first[0]);
                });
                Anchor anchor = anchor(replaying.address(), PATIENCE)) {
            anchor.submit(registry.submission(1, 0));

            assertThat(anchor.submit(registry.submission(2, 1))).isNotInstanceOf(Answer.Confirmed.class);
        }
    }
}
