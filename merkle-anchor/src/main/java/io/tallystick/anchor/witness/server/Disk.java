// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.witness.server;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** How files of the state come to their place. One that throws leaves open whether it was done. */
interface Disk {
    /** The file system's own means: a new file beside it, fsync, rename, fsync of the directory. */
    Disk OWN = (file, content) -> {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(
                fresh,
                content,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                StandardOpenOption.SYNC);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(file.getParent());
    };

    /** When this returns the file holds this content, as a whole and on disk. */
    void replace(Path file, byte[] content) throws IOException;

    /** When this returns the names in the directory are on disk. */
    static void force(Path directory) throws IOException {
        try (FileChannel folder = FileChannel.open(directory)) {
            folder.force(true);
        }
    }
}
