// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import io.tallystick.bench.simulate.IngestLog.Parcel;
import java.util.List;

/** Who changes descriptors. Commands are tried until they are acknowledged, so they may take effect more than once. */
final class Operator {
    private final World world;
    private final Sender sender;

    Operator(World world) {
        this.world = world;
        this.sender = new Sender(world, "operator");
    }

    /** {@code tally tenant rebind}: the chain is to record the topic that has the name now. */
    void rebind(Source source) {
        if (source.log().isEmpty() || source.isBound()) {
            return;
        }
        String oldId = source.expectedId();
        String newId = source.latest().topicId();
        world.trace.say("operator", () -> "rebinds " + source + " to " + newId);
        source.bound.add(newId);
        tell(source);
        tellSequencer(source, oldId, newId);
    }

    /** What an operator does whom the alerts tell that the sequencer still has an older topic. */
    void rebindAgain(Source source) {
        world.sequencer
                .committed(source)
                .map(state -> state.source().topicId())
                .filter(id -> !id.equals(source.expectedId()))
                .ifPresent(id -> tellSequencer(source, id, source.expectedId()));
    }

    void suspend(Source source, long forMs) {
        if (!source.suspended) {
            source.suspended = true;
            world.watch.disturbed(source);
            tell(source);
            world.time.in(forMs, () -> resume(source));
        }
    }

    void resume(Source source) {
        if (source.suspended) {
            source.suspended = false;
            world.watch.disturbed(source);
            tell(source);
        }
    }

    private void tell(Source source) {
        for (Session session : List.copyOf(world.sessions)) {
            session.postIn(world.chance.between(10, 3_000), () -> session.described(source));
        }
    }

    private void tellSequencer(Source source, String oldId, String newId) {
        Parcel parcel = new Parcel(
                source.chain.toString(), Messages.rebind(source, oldId, newId), world.time.now(), world.time.now());
        sender.send(parcel, acknowledged -> {
            if (!acknowledged) {
                world.time.in(world.chance.between(100, 3_000), () -> tellSequencer(source, oldId, newId));
            }
        });
    }
}
