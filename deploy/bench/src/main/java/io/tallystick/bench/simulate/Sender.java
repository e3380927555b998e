// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.simulate;

import io.tallystick.bench.simulate.IngestLog.Parcel;
import java.util.ArrayList;
import java.util.List;

/**
 * An idempotent producer of one session: what lands does so in the order of sending, a batch that fails may be followed by
 * ones that land, and what was not acknowledged may have landed all the same. Nothing lands later than the delivery timeout
 * after it was sent; what one session sends is not ordered against another's.
 */
final class Sender {
    static final long DELIVERY_MS = 30_000;

    /** Told what became of a parcel. */
    @FunctionalInterface
    interface Receipt {
        void completed(boolean acknowledged);
    }

    /** What will become of a batch, in milliseconds after it is sent. */
    record Fate(boolean lands, long landsAfterMs, boolean acknowledged, long reportedAfterMs) {}

    private record Sent(Parcel parcel, Receipt receipt) {}

    private final World world;
    private final String name;
    private List<Sent> gathering = new ArrayList<>();
    private long settledAt;
    private boolean dead;
    private boolean frozen;
    private boolean broken;

    Sender(World world, String name) {
        this.world = world;
        this.name = name;
    }

    void send(Parcel parcel, Receipt receipt) {
        gathering.add(new Sent(parcel, receipt));
        if (gathering.size() == 1) {
            world.time.in(world.chance.between(0, 20), this::dispatch);
        }
    }

    /** The process stands still: nothing leaves it. What is on the wire goes on. */
    void freeze() {
        frozen = true;
    }

    void thaw() {
        frozen = false;
        dispatch();
    }

    /** The process is gone: what has not left it never will, and nobody is told anything. */
    void die() {
        dead = true;
        gathering = new ArrayList<>();
    }

    private void dispatch() {
        if (dead || frozen || gathering.isEmpty()) {
            return;
        }
        List<Sent> batch = gathering;
        gathering = new ArrayList<>();
        Fate fate = world.faults.fate(name);
        long now = world.time.now();
        long expires = batch.get(0).parcel.sentAt() + DELIVERY_MS;
        long lands = Math.max(now + fate.landsAfterMs, settledAt + 1);
        if (lands > expires) {
            settle(batch, false, Math.max(now, expires));
            return;
        }
        long reported = Math.max(lands, Math.min(now + fate.reportedAfterMs, Math.max(expires, lands)));
        if (fate.lands) {
            world.time.at(lands, () -> land(batch));
        }
        settle(batch, fate.acknowledged, reported);
    }

    private void land(List<Sent> batch) {
        // Of a process that died a moment ago the first batches are on the wire; behind one that is not, none is taken.
        broken = broken || (dead && world.chance.oneIn(2));
        if (broken) {
            return;
        }
        for (Sent sent : batch) {
            world.trace.say(name, () -> "lands " + Messages.text(sent.parcel.message()));
            world.watch.landed(world.ingest.append(sent.parcel, world.time.now()));
        }
    }

    private void settle(List<Sent> batch, boolean acknowledged, long at) {
        settledAt = Math.max(settledAt, at);
        world.time.at(at, () -> {
            if (!dead) {
                batch.forEach(sent -> sent.receipt.completed(acknowledged));
            }
        });
    }
}
