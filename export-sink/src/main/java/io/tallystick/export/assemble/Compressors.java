// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The compressors that stay open for chains with many lines: few, for thousands of chains cannot each have one. Not safe for use by
 * several threads.
 */
public final class Compressors {
    /** About 64 MiB outside of the heap. */
    private static final int OPEN_MAX = 16;

    private int free;

    private Compressors(int free) {
        this.free = free;
    }

    /** As many as one exporter may have open: 16. */
    public static Compressors ofExporter() {
        return of(OPEN_MAX);
    }

    static Compressors of(int max) {
        return new Compressors(max);
    }

    /** Begins a file if there is a compressor for it, which is free again when the file is closed. */
    Optional<CompressedFile> create(Path path) throws IOException {
        if (free == 0) {
            return Optional.empty();
        }
        CompressedFile file = CompressedFile.create(path, () -> free++);
        free--;
        return Optional.of(file);
    }
}
