// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import io.tallystick.tree.Hash;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Bytes to store, which can be read more than once. Length and digest are known beforehand: stores send them along, so
 * that a transfer that goes wrong is refused.
 */
public final class Content {
    /** Opens the bytes from their beginning. */
    private interface Source {
        InputStream open() throws IOException;
    }

    private final long length;
    private final Hash sha256;
    private final Source source;

    private Content(long length, Hash sha256, Source source) {
        this.length = length;
        this.sha256 = sha256;
        this.source = source;
    }

    /** Bytes in memory; copied. */
    public static Content of(byte[] bytes) {
        byte[] copy = bytes.clone();
        return new Content(copy.length, Hash.sha256(copy), () -> new ByteArrayInputStream(copy));
    }

    /**
     * Bytes in a local file, which must not change any more.
     *
     * @param length its length in bytes
     * @param sha256 digest of its bytes
     */
    public static Content ofFile(Path file, long length, Hash sha256) {
        return new Content(length, sha256, () -> Files.newInputStream(file));
    }

    /** Length in bytes. */
    public long length() {
        return length;
    }

    /** Digest of the bytes as they are stored. */
    public Hash sha256() {
        return sha256;
    }

    /** Opens the bytes from their beginning; the caller closes. */
    public InputStream open() throws IOException {
        return source.open();
    }
}
