// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * A store whose objects can be found without knowing their names. Of several versions of a name the oldest is the object, as
 * for {@link ObjectStore}, and a hidden one is there: nobody who writes over evidence, or hides it, changes what is read.
 *
 * <p>Safe for use by several threads.
 */
public interface StoreListing extends AutoCloseable {
    /** Takes what is found, one after another. */
    interface Visitor {
        /** @throws IOException to end the listing */
        void found(StoredObject object) throws IOException;
    }

    /**
     * An object's bytes, and its lock.
     *
     * @param in to be closed by the caller; ends with an {@link IOException} if it is cut short
     * @param lock empty if the object has none, or the store does not show it to whoever asks
     */
    record Opened(InputStream in, Optional<ObjectLock> lock) {}

    /**
     * Finds the objects whose names begin so, in no particular order, each once.
     *
     * @param prefix relative to where the store's names begin, such as {@code v1/}
     * @throws IOException if the store fails or refuses, or the visitor ends it
     */
    void list(String prefix, Visitor visitor) throws IOException;

    /**
     * Opens the version that was found.
     *
     * @return empty if it is not there any more
     * @throws IOException if the store fails
     */
    Optional<Opened> open(StoredObject object) throws IOException;

    @Override
    void close() throws IOException;
}
