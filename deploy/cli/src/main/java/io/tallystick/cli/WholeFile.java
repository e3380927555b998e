// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.verify.ExitCode;
import io.tallystick.verify.FileAccess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files that are written as a whole: the new content is on disk under its name, or the file is as it was. */
final class WholeFile {
    private static final Set<StandardOpenOption> NEW_FILE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private WholeFile() {}

    /**
     * Makes a file or replaces it: written beside as {@code <name>.new}, forced to disk, renamed, directory forced. Of a
     * symbolic link, the file it leads to. What replaces a file has its permissions, and its group and owner where this process
     * may give them; a group it cannot have may do nothing.
     *
     * @throws CommandException if it cannot be written
     */
    static void write(Path path, byte[] content) {
        try {
            if (Files.exists(path)) {
                replace(path.toRealPath(), content);
            } else {
                create(path.toAbsolutePath(), content);
            }
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE, "cannot write " + path + ": " + e, "Is its directory writable?", e);
        }
    }

    private static void create(Path file, byte[] content) throws IOException {
        Path fresh = beside(file);
        try (FileChannel channel = FileChannel.open(fresh, NEW_FILE)) {
            fill(channel, content);
        }
        rename(fresh, file);
    }

    private static void replace(Path file, byte[] content) throws IOException {
        Path fresh = beside(file);
        FileAttribute<?> ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (FileChannel channel = FileChannel.open(fresh, NEW_FILE, ownerOnly)) {
            FileAccess.take(file, fresh);
            fill(channel, content);
        }
        rename(fresh, file);
    }

    /** The name of the new content until it is complete; what an attempt that was killed left there goes. */
    private static Path beside(Path file) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        return fresh;
    }

    private static void fill(FileChannel channel, byte[] content) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        channel.force(true);
    }

    private static void rename(Path fresh, Path file) throws IOException {
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel directory = FileChannel.open(file.getParent())) {
            directory.force(true);
        }
    }
}
