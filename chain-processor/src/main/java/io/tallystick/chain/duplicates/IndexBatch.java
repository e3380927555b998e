// SPDX-License-Identifier: Apache-2.0
package io.tallystick.chain.duplicates;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Changes that are written together. For one thread. */
final class IndexBatch implements AutoCloseable {
    private final IndexStore store;
    private final WriteBatch batch = new WriteBatch();

    IndexBatch(IndexStore store) {
        this.store = store;
    }

    /** What is stored, without this batch's changes; null if there is nothing. */
    byte[] stored(byte[] key) {
        return store.get(key);
    }

    boolean isStored(byte[] key) {
        return store.get(key) != null;
    }

    void put(byte[] key, byte[] value) {
        try {
            batch.put(key, value);
        } catch (RocksDBException e) {
            throw new UncheckedIOException(new IOException("duplicate index: " + e.getMessage(), e));
        }
    }

    void delete(byte[] key) {
        try {
            batch.delete(key);
        } catch (RocksDBException e) {
            throw new UncheckedIOException(new IOException("duplicate index: " + e.getMessage(), e));
        }
    }

    void write() {
        store.write(batch);
    }

    @Override
    public void close() {
        batch.close();
    }
}
