// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * A write-once store. There is no way to replace or delete an object through it.
 *
 * <p>An {@link IOException} from {@link #putIfAbsent} leaves it unknown whether the object was stored: the caller starts
 * again from durable state and meets the object with {@link PutOutcome#EXISTED}.
 *
 * <p>Safe for use by several threads and several processes on one store; of writers of one name exactly one creates it.
 */
public interface ObjectStore extends AutoCloseable {
    /**
     * Stores an object unless its name is taken. Once this returns the object is durable, whoever wrote it, and it is
     * locked from its first moment if this call stored it.
     *
     * @param protection ignored by stores without locks, and where the name was taken: whoever adopts what is there
     *     {@linkplain #protect protects} it
     * @return {@link PutOutcome#EXISTED} if the name was taken, by whatever bytes
     * @throws IOException if the store fails; the object may or may not be there
     */
    PutOutcome putIfAbsent(ObjectName name, Content content, Protection protection) throws IOException;

    /** Stores an object that nothing protects, unless its name is taken. */
    default PutOutcome putIfAbsent(ObjectName name, Content content) throws IOException {
        return putIfAbsent(name, content, Protection.NONE);
    }

    /**
     * Makes the lock of an object at least as long and as strict as asked, and holds it if asked; never shortens, weakens
     * or lifts anything. What is protected as well already is not touched. Stores without locks only look.
     *
     * @return whether there is such an object
     * @throws IOException if the store fails; the lock may or may not be longer
     */
    default boolean protect(ObjectName name, Protection protection) throws IOException {
        return exists(name);
    }

    /** How the store locks what it is given with a date; never weaker than this for any object it stored. */
    default LockMode lockMode() {
        return LockMode.NONE;
    }

    /**
     * Asks the store for the lock of an object.
     *
     * @return empty if the store has no locks, or no such object, or the object has none
     * @throws IOException if the store fails
     */
    default Optional<ObjectLock> lock(ObjectName name) throws IOException {
        return Optional.empty();
    }

    /**
     * Opens an object.
     *
     * @return its bytes, to be closed by the caller; empty if there is no such object
     * @throws IOException if the store fails
     */
    Optional<InputStream> open(ObjectName name) throws IOException;

    /**
     * Reads a small object whole.
     *
     * @param bytesMax most bytes to accept
     * @return its bytes; empty if there is no such object
     * @throws IOException if the store fails or the object has more than {@code bytesMax} bytes
     */
    default Optional<byte[]> read(ObjectName name, int bytesMax) throws IOException {
        Optional<InputStream> object = open(name);
        if (object.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = object.get()) {
            byte[] bytes = in.readNBytes(bytesMax);
            if (in.read() != -1) {
                throw new IOException("object " + name + " has more than " + bytesMax + " bytes");
            }
            return Optional.of(bytes);
        }
    }

    /** Whether an object of this name is stored whole. */
    default boolean exists(ObjectName name) throws IOException {
        Optional<InputStream> object = open(name);
        if (object.isPresent()) {
            object.get().close();
        }
        return object.isPresent();
    }

    @Override
    void close() throws IOException;
}
