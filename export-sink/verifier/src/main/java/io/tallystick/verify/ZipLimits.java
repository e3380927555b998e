// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How large a zip archive of evidence may be: what {@link ZipDirectory} reads, and so what {@link DeterministicZip}
 * writes.
 *
 * @param entries files in it
 * @param directoryBytes length of its central directory, which is read into memory
 * @param unpackedBytes lengths of all files together
 */
record ZipLimits(int entries, int directoryBytes, long unpackedBytes) {
    /** Two years and more of a tenant that does nothing, in windows of 15 minutes. */
    static final ZipLimits READER = new ZipLimits(800_000, 128 * 1024 * 1024, 256L * 1024 * 1024 * 1024);

    /** Of an entry in the directory beside its name; with the widest offset and sizes that our writer gives. */
    private static final int CENTRAL_BYTES_MAX = 46 + 28;

    /**
     * Refuses what a reader would refuse.
     *
     * @param names files below the folder
     * @throws EvidenceTooLargeException if an archive of them would be over a limit
     */
    void requireFit(Path folder, List<String> names) throws IOException {
        require(names.size(), entries, "files");
        long directory = 0;
        long unpacked = 0;
        for (String name : names) {
            directory += CENTRAL_BYTES_MAX + name.getBytes(StandardCharsets.UTF_8).length;
            unpacked += Files.size(folder.resolve(name));
        }
        require(directory, directoryBytes, "bytes of directory");
        require(unpacked, unpackedBytes, "bytes of content");
    }

    private static void require(long found, long limit, String what) {
        if (found > limit) {
            throw new EvidenceTooLargeException(
                    "an archive of " + found + " " + what + " is more than its reader takes, which is " + limit);
        }
    }
}
