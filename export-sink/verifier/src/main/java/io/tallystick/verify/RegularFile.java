// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Files of evidence that are opened before anybody has listed their folder: a pipe would be waited for without end. */
final class RegularFile {
    private RegularFile() {}

    /** @throws NoSuchFileException if there is no regular file of this name; links are not followed */
    static InputStream open(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(file.toString(), null, "no such regular file");
        }
        return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * As {@link #open}, for a file that somebody has named: a link is followed.
     *
     * @throws NoSuchFileException if it leads to no regular file
     */
    static InputStream openNamed(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new NoSuchFileException(file.toString(), null, "no such regular file");
        }
        return Files.newInputStream(file);
    }
}
