// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import io.tallystick.export.store.Content;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * Stands still before the PUT of one object until it may go on, as a process does that the machine has stopped.
 *
 * @param reached counted down when it stands still
 * @param goOn what it waits for
 * @param gone counted down when the PUT is done
 */
record PausedStore(ObjectStore store, String object, CountDownLatch reached, CountDownLatch goOn, CountDownLatch gone)
        implements ObjectStore {
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
        PutOutcome outcome = store.putIfAbsent(name, content, protection);
        if (name.path().equals(object)) {
            gone.countDown();
        }
        return outcome;
    }

    @Override
    public Optional<InputStream> open(ObjectName name) throws IOException {
        return store.open(name);
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
