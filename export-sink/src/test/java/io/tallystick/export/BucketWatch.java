// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.tree.Hash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Sees whether an object of a directory store was rewritten, replaced or removed since it was first seen. */
final class BucketWatch {
    private final Path bucket;
    private Map<String, Seen> known = Map.of();

    /**
     * An object as it was.
     *
     * @param file identity of the file, which a rename over it would change
     */
    private record Seen(Object file, long modified, Hash sha256) {}

    BucketWatch(Path bucket) {
        this.bucket = bucket;
    }

    /** Requires that all that was there is there unchanged, and remembers what has been added. */
    void requireNothingRewritten() throws IOException {
        if (known.isEmpty() && !Files.exists(bucket.resolve("v1"))) {
            return;
        }
        Map<String, Seen> now = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(bucket.resolve("v1"))) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                now.put(
                        bucket.relativize(file).toString(),
                        new Seen(
                                attributes.fileKey(),
                                attributes.lastModifiedTime().toMillis(),
                                Hash.sha256(Files.readAllBytes(file))));
            }
        }
        assertThat(now).containsAllEntriesOf(known);
        known = now;
    }

    /** Files below a scratch directory; none if there is no such directory. */
    static List<Path> scratchFiles(Path scratch) throws IOException {
        if (!Files.exists(scratch)) {
            return List.of();
        }
        try (Stream<Path> walk = Files.walk(scratch)) {
            return walk.filter(Files::isRegularFile).toList();
        }
    }
}
