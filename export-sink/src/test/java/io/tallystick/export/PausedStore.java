// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.export.store.Content;
import io.tallystick.export.store.ForwardingStore;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** Stands still before the PUT of one object until it may go on, as a process does that the machine has stopped. */
final class PausedStore extends ForwardingStore {
    private final String object;
    private final CountDownLatch reached;
    private final CountDownLatch goOn;
    private final CountDownLatch gone;

    /**
     * @param reached counted down when it stands still
     * @param goOn what it waits for
     * @param gone counted down when the PUT is done
     */
    PausedStore(ObjectStore store, String object, CountDownLatch reached, CountDownLatch goOn, CountDownLatch gone) {
        super(store);
        this.object = object;
        this.reached = reached;
        this.goOn = goOn;
        this.gone = gone;
    }

    @Override
    public PutOutcome putIfAbsent(ObjectName name, Content content, Protection protection) throws IOException {
        if (name.path().equals(object)) {
            reached.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
        PutOutcome outcome = super.putIfAbsent(name, content, protection);
        if (name.path().equals(object)) {
            gone.countDown();
        }
        return outcome;
    }
}
