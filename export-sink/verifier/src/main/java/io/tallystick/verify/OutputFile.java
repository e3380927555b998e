// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A report or proof in a file: it has its name once it is whole, and until then what was there before is there. */
public final class OutputFile {
    private static final List<String> STREAMS = List.of("/dev/stdout", "/dev/stderr", "/dev/fd", "/proc");

    private OutputFile() {}

    /** Bytes, written once. */
    public interface Content {
        void to(OutputStream out) throws IOException;
    }

    /** Characters, written once. */
    public interface Text {
        void to(Writer out) throws IOException;
    }

    /** As {@link #write}, in UTF-8. */
    public static void writeText(Path file, Text text) throws IOException {
        write(file, out -> {
            Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
            text.to(writer);
            writer.flush();
        });
    }

    /**
     * Makes the file or replaces it: written in a folder of its own beside it, and renamed. Of a symbolic link, the file it leads
     * to. What replaces a file is for the same people ({@link FileAccess}). A device or pipe is written to as it is.
     *
     * @throws IOException if it cannot be written; what was there before is untouched then
     */
    public static void write(Path file, Content content) throws IOException {
        if (isStream(file)) {
            fill(file, content, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
            return;
        }
        if (Files.isDirectory(file)) {
            throw new FileSystemException(file.toString(), null, "it is a folder");
        }
        boolean replaces = Files.exists(file);
        Path target = replaces ? file.toRealPath() : file.toAbsolutePath();
        try (ScratchFolder work = ScratchFolder.in(target.getParent(), ".tally")) {
            Path fresh = work.path().resolve("new");
            fill(fresh, content, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
            if (replaces) {
                FileAccess.take(target, fresh);
            }
            work.requireThere();
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void fill(Path file, Content content, StandardOpenOption... options) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file, options))) {
            content.to(out);
        }
    }

    /** Whether there is nothing to be replaced: {@code /dev/stdout} is one even where it leads to a file. */
    static boolean isStream(Path file) {
        Path place = file.toAbsolutePath().normalize();
        return STREAMS.stream().anyMatch(place::startsWith)
                || (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file));
    }
}
