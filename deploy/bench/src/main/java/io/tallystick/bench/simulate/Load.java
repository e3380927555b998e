// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

/** The producers: bursts and single records, plain and in transactions that end one way or the other. */
final class Load {
    private final World world;
    private final Chance chance;
    private long uids;
    private int transactions;

    Load(World world) {
        this.world = world;
        this.chance = world.chance;
    }

    /** Spreads a source's records over the time up to this moment. */
    void plan(Source source, long end) {
        int left = 8 + chance.below(25);
        boolean transactional = chance.oneIn(3);
        long last = chance.oneIn(3) ? end / 3 : end;
        while (left > 0) {
            int burst = Math.min(left, 1 + chance.below(8));
            left -= burst;
            world.time.in(chance.between(0, last), () -> burst(source, burst, transactional && !chance.oneIn(3)));
        }
    }

    private void burst(Source source, int records, boolean inTransaction) {
        SourceLog log = source.log().orElse(null);
        if (log == null) {
            return;
        }
        int transaction = inTransaction ? ++transactions : SourceLog.PLAIN;
        for (int i = 0; i < records; i++) {
            if (chance.oneIn(3)) {
                world.time.in(chance.between(1, 400), () -> append(source, log, transaction));
            } else {
                append(source, log, transaction);
            }
        }
        if (inTransaction) {
            boolean commit = !chance.oneIn(3);
            world.time.in(chance.between(401, chance.oneIn(5) ? 15_000 : 1_500), () -> log.finish(transaction, commit));
        }
    }

    private void append(Source source, SourceLog log, int transaction) {
        if (source.log().filter(now -> now == log).isPresent() && log.isOpen(transaction)) {
            log.append(++uids, transaction);
            world.trace.say("producer", () -> source + " record " + (log.end() - 1) + " is " + log.uid(log.end() - 1));
        }
    }

    /** One record more, in no transaction. */
    void last(Source source) {
        source.log().ifPresent(log -> append(source, log, SourceLog.PLAIN));
    }
}
