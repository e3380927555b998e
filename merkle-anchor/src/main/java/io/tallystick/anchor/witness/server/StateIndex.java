// SPDX-License-Identifier: Apache-2.0
package io.tallystick.anchor.witness.server;

import io.tallystick.tree.Hash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which files a state has and what each holds, so that one that is deleted, set back or changed shows. The file {@code index}:
 *
 * <pre>
 * index = "tallystick/witness-index/v1" LF *( name SP now SP next LF )      ascending by name
 * name  = name of a file of the state
 * now   = hex SHA-256 of the file, or "-" if there was none
 * next  = hex SHA-256 of what is about to be written to it, or "-" if nothing is
 * </pre>
 *
 * A file is announced as {@code next}, then written, then taken over as {@code now}; each step is on disk before the following.
 * So after a crash it is one of the two, and between writes nothing but what was written last counts. For one thread.
 */
final class StateIndex {
    static final String NAME = "index";

    private static final String HEADER = "tallystick/witness-index/v1";
    private static final String NONE = "-";

    private final Path directory;
    private final Disk disk;
    private final SortedMap<String, Known> files;

    private record Known(Optional<Hash> now, Optional<Hash> next) {
        boolean allows(Optional<Hash> found) {
            return found.equals(now) || (next.isPresent() && found.equals(next));
        }
    }

    private StateIndex(Path directory, Disk disk, SortedMap<String, Known> files) {
        this.directory = directory;
        this.disk = disk;
        this.files = files;
    }

    /**
     * Reads the index.
     *
     * @return empty if there is none
     * @throws WitnessStateException if it is not one
     */
    static Optional<StateIndex> read(Path directory, Disk disk) throws IOException {
        Path file = directory.resolve(NAME);
        if (Files.notExists(file)) {
            return Optional.empty();
        }
        List<String> lines =
                Files.readString(file, StandardCharsets.ISO_8859_1).lines().toList();
        try {
            if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
                throw new IllegalArgumentException("its first line is not " + HEADER);
            }
            SortedMap<String, Known> files = new TreeMap<>();
            for (String line : lines.subList(1, lines.size())) {
                String[] parts = line.split(" ", -1);
                if (parts.length != 3 || !parts[0].matches(FileWitnessState.HEAD_NAME)) {
                    throw new IllegalArgumentException("a line of it names no file and two digests");
                }
                files.put(parts[0], new Known(hash(parts[1]), hash(parts[2])));
            }
            return Optional.of(new StateIndex(directory, disk, files));
        } catch (IllegalArgumentException e) {
            throw new WitnessStateException(
                    file + " is no index of a witness's state: " + e.getMessage() + ". " + FileWitnessState.REMEDY, e);
        }
    }

    private static Optional<Hash> hash(String text) {
        return text.equals(NONE) ? Optional.empty() : Optional.of(Hash.parseHex(text));
    }

    /** Writes an index of the files that are there. */
    static StateIndex of(Path directory, String glob, Disk disk) throws IOException {
        SortedMap<String, Known> files = new TreeMap<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, glob)) {
            for (Path file : found) {
                files.put(file.getFileName().toString(), new Known(digest(file), Optional.empty()));
            }
        }
        StateIndex index = new StateIndex(directory, disk, files);
        index.write(files);
        return index;
    }

    private static Optional<Hash> digest(Path file) throws IOException {
        return FileWitnessState.content(file).map(Hash::sha256);
    }

    /** Takes over what came of a write that a crash ended: from now on only what is there counts. */
    void settle() throws IOException {
        SortedMap<String, Known> settled = new TreeMap<>();
        for (Map.Entry<String, Known> file : files.entrySet()) {
            Optional<Hash> found = digest(directory.resolve(file.getKey()));
            Known known = file.getValue();
            boolean isOver = known.next().isPresent() && known.allows(found);
            Known left = isOver ? new Known(found, Optional.empty()) : known;
            if (left.now().isPresent() || left.next().isPresent()) {
                settled.put(file.getKey(), left);
            }
        }
        if (!settled.equals(files)) {
            write(settled);
            files.clear();
            files.putAll(settled);
        }
    }

    boolean isEmpty() {
        return files.isEmpty();
    }

    /**
     * Requires of a file what was written to it last.
     *
     * @param content empty if there is no such file
     * @throws WitnessStateException if it is something else
     */
    void require(String name, Optional<byte[]> content) throws WitnessStateException {
        Optional<Hash> found = content.map(Hash::sha256);
        Known known = files.getOrDefault(name, new Known(Optional.empty(), Optional.empty()));
        if (!known.allows(found)) {
            String what = content.isEmpty()
                    ? " is missing, which the witness wrote. "
                    : known.now().isEmpty()
                            ? " is nothing that the witness wrote. "
                            : " is not what the witness wrote last. ";
            throw new WitnessStateException(directory.resolve(name) + what + FileWitnessState.REMEDY);
        }
    }

    /** Writes a file. {@code before} is what it holds, as {@link #require} has seen it; empty if there is none. */
    void replace(String name, Optional<byte[]> before, byte[] content) throws IOException {
        Optional<Hash> next = Optional.of(Hash.sha256(content));
        put(name, new Known(before.map(Hash::sha256), next));
        disk.replace(directory.resolve(name), content);
        put(name, new Known(next, Optional.empty()));
    }

    private void put(String name, Known known) throws IOException {
        SortedMap<String, Known> changed = new TreeMap<>(files);
        changed.put(name, known);
        write(changed);
        files.put(name, known);
    }

    private void write(Map<String, Known> content) throws IOException {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        content.forEach((name, known) -> text.append(name)
                .append(' ')
                .append(known.now().map(Hash::toString).orElse(NONE))
                .append(' ')
                .append(known.next().map(Hash::toString).orElse(NONE))
                .append('\n'));
        disk.replace(directory.resolve(NAME), text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
