// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * An object's bytes on their way from the store. The exceptions of the store's client come out as {@link IOException},
 * and so does an end before all the bytes that were announced.
 */
public final class FetchedStream extends FilterInputStream {
    private final Attempts.Faults faults;
    private final Long length;
    private long count;

    /** @param length bytes the store announced; null if it did not say */
    public FetchedStream(InputStream in, Long length, Attempts.Faults faults) {
        super(in);
        this.faults = faults;
        this.length = length;
    }

    @Override
    public int read() throws IOException {
        try {
            int read = super.read();
            seen(read < 0 ? -1 : 1);
            return read;
        } catch (RuntimeException e) {
            throw broken(e);
        }
    }

    @Override
    public int read(byte[] buffer, int offset, int wanted) throws IOException {
        try {
            int read = super.read(buffer, offset, wanted);
            seen(read);
            return read;
        } catch (RuntimeException e) {
            throw broken(e);
        }
    }

    @Override
    public long skip(long wanted) throws IOException {
        try {
            long skipped = super.skip(wanted);
            count += skipped;
            return skipped;
        } catch (RuntimeException e) {
            throw broken(e);
        }
    }

    private IOException broken(RuntimeException fault) {
        if (!faults.isOfStore(fault)) {
            throw fault;
        }
        return new IOException(fault);
    }

    private void seen(int read) throws IOException {
        if (read >= 0) {
            count += read;
        } else if (length != null && count != length) {
            throw new IOException("object ended after " + count + " of " + length + " bytes");
        }
    }

    /** Going back would count bytes twice. */
    @Override
    public boolean markSupported() {
        return false;
    }
}
