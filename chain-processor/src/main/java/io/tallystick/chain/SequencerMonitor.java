// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallystick.avro.Control;
import io.tallystick.chain.duplicates.DuplicateIndex;
import io.tallystick.chain.sequence.ChainState;
import io.tallystick.chain.sequence.HeadGuard;
import io.tallystick.chain.sequence.Outcome;
import io.tallystick.chain.sequence.Step;
import io.tallystick.topic.PoliciesInForce;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what somebody must act on, and keeps the metrics of one partition. */
final class SequencerMonitor implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(SequencerProcessor.class);

    /** What a notice, and ingest's answer to it, need at most. */
    private static final Duration DISCONTINUITY_MAX = Duration.ofSeconds(60);

    private final int partition;
    private final SequencerMeters meters;
    private boolean clamping;
    private boolean waiting;

    SequencerMonitor(MeterRegistry registry, int partition, DuplicateIndex index) {
        this.partition = partition;
        this.meters = new SequencerMeters(registry, partition, index);
    }

    void started(HeadGuard.Verdict verdict, Collection<ChainState> chains) {
        LOGGER.atInfo()
                .addKeyValue("partition", partition)
                .addKeyValue("pseq", verdict.partition().last().pseq())
                .addKeyValue("chains", chains.size())
                .addKeyValue("replayed", verdict.replayed())
                .log("state equals the end of the topic");
        if (verdict.replayed() > 0 && !chains.isEmpty()) {
            LOGGER.atWarn()
                    .addKeyValue("partition", partition)
                    .addKeyValue("replayed", verdict.replayed())
                    .log("state was behind or lost; caught up from the topic, halts put back from their marks");
        }
        meters.started(chains);
        chains.stream().filter(state -> state.halt().isPresent()).forEach(state -> LOGGER.atError()
                .addKeyValue("chain", state.chain())
                .addKeyValue("sequence", state.size())
                .addKeyValue("halt", state.halt().get())
                .log("chain is halted; only 'tally recover halt' clears it"));
    }

    /** @param read number of records read to complete the duplicate index */
    void caughtUp(long read, Optional<Instant> cut) {
        LOGGER.atInfo()
                .addKeyValue("partition", partition)
                .addKeyValue("read", read)
                .log("duplicate index equals the end of the topic");
        cut.ifPresent(since -> LOGGER.atWarn()
                .addKeyValue("partition", partition)
                .addKeyValue("since", since)
                .log("duplicate index was read anew only in part, for lack of time: duplicates of older events are not"
                        + " recognised"));
    }

    /**
     * @param message what was offered to the chain
     * @param chains number of chains after the step
     */
    void stepped(String key, SpecificRecord message, Step step, int chains) {
        meters.stepped(key, step, chains);
        if (step.outcome().isPresent()) {
            tell(key, step.outcome().get(), step.notice().isPresent());
            tellOfConfig(key, message, step.outcome().get());
        }
        if (step.clamped() != clamping) {
            clamping = step.clamped();
            LOGGER.atWarn()
                    .addKeyValue("partition", partition)
                    .addKeyValue("recorded", step.partition().clock().now())
                    .log(
                            clamping
                                    ? "append times lie in the future; ledger clock clamped"
                                    : "ledger clock follows again");
        }
        boolean waits = meters.waiting().compareTo(DISCONTINUITY_MAX) > 0;
        if (waits != waiting) {
            waiting = waits;
            LOGGER.atWarn()
                    .addKeyValue("partition", partition)
                    .addKeyValue("waiting", meters.waiting())
                    .log(
                            waits
                                    ? "a chain has waited long for what continues it; is its source's ingest at work?"
                                    : "no chain waits any more");
        }
    }

    private static void tellOfConfig(String key, SpecificRecord message, Outcome outcome) {
        if (outcome.type() == Outcome.Type.IGNORED
                && message instanceof Control control
                && control.getType().equals(PoliciesInForce.TYPE)) {
            LOGGER.atWarn()
                    .addKeyValue("chain", key)
                    .addKeyValue("id", control.getId())
                    .log("policies ignored: the chain is halted. They are sent again once the halt is cleared");
        }
    }

    private void tell(String key, Outcome outcome, boolean noticed) {
        switch (outcome.type()) {
            case HALTED ->
                LOGGER.atError()
                        .addKeyValue("chain", key)
                        .addKeyValue("halt", ((Outcome.Halted) outcome).mark())
                        .log("chain halted: its source contradicts itself; only 'tally recover halt' clears it");
            case CLEARED ->
                LOGGER.atWarn().addKeyValue("chain", key).log("halt cleared by an operator; the chain goes on");
            case CLEARING_REFUSED ->
                LOGGER.atError()
                        .addKeyValue("chain", key)
                        .addKeyValue("error", ((Outcome.ClearingRefused) outcome).why())
                        .log("message that would clear a halt ignored");
            case UNKNOWN_CHAIN ->
                LOGGER.atError().addKeyValue("chain", key).log("control message for a chain without a genesis ignored");
            case DISCONTINUOUS, WRONG_TOPIC -> {
                if (noticed) {
                    LOGGER.atWarn()
                            .addKeyValue("chain", key)
                            .addKeyValue("outcome", outcome)
                            .log("message does not continue its chain; notice sent");
                }
            }
            case APPENDED, CLAIMED, REPLAYED, IGNORED ->
                LOGGER.atTrace()
                        .addKeyValue("chain", key)
                        .addKeyValue("outcome", outcome.type().text())
                        .log("message sequenced");
        }
    }

    @Override
    public void close() {
        meters.close();
    }
}
