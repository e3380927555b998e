// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.export.store.Content;
import io.tallystick.export.store.ForwardingStore;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What one of two exporters writes through. Once that has begun each PUT waits a while for the other's of the same name, so that
 * they race for it.
 */
final class MeetingStore extends ForwardingStore {
    /** They come to the objects of different tenants in different orders: then one writes alone. */
    private static final int PATIENCE_MS = 700;

    /** Where the two meet, and what came of it. */
    static final class Meetings {
        private final Map<ObjectName, CyclicBarrier> barriers = new ConcurrentHashMap<>();
        private final Map<ObjectName, Integer> created = new ConcurrentHashMap<>();
        private final AtomicInteger met = new AtomicInteger();
        private volatile boolean begun;

        /** From now on they wait for each other. */
        void begin() {
            begun = true;
        }

        /** How often each object was created. */
        Map<ObjectName, Integer> created() {
            return created;
        }

        /** PUTs that both made at the same time. */
        int met() {
            return met.get() / 2;
        }

        private void await(ObjectName name) throws IOException {
            if (!begun) {
                return;
            }
            try {
                barriers.computeIfAbsent(name, unused -> new CyclicBarrier(2))
                        .await(PATIENCE_MS, TimeUnit.MILLISECONDS);
                met.incrementAndGet();
            } catch (BrokenBarrierException | TimeoutException e) {
                barriers.remove(name); // the other one is elsewhere; met() shows how often it was not
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    private final Meetings meetings;

    MeetingStore(ObjectStore store, Meetings meetings) {
        super(store);
        this.meetings = meetings;
    }

    @Override
    public PutOutcome putIfAbsent(ObjectName name, Content content, Protection protection) throws IOException {
        meetings.await(name);
        PutOutcome outcome = super.putIfAbsent(name, content, protection);
        if (outcome == PutOutcome.CREATED) {
            meetings.created.merge(name, 1, Integer::sum);
        }
        return outcome;
    }
}
