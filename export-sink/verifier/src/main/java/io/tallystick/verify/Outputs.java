// SPDX-License-Identifier: Apache-2.0
package io.tallystick.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Where a command is to write. Each place is refused at once that is something the command reads, lies in a folder it reads, or is
 * another of its outputs: a report must not take the place of evidence. Links are followed.
 */
public final class Outputs {
    private final List<Path> read;
    private final List<Named> files = new ArrayList<>();
    private final List<Named> folders = new ArrayList<>();

    private record Named(String option, Path path) {}

    private Outputs(Collection<Path> read) {
        this.read = List.copyOf(read);
    }

    /** @param read files and folders, which need not exist */
    public static Outputs beside(Collection<Path> read) {
        return new Outputs(read);
    }

    /**
     * A file to be made or replaced.
     *
     * @param option how messages call it
     * @throws IllegalArgumentException if it may not or cannot be written there
     */
    public Outputs file(String option, Path file) {
        if (OutputFile.isStream(file)) {
            return this;
        }
        Named output = new Named(option, file);
        requireNotRead(output);
        files.forEach(other -> requireOther(output, other));
        folders.forEach(other -> requireOther(output, other));
        if (Files.isDirectory(file)) {
            throw new IllegalArgumentException("cannot write " + file + " (" + option + "): it is a folder");
        }
        Path folder = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException(
                    "cannot write " + file + " (" + option + "): " + folder + " is not a folder");
        }
        files.add(output);
        return this;
    }

    /**
     * A folder in which files are made or replaced. It may be there or not, and others may lie in it.
     *
     * @throws IllegalArgumentException if it may not or cannot be written to
     */
    public Outputs folder(String option, Path folder) {
        Named output = new Named(option, folder);
        requireNotRead(output);
        files.forEach(other -> requireOther(output, other));
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new IllegalArgumentException(folder + " (" + option + ") is not a folder");
        }
        folders.add(output);
        return this;
    }

    private void requireNotRead(Named output) {
        for (Path input : read) {
            if (isSame(output.path(), input)) {
                throw new IllegalArgumentException(output.option() + " names " + output.path() + ", which is read");
            }
            if (Files.isDirectory(input) && place(output.path()).startsWith(place(input))) {
                throw new IllegalArgumentException(
                        output.option() + " names " + output.path() + ", which lies in " + input + ", which is read");
            }
        }
    }

    private static void requireOther(Named output, Named other) {
        if (isSame(output.path(), other.path())) {
            throw new IllegalArgumentException(
                    output.option() + " and " + other.option() + " both name " + output.path());
        }
    }

    private static boolean isSame(Path one, Path other) {
        try {
            return place(one).equals(place(other)) || Files.isSameFile(one, other);
        } catch (IOException e) {
            return false; // one of them is not there
        }
    }

    /** Where a file is, or would be. */
    private static Path place(Path path) {
        Path absolute = path.toAbsolutePath();
        try {
            return absolute.toRealPath();
        } catch (IOException e) {
            Path folder = absolute.getParent();
            return folder == null
                    ? absolute
                    : place(folder).resolve(absolute.getFileName()).normalize();
        }
    }
}
