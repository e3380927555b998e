// SPDX-License-Identifier: Apache-2.0
package io.tallystick.bench.faults.check;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** Reads what was added to the journals of a directory since the last time, whole lines only. */
final class JournalTail {
    private static final int CHUNK = 1 << 20;

    private final Path directory;
    private final Map<Path, Long> positions = new HashMap<>();

    JournalTail(Path directory) {
        this.directory = directory;
    }

    /** @param lines given the file's name and the line */
    void read(BiConsumer<String, String> lines) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(directory)) {
            all.sorted().forEach(files::add);
        }
        for (Path file : files) {
            while (readChunk(file, lines)) {
                // Until nothing is added.
            }
        }
    }

    private boolean readChunk(Path file, BiConsumer<String, String> lines) throws IOException {
        long position = positions.getOrDefault(file, 0L);
        byte[] chunk;
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            chunk = new byte[(int) Math.min(CHUNK, in.length() - position)];
            in.seek(position);
            in.readFully(chunk);
        }
        int end = chunk.length;
        while (end > 0 && chunk[end - 1] != '\n') {
            end--;
        }
        if (end == 0) {
            return false;
        }
        String producer = file.getFileName().toString();
        new String(chunk, 0, end, US_ASCII).lines().forEach(line -> lines.accept(producer, line));
        positions.put(file, position + end);
        return true;
    }
}
