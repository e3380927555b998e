// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.topic.LedgerIntegrityException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StepThreadTest {
    /** Of which a second failure in a row is already too long. */
    private static final Duration NO_TIME = Duration.ZERO;

    private final BlockingQueue<Throwable> fatal = new LinkedBlockingQueue<>();

    private enum Poll {
        RETURNS,
        ALL_DONE,
        FAILS,
        BREAKS
    }

    /** Steps whose polls do what a script says; at its end they tell so and wait. */
    private static final class Script implements StepThread.Opening {
        private final Deque<Poll> polls;
        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        private int opened;

        private Script(Poll... polls) {
            this.polls = new ArrayDeque<>(List.of(polls));
        }

        @Override
        public Step open() {
            opened++;
            BlockingQueue<String> wakeups = new LinkedBlockingQueue<>();
            return new Step() {
                @Override
                public boolean poll() throws IOException {
                    if (polls.isEmpty()) {
                        return waitForWakeup(wakeups);
                    }
                    Poll next = polls.remove();
                    if (next == Poll.FAILS) {
                        throw new IOException("made to fail");
                    }
                    if (next == Poll.BREAKS) {
                        throw new LedgerIntegrityException("made to break", new IOException("inner"));
                    }
                    return next == Poll.ALL_DONE;
                }

                @Override
                public void wakeup() {
                    wakeups.add("woken");
                }

                @Override
                public void close() {}
            };
        }

        private boolean waitForWakeup(BlockingQueue<String> wakeups) throws IOException {
            events.add("end of script");
            try {
                wakeups.take();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return false;
        }
    }

    @Test
    void failuresWithSomethingDoneBetweenThemAreNotOne() throws Exception {
        // Given
        Script script = new Script(Poll.FAILS, Poll.RETURNS, Poll.ALL_DONE, Poll.FAILS, Poll.ALL_DONE, Poll.FAILS);

        // When
        try (StepThread thread = new StepThread("step", script, NO_TIME, fatal::add)) {
            thread.start();
            String last = script.events.poll(30, TimeUnit.SECONDS);

            // Then
            assertThat(last).isEqualTo("end of script");
        }
        assertThat(fatal).isEmpty();
        assertThat(script.opened).isEqualTo(4);
    }

    @Test
    void aFailureThatComesBackAfterPollsThatMerelyReturnLastsTooLong() throws Exception {
        // Given
        Script script = new Script(Poll.FAILS, Poll.RETURNS, Poll.RETURNS, Poll.FAILS);

        // When
        Throwable fault;
        try (StepThread thread = new StepThread("step", script, NO_TIME, fatal::add)) {
            thread.start();
            fault = fatal.poll(30, TimeUnit.SECONDS);
        }

        // Then
        assertThat(fault).isNotNull().hasRootCauseMessage("made to fail");
        assertThat(script.opened).isEqualTo(2);
    }

    @Test
    void aBrokenInvariantStopsAtOnceWhateverCausedIt() throws Exception {
        // Given
        Script script = new Script(Poll.ALL_DONE, Poll.BREAKS, Poll.ALL_DONE);

        // When
        Throwable fault;
        try (StepThread thread = new StepThread("step", script, Duration.ofHours(1), fatal::add)) {
            thread.start();
            fault = fatal.poll(30, TimeUnit.SECONDS);
        }

        // Then
        assertThat(fault).isInstanceOf(LedgerIntegrityException.class);
        assertThat(script.opened).isEqualTo(1);
    }
}
