// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.tallystick.bundle.ZstdFrames;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The content of a stored data file, within the limits of the format. */
final class DataStream {
    private static final int BUFFER = 1 << 16;

    private DataStream() {}

    static InputStream open(InputStream stored) throws IOException {
        ZstdInputStreamNoFinalizer content =
                new ZstdInputStreamNoFinalizer(new ZstdFrames(new BufferedInputStream(stored, BUFFER)));
        content.setLongMax(ZstdFrames.WINDOW_LOG_MAX);
        return content;
    }
}
