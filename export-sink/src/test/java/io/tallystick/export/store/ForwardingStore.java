// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;

/** A store in front of another one; what it does otherwise than that stands in its subclasses. */
public abstract class ForwardingStore implements ObjectStore {
    private final ObjectStore store;

    protected ForwardingStore(ObjectStore store) {
        this.store = Objects.requireNonNull(store);
    }

    @Override
    public PutOutcome putIfAbsent(ObjectName name, Content content, Protection protection) throws IOException {
        return store.putIfAbsent(name, content, protection);
    }

    @Override
    public boolean protect(ObjectName name, Protection protection) throws IOException {
        return store.protect(name, protection);
    }

    @Override
    public LockMode lockMode() {
        return store.lockMode();
    }

    @Override
    public Optional<ObjectLock> lock(ObjectName name) throws IOException {
        return store.lock(name);
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
