// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.export.store.Content;
import io.tallystick.export.store.ObjectName;
import io.tallystick.export.store.ObjectStore;
import io.tallystick.export.store.Protection;
import io.tallystick.export.store.PutOutcome;
import io.tallystick.topic.LedgerIntegrityException;
import io.tallystick.tree.Hash;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Puts objects whose bytes follow from the ledger's topics. One that is there already must be the same: anything else
 * means that two ledgers, or two histories of one, write to the same store.
 *
 * <p>Safe for use by several threads.
 */
public final class Evidence {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final ObjectStore store;

    /** @param store where the objects go */
    public Evidence(ObjectStore store) {
        this.store = store;
    }

    /**
     * Puts an object, or adopts the equal one that is there and protects it as it would have been.
     *
     * @throws LedgerIntegrityException if another object has the name
     * @throws IOException if the store fails; the object may or may not be there
     */
    public void put(ObjectName name, byte[] bytes, Protection protection) throws IOException {
        Content content = Content.of(bytes);
        if (store.putIfAbsent(name, content, protection) == PutOutcome.EXISTED) {
            Hash found = Hash.sha256(read(store, name, bytes.length + 1).orElseThrow(() -> vanished(name)));
            if (!found.equals(content.sha256())) {
                throw fork(name, "SHA-256 " + content.sha256(), found.toString());
            }
            protect(store, name, protection);
        }
    }

    /** Reads an object; of one that is longer only the first {@code bytesMax} bytes. */
    static Optional<byte[]> read(ObjectStore store, ObjectName name, int bytesMax) throws IOException {
        Optional<InputStream> object = store.open(name);
        if (object.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = object.get()) {
            return Optional.of(in.readNBytes(bytesMax));
        }
    }

    /** Digest of an object that is not held in memory; of one that is longer only of a little more than {@code bytes}. */
    static Optional<Hash> digest(ObjectStore store, ObjectName name, long bytes) throws IOException {
        Optional<InputStream> object = store.open(name);
        if (object.isEmpty()) {
            return Optional.empty();
        }
        MessageDigest digest = Hash.newDigest();
        try (InputStream in = object.get()) {
            byte[] buffer = new byte[BUFFER_BYTES];
            long left = bytes + 1;
            for (int read = in.read(buffer); read >= 0 && left > 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
                left -= read;
            }
        }
        return Optional.of(Hash.of(digest.digest()));
    }

    /**
     * What is adopted may have been stored under a shorter lock, or before a legal hold.
     *
     * @throws IOException if the store fails, or the object is gone
     */
    static void protect(ObjectStore store, ObjectName name, Protection protection) throws IOException {
        if (!store.protect(name, protection)) {
            throw vanished(name);
        }
    }

    static IOException vanished(ObjectName name) {
        return new IOException("object " + name + " was there and is not any more");
    }

    static LedgerIntegrityException fork(ObjectName name, String expected, String found) {
        return new LedgerIntegrityException("object " + name + " is not what the ledger's topics give: expected "
                + expected + ", found " + found
                + ". Nothing was overwritten. Either the store belongs to another ledger, or the object or the topics"
                + " were changed: keep both as they are and find out which.");
    }
}
