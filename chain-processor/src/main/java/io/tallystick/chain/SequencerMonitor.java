// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain;

import io.tallystick.chain.sequence.ChainState;
import io.tallystick.chain.sequence.HeadGuard;
import io.tallystick.chain.sequence.Outcome;
import io.tallystick.chain.sequence.Step;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.streams.StreamsMetrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what became of each message and says what somebody must act on. Metrics are {@code <outcome>-total} and
 * {@code <outcome>-rate} in group {@code stream-sequencer-metrics}, one set a partition.
 */
final class SequencerMonitor implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(SequencerProcessor.class);
    private static final String SCOPE = "sequencer";

    private final StreamsMetrics metrics;
    private final int partition;
    private final Map<Outcome.Type, Sensor> outcomes = new EnumMap<>(Outcome.Type.class);
    private final Sensor clamped;
    private boolean clamping;

    SequencerMonitor(StreamsMetrics metrics, int partition) {
        this.metrics = metrics;
        this.partition = partition;
        for (Outcome.Type type : Outcome.Type.values()) {
            outcomes.put(type, sensor(type.text()));
        }
        this.clamped = sensor("clamped");
    }

    private Sensor sensor(String name) {
        return metrics.addRateTotalSensor(SCOPE, Integer.toString(partition), name, Sensor.RecordingLevel.INFO);
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
        chains.stream().filter(state -> state.halt().isPresent()).forEach(state -> LOGGER.atError()
                .addKeyValue("chain", state.chain())
                .addKeyValue("sequence", state.size())
                .addKeyValue("halt", state.halt().get())
                .log("chain is halted; only 'tally recover halt' clears it"));
    }

    void stepped(String key, Step step) {
        step.outcome().ifPresent(outcome -> {
            outcomes.get(outcome.type()).record();
            tell(key, outcome, step.notice().isPresent());
        });
        if (step.clamped()) {
            clamped.record();
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
        List<Sensor> all = new ArrayList<>(outcomes.values());
        all.add(clamped);
        all.forEach(metrics::removeSensor);
    }
}
