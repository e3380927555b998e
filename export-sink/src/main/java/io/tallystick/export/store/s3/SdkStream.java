// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.store.s3;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import software.amazon.awssdk.core.exception.SdkException;

/** An object's bytes on their way from the store; the SDK's own exceptions come out as {@link IOException}. */
final class SdkStream extends FilterInputStream {
    SdkStream(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        try {
            return super.read();
        } catch (SdkException e) {
            throw new IOException(e);
        }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            return super.read(buffer, offset, length);
        } catch (SdkException e) {
            throw new IOException(e);
        }
    }
}
