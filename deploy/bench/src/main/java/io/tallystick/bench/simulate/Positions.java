// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import io.tallystick.avro.Notice;
import java.util.List;

/** {@code ledger.positions}, tailed by every session that is alive when a notice is written; some hear it late, twice, never. */
final class Positions {
    private final World world;

    Positions(World world) {
        this.world = world;
    }

    void publish(Notice made) {
        Notice notice = world.mutant.notice(made);
        world.trace.say(
                "positions",
                () -> notice.getChain() + " needs " + notice.getNext() + " of " + notice.getTopicId() + ", epoch "
                        + notice.getLeaderEpoch());
        if (!world.mutant.delivers(notice)) {
            return;
        }
        for (Session session : List.copyOf(world.sessions)) {
            for (long delay : world.faults.noticeDelays()) {
                session.postIn(delay, () -> session.noticed(notice));
            }
        }
    }
}
