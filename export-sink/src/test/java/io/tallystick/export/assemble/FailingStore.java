// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.export.store.Content;
import io.tallystick.export.store.ForwardingStore;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import java.io.IOException;

/** A store that fails once, at a given PUT, before or after the object is stored. */
public final class FailingStore extends ForwardingStore {
    /** How it fails. */
    public enum Failure {
        /** The object is not there. */
        FAILED,
        /** The object is there, but the writer is told otherwise. */
        FAILED_BUT_PERSISTED
    }

    private final int failAt;
    private final Failure failure;
    private int puts;

    /** @param failAt number of the PUT that fails, from 0; negative for none */
    public FailingStore(ObjectStore store, int failAt, Failure failure) {
        super(store);
        this.failAt = failAt;
        this.failure = failure;
    }

    /** Number of PUTs so far. */
    public int puts() {
        return puts;
    }

    @Override
    public synchronized PutOutcome putIfAbsent(ObjectName name, Content content, Protection protection)
            throws IOException {
        if (puts++ != failAt) {
            return super.putIfAbsent(name, content, protection);
        }
        if (failure == Failure.FAILED_BUT_PERSISTED) {
            super.putIfAbsent(name, content, protection);
        }
        throw new IOException("made to fail at " + name);
    }
}
